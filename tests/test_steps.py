"""The steps of a run against a press that misbehaves: real HTTP over loopback, a real archive, a
real warehouse.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import steps
from flows.edges.archive import WarcWriter
from flows.edges.transports import ArchivingTransport, LiveTransport
from flows.edges.web import Web
from flows.records import Discovery, Source
from tests.edges.misbehaving import (
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
from tests.edges.test_web import Time
from tests.test_warehouse import plant
from warehouse.runs import Look
from warehouse.store import Warehouse

NOW = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
DATE = "2026-03-10T20:00:00+07:00"
SENTENCES = (
    "Warga Sayungan bergotong royong memperbaiki tanggul yang jebol setelah hujan deras mengguyur kawasan itu sepanjang malam.",
    "Kepala desa mengatakan perbaikan akan selesai dalam tiga hari apabila cuaca tetap cerah dan bantuan karung pasir tiba tepat waktu.",
    "“Kami berterima kasih kepada para relawan,” kata Siti Aminah, warga yang rumahnya sempat terendam setinggi satu meter.",
)


def article(title: str, sentences: tuple[str, ...] = SENTENCES) -> str:
    """A plain article page."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    meta = f'<meta property="article:published_time" content="{DATE}"><meta property="og:title" content="{title}">'
    return f"<!doctype html><html><head><title>{title}</title>{meta}</head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"


def sitemap(*urls: str, entry: str = "url", root: str = "urlset", lastmod: str = DATE) -> str:
    """A sitemap or, with the other names, a sitemap index."""
    entries = "".join(
        f"<{entry}><loc>{url}</loc><lastmod>{lastmod}</lastmod></{entry}>" for url in urls
    )
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{root}>'


def source(server: Server, *paths: str) -> Source:
    return Source(
        id="loopback",
        name="Loopback",
        home=server.url("/"),
        articles=re.compile(r"/read/"),
        discover=tuple(Discovery("sitemap", server.url(path)) for path in paths),
        min_delay_s=0,
    )


class Nights:
    """Runs the steps up to extraction against one server, night after night. Waiting between tries
    takes no time.
    """

    def __init__(self, directory: Path) -> None:
        self.warehouse = Warehouse.open(directory)
        self._archives = directory

    def __call__(self, outlet: Source, now: datetime = NOW) -> tuple[Look, Counter[str]]:
        async def night() -> tuple[Look, Counter[str]]:
            path = self._archives / f"{now:%Y%m%d%H}.warc.gz"
            with WarcWriter(path, software="Kliping/test", created=now) as writer:
                live = ArchivingTransport(
                    LiveTransport(), writer, clock=lambda: now, total_s=3, max_payload=2**20
                )
                clock = Time()
                async with Web(
                    live,
                    version="test",
                    read_timeout_s=1,
                    max_body=2**21,
                    sleep=clock.sleep,
                    clock=clock.read,
                ) as web:
                    look = await steps.discover(
                        self.warehouse, web, outlet, [outlet], now, timedelta(hours=72)
                    )
                    return look, await steps.fetch(
                        self.warehouse, web, outlet, now, writer.sync, lambda done: None
                    )

        look, ends = asyncio.run(night())
        while steps.extract_batch(self.warehouse, {outlet.id: outlet}, None, now):
            pass
        return look.after(ends), ends

    def ends(self, server: Server) -> dict[str, str]:
        """What each link ended as, by path or, off the server, by URL: 'article' or the reason."""
        rejected = self.warehouse._fetch("select url, reason from rejections", {})
        landed = self.warehouse._fetch("select u.url from article_urls u", {})
        ends = {row["url"]: row["reason"] for row in rejected} | {
            row["url"]: "article" for row in landed
        }
        return {url.removeprefix(server.url("")): end for url, end in ends.items()}


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path)


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
            "<html><head><title>404 Halaman tidak ditemukan</title></head><body><h1>Halaman tidak ditemukan</h1></body></html>"
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
    assert look.notes == ("links ended in http-5xx: 1", "links ended in timeout: 2")
    assert sum(ends.values()) == len(PRESS)
    assert nights.warehouse.offending() == {}


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
        versions = nights.warehouse._fetch(
            "select version, title from article_versions order by version", {}
        )
        assert [tuple(row.values()) for row in versions] == [(1, "Judul lama"), (2, "Judul baru")]
        assert [
            row["title"] for row in nights.warehouse._fetch("select title from articles", {})
        ] == ["Judul baru"]


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
        hits = "insert into state.topic_hits select 'topik', '1', article_id, 'raised', 1, '[]', 'subject' from state.articles"
        nights.warehouse._connection.execute(hits)
        server.routes["/read/a"] = conditional(article("Judul baru"), '"dua"', "text/html")
        _, ends = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=1))
        assert ends == {"page": 1, "unchanged": 1}
        _, ends = nights(source(server, "/sitemap.xml"), NOW + timedelta(days=1, hours=1))
        assert ends == {}
        versions = nights.warehouse._fetch(
            "select url, version, v.title from article_versions v join articles using (article_id)",
            {},
        )
    told = sorted(
        (row["url"].removeprefix(server.url("")), row["version"], row["title"]) for row in versions
    )
    assert told == [
        ("/read/a", 1, "Judul lama"),
        ("/read/a", 2, "Judul baru"),
        ("/read/b", 1, "Judul lama"),
    ]
    assert nights.warehouse.offending() == {}


