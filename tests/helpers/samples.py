"""The pages that tests and benches measure on, in sets, each page with the judge of what is found
on it.

The invented press and the outlets' fixtures are part of the project, so anyone has them. The real
pages and those of the public article-extraction-benchmark belong to their publishers: they lie
beside the project, and a set says whether it is here.
"""

import gzip
import importlib.util
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml
from warcio.archiveiterator import ArchiveIterator

from flows.config import load_sources
from flows.records import Article, Page, Rejection, Source
from flows.stages.discovery.links import canonical
from flows.stages.press.text import text_key as key
from tests.helpers.pages import page
from tests.helpers.paths import CASES, DATA, PRESS, ROOT

OUTLETS = CASES / "outlets"
SAVED, FURTHER, BENCHMARK = DATA / "html", DATA / "html2", DATA / "aeb"
JAKARTA = ZoneInfo("Asia/Jakarta")

Prediction = dict[
    str, Any
]  # title, text, authors, published: as the evaluation of real pages has it
Row = dict[
    str, Any
]  # figures of a page: tff, the shares of right, wrong and missed shingles, and more


@dataclass(frozen=True, slots=True)
class Sample:
    """A page, the source it is read with, and the judge of what is found: a row of figures from a
    prediction.
    """

    name: str
    page: Page
    source: Source
    judge: Callable[[Prediction], Row]


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Pages of one origin. `read`: the samples, with bare sources, which know nothing but a host,
    or with the outlets' own rules of sources.yaml; `needs`: the files without which it is not here.
    """

    title: str
    read: Callable[[bool], Iterable[Sample]]
    needs: tuple[Path, ...] = ()
    has_rules: bool = True

    @property
    def is_here(self) -> bool:
        return all(path.exists() for path in self.needs)

    def samples(self, *, rules: bool = False) -> list[Sample]:
        return list(self.read(rules)) if self.is_here else []


def prediction(found: Article | Rejection) -> Prediction:
    """What extraction found, as the judges read it."""
    if isinstance(found, Rejection):
        return {}
    published = found.published_at.isoformat() if found.published_at else None
    return {
        "title": found.title,
        "text": found.body,
        "authors": found.author.split("; ") if found.author else [],
        "published": published,
    }


# ---- sources ----


def bare_source(url: str, language: str = "id") -> Source:
    """A source that knows nothing but the page's host."""
    host = urlsplit(url).hostname or ""
    return Source(
        id=host,
        name=host,
        home=f"https://{host}/",
        articles=re.compile(re.escape(host)),
        language=language,
    )


def source_of(url: str, rules: bool) -> Source:
    """The source of a page; with `rules` that of sources.yaml, where its outlet is declared."""
    host = urlsplit(url).hostname or ""
    sites = _declared().items() if rules else ()
    known = (source for site, source in sites if host == site or host.endswith(f".{site}"))
    return next(known, None) or bare_source(url)


@cache
def _declared() -> Mapping[str, Source]:
    """The declared sources by their sites; of old addresses, too, every page is an article."""
    return {
        (urlsplit(source.home).hostname or "").removeprefix("www."): replace(
            source, articles=re.compile(".")
        )
        for source in load_sources(ROOT / "sources.yaml")
    }


# ---- real pages ----


