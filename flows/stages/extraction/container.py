"""Which part of a page is the article: its headline, the element that holds its text, and what
trafilatura takes from that.
"""

import re
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from itertools import islice
from math import exp
from urllib.parse import urlsplit

import trafilatura
from lxml import etree, html

from flows.records import Origin, Source
from flows.stages.extraction.datelines import opens_report
from flows.stages.extraction.lines import Line
from flows.stages.extraction.metadata import Metadata
from flows.stages.press.text import key

ENGINE = f"trafilatura {trafilatura.__version__}"

# links and clutter between the article's first sentence and another that leave the other 37 % of
# its weight
_REACH = 20.0
_BEFORE = 0.1  # of its weight is left to a sentence before the headline, ...
_TEASER = 0.1  # ... and to one that introduces another page
_UNSTATED = 0.1  # ... and to one that is not in the text which the metadata give
_PAST = -0.05  # of its weight is held against a sentence behind the article's end, ...
_WHOLE = 600  # ... which is only looked for once so many characters of sentences have been read
_MUCH_MORE = 3  # times as much text
_STATED = 400  # characters of a text in the metadata that says something about the rest
# characters of sentences that an element by a source's selector holds, or it is compared with where
# the page's sentences are
_HELD = 400
_MAX_TEXT = 300_000  # characters, scripts included
_NAME = re.compile(r"[#.][A-Za-z_][\w-]*")  # of an element, where a selector may hold it as it is


_COMMENTS = re.compile(
    r"\W*(?:\d+\s+)?(?:(?:tulis|kirim(?:kan)?|beri(?:kan)?|tinggalkan|lihat(?: semua)?|leave an?)\s+)?(?:komentar|comments?|reply)\b"
    r"(?:\s+pembaca)?[\W\d]*",
    re.IGNORECASE,
)


def find_headline(metadata: Metadata, lines: list[Line], source: Source) -> tuple[str, int | None]:
    """The headline as the page shows it, and its line; without a visible one, what the metadata
    give, without the outlet's name.
    """
    stated = [text for _, text in metadata.titles()]
    keys = list(
        dict.fromkeys(
            form for text in stated for form in (key(_bare_title(text, source)), key(text)) if form
        )
    )
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
    """For a page without a visible headline, the line before the one that opens as the page's
    description does.
    """
    start = described(metadata)
    if not start:
        return None
    return next(
        (
            index - 1
            for index, line in enumerate(lines)
            if line.is_prose and key(line.text).startswith(start)
        ),
        None,
    )


def described(metadata: Metadata) -> str:
    """The key that opens the page's description, which is how many outlets' articles open; '' where
    there is none to speak of.
    """
    start = key(metadata.tag("og:description", "description") or metadata.text("description"))[:60]
    return start if len(start) >= 40 else ""


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
    found = next(
        (
            (one, selector)
            for selector in selectors
            for one in _by_text(root.cssselect(selector), lines)
        ),
        None,
    )
    if found and _sentences(found[0], lines) >= _HELD:
        return found[0], Origin("container", found[1])
    densest = _densest(root, lines, headline, key(stated))
    if found and 2 * _sentences(found[0], lines) >= _sentences(densest, lines):
        return found[0], Origin("container", found[1])
    return densest, Origin("density", _selector(densest))


def _by_text(elements: Sequence[html.HtmlElement], lines: Sequence[Line]) -> list[html.HtmlElement]:
    """The elements, the one with the most sentences first."""
    return (
        sorted(elements, key=lambda element: -_sentences(element, lines))
        if len(elements) > 1
        else list(elements)
    )


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


def _densest(
    root: html.HtmlElement, lines: Sequence[Line], headline: int | None, stated: str = ""
) -> html.HtmlElement:
    """The smallest element with the most text in sentences, once the links and labels beside them
    are held against it.
    """
    weights: dict[html.HtmlElement, float] = {}
    teasers = find_teasers(lines)
    past = _find_end(lines, headline, teasers)
    known = frozenset(
        index for index, line in enumerate(lines) if line.is_prose and key(line.text) in stated
    )
    known = known if len(known) > 1 and len(stated) >= _STATED else frozenset()
    distance: int | None = None
    for index, line in enumerate(lines):
        if headline is None or (
            distance is None and index > headline and line.is_prose and line.clutter is None
        ):
            distance = 0
        elif distance is not None and (line.clutter is not None or line.linked >= 0.5):
            distance += 1
        weight = _weight(line)
        if weight > 0 and index >= past:
            weight *= _PAST
        elif weight > 0:
            weight *= (_BEFORE if distance is None else exp(-distance / _REACH)) * (
                _TEASER if index in teasers else 1.0
            )
            weight *= _UNSTATED if known and line.is_prose and index not in known else 1.0
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


