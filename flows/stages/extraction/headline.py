"""The headline of a page, and the start of its text by the page's own description."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import html

from flows.records import Source
from flows.stages.extraction.lines import Line
from flows.stages.extraction.metadata import Metadata
from flows.stages.press.dates import Written, in_line
from flows.stages.press.text import text_key, tidy


@dataclass(frozen=True, slots=True)
class _Length:
    """Characters of a headline."""

    least: int = 8
    most: int = 300


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a line fits a title that the page states. The scores only rank: equal lines come
    first, then parts of a title, then lines that contain one.
    """

    part: float = 0.4  # the share of a title that a line must have
    held: float = 0.6  # the share of a line that a title in it must be
    equal: float = 10.0
    rank: float = 0.5  # by which each title counts less than the one before
    partial: float = 4.0  # and as much again for all of the title
    beginning: float = 1.0
    longer: float = 5.0
    link: float = 1.0  # by which a link counts less


@dataclass(frozen=True, slots=True)
class _Slug:
    """When a URL tells the headline, by its words."""

    words: int = 4  # a URL with fewer tells none
    told: float = 0.8  # the share of them in a headline
    shared: int = 2  # so many in a title, because an outlet's name rarely has two


@dataclass(frozen=True, slots=True)
class _Description:
    """Characters by which a text is recognised from the page's description."""

    read: int = 60
    least: int = 40


