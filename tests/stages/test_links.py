"""Discovery documents, what becomes of their entries, and the form of a URL: each case file holds
inputs and expected values.
"""

import gzip
import re
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.errors import ListingError
from flows.records import Discovery, Link, Source, identity_key
from flows.stages.discovery.links import (
    canonical,
    declared,
    full_page_url,
    owner,
    sort_children,
    sort_entries,
)
from flows.stages.discovery.listings import (
    MAX_ENTRIES,
    Entry,
    expand,
    parse_date,
    read_listing,
)
from flows.stages.discovery.markup import MAX_DECODED_BYTES
from tests.helpers.cases import cases

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


def _entries(rows: list[list[str | None]] | None) -> tuple[Entry, ...]:
    """Rows of url, listed_at, lastmod and title as entries."""
    return tuple(
        Entry(str(url), _instant(listed_at), _instant(lastmod), title)
        for url, listed_at, lastmod, title in ([*row, None, None, None][:4] for row in rows or ())
    )


def _encoded(text: str, encoding: str) -> bytes:
    return (
        text.encode(errors="surrogatepass") if encoding == "surrogates" else text.encode(encoding)
    )


def _instant(date: str | None) -> datetime | None:
    return datetime.fromisoformat(date) if date else None


DOCUMENTS = cases("links/documents", yaml.SafeLoader)


@pytest.mark.parametrize("case", cases("links/canonical"), ids=lambda case: case["url"] or "empty")
def test_canonical(case: dict[str, Any]) -> None:
    """A URL has its one form, or is refused."""
    source = replace(KOMPAS, full_page=case.get("full_page", {}))
    if "articles" in case:
        source = replace(source, articles=re.compile(case["articles"]))
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
            ";jsessionid=1",
            ";sid=9f1c5b2e77aa01c3",
            "/(S(lit3py55t21z5v55vlm25s55))",
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


@pytest.mark.parametrize("case", cases("links/identity_keys"), ids=lambda case: case["key"])
def test_identity_key(case: dict[str, Any]) -> None:
    """The forms under which an outlet shows one article have one key, other addresses another."""
    assert {identity_key(url) for url in case["same"]} == {case["key"]}
    assert case["key"] not in {identity_key(url) for url in case.get("other", [])}


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


@pytest.mark.parametrize(("text", "expected"), cases("links/dates"), ids=lambda value: str(value))
def test_parse_date(text: str, expected: str | None) -> None:
    """A date of a feed or sitemap is an instant in UTC, or none."""
    assert parse_date(text, WIB) == (datetime.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda case: case["name"])
def test_read_listing(case: dict[str, Any]) -> None:
    """A discovery document gives its entries and children, or says what it is instead."""
    body = _encoded(case["body"], case.get("encoding", "utf-8"))
    if "error" in case:
        with pytest.raises(ListingError, match=re.escape(case["error"])):
            read_listing(case["kind"], body, "https://www.kompas.com/daftar/", WIB)
        return
    listing = read_listing(case["kind"], body, "https://www.kompas.com/daftar/", WIB)
    assert listing.entries == _entries(case.get("entries"))
    assert listing.children == _entries(case.get("children"))
    noted = "; ".join(f"{note.kind}: {note.text}" for note in listing.notes)
    assert case["note"] in noted if "note" in case else not noted


THREE = {
    "rss": '<rss version="2.0"><channel>{}</channel></rss>',
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>',
    "sitemap": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{}</urlset>',
}
ENTRY = {
    "rss": "<item><title>{title}</title><link>{url}</link></item>",
    "atom": '<entry><title type="html">{title}</title><link href="{url}"/></entry>',
    "sitemap": "<url><news:news><news:title>{title}</news:title></news:news><loc>{url}</loc></url>",
}


