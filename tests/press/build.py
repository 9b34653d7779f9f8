"""Build the invented press: `python -m tests.press.build` writes press.warc.gz and gold.json beside
this file.

    articles/*.yaml, outlets.yaml, clutter.yaml, links.yaml, robots.yaml, templates/
-> newsroom (articles, pages), discovery (feeds, sitemaps, indexes) -> captures of two nights ->
press.warc.gz -> gold (what must come of every article and link)
-> gold.json

The same input gives the same records, byte for byte; only the outer gzip depends on the zlib it is
made with.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.press.discovery import documents
from tests.press.gold import gold
from tests.press.newsroom import (
    NIGHTS,
    full_page_queries,
    load_articles,
    load_once,
    pages_of,
    render,
)
from tests.press.warc import Capture, archive, stored_gzip

ARCHIVE = Path(__file__).parent / "press.warc.gz"
GOLD = Path(__file__).parent / "gold.json"
PHRASES = {301: "Moved Permanently", 302: "Found", 404: "Not Found", 500: "Internal Server Error"}
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


class Crawl:
    """The captures of both nights, three seconds apart, an unchanged payload as a revisit of the
    earlier one.
    """

    def __init__(self) -> None:
        self.captures: list[Capture] = []
        self._clock = NIGHTS[1]
        self._newest: dict[str, Capture] = {}

    def begin(self, night: int) -> None:
        """Start a night's captures, twenty minutes before its run's clock."""
        self._clock = NIGHTS[night] - timedelta(minutes=20)

    def add(
        self,
        url: str,
        content_type: str,
        body: bytes,
        *,
        status: int = 200,
        location: str = "",
        gzipped: bool = False,
    ) -> None:
        """Record one response with the headers that a real server sends."""
        stored = stored_gzip(body) if gzipped else body
        headers = [
            ("Server", "nginx"),
            ("Date", f"{self._clock:%a, %d %b %Y %H:%M:%S} GMT"),
            ("Content-Type", content_type),
        ]
        headers += [("Location", location)] if location else []
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")] if gzipped else []
        headers += [("Content-Length", str(len(stored)))]
        earlier = self._newest.get(url)
        revisit = earlier if earlier and earlier.body == stored else None
        capture = Capture(
            url,
            self._clock,
            f"{status} {PHRASES.get(status, 'OK')}",
            tuple(headers),
            stored,
            revisit,
        )
        self.captures.append(capture)
        self._newest[url] = revisit or capture
        self._clock += timedelta(seconds=3)


def build() -> tuple[bytes, str]:
    """The archive and the gold, from the files beside this module."""
    articles = load_articles()
    outlets = load_once("outlets.yaml")
    crawl = Crawl()
    for night in NIGHTS:
        crawl.begin(night)
        for document in documents(night, articles):
            crawl.add(document.url, document.content_type, document.body, gzipped=document.gzipped)
        for a in articles:
            outlet = outlets[a["outlet"]]
            if "moved_from" in a and a["night"] == night:
                crawl.add(
                    a["moved_from"], outlet["content_type"], b"", status=301, location=a["url"]
                )
            for page in pages_of(a):
                if page.night == night:
                    crawl.add(
                        page.url,
                        outlet["content_type"],
                        page.html.encode(outlet["encoding"]),
                        gzipped=outlet["gzip"],
                    )
        for link in load_once("links.yaml"):
            if "answer" in link and night == 1:
                _add_bad(crawl, link)
    return archive(ARCHIVE.name, crawl.captures), json.dumps(
        gold(articles), ensure_ascii=False, indent=1
    ) + "\n"


def _add_bad(crawl: Crawl, link: dict[str, Any]) -> None:
    """Record what a link without an article answers."""
    url = link["url"] + full_page_queries()[link["outlet"]]
    answer = link["answer"]
    if "page" in answer:
        page = {
            "noindex": False,
            "og_type": "",
            "date_line": "",
            "text": [],
            "photos": [],
            "script_only": False,
            **answer["page"],
        }
        crawl.add(
            url,
            "text/html; charset=utf-8",
            render(
                "bad_page.html", page=page, c=load_once("clutter.yaml")[link["outlet"]]
            ).encode(),
        )
    elif "file" in answer:
        crawl.add(url, "application/pdf", PDF)
    else:
        title = f"<title>{PHRASES[answer['status']]}</title>"
        body = f"<html><head>{title}</head><body></body></html>\n".encode()
        crawl.add(
            url, "text/html", body, status=answer["status"], location=answer.get("location", "")
        )


if __name__ == "__main__":
    records, expected = build()
    ARCHIVE.write_bytes(records)
    GOLD.write_text(expected, encoding="utf-8")
    print(
        f"{ARCHIVE.name}: {len(records):,} bytes; {GOLD.name}: "
        f"{len(json.loads(expected)['articles'])} articles"
    )
