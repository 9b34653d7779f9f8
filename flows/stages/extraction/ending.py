"""Where an article ends and the next thing on the same page begins: readers' comments, or another
article of an endless scroll.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from flows.stages.extraction.datelines import opens_report
from flows.stages.extraction.line_rules import is_comments_heading, rule_for
from flows.stages.extraction.lines import Line
from flows.stages.press.dates import in_line
from flows.stages.press.text import text_key


@dataclass(frozen=True, slots=True)
class _Uncertain:
    """When a sign that is not certain ends an article."""

    before: int = 600  # characters of sentences, at least ...
    behind: int = 3  # ... and at most so many times as much after it


@dataclass(frozen=True, slots=True)
class _Heading:
    """The headings of other articles."""

    words: int = 4  # a heading with fewer is not a headline
    below: int = 4  # lines below it, in one of which its article is dated or signed ...
    stamp: int = 120  # ... and characters of that line
    label: int = 40  # characters of a line above other articles that is no heading by its tag


@dataclass(frozen=True, slots=True)
class _Least:
    """How many items make a series."""

    remarks: int = 3  # a discussion among readers
    cards: int = 3  # a list of articles under one heading
    updates: int = 3  # dated headings, the entries of a live page


_UNCERTAIN, _HEADING, _LEAST = _Uncertain(), _Heading(), _Least()

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}[.:]\d{2}\b")


@dataclass(frozen=True, slots=True)
class _Page:
    lines: Sequence[Line]
    texts: Sequence[int]  # characters of each line that is a sentence of some article, else 0
    headed: Sequence[bool]  # whether a heading is between a line and the sentence before it
    style: tuple[str, ...] | None  # of the headline, if it has one
    headings: Sequence[int]  # the lines that are headings
    sentences: Sequence[int]  # the lines after the headline that are sentences


def find_end(lines: Sequence[Line], headline: int | None, teasers: frozenset[int]) -> int:
    """The line at which readers' comments or another article begin, or the number of lines if
    none do. `headline` is the line of the article's own headline, `teasers` are sentences that
    introduce other pages.
    """
    page = _page(lines, headline, teasers)
    certain = frozenset(chain.from_iterable(find(page) for find in _CERTAIN_ENDS))
    read = 0
    for index in range(_below(headline), len(lines)):
        if read and index in certain:
            return index
        if read >= _UNCERTAIN.before and _is_uncertain_end(page, index, read):
            return index
        if page.texts[index] and not lines[index].is_heading:
            read += page.texts[index]
    return len(lines)


def _is_uncertain_end(page: _Page, index: int, read: int) -> bool:
    if not any(opens(page, index) for opens in _UNCERTAIN_ENDS):
        return False
    return sum(page.texts[index:]) <= _UNCERTAIN.behind * read


def _below(headline: int | None) -> int:
    return 0 if headline is None else headline + 1


def find_next_article(lines: Sequence[Line], headline: int | None, first: int) -> int:
    """The line at which another article certainly begins, or the number of lines if none does.
    `first` is the line that opens the text of this one.
    """
    articles = _articles(_page(lines, headline, frozenset()))
    return next((at for at in articles if at > first), len(lines))


def _page(lines: Sequence[Line], headline: int | None, teasers: frozenset[int]) -> _Page:
    texts = [0] * len(lines)
    for index, line in enumerate(lines):
        if line.clutter is None and line.is_prose and index not in teasers:
            texts[index] = len(line.text)
    sentences = [index for index in range(_below(headline), len(lines)) if texts[index]]
    style = None if headline is None else _style(lines[headline])
    headings = [index for index, line in enumerate(lines) if line.is_heading]
    headed = _headed(lines, texts, headline)
    return _Page(lines, texts, headed, style, headings, sentences)


def _headed(lines: Sequence[Line], texts: Sequence[int], headline: int | None) -> list[bool]:
    headed, found = False, []
    for index, line in enumerate(lines):
        found.append(headed)
        if texts[index] and not line.is_heading:
            headed = False
        headed = headed or (line.is_heading and (headline is None or index > headline))
    return found


def _articles(page: _Page) -> Iterator[int]:
    """Headings that open another article: they look like the headline, or a line right below them
    has a date with a time and they are not the entries of a live page.
    """
    dated = [index for index in page.headings if _is_dated(page, index)]
    last = {at for rank, at in enumerate(reversed(dated), 1) if rank < _LEAST.updates}
    for index in page.headings:
        line = page.lines[index]
        if line.clutter is None and len(line.text.split()) >= _HEADING.words:
            alike = page.style is not None and _style(line) == page.style
            if alike or index in last:
                yield index


def _style(line: Line) -> tuple[str, ...] | None:
    """The names of a heading and of the block around it, which subheadings do not share."""
    parent = line.element.getparent()
    name = line.element.get("class")
    if not name or parent is None:
        return None
    return name, parent.tag, parent.get("class", "")


def _related_headings(page: _Page) -> Iterator[int]:
    """Headings such as "Baca berikutnya" that only cards follow: headlines, each with a
    sentence.
    """
    if len(page.sentences) < _LEAST.cards:
        return
    others = (one for one in reversed(page.sentences) if not _is_card(page, one))
    for index in range(next(others, 0), page.sentences[-_LEAST.cards]):
        line = page.lines[index]
        if ":" not in line.text and (line.is_heading or len(line.text) <= _HEADING.label):
            rule = rule_for(line.text)
            if rule is not None and rule.where == "heading":
                yield index


def _is_card(page: _Page, index: int) -> bool:
    """Whether a sentence comes right after a heading that can be a headline, with at most a label
    between them.
    """
    above, further = page.lines[index - 1], page.lines[index - 2]
    heading = above if above.is_heading or above.is_prose else further
    return heading.is_heading and len(heading.text.split()) >= _HEADING.words


def _discussions(page: _Page) -> Iterator[int]:
    """Where discussions among readers begin: a name, a date and a sentence, repeatedly."""
    lines = page.lines
    following = enumerate(zip(lines, lines[1:], lines[2:], strict=False))
    remarks = [index for index, three in following if _is_remark(*three)]
    return (at for rank, at in enumerate(reversed(remarks), 1) if rank >= _LEAST.remarks)


def _is_remark(name: Line, stamp: Line, said: Line) -> bool:
    if not said.is_prose or name.is_prose or name.is_heading or len(name.text) > _HEADING.label:
        return False
    return any(each.alone for each in in_line(stamp.text))


def _repeats(page: _Page) -> Iterator[int]:
    """Where the first two sentences of the article are repeated, for another screen size."""
    keys = [text_key(page.lines[one].text) for one in page.sentences]
    again = (at for at in range(2, len(keys) - 1) if keys[at : at + 2] == keys[:2])
    return (page.sentences[at] for at in again)


def _is_dated(page: _Page, index: int) -> bool:
    below = page.lines[index + 1 : index + 1 + _HEADING.below]
    until = next((at for at, one in enumerate(below) if one.is_prose), len(below))
    labels = (one.text for one in below[:until] if len(one.text) <= _HEADING.stamp)
    return any(_CLOCK.search(text) and _YEAR.search(text) for text in labels)


def _is_comments_heading(page: _Page, index: int) -> bool:
    return is_comments_heading(page.lines[index].text)


def _is_main_heading(page: _Page, index: int) -> bool:
    line = page.lines[index]
    return (
        line.element.tag == "h1"
        and line.clutter is None
        and len(line.text.split()) >= _HEADING.words
    )


def _opens_report(page: _Page, index: int) -> bool:
    return page.headed[index] and bool(page.texts[index]) and opens_report(page.lines[index].text)


_CERTAIN_ENDS: tuple[Callable[[_Page], Iterator[int]], ...] = (
    _articles,
    _related_headings,
    _discussions,
    _repeats,
)
_UNCERTAIN_ENDS: tuple[Callable[[_Page, int], bool], ...] = (
    _is_comments_heading,
    _is_main_heading,
    _opens_report,
)
