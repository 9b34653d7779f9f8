"""Which of a container's lines are the article, and what the others are: prompts, related links, credits, captions, sign-offs.

Whole lines are cut by line_rules, by the element they stand in, and at the edges; of a line only what cannot be part of its sentence. What
is cut is kept under its rule's id.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import html

from flows.records import Removed
from flows.stages.instants import is_date_line
from flows.stages.line_rules import HEADLINE, RULES, rule_for
from flows.stages.lines import BLOCKS, Line, key

_RELATED_LINK = re.compile(r"[\W_]{0,12}(?:baca|lihat|simak|tonton)\b", re.IGNORECASE)

# Parts of a line
_BRACKETED_RELATED = re.compile(r"\s*[(\[]\s*(?:baca|lihat|simak)(?:\s+juga)?\s*:\s*[^()\[\]]{3,250}[)\]]\s*(?=$|[.]$)", re.IGNORECASE)
_TRAILING_PROMPT = re.compile(
    r"(?<=[.!?)\]\"”])\s+(?:(?:(?:yuk,?\s*)?(?:simak|tonton)(?: juga)? video|saksikan (?:video|live)|simak (?:juga )?(?:video|lifestyle)"
    rf"|(?:baca|lihat|tonton|simak) juga\s*:){HEADLINE}|(?:artikel ini telah tayang|baca berita tanpa iklan).{{0,300}})$",
    re.IGNORECASE,
)
_INSERTED = re.compile(
    r"(?<![\"“‘'(])(?:(?:ADVERTISEMENT\s+)?SCROLL TO (?:CONTINUE|RESUME)(?: WITH)? CONTENT(?:\s+ADVERTISEMENT)?|\[Gambas:[^\[\]]{1,100}\])"
)
_DATELINE = re.compile(
    r"[A-Z][\w .,'’/-]{2,60}(?:\((?:antara|kompas|voa|cnn|bbc|reuters|afp)[^()]{0,20}\)|\b\w+\.(?:com|co\.id|co|id|net))[^.]{0,25}?[-–—]\s",
    re.IGNORECASE,
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
_MAX_CAPTION = 500


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`body`: the lines that are the article; `removed`: what was cut, in the order of the page."""

    body: list[str]
    removed: list[Removed]


def clean(lines: Sequence[Line], headline: str, strip: Iterable[re.Pattern[str]] = (), kept: str = "") -> Cleaned:
    """Cut what is not the article from its container's lines.

    `strip`: a source's own whole-line patterns; `kept`: the key of the text that trafilatura takes from the container, '' where it has no
    opinion. It is believed about labels before and behind the text, and about a picture's caption; a sentence it would lose stays.
    """
    cuts: list[str | None] = [f"element:{line.clutter}" if line.clutter else None for line in lines]
    _cut_ruled(lines, cuts, headline, tuple(strip), kept)
    _cut_followers(lines, cuts)
    _cut_edges(lines, cuts)
    body: list[str] = []
    removed: list[Removed] = []
    last = max((index for index, cut in enumerate(cuts) if cut is None), default=-1)
    for index, (line, cut) in enumerate(zip(lines, cuts, strict=True)):
        if cut is not None:
            removed.append(Removed(cut, line.text))
            continue
        text, parts = _without_parts(line.text, is_last=index == last)
        removed.extend(parts)
        if text:
            body.append(text)
    return Cleaned(body, removed)


def _cut_ruled(lines: Sequence[Line], cuts: list[str | None], headline: str, strip: Sequence[re.Pattern[str]], kept: str) -> None:
    prose = [index for index, line in enumerate(lines) if cuts[index] is None and line.is_prose and rule_for(line.text) is None]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    second, third = (prose[1], prose[2]) if len(prose) > 5 else (first, -1)
    top = _headline_at(lines, prose, key(headline))
    opening = next((index for index in prose[1:3] if _DATELINE.match(lines[index].text)), -1)
    blocks = [_block(line.element) for line in lines]
    shared = Counter(blocks)
    for index, line in enumerate(lines):
        if cuts[index] is not None:
            continue
        edge = index < first or index > last or (index < second and not line.is_prose)
        places = {"anywhere", "heading"} | ({"edge"} if edge else set()) | ({"head"} if index <= max(third, first - 1) else set())
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
        elif line.linked >= 0.95 and not line.is_heading and len(line.text) >= 25 and line.element.tag != "li" and not line.is_prose:
            cuts[index] = "linked-line"
        elif index < opening and line.is_prose and _is_alone_with_picture(line):
            cuts[index] = "caption-before-dateline"
        elif kept and (_is_beside_picture(line, blocks[index], shared) or (edge and not line.is_prose)) and key(line.text) not in kept:
            cuts[index] = "trafilatura"


def _headline_at(lines: Sequence[Line], prose: Sequence[int], headline: str) -> int:
    """The line that repeats the headline above the text, -1 where none does."""
    above = prose[1] if len(prose) > 1 else len(lines)
    return next((index for index, line in enumerate(lines[: min(above, 40)]) if headline and key(line.text) == headline), -1)


def _block(element: html.HtmlElement) -> html.HtmlElement:
    while element.tag not in BLOCKS and element.getparent() is not None:
        element = element.getparent()
    return element


def _is_beside_picture(line: Line, block: html.HtmlElement, shared: Counter[html.HtmlElement]) -> bool:
    """Whether a line stands alone, or with one more, in a block that holds a picture."""
    return (
        len(line.text) <= _MAX_CAPTION
        and shared[block] <= 2
        and block.tag not in {"body", "article", "main"}
        and block.find(".//img") is not None
    )


def _is_alone_with_picture(line: Line) -> bool:
    """Whether an element that holds a picture has no text but this line."""
    element = line.element
    for _ in range(3):
        if len(key("".join(element.itertext()))) > len(key(line.text)):
            return False
        if element.find(".//img") is not None:
            return True
        element = element.getparent()
        if element is None:
            return False
    return False


def _cut_followers(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """The links under a heading such as "Baca juga": all that are links, and one bare headline where there is no link at all."""
    headings = {rule.id for rule in RULES if rule.where == "heading"} | {"element:related"}
    opened = False
    for index, line in enumerate(lines):
        if cuts[index] is not None:
            opened = cuts[index] in headings or (opened and cuts[index] in {"related-item", "end-mark", "linked-line"})
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


def _without_parts(text: str, *, is_last: bool) -> tuple[str, list[Removed]]:
    """A line without the asides in it that rules know, and without the sign-off behind the article's last sentence."""
    removed = [Removed("inserted", match[0].strip()) for match in _INSERTED.finditer(text)]
    if removed:
        text = " ".join(_INSERTED.sub(" ", text).split())
    for rule, pattern in (("related-aside", _BRACKETED_RELATED), ("trailing-prompt", _TRAILING_PROMPT)):
        if match := pattern.search(text[-_MAX_PART:]):
            at = max(0, len(text) - _MAX_PART) + match.start()
            removed.append(Removed(rule, text[at:].strip()))
            text = text[:at].rstrip()
    if (start := _sign_off(text, is_last=is_last)) is not None:
        removed.append(Removed("sign-off", text[start:].strip()))
        text = text[:start].rstrip()
    return text, removed


def _sign_off(text: str, *, is_last: bool) -> int | None:
    """Where a sign-off begins: codes in brackets behind the last sentence, or alone on a line; or a name in capitals as the last line."""
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
