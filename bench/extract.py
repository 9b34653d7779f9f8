"""`make bench-extract`: extraction beside its peers in one run: what they find and cost, and what
mutated pages do to it.

A table for each set of pages (tests/helpers/samples.py); sets that are not here are named and left
out. Our rows: with sources that hold nothing but a host, and, where an outlet's rules are declared,
with them. Shared machines are noisy: quote medians and ratios.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import trafilatura

from bench.machine import described
from flows.records import Article, Page, Source
from flows.stages.extraction.extract import extract
from tests.helpers.pages import mutated, page
from tests.helpers.samples import SETS, Prediction, Row, Sample, SampleSet, prediction

PEERS = Path(".venv-peers/bin/python")
ROUNDS = 5
MUTATIONS = 5000
OURS, PRECISE = "**kliping, no rule for any outlet**", "trafilatura, precision"
Tool = Callable[[Sample], Prediction]


def main() -> None:
    print(f"{described('lxml', 'trafilatura')}\n")
    for chosen in SETS.values():
        if chosen.is_here:
            compare(chosen)
        else:
            print(f"The {chosen.title} are not here: they are left out.\n")
    pages = SETS["saved"].samples() or SETS["press"].samples()
    fuzz(pages)


# ---- what the tools find, and what they cost ----


def compare(chosen: SampleSet) -> None:
    """Print what each tool finds on the pages of a set."""
    samples = chosen.samples()
    found, ratios = alternating(samples, _tools(chosen))
    found = peers(samples) | found
    measured = {
        name: (
            [sample.judge(pages[sample.name]) for sample in samples],
            [pages[sample.name] for sample in samples],
        )
        for name, pages in found.items()
    }
    columns = COLUMNS if "exact" in measured[OURS][0][0] else TEXT_COLUMNS
    print(f"## {len(samples)} {chosen.title}\n")
    print(f"| tool | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name, (rows, pages) in measured.items():
        print(f"| {name} | {' | '.join(cell(rows, pages) for cell in columns.values())} |")
    print(
        f"\nOurs takes {median(ratios):.2f} x the time of trafilatura alone (medians over "
        f"the pages "
        f"of {ROUNDS} rounds, {min(ratios):.2f}-{max(ratios):.2f}).\n",
        flush=True,
    )


def _tools(chosen: SampleSet) -> dict[str, Tool]:
    """What runs in our own environment, by its name in the table."""
    tools: dict[str, Tool] = {
        "trafilatura, default": partial(by_trafilatura, precision=False),
        PRECISE: partial(by_trafilatura, precision=True),
    }
    if chosen.has_rules:
        ruled = {sample.name: sample.source for sample in chosen.samples(rules=True)}
        tools["kliping, the outlets' rules"] = lambda sample: prediction(
            extract(sample.page, ruled[sample.name])
        )
    tools[OURS] = lambda sample: prediction(extract(sample.page, sample.source))
    return tools


def alternating(
    samples: Sequence[Sample], tools: Mapping[str, Tool]
) -> tuple[dict[str, dict[str, Prediction]], list[float]]:
    """The tools' predictions by tool and page, and the ratio of our time to trafilatura's by round:
    page by page, one tool right after the other.
    """
    found: dict[str, dict[str, Prediction]] = {tool: {} for tool in tools}
    took: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS + 1):
        for sample in samples:
            for name, tool in tools.items():
                began = time.perf_counter()
                found[name][sample.name] = tool(sample)
                took.setdefault((name, sample.name), []).append(time.perf_counter() - began)
    for (name, page_name), times in took.items():
        found[name][page_name]["ms"] = 1000 * median(times[1:])  # the first round warms up
    ratios = [
        median(took[OURS, one.name][turn] / took[PRECISE, one.name][turn] for one in samples)
        for turn in range(1, ROUNDS + 1)
    ]
    return found, ratios


def by_trafilatura(sample: Sample, precision: bool) -> Prediction:
    """What trafilatura finds, dates with their times; precision is what does best on such pages."""
    dates = {"original_date": True, "outputformat": "%Y-%m-%dT%H:%M:%S%z"}
    found = trafilatura.bare_extraction(
        sample.page.body,
        url=sample.page.url,
        with_metadata=True,
        favor_precision=precision,
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


def peers(samples: Sequence[Sample]) -> dict[str, dict[str, Prediction]]:
    """What the optional group's tools find, in their own virtual environment: some pin versions
    that exclude ours.
    """
    if not PEERS.exists():
        print(
            "no .venv-peers: the other tools are left out (make bench-extract sets it up)",
            file=sys.stderr,
        )
        return {}
    texts = [
        {
            "name": one.name,
            "url": one.page.url,
            "language": one.source.language,
            "html": one.page.body.decode("utf-8", "replace"),
        }
        for one in samples
    ]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "pages.json", Path(folder) / "found.json"
        source.write_text(json.dumps(texts), encoding="utf-8")
        subprocess.run(
            [PEERS, "-m", "bench.extract_peers", source, target],
            stderr=subprocess.DEVNULL,
            check=True,
        )
        results = json.loads(target.read_text(encoding="utf-8"))
    return {
        f"{tool} {found['version']}": found["pages"]
        for tool, found in results.items()
        if any(one.get("text") for one in found["pages"].values())
    }


# ---- the columns: a cell from the rows that the judges give, and from the predictions ----

Cell = Callable[[Sequence[Row], Sequence[Prediction]], str]


def _text_scores(rows: Sequence[Row]) -> tuple[float, float, float]:
    """F1, precision and recall of the text, each page weighing the same."""
    right, wrong, missed = (sum(row["tff"][part] for row in rows) for part in range(3))
    precision, recall = (right / (right + other) if right else 0.0 for other in (wrong, missed))
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f1, precision, recall


def _score(which: int) -> Cell:
    return lambda rows, found: f"{_text_scores(rows)[which]:.3f}"


def _share(what: str, given: str, counts: Callable[[Row], bool] = lambda row: True) -> Cell:
    """The share of the pages that count of which `what` is right; nothing where no page is given
    the field.
    """

    def cell(rows: Sequence[Row], found: Sequence[Prediction]) -> str:
        judged = [bool(row[what]) for row in rows if counts(row)]
        if not judged or not any(one.get(given) for one in found):
            return "–"
        return f"{sum(judged) / len(judged):.0%}"

    return cell


def _leaks(rows: Sequence[Row], _: Sequence[Prediction]) -> str:
    return str(sum(row["leaks"] for row in rows))


def _milliseconds(_: Sequence[Row], found: Sequence[Prediction]) -> str:
    return f"{median(one['ms'] for one in found):.1f}"


COLUMNS: Mapping[str, Cell] = {
    "F1": _score(0),
    "exact": _share("exact", "text"),
    "leaks": _leaks,
    "title": _share("title", "title"),
    "author": _share("author", "authors", lambda row: row["has_author"]),
    "day": _share("day", "published"),
    "time with zone": _share("time", "published", lambda row: row["time"] is not None),
    "ms a page, median": _milliseconds,
}
TEXT_COLUMNS: Mapping[str, Cell] = {
    "F1": _score(0),
    "precision": _score(1),
    "recall": _score(2),
    "ms a page, median": _milliseconds,
}


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
    counted = ", ".join(f"{count} {end}" for end, count in ends.most_common())
    print(f"## {MUTATIONS} mutated pages\n\n{counted}")
    print(
        f"\nmedian {1000 * median(times):.1f} ms, slowest {max(times) / normal:.1f} x the median "
        f"of the unchanged pages ({1000 * normal:.1f} ms)"
    )


def timed(saved: Page, source: Source) -> tuple[float, str]:
    began = time.perf_counter()
    found = extract(saved, source)
    return time.perf_counter() - began, "article" if isinstance(
        found, Article
    ) else f"rejected as {found.reason}"


if __name__ == "__main__":
    main()
