"""Taking in archives: the article pages of WARC files become pages as if they had been fetched."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from flows.edges import archive
from flows.edges.archive import ArchivedResponse, Unreadable
from flows.errors import BodyError
from flows.progress import Progress
from flows.records import (
    Page,
    Source,
)
from flows.stages.discovery.links import (
    canonical,
)
from warehouse.store import Warehouse

PAGES_PER_COMMIT = 256


def take_in(
    store: Warehouse, archives: Sequence[Path], sources: Sequence[Source], progress: Progress
) -> list[Unreadable]:
    """Record every archived article page; returns the places in the archives that could not be
    read.
    """
    unreadable: list[Unreadable] = []
    with progress.step("archive", unit="pages") as advance:
        pages = _archived_pages(archives, sources, unreadable)
        while batch := list(islice(pages, PAGES_PER_COMMIT)):
            store.pages.record_archived(batch)
            advance(len(batch))
    return unreadable


def _archived_pages(
    archives: Sequence[Path], sources: Sequence[Source], unreadable: list[Unreadable]
) -> Iterator[Page]:
    for found in archive.scan(archives):
        if isinstance(found, Unreadable):
            unreadable.append(found)
        elif found.status == 200 and (owner := _owner(found, sources)):
            source, url = owner
            try:
                body = found.body()
            except BodyError as error:
                unreadable.append(
                    Unreadable(found.ref.file, found.ref.offset, f"{found.url}: {error}")
                )
                continue
            yield Page(
                url,
                source.id,
                found.url,
                found.url,
                found.date,
                found.headers.get("content-type", ""),
                body,
                found.ref,
            )


def _owner(found: ArchivedResponse, sources: Sequence[Source]) -> tuple[Source, str] | None:
    for source in sources:
        try:
            url = canonical(found.url, source)
        except ValueError:
            return None
        if source.articles.search(url):
            return source, url
    return None
