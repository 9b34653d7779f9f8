"""Which of a container's lines are the article, and what the others are: prompts, related links,
credits, captions, sign-offs.

Whole lines are cut by line_rules, by the element they stand in, and at the edges; of a line only
what cannot be part of its sentence. What is cut is kept under its rule's id.
"""

import re
from collections.abc import Callable, Iterable, Sequence
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
from flows.stages.extraction.instants import is_date_line
from flows.stages.extraction.line_rules import RULES, parts, rule_for
from flows.stages.extraction.lines import Line
from flows.stages.extraction.polls import find_polls
from flows.stages.extraction.signoffs import find_sign_off
from flows.stages.press.text import key

_TEXT = 2  # sentences behind a heading further down that is the headline
# rules that cut what boxes hold: links, players, prompts
_BOXES = re.compile(r"(?:element:)?(?:related|linked|prompt|player|embed|share|leftover)")
_BEHIND = frozenset({"tail", "apart"})  # places of line rules
_LIST = 3  # headings of one kind with nothing between them are a list, not what opens other texts


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`body`: the lines that are the article; `removed`: what was cut, in the order of the page."""

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
    """Cut what is not the article from its container's lines.

    `strip`: a source's own whole-line patterns; `kept`: gives the key of the text that trafilatura
    takes from the container, '' where it has no opinion. It is believed about labels before and behind
    the text, and about what stands beside a picture; a sentence it would lose elsewhere stays.
    `lead`: the key of how the page's description opens; `end`: the line with which comments or
    another article begin; `outlet`: the source's name.
    """
    cuts: list[str | None] = [f"element:{line.clutter}" if line.clutter else None for line in lines]
    if end is not None:
        cuts[end:] = [cut or "behind-article" for cut in cuts[end:]]
    text = _Text.of(lines, cuts, headline, tuple(strip), kept, lead, outlet)
    for index in range(len(lines)):
        cuts[index] = cuts[index] or next(
            filter(None, (of(text, index) for of in _WITNESSES)), None
        )
    _cut_followers(lines, cuts)
    _cut_leftovers(lines, cuts)
    _cut_edges(lines, cuts)
    last = _cut_sign_offs(lines, cuts)
    body: list[str] = []
    removed: list[Removed] = []
    for index, (line, cut) in enumerate(zip(lines, cuts, strict=True)):
        if cut is not None:
            removed.append(Removed(cut, line.text))
            continue
        rest, cut_out = _without_parts(line.text, is_last=index == last)
        removed.extend(cut_out)
        if rest:
            body.append(rest)
    if len(body) > 1 and is_dateline(body[0]):
        body[:2] = [" ".join(body[:2])]
    return Cleaned(body, removed)


@dataclass(frozen=True, slots=True)
class _Text:
    """A container's lines and what all the witnesses have to know of them. Where the text begins
    and ends is told by its sentences: `first`, `second`, `third` and `last`.
    """

    lines: Sequence[Line]
    strip: Sequence[re.Pattern[str]]
    kept: Callable[[], str]  # asked only where it can decide
    first: int
    second: int
    third: int
    last: int
    headline: int  # the line that repeats it above the text, -1 where none does
    dateline: int  # the sentence behind the first one that opens the report, -1 where none does
    listed: frozenset[int]
    cards: frozenset[int]
    pictured: dict[int, html.HtmlElement]
    captions: frozenset[int]
    polls: frozenset[int]
    summary: frozenset[int]
    own: frozenset[str]  # keys of the outlet's own names

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
        prose = [
            index
            for index, line in enumerate(lines)
            if cuts[index] is None and line.is_prose and rule_for(line.text) is None
        ]
        summary = _summary(lines, prose)
        prose = [index for index in prose if index not in summary]
        while len(prose) > 1 and _is_behind_text(lines[prose[-1]]):
            prose.pop()
        pictured = find_pictured(lines)
        enough = len(prose) > 5
        return cls(
            lines,
            strip,
            kept,
            first=prose[0] if prose else len(lines),
            second=prose[1] if enough else (prose or [len(lines)])[0],
            third=prose[2] if enough else -1,
            last=prose[-1] if prose else -1,
            headline=_headline_at(lines, prose, key(headline)),
            dateline=_dateline_at(lines, prose),
            listed=_linked_lists(lines),
            cards=_cards(lines),
            pictured=pictured,
            captions=find_captions(lines, prose, pictured, lead),
            polls=find_polls(lines),
            summary=summary,
            own=frozenset({key(outlet)} - {""}),
        )

    def is_edge(self, index: int) -> bool:
        """Whether a line stands before the first or behind the last sentence."""
        before = index < self.first or (index < self.second and not self.lines[index].is_prose)
        return before or index > self.last

    def is_of_work(self, index: int) -> bool:
        """Whether a line is one of those that say what a book or a film is."""
        start = max(0, index - 1)
        near = [line.text for line in self.lines[start : index + 2]]
        return is_of_work(near, index - start)

    def places(self, index: int) -> frozenset[str]:
        """The places of line rules that a line stands in."""
        places = {
            "head": index <= max(self.third, self.first - 1),
            "edge": self.is_edge(index),
            "tail": index > self.last,
            "apart": index > self.last and is_set_apart(self.lines[index]),
            "linked": self.lines[index].is_linked,
        }
        here = (place for place, holds in places.items() if holds)
        return frozenset(["anywhere", "heading", *here])


def _is_behind_text(line: Line) -> bool:
    """Whether a line that ends like a sentence follows the text: a heading, a credit, a note about
    the author.
    """
    if line.is_heading or is_credit_line(line.text):
        return True
    places = _BEHIND if is_set_apart(line) else _BEHIND - {"apart"}
    return rule_for(line.text, places) is not None


# ---- what cuts a line, the first that says so ----


def _by_source(text: _Text, index: int) -> str | None:
    line = text.lines[index].text
    own = next((pattern for pattern in text.strip if pattern.search(line)), None)
    return f"strip:{own.pattern}" if own is not None else None


def _by_headline(text: _Text, index: int) -> str | None:
    if index == text.headline:
        return "headline"
    return "before-headline" if index < text.headline else None


def _by_rule(text: _Text, index: int) -> str | None:
    rule = rule_for(text.lines[index].text, text.places(index))
    return rule.id if rule else None


def _by_credit(text: _Text, index: int) -> str | None:
    if not text.is_edge(index):
        return None
    line = text.lines[index].text
    credit = (is_credit_line(line) or label_of(line)) and not text.is_of_work(index)
    return "byline" if credit or (is_signature(line) and not is_dateline(line)) else None


def _by_date(text: _Text, index: int) -> str | None:
    return "date-line" if text.is_edge(index) and _is_dated(text.lines[index].text) else None


def _by_link(text: _Text, index: int) -> str | None:
    linked = index in text.listed or _is_linked_line(text.lines[index])
    return "linked-line" if linked else None


def _by_card(text: _Text, index: int) -> str | None:
    return "card" if index in text.cards else None


def _by_dateline(text: _Text, index: int) -> str | None:
    apart = index in text.pictured or is_set_apart(text.lines[index])
    return "caption-before-dateline" if index < text.dateline and apart else None


def _by_poll(text: _Text, index: int) -> str | None:
    return "poll" if index in text.polls else None


def _by_summary(text: _Text, index: int) -> str | None:
    return "summary" if index in text.summary else None


def _by_credited_picture(text: _Text, index: int) -> str | None:
    """The text's last sentence may be signed so."""
    line = text.lines[index].text
    return "caption-outlet" if index != text.last and is_credited(line, text.own) else None


