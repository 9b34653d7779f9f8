"""Which articles become one story, and who wrote them: a table of cases, and what must hold of
every night.
"""

import math
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.records import Clipping, Merge, Placement, stable_id
from flows.stages.grouping.similarity import Comparison
from flows.stages.grouping.stories import BLOCK, group
from tests.helpers.cases import cases
from tests.helpers.labelled import STORIES, b_cubed, encoded, labelled_stories

TEXTS: dict[str, dict[str, str]] = cases("stories/texts")
CASES: list[dict[str, Any]] = cases("stories/group")
MIDNIGHT = datetime(2025, 8, 6, 17, tzinfo=UTC)
WINDOW = timedelta(hours=72)


def _clipping(
    article_id: str, text: str, source_id: str, hours: float, degrees: float, *more: Any
) -> Clipping:
    """`more`: credit, story_id, outlet, alerted, anew."""
    vector = np.array(
        [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))], np.float32
    )
    credit, *rest = more or [None]
    seen_at = MIDNIGHT + timedelta(hours=hours)
    return Clipping(
        article_id,
        source_id,
        seen_at,
        TEXTS[text]["title"],
        TEXTS[text]["body"],
        credit,
        vector,
        *rest,
    )


def _clippings(articles: dict[str, Any]) -> list[Clipping]:
    defaults = {"credit": None, "story": None, "outlet": "", "alerted": False, "anew": False}
    entries = {
        article_id: entry if isinstance(entry, dict) else {"is": entry}
        for article_id, entry in articles.items()
    }
    return [
        _clipping(
            i, *entry["is"], *(entry.get(name, default) for name, default in defaults.items())
        )
        for i, entry in entries.items()
    ]


def _stories(placements: Sequence[Placement]) -> dict[str, dict[str, tuple[str, str]]]:
    stories: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for placement in placements:
        stories[placement.story_id][placement.article_id] = (
            placement.relation,
            placement.original_article_id,
        )
    return stories


def test_scores_read_what_they_need() -> None:
    """A score is the same whether little or everything was read before."""
    clippings = [_clipping(text, text, "a", hours, hours) for hours, text in enumerate(TEXTS)]
    every = np.arange(len(clippings))
    whole = Comparison(clippings)
    whole.read(every)
    little_by_little = Comparison(clippings)
    for i, j in zip(np.split(every, len(every)), np.split(every[::-1], len(every)), strict=True):
        score = whole.story_score(i, j)
        assert little_by_little.story_score(i, j) == pytest.approx(score, abs=1e-5)


def test_links_may_be_links() -> None:
    """Whatever the vectors are, no link is ruled out before details are read, and other pairs
    are.
    """
    for degrees in (2, 5, 10, 20):
        clippings = [_clipping(text, text, "a", i, i * degrees) for i, text in enumerate(TEXTS)]
        rows, columns = np.nonzero(~np.eye(len(clippings), dtype=bool))
        link = Comparison(clippings).story_score(rows, columns) >= 0
        possible = Comparison(clippings).may_be_links(rows, columns)
        assert not (link & ~possible).any()
        assert not possible.all()


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_group(case: dict[str, Any]) -> None:
    """Each case of group.yaml gets its stories, relations, originals, merges and splits."""
    window = timedelta(hours=case.get("window", 72))
    placements, merges = group(_clippings(case["articles"]), window)
    expected = {}
    for story in case["stories"]:
        story_id = (
            story["id"] if "id" in story else stable_id("story", *story["of"].split(" from "))
        )
        expected[story_id] = {
            article: tuple(place) for article, place in story.items() if article not in ("id", "of")
        }

    assert _stories(placements) == expected
    assert merges == [Merge(*merge) for merge in case.get("merges", [])]
    assert {p.article_id: p.left_story_id for p in placements if p.left_story_id} == case.get(
        "splits", {}
    )


def test_similarity() -> None:
    """An original is as similar as can be, a copy nearly so, a rewrite less, and the numbers stay
    in (0, 1].
    """
    texts = ("bridge", "bridge, lightly edited", "bridge, reworded", "bridge, another desk")
    clippings = [
        _clipping(text, text, "kompas", hours, hours * 5) for hours, text in enumerate(texts)
    ]
    similarities = [placement.similarity for placement in group(clippings, WINDOW)[0]]

    assert similarities[0] == 1
    assert similarities == sorted(similarities, reverse=True)
    assert 0 < similarities[-1] < similarities[1] < 1


