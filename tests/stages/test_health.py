"""Which problems stand, from invented nights: a table of cases; and that every phrase is said."""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from flows.records import Expect, Look, Night, Note, Problem, Source
from flows.stages.health.judge import History, changes, judge
from flows.stages.health.verdicts import Verdict
from flows.stages.health.wording import message, why
from tests.helpers.paths import ROOT

FIRST = datetime(2026, 3, 1, 18, tzinfo=UTC)  # 01:00 in Jakarta, of a Monday
SOURCE = Source("satu", "Satu", "https://s.example/", re.compile("."))


def night(number: int, **found: Any) -> Night:
    """A night of an outlet with 20 articles, all with a date and an author, unless it says
    otherwise.
    """
    now = FIRST + timedelta(days=number)
    day = (now + timedelta(hours=7)).date()
    links = found.get("new_links", 20)
    usual = {
        "links": 40,
        "new_links": links,
        "articles": links,
        "dated": links,
        "signed": links,
        "contained": links,
        "words": 300.0,
        "usable_at": now,
        "hours": 24.0 if number else None,
    }
    return Night(day, **(usual | found))


NO_LINKS: dict[str, Any] = {"new_links": 0, "words": None}
UNREAD: dict[str, Any] = {"articles": 0, "unread": 6, "new_links": 6, "words": None}
NIGHTS: list[tuple[str, int, list[dict[str, Any]], list[str]]] = [
    # what it is like, after how many usual nights, the last nights, the problems that stand then
    ("all is well", 28, [{}], []),
    ("no new link", 28, [NO_LINKS], ["quiet"]),
    ("an hour without a link", 28, [NO_LINKS | {"hours": 1.0}], []),
    ("a few links in an hour", 28, [{"new_links": 1, "hours": 1.0}], []),
    ("a day of hourly looks without a link", 28, [NO_LINKS | {"hours": 21.0}], ["quiet"]),
    ("no links, and no history", 3, [NO_LINKS], []),
    ("a quarter of the links, once", 28, [{"new_links": 9}], []),
    ("a quarter of the links, for days", 28, [{"new_links": 5}] * 3, ["fewer"]),
    ("most pages fail", 28, [UNREAD], ["failing"]),
    ("most pages fail in the first night", 0, [UNREAD], ["failing"]),
    ("two pages fail", 28, [UNREAD | {"unread": 2, "new_links": 20}], []),
    (
        "most pages are withheld",
        28,
        [UNREAD | {"unread": 0, "blocked": 6, "new_links": 20}],
        ["blocked"],
    ),
    ("no article has a date", 28, [{"dated": 0}], ["drifted"]),
    ("one of three has a date", 28, [{"new_links": 20, "articles": 3, "dated": 1}], []),
    ("no article has an author", 28, [{"signed": 0}], ["drifted"]),
    ("texts end after the lead", 28, [{"words": 60.0}], ["drifted"]),
    ("texts take other articles in", 28, [{"words": 900.0}], ["drifted"]),
    ("most texts may be incomplete", 2, [{"incomplete": 15}], ["drifted"]),
]


def judged(
    nights: list[Night], look: Look | None = None, source: Source = SOURCE, **more: Any
) -> list[str]:
    """The kinds of problems that stand."""
    look = look or Look("satu", looked=True, usable=True, listed=40)
    now = FIRST + timedelta(days=len(nights) - 1, minutes=1)
    verdicts = judge([History(source, nights, **more)], {"satu": look}, now)["satu"]
    return [verdict.kind for verdict in verdicts if verdict.stands]


@pytest.mark.parametrize(
    ("case", "before", "last", "kinds"), NIGHTS, ids=[case for case, *_ in NIGHTS]
)
def test_night(case: str, before: int, last: list[dict[str, Any]], kinds: list[str]) -> None:
    """The last night shows these problems."""
    nights = [night(number) for number in range(before)]
    nights += [night(before + number, **found) for number, found in enumerate(last)]
    assert judged(nights) == kinds


def test_weekend() -> None:
    """Half of the news on every Sunday is Sunday's usual."""
    nights = [night(number, new_links=5 if number % 7 == 6 else 40) for number in range(35)]
    assert judged(nights) == []
    assert judged([*nights[:-1], night(34, new_links=0, words=None)]) == []


def test_holiday() -> None:
    """If all outlets have a third of their news, none has a problem; one alone has."""
    sources = [replace(SOURCE, id=f"s{number}") for number in range(6)]
    usual = [night(number, new_links=60) for number in range(28)]
    looks = {each.id: Look(each.id, looked=True, usable=True, listed=40) for each in sources}

    def standing(few: int) -> list[int]:
        return [
            sum(bool(verdict.stands) for verdict in verdicts)
            for verdicts in judge(
                [
                    History(each, [*usual, night(28, new_links=20 if number < few else 60)])
                    for number, each in enumerate(sources)
                ],
                looks,
                FIRST + timedelta(days=28),
            ).values()
        ]

    assert standing(6) == [0] * 6
    assert standing(1) == [1, 0, 0, 0, 0, 0]


def test_back_from_twice_the_news() -> None:
    """What doubled for three weeks is not the usual yet."""
    nights = [night(number) for number in range(30)]
    nights += [night(number, new_links=40) for number in range(30, 51)]
    assert judged([*nights, night(51)]) == []


