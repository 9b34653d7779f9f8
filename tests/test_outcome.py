"""How a run ended, told and as an exit status: a table of cases."""

from typing import Any

import pytest

from flows.outcome import Outcome, noted
from flows.records import Ends, Look, Note
from tests.helpers.cases import cases

CASES: list[dict[str, Any]] = cases("outcome")


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_outcome(case: dict[str, Any]) -> None:
    """Each case of outcome.yaml is told as it stands there, in its order and nothing else."""
    given = {"usable": True, "listed": 20} | case.get("look", {})
    given["notes"] = tuple(Note(kind, text) for kind, text in given.get("notes", ()))
    ends = [
        Ends("s", what, reason, count, f"https://s.example/{reason}")
        for what, reason, count in case.get("ends", ())
    ]
    look = noted(Look("s", looked=True, **given), ends)
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
