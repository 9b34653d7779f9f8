"""Which element of a page contains the article's text, and what trafilatura takes from it."""

import re
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import exp

import trafilatura
from lxml import etree, html
from trafilatura.settings import Document, Extractor

from flows.records import Origin
from flows.stages.extraction.elements import BLOCKS, FORMATTING
from flows.stages.extraction.ending import find_end
from flows.stages.extraction.lines import Line
from flows.stages.extraction.tree import Tree
from flows.stages.press.text import text_key

ENGINE = f"trafilatura {trafilatura.__version__}"


@dataclass(frozen=True, slots=True)
class _Weighing:
    """How the lines of a page weigh for the elements around them, in characters of sentences."""

    link: int = 20  # the least that a link weighs against them
    elsewhere: float = 0.1  # the share that counts of a sentence that is hardly the article's
    # After so many links and lines of clutter since the article's first sentence, 37 % of the
    # weight of another sentence counts.
    reach: float = 20.0


_WEIGHING = _Weighing()
# Characters of sentences. An element found by a source's selector that has fewer is compared with
# where the page's sentences are.
_ENOUGH = 400
_MAX_TEXT = 300_000  # characters, scripts included
_PARAGRAPHS = FORMATTING | {"p", "blockquote", "ul", "ol", "li"}  # too small for a whole article
_NAME = re.compile(r"[#.][A-Za-z_][\w-]*")  # an id or class that needs no escaping in a selector


def choose(
    tree: Tree,
    selectors: Sequence[str],
    lines: Sequence[Line],
    headline: int | None,
    stated: str = "",
) -> tuple[html.HtmlElement, Origin]:
    """The element that one of the source's selectors finds, or else the one where most of the
    page's sentences are, and how it was found.

    `lines` are those of the page, `headline` is the index of the headline among them, and `stated`
    is the text that the metadata give, complete or not: its sentences are known to be the
    article's.
    """
    column = _Column.of(lines, headline, text_key(stated))
    until = lines[: column.end]
    for selector in selectors:
        if found := tree.root.cssselect(selector):
            box = max(found, key=lambda one: _sentences(tree, one, until))
            break
    else:
        return _by_density(tree, column)
    held = _sentences(tree, box, until)
    if held < _ENOUGH:
        densest, origin = _by_density(tree, column)
        if 2 * held < _sentences(tree, densest, until):
            return densest, origin
    return box, Origin("container", selector)


def _by_density(tree: Tree, column: "_Column") -> tuple[html.HtmlElement, Origin]:
    densest = _densest(tree, column)
    return densest, Origin("density", _selector(densest))


def _sentences(tree: Tree, element: html.HtmlElement, lines: Sequence[Line]) -> int:
    """How many characters of sentences are in an element."""
    inside = tree.within(element)
    return sum(
        len(line.text) for line in lines if line.is_prose and tree.places[line.element] in inside
    )


def _selector(element: html.HtmlElement) -> str:
    """The element as a CSS selector of its tag, id and classes. If it has no id or class, the path
    from an ancestor that has.
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
    """The lines of a page, and what is known of the article's place among them.

    `start` is the line of its first sentence, `end` the line after its last. `teasers` are
    sentences that introduce another page, `known` are sentences that the metadata give.
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
            index
            for index, line in enumerate(lines)
            if line.is_prose and text_key(line.text) in stated
        )
        if len(known) < 2:  # one may be the lead alone
            known = frozenset()
        start = 0
        if headline is not None:
            below = range(headline + 1, len(lines))
            text = (at for at in below if lines[at].is_prose and lines[at].clutter is None)
            start = next(text, len(lines))
        return cls(lines, headline, start, find_end(lines, headline, teasers), teasers, known)

    def is_elsewhere(self, index: int) -> bool:
        """Whether a line is before the text, introduces another page, or is a sentence that the
        metadata do not give.
        """
        unstated = self.known and self.lines[index].is_prose and index not in self.known
        return index < self.start or index in self.teasers or bool(unstated)


def _weights(column: _Column) -> list[float]:
    """How much each line counts for the elements around it."""
    weights: list[float] = []
    distance = 0
    for index, line in enumerate(column.lines):
        away = line.clutter is not None or line.is_linked
        if column.headline is not None and index > column.start and away:
            distance += 1
        weight = _weight(line)
        if weight > 0:
            weight *= exp(-distance / _WEIGHING.reach)
            if column.is_elsewhere(index):
                weight *= _WEIGHING.elsewhere
            if index >= column.end:
                weight = 0.0
        weights.append(weight)
    _forgive(column, weights)
    return weights


def _forgive(column: _Column, weights: list[float]) -> None:
    """Do not count links against a column if they are between two of its sentences: the text goes
    on after them.
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


def _densest(tree: Tree, column: _Column) -> html.HtmlElement:
    """The smallest element with the greatest weight."""
    weights = [0.0] * len(tree.elements)
    for line, weight in zip(column.lines, _weights(column), strict=True):
        weights[tree.places[line.element]] += weight
    best, best_weight = 0, float("-inf")
    for at in range(len(weights) - 1, -1, -1):  # inner elements before their parents
        weight = weights[at]
        if weight > best_weight:
            best, best_weight = at, weight
        if weight and at:
            weights[tree.parents[at]] += weight
    boxes = (one for one in (best, *tree.around(best)) if tree.tags[one] not in _PARAGRAPHS)
    return tree.elements[next(boxes, 0)]


def find_teasers(lines: Sequence[Line]) -> frozenset[int]:
    """The sentences that introduce another page. Each is the only one in its block and follows a
    link as long as a headline, with at most a label between them.
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
    """Sentences count for the elements around them, links against them."""
    clutter = line.clutter is not None
    if line.is_linked and clutter:
        return -float(_WEIGHING.link)
    if line.is_linked:
        return -float(max(_WEIGHING.link, len(line.text)))
    if line.is_prose and not clutter:
        return float(len(line.text))
    return 0.0


@cache
def _options() -> Extractor:
    """What trafilatura is asked for. Reading its settings anew for each page takes longer than a
    short text.
    """
    return Extractor(output_format="python", comments=False, fast=True)


def kept_by_engine(box: html.HtmlElement) -> str:
    """The key of the text that trafilatura takes from the container; '' if it takes nothing, or if
    the container has too much text for an article.
    """
    if sum(map(len, box.itertext())) > _MAX_TEXT:
        return ""
    document = html.Element("html")
    etree.SubElement(etree.SubElement(document, "body"), "article").append(deepcopy(box))
    taken = trafilatura.bare_extraction(document, options=_options())
    if not isinstance(taken, Document):
        return ""
    return text_key(taken.text or "")
