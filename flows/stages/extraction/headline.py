"""A page's headline, and how its text opens by the page's own description."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import html

from flows.records import Source
from flows.stages.extraction.lines import Line
from flows.stages.extraction.metadata import Metadata
from flows.stages.press.dates import Written, in_line
from flows.stages.press.text import key, tidy

_SHORTEST, _LONGEST = 8, 300  # characters of a headline
_SHAPES = {"h1": 1.5, "h2": 1.0, "h3": 0.7}  # what a heading's tag adds to its fit
# of a title, the part that a line says at least; of a line, the title that it holds at least
_PART, _HELD = 0.4, 0.6
_SLUG = 4  # words of an address that tells the headline, ...
_TOLD = 0.8  # of them are in a headline; ...
_SHARED = 2  # ... so many in any title of the article, which an outlet's name hardly has
_ABOVE_DATE = 2  # lines between a headline and its date, at most
_DESCRIBED = 60  # characters by which a text is known from the page's description, ...
_TELLING = 40  # ... if it has as many


@dataclass(frozen=True, slots=True)
class Headline:
    """`at`: its line among the page's, None where it is not visible; `place`: where it was read."""

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
    """The headline as the page shows it; without a visible one, what the metadata give, without the
    outlet's name, unless the address says that it is another. `lines`: the page's.
    """
    page = _Page(root, metadata, lines, source, url, _slug_words(url))
    found = (headline for witness in _WITNESSES if (headline := witness(page)))
    return next(found, Headline("", None, ""))


def _by_title(page: _Page) -> Headline | None:
    """The line that fits best a title which the page states."""
    stated = [text for _, text in page.metadata.titles()]
    forms = (form for text in stated for form in (key(_bare_title(text, page.source)), key(text)))
    keys = [form for form in dict.fromkeys(forms) if form]
    scores = (
        (_headline_score(line, key(line.text), keys, page.url), -index)
        for index, line in enumerate(page.lines)
        if _SHORTEST <= len(line.text) <= _LONGEST
    )
    score, index = max(scores, default=(0.0, 0))
    return _shown(page, -index) if score > 0 else None


def _by_main_heading(page: _Page) -> Headline | None:
    """The first main heading that has words in common with a title the page states, or the first of
    several words where it states none.
    """
    titles = [_words(text) for _, text in page.metadata.titles()]
    for index, line in enumerate(page.lines):
        if line.element.tag != "h1" or line.clutter is not None or line.is_link:
            continue
        words = _words(line.text)
        fits = not titles or any(
            2 * len(words & title) >= min(len(words), len(title)) for title in titles
        )
        if fits and len(words) >= 3 and _SHORTEST <= len(line.text) <= _LONGEST:
            return _shown(page, index)
    return None


def _by_stated_slug(page: _Page) -> Headline | None:
    """A stated title that the address confirms."""
    for place, text in page.metadata.titles():
        title = _bare_title(text, page.source)
        if len(page.slug & _words(title)) >= _SHARED:
            return Headline(title, None, place)
    return None


def _by_slug(page: _Page) -> Headline | None:
    """A line, or what a picture is called, that has the words of the address."""
    texts: Iterator[tuple[int | None, str]] = (
        (index, line.text) for index, line in enumerate(page.lines) if not line.is_link
    )
    pictures = ((None, tidy(image.get("alt") or "")) for image in page.root.iter("img", "amp-img"))
    for index, text in (*texts, *pictures):
        told = len(page.slug & _words(text)) >= _TOLD * len(page.slug)
        if page.slug and told and _SHORTEST <= len(text) <= _LONGEST:
            return _shown(page, index) if index is not None else Headline(text, None, "alt")
    return None


def _by_date(page: _Page) -> Headline | None:
    """The words above the line that dates a text: as many as a headline has, and no sentence."""
    for index, line in enumerate(page.lines[:-1]):
        below = page.lines[index + 1 : index + 1 + _ABOVE_DATE]
        plain = line.clutter is None and not line.is_linked and not line.is_prose
        if not plain or len(line.text.split()) < _SLUG or len(line.text) > _LONGEST:
            continue
        dated = any(one.clock for each in below for one in _dates(each.text))
        if dated and not _dates(line.text):
            return _shown(page, index)
    return None


