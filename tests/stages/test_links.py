"""Discovery documents, what becomes of their entries, and the form of a URL: each case file holds
inputs and expected values.
"""

import gzip
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.records import Discovery, Link, Source
from flows.stages.discovery.links import (
    canonical,
    declared,
    full_page_url,
    sort_children,
    sort_entries,
)
from flows.stages.discovery.listings import (
    MAX_DECODED_BYTES,
    MAX_ENTRIES,
    Entry,
    ListingError,
    expand,
    parse_date,
    read_listing,
)

CASES = Path(__file__).parent.parent / "cases" / "links"
WIB = ZoneInfo("Asia/Jakarta")
KOMPAS = Source(
    id="kompas",
    name="Kompas.com",
    home="https://www.kompas.com/",
    articles=re.compile(
        r"^https?://([a-z]+\.kompas\.com|127\.0\.0\.1:8080)/read/\d{4}/\d{2}/\d{2}/\d+"
    ),
    discover=(Discovery("rss", "http://127.0.0.1:8080/rss"),),
    full_page={"page": "all"},
)
BLOG = Source(
    id="blog",
    name="Blog",
    home="https://blog.kompas.com/",
    articles=re.compile(r"^https://blog\.kompas\.com/"),
)


def _cases(name: str) -> Any:
    return yaml.safe_load((CASES / name).read_text(encoding="utf-8"))


def _entries(rows: list[list[str | None]] | None) -> tuple[Entry, ...]:
    """Rows of url, listed_at and lastmod as entries."""
    return tuple(
        Entry(str(url), *(datetime.fromisoformat(date) if date else None for date in dates))
        for url, *dates in rows or ()
    )


@pytest.mark.parametrize("case", _cases("canonical.yaml"), ids=lambda case: case["url"] or "empty")
def test_canonical(case: dict[str, Any]) -> None:
    """A URL has its one form, or is refused."""
    source = replace(KOMPAS, full_page=case.get("full_page", {}))
    if "canonical" not in case:
        with pytest.raises(ValueError):  # noqa: PT011  # any: the texts are for people
            canonical(case["url"], source)
        return
    assert canonical(case["url"], source) == case["canonical"]


_PIECES = st.lists(
    st.sampled_from(
        [
            *"aB0/?&=#:;.,%@[]+ é\\\t北",
            "..",
            "/./",
            "%2e",
            "%25",
            "%e2%82",
            "amp;",
            "&amp;",
            "utm_x=1",
            "page=all",
            "source=",
        ]
    )
)


@settings(deadline=None, derandomize=True)
@given(_PIECES.map("".join))
@example("/a?&amp;utm_x=1&%61mp;b")
@example("/%2e%2E/..")
def test_canonical_is_idempotent(rest: str) -> None:
    """A canonical URL is its own canonical URL, its full page is the same article, and httpx asks
    for just it.
    """
    try:
        once = canonical(f"https://www.kompas.com{rest}", KOMPAS)
    except ValueError:
        return
    assert canonical(once, KOMPAS) == once
    assert canonical(full_page_url(once, KOMPAS), KOMPAS) == once
    assert str(httpx.URL(once)) == once


@pytest.mark.parametrize(
    ("url", "full_page", "expected"),
    [
        ("https://x.id/a", {}, "https://x.id/a"),
        ("https://x.id/a", {"page": "all"}, "https://x.id/a?page=all"),
        ("https://x.id/a?b=1", {"single": "1"}, "https://x.id/a?b=1&single=1"),
    ],
)
def test_full_page_url(url: str, full_page: dict[str, str], expected: str) -> None:
    """The full page's parameters come after the others."""
    assert full_page_url(url, replace(KOMPAS, full_page=full_page)) == expected


@pytest.mark.parametrize(("text", "expected"), _cases("dates.yaml"), ids=lambda value: str(value))
def test_parse_date(text: str, expected: str | None) -> None:
    """A date of a feed or sitemap is an instant in UTC, or none."""
    assert parse_date(text, WIB) == (datetime.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize("case", _cases("documents.yaml"), ids=lambda case: case["name"])
def test_read_listing(case: dict[str, Any]) -> None:
    """A discovery document gives its entries and children, or says what it is instead."""
    body = case["body"].encode()
    if "error" in case:
        with pytest.raises(ListingError, match=re.escape(case["error"])):
            read_listing(case["kind"], body, "https://www.kompas.com/daftar/", WIB)
        return
    listing = read_listing(case["kind"], body, "https://www.kompas.com/daftar/", WIB)
    assert listing.entries == _entries(case.get("entries"))
    assert listing.children == _entries(case.get("children"))
    assert case["broken"] in listing.broken if "broken" in case else not listing.broken


SITEMAP = (
    b"<urlset>"
    + b"".join(b"<url><loc>https://a.kompas.com/%d</loc></url>" % number for number in range(2_000))
    + b"</urlset>"
)


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        (gzip.compress(SITEMAP), 2_000),
        (SITEMAP.decode().encode("utf-16"), 2_000),
        (b"\xef\xbb\xbf" + SITEMAP, 2_000),
        (SITEMAP.replace(b"</urlset>", SITEMAP[8:-9] * 25 + b"</urlset>"), MAX_ENTRIES),
    ],
    ids=["gzip", "utf-16", "byte-order mark", "too many"],
)
def test_read_sitemap_encodings(body: bytes, entries: int) -> None:
    """A sitemap is read whatever its packing, up to the protocol's number of entries."""
    assert len(read_listing("sitemap", body, "https://a.kompas.com/", WIB).entries) == entries


