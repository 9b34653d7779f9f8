"""Which element of a page holds the article's text, and what trafilatura takes from it."""

import re
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from math import exp

import trafilatura
from lxml import etree, html

from flows.records import Origin
from flows.stages.extraction.elements import BLOCKS, FORMATTING
from flows.stages.extraction.ending import find_end
from flows.stages.extraction.lines import Line
from flows.stages.press.text import key

ENGINE = f"trafilatura {trafilatura.__version__}"

# links and clutter between the article's first sentence and another that leave the other 37 % of
# its weight
_REACH = 20.0
_LINK = 20  # characters of a sentence that a link outweighs at least
_ELSEWHERE = 0.1  # of its weight is left to a sentence that is hardly the article's
# characters of sentences that an element by a source's selector holds, or it is compared with where
# the page's sentences are
_HELD = 400
_MAX_TEXT = 300_000  # characters, scripts included
_PARAGRAPHS = FORMATTING | {"p", "blockquote", "ul", "ol", "li"}  # hold no whole article
_NAME = re.compile(r"[#.][A-Za-z_][\w-]*")  # of an element, where a selector may hold it as it is


def choose(
    root: html.HtmlElement,
    selectors: Sequence[str],
    lines: Sequence[Line],
    headline: int | None,
    stated: str = "",
) -> tuple[html.HtmlElement, Origin]:
    """The element that a source's own selectors find; without one that holds a text, where the
    page's sentences are; and how it was found.

    `lines`: the page's; `headline`: the index of the headline among them; `stated`: the article's
    text as the metadata give it, cut or whole: its sentences are the article's, but where a
    sentence stands only the page says.
    """
    column = _Column.of(lines, headline, key(stated))
    until = lines[: column.end]
    found = next(
        (
            (one, selector)
            for selector in selectors
            for one in _by_text(root.cssselect(selector), until)
        ),
        None,
    )
    if found and _sentences(found[0], until) >= _HELD:
        return found[0], Origin("container", found[1])
    densest = _densest(root, column)
    if found and 2 * _sentences(found[0], until) >= _sentences(densest, until):
        return found[0], Origin("container", found[1])
    return densest, Origin("density", _selector(densest))


def _by_text(elements: Sequence[html.HtmlElement], lines: Sequence[Line]) -> list[html.HtmlElement]:
    """The elements, the one with the most sentences first."""
    if len(elements) < 2:
        return list(elements)
    return sorted(elements, key=lambda element: -_sentences(element, lines))


def _sentences(element: html.HtmlElement, lines: Sequence[Line]) -> int:
    """The characters of sentences in an element."""
    inside = set(element.iter(etree.Element))
    return sum(len(line.text) for line in lines if line.is_prose and line.element in inside)


def _selector(element: html.HtmlElement) -> str:
    """The element as a CSS selector: its tag and names; of one without names, the same of the
    elements around it.
    """
    steps: list[str] = []
    for around in (element, *islice(element.iterancestors(), 3)):
        names = [
            f"#{around.get('id', '')}",
            *(f".{name}" for name in around.get("class", "").split()),
        ]
        named = [name for name in names if _NAME.fullmatch(name)][:2]
        steps.insert(0, around.tag + "".join(named))
        if named:
            break
    return " > ".join(steps)


@dataclass(frozen=True, slots=True)
class _Column:
    """A page's lines, and what is known of where the article stands among them.

    `start`: the line of its first sentence; `end`: the line behind its last; `teasers`: sentences
    that introduce another page; `known`: sentences that the metadata give.
    """

    lines: Sequence[Line]
    headline: int | None
    start: int
    end: int
    teasers: frozenset[int]
    known: frozenset[int]

    @classmethod
    def of(cls, lines: Sequence[Line], headline: int | None, stated: str) -> "_Column":
        teasers = find_teasers(lines)
        known = frozenset(
            index for index, line in enumerate(lines) if line.is_prose and key(line.text) in stated
        )
        opening = (
            index
            for index in range((headline if headline is not None else -1) + 1, len(lines))
            if headline is None or (lines[index].is_prose and lines[index].clutter is None)
        )
        return cls(
            lines,
            headline,
            next(opening, len(lines)),
            find_end(lines, headline, teasers),
            teasers,
            known if len(known) > 1 else frozenset(),
        )

    def is_elsewhere(self, index: int) -> bool:
        """Whether a line stands before the text, introduces another page, or is a sentence that the
        metadata do not give.
        """
        unstated = self.known and self.lines[index].is_prose and index not in self.known
        return index < self.start or index in self.teasers or bool(unstated)


