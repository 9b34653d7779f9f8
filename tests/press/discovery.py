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


@dataclass(frozen=True, slots=True)
class Listed:
    """What there is to list on a night: the articles published until then, the newest first."""

    night: int
    published: list[Article]

    def entries(self, outlet: str, nights: Iterable[int] = NIGHTS) -> list[Entry]:
        return [
            _entry(a, listed_urls(a)[0], self.night)
            for a in self.published
            if a["outlet"] == outlet and a["night"] in nights
        ]


def documents(night: int, articles: list[Article]) -> Iterator[Document]:
    """All discovery documents of a night. On the second, Warga and Gempita list nothing new."""
    published = [a for a in articles if a["night"] <= night]
    listed = Listed(night, sorted(published, key=lambda a: a["at"], reverse=True))
    for url, text in load_once("robots.yaml").items():
        yield Document(url, "text/plain", text.encode())
    for outlet in (_lentera, _warga, _suara, _zonakini, _bulusaraung, _gempita, _detak, _mandala):
        yield from outlet(listed)


# ---- outlets ----


def _lentera(listed: Listed) -> Iterator[Document]:
    """A sitemap, and two pages of an index that overlap."""
    entries = listed.entries("lentera")
    amp = [_entry(a, url, listed.night) for a in listed.published for url in listed_urls(a)[1:]]
    feed = _feed("news_sitemap.xml", "lentera", entries)
    yield Document("https://www.lentera.example/sitemap-news.xml", "application/xml", feed)
    for page, shown in enumerate([entries[:8], entries[6:] + amp], 1):
        url = f"https://indeks.lentera.example/?page={page}"
        yield Document(url, HTML, _index("lentera", shown), gzipped=True)


def _warga(listed: Listed) -> Iterator[Document]:
    feed = _feed("atom.xml", "warga", listed.entries("warga"))
    yield Document("https://www.warga.example/feed/atom", "application/atom+xml", feed)


def _suara(listed: Listed) -> Iterator[Document]:
    """A sitemap index, whose own child is compressed."""
    now = NIGHTS[listed.night]
    children = [{"url": f"{SUARA}/sitemap_41_1.xml.gz", "lastmod": now - timedelta(hours=1)}]
    children += [
        {"url": link["url"], "lastmod": now}
        for link in load_once("links.yaml")
        if link.get("child")
    ]
    index = _feed("sitemap_index.xml", "suara", children)
    yield Document(f"{SUARA}/sitemap.xml", "text/xml; charset=utf-8", index)
    child = stored_gzip(_feed("sitemap.xml", "suara", listed.entries("suara")))
    yield Document(f"{SUARA}/sitemap_41_1.xml.gz", "application/x-gzip", child)


def _zonakini(listed: Listed) -> Iterator[Document]:
    feed = _feed("rss.xml", "zonakini", listed.entries("zonakini") + _bad_entries("zonakini"))
    url = "https://sindikasi.zonakini.example/index.php/rss/0/RSS2.0"
    yield Document(url, "application/rss+xml", feed, gzipped=True)


def _bulusaraung(listed: Listed) -> Iterator[Document]:
    """An index for each day; the run's own day has only just begun, and has none yet."""
    for day in (listed.night, listed.night + 1):
        entries = listed.entries("bulusaraung", [day])
        for page, shown in enumerate([entries[:3], entries[3:]], 1):
            url = f"{BULUSARAUNG}/indeks-berita?date=2026-03-{9 + day}&page={page}"
            yield Document(url, HTML, _index("bulusaraung", shown), gzipped=True)


def _gempita(listed: Listed) -> Iterator[Document]:
    shown = listed.entries("gempita") + _bad_entries("gempita")
    index = _index("gempita", shown, encoding="windows-1252")
    yield Document("https://www.gempita.example/berita", "text/html; charset=windows-1252", index)


def _detak(listed: Listed) -> Iterator[Document]:
    """A sitemap, and a feed that marks its addresses."""
    entries = listed.entries("detak")
    rss = _tagged(entries + _bad_entries("detak"), "?utm_source=rss&utm_medium=feed")
    site = "https://news.detak.example/berita"
    sitemap = _feed("news_sitemap.xml", "detak", entries)
    yield Document(f"{site}/sitemap_news.xml", "application/xml", sitemap)
    yield Document(f"{site}/rss", "text/xml; charset=UTF-8", _feed("rss.xml", "detak", rss))


def _mandala(listed: Listed) -> Iterator[Document]:
    entries = _tagged(listed.entries("mandala") + _bad_entries("mandala"), "#rss")
    feed = _feed("rss.xml", "mandala", entries)
    yield Document("https://www.mandala.example/rss/terkini.xml", "application/rss+xml", feed)


# ---- what a document lists ----


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
