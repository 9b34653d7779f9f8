"""What the invented outlets' feeds, sitemaps and index pages list on each night."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.press.newsroom import NIGHTS, Article, listed_urls, load_once, render, versions
from tests.press.warc import stored_gzip

HTML = "text/html; charset=UTF-8"
SUARA = "https://www.suarasamudra.example"
BULUSARAUNG = "https://wartabulusaraung.pikiranraya.example"

Entry = dict[str, Any]  # url, title, at, lastmod, lead, tags, guid


@dataclass(frozen=True, slots=True)
class Document:
    """A discovery document or robots.txt as it answers on one night."""

    url: str
    content_type: str
    body: bytes = field(repr=False)
    gzipped: bool = False


def documents(night: int, articles: list[Article]) -> Iterator[Document]:
    """All discovery documents of a night. On the second, Warga and Gempita list nothing new."""
    published = sorted(
        (a for a in articles if a["night"] <= night), key=lambda a: a["at"], reverse=True
    )

    def entries(outlet: str, nights: Iterable[int] = NIGHTS) -> list[Entry]:
        return [
            _entry(a, listed_urls(a)[0], night)
            for a in published
            if a["outlet"] == outlet and a["night"] in nights
        ]

    for url, text in load_once("robots.yaml").items():
        yield Document(url, "text/plain", text.encode())

    lentera = entries("lentera")
    amp = [_entry(a, url, night) for a in published for url in listed_urls(a)[1:]]
    yield Document(
        "https://www.lentera.example/sitemap-news.xml",
        "application/xml",
        _feed("news_sitemap.xml", "lentera", lentera),
    )
    yield Document(
        "https://indeks.lentera.example/?page=1", HTML, _index("lentera", lentera[:8]), gzipped=True
    )
    yield Document(
        "https://indeks.lentera.example/?page=2",
        HTML,
        _index("lentera", lentera[6:] + amp),
        gzipped=True,
    )

    yield Document(
        "https://www.warga.example/feed/atom",
        "application/atom+xml",
        _feed("atom.xml", "warga", entries("warga")),
    )

    listed = stored_gzip(_feed("sitemap.xml", "suara", entries("suara")))
    children = [
        {"url": f"{SUARA}/sitemap_41_1.xml.gz", "lastmod": NIGHTS[night] - timedelta(hours=1)}
    ]
    children += [
        {"url": link["url"], "lastmod": NIGHTS[night]}
        for link in load_once("links.yaml")
        if link.get("child")
    ]
    yield Document(
        f"{SUARA}/sitemap.xml",
        "text/xml; charset=utf-8",
        _feed("sitemap_index.xml", "suara", children),
    )
    yield Document(f"{SUARA}/sitemap_41_1.xml.gz", "application/x-gzip", listed)

    zonakini = _feed("rss.xml", "zonakini", entries("zonakini") + _bad_entries("zonakini"))
    yield Document(
        "https://sindikasi.zonakini.example/index.php/rss/0/RSS2.0",
        "application/rss+xml",
        zonakini,
        gzipped=True,
    )

    for day in (
        night,
        night + 1,
    ):  # the run's own day has only just begun: its index is still empty
        listed_that_day = entries("bulusaraung", [day])
        for page, shown in enumerate([listed_that_day[:3], listed_that_day[3:]], 1):
            url = f"{BULUSARAUNG}/indeks-berita?date=2026-03-{9 + day}&page={page}"
            yield Document(url, HTML, _index("bulusaraung", shown), gzipped=True)

    gempita = _index(
        "gempita", entries("gempita") + _bad_entries("gempita"), encoding="windows-1252"
    )
    yield Document("https://www.gempita.example/berita", "text/html; charset=windows-1252", gempita)

    detak = entries("detak")
    rss = _tagged(detak + _bad_entries("detak"), "?utm_source=rss&utm_medium=feed")
    yield Document(
        "https://news.detak.example/berita/sitemap_news.xml",
        "application/xml",
        _feed("news_sitemap.xml", "detak", detak),
    )
    yield Document(
        "https://news.detak.example/berita/rss",
        "text/xml; charset=UTF-8",
        _feed("rss.xml", "detak", rss),
    )

    mandala = _tagged(entries("mandala") + _bad_entries("mandala"), "#rss")
    yield Document(
        "https://www.mandala.example/rss/terkini.xml",
        "application/rss+xml",
        _feed("rss.xml", "mandala", mandala),
    )


def _entry(a: Article, url: str, night: int) -> Entry:
    """An article as a feed, sitemap or index page lists it."""
    current = versions(a)[-1] if night == 2 else a
    guid = f"urn:press:{a['id']}"
    return {
        "url": url,
        "title": a["title"],
        "at": a["at"],
        "lastmod": current["modified_utc"],
        "lead": a["lead"],
        "tags": a["tags"],
        "guid": guid,
    }


def _bad_entries(outlet: str) -> list[Entry]:
    """The links without an article that an outlet lists among the others."""
    links = [
        link
        for link in load_once("links.yaml")
        if link["outlet"] == outlet and not {"unlisted", "child"} & set(link)
    ]
    dates = [datetime.fromisoformat(link.get("at", "2026-03-10T12:00+07:00")) for link in links]
    return [
        {
            "url": link["url"],
            "title": "Kabar lain",
            "at": at,
            "lastmod": at,
            "lead": "",
            "tags": [],
            "guid": f"urn:press:{link['url']}",
        }
        for link, at in zip(links, dates, strict=True)
    ]


def _tagged(entries: list[Entry], suffix: str) -> list[Entry]:
    """The entries with what a feed hangs on its links; addresses that are not on the web stay as
    they are.
    """
    return [
        {**entry, "url": entry["url"] + suffix} if entry["url"].startswith("https://") else entry
        for entry in entries
    ]


def _feed(template: str, outlet: str, entries: list[Entry]) -> bytes:
    name, home = _outlet(outlet)
    return render(template, name=name, home=home, entries=entries).encode()


def _index(outlet: str, entries: list[Entry], encoding: str = "utf-8") -> bytes:
    name, home = _outlet(outlet)
    return render(
        "index.html",
        name=name,
        home=home,
        c=load_once("clutter.yaml")[outlet],
        entries=entries,
        charset=encoding,
    ).encode(encoding)


def _outlet(outlet: str) -> tuple[str, str]:
    source = next(
        source for source in load_once("sources.yaml")["sources"] if source["id"] == outlet
    )
    return source["name"], source["home"]
