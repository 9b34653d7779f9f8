"""Which lines are a poll: a question to the readers with its choices and their votes, in a block of
its own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from lxml import html

from flows.stages.extraction.lines import Line

_LONGEST_QUESTION = 200  # characters
_LONGEST = 500  # characters of a block that is nothing but a poll
_REACH = 4  # elements around a line, or a choice, among which the poll's block is looked for
_CHOICES = 2
_WHOLE = frozenset(["html", "body", "article", "main"])


def find_polls(lines: Sequence[Line]) -> frozenset[int]:
    """The lines of blocks that hold a question and, as things to press or to tick, its choices."""
    questions = [line for line in lines if _is_question(line)]
    blocks = _blocks(questions[0].element) if questions else frozenset()
    around = (next(filter(blocks.__contains__, _around(line)), None) for line in questions)
    polls = frozenset(block for block in around if block is not None)
    if not polls:
        return frozenset()
    return frozenset(
        index for index, line in enumerate(lines) if not polls.isdisjoint(_around(line))
    )


def _is_question(line: Line) -> bool:
    return line.text.endswith("?") and len(line.text) <= _LONGEST_QUESTION


def _blocks(element: html.HtmlElement) -> frozenset[html.HtmlElement]:
    """The blocks of a page that hold several choices and little text."""
    choices = element.getroottree().getroot().iter("input", "button", "option")
    held = Counter(
        block
        for choice in choices
        if _is_choice(choice)
        for block in islice(choice.iterancestors(), _REACH)
    )
    return frozenset(
        block
        for block, number in held.items()
        if number >= _CHOICES and block.tag not in _WHOLE and len(block.text_content()) <= _LONGEST
    )


def _is_choice(element: html.HtmlElement) -> bool:
    return element.tag != "input" or element.get("type", "").lower() in {"radio", "checkbox"}


def _around(line: Line) -> Iterator[html.HtmlElement]:
    return chain((line.element,), islice(line.element.iterancestors(), _REACH))
