"""Extractors, one a process, each in the environment that it is installed in: run by bench.peers.
The peers' environments do not have this project's dependencies, so what only ours needs is imported
by ours.

    python -m bench.extractors NAME FOLDER

Reads FOLDER/GIVEN.pickle, {page's name: the tool's arguments}. For each line on its standard input
it goes once over all pages and answers with a line of JSON: [[seconds of the processor, seconds],
…], one for each page. At the end of the input it writes FOLDER/NAME.pickle: {"version", "memory":
the peak in MB, "found": {page's name: prediction}}. A prediction is {"title", "text", "authors",
"published"}, or None where the tool has no parser for the page's outlet; ours are articles and
rejections. Each tool is called as its documentation shows, and never reaches the network.
"""

import asyncio
import importlib
import inspect
import json
import logging
import os
import pickle
import re
import socket
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.machine import peak_megabytes

Prediction = dict[str, Any]
Tool = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Extractor:
    """`given`: "text" and "bytes" are an address, HTML, and its language; "bare" and "rules" a page
    and its source, without and with its outlet's rules.
    """

    package: str
    make: Callable[[], Tool]
    given: str = "text"


def main(name: str, folder: Path) -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a tool prints is no answer
    logging.disable(logging.CRITICAL)
    socket.getaddrinfo = offline
    extractor = EXTRACTORS[name]
    try:
        tool, number = extractor.make(), version(extractor.package)
    except (ImportError, PackageNotFoundError) as error:
        sys.exit(f"{error}")
    pages = pickle.loads((folder / f"{extractor.given}.pickle").read_bytes())
    found: dict[str, Any] = {}
    for _ in sys.stdin:
        answers.write(json.dumps(once(tool, pages, found)) + "\n")
    result = {"version": number, "memory": peak_megabytes(), "found": found}
    (folder / f"{name}.pickle").write_bytes(pickle.dumps(result))


def offline(*_: Any, **__: Any) -> Any:
    raise OSError("pages are measured without a network")


def once(
    tool: Tool, pages: Mapping[str, tuple[Any, ...]], found: dict[str, Any]
) -> list[tuple[float, float]]:
    """Seconds of the processor and of the clock for each page; what is found goes to `found`."""
    took = []
    for name, arguments in pages.items():
        worked, began = time.process_time(), time.perf_counter()
        try:
            found[name] = tool(*arguments)
        except Exception as error:  # a tool that fails on a page has found nothing there
            found[name] = {"error": repr(error)}
        took.append((time.process_time() - worked, time.perf_counter() - began))
    return took


def kliping() -> Tool:
    return importlib.import_module("flows.stages.extraction.extract").extract  # type: ignore[no-any-return] # by its name


def trafilatura(precision: bool) -> Tool:
    """Dates with their times; precision is what does best on such pages."""
    extract = importlib.import_module("trafilatura").bare_extraction
    dates = {"original_date": True, "outputformat": "%Y-%m-%dT%H:%M:%S%z"}

    def run(url: str, html: bytes, language: str) -> Prediction:
        found = extract(
            html,
            url=url,
            with_metadata=True,
            favor_precision=precision,
            include_comments=False,
            date_extraction_params=dates,
        )
        if found is None:
            return {}
        return {
            "title": found.title,
            "text": found.text,
            "authors": [found.author] if found.author else [],
            "published": found.date,
        }

    return run


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


def resiliparse() -> Tool:
    """It finds the text, and the title of the document."""
    tree = importlib.import_module("resiliparse.parse.html").HTMLTree
    extract = importlib.import_module("resiliparse.extract.html2text").extract_plain_text

    def run(url: str, html: str, language: str) -> Prediction:
        page = tree.parse(html)
        text = extract(page, main_content=True, alt_texts=False, comments=False, post_meta=False)
        return {"title": page.title, "text": text, "authors": [], "published": None}

    return run


# ---- tools with a parser for each publisher ----


def fundus() -> Tool:
    """Of a publisher's parsers, which follow its templates over the years, the newest that finds a
    text.
    """
    known = {
        site(publisher.domain): publisher.parser
        for publisher in importlib.import_module("fundus").PublisherCollection
    }

    def run(url: str, html: str, language: str) -> Prediction | None:
        parsers = next((known[name] for name in domains(url) if name in known), None)
        if parsers is None:
            return None
        every = (parser().parse(html, "suppress") for parser in parsers)
        found: Prediction = next((one for one in every if one.get("body")), {})
        return {
            "title": found.get("title"),
            "text": str(found.get("body") or ""),
            "authors": found.get("authors") or [],
            "published": iso(found.get("publishing_date")),
        }

    return run


def news_watch() -> Tool:
    """It gives times without a zone, which by its own setting are Jakarta's."""
    base = importlib.import_module("newswatch.scrapers.basescraper").BaseScraper

    @cache
    def scraper(label: str) -> Any:
        try:
            module = importlib.import_module(f"newswatch.scrapers.{label}")
        except ImportError:
            return None
        kinds = (kind for _, kind in inspect.getmembers(module, inspect.isclass))
        return next(
            kind for kind in kinds if issubclass(kind, base) and kind.__module__ == module.__name__
        )

    def run(url: str, html: str, language: str) -> Prediction | None:
        labels = reversed(site(url).split("."))
        made = next(filter(None, map(scraper, labels)), None)
        return made and next(map(watched, asyncio.run(scraped(made, url, html))), {})

    return run


def watched(item: Mapping[str, Any]) -> Prediction:
    return {
        "title": item["title"],
        "text": item["content"],
        "authors": [] if item["author"] == "Unknown" else [item["author"]],
        "published": item["publish_date"].isoformat() + "+07:00",
    }


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


def site(url: str) -> str:
    """The host, without www; of an address in an archive of the web, that of what was archived."""
    return re.split("https?://", url)[-1].split("/")[0].removeprefix("www.")


def domains(url: str) -> Iterable[str]:
    """The host and the domains that it is in."""
    labels = site(url).split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


EXTRACTORS: dict[str, Extractor] = {
    "readability-lxml": Extractor("readability-lxml", readability),
    "goose3": Extractor("goose3", goose),
    "newspaper4k": Extractor("newspaper4k", newspaper),
    "news-please": Extractor("news-please", news_please),
    "resiliparse": Extractor("resiliparse", resiliparse),
    "trafilatura, default": Extractor("trafilatura", partial(trafilatura, False), "bytes"),
    "trafilatura, precision": Extractor("trafilatura", partial(trafilatura, True), "bytes"),
    "news-watch": Extractor("news-watch", news_watch),
    "fundus": Extractor("fundus", fundus),
    "kliping, the outlets' rules": Extractor("kliping", kliping, "rules"),
    "kliping, no rule for any outlet": Extractor("kliping", kliping, "bare"),
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
