"""`python -m bench.topics`: the shipped topic Russia-North Korea on labelled items and on a
two corpora that hold nothing of it.

The items go through `kliping topics test --jsonl`; the plainer rules beside it are computed from
the same terms and evidence. `id`: the Indonesian items; `texts`: all but summaries that were
written for the set. The second set of items was labelled after the first rule was written. Needs
../shared/data/topic, ../shared/data/corpora and, for the six days, ../shared/data/days.
"""

import gzip
import json
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.config import load_topics
from flows.stages.watch.topics import compile_topic
from tests.helpers.paths import DATA, ROOT

ITEMS, CORPUS = DATA / "topic" / "dev.jsonl", DATA / "corpora" / "articles.jsonl.gz"
SECOND, DAYS = DATA / "topic" / "second.jsonl", DATA / "days" / "articles.jsonl"
SAMPLES = 1000  # of the events, for the range of F1


@dataclass(frozen=True)
class Judged:
    """A labelled item and what `kliping topics test` says of it."""

    item: Mapping[str, Any]
    answer: Mapping[str, Any]
    both: bool  # a term of each side is somewhere in it

    @property
    def wanted(self) -> bool:
        return bool(self.item["label"] == "on_topic")

    @property
    def meetings(self) -> int:
        """Passages of the body in which the sides meet."""
        return len(
            {span["sentence"] for span in self.answer["evidence"] if span["field"] == "body"}
        )

    @property
    def in_headline(self) -> bool:
        return any(span["field"] == "title" for span in self.answer["evidence"])


RULES: Mapping[str, Callable[[Judged], bool]] = {
    "both sides anywhere": lambda each: each.both,
    "they meet in the headline or in a sentence": lambda each: each.answer["strength"] is not None,
    "they meet in the headline": lambda each: each.in_headline,
    "in the headline or in two sentences": lambda each: each.in_headline or each.meetings >= 2,
    "**kliping: the subject**": lambda each: each.answer["matched"],
}


def tallied(judged: Sequence[Judged], rule: Callable[[Judged], bool]) -> tuple[int, int, int]:
    """How many are found and wanted, found, wanted."""
    found = [rule(each) for each in judged]
    return (
        sum(each.wanted for each, is_found in zip(judged, found, strict=True) if is_found),
        sum(found),
        sum(each.wanted for each in judged),
    )


def rates(right: int, found: int, wanted: int) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    return right / max(found, 1), right / max(wanted, 1), 2 * right / max(found + wanted, 1)


def spread(judged: Sequence[Judged], rule: Callable[[Judged], bool]) -> tuple[float, float]:
    """Within which F1 lies in 95 of 100 draws of the events, with repetition."""
    events = defaultdict[str, list[Judged]](list)
    for each in judged:
        events[each.item["event"]].append(each)
    tallies, draw = [tallied(items, rule) for items in events.values()], random.Random(1)
    drawn = (draw.choices(tallies, k=len(tallies)) for _ in range(SAMPLES))
    scores = sorted(
        rates(*(sum(column) for column in zip(*sample, strict=True)))[2] for sample in drawn
    )
    return scores[SAMPLES // 40], scores[-SAMPLES // 40]


def judge(path: Path) -> tuple[list[Judged], float]:
    """Every item of a file with its answer, and how long the command took, in seconds."""
    topic = next(
        topic for topic in load_topics(ROOT / "topics.yaml", None)[0] if topic.id == "russia-dprk"
    )
    sides = [(group.terms, group.needles) for group in compile_topic(topic).groups]
    command = [
        sys.executable,
        "-m",
        "flows.cli",
        "topics",
        "test",
        "--topic",
        topic.id,
        "--jsonl",
        str(path),
    ]
    began = time.monotonic()
    answers = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    ).stdout
    took = time.monotonic() - began
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        items = [json.loads(line) for line in lines]
    return [
        Judged(
            item,
            json.loads(answer),
            all(_names(f"{item['title']}\n{item['text']}", *side) for side in sides),
        )
        for item, answer in zip(items, answers.splitlines(), strict=True)
    ], took


def _names(text: str, terms: re.Pattern[str], needles: Sequence[str]) -> bool:
    """Whether a text has one of the terms. The needles spare most texts the pattern, which is
    slow.
    """
    lowered = text.lower()
    return any(needle in lowered for needle in needles) and terms.search(text) is not None


def show_second() -> None:
    """Print a line on the second set of items and one on the six days, where they are there."""
    if SECOND.exists():
        judged = [each for each in judge(SECOND)[0] if not each.item.get("ambiguous")]
        rule = RULES["**kliping: the subject**"]
        indonesian = [each for each in judged if each.item["lang"] == "id"]
        figures = [f"{rates(*tallied(part, rule))[2]:.3f}" for part in (judged, indonesian)]
        off = sum(rule(each) for each in judged if each.item["label"] == "off_topic")
        print(
            f"\nthe second set, {len(judged)} items: F1 {figures[0]}, id {figures[1]}, "
            f"{off} off topic"
        )
    if DAYS.exists():
        days = judge(DAYS)[0]
        found = sum(each.answer["matched"] for each in days)
        print(f"six days, {len(days)} articles: {found} alarms")


def main() -> None:
    """Print the table."""
    if not (ITEMS.exists() and CORPUS.exists()):
        sys.exit(
            "the labelled items and the corpora are not beside the project: "
            "../shared/data/topic, ../shared/data/corpora"
        )
    judged, _ = judge(ITEMS)
    judged = [each for each in judged if not each.item.get("ambiguous")]
    corpus, took = judge(CORPUS)
    indonesian = [each for each in judged if each.item["lang"] == "id"]
    texts = [each for each in judged if each.item["text_kind"] != "gist"]
    print(
        f"{len(judged)} items, {sum(each.wanted for each in judged)} on topic; {len(corpus)} "
        f"articles of the corpus in {took:.1f} s\n"
    )
    print(
        "| rule | P | R | F1 | 95 % | F1, id | F1, texts | off topic | corpus |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    for name, rule in RULES.items():
        low, high = spread(judged, rule)
        off = sum(rule(each) for each in judged if each.item["label"] == "off_topic")
        precision, recall, f1 = rates(*tallied(judged, rule))
        parts = " | ".join(f"{rates(*tallied(part, rule))[2]:.3f}" for part in (indonesian, texts))
        alarms = sum(map(rule, corpus))
        print(
            f"| {name} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {low:.2f}-{high:.2f} | "
            f"{parts} | {off} | {alarms} |"
        )
    show_second()


if __name__ == "__main__":
    main()
