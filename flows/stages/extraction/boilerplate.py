"""Which of a container's lines are the article, and what the others are: prompts, related links,
credits, captions, sign-offs.

Whole lines are cut by line_rules, by the element they stand in, and at the edges; of a line only
what cannot be part of its sentence. What is cut is kept under its rule's id.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import html

from flows.records import Removed
from flows.stages.extraction.captions import find_captions, find_pictured
from flows.stages.extraction.datelines import is_dateline, opens_report
from flows.stages.extraction.instants import is_date_line
from flows.stages.extraction.line_rules import HEADLINE, RULES, rule_for
from flows.stages.extraction.lines import Line
from flows.stages.press.text import key

_RELATED_LINK = re.compile(r"[\W_]{0,12}(?:baca|lihat|simak|tonton)\b", re.IGNORECASE)

# Parts of a line
# a headline: "(baca: korupsi)" is how a writer says what a word means
_BRACKETED_RELATED = re.compile(
    r"\s*[(\[]\s*(?:baca|lihat|simak)(?:\s+juga)?\s*(?::\s*|(?<=juga)\s+)(?-i:[A-Z\d\"“'‘])[^()\[\]]{11,250}[)\]]\s*(?=$|[.]$)",
    re.IGNORECASE,
)
_TRAILING_PROMPT = re.compile(
    r"(?<=[.!?)\]\"”])\s+(?:(?:(?:yuk,?\s*)?(?:simak|tonton)(?: juga)? video|saksikan (?:video|live)|simak (?:juga )?(?:video|lifestyle)"
    rf"|(?:baca|lihat|tonton|simak) juga\s*:){HEADLINE}|(?:artikel ini telah tayang|baca berita tanpa iklan).{{0,300}})$",
    re.IGNORECASE,
)
_INSERTED = re.compile(
    r"(?<![\"“‘'(])(?:(?:ADVERTISEMENT\s+)?SCROLL TO (?:CONTINUE|RESUME)(?: WITH)? CONTENT(?:\s+ADVERTISEMENT)?|\[Gambas:[^\[\]]{1,100}\])"
)
_CODE = r"[A-Za-z*][\w.*-]{0,14}"
_SIGN_OFF = re.compile(
    r"[(\[]\s*(?!(?:HR|H\.R|QS|Q\.S)\b)"  # sources of a saying or a verse
    rf"(?P<codes>{_CODE}(?:\s?[/\\|,&;+]\s?{_CODE}|\s{_CODE}){{0,5}}|\*{{1,3}})\s*/?\s*[)\]][\s.*#]*$"
)
_CAPITALS_SIGN_OFF = re.compile(r"[A-Z][A-Z.'’-]*(?:(?:\s+|\s*[|/,&]\s*)[A-Z][A-Z.'’-]*){0,5}")
_SENTENCE_BEFORE = re.compile(r"[.!?…\"”'’»)\]*]\s*$")
_MAX_PART = 700  # characters at the end of a line in which its parts are looked for, ...
_MAX_SIGN_OFF = 60  # ... and for a sign-off
_MOST_SIGN_OFFS = 2  # lines of them: codes, and a name or an agency


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`body`: the lines that are the article; `removed`: what was cut, in the order of the page."""

    body: list[str]
    removed: list[Removed]


def clean(
    lines: Sequence[Line],
    headline: str,
    strip: Iterable[re.Pattern[str]] = (),
    kept: str = "",
    lead: str = "",
) -> Cleaned:
    """Cut what is not the article from its container's lines.

    `strip`: a source's own whole-line patterns; `kept`: the key of the text that trafilatura takes
    from the container, '' where it has no opinion. It is believed about labels before and behind
    the text, and about what stands beside a picture; a sentence it would lose elsewhere stays.
    `lead`: the key of how the page's description opens.
    """
    cuts: list[str | None] = [f"element:{line.clutter}" if line.clutter else None for line in lines]
    _cut_ruled(lines, cuts, headline, tuple(strip), kept, lead)
    _cut_followers(lines, cuts)
    _cut_edges(lines, cuts)
    body: list[str] = []
    removed: list[Removed] = []
    last = _cut_sign_offs(lines, cuts)
    for index, (line, cut) in enumerate(zip(lines, cuts, strict=True)):
        if cut is not None:
            removed.append(Removed(cut, line.text))
            continue
        text, parts = _without_parts(line.text, is_last=index == last)
        removed.extend(parts)
        if text:
            body.append(text)
    if len(body) > 1 and is_dateline(body[0]):
        body[:2] = [" ".join(body[:2])]
    return Cleaned(body, removed)


