"""Which articles become one story, and who wrote them: a table of cases, and what must hold of every night."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.records import Clipping, Merge, Placement, stable_id
from flows.stages.stories import BLOCK, group

FOLDER = Path(__file__).parents[1] / "cases" / "stories"
TEXTS: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / "texts.yaml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "group.yaml").read_text(encoding="utf-8"))
MIDNIGHT = datetime(2025, 8, 6, 17, tzinfo=UTC)
WINDOW = timedelta(hours=72)


def _clipping(
    article_id: str, text: str, source_id: str, hours: float, degrees: float, credit: str | None = None, story: str | None = None
) -> Clipping:
    vector = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))], np.float32)
    seen_at = MIDNIGHT + timedelta(hours=hours)
    return Clipping(article_id, source_id, seen_at, TEXTS[text]["title"], TEXTS[text]["body"], credit, vector, story)


def _clippings(articles: dict[str, Any]) -> list[Clipping]:
    entries = {article_id: entry if isinstance(entry, dict) else {"is": entry} for article_id, entry in articles.items()}
    return [_clipping(i, *[*entry["is"], entry.get("credit"), entry.get("story")]) for i, entry in entries.items()]


def _stories(placements: Sequence[Placement]) -> dict[str, dict[str, tuple[str, str]]]:
    stories: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for placement in placements:
        stories[placement.story_id][placement.article_id] = (placement.relation, placement.original_article_id)
    return stories


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_group(case: dict[str, Any]) -> None:
    """Each case of group.yaml gets its stories, relations, originals and merges."""
    window = timedelta(hours=case.get("window", 72))
    placements, merges = group(_clippings(case["articles"]), window)
    expected = {}
    for story in case["stories"]:
        story_id = story["id"] if "id" in story else stable_id("story", story["of"])
        expected[story_id] = {article: tuple(place) for article, place in story.items() if article not in ("id", "of")}

    assert _stories(placements) == expected
    assert merges == [Merge(*merge) for merge in case.get("merges", [])]


def test_similarity() -> None:
    """An original is as similar as can be, a copy nearly so, a rewrite less, and the numbers stay in (0, 1]."""
    texts = ("bridge", "bridge, lightly edited", "bridge, reworded", "bridge, another desk")
    clippings = [_clipping(text, text, "kompas", hours, hours * 5) for hours, text in enumerate(texts)]
    similarities = [placement.similarity for placement in group(clippings, WINDOW)[0]]

    assert similarities[0] == 1
    assert similarities == sorted(similarities, reverse=True)
    assert 0 < similarities[-1] < similarities[1] < 1


nights = st.lists(
    st.tuples(
        st.sampled_from(sorted(TEXTS)),
        st.sampled_from(["kompas", "detik", "voa"]),
        st.integers(0, 120),  # hours
        st.integers(0, 70),  # degrees
        st.sampled_from([None, "VOA Indonesia", "Kompas.com; Detik"]),
        st.sampled_from([None, None, "s1", "s2", "s3"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(nights, st.randoms(use_true_random=False))
def test_any_night(entries: list[tuple[Any, ...]], random: Any) -> None:
    """Whatever the order of arrival: the same placements, every article in one story, stories whole, originals that are nobody's copy."""
    clippings = [_clipping(f"a{number}", *entry) for number, entry in enumerate(entries)]
    placements, merges = group(clippings, WINDOW)
    shuffled = random.sample(clippings, len(clippings))

    assert group(shuffled, WINDOW) == (placements, merges)
    assert sorted(p.article_id for p in placements) == sorted(c.article_id for c in clippings)
    into = {merge.story_id: merge.into_story_id for merge in merges}
    by_id = {p.article_id: p for p in placements}
    for clipping in clippings:
        placement = by_id[clipping.article_id]
        if clipping.story_id:
            assert placement.story_id == into.get(clipping.story_id, clipping.story_id)
        original = by_id[placement.original_article_id]
        assert original.story_id == placement.story_id
        assert original.original_article_id == original.article_id
        assert (original is placement) == (placement.relation in ("original", "same_story"))
        assert 0 <= placement.similarity <= 1
    for members in _stories(placements).values():
        assert [relation for relation, _ in members.values()].count("original") == 1


@settings(max_examples=60, deadline=None)
@given(nights)
def test_grouping_again_changes_nothing(entries: list[tuple[Any, ...]]) -> None:
    """Articles that are all placed keep their stories, relations and originals when they are grouped again."""
    clippings = [_clipping(f"a{number}", *entry) for number, entry in enumerate(entries)]
    placements, _ = group(clippings, WINDOW)
    story_of = {p.article_id: p.story_id for p in placements}

    assert group([replace(c, story_id=story_of[c.article_id]) for c in clippings], WINDOW) == (placements, [])


def test_two_nights_agree_with_one() -> None:
    """Fed in two nights, the second with the open stories of the first, articles come to the stories of a single night."""
    texts = ("bridge", "bridge, lightly edited", "orchid", "bridge, reworded", "weather, city A, Thursday", "weather, city A, Friday")
    degrees = (0, 5, 36, 11, 60, 62)
    clippings = [
        _clipping(text, text, "kompas", 6 * number, angle) for number, (text, angle) in enumerate(zip(texts, degrees, strict=True))
    ]
    at_once, _ = group(clippings, WINDOW)
    story_of = {p.article_id: p.story_id for p in group(clippings[:3], WINDOW)[0]}
    second, merges = group([replace(c, story_id=story_of.get(c.article_id)) for c in clippings], WINDOW)

    assert (second, merges) == (at_once, [])


def test_more_articles_than_a_block() -> None:
    """Articles that are compared in different blocks find each other: every article has its copy, and copies lie far apart in time."""
    rng = np.random.default_rng(7)
    vectors = rng.standard_normal((BLOCK, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    bodies = [" ".join(f"kata{word}" for word in rng.integers(0, 10**6, 30)) for _ in vectors]
    clippings = [
        Clipping(f"{night}-{i}", "kompas", MIDNIGHT + timedelta(days=night, seconds=i), "", body, None, vector.astype(np.float32))
        for night in (0, 1)
        for i, (vector, body) in enumerate(zip(vectors, bodies, strict=True))
    ]
    placements, _ = group(clippings, WINDOW)

    assert {p.article_id: p.original_article_id for p in placements} == {c.article_id: f"0-{c.article_id[2:]}" for c in clippings}
