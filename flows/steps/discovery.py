"""Discovery: the entries of a source's listings become links to fetch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.edges import archive
from flows.edges.web import Web
from flows.errors import ArchiveError, BodyError, FetchFailed, ListingError, RecordError
from flows.records import (
    NOTHING_FORGOTTEN,
    DiscoveryKind,
    Document,
    Link,
    Look,
    Note,
    Rejection,
    Source,
    Tombstones,
    WarcRef,
    identity_key,
)
from flows.stages.discovery.links import declared, merge_links, sort_children, sort_entries
from flows.stages.discovery.listings import Entry, expand, read_listing
from flows.steps.recording import record_storable, unrecorded
from warehouse.store import Warehouse

MAX_CHILD_SITEMAPS = 50  # per discovery address, the newest first
MAX_SITEMAP_DEPTH = 3  # indexes of years, of months, and of days
LINKS_PER_COMMIT = 20_000  # some 10 MB
FULL_READ_EVERY = timedelta(days=7)  # some servers answer 304 forever


async def discover(
    store: Warehouse,
    web: Web,
    source: Source,
    sources: Sequence[Source],
    now: datetime,
    since: timedelta,
) -> tuple[Look, "Listed"]:
    """Read a source's discovery addresses."""
    forgotten = store.forgotten.tombstones()
    if source.id in forgotten.sources:
        return Look(source.id, notes=(Note("forgotten", "forgotten on request"),)), Listed()
    found = await list_links(web, source, sources, now, since, store.pages.document, forgotten)
    if not source.discover:
        found.notes.append(Note("listing", "no discovery address in sources.yaml"))
    look = Look(
        source.id,
        looked=True,
        usable=bool(found.counts),
        listed=len(set(map(identity_key, found.links))),
        notes=tuple(found.notes),
    )
    return look, found


def record_found(
    store: Warehouse, found: Sequence[tuple[Look, "Listed"]], now: datetime, since: timedelta
) -> list[Look]:
    """Record what the discovery addresses of all sources listed, as `record_listed` does; if that
    fails, source by source. Returns the looks, with a note where it failed.
    """
    try:
        record_listed(store, [listed for _, listed in found], now, since)
    except RecordError as error:
        if len(found) > 1:
            return [look for one in found for look in record_found(store, [one], now, since)]
        [(look, _)] = found
        return [look.noting([Note("broke-off", f"discovery broke off: {error}")])]
    return [look for look, _ in found]


def record_listed(
    store: Warehouse, listed: Sequence["Listed"], now: datetime, since: timedelta
) -> None:
    """Record what the discovery addresses of all sources listed, except links dated before
    `now - since`: together, because each link is looked for in the whole archive.
    """
    documents = {url: document for found in listed for url, document in found.documents.items()}
    rejections = [rejection for found in listed for rejection in found.rejections]
    store.pages.record_links(documents, (), rejections, now)
    store.forgotten.record_unwanted([place for found in listed for place in found.unwanted])
    recent = [
        link
        for found in listed
        for link in found.links.values()
        if link.listed_at is None or link.listed_at >= now - since
    ]
    for start in range(0, len(recent), LINKS_PER_COMMIT):
        record_storable(
            recent[start : start + LINKS_PER_COMMIT],
            lambda links: store.pages.record_links({}, links, (), now),
            lambda link, why: store.pages.record_links(
                {}, (), [unrecorded(link, "discover", why)], now
            ),
        )


@dataclass(slots=True)
class Listed:
    """What a look at a source's discovery addresses found. `counts`: how many links each address
    that could be read lists; `notes`: what went wrong or was left out; `requested`: every address,
    including child sitemaps; `unwanted`: responses that list a forgotten article, and may hold some
    of its text.
    """

    documents: dict[str, Document] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    requested: set[str] = field(default_factory=set)
    unwanted: list[WarcRef] = field(default_factory=list)


async def list_links(
    web: Web,
    source: Source,
    sources: Sequence[Source],
    now: datetime,
    since: timedelta,
    known: Callable[[str], Document | None],
    forgotten: Tombstones = NOTHING_FORGOTTEN,
) -> Listed:
    """Request every discovery address, and the child sitemaps that changed since `now - since`.

    `known` returns the document last read at an address, for a conditional GET; `forgotten`: links
    that are left out.
    """
    found = Listed()
    look = _Look(web, source, sources, now, since, known, forgotten)
    for discovery in source.discover:
        for url in expand(discovery, source, now):
            await _follow_listing(look, discovery.kind, url, found)
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """The arguments of `list_links`."""

    web: Web
    source: Source
    sources: Sequence[Source]
    now: datetime
    since: timedelta
    known: Callable[[str], Document | None]
    forgotten: Tombstones


