"""Extraction: pages become articles, or rejections that say why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress

from flows.edges import archive
from flows.edges.archive import ArchivedResponse
from flows.edges.workers import Workers
from flows.errors import ArchiveError, BodyError
from flows.records import (
    Article,
    DoubtfulVersion,
    Page,
    Reason,
    Rejection,
    Source,
    StoredPage,
    identity_key,
)
from flows.stages.extraction.extract import EXTRACTOR_VERSION, extract
from flows.stages.extraction.interstitials import as_brief, find_repeated
from flows.stages.extraction.settling import Holder, Settled, assign_urls, make_arrival
from flows.stages.extraction.succession import Capture, KnownText, find_version_doubts
from flows.steps.recording import record_storable, unrecorded
from warehouse.store import Warehouse

# Some fifteen seconds of extraction on one core: 500 saved pages took 7.4. They are recorded
# together, and each time columns of the whole archive are read.
PAGES_PER_BATCH = 1_024
PAGES_PER_JOB = 8  # of one worker: a tenth of a second
JOBS_PER_BATCH = 8  # for each worker: the last ones end at about the same time
POOLED_PAGES = 128  # fewer are extracted before worker processes have started


def extract_batch(
    store: Warehouse,
    sources: Mapping[str, Source],
    workers: Workers,
    now: datetime,
    guarded: bool = False,
) -> int:
    """Extract the next batch of pages. Returns how many there were.

    `guarded`: none of them is extracted in this process, though they be few: one may kill it.
    """
    at_once = max(PAGES_PER_BATCH, PAGES_PER_JOB * JOBS_PER_BATCH * workers.count)
    pending = store.pages.pending_pages(at_once)
    extracted = _extract_all(pending, sources, workers, guarded)
    pages, read = _without_forgotten(store, pending, extracted, now)
    read = _without_repeated(store, pages, read, sources)
    settled = _settle(store, list(zip(pages, read, strict=True)), sources)
    are_articles = [isinstance(each, Article) for each in read]
    dates = [page.fetched_at for page in compress(pages, are_articles)]
    judged, overwritten = _judge(store, list(map(Capture, settled.articles, dates)))
    articles = iter(judged)
    outcomes = [next(articles) if isinstance(each, Article) else each for each in read]
    store.pages.release_articles(settled.released | overwritten)
    record_storable(
        list(zip(pages, outcomes, strict=True)),
        lambda done: store.articles.record_extracted(done, EXTRACTOR_VERSION, now),
        lambda one, why: store.articles.record_extracted(
            [(one[0], unrecorded(one[0], "extract", why))], EXTRACTOR_VERSION, now
        ),
    )
    store.pages.forget_foreign_versions({article.id for article in settled.articles})
    return len(pending)


def _without_forgotten(
    store: Warehouse,
    pages: Sequence[StoredPage],
    read: Sequence[Article | Rejection],
    now: datetime,
) -> tuple[Sequence[StoredPage], Sequence[Article | Rejection]]:
    """The pages, and what was read, without those that turn out to be of forgotten articles, such
    as by the canonical address that they name.
    """
    forgotten = store.forgotten.tombstones()
    if not forgotten:
        return pages, read
    met = [
        forgotten.cover(page.source_id, page.url, page.final_url)
        or (isinstance(found, Article) and forgotten.cover(found.source_id, *found.urls))
        for page, found in zip(pages, read, strict=True)
    ]
    store.forgotten.record_met(list(compress(pages, met)), now)
    kept = [not each for each in met]
    return list(compress(pages, kept)), list(compress(read, kept))


def _without_repeated(
    store: Warehouse,
    pages: Sequence[StoredPage],
    read: Sequence[Article | Rejection],
    sources: Mapping[str, Source],
) -> list[Article | Rejection]:
    """What was read, with rejections in place of articles whose text several addresses share."""
    briefs = {
        position: brief
        for position, (page, found) in enumerate(zip(pages, read, strict=True))
        if isinstance(found, Article)
        and (brief := as_brief(found, page.listed_title, sources[page.source_id]))
    }
    if not briefs:
        return list(read)
    known = store.articles.same_texts({brief.text for brief in briefs.values()})
    repeated = find_repeated(list(briefs.values()), known)
    outcomes = list(read)
    for position, brief in briefs.items():
        if brief in repeated:
            page = pages[position]
            detail = f"the same text under {repeated[brief]} addresses"
            outcomes[position] = _rejection(page, "interstitial", detail, retry=True)
    return outcomes


def _settle(
    store: Warehouse,
    read: Sequence[tuple[StoredPage, Article | Rejection]],
    sources: Mapping[str, Source],
) -> Settled:
    """The articles of a batch, each under its final address."""
    found = [(page, article) for page, article in read if isinstance(article, Article)]
    met = store.pages.met(
        {url for page, article in found for url in (page.found_url, *article.urls)}
    )
    arrivals = [
        make_arrival(page, page.found_url, page.fetched_at, article, sources[page.source_id], met)
        for page, article in found
    ]
    keys = {identity_key(url) for each in arrivals for url in (each.article.url, each.own)}
    holders = [Holder(**row) for row in store.pages.holders(keys)]
    return assign_urls(arrivals, holders, store.pages.listed_forms(keys))


def _judge(
    store: Warehouse, captures: Sequence[Capture]
) -> tuple[list[Article | DoubtfulVersion], set[str]]:
    """The captures as articles or, if their text is doubtful, kept aside; and the URLs of articles
    that currently show a doubtful text.
    """
    rows = store.articles.texts_of({each.article.id for each in captures})
    texts = [KnownText(**row) for row in rows]
    shown = {(text.article_id, text.shown_from) for text in texts}
    judged: list[Article | DoubtfulVersion] = []
    overwritten: set[str] = set()
    for each, doubt in zip(captures, find_version_doubts(captures, texts), strict=True):
        if doubt is None:
            judged.append(each.article)
            continue
        judged.append(DoubtfulVersion(each.article, doubt))
        if (each.article.id, each.fetched_at) in shown:
            overwritten.add(each.article.url)
    return judged, overwritten


@dataclass(frozen=True, slots=True)
class Job:
    """A page to extract. `response`: what its archive holds, or why that cannot be read; None where
    the worker reads the archive itself.
    """

    page: StoredPage
    source: Source | None
    response: ArchivedResponse | ArchiveError | None = None


def _extract_all(
    pages: Sequence[StoredPage], sources: Mapping[str, Source], workers: Workers, guarded: bool
) -> list[Article | Rejection]:
    jobs = (
        Job(page, sources.get(page.source_id), _response(page) if workers.elsewhere else None)
        for page in pages
    )
    if len(pages) < POOLED_PAGES and not workers.elsewhere and not guarded:
        return extract_jobs(list(jobs))
    shared = workers.share(extract_jobs, jobs, PAGES_PER_JOB)
    return [
        found or _rejection(page, "broken", "the extractor's process died on this page")
        for page, found in zip(pages, shared, strict=True)
    ]


def _response(page: StoredPage) -> ArchivedResponse | ArchiveError:
    try:
        return archive.read(page.warc)
    except ArchiveError as error:
        return error


def extract_jobs(jobs: Sequence[Job]) -> list[Article | Rejection]:
    """Extract pages, as a worker does it."""
    return [_extract(job) for job in jobs]


def _extract(job: Job) -> Article | Rejection:
    stored, source = job.page, job.source
    if source is None:
        return _rejection(stored, "not-article", "its source is no longer in sources.yaml")
    try:
        body = _body(job)
    except (ArchiveError, BodyError) as error:
        return _rejection(stored, "broken", str(error))
    page = Page(
        stored.url,
        stored.source_id,
        stored.found_url,
        stored.final_url,
        stored.fetched_at,
        stored.content_type,
        body,
        stored.warc,
        listed_title=stored.listed_title,
    )
    return extract(page, source)


def _body(job: Job) -> bytes:
    response = job.response or archive.read(job.page.warc)
    if isinstance(response, ArchiveError):
        raise response
    return response.body()


def _rejection(page: StoredPage, reason: Reason, detail: str, *, retry: bool = False) -> Rejection:
    return Rejection(page.url, page.source_id, "extract", reason, detail, retry)
