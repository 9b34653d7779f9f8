"""The steps of a run against a press that misbehaves: real HTTP over loopback, a real archive, a
real warehouse.
"""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.edges.cluster import cluster
from flows.edges.processes import Processes, processes
from flows.edges.workers import Workers
from flows.errors import RecordError
from flows.records import (
    Article,
    Discovery,
    Document,
    Expect,
    Link,
    Look,
    Rejection,
    StoredPage,
    WarcRef,
)
from flows.stages.extraction.extract import PROGRAM
from flows.stages.extraction.settling import Arrival, Holder, Settled
from flows.steps import discovery, extraction, grouping, recording
from tests.edges.misbehaving import (
    Exchange,
    Route,
    Server,
    bomb,
    broken_gzip,
    conditional,
    drips,
    drops,
    drops_mid_body,
    endless,
    first,
    page,
    redirect,
    robots,
    says_nothing,
    status,
    wrong_charset,
)
from tests.helpers.clocks import NOW
from tests.helpers.dask import dask_cluster, needs_dask
from tests.helpers.nights import Nights, source
from tests.helpers.outlets import DATE, SENTENCES, article, sitemap
from tests.helpers.shared_work import Deadly
from tests.helpers.tables import execute, fetch, in_memory, new_warehouse, offending, plant
from warehouse.store import Warehouse


def texts(look: Look) -> list[str]:
    return [note.text for note in look.notes]


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path, in_memory(tmp_path))


PRESS: Mapping[str, tuple[Route, str]] = {
    "/read/baik": (page(article("Warga Sayungan Perbaiki Tanggul")), "article"),
    "/read/pulih": (
        first(status(500), status(503), then=page(article("Pulih setelah dua kali gagal"))),
        "article",
    ),
    "/read/sibuk": (
        first(status(429, Retry_After="2"), then=page(article("Sibuk sebentar"))),
        "article",
    ),
    "/read/latin": (wrong_charset(article("Harga “cabai” naik")), "article"),
    "/read/pindah": (redirect("/read/alamat-baru", 301), "article"),
    "/read/alamat-baru": (page(article("Alamat baru")), "article"),
    "/read/hilang": (status(404), "http-4xx"),
    "/read/tutup": (status(410), "http-4xx"),
    "/read/rusak": (status(500), "http-5xx"),
    "/read/lambat": (drips, "timeout"),
    "/read/bisu": (says_nothing, "timeout"),
    "/read/putus": (drops, "broken"),
    "/read/separuh": (drops_mid_body, "broken"),
    "/read/gzip": (broken_gzip, "broken"),
    "/read/bom": (bomb(2**22), "too-large"),
    "/read/tanpa-akhir": (endless, "too-large"),
    "/read/putar": (redirect("/read/balik"), "redirect-loop"),
    "/read/balik": (redirect("/read/putar"), "redirect-loop"),
    "/read/rahasia/a": (page(article("Rahasia")), "robots"),
    "/read/dalam": (redirect("http://127.0.0.2:9/read/x"), "private-address"),
    "/read/ftp": (redirect("ftp://127.0.0.1/read/x"), "bad-url"),
    "/read/berkas": (page(b"%PDF-1.7 isi", "application/pdf"), "not-html"),
    "/read/kosong": (page("<html><body></body></html>"), "no-text"),
    "/read/pendek": (page(article("Pendek", ("Dua kata.",))), "too-short"),
    "/read/tiada": (
        page(
            "<html><head><title>404 Halaman tidak ditemukan</title></head><body><h1>Halaman "
            "tidak ditemukan</h1></body></html>"
        ),
        "soft-404",
    ),
}
LISTED_ELSEWHERE = {
    "ftp://127.0.0.1/read/x": "bad-url",
    "http://10.0.0.5/read/x": "private-address",
    "http://localhost:1/read/x": "private-address",
    "http://169.254.169.254/sitemap.xml": "private-address",
}


def test_misbehaving_press(nights: Nights) -> None:
    """The run ends, the good articles are there, and every failed link has its true reason."""
    with Server({path: route for path, (route, _) in PRESS.items()}) as server:
        server.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /read/rahasia/")
        children = sitemap(
            server.url("/anak.xml"),
            "http://169.254.169.254/sitemap.xml",
            entry="sitemap",
            root="sitemapindex",
        )
        server.routes["/sitemap.xml"] = page(children, "application/xml")
        listed = [server.url(path) for path in PRESS] + [
            url for url in LISTED_ELSEWHERE if url.endswith("/read/x")
        ]
        server.routes["/anak.xml"] = page(sitemap(*listed), "application/xml")
        look, ends = nights(source(server, "/sitemap.xml"))
        found = nights.ends(server)
    assert {path: found.get(path) for path in PRESS} == {
        path: end for path, (_, end) in PRESS.items()
    }
    assert {url: found.get(url) for url in LISTED_ELSEWHERE} == LISTED_ELSEWHERE
    assert look.failed
    assert texts(look) == ["links ended in http-5xx: 1", "links ended in timeout: 2"]
    assert sum(ends.values()) == len(PRESS)
    assert offending(nights.warehouse) == {}


