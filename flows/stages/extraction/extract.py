"""Extract the article of a page, or find out why there is none.

The bytes are parsed, pruned of what the source's rules name, and read as lines. Among these the
headline is found, and the container of the text. The container's lines are cleaned of boilerplate.
Around the headline and the text are the people behind the article and its dates.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from zoneinfo import ZoneInfo

from lxml import html

from flows import __version__
from flows.records import (
    Article,
    Origin,
    Page,
    Reason,
    Rejection,
    Removed,
    Source,
    one_line,
    stable_id,
)
from flows.stages.extraction import boilerplate, container, elements
from flows.stages.extraction.bylines import read_people
from flows.stages.extraction.datelines import read_dateline
from flows.stages.extraction.doubts import find_doubts
from flows.stages.extraction.elements import Hints
from flows.stages.extraction.ending import find_end, find_next_article
from flows.stages.extraction.headline import Headline, described, find_headline, find_lead
from flows.stages.extraction.identity import identity, redirect_flaw, urls_met
from flows.stages.extraction.instants import Instants, Stamp, read_instants
from flows.stages.extraction.interstitials import (
    BRIEF,
    MIN_WORDS,
    Shown,
    deny_listed_title,
    find_check,
    find_interstitial,
    find_status,
)
from flows.stages.extraction.line_rules import RULES
from flows.stages.extraction.lines import MAX_LINES, Line, lines_within, opening, read_lines
from flows.stages.extraction.metadata import Metadata, read_metadata
from flows.stages.extraction.parsing import parse
from flows.stages.extraction.tree import Tree
from flows.stages.extraction.witnesses import Surroundings
from flows.stages.press.dates import Written, in_line
from flows.stages.press.text import text_key, tidy

# Raise this when a change of code changes what is extracted, so that all pages are extracted again;
# tests/stages/test_versions.py tells when it is due. Rules and trafilatura's version are part of
# EXTRACTOR_VERSION anyway.
CODE_VERSION = 6
EXTRACTOR_VERSION = stable_id(
    str(CODE_VERSION),
    container.ENGINE,
    elements.NAMES,
    *(f"{rule.id} {rule.where} {rule.pattern}" for rule in RULES),
)
# What two installations have in common that read each other's pages and find the same in them.
PROGRAM = f"kliping {__version__}, extractor {CODE_VERSION} {EXTRACTOR_VERSION}"

MAX_ELEMENTS = 60_000  # twenty times those of the largest real page measured


@dataclass(frozen=True, slots=True)
class _Beside:
    """Lines in which an article may be dated and signed."""

    between: int = 24  # from the headline to the text
    above: int = 10  # above the headline
    text: int = 3  # of the text itself
    nearest: int = 6  # among these, articles have a date and lists have none


@dataclass(frozen=True, slots=True)
class _List:
    """What makes a page a list: enough teasers that are most of its text, or enough links as long
    as headlines and little other text.
    """

    teasers: int = 4
    share: float = 0.6
    links: int = 8


_BESIDE, _LIST = _Beside(), _List()
_HEADINGS = 3  # the headline and what is right below it; further down are those of other parts
_PLAYED = frozenset(["VideoObject", "ImageGallery", "AudioObject", "PodcastEpisode"])


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was found on a page.

    `lines` are those of the page, `own` those of the container. `first` is the line that opens the
    body; `beside` are the lines around the headline, the nearest first.
    """

    metadata: Metadata
    lines: list[Line]
    headline: Headline
    chosen: Origin
    own: list[Line]
    cleaned: boilerplate.Cleaned
    first: int
    beside: list[Line]

    @property
    def body(self) -> list[str]:
        return self.cleaned.body


def extract(page: Page, source: Source) -> Article | Rejection:
    """The article of a page, or why there is none. Never raises, whatever the page contains."""
    root = parse(page)
    if isinstance(root, tuple):
        return _rejected(page, *root)
    tree = Tree.of(root)
    if len(tree.elements) > MAX_ELEMENTS:
        return _rejected(
            page, "too-large", f"{len(tree.elements)} elements, at most {MAX_ELEMENTS}"
        )
    metadata = read_metadata(root)
    pruned = _pruned(root, source)
    hints = Hints(Tree.of(root) if source.prune else tree, described(metadata))
    lines = read_lines(root, hints)
    if len(lines) > MAX_LINES:
        return _rejected(page, "too-large", f"more than {MAX_LINES} lines of text")
    reading = _read(hints, lines, metadata, source, page.url)
    shown = _shown(page, source, reading, root)
    flaw = _astray(page, source, shown, metadata) or _flaw(reading, shown)
    if flaw:
        return _rejected(page, *flaw)
    return _article(page, source, reading, pruned)


