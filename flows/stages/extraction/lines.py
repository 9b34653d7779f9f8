"""A parsed page as lines of text, in reading order.

A line is what is between two line breaks on the screen: a paragraph, a heading, a list item, a
table row, the text between two `<br>`. Links and other inline elements do not break a line. Lines
in an element that is clutter have its kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml import html

from flows.stages.extraction.elements import BLOCKS, FORMATTING, UNREAD, Hints, hint
from flows.stages.extraction.tree import Tree
from flows.stages.press.text import text_key, tidy

_STOPS = tuple(".!?…:;")
_CLOSING_QUOTES, _CLOSERS = tuple('"”’»'), "\"'”’»)]"


@dataclass(frozen=True, slots=True)
class _Length:
    """Characters by which a line is told."""

    sentence: int = 40  # sentences of an article are rarely shorter
    unstopped: int = 140  # labels and headlines are shorter, so this is a sentence without its stop
    headline: int = 25  # a link as long is a headline
    marked: int = 300  # a line that is clutter by an inline element is shorter
    opening: int = 60  # letters by which a paragraph is found on its page


@dataclass(frozen=True, slots=True)
class _Linked:
    """Shares of a line that are inside links."""

    mostly: float = 0.5
    all: float = 0.9


_LENGTH, _LINKED = _Length(), _Linked()
_BREAKS = BLOCKS | {"br"}
_CELLS = frozenset(["td", "th"])
_SET = FORMATTING - {"span"}  # elements that only say how words are set
# Kinds of clutter that an inline element may be by its name if it is the whole line. The names of
# other kinds (author, date, tag) are facts about the words.
_MARKS = ("related", "ads", "caption")
MAX_LINES = 5000  # four times the longest real page measured


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page.

    - `element`: the innermost element that holds all of it, apart from formatting
    - `linked`: the share of its characters inside links
    - `clutter`: the kind of element that makes it clutter (elements.toml)
    - `breaks`: the number of `<br>` right before it
    - `is_prose`: whether it reads like a sentence of an article, not a label, a headline or a link
    """

    text: str
    element: html.HtmlElement
    linked: float = 0.0
    clutter: str | None = None
    breaks: int = 0
    is_prose: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_prose", self._reads_like_prose())

    @property
    def is_heading(self) -> bool:
        return self.element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}

    @property
    def is_linked(self) -> bool:
        """Whether most of it is links."""
        return self.linked >= _LINKED.mostly

    @property
    def is_link(self) -> bool:
        """Whether it is a link and little else."""
        return self.linked >= _LINKED.all

    @property
    def is_linked_headline(self) -> bool:
        """Whether it is a link as long as a headline."""
        return self.is_link and len(self.text) >= _LENGTH.headline

    def _reads_like_prose(self) -> bool:
        length = len(self.text)
        if (1 - self.linked) * length >= _LENGTH.unstopped:
            return True
        return not self.is_linked and length >= _LENGTH.sentence and _ends_sentence(self.text)


def _ends_sentence(text: str) -> bool:
    """Whether a text ends with a stop, perhaps in quotes or brackets, or with a quotation."""
    return text.endswith(_CLOSING_QUOTES) or text.rstrip(_CLOSERS).endswith(_STOPS)


def opening(text: str) -> str:
    """The key of the start of a paragraph, by which its line is found even if parts further on
    were cut.
    """
    return text_key(text)[: _LENGTH.opening]


def read_lines(root: html.HtmlElement, hints: Hints | None = None) -> list[Line]:
    """The lines in an element, at most MAX_LINES + 1, with clutter marked. The element's own tag
    and class are not judged. `hints` are those of the page, if they are known.
    """
    return _read(root, hints or Hints(Tree.of(root)))


def lines_within(box: html.HtmlElement, lines: Sequence[Line], hints: Hints) -> list[Line]:
    """The lines in an element of a page, of which `lines` are all. They are read again only if the
    element's own share of clutter is another than it is for the whole page.
    """
    tree = hints.tree
    if box is tree.root:
        return list(lines)
    below = tree.within(box)
    shared = {at: kind for at, kind in hints.clutter(tree.root).items() if at in below}
    if hints.clutter(box) != shared or not _stands_alone(below.start, hints):
        return _read(box, hints)
    return [line for line in lines if tree.places[line.element] in below]


def _stands_alone(box: int, hints: Hints) -> bool:
    """Whether lines begin and end with an element, and nothing around it says what they are."""
    tree = hints.tree
    around = list(tree.around(box))
    return (
        tree.tags[box] in BLOCKS
        and (FORMATTING | UNREAD).isdisjoint(tree.tags[one] for one in around)
        and hints.clutter(tree.root).keys().isdisjoint(around)
    )


def _read(root: html.HtmlElement, hints: Hints) -> list[Line]:
    reader = _Reader(hints.tree, hints.clutter(root))
    return _joined(islice(reader.lines(hints.tree.within(root)), MAX_LINES + 1))


