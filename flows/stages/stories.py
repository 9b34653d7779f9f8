"""Tonight's articles placed into stories: an article joins an open story or founds one; stories that turn out to be one are merged.

    clippings -> links -> parts -> stories by average linkage -> ids and merges
                                   in each story: copy groups by average linkage -> originals and relations

Average linkage asks whether two clusters belong together as wholes, so a chain of articles, each a little like the next, does not draw
two events into one story. Everything is done in order of publication, so the order of arrival makes no difference.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from flows.records import Clipping, Merge, Placement, Relation, stable_id
from flows.stages.similarity import Comparison, Floats, Indices

GROUPING_VERSION = "1"

STORY_MEAN = -1.7  # the least mean story score between two clusters that are joined
COPY_MEAN = 0.0  # the least mean copy score between two
COPIED = 0.76  # the share of phrases from which a text counts as a copy: labelled copies have .80 and more, four in five rewrites less
BLOCK = 512  # articles compared at a time: with 25,000 near them, 50 MB a table
PART = re.compile(r"[^\W_]+")
EDITION = re.compile(r"(?<=.)(news|indonesia|com|id)$")


def group(clippings: Sequence[Clipping], window: timedelta) -> tuple[list[Placement], list[Merge]]:
    """Place every clipping in a story: one placement for each, in order of publication, and the merges of stories.

    `clippings`: the new articles (story_id None) and every article of the stories that they could join. Articles that share a story stay
    together; none joins a story all of which lies more than `window` away from it.
    """
    if not clippings:
        return [], []
    ordered = sorted(clippings, key=lambda c: (c.seen_at, c.article_id))
    comparison = Comparison(ordered)
    placements: dict[str, Placement] = {}
    merges: list[Merge] = []
    for part in _linked_parts(ordered, comparison, window):
        for positions in _stories(part, ordered, comparison, window):
            story = [ordered[i] for i in positions]
            story_id, merged = _identity(story)
            merges += merged
            placements |= {p.article_id: p for p in _placements(story_id, story, positions, comparison)}
    return [placements[clipping.article_id] for clipping in ordered], merges


def _linked_parts(clippings: Sequence[Clipping], comparison: Comparison, window: timedelta) -> list[Indices]:
    """The articles in parts that no link connects. Only links of new articles count: between old ones nothing has changed."""
    parent = list(range(len(clippings)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    first_of_story: dict[str, int] = {}
    for i, clipping in enumerate(clippings):
        if clipping.story_id is not None:
            parent[i] = first_of_story.setdefault(clipping.story_id, i)
    new = np.array([i for i, clipping in enumerate(clippings) if clipping.story_id is None], np.intp)
    for i, j in _links(new, comparison, window):
        parent[root(i)] = root(j)
    parts = defaultdict(list)
    for i in range(len(clippings)):
        parts[root(i)].append(i)
    return [np.array(part) for part in parts.values()]


def _links(new: Indices, comparison: Comparison, window: timedelta) -> Iterator[tuple[int, int]]:
    """The pairs of a new article and any other that speak for one story."""
    reach = window.total_seconds()
    for block in np.split(new, range(BLOCK, len(new), BLOCK)):
        if len(block):
            first, last = comparison.seconds[block[[0, -1]]]
            near = np.arange(*np.searchsorted(comparison.seconds, (first - reach, last + reach + 1)))
            i, j = np.nonzero(_linked(comparison.story_score(block, near), block, near, comparison, window))
            yield from zip(block[i].tolist(), near[j].tolist(), strict=True)


def _linked(score: Floats, rows: Indices, columns: Indices, comparison: Comparison, window: timedelta) -> NDArray[np.bool_]:
    """Which pairs are links: their story score is 0 or more, and no more than the window lies between them."""
    apart = np.abs(np.subtract.outer(comparison.seconds[rows], comparison.seconds[columns]))
    return np.asarray((score >= 0) & (apart <= window.total_seconds()))


def _stories(part: Indices, clippings: Sequence[Clipping], comparison: Comparison, window: timedelta) -> Iterator[Indices]:
    """The stories of a part, each as positions in order of publication."""
    if len(part) == 1:
        yield part
        return
    score = comparison.story_score(part, part)
    labels = [clippings[i].story_id or clippings[i].article_id for i in part]
    for story in _average_linkage(score, _linked(score, part, part, comparison, window), STORY_MEAN, labels):
        yield part[story]


def _average_linkage(score: Floats, linked: NDArray[np.bool_], least: float, labels: Sequence[str]) -> list[list[int]]:
    """Positions in clusters: of clusters with a link between them, the two of highest mean score are joined while it is `least` or more.

    Positions with the same label are together from the start. Ties go to the first positions.
    """
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    start = np.array([numbers[label] for label in labels])
    clusters = [np.flatnonzero(start == number).tolist() for number in range(len(numbers))]
    member = (start == np.arange(len(numbers))[:, None]).astype(np.float64)
    size = member.sum(axis=1)
    total = member @ score @ member.T
    link = member @ linked @ member.T > 0
    mean = np.where(link, total / np.outer(size, size), -np.inf)
    np.fill_diagonal(mean, -np.inf)
    best = mean.max(axis=1)  # of each cluster; kept up to date so that a join costs some rows and not the whole table
    while best.max() >= least:
        kept = int(best.argmax())
        gone = int(mean[kept].argmax())
        clusters[kept] += clusters[gone]
        clusters[gone] = []
        for table in (total, link):
            table[kept] += table[gone]
            table[:, kept] += table[:, gone]
        size[kept] += size[gone]
        link[gone] = link[:, gone] = False
        stale = (best > -np.inf) & ((best == mean[kept]) | (best == mean[gone]))
        mean[gone] = mean[:, gone] = -np.inf
        mean[kept] = np.where(link[kept], total[kept] / (size[kept] * size), -np.inf)
        mean[kept, kept] = -np.inf
        mean[:, kept] = mean[kept]
        stale |= mean[kept] > best
        stale[[kept, gone]] = True
        best[stale] = mean[stale].max(axis=1)
    return [sorted(cluster) for cluster in clusters if cluster]


def _identity(story: Sequence[Clipping]) -> tuple[str, list[Merge]]:
    """The id of a story given in order of publication, and the stories merged into it: the one with the oldest clipping survives."""
    oldest = {c.story_id: c.seen_at for c in reversed(story) if c.story_id is not None}
    if not oldest:
        return stable_id("story", story[0].article_id), []
    survivor, *others = sorted(oldest, key=lambda story_id: (oldest[story_id], story_id))
    return survivor, [Merge(other, survivor) for other in others]


def _placements(story_id: str, story: Sequence[Clipping], positions: Indices, comparison: Comparison) -> Iterator[Placement]:
    """The placement of each clipping of a story; `positions`: where they stand in the comparison."""
    if len(story) == 1:
        yield Placement(story[0].article_id, story_id, "original", story[0].article_id, 1.0)
        return
    score = comparison.copy_score(positions)
    wording = comparison.wording(positions)
    alike = np.clip((comparison.vector(positions, positions) + comparison.words(positions, positions)) / 2, 0, 1)
    original_of: dict[int, int] = {}
    for copies in _average_linkage(score, score >= 0, COPY_MEAN, [c.article_id for c in story]):
        original_of |= dict.fromkeys(copies, copies[_original([story[i] for i in copies])])
    first = min(original_of.values())
    for i, clipping in enumerate(story):
        original = original_of[i]
        relation: Relation
        if original != i:
            relation = "copy" if wording[i, original] >= COPIED else "rewrite"
            similarity = alike[i, original]
        elif i == first:
            relation, similarity = "original", np.float32(1)
        else:
            relation, similarity = "same_story", np.delete(alike[i], i).max()
        yield Placement(clipping.article_id, story_id, relation, story[original].article_id, round(float(similarity), 4))


def _original(copies: Sequence[Clipping]) -> int:
    """Which of the copies, given in order of publication, the others are taken from.

    The first whose outlet a credit line of another names and that credits none of them itself; where credit lines do not say, the first.
    """
    credited = [{other.source_id for other in copies if _credits(copy, other)} for copy in copies]
    named = set[str]().union(*credited)
    return next((i for i, copy in enumerate(copies) if copy.source_id in named and not credited[i]), 0)


def _credits(copy: Clipping, other: Clipping) -> bool:
    """Whether its credit line names the other's outlet: 'VOA Indonesia' names voa and voaindonesia, 'Antara' antaranews."""
    if copy.source_id == other.source_id:
        return False
    outlet = "".join(PART.findall(other.source_id.lower()))
    for name in (copy.credit or "").lower().split(";"):
        words = PART.findall(name)
        if {outlet, EDITION.sub("", outlet)} & {"".join(words[:end]) for end in range(1, len(words) + 1)}:
            return True
    return False
