"""Tonight's articles placed into stories: an article joins an open story or founds one, or shows
that stories were one, or one was two.

    clippings -> links -> parts -> stories by average linkage -> ids and merges
in each story: copy groups by average linkage -> originals and relations

Average linkage asks whether two clusters belong together as wholes, so a chain of articles, each a
little like the next, does not draw two events into one story. Everything is done in order of
publication, so the order of arrival makes no difference.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from flows.records import Clipping, Merge, Placement, Relation, stable_id
from flows.stages.grouping.credits import credited, outlet_names
from flows.stages.grouping.similarity import Comparison, weights
from flows.stages.grouping.tables import Floats, Indices

WINDOW = timedelta(hours=72)  # a copy or a follow-up later than this is another story
# the share of phrases from which a text counts as a copy: labelled copies have .80 and more, four
# in five rewrites less
COPIED = 0.76
NEAREST = 3  # of a story's articles, those that say how surely one belongs there
BLOCK = 512  # articles compared at a time: with 25,000 near them, 50 MB a table
PAIRS = 25_000  # pairs scored at a time: some 700 words and phrases each, 300 MB


def group(clippings: Sequence[Clipping], window: timedelta) -> tuple[list[Placement], list[Merge]]:
    """Place the new clippings in stories: a placement for each article of a story that they touch,
    in order of publication, and the merges.

    `clippings`: the new articles (story_id None, or `anew`) and every article of the stories that
    they could join. Stories that a new article is linked to, directly or through others, are formed
    anew, so that several nights end like one; the others stay as they are. No link spans more than
    `window`. A story's id stays with its alerted articles or, without any, with its oldest.
    """
    if not clippings:
        return [], []
    ordered = sorted(clippings, key=lambda c: (c.seen_at, c.article_id))
    comparison = Comparison(ordered)
    placements: dict[str, Placement] = {}
    merges: list[Merge] = []
    changing = {
        i for i, clipping in enumerate(ordered) if clipping.anew or clipping.story_id is None
    }
    for part in _parts(ordered, changing, comparison, window):
        stories = list(_stories(part, ordered, comparison, window))
        ids, merged = _identities([[ordered[i] for i in positions] for positions in stories])
        merges += merged
        for story_id, positions in zip(ids, stories, strict=True):
            story = [ordered[i] for i in positions]
            placements |= {
                p.article_id: p for p in _placements(story_id, story, positions, comparison, merged)
            }
    return [
        placements[clipping.article_id] for clipping in ordered if clipping.article_id in placements
    ], merges


def _parts(
    clippings: Sequence[Clipping], changing: set[int], comparison: Comparison, window: timedelta
) -> list[Indices]:
    """The articles in parts that neither a link nor a story connects, where any changes; links are
    sought from those that change on.
    """
    parent = list(range(len(clippings)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    members = defaultdict(list)
    for i, clipping in enumerate(clippings):
        if clipping.story_id is not None:
            members[clipping.story_id].append(i)
            parent[i] = members[clipping.story_id][0]
    reached = outermost = changing
    while outermost:
        linked = set()
        for i, j in _links(np.array(sorted(outermost), np.intp), comparison, window):
            parent[root(i)] = root(j)
            linked.add(j)
        stories = {clippings[i].story_id for i in linked - reached}
        outermost = {i for story_id in stories if story_id for i in members[story_id]} - reached
        reached = reached | outermost
    parts = defaultdict(list)
    for i in range(len(clippings)):
        parts[root(i)].append(i)
    return [np.array(part) for part in parts.values() if not changing.isdisjoint(part)]


def _links(start: Indices, comparison: Comparison, window: timedelta) -> Iterator[tuple[int, int]]:
    """The pairs of an article of `start`, which is ascending, and any other that speak for one
    story.
    """
    reach = window.total_seconds()
    found = []
    for block in np.split(start, range(BLOCK, len(start), BLOCK)):
        first, last = comparison.seconds[block[[0, -1]]]
        near = np.arange(*np.searchsorted(comparison.seconds, (first - reach, last + reach + 1)))
        found.append(np.stack(comparison.candidates(block, near)))
    parts = _in_parts(np.concatenate(found, axis=1))
    pairs = np.concatenate([part[:, comparison.may_be_links(*part)] for part in parts], axis=1)
    comparison.read(pairs)
    for i, j in _in_parts(pairs):
        linked = _linked(comparison.story_score(i, j), i, j, comparison, window)
        yield from zip(i[linked].tolist(), j[linked].tolist(), strict=True)


def _in_parts(pairs: Indices) -> list[Indices]:
    return np.split(pairs, range(PAIRS, pairs.shape[1], PAIRS), axis=1)


def _linked(
    score: Floats, rows: Indices, columns: Indices, comparison: Comparison, window: timedelta
) -> NDArray[np.bool_]:
    """Which pairs are links: their story score is 0 or more, and no more than the window lies
    between them.
    """
    apart = np.abs(comparison.seconds[rows] - comparison.seconds[columns])
    return np.asarray((score >= 0) & (apart <= window.total_seconds()))


def _stories(
    part: Indices, clippings: Sequence[Clipping], comparison: Comparison, window: timedelta
) -> Iterator[Indices]:
    """The stories of a part, each as positions in order of publication."""
    if len(part) == 1:
        yield part
        return
    rows, columns = np.ix_(part, part)
    score = comparison.story_score(rows, columns)
    labels = [
        c.story_id if c.alerted and c.story_id else c.article_id
        for c in (clippings[i] for i in part)
    ]
    linked = _linked(score, rows, columns, comparison, window)
    learnt = weights()["story"]
    for story in average_linkage(score, learnt["mean"], labels, linked, learnt["link"]):
        yield part[story]


def average_linkage(
    score: Floats,
    least: float,
    labels: Sequence[str],
    linked: NDArray[np.bool_] | None = None,
    evidence: float = 0.0,
) -> list[list[int]]:
    """Positions in clusters: of clusters whose links add up to as much as `evidence`, the two of
    highest mean score are joined while it is `least` or more.

    `linked`: which pairs are links, of 0 or more; every pair of such a score where it is None.
    Positions with the same label are together from the start. Ties go to the first positions.
    """
    clusters, member = _together(labels)
    size = member.sum(axis=1)
    even = _even(score)
    total = member @ even @ member.T
    link = member @ np.where(True if linked is None else linked | linked.T, even, 0).clip(0)
    link = link @ member.T
    mean = np.where(link >= evidence, total / np.outer(size, size), -np.inf)
    np.fill_diagonal(mean, -np.inf)
    # of each cluster; kept up to date so that a join costs some rows and not the whole table
    best = mean.max(axis=1)
    while best.max() >= least:
        kept = int(best.argmax())
        gone = int(mean[kept].argmax())
        clusters[kept] += clusters[gone]
        clusters[gone] = []
        _absorb((total, link), kept, gone)
        size[kept] += size[gone]
        link[gone] = link[:, gone] = -np.inf
        stale = (best > -np.inf) & ((best == mean[kept]) | (best == mean[gone]))
        mean[gone] = mean[:, gone] = -np.inf
        mean[kept] = np.where(link[kept] >= evidence, total[kept] / (size[kept] * size), -np.inf)
        mean[kept, kept] = -np.inf
        mean[:, kept] = mean[kept]
        stale |= mean[kept] > best
        stale[[kept, gone]] = True
        best[stale] = mean[stale].max(axis=1)
    return [sorted(cluster) for cluster in clusters if cluster]


def _even(score: Floats) -> NDArray[np.float64]:
    """The scores, the same both ways and rounded: a product's last digits depend on where a pair
    stands in it, and what follows must not.
    """
    return np.asarray(np.round((np.float64(score) + score.T) / 2, 4))


def _absorb(tables: Sequence[NDArray[np.float64]], kept: int, gone: int) -> None:
    for table in tables:
        table[kept] += table[gone]
        table[:, kept] += table[:, gone]


def _together(labels: Sequence[str]) -> tuple[list[list[int]], NDArray[np.float64]]:
    """The positions of each label, and the same as a table of a row for each label."""
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    start = np.array([numbers[label] for label in labels])
    clusters = [np.flatnonzero(start == number).tolist() for number in range(len(numbers))]
    return clusters, (start == np.arange(len(numbers))[:, None]).astype(np.float64)


def _identities(stories: Sequence[Sequence[Clipping]]) -> tuple[list[str], list[Merge]]:
    """The ids of a part's stories, each given in order of publication, and the merges among those
    that were.

    A story that was goes on where its alerted articles are or, without any, its oldest. Where
    several go on in one, the id of the oldest stays. Where none does, the id comes from the first
    article and, so that no id is given twice, the story that it left.
    """
    founded: dict[str, tuple[datetime, str]] = {}
    keeper: dict[str, tuple[bool, datetime, str, int]] = {}
    for number, story in enumerate(stories):
        for c in story:
            if c.story_id is not None:
                age = (c.seen_at, c.story_id)
                founded[c.story_id] = min(founded.get(c.story_id, age), age)
                claim = (not c.alerted, c.seen_at, c.article_id, number)
                keeper[c.story_id] = min(keeper.get(c.story_id, claim), claim)
    ids, merges = [], []
    for number, story in enumerate(stories):
        going_on = sorted(
            (story_id for story_id in keeper if keeper[story_id][-1] == number),
            key=founded.__getitem__,
        )
        if going_on:
            survivor, *others = going_on
        else:
            left = story[0].story_id
            survivor, others = (
                stable_id("story", story[0].article_id, *([left] if left else [])),
                [],
            )
        ids.append(survivor)
        merges += [Merge(other, survivor) for other in others]
    return ids, merges


def _placements(
    story_id: str,
    story: Sequence[Clipping],
    positions: Indices,
    comparison: Comparison,
    merges: Sequence[Merge],
) -> Iterator[Placement]:
    """The placement of each clipping of a story; `positions`: where they stand in the comparison;
    `merges`: of its part.
    """
    stays = {
        None,
        story_id,
        *(merge.story_id for merge in merges if merge.into_story_id == story_id),
    }
    places: Sequence[tuple[Relation, int, float]] = [("original", 0, 1.0)]
    certain = [1.0]
    if len(story) > 1:  # most are alone
        places = _relations(story, positions, comparison)
        certain = certainties(comparison.story_score(*np.ix_(positions, positions)))
    for clipping, (relation, original, similarity), certainty in zip(
        story, places, certain, strict=True
    ):
        yield Placement(
            clipping.article_id,
            story_id,
            relation,
            story[original].article_id,
            round(similarity, 4),
            round(certainty, 4),
            None if clipping.story_id in stays else clipping.story_id,
        )


def _relations(
    story: Sequence[Clipping], positions: Indices, comparison: Comparison
) -> list[tuple[Relation, int, float]]:
    """For each clipping of a story its relation, its original, and how alike it is: to that or, for
    an independent report, to the nearest one.
    """
    wording = comparison.wording(positions)
    rows, columns = np.ix_(positions, positions)
    alike = np.clip((comparison.vector(rows, columns) + comparison.words(rows, columns)) / 2, 0, 1)
    score = comparison.copy_score(positions)
    original_of: dict[int, int] = {}
    for copies in average_linkage(score, weights()["copy"]["mean"], [c.article_id for c in story]):
        original_of |= dict.fromkeys(copies, copies[_original([story[i] for i in copies])])
    first = min(original_of.values())
    found: list[tuple[Relation, int, float]] = []
    for i in range(len(story)):
        original = original_of[i]
        if original != i:
            copied = wording[i, original] >= COPIED
            found.append(("copy" if copied else "rewrite", original, float(alike[i, original])))
        elif i == first:
            found.append(("original", i, 1.0))
        else:
            found.append(("same_story", i, float(np.delete(alike[i], i).max())))
    return found


def certainties(score: Floats) -> list[float]:
    """For each of a story's articles, two or more, how likely it belongs there: the mean chance of
    being one event with each of the `NEAREST` others that are most likely so.

    A score is a logit. The mean over all others would doubt every article of a large story, whose
    ends are far apart; the nearest alone would trust a chain.
    """
    chance = 1 / (1 + np.exp(-_even(score)))
    np.fill_diagonal(chance, -1)
    nearest = np.sort(chance, axis=1)[:, ::-1][:, : min(NEAREST, len(chance) - 1)]
    return [float(each) for each in nearest.mean(axis=1)]


def _original(copies: Sequence[Clipping]) -> int:
    """Which of the copies, given in order of publication, the others are taken from.

    The first whose outlet a credit line of another names and that credits none of them itself;
    where credit lines do not say, the first.
    """
    named = [
        {other.source_id for other in copies if credited(copy) & outlet_names(other)}
        for copy in copies
    ]
    every = set[str]().union(*named)
    return next((i for i, copy in enumerate(copies) if copy.source_id in every and not named[i]), 0)
