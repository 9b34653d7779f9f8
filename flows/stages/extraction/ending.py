"""Where an article ends and what follows it on the same page begins: readers' comments, or the next
article of an endless scroll.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flows.stages.extraction.datelines import opens_report
from flows.stages.extraction.line_rules import is_comments_heading, rule_for
from flows.stages.extraction.lines import Line
from flows.stages.press.dates import in_line
from flows.stages.press.text import key

_WHOLE = 600  # characters of sentences before an end that only its shape speaks for, ...
_MUCH_MORE = 3  # ... and no more than so many times as much behind it
_HEADLINE = 4  # words of a heading that can be a headline
_BELOW = 4  # lines below a heading in which an article of its own is dated or signed
_LABEL = 40  # characters of a heading over other articles that no tag marks
_REMARKS = 3  # of readers are a discussion
_CARDS = 3  # of them below it, and more
_UPDATES = 3  # dated headings and more are the entries of a live page

_STAMP = 120  # characters of a line that dates and signs
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}[.:]\d{2}\b")


@dataclass(frozen=True, slots=True)
class _Page:
    lines: Sequence[Line]
    texts: Sequence[int]  # characters of each line that is a sentence of some article
    headed: Sequence[bool]  # whether a heading stands between it and the sentence before it
    style: tuple[str, ...] | None  # the headline's, None where it has none
    sentences: Sequence[int]  # the lines behind the headline that are sentences


def find_end(lines: Sequence[Line], headline: int | None, teasers: frozenset[int]) -> int:
    """The line with which the readers' comments or another article begin; as many as there are
    lines where none does. `headline`: the line of the article's own; `teasers`: sentences that
    introduce other pages.
    """
    page = _page(lines, headline, teasers)
    first = headline + 1 if headline is not None else 0
    read = 0
    for index in range(first, len(lines)):
        if read and any(opens(page, index) for opens in _CERTAIN_ENDS):
            return index
        plain = any(opens(page, index) for opens in _PLAIN_ENDS)
        if read >= _WHOLE and plain and sum(page.texts[index:]) <= _MUCH_MORE * read:
            return index
        read += page.texts[index] if not lines[index].is_heading else 0
    return len(lines)


def find_next_article(lines: Sequence[Line], headline: int | None, first: int) -> int:
    """The line with which another article surely begins; as many as there are lines where none
    does. `first`: the line that opens the text of this one.
    """
    page = _page(lines, headline, frozenset())
    behind = range(first + 1, len(lines))
    return next((at for at in behind if _is_article(page, at)), len(lines))


def _page(lines: Sequence[Line], headline: int | None, teasers: frozenset[int]) -> _Page:
    texts = [
        len(line.text) if line.clutter is None and line.is_prose and index not in teasers else 0
        for index, line in enumerate(lines)
    ]
    first = headline + 1 if headline is not None else 0
    sentences = [index for index in range(first, len(lines)) if texts[index]]
    style = _style(lines[headline]) if headline is not None else None
    return _Page(lines, texts, _headed(lines, texts, headline), style, sentences)


def _headed(lines: Sequence[Line], texts: Sequence[int], headline: int | None) -> list[bool]:
    headed, found = False, []
    for index, line in enumerate(lines):
        found.append(headed)
        if texts[index] and not line.is_heading:
            headed = False
        headed = headed or (line.is_heading and (headline is None or index > headline))
    return found


def _is_article(page: _Page, index: int) -> bool:
    """Whether a heading opens an article of its own: it looks as the headline does, or a line right
    below it is dated to the minute and it is no entry of a live page.
    """
    line = page.lines[index]
    if not line.is_heading or line.clutter is not None or len(line.text.split()) < _HEADLINE:
        return False
    if page.style is not None and _style(line) == page.style:
        return True
    if not _is_dated(page, index):
        return False
    return sum(_is_dated(page, other) for other in range(index, len(page.lines))) < _UPDATES


def _style(line: Line) -> tuple[str, ...] | None:
    """What a heading and the block around it are called, which subheadings do not share."""
    parent = line.element.getparent()
    name = line.element.get("class")
    return (name, parent.tag, parent.get("class", "")) if name and parent is not None else None


def _is_related_heading(page: _Page, index: int) -> bool:
    """Whether only cards follow below a heading such as "Baca berikutnya": headlines, each with one
    sentence.
    """
    line = page.lines[index]
    rule = rule_for(line.text) if line.is_heading or len(line.text) <= _LABEL else None
    if rule is None or rule.where != "heading" or ":" in line.text:
        return False
    sentences = [one for one in range(index + 1, len(page.lines)) if page.texts[one]]
    return len(sentences) >= _CARDS and all(_is_card(page, one) for one in sentences)


def _is_card(page: _Page, index: int) -> bool:
    """Whether a sentence stands right below a heading that can be a headline, a label between them
    or not.
    """
    above, further = page.lines[index - 1], page.lines[index - 2]
    heading = above if above.is_heading or above.is_prose else further
    return heading.is_heading and len(heading.text.split()) >= _HEADLINE


def _is_discussion(page: _Page, index: int) -> bool:
    """Whether readers speak from here on: a name, when it was, and a sentence, again and again."""
    if not _is_remark(page, index):
        return False
    return sum(_is_remark(page, other) for other in range(index, len(page.lines))) >= _REMARKS


def _is_remark(page: _Page, index: int) -> bool:
    if index + 2 >= len(page.lines):
        return False
    name, stamp, said = page.lines[index : index + 3]
    label = not name.is_heading and not name.is_prose and len(name.text) <= _LABEL
    return label and said.is_prose and any(each.alone for each in in_line(stamp.text))


def _begins_again(page: _Page, index: int) -> bool:
    """Whether the article's first two sentences come again: the same text for another screen."""
    sentences = page.sentences
    if index not in sentences:
        return False
    at = sentences.index(index)
    again = [key(page.lines[one].text) for one in sentences[at : at + 2]]
    opening = [key(page.lines[one].text) for one in sentences[:2]]
    return at >= 2 and len(again) == 2 and again == opening


def _is_dated(page: _Page, index: int) -> bool:
    if not page.lines[index].is_heading:
        return False
    below = page.lines[index + 1 : index + 1 + _BELOW]
    until = next((at for at, one in enumerate(below) if one.is_prose), len(below))
    labels = (one.text for one in below[:until] if len(one.text) <= _STAMP)
    return any(_CLOCK.search(text) and _YEAR.search(text) for text in labels)


def _is_comments_heading(page: _Page, index: int) -> bool:
    return is_comments_heading(page.lines[index].text)


def _is_main_heading(page: _Page, index: int) -> bool:
    line = page.lines[index]
    return line.element.tag == "h1" and line.clutter is None and len(line.text.split()) >= _HEADLINE


def _opens_report(page: _Page, index: int) -> bool:
    return page.headed[index] and bool(page.texts[index]) and opens_report(page.lines[index].text)


_CERTAIN_ENDS: tuple[Callable[[_Page, int], bool], ...] = (
    _is_article,
    _is_related_heading,
    _is_discussion,
    _begins_again,
)
_PLAIN_ENDS: tuple[Callable[[_Page, int], bool], ...] = (
    _is_comments_heading,
    _is_main_heading,
    _opens_report,
)