def _rejected(page: Page, reason: Reason, detail: str) -> Rejection:
    retry = reason == "interstitial"
    return Rejection(page.url, page.source_id, "extract", reason, one_line(detail), retry)


def _pruned(root: html.HtmlElement, source: Source) -> list[Removed]:
    """Remove what the source's own selectors find. Returns the lines that were removed."""
    removed = []
    for selector in source.prune:
        for element in root.cssselect(selector):
            if element.getparent() is None:
                continue
            removed += [Removed(f"prune:{selector}", line.text) for line in read_lines(element)]
            element.drop_tree()
    return removed


def _read(
    hints: Hints, lines: list[Line], metadata: Metadata, source: Source, url: str
) -> _Reading:
    headline = find_headline(hints.tree.root, metadata, lines, source, url)
    at = headline.at
    start = find_lead(metadata, lines) if at is None else at
    stated = metadata.text("articleBody")
    box, chosen = container.choose(hints.tree, source.container, lines, start, stated)
    own = lines_within(box, lines, hints)
    cleaned = boilerplate.clean(
        own,
        headline.text,
        source.strip,
        cache(partial(container.kept_by_engine, box)),
        hints.lead,
        _end(own, headline.text),
        source.name,
    )
    first = _first(lines, cleaned.body)
    beside = _by_distance(lines, at, first)
    return _Reading(metadata, lines, headline, chosen, own, cleaned, first, beside)


def _end(own: list[Line], headline: str) -> int:
    """The line of the container at which something else begins."""
    shown = text_key(headline)
    at = next((index for index, line in enumerate(own) if text_key(line.text) == shown), None)
    return find_end(own, at, container.find_teasers(own))


def _first(lines: list[Line], body: list[str]) -> int:
    """The line of the page that opens the body, or the number of lines if none does."""
    start = opening(body[0]) if body else ""
    if not start:
        return len(lines)
    return next((at for at, line in enumerate(lines) if opening(line.text) == start), len(lines))


def _by_distance(lines: list[Line], at: int | None, first: int) -> list[Line]:
    """The lines around the headline, those between it and the text first."""
    anchor = first if at is None else at
    between = lines[anchor + 1 : min(first, anchor + 1 + _BESIDE.between)]
    above = lines[max(0, anchor - _BESIDE.above) : anchor]
    text = max(first, anchor + 1)
    near = [*between, *reversed(above), *lines[text : text + _BESIDE.text]]
    return [line for line in near if line.clutter not in {"related", "comments"}]


def _shown(page: Page, source: Source, reading: _Reading, root: html.HtmlElement) -> Shown:
    """What the page shows in place of a headline and a text."""
    headline, lines = reading.headline, reading.lines
    plain = [
        line
        for line in lines
        if not line.is_linked and line.clutter not in {"nav", "related", "comments"}
    ]
    headings = [line.text for line in plain if line.is_heading]
    if headline.at is not None:
        headings = [headline.text, *headings]
    shown = Shown(
        outlet=source.name,
        home=source.home,
        url=page.url,
        listed=page.listed_title,
        title=reading.metadata.title,
        headings=tuple(dict.fromkeys(headings[:_HEADINGS])),
        body=tuple(reading.body),
        others=tuple(line.text for line in plain),
        dated=_is_dated(page, source, reading),
        located=bool(
            reading.body and read_dateline(reading.body[0], {text_key(source.name), source.id})
        ),
    )
    return shown if shown.has_text else replace(shown, check=find_check(root))


def _astray(
    page: Page, source: Source, shown: Shown, metadata: Metadata
) -> tuple[Reason, str] | None:
    """Why a redirected page is not the article: it led to a wall, or to a page without it."""
    astray = redirect_flaw(page, source, metadata)
    if astray is None:
        return None
    said = find_status((shown.title, *shown.headings, *(shown.body or shown.others)))
    if said and said[0] == "interstitial":
        return "interstitial", astray
    return "soft-404", astray


def _flaw(reading: _Reading, shown: Shown) -> tuple[Reason, str] | None:
    """Why what was found is not an article."""
    words, metadata = shown.words, reading.metadata
    played = metadata.types & _PLAYED or metadata.tag("og:type").startswith("video")
    if words < MIN_WORDS and played:
        return "not-article", f"a video or gallery with {words} words of text"
    if found := find_interstitial(shown):
        return found
    if (links := _listed(reading, words)) is not None:
        return "not-article", f"a list of {links} links with {words} words of other text"
    if denied := deny_listed_title(shown):
        return denied
    if not reading.body:
        return "no-text", "no paragraph is left once clutter is cut"
    if words < MIN_WORDS:
        return "too-short", f"{words} words, an article has at least {MIN_WORDS}"
    return None


