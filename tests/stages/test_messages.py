"""What messages say, word for word: tables of cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from flows.records import Alert, AlertKind, Match, Span
from flows.stages.watch.messages import compose, digest, heartbeat
from flows.stages.watch.news import News
from tests.helpers.cases import cases
from tests.helpers.hits import SEEN_AT as NOW
from tests.helpers.hits import TOPICS, hit

MESSAGE_CASES: list[dict[str, Any]] = cases("alerts/message")
TOPIC = TOPICS["pact"]
TELEGRAM = 4096


@pytest.mark.parametrize("case", MESSAGE_CASES, ids=[case["case"] for case in MESSAGE_CASES])
def test_message(case: dict[str, Any]) -> None:
    """Each case of message.yaml says exactly what stands there."""
    evidence = tuple(
        Span(group, field, 0, len(text), text, sentence)
        for group, field, text, sentence in case["evidence"]
    )
    reports = [
        hit(
            article,
            seen_at=seen_at,
            precision=precision,
            relation=relation,
            original_article_id=original,
            outlet=outlet,
            title=title,
            url=f"https://a.example/{article}",
            match=Match(1, evidence, "subject"),
            certainty=case.get("certainty", {}).get(article, 1.0),
        )
        for article, outlet, seen_at, precision, relation, original, title in case["reports"]
    ]
    about = next(
        report for report in reports if report.article.article_id == case.get("about", "a")
    )
    more = (case.get("told", ()), News(**case.get("news", {})))
    alert = compose(
        case.get("kind", "new_story"), "0123456789abcdef", TOPIC, about, reports, NOW, *more
    )

    assert alert.title == case["title"]
    assert alert.text == case["text"].replace("{key}", alert.id)
    assert alert.article_ids == tuple(report.article.article_id for report in reports)


def longest(kind: Any) -> Alert:
    """An alert all of whose parts are as long as they can be."""
    sentence = "kata " * 400 + "Korea Utara" + " lagi" * 400
    evidence = tuple(
        Span("dprk", "body", 0, 0, text, sentence[n:])
        for n, text in enumerate(["Korea Utara", *(f"Pyongyang {n} " * 20 for n in range(20))])
    )
    reports = [
        hit(
            f"a{n}",
            seen_at=NOW + timedelta(minutes=n),
            title="Judul " * 200,
            outlet=f"Harian {n} " * 30,
            url=f"https://antara.example/{n}/" + "a" * 275,
            relation="rewrite",
            original_article_id=f"a{(n + 1) % 20}",
            match=Match(0.5, evidence, "subject"),
            certainty=0.4 if n else 1.0,
        )
        for n in range(20)
    ]
    return compose(
        kind,
        "0123456789abcdef",
        TOPIC,
        reports[0],
        reports,
        NOW,
        ["a0"],
        {
            "development": News(["Fakta " * 50] * 20, [sentence[n:] for n in range(5)]),
            "changed": News(
                ["Fakta " * 50] * 20,
                [sentence[n:] for n in range(5)],
                None,
                "Semula " * 200,
                sentence,
            ),
        }.get(kind, News()),
    )


@pytest.mark.parametrize("kind", get_args(AlertKind))
def test_long_parts_are_cut_and_link_and_key_kept(kind: Any) -> None:
    """However long headline, outlets, sentences and terms are, the message is within Telegram's
    limit, with the link and the key.
    """
    alert = longest(kind)
    assert len(alert.title) + len(alert.text) <= TELEGRAM
    assert len(alert.title) <= 320
    assert alert.text.endswith(f"/0/{'a' * 275}\n[{alert.id}]")
    assert kind != "new_story" or "Korea Utara lagi" in alert.text


ALL = ["Antara", "Kompas", "Detik", "Tempo"]
HEARTBEATS = [
    # to be looked at, without an answer, the topic wants it every night, rings: the title's end and
    # lines, and whether it is sent
    (
        ALL,
        [],
        False,
        True,
        "sudah diperiksa",
        "4 dari 4 media menjawab; 60 tautan, 9 artikel diperiksa, 2 cocok, 1 kabar.",
        False,
    ),
    (
        ALL,
        [],
        True,
        True,
        "sudah diperiksa",
        "4 dari 4 media menjawab; 60 tautan, 9 artikel diperiksa, 2 cocok, 1 kabar.",
        True,
    ),
    (ALL, ALL[:2], False, True, "sudah diperiksa", "Tidak menjawab: Antara, Kompas", False),
    (
        ALL,
        ALL[:3],
        False,
        True,
        "sebagian besar media tidak terjangkau",
        "tidak ada kabar belum tentu tidak ada berita",
        True,
    ),
    (
        ALL,
        ALL[:3],
        True,
        True,
        "sebagian besar media tidak terjangkau",
        "Tidak menjawab: Antara, Kompas, Detik",
        True,
    ),
    (
        ALL,
        ALL,
        False,
        True,
        "sebagian besar media tidak terjangkau",
        "0 dari 4 media menjawab",
        True,
    ),
    (
        ALL[:1],
        ALL[:1],
        False,
        False,
        "sebagian besar media tidak terjangkau",
        "0 dari 1 media menjawab",
        False,
    ),
]


@pytest.mark.parametrize(
    ("asked", "silent", "nightly", "ring", "title", "says", "sent"), HEARTBEATS
)
def test_heartbeat(
    asked: list[str],
    silent: list[str],
    nightly: bool,
    ring: bool,
    title: str,
    says: str,
    sent: bool,
) -> None:
    """It is sent where most outlets did not answer, or every night where the topic wants it; and
    never of a run that looked at a choice.
    """
    found = heartbeat(
        replace(TOPIC, heartbeat=nightly),
        asked,
        silent,
        asked[-1:],
        (60, 9, 2, 1),
        "antara: timeout",
        NOW,
        ring,
    )
    assert found.title == f"Rusia–Korea Utara: {title}"
    assert says in found.text
    assert f"Tidak sepenuhnya terbaca: {asked[-1]}" in found.text
    assert (found.id is not None) == sent
    assert found.text.endswith(f"\n\n[{found.id}]") == sent
    assert (
        found.sources,
        found.answered,
        found.links,
        found.articles,
        found.hits,
        found.alerts,
    ) == (len(asked), len(asked) - len(silent), 60, 9, 2, 1)


def test_heartbeat_has_one_key_a_day() -> None:
    """Of one kind, topic and day in Jakarta: a run that is repeated sends nothing twice."""

    def key(at: str, silent: list[str]) -> str | None:
        return heartbeat(
            TOPIC,
            ALL,
            silent,
            [],
            (0, 0, 0, 0),
            "",
            datetime.fromisoformat(at).astimezone(UTC),
            True,
        ).id

    blind = key("2026-03-11T01:00+07:00", ALL)
    assert blind == key("2026-03-11T23:59+07:00", ALL[1:])
    assert blind != key("2026-03-12T00:00+07:00", ALL)


def test_digest() -> None:
    """Several messages in one, each whole."""
    title, text = digest(TOPIC.title, ["satu\n\n[1]", "dua\n\n[2]"])
    assert title == "Rusia–Korea Utara: 2 kabar"
    assert text == "satu\n\n[1]\n\n———\n\ndua\n\n[2]"
