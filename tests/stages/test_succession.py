"""Which text of an article may follow which: a table of cases."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.records import Article
from flows.stages.extraction.succession import Capture, KnownText, find_version_doubts
from tests.helpers.cases import cases

CASES: list[dict[str, Any]] = cases("succession/answers")
FIRST = datetime(2026, 3, 10, 8, tzinfo=UTC)


def sentences(letters: str) -> str:
    return "\n".join(" ".join(f"{letter}{n}" for n in range(8)) for letter in letters)


def captures(case: dict[str, Any], url: str = "https://a.example/a") -> list[Capture]:
    made = []
    for hours, title, letters, dated in case["answers"]:
        article = Article(
            url,
            "a",
            (url,),
            title,
            sentences(letters),
            published_at=None if dated is None else FIRST + timedelta(hours=dated),
            paywalled=case.get("paywalled", False),
            doubts=tuple(case.get("doubts", ())),
        )
        made.append(Capture(article, FIRST + timedelta(hours=hours)))
    return made


def on_record(answers: Sequence[Capture], doubts: Sequence[str | None]) -> list[KnownText]:
    """The texts that stand in the warehouse once these answers were judged."""
    return [
        KnownText(
            each.article.id,
            each.article.title,
            each.article.body,
            each.fetched_at,
            None if doubt else each.article.published_at,
            doubted=bool(doubt),
        )
        for each, doubt in zip(answers, doubts, strict=True)
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_judge(case: dict[str, Any]) -> None:
    """The last answer is judged as it stands there: all in one batch, whatever their order, or one
    a night with the earlier ones on record.
    """
    answers = captures(case)
    doubts = find_version_doubts(answers, [])
    assert doubts[0] is None
    assert (doubts[-1] or "believed") == case["expected"]
    order = random.Random(0).sample(range(len(answers)), len(answers))
    assert find_version_doubts([answers[at] for at in order], []) == [doubts[at] for at in order]
    for night in range(1, len(answers)):
        earlier = on_record(answers[:night], doubts[:night])
        assert find_version_doubts(answers[night : night + 1], earlier) == [doubts[night]]


def test_what_stands_before_several_articles_is_none_of_them() -> None:
    """A dated page that answers for two articles replaces neither, however long it stays."""
    case = {
        "answers": [
            [0, "Perahu Tenggelam", "abcd", -1],
            [6, "Promo Lebaran", "uvwx", 5],
            [30, "Promo Lebaran", "uvwx", 5],
        ]
    }
    both = [each for n in (1, 2) for each in captures(case, f"https://a.example/{n}")]
    doubts = find_version_doubts(both, [])
    assert [doubt or "believed" for doubt in doubts] == [
        *("believed", "another-text", "another-text"),
        *("believed", "another-text", "another-text"),
    ]
