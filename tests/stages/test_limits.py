"""How long a text may be to be taken for what it looks like: each limit holds where it ends, and no
character further.
"""

from collections.abc import Callable

import pytest
from lxml import html

from flows.stages.extraction.captions import is_credited
from flows.stages.extraction.credit_lines import has_label, label_of, read_credits, sort_names
from flows.stages.extraction.datelines import opens_report, read_dateline
from flows.stages.extraction.line_rules import is_comments_heading
from flows.stages.extraction.lines import Line
from flows.stages.extraction.names import is_person
from flows.stages.extraction.signoffs import find_sign_off

NAME = "Rina Widya, Joko Susilo, "


def is_prose(text: str) -> bool:
    return Line(text, html.Element("p")).is_prose


def words(number: int) -> str:
    return " ".join(["Muara"] * number)


def linked(share: float) -> Line:
    return Line("Kapal Nelayan Tenggelam di Muara Angin", html.Element("p"), linked=share)


# What is said of a text, the text of a size, and the largest size of which it is said
LONGEST: dict[str, tuple[Callable[[str], object], Callable[[int], str], int]] = {
    "a line with a label": (has_label, lambda n: f"Penulis: {'a' * (n - 9)}", 320),
    "a label alone": (label_of, lambda n: f"Editor{'*' * (n - 6)}", 60),
    "names in a value": (
        lambda text: sort_names(text, "author").people,
        lambda n: (NAME * 10)[: n - 5] + ", Abi",
        160,
    ),
    "an outlet's name": (
        lambda text: sort_names(text, "credit").outlets,
        lambda n: "K" * n,
        60,
    ),
    "an editor's code": (
        lambda text: ("editor", text.rpartition(" ")[2]) in read_credits(text),
        lambda n: f"Oleh: Rina Widya / {'FMBRST'[:n]}",
        4,
    ),
    "a person's name": (
        is_person,
        lambda n: "Rina Widyastuti Kusumaningrum Abdurrahman Joyokusumo Susilowatiningsih"[:n],
        60,
    ),
    "a person's words": (
        is_person,
        lambda n: " ".join(["Ana", "Bea", "Cica", "Dian", "Evi", "Fani", "Gita", "Hani"][:n]),
        7,
    ),
    "words to the reader behind a name": (
        lambda text: sort_names(text, "author").clean,
        lambda n: f"Rina Widya Ikuti {' '.join(['muara'] * (n - 1))}",
        4,
    ),
    "a post behind a name": (
        lambda text: sort_names(text, "author").clean,
        lambda n: f"Rina Widya, Pengamat {' '.join(['muara'] * (n - 1))}",
        6,
    ),
    "a heading of comments": (
        is_comments_heading,
        lambda n: f"Leave a comment {'a' * (n - 16)}",
        40,
    ),
    "a place": (read_dateline, lambda n: f"{words(n)} - Nelayan melaut", 4),
    "a place without an outlet": (opens_report, lambda n: f"{words(n)} - Nelayan melaut", 3),
    "codes alone anywhere": (
        lambda text: find_sign_off(text, is_last=False) == 0,
        lambda n: f"({'a' * (n - 2)})",
        8,
    ),
    "a sign-off behind a sentence": (
        lambda text: find_sign_off(text, is_last=True),
        lambda n: f"Nelayan melaut. ({' '.join(['abcdefghi'] * 5)} {'a' * (n - 52)})",
        60,
    ),
    "a name in capitals": (
        lambda text: find_sign_off(text, is_last=True) == 0,
        lambda n: f"RINA WIDYA {'S' * (n - 11)}",
        40,
    ),
    "a credited caption": (
        lambda text: is_credited(text, frozenset({"kabarangin"})),
        lambda n: f"{'a' * (n - 17)} (Kabar Angin/Sri)"[-n:],
        300,
    ),
}
# ... and the smallest
SHORTEST: dict[str, tuple[Callable[[str], object], Callable[[int], str], int]] = {
    "a sentence": (is_prose, lambda n: f"{'a' * (n - 1)}.", 40),
    "an outlet's name before a section's": (
        lambda text: sort_names(text, "author").outlets,
        lambda n: {4: "jpnnKota", 5: "detikKota"}[n],
        5,
    ),
    "a sentence without its stop": (is_prose, lambda n: "a" * n, 140),
}


@pytest.mark.parametrize("name", LONGEST)
def test_longest(name: str) -> None:
    """It is said at the limit, and not of one more."""
    holds, text, limit = LONGEST[name]
    assert [bool(holds(text(size))) for size in (limit, limit + 1)] == [True, False]


@pytest.mark.parametrize("name", SHORTEST)
def test_shortest(name: str) -> None:
    """It is said at the limit, and not of one less."""
    holds, text, limit = SHORTEST[name]
    assert [bool(holds(text(size))) for size in (limit, limit - 1)] == [True, False]


@pytest.mark.parametrize(
    ("share", "is_linked", "is_link"),
    [(0.49, False, False), (0.5, True, False), (0.89, True, False), (0.9, True, True)],
)
def test_links(share: float, *, is_linked: bool, is_link: bool) -> None:
    """A line is linked from a half of its text on, and a link where hardly any is outside of it."""
    line = linked(share)
    assert (line.is_linked, line.is_link) == (is_linked, is_link)


@pytest.mark.parametrize(("text", "expected"), [("K" * 25, True), ("K" * 24, False)])
def test_linked_headlines(text: str, *, expected: bool) -> None:
    """A link as long as a headline is one."""
    assert Line(text, html.Element("p"), linked=1.0).is_linked_headline is expected
