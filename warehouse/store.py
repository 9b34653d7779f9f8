"""What the pipeline reads from the warehouse and records in it.

Each `pending_…` says what is still to do; each `record_…` is one transaction. SQL is in queries/,
one statement a file.
"""

from warehouse.articles import Articles
from warehouse.runs import Runs
from warehouse.stories import Stories


class Warehouse(Articles, Stories, Runs):
    """The state of the pipeline in one data directory: pages and articles, stories, alerts and
    runs, each in a module of its own.
    """
