"""Which part of a page is the article: its headline, the element that holds its text, and what trafilatura takes from that."""

import re
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from math import exp
from urllib.parse import urlsplit

import trafilatura
from lxml import etree, html

from flows.records import Source
from flows.stages.lines import Line, key
from flows.stages.metadata import Metadata

ENGINE = f"trafilatura {trafilatura.__version__}"

_REACH = 20.0  # links and clutter between the article's first sentence and another that leave the other 37 % of its weight
_BEFORE = 0.1  # of its weight is left to a sentence before the headline, ...
_TEASER = 0.1  # ... and to one that introduces another page
_MAX_TEXT = 300_000  # characters, scripts included


def find_headline(metadata: Metadata, lines: list[Line], source: Source) -> tuple[str, int | None]:
    """The headline as the page shows it, and its line; without a visible one, what the metadata give, without the outlet's name."""
    stated = [metadata.tag("og:title"), metadata.text("headline"), metadata.tag("twitter:title"), metadata.title, metadata.tag("title")]
    stated = [text for text in stated if text]
    keys = list(dict.fromkeys(form for text in stated for form in (key(_bare_title(text, source)), key(text)) if form))
    best: tuple[float, int] | None = None
    for index, line in enumerate(lines):
        if len(line.text) < 8 or len(line.text) > 300:
            continue
        score = _headline_score(line, key(line.text), keys)
        if score > 0 and (best is None or score > best[0]):
            best = (score, index)
    at = best[1] if best is not None else _main_heading(lines, stated)
    if at is not None:
        return lines[at].text, at
    return (_bare_title(stated[0], source) if stated else ""), None


def find_lead(metadata: Metadata, lines: list[Line]) -> int | None:
    """For a page without a visible headline, the line before the one that opens as the page's description does."""
    start = key(metadata.tag("og:description", "description") or metadata.text("description"))[:60]
    if len(start) < 40:
        return None
    return next((index - 1 for index, line in enumerate(lines) if line.is_prose and key(line.text).startswith(start)), None)


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
    teasers = find_teasers(lines)
    distance: int | None = None
    for index, line in enumerate(lines):
        if headline is None or (distance is None and index > headline and line.is_prose and line.clutter is None):
            distance = 0
        elif distance is not None and (line.clutter is not None or line.linked >= 0.5):
            distance += 1
        weight = _weight(line)
        if weight > 0:
            weight *= (_BEFORE if distance is None else exp(-distance / _REACH)) * (_TEASER if index in teasers else 1.0)
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


def find_teasers(lines: Sequence[Line]) -> frozenset[int]:
    """The sentences that introduce another page: alone in its block, below a link as long as a headline, a label between them or not."""
    alone = Counter(line.element.getparent() for line in lines if line.is_prose)
    headings = {index for index, line in enumerate(lines) if line.linked >= 0.9 and len(line.text) >= 25 and line.clutter is None}
    return frozenset(
        index
        for index, line in enumerate(lines)
        if line.is_prose
        and alone[line.element.getparent()] == 1
        and (index - 1 in headings or (index - 2 in headings and not lines[index - 1].is_prose))
    )


def _weight(line: Line) -> float:
    if line.clutter is not None:
        return -10.0 if line.linked >= 0.5 else 0.0
    if line.is_prose:
        return float(len(line.text))
    if line.linked >= 0.5:
        return -float(max(20, len(line.text)))
    return (0.5 if len(line.text) >= 60 else 0.05) * len(line.text)  # a sentence without its stop, or a label


def kept_by_engine(box: html.HtmlElement) -> str:
    """The text that trafilatura takes from the container, as one key; '' where it takes nothing or there is too much for an article."""
    if sum(map(len, box.itertext())) > _MAX_TEXT:
        return ""
    document = html.Element("html")
    etree.SubElement(etree.SubElement(document, "body"), "article").append(deepcopy(box))
    taken = trafilatura.bare_extraction(document, include_comments=False, include_tables=True, fast=True)
    return key(taken.text or "") if isinstance(taken, trafilatura.settings.Document) else ""


def _headline_score(line: Line, text: str, keys: list[str]) -> float:
    if not text or line.clutter in {"nav", "related", "comments"} or (line.linked > 0.9 and not line.is_heading):
        return 0.0
    shape = {"h1": 1.5, "h2": 1.0, "h3": 0.7}.get(line.element.tag, 0.3)
    fit = 0.0
    for rank, stated in enumerate(keys):
        if text == stated:
            fit = max(fit, 10.0 - 0.5 * rank)
        elif text in stated and len(text) >= 0.4 * len(stated):
            fit = max(fit, 4.0 + 4.0 * len(text) / len(stated) + (1.0 if stated.startswith(text) else 0.0))
        elif stated in text and len(stated) >= 0.6 * len(text):
            fit = max(fit, 5.0)
    return fit + shape - (1.0 if line.linked > 0.9 else 0.0) if fit else 0.0


def _main_heading(lines: list[Line], stated: list[str]) -> int | None:
    """The first main heading that has words in common with a title the page states, or the first of several words where it states none."""
    titles = [set(re.findall(r"\w{3,}", text.lower())) for text in stated]
    for index, line in enumerate(lines):
        if line.element.tag == "h1" and line.clutter is None and line.linked < 0.9 and 8 <= len(line.text) <= 300:
            words = set(re.findall(r"\w{3,}", line.text.lower()))
            if len(words) >= 3 and (not titles or any(2 * len(words & title) >= min(len(words), len(title)) for title in titles)):
                return index
    return None


def _bare_title(title: str, source: Source) -> str:
    """A title without the outlet's name before or behind it."""
    host = (urlsplit(source.home).hostname or "").removeprefix("www.").split(".")
    names = {key(source.name), key("".join(host)), *(label for label in host[:-1] if len(label) >= 4)}
    parts = re.split(r"(\s+[|–—:-]\s+|\s*(?:::|»|\|)\s*)", title)
    while len(parts) > 2 and (
        any(name and name in key(parts[-1]) for name in names) or re.search(r"\.(?:com|co|id|net)\b|online|news", parts[-1], re.I)
    ):
        parts = parts[:-2]
    return "".join(parts).strip()