@pytest.mark.parametrize("form", THREE)
@pytest.mark.parametrize("case", cases("links/faults"), ids=lambda case: case["name"])
def test_one_bad_title_loses_nothing(case: dict[str, Any], form: str) -> None:
    """Whatever stands in one title, every entry is listed with its address whole, and what is
    broken is said.
    """
    titles = ["Pertama", case["text"], "Terakhir"]
    entries = "".join(
        ENTRY[form].format(title=title, url=f"https://a.kompas.com/{at}?b=1&amp;c={at}")
        for at, title in enumerate(titles)
    )
    body = THREE[form].format(entries).encode()
    listing = read_listing(
        "rss" if form in ("rss", "atom") else "sitemap", body, "https://a.kompas.com/", WIB
    )
    assert [entry.url for entry in listing.entries] == [
        f"https://a.kompas.com/{at}?b=1&c={at}" for at in range(3)
    ]
    assert [entry.title for entry in listing.entries] == ["Pertama", case["title"], "Terakhir"]
    kinds = [note.kind for note in listing.notes]
    assert kinds == ([] if case.get("well_formed", False) else ["listing-form"])


def test_titles_that_swallow_the_next_are_told_apart() -> None:
    """Text that is not closed, in XML that is well-formed all the same, hides no entry."""
    entries = "".join(
        ENTRY["rss"].format(title=title, url=f"https://a.kompas.com/{at}")
        for at, title in enumerate(["<![CDATA[Satu", "<![CDATA[Dua]]>", "Tiga"])
    )
    body = THREE["rss"].format(entries).encode()
    listing = read_listing("rss", body, "https://a.kompas.com/", WIB)
    assert [entry.title for entry in listing.entries] == ["Satu", "Dua", "Tiga"]
    assert [note.text for note in listing.notes] == ["a CDATA section is not closed"]


SITEMAP = (
    b"<urlset>"
    + b"".join(b"<url><loc>https://a.kompas.com/%d</loc></url>" % number for number in range(2_000))
    + b"</urlset>"
)


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        (gzip.compress(SITEMAP), 2_000),
        (gzip.compress(gzip.compress(SITEMAP)), 2_000),
        (gzip.compress(SITEMAP[:9_000]) + gzip.compress(SITEMAP[9_000:]), 2_000),
        (gzip.compress(b"https://a.kompas.com/1\nhttps://a.kompas.com/2\n"), 2),
        (gzip.compress(SITEMAP) + b"\0" * 512, 2_000),
        (SITEMAP.decode().encode("utf-16"), 2_000),
        (b"\xef\xbb\xbf" + SITEMAP, 2_000),
        (SITEMAP.replace(b"</urlset>", SITEMAP[8:-9] * 25 + b"</urlset>"), MAX_ENTRIES),
    ],
    ids=[
        "gzip",
        "gzip in gzip",
        "two members of gzip",
        "a gzipped list",
        "padded gzip",
        "utf-16",
        "byte-order mark",
        "too many",
    ],
)
def test_read_sitemap_encodings(body: bytes, entries: int) -> None:
    """A sitemap is read whatever its packing, up to the protocol's number of entries."""
    assert len(read_listing("sitemap", body, "https://a.kompas.com/", WIB).entries) == entries


def test_of_too_many_entries_the_newest_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """They keep their order, and how many are left out is said."""
    monkeypatch.setattr("flows.stages.discovery.listings.MAX_ENTRIES", 3)
    days = ["2026-03-01", "2026-03-09", "", "2026-03-10", "2026-03-08"]
    urls = "".join(
        f"<url><loc>https://a.kompas.com/{at}</loc><lastmod>{day}</lastmod></url>"
        for at, day in enumerate(days)
    )
    for kind in ("sitemap", "rss"):
        body = f"<urlset>{urls}</urlset>".encode()
        listing = read_listing(kind, body, "https://a.id/", WIB)
        assert [entry.url[-1] for entry in listing.entries] == ["1", "3", "4"]
        assert listing.notes[-1].text == "5 entries: 2 left out, all but the newest"


PATHOLOGICAL = [
    *"<&;[]-!?x \t\ud83d",
    *(
        "<url>",
        "<item>",
        "<title>",
        "<loc>",
        "</loc>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "&#55357;",
        "<a ",
    ),
    *("&#", "<url ", "<?", "https://a", "https://a\n", "<link href=", "a:", "\u00e9"),
]


@pytest.mark.parametrize("piece", PATHOLOGICAL)
def test_reading_takes_no_longer_than_the_document(piece: str) -> None:
    """What is repeated ten times as often costs about ten times as much."""
    spent = []
    for times in (2_000, 20_000):
        body = f"<rss><channel><item><title>{piece * times}".encode(errors="surrogatepass")
        start = time.process_time()
        for kind in ("rss", "sitemap", "index"):
            with suppress(ListingError):
                read_listing(kind, body, "https://a.kompas.com/", WIB)
        spent.append(time.process_time() - start)
    assert spent[1] < max(30 * spent[0], 1)


