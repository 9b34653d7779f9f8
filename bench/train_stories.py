"""`make train-stories`: learns flows/stages/grouping/weights.toml from the labelled stories and the
read pairs of whole days beside it, and prints how good they are.

Three logistic regressions on signals of pairs, and the thresholds on top of them. The same input
gives the same weights. What is measured on stories and on days that took no part in the learning
("unseen") is what counts; the rest flatters.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import yaml
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from bench.days import DEV, day_clippings, day_pairs, missing, shared_pairs
from flows.records import Clipping
from flows.stages.grouping.similarity import Comparison
from flows.stages.grouping.stories import WINDOW, average_linkage
from tests.helpers.labelled import (
    ONE_STORY,
    ONE_TEXT,
    STORIES,
    UNDATED,
    Floats,
    Labelled,
    b_cubed,
    encoded,
    labelled_stories,
    pair_scores,
)
from tests.helpers.paths import CASES, ROOT

WEIGHTS = ROOT / "flows" / "stages" / "grouping" / "weights.toml"
LANGUAGES = CASES / "stories" / "languages.yaml"
HEAD = (
    "# Learnt by `make train-stories` from labelled articles and days of the Indonesian press, "
    "`barred` set by hand: docs/decisions.md says how.\n"
)
BARRED = -25.0  # no likeness outweighs it
# a stranger to a story is worth learning from where half its meaning and half its words together
# are as alike as this
NEAR = 0.5
# a read pair of a whole day counts so much, one that its reader called ambiguous so much of that:
# with 1 or 2 the many pairs of one labelled week outweigh all other days
DAY, AMBIGUOUS = 4.0, 0.4
LINKS = (0.5, 0.75, 1.0, 1.25)  # what the links of two clusters that are joined add up to
MEANS = (-2.0, -1.5, -1.0)  # of the story scores between them
TRUE = 0.93  # the least precision of the read pairs of days
FOREIGN_SHIFTS = (-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
HALVINGS, FOLDINGS = 6, 10
Weights = dict[str, float]
Booleans = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Examples:
    """Pairs to learn from, a row each: their signals, whether they belong together, how much that
    counts, and the groups of both ends.

    What is connected is one group: it is dealt out whole, so that nothing unseen is half known.
    `judged`: the pairs that figures are about.
    """

    names: list[str]
    signals: Floats
    together: Booleans
    counts: Floats
    groups: Positions
    judged: Booleans

    def only(self, chosen: Booleans) -> "Examples":
        rest = (
            getattr(self, field)[chosen]
            for field in ("signals", "together", "counts", "groups", "judged")
        )
        return Examples(self.names, *rest)


def main() -> None:
    if not STORIES.exists() or missing():
        sys.exit(f"the weights are learnt from {STORIES} and from whole days; it {missing()}")
    labelled = labelled_stories()
    clippings = sorted(labelled.clippings, key=lambda c: (c.seen_at, c.article_id))
    position = {clipping.article_id: number for number, clipping in enumerate(clippings)}
    comparison = Comparison(clippings)

    copies = copy_examples(labelled, comparison, position)
    print(f"copies and rewrites: F1 of unseen real pairs {unseen_pairs(copies):.3f}")
    days, of_days = day_examples()
    stories, judge = story_examples(labelled, comparison, position)
    story = thresholded(learnt(stories, days), *best_threshold(stories, judge, days, of_days))
    print(
        "stories: B³ F1 {:.3f}, F1 of real pairs {:.3f}, all seen".format(
            *judge.scores(story, np.ones(len(clippings), bool))
        )
    )
    events, invented = invented_events()
    examples = foreign_examples(labelled, comparison, position, events, invented)
    print(f"across languages: F1 of unseen invented pairs {unseen_languages(examples):.3f}")
    foreign = apart(learnt(examples), story, events, invented)
    write(
        {
            "story": story,
            "foreign": foreign | {"barred": BARRED},
            "copy": learnt(copies) | {"mean": 0.0},
        }
    )


# ---- examples ----


def copy_examples(
    labelled: Labelled, comparison: Comparison, position: Mapping[str, int]
) -> Examples:
    """The labelled pairs. Those that were made from one article teach, but are not judged."""
    ends = np.array([[position[pair["id_a"]], position[pair["id_b"]]] for pair in labelled.pairs])
    found = [comparison.copy_signals(end) for end in ends]
    names = list(found[0])
    table = np.array([[signals[name][0, 1] for name in names] for signals in found], np.float64)
    together = np.array([pair["label"] in ONE_TEXT for pair in labelled.pairs])
    judged = np.array([not pair["derived"] for pair in labelled.pairs])
    return Examples(
        names, table, together, np.ones(len(ends)), connected(ends, len(position))[ends], judged
    )


def story_pairs(
    labelled: Labelled, position: Mapping[str, int], near: Booleans
) -> list[tuple[int, int, bool, float]]:
    """The ends of each pair, whether they are one story, and how much that counts."""
    window = [position[article] for article in labelled.window]
    story_of = {position[article]: story for article, story in labelled.story_of.items()}
    maybe = {position[article]: story for article, story in labelled.maybe.items()}
    rows = [
        (position[pair["id_a"]], position[pair["id_b"]], pair["label"] in ONE_STORY, 1.0)
        for pair in labelled.pairs
    ]
    for story in dict.fromkeys(story_of.values()):
        members = [i for i, of in story_of.items() if of == story]
        strangers = [j for j in window if story not in (story_of.get(j), maybe.get(j))]
        rows += [(i, j, True, 2 / len(members)) for i in members for j in members if i < j]
        rows += [
            (i, j, False, 0.7 / len(members) ** 0.5)
            for i in members
            for j in strangers
            if near[i, j]
        ]
    return rows


def story_examples(
    labelled: Labelled, comparison: Comparison, position: Mapping[str, int]
) -> tuple[Examples, "Judge"]:
    """Labelled pairs, the pairs of complete stories, and their nearest strangers in the window; and
    who judges what they teach.
    """
    signals, within = tables(comparison)
    near = ((signals["vector"] + signals["words"]) / 2 > NEAR) & within
    rows = story_pairs(labelled, position, near)
    ends = np.array([row[:2] for row in rows])
    together = np.array([row[2] for row in rows])
    names = [name for name in signals if name != "barred"]
    table = np.stack([signals[name][ends[:, 0], ends[:, 1]] for name in names], axis=1)
    groups = connected(ends[together], len(position))
    examples = Examples(
        names, table, together, np.array([row[3] for row in rows]), groups[ends], together
    )
    return examples, Judge(labelled, position, signals, within, groups)


def day_examples() -> tuple[Examples, list["Day"]]:
    """The read pairs of whole days, a group for each day; and the days that judge."""
    pairs = [*day_pairs(DEV), *shared_pairs()]
    clippings = day_clippings(sorted({pair.day for pair in pairs}))
    names: list[str] = []
    parts, days = [], []
    for number, (day, articles) in enumerate(clippings.items()):
        position = {clipping.article_id: i for i, clipping in enumerate(articles)}
        of_day = [pair for pair in pairs if pair.day == day]
        ends = np.array([[position[pair.id_a], position[pair.id_b]] for pair in of_day])
        comparison = Comparison(articles)
        signals = comparison.story_signals(*ends.T)
        names = [name for name in signals if name != "barred"]
        together = np.array([pair.same for pair in of_day])
        clear = np.array([not pair.ambiguous for pair in of_day])
        parts.append(
            Examples(
                names,
                np.stack([np.asarray(signals[name], np.float64) for name in names], axis=1),
                together,
                DAY * np.where(clear, 1, AMBIGUOUS),
                np.full(ends.shape, number),
                clear,
            )
        )
        days.append(Day(ends[clear], together[clear], *tables(comparison)))
    return joined(*parts), days


def tables(comparison: Comparison) -> tuple[dict[str, Floats], Booleans]:
    """The signals of every two of the articles, and which lie within the window."""
    every = np.arange(len(comparison.seconds))
    apart = np.abs(np.subtract.outer(comparison.seconds, comparison.seconds))
    return {
        name: np.asarray(table, np.float32)
        for name, table in comparison.story_signals(*np.ix_(every, every)).items()
    }, apart <= WINDOW.total_seconds()


def joined(*parts: Examples) -> Examples:
    rest = (
        np.concatenate([getattr(part, field) for part in parts])
        for field in ("signals", "together", "counts", "groups", "judged")
    )
    return Examples(parts[0].names, *rest)


def invented_events() -> tuple[list[str], Comparison]:
    """Invented articles in four languages: the event of each, and all compared."""
    events = yaml.safe_load(LANGUAGES.read_text(encoding="utf-8"))
    items = [event[language] for event in events for language in ("id", "en", "ru", "ko")]
    vectors = encoded([(item["title"], item["body"]) for item in items])
    clippings = [
        Clipping(str(number), str(number), UNDATED, item["title"], item["body"], None, vector)
        for number, (item, vector) in enumerate(zip(items, vectors, strict=True))
    ]
    return [event["event"] for event in events for _ in range(4)], Comparison(clippings)


def foreign_examples(
    labelled: Labelled,
    comparison: Comparison,
    position: Mapping[str, int],
    events: list[str],
    invented: Comparison,
) -> Examples:
    """Invented events in four languages, each with its twin and others; and the real pairs, for
    what is alike within one language.

    The invented pairs count twice, once without their numbers, which many reports do not have.
    """
    kinds = {
        kind: number
        for number, kind in enumerate(dict.fromkeys(event.split("-")[0] for event in events))
    }
    pairs = [(i, j) for i in range(len(events)) for j in range(i)]
    real = [(position[pair["id_a"]], position[pair["id_b"]]) for pair in labelled.real()]
    found = [invented.foreign_signals(*np.ix_([i], [j])) for i, j in pairs]
    found += [comparison.foreign_signals(*np.ix_([i], [j])) for i, j in real]
    names = [name for name in found[0] if name != "barred"]
    table = np.array([[signals[name][0, 0] for name in names] for signals in found], np.float64)
    numberless = table[: len(pairs)].copy()
    numberless[:, names.index("numbers")] = 0
    together = [events[i] == events[j] for i, j in pairs]
    groups = [[kinds[events[i].split("-")[0]] for i in pair] for pair in pairs]
    judged = table[: len(pairs), names.index("one_language")] == 0
    return Examples(
        names,
        np.concatenate([numberless, table]),
        np.array([*together, *together, *(pair["label"] in ONE_STORY for pair in labelled.real())]),
        np.ones(len(numberless) + len(table)),
        np.array([*groups, *groups, *[[-1, -1]] * len(real)]),
        np.concatenate([judged, judged, np.zeros(len(real), bool)]),
    )


def connected(ends: Positions, size: int) -> Positions:
    """A number for each position, the same for those that pairs connect."""
    table = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    return np.asarray(connected_components(table, directed=False)[1], np.intp)


# ---- learning ----


def learnt(*parts: Examples) -> Weights:
    """A logistic regression with a light ridge on standardised signals, by Newton's method."""
    examples = joined(*parts)
    mean, deviation = examples.signals.mean(axis=0), examples.signals.std(axis=0) + 1e-9
    table = np.column_stack([(examples.signals - mean) / deviation, np.ones(len(examples.signals))])
    ridge = np.diag([1.0] * len(mean) + [0.0])
    weights = np.zeros(table.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (examples.counts * (examples.together - chance)) - ridge @ weights
        curve = (table * (examples.counts * chance * (1 - chance))[:, None]).T @ table + ridge
        weights += np.linalg.solve(curve, slope)
    raw = weights[:-1] / deviation
    return dict(zip(examples.names, raw.tolist(), strict=True)) | {
        "bias": float(weights[-1] - raw @ mean)
    }


def scored(weights: Weights, examples: Examples) -> Floats:
    return np.asarray(
        examples.signals @ [weights[name] for name in examples.names] + weights["bias"]
    )


def f1(together: Booleans, found: Booleans) -> float:
    return float(2 * (together & found).sum() / max(together.sum() + found.sum(), 1))


def unseen_pairs(examples: Examples) -> float:
    """The mean F1 of the judged pairs, in five folds that are dealt out anew each time."""
    results = []
    for seed in range(FOLDINGS):
        fold = np.random.default_rng(seed).integers(5, size=examples.groups.max() + 1)[
            examples.groups[:, 0]
        ]
        found = np.zeros(len(fold), bool)
        for held in range(5):
            found[fold == held] = (
                scored(learnt(examples.only(fold != held)), examples.only(fold == held)) >= 0
            )
        results.append(f1(examples.together[examples.judged], found[examples.judged]))
    return float(np.mean(results))


def unseen_languages(examples: Examples) -> float:
    """F1 of the judged pairs within each kind of event, judged by what the others taught."""
    found, truth = [], []
    for kind in range(examples.groups.max() + 1):
        held = (examples.groups == kind).all(axis=1) & examples.judged
        taught = learnt(examples.only((examples.groups != kind).all(axis=1)))
        found.append(scored(taught, examples.only(held)) >= 0)
        truth.append(examples.together[held])
    return f1(np.concatenate(truth), np.concatenate(found))


def best_threshold(
    stories: Examples, judge: "Judge", days: Examples, of_days: Sequence["Day"]
) -> tuple[float, float]:
    """What links must add up to and what the mean must be: of those with which the read pairs of
    unseen days are true, what serves unseen stories best.

    Each half of the stories, dealt out anew each time, is judged by what the other half and all
    days taught; each day by what all stories and the other days taught.
    """
    taught_for = [
        learnt(stories, days.only((days.groups != number).all(axis=1)))
        for number in range(len(of_days))
    ]
    truth = {
        threshold: pair_figures(
            [
                day.found(thresholded(w, *threshold))
                for day, w in zip(of_days, taught_for, strict=True)
            ],
            [day.together for day in of_days],
        )
        for threshold in product(LINKS, MEANS)
    }
    figures: dict[tuple[float, float], list[tuple[float, float]]] = defaultdict(list)
    for seed in range(HALVINGS):
        half = np.random.default_rng(seed).integers(2, size=judge.groups.max() + 1)
        for held in (0, 1):
            taught = learnt(stories.only((half[stories.groups] != held).all(axis=1)), days)
            for threshold in truth:
                figures[threshold].append(
                    judge.scores(thresholded(taught, *threshold), half[judge.groups] == held)
                )
    report(truth, figures)
    return max(
        truth, key=lambda each: (min(truth[each][0], TRUE), np.mean(figures[each], axis=0)[0])
    )


def report(
    truth: Mapping[tuple[float, float], tuple[float, float]],
    figures: Mapping[tuple[float, float], Sequence[tuple[float, float]]],
) -> None:
    for threshold, of_days in truth.items():
        mean, deviation = np.mean(figures[threshold], axis=0), np.std(figures[threshold], axis=0)
        print("links {} mean {}:".format(*threshold), end=" ")
        print("unseen days P {:.3f} R {:.3f};".format(*of_days), end=" ")
        print(f"unseen stories B³ F1 {mean[0]:.3f} ± {deviation[0]:.3f},", end=" ")
        print(f"F1 of real pairs {mean[1]:.3f} ± {deviation[1]:.3f}")


def pair_figures(found: Sequence[Booleans], together: Sequence[Booleans]) -> tuple[float, float]:
    """Precision and recall."""
    joined_now, one = np.concatenate(found), np.concatenate(together)
    both = (joined_now & one).sum()
    return float(both / max(joined_now.sum(), 1)), float(both / max(one.sum(), 1))


def thresholded(weights: Weights, link: float, mean: float) -> Weights:
    return weights | {"barred": BARRED, "mean": mean, "link": link}


def apart(weights: Weights, story: Weights, events: list[str], invented: Comparison) -> Weights:
    """The weights with the largest shift of the bias with which the invented articles come to the
    right stories.

    The largest, because real reports of an event share less than the invented ones do.
    """
    every = np.ix_(np.arange(len(events)), np.arange(len(events)))
    signals = invented.foreign_signals(*every)
    fitting = []
    for shift in FOREIGN_SHIFTS:
        score = np.asarray(
            weights["bias"]
            + shift
            + sum(weight * signals[name] for name, weight in weights.items() if name != "bias"),
            np.float32,
        )
        labels = [str(i) for i in range(len(events))]
        clusters = average_linkage(score, story["mean"], labels, score >= 0, story["link"])
        found = {str(i): number for number, cluster in enumerate(clusters) for i in cluster}
        fitting.append(
            (round(b_cubed({str(i): event for i, event in enumerate(events)}, found), 3), shift)
        )
    best = [shift for rightness, shift in fitting if rightness == max(fitting)[0]]
    print(
        f"across languages: B³ F1 of the invented events {max(fitting)[0]:.3f}, "
        f"for shifts of the bias from {best[0]} to {best[-1]}"
    )
    return weights | {"bias": weights["bias"] + best[-1]}


@dataclass(slots=True)
class Judge:
    """Clusters every article with given weights, and says how right that is. `groups`: of the
    positions, as examples have them.
    """

    labelled: Labelled
    position: Mapping[str, int]
    signals: Mapping[str, Floats]
    within_window: Booleans
    groups: Positions

    def scores(self, weights: Weights, chosen: Booleans) -> tuple[float, float]:
        """B³ F1 of the complete stories, F1 of the real pairs."""
        group_of = self._clusters(weights)
        gold = {
            article: story
            for article, story in self.labelled.story_of.items()
            if chosen[self.position[article]]
        }
        pairs = [pair for pair in self.labelled.real() if chosen[self.position[pair["id_a"]]]]
        return b_cubed(gold, group_of), pair_scores(pairs, ONE_STORY, group_of)[2]

    def _clusters(self, weights: Weights) -> dict[str, int]:
        cluster = clusters(weights, self.signals, self.within_window)
        return {article: int(cluster[i]) for article, i in self.position.items()}


@dataclass(frozen=True, slots=True)
class Day:
    """A day's articles and its clear pairs: their positions, and whether they are one event."""

    ends: Positions
    together: Booleans
    signals: Mapping[str, Floats]
    within_window: Booleans

    def found(self, weights: Weights) -> Booleans:
        """Which of the pairs stand in one story."""
        cluster = clusters(weights, self.signals, self.within_window)
        return np.asarray(cluster[self.ends[:, 0]] == cluster[self.ends[:, 1]])


def clusters(weights: Weights, signals: Mapping[str, Floats], within_window: Booleans) -> Positions:
    """A number for each article, the same for those of one story."""
    score = np.asarray(
        weights["bias"] + sum(weights[name] * table for name, table in signals.items()), np.float32
    )
    linked = (score >= 0) & within_window
    parts = connected_components(csr_array(linked), directed=False)[1]
    cluster = np.zeros(len(parts), np.intp)
    for part in np.unique(parts):
        members = np.flatnonzero(parts == part)
        chosen = np.ix_(members, members)
        labels = [str(i) for i in members]
        for story in average_linkage(
            score[chosen], weights["mean"], labels, linked[chosen], weights["link"]
        ):
            cluster[members[story]] = members[story[0]]
    return cluster


# ---- the file ----


def write(weights: Mapping[str, Weights]) -> None:
    lines = [HEAD.rstrip()]
    for score, learned in weights.items():
        lines += [
            "",
            f"[{score}]",
            *(f"{name} = {round(value, 2)}" for name, value in learned.items()),
        ]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(WEIGHTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