def test_certainty() -> None:
    """An article alone is certain; in a story a copy is more certain than another desk's report."""
    texts = ("bridge", "bridge, lightly edited", "bridge, another desk")
    degrees = (0, 3, 12)
    story = [
        _clipping(text, text, source, hours, angle)
        for hours, (text, source, angle) in enumerate(
            zip(texts, ("kompas", "detik", "voa"), degrees, strict=True)
        )
    ]
    placed = {
        p.article_id: p
        for p in group([*story, _clipping("orchid", "orchid", "voa", 1, 80)], WINDOW)[0]
    }

    assert len({placed[text].story_id for text in texts}) == 1
    assert placed["orchid"].certainty == 1
    assert 0.5 < placed["bridge, another desk"].certainty < placed["bridge"].certainty <= 1


nights = st.lists(
    st.tuples(
        st.sampled_from(sorted(TEXTS)),
        st.sampled_from(["kompas", "detik", "voa"]),
        st.integers(0, 120),  # hours
        st.integers(0, 70),  # degrees
        st.sampled_from([None, "VOA Indonesia", "Kompas.com; Detik"]),
        st.sampled_from([None, None, "s1", "s2", "s3"]),
        st.just(""),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(nights, st.randoms(use_true_random=False))
def test_any_night(entries: list[tuple[Any, ...]], order: random.Random) -> None:
    """Whatever the order of arrival: the same placements, whole stories, no change untold,
    originals that are nobody's copy.
    """
    clippings = [_clipping(f"a{number}", *entry) for number, entry in enumerate(entries)]
    placements, merges = group(clippings, WINDOW)
    shuffled = order.sample(clippings, len(clippings))

    assert group(shuffled, WINDOW) == (placements, merges)
    by_id = {p.article_id: p for p in placements}
    assert len(by_id) == len(placements)
    touched = {c.story_id for c in clippings if c.article_id in by_id}
    assert by_id.keys() == {
        c.article_id for c in clippings if c.story_id is None or c.story_id in touched
    }
    into = {merge.story_id: merge.into_story_id for merge in merges}
    assert touched - {None} - into.keys() <= {p.story_id for p in placements}
    assert not into.keys() & {p.story_id for p in placements}
    for clipping in clippings:
        if clipping.article_id not in by_id:
            continue
        placement = by_id[clipping.article_id]
        stayed = clipping.story_id is None or placement.story_id == into.get(
            clipping.story_id, clipping.story_id
        )
        assert placement.left_story_id == (None if stayed else clipping.story_id)
        assert stayed or not clipping.alerted
        original = by_id[placement.original_article_id]
        assert original.story_id == placement.story_id
        assert original.original_article_id == original.article_id
        assert (original is placement) == (placement.relation in ("original", "same_story"))
        assert 0 <= placement.similarity <= 1
        assert 0 <= placement.certainty <= 1
    for members in _stories(placements).values():
        assert [relation for relation, _ in members.values()].count("original") == 1


@settings(max_examples=60, deadline=None)
@given(nights)
def test_placing_anew_changes_nothing(entries: list[tuple[Any, ...]]) -> None:
    """Articles of one night that are all placed anew keep their stories, relations and
    originals.
    """
    clippings = [_clipping(f"a{number}", *entry[:5]) for number, entry in enumerate(entries)]
    placements, _ = group(clippings, WINDOW)
    story_of = {p.article_id: p.story_id for p in placements}

    assert group(
        [replace(c, story_id=story_of[c.article_id], anew=True) for c in clippings], WINDOW
    ) == (placements, [])


def _in_portions(portions: Sequence[Sequence[Clipping]]) -> dict[str, str]:
    """Each article's story after as many nights, each with the open stories of those before it, as
    the warehouse gives them.
    """
    placed: dict[str, Clipping] = {}
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
        placements, _ = group([*night.values()], WINDOW)
        placed |= {
            p.article_id: replace(night[p.article_id], story_id=p.story_id) for p in placements
        }
    return {article_id: str(c.story_id) for article_id, c in placed.items()}


def _members(story_of: dict[str, str]) -> set[frozenset[str]]:
    stories = defaultdict(set)
    for article_id, story_id in story_of.items():
        stories[story_id].add(article_id)
    return {frozenset(story) for story in stories.values()}


def _at_once(clippings: Sequence[Clipping]) -> dict[str, str]:
    return {p.article_id: p.story_id for p in group(clippings, WINDOW)[0]}


@settings(max_examples=30, deadline=None)
@given(st.lists(nights, min_size=1, max_size=4))
def test_several_nights_agree_with_one(entries: list[list[tuple[Any, ...]]]) -> None:
    """Fed in several nights, in any order of publication, articles come to the stories of a single
    night.
    """
    portions = [
        [
            _clipping(f"{night}-{n}", text, source, hours % 72, degrees)
            for n, (text, source, hours, degrees, *_) in enumerate(portion)
        ]
        for night, portion in enumerate(entries)
    ]
    assert _members(_in_portions(portions)) == _members(
        _at_once([clipping for portion in portions for clipping in portion])
    )


def _stand_ins(texts: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
    """In place of the model's vectors, which take a minute: as alike as the rarer words of headline
    and lead are, .8 at least.
    """

    @cache
    def direction(word: str) -> npt.NDArray[np.float64]:
        return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(128)

    words = [set(f"{title} {text[:400]}".lower().split()) for title, text in texts]
    common = {
        word
        for word, times in Counter(word for found in words for word in found).items()
        if times > len(texts) / 50
    }
    lexical = np.array(
        [
            sum((direction(word) for word in sorted(found - common)), np.zeros(128))
            for found in words
        ]
    )
    lexical /= np.linalg.norm(lexical, axis=1, keepdims=True) + 1e-9
    vectors = np.column_stack([np.full(len(texts), 0.8**0.5), 0.2**0.5 * lexical])
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.mark.skipif(not STORIES.exists(), reason=f"needs the labelled stories in {STORIES}")
def test_real_articles_in_any_order_and_portions() -> None:
    """Real articles come to the same stories in 20 random orders and, nearly, in several nights.
    Their vectors are made of words.
    """
    labelled = labelled_stories(_stand_ins)
    day = [c for c in labelled.clippings if c.seen_at.date() == date(2025, 8, 4)]
    clippings = sorted(day, key=lambda c: c.article_id not in labelled.story_of)[:90]
    at_once = group(clippings, WINDOW)
    story_of = _at_once(clippings)
    rng = random.Random(7)

    assert len(_members(story_of)) < 0.95 * len(clippings)
    for _ in range(20):
        assert group(rng.sample(clippings, len(clippings)), WINDOW) == at_once
    for count in (2, 10):
        shuffled = rng.sample(clippings, len(clippings))
        for order in (shuffled, sorted(clippings, key=lambda c: c.seen_at)):
            portions = [
                order[len(order) * n // count : len(order) * (n + 1) // count] for n in range(count)
            ]
            assert b_cubed(story_of, _in_portions(portions)) >= 0.99


def test_any_language() -> None:
    """Reports of an event in Indonesian, English, Russian and Korean are one story, and its twin's
    are another.
    """
    events = cases("stories/languages")
    items = [
        (event["event"], language, event[language])
        for event in events
        for language in ("id", "en", "ru", "ko")
    ]
    vectors = encoded([(item["title"], item["body"]) for _, _, item in items])
    clippings = [
        Clipping(
            f"{event} {language}", language, MIDNIGHT, item["title"], item["body"], None, vector
        )
        for (event, language, item), vector in zip(items, vectors, strict=True)
    ]
    expected = {
        frozenset(f"{event['event']} {language}" for language in ("id", "en", "ru", "ko"))
        for event in events
    }

    assert _members(_at_once(clippings)) == expected


def test_more_articles_than_a_block() -> None:
    """Articles that are compared in different blocks find each other: every article has its copy,
    and copies lie far apart in time.
    """
    rng = np.random.default_rng(7)
    vectors = rng.standard_normal((BLOCK, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    bodies = [" ".join(f"kata{word}" for word in rng.integers(0, 10**6, 30)) for _ in vectors]
    clippings = [
        Clipping(
            f"{night}-{i}",
            "kompas",
            MIDNIGHT + timedelta(days=night, seconds=i),
            "",
            body,
            None,
            vector.astype(np.float32),
        )
        for night in (0, 1)
        for i, (vector, body) in enumerate(zip(vectors, bodies, strict=True))
    ]
    placements, _ = group(clippings, WINDOW)

    assert {p.article_id: p.original_article_id for p in placements} == {
        c.article_id: f"0-{c.article_id[2:]}" for c in clippings
    }