def test_reprocess_keeps_articles(nights: Nights) -> None:
    """Pages that are read again by other rules change texts and versions in place; articles keep
    their ids.
    """
    with Server(
        {"/read/a": page(article("Judul", (*SENTENCES, "Ikuti kanal kami yang baru.")))}
    ) as server:
        server.routes["/sitemap.xml"] = page(sitemap(server.url("/read/a")), "application/xml")
        outlet = source(server, "/sitemap.xml")
        nights(outlet)
        query = "select article_id, version, v.body from article_versions v join articles using (article_id)"
        [before] = nights.warehouse._fetch(query, {})
        stricter = replace(outlet, strip=(re.compile("^Ikuti kanal"),))
        nights.warehouse.reopen_pages(NOW)
        assert steps.extract_batch(nights.warehouse, {outlet.id: stricter}, None, NOW) == 1
        [after] = nights.warehouse._fetch(query, {})
    assert (after["article_id"], after["version"]) == (before["article_id"], 1)
    assert before["body"] == after["body"] + "\nIkuti kanal kami yang baru."
    assert nights.warehouse.offending() == {}


def test_reprocess_keeps_stories(nights: Nights) -> None:
    """Articles that are placed anew leave a story that they do not belong to and join theirs; ids
    stay, and every change is recorded.
    """
    store = nights.warehouse
    written = {
        "flood": "Banjir merendam Sayungan.",
        "flood again": "Banjir di Sayungan merendam desa.",
        "match": "Persaya menang telak.",
    }
    towards = {
        "flood": [1.0, 0.0, 0.0],
        "flood again": [0.99, 0.14, 0.0],
        "match": [0.0, 0.0, 1.0],
        "earlier": [0.0, 0.0, 1.0],
    }
    articles = [
        {
            "article_id": name,
            "title": name,
            "body": written.get(name, "-"),
            "published_at": NOW - timedelta(days=days),
        }
        for name, days in {"flood": 1.9, "flood again": 1.5, "match": 1, "earlier": 9}.items()
    ]
    stands_in = {"flood": "p", "match": "p", "flood again": "q", "earlier": "r"}
    placed = [
        {"article_id": name, "story_id": story, "original_article_id": name}
        for name, story in stands_in.items()
    ]
    plant(
        store,
        {
            "state.articles": articles,
            "state.vectors": [
                {"article_id": name, "model": "m", "vector": vector}
                for name, vector in towards.items()
            ],
            "story_articles": placed,
        },
    )
    for _ in range(2):  # the second time changes nothing
        store.reopen_stories(NOW - timedelta(days=2))
        assert [steps.group_batch(store, "m", NOW) for _ in range(2)] == [3, 0]
        stories = {
            row["article_id"]: row["story_id"] for row in store._fetch("from story_articles", {})
        }
        assert stories["flood"] == stories["flood again"] == "p"
        assert stories["match"] not in "pqr"
        assert stories["earlier"] == "r"
        assert store._fetch("select story_id, into_story_id from story_merges", {}) == [
            {"story_id": "q", "into_story_id": "p"}
        ]
        left = store._fetch("select article_id, story_id, into_story_id from story_splits", {})
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


OLD = "2026-03-01T00:00:00+07:00"
UNUSABLE: Mapping[str, Route] = {
    "entity bomb": page(
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><urlset>&c;</urlset>',
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
    assert alone.notes[0].startswith(server.url("/buruk.xml") + ": ")
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
        locations = f"<url><loc>{server.url('/read/lama')}</loc><lastmod>{OLD}</lastmod></url><url><loc>{server.url('/read/entah')}</loc></url>"
        recent = f"<url><loc>{server.url('/read/baru')}</loc><lastmod>{DATE}</lastmod></url>"
        server.routes["/sitemap.xml"] = page(
            f"{undated}{locations}{recent}</urlset>", "application/xml"
        )
        look, _ = nights(source(server, "/sitemap.xml"))
        assert look.listed == 3
        assert {path for path in server.paths() if path.startswith("/read/")} == {
            "/read/baru",
            "/read/entah",
        }
