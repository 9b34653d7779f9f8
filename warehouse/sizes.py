"""How much room a data directory takes on the disk."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.directory import private, published


@dataclass(frozen=True, slots=True)
class Sizes:
    """In bytes: the published snapshot, the run's own database, the archives, the embedding model,
    everything else, and what is free on the disk.
    """

    snapshot: int
    writer: int
    archives: int
    models: int
    rest: int
    free: int

    @property
    def total(self) -> int:
        """What the data directory takes."""
        return self.snapshot + self.writer + self.archives + self.models + self.rest


def sizes(directory: Path) -> Sizes:
    """The sizes of a data directory. What disappears meanwhile counts as nothing."""
    inner = private(directory)
    parts = {
        "snapshot": _size(published(directory)),
        "writer": _size(inner / "writer.duckdb"),
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
