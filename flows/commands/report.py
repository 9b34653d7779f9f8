"""`kliping report`: the brief of a night, written again from the published snapshot."""

from datetime import date
from pathlib import Path

from flows.errors import WarehouseError
from flows.reading import brief
from flows.reading.night import night_of
from warehouse.directory import brief_file
from warehouse.reading import Reading


def report(warehouse: Path, day: date | None, file: Path | None, base_url: str) -> Path:
    """Write the brief of a day's night, by default of the newest, into a file, by default the one
    that runs write. Returns its path. `base_url`: where the reading room is. Raises WarehouseError.
    """
    night = night_of(Reading.open(warehouse), day)
    if night is None:
        raise WarehouseError(f"{warehouse}: nothing has come in yet: there is no night to report")
    path = file or brief_file(warehouse, night.day)
    brief.write(night, path, base_url)
    return path
