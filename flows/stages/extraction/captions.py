"""Which lines are captions, by their position: in a block with a picture and little else."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from lxml import etree, html

from flows.stages.extraction.datelines import opens_report
from flows.stages.extraction.elements import BLOCKS, PICTURES, WHOLE
from flows.stages.extraction.lines import Line
from flows.stages.press.outlets import outlet_by_key
from flows.stages.press.text import text_key


@dataclass(frozen=True, slots=True)
class _Most:
    """How large captions are at most."""

    lines: int = 2  # a caption and its credit
    share: float = 0.4  # of the text; blocks with more are the article itself, such as a gallery
    credited: int = 300  # characters of a caption that only its credit gives away


_MOST = _Most()
_ALTERNATIVE = 30  # the least characters of an alternative text that identify a caption
_SET_APART = ("em", "i", "small")
_CREDITED = re.compile(
    r"[(\[/|]\s?(?P<outlet>[^\W\d_][^()\[\]/|]{1,40})/\s?[A-Z][^()\[\]/|]{1,40}[)\]/]?\.?$"
)
_DOMAIN = re.compile(r"[\w-]{2,30}\.(?:co\.id|com|id|net|org|co|tv|news)", re.IGNORECASE)
# How newspapers of the Jawa Pos group open a caption: "BERAGAM: Pengunjung melihat galeri."
_LABELLED = re.compile(r"[A-Z][A-Z ,-]{3,30}: [A-Z\d]")


def find_pictured(lines: Sequence[Line]) -> dict[int, html.HtmlElement]:
    """The lines beside a picture, each with the outermost block that holds both and at most one
    more line.
    """
    held = Counter(element for line in lines for element in _around(line))
    found = {}
    for index, line in enumerate(lines):
        if line.is_heading:
            continue
        for element in _around(line):
            if held[element] > _MOST.lines or held[element] == len(lines) or element.tag in WHOLE:
                break
            if next(element.iter(*PICTURES), None) is not None:
                found[index] = element
        if index not in found and _LABELLED.match(line.text) and _follows_picture(_block(line)):
            found[index] = _block(line)
    headed = {
        found[index]
        for index in found
        if any(lines[near].is_heading for near in (index - 1, index + 1) if 0 <= near < len(lines))
    }
    return {
        index: block
        for index, block in found.items()
        if block not in headed or held[block] == 1 or _is_gallery(block, held[block])
    }


def _is_gallery(block: html.HtmlElement, lines: int) -> bool:
    """Whether a block has a picture for each of its lines."""
    return sum(1 for _ in islice(block.iter(*PICTURES), lines)) == lines


def is_credited(text: str, own: frozenset[str]) -> bool:
    """Whether a line ends with an outlet and a name, like the credit of a picture: "Perahu di
    dermaga. (Kabar Angin/Sri)". `own` are the keys of the outlet's own names.
    """
    if len(text) > _MOST.credited:
        return False
    match = _CREDITED.search(text)
    if match is None or not match.start():
        return False
    outlet = match["outlet"].strip()
    return (
        text_key(outlet) in own
        or bool(_DOMAIN.fullmatch(outlet))
        or bool(outlet_by_key(text_key(outlet)))
    )


def find_captions(
    lines: Sequence[Line], prose: Sequence[int], pictured: dict[int, html.HtmlElement], lead: str
) -> frozenset[int]:
    """Those of the lines beside a picture that cannot be paragraphs.

    `prose` are the lines that read like the article's own. `lead` is the key of the start of the
    page's description: a line that starts with it opens the article, wherever it is.
    """
    paragraphs = Counter(_kind(_block(lines[index])) for index in prose if index not in pictured)
    found = {
        index
        for index, block in pictured.items()
        if not lines[index].is_linked
        and not opens_report(lines[index].text)
        and not (lead and text_key(lines[index].text).startswith(lead))
        and (
            _LABELLED.match(lines[index].text)
            or not paragraphs[_kind(block)]
            or _is_set_apart(block)
            or _is_alternative(block, text_key(lines[index].text))
        )
    }
    total = sum(len(lines[index].text) for index in {*prose, *found})
    if sum(len(lines[index].text) for index in found) > _MOST.share * total:
        return frozenset()
    return frozenset(found)


def _follows_picture(block: html.HtmlElement) -> bool:
    """Whether a block comes right after a picture, apart from elements without text."""
    for before in block.itersiblings(etree.Element, preceding=True):
        if next(before.iter(*PICTURES), None) is not None:
            return True
        if before.text_content().strip() or (before.tail or "").strip():
            return False
    return False


def _around(line: Line) -> chain[html.HtmlElement]:
    return chain((line.element,), line.element.iterancestors())


def _block(line: Line) -> html.HtmlElement:
    return next((element for element in _around(line) if element.tag in BLOCKS), line.element)


def _kind(block: html.HtmlElement) -> tuple[html.HtmlElement | None, str]:
    """What the paragraphs of one text have in common: their parent and their tag."""
    return block.getparent(), block.tag


def is_set_apart(line: Line) -> bool:
    """Whether all text of the line's block is in italics or in small print."""
    return _is_set_apart(_block(line))


def _is_set_apart(block: html.HtmlElement) -> bool:
    text = text_key(block.text_content())
    return any(text_key(element.text_content()) == text for element in block.iter(*_SET_APART))


def _is_alternative(block: html.HtmlElement, text: str) -> bool:
    """Whether a text is the alternative text of a picture in the block."""
    stated = [
        text_key(picture.get(name) or "")
        for picture in block.iter(*PICTURES)
        for name in ("alt", "title")
    ]
    return any(len(one) >= _ALTERNATIVE and (one in text or text in one) for one in stated)
