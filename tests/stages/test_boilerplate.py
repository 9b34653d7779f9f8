"""What is cut from an article's lines, under which rule, and what stays."""

import html as markup
from typing import Any

import pytest
from lxml import html

from flows.stages.extraction.boilerplate import Cleaned, clean
from flows.stages.extraction.lines import Line, read_lines
from flows.stages.press.text import text_key
from tests.helpers.cases import cases

CASES = cases("boilerplate/lines")


def shown(text: str) -> str:
    """A case's line without the tag before it."""
    return text.removeprefix("<a>").removeprefix("<h2>")


def lines(texts: list[str]) -> list[Line]:
    """Paragraphs as lines of a container; a text behind <a> is a link, one behind <h2> a
    heading.
    """
    blocks = []
    for text in texts:
        words = markup.escape(shown(text))
        tag = "h2" if text.startswith("<h2>") else "p"
        link = f'<a href="/x">{words}</a>' if text.startswith("<a>") else words
        blocks.append(f"<{tag}>{link}</{tag}>")
    return read_lines(html.fromstring(f"<div>{''.join(blocks)}</div>"))


def cleaned(case: dict[str, Any]) -> Cleaned:
    return clean(lines(case["lines"]), case.get("headline", "Judul Lain"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_lines(case: dict[str, Any]) -> None:
    """Exactly the clutter is cut, each piece under its rule, and the rest is the body in order."""
    found = cleaned(case)
    cut = [entry.split(" | ", 1) for entry in case.get("cut", [])]
    assert [[entry.rule, entry.text] for entry in found.removed] == cut
    texts = [shown(text) for text in case["lines"]]
    assert found.body == case.get(
        "body", [text for text in texts if text not in {text for _, text in cut}]
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_nothing_disappears(case: dict[str, Any]) -> None:
    """Body and removed text hold the same letters as the lines did."""
    found = cleaned(case)
    assert sorted(text_key("".join([*found.body, *(cut.text for cut in found.removed)]))) == sorted(
        text_key("".join(map(shown, case["lines"])))
    )
