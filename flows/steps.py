"""The steps of a run, in their order. Each is the same three lines: what is pending, a pure
function does it, one transaction records it.

A step that is killed is finished by the next run: what it had recorded is no longer pending, what
it had not is pending still. `nightly` wraps the steps in Prefect tasks, `backfill` calls them as
they are.
"""

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from flows.edges import archive
from flows.edges.archive import ArchivedResponse, Unreadable
from flows.edges.encoder import Encoder
from flows.edges.web import Web
from flows.errors import ArchiveError, BodyError, FetchFailed, ListingError, RecordError
from flows.outcome import losses_of, noted
from flows.progress import Progress
from flows.records import (
    Article,
    DiscoveryKind,
    DoubtfulVersion,
    Heartbeat,
    Hit,
    Link,
    Note,
    Page,
    Rejection,
    Source,
    Stage,
    Topic,
    identity_key,
)
from flows.stages.discovery.links import (
    canonical,
    declared,
    full_page_url,
    joined,
    sort_children,
    sort_entries,
)
from flows.stages.discovery.listings import Entry, expand, read_listing
from flows.stages.extraction.extract import EXTRACTOR_VERSION, extract
from flows.stages.extraction.interstitials import as_brief, find_repeated
from flows.stages.extraction.learned import COUNTING, Cleaner, LearnedLine, Repeat, learn
from flows.stages.extraction.settling import Holder, Settled, arrival, settle
from flows.stages.extraction.succession import Capture, KnownText, judge
from flows.stages.grouping.stories import group
from flows.stages.watch.alerts import decide, follow
from flows.stages.watch.messages import heartbeat
from flows.stages.watch.topics import compile_topic, match
from warehouse.pages import Document, StoredPage
from warehouse.runs import Look, Run
from warehouse.store import Warehouse

FETCHED_PER_COMMIT = 20  # at five seconds a page a kill costs at most two minutes of asking again
PAGES_PER_BATCH = 256  # about four seconds of extraction on one core
POOLED_PAGES = 128  # fewer are extracted sooner than the worker processes have started
TEXTS_PER_BATCH = 256  # about five seconds of encoding
# a night of the whole press, so that its order of arrival does not matter; a backfill goes in
# portions of it
CLIPPINGS_PER_BATCH = 10_000
ARTICLES_PER_BATCH = 1_000
CLEANED_PER_BATCH = 5_000  # a few seconds; the headlines of a source are read once a batch
STORY_WINDOW = timedelta(hours=72)  # a copy or a follow-up later than this is another story
MAX_CHILD_SITEMAPS = 50  # of one discovery address; the newest first
MAX_SITEMAP_DEPTH = 3  # an index of indexes of indexes: a year, a month, a day
FULL_READ_EVERY = timedelta(days=7)  # some servers say for ever that nothing has changed


# ---- record ----

T = TypeVar("T")


def record_singly(
    items: Sequence[T],
    record: Callable[[Sequence[T]], None],
    refuse: Callable[[T, RecordError], None],
) -> None:
    """Record a batch; where that cannot be done, its items one at a time, and refuse the one that
    is the cause.
    """
    try:
        record(items)
    except RecordError as error:
        if len(items) == 1:
            refuse(items[0], error)
            return
        for item in items:
            record_singly([item], record, refuse)


def _unrecorded(item: Link | StoredPage, stage: Stage, why: RecordError) -> Rejection:
    return Rejection(item.url, item.source_id, stage, "broken", f"cannot be recorded: {why}")


# ---- discover ----


async def discover(
    warehouse: Warehouse,
    web: Web,
    source: Source,
    sources: Sequence[Source],
    now: datetime,
    since: timedelta,
) -> Look:
    """Read a source's discovery addresses and record the links they list; those dated before `now -
    since` are left alone.
    """
    found = await list_links(web, source, sources, now, since, warehouse.pages.document)
    recent = [
        link
        for link in found.links.values()
        if link.listed_at is None or link.listed_at >= now - since
    ]
    warehouse.pages.record_links(found.documents, (), found.rejections, now)
    record_singly(
        recent,
        lambda links: warehouse.pages.record_links({}, links, (), now),
        lambda link, why: warehouse.pages.record_links(
            {}, (), [_unrecorded(link, "discover", why)], now
        ),
    )
    without = [] if source.discover else [Note("listing", "no discovery address in sources.yaml")]
    return Look(
        source.id,
        looked=True,
        usable=bool(found.counts),
        listed=len(set(map(identity_key, found.links))),
        notes=(*without, *found.notes),
    )