def test_read_sitemap_cut_off_gzip() -> None:
    """Of a gzip file that breaks off, the whole addresses before the break are kept."""
    packed = gzip.compress(SITEMAP)
    listing = read_listing("sitemap", packed[: len(packed) // 2], "https://a.kompas.com/", WIB)
    assert 0 < len(listing.entries) < 2_000
    assert listing.notes
    assert [entry.url for entry in listing.entries] == [
        f"https://a.kompas.com/{number}" for number in range(len(listing.entries))
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (gzip.compress(b" " * (MAX_DECODED_BYTES + 1)), "more than"),
        (b"\x1f\x8b rusak", "broken gzip"),
        (b"<urlset><url " + b"a='' " * 501 + b"/></urlset>", "more than 500 attributes"),
    ],
    ids=["gzip bomb", "broken gzip", "attributes"],
)
def test_read_listing_refuses(body: bytes, message: str) -> None:
    """A gzip file that is broken or unpacks to too much is refused, and so is an element that no
    parser reads in time.
    """
    with pytest.raises(ListingError, match=message):
        read_listing("sitemap", body, "https://a.kompas.com/", WIB)


@settings(deadline=None, derandomize=True)
@given(
    st.sampled_from(["rss", "sitemap", "index"]),
    st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=2),
    st.data(),
)
def test_read_listing_of_anything(
    kind: Any, cases: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Whatever a server sends is a listing or a ListingError, and its entries can be sorted."""
    body = b"".join(_encoded(case["body"], case.get("encoding", "utf-8")) for case in cases)
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
    ("url", "expected"),
    [
        ("https://bola.kompas.com/read/2024/06/19/1/a", ("kompas", "=")),
        (
            "HTTPS://Bola.Kompas.com:443/read/2024/06/19/1/a?utm_source=rss&page=all#isi",
            ("kompas", "https://bola.kompas.com/read/2024/06/19/1/a"),
        ),
        ("https://blog.kompas.com/read/2024/06/19/1/a", ("blog", "=")),  # both claim it
        ("https://blog.kompas.com/a?page=all", ("blog", "=")),  # only kompas drops `page`
        ("http://127.0.0.1:8080/read/2024/06/19/1/a", ("kompas", "=")),
        ("https://www.kompas.com/tag/ikan", None),
        ("https://www.kabar.id/read/2024/06/19/1/a", None),
        ("ftp://bola.kompas.com/read/2024/06/19/1/a", None),
        ("https://ana@bola.kompas.com/read/2024/06/19/1/a", None),
        ("https://[bola.kompas.com/read/2024/06/19/1/a", None),
        ("/read/2024/06/19/1/a", None),
        ("", None),
    ],
)
def test_owner(url: str, expected: tuple[str, str] | None) -> None:
    """A URL belongs to the first source that claims it, in that source's canonical form ("=" where
    it has that already); a malformed one belongs to none.
    """
    found = owner(url, [BLOG, KOMPAS])
    named = found and (found[0].id, found[1].replace(url, "=") if url else found[1])
    assert named == expected


@pytest.mark.parametrize(
    "case", cases("links/sorted"), ids=lambda case: f"{case['kind']} {case['url']}"
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
    """Entries of one article are one link with their newest dates and the first title; a refused
    address is one rejection.
    """
    early, late = datetime(2024, 6, 19, tzinfo=UTC), datetime(2024, 6, 20, tzinfo=UTC)
    url = "https://bola.kompas.com/read/2024/06/19/1/a"
    entries = [
        Entry(f"{url}?utm_source=rss", early),
        Entry(f"{url}?page=all", None, late, "Judul"),
        Entry(url, late, early, "Judul lain"),
        Entry("ftp://x"),
        Entry("ftp://x"),
    ]
    links, rejections = sort_entries(entries, [KOMPAS], KOMPAS, "rss")
    assert links == [Link(url, "kompas", f"{url}?utm_source=rss", late, late, "Judul")]
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
