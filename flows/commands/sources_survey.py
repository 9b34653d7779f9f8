"""What an outlet offers: its home page, robots.txt, feeds, sitemaps, and index pages are requested,
each once and as politely as in a run, until there are enough addresses to go by.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from flows.edges.web import Fetched, Web
from flows.errors import FetchFailed, KlipingError, ListingError
from flows.records import Source
from flows.stages.discovery.links import canonical, declared
from flows.stages.discovery.listings import Entry, read_listing
from flows.stages.discovery.proposals import (
    PATHS,
    Found,
    Home,
    likely_children,
    likely_sitemaps,
    read_home,
    tell_kind,
)

# Requests of each kind: with the delay between them, a survey takes a minute or two.
_MOST_FEEDS = 4
_MOST_SITEMAPS = 4
_MOST_CHILDREN = 3
_MOST_INDEXES = 2


@dataclass(slots=True)
class Survey:
    """What was found. `home`: the outlet's home page, after redirects; `name`: '' where it says
    none; `notes`: what could not be read.
    """

    home: str
    name: str = ""
    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def survey(web: Web, draft: Source, feeds: Sequence[str]) -> Survey:
    """Look around an outlet. `draft`: its address as `home`, with the delay and the time zone that
    apply; `feeds`: those that are known. Raises KlipingError if its home page cannot be had.
    """
    visit = _Visit(web, draft)
    given = await visit.request(draft.home)
    if isinstance(given, str):
        raise KlipingError(f"{draft.home}: {given}")
    kind = tell_kind(given.body)
    if kind != "index":  # the address of a listing
        feeds = (draft.home, *feeds)
        home = urljoin(given.final_url, "/")
        given = await visit.request(home)
    else:
        home = _home(given.final_url)
    said = Home() if isinstance(given, str) else read_home(given.body, given.final_url)
    visit.result = Survey(home, said.name, visit.result.found, visit.result.notes)
    visit.draft = replace(draft, home=home)
    await visit.read_feeds(dict.fromkeys([*feeds, *said.feeds]))
    await visit.read_sitemaps()
    await visit.read_indexes(said, given)
    return visit.result


def _home(url: str) -> str:
    """The home page without what a redirect added."""
    return urljoin(url, urlsplit(url).path or "/")


@dataclass(slots=True)
class _Visit:
    """A survey in progress."""

    web: Web
    draft: Source
    result: Survey = field(default_factory=lambda: Survey(""))
    read: dict[str, Fetched | str] = field(default_factory=dict)

    async def request(self, url: str) -> Fetched | str:
        """A document, or why there is none."""
        if url not in self.read:
            try:
                self.read[url] = await self.web.get(
                    url, declared=declared(self.draft), min_delay_s=self.draft.min_delay_s
                )
            except FetchFailed as failed:
                self.read[url] = f"{failed.reason}: {failed.detail}"
        return self.read[url]

    async def read_feeds(self, named: Iterable[str]) -> None:
        """The feeds that are named or, without any that lists something, the first of the usual
        ones.
        """
        read = [await self._sitemap(url) for url in list(named)[:_MOST_FEEDS]]
        if not any(read):
            await self._first_of(PATHS["feeds"])

    async def read_sitemaps(self) -> None:
        """The sitemaps that robots.txt names or, without any, the first of the usual ones."""
        try:
            named = await self.web.sitemaps(
                self.draft.home,
                declared=declared(self.draft),
                min_delay_s=self.draft.min_delay_s,
            )
        except FetchFailed as failed:
            self.result.notes.append(f"robots.txt: {failed.detail}")
            return
        urls = [urljoin(self.draft.home, url) for url in likely_sitemaps(named)]
        read = [await self._sitemap(url) for url in urls[:_MOST_SITEMAPS]]
        if not any(read):
            await self._first_of(PATHS["sitemaps"])

    async def read_indexes(self, said: Home, given: Fetched | str) -> None:
        """The index pages that the home page links, and the home page itself. Without a feed or a
        sitemap for news, also the first of the usual ones.
        """
        for url in said.indexes[:_MOST_INDEXES]:
            await self._listing(url, is_page=True)
        if not (said.indexes or any(found.is_certain for found in self.result.found)):
            for path in PATHS["indexes"]:
                if await self._listing(urljoin(self.draft.home, path), told=False, is_page=True):
                    break
        if isinstance(given, Fetched):
            await self._listing(given.url, told=False, is_page=True)

    async def _first_of(self, paths: Sequence[str]) -> None:
        for path in paths:
            if await self._sitemap(urljoin(self.draft.home, path), told=False):
                return

    async def _sitemap(self, url: str, *, told: bool = True) -> bool:
        """Read a feed or a sitemap and, if it is an index of sitemaps, some of its children.
        Returns whether there is any entry.
        """
        found = await self._listing(url, told=told)
        if found is None:
            return False
        has_entries = bool(found.entries)
        for child in likely_children(found)[:_MOST_CHILDREN]:
            read = await self._listing(child, parent=found)
            has_entries |= read is not None and bool(read.entries)
        return has_entries

    async def _listing(
        self, url: str, *, told: bool = True, is_page: bool = False, parent: Found | None = None
    ) -> Found | None:
        """Read a listing and keep it, if it is a page or not as expected. `told`: note if it cannot
        be read; `parent`: the index that names it, under whose address a sitemap is looked at.
        """
        read = await self._read_listing(url, is_page)
        if isinstance(read, Found):
            if parent and read.kind == "sitemap":
                read = replace(read, url=parent.url, children=parent.children)
            self.result.found.append(read)
            return read
        if told:
            self.result.notes.append(f"{url}: {read}")
        return None

    async def _read_listing(self, url: str, is_page: bool) -> Found | str:
        """A listing, or why there is none."""
        answer = await self.request(url)
        if isinstance(answer, str):
            return answer
        kind = tell_kind(answer.body)
        if kind is None or (kind == "index") != is_page:
            return "no listing"
        try:
            listing = read_listing(kind, answer.body, url, ZoneInfo(self.draft.timezone))
        except ListingError as error:
            return str(error)
        entries = tuple(filter(None, map(self._canonical, listing.entries)))
        return Found(kind, url, entries, listing.children)

    def _canonical(self, entry: Entry) -> Entry | None:
        try:
            return replace(entry, url=canonical(entry.url, self.draft))
        except ValueError:
            return None
