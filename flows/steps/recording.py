"""Recording the results of a step: as a batch, without those that cannot be stored."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flows.errors import RecordError
from flows.records import Link, Rejection, Stage, StoredPage

T = TypeVar("T")


def record_storable(
    items: Sequence[T],
    record: Callable[[Sequence[T]], None],
    refuse: Callable[[T, RecordError], None],
) -> None:
    """Record a batch. If that fails, record its halves, and so on; call `refuse` with each item
    that fails by itself.
    """
    try:
        record(items)
    except RecordError as error:
        if len(items) == 1:
            refuse(items[0], error)
            return
        middle = len(items) // 2
        record_storable(items[:middle], record, refuse)
        record_storable(items[middle:], record, refuse)


def unrecorded(item: Link | StoredPage, stage: Stage, why: RecordError) -> Rejection:
    """The rejection of a link or a page that cannot be recorded."""
    return Rejection(item.url, item.source_id, stage, "broken", f"cannot be recorded: {why}")
