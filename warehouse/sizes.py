"""How much room a data directory takes on the disk."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.directory import private, published, spare_file, writer_file


@dataclass(frozen=True, slots=True)
class Sizes:
    """In bytes: the published snapshot, the spare, the run's own database, the archives, the
    embedding model, everything else, and what is free on the disk.
    """

    snapshot: int
    spare: int
    writer: int
    archives: int
    models: int
    rest: int
    free: int

    @property
    def total(self) -> int:
        """What the data directory takes."""
        parts = (self.snapshot, self.spare, self.writer, self.archives, self.models, self.rest)
        return sum(parts)

    @property
    def lasting(self) -> int:
        """What it takes apart from the spare, which comes and goes."""
        return self.total - self.spare

    @property
    def room(self) -> int:
        """What may be written until there is no room to publish. A snapshot takes the place of the
        spare, or is written beside the old one.
        """
        return self.free + self.spare - self.writer


def sizes(directory: Path) -> Sizes:
    """The sizes of a data directory. What disappears meanwhile counts as nothing."""
    inner = private(directory)
    parts = {
        "snapshot": _size(published(directory)),
        "spare": _size(spare_file(directory)),
        "writer": _size(writer_file(directory)),
        "archives": sum(map(_size, _files(inner / "warc"))),
        "models": sum(map(_size, _files(inner / "models"))),
    }
    total = sum(map(_size, _files(directory)))
    return Sizes(
        **parts, rest=max(0, total - sum(parts.values())), free=shutil.disk_usage(directory).free
    )


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
