"""The brief of a night: what its page says, and that it is safe whatever an outlet writes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from justhtml import JustHTML

from flows.reading import brief
from flows.reading.marks import printable
from flows.reading.night import Night, night_of
from tests.helpers.cases import TextDates, cases
from tests.helpers.tables import empty, in_memory, plant
from warehouse.named import Row
from warehouse.reading import Reading
from warehouse.store import Warehouse

CASES = cases("reading/brief", TextDates)
NIGHT = date(2026, 3, 11)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse in memory."""
    store = in_memory(tmp_path_factory.mktemp("warehouse"))
    yield store
    store.close()


def told(store: Warehouse, case: Mapping[str, Any]) -> Night:
    """The night of a case."""
    empty(store)
    rows: dict[str, Sequence[Row]] = dict(CASES["base"][case["base"]])
    for table in case.get("without", ()):
        del rows[table]
    plant(store, rows)
    plant(store, case.get("also", {}))
    day = date.fromisoformat(case["day"]) if "day" in case else None
    night = night_of(Reading(store.engine), day)
    assert night is not None
    return night


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_page(warehouse: Warehouse, case: dict[str, Any]) -> None:
    """What the page says of a night, in well-formed HTML."""
    html = brief.page(told(warehouse, case))
    assert faults(html) == []
    text = re.sub(r"\s+", " ", html)
    assert [part for part in case["has"] if part not in text] == []
    assert [part for part in case.get("lacks", ()) if part in text] == []


def test_links_to_the_reading_room(warehouse: Warehouse) -> None:
    """Where there is one, its stories and the night are linked to."""
    night = told(warehouse, {"base": "full"})
    assert 'href="https://kliping.example/stories/s"' in brief.page(
        night, "https://kliping.example"
    )
    text = brief.message(night, "https://kliping.example").text
    assert "\nhttps://kliping.example/nights/2026-03-11\n[" in text
    assert "kliping.example" not in brief.page(night) + brief.message(night).text


def faults(html: str) -> list[str]:
    """What is wrong with a page: it is not well formed, or it runs or fetches something."""
    document = JustHTML(html, collect_errors=True, sanitize=False)
    found = [str(error) for error in document.errors]
    ids = re.findall(r'\sid="([^"]+)"', html)
    found += [f"id {each} twice" for each in set(ids) if ids.count(each) > 1]
    for node in document.query("*"):
        if node.name in ("script", "img", "iframe", "object", "embed", "link", "base", "form"):
            found.append(node.name)
        for name, value in (node.attrs or {}).items():
            if name.startswith("on") or name in ("src", "style", "xlink:href"):
                found.append(f"{node.name} {name}")
            if name == "href" and not leads(value or "", ids):
                found.append(f"href {value}")
    return found


def leads(address: str, ids: Sequence[str]) -> bool:
    """Whether an address leads to the web, or to a place on the page."""
    return address.startswith(("http://", "https://")) or address.removeprefix("#") in ids


# Columns of texts that come from outside; all others are of the program's own making.
FOREIGN = frozenset(
    [
        *("title", "previous_title", "outlet", "original_outlet", "topic", "text", "detail"),
        *("example", "missed", "added", "cut", "body", "url"),
    ]
)


class Rewritten:
    """A warehouse in which every text from outside is this one."""

    def __init__(self, store: Warehouse, text: str) -> None:
        self._store = store
        self._text = text

    def rows(self, query: str, /, **parameters: object) -> list[Row]:
        return [
            {name: self._foreign(name, value) for name, value in row.items()}
            for row in self._store.engine.rows(query, **parameters)
        ]

    def _foreign(self, name: str, value: object) -> object:
        if name not in FOREIGN or value is None:
            return value
        return [self._text for _ in value] if isinstance(value, list) else self._text


TEXTS = st.text() | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><svg onload=alert(1)>',
        "'><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "</style><script>",
        "{{ 7 * 7 }}{% raw %}",
        "]]><!--",
        "&lt;b&gt;",
    ]
)


@settings(max_examples=20, deadline=None)
@given(text=TEXTS)
def test_whatever_is_in_the_warehouse_stays_text(warehouse: Warehouse, text: str) -> None:
    """The page is well formed, runs and fetches nothing, and shows the text as it is."""
    told(warehouse, {"base": "full"})
    night = night_of(Reading(Rewritten(warehouse, text)), NIGHT)
    assert night is not None
    html = brief.page(night)
    assert faults(html) == []
    headlines = JustHTML(html, sanitize=False).query("h4 bdi")
    assert headlines
    assert {node.to_text(separator="", strip=False) for node in headlines} == {printable(text)}
    assert brief.message(night).text.count("\n\n") >= 2