def real_samples(folder: Path, rules: bool) -> Iterator[Sample]:
    """The pages of an index.tsv, scored by the evaluation that lies beside the saved ones."""
    for row in (folder / "index.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, url, _ = row.split("\t")
        source = source_of(url, rules)
        gold = json.loads((folder / "gold" / f"{name}.json").read_text(encoding="utf-8"))
        met = page((folder / "pages" / f"{name}.html").read_bytes(), url, source_id=source.id)
        yield Sample(name, met, source, partial(evaluation().score_page, gold))


@cache
def evaluation() -> ModuleType:
    """The script that scores the real pages."""
    spec = importlib.util.spec_from_file_location("evaluate", SAVED / "evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- pages of ours ----


def outlet_samples(rules: bool) -> Iterator[Sample]:
    """The fixtures of the outlets' templates."""
    for path in sorted(OUTLETS.glob("*.yaml")):
        expected = yaml.safe_load(path.read_text(encoding="utf-8"))
        url = expected["url"]
        source = source_of(url, rules)
        gold = {
            **expected,
            "versions": [expected["body"]],
            "clutter": [line for part in expected["clutter"].values() for line in part],
        }
        met = page(
            path.with_suffix(".html").read_bytes(),
            url,
            source_id=source.id,
            fetched_at=datetime.fromisoformat(expected["fetched_at"]),
        )
        yield Sample(path.stem, met, source, partial(scored, gold))


def press() -> Iterator[tuple[dict[str, Any], Source, list[Page]]]:
    """Each article of the invented press with its source and its captures."""
    sources = _press_sources()
    captured: dict[str, list[Page]] = {}
    for record in ArchiveIterator(BytesIO((PRESS / "press.warc.gz").read_bytes())):
        if record.rec_type != "response" or record.http_headers.get_statuscode() != "200":
            continue
        url = record.rec_headers.get_header("WARC-Target-URI")
        fields = {
            "found_url": url,
            "final_url": url,
            "content_type": record.http_headers.get_header("Content-Type") or "",
            "fetched_at": datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
        }
        body = record.content_stream().read()
        for source in sources.values():
            if source.articles.search(form := canonical(url, source)):
                met = page(body, form, source_id=source.id, **fields)
                captured.setdefault(form, []).append(met)
    for gold in json.loads((PRESS / "gold.json").read_text(encoding="utf-8"))["articles"]:
        pages = [met for url in gold["urls"] for met in captured.get(url, [])]
        yield gold, sources[gold["source_id"]], pages


def _press_sources() -> Mapping[str, Source]:
    """The outlets of the invented press without any rule for their pages."""
    declared = yaml.safe_load((PRESS / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    return {
        entry["id"]: Source(
            id=entry["id"],
            name=entry["name"],
            home=entry["home"],
            articles=re.compile(entry["articles"]),
            full_page={field: str(value) for field, value in entry.get("full_page", {}).items()},
        )
        for entry in declared
    }


def press_samples(_: bool) -> Iterator[Sample]:
    """The articles of the invented press, whole pages where there are parts."""
    for gold, declared, pages in press():
        source = Source(
            id=declared.id, name=declared.id, home=declared.home, articles=declared.articles
        )
        whole = max(pages, key=lambda met: ("?" in met.found_url, len(met.body)))
        yield Sample(gold["id"], whole, source, partial(scored, gold))


def scored(gold: Mapping[str, Any], found: Prediction) -> Row:
    """A page of ours, in the manner of the evaluation of the real ones."""
    text = found.get("text") or ""
    lines = [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]
    lines = lines[1:] if lines and key(lines[0]) == key(gold["title"]) else lines
    whole = " ".join(lines)
    versions = [" ".join(version) for version in gold["versions"]]
    kept = {key(line) for line in lines}
    return {
        "tff": min((compared(version, whole) for version in versions), key=lambda tff: -tff[0]),
        "exact": whole in versions,
        "leaks": sum(key(line) in kept for line in gold["clutter"] if key(line)),
        "title": key(found.get("title") or "") == key(gold["title"]),
        **_people(gold, found),
        **_instants(gold, found),
    }


def compared(true: str, given: str) -> tuple[float, float, float]:
    """The shares of right, wrong and missed among the 4-word shingles of two texts, as the public
    article-extraction-benchmark counts them.
    """
    wanted, got = shingles(true), shingles(given)
    common, total = sum((wanted & got).values()), sum((wanted | got).values())
    if not total:
        return (0.0, 0.0, 0.0)
    wrong, missed = sum(got.values()) - common, sum(wanted.values()) - common
    return (common / total, wrong / total, missed / total)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """How often each four words stand next to each other; of a shorter text, all its words."""
    words = re.findall(r"\w+", text)
    starts = range(max(1, len(words) - 3)) if words else ()
    return Counter(tuple(words[start : start + 4]) for start in starts)


def _people(gold: Mapping[str, Any], found: Prediction) -> Row:
    names = [key(name) for name in found.get("authors") or []]
    authors = [key(name) for name in (gold["author"] or "").split("; ") if name]
    editors = key(gold["editor"] or "")
    extra = [
        name
        for name in names
        if name and name not in editors and not any(author in name for author in authors)
    ]
    met = all(any(author in name for name in names) for author in authors)
    return {"has_author": bool(authors), "author": met and not extra}


def _instants(gold: Mapping[str, Any], found: Prediction) -> Row:
    at, true_at = _instant(found.get("published")), datetime.fromisoformat(gold["published_at"])
    local = at.astimezone(JAKARTA) if at and at.tzinfo else at
    zoned = at if at is not None and at.tzinfo is not None else None
    same_minute = zoned is not None and abs((zoned - true_at).total_seconds()) < 60
    return {
        "day": local is not None and local.date() == true_at.astimezone(JAKARTA).date(),
        "time": same_minute if gold["published_precision"] != "day" else None,
    }


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


# ---- the public benchmark ----


def benchmark_samples(_: bool) -> Iterator[Sample]:
    """The pages of the public article-extraction-benchmark: English news, judged by text alone."""
    truth = json.loads((BENCHMARK / "ground-truth.json").read_text(encoding="utf-8"))
    for name, gold in truth.items():
        source = bare_source(gold["url"], "en")
        body = gzip.decompress((BENCHMARK / "html" / f"{name}.html.gz").read_bytes())
        yield Sample(
            name,
            page(body, gold["url"], source_id=source.id),
            source,
            partial(_text_alone, gold["articleBody"]),
        )


def _text_alone(true: str, found: Prediction) -> Row:
    return {"tff": compared(true, found.get("text") or "")}


SETS: Mapping[str, SampleSet] = {
    "saved": SampleSet("saved real pages", partial(real_samples, SAVED), (SAVED,)),
    "further": SampleSet("further real pages", partial(real_samples, FURTHER), (SAVED, FURTHER)),
    "outlets": SampleSet("fixtures of the outlets' templates", outlet_samples),
    "press": SampleSet("pages of the invented press", press_samples, has_rules=False),
    "benchmark": SampleSet(
        "pages of the public article-extraction-benchmark",
        benchmark_samples,
        (BENCHMARK,),
        has_rules=False,
    ),
}
