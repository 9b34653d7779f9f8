"""Selectors for sources.yaml, where the pages of a new outlet need them.

    propose_container(pages, source) -> where the text is, if the pages do not show it by themselves
    propose_prune(pages, source)     -> boxes whose lines are in the text of several articles

Each selector is one class or id of the template: names that vary from page to page are none of it.
What is proposed was tried on the pages, and harms none of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lxml import html

from flows.records import Article, Page, Source
from flows.stages.extraction.extract import extract
from flows.stages.extraction.lines import read_lines
from flows.stages.extraction.parsing import parse
from flows.stages.press.text import text_key

_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{2,}")  # without digits, which number a page or a build
_DOUBTS = frozenset(["shorter-than-stated", "mostly-cut", "container-missing"])
_DIGITS = re.compile(r"\d+")
_MOST_LEVELS = 12  # above the text
_PAGES = 2  # on which a line must be found to be no article's own


@dataclass(frozen=True, slots=True)
class _Read:
    """A page as it was read: its tree, its article, and the elements with the article's lines."""

    page: Page
    root: html.HtmlElement
    article: Article
    lines: dict[str, html.HtmlElement]  # by the key of their text


def propose_container(pages: Sequence[Page], source: Source) -> tuple[str, ...]:
    """The container of the articles' texts, or () where it is found without one on each page in
    the same place and no text is doubtful.
    """
    read = _read(pages, source)
    if len(read) < _PAGES or not _needs_container(read):
        return ()
    for selector in _shared_names([_around(each) for each in read]):
        trial = _articles(pages, replace(source, container=(selector,)))
        if len(trial) == len(read) and all(map(_is_better, read, trial)):
            return (selector,)
    return ()


def propose_prune(pages: Sequence[Page], source: Source) -> tuple[str, ...]:
    """The boxes to remove: each has lines that are in several of the articles' texts, and no line
    that is in one alone.
    """
    selectors: tuple[str, ...] = ()
    read = _read(pages, source)
    while repeated := _repeated(read):
        box = next(_boxes(read, repeated), None)
        if box is None or box in selectors:
            break
        trial = _read(pages, replace(source, prune=(*source.prune, *selectors, box)))
        if len(trial) < len(read):
            break
        selectors, read = (*selectors, box), trial
    return selectors


def _read(pages: Sequence[Page], source: Source) -> list[_Read]:
    read = []
    for page in pages:
        root, article = parse(page), extract(page, source)
        if isinstance(article, Article) and not isinstance(root, tuple):
            body = {text_key(line) for line in article.body.split("\n")}
            lines = {text_key(line.text): line.element for line in read_lines(root)}
            own = {key: element for key, element in lines.items() if key in body}
            read.append(_Read(page, root, article, own))
    return read


def _articles(pages: Sequence[Page], source: Source) -> list[Article]:
    found = (extract(page, source) for page in pages)
    return [each for each in found if isinstance(each, Article)]


# ---- the container ----


def _needs_container(read: Sequence[_Read]) -> bool:
    """Whether a text is doubtful, or the texts are in places of different names."""
    places = {
        _DIGITS.sub("", origin.text)
        for each in read
        for origin in each.article.origins.get("body", ())
    }
    return len(places) > 1 or any(_DOUBTS & set(each.article.doubts) for each in read)


def _around(read: _Read) -> list[html.HtmlElement]:
    """The elements around all lines of an article, the innermost first."""
    elements = list(read.lines.values())
    if not elements:
        return []
    first, *others = elements
    held = [set(each.iterancestors()) | {each} for each in others]
    chain = [first, *first.iterancestors()]
    around = (each for each in chain if all(each in holders for holders in held))
    return list(islice(around, _MOST_LEVELS))


def _shared_names(chains: Sequence[Sequence[html.HtmlElement]]) -> list[str]:
    """The selectors that find one element on each page, and one of the chain."""
    shared = []
    for selector in _names(chains[0]):
        found = [chain[0].getroottree().getroot().cssselect(selector) for chain in chains if chain]
        pairs = zip(found, chains, strict=False)
        if len(found) == len(chains) and all(
            len(each) == 1 and each[0] in chain for each, chain in pairs
        ):
            shared.append(selector)
    return shared


def _names(elements: Sequence[html.HtmlElement]) -> Iterator[str]:
    """The classes and ids of elements as selectors."""
    for element in elements:
        names = [f".{name}" for name in (element.get("class") or "").split()]
        names.append(f"#{element.get('id') or ''}")
        yield from (name for name in names if _NAME.fullmatch(name[1:]))


def _is_better(read: _Read, trial: Article) -> bool:
    """Whether an article has as much text as before, and its container, and no such doubt."""
    origins = trial.origins.get("body", ())
    return (
        len(trial.body) >= len(read.article.body)
        and not _DOUBTS & set(trial.doubts)
        and any(origin.place == "container" for origin in origins)
    )


# ---- boxes in the text ----


def _repeated(read: Sequence[_Read]) -> set[str]:
    """The lines that are in the texts of several articles."""
    counts = Counter(key for each in read for key in each.lines)
    return {key for key, count in counts.items() if count >= _PAGES and key}


def _boxes(read: Sequence[_Read], repeated: set[str]) -> Iterator[str]:
    """The selectors of elements that have repeated lines, and no other line of a text on any
    page.
    """
    for each in read:
        for key, element in each.lines.items():
            if key in repeated:
                around = islice((element, *element.iterancestors()), _MOST_LEVELS)
                inner = [one for one in around if _holds_only(one, each, repeated)]
                yield from (
                    selector
                    for selector in _names(inner[::-1])
                    if all(_is_harmless(selector, page, repeated) for page in read)
                )


def _is_harmless(selector: str, read: _Read, repeated: set[str]) -> bool:
    found = read.root.cssselect(selector)
    return all(_holds_only(element, read, repeated) for element in found)


def _holds_only(element: html.HtmlElement, read: _Read, repeated: set[str]) -> bool:
    """Whether all lines of the text that are in an element are repeated ones."""
    held = {element, *element.iterdescendants()}
    return all(key in repeated for key, own in read.lines.items() if own in held)
