"""Expiry: what was kept for as long as sources.yaml says goes; and archived responses that came in
although what they hold was forgotten.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.edges import takedown
from flows.progress import Progress
from flows.records import Source
from warehouse.directory import private
from warehouse.forgotten import Moved
from warehouse.store import Warehouse


def expire(store: Warehouse, sources: Sequence[Source], now: datetime, progress: Progress) -> int:
    """Delete what has expired. Returns how many rows and records went, and prints them by kind.

    No archive may be open for writing. The room that rows took in the database is used again.
    """
    gone = store.forgotten.expire(sources, now)
    unwanted = store.forgotten.unwanted()
    store.forgotten.record_moved([_moved(Path(name), unwanted[name]) for name in unwanted])
    gone["archives"] = _drop_archives(store, sources, now)
    if told := ", ".join(f"{count} {what}" for what, count in gone.items() if count):
        progress.say("expire", told)
    return sum(gone.values())


def _moved(path: Path, offsets: Collection[int]) -> Moved:
    """An archive without the records at some offsets. One that is not there has none at all."""
    if not path.exists():
        return Moved(path, None, dict.fromkeys(offsets, -1))
    return Moved(path, *takedown.copy_without(path, offsets))


def _drop_archives(store: Warehouse, sources: Sequence[Source], now: datetime) -> int:
    """Delete archives that are older than any source's responses may be and hold no page. Returns
    how many.
    """
    longest = longest_kept(sources)
    if longest is None:
        return 0
    in_use = store.forgotten.archives_in_use()
    old = [
        path
        for path in takedown.archives(private(store.engine.directory) / "warc")
        if path not in in_use and _written_at(path) < now - longest
    ]
    store.forgotten.record_leftovers(old)
    return len(old)


def longest_kept(sources: Sequence[Source]) -> timedelta | None:
    """How long the responses of some source are kept at most; None where some are for ever."""
    kept = [source.retention.warc for source in sources]
    times = [each for each in kept if each is not None]
    return max(times) if times and len(times) == len(kept) else None


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
