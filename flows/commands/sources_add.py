"""`kliping sources add`: find out where an outlet lists its articles and what their addresses look
like, try that on three of them, and add the outlet to sources.yaml after a yes.

What is proposed is decided in flows.stages (discovery.proposals, discovery.patterns,
extraction.selectors); the file is written by sources_write.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from rich.text import Text

from flows.addresses import is_address
from flows.commands.sources_survey import Survey, survey
from flows.commands.sources_write import with_entry, write
from flows.config import load_sources
from flows.edges.network import passing_web
from flows.edges.web import Web
from flows.errors import ConfigError, KlipingError, ListingError
from flows.records import Article, Link, Page, Rejection, Source
from flows.stages.discovery.links import owner
from flows.stages.discovery.listings import Entry
from flows.stages.discovery.patterns import derive, is_on, site_of
from flows.stages.discovery.proposals import (
    Draft,
    Found,
    choose_listings,
    expect_links,
    propose_id,
    write_entry,
)
from flows.stages.discovery.source_lists import (
    Outlet,
    read_csv,
    read_opml,
    whole_address,
)
from flows.stages.extraction.extract import extract
from flows.stages.extraction.selectors import propose_container, propose_prune
from flows.steps.fetching import fetch_link
from flows.terminal import console, line

_TRIED = 3  # articles
_MOST_TRIED = 6  # links, of which some may be videos
_AT_ONCE = 8  # outlets of a list; each is asked at its own pace
_TRIAL = write_entry(Draft("kliping-sources-add", "?", "https://www.example.com/"))
_SHOWN = 3  # addresses that the pattern does not find, and notes
_OUTLET, _GOOD, _WARNING = "cyan", "green", "yellow"

Ask = Callable[[str], bool] | None  # None where the answer is yes
State = Literal["added", "known", "left", "failed"]


@dataclass(frozen=True, slots=True)
class _Proposal:
    """An entry, and what it was tried on. `tried`: with what became of each link."""

    draft: Draft
    surveyed: Survey
    listings: Sequence[Found]
    tried: Sequence[tuple[Link, Article | Rejection]]


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one outlet."""

    url: str
    state: State
    detail: str


# ---- the command ----


def add_one(url: str, path: Path, contact: str, ask: Ask) -> int:
    """Add the outlet at an address. Returns the exit status: 0 if it was added, 1 if it was not
    wanted. Raises ConfigError for an outlet that is known, KlipingError if there is nothing to
    propose.
    """
    outlet = Outlet(whole_address(url.strip()))
    [result] = asyncio.run(_add([outlet], path, contact, ask))
    if result.state == "known":
        raise ConfigError(f"{url}: {result.detail}")
    if result.state == "failed":
        raise KlipingError(f"{url}: {result.detail}")
    return int(result.state == "left")


def add_all(outlets: Sequence[Outlet], path: Path, contact: str, ask: Ask) -> int:
    """Add the outlets of a list, and end with a table. Returns the exit status: 0 if each is in the
    file now or was not wanted, 1 if some could not be added, 3 if none could.
    """
    results = asyncio.run(_add(outlets, path, contact, ask))
    out, err = console(), console(stderr=True)
    width = max(len(each.url) for each in results)
    for each in results:
        out.print(line(f"{each.url:<{width}}  {each.state:<6}  {each.detail}"))
    failed = [each for each in results if each.state == "failed"]
    for each in failed:
        err.print(line((f"{each.url}: {each.detail}", _WARNING)))
    if len(failed) == len(results):
        return 3
    return int(bool(failed))


def read_lists(opml: Path | None, table: Path | None) -> list[Outlet]:
    """The outlets of an OPML file and of a table. Raises ConfigError."""
    outlets: list[Outlet] = []
    for path, read in ((opml, read_opml), (table, _read_table)):
        if path is None:
            continue
        try:
            outlets += read(path.read_bytes())
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
        except ListingError as error:
            raise ConfigError(f"{path}: {error}") from error
    return outlets


def _read_table(body: bytes) -> list[Outlet]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListingError("expected UTF-8") from error
    outlets = read_csv(text)
    if not outlets:
        raise ListingError("no line has an address")
    return outlets


async def _add(outlets: Sequence[Outlet], path: Path, contact: str, ask: Ask) -> list[_Result]:
    """Look at all outlets, several at a time, and add them one after the other."""
    with_entry(path, _TRIAL)  # a file that cannot take one is told before anything is fetched
    gate = asyncio.Semaphore(_AT_ONCE)
    results = []
    async with passing_web(contact) as web:
        tasks = [asyncio.create_task(_proposed(web, path, each, gate)) for each in outlets]
        try:
            if ask:  # no request waits for a person
                await asyncio.wait(tasks)
            for outlet, task in zip(outlets, tasks, strict=True):
                results.append(_settle(outlet, await task, path, ask))
        finally:
            for task in tasks:
                task.cancel()
    return results