def test_next_night_tries_again_what_may_have_passed(nights: Nights) -> None:
    """500s, 429s, timeouts and dropped connections are asked for again, what ended well or for good
    is not.
    """
    temporary = {"/read/500": status(500), "/read/429": status(429), "/read/putus": drops}
    final = {
        "/read/404": status(404),
        "/read/pdf": page(b"%PDF-1.7", "application/pdf"),
        "/read/baik": page(article("Baik")),
    }
    with Server({**temporary, **final}) as server:
        server.routes["/sitemap.xml"] = page(
            sitemap(*map(server.url, server.routes)), "application/xml"
        )
        nights(source(server, "/sitemap.xml"))
        asked = len(server.paths())
        server.routes |= {path: page(article(f"Pulih {path}")) for path in temporary}
        nights(source(server, "/sitemap.xml"), NOW + timedelta(days=1))
        assert {path for path in server.paths()[asked:] if path.startswith("/read/")} == set(
            temporary
        )
        assert {path: nights.ends(server)[path] for path in temporary} == dict.fromkeys(
            temporary, "article"
        )
        asked = len(server.paths())
        nights(source(server, "/sitemap.xml"), NOW + timedelta(days=2))
        assert [path for path in server.paths()[asked:] if path.startswith("/read/")] == []


WALL = (
    "<html><head><title>Selamat datang</title></head><body><h1>Selamat "
    "datang</h1><p>{}</p></body></html>"
)
STANDS_BEFORE = WALL.format(
    "Pemasangan berhasil dan peladen ini siap dipakai. Berkas contoh dapat diganti lewat "
    "panel kendali penyedia layanan."
)


def test_what_stands_before_an_article_is_asked_for_again(nights: Nights) -> None:
    """A page that has nothing of what the feed called it is no article; the article behind it is
    fetched by the next night, and then no more.
    """
    path, title = "/read/tanggul", "Warga Sayungan Perbaiki Tanggul"
    feed = f"<rss><channel><item><title>{title}</title><link>{{}}</link></item></channel></rss>"
    with Server({path: page(STANDS_BEFORE)}) as server:
        server.routes["/rss.xml"] = page(feed.format(server.url(path)), "application/xml")
        outlet = replace(source(server), discover=(Discovery("rss", server.url("/rss.xml")),))
        nights(outlet)
        assert nights.ends(server) == {path: "interstitial"}
        server.routes[path] = page(article(title))
        nights(outlet, NOW + timedelta(days=1))
        assert nights.ends(server) == {path: "article"}
        nights(outlet, NOW + timedelta(days=2))
        assert server.paths().count(path) == 2
    assert offending(nights.warehouse) == {}


def test_one_text_under_several_addresses(nights: Nights) -> None:
    """What an outlet shows at three addresses, a night later too, is none of its articles."""
    paths = [f"/read/{number}" for number in range(1, 4)]
    with Server(dict.fromkeys(paths, page(STANDS_BEFORE))) as server:
        server.routes["/sitemap.xml"] = page(sitemap(*map(server.url, paths)), "application/xml")
        outlet = source(server, "/sitemap.xml")
        nights(outlet)
        assert nights.ends(server) == dict.fromkeys(paths, "interstitial")
        server.routes["/read/2"] = page(article("Warga Sayungan Perbaiki Tanggul"))
        nights(outlet, NOW + timedelta(days=1))
        assert nights.ends(server)["/read/2"] == "article"


def test_moved_lastmod_brings_a_new_version(nights: Nights) -> None:
    """A known article whose sitemap says that it changed is fetched again, and its new text becomes
    its second version.
    """
    with Server({"/read/a": page(article("Judul lama"))}) as server:
        outlet = source(server, "/sitemap.xml")
        for night, (title, lastmod) in enumerate(
            [("Judul lama", DATE), ("Judul baru", "2026-03-11T20:00:00+07:00")]
        ):
            server.routes |= {
                "/read/a": page(article(title)),
                "/sitemap.xml": page(
                    sitemap(server.url("/read/a"), lastmod=lastmod), "application/xml"
                ),
            }
            nights(outlet, NOW + timedelta(days=night))
        versions = fetch(
            nights.warehouse, "select version, title from article_versions order by version"
        )
        assert [tuple(row.values()) for row in versions] == [(1, "Judul lama"), (2, "Judul baru")]
        assert [row["title"] for row in fetch(nights.warehouse, "select title from articles")] == [
            "Judul baru"
        ]


def test_topic_article_is_looked_at_again(nights: Nights) -> None:
    """An article of a topic is asked for again after a day: an edit becomes a version, an unchanged
    page costs a 304.
    """
    with Server() as server:
        server.routes["/sitemap.xml"] = page(
            sitemap(server.url("/read/a"), server.url("/read/b")), "application/xml"
        )
        server.routes |= {
            path: conditional(article("Judul lama"), '"satu"', "text/html")
            for path in ("/read/a", "/read/b")
        }
        nights(source(server, "/sitemap.xml"))
        hits = (
            "insert into state.topic_hits select 'topik', '1', article_id, 'raised', 1, '[]', "
            "'subject' from state.articles"
        )
        execute(nights.warehouse, hits)
        server.routes["/read/a"] = conditional(article("Judul baru"), '"dua"', "text/html")
        _, ends = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=1))
        assert ends == {"page": 1, "unchanged": 1}
        _, ends = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=1, hours=1))
        assert ends == {}
        versions = fetch(
            nights.warehouse,
            "select url, version, v.title from article_versions v join articles using (article_id)",
        )
    told = sorted(
        (row["url"].removeprefix(server.url("")), row["version"], row["title"]) for row in versions
    )
    assert told == [
        ("/read/a", 1, "Judul lama"),
        ("/read/a", 2, "Judul baru"),
        ("/read/b", 1, "Judul lama"),
    ]
    assert offending(nights.warehouse) == {}


