"""Fetching: links become pages, or rejections that say why not."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flows.edges.web import Web
from flows.errors import FetchFailed
from flows.records import Link, Page, Rejection, Source
from flows.stages.discovery.links import declared, full_page_url
from flows.steps.recording import record_storable, unrecorded
from warehouse.store import Warehouse

# Each commit looks for what it records in the whole archive, so all sources share them. A kill
# costs a minute of fetching again.
FETCHED_PER_COMMIT = 500
COMMIT_EVERY = 60  # seconds

# A link and where it led; None if a known page has not changed.
Fetched = tuple[Link, Page | Rejection | None]


@dataclass(slots=True)
class Fetching:
    """The links of a run that wait to be fetched, by source and URL, and what was fetched but is
    not recorded yet.

    `sync` writes the archive to the disk, before anything that refers to it is recorded.
    """

    store: Warehouse
    now: datetime
    sync: Callable[[], None]
    waiting: Mapping[str, dict[str, Link]]
    _fetched: list[Fetched] = field(default_factory=list)
    _committed: float = field(default_factory=time.monotonic)

    def add(self, fetched: Fetched) -> None:
        """Take in where a link led. From time to time, record all that was taken in."""
        link, _ = fetched
        del self.waiting[link.source_id][link.url]
        self._fetched.append(fetched)
        late = time.monotonic() - self._committed > COMMIT_EVERY
        if late or len(self._fetched) == FETCHED_PER_COMMIT:
            self.commit()

    def commit(self) -> None:
        """Record all that was taken in."""
        self.sync()
        _record(self.store, self._fetched, self.now)
        self._fetched = []
        self._committed = time.monotonic()


def begin_fetching(
    store: Warehouse, sources: Sequence[Source], now: datetime, sync: Callable[[], None]
) -> Fetching:
    """What there is to fetch of some sources."""
    waiting: dict[str, dict[str, Link]] = {source.id: {} for source in sources}
    for link in store.pages.pending_links(list(waiting), now):
        waiting[link.source_id][link.url] = link
    return Fetching(store, now, sync, waiting)


async def fetch(
    fetching: Fetching, web: Web, source: Source, advance: Callable[[int], None]
) -> Counter[str]:
    """Fetch the links of a source that wait. Returns how many ended in each reason, as 'page', and
    as 'unchanged'. Tried again, it goes on with those that still wait.
    """
    links = fetching.waiting[source.id].values()
    tasks = [asyncio.create_task(fetch_link(web, source, link)) for link in links]
    ends: Counter[str] = Counter()
    try:
        for done in asyncio.as_completed(tasks):
            fetched = await done
            ends[_end(fetched[1])] += 1
            fetching.add(fetched)
            advance(1)
    finally:
        for task in tasks:
            task.cancel()
    return ends


def _end(outcome: Page | Rejection | None) -> str:
    match outcome:
        case None:
            return "unchanged"
        case Page():
            return "page"
        case Rejection():
            return outcome.reason


def _record(store: Warehouse, fetched: Sequence[Fetched], now: datetime) -> None:
    forgotten = store.forgotten.tombstones()
    met = [
        page
        for _, page in fetched
        if isinstance(page, Page) and forgotten.cover(page.source_id, page.url, page.final_url)
    ]
    store.forgotten.record_met(met, now)
    fetched = [each for each in fetched if each[1] not in met]
    record_storable(
        fetched,
        lambda several: store.pages.record_fetched(several, now),
        lambda one, why: store.pages.record_fetched(
            [(one[0], unrecorded(one[0], "fetch", why))], now
        ),
    )


async def fetch_link(web: Web, source: Source, link: Link) -> Fetched:
    """Fetch one link."""
    url = full_page_url(link.url, source)
    try:
        fetched = await web.get(
            url,
            declared=declared(source),
            min_delay_s=source.min_delay_s,
            etag=link.etag,
            last_modified=link.last_modified,
        )
    except FetchFailed as failed:
        return link, Rejection(
            link.url, source.id, "fetch", failed.reason, failed.detail, failed.retry
        )
    if fetched.status == 304:
        return link, None
    headers = fetched.headers
    final_url = link.url if fetched.final_url == url else fetched.final_url
    page = Page(
        link.url,
        source.id,
        link.found_url,
        final_url,
        fetched.fetched_at,
        headers.get("content-type", ""),
        fetched.body,
        fetched.warc,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
    )
    return link, page
