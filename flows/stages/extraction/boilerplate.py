"""Which lines of a container are the article, and which are boilerplate: prompts, related links,
credits, captions, sign-offs.

Whole lines are cut by a line rule, by the element they are in, or for where they stand. Of a line
that stays, only asides that cannot be part of its sentence are cut. All that is cut is recorded
with the id of its rule.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, takewhile

from lxml import html

from flows.records import Removed
from flows.stages.extraction.captions import (
    find_captions,
    find_pictured,
    is_credited,
    is_set_apart,
)
from flows.stages.extraction.container import find_teasers
from flows.stages.extraction.credit_lines import is_credit_line, is_of_work, is_signature, label_of
from flows.stages.extraction.datelines import is_dateline, opens_report
from flows.stages.extraction.elements import PICTURES
from flows.stages.extraction.instants import is_date_line
from flows.stages.extraction.line_rules import RULES, find_asides, rule_for
from flows.stages.extraction.lines import Line
from flows.stages.extraction.polls import find_polls
from flows.stages.extraction.signoffs import find_sign_off
from flows.stages.press.text import text_key


@dataclass(frozen=True, slots=True)
class _Least:
    """How many lines make something."""

    text: int = 2  # sentences below a heading are a text
    list: int = 3  # adjoining headings at the end are a list rather than the openings of texts


_LEAST = _Least()
# Rules that cut the content of boxes: links, players, prompts.
_BOXES = re.compile(r"(?:element:)?(?:related|linked|prompt|player|embed|share|leftover)")
_AFTER_TEXT = frozenset({"tail", "apart"})  # places of line rules


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The lines that are the article, and what was cut, each in the order of the page."""

    body: list[str]
    removed: list[Removed]


def clean(
    lines: Sequence[Line],
    headline: str,
    strip: Iterable[re.Pattern[str]] = (),
    kept: Callable[[], str] = str,
    lead: str = "",
    end: int | None = None,
    outlet: str = "",
) -> Cleaned:
    """Cut what is not the article from the lines of its container.

    - `strip`: the source's own patterns for whole lines
    - `kept`: returns the key of the text that trafilatura takes from the container, or '' if it
      takes none. It is trusted about labels before and after the text and about lines beside a
      picture, but no other sentence is cut because trafilatura would drop it.
    - `lead`: the key of the start of the page's description
    - `end`: the line at which comments or another article begin
    - `outlet`: the name of the source
    """
    cuts: list[str | None] = [line.clutter and f"element:{line.clutter}" for line in lines]
    if end is not None:
        cuts[end:] = [cut or "behind-article" for cut in cuts[end:]]
    text = _Text.of(lines, cuts, headline, tuple(strip), kept, lead, outlet)
    for index in range(len(lines)):
        cuts[index] = cuts[index] or _cut_of(text, index)
    _cut_followers(lines, cuts)
    _cut_leftovers(lines, cuts)
    _cut_edges(lines, cuts)
    return _cleaned(lines, cuts, last=_cut_sign_offs(lines, cuts))


