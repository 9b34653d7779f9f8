"""Who wrote, edited and lent an article."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html

from flows.records import Removed
from flows.stages.extraction.bylines import read_people
from flows.stages.extraction.lines import Line, read_lines
from flows.stages.extraction.metadata import Metadata

CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "bylines" / "people.yaml").read_text(encoding="utf-8")
)


def near(texts: list[str]) -> list[Line]:
    """Lines of a page; "<a>…" is a link, "div.name …" stands in an element of that class."""
    root = html.fromstring("<body></body>")
    for text in texts:
        start, _, rest = text.partition(" ")
        if text.startswith("<a>"):
            html.etree.SubElement(html.etree.SubElement(root, "p"), "a").text = text[3:]
        elif start.startswith("div."):
            html.etree.SubElement(root, "div", {"class": start[4:]}).text = rest
        else:
            html.etree.SubElement(root, "p").text = text
    html.etree.SubElement(root, "p").text = (
        "Sejak pagi para nelayan menunggu angin reda di dermaga. " * 20
    )
    return read_lines(root)[:-1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_people(case: dict[str, Any]) -> None:
    """Author, editor and credit are told apart, and an outlet is never its own author."""
    tags: dict[str, tuple[str, ...]] = {
        name: (value,) for name, value in case.get("meta", {}).items()
    }
    metadata = Metadata(
        article=case.get("json_ld", {}),
        types=frozenset(),
        tags=tags,
        microdata=(),
        title="",
        canonical=None,
    )
    removed = [
        Removed(rule, case[name])
        for name, rule in (("sign_off", "sign-off"), ("aired", "aired"))
        if name in case
    ]
    found = read_people(
        metadata,
        near(case.get("near", [])),
        removed,
        "Kabar Angin",
        "https://www.kabarangin.example/",
    )
    assert (found.author, found.editor, found.credit) == (
        case.get("author"),
        case.get("editor"),
        case.get("credit"),
    )
    named = {
        role: [origin.place for origin in origins]
        for role, origins in found.origins.items()
        if origins
    }
    assert set(named) == {"author", "editor", "credit"} & set(case)
    assert named == named | case.get("from", {})
