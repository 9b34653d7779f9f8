"""Archives: the article pages of WARC files are recorded as if they had been fetched."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from flows.edges import archive
from flows.edges.archive import ArchivedResponse, Unreadable
from flows.errors import BodyError
from flows.progress import Progress
from flows.records import Page, Source
from flows.stages.discovery.links import owner
from warehouse.store import Warehouse

PAGES_PER_COMMIT = 256


def take_in(
    store: Warehouse, archives: Sequence[Path], sources: Sequence[Source], progress: Progress
) -> list[Unreadable]:
    """Record every article page of the archives. Returns the places that could not be read."""
    unreadable: list[Unreadable] = []
    with progress.step("archive", unit="pages") as advance:
        forgotten = store.forgotten.tombstones()
        pages = (
            page
            for page in _archived_pages(archives, sources, unreadable)
            if not forgotten.cover(page.source_id, page.url)
        )
        while batch := list(islice(pages, PAGES_PER_COMMIT)):
            store.pages.record_archived(batch)
            advance(len(batch))
    return unreadable


def _archived_pages(
    archives: Sequence[Path], sources: Sequence[Source], unreadable: list[Unreadable]
) -> Iterator[Page]:
    for found in archive.scan(archives):
        page = found if isinstance(found, Unreadable) else _page(found, sources)
        if isinstance(page, Unreadable):
            unreadable.append(page)
        elif page:
            yield page


def _page(found: ArchivedResponse, sources: Sequence[Source]) -> Page | Unreadable | None:
    """The article page in a response; None if it is something else."""
    owned = owner(found.url, sources)
    if found.status != 200 or owned is None:
        return None
    try:
        body = found.body()
    except BodyError as error:
        return Unreadable(found.ref.file, found.ref.offset, f"{found.url}: {error}")
    source, url = owned
    return Page(
        url,
        source.id,
        found_url=found.url,
        final_url=found.url,
        fetched_at=found.date,
        content_type=found.headers.get("content-type", ""),
        body=body,
        warc=found.ref,
    )
