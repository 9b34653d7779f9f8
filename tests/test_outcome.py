"""How a run ended, told and as an exit status: a table of cases."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.outcome import Outcome, noted
from flows.records import Ends, Expect, Look, Note, Source
from tests.helpers.cases import cases

CASES: list[dict[str, Any]] = cases("outcome")
NOW = datetime(2026, 3, 11, 18, tzinfo=UTC)


def expecting(min_links: int = 0, silent_after_h: float | None = None) -> Source:
    silence = None if silent_after_h is None else timedelta(hours=silent_after_h)
    return Source(
        "s", "Satu", "https://s.example/", re.compile("."), expect=Expect(min_links, silence)
    )


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_outcome(case: dict[str, Any]) -> None:
    """Each case of outcome.yaml is told as it stands there, in its order and nothing else."""
    given = {"usable": True, "listed": 20} | case.get("look", {})
    given["notes"] = tuple(Note(kind, text) for kind, text in given.get("notes", ()))
    ends = [
        Ends("s", what, reason, count, f"https://s.example/{reason}")
        for what, reason, count in case.get("ends", ())
    ]
    newest = NOW - timedelta(hours=case["newest"]) if "newest" in case else None
    source = expecting(**case.get("expect", {}))
    look = noted(Look("s", looked=True, **given), source, ends, newest, NOW)
    outcome = Outcome([look, Look("well", looked=True, usable=True), Look("passed over")])

    for line, told in zip(outcome.messages, case["told"], strict=True):
        assert line.startswith(f"s: {told}")
    recorded = case.get("recorded", [told.partition(": ")[2] for told in case["told"]])
    for trouble, example in zip(outcome.troubles, recorded, strict=True):
        assert (trouble.source_id, trouble.example[: len(example)]) == ("s", example)
    assert outcome.exit_status == case["exit"]


@pytest.mark.parametrize(
    ("outcome", "status", "told"),
    [
        (Outcome(), 0, []),
        (Outcome([Look("a", looked=True)]), 3, []),
        (Outcome(unreadable=["a.warc: cut off"]), 1, ["unreadable: a.warc: cut off"]),
        (
            Outcome(
                [Look("a", looked=True, notes=(Note("listing", "no answer"),))],
                unreachable="no answer in time",
            ),
            3,
            [
                "no network: none of 1 sources could be reached (no answer in time); "
                "is this machine online? Outlets are not fetched by a proxy"
            ],
        ),
        (
            Outcome(offending={"duplicates": 2}),
            1,
            ["check duplicates found 2 rows: please report this"],
        ),
    ],
)
def test_outcome_of_the_run_itself(outcome: Outcome, status: int, told: list[str]) -> None:
    """What concerns no source."""
    assert (outcome.exit_status, outcome.messages) == (status, told)
