"""Both nights of the invented press, as a folder that tests read."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.helpers.command import NIGHT_1, NIGHT_2, Kliping, Ran, night
from tests.helpers.desks import desk
from tests.helpers.forked import Commands
from tests.helpers.paths import PRESS
from warehouse.directory import private

WHOLE, FIRST, TOLD = "warehouse", "first", "told.json"


@dataclass(frozen=True, slots=True)
class PressNights:
    """`warehouse`: the data directory after both nights; `first_night`: as it was after the first;
    `runs`: how they ended; `messages`: what the desk received.
    """

    warehouse: Path
    first_night: Path
    runs: list[Ran]
    messages: list[dict[str, Any]]

    @classmethod
    def read(cls, folder: Path) -> "PressNights":
        """From a folder that `run_nights` has filled."""
        told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
        runs = [Ran(**run) for run in told["runs"]]
        return cls(folder / WHOLE, folder / FIRST, runs, told["messages"])


def run_nights(kliping: Kliping, forked: Commands, folder: Path) -> None:
    """Run both, the first as people do, with an archive of answers that is the data directory's
    own.
    """
    warehouse = folder / WHOLE
    archive = private(warehouse) / "warc" / "press.warc.gz"
    archive.parent.mkdir(parents=True)
    shutil.copy(PRESS / "press.warc.gz", archive)
    with desk() as here:
        first = kliping.night(warehouse, NIGHT_1, here.url, replay=archive)
        shutil.copytree(warehouse, folder / FIRST)
        asked = night(warehouse, NIGHT_2, replay=archive)
        second = forked(*asked, env={"KLIPING_DESK_URL": here.url})
    runs = [asdict(first), asdict(second)]
    told = {"runs": runs, "messages": here.messages}
    (folder / TOLD).write_text(json.dumps(told), encoding="utf-8")