def _find_end(lines: Sequence[Line], headline: int | None, teasers: frozenset[int]) -> int:
    """The line with which the readers' comments or another article begin; as many as there are
    lines where none does.

    Comments have a heading, another article a main heading of its own, or any heading and a
    dateline. Where far more text follows than stands before it, it is no end.
    """
    texts = [
        len(line.text) if line.clutter is None and line.is_prose and index not in teasers else 0
        for index, line in enumerate(lines)
    ]
    read = 0
    headed = False
    for index, line in enumerate(lines):
        if headline is not None and index <= headline:
            continue
        if read >= _WHOLE and (
            (len(line.text) <= 40 and _COMMENTS.fullmatch(line.text))
            or (line.element.tag == "h1" and line.clutter is None and len(line.text.split()) >= 4)
            or (headed and texts[index] and opens_report(line.text))
        ):
            return index if sum(texts[index:]) <= _MUCH_MORE * read else len(lines)
        if texts[index] and not line.is_heading:
            read += texts[index]
            headed = False
        headed = headed or line.is_heading
    return len(lines)


def find_teasers(lines: Sequence[Line]) -> frozenset[int]:
    """The sentences that introduce another page: alone in its block, below a link as long as a
    headline, a label between them or not.
    """
    alone = Counter(line.element.getparent() for line in lines if line.is_prose)
    headings = {
        index
        for index, line in enumerate(lines)
        if line.linked >= 0.9 and len(line.text) >= 25 and line.clutter is None
    }
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
    return (0.5 if len(line.text) >= 60 else 0.05) * len(
        line.text
    )  # a sentence without its stop, or a label


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


def _headline_score(line: Line, text: str, keys: list[str]) -> float:
    if (
        not text
        or line.clutter in {"nav", "related", "comments"}
        or (line.linked > 0.9 and not line.is_heading)
    ):
        return 0.0
    shape = {"h1": 1.5, "h2": 1.0, "h3": 0.7}.get(line.element.tag, 0.3)
    fit = 0.0
    for rank, stated in enumerate(keys):
        if text == stated:
            fit = max(fit, 10.0 - 0.5 * rank)
        elif text in stated and len(text) >= 0.4 * len(stated):
            fit = max(
                fit, 4.0 + 4.0 * len(text) / len(stated) + (1.0 if stated.startswith(text) else 0.0)
            )
        elif stated in text and len(stated) >= 0.6 * len(text):
            fit = max(fit, 5.0)
    return fit + shape - (1.0 if line.linked > 0.9 else 0.0) if fit else 0.0


def _main_heading(lines: list[Line], stated: list[str]) -> int | None:
    """The first main heading that has words in common with a title the page states, or the first of
    several words where it states none.
    """
    titles = [set(re.findall(r"\w{3,}", text.lower())) for text in stated]
    for index, line in enumerate(lines):
        if (
            line.element.tag == "h1"
            and line.clutter is None
            and line.linked < 0.9
            and 8 <= len(line.text) <= 300
        ):
            words = set(re.findall(r"\w{3,}", line.text.lower()))
            if len(words) >= 3 and (
                not titles
                or any(2 * len(words & title) >= min(len(words), len(title)) for title in titles)
            ):
                return index
    return None


def _bare_title(title: str, source: Source) -> str:
    """A title without the outlet's name before or behind it."""
    host = (urlsplit(source.home).hostname or "").removeprefix("www.").split(".")
    names = {
        key(source.name),
        key("".join(host)),
        *(label for label in host[:-1] if len(label) >= 4),
    }
    parts = re.split(r"(\s+[|–—:-]\s+|\s*(?:::|»|\|)\s*)", title)
    while len(parts) > 2 and (
        any(name and name in key(parts[-1]) for name in names)
        or re.search(r"\.(?:com|co|id|net)\b|online|news", parts[-1], re.I)
    ):
        parts = parts[:-2]
    return "".join(parts).strip()