def _weights(column: _Column) -> list[float]:
    """How much each line speaks for the elements around it."""
    weights: list[float] = []
    distance = 0
    for index, line in enumerate(column.lines):
        away = line.clutter is not None or line.is_linked
        if column.headline is not None and index > column.start and away:
            distance += 1
        weight = _weight(line)
        if weight > 0:
            weight *= 0.0 if index >= column.end else exp(-distance / _REACH)
            weight *= _ELSEWHERE if column.is_elsewhere(index) else 1.0
        weights.append(weight)
    _forgive(column, weights)
    return weights


def _forgive(column: _Column, weights: list[float]) -> None:
    """Hold nothing against the links that stand between two sentences of one column: what goes on
    behind them is the same text.
    """
    above: int | None = None
    for index in range(column.start, min(column.end, len(column.lines))):
        line = column.lines[index]
        if not line.is_prose or line.clutter is not None or index in column.teasers:
            continue
        if above is not None and _path(line) == _path(column.lines[above]):
            for one in range(above + 1, index):
                weights[one] = max(weights[one], 0.0)
        above = index


def _path(line: Line) -> tuple[str, ...]:
    """The tags of the blocks around a line."""
    around = (line.element, *line.element.iterancestors())
    return tuple(element.tag for element in around if element.tag in BLOCKS)


def _densest(root: html.HtmlElement, column: _Column) -> html.HtmlElement:
    """The smallest element with the most text in sentences, once the links and labels beside them
    are held against it.
    """
    weights: dict[html.HtmlElement, float] = {}
    for line, weight in zip(column.lines, _weights(column), strict=True):
        weights[line.element] = weights.get(line.element, 0.0) + weight
    best, best_weight = root, float("-inf")
    for element in reversed(list(root.iter(etree.Element))):  # inner elements before their parents
        weight = weights.get(element, 0.0)
        if weight > best_weight:
            best, best_weight = element, weight
        parent = element.getparent()
        if parent is not None:
            weights[parent] = weights.get(parent, 0.0) + weight
    while best.tag in _PARAGRAPHS and best.getparent() is not None:
        best = best.getparent()
    return best


def find_teasers(lines: Sequence[Line]) -> frozenset[int]:
    """The sentences that introduce another page: alone in its block, below a link as long as a
    headline, a label between them or not.
    """
    alone = Counter(line.element.getparent() for line in lines if line.is_prose)
    headings = {
        index
        for index, line in enumerate(lines)
        if line.is_linked_headline and line.clutter is None
    }
    return frozenset(
        index
        for index, line in enumerate(lines)
        if line.is_prose
        and alone[line.element.getparent()] == 1
        and (index - 1 in headings or (index - 2 in headings and not lines[index - 1].is_prose))
    )


def _weight(line: Line) -> float:
    """A sentence speaks for the elements around it, links speak against them."""
    if line.is_linked:
        return -float(_LINK if line.clutter is not None else max(_LINK, len(line.text)))
    return float(len(line.text)) if line.is_prose and line.clutter is None else 0.0


def kept_by_engine(box: html.HtmlElement) -> str:
    """The text that trafilatura takes from the container, as one key; '' where it takes nothing or
    there is too much for an article.
    """
    if sum(map(len, box.itertext())) > _MAX_TEXT:
        return ""
    document = html.Element("html")
    etree.SubElement(etree.SubElement(document, "body"), "article").append(deepcopy(box))
    taken = trafilatura.bare_extraction(
        document, include_comments=False, include_tables=True, fast=True
    )
    return key(taken.text or "") if isinstance(taken, trafilatura.settings.Document) else ""
