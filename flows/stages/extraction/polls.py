"""Which lines are a poll: a question to the readers with choices and votes, in a block of its
own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from lxml import html

from flows.stages.extraction.elements import WHOLE
from flows.stages.extraction.lines import Line


@dataclass(frozen=True, slots=True)
class _Poll:
    """The size of a poll."""

    question: int = 200  # characters at most
    characters: int = 500  # of the whole block at most
    choices: int = 2  # at least
    reach: int = 4  # elements around a question or a choice that are searched for the block


_POLL = _Poll()


def find_polls(lines: Sequence[Line]) -> frozenset[int]:
    """The lines of the blocks that have a question and buttons or boxes for its choices."""
    questions = [line for line in lines if _is_question(line)]
    if not questions:
        return frozenset()
    blocks = _blocks(questions[0].element)
    around = (next(filter(blocks.__contains__, _around(line)), None) for line in questions)
    polls = frozenset(block for block in around if block is not None)
    if not polls:
        return frozenset()
    return frozenset(
        index for index, line in enumerate(lines) if not polls.isdisjoint(_around(line))
    )


def _is_question(line: Line) -> bool:
    return line.text.endswith("?") and len(line.text) <= _POLL.question


def _blocks(element: html.HtmlElement) -> frozenset[html.HtmlElement]:
    """The blocks of a page that have several choices and little text."""
    choices = element.getroottree().getroot().iter("input", "button", "option")
    held = Counter(
        block
        for choice in choices
        if _is_choice(choice)
        for block in islice(choice.iterancestors(), _POLL.reach)
    )
    return frozenset(
        block
        for block, number in held.items()
        if number >= _POLL.choices
        and block.tag not in WHOLE
        and len(block.text_content()) <= _POLL.characters
    )


def _is_choice(element: html.HtmlElement) -> bool:
    return element.tag != "input" or element.get("type", "").lower() in {"radio", "checkbox"}


def _around(line: Line) -> Iterator[html.HtmlElement]:
    return chain((line.element,), islice(line.element.iterancestors(), _POLL.reach))