class _Reader:
    """Walks a tree and collects the text between line breaks."""

    def __init__(self, tree: Tree, clutter: Mapping[int, str]) -> None:
        self.tree = tree
        self.clutter = clutter
        self.open: list[int] = []  # the places of the elements that are open
        self.around: list[str] = []  # the kinds of clutter that are open
        self.marks: list[str | None] = []  # the hints of the inline elements that are open
        self.links = 0
        self.breaks = 0
        self._begin()

    def _begin(self) -> None:
        self.parts: list[str] = []
        self.linked = 0
        self.marked: dict[str, int] = {}  # letters by the hints of inline elements
        self.path: list[int] = []  # the elements that were open at the first words
        self.common = 0  # the number of these that hold all of the line
        self.lowest = 0  # the smallest number that were open since the last words

    def lines(self, within: range) -> Iterator[Line]:
        """The lines at these places, which are an element's and those of all that it contains."""
        tags, ends = self.tree.tags, self.tree.ends
        at = within.start
        while at < within.stop:
            if self.path and self._is_break(at) and (line := self._line()):
                yield line
            self.open.append(at)
            if tags[at] in UNREAD:
                at = ends[at]
            else:
                self._enter(at, tags[at])
                at += 1
            while self.open and ends[self.open[-1]] <= at:
                if self.path and self._is_break(self.open[-1]) and (line := self._line()):
                    yield line
                self._leave(self.open.pop())
        if self.path and (line := self._line()):
            yield line

    def _is_break(self, at: int) -> bool:
        return self.tree.tags[at] in _BREAKS or at in self.clutter

    def _enter(self, at: int, tag: str) -> None:
        if at in self.clutter:
            self.around.append(self.clutter[at])
        elif tag in FORMATTING:
            # within clutter, lines have its kind whatever inline elements hint at
            self.marks.append(None if self.around else hint(self.tree.elements[at]))
        if tag == "a":
            self.links += 1
        elif tag in _CELLS:
            self._take(" ")
        if text := self.tree.texts[at]:
            self._take(text)

    def _leave(self, at: int) -> None:
        tag = self.tree.tags[at]
        if self.lowest > len(self.open):
            self.lowest = len(self.open)
        if tag == "a":
            self.links -= 1
        if at in self.clutter:
            self.around.pop()
        elif tag in FORMATTING:
            self.marks.pop()
        if tag == "br":
            self.breaks += 1
        elif self._is_break(at):
            self.breaks = 0
        if self.open and (text := self.tree.tails[at]):
            self._take(text)

    def _take(self, text: str) -> None:
        length = len(text.strip())
        if length and not self.path:
            self.path = list(self.open)
            self.common = self.lowest = len(self.path)
        if self.path:  # white space before the first words is no part of the line
            self.parts.append(text)
        if not length:
            return
        self.common = min(self.common, self.lowest)
        self.lowest = len(self.open)
        if self.links:
            self.linked += length
        for kind in filter(None, self.marks):
            self.marked[kind] = self.marked.get(kind, 0) + _letters(text)

    def _line(self) -> Line | None:
        text = tidy("".join(self.parts))
        line = None
        if text:
            line = Line(
                text,
                _home(self.tree.elements[self.path[self.common - 1]]),
                min(1.0, self.linked / len(text)),
                self._kind(text),
                self.breaks,
            )
            self.breaks = 0
        self._begin()
        return line

    def _kind(self, text: str) -> str | None:
        """The kind of clutter that a line is: that of the block around it, or of inline elements
        that hold all of its text.
        """
        if self.around:
            return self.around[-1]
        if not self.marked or len(text) > _LENGTH.marked:
            return None
        letters = _letters(text)
        return next((kind for kind in _MARKS if self.marked.get(kind, 0) >= letters), None)


def _letters(text: str) -> int:
    return sum(map(len, text.split()))


def _home(element: html.HtmlElement) -> html.HtmlElement:
    """The closest element that is not formatting."""
    while element.tag in _SET and element.getparent() is not None:
        element = element.getparent()
    return element


def _joined(lines: Iterator[Line]) -> list[Line]:
    """The lines without breaks inside a sentence: a single `<br>` before a lower-case letter, after
    a line that does not end a sentence.
    """
    joined: list[Line] = []
    for line in lines:
        if not joined or not _goes_on(joined[-1], line):
            joined.append(line)
            continue
        last = joined.pop()
        text, linked = f"{last.text} {line.text}", (last.linked + line.linked) / 2
        joined.append(Line(text, last.element, linked, last.clutter, last.breaks))
    return joined


def _goes_on(last: Line, line: Line) -> bool:
    return (
        line.breaks == 1
        and line.text[0].islower()
        and line.element is last.element
        and line.clutter == last.clutter
        and not _ends_sentence(last.text)
    )