def _dates(text: str) -> list[Written]:
    return [each.written for each in in_line(text)]


def _by_statement(page: _Page) -> Headline | None:
    stated = page.metadata.titles()
    return Headline(_bare_title(stated[0][1], page.source), None, stated[0][0]) if stated else None


_WITNESSES: tuple[Callable[[_Page], Headline | None], ...] = (
    _by_title,
    _by_main_heading,
    _by_stated_slug,
    _by_slug,
    _by_date,
    _by_statement,
)


def _shown(page: _Page, index: int) -> Headline:
    return Headline(page.lines[index].text, index, "visible")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{3,}", text.lower()))


def _slug_words(url: str) -> frozenset[str]:
    """The words of the part of an address that is most of a headline; none where it has few."""
    parts = unquote(urlsplit(url).path).split("/")
    words = max((_words(re.sub(r"\d+|\.\w{2,5}$", " ", part)) for part in parts), key=len)
    return words if len(words) >= _SLUG else frozenset()


def find_lead(metadata: Metadata, lines: list[Line]) -> int | None:
    """For a page without a visible headline, the line before the one that opens as the page's
    description does.
    """
    start = described(metadata)
    if not start:
        return None
    opens = (line.is_prose and key(line.text).startswith(start) for line in lines)
    return next((index - 1 for index, found in enumerate(opens) if found), None)


def described(metadata: Metadata) -> str:
    """The key that opens the page's description, which is how many outlets' articles open; '' where
    there is none to speak of.
    """
    start = metadata.tag("og:description", "description") or metadata.text("description")
    opening = key(start)[:_DESCRIBED]
    return opening if len(opening) >= _TELLING else ""


def _headline_score(line: Line, text: str, keys: list[str], url: str) -> float:
    """How well a line fits one of the titles that the page states; 0 where it does not. `url`: the
    page's, to which its headline may link.
    """
    if not text or line.clutter in {"nav", "related", "comments"}:
        return 0.0
    if line.is_link and not line.is_heading and not (text in keys and _leads_to(line, url)):
        return 0.0
    fit = max((_fit(text, stated, rank) for rank, stated in enumerate(keys)), default=0.0)
    shape = _SHAPES.get(line.element.tag, 0.0)
    return fit + shape - (1.0 if line.is_link else 0.0) if fit else 0.0


def _leads_to(line: Line, url: str) -> bool:
    """Whether a line's link is the page's own address."""
    path = url.partition("//")[2].partition("/")[2]
    links = [line.element, *line.element.iter("a")]
    return bool(path) and any((link.get("href") or "").endswith(path) for link in links)


def _fit(text: str, stated: str, rank: int) -> float:
    """A line that is a title fits best, the more so the more that is trusted; then one that says
    most of a title, best from its start; then one that says more.
    """
    if text == stated:
        return 10.0 - 0.5 * rank
    if text in stated and len(text) >= _PART * len(stated):
        return 4.0 + 4.0 * len(text) / len(stated) + (1.0 if stated.startswith(text) else 0.0)
    return 5.0 if stated in text and len(stated) >= _HELD * len(text) else 0.0


def _bare_title(title: str, source: Source) -> str:
    """A title without the outlet's name before or behind it."""
    host = (urlsplit(source.home).hostname or "").removeprefix("www.").split(".")
    labels = (label for label in host[:-1] if len(label) >= 4)
    names = {name for name in (key(source.name), key("".join(host)), *labels) if name}
    parts = re.split(r"(\s{1,9}[|–—:-]\s{1,9}|\s{0,9}(?:::|»|\|)\s{0,9})", title)
    while len(parts) > 2 and _is_outlet(parts[-1], names):
        parts = parts[:-2]
    return "".join(parts).strip()


def _is_outlet(part: str, names: set[str]) -> bool:
    return any(name in key(part) for name in names) or bool(
        re.search(r"\.(?:com|co|id|net)\b|online|news", part, re.IGNORECASE)
    )