async def _proposed(
    web: Web, path: Path, outlet: Outlet, gate: asyncio.Semaphore
) -> _Proposal | _Result:
    async with gate:
        console().print(line(f"{outlet.url}: looking around, slowly"))
        try:
            return await _propose(web, path, outlet)
        except _KnownError as known:
            return _Result(outlet.url, "known", str(known))
        except KlipingError as error:
            return _Result(outlet.url, "failed", str(error).removeprefix(f"{outlet.url}: "))


def _settle(outlet: Outlet, proposed: _Proposal | _Result, path: Path, ask: Ask) -> _Result:
    """Show a proposal, ask, and write it."""
    if isinstance(proposed, _Result):
        return proposed
    known = load_sources(path)
    if by := _known_as(known, proposed.draft.home, _addresses(proposed.listings)):
        return _Result(outlet.url, "known", by)
    # Another of the list may have taken the id.
    taken = [source.id for source in known]
    draft = replace(proposed.draft, id=_free_id(proposed.draft, taken))
    entry = write_entry(draft)
    zone = ZoneInfo(with_entry(path, entry)[1][-1].timezone)
    console().print(*_report(proposed, entry, zone), sep="\n")
    if ask and not ask(f"Add {draft.id} to {path}?"):
        return _Result(outlet.url, "left", "not wanted: nothing was written")
    write(path, entry)
    console().print(line((f"{draft.id}: added to {path}", _GOOD)))
    return _Result(outlet.url, "added", draft.id)


def _free_id(draft: Draft, taken: Sequence[str]) -> str:
    return draft.id if draft.id not in taken else propose_id(site_of(draft.home), taken)


# ---- a proposal ----


class _KnownError(Exception):
    """The outlet is in the file already; the message says as which."""


async def _propose(web: Web, path: Path, outlet: Outlet) -> _Proposal:
    """What to add for an outlet. Raises _KnownError, and KlipingError where nothing can be told."""
    if not is_address(outlet.url):
        raise KlipingError("expected the address of an outlet, such as https://www.example.com/")
    sources = load_sources(path)
    if by := _known_as(sources, outlet.url, ()):
        raise _KnownError(by)
    first = Draft(propose_id(site_of(outlet.url), [each.id for each in sources]), "?", outlet.url)
    surveyed = await survey(web, _as_source(path, first), outlet.feeds)
    site = site_of(surveyed.home)
    pattern = _derive(surveyed, site)
    articles = re.compile(pattern)
    listings = choose_listings(surveyed.found, articles)
    if by := _known_as(sources, surveyed.home, _addresses(listings)):
        raise _KnownError(by)
    if not listings:
        raise KlipingError("no listing has enough addresses of articles to be looked at")
    draft = Draft(
        propose_id(site, [each.id for each in sources]),
        outlet.name or surveyed.name or site,
        surveyed.home,
        pattern,
        tuple((each.kind, each.url) for each in listings),
        min_links=expect_links(len(_matched(listings, articles))),
        seen=f"sources add, {datetime.now(UTC):%-d %B %Y}",
    )
    return await _tried(web, path, draft, surveyed, listings)


def _as_source(path: Path, draft: Draft) -> Source:
    """The source that the file would declare with an entry."""
    return with_entry(path, write_entry(draft))[1][-1]


def _known_as(sources: Sequence[Source], home: str, addresses: Sequence[str]) -> str:
    """As what an outlet is in the file already; '' if it is not. `addresses`: of its articles."""
    site = site_of(home)
    for source in sources:
        if site_of(source.home) == site:
            return f"{source.id} is its entry already"
    owners = [owned[0].id for owned in (owner(url, sources) for url in addresses) if owned]
    if owners and 2 * len(owners) > len(addresses):
        return f"its articles are those of {owners[0]}"
    return ""


def _addresses(listings: Sequence[Found]) -> list[str]:
    return [entry.url for found in listings for entry in found.entries]


def _derive(surveyed: Survey, site: str) -> str:
    """The pattern of the outlet's articles. Raises KlipingError."""
    known = [url for each in surveyed.found if each.is_certain for url in _addresses([each])]
    others = [url for each in surveyed.found if not each.is_certain for url in _addresses([each])]
    if pattern := derive(known, others, site):
        return pattern
    on_site = sum(is_on(url, site) for url in {*known, *others})
    why = f"; {surveyed.notes[0]}" if surveyed.notes else ""
    if not on_site:
        raise KlipingError(f"no feed, sitemap, or page that lists anything{why}")
    raise KlipingError(f"{on_site} links, but no form of address that articles have{why}")


