"""`kliping sources check`: request each discovery address of a source once, extract one article,
and show where each of its fields was read.

The report goes to standard output, each source as soon as it is done. Standard error gets one line
for each source that needs attention.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from flows.edges.network import passing_web
from flows.edges.web import Web
from flows.records import Article, Doubt, Link, Origin, Page, Rejection, Source, counted
from flows.stages.extraction.extract import extract
from flows.steps.discovery import Listed, list_links
from flows.steps.fetching import fetch_link
from flows.terminal import console, line

# Child sitemaps that have not changed for longer say nothing about whether the source works.
SINCE = timedelta(days=7)
# How many of the newest links are fetched until one is an article: the first may be a video.
_MAX_FETCHED = 3
_MAX_WIDTH = 100  # characters shown of a line of the page
_MAX_LISTED = 3  # lines shown per rule, and notes per source

# Colours only, neither bold nor dim, so that NO_COLOR gives plain text.
_SOURCE, _ORIGIN, _RULE, _WARNING = "cyan", "green", "magenta", "yellow"


@dataclass(frozen=True, slots=True)
class _Checked:
    """`works`: the source listed links and gave an article; `whole`: a selector of its container
    found the text; `attention`: what an operator should look at, whether it works or not.
    """

    source: Source
    works: bool
    whole: bool
    attention: list[str]


async def check(
    chosen: Sequence[Source], declared: Sequence[Source], contact: str, article: str | None = None
) -> int:
    """Check the chosen sources concurrently. Returns the exit status: 0 if each gave an article
    whose text its selectors found, 3 if none gave an article, 1 otherwise.

    `declared`: all sources, because a link belongs to the first one it matches; `article`: the
    address to extract instead of the newest links.
    """
    now = datetime.now(UTC)
    out, err = console(), console(stderr=True)
    async with passing_web(contact) as web:
        checked = await asyncio.gather(
            *(_check(web, source, declared, article, now, out) for source in chosen)
        )
    working = sum(each.works for each in checked)
    noticed = [each for each in checked if each.attention]
    out.print(line(f"{len(checked)} checked: {working} gave an article, {len(noticed)} to look at"))
    for each in noticed:
        err.print(line((f"{each.source.id}: {'; '.join(each.attention)}", _WARNING)))
    if all(each.whole for each in checked):
        return 0
    return 1 if working else 3


async def _check(
    web: Web,
    source: Source,
    declared: Sequence[Source],
    wanted: str | None,
    now: datetime,
    out: Console,
) -> _Checked:
    found = await list_links(web, source, declared, now, SINCE, lambda url: None)
    own = [link for link in found.links.values() if link.source_id == source.id]
    newest = sorted(own, key=lambda link: (link.listed_at or now, link.url), reverse=True)
    candidates = [Link(wanted, source.id, wanted)] if wanted else newest[:_MAX_FETCHED]
    article, rejections = await _first_article(web, source, candidates)
    warnings = [
        *(note.text for note in found.notes),
        *(f"{each.url}: {each.reason}: {each.detail}" for each in rejections),
    ]
    report = [
        line((f"{source.id} ({source.name})", _SOURCE)),
        *(
            line(f"  {url}: {counted(count, 'links to articles')}")
            for url, count in found.counts.items()
        ),
        *(line("  ", (warning, _WARNING)) for warning in warnings),
        *(_report(article, ZoneInfo(source.timezone)) if article else ()),
    ]
    out.print(*report, sep="\n")
    attention = [*_listing_faults(found, source, own), *_article_faults(article, rejections)]
    whole = article is not None and "container-missing" not in article.doubts
    return _Checked(source, article is not None, whole, attention)


async def _first_article(
    web: Web, source: Source, links: Sequence[Link]
) -> tuple[Article | None, list[Rejection]]:
    """The first article that these links give, and the rejections of the links before it."""
    rejections: list[Rejection] = []
    for link in links:
        _, fetched = await fetch_link(web, source, link)
        outcome = extract(fetched, source) if isinstance(fetched, Page) else fetched
        if isinstance(outcome, Article):
            return outcome, rejections
        if outcome is not None:
            rejections.append(outcome)
    return None, rejections


# ---- what needs attention ----


def _listing_faults(found: Listed, source: Source, own: Sequence[Link]) -> Iterator[str]:
    """What is wrong with the listings of a source. `own`: the listed links that belong to it."""
    yield from (note.text for note in found.notes[:_MAX_LISTED])
    if (more := len(found.notes) - _MAX_LISTED) > 0:
        yield f"{more} more such"
    if not source.discover:
        yield "no discovery address in sources.yaml"
    elif found.counts and not own:
        yield "no listed link matches its `articles`"
    elif found.counts and len(found.links) < source.expect.min_links:
        yield f"{counted(len(found.links), 'links')}, expected at least {source.expect.min_links}"


_DOUBTS: dict[Doubt, str] = {
    "container-missing": "no selector of its `container` matches the page",
    "no-visible-headline": "no headline on the page",
    "no-date": "no date",
    "shorter-than-stated": "the text is shorter than in the page's metadata",
    "mostly-cut": "more of the text was cut than kept",
}


def _article_faults(article: Article | None, rejections: Sequence[Rejection]) -> Iterator[str]:
    """What an article lacks, and signs that its text is the wrong part of the page; or why there is
    no article.
    """
    if article is None:
        yield from (f"no article at {each.url}: {each.reason}" for each in rejections[-1:])
        return
    yield from (_DOUBTS[doubt] for doubt in article.doubts)
    if not (article.author or article.editor or article.credit):
        yield "nobody is named"
    if article.published_precision == "day":
        yield "no time of day"
    if article.paywalled:
        yield "a paywall may cut its articles"


# ---- the article ----


def _report(article: Article, zone: ZoneInfo) -> Iterator[Text]:
    """Each field with the places it was read from and those that differ; the first and the last
    line of the text; what was cut, by rule.
    """
    published = modified = ""
    if article.published_at:
        published = f"{article.published_at.astimezone(zone)}, to the {article.published_precision}"
    if article.modified_at:
        modified = str(article.modified_at.astimezone(zone))
    lines = article.body.split("\n")
    fields: dict[str, str | None] = {
        "title": article.title,
        "author": article.author,
        "editor": article.editor,
        "credit": article.credit,
        "dateline": article.dateline,
        "published_at": published,
        "modified_at": modified,
        "body": f"{counted(len(lines), 'lines')}, {counted(len(article.body.split()), 'words')}",
    }
    yield line(f"  {article.url}")
    for name, value in fields.items():
        yield from _field(name, value or "", article.origins.get(name, ()))
    yield line(f"    {'begins':<13}{_beginning(lines[0])}")
    yield line(f"    {'ends':<13}{_ending(lines[-1])}")
    yield line(f"    {'cut':<13}{len(article.removed) or '-'}")
    for rule in dict.fromkeys(cut.rule for cut in article.removed):
        texts = [_beginning(cut.text) for cut in article.removed if cut.rule == rule]
        if (more := len(texts) - _MAX_LISTED) > 0:
            texts[_MAX_LISTED:] = [f"({more} more)"]
        yield from (line("      ", (f"{rule:<17}", _RULE), f" {text}") for text in texts)


def _field(name: str, value: str, origins: Sequence[Origin]) -> Iterator[Text]:
    taken = "; ".join(_origin(each, value) for each in origins if each.taken)
    yield line(f"    {name:<13}{value or '-'}", (f"  [{taken}]" if taken else "", _ORIGIN))
    for each in origins:
        if not each.taken:
            yield line(" " * 17, (f"differs: {_origin(each, '')}", _WARNING))


def _origin(origin: Origin, value: str) -> str:
    """A place on the page, with its words unless they are the value itself."""
    if origin.text == value:
        return origin.place
    return f"{origin.place}: {_beginning(origin.text)}"


def _beginning(text: str) -> str:
    if len(text) <= _MAX_WIDTH:
        return text
    return f"{text[:_MAX_WIDTH]}…"


def _ending(text: str) -> str:
    if len(text) <= _MAX_WIDTH:
        return text
    return f"…{text[-_MAX_WIDTH:]}"