def _cut_ruled(
    lines: Sequence[Line],
    cuts: list[str | None],
    headline: str,
    strip: Sequence[re.Pattern[str]],
    kept: str,
    lead: str,
) -> None:
    prose = [
        index
        for index, line in enumerate(lines)
        if cuts[index] is None and line.is_prose and rule_for(line.text) is None
    ]
    while len(prose) > 1 and lines[prose[-1]].is_heading:  # of what follows the article
        prose.pop()
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    second, third = (prose[1], prose[2]) if len(prose) > 5 else (first, -1)
    top = _headline_at(lines, prose, key(headline))
    opening = next((index for index in prose[1:3] if opens_report(lines[index].text)), -1)
    listed = _linked_lists(lines)
    pictured = find_pictured(lines)
    captions = find_captions(lines, prose, pictured, lead)
    for index, line in enumerate(lines):
        if cuts[index] is not None:
            continue
        edge = index < first or index > last or (index < second and not line.is_prose)
        places = (
            {"anywhere", "heading"}
            | ({"edge"} if edge else set())
            | ({"head"} if index <= max(third, first - 1) else set())
        )
        own = next((pattern for pattern in strip if pattern.search(line.text)), None)
        if own is not None:
            cuts[index] = f"strip:{own.pattern}"
        elif index <= top:
            cuts[index] = "headline" if index == top else "before-headline"
        elif (rule := rule_for(line.text, places)) is not None:
            cuts[index] = rule.id
        elif line.linked >= 0.5 and _RELATED_LINK.match(line.text):
            cuts[index] = "related"
        elif edge and is_date_line(line.text):
            cuts[index] = "date-line"
        elif index in listed or _is_linked_line(line):
            cuts[index] = "linked-line"
        elif index < opening and index in pictured:
            cuts[index] = "caption-before-dateline"
        elif index in captions:
            cuts[index] = "caption-beside-picture"
        elif (
            kept
            and (index in pictured or (edge and not line.is_prose and not is_dateline(line.text)))
            and key(line.text) not in kept
        ):
            cuts[index] = "trafilatura"


def _is_linked_line(line: Line) -> bool:
    """Whether a line is one link as long as a headline; a heading that is one is no subhead of this
    text, unless it counts.
    """
    if line.linked < 0.95 or len(line.text) < 25 or line.is_prose or line.element.tag == "li":
        return False
    return not line.is_heading or not line.text[0].isdigit()


def _linked_lists(lines: Sequence[Line]) -> frozenset[int]:
    """The items of lists that are nothing but links as long as headlines, at least two of them."""
    items: dict[html.HtmlElement, list[int]] = {}
    for index, line in enumerate(lines):
        around = next(
            (
                element
                for element in (line.element, *islice(line.element.iterancestors(), 3))
                if element.tag == "li"
            ),
            None,
        )
        if around is not None and around.getparent() is not None:
            items.setdefault(around.getparent(), []).append(index)
    linked = (
        found
        for found in items.values()
        if len(found) > 1 and all(lines[index].linked >= 0.95 for index in found)
    )
    return frozenset(
        index
        for found in linked
        for index in found
        if sum(len(lines[index].text) for index in found) >= 25 * len(found)
    )


def _headline_at(lines: Sequence[Line], prose: Sequence[int], headline: str) -> int:
    """The line that repeats the headline above the text, -1 where none does."""
    above = prose[1] if len(prose) > 1 else len(lines)
    return next(
        (
            index
            for index, line in enumerate(lines[: min(above, 40)])
            if headline and key(line.text) == headline
        ),
        -1,
    )


def _cut_followers(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """The links under a heading such as "Baca juga": all that are links, and one bare headline
    where there is no link at all.
    """
    headings = {rule.id for rule in RULES if rule.where == "heading"} | {"element:related"}
    opened = False
    for index, line in enumerate(lines):
        if cuts[index] is not None:
            opened = cuts[index] in headings or (
                opened and cuts[index] in {"related-item", "end-mark", "linked-line"}
            )
        elif opened and line.linked >= 0.8:
            cuts[index] = "related-item"
        else:
            opened = False


def _cut_edges(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """Links and bare headings before the first and behind the last paragraph."""
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        for index in order:
            if cuts[index] is not None:
                continue
            line = lines[index]
            if line.linked >= 0.8 and not line.is_prose:
                cuts[index] = "edge-link"
            elif line.is_heading and order.step < 0:
                cuts[index] = "edge-heading"
            else:
                break


def _cut_sign_offs(lines: Sequence[Line], cuts: list[str | None]) -> int:
    """Cut up to two sign-offs that stand alone behind the text; the index of the line that is the
    last then, -1 where none is.
    """
    alone = 0
    for index in range(len(lines) - 1, -1, -1):
        if cuts[index] is None:
            if alone == _MOST_SIGN_OFFS or _sign_off(lines[index].text, is_last=True) != 0:
                return index
            cuts[index] = "sign-off"
            alone += 1
    return -1


def _without_parts(text: str, *, is_last: bool) -> tuple[str, list[Removed]]:
    """A line without the asides in it that rules know, and without the sign-off behind the
    article's last sentence.
    """
    removed = [Removed("inserted", match[0].strip()) for match in _INSERTED.finditer(text)]
    if removed:
        text = " ".join(_INSERTED.sub(" ", text).split())
    for rule, pattern in (
        ("related-aside", _BRACKETED_RELATED),
        ("trailing-prompt", _TRAILING_PROMPT),
    ):
        if match := pattern.search(text[-_MAX_PART:]):
            at = max(0, len(text) - _MAX_PART) + match.start()
            removed.append(Removed(rule, text[at:].strip()))
            text = text[:at].rstrip()
    if (start := _sign_off(text, is_last=is_last)) is not None:
        removed.append(Removed("sign-off", text[start:].strip()))
        text = text[:start].rstrip()
    return text, removed


def _sign_off(text: str, *, is_last: bool) -> int | None:
    """Where a sign-off begins: codes in brackets behind the last sentence, or alone on a line; or a
    name in capitals as the last line.
    """
    start = max(0, len(text) - _MAX_SIGN_OFF)
    if match := _SIGN_OFF.search(text, start):
        alone = match.start() == 0
        if is_last and (alone or _SENTENCE_BEFORE.search(text[: match.start()])):
            return match.start()
        if alone and ("/" in match["codes"] or len(text) <= 8):
            return 0
    if is_last and len(text) <= 40 and _CAPITALS_SIGN_OFF.fullmatch(text):
        return 0
    return None
