"""The articles of the invented press, and the pages on which its outlets publish them.

An entry of articles/OUTLET.yaml: id · night · at (WIB) and zone (how the page shows it) · what the
outlet's URL needs (host, section, number, slug, …) · title, author, editor, credit, byline (where
it is not author or credit/author), dateline, code (sign-off) · text: one paragraph a line, ##
before a subheading · what stands around it (caption, photo_credit, tags, teasers) · story,
relation, of · trap. A copy has `base` for the report it takes over, with drop (lines, from 1) and
edits (old, new); edits_later apply at `edited_at`.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
import yaml

HERE = Path(__file__).parent
NIGHTS = {
    1: datetime(2026, 3, 10, 18, tzinfo=UTC),
    2: datetime(2026, 3, 11, 18, tzinfo=UTC),
}  # the runs' clocks: 01:00 in Jakarta
ZONES = {
    "WIB": timezone(timedelta(hours=7)),
    "WITA": timezone(timedelta(hours=8)),
    "WIT": timezone(timedelta(hours=9)),
}
DAYS = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]

Block = tuple[str, str]  # ('p' or 'h', text)
Article = dict[
    str, Any
]  # an entry of articles/*.yaml with what `_complete` adds; the templates read it by name


@dataclass(frozen=True, slots=True)
class Page:
    """One address of an article, as it answers on one night."""

    url: str
    night: int
    html: str = field(repr=False)


def load(name: str) -> Any:
    """One of the YAML files beside this module."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def load_articles() -> list[Article]:
    """All articles, copies filled in from the report they take over."""
    outlets = load("outlets.yaml")
    raw = [
        {"outlet": path.stem, **item}
        for path in sorted((HERE / "articles").glob("*.yaml"))
        for item in load(f"articles/{path.name}")
    ]
    by_id = {item["id"]: item for item in raw}
    assert len(by_id) == len(raw), "two articles share an id"
    return [
        _complete(item, outlets[item["outlet"]], by_id[item.get("base", item["id"])])
        for item in raw
    ]


def _complete(item: Article, outlet: dict[str, Any], base: Article) -> Article:
    """`item` with its story, URL, dates, byline and blocks as its outlet writes them."""
    blocks = _own_blocks(item, base)
    zone = item.get("zone", "WIB")
    at = datetime.fromisoformat(item["at"]).astimezone(ZONES[zone])
    if outlet["precision"] == "second":
        at = at.replace(second=zlib.crc32(item["id"].encode()) % 60)
    printed, prefix = _dateline(item.get("dateline"), outlet["dateline"])
    author = item["author"].replace("; ", ", ")
    precision = "day" if item.get("day_only") else outlet["precision"]
    a: Article = {
        "host": outlet.get("host", ""),
        "credit": None,
        "editor": None,
        "teasers": [],
        "pages": 1,
        "relation": "original",
        "trap": None,
        "photo_credit": "",
        "byline": f"{item['credit']}/{author}" if "credit" in item else author,
        **item,
        "story": base["story"],
        "of": item.get("of", item.get("base")),
        "zone": zone,
        "at": at,
        "utc": at.astimezone(UTC),
        "modified_utc": at.astimezone(UTC),
        "published": at.replace(hour=0, minute=0, second=0) if precision == "day" else at,
        "precision": precision,
        "place": printed,
        "prefix": prefix,
        "path": item["section"].lower().replace(" ", "-"),
        "lead": re.split(r"(?<=[.”])\s", blocks[0][1])[0],
        "blocks": [("p", prefix + blocks[0][1]), *blocks[1:]],
    }
    a["url"] = outlet["url"].format(**a)
    a["date_line"] = _date_line(at, zone, outlet["day_line" if precision == "day" else "date_line"])
    return a


def _own_blocks(item: Article, base: Article) -> list[Block]:
    """The blocks of an article, or of the one that it takes over, edited."""
    blocks = _blocks(base["text"])
    if base is item:
        return blocks
    blocks = [block for n, block in enumerate(blocks, 1) if n not in item.get("drop", [])]
    return _edited(blocks, item.get("edits", [])) + _blocks(item.get("text", ""))


