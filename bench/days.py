"""Whole days of the press as clippings, and the pairs of them that somebody has read.

The texts lie beside the project; here are ids and labels alone (bench/gold). An article's instant
is in the list too, for the corpora give dates in many forms, and some none: it was read from the
date, from the address, between neighbours' article numbers or, for 2024, from the day that the text
names, at midnight. Slices of one or several days were chosen for being whole.
"""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from flows.records import Clipping
from tests.helpers.labelled import encoded
from tests.helpers.paths import DATA

GOLD = Path(__file__).parent / "gold"
DAYS, CORPORA = DATA / "days" / "articles.jsonl", DATA / "corpora" / "articles.jsonl.gz"
VECTORS = Path(__file__).parents[1] / ".cache" / "day_vectors.npz"  # encoding takes some minutes
JAKARTA = ZoneInfo("Asia/Jakarta")
SHARED_PAIRS = DATA / "days" / "pairs.jsonl"
# that a pair's day is part of
SLICE_OF = {"2020-05-10": "2020-05-11", "2025-05-30": "2025-05-29"}
DEV, HELD_BACK = "dev", "held_back"
# the slice is one scraper's that stored some articles twice, the copy as a list in quotes
TWICE = "['"


@dataclass(frozen=True, slots=True)
class DayPair:
    """Two articles of one slice and what a reader of both texts said.

    `same`: one event (one happening, its announcement or its direct follow-up); where `ambiguous`,
    what the reader leant to. `kind`: of two that are not one. `drawn`: within a story of the
    version that they were drawn from, or else nearest to or just below joining one. `second`: what
    another reader said, who saw neither these labels nor the stories; None where nobody did.
    """

    day: str
    id_a: str
    id_b: str
    same: bool
    ambiguous: bool
    kind: str | None
    drawn: str
    size: int | None
    score: float
    half: str
    second: Mapping[str, bool] | None = None


def day_pairs(*halves: str) -> list[DayPair]:
    """The pairs of the halves; the held-back half is for figures at the end of a work, never for
    learning or choosing.
    """
    lines = (GOLD / "day_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    return [pair for pair in (DayPair(**json.loads(line)) for line in lines) if pair.half in halves]


def shared_pairs() -> list[DayPair]:
    """The pairs that lie with the articles, of the days that are not held back and are a slice."""
    days = {pair.day for pair in day_pairs(DEV)}
    rows = map(json.loads, SHARED_PAIRS.read_text(encoding="utf-8").splitlines())
    return [
        DayPair(
            day,
            row["id_a"],
            row["id_b"],
            row["same"],
            row["ambiguous"],
            row["error"],
            row["drawn"],
            None,
            row["kliping_score"],
            DEV,
        )
        for row in rows
        if (day := SLICE_OF.get(row["day"], row["day"])) in days
    ]


def missing() -> str:
    """Why the days cannot be read; '' where they can."""
    lacking = [str(path) for path in (DAYS, CORPORA) if not path.exists()]
    return f"needs the articles in {', '.join(lacking)}" if lacking else ""


def day_clippings(days: Sequence[str]) -> dict[str, list[Clipping]]:
    """The articles of each slice in order of publication, with the vectors of the program's own
    model.
    """
    listed = [
        row
        for row in map(str.split, (GOLD / "day_articles.tsv").read_text("utf-8").splitlines())
        if row[0] in days
    ]
    wanted = {article_id for _, article_id, _ in listed}
    rows = {row["id"]: row for row in _articles() if row["id"] in wanted}
    texts = [(rows[i]["title"], rows[i]["text"]) for _, i, _ in listed]
    slices = defaultdict(list)
    for (day, article_id, at), vector in zip(listed, _vectors(texts), strict=True):
        row = rows[article_id]
        slices[day].append(
            Clipping(
                article_id,
                row["outlet"],
                datetime.fromisoformat(at).replace(tzinfo=JAKARTA),
                row["title"],
                row["text"],
                None,
                vector,
                None,
                row["outlet"],
            )
        )
    return dict(slices)


def twice(clippings: Mapping[str, Sequence[Clipping]]) -> set[str]:
    """The articles that are another's second copy by a fault of the scraper."""
    return {c.article_id for day in clippings.values() for c in day if c.body.startswith(TWICE)}


def _articles() -> Iterator[dict[str, Any]]:
    """Of an article that both files have, the second row counts: that of the whole days."""
    with gzip.open(CORPORA, "rt", encoding="utf-8") as corpora:
        yield from map(json.loads, corpora)
    with DAYS.open(encoding="utf-8") as days:
        yield from map(json.loads, days)


def _vectors(texts: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
    """The texts' vectors, kept by the texts' hashes for the next time."""
    keys = [hashlib.sha256(json.dumps(text).encode()).hexdigest()[:24] for text in texts]
    known: dict[str, npt.NDArray[np.float32]] = {}
    if VECTORS.exists():
        with np.load(VECTORS) as file:
            known = dict(zip(file["keys"].tolist(), file["vectors"], strict=True))
    new = [i for i, key in enumerate(keys) if key not in known]
    if new:
        known |= zip([keys[i] for i in new], encoded([texts[i] for i in new]), strict=True)
        VECTORS.parent.mkdir(exist_ok=True)
        np.savez(VECTORS, keys=np.array([*known]), vectors=np.stack([*known.values()]))
    return np.stack([known[key] for key in keys])
