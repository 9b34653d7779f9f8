"""Archives: the article pages of WARC files are recorded as if they had been fetched.

    archives | read records | keep those wanted | copy those that lie elsewhere | record | extract

Archives are read in portions, each recorded together with how far its archive is read. One more
portion is read while one is recorded and extracted.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event
from typing import BinaryIO
from urllib.parse import urlsplit

from flows.edges import storage
from flows.edges.archive import ArchivedResponse, Passage, Unreadable, WarcCopies, passages
from flows.edges.storage import ArchiveFile
from flows.errors import ArchiveError, BodyError, StorageError
from flows.progress import Progress
from flows.records import ArchiveProgress, Page, Source, Tombstones, stable_id
from flows.stages.discovery.links import declared, owner
from warehouse.pages import capture_of
from warehouse.store import Warehouse

# A portion ends with as many pages, bytes of their bodies, or bytes of the archive.
PAGES_PER_COMMIT = 256
_BODIES_PER_COMMIT = 64 * 2**20
_READ_PER_COMMIT = 64 * 2**20
PAGES_PER_EXTRACTION = 1024  # so the pages that wait are few, and the workers seldom idle


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pages are taken in: those that a source claims, and below one of the domains if there
    are any.
    """

    sources: Sequence[Source]
    domains: Sequence[str] = ()

    def owner(self, url: str) -> tuple[Source, str] | None:
        """The source of a page, and its canonical URL; None if it is not taken in."""
        if self.domains and not self._is_below(url):
            return None
        return owner(url, self.sources)

    def _is_below(self, url: str) -> bool:
        try:
            host = f".{urlsplit(url).hostname}"
        except ValueError:
            return False
        return any(host.endswith(f".{domain}") for domain in self.domains)

    @property
    def strange_domains(self) -> list[str]:
        """The domains at which no source seems to be, by its addresses and its pattern."""
        return [
            domain
            for domain in self.domains
            if not any(_may_be_at(domain, source) for source in self.sources)
        ]

    @property
    def key(self) -> str:
        """What differs if other pages would be taken in."""
        rules = [
            f"{source.id} {source.articles.pattern} {sorted(source.full_page.items())}"
            for source in self.sources
        ]
        return stable_id(*rules, "", *sorted(self.domains))


def _may_be_at(domain: str, source: Source) -> bool:
    hosts = [f".{host}" for host, _ in declared(source)]
    return domain in source.articles.pattern.replace("\\", "") or any(
        host.endswith(f".{domain}") or f".{domain}".endswith(host) for host in hosts
    )


@dataclass(frozen=True, slots=True)
class Portion:
    """What was read of an archive at a time: pages, each with its record if that is to be copied;
    how far the archive is read now; how many bytes that is more; and why it could not be read any
    further.
    """

    progress: ArchiveProgress
    pages: Sequence[tuple[Page, bytes]]
    read: int
    failure: ArchiveError | StorageError | None = None


def take_in(
    store: Warehouse,
    archives: Sequence[ArchiveFile],
    selection: Selection,
    copies: WarcCopies,
    extract: Callable[[], int],
    progress: Progress,
    now: datetime,
) -> list[str]:
    """Record every article page of the archives, from where an earlier backfill has stopped, and
    extract them. Returns the places that could not be read.

    `copies` takes the records of pages that lie elsewhere; `extract` extracts some pages, and
    returns how many. Raises StorageError.
    """
    known = store.pages.archive_progress(selection.key)
    begun = {archive.name: _begun(archive, known.get(archive.name)) for archive in archives}
    left = [each for each in archives if not _is_done(begun[each.name], known.get(each.name))]
    if done := len(archives) - len(left):
        progress.say("archive", f"{done} of {len(archives)} archives were read before")
    total = sum(archive.size - begun[archive.name].read_to for archive in left)
    failures: list[str] = []
    waiting = 0
    with (
        progress.reading("archive", "pages", total) as advance,
        _read_ahead(store, [(each, begun[each.name]) for each in left], selection) as portions,
    ):
        for portion in portions:
            _commit(store, portion, selection, copies, now)
            begun[portion.progress.archive] = portion.progress
            failures += _refused(portion)
            waiting += len(portion.pages)
            if waiting >= PAGES_PER_EXTRACTION:
                waiting = 0
                _drain(extract)
            advance(len(portion.pages), portion.read)
        _drain(extract)
    return [*(place for each in begun.values() for place in each.unreadable), *failures]


@contextmanager
def _read_ahead(
    store: Warehouse, archives: Sequence[tuple[ArchiveFile, ArchiveProgress]], selection: Selection
) -> Iterator[Iterator[Portion]]:
    """The portions of archives, one more of which is read while one is worked on."""
    stopped = Event()
    found = _Reader(selection, store.forgotten.tombstones(), stopped).portions(archives)

    def ahead(reader: ThreadPoolExecutor) -> Iterator[Portion]:
        following = reader.submit(next, found, None)
        while portion := following.result():
            following = reader.submit(next, found, None)
            yield portion

    with ThreadPoolExecutor(1) as reader:
        try:
            yield ahead(reader)
        finally:
            stopped.set()


