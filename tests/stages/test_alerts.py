"""The life of an alert, case by case: which hits raise one, how its story goes on, and when
messages are held.
"""

import random
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import yaml

from flows.records import AlertedStory, Quiet, Report, stable_id
from flows.stages.watch.alerts import decide, follow, is_quiet
from tests.helpers.cases import cases
from tests.helpers.hits import SEEN_AT as NOW
from tests.helpers.hits import TOPICS, hit

DECIDE_CASES: list[dict[str, Any]] = cases("alerts/decide")
FOLLOW_CASES: list[dict[str, Any]] = cases("alerts/follow")
QUIET_CASES: list[dict[str, Any]] = cases("alerts/quiet", yaml.CBaseLoader)
WINDOW = timedelta(hours=72)


@pytest.mark.parametrize("case", DECIDE_CASES, ids=[case["case"] for case in DECIDE_CASES])
def test_decide(case: dict[str, Any]) -> None:
    """Each case of decide.yaml gets its decisions, whatever the order of the hits, and an alert for
    'raised' alone.
    """
    hits = []
    for article, story, hours, arrived_by, *more in case["hits"]:
        of_topic, strength, *_ = (*more, "pact", "subject") if not more else (*more, "subject")
        found = hit(article, story, NOW - timedelta(hours=hours), arrived_by, of_topic)
        hits.append(replace(found, match=replace(found.match, strength=strength)))
    alerted = {(topic, story) for topic, story in case.get("alerted", [])}
    first = decide(hits, alerted, NOW)

    assert {hit.article.article_id: decision for hit, decision, _ in first} == case["expected"]
    for found, decision, alert in first:
        assert (alert is not None) == (decision == "raised")
        if alert:
            key = stable_id("alert", found.topic.id, "new_story", found.article.story_id)
            assert (alert.id, alert.topic_id, alert.story_id, alert.raised_at) == (
                key,
                found.topic.id,
                found.article.story_id,
                NOW,
            )
            assert found.article.article_id in alert.article_ids
    for seed in range(5):
        assert decide(random.Random(seed).sample(hits, len(hits)), alerted, NOW) == first


SAYS = {
    "told": (
        "Presiden Rusia Vladimir Putin bertemu Kim Jong Un di Vladivostok, Rabu (2/9/2026), "
        "selama 4 jam."
    ),
    "more": (
        "Presiden Rusia Vladimir Putin bertemu Kim Jong Un. Menteri Lavrov dan 12 pejabat "
        "terbang ke Hanoi."
    ),
    "corrected": (
        "Presiden Rusia Vladimir Putin bertemu Kim Jong Un di Hanoi selama 4 jam.\nRalat: "
        "sebelumnya tertulis Vladivostok."
    ),
    "two": (
        "Presiden Rusia Vladimir Putin bertemu Kim Jong Un pada 3 Agustus 2026 pukul 09.30 WIB. "
        "Menteri Lavrov terbang ke Hanoi."
    ),
}


def report(case: dict[str, Any]) -> Report:
    seen_at = NOW - timedelta(hours=case["h"])
    relation = case.get("relation", "same_story")
    body = SAYS[case.get("says", "told")]
    said = hit(
        case["a"],
        seen_at=seen_at,
        outlet=case["o"],
        relation=relation,
        body=body,
        certainty=case.get("certainty", 1.0),
    )
    return Report(
        said,
        case.get("decision", "joined"),
        case.get("told", False),
        case.get("was") and (case.get("was_headed", said.article.title), SAYS[case["was"]]),
        case.get("gone"),
    )


@pytest.mark.parametrize("case", FOLLOW_CASES, ids=[case["case"] for case in FOLLOW_CASES])
def test_follow(case: dict[str, Any]) -> None:
    """Each case of follow.yaml raises its alert or none, whatever the order of the reports; once
    recorded it is not raised again.
    """
    reports = tuple(map(report, case["reports"]))
    alerts = tuple(
        (f"alert {n}", kind, NOW - timedelta(hours=hours))
        for n, (kind, hours) in enumerate(case["alerts"])
    )
    wanting = replace(TOPICS["pact"], kinds=tuple(case.get("kinds", TOPICS["pact"].kinds)))
    raised = follow([AlertedStory("s1", alerts, reports)], wanting, NOW, WINDOW)

    if case["expected"] == "none":
        assert raised == []
        return
    [alert] = raised
    kind, subject = case["expected"]
    assert (alert.kind, alert.topic_id, alert.story_id) == (kind, "pact", "s1")
    assert alert.raised_at == NOW
    assert alert.text.split("\n")[2] == f"https://antara.example/{subject}"
    assert alert.text.endswith(f"\n\n[{alert.id}]")
    others = {each["a"] for each in case["reports"] if each.get("was") or each.get("gone")}
    ids = {each.article.article_id for each in reports}
    assert set(alert.article_ids) == ids - others | {subject}
    for seed in range(3):
        shuffled = tuple(random.Random(seed).sample(reports, len(reports)))
        assert follow([AlertedStory("s1", alerts, shuffled)], wanting, NOW, WINDOW) == raised
    recorded = AlertedStory(
        "s1",
        (*alerts, (alert.id, alert.kind, NOW)),
        tuple(replace(each, told=True, told_text=None, gone=None) for each in reports),
    )
    for later in (0, 5, 24):
        again = follow([recorded], wanting, NOW + timedelta(hours=later), WINDOW)
        assert [each.kind for each in again if each.kind != "closed"] == []
    forgetful = AlertedStory(
        "s1", (*alerts, (alert.id, alert.kind, NOW - timedelta(hours=9))), reports
    )
    assert alert.id not in [each.id for each in follow([forgetful], wanting, NOW, WINDOW)]


def test_each_story_speaks_for_itself() -> None:
    """Alerts of several stories have keys of their own, which are the same in every run."""
    told, new = (
        report({"a": "a", "h": 20, "o": "Antara", "told": True}),
        report({"a": "b", "h": 2, "o": "Kompas", "says": "more"}),
    )
    stories = [
        AlertedStory(story, (("x", "new_story", NOW - timedelta(hours=20)),), (told, new))
        for story in ("s1", "s2")
    ]
    raised = follow(stories, TOPICS["pact"], NOW, WINDOW)
    assert len({alert.id for alert in raised}) == 2
    assert [
        alert.id for alert in follow(stories, TOPICS["pact"], NOW + timedelta(hours=1), WINDOW)
    ] == [alert.id for alert in raised]


@pytest.mark.parametrize(
    "case", QUIET_CASES, ids=lambda case: f"{case['quiet']} {case.get('zone', '')} {case['at']}"
)
def test_quiet(case: dict[str, str]) -> None:
    """Messages are held from the first of the quiet hours to before the last, on the zone's own
    clocks, also through midnight.
    """
    start, end = map(time.fromisoformat, case["quiet"].split("-"))
    quiet = Quiet(start, end, case.get("zone", "Asia/Jakarta"))
    assert is_quiet(quiet, datetime.fromisoformat(case["at"])) == (case["held"] == "true")


def test_no_quiet_hours() -> None:
    """Without quiet hours nothing is held."""
    assert not is_quiet(None, NOW)