def _cleaned(lines: Sequence[Line], cuts: Sequence[str | None], last: int) -> Cleaned:
    """The lines that are not cut, without their asides. `last` is the last of them."""
    body: list[str] = []
    removed: list[Removed] = []
    for index, (line, cut) in enumerate(zip(lines, cuts, strict=True)):
        if cut is not None:
            removed.append(Removed(cut, line.text))
            continue
        rest, asides = _without_asides(line.text, is_last=index == last)
        removed.extend(asides)
        if rest:
            body.append(rest)
    if len(body) > 1 and is_dateline(body[0]):
        body[:2] = [" ".join(body[:2])]
    return Cleaned(body, removed)


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of a container and what the signs need to know about them. The indices `first`,
    `second`, `third` and `last` are of the sentences where the text begins and ends.
    """

    lines: Sequence[Line]
    strip: Sequence[re.Pattern[str]]
    kept: Callable[[], str]  # slow, so it is called only when it can decide
    first: int
    second: int
    third: int
    last: int
    headline: int  # the line above the text that repeats it, or -1
    dateline: int  # the sentence after the first one that opens the report, or -1
    listed: frozenset[int]
    cards: frozenset[int]
    pictured: dict[int, html.HtmlElement]
    captions: frozenset[int]
    polls: frozenset[int]
    summary: frozenset[int]
    own: frozenset[str]  # the keys of the outlet's own names

    @classmethod
    def of(
        cls,
        lines: Sequence[Line],
        cuts: Sequence[str | None],
        headline: str,
        strip: Sequence[re.Pattern[str]],
        kept: Callable[[], str],
        lead: str,
        outlet: str,
    ) -> "_Text":
        prose, summary = _prose(lines, cuts)
        pictured = find_pictured(lines)
        first = next(iter(prose), len(lines))
        second, third = first, -1
        if len(prose) > 5:
            second, third = prose[1:3]
        return cls(
            lines,
            strip,
            kept,
            first=first,
            second=second,
            third=third,
            last=next(reversed(prose), -1),
            headline=_headline_at(lines, prose, text_key(headline)),
            dateline=_dateline_at(lines, prose),
            listed=_linked_lists(lines),
            cards=_cards(lines),
            pictured=pictured,
            captions=find_captions(lines, prose, pictured, lead),
            polls=find_polls(lines),
            summary=summary,
            own=frozenset({text_key(outlet)} - {""}),
        )

    def is_edge(self, index: int) -> bool:
        """Whether a line is before the first or after the last sentence."""
        before = index < self.first or (index < self.second and not self.lines[index].is_prose)
        return before or index > self.last

    def is_of_work(self, index: int) -> bool:
        """Whether a line is part of the description of a book or a film."""
        start = max(0, index - 1)
        near = [line.text for line in self.lines[start : index + 2]]
        return is_of_work(near, index - start)

    def places(self, index: int) -> frozenset[str]:
        """The places of line rules that a line is in."""
        places = {
            "head": index <= max(self.third, self.first - 1),
            "edge": self.is_edge(index),
            "tail": index > self.last,
            "apart": index > self.last and is_set_apart(self.lines[index]),
            "linked": self.lines[index].is_linked,
        }
        here = (place for place, holds in places.items() if holds)
        return frozenset(["anywhere", "heading", *here])


def _prose(lines: Sequence[Line], cuts: Sequence[str | None]) -> tuple[list[int], frozenset[int]]:
    """The sentences of the text, and those of the summary before it."""
    prose = [
        index
        for index, line in enumerate(lines)
        if cuts[index] is None and line.is_prose and rule_for(line.text) is None
    ]
    summary = _summary(lines, prose)
    prose = [index for index in prose if index not in summary]
    while len(prose) > 1 and _follows_text(lines[prose[-1]]):
        prose.pop()
    return prose, summary


def _follows_text(line: Line) -> bool:
    """Whether a line that ends like a sentence comes after the text: a heading, a credit, a note
    about the author.
    """
    if line.is_heading or is_credit_line(line.text):
        return True
    places = _AFTER_TEXT if is_set_apart(line) else _AFTER_TEXT - {"apart"}
    return rule_for(line.text, places) is not None


# ---- lines that are cut for what they are ----


def _cut_of(text: _Text, index: int) -> str | None:
    """What cuts a line: a pattern of the source, the headline, a rule, or the first sign."""
    return (
        _strip_pattern(text, index)
        or _at_headline(text, index)
        or _rule(text, index)
        or next((name for name, holds in _SIGNS.items() if holds(text, index)), None)
    )


def _strip_pattern(text: _Text, index: int) -> str | None:
    line = text.lines[index].text
    return next((f"strip:{one.pattern}" for one in text.strip if one.search(line)), None)


def _at_headline(text: _Text, index: int) -> str | None:
    if index == text.headline:
        return "headline"
    return "before-headline" if index < text.headline else None


def _rule(text: _Text, index: int) -> str | None:
    rule = rule_for(text.lines[index].text, text.places(index))
    return rule.id if rule else None


def _is_byline(text: _Text, index: int) -> bool:
    if not text.is_edge(index):
        return False
    line = text.lines[index].text
    if (is_credit_line(line) or label_of(line)) and not text.is_of_work(index):
        return True
    return is_signature(line) and not is_dateline(line)


def _is_date(text: _Text, index: int) -> bool:
    return text.is_edge(index) and _is_dated(text.lines[index].text)


def _is_listed_link(text: _Text, index: int) -> bool:
    return index in text.listed or _is_linked_line(text.lines[index])


def _is_before_dateline(text: _Text, index: int) -> bool:
    if index >= text.dateline:
        return False
    return index in text.pictured or is_set_apart(text.lines[index])


def _is_picture_credit(text: _Text, index: int) -> bool:
    """The last sentence of a text may be signed in the same form, so it stays."""
    return index != text.last and is_credited(text.lines[index].text, text.own)


def _is_dropped_by_engine(text: _Text, index: int) -> bool:
    line = text.lines[index]
    label = text.is_edge(index) and not line.is_prose and not is_dateline(line.text)
    if index not in text.pictured and not label:
        return False
    kept = text.kept()
    return bool(kept) and text_key(line.text) not in kept


# By the ids under which they are recorded; the first that holds cuts the line.
_SIGNS: Mapping[str, Callable[[_Text, int], bool]] = {
    "byline": _is_byline,
    "date-line": _is_date,
    "linked-line": _is_listed_link,
    "card": lambda text, index: index in text.cards,
    "caption-before-dateline": _is_before_dateline,
    "poll": lambda text, index: index in text.polls,
    "summary": lambda text, index: index in text.summary,
    "caption-outlet": _is_picture_credit,
    "caption-beside-picture": lambda text, index: index in text.captions,
    "trafilatura": _is_dropped_by_engine,
}


def _is_dated(text: str) -> bool:
    """Whether a line is a date, possibly with the number of readers beside it."""
    date, *others = text.split(" | ")
    return is_date_line(text) or (
        is_date_line(date) and all(rule_for(other) is not None for other in others)
    )


def _is_linked_line(line: Line) -> bool:
    """Whether a line is a single link as long as a headline. If a heading is one, it is no subhead
    of this text, unless it is numbered.
    """
    if not line.is_linked_headline or line.is_prose or line.element.tag == "li":
        return False
    return not line.is_heading or not line.text[0].isdigit()


def _linked_lists(lines: Sequence[Line]) -> frozenset[int]:
    """The items of lists of two or more links that are all as long as headlines."""
    items: dict[html.HtmlElement, list[int]] = {}
    for index, line in enumerate(lines):
        item = _item(line)
        if item is not None and item.getparent() is not None:
            items.setdefault(item.getparent(), []).append(index)
    return frozenset(
        index
        for found in items.values()
        if len(found) > 1 and all(lines[one].is_linked_headline for one in found)
        for index in found
    )


def _summary(lines: Sequence[Line], prose: Sequence[int]) -> frozenset[int]:
    """The items of a list that follows a line such as "Ringkasan Berita:" before the first
    paragraph; none if there is no text after it.
    """
    paragraphs = [index for index in prose if _item(lines[index]) is None]
    if len(paragraphs) < _LEAST.text:
        return frozenset()
    for index, line in enumerate(lines[: paragraphs[0]]):
        rule = rule_for(line.text, frozenset({"head"}))
        if rule is not None and rule.id == "summary":
            behind = range(index + 1, paragraphs[0])
            return frozenset(takewhile(lambda at: _item(lines[at]) is not None, behind))
    return frozenset()


def _item(line: Line) -> html.HtmlElement | None:
    """The list item that a line is in, if any."""
    near = (line.element, *islice(line.element.iterancestors(), 3))
    return next((element for element in near if element.tag == "li"), None)


def _cards(lines: Sequence[Line]) -> frozenset[int]:
    """Sentences with a picture beside them that introduce another page."""
    return frozenset(
        at for at in find_teasers(lines) if _has_picture(lines[at].element.getparent())
    )


def _has_picture(block: html.HtmlElement) -> bool:
    return next(block.iter(*PICTURES), None) is not None


def _headline_at(lines: Sequence[Line], prose: Sequence[int], headline: str) -> int:
    """The line above the text that repeats the headline, or -1. It is near the top, or it is a
    heading with sentences after it.
    """
    above = next(iter(prose[1:]), len(lines))
    for index, line in enumerate(lines):
        if headline and text_key(line.text) == headline:
            behind = sum(one > index for one in prose)
            if index < above or (line.is_heading and behind >= _LEAST.text):
                return index
    return -1


def _dateline_at(lines: Sequence[Line], prose: Sequence[int]) -> int:
    """The line soon after the first sentence that opens the report, or -1."""
    if not prose:
        return -1
    near = range(prose[0] + 1, prose[:3][-1] + 1)
    texts = ((index, lines[index].text) for index in near)
    return next((at for at, text in texts if opens_report(text) or is_dateline(text)), -1)


# ---- lines that are cut for what is beside them ----


def _cut_followers(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """Cut the links below a heading such as "Baca juga"."""
    headings = {rule.id for rule in RULES if rule.where == "heading"} | {"element:related"}
    passed = {"related-item", "end-mark", "linked-line"}
    opened = False
    for index, line in enumerate(lines):
        if cuts[index] is not None:
            opened = cuts[index] in headings or (opened and cuts[index] in passed)
        elif opened and line.is_link:
            cuts[index] = "related-item"
        else:
            opened = False


def _cut_leftovers(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """Cut the headings and labels of a block that otherwise holds only clutter, such as a player or
    a box of links.
    """
    held: dict[html.HtmlElement, list[int]] = {}
    for index, line in enumerate(lines):
        for element in chain((line.element,), line.element.iterancestors()):
            held.setdefault(element, []).append(index)
    for index, line in enumerate(lines):
        if cuts[index] is not None or line.is_prose:
            continue
        block = next((one for one in line.element.iterancestors() if len(held[one]) > 1), None)
        if block is None or len(held[block]) == len(lines):
            continue
        others = [cuts[other] or "" for other in held[block] if other != index]
        if all(_BOXES.match(cut) for cut in others):
            cuts[index] = "leftover"


def _cut_edges(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """Cut links before the first and after the last paragraph, and bare headings after it."""
    forward = range(len(lines))
    for order in (forward, reversed(forward)):
        uncut = (index for index in order if cuts[index] is None)
        for index in takewhile(lambda at: _is_edge_link(lines[at]), uncut):
            cuts[index] = "edge-link"
    left = [index for index in reversed(forward) if cuts[index] is None]
    headings = list(takewhile(lambda at: lines[at].is_heading, left))
    if not _is_list(lines, headings):
        for index in headings:
            cuts[index] = "edge-heading"


def _is_edge_link(line: Line) -> bool:
    return line.is_link and not line.is_prose


def _is_list(lines: Sequence[Line], headings: Sequence[int]) -> bool:
    """Whether headings at the end are a list: enough, of one kind, with nothing between them."""
    adjoining = bool(headings) and headings[0] - headings[-1] == len(headings) - 1
    tags = {lines[index].element.tag for index in headings}
    return len(headings) >= _LEAST.list and adjoining and len(tags) == 1


def _cut_sign_offs(lines: Sequence[Line], cuts: list[str | None]) -> int:
    """Cut sign-offs on lines of their own after the text. Returns the index of the line that is
    last then, or -1.
    """
    for index in range(len(lines) - 1, -1, -1):
        if cuts[index] is None:
            if find_sign_off(lines[index].text, is_last=True) != 0:
                return index
            cuts[index] = "sign-off"
    return -1


def _without_asides(text: str, *, is_last: bool) -> tuple[str, list[Removed]]:
    """A line without the asides that rules find in it, and without the sign-off after the last
    sentence of the article.
    """
    removed: list[Removed] = []
    rest, at = [], 0
    for start, end, rule in find_asides(text):
        rest.append(text[at:start].strip())
        removed.append(Removed(rule, text[start:end].strip()))
        at = end
    rest.append(text[at:].strip())
    text = " ".join(filter(None, rest))
    if (signed := find_sign_off(text, is_last=is_last)) is not None:
        removed.append(Removed("sign-off", text[signed:].strip()))
        text = text[:signed].rstrip()
    return text, removed
