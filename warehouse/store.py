"""What the pipeline reads from the warehouse and records in it.

Each `pending_…` says what is still to do; each `record_…` is one transaction. The SQL is in
queries/, one statement a file.
"""

from pathlib import Path

from warehouse.alerts import Alerts
from warehouse.articles import Articles
from warehouse.engine import Engine
from warehouse.pages import Pages
from warehouse.runs import Runs
from warehouse.stories import Stories


class Warehouse:
    """The state of the pipeline in one data directory, by subject."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.pages = Pages(engine)
        self.articles = Articles(engine)
        self.stories = Stories(engine)
        self.alerts = Alerts(engine)
        self.runs = Runs(engine, self.alerts)
        self.pages.complete_keys()

    @classmethod
    def open(cls, directory: Path) -> "Warehouse":
        """Open the writer's database of a data directory, and bring it to the current schema.

        Raises WarehouseError.
        """
        return cls(Engine.open(directory))

    def close(self) -> None:
        self.engine.close()