def _by_picture(text: _Text, index: int) -> str | None:
    return "caption-beside-picture" if index in text.captions else None


def _by_engine(text: _Text, index: int) -> str | None:
    line = text.lines[index]
    label = text.is_edge(index) and not line.is_prose and not is_dateline(line.text)
    if index not in text.pictured and not label:
        return None
    kept = text.kept()
    return "trafilatura" if kept and key(line.text) not in kept else None


_WITNESSES: tuple[Callable[[_Text, int], str | None], ...] = (
    _by_source,
    _by_headline,
    _by_rule,
    _by_credit,
    _by_date,
    _by_link,
    _by_card,
    _by_dateline,
    _by_poll,
    _by_summary,
    _by_credited_picture,
    _by_picture,
    _by_engine,
)


def _is_dated(text: str) -> bool:
    """Whether a line is a date, the number of readers beside it or not."""
    date, *others = text.split(" | ")
    return is_date_line(text) or (
        is_date_line(date) and all(rule_for(other) is not None for other in others)
    )


def _is_linked_line(line: Line) -> bool:
    """Whether a line is one link as long as a headline; a heading that is one is no subhead of this
    text, unless it counts.
    """
    if not line.is_linked_headline or line.is_prose or line.element.tag == "li":
        return False
    return not line.is_heading or not line.text[0].isdigit()


