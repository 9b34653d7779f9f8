"""Adds an entry to a sources.yaml, as text: what people wrote there stays as they wrote it.

with_entry(path, entry) -> the file's text with it, and its sources
write(path, entry)      -> the file has it
"""

import shutil
import tempfile
from pathlib import Path
from textwrap import indent

from flows.config import load_sources, room_for_source
from flows.errors import ConfigError
from flows.records import Source


def with_entry(path: Path, entry: str) -> tuple[str, tuple[Source, ...]]:
    """The text of the file with one more entry, and the sources that it then declares, the new one
    last. Raises ConfigError if either cannot be read.
    """
    declared = load_sources(path)
    before, column = room_for_source(path)
    lines = _text(path).splitlines(keepends=True)
    if lines[:before] and not lines[before - 1].endswith("\n"):
        lines[before - 1] += "\n"
    lines.insert(before, f"\n{indent(entry, ' ' * column)}")
    text = "".join(lines)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        trial.write_text(text, encoding="utf-8")
        try:
            sources = load_sources(trial)
        except ConfigError as error:
            raise ConfigError(str(error).replace(str(trial), str(path))) from error
    if sources[:-1] != declared:
        raise ConfigError(
            f"{path}: the entry cannot be added at the end of `sources`; add it yourself"
        )
    return text, sources


def write(path: Path, entry: str) -> None:
    """Add an entry. The file is replaced as a whole, by one that was read before. Raises
    ConfigError.
    """
    text, _ = with_entry(path, entry)
    target = path.resolve()  # of a link
    fresh = target.with_name(f".{target.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        shutil.copymode(target, fresh)
        fresh.replace(target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:  # line ends as they are
        return file.read()