def test_reprocess_keeps_articles(nights: Nights) -> None:
    """Pages that are read again by other rules change texts and versions in place; articles keep
    their ids.
    """
    with Server(
        {"/read/a": page(article("Judul", (*SENTENCES, "Kolom ini terbit tiap Rabu.")))}
    ) as server:
        server.routes["/sitemap.xml"] = page(sitemap(server.url("/read/a")), "application/xml")
        outlet = source(server, "/sitemap.xml")
        nights(outlet)
        query = (
            "select article_id, version, v.body from article_versions v join articles using "
            "(article_id)"
        )
        [before] = fetch(nights.warehouse, query)
        stricter = replace(outlet, strip=(re.compile("^Kolom ini"),))
        nights.warehouse.pages.reopen_pages(NOW)
        assert (
            extraction.extract_batch(nights.warehouse, {outlet.id: stricter}, Processes(), NOW) == 1
        )
        [after] = fetch(nights.warehouse, query)
    assert (after["article_id"], after["version"]) == (before["article_id"], 1)
    assert before["body"] == after["body"] + "\nKolom ini terbit tiap Rabu."
    assert offending(nights.warehouse) == {}


@pytest.mark.parametrize("kind", ["processes", pytest.param("dask", marks=needs_dask)])
def test_page_that_kills_its_worker(tmp_path: Path, kind: str) -> None:
    """It becomes a rejection, and the pages beside it articles, whoever extracts them."""
    nights = Nights(tmp_path, in_memory(tmp_path))
    with Server() as server:
        urls = [server.url(f"/read/{number}") for number in range(12)]
        for number, url in enumerate(urls):
            text = (*SENTENCES, f"Tanggul nomor {number} selesai pertama.")
            server.routes[url.removeprefix(server.url(""))] = page(
                article(f"Tanggul {number}", text)
            )
        harmless = source(server, "/sitemap.xml")
        deadly = replace(harmless, id="deadly", name=Deadly("Deadly"), articles=re.compile("/5$"))
        for outlet, listed in ((deadly, urls[5:6]), (harmless, urls[:5] + urls[6:])):
            server.routes["/sitemap.xml"] = page(sitemap(*listed), "application/xml")
            nights(outlet, NOW + timedelta(hours=len(listed)), extracts=False)
    with workers_for(kind, tmp_path) as workers:
        sources = {outlet.id: outlet for outlet in (deadly, harmless)}
        assert extraction.extract_batch(nights.warehouse, sources, workers, NOW, guarded=True) == 12
    assert nights.ends(server) == {
        f"/read/{number}": "broken" if number == 5 else "article" for number in range(12)
    }
    assert fetch(nights.warehouse, "select detail from rejections") == [
        {"detail": "the extractor's process died on this page"}
    ]


def test_run_after_an_interrupted_one(tmp_path: Path) -> None:
    """A run knows that one before it was interrupted, and that one has ended since."""
    store = in_memory(tmp_path)
    first, second, third = (
        store.runs.begin("run", NOW, NOW + timedelta(hours=hours)) for hours in range(3)
    )
    assert [run.after_interruption for run in (first, second, third)] == [False, True, True]
    store.runs.finish(third, NOW + timedelta(hours=3), "done")
    last = store.runs.begin("run", NOW, NOW + timedelta(hours=4))
    assert not last.after_interruption


@contextmanager
def workers_for(kind: str, folder: Path) -> Iterator[Workers]:
    if kind == "processes":
        with processes(2) as local:
            yield local
        return
    with dask_cluster(folder) as own, cluster(own.address, PROGRAM, print) as found:
        yield found


# Articles that were placed: days since, story, text and what it means
PLACED = {
    "flood": (1.9, "p", "Banjir merendam Sayungan.", [1.0, 0.0, 0.0]),
    "flood again": (1.5, "q", "Banjir di Sayungan merendam desa.", [0.99, 0.14, 0.0]),
    "match": (1, "p", "Persaya menang telak.", [0.0, 0.0, 1.0]),
    "earlier": (9, "r", "-", [0.0, 0.0, 1.0]),
}


def test_reprocess_keeps_stories(nights: Nights) -> None:
    """Articles that are placed anew leave a story that they do not belong to and join theirs; ids
    stay, and every change is recorded.
    """
    store = nights.warehouse
    rows: dict[str, list[dict[str, object]]] = {
        "state.articles": [
            {"title": name, "body": body, "published_at": NOW - timedelta(days=days)}
            for name, (days, _, body, _) in PLACED.items()
        ],
        "state.vectors": [{"model": "m", "vector": vector} for *_, vector in PLACED.values()],
        "story_articles": [
            {"story_id": story, "original_article_id": name}
            for name, (_, story, _, _) in PLACED.items()
        ],
    }
    for table in rows.values():
        for row, name in zip(table, PLACED, strict=True):
            row["article_id"] = name
    plant(store, rows)
    for _ in range(2):  # the second time changes nothing
        store.stories.reopen_stories(NOW - timedelta(days=2))
        assert [grouping.group_batch(store, "m", NOW) for _ in range(2)] == [3, 0]
        stories = {
            row["article_id"]: row["story_id"] for row in fetch(store, "from story_articles")
        }
        assert stories["flood"] == stories["flood again"] == "p"
        assert stories["match"] not in "pqr"
        assert stories["earlier"] == "r"
        assert fetch(store, "select story_id, into_story_id from story_merges") == [
            {"story_id": "q", "into_story_id": "p"}
        ]
        left = fetch(store, "select article_id, story_id, into_story_id from story_splits")
        assert left == [{"article_id": "match", "story_id": "p", "into_story_id": stories["match"]}]


