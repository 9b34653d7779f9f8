"""`kliping sources check`: ask every discovery address of a source once, extract one article, and
show where each of its fields was read.

Standard output has the report, a source as soon as it is done; standard error a line for each
source that needs attention.
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
from flows.records import Article, Doubt, Link, Origin, Page, Rejection, Source
from flows.stages.extraction.extract import extract
from flows.steps.discovery import Listed, list_links
from flows.steps.fetching import fetch_link
from flows.terminal import console, line

# child sitemaps older than this say nothing about whether the source works
SINCE = timedelta(days=7)
# links, the newest first, that are asked for until one is an article: the first may be a video
_TRIES = 3
_WIDTH = 100  # characters shown of a line of the page
_SHOWN = 3  # lines shown of what one rule cut, and notes of one source

# Colours alone, neither bold nor dim: so NO_COLOR leaves plain text.
_SOURCE, _ORIGIN, _RULE, _WARNING = "cyan", "green", "magenta", "yellow"


@dataclass(frozen=True, slots=True)
class _Checked:
    """`works`: the source listed links and gave an article; `attention`: what an operator should
    look at all the same, or why not.
    """

    source: Source
    works: bool
    attention: list[str]


async def check(
    chosen: Sequence[Source], declared: Sequence[Source], contact: str, article: str | None = None
) -> int:
    """Check the chosen sources, all at once; 0 when each listed links and gave an article, 1 when
    some did, 3 when none did.

    `declared`: all sources, as a link belongs to the first one that it matches; `article`: the
    address to extract, else the newest links' are.
    """
    now = datetime.now(UTC)
    out, err = console(), console(stderr=True)
    async with passing_web(contact) as web:
        checked = await asyncio.gather(
            *(_check(web, source, declared, article, now, out) for source in chosen)
        )
    working = sum(each.works for each in checked)
    odd = [each for each in checked if each.attention]
    out.print(line(f"{len(checked)} checked: {working} gave an article, {len(odd)} to look at"))
    for each in odd:
        err.print(line((f"{each.source.id}: {'; '.join(each.attention)}", _WARNING)))
    return 0 if working == len(checked) else 1 if working else 3


async def _check(
    web: Web,
    source: Source,
    declared: Sequence[Source],
    asked: str | None,
    now: datetime,
    out: Console,
) -> _Checked:
    found = await list_links(web, source, declared, now, SINCE, lambda url: None)
    own = [link for link in found.links.values() if link.source_id == source.id]
    newest = sorted(own, key=lambda link: (link.listed_at or now, link.url), reverse=True)[:_TRIES]
    article, refused = await _first_article(
        web, source, [Link(asked, source.id, asked)] if asked else newest
    )
    said = [
        *(note.text for note in found.notes),
        *(f"{each.url}: {each.reason}: {each.detail}" for each in refused),
    ]
    report = [
        line((f"{source.id} ({source.name})", _SOURCE)),
        *(line(f"  {url}: {count} links to articles") for url, count in found.counts.items()),
        *(line("  ", (note, _WARNING)) for note in said),
        *(_shown(article, ZoneInfo(source.timezone)) if article else ()),
    ]
    out.print(*report, sep="\n")
    doubts = (
        _doubts(article)
        if article
        else [f"no article at {refused[-1].url}: {refused[-1].reason}"]
        if refused
        else []
    )
    return _Checked(source, article is not None, [*_missing(found, source, own), *doubts])


async def _first_article(
    web: Web, source: Source, links: Sequence[Link]
) -> tuple[Article | None, list[Rejection]]:
    """The first article that comes of these links, and why those before it gave none."""
    refused: list[Rejection] = []
    for link in links:
        _, fetched = await fetch_link(web, source, link)
        outcome = extract(fetched, source) if isinstance(fetched, Page) else fetched
        if isinstance(outcome, Article):
            return outcome, refused
        if outcome is not None:
            refused.append(outcome)
    return None, refused


# ---- what needs attention ----


def _missing(found: Listed, source: Source, own: Sequence[Link]) -> Iterator[str]:
    """What is wrong with what was listed."""
    yield from (note.text for note in found.notes[:_SHOWN])
    if (more := len(found.notes) - _SHOWN) > 0:
        yield f"{more} more such"
    if not source.discover:
        yield "no discovery address in sources.yaml"
    elif found.counts and not own:
        yield "no link that is listed matches its `articles`"
    elif found.counts and len(found.links) < source.expect.min_links:
        yield f"{len(found.links)} links, at least {source.expect.min_links} are expected"


# what is said of a doubt
_DOUBTS: dict[Doubt, str] = {
    "container-missing": "no selector of its `container` is on the page",
    "no-visible-headline": "no headline on the page",
    "no-date": "no date",
    "shorter-than-stated": "the text is shorter than the page's metadata give it",
    "mostly-cut": "more was cut of the text than kept",
}


def _doubts(article: Article) -> Iterator[str]:
    """What an article lacks, or what looks as if its text were not the right part of the page."""
    yield from (_DOUBTS[doubt] for doubt in article.doubts)
    if not (article.author or article.editor or article.credit):
        yield "nobody is named"
    if article.published_precision == "day":
        yield "no time of day"
    if article.paywalled:
        yield "a paywall may cut its articles"


# ---- what came of the article ----


def _shown(article: Article, zone: ZoneInfo) -> Iterator[Text]:
    """Each field with the places it was read from and those that say something else; the text's
    ends; what was cut, by rule.
    """
    published, modified = (
        instant and instant.astimezone(zone)
        for instant in (article.published_at, article.modified_at)
    )
    lines = article.body.split("\n")
    fields = {
        "title": article.title,
        "author": article.author,
        "editor": article.editor,
        "credit": article.credit,
        "dateline": article.dateline,
        "published_at": published and f"{published}, to the {article.published_precision}",
        "modified_at": modified and str(modified),
        "body": f"{len(lines)} lines, {len(article.body.split())} words",
    }
    yield line(f"  {article.url}")
    for name, value in fields.items():
        origins = article.origins.get(name, ())
        taken = "; ".join(_said(origin, value or "") for origin in origins if origin.taken)
        yield line(f"    {name:<13}{value or '-'}", (f"  [{taken}]" if taken else "", _ORIGIN))
        yield from (
            line(" " * 17, (f"differs: {_said(origin, '')}", _WARNING))
            for origin in origins
            if not origin.taken
        )
    yield line(f"    {'begins':<13}{_short(lines[0])}")
    yield line(f"    {'ends':<13}{_short(lines[-1], end=True)}")
    yield line(f"    {'cut':<13}{len(article.removed) or '-'}")
    for rule in dict.fromkeys(cut.rule for cut in article.removed):
        texts = [_short(cut.text) for cut in article.removed if cut.rule == rule]
        more = [f"({len(texts) - _SHOWN} more)"] if len(texts) > _SHOWN else []
        yield from (
            line("      ", (f"{rule:<17}", _RULE), f" {text}") for text in [*texts[:_SHOWN], *more]
        )


def _said(origin: Origin, value: str) -> str:
    """A place and its words, where they are not the value itself."""
    return f"{origin.place}: {_short(origin.text)}" if origin.text != value else origin.place


def _short(text: str, *, end: bool = False) -> str:
    if len(text) <= _WIDTH:
        return text
    return f"…{text[-_WIDTH:]}" if end else f"{text[:_WIDTH]}…"
