"""What the pipeline reads from the warehouse and records in it.

Each `pending_…` returns what is still to do; each `record_…` is one transaction. The SQL is in
queries/, one statement per file.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from warehouse import lake
from warehouse.alerts import Alerts
from warehouse.articles import Articles
from warehouse.directory import only_run, require
from warehouse.engine import Engine
from warehouse.forgotten import Forgotten
from warehouse.health import Health
from warehouse.pages import Pages
from warehouse.runs import Runs
from warehouse.search import SearchIndex
from warehouse.snapshot import compact, publish
from warehouse.stories import Stories


class Warehouse:
    """The pipeline's state in one data directory, by subject."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.pages = Pages(engine)
        self.articles = Articles(engine)
        self.stories = Stories(engine)
        self.search = SearchIndex(engine)
        self.alerts = Alerts(engine)
        self.runs = Runs(engine, self.alerts)
        self.forgotten = Forgotten(engine)
        self.health = Health(engine, self.alerts)
        self.pages.complete_keys()

    @classmethod
    def open(cls, directory: Path) -> "Warehouse":
        """Open a data directory's writer database, and migrate it. Raises WarehouseError."""
        return cls(Engine.open(directory))

    def close(self) -> None:
        self.engine.close()


@contextmanager
def writing(directory: Path, who: str, *, known: bool = False) -> Iterator[Warehouse]:
    """Open the warehouse for the one run that may write it, and publish it unless the block raises.

    `who`: the run, for the message to others that find it locked; `known`: the data directory must
    have been filled before. Raises BusyError, WarehouseError.
    """
    if known:
        require(directory)
    with held(directory, who) as is_held:
        with closing(Warehouse.open(directory)) as store:
            store.forgotten.clear_leftovers()  # of one that was killed
            yield store
            holds_deleted = store.forgotten.clear_leftovers()
            if in_lake := lake.lake_of(directory) is not None:
                is_held()
                store.engine.publish(erase=holds_deleted)
        if in_lake:
            return
        if holds_deleted:
            compact(directory)
        publish(directory)


@contextmanager
def held(directory: Path, who: str) -> Iterator[Callable[[], None]]:
    """Hold a data directory's lock, and that of its lake. Yields what raises WarehouseError if it
    was lost. Raises BusyError, WarehouseError.
    """
    since = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    holder = f"{who}, process {os.getpid()}, since {since}"
    its_lake = lake.lake_of(directory)
    with ExitStack() as locks:
        locks.enter_context(only_run(directory, holder))
        if its_lake is None:
            yield lambda: None
        else:
            yield locks.enter_context(lake.only_run(its_lake, holder))