def test_read_sitemap_cut_off_gzip() -> None:
    """Of a gzip file that breaks off, the whole addresses before the break are kept."""
    packed = gzip.compress(SITEMAP)
    listing = read_listing("sitemap", packed[: len(packed) // 2], "https://a.kompas.com/", WIB)
    assert 0 < len(listing.entries) < 2_000
    assert listing.broken
    assert [entry.url for entry in listing.entries] == [
        f"https://a.kompas.com/{number}" for number in range(len(listing.entries))
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (gzip.compress(b" " * (MAX_DECODED_BYTES + 1)), "more than"),
        (b"\x1f\x8b rusak", "broken gzip"),
    ],
    ids=["gzip bomb", "broken gzip"],
)
def test_read_listing_bad_gzip(body: bytes, message: str) -> None:
    """A gzip file that is broken or unpacks to too much is refused."""
    with pytest.raises(ListingError, match=message):
        read_listing("sitemap", body, "https://a.kompas.com/", WIB)


@settings(deadline=None, derandomize=True)
@given(
    st.sampled_from(["rss", "sitemap", "index"]),
    st.lists(st.sampled_from(_cases("documents.yaml")), min_size=1, max_size=2),
    st.data(),
)
def test_read_listing_of_anything(
    kind: Any, cases: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Whatever a server sends is a listing or a ListingError, and its entries can be sorted."""
    body = "".join(case["body"] for case in cases).encode()
    start = data.draw(st.integers(0, len(body)))
    body = (
        body[:start]
        + data.draw(st.binary(max_size=8))
        + body[start + data.draw(st.integers(0, 30)) :]
    )
    try:
        listing = read_listing(kind, body, "https://www.kompas.com/", WIB)
    except ListingError:
        return
    sort_entries(listing.entries, [KOMPAS], KOMPAS, kind)


@pytest.mark.parametrize(
    "case", _cases("sorted.yaml"), ids=lambda case: f"{case['kind']} {case['url']}"
)
def test_sort_entries(case: dict[str, Any]) -> None:
    """An entry is a link of its owner, a rejection with its URL verbatim, or nothing to us."""
    links, rejections = sort_entries([Entry(case["url"])], [BLOG, KOMPAS], KOMPAS, case["kind"])
    assert [[link.source_id, link.url] for link in links] == (
        [case["link"]] if "link" in case else []
    )
    assert all(link.found_url == case["url"] for link in links)
    found = [
        (rejection.url, rejection.source_id, rejection.stage, rejection.reason)
        for rejection in rejections
    ]
    assert found == (
        [(case["url"], "kompas", "discover", case["reason"])] if "reason" in case else []
    )


def test_sort_entries_joins() -> None:
    """Entries of one article are one link with their newest dates; a refused address is one
    rejection.
    """
    early, late = datetime(2024, 6, 19, tzinfo=UTC), datetime(2024, 6, 20, tzinfo=UTC)
    url = "https://bola.kompas.com/read/2024/06/19/1/a"
    entries = [
        Entry(f"{url}?utm_source=rss", early),
        Entry(f"{url}?page=all", None, late),
        Entry(url, late, early),
        Entry("ftp://x"),
        Entry("ftp://x"),
    ]
    links, rejections = sort_entries(entries, [KOMPAS], KOMPAS, "rss")
    assert links == [Link(url, "kompas", f"{url}?utm_source=rss", late, late)]
    assert len(rejections) == 1


def test_sort_children() -> None:
    """A child sitemap needs no article's address, but a public one."""
    children = [
        Entry("https://a.kompas.com/news.xml"),
        Entry("http://10.0.0.1/news.xml"),
        Entry("file:///news.xml"),
    ]
    kept, rejections = sort_children(children, KOMPAS)
    assert kept == children[:1]
    assert [(rejection.url, rejection.reason) for rejection in rejections] == [
        ("http://10.0.0.1/news.xml", "private-address"),
        ("file:///news.xml", "bad-url"),
    ]


def test_declared() -> None:
    """A source declares the hosts and ports of its home and its discovery addresses."""
    assert declared(KOMPAS) == {("www.kompas.com", 443), ("127.0.0.1", 8080)}


@pytest.mark.parametrize(
    ("url", "pages", "expected"),
    [
        ("https://x.id/rss", 1, ["https://x.id/rss"]),
        (
            "https://x.id/?page={page}",
            3,
            ["https://x.id/?page=1", "https://x.id/?page=2", "https://x.id/?page=3"],
        ),
        ("https://x.id/{date:%Y/%m/%d}", 1, ["https://x.id/2024/07/01", "https://x.id/2024/06/30"]),
        (
            "https://x.id/{date:%d-%m}/{page}",
            2,
            [
                "https://x.id/01-07/1",
                "https://x.id/01-07/2",
                "https://x.id/30-06/1",
                "https://x.id/30-06/2",
            ],
        ),
    ],
)
def test_expand(url: str, pages: int, expected: list[str]) -> None:
    """Pages are counted from 1, dates are today and yesterday in the source's zone."""
    an_hour_into_july_in_jakarta = datetime(2024, 6, 30, 18, tzinfo=UTC)
    assert expand(Discovery("index", url, pages), KOMPAS, an_hour_into_july_in_jakarta) == expected
