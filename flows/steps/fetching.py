"""Fetching: links become pages, or rejections that say why not."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from flows.edges.web import Web
from flows.errors import FetchFailed
from flows.records import Link, Page, Rejection, Source
from flows.stages.discovery.links import declared, full_page_url
from flows.steps.recording import record_singly, unrecorded
from warehouse.store import Warehouse

FETCHED_PER_COMMIT = 20  # at five seconds per page, a kill costs two minutes of fetching again

# A link and where it led; None if a known page has not changed.
Fetched = tuple[Link, Page | Rejection | None]


async def fetch(
    store: Warehouse,
    web: Web,
    source: Source,
    now: datetime,
    sync: Callable[[], None],
    advance: Callable[[int], None],
) -> Counter[str]:
    """Fetch a source's pending links, and record them as they come in. Returns how many ended in
    each reason, as 'page', and as 'unchanged'.

    `sync` writes the archive to the disk, before anything that refers to it is recorded.
    """
    tasks = [
        asyncio.create_task(fetch_link(web, source, link))
        for link in store.pages.pending_links(source.id, now)
    ]
    ends: Counter[str] = Counter()
    fetched: list[Fetched] = []
    try:
        for position, done in enumerate(asyncio.as_completed(tasks), start=1):
            link, outcome = await done
            fetched.append((link, outcome))
            ends[_end(outcome)] += 1
            if len(fetched) == FETCHED_PER_COMMIT or position == len(tasks):
                sync()
                _record(store, fetched, now)
                advance(len(fetched))
                fetched = []
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
    record_singly(
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