def test_unchanged_discovery_document_is_not_sent_again(nights: Nights) -> None:
    """A document that answers 304 lists what it listed, without its bytes travelling again."""
    with Server({"/read/a": page(article("Satu"))}) as server:
        server.routes["/sitemap.xml"] = conditional(
            sitemap(server.url("/read/a")), '"satu"', "application/xml"
        )
        first_look, _ = nights(source(server, "/sitemap.xml"))
        second_look, _ = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=1))
        assert [
            seen.headers.get("if-none-match")
            for seen in server.requests
            if seen.path == "/sitemap.xml"
        ] == [None, '"satu"']
    assert (first_look.listed, second_look.listed) == (1, 1)


def for_ever(body: Callable[[], str], content_type: str) -> Route:
    """A document whose validators never change: whoever sends them has it already."""

    def route(exchange: Exchange) -> None:
        if "If-None-Match" in exchange.headers:
            exchange.reply(304, headers={"ETag": '"tetap"'})
        else:
            page(body(), content_type, ETag='"tetap"')(exchange)

    return route


@pytest.mark.parametrize(
    ("silent_after", "expected"),
    [
        (None, [0, 8, 16]),
        (timedelta(days=30), [0, 8, 16]),
        (timedelta(hours=36), [*range(0, 17, 2)]),
    ],
)
def test_what_never_changes_is_read_in_full_once_a_week(
    nights: Nights, silent_after: timedelta | None, expected: list[int]
) -> None:
    """A listing that answers 304 for ever is asked for without conditions when it was last read in
    full more than a week ago, or longer ago than its source is ever silent.
    """
    listed: list[str] = []
    with Server(
        {f"/read/{night}": page(article(f"Malam {night}")) for night in range(17)}
    ) as server:
        server.routes["/sitemap.xml"] = for_ever(
            lambda: sitemap(*listed, lastmod=""), "application/xml"
        )
        for night in range(17):
            listed.append(server.url(f"/read/{night}"))
            outlet = source(server, "/sitemap.xml")
            outlet = replace(outlet, expect=Expect(silent_after=silent_after))
            nights(outlet, NOW + timedelta(days=night))
        asked = [seen for seen in server.requests if seen.path == "/sitemap.xml"]
        in_full = [at for at, seen in enumerate(asked) if "if-none-match" not in seen.headers]
        assert in_full == expected
        assert set(nights.ends(server)) == {f"/read/{night}" for night in range(17)}


def test_a_page_read_long_ago_is_asked_for_in_full(nights: Nights) -> None:
    """A changed lastmod brings a new text also from a server that answers 304 for ever, when the
    last full answer is more than a week old.
    """
    titles = ["Judul lama"]
    with Server() as server:
        server.routes["/read/a"] = for_ever(lambda: article(titles[-1]), "text/html")
        for night, lastmod in ((0, DATE), (9, "2026-03-19T20:00:00+07:00")):
            listing = sitemap(server.url("/read/a"), lastmod=lastmod)
            server.routes["/sitemap.xml"] = page(listing, "application/xml")
            nights(source(server, "/sitemap.xml"), NOW + timedelta(days=night))
            titles.append("Judul baru")
        shown = fetch(nights.warehouse, "select title from articles")
    assert [row["title"] for row in shown] == ["Judul baru"]


def test_a_lost_archive_makes_a_listing_be_asked_for_in_full(nights: Nights) -> None:
    """A document whose last text cannot be read any more is asked for without conditions."""
    with Server({"/read/a": page(article("Satu"))}) as server:
        server.routes["/sitemap.xml"] = for_ever(
            lambda: sitemap(server.url("/read/a")), "application/xml"
        )
        nights(source(server, "/sitemap.xml"))
        for archive in nights.archives():
            archive.write_bytes(b"rusak")
        look, _ = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=1))
    assert (look.failed, look.listed) == (False, 1)


def index(*urls: str, lastmod: str = DATE) -> str:
    return sitemap(*urls, entry="sitemap", root="sitemapindex", lastmod=lastmod)


def test_index_that_lists_only_itself(nights: Nights) -> None:
    """Nothing can be found by it, and that is told."""
    with Server() as server:
        at = server.url("/0.xml")
        server.routes["/0.xml"] = page(index(at), "application/xml")
        look, _ = nights(source(server, "/0.xml"))
    assert texts(look) == [f"{at}: a sitemap index that lists only itself"]


def test_indexes_of_sitemaps_are_followed(nights: Nights) -> None:
    """An index may list indexes, which list indexes of sitemaps; one deeper is left out and told. A
    circle is read once.
    """
    with Server({"/read/a": page(article("Satu")), "/read/b": page(article("Dua"))}) as server:
        lists = {
            "/0.xml": index(server.url("/1.xml"), server.url("/0.xml")),
            "/1.xml": index(server.url("/2.xml"), server.url("/0.xml"), server.url("/a.xml")),
            "/2.xml": index(server.url("/b.xml"), server.url("/3.xml")),
            "/3.xml": index(server.url("/4.xml"), server.url("/5.xml")),
            "/a.xml": sitemap(server.url("/read/a")),
            "/b.xml": sitemap(server.url("/read/b"), server.url("/read/a")),
        }
        server.routes |= {path: page(body, "application/xml") for path, body in lists.items()}
        look, _ = nights(source(server, "/0.xml"))
        asked = [path for path in server.paths() if path.endswith(".xml")]
    assert sorted(asked) == sorted(lists)
    assert (look.listed, look.usable) == (2, True)
    assert texts(look) == [f"{server.url('/3.xml')}: 2 child sitemaps left out: too deep"]


