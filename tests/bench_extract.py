"""`make bench-extract`: extraction beside its peers in one run: what they find and cost, how it
scales, what mutated pages do to it.

Two sets of pages: the saved real ones, scored by the evaluation that lies beside them, where the
data are present; and the invented press, scored here, which anybody can run. Our row knows no
outlet: the sources hold nothing but a host. Shared machines are noisy: quote medians and ratios.
"""

import importlib.util
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import trafilatura

from flows.records import Article, Page, Rejection, Source
from flows.stages.extraction.extract import extract
from flows.stages.press.text import key
from flows.steps import worker_pool
from tests.stages.test_extract import REAL, mutated, page, press, real_pages

PEERS = Path(".venv-peers/bin/python")
ROUNDS = 5
MUTATIONS = 5000
PARALLEL_SECONDS = 10
COLUMNS = ("F1", "exact", "leaks", "title", "author", "day", "time with zone", "ms a page, median")
JAKARTA = ZoneInfo("Asia/Jakarta")
Prediction = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """A page, the source it is read with, and the judge of what is found: a row of figures from a
    prediction.
    """

    name: str
    page: Page
    source: Source
    judge: Callable[[Prediction], Row]


def main() -> None:
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, lxml {version('lxml')}\n"
    )
    invented = list(invented_samples())
    real = list(real_samples()) if REAL.exists() else []
    if not real:
        print("The saved real pages are not here: only the invented press is measured.\n")
    for title, samples in (("saved real pages", real), ("pages of the invented press", invented)):
        if samples:
            print(f"## {len(samples)} {title}\n")
            compare(samples)
    pages = real or invented
    parallel(pages)
    fuzz(pages)


# ---- the pages ----


def real_samples() -> Iterable[Sample]:
    spec = importlib.util.spec_from_file_location("evaluate", REAL / "evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    evaluate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(evaluate)
    gold = evaluate.load_gold()
    for name, saved, source in real_pages():
        yield Sample(
            name,
            saved,
            source,
            partial(evaluate.score_page, gold[name]),
        )


def invented_samples() -> Iterable[Sample]:
    for gold, declared, pages in press():
        source = Source(
            id=declared.id, name=declared.id, home=declared.home, articles=declared.articles
        )
        whole = max(pages, key=lambda page: ("?" in page.found_url, len(page.body)))
        yield Sample(gold["id"], whole, source, partial(scored, gold))


def scored(gold: dict[str, Any], found: Prediction) -> Row:
    """A page of the invented press, in the manner of the evaluation of the real ones: 4-word
    shingles, each page weighing the same.
    """
    text = found.get("text") or ""
    lines = [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]
    lines = lines[1:] if lines and key(lines[0]) == key(gold["title"]) else lines
    given = shingles(" ".join(lines))
    true = max(
        (shingles(" ".join(version)) for version in gold["versions"]),
        key=lambda version: sum((version & given).values()),
    )
    common, total = sum((true & given).values()), sum((true | given).values())
    names = [key(name) for name in found.get("authors") or []]
    authors = [key(name) for name in (gold["author"] or "").split("; ") if name]
    editors = key(gold["editor"] or "")
    extra = [
        name
        for name in names
        if name and name not in editors and not any(author in name for author in authors)
    ]
    published, true_at = (
        instant(found.get("published")),
        datetime.fromisoformat(gold["published_at"]),
    )
    local = published.astimezone(JAKARTA) if published and published.tzinfo else published
    same_minute = (
        published is not None
        and published.tzinfo is not None
        and abs((published - true_at).total_seconds()) < 60
    )
    kept = {key(line) for line in lines}
    return {
        "tff": (
            common / total,
            (sum(given.values()) - common) / total,
            (sum(true.values()) - common) / total,
        ),
        "exact": any(" ".join(lines) == " ".join(text) for text in gold["versions"]),
        "leaks": sum(key(line) in kept for line in gold["clutter"] if key(line)),
        "title": key(found.get("title") or "") == key(gold["title"]),
        "has_author": bool(authors),
        "author": all(any(author in name for name in names) for author in authors) and not extra,
        "day": local is not None and local.date() == true_at.astimezone(JAKARTA).date(),
        "time": same_minute if gold["published_precision"] != "day" else None,
    }


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return (
        Counter(tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3)))
        if words
        else Counter()
    )