async def _follow_listing(look: _Look, kind: DiscoveryKind, url: str, found: Listed) -> None:
    """Read the document at a discovery address and, if it is a sitemap index, its descendants."""
    waiting: list[tuple[DiscoveryKind, str, int]] = [(kind, url, 0)]
    left = MAX_CHILD_SITEMAPS
    while waiting:
        kind, at, depth = waiting.pop(0)
        if at in found.requested:
            continue
        found.requested.add(at)
        children = await _read_listing(look, kind, at, found)
        if {child.url for child in children} == {at}:
            found.notes.append(Note("listing", f"{at}: a sitemap index that lists only itself"))
            continue
        if children and depth == MAX_SITEMAP_DEPTH:
            text = f"{at}: {len(children)} child sitemaps left out: too deep"
            found.notes.append(Note("left-out", text, len(children)))
            continue
        recent = [
            child
            for child in children
            if child.url not in found.requested
            and (child.lastmod is None or child.lastmod >= look.now - look.since)
        ]
        newest = sorted(recent, key=lambda child: child.lastmod or look.now, reverse=True)
        if more := len(newest[left:]):
            limit = f"at most {MAX_CHILD_SITEMAPS} per address"
            text = f"{at}: {more} child sitemaps left out: {limit}"
            found.notes.append(Note("left-out", text, more))
        waiting += [("sitemap", child.url, depth + 1) for child in newest[:left]]
        left -= len(newest[:left])


async def _read_listing(look: _Look, kind: DiscoveryKind, url: str, found: Listed) -> list[Entry]:
    """Add what the document at `url` lists to `found`. Returns its child sitemaps."""
    source = look.source
    try:
        body = await _document(look, url, found)
        listing = read_listing(kind, body, url, ZoneInfo(source.timezone))
    except (FetchFailed, ListingError) as error:
        found.notes.append(Note("listing", f"{url}: {error}"))
        # The name of the host, or a redirect, may lead to a forbidden address.
        if isinstance(error, FetchFailed) and error.reason in ("private-address", "bad-url"):
            found.rejections.append(
                Rejection(url, source.id, "discover", error.reason, error.detail)
            )
        return []
    found.notes += [replace(note, text=f"{url}: {note.text}") for note in listing.notes]
    links, rejections = sort_entries(listing.entries, look.sources, source, kind)
    children, refused = sort_children(listing.children, source)
    links = _without_forgotten(look, url, links, found)
    for link in links:
        found.links[link.url] = merge_links(found.links.get(link.url, link), link)
    found.rejections += [*rejections, *refused]
    found.counts[url] = len(links)
    return children


def _without_forgotten(look: _Look, url: str, links: Sequence[Link], found: Listed) -> list[Link]:
    """The links of the document at `url` that may be taken in. A document that lists others, too,
    is read in full the next time, because its response does not stay.
    """
    kept = [
        link for link in links if not look.forgotten.cover(link.source_id, link.url, link.found_url)
    ]
    if skipped := len(links) - len(kept):
        found.notes.append(Note("forgotten", "links of forgotten articles were skipped", skipped))
        if document := found.documents.pop(url, None):
            found.unwanted.append(document.warc)
    return kept


async def _document(look: _Look, url: str, found: Listed) -> bytes:
    """A discovery document, in its last text if the server says that it has not changed. The server
    is believed for FULL_READ_EVERY, or for as long as the source may be silent if that is shorter.
    """
    known = look.known(url)
    trusted = min(FULL_READ_EVERY, look.source.expect.silent_after or FULL_READ_EVERY)
    last_body = etag = last_modified = None
    if known and look.now - known.read_at <= trusted:
        last_body = _last_body(known)
    if known and last_body is not None:
        etag, last_modified = known.etag, known.last_modified
    fetched = await look.web.get(
        url,
        declared=declared(look.source),
        min_delay_s=look.source.min_delay_s,
        etag=etag,
        last_modified=last_modified,
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
    """A document's last text, from its archive; None if that is gone or damaged."""
    try:
        return archive.read(known.warc).body()
    except (ArchiveError, BodyError):
        return None
