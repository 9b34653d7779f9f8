"""Which problems of sources stand, from what each gave by night.

    judge(histories, looks, now)            -> for each source that was looked at, its verdicts
    judge_expected(history, look, now)      -> the verdicts of what sources.yaml expects alone
    changes(verdicts, history, now)         -> the problems that are opened and closed by them

A verdict is reached once a night can tell: by local day, not by run, and against the nights before
on which no such problem stood. A problem is opened once, and stays open until a night shows that it
is over.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from flows.records import Look, Night, Problem, ProblemKind, Source, stable_id
from flows.stages.health.articles import judge_articles
from flows.stages.health.links import judge_links
from flows.stages.health.pages import judge_listings, judge_pages
from flows.stages.health.thresholds import thresholds
from flows.stages.health.usual import common_of, reference, usual_of
from flows.stages.health.verdicts import Verdict
from flows.stages.health.wording import command_of, why

KINDS: tuple[ProblemKind, ...] = get_args(ProblemKind)
_LINKS: tuple[ProblemKind, ...] = ("quiet", "fewer")
_PAGES: tuple[ProblemKind, ...] = ("failing", "blocked")
_ARTICLES: tuple[ProblemKind, ...] = ("drifted",)
# Changes that become the usual: an outlet may have fewer editors, or name them no more.
_ACCEPTED: tuple[ProblemKind, ...] = ("fewer", "drifted")


def local_day(source: Source, instant: datetime) -> date:
    """The day of an instant in a source's time zone."""
    return instant.astimezone(ZoneInfo(source.timezone)).date()


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a source: its nights, the oldest first; its problems of these nights, open
    and closed; and when its newest article was published, if it has one.
    """

    source: Source
    nights: Sequence[Night]
    problems: Sequence[Problem] = ()
    newest: datetime | None = None

    @property
    def standing(self) -> dict[ProblemKind, Problem]:
        """The open problems, by kind."""
        return {each.kind: each for each in self.problems if each.closed_at is None}

    def day(self, instant: datetime) -> date:
        """The local day of an instant."""
        return local_day(self.source, instant)

    def apart(self, kinds: Collection[ProblemKind]) -> set[date]:
        """The days on which a problem of these kinds stood, unless it was short, or accepted as
        usual.
        """
        days: set[date] = set()
        for problem in self.problems:
            if problem.kind not in kinds:
                continue
            opened = self.day(problem.opened_at)
            closed = self.day(problem.closed_at) if problem.closed_at else self.nights[-1].day
            length = (closed - opened).days + (problem.closed_at is None)
            accepted = problem.kind in _ACCEPTED and length >= thresholds().accepted
            if length >= thresholds().history.apart and not accepted:
                days |= {opened + timedelta(days=each) for each in range(length)}
        return days

    def since_closed(self, kinds: Collection[ProblemKind]) -> Sequence[Night]:
        """The nights since a problem of these kinds was closed last."""
        closed = [
            self.day(each.closed_at)
            for each in self.problems
            if each.closed_at and each.kind in kinds
        ]
        if not closed:
            return self.nights
        return [night for night in self.nights if night.day >= max(closed)] or self.nights[-1:]


def judge(
    histories: Sequence[History], looks: Mapping[str, Look], now: datetime
) -> dict[str, list[Verdict]]:
    """A verdict on each kind of problem, for each source that was looked at.

    `histories`: of all sources. If there are several, and no look was usable, that is no source's
    problem, and there are none.
    """
    looked = [look for look in looks.values() if look.looked]
    if len(looked) > 1 and not any(look.usable for look in looked):
        return {}
    common = _common(histories)
    return {
        each.source.id: _verdicts(each, looks[each.source.id], common, now)
        for each in histories
        if each.nights and each.source.id in looks and looks[each.source.id].looked
    }


def judge_expected(history: History, look: Look, now: datetime) -> list[Verdict]:
    """The verdicts of what sources.yaml expects of a source alone, as in a replay."""
    return list(_of_expect(history, look, now))


def _common(histories: Sequence[History]) -> dict[date, float]:
    """By day, what share of their usual all sources without a problem had."""
    well = [each for each in histories if each.nights and not each.standing]
    usuals = {each.source.id: usual_of(_before(each, _LINKS), {}) for each in well}
    known = {name: usual for name, usual in usuals.items() if usual}
    nights = {each.source.id: {night.day: night for night in each.nights} for each in well}
    days = {day for by_day in nights.values() for day in by_day}
    return {day: common_of(known, nights, day) for day in days}


def _before(history: History, kinds: Collection[ProblemKind]) -> list[Night]:
    """The nights that are compared."""
    return reference(history.nights, history.apart(kinds), history.nights[-1].day)


def _verdicts(
    history: History, look: Look, common: Mapping[date, float], now: datetime
) -> list[Verdict]:
    """One verdict for each kind, where several rules speak of it."""
    found = [
        *_of_expect(history, look, now),
        *_of_pages(history, look, now),
        *_of_links(history, look, common),
        _of_articles(history),
    ]
    return [_first([each for each in found if each.kind == kind]) for kind in KINDS]


def _first(verdicts: Sequence[Verdict]) -> Verdict:
    """The first that says yes; else one that cannot tell; else no."""
    for stands in (True, None):
        for verdict in verdicts:
            if verdict.stands is stands:
                return verdict
    return verdicts[-1]


def _of_expect(history: History, look: Look, now: datetime) -> Iterator[Verdict]:
    expect, tonight = history.source.expect, history.nights[-1]
    if expect.silent_after is not None:
        if history.newest is None:
            yield Verdict("quiet", True, "no-article")
        else:
            silent = now - history.newest > expect.silent_after
            hours = f"{expect.silent_after / timedelta(hours=1):g}"
            yield Verdict("quiet", silent, "silent", {"newest": history.newest, "hours": hours})
    if look.usable:
        values = {"found": tonight.links, "expected": expect.min_links}
        yield Verdict("fewer", tonight.links < expect.min_links, "below-expected", values)


def _of_pages(history: History, look: Look, now: datetime) -> Iterator[Verdict]:
    if not look.usable:
        yield from judge_listings(history.nights, [note.text for note in look.notes], now)
        return
    standing = {kind: history.day(each.opened_at) for kind, each in history.standing.items()}
    yield from judge_pages(history.since_closed(_PAGES), _before(history, _PAGES), standing)


def _of_links(history: History, look: Look, common: Mapping[date, float]) -> Iterator[Verdict]:
    if not look.usable:
        yield from (Verdict(kind, None) for kind in _LINKS)
        return
    nights, standing = history.since_closed(_LINKS), history.standing
    for verdict in judge_links(nights, _before(history, _LINKS), common, standing.keys()):
        yield _unless_accepted(verdict, history)


def _of_articles(history: History) -> Verdict:
    verdict = judge_articles(
        history.since_closed(_ARTICLES),
        _before(history, _ARTICLES),
        standing="drifted" in history.standing,
        contains=bool(history.source.container),
    )
    return verdict if verdict.rule == "incomplete" else _unless_accepted(verdict, history)


def _unless_accepted(verdict: Verdict, history: History) -> Verdict:
    """The verdict, or that a change which has lasted is the usual now."""
    problem = history.standing.get(verdict.kind)
    if problem is None or verdict.kind not in _ACCEPTED or verdict.stands is False:
        return verdict
    lasted = (history.nights[-1].day - history.day(problem.opened_at)).days
    if lasted < thresholds().accepted:
        return verdict
    return Verdict(verdict.kind, False, "accepted", {"nights": lasted})


# ---- what becomes of problems ----


@dataclass(frozen=True, slots=True)
class Change:
    """A problem that is opened or, if it has `closed_at`, closed, and the verdict on it."""

    problem: Problem
    verdict: Verdict


def changes(history: History, verdicts: Sequence[Verdict], now: datetime) -> list[Change]:
    """The problems of a source that are opened and closed."""
    changed = []
    for verdict in verdicts:
        problem = history.standing.get(verdict.kind)
        if verdict.stands and problem is None:
            changed.append(Change(_opened(history.source, verdict, now), verdict))
        elif verdict.stands is False and problem:
            changed.append(Change(replace(problem, closed_at=now), verdict))
    return changed


def _opened(source: Source, verdict: Verdict, now: datetime) -> Problem:
    return Problem(
        id=stable_id("problem", source.id, verdict.kind, now.isoformat()),
        source_id=source.id,
        kind=verdict.kind,
        opened_at=now,
        detail=why(verdict),
        command=command_of(verdict.kind, source.id),
    )