def _listed(reading: _Reading, words: int) -> int | None:
    """How many links there are on a page that is only a list of links; None for another page."""
    if reading.metadata.is_article or _dates_beside(reading):  # dates in lists are relative
        return None
    teasers = len(container.find_teasers(reading.own))
    links = sum(line.is_linked_headline for line in reading.lines)
    if teasers >= _LIST.teasers and teasers > _LIST.share * len(reading.body):
        return links
    return links if links >= _LIST.links and words < BRIEF else None


def _dates_beside(reading: _Reading) -> list[Written]:
    """The absolute dates beside the headline."""
    nearest = reading.beside[: _BESIDE.nearest]
    beside = (part for line in nearest for part in line.text.split(" | "))
    stated = [each for part in beside for each in in_line(part)]
    return [each.written for each in stated if each.alone and not each.written.is_relative]


def _is_dated(page: Page, source: Source, reading: _Reading) -> bool:
    """Whether the page has a date like an article. Today's date without a time does not count,
    because outlets put it at the head of every page.
    """
    now = page.fetched_at.astimezone(ZoneInfo(source.timezone))
    today = {(now.year, now.month, now.day), (None, now.month, now.day)}
    beside = _dates_beside(reading)
    return reading.metadata.is_article or any(
        each.clock or today.isdisjoint(each.days) for each in beside
    )


def _article(page: Page, source: Source, reading: _Reading, pruned: list[Removed]) -> Article:
    metadata, cleaned = reading.metadata, reading.cleaned
    instants = _instants(page, source, reading)
    own = reading.lines[: find_next_article(reading.lines, reading.headline.at, reading.first)]
    around = Surroundings.of(own, reading.headline.at, cleaned.body)
    people = read_people(metadata, around, cleaned.removed, source.name, source.home)
    url = identity(page, source, metadata, reading.headline.text)
    published = instants.published
    dateline = read_dateline(cleaned.body[0], {text_key(source.name), source.id})
    doubts = find_doubts(
        "\n".join(cleaned.body),
        cleaned.removed,
        metadata,
        source,
        reading.chosen,
        headline_seen=reading.headline.at is not None,
        dated=published is not None,
    )
    return Article(
        url=url,
        source_id=page.source_id,
        urls=urls_met(url, page, source),
        title=reading.headline.text,
        body="\n".join(cleaned.body),
        author=people.author,
        editor=people.editor,
        credit=people.credit,
        dateline=dateline,
        published_at=_at(published),
        published_precision=published.precision if published else None,
        modified_at=_at(instants.modified),
        language=source.language,
        paywalled=getattr(metadata, "paywalled", False),
        doubts=doubts,
        removed=tuple(pruned + cleaned.removed),
        origins={**_origins(reading, instants, dateline), **people.origins},
    )


def _at(stamp: Stamp | None) -> datetime | None:
    return stamp.at if stamp else None


def _instants(page: Page, source: Source, reading: _Reading) -> Instants:
    places = {id(line): place for place, line in enumerate(reading.lines)}
    return read_instants(
        reading.metadata,
        [(places[id(line)], line.text) for line in reading.beside],
        [cut.text for cut in reading.cleaned.removed],
        page.url,
        ZoneInfo(source.timezone),
        page.fetched_at,
    )


def _origins(
    reading: _Reading, instants: Instants, dateline: str | None
) -> dict[str, tuple[Origin, ...]]:
    return {
        "title": _title_origins(reading),
        "dateline": (Origin("visible", reading.body[0]),) if dateline else (),
        "published_at": _stamped(instants.published) + _stamped(*instants.denied, taken=False),
        "modified_at": _stamped(instants.modified),
        "body": (reading.chosen,),
    }


def _title_origins(reading: _Reading) -> tuple[Origin, ...]:
    """Where the headline is, and the titles in the metadata that do not contain it."""
    headline, stated = reading.headline, reading.metadata.titles()
    shown = text_key(headline.text)
    others = [
        Origin(place, text, taken=False) for place, text in stated if shown not in text_key(text)
    ]
    said = dict(stated).get(headline.place, headline.text)
    if headline.at is not None:
        said = f"<{reading.lines[headline.at].element.tag}>"
    return (Origin(headline.place, said), *others)


def _stamped(*stamps: Stamp | None, taken: bool = True) -> tuple[Origin, ...]:
    return tuple(Origin(stamp.origin, tidy(stamp.text), taken) for stamp in stamps if stamp)
