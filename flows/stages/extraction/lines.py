"""A parsed page as lines of text, in the order in which a reader meets them.

A line is what stands between two line breaks on the screen: a paragraph, a heading, a list item, a
table row, a stretch between two `<br>`. A line's text is its block's text: links, keywords and
other marks inside of a sentence part nothing. Lines that are clutter by the element they stand in
carry its kind.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree, html

from flows.stages.extraction.elements import BLOCKS, FORMATTING, UNREAD, Hints, hint
from flows.stages.press.text import key, tidy

_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$|[\"”’»]$")
_SHORT = 40  # characters; a sentence of the article is hardly ever shorter
_LONG = 140  # characters; no label or headline is longer, so it is a sentence without its stop
# Kinds that an inline element can be by its name, where it is all of its line; others (author,
# date, tag) are facts about the words. Longer ones are paragraphs.
_MARKS = ("related", "ads", "caption")
_MOST_MARKED = 300
_MOSTLY, _ALL = 0.5, 0.9  # shares of a line inside links
_HEADLINE = 25  # characters; a link as long is a headline
_OPENING = 60  # letters by which a paragraph is found on its page
MAX_LINES = 5000  # four times the longest real page measured


@dataclass(frozen=True, slots=True)
class Line:
    """`linked`: the share of its characters inside links; `clutter`: the kind of element that makes
    it clutter (elements.toml); `breaks`: `<br>`s right before it; `element`: the innermost element
    that holds all of it, formatting aside.
    """

    text: str
    element: html.HtmlElement
    linked: float = 0.0
    clutter: str | None = None
    breaks: int = 0

    @property
    def is_heading(self) -> bool:
        return self.element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}

    @property
    def is_linked(self) -> bool:
        """Whether most of it is links."""
        return self.linked >= _MOSTLY

    @property
    def is_link(self) -> bool:
        """Whether it is a link and hardly anything else."""
        return self.linked >= _ALL

    @property
    def is_linked_headline(self) -> bool:
        """Whether it is a link as long as a headline."""
        return self.is_link and len(self.text) >= _HEADLINE

    @property
    def is_prose(self) -> bool:
        """Whether it reads like a sentence of an article rather than like a label, a headline or a
        link.
        """
        length = len(self.text)
        if (1 - self.linked) * length >= _LONG:
            return True
        return not self.is_linked and length >= _SHORT and bool(_SENTENCE_END.search(self.text))


def opening(text: str) -> str:
    """What a paragraph and the line that shows it share, whatever was cut further on: the key of
    its start.
    """
    return key(text)[:_OPENING]


def read_lines(root: html.HtmlElement, hints: Hints | None = None) -> list[Line]:
    """The lines below an element, at most MAX_LINES + 1, clutter marked; the element's own tag and
    class are not judged. `hints`: those of the page, if they are known.
    """
    clutter = (hints or Hints(root)).clutter(root)
    return _joined(islice(_Reader(root, clutter).lines(), MAX_LINES + 1))


class _Reader:
    """Walks a tree and gathers what stands between two breaks."""

    def __init__(self, root: html.HtmlElement, clutter: dict[html.HtmlElement, str]) -> None:
        self.root = root
        self.clutter = clutter
        self.open: list[html.HtmlElement] = []
        self.around: list[str] = []  # kinds of the clutter that is open
        self.marks: list[str | None] = []  # hints of the inline elements that are open
        self.links = 0
        self.breaks = 0
        self._begin()

    def _begin(self) -> None:
        self.parts: list[str] = []
        self.linked = 0
        self.marked: dict[str, int] = {}  # characters by hint of inline elements
        self.path: list[html.HtmlElement] = []  # the elements that were open at its first words
        self.common = 0  # how many of these hold all of the line
        self.lowest = 0  # ... and how few were open since its last words

    def lines(self) -> Iterator[Line]:
        walk = etree.iterwalk(self.root, events=("start", "end"))
        for event, element in walk:
            if self.parts and self._is_break(element) and (line := self._line()):
                yield line
            if event == "start":
                if element.tag in UNREAD:
                    walk.skip_subtree()
                self._enter(element)
            else:
                self._leave(element)
        if line := self._line():
            yield line

    def _is_break(self, element: html.HtmlElement) -> bool:
        return element.tag in BLOCKS or element.tag == "br" or element in self.clutter

    def _enter(self, element: html.HtmlElement) -> None:
        self.open.append(element)
        if element.tag in UNREAD:
            return
        if element in self.clutter:
            self.around.append(self.clutter[element])
        elif element.tag in FORMATTING:
            self.marks.append(hint(element))
        self.links += element.tag == "a"
        if element.tag in {"td", "th"}:
            self.parts.append(" ")
        self._take(element.text)

    def _leave(self, element: html.HtmlElement) -> None:
        self.open.pop()
        self.lowest = min(self.lowest, len(self.open))
        if element.tag not in UNREAD:
            self.links -= element.tag == "a"
            if element in self.clutter:
                self.around.pop()
            elif element.tag in FORMATTING:
                self.marks.pop()
        if element.tag == "br":
            self.breaks += 1
        elif self._is_break(element):
            self.breaks = 0
        if element is not self.root:
            self._take(element.tail)

    def _take(self, text: str | None) -> None:
        if not text:
            return
        self.parts.append(text)
        length = len(text.strip())
        if not length:
            return
        if not self.path:
            self.path = list(self.open)
            self.common = self.lowest = len(self.path)
        self.common = min(self.common, self.lowest)
        self.lowest = len(self.open)
        self.linked += length if self.links else 0
        for kind in self.marks:
            if kind:
                self.marked[kind] = self.marked.get(kind, 0) + _letters(text)

    def _line(self) -> Line | None:
        text = tidy("".join(self.parts))
        line = None
        if text and self.path:
            line = Line(
                text,
                _home(self.path[self.common - 1]),
                min(1.0, self.linked / len(text)),
                self._kind(text),
                self.breaks,
            )
            self.breaks = 0
        self._begin()
        return line

    def _kind(self, text: str) -> str | None:
        """The clutter that a line is: that of the block around it, or of inline elements that hold
        all of its text, where their names say what is clutter in itself.
        """
        if self.around:
            return self.around[-1]
        if len(text) > _MOST_MARKED:
            return None
        letters = _letters(text)
        return next((kind for kind in _MARKS if self.marked.get(kind, 0) >= letters), None)


def _letters(text: str) -> int:
    return sum(map(len, text.split()))


def _home(element: html.HtmlElement) -> html.HtmlElement:
    """The element whose text this is, formatting aside."""
    while element.tag in FORMATTING - {"span"} and element.getparent() is not None:
        element = element.getparent()
    return element


def _joined(lines: Iterator[Line]) -> list[Line]:
    """Without the breaks inside a sentence: a single `<br>` before a small letter, after a line
    that ends no sentence.
    """
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last is not None and _goes_on(last, line):
            linked = (last.linked + line.linked) / 2
            joined[-1] = replace(last, text=f"{last.text} {line.text}", linked=linked)
        else:
            joined.append(line)
    return joined


def _goes_on(last: Line, line: Line) -> bool:
    return (
        line.breaks == 1
        and line.text[0].islower()
        and line.element is last.element
        and line.clutter == last.clutter
        and not _SENTENCE_END.search(last.text)
    )
