"""`make bench-scale`: what placing a night of 5,000 articles costs beside a small archive and
beside one ten times as large.

The archive is invented: events of a few reports each, with words drawn as the press draws them, and
vectors that lie as far apart as the model's do in a real week of the press (unrelated .81,
ninety-nine in a hundred below .87; links .92, ninety-nine in a hundred above .88). Twenty days of
it are made in Python; the rest are the same days again, letters exchanged, under other ids and
dates, written by DuckDB. The last day's articles have no story yet: a process of its own places
them with the step that every run has, and is measured. Then the candidates are compared with the
links that all pairs of the window give.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from bench.machine import described, peak_megabytes
from flows.stages.grouping.similarity import Comparison
from flows.stages.grouping.stories import BLOCK, WINDOW
from flows.steps.grouping import group_batch
from tests.helpers.tables import beside, execute
from warehouse.directory import writer_file
from warehouse.store import Warehouse

MODEL = "invented"
WIDTH = 384
DAYS = 20
PER_DAY = 5_000
NIGHT = datetime(2026, 3, 11, tzinfo=UTC)  # the end of the last day
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--articles", type=int, nargs="+", default=[100_000, 1_000_000], help="the archives' sizes"
    )
    parser.add_argument("--rounds", type=int, default=3, help="nights placed in each")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--recall", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.build:
        print(json.dumps(build(arguments.build, *arguments.articles)))
    elif arguments.place:
        print(json.dumps(place(arguments.place)))
    elif arguments.recall:
        print(json.dumps(recall(arguments.recall)))
    else:
        compare(arguments.articles, arguments.rounds)


def compare(sizes: Sequence[int], rounds: int) -> None:
    """Print what a night costs beside an archive of each size. The nights take turns, so that a
    busy machine slows all sizes alike.
    """
    print(f"{described('duckdb')}\n")
    with tempfile.TemporaryDirectory() as folder:
        archives = {size: Path(folder) / str(size) for size in sizes}
        for size, archive in archives.items():
            apart("--build", archive, "--articles", str(size))
        nights = [
            {size: apart("--place", archive) for size, archive in archives.items()}
            for _ in range(rounds)
        ]
        print(
            "| articles in the archive | database | seconds, median | range "
            "| processor seconds, median | peak memory |\n|---|---|---|---|---|---|"
        )
        for size, archive in archives.items():
            print_row(size, archive, [night[size] for night in nights])
        for what in ("seconds", "processor"):
            ratios = [night[sizes[-1]][what] / night[sizes[0]][what] for night in nights]
            print(
                f"\nratio of {what}, largest / smallest: {median(ratios):.2f} "
                f"({min(ratios):.2f}-{max(ratios):.2f})"
            )
        found = apart("--recall", archives[sizes[0]])
        print(
            f"\nall pairs {found['pairs']:,.0f}, candidates {found['candidates']:,.0f}, "
            f"links {found['links']:,.0f}, recall {found['recall']:.4f}"
        )


def print_row(size: int, archive: Path, nights: Sequence[Mapping[str, float]]) -> None:
    """What the nights beside an archive of this size took."""
    took = {what: sorted(night[what] for night in nights) for what in nights[0]}
    gigabytes = writer_file(archive).stat().st_size / 1e9
    seconds = took["seconds"]
    print(
        f"| {size:,} | {gigabytes:.1f} GB | {median(seconds):.1f} "
        f"| {seconds[0]:.1f}-{seconds[-1]:.1f} | {median(took['processor']):.1f} "
        f"| {took['gigabytes'][-1]:.2f} GB |"
    )


def apart(option: str, archive: Path, *arguments: str) -> dict[str, float]:
    """What a process of its own makes of an archive."""
    command = [sys.executable, "-m", "bench.scale", option, str(archive), *arguments]
    figures: dict[str, float] = json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    )
    return figures


def place(archive: Path) -> dict[str, float]:
    """Place the last day's articles, and take that back: seconds, also of the processor, and peak
    memory.
    """
    warehouse = Warehouse.open(archive)
    began, idle = time.monotonic(), time.process_time()
    placed = [group_batch(warehouse, MODEL, NIGHT), group_batch(warehouse, MODEL, NIGHT)]
    seconds, processor = time.monotonic() - began, time.process_time() - idle
    assert placed == [PER_DAY, 0], placed
    gigabytes = peak_megabytes() / 1024
    for table in ("story_articles", "story_merges", "story_splits"):
        execute(warehouse, f"delete from {table}")
    execute(warehouse, "insert into story_articles from before")
    warehouse.close()
    return {"seconds": seconds, "processor": processor, "gigabytes": gigabytes}


def recall(archive: Path) -> dict[str, float]:
    """How many of the links between tonight's articles and all near them are among the candidates;
    the links by comparing all pairs.
    """
    warehouse = Warehouse.open(archive)
    new = warehouse.stories.ungrouped(MODEL, PER_DAY)
    clippings = sorted(
        [*warehouse.stories.open_stories(MODEL, new, WINDOW), *new], key=lambda c: c.seen_at
    )
    warehouse.close()
    comparison = Comparison(clippings)
    every = np.arange(len(clippings))
    tonight = np.array([i for i, clipping in enumerate(clippings) if clipping.story_id is None])
    counts = dict.fromkeys(("pairs", "candidates", "links", "found"), 0)
    for block in np.array_split(tonight, range(BLOCK, len(tonight), BLOCK)):
        near = (
            np.abs(comparison.seconds[block, None] - comparison.seconds) <= WINDOW.total_seconds()
        )
        candidate = np.zeros_like(near)
        rows, columns = comparison.candidates(block, every)
        candidate[np.searchsorted(block, rows), columns] = True
        link = comparison.story_score(*np.ix_(block, every)) >= 0
        for what, pairs in (
            ("pairs", near),
            ("candidates", candidate),
            ("links", link),
            ("found", link & candidate),
        ):
            counts[what] += int((pairs & near).sum())
    return counts | {"recall": counts["found"] / counts["links"]}


# ---- the invented archive ----

POOL = """
    create temp table pool (
        number integer, day integer, source text, second integer, title text, body text,
        story integer, original integer, relation text, vector float[]
    )
    """
FILL = (  # what one period of the archive is made of, from the days in the pool
    """
    insert into state.articles by name
    select left(md5(number || '-' || $period), 16) as article_id, source as source_id,
        'https://' || article_id as url,
        translate(title, $plain, $turned) as title, translate(body, $plain, $turned) as body,
        $start + to_days(day) + to_seconds(second) as published_at,
        'second' as published_precision, published_at as first_seen_at,
        published_at as last_seen_at, 'id' as language, 280 as word_count, false as paywalled,
        article_id as text_hash, 'run' as arrived_by, $start + to_days(day + 1) as landed_at
    from pool
    order by number
    """,
    """
    insert into state.vectors by name
    select left(md5(number || '-' || $period), 16) as article_id, $model as model,
        article_id as text_hash, vector
    from pool
    order by number
    """,
    """
    insert into story_articles by name
    select left(md5(story || '-story-' || $period), 16) as story_id,
        left(md5(number || '-' || $period), 16) as article_id, relation,
        left(md5(original || '-' || $period), 16) as original_article_id, 1 as similarity
    from pool
    where $period > 0 or day < (select max(day) from pool)
    order by number
    """,
)


def build(folder: Path, size: int) -> dict[str, float]:
    """A warehouse with this many articles, the last day's without a story."""
    warehouse = Warehouse.open(folder)
    days = min(DAYS, size // PER_DAY)
    with beside(warehouse) as database:
        database.execute(POOL)
        for day, columns in enumerate(invent(days)):
            fill_pool(database, day, columns)
        for period in reversed(range(size // (days * PER_DAY))):
            write_period(database, period, days)
        database.execute("create table before as from story_articles")
        database.execute("insert into state.pending_articles select article_id from state.articles")
    warehouse.close()
    return {"articles": size}


def fill_pool(database: DuckDBPyConnection, day: int, columns: dict[str, Any]) -> None:
    """Put a day's articles, as `invent` has them, into the pool."""
    numbers = np.repeat(columns["number"], WIDTH)
    database.register("vectors", {"number": numbers, "x": columns.pop("vector").ravel()})
    database.register("texts", columns)
    database.execute("set threads = 1")  # so that `list` keeps the order of the numbers
    database.execute(
        """
        insert into pool
        select number, $day, source, second, title, body, story, original, relation, vector
        from texts
        join (select number, list(x) as vector from vectors group by number) using (number)
        """,
        {"day": day},
    )
    database.execute("reset threads")
    database.unregister("vectors")
    database.unregister("texts")


def write_period(database: DuckDBPyConnection, period: int, days: int) -> None:
    """Write the pool's days once more, so many periods before the last night, in other letters."""
    turned = LETTERS[period:] + LETTERS[:period]
    parameters = {
        "period": period,
        "start": NIGHT - timedelta(days=days * (period + 1)),
        "model": MODEL,
        "plain": LETTERS + LETTERS.upper(),
        "turned": turned + turned.upper(),
    }
    for statement in FILL:
        given = {name: value for name, value in parameters.items() if f"${name}" in statement}
        database.execute(statement, given)


def invent(days: int, per_day: int = PER_DAY) -> Iterator[dict[str, Any]]:
    """The articles of each day, in columns, in order of publication; `number` counts them, `story`
    and `original` are such numbers.
    """
    chance = np.random.default_rng(0)
    press = Press(chance)
    events: list[int] = []
    instants: list[NDArray[np.float64]] = []
    while sum(map(len, instants)) < days * per_day:
        reports = 1 if chance.random() < 0.6 else 1 + min(chance.zipf(1.9), 60)
        instants.append(
            chance.uniform(0, days * 24)
            + np.r_[0, np.cumsum(chance.exponential(16 / reports, reports - 1))]
        )
        events += [len(instants)] * reports
    order = np.argsort(np.concatenate(instants), kind="stable")[
        : days * per_day
    ]  # evenly spread: the same number every day
    told: dict[int, list[Report]] = defaultdict(list)
    for day, numbers in enumerate(order.reshape(days, per_day)):
        reports_of_day = []
        for place, position in enumerate(numbers):
            report = press.report(day * per_day + place, told[events[position]])
            told[events[position]].append(report)
            reports_of_day.append(report)
        yield {
            "number": np.array([r.number for r in reports_of_day]),
            "second": np.arange(per_day) * 86_400 // per_day,
            "source": np.array([r.source for r in reports_of_day], object),
            "title": np.array([press.headline(r) for r in reports_of_day], object),
            "body": np.array([press.text(r) for r in reports_of_day], object),
            "story": np.array([r.event.number for r in reports_of_day]),
            "original": np.array([r.original for r in reports_of_day]),
            "relation": np.array([r.relation for r in reports_of_day], object),
            "vector": np.array([r.vector for r in reports_of_day], np.float32),
        }


@dataclass(frozen=True, slots=True)
class Event:
    """What its reports share. `number`: its first report's."""

    number: int
    background: NDArray[np.intp]  # words that articles of the topic share
    words: NDArray[np.intp]
    names: NDArray[np.intp]
    share: float  # of its words in a report
    vector: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Report:
    """An invented article, its words as numbers."""

    number: int
    event: Event
    source: str
    words: NDArray[np.intp]
    own: NDArray[np.float64]  # what its vector has that other reports have not
    vector: NDArray[np.float64]
    relation: str
    original: int


class Press:
    """Invents events and their reports. The shares and weights below make pairs as like as those of
    a real week are.
    """

    topics = 300

    def __init__(self, chance: np.random.Generator) -> None:
        lines = (
            files("flows.stages.grouping")
            .joinpath("document_frequencies.tsv")
            .read_text("utf-8")
            .splitlines()[1:]
        )
        words, counts = zip(*(line.split("\t") for line in lines), strict=True)
        frequency = np.array(counts, float)
        syllables = [a + b for a in "bdgjklmnprstwy" for b in "aeiou"]
        self.chance = chance
        self.vocabulary = [
            *words,
            *(("".join(chance.choice(syllables, 3))).title() for _ in range(60_000)),
        ]
        self.names = np.arange(len(words), len(self.vocabulary))
        self.rare = np.flatnonzero(frequency < 200)
        self.drawn = np.cumsum(frequency) / frequency.sum()
        self.topic_words = chance.choice(self.rare, (self.topics, 120))
        self.common = unit(chance.normal(size=WIDTH))
        few = np.linalg.qr(chance.normal(size=(WIDTH, 24)))[0].T  # topics differ in few directions
        self.topic_vectors = unit(chance.normal(size=(self.topics, 24))) @ few

    def event(self, number: int) -> Event:
        chance, topic = self.chance, self.chance.integers(self.topics)
        words = np.concatenate(
            [chance.choice(self.topic_words[topic], 8), chance.choice(self.rare, 16)]
        )
        closeness = chance.uniform(0.12, 0.28)
        direction = (
            0.9 * self.common
            + 0.27 * self.topic_vectors[topic]
            + closeness * unit(chance.normal(size=WIDTH))
        )
        return Event(
            number,
            self.topic_words[topic][:25],
            words,
            chance.choice(self.names, 7),
            chance.uniform(0.1, 0.35),
            direction,
        )

    def report(self, number: int, earlier: Sequence[Report]) -> Report:
        """The next report of an event: of its own, or a copy or rewrite of its first."""
        chance = self.chance
        event = earlier[0].event if earlier else self.event(number)
        length = int(np.clip(chance.normal(280, 90), 80, 700))
        drawn = np.searchsorted(self.drawn, chance.random(length))
        kind = chance.random(length)
        told = chance.choice(np.concatenate([event.words, np.repeat(event.names, 2)]), length)
        words = np.where(
            kind < event.share,
            told,
            np.where(kind > 0.92, chance.choice(event.background, length), drawn),
        )
        own = unit(chance.normal(size=WIDTH))
        relation, original, fate = "same_story" if earlier else "original", number, chance.random()
        if earlier and fate < 0.25:
            first = earlier[0]
            relation, original, kept = (
                ("copy", first.number, 0.9) if fate < 0.12 else ("rewrite", first.number, 0.5)
            )
            words = np.concatenate(
                [first.words[: int(len(first.words) * kept)], words[: int(length * (1 - kept))]]
            )
            own = unit(kept * first.own + np.sqrt(1 - kept**2) * own)
        return Report(
            number,
            event,
            f"outlet-{chance.integers(12)}",
            words,
            own,
            unit(event.vector + chance.uniform(0.2, 0.36) * own),
            relation,
            original,
        )

    def headline(self, report: Report) -> str:
        return _opening(
            " ".join(
                self.vocabulary[i]
                for i in (*report.event.words[:5], *self.chance.choice(report.event.names, 3))
            )
        )

    def text(self, report: Report) -> str:
        words = [self.vocabulary[i] for i in report.words]
        sentences = [_opening(" ".join(words[i : i + 14])) + "." for i in range(0, len(words), 14)]
        return "\n".join(" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3))


def _opening(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors of length 1 in the same directions."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


if __name__ == "__main__":
    main()
