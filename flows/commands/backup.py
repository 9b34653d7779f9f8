"""`kliping backup` and `kliping restore`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from flows import __version__
from flows.errors import WarehouseError
from warehouse import backups
from warehouse.directory import require
from warehouse.lake import lake_of
from warehouse.store import held


def back_up(target: Path, warehouse: Path) -> None:
    """Bring a backup up to date, and say what was copied. Raises BusyError, WarehouseError."""
    _refuse_lake(warehouse)
    require(warehouse)
    with held(warehouse, "kliping backup"):
        done = backups.back_up(warehouse, target, __version__, datetime.now(UTC))
    manifest = done.manifest
    sys.stdout.write(
        f"{target}: {manifest.contents}\n"
        f"{len(manifest.files)} files, of which {done.new_files} were copied "
        f"({done.new_bytes / 1e6:.1f} MB)\n"
    )


def put_back(source: Path, warehouse: Path) -> None:
    """Put a backup into a data directory, and say what was in it. Raises BusyError,
    WarehouseError.
    """
    _refuse_lake(warehouse)
    backups.read_manifest(source)  # before a data directory is made for nothing
    with held(warehouse, "kliping restore"):
        manifest = backups.restore(source, warehouse)
    sys.stdout.write(
        f"{warehouse}: {manifest.contents}, backed up at {manifest.made_at:%Y-%m-%d %H:%M} UTC\n"
    )


def _refuse_lake(warehouse: Path) -> None:
    if lake := lake_of(warehouse):
        raise WarehouseError(
            f"{lake}: a lake is not backed up by this command: copy its tables into a new "
            f"directory with `kliping warehouse move {str(lake)!r} DIR`, or use pg_dump and copy "
            "its files (docs/operating.md, A warehouse for many)"
        )
