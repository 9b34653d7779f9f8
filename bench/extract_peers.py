"""What other extractors make of pages: run by bench.extract in a virtual environment of theirs, so
it knows nothing of this project.

Reads a JSON array of {"name", "url", "language", "html"} and writes {tool: {"version", "pages":
{name: prediction}}}; a prediction is {"title", "text", "authors", "published", "ms"}, the median of
ROUNDS. Each tool is called as its documentation shows, on the page's text, and never reaches the
network.
"""

import asyncio
import importlib
import inspect
import json
import logging
import re
import socket
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

ROUNDS = 3
Prediction = dict[str, Any]
Tool = Callable[[str, str, str], Prediction]  # an address, HTML, its language


def main(source: str, target: str) -> None:
    logging.disable(logging.CRITICAL)
    socket.getaddrinfo = offline
    pages = json.loads(Path(source).read_text(encoding="utf-8"))
    results = {}
    for package, make in TOOLS.items():
        try:
            tool, number = make(), version(package)
        except (ImportError, PackageNotFoundError) as error:
            print(f"{package} cannot be used: {error}", file=sys.stderr)
            continue
        results[package] = {
            "version": number,
            "pages": {page["name"]: measured(tool, page) for page in pages},
        }
    Path(target).write_text(json.dumps(results), encoding="utf-8")


def offline(*_: Any, **__: Any) -> Any:
    raise OSError("pages are measured without a network")


def measured(tool: Tool, page: dict[str, str]) -> Prediction:
    took = []
    found: Prediction = {}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        try:
            found = tool(page["url"], page["html"], page["language"])
        except Exception as error:  # a peer that fails on a page has found nothing there
            found = {"error": repr(error)}
        took.append(time.perf_counter() - began)
    return found | {"ms": 1000 * median(took)}


def readability() -> Tool:
    document = importlib.import_module("readability").Document
    parse = importlib.import_module("lxml.html").fromstring

    def run(url: str, html: str, language: str) -> Prediction:
        page = document(html, url=url)
        summary = re.sub(
            r"(?i)<br\s*/?>|</(?:p|div|li|h\d|tr|td|table|ul|ol|blockquote)>",
            "\n\\g<0>",
            page.summary(html_partial=True),
        )
        return {
            "title": page.short_title(),
            "text": parse(f"<div>{summary}</div>").text_content(),
            "authors": [],
            "published": None,
        }

    return run


def goose() -> Tool:
    make = importlib.import_module("goose3").Goose

    @cache
    def extractor(language: str) -> Any:
        return make(
            {
                "enable_image_fetching": False,
                "target_language": language,
                "use_meta_language": False,
            }
        )

    def run(url: str, html: str, language: str) -> Prediction:
        found = extractor(language).extract(raw_html=html)
        return {
            "title": found.title,
            "text": found.cleaned_text,
            "authors": found.authors,
            "published": found.publish_date,
        }

    return run


def newspaper() -> Tool:
    article = importlib.import_module("newspaper").Article

    def run(url: str, html: str, language: str) -> Prediction:
        found = article(url, language=language, fetch_images=False)
        found.download(input_html=html)
        found.parse()
        return {
            "title": found.title,
            "text": found.text,
            "authors": found.authors,
            "published": iso(found.publish_date),
        }

    return run


def news_please() -> Tool:
    please = importlib.import_module("newsplease").NewsPlease

    def run(url: str, html: str, language: str) -> Prediction:
        found = please.from_html(html, url, fetch_images=False)
        return {
            "title": found.title,
            "text": found.maintext,
            "authors": found.authors,
            "published": iso(found.date_publish),
        }

    return run


def news_watch() -> Tool:
    """Its own selectors for each outlet; it gives times without a zone, which by its own setting
    are Jakarta's.
    """
    scrapers = importlib.import_module("newswatch.scrapers.basescraper")

    def run(url: str, html: str, language: str) -> Prediction:
        labels = (
            urlsplit(url.rsplit("/http", 1)[-1] if "/http" in url else url).hostname or url
        ).split(".")
        for label in reversed(labels):
            try:
                module = importlib.import_module(f"newswatch.scrapers.{label}")
            except ImportError:
                continue
            kinds = [
                kind
                for _, kind in inspect.getmembers(module, inspect.isclass)
                if issubclass(kind, scrapers.BaseScraper)
            ]
            scraper = next(kind for kind in kinds if kind.__module__ == module.__name__)
            items = asyncio.run(scraped(scraper, url, html))
            for item in items:
                authors = [] if item["author"] == "Unknown" else [item["author"]]
                published = item["publish_date"].isoformat() + "+07:00"
                return {
                    "title": item["title"],
                    "text": item["content"],
                    "authors": authors,
                    "published": published,
                }
        return {}

    return run


async def scraped(scraper: Any, url: str, html: str) -> list[dict[str, Any]]:
    async def fetch(*_: Any, **__: Any) -> str:
        return html

    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    made = scraper(keywords="berita", queue_=queue)
    made.fetch = fetch
    await made.get_article(url, "berita")
    return [queue.get_nowait() for _ in range(queue.qsize())]


def iso(moment: Any) -> str | None:
    return str(moment.isoformat()) if hasattr(moment, "isoformat") else moment and str(moment)


TOOLS: dict[str, Callable[[], Tool]] = {
    "readability-lxml": readability,
    "goose3": goose,
    "newspaper4k": newspaper,
    "news-please": news_please,
    "news-watch": news_watch,
}

if __name__ == "__main__":
    main(*sys.argv[1:3])
