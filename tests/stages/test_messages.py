"""What messages say, word for word: tables of cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.records import AlertKind, Match, MessageLanguage, Span
from flows.stages.watch.messages import LONGEST, Coverage, compose, digest, heartbeat
from flows.stages.watch.news import News
from tests.helpers.cases import cases
from tests.helpers.hits import SEEN_AT as NOW
from tests.helpers.hits import TOPICS, hit

MESSAGE_CASES: list[dict[str, Any]] = cases("alerts/message")
TOPIC = TOPICS["pact"]


def spans(case: dict[str, Any], title: str) -> tuple[tuple[Span, ...], str]:
    """The evidence of a case as spans, and the body that its sentences make."""
    evidence = case["evidence"]
    body = "\n".join(dict.fromkeys(each[3] for each in evidence if each[1] == "body"))
    fields = {"title": title, "body": body}
    found = []
    for group, field, text, sentence in evidence:
        start = max(0, fields[field].find(text, max(0, fields[field].find(sentence))))
        found.append(Span(group, field, start, start + len(text), text, sentence))
    return tuple(found), case.get("body", body)


@pytest.mark.parametrize("case", MESSAGE_CASES, ids=[case["case"] for case in MESSAGE_CASES])
def test_message(case: dict[str, Any]) -> None:
    """Each case of message.yaml says exactly what stands there."""
    about = case.get("about", "a")
    [title] = [title for article, *_, title in case["reports"] if article == about]
    evidence, body = spans(case, title)
    reports = [
        hit(
            article,
            seen_at=seen_at,
            precision=precision,
            relation=relation,
            original_article_id=original,
            outlet=outlet,
            title=title,
            body=body,
            url=case.get("url", f"https://a.example/{article}"),
            match=Match(1, evidence, "subject"),
            certainty=case.get("certainty", {}).get(article, 1.0),
        )
        for article, outlet, seen_at, precision, relation, original, title in case["reports"]
    ]
    [subject] = [report for report in reports if report.article.article_id == about]
    topic = replace(TOPIC, language=case.get("language", "id"), template=case.get("template"))
    news = {**case.get("news", {})}
    news["sentences"] = [(each, 0) for each in news.get("sentences", ())]
    alert = compose(
        case.get("kind", "new_story"),
        "0123456789abcdef",
        topic,
        subject,
        reports,
        NOW,
        case.get("told", ()),
        News(**news),
        case.get("base_url", ""),
    )

    assert alert.title == case["title"]
    assert alert.text == case["text"].replace("{key}", alert.id)
    assert alert.article_ids == tuple(report.article.article_id for report in reports)


words = st.text(alphabet=st.sampled_from('Kata ibu“”"…🚆러%\n\t\u202e'), max_size=400)


@st.composite
def tellings(draw: st.DrawFn) -> dict[str, Any]:
    """Anything that an alert may be about: parts of any length, and stories of any size."""
    count = draw(st.integers(1, 14))
    body = draw(words)
    relations = st.sampled_from(["original", "copy", "rewrite", "same_story"])
    path = "b/" + "x" * draw(st.integers(0, 600))
    reports = [
        hit(
            f"a{n}",
            seen_at=NOW + timedelta(minutes=n),
            title=draw(words),
            body=body,
            outlet=draw(words),
            url=f"https://antara.example/{n}/{path}",
            relation=draw(relations),
            original_article_id=f"a{draw(st.integers(0, count))}",
            precision=draw(st.sampled_from(["minute", "day", None])),
            certainty=draw(st.sampled_from([0.4, 1.0])),
            match=Match(1, (Span("g", "body", 0, 4, body[:4], body),), "subject"),
        )
        for n in range(count)
    ]
    return {
        "kind": draw(st.sampled_from(get_args(AlertKind))),
        "topic": replace(
            TOPIC, title=draw(words), language=draw(st.sampled_from(get_args(MessageLanguage)))
        ),
        "subject": draw(st.sampled_from(reports)),
        "reports": reports,
        "told": ["a0"] if draw(st.booleans()) else [],
        "news": News(
            [(body, 0)] * draw(st.integers(0, 3)),
            draw(st.sampled_from([None, "410", "kata"])),
            draw(st.none() | words),
            draw(st.none() | words),
        ),
        "base_url": draw(st.sampled_from(["", "https://kliping.example/meja"])),
    }


@given(tellings())
@settings(max_examples=150, deadline=None)
def test_an_alert_is_short_and_has_its_link_and_key(given: dict[str, Any]) -> None:
    """Whatever it is about: at most LONGEST characters with its title, a whole link near the top,
    and the key as its last line.
    """
    alert = compose(alert_id="0123456789abcdef", now=NOW, **given)
    lines = alert.text.split("\n")
    story = f"{given['base_url']}/stories/s1"
    links = [line for line in lines[:4] if line in (given["subject"].article.url, story)]
    assert len(alert.title) + 1 + len(alert.text) <= LONGEST
    assert links
    assert (story in links) == bool(given["base_url"])
    assert lines[-2:] == ["", f"[{alert.id}]"]
    assert alert.title.strip()
    assert "\n\n\n" not in alert.text


LINKS = [
    # an article's address, the room's, and the links of the message
    ("https://a.example/b?c=1", "", ["https://a.example/b?c=1"]),
    (
        "https://a.example/b",
        "https://k.example",
        ["https://a.example/b", "https://k.example/stories/s1"],
    ),
    (f"https://a.example/{'%EB%9F%AC' * 30}-%20%2F", "", [f"https://a.example/{'러' * 30}-%20%2F"]),
    (f"https://a.example/{'%EB%9F' * 40}", "", [f"https://a.example/{'%EB%9F' * 40}"]),
    (f"https://a.example/{'x' * 1500}", "", [f"https://a.example/{'x' * 1500}"]),
    (f"https://a.example/{'x' * 1500}", "https://k.example", ["https://k.example/stories/s1"]),
]


@pytest.mark.parametrize(("url", "base_url", "links"), LINKS)
def test_no_link_is_broken(url: str, base_url: str, links: list[str]) -> None:
    """A long address is shortened where it stays the same one; one that leaves no room for more is
    whole all the same, or the story's page stands for it.
    """
    subject = hit("a", url=url)
    alert = compose("new_story", "k", TOPIC, subject, [subject], NOW, base_url=base_url)
    assert [line for line in alert.text.split("\n") if line.startswith("https://")] == links
    assert alert.text.endswith("[k]")


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
        Coverage(asked, silent, partly=asked[-1:]),
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


@pytest.mark.parametrize(
    ("silent", "unread", "title", "answered"),
    [
        ([], {"Tempo": 6}, "sudah diperiksa", 3),
        (["Antara"], {"Tempo": 6, "Detik": 1}, "sebagian besar media tidak terbaca", 1),
        (ALL[:3], {"Tempo": 6}, "sebagian besar media tidak terjangkau", 0),
    ],
)
def test_heartbeat_never_says_looked_of_unread_outlets(
    silent: list[str], unread: dict[str, int], title: str, answered: int
) -> None:
    """An outlet whose pages could not be read is not among those that were looked at, and is named
    with its links.
    """
    found = heartbeat(TOPIC, Coverage(ALL, silent, unread), (60, 9, 2, 1), "", NOW, True)
    assert found.title == f"Rusia–Korea Utara: {title}"
    assert found.answered == answered
    assert f"{answered} dari 4 media menjawab" in found.text
    assert "6 tautan, 0 artikel: Tempo tidak terbaca" in found.text.split("\n")


def test_heartbeat_has_one_key_a_day() -> None:
    """Of one kind, topic and day in Jakarta: a run that is repeated sends nothing twice."""

    def key(at: str, silent: list[str]) -> str | None:
        return heartbeat(
            TOPIC,
            Coverage(ALL, silent),
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
    messages = [
        ("Rusia–Korea Utara: Kim Pulang", "satu\n\n[1]"),
        ("Rusia–Korea Utara, perkembangan: kereta", "dua\n\n[2]"),
    ]
    title, text = digest(TOPIC.title, "id", messages)
    assert title == "Rusia–Korea Utara: 2 kabar"
    assert text == "1. Kim Pulang\nsatu\n\n[1]\n\n———\n\n2. Perkembangan: kereta\ndua\n\n[2]"
    assert digest(TOPIC.title, "en", messages)[0] == "Rusia–Korea Utara: 2 alerts"
