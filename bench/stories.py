"""`make bench-stories`: grouping beside its peers in one run on the same articles and vectors, and
how well nights and orders agree.

The labelled stories beside the project. Peers have the threshold, of those tried, that serves them
best on these very articles, one for copies and one for stories; ours are those of weights.toml,
which were learnt here too. Encoding is not counted, for anybody.
"""

import json
import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.machine import described, peak_megabytes
from flows.records import Clipping
from flows.stages.grouping.stories import group
from tests.helpers.labelled import (
    ONE_STORY,
    ONE_TEXT,
    STORIES,
    WINDOW,
    Labelled,
    b_cubed,
    labelled_stories,
    pair_scores,
    texts_of,
)

PEERS = Path(".venv-peers/bin/python")
HERE = ("community_detection", "single_link")  # what the project's own environment can run
THERE = ("semhash", "datasketch", "rensa")
NIGHTS = (2, 3, 5, 7, 10)
ORDERS = 20


def main() -> None:
    if not STORIES.exists():
        sys.exit(
            f"{STORIES}: is not there; the benchmark needs the labelled stories that lie "
            f"beside the project"
        )
    labelled = labelled_stories()
    print(f"{described()}; {len(labelled.clippings)} articles\n")
    print(
        "| tool | F1 copies and rewrites | F1 stories | B³ of the week | largest | seconds | "
        "peak MB |\n|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        peers(labelled, Path(folder))
        ours(labelled, Path(folder))
    agreement([c for c in labelled.clippings if c.article_id in set(labelled.window)])


def peers(labelled: Labelled, folder: Path) -> None:
    texts = [f"{clipping.title}\n{clipping.body}" for clipping in labelled.clippings]
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    np.save(folder / "vectors.npy", np.array([clipping.vector for clipping in labelled.clippings]))
    if not PEERS.exists():
        print(
            f"no {PEERS}: {', '.join(THERE)} are left out (make bench-stories sets it up)",
            file=sys.stderr,
        )
    for name in (*HERE, *(THERE if PEERS.exists() else ())):
        python = sys.executable if name in HERE else PEERS
        subprocess.run([python, "-m", "bench.story_peers", name, folder], check=True)
        found = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        scored = [
            (figures(labelled, grouped(labelled.clippings, result["groups"])), result)
            for result in found["results"]
        ]
        (copies, _, _, _), with_copies = max(scored, key=lambda row: row[0][0])
        (_, stories, b3, largest), with_stories = max(scored, key=lambda row: row[0][1] + row[0][2])
        row(
            f"{name.replace('_', ' ')}, {found['tool']}, ≥ {with_copies['threshold']} / "
            f"{with_stories['threshold']}",
            (copies, stories, b3, largest),
            with_stories["seconds"],
            found["memory"],
        )


def ours(labelled: Labelled, folder: Path) -> None:
    (folder / "clippings.pickle").write_bytes(pickle.dumps(labelled.clippings))
    subprocess.run([sys.executable, "-m", "bench.stories", folder], check=True)
    placements, seconds, memory = pickle.loads((folder / "placements.pickle").read_bytes())
    copies = pair_scores(labelled.real(), ONE_TEXT, texts_of(placements))[2]
    row(
        "**kliping**",
        (copies, *figures(labelled, {p.article_id: p.story_id for p in placements})[1:]),
        seconds,
        memory,
    )


def measured(folder: Path) -> None:
    """Ours in a process of its own, as the others are."""
    clippings = pickle.loads((folder / "clippings.pickle").read_bytes())
    began = time.perf_counter()
    placements, _ = group(clippings, WINDOW)
    seconds = time.perf_counter() - began
    memory = peak_megabytes()
    (folder / "placements.pickle").write_bytes(pickle.dumps((placements, seconds, memory)))


def grouped(clippings: Sequence[Clipping], groups: Sequence[Sequence[int]]) -> dict[str, Hashable]:
    """Each article's group; an article that is in none is alone."""
    alone: dict[str, Hashable] = {
        clipping.article_id: clipping.article_id for clipping in clippings
    }
    return alone | {
        clippings[i].article_id: number for number, members in enumerate(groups) for i in members
    }


def figures(
    labelled: Labelled, group_of: Mapping[str, Hashable]
) -> tuple[float, float, float, int]:
    """F1 of pairs that are one text and that are one story, B³ F1 of complete stories, and the size
    of the largest group.
    """
    return (
        pair_scores(labelled.real(), ONE_TEXT, group_of)[2],
        pair_scores(labelled.real(), ONE_STORY, group_of)[2],
        b_cubed(labelled.story_of, group_of),
        max(Counter(group_of.values()).values()),
    )


def row(tool: str, scores: tuple[float, float, float, int], seconds: float, memory: float) -> None:
    copies, stories, b3, largest = scores
    print(
        f"| {tool} | {copies:.3f} | {stories:.3f} | {b3:.3f} | {largest} | {seconds:.1f} | "
        f"{memory:.0f} |",
        flush=True,
    )


# ---- nights and orders ----


def agreement(week: Sequence[Clipping]) -> None:
    """The week in several nights, cut by time and at random, against the week in one; and in random
    orders.
    """
    rng = random.Random(7)
    at_once = group(week, WINDOW)
    story_of = {p.article_id: p.story_id for p in at_once[0]}
    same = sum(group(rng.sample(week, len(week)), WINDOW) == at_once for _ in range(ORDERS))
    print(
        f"\n{len(week)} articles of a week in random orders: {same} of {ORDERS} give the "
        f"same stories, relations and ids\n"
    )
    print(
        "| nights | cut | B³ with one night | merges | articles that changed story |\n"
        "|---|---|---|---|---|"
    )
    for nights in NIGHTS:
        for cut, order in (
            ("by time", sorted(week, key=lambda c: (c.seen_at, c.article_id))),
            ("at random", rng.sample(week, len(week))),
        ):
            found, merges, moves = in_nights(
                [
                    order[len(order) * n // nights : len(order) * (n + 1) // nights]
                    for n in range(nights)
                ]
            )
            print(
                f"| {nights} | {cut} | {b_cubed(story_of, found):.4f} | {merges} | {moves} |",
                flush=True,
            )


def in_nights(portions: Sequence[Sequence[Clipping]]) -> tuple[dict[str, Any], int, int]:
    """Each article's story after all nights, as the warehouse would give them; how many stories
    were merged; how many articles left one.
    """
    placed: dict[str, Clipping] = {}
    merged = moved = 0
    for portion in portions:
        first, last = (
            min(c.seen_at for c in portion) - WINDOW,
            max(c.seen_at for c in portion) + WINDOW,
        )
        still_open = {c.story_id for c in placed.values() if first <= c.seen_at <= last}
        night = {
            c.article_id: c
            for c in [*(c for c in placed.values() if c.story_id in still_open), *portion]
        }
        placements, merges = group([*night.values()], WINDOW)
        placed |= {
            p.article_id: replace(night[p.article_id], story_id=p.story_id) for p in placements
        }
        merged += len(merges)
        moved += sum(p.left_story_id is not None for p in placements)
    return {article_id: c.story_id for article_id, c in placed.items()}, merged, moved


if __name__ == "__main__":
    measured(Path(sys.argv[1])) if sys.argv[1:] else main()