LISTINGS: list[tuple[str, str, float, list[str]]] = [
    ("not found", "https://s.example/feed: http-4xx: 404", 24, ["failing"]),
    ("withheld", "https://s.example/feed: http-4xx: 403", 24, ["blocked"]),
    ("an hour after a usable look", "https://s.example/feed: timeout", 1, []),
]


@pytest.mark.parametrize(
    ("case", "answer", "hours", "kinds"), LISTINGS, ids=[case for case, *_ in LISTINGS]
)
def test_listing_that_cannot_be_read(
    case: str, answer: str, hours: float, kinds: list[str]
) -> None:
    """A source that was usable so many hours ago, and is not now."""
    look = Look("satu", looked=True, notes=(Note("listing", answer),))
    before = [night(number) for number in range(28)]
    now = before[-1].usable_at + timedelta(hours=hours) if before[-1].usable_at else FIRST
    verdicts = judge([History(SOURCE, [*before, Night(date(2026, 3, 30))])], {"satu": look}, now)[
        "satu"
    ]
    assert [verdict.kind for verdict in verdicts if verdict.stands] == kinds


def test_night_without_a_network() -> None:
    """If no source of several could be read, none has a problem."""
    sources = [SOURCE, replace(SOURCE, id="dua")]
    looks = {each.id: Look(each.id, looked=True) for each in sources}
    histories = [History(each, [Night(date(2026, 3, 30))]) for each in sources]
    assert judge(histories, looks, FIRST) == {}


def test_expectations() -> None:
    """What sources.yaml expects holds from the first night, by the most links of a day."""
    source = replace(SOURCE, expect=Expect(41, timedelta(hours=36)))
    now = FIRST + timedelta(minutes=1)
    assert judged([night(0)], source=source) == ["quiet", "fewer"]  # no article yet
    for age, links, kinds in ((36, 41, []), (37, 41, ["quiet"]), (36, 40, ["fewer"])):
        newest = now - timedelta(hours=age)
        assert judged([night(0, links=links)], source=source, newest=newest) == kinds


def test_problem_is_opened_once_and_closed_once() -> None:
    """Through nights that show it, cannot tell, and show it to be over."""
    usual: dict[str, Any] = {}
    found = [usual] * 10 + [UNREAD, UNREAD, NO_LINKS | {"hours": 2.0}, usual, usual]
    nights: list[Night] = []
    problems: list[Problem] = []
    events = []
    for number, each in enumerate(found):
        nights.append(night(number, **({"new_links": 20} | each)))
        history = History(SOURCE, nights, problems)
        look = Look("satu", looked=True, usable=True, listed=40)
        now = FIRST + timedelta(days=number)
        for change in changes(history, judge([history], {"satu": look}, now)["satu"], now):
            problem = change.problem
            if problem.kind == "failing":
                events.append((number, "closed" if problem.closed_at else "opened"))
            problems = [*[p for p in problems if p.id != problem.id], problem]
    assert events == [(10, "opened"), (13, "closed")]


def test_change_that_lasts_becomes_the_usual() -> None:
    """An outlet with fewer editors has a problem for four weeks."""
    nights = [night(number) for number in range(30)]
    nights += [night(number, new_links=5) for number in range(30, 60)]
    for opened, verdict in ((33, None), (31, False)):
        problem = Problem("p", "satu", "fewer", FIRST + timedelta(days=opened), "why", "more")
        now = FIRST + timedelta(days=59)
        look = Look("satu", looked=True, usable=True, listed=40)
        reached = judge([History(SOURCE, nights, [problem])], {"satu": look}, now)["satu"]
        assert [each.stands for each in reached if each.kind == "fewer"] == [verdict]


# ---- words ----

WORDING = tomllib.loads((ROOT / "flows/stages/health/wording.toml").read_text(encoding="utf-8"))
VALUES: dict[str, Any] = {
    "answer": "404",
    "articles": 9,
    "bad": 6,
    "expected": 40,
    "field": "date",
    "found": 1,
    "hours": "36",
    "incomplete": 9,
    "newest": FIRST,
    "nights": 1,
    "pages": 6,
    "share": 0.1,
    "usual": 0.9,
    "words": 70,
}


@pytest.mark.parametrize("rule", WORDING["rules"])
def test_every_rule_is_worded(rule: str) -> None:
    """In both languages, for one and for several."""
    for nights in (1, 3):
        verdict = Verdict("quiet", True, rule, VALUES | {"nights": nights, "found": nights})
        assert "{" not in why(verdict, "id") + why(verdict, "en")


@pytest.mark.parametrize("kind", WORDING["kinds"])
def test_messages(kind: Any) -> None:
    """An opening and a closing differ in key and title, and name the command that shows more."""
    problem = Problem("p", "satu", kind, FIRST, "why", "kliping sources check satu")
    verdict = Verdict(kind, True, "no-links", VALUES)
    opened = message(problem, verdict, "Satu", "id")
    closed = message(
        replace(problem, closed_at=FIRST), replace(verdict, stands=False), "Satu", "id"
    )
    assert opened.id != closed.id
    assert "Satu" in opened.title
    assert closed.title.startswith("Kliping, selesai: Satu")
    for told in (opened, closed):
        assert "kliping sources check satu" in told.text
        assert told.text.endswith(f"[{told.id}]")
    assert "tidak ada tautan baru dalam semalam, biasanya 40" in opened.text
    assert "sudah kembali seperti biasa" in closed.text
