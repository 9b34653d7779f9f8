"""`make bench-peers`: extraction beside its peers in one run on the same pages: what each finds,
pages a second, memory.

    python -m bench.peers [--set NAME …] [--tool NAME …]

A table for each set of pages (tests/helpers/samples.py); sets that are not here are named and left
out, as are tools that are not installed. Each tool is a process of its own with the pages in
memory. In a round each goes once over all of them, one after the other; the first round warms up.
Seconds of the processor are what a busy machine changes least, and ratios within a round change
less still. Ours runs with sources that hold nothing but a host, and, where outlets' rules are
declared, with them.
"""

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.machine import described
from flows.records import Article, Rejection
from tests.helpers.samples import SETS, Prediction, Row, Sample, SampleSet, prediction

ROUNDS = 5
OURS, RULED = "kliping, no rule for any outlet", "kliping, the outlets' rules"
BASE = "trafilatura, precision"
ENVIRONMENTS: Mapping[str, Path] = {
    **dict.fromkeys(
        ("readability-lxml", "goose3", "newspaper4k", "news-please", "resiliparse", "news-watch"),
        Path(".venv-peers/bin/python"),
    ),
    "fundus": Path(".venv-fundus/bin/python"),
    **dict.fromkeys(("trafilatura, default", BASE, RULED, OURS), Path(sys.executable)),
}
Times = Mapping[str, tuple[float, float]]  # by page: seconds of the processor, and of the clock


@dataclass(frozen=True, slots=True)
class Measured:
    """What a tool found and took. `found`: by page, None where it has no parser for the outlet;
    `memory`: the peak of its process in MB.
    """

    title: str
    found: Mapping[str, Prediction | None]
    rounds: Sequence[Times]
    memory: float

    @property
    def reads(self) -> frozenset[str]:
        """The pages that it has a parser for."""
        return frozenset(name for name, found in self.found.items() if found is not None)

    def seconds(self, pages: Iterable[str], clock: int) -> list[float]:
        """What each round took for these pages, by the processor (0) or the clock (1)."""
        chosen = list(pages)
        return [sum(times[name][clock] for name in chosen) for times in self.rounds]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers")
    parser.add_argument("--set", nargs="+", choices=SETS, default=[*SETS])
    parser.add_argument("--tool", nargs="+", choices=ENVIRONMENTS, default=[*ENVIRONMENTS])
    given = parser.parse_args()
    print(f"{described('lxml')}\n")
    tools = [name for name in ENVIRONMENTS if name in given.tool]
    for name in given.set:
        if SETS[name].is_here:
            compare(SETS[name], tools)
        else:
            print(f"The {SETS[name].title} are not here: they are left out.\n")


def compare(chosen: SampleSet, tools: Sequence[str]) -> None:
    """Print what each tool finds on the pages of a set, and what it costs."""
    samples = chosen.samples()
    measured = measure(
        samples, chosen, [name for name in tools if name != RULED or chosen.has_rules]
    )
    everywhere = {name: tool for name, tool in measured.items() if len(tool.reads) == len(samples)}
    print(f"## {len(samples)} {chosen.title}\n")
    print_table(samples, everywhere)
    if {OURS, BASE} <= everywhere.keys():
        print(f"{how_long(everywhere[OURS], everywhere[BASE], [one.name for one in samples])}\n")
    for name, tool in measured.items():
        if name not in everywhere and tool.reads:
            print(f"{tool.title} has a parser for the outlets of {len(tool.reads)} of the pages:\n")
            beside = {other: everywhere[other] for other in (BASE, OURS) if other in everywhere}
            print_table([one for one in samples if one.name in tool.reads], {name: tool, **beside})


# ---- the processes ----


def measure(
    samples: Sequence[Sample], chosen: SampleSet, tools: Sequence[str]
) -> dict[str, Measured]:
    """Let each tool go over the pages in turn, round by round."""
    names = [sample.name for sample in samples]
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        write(samples, chosen, folder)
        running = {
            name: stack.enter_context(started(name, folder))
            for name in tools
            if ENVIRONMENTS[name].exists()
        }
        rounds: dict[str, list[Times]] = {name: [] for name in running}
        for _ in range(ROUNDS + 1):
            for name, process in list(running.items()):
                answer = asked(process)
                if answer is None:
                    del running[name]
                else:
                    rounds[name].append(dict(zip(names, answer, strict=True)))
        for name in tools:
            if name not in running:
                print(f"{name} is left out: {reason(name, folder)}", file=sys.stderr)
        return {
            name: told(name, process, folder, rounds[name][1:]) for name, process in running.items()
        }