def instant(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


# ---- what the tools find, and what they cost ----


def compare(samples: Sequence[Sample]) -> None:
    print(f"| tool | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}")
    ours, precise, ratios = alternating(samples)
    tools = peers(samples) | {
        f"trafilatura {trafilatura.__version__}, precision": precise,
        "**kliping, no rule for any outlet**": ours,
    }
    for name, found in tools.items():
        print(table_row(name, samples, found))
    low, middle, high = min(ratios), median(ratios), max(ratios)
    print(
        f"\nOurs takes {middle:.2f} x the time of trafilatura alone (medians over the pages of {ROUNDS} rounds, {low:.2f}-{high:.2f}).\n"
    )


def alternating(
    samples: Sequence[Sample],
) -> tuple[dict[str, Prediction], dict[str, Prediction], list[float]]:
    """Our and trafilatura's predictions, and the ratio of their times by round: page by page, one
    right after the other.
    """
    ours: dict[str, Prediction] = {}
    theirs: dict[str, Prediction] = {}
    took: dict[str, list[tuple[float, float]]] = {sample.name: [] for sample in samples}
    for _ in range(ROUNDS + 1):
        for sample in samples:
            began = time.perf_counter()
            found = extract(sample.page, sample.source)
            between = time.perf_counter()
            document = precisely(sample.page)
            took[sample.name].append((between - began, time.perf_counter() - between))
            ours[sample.name], theirs[sample.name] = prediction(found), document
    for name, times in took.items():  # without the first round, which warms up
        ours[name]["ms"], theirs[name]["ms"] = (
            1000 * median(column) for column in zip(*times[1:], strict=True)
        )
    return (
        ours,
        theirs,
        [
            median(took[name][turn][0] / took[name][turn][1] for name in took)
            for turn in range(1, ROUNDS + 1)
        ],
    )


def prediction(found: Article | Rejection) -> Prediction:
    if isinstance(found, Rejection):
        return {}
    published = found.published_at.isoformat() if found.published_at else None
    return {
        "title": found.title,
        "text": found.body,
        "authors": found.author.split("; ") if found.author else [],
        "published": published,
    }


def precisely(saved: Page) -> Prediction:
    """trafilatura in the setting that does best on such pages, dates with their times."""
    dates = {"original_date": True, "outputformat": "%Y-%m-%dT%H:%M:%S%z"}
    found = trafilatura.bare_extraction(
        saved.body,
        url=saved.url,
        with_metadata=True,
        favor_precision=True,
        include_comments=False,
        date_extraction_params=dates,
    )
    if not isinstance(found, trafilatura.settings.Document):
        return {}
    return {
        "title": found.title,
        "text": found.text,
        "authors": [found.author] if found.author else [],
        "published": found.date,
    }


def peers(samples: Sequence[Sample]) -> dict[str, Prediction]:
    """What the optional group's tools find, in their own virtual environment: some pin versions
    that exclude ours.
    """
    if not PEERS.exists():
        print(
            "no .venv-peers: the other tools are left out (make bench-extract sets it up)",
            file=sys.stderr,
        )
        return {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "pages.json", Path(folder) / "found.json"
        texts = [
            {
                "name": one.name,
                "url": one.page.url,
                "html": one.page.body.decode("utf-8", "replace"),
            }
            for one in samples
        ]
        source.write_text(json.dumps(texts), encoding="utf-8")
        subprocess.run(
            [PEERS, Path(__file__).parent / "bench_peers.py", source, target],
            stderr=subprocess.DEVNULL,
            check=True,
        )
        results = json.loads(target.read_text(encoding="utf-8"))
    return {
        f"{tool} {found['version']}": found["pages"]
        for tool, found in results.items()
        if any(one.get("text") for one in found["pages"].values())
    }


def table_row(name: str, samples: Sequence[Sample], found: dict[str, Prediction]) -> str:
    rows = [sample.judge(found[sample.name]) for sample in samples]
    right, wrong, missed = (sum(row["tff"][part] for row in rows) for part in range(3))
    precision, recall = (right / (right + other) if right else 0.0 for other in (wrong, missed))
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def share(what: str, of: Sequence[Row], given: str = "text") -> str:
        nothing = not any(one.get(given) for one in found.values())
        return "–" if nothing or not of else f"{sum(bool(row[what]) for row in of) / len(of):.0%}"

    cells = [
        f"{f1:.3f}",
        share("exact", rows),
        str(sum(row["leaks"] for row in rows)),
        share("title", rows),
        share("author", [row for row in rows if row["has_author"]], "authors"),
        share("day", rows, "published"),
        share("time", [row for row in rows if row["time"] is not None], "published"),
        f"{median(found[sample.name]['ms'] for sample in samples):.1f}",
    ]
    return f"| {name} | {' | '.join(cells)} |"


# ---- on several cores ----


def parallel(samples: Sequence[Sample]) -> None:
    """Pages a second on one and on two worker processes, beside a bare loop that shows what the
    machine gives two processes.
    """
    jobs = [(sample.page, sample.source) for sample in samples]
    with worker_pool(1) as one, worker_pool(2) as two:
        list(two.map(work, [jobs] * 4))
        list(one.map(work, [jobs] * 2))  # the processes start, import and warm up
        pages = max(len(jobs), int(PARALLEL_SECONDS * len(jobs) / seconds(one, work, [jobs])))
        whole = list(islice(cycle(jobs), pages))
        batches = [whole[start : start + 20] for start in range(0, pages, 20)]
        spins = [2_000_000] * 40
        turns = [
            [
                seconds(pool, task, given)
                for task, given in ((work, batches), (spin, spins))
                for pool in (one, two)
            ]
            for _ in range(3)
        ]
    alone, both, ratio, bare = (
        median(figures)
        for figures in zip(
            *((pages / a, pages / b, a / b, c / d) for a, b, c, d in turns), strict=True
        )
    )
    print(
        f"## Worker processes\n\n{pages} pages: {alone:.0f} a second on one, {both:.0f} on two: {ratio:.2f} x (median of 3); ",
        end="",
    )
    print(f"a bare loop in the same processes: {bare:.2f} x\n")


def seconds(pool: Executor, task: Callable[[Any], object], given: Sequence[Any]) -> float:
    began = time.perf_counter()
    list(pool.map(task, given))
    return time.perf_counter() - began


def spin(count: int) -> int:
    return sum(range(count))


def work(jobs: Sequence[tuple[Page, Source]]) -> int:
    return sum(isinstance(extract(saved, source), Article) for saved, source in jobs)


# ---- mutated pages ----


def fuzz(samples: Sequence[Sample]) -> None:
    """Exceptions, rejections and times of pages with bytes lost, doubled and swapped."""
    normal = median(timed(sample.page, sample.source)[0] for sample in samples)
    times: list[float] = []
    ends: Counter[str] = Counter()
    for number in range(MUTATIONS):
        sample = samples[number % len(samples)]
        body = mutated(sample.page.body, random.Random(number))
        changed = page(body, sample.page.url)
        try:
            took, end = timed(changed, sample.source)
            if took > 50 * normal:
                took = min(
                    took, *(timed(changed, sample.source)[0] for _ in range(2))
                )  # a busy machine is no slow page
        except Exception as error:  # what is counted here
            took, end = 0.0, f"exception {error!r} on mutation {number} of {sample.name}"
        times.append(took)
        ends[end] += 1
    print(
        f"## {MUTATIONS} mutated pages\n\n{', '.join(f'{count} {end}' for end, count in ends.most_common())}"
    )
    worst = max(times) / normal
    print(
        f"\nmedian {1000 * median(times):.1f} ms, slowest {worst:.1f} x the median of the unchanged pages ({1000 * normal:.1f} ms)"
    )


def timed(saved: Page, source: Source) -> tuple[float, str]:
    began = time.perf_counter()
    found = extract(saved, source)
    return time.perf_counter() - began, "article" if isinstance(
        found, Article
    ) else f"rejected as {found.reason}"


if __name__ == "__main__":
    main()