def test_child_sitemaps_have_one_limit(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over all depths of one address so many children are read, of each index the newest, and how
    many were left out is told.
    """
    monkeypatch.setattr(discovery, "MAX_CHILD_SITEMAPS", 3)
    with Server({"/read/a": page(article("Satu"))}) as server:
        old, new = "2026-03-09", "2026-03-10"
        server.routes |= {
            "/0.xml": page(
                index(server.url("/old.xml"), lastmod=old).replace("</sitemapindex>", "")
                + index(server.url("/1.xml"), lastmod=new).partition('sitemap/0.9">')[2]
            ),
            "/1.xml": page(index(*(server.url(f"/{name}.xml") for name in "abc"), lastmod=new)),
            "/a.xml": page(sitemap(server.url("/read/a"))),
            "/old.xml": page(sitemap()),
        }
        look, _ = nights(source(server, "/0.xml"))
        asked = [path for path in server.paths() if path.endswith(".xml")]
    assert asked == ["/0.xml", "/1.xml", "/old.xml", "/a.xml"]
    assert texts(look) == [
        f"{server.url('/1.xml')}: 2 child sitemaps left out: at most 3 per address"
    ]


def test_children_are_read_by_what_they_are(nights: Nights) -> None:
    """A text file and a feed among an index's children list their links, and a note names them."""
    with Server({f"/read/{name}": page(article(f"Judul {name}")) for name in "ab"}) as server:
        feed = (
            "<rss version='2.0'><channel><item><title>Satu &amp; &#55357;&#56842;</title>"
            f"<link>{server.url('/read/b')}</link></item></channel></rss>"
        )
        server.routes |= {
            "/0.xml": page(index(server.url("/a.txt.gz"), server.url("/b.xml"))),
            "/a.txt.gz": page(gzip.compress(server.url("/read/a").encode()), "application/gzip"),
            "/b.xml": page(feed, "application/rss+xml"),
        }
        look, _ = nights(source(server, "/0.xml"))
        titles = fetch(nights.warehouse, "select url, title from state.links order by url")
        assert nights.ends(server) == {"/read/a": "article", "/read/b": "article"}
    assert [row["title"] for row in titles] == [None, "Satu & 😊"]
    assert [note.partition(": ")[2].partition(",")[0] for note in texts(look)] == [
        "a text file of addresses",
        "an RSS or Atom feed",
    ]


def test_a_page_that_leads_on_is_the_links_own_end(nights: Nights) -> None:
    """What a page sends its reader on to is the article of the link."""
    with Server(
        {
            "/read/antar": page("<meta http-equiv=refresh content='0;url=/read/asli'>Sebentar"),
            "/read/asli": page(article("Berita asli")),
        }
    ) as server:
        server.routes["/sitemap.xml"] = page(sitemap(server.url("/read/antar")), "application/xml")
        nights(source(server, "/sitemap.xml"))
        assert nights.ends(server) == {"/read/antar": "article", "/read/asli": "article"}
        assert offending(nights.warehouse) == {}


# ---- identity ----

FIELD = (
    "Petani Lembah Sari menanam padi serempak setelah saluran irigasi selesai dibersihkan.",
    "Penyuluh berharap panen raya jatuh sebelum musim hujan, sehingga gabah mudah dijemur.",
    "Harga benih naik sedikit, tetapi koperasi menanggung sebagian ongkos anggotanya.",
)
HARBOUR = (
    "Pelabuhan Karang Biru menutup dermaga utara karena tiangnya dimakan tiram dan karat.",
    "Kapal penumpang dialihkan ke dermaga selatan, dan jadwal malam ditiadakan dahulu.",
    "Syahbandar memperkirakan penggantian tiang memakan waktu sampai akhir tahun depan.",
)


def stuck(title: str, sentences: tuple[str, ...], canonical: str) -> Route:
    """An article whose template names another one as its canonical."""
    link = f'<link rel="canonical" href="{canonical}">'
    return page(article(title, sentences).replace("<head>", f"<head>{link}"))


def known(store: Warehouse, server: Server) -> dict[str, list[str]]:
    """The titles of each article's versions, by the path of its URL."""
    found: dict[str, list[str]] = {}
    query = (
        "select a.url, v.title from article_versions v join state.articles a using (article_id) "
        "order by v.version"
    )
    for row in fetch(store, query):
        found.setdefault(row["url"].removeprefix(server.url("")), []).append(row["title"])
    return found


def current(store: Warehouse, server: Server) -> dict[str, str]:
    rows = fetch(store, "select url, title from state.articles")
    return {row["url"].removeprefix(server.url("")): row["title"] for row in rows}


def test_a_stuck_canonical_makes_no_versions(nights: Nights) -> None:
    """Pages that name one article as their canonical, in one night or in the next, are articles of
    their own.
    """
    with Server() as server:
        first, second, third = (f"/read/{number}" for number in (100, 101, 102))
        server.routes |= {
            first: stuck("Perbaikan tanggul", SENTENCES, server.url(first)),
            second: stuck("Tanam padi", FIELD, server.url(first)),
            third: stuck("Dermaga ditutup", HARBOUR, server.url(first)),
        }
        for night, paths in enumerate([(first, second), (third,)]):
            listing = sitemap(*map(server.url, paths), lastmod="")
            server.routes["/sitemap.xml"] = page(listing, "application/xml")
            nights(source(server, "/sitemap.xml"), NOW + timedelta(days=night))
        assert known(nights.warehouse, server) == {
            first: ["Perbaikan tanggul"],
            second: ["Tanam padi"],
            third: ["Dermaga ditutup"],
        }
        assert nights.ends(server) == dict.fromkeys((first, second, third), "article")
        assert offending(nights.warehouse) == {}


def test_an_address_gets_its_own_text_back(nights: Nights) -> None:
    """An article at an address that another page had named as its canonical, before it was seen
    itself, gets its own text, and the other page its own address.
    """
    with Server() as server:
        first, second = "/read/100", "/read/101"
        server.routes |= {
            first: stuck("Perbaikan tanggul", SENTENCES, server.url(first)),
            second: stuck("Tanam padi", FIELD, server.url(first)),
        }
        seen = []
        for night, path in enumerate([second, first]):
            listing = sitemap(server.url(path), lastmod="")
            server.routes["/sitemap.xml"] = page(listing, "application/xml")
            nights(source(server, "/sitemap.xml"), NOW + timedelta(days=night))
            seen.append(known(nights.warehouse, server))
        assert seen == [
            {first: ["Tanam padi"]},
            {first: ["Perbaikan tanggul"], second: ["Tanam padi"]},
        ]
        assert current(nights.warehouse, server) == {
            first: "Perbaikan tanggul",
            second: "Tanam padi",
        }
        assert offending(nights.warehouse) == {}


def test_reprocess_parts_what_a_canonical_had_joined(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two texts that an older version had made versions of one article are two articles when their
    pages are read again; the first keeps its id and gets its text back.
    """
    with Server() as server:
        first, second = "/read/100", "/read/101"
        server.routes |= {
            first: stuck("Perbaikan tanggul", SENTENCES, server.url(first)),
            second: stuck("Tanam padi", FIELD, server.url(first)),
        }
        outlet = source(server, "/sitemap.xml")
        with monkeypatch.context() as older:
            older.setattr(extraction, "assign_urls", believing)
            for night, path in enumerate([first, second]):
                listing = sitemap(server.url(path), lastmod="")
                server.routes["/sitemap.xml"] = page(listing, "application/xml")
                nights(outlet, NOW + timedelta(days=night))
            assert known(nights.warehouse, server) == {first: ["Perbaikan tanggul", "Tanam padi"]}
        nights.warehouse.pages.reopen_pages(NOW + timedelta(days=1))  # the second alone
        while extraction.extract_batch(nights.warehouse, {outlet.id: outlet}, Processes(), NOW):
            pass
        assert known(nights.warehouse, server) == {
            first: ["Perbaikan tanggul"],
            second: ["Tanam padi"],
        }
        assert current(nights.warehouse, server)[first] == "Perbaikan tanggul"
        assert offending(nights.warehouse) == {}


def believing(
    arrivals: Sequence[Arrival], holders: Sequence[Holder], forms: Sequence[tuple[str, str]]
) -> Settled:
    """As it was before: every article under the address that it states."""
    return Settled(tuple(each.article for each in arrivals), frozenset())


def test_forms_of_an_address_are_fetched_once(nights: Nights) -> None:
    """Of several forms that are listed one is fetched, and all lead to its article; one that is
    listed later is not fetched, but its lastmod counts.
    """
    titles = ["Judul lama"]
    with Server() as server:
        forms = ["/read/a", "/read/a/", "/read/a/index.html?ref=rss"]
        server.routes |= dict.fromkeys(
            ["/read/a", "/read/a/", "/read/a/index.html"],
            lambda exchange: page(article(titles[-1]))(exchange),
        )
        later = "2026-03-12T20:00:00+07:00"
        for night, (listed, lastmod) in enumerate(
            [(forms[:2], DATE), (forms[2:], DATE), (forms[1:2], later)]
        ):
            listing = sitemap(*map(server.url, listed), lastmod=lastmod)
            server.routes["/sitemap.xml"] = page(listing, "application/xml")
            look, _ = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=night))
            assert look.listed == 1
            titles.append("Judul baru")
        assert [path for path in server.paths() if path.startswith("/read/")] == ["/read/a"] * 2
        assert known(nights.warehouse, server) == {"/read/a": ["Judul lama", "Judul baru"]}
        assert nights.ends(server) == {
            "/read/a": "article",
            "/read/a/": "article",
            "/read/a/index.html": "article",
        }
        assert offending(nights.warehouse) == {}


def test_the_other_form_is_fetched_when_one_fails(nights: Nights) -> None:
    """Where the first form of an address is gone, the next run asks for another one, and its
    article is the end of both.
    """
    with Server({"/read/a": status(404), "/read/a/": page(article("Satu"))}) as server:
        listing = sitemap(server.url("/read/a"), server.url("/read/a/"))
        server.routes["/sitemap.xml"] = page(listing, "application/xml")
        nights(source(server, "/sitemap.xml"))
        assert nights.ends(server) == {"/read/a": "http-4xx"}
        nights(source(server, "/sitemap.xml"), NOW + timedelta(days=1))
        assert nights.ends(server) == {"/read/a/": "article", "/read/a": "article"}
        assert offending(nights.warehouse) == {}


def test_addresses_from_before_get_their_keys(tmp_path: Path) -> None:
    """Links, pages and articles that were recorded before there were identity keys have one when
    the warehouse is opened; ids stay.
    """
    store = new_warehouse(tmp_path)
    url = "https://www.a.example/read/1/"
    plant(
        store,
        {
            "state.links": [{"url": url}],
            "state.pages": [{"url": url}],
            "state.articles": [{"article_id": "lama", "url": url}],
        },
    )
    store.close()
    store = Warehouse.open(tmp_path)
    keyed = "select 'lama' as id, identity_key from {}"
    tables = ("state.links", "state.pages", "state.articles")
    rows = [row for table in tables for row in fetch(store, keyed.format(table))]
    assert rows == [{"id": "lama", "identity_key": "a.example/read/1"}] * 3
    assert store.pages.met([url]) == {}
    store.close()


OLD = "2026-03-01T00:00:00+07:00"
UNUSABLE: Mapping[str, Route] = {
    "entity bomb": page(
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c '
        '"&b;&b;">]><urlset>&c;</urlset>',
        "application/xml",
    ),
    "a web page": page("<html><body>Sedang dalam perbaikan</body></html>"),
    "nothing": page(b"", "application/xml"),
    "500": status(500),
    "404": status(404),
    "gone": drops,
}


@pytest.mark.parametrize("broken", UNUSABLE)
def test_unusable_discovery(nights: Nights, broken: str) -> None:
    """A source without a usable discovery address has failed, and the note says why; one usable
    address is enough.
    """
    with Server(
        {"/buruk.xml": UNUSABLE[broken], "/baik.xml": page(sitemap(), "application/xml")}
    ) as server:
        alone, _ = nights(source(server, "/buruk.xml"))
        beside, _ = nights(source(server, "/buruk.xml", "/baik.xml"), NOW + timedelta(hours=1))
    assert (alone.usable, alone.failed) == (False, True)
    assert (beside.usable, beside.failed) == (True, False)
    assert texts(alone)[0].startswith(server.url("/buruk.xml") + ": ")
    assert alone.notes == beside.notes


def test_links_listed_as_old_are_left_alone(nights: Nights) -> None:
    """What a feed or sitemap dates before `since` is no work; what it does not date is fetched."""
    undated = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    with Server(
        {
            "/read/baru": page(article("Baru")),
            "/read/lama": page(article("Lama")),
            "/read/entah": page(article("Entah")),
        }
    ) as server:
        old = f"<url><loc>{server.url('/read/lama')}</loc><lastmod>{OLD}</lastmod></url>"
        unknown = f"<url><loc>{server.url('/read/entah')}</loc></url>"
        recent = f"<url><loc>{server.url('/read/baru')}</loc><lastmod>{DATE}</lastmod></url>"
        server.routes["/sitemap.xml"] = page(
            f"{undated}{old}{unknown}{recent}</urlset>", "application/xml"
        )
        look, _ = nights(source(server, "/sitemap.xml"))
        assert look.listed == 3
        assert {path for path in server.paths() if path.startswith("/read/")} == {
            "/read/baru",
            "/read/entah",
        }


# ---- what a known article's address answers later ----

BOT_CHECK = """<!doctype html><html><head><title>Sebentar</title></head><body><h1>Sebentar</h1>
<p>Kami perlu meninjau keamanan koneksi milik pengunjung sebelum \
halaman dari situs tujuan tampil di layar perangkat.</p>
<p>Nomor permintaan berikut berguna apabila pengunjung hendak \
menghubungi pengelola situs tujuan tersebut: 8f2c11.</p>
</body></html>"""

LATER_ANSWERS: Mapping[str, tuple[Route, str, str | None]] = {
    # path: the second answer, what becomes of it, and what the article shows after it
    "/read/sunting": (
        page(article("Tanggul Diperbaiki Warga")),
        "version",
        "Tanggul Diperbaiki Warga",
    ),
    "/read/cegat": (page(BOT_CHECK), "another-text", "Warga Perbaiki Tanggul"),
    "/read/potong": (
        page(article("Warga Perbaiki Tanggul", SENTENCES[:1])),
        "cut-short",
        "Warga Perbaiki Tanggul",
    ),
    "/read/hilang": (status(410), "http-4xx", "Warga Perbaiki Tanggul"),
    "/read/gagal": (status(403), "http-4xx", "Warga Perbaiki Tanggul"),
}


def test_good_is_not_overwritten_by_worse(nights: Nights) -> None:
    """Of a known article's later answers each becomes what LATER_ANSWERS says; the article keeps
    date and hit, the answer is kept beside it, and it is asked for again until it is well.
    """
    with Server() as server:
        urls = {path: server.url(path) for path in LATER_ANSWERS}
        later = "2026-03-11T20:00:00+07:00"
        for night, lastmod in enumerate((DATE, later)):
            for path, (answer, _, _) in LATER_ANSWERS.items():
                first_answer = page(article("Warga Perbaiki Tanggul", SENTENCES * 2))
                server.routes[path] = answer if night else first_answer
            server.routes["/sitemap.xml"] = page(
                sitemap(*urls.values(), lastmod=lastmod), "application/xml"
            )
            nights(source(server, "/sitemap.xml"), NOW + timedelta(days=night))
        rows = fetch(
            nights.warehouse,
            "select a.url, a.title, a.published_at is not null as dated, d.reason"
            " from articles a left join doubtful_answers d using (article_id)",
        )
        kept = {row["url"]: (row["reason"] or "version", row["title"]) for row in rows}
        assert kept == {
            urls[path]: (reason, title) for path, (_, reason, title) in LATER_ANSWERS.items()
        }
        assert all(row["dated"] for row in rows)
        gone = fetch(nights.warehouse, "select url from gone_articles")
        assert [row["url"] for row in gone] == [urls["/read/hilang"]]

        for path in ("/read/cegat", "/read/potong", "/read/gagal"):
            server.routes[path] = page(article("Warga Perbaiki Tanggul", SENTENCES * 2))
        _, ends = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=2))
        assert ends == {"page": 3}
        _, ends = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=3))
        assert ends == {}
    assert offending(nights.warehouse) == {}


def test_reprocess_gives_an_overwritten_article_its_text_back(nights: Nights) -> None:
    """An article that shows a bot check, as versions before this one let it, has its own text again
    once its pages are read anew.
    """
    with Server() as server:
        server.routes["/sitemap.xml"] = page(sitemap(server.url("/read/a")), "application/xml")
        server.routes["/read/a"] = page(article("Warga Perbaiki Tanggul"))
        outlet = source(server, "/sitemap.xml")
        nights(outlet)
        server.routes["/sitemap.xml"] = page(
            sitemap(server.url("/read/a"), lastmod="2026-03-11T20:00:00+07:00"), "application/xml"
        )
        server.routes["/read/a"] = page(BOT_CHECK)
        nights(outlet, NOW + timedelta(days=1))
    store = nights.warehouse
    for statement in (
        (
            "insert into article_versions select article_id, 2, seen_at, title, body, text_hash "
            "from doubtful_answers"
        ),
        (
            "update state.articles set title = 'Sebentar', body = d.body, last_seen_at = "
            "d.seen_at, text_hash = d.text_hash from doubtful_answers d"
        ),
        "delete from doubtful_answers",
    ):
        execute(store, statement)
    for since in (NOW + timedelta(days=1), NOW):
        store.pages.reopen_pages(since)
        while extraction.extract_batch(
            store, {outlet.id: outlet}, Processes(), NOW + timedelta(days=2)
        ):
            pass
        [row] = fetch(store, "select title, body from articles")
        assert row == {"title": "Warga Perbaiki Tanggul", "body": "\n".join(SENTENCES)}
        [versions] = fetch(store, "select count(*) as n from article_versions")
        [aside] = fetch(store, "select title from doubtful_answers")
        assert (versions["n"], aside["title"]) == (1, "Sebentar")


def test_one_listing_never_stops_a_run(tmp_path: Path) -> None:
    """What one source listed cannot be stored: its look says so, the others' links are there."""
    store = new_warehouse(tmp_path)
    ref = WarcRef(str(tmp_path / "a.warc.gz"), 0)
    found = []
    for name in "abc":
        url = f"https://{name}.example/read/1"
        document = Document(None, None, ref, NOW)
        if name == "b":
            document = replace(document, read_at="kemarin")  # type: ignore[arg-type]
        listed = discovery.Listed(
            {f"https://{name}.example/feed": document}, {url: Link(url, name, url)}
        )
        found.append((Look(name, looked=True, usable=True, listed=1), listed))
    looks = discovery.record_found(store, found, NOW, timedelta(hours=72))
    [row] = fetch(store, "select list(source_id order by source_id) as sources from state.links")
    assert row["sources"] == ["a", "c"]
    assert [[note.kind for note in look.notes] for look in looks] == [[], ["broke-off"], []]
    assert "kemarin" in looks[1].notes[0].text


def test_one_record_never_stops_a_run(tmp_path: Path) -> None:
    """Of a batch with an article that DuckDB cannot store, the others land; that one is a
    rejection that says why.
    """
    store = new_warehouse(tmp_path)
    urls = [f"https://a.example/read/{name}" for name in "abc"]
    ref = WarcRef(str(tmp_path / "a.warc.gz"), 0)
    pages = [StoredPage(url, "s", url, url, NOW, "text/html", ref, "run") for url in urls]
    articles = [Article(url, "s", (url,), "Judul", "Isi.", published_at=NOW) for url in urls]
    articles[1] = replace(articles[1], modified_at="kemarin")  # type: ignore[arg-type]

    def refuse(one: tuple[StoredPage, Article | Rejection], why: RecordError) -> None:
        broken = Rejection(one[0].url, "s", "extract", "broken", str(why))
        store.articles.record_extracted([(one[0], broken)], "1", NOW)

    read: list[tuple[StoredPage, Article | Rejection]] = list(zip(pages, articles, strict=True))
    recording.record_storable(
        read, lambda some: store.articles.record_extracted(some, "1", NOW), refuse
    )
    landed = [row["url"] for row in fetch(store, "select url from articles order by url")]
    [rejection] = fetch(store, "select url, reason, detail from rejections")
    assert (landed, rejection["url"]) == ([urls[0], urls[2]], urls[1])
    assert rejection["reason"] == "broken"
    assert "kemarin" in rejection["detail"]