def _linked_lists(lines: Sequence[Line]) -> frozenset[int]:
    """The items of lists that are nothing but links as long as headlines, at least two of them."""
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
    """The items of a list before the first paragraph that a line such as "Ringkasan Berita:" stands
    over, where there is a text behind it.
    """
    paragraphs = [index for index in prose if _item(lines[index]) is None]
    if len(paragraphs) < _TEXT:
        return frozenset()
    for index, line in enumerate(lines[: paragraphs[0]]):
        rule = rule_for(line.text, frozenset({"head"}))
        if rule is not None and rule.id == "summary":
            behind = range(index + 1, paragraphs[0])
            return frozenset(takewhile(lambda at: _item(lines[at]) is not None, behind))
    return frozenset()


def _item(line: Line) -> html.HtmlElement | None:
    """The item of a list that a line stands in."""
    near = (line.element, *islice(line.element.iterancestors(), 3))
    return next((element for element in near if element.tag == "li"), None)


def _cards(lines: Sequence[Line]) -> frozenset[int]:
    """Sentences that introduce another page, with a picture beside them."""
    return frozenset(
        at for at in find_teasers(lines) if _has_picture(lines[at].element.getparent())
    )


def _has_picture(block: html.HtmlElement) -> bool:
    return next(block.iter("img", "picture", "amp-img"), None) is not None


def _headline_at(lines: Sequence[Line], prose: Sequence[int], headline: str) -> int:
    """The line that repeats the headline above the text, -1 where none does: near the top, or a
    heading with sentences behind it.
    """
    above = prose[1] if len(prose) > 1 else len(lines)
    for index, line in enumerate(lines):
        if headline and key(line.text) == headline:
            behind = sum(one > index for one in prose)
            if index < above or (line.is_heading and behind >= _TEXT):
                return index
    return -1


def _dateline_at(lines: Sequence[Line], prose: Sequence[int]) -> int:
    """The line behind the first sentence, but not far, that opens the report; -1 where none does."""
    near = range(prose[0] + 1, prose[:3][-1] + 1) if prose else ()
    texts = ((index, lines[index].text) for index in near)
    return next((at for at, text in texts if opens_report(text) or is_dateline(text)), -1)


# ---- what is cut because of what stands beside it ----


def _cut_followers(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """The links under a heading such as "Baca juga": all that are links, and one bare headline
    where there is no link at all.
    """
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
    """Headings and labels of a block of which all else is clutter: a player's, a box of links'."""
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
    """Links before the first and behind the last paragraph, and bare headings behind it."""
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
    """Whether headings at the end are the items of a list: of one kind, nothing between them."""
    adjoining = bool(headings) and headings[0] - headings[-1] == len(headings) - 1
    tags = {lines[index].element.tag for index in headings}
    return len(headings) >= _LIST and adjoining and len(tags) == 1


def _cut_sign_offs(lines: Sequence[Line], cuts: list[str | None]) -> int:
    """Cut sign-offs that stand alone behind the text; the index of the line that is the
    last then, -1 where none is.
    """
    for index in range(len(lines) - 1, -1, -1):
        if cuts[index] is None:
            if find_sign_off(lines[index].text, is_last=True) != 0:
                return index
            cuts[index] = "sign-off"
    return -1


def _without_parts(text: str, *, is_last: bool) -> tuple[str, list[Removed]]:
    """A line without the asides in it that rules know, and without the sign-off behind the
    article's last sentence.
    """
    removed: list[Removed] = []
    rest, at = [], 0
    for start, end, rule in parts(text):
        rest.append(text[at:start].strip())
        removed.append(Removed(rule, text[start:end].strip()))
        at = end
    rest.append(text[at:].strip())
    text = " ".join(filter(None, rest))
    if (signed := find_sign_off(text, is_last=is_last)) is not None:
        removed.append(Removed("sign-off", text[signed:].strip()))
        text = text[:signed].rstrip()
    return text, removed
