"""What the reading room and the brief show: read-only, from the published snapshot."""

from dataclasses import dataclass
from pathlib import Path

from warehouse.engine import Reader, Row


@dataclass(frozen=True, slots=True)
class Reading:
    """A snapshot as people read it. What is open stays as it was published."""

    reader: Reader

    @classmethod
    def open(cls, directory: Path) -> "Reading":
        """Open the snapshot of a data directory. Raises WarehouseError."""
        return cls(Reader(directory))

    def rows(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of warehouse/queries/<query>.sql. Raises WarehouseError if the snapshot is from
        an older version.
        """
        return self.reader.rows(query, **parameters)