def _matched(listings: Sequence[Found], articles: re.Pattern[str]) -> list[Entry]:
    """The entries that are articles, each address once, the newest first."""
    oldest = datetime.min.replace(tzinfo=UTC)
    entries = {
        entry.url: entry
        for found in reversed(listings)
        for entry in found.entries
        if articles.search(entry.url)
    }
    ordered = [entries[url] for url in dict.fromkeys(_addresses(listings)) if url in entries]
    return sorted(ordered, key=lambda entry: entry.listed_at or oldest, reverse=True)


async def _tried(
    web: Web, path: Path, draft: Draft, surveyed: Survey, listings: Sequence[Found]
) -> _Proposal:
    """The proposal, after some of its articles were fetched. Raises KlipingError if most of them
    are none.
    """
    source = _as_source(path, draft)
    tried: list[tuple[Link, Page | Rejection]] = []
    pages: list[Page] = []
    for entry in _matched(listings, source.articles)[:_MOST_TRIED]:
        link, fetched = await fetch_link(web, source, Link(entry.url, source.id, entry.url))
        assert fetched is not None, "only a conditional request is told that nothing has changed"
        if isinstance(fetched, Page):
            fetched = replace(fetched, listed_title=entry.title)
            if isinstance(extract(fetched, source), Article):
                pages.append(fetched)
        tried.append((link, fetched))
        if len(pages) == _TRIED:
            break
    if 2 * len(pages) < len(tried) or not pages:
        raise KlipingError(_no_articles(tried, source, len(pages)))
    container = propose_container(pages, source)
    prune = propose_prune(pages, replace(source, container=container))
    draft = replace(draft, container=container, prune=prune)
    final = _as_source(path, draft)
    outcomes = [
        (link, extract(found, final) if isinstance(found, Page) else found) for link, found in tried
    ]
    return _Proposal(draft, surveyed, listings, outcomes)


def _no_articles(
    tried: Sequence[tuple[Link, Page | Rejection]], source: Source, articles: int
) -> str:
    outcomes = (
        (link.url, extract(found, source) if isinstance(found, Page) else found)
        for link, found in tried
    )
    rejected = [(url, each) for url, each in outcomes if isinstance(each, Rejection)]
    url, first = rejected[0]
    count = "none" if not articles else f"only {articles}"
    return f"{count} of {len(tried)} links gave an article; {url}: {first.reason}: {first.detail}"


# ---- what is shown ----


def _report(proposed: _Proposal, entry: str, zone: ZoneInfo) -> Iterator[Text]:
    draft, articles = proposed.draft, re.compile(proposed.draft.articles)
    yield line((f"{draft.name}", _OUTLET), f" {draft.home}")
    for found in proposed.surveyed.found:
        if not found.entries:
            continue
        own = sum(bool(articles.search(each.url)) for each in found.entries)
        is_chosen = any(each is found for each in proposed.listings)
        text = f"  {found.kind:<12} {found.url}: {own} of {len(found.entries)} links are articles"
        yield line((text, _GOOD if is_chosen else ""))
    for note in proposed.surveyed.notes[:_SHOWN]:
        yield line("  ", (note, _WARNING))
    certain = {url for each in proposed.listings if each.is_certain for url in _addresses([each])}
    others = sorted(url for url in certain if not articles.search(url))
    for url in others[:_SHOWN]:
        yield line("  ", (f"not found by the pattern: {url}", _WARNING))
    for link, outcome in proposed.tried:
        yield from _told(link, outcome, zone)
    yield line("")
    yield from (line(f"  {text}") for text in entry.splitlines())
    yield line("")


def _told(link: Link, outcome: Article | Rejection, zone: ZoneInfo) -> Iterator[Text]:
    """An article that was tried: its fields, and what is doubtful; or why it is none."""
    yield line(f"  {link.url}")
    if isinstance(outcome, Rejection):
        yield line("    ", (f"no article: {outcome.reason}: {outcome.detail}", _WARNING))
        return
    at = outcome.published_at
    yield line(f"    title   {outcome.title}")
    yield line(f"    date    {f'{at.astimezone(zone):%Y-%m-%d %H:%M}' if at else '-'}")
    yield line(f"    author  {outcome.author or outcome.editor or outcome.credit or '-'}")
    yield line(f"    words   {len(outcome.body.split())}")
    if outcome.doubts:
        yield line("    ", (f"doubts  {', '.join(outcome.doubts)}", _WARNING))
