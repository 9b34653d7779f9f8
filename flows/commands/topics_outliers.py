"""The end of `kliping topics test --jsonl` and `kliping topics replay`: the articles found that are
least like the others, and what could be done about each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from flows.records import Match
from flows.stages.watch.outliers import ALIKE, least_alike, offer

MOST = 2_000  # hits that are compared: their cosines are a table of 16 MB


@dataclass(frozen=True, slots=True)
class FoundHit:
    """An article that has a topic for its subject. `id`: what its reader knows it by."""

    id: str
    title: str
    body: str
    match: Match


def outlier_lines(
    topic_id: str, hits: Sequence[FoundHit], vectors: npt.NDArray[np.float32]
) -> list[str]:
    """A heading, and a line or two for each of the hits that are least like the others; nothing
    where there are too few. `vectors`: a row for each hit.
    """
    rows = least_alike(vectors)
    if not rows:
        return []
    evidence = [hit.match.evidence for hit in hits]
    found = f"of {len(hits)} articles that it is the subject of, these are least like the others"
    lines = [f"{topic_id}: {found}; is any of them wrong?"]
    for row in rows:
        hit = hits[row]
        lines.append(f"  {hit.id}  {hit.title or hit.body[:80]}")
        others = [each for number, each in enumerate(evidence) if number not in rows]
        if advice := offer(hit.match.evidence, others):
            lines.append(f"    if so: {advice}")
    return lines


def are_enough(hits: Sequence[FoundHit]) -> bool:
    """Whether there are so many hits that one can stand out."""
    return len(hits) >= ALIKE.least
