"""Recording the results of a step: as a batch, or item by item if one of them cannot be stored."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flows.errors import RecordError
from flows.records import Link, Rejection, Stage, StoredPage

T = TypeVar("T")


def record_singly(
    items: Sequence[T],
    record: Callable[[Sequence[T]], None],
    refuse: Callable[[T, RecordError], None],
) -> None:
    """Record a batch. If that fails, record its items one at a time, and call `refuse` with each
    that fails by itself.
    """
    try:
        record(items)
    except RecordError as error:
        if len(items) == 1:
            refuse(items[0], error)
            return
        for item in items:
            record_singly([item], record, refuse)


def unrecorded(item: Link | StoredPage, stage: Stage, why: RecordError) -> Rejection:
    """The rejection of a link or a page that cannot be recorded."""
    return Rejection(item.url, item.source_id, stage, "broken", f"cannot be recorded: {why}")
