"""`make bench-days`: is what stands in one story one event? The pairs of whole press days that
somebody has read, with 95 % intervals.

Precision: of the read pairs that stand in one story, those of one event; recall: of those of one
event, those that stand in one story; pairs that the reader called ambiguous count in neither. The
pairs were drawn from the stories of an earlier version, by article and evenly over sizes of story;
"weighted" gives each size the weight of its articles today. `--held-back`: the other half, at the
end of a work and never to choose by.
"""

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.days import DEV, HELD_BACK, DayPair, day_clippings, day_pairs, missing, twice
from flows.records import Clipping
from flows.stages.grouping.similarity import Comparison
from flows.stages.grouping.stories import WINDOW, group

SIZES = ((2, 2), (3, 4), (5, 9), (10, math.inf))
SCORES = ((-math.inf, 0.0), (0.0, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, math.inf))


@dataclass(frozen=True, slots=True)
class Judged:
    """A read pair as the stories have it now. `size`: of the first one's story."""

    pair: DayPair
    joined: bool
    score: float
    size: int


def main() -> None:
    if why := missing():
        sys.exit(f"bench-days {why}")
    half = HELD_BACK if "--held-back" in sys.argv[1:] else DEV
    pairs = day_pairs(half)
    clippings = day_clippings(sorted({pair.day for pair in pairs}))
    judged, articles = grouped(pairs, clippings)
    copies = twice(clippings)
    once = [j for j in judged if not {j.pair.id_a, j.pair.id_b} & copies]
    print(f"{half}: {len(pairs)} pairs, {sum(map(len, clippings.values()))} articles\n")
    print("| pairs | precision | recall |\n|---|---|---|")
    row("all", judged)
    row("without articles stored twice", once)
    if agreed := [j for j in judged if j.pair.second and not j.pair.second["ambiguous"]]:
        row("clear to a second reader too", agreed)
    print(f"| weighted to articles | {weighted(judged, articles)} | |")
    by("size of the story", SIZES, judged, lambda j: j.size)
    by("score of the pair", SCORES, judged, lambda j: j.score)
    days = sorted(clippings)
    for day in days:
        row(day, [j for j in judged if j.pair.day == day])
    wrong = Counter(j.pair.kind for j in clear(judged) if j.joined and not j.pair.same)
    kinds = ", ".join(f"{kind} {n}" for kind, n in wrong.most_common())
    print(f"\njoined though not one event: {kinds}")
    print("articles in stories of 1, 2, 3–4, 5–9, 10 and more: " + ", ".join(map(str, articles)))


def grouped(
    pairs: Iterable[DayPair], clippings: Mapping[str, Sequence[Clipping]]
) -> tuple[list[Judged], list[int]]:
    """The pairs judged by the stories of each slice on its own; how many articles stand alone and
    in stories of each of the sizes.
    """
    judged, sizes = [], Counter[int]()
    for day, articles in clippings.items():
        story_of = {p.article_id: p.story_id for p in group(articles, WINDOW)[0]}
        size = Counter(story_of.values())
        sizes.update(size[story] for story in story_of.values())
        position = {c.article_id: i for i, c in enumerate(articles)}
        comparison = Comparison(articles)
        of_day = [pair for pair in pairs if pair.day == day]
        ends = np.array([[position[p.id_a], position[p.id_b]] for p in of_day]).T
        for pair, score in zip(of_day, comparison.story_score(*ends), strict=True):
            joined = story_of[pair.id_a] == story_of[pair.id_b]
            judged.append(Judged(pair, joined, float(score), size[story_of[pair.id_a]]))
    strata = [sum(n for s, n in sizes.items() if low <= s <= high) for low, high in SIZES]
    return judged, [sizes[1], *strata]


def clear(judged: Iterable[Judged]) -> list[Judged]:
    return [j for j in judged if not j.pair.ambiguous]


def row(name: str, judged: Iterable[Judged]) -> None:
    together = [j.pair.same for j in clear(judged) if j.joined]
    found = [j.joined for j in clear(judged) if j.pair.same]
    print(f"| {name} | {share(together)} | {share(found)} |", flush=True)


def by(
    name: str,
    ranges: Sequence[tuple[float, float]],
    judged: Iterable[Judged],
    value: Callable[[Judged], float],
) -> None:
    for low, high in ranges:
        closed = name.startswith("size")
        chosen = [
            j
            for j in judged
            if j.joined and low <= value(j) and (value(j) <= high if closed else value(j) < high)
        ]
        together = [j.pair.same for j in clear(chosen)]
        print(f"| {name}: {low:g} to {high:g} | {share(together)} | |")


def share(found: Sequence[bool]) -> str:
    """A share with Wilson's interval."""
    if not found:
        return "–"
    n, p, z = len(found), sum(found) / len(found), 1.96
    middle = (p + z * z / 2 / n) / (1 + z * z / n)
    reach = z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return f"{p:.3f} ({middle - reach:.2f}–{middle + reach:.2f}) of {n}"


def weighted(judged: Iterable[Judged], articles: Sequence[int]) -> str:
    """Precision with each size of story weighed by the articles in such stories."""
    of_size = defaultdict(list)
    for j in clear(judged):
        if j.joined:
            of_size[next(i for i, (_, high) in enumerate(SIZES) if j.size <= high)].append(
                j.pair.same
            )
    total = sum(articles[1 + i] for i in of_size)
    mean = variance = 0.0
    for i, found in of_size.items():
        p, weight = sum(found) / len(found), articles[1 + i] / total
        mean += weight * p
        variance += weight**2 * p * (1 - p) / len(found)
    return f"{mean:.3f} ± {1.96 * math.sqrt(variance):.3f}"


if __name__ == "__main__":
    main()
