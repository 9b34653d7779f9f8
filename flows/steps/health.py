"""Health: what each source gave tonight is recorded and judged, problems are opened and closed, and
the operators are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flows.records import (
    Look,
    Note,
    Operators,
    Problem,
    ProblemKind,
    Source,
    TroubleKind,
)
from flows.stages.health.judge import (
    Change,
    History,
    changes,
    judge,
    judge_expected,
    local_day,
)
from flows.stages.health.thresholds import thresholds
from flows.stages.health.verdicts import Verdict
from flows.stages.health.wording import message, why
from warehouse.health import Kinds
from warehouse.store import Warehouse

# What a problem is among a run's troubles, and what other trouble says it already.
_TROUBLES: Mapping[ProblemKind, tuple[TroubleKind, ...]] = {
    "quiet": ("silent",),
    "fewer": ("few-links",),
    "failing": ("mostly-rejected", "listing", "broke-off", "link-failed"),
    "drifted": ("mostly-doubtful",),
    "blocked": ("blocked", "listing"),
}
_QUIET: tuple[ProblemKind, ...] = ("quiet", "fewer")
_UNREAD: tuple[ProblemKind, ...] = ("failing", "blocked")


def examine(
    store: Warehouse,
    sources: Sequence[Source],
    looks: Sequence[Look],
    operators: Operators,
    now: datetime,
    *,
    opens: bool,
) -> list[Look]:
    """Record the health of all sources, and tell the operators of problems that are opened and
    closed. Returns the looks with notes on the problems that stand.

    `opens`: whether there can be problems. In a replay there are none: an archive that lacks a
    source says nothing of it. Only what sources.yaml expects is noted then.
    """
    by_source = {source.id: Look(source.id) for source in sources}
    by_source |= {look.source_id: look for look in looks}
    bounds = thresholds()
    kinds = Kinds(bounds.pages.blocked, bounds.pages.passed_over, bounds.articles.doubts)
    store.health.record_night(sources, by_source, kinds, now)
    judged = _judge(store, sources, by_source, operators, now, opens=opens)
    by_source |= {
        source_id: _noted(by_source[source_id], each) for source_id, each in judged.items()
    }
    quiet = {source_id for source_id, each in judged.items() if not each.keys().isdisjoint(_QUIET)}
    store.health.record(sources, by_source, quiet, now)
    return [by_source[look.source_id] for look in looks]


# What is wrong with a source, in words.
_Wrong = Mapping[ProblemKind, str]


def _judge(
    store: Warehouse,
    sources: Sequence[Source],
    looks: Mapping[str, Look],
    operators: Operators,
    now: datetime,
    *,
    opens: bool,
) -> dict[str, _Wrong]:
    """What is wrong with each source that was looked at, once problems are opened and closed."""
    histories = _histories(store, sources, now)
    if not opens:
        return {
            source_id: {each.kind: why(each) for each in expected if each.stands}
            for source_id, look in looks.items()
            if look.looked
            for expected in [judge_expected(histories[source_id], look, now)]
        }
    verdicts = judge(list(histories.values()), looks, now)
    changed = [
        change
        for source_id, reached in verdicts.items()
        for change in changes(histories[source_id], reached, now)
    ]
    _record(store, changed, sources, operators)
    standing = {each.source.id: each.standing for each in _histories(store, sources, now).values()}
    return {
        source_id: {
            verdict.kind: _said(verdict, problem)
            for verdict in reached
            if (problem := standing[source_id].get(verdict.kind))
        }
        for source_id, reached in verdicts.items()
    }


def _histories(store: Warehouse, sources: Sequence[Source], now: datetime) -> dict[str, History]:
    """What is known of each source, up to tonight."""
    # A day more, whatever the time zone.
    reach = timedelta(days=thresholds().history.reaches + 1)
    nights = store.health.nights((now - reach).date(), (now + timedelta(days=1)).date())
    problems = store.health.problems(now - reach)
    newest = store.runs.newest_of_sources()
    return {
        source.id: History(
            source,
            [night for night in nights.get(source.id, []) if night.day <= local_day(source, now)],
            problems.get(source.id, []),
            newest.get(source.id),
        )
        for source in sources
    }


def _record(
    store: Warehouse, changed: Sequence[Change], sources: Sequence[Source], operators: Operators
) -> None:
    names = {source.id: source.name for source in sources}
    messages = [
        message(each.problem, each.verdict, names[each.problem.source_id], operators.language)
        for each in changed
    ]
    store.health.record_problems([each.problem for each in changed], messages, operators.channels)


def _said(verdict: Verdict, problem: Problem) -> str:
    """What is said of a problem every night, with the command that shows more."""
    reason = why(verdict) if verdict.stands else problem.detail
    return f"{reason}; {problem.kind} since {problem.opened_at:%Y-%m-%d}: {problem.command}"


def _noted(look: Look, wrong: _Wrong) -> Look:
    """The look with notes on what is wrong, unless it says that already."""
    noted = {note.kind for note in look.notes}
    notes = [
        Note(_TROUBLES[kind][0], text)
        for kind, text in wrong.items()
        if noted.isdisjoint(_TROUBLES[kind])
    ]
    unread = look.unread or not wrong.keys().isdisjoint(_UNREAD)
    return replace(look, unread=unread).noting(notes)
