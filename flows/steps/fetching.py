"""Fetching: links become pages, or rejections that say why not."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from flows.edges.web import Web
from flows.errors import FetchFailed
from flows.records import (
    Link,
    Page,
    Rejection,
    Source,
)
from flows.stages.discovery.links import (
    declared,
    full_page_url,
)
from flows.steps.recording import record_singly, unrecorded
from warehouse.store import Warehouse

FETCHED_PER_COMMIT = 20  # at five seconds a page a kill costs at most two minutes of asking again


async def fetch(
    store: Warehouse,
    web: Web,
    source: Source,
    now: datetime,
    sync: Callable[[], None],
    advance: Callable[[int], None],
) -> Counter[str]:
    """Fetch a source's pending links, recording them as they come in; how many ended in each
    reason, pages under 'page', and 'unchanged'.

    `sync` brings the archive to the disk, before anything that refers to it is recorded.
    """
    asked = [
        asyncio.create_task(fetch_link(web, source, link))
        for link in store.pages.pending_links(source.id, now)
    ]
    ends: Counter[str] = Counter()
    outcomes: list[tuple[Link, Page | Rejection | None]] = []
    try:
        for position, done in enumerate(asyncio.as_completed(asked), start=1):
            link, outcome = await done
            outcomes.append((link, outcome))
            ends[
                outcome.reason
                if isinstance(outcome, Rejection)
                else "page"
                if outcome
                else "unchanged"
            ] += 1
            if len(outcomes) == FETCHED_PER_COMMIT or position == len(asked):
                sync()
                record_singly(
                    outcomes,
                    lambda fetched: store.pages.record_fetched(fetched, now),
                    lambda one, why: store.pages.record_fetched(
                        [(one[0], unrecorded(one[0], "fetch", why))], now
                    ),
                )
                advance(len(outcomes))
                outcomes = []
    finally:
        for task in asked:
            task.cancel()
    return ends


async def fetch_link(web: Web, source: Source, link: Link) -> tuple[Link, Page | Rejection | None]:
    """What one link leads to; None where a known page has not changed."""
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
        headers.get("etag"),
        headers.get("last-modified"),
    )
    return link, page