_LENGTH, _FIT, _SLUG, _DESCRIPTION = _Length(), _Fit(), _Slug(), _Description()
_SHAPES = {"h1": 1.5, "h2": 1.0, "h3": 0.7}  # what the tag of a line adds to its fit
_ABOVE_DATE = 2  # the most lines between a headline and its date


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline, its line on the page (`at`, None if it is not visible), and where it was read."""

    text: str
    at: int | None
    place: str


@dataclass(frozen=True, slots=True)
class _Page:
    root: html.HtmlElement
    metadata: Metadata
    lines: list[Line]
    source: Source
    url: str
    slug: frozenset[str]


def find_headline(
    root: html.HtmlElement, metadata: Metadata, lines: list[Line], source: Source, url: str
) -> Headline:
    """The headline that the page shows or, if it shows none, the title in its metadata without the
    name of the outlet. `lines` are those of the page.
    """
    page = _Page(root, metadata, lines, source, url, _slug_words(url))
    found = (headline for witness in _WITNESSES if (headline := witness(page)))
    return next(found, Headline("", None, ""))


def _by_title(page: _Page) -> Headline | None:
    """The line that best fits a title that the page states."""
    stated = [text for _, text in page.metadata.titles()]
    forms = (
        form
        for text in stated
        for form in (text_key(_bare_title(text, page.source)), text_key(text))
    )
    keys = [form for form in dict.fromkeys(forms) if form]
    scores = (
        (_headline_score(line, text_key(line.text), keys, page.url), -index)
        for index, line in enumerate(page.lines)
        if _is_long_enough(line.text)
    )
    score, index = max(scores, default=(0.0, 0))
    return _shown(page, -index) if score > 0 else None


def _by_main_heading(page: _Page) -> Headline | None:
    """The first main heading that has words in common with a title that the page states or, if it
    states none, the first with several words.
    """
    titles = [_words(text) for _, text in page.metadata.titles()]
    for index, line in enumerate(page.lines):
        if line.element.tag != "h1" or line.clutter is not None or line.is_link:
            continue
        words = _words(line.text)
        fits = not titles or any(
            2 * len(words & title) >= min(len(words), len(title)) for title in titles
        )
        if fits and len(words) >= 3 and _is_long_enough(line.text):
            return _shown(page, index)
    return None


def _by_stated_slug(page: _Page) -> Headline | None:
    """A stated title that the URL confirms."""
    for place, text in page.metadata.titles():
        title = _bare_title(text, page.source)
        if len(page.slug & _words(title)) >= _SLUG.shared:
            return Headline(title, None, place)
    return None


def _by_slug(page: _Page) -> Headline | None:
    """A line, or the alternative text of a picture, with the words of the URL."""
    texts: Iterator[tuple[int | None, str]] = (
        (index, line.text) for index, line in enumerate(page.lines) if not line.is_link
    )
    pictures = ((None, tidy(image.get("alt") or "")) for image in page.root.iter("img", "amp-img"))
    for index, text in (*texts, *pictures):
        told = len(page.slug & _words(text)) >= _SLUG.told * len(page.slug)
        if page.slug and told and _is_long_enough(text):
            return Headline(text, None, "alt") if index is None else _shown(page, index)
    return None


def _by_date(page: _Page) -> Headline | None:
    """A line above a date that has as many words as a headline and is not a sentence."""
    for index, line in enumerate(page.lines[:-1]):
        below = page.lines[index + 1 : index + 1 + _ABOVE_DATE]
        plain = line.clutter is None and not line.is_linked and not line.is_prose
        if not plain or len(line.text.split()) < _SLUG.words or len(line.text) > _LENGTH.most:
            continue
        dated = any(one.clock for each in below for one in _dates(each.text))
        if dated and not _dates(line.text):
            return _shown(page, index)
    return None


def _dates(text: str) -> list[Written]:
    return [each.written for each in in_line(text)]


def _by_statement(page: _Page) -> Headline | None:
    """The title that is stated first."""
    for place, text in page.metadata.titles():
        return Headline(_bare_title(text, page.source), None, place)
    return None


_WITNESSES: tuple[Callable[[_Page], Headline | None], ...] = (
    _by_title,
    _by_main_heading,
    _by_stated_slug,
    _by_slug,
    _by_date,
    _by_statement,
)


def _is_long_enough(text: str) -> bool:
    return _LENGTH.least <= len(text) <= _LENGTH.most


def _shown(page: _Page, index: int) -> Headline:
    return Headline(page.lines[index].text, index, "visible")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{3,}", text.lower()))


def _slug_words(url: str) -> frozenset[str]:
    """The words of the part of a URL that is most like a headline; none if they are too few."""
    parts = unquote(urlsplit(url).path).split("/")
    words = max((_words(re.sub(r"\d+|\.\w{2,5}$", " ", part)) for part in parts), key=len)
    return words if len(words) >= _SLUG.words else frozenset()


def find_lead(metadata: Metadata, lines: list[Line]) -> int | None:
    """For a page without a visible headline, the line before the one that starts like the page's
    description.
    """
    start = described(metadata)
    if not start:
        return None
    opens = (line.is_prose and text_key(line.text).startswith(start) for line in lines)
    return next((index - 1 for index, found in enumerate(opens) if found), None)


def described(metadata: Metadata) -> str:
    """The key of the start of the page's description, which many outlets take from their text; ''
    if it is too short to tell.
    """
    start = metadata.tag("og:description", "description") or metadata.text("description")
    opening = text_key(start)[: _DESCRIPTION.read]
    return opening if len(opening) >= _DESCRIPTION.least else ""


def _headline_score(line: Line, text: str, keys: list[str], url: str) -> float:
    """How well a line fits one of the titles that the page states; 0 if it does not. `url` is the
    page's own, which its headline may link to.
    """
    if not text or line.clutter in {"nav", "related", "comments"}:
        return 0.0
    if line.is_link and not line.is_heading and not (text in keys and _leads_to(line, url)):
        return 0.0
    fit = max((_fit(text, stated, rank) for rank, stated in enumerate(keys)), default=0.0)
    if not fit:
        return 0.0
    return fit + _SHAPES.get(line.element.tag, 0.0) - _FIT.link * line.is_link


def _leads_to(line: Line, url: str) -> bool:
    """Whether a line links to the page's own URL."""
    path = url.partition("//")[2].partition("/")[2]
    links = [line.element, *line.element.iter("a")]
    return bool(path) and any((link.get("href") or "").endswith(path) for link in links)


def _fit(text: str, stated: str, rank: int) -> float:
    """How well a line fits one title; `rank` counts from 0 for the most trusted title."""
    if text == stated:
        return _FIT.equal - _FIT.rank * rank
    if text in stated and len(text) >= _FIT.part * len(stated):
        share = len(text) / len(stated)
        return _FIT.partial * (1 + share) + _FIT.beginning * stated.startswith(text)
    if stated in text and len(stated) >= _FIT.held * len(text):
        return _FIT.longer
    return 0.0


def _bare_title(title: str, source: Source) -> str:
    """A title without the outlet's name after it."""
    host = (urlsplit(source.home).hostname or "").removeprefix("www.").split(".")
    labels = (label for label in host[:-1] if len(label) >= 4)
    names = {name for name in (text_key(source.name), text_key("".join(host)), *labels) if name}
    parts = re.split(r"(\s{1,9}[|–—:-]\s{1,9}|\s{0,9}(?:::|»|\|)\s{0,9})", title)
    while len(parts) > 2 and _is_outlet(parts[-1], names):
        parts = parts[:-2]
    return "".join(parts).strip()


def _is_outlet(part: str, names: set[str]) -> bool:
    return any(name in text_key(part) for name in names) or bool(
        re.search(r"\.(?:com|co|id|net)\b|online|news", part, re.IGNORECASE)
    )