def _dateline(place: str | None, form: str) -> tuple[str | None, str]:
    """A place as the outlet prints it, and the dateline that it makes of it."""
    if "{" in form and not place:
        return place, ""
    printed = place.upper() if place and "{PLACE}" in form else place
    return printed, form.format(place=place, PLACE=str(place).upper())


def _date_line(at: datetime, zone: str, form: str) -> str:
    month = MONTHS[at.month - 1]
    return form.format(at=at, zone=zone, day=DAYS[at.weekday()], month=month, mon=month[:3])


def _blocks(text: str) -> list[Block]:
    """One block a line: a subheading where the line begins with ##, else a paragraph."""
    return [
        ("h", line[3:]) if line.startswith("## ") else ("p", line)
        for line in text.splitlines()
        if line
    ]


def _edited(blocks: list[Block], edits: list[list[str]]) -> list[Block]:
    """`blocks` after each replacement, every one of which must apply exactly once."""
    for old, new in edits:
        assert sum(text.count(old) for _, text in blocks) == 1, f"an edit must apply once: {old}"
        blocks = [(kind, text.replace(old, new)) for kind, text in blocks]
    return blocks


def versions(a: Article) -> list[Article]:
    """The article as it was published and, where its outlet changed it on the second day, as it
    reads since.
    """
    if "edited_at" not in a:
        return [a]
    modified = datetime.fromisoformat(a["edited_at"]).astimezone(UTC)
    return [a, {**a, "blocks": _edited(a["blocks"], a["edits_later"]), "modified_utc": modified}]


def listed_urls(a: Article) -> list[str]:
    """The addresses under which discovery names the article: its own or its mobile twin's, and its
    AMP twin's.
    """
    first = _on_host(a, "m") if a.get("mobile_only") else str(a.get("moved_from", a["url"]))
    return [first, _on_host(a, "amp")] if a.get("amp") else [first]


def pages_of(a: Article) -> Iterator[Page]:
    """Every page of an article: the first of several, the whole one, its AMP twin, and the changed
    one of the second night.
    """
    clutter = load_once("clutter.yaml")[a["outlet"]]
    template = f"{a['outlet']}.html"
    query = full_page_queries()[a["outlet"]]
    whole = _on_host(a, "m") if a.get("mobile_only") else a["url"]
    if a["pages"] > 1:
        first = a["blocks"][: len(a["blocks"]) // a["pages"]]
        yield Page(
            a["url"], a["night"], render(template, a=a, c=clutter, blocks=first, paging=True)
        )
    for night, version in enumerate(versions(a), a["night"]):
        yield Page(
            whole + query,
            night,
            render(template, a=version, c=clutter, blocks=version["blocks"], paging=False),
        )
    if a.get("amp"):
        yield Page(
            _on_host(a, "amp") + query,
            a["night"],
            render(f"{a['outlet']}_amp.html", a=a, c=clutter, blocks=a["blocks"]),
        )


def _on_host(a: Article, host: str) -> str:
    return str(a["url"]).replace(f"https://{a['host']}.", f"https://{host}.")


@cache
def load_once(name: str) -> Any:
    """Like `load`, for files that are only read."""
    return load(name)


@cache
def full_page_queries() -> dict[str, str]:
    """Per source what the fetcher will add to an article's URL to get the whole of it: '?page=all',
    or nothing.
    """
    declared = {
        source["id"]: urlencode(source.get("full_page", {}))
        for source in load("sources.yaml")["sources"]
    }
    return {source_id: f"?{query}" if query else "" for source_id, query in declared.items()}


@cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(HERE / "templates")
    made = jinja2.Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals["wib"] = ZONES["WIB"]
    return made


def render(template: str, **values: Any) -> str:
    """A template filled in; a value it misses is an error."""
    text: str = _templates().get_template(template).render(**values)
    return text.lstrip()