@dataclass(slots=True)
class Listed:
    """What a look at a source's discovery addresses found. `counts`: links by address that could be
    read; `notes`: what went wrong or was left out; `asked`: every address, children too.
    """

    documents: dict[str, Document] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)


async def list_links(
    web: Web,
    source: Source,
    sources: Sequence[Source],
    now: datetime,
    since: timedelta,
    known: Callable[[str], Document | None],
) -> Listed:
    """Ask every discovery address, and the child sitemaps that changed since; `known` is what a
    conditional GET may build on.
    """
    found = Listed()
    look = _Look(web, source, sources, now, since, known)
    for discovery in source.discover:
        for url in expand(discovery, source, now):
            await _follow_listing(look, discovery.kind, url, found)
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look at a source's discovery addresses goes by."""

    web: Web
    source: Source
    sources: Sequence[Source]
    now: datetime
    since: timedelta
    known: Callable[[str], Document | None]


async def _follow_listing(look: _Look, kind: DiscoveryKind, url: str, found: Listed) -> None:
    """Read the document at a discovery address and, of a sitemap index, its children and theirs."""
    waiting: list[tuple[DiscoveryKind, str, int]] = [(kind, url, 0)]
    left = MAX_CHILD_SITEMAPS
    while waiting:
        kind, at, depth = waiting.pop(0)
        if at in found.asked:
            continue
        found.asked.add(at)
        children = await _read_listing(look, kind, at, found)
        if children and depth == MAX_SITEMAP_DEPTH:
            text = f"{at}: {len(children)} child sitemaps left out: too deep"
            found.notes.append(Note("left-out", text, len(children)))
            continue
        recent = [
            child
            for child in children
            if child.url not in found.asked
            and (child.lastmod is None or child.lastmod >= look.now - look.since)
        ]
        newest = sorted(recent, key=lambda child: child.lastmod or look.now, reverse=True)
        if more := len(newest[left:]):
            text = (
                f"{at}: {more} child sitemaps left out: at most {MAX_CHILD_SITEMAPS} of an address"
            )
            found.notes.append(Note("left-out", text, more))
        waiting += [("sitemap", child.url, depth + 1) for child in newest[:left]]
        left -= len(newest[:left])


async def _read_listing(look: _Look, kind: DiscoveryKind, url: str, found: Listed) -> list[Entry]:
    """Add what the document at `url` lists to what was found; its children."""
    source = look.source
    try:
        body = await _document(look, url, found)
        listing = read_listing(kind, body, url, ZoneInfo(source.timezone))
    except (FetchFailed, ListingError) as error:
        found.notes.append(Note("listing", f"{url}: {error}"))
        if isinstance(error, FetchFailed) and error.reason in (
            "private-address",
            "bad-url",
        ):  # by its name, or behind a redirect
            found.rejections.append(
                Rejection(url, source.id, "discover", error.reason, error.detail)
            )
        return []
    found.notes += [replace(note, text=f"{url}: {note.text}") for note in listing.notes]
    links, rejections = sort_entries(listing.entries, look.sources, source, kind)
    children, refused = sort_children(listing.children, source)
    for link in links:
        found.links[link.url] = joined(found.links.get(link.url, link), link)
    found.rejections += [*rejections, *refused]
    found.counts[url] = len(links)
    return children


async def _document(look: _Look, url: str, found: Listed) -> bytes:
    """A discovery document; when the server says that it has not changed, as it was read last. It
    is believed for a week, or for as long as the source may be silent.
    """
    known = look.known(url)
    trusted = min(FULL_READ_EVERY, look.source.expect.silent_after or FULL_READ_EVERY)
    last_body = _last_body(known) if known and look.now - known.read_at <= trusted else None
    validators = known if last_body is not None else None
    fetched = await look.web.get(
        url,
        declared=declared(look.source),
        min_delay_s=look.source.min_delay_s,
        etag=validators.etag if validators else None,
        last_modified=validators.last_modified if validators else None,
    )
    if last_body is not None and fetched.status == 304:
        return last_body
    found.documents[url] = Document(
        fetched.headers.get("etag"),
        fetched.headers.get("last-modified"),
        fetched.warc,
        look.now,
    )
    return fetched.body


def _last_body(known: Document) -> bytes | None:
    """A document's last text from its archive; None where that is gone or damaged."""
    try:
        return archive.read(known.warc).body()
    except (ArchiveError, BodyError):
        return None


# ---- fetch ----


