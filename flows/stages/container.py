"""Which part of a page is the article: the element that holds its text, and what trafilatura thinks of the lines in it."""

from collections.abc import Sequence
from copy import deepcopy
from math import exp

import trafilatura
from lxml import etree, html

from flows.stages.lines import Line, key

ENGINE = f"trafilatura {trafilatura.__version__}"

_REACH = 20.0  # links and clutter between the article's first sentence and another that leave the other 37 % of its weight
_BEFORE = 0.1  # of its weight is left to a sentence before the headline, ...
_TEASER = 0.1  # ... and to one right below a link as long as a headline
_MAX_KEPT = 200_000  # characters; longer texts are no articles


def choose(root: html.HtmlElement, selectors: Sequence[str], lines: Sequence[Line], headline: int | None) -> html.HtmlElement:
    """The first element that a source's own selectors find; without one, where the page's sentences are.

    `lines`: the page's; `headline`: the index of the headline among them.
    """
    for selector in selectors:
        found = root.cssselect(selector)
        if found:
            return found[0]
    return _densest(root, lines, headline)


def _densest(root: html.HtmlElement, lines: Sequence[Line], headline: int | None) -> html.HtmlElement:
    """The smallest element with the most text in sentences, once the links and labels beside them are held against it."""
    weights: dict[html.HtmlElement, float] = {}
    distance: int | None = None
    for index, line in enumerate(lines):
        if headline is None or (distance is None and index > headline and line.is_prose and line.clutter is None):
            distance = 0
        elif distance is not None and (line.clutter is not None or line.linked >= 0.5):
            distance += 1
        weight = _weight(line)
        if weight > 0:
            weight *= (_BEFORE if distance is None else exp(-distance / _REACH)) * (_TEASER if _is_teaser(lines, index) else 1.0)
        weights[line.element] = weights.get(line.element, 0.0) + weight
    best, best_weight = root, float("-inf")
    for element in reversed(list(root.iter(etree.Element))):  # inner elements before their parents
        weight = weights.get(element, 0.0)
        if weight > best_weight:
            best, best_weight = element, weight
        parent = element.getparent()
        if parent is not None:
            weights[parent] = weights.get(parent, 0.0) + weight
    return best


def _is_teaser(lines: Sequence[Line], index: int) -> bool:
    return any(line.linked >= 0.9 and len(line.text) >= 25 and line.clutter is None for line in lines[max(0, index - 2) : index])


def _weight(line: Line) -> float:
    if line.clutter is not None:
        return -10.0 if line.linked >= 0.5 else 0.0
    if line.is_prose:
        return float(len(line.text))
    if line.linked >= 0.5:
        return -float(max(20, len(line.text)))
    return (0.5 if len(line.text) >= 60 else 0.05) * len(line.text)  # a sentence without its stop, or a label


def kept_by_engine(box: html.HtmlElement) -> str:
    """The text that trafilatura takes from the container, as one key; '' where it takes nothing."""
    document = html.document_fromstring("<html><body><article></article></body></html>")
    document.find(".//article").append(deepcopy(box))
    taken = trafilatura.bare_extraction(document, include_comments=False, include_tables=True, fast=True)
    return key(taken.text or "")[:_MAX_KEPT] if taken is not None else ""