def write(samples: Sequence[Sample], chosen: SampleSet, folder: Path) -> None:
    """The pages as the tools are given them."""
    ruled = {sample.name: sample.source for sample in chosen.samples(rules=True)}
    forms: Mapping[str, Callable[[Sample], tuple[Any, ...]]] = {
        "text": lambda one: (
            one.page.url,
            one.page.body.decode("utf-8", "replace"),
            one.source.language,
        ),
        "bytes": lambda one: (one.page.url, one.page.body, one.source.language),
        "bare": lambda one: (one.page, one.source),
        "rules": lambda one: (one.page, ruled[one.name]),
    }
    for form, arguments in forms.items():
        pages = {sample.name: arguments(sample) for sample in samples}
        (folder / f"{form}.pickle").write_bytes(pickle.dumps(pages))


def started(name: str, folder: Path) -> subprocess.Popen[str]:
    with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
        return subprocess.Popen(
            [ENVIRONMENTS[name], "-m", "bench.extractors", name, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )


def asked(process: subprocess.Popen[str]) -> list[tuple[float, float]] | None:
    """What each page took in a round; None if the process has ended."""
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write("\n")
        process.stdin.flush()
    except BrokenPipeError:
        return None
    answer = process.stdout.readline()
    return [(worked, took) for worked, took in json.loads(answer)] if answer else None


def told(
    name: str, process: subprocess.Popen[str], folder: Path, rounds: Sequence[Times]
) -> Measured:
    """End the process, and read what it found."""
    process.communicate()
    result = pickle.loads((folder / f"{name}.pickle").read_bytes())
    found = {
        page: prediction(one) if isinstance(one, Article | Rejection) else one
        for page, one in result["found"].items()
    }
    package, *manner = name.split(",", 1)
    title = ",".join([f"{package} {result['version']}", *manner])
    titles = {OURS: f"**{OURS}**", RULED: RULED}
    return Measured(titles.get(name, title), found, rounds, result["memory"])


def reason(name: str, folder: Path) -> str:
    log = folder / f"{name}.log"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return lines[-1] if lines else "it is not installed (make bench-peers sets it up)"


# ---- the tables ----

Cell = Callable[[Sequence[Row], Sequence[Prediction]], str]


def print_table(samples: Sequence[Sample], tools: Mapping[str, Measured]) -> None:
    """A row for each tool: what it finds, and what it costs."""
    names = [sample.name for sample in samples]
    found = {name: [tool.found[page] or {} for page in names] for name, tool in tools.items()}
    rows = {
        name: [sample.judge(one) for sample, one in zip(samples, found[name], strict=True)]
        for name in tools
    }
    columns = COLUMNS if "exact" in next(iter(rows.values()))[0] else TEXT_COLUMNS
    print(f"| tool | {' | '.join([*columns, *COSTS])} |\n|---|{'---|' * len([*columns, *COSTS])}")
    for name, tool in tools.items():
        cells = [cell(rows[name], found[name]) for cell in columns.values()]
        print(f"| {tool.title} | {' | '.join(cells + costs(tool, tools.get(BASE), names))} |")
    print(flush=True)


COSTS = ("pages/s", "pages/CPU s", "× CPU of trafilatura", "peak MB")


def costs(tool: Measured, base: Measured | None, pages: Sequence[str]) -> list[str]:
    worked, took = (median(tool.seconds(pages, clock)) for clock in (0, 1))
    ratio = f"{median(ratios(tool, base, pages)):.2f}" if base else "–"
    return [
        f"{len(pages) / took:.1f}",
        f"{len(pages) / worked:.1f}",
        ratio,
        f"{tool.memory:.0f}",
    ]


def ratios(tool: Measured, base: Measured, pages: Sequence[str]) -> list[float]:
    """By round, the processor's seconds of a tool for each second of the other's."""
    both = zip(tool.seconds(pages, 0), base.seconds(pages, 0), strict=True)
    return [one / other for one, other in both]


def how_long(ours: Measured, base: Measured, pages: Sequence[str]) -> str:
    whole = ratios(ours, base, pages)
    single = [
        median(turn) for turn in zip(*(ratios(ours, base, [one]) for one in pages), strict=True)
    ]
    return (
        f"Ours takes {_ranged(whole)} x the processor's time of trafilatura, precision, over all "
        f"pages, and {_ranged(single)} x on the median page ({ROUNDS} rounds)."
    )


def _ranged(figures: Sequence[float]) -> str:
    return f"{median(figures):.2f} ({min(figures):.2f}-{max(figures):.2f})"


# ---- the columns: a cell from the rows that the judges give, and from the predictions ----


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


COLUMNS: Mapping[str, Cell] = {
    "F1": _score(0),
    "exact": _share("exact", "text"),
    "leaks": _leaks,
    "title": _share("title", "title"),
    "author": _share("author", "authors", lambda row: row["has_author"]),
    "day": _share("day", "published"),
    "time with zone": _share("time", "published", lambda row: row["time"] is not None),
}
TEXT_COLUMNS: Mapping[str, Cell] = {
    "F1": _score(0),
    "precision": _score(1),
    "recall": _score(2),
}


if __name__ == "__main__":
    main()