async def fetch(
    warehouse: Warehouse,
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
        for link in warehouse.pages.pending_links(source.id, now)
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
                    lambda fetched: warehouse.pages.record_fetched(fetched, now),
                    lambda one, why: warehouse.pages.record_fetched(
                        [(one[0], _unrecorded(one[0], "fetch", why))], now
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


# ---- take in an archive ----


def take_in(
    warehouse: Warehouse, archives: Sequence[Path], sources: Sequence[Source], progress: Progress
) -> list[Unreadable]:
    """Record every archived article page; returns the places in the archives that could not be
    read.
    """
    unreadable: list[Unreadable] = []
    with progress.step("archive", unit="pages") as advance:
        pages = _archived_pages(archives, sources, unreadable)
        while batch := list(islice(pages, PAGES_PER_BATCH)):
            warehouse.pages.record_archived(batch)
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


# ---- extract ----


def extract_batch(
    warehouse: Warehouse,
    sources: Mapping[str, Source],
    pool: ProcessPoolExecutor | None,
    now: datetime,
) -> int:
    """Make articles or rejections of the next pending pages; how many pages there were."""
    pages = warehouse.pages.pending_pages(PAGES_PER_BATCH)
    read = _extract_all(pages, sources, pool if len(pages) >= POOLED_PAGES else None)
    read = _without_repeated(warehouse, pages, read, sources)
    settled = _settle(warehouse, list(zip(pages, read, strict=True)), sources)
    dates = [
        page.fetched_at for page, each in zip(pages, read, strict=True) if isinstance(each, Article)
    ]
    judged, overwritten = _judge(warehouse, list(map(Capture, settled.articles, dates)))
    articles = iter(judged)
    outcomes = [next(articles) if isinstance(each, Article) else each for each in read]
    warehouse.pages.release_articles(settled.released | overwritten)
    record_singly(
        list(zip(pages, outcomes, strict=True)),
        lambda read: warehouse.articles.record_extracted(read, EXTRACTOR_VERSION, now),
        lambda one, why: warehouse.articles.record_extracted(
            [(one[0], _unrecorded(one[0], "extract", why))], EXTRACTOR_VERSION, now
        ),
    )
    warehouse.pages.forget_foreign_versions({article.url for article in settled.articles})
    return len(pages)


def _without_repeated(
    warehouse: Warehouse,
    pages: Sequence[StoredPage],
    read: Sequence[Article | Rejection],
    sources: Mapping[str, Source],
) -> list[Article | Rejection]:
    """What was read, without the articles that are one text under several addresses."""
    briefs = [
        as_brief(found, page.listed_title, sources[page.source_id])
        if isinstance(found, Article)
        else None
        for page, found in zip(pages, read, strict=True)
    ]
    asked = [brief for brief in briefs if brief]
    known = warehouse.articles.same_texts({brief.text for brief in asked}) if asked else []
    repeated = find_repeated(asked, known)
    return [
        Rejection(
            page.url,
            page.source_id,
            "extract",
            "interstitial",
            f"the same text under {repeated[brief]} addresses",
            retry=True,
        )
        if brief in repeated
        else found
        for page, found, brief in zip(pages, read, briefs, strict=True)
    ]


def _settle(
    warehouse: Warehouse,
    read: Sequence[tuple[StoredPage, Article | Rejection]],
    sources: Mapping[str, Source],
) -> Settled:
    """The articles of a batch, each under the address that it keeps."""
    found = [(page, article) for page, article in read if isinstance(article, Article)]
    met = warehouse.pages.met(
        {url for page, article in found for url in (page.found_url, *article.urls)}
    )
    arrivals = [
        arrival(page, page.found_url, page.fetched_at, article, sources[page.source_id], met)
        for page, article in found
    ]
    keys = {identity_key(url) for each in arrivals for url in (each.article.url, each.own)}
    holders = [Holder(**row) for row in warehouse.pages.holders(keys)]
    return settle(arrivals, holders, warehouse.pages.listed_forms(keys))


def _judge(
    warehouse: Warehouse, captures: Sequence[Capture]
) -> tuple[list[Article | DoubtfulVersion], set[str]]:
    """The articles that are believed and those that are not; and the URLs of articles that show by
    now what is not.
    """
    texts = [
        KnownText(**row)
        for row in warehouse.articles.texts_of({each.article.id for each in captures})
    ]
    shown = {(text.article_id, text.shown_from) for text in texts}
    judged: list[Article | DoubtfulVersion] = []
    overwritten: set[str] = set()
    for each, doubt in zip(captures, judge(captures, texts), strict=True):
        judged.append(DoubtfulVersion(each.article, doubt) if doubt else each.article)
        if doubt and (each.article.id, each.fetched_at) in shown:
            overwritten.add(each.article.url)
    return judged, overwritten


def _extract_all(
    pages: Sequence[StoredPage], sources: Mapping[str, Source], pool: ProcessPoolExecutor | None
) -> list[Article | Rejection]:
    declared = [sources.get(page.source_id) for page in pages]
    if pool is None:
        return [extract_stored(page, source) for page, source in zip(pages, declared, strict=True)]
    try:
        return list(pool.map(extract_stored, pages, declared, chunksize=4))
    except BrokenProcessPool:
        return [_extract_alone(page, source) for page, source in zip(pages, declared, strict=True)]


def extract_stored(stored: StoredPage, source: Source | None) -> Article | Rejection:
    """Read a page from its archive and extract it."""
    if source is None:
        return Rejection(
            stored.url,
            stored.source_id,
            "extract",
            "not-article",
            "its source is no longer in sources.yaml",
        )
    try:
        body = archive.read(stored.warc).body()
    except (ArchiveError, BodyError) as error:
        return Rejection(stored.url, stored.source_id, "extract", "broken", str(error))
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


def _extract_alone(page: StoredPage, source: Source | None) -> Article | Rejection:
    """In a process of its own, so that a page that brings the extractor down ends as a rejection
    and takes no other along.
    """
    with worker_pool(1) as pool:
        try:
            return pool.submit(extract_stored, page, source).result()
        except BrokenProcessPool:
            return Rejection(
                page.url,
                page.source_id,
                "extract",
                "broken",
                "the extractor's process died on this page",
            )


@contextmanager
def worker_pool(workers: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Processes that start with the first work they are given, and end with this one even when it
    is killed.
    """
    # spawn: a fork would copy the locks that Prefect's and DuckDB's threads hold
    with ProcessPoolExecutor(
        workers or os.cpu_count(), get_context("spawn"), _end_with, (os.getpid(),)
    ) as pool:
        yield pool


def _end_with(parent: int) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


# ---- embed, group, match ----


def catch_up(
    warehouse: Warehouse,
    sources: Sequence[Source],
    topics: Sequence[Topic],
    encoder: Encoder,
    now: datetime,
    progress: Progress,
) -> None:
    """All steps from extraction to matching, until nothing is pending."""
    with worker_pool() as pool:
        progress.drain(
            "extract",
            "pages",
            extract_batch,
            warehouse,
            {source.id: source for source in sources},
            pool,
            now,
        )
    learn_lines(warehouse, sources, now)
    progress.drain("clean", "articles", clean_batch, warehouse)
    progress.drain("embed", "articles", embed_batch, warehouse, encoder)
    progress.drain("group", "articles", group_batch, warehouse, encoder.model, now)
    for topic in topics:
        progress.drain("match", f"articles with {topic.id}", match_batch, warehouse, topic, now)


def learn_lines(warehouse: Warehouse, sources: Sequence[Source], now: datetime) -> int:
    """Learn what returns on the articles of each source that has new ones, and heed what operators
    keep; how many lines are known.
    """
    keep = {source.id: source.keep for source in sources}
    lines = {row["line_id"]: row for row in warehouse.articles.learned_lines()}
    for source_id in warehouse.articles.sources_to_learn():
        for line in learn(Repeat(**row) for row in warehouse.articles.repeats(source_id, COUNTING)):
            lines[line.id] = asdict(line) | {"line_id": line.id}
    known = [
        row
        | {"kept": any(pattern.search(row["text"]) for pattern in keep.get(row["source_id"], ()))}
        for row in lines.values()
    ]
    warehouse.articles.record_learned(known, now)
    return len(known)


def clean_batch(warehouse: Warehouse) -> int:
    """Cut what was learned from the next articles that are not clean; how many there were."""
    articles = warehouse.articles.uncleaned(CLEANED_PER_BATCH)
    cleaners = {
        source_id: _cleaner(warehouse, source_id)
        for source_id in {article.source_id for article in articles}
    }
    cleaned = [(article, cleaners[article.source_id].clean(article.body)) for article in articles]
    warehouse.articles.record_cleaned(
        [(article, found.body, found.removed) for article, found in cleaned]
    )
    return len(articles)


def _cleaner(warehouse: Warehouse, source_id: str) -> Cleaner:
    learned = [
        LearnedLine(**{name: row[name] for name in LearnedLine.__dataclass_fields__})
        for row in warehouse.articles.learned_lines(source_id)
        if not row["kept"]
    ]
    needs_titles = any(line.shape == "label" for line in learned)
    return Cleaner(learned, warehouse.articles.titles(source_id) if needs_titles else ())


def embed_batch(warehouse: Warehouse, encoder: Encoder) -> int:
    """Give the next pending texts their vectors; how many there were."""
    texts = warehouse.articles.pending_texts(encoder.model, TEXTS_PER_BATCH)
    if texts:
        warehouse.articles.record_vectors(
            encoder.model, texts, encoder.encode([(text.title, text.body) for text in texts])
        )
    return len(texts)


def group_batch(warehouse: Warehouse, model: str, now: datetime) -> int:
    """Place the next articles that have no story, or that are to be placed anew; how many there
    were.
    """
    new = {
        clipping.article_id: clipping
        for clipping in warehouse.stories.ungrouped(model, CLIPPINGS_PER_BATCH)
    }
    if new:
        open_stories = {
            clipping.article_id: clipping
            for clipping in warehouse.stories.open_stories(model, new.values(), STORY_WINDOW)
        }
        placements, merges = group([*(open_stories | new).values()], STORY_WINDOW)
        warehouse.stories.record_grouped(new, placements, merges, now)
    return len(new)


def match_batch(warehouse: Warehouse, topic: Topic, now: datetime) -> int:
    """Look with one topic at the next articles, record its hits, and raise alerts; how many
    articles there were.
    """
    articles = warehouse.alerts.unmatched(topic, ARTICLES_PER_BATCH)
    rule = compile_topic(topic)
    hits = [
        Hit(
            topic_id=topic.id,
            topic_version=topic.version,
            article_id=a.article_id,
            story_id=a.story_id,
            seen_at=a.seen_at,
            precision=a.precision,
            arrived_by=a.arrived_by,
            outlet=a.outlet,
            url=a.url,
            title=a.title,
            relation=a.relation,
            original_article_id=a.original_article_id,
            match=found,
        )
        for a in articles
        if (found := match(rule, a.title, a.body))
    ]
    warehouse.alerts.record_matched(
        topic, articles, decide(hits, warehouse.alerts.alerted(), {topic.id: topic}, now)
    )
    return len(articles)


def follow_topic(warehouse: Warehouse, topic: Topic, now: datetime) -> int:
    """Raise the alerts with which a topic's alerted stories go on; how many."""
    since = (
        now - max(topic.max_age, STORY_WINDOW) - STORY_WINDOW
    )  # older ones have nothing left to tell
    alerts = follow(warehouse.alerts.alerted_stories(topic, since), topic, now, STORY_WINDOW)
    warehouse.alerts.record(topic, alerts)
    return len(alerts)


def note_ends(
    warehouse: Warehouse, run: Run, looks: Sequence[Look], sources: Sequence[Source], now: datetime
) -> list[Look]:
    """The looks of a run with what became of each source's pages."""
    ends = warehouse.runs.ends_of(run)
    newest = warehouse.runs.newest_of_sources()
    declared = {source.id: source for source in sources}
    return [
        noted(
            look,
            declared[look.source_id],
            [each for each in ends if each.source_id == look.source_id],
            newest.get(look.source_id),
            now,
        )
        for look in looks
    ]


def beat(
    warehouse: Warehouse,
    topic: Topic,
    run: Run,
    looks: Sequence[Look],
    sources: Sequence[Source],
    articles: int,
    now: datetime,
    ring: bool,
) -> Heartbeat:
    """Record what a run looked at for a topic, where `ring` also for the desk: "nothing" shall mean
    "looked, and found nothing".

    `looks`: at the sources that the run was to look at; `articles`: how many the topic looked at.
    """
    names = {source.id: source.name for source in sources}
    asked = [names[look.source_id] for look in looks]
    silent = [names[look.source_id] for look in looks if not look.usable]
    hits = warehouse.alerts.hits_by_topic().get(topic.id, 0) - run.hits.get(topic.id, 0)
    alerts = sum(alert.topic_id == topic.id for alert in warehouse.runs.alerts_of(run))
    counts = (sum(look.listed for look in looks), articles, hits, alerts)
    partly = [names[look.source_id] for look in looks if look.usable and losses_of(look)]
    troubles = [trouble for look in looks for trouble in losses_of(look)]
    missed = "; ".join(f"{trouble.source_id}: {trouble.example}" for trouble in troubles)
    found = heartbeat(topic, asked, silent, partly, counts, missed, now, ring)
    warehouse.alerts.record_heartbeat(topic, run.id, found)
    return found
