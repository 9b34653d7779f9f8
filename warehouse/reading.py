"""What the reading room and the brief show. It only reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from warehouse.named import Row
from warehouse.reader import Reader


class Rows(Protocol):
    """What named queries can be asked of: the published snapshot, or a run's own database."""

    def rows(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of warehouse/queries/<query>.sql."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A warehouse as people read it. What is open stays as it was published."""

    asked: Rows

    @classmethod
    def open(cls, directory: Path) -> "Reading":
        """Open the snapshot of a data directory. Raises WarehouseError."""
        return cls(Reader(directory))

    def rows(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of warehouse/queries/<query>.sql. Raises WarehouseError if the snapshot is from
        an older version.
        """
        return self.asked.rows(query, **parameters)