def _begun(archive: ArchiveFile, known: ArchiveProgress | None) -> ArchiveProgress:
    """How far an archive is read. If nothing was, or if it is another one by now, not at all."""
    if known and known.read_to and known.fingerprint == archive.fingerprint:
        return known
    return ArchiveProgress(archive.name, archive.fingerprint, archive.size)


def _is_done(progress: ArchiveProgress, known: ArchiveProgress | None) -> bool:
    return progress is known and progress.read_to >= progress.size


def _drain(extract: Callable[[], int]) -> None:
    while extract():
        pass


def _refused(portion: Portion) -> Iterator[str]:
    """The place where an archive could not be read any further. Raises StorageError if no other can
    be read, either.
    """
    if portion.failure is None:
        return
    place = Unreadable(portion.progress.archive, portion.progress.read_to, str(portion.failure))
    if isinstance(portion.failure, StorageError):
        raise StorageError(
            f"{place}; what was read is kept: the same command goes on from there"
        ) from portion.failure
    yield str(place)


def _commit(
    store: Warehouse, portion: Portion, selection: Selection, copies: WarcCopies, now: datetime
) -> None:
    """Record a portion, and copy the records of pages that are not recorded already."""
    if portion.failure and not portion.progress.read_to:
        return
    remote = [page for page, record in portion.pages if record]
    recorded = store.pages.recorded(remote)
    pages = [
        replace(page, warc=copies.add(record)) if record else page
        for page, record in portion.pages
        if not (record and capture_of(page) in recorded)
    ]
    copies.sync()
    store.pages.record_archived(pages, portion.progress, selection.key, now)


# ---- reading ----


@dataclass(slots=True)
class _Gathered:
    """A portion that grows. `begun`: how far its archive was read before it."""

    begun: ArchiveProgress
    read_to: int = field(init=False)
    pages: list[tuple[Page, bytes]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    _bodies: int = 0  # bytes

    def __post_init__(self) -> None:
        self.read_to = self.begun.read_to

    def add(self, page: Page, record: bytes) -> None:
        self.pages.append((page, record))
        self._bodies += len(page.body)

    @property
    def is_full(self) -> bool:
        return (
            len(self.pages) >= PAGES_PER_COMMIT
            or self._bodies >= _BODIES_PER_COMMIT
            or self.read_to - self.begun.read_to >= _READ_PER_COMMIT
        )

    def portion(self, failure: ArchiveError | StorageError | None = None) -> Portion:
        unreadable = (*self.begun.unreadable, *self.unreadable)
        progress = replace(self.begun, read_to=self.read_to, unreadable=unreadable)
        return Portion(progress, self.pages, self.read_to - self.begun.read_to, failure)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads archives in portions, in a thread of its own, until it is told to stop."""

    selection: Selection
    forgotten: Tombstones
    stopped: Event

    def portions(
        self, archives: Sequence[tuple[ArchiveFile, ArchiveProgress]]
    ) -> Iterator[Portion]:
        for archive, begun in archives:
            for portion in self._portions_of(archive, begun):
                yield portion
                if isinstance(portion.failure, StorageError):
                    return

    def _portions_of(self, archive: ArchiveFile, begun: ArchiveProgress) -> Iterator[Portion]:
        """An archive, from where an earlier backfill has stopped."""
        gathered = _Gathered(begun)
        failure = None
        try:
            with storage.opened(archive) as file:
                for passage in passages(file, archive.name, begun.read_to, self._wants):
                    gathered.read_to = passage.end
                    found = self._page(passage)
                    if isinstance(found, Page):
                        gathered.add(found, _record(file, found, passage, archive))
                    elif found is not None:
                        gathered.unreadable.append(str(found))
                    if gathered.is_full:
                        portion = gathered.portion()
                        gathered = _Gathered(portion.progress)
                        yield portion
                    if self.stopped.is_set():
                        return
        except (ArchiveError, StorageError) as error:
            failure = error
        yield gathered.portion(failure)

    def _wants(self, url: str) -> bool:
        return self.selection.owner(url) is not None

    def _page(self, passage: Passage) -> Page | Unreadable | None:
        """The article page at a place of an archive; None if there is something else."""
        found = passage.found
        if not isinstance(found, ArchivedResponse):
            return found
        owned = self.selection.owner(found.url)
        if found.status != 200 or owned is None:
            return None
        source, url = owned
        if self.forgotten.cover(source.id, url):
            return None
        try:
            body = found.body()
        except BodyError as error:
            return Unreadable(found.ref.file, found.ref.offset, f"{found.url}: {error}")
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


def _record(file: BinaryIO, page: Page, passage: Passage, archive: ArchiveFile) -> bytes:
    """The record of a page as it stands in a remote archive; nothing of a local one, where it
    stays.
    """
    if not archive.is_remote:
        return b""
    file.seek(page.warc.offset)
    return file.read(passage.end - page.warc.offset)
