"""The life of an alert: which hits raise one, and what a desk hears of the story after that.

hits of a batch, what was alerted before -> decide -> (hit, decision, new_story alert or None), one
for each hit
    stories that were alerted                -> follow -> development, pickup and closed alerts

A story is alerted once for each topic, by its earliest hit that is recent enough and has the topic
for its subject. After that it tells of itself at most once a run, and not within `REST` of its last
alert:

    changed       an article that the desk was told of is gone, was corrected or has grown
    development   a report that is no copy adds names and numbers that the desk was not told
    pickup        its outlets have reached one of `LEVELS` that no alert told of, and no report
                  develops it
    closed        nothing has joined it for the window; after that only changes are told

Nothing that a backfill brought raises an alert, now or later; it only counts among a story's
outlets.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.records import (
    Alert,
    AlertedStory,
    AlertKind,
    Decision,
    Hit,
    Quiet,
    Report,
    Topic,
    stable_id,
)
from flows.stages.watch.messages import compose
from flows.stages.watch.news import News, added_facts, find_change, told_words

REST = timedelta(hours=3)
LEVELS = (3, 10)  # outlets


def decide(
    hits: Sequence[Hit],
    alerted: Collection[tuple[str, str]],
    topics: Mapping[str, Topic],
    now: datetime,
) -> list[tuple[Hit, Decision, Alert | None]]:
    """A decision for each hit, whatever the order they come in; the result is ordered by seen_at,
    then by article.

    `alerted`: the (topic_id, story_id) pairs that have an alert. `topics`: by id, all those that
    the hits name. A date in the future is a clock's mistake, not an old article: it is recent.
    """
    ordered = sorted(hits, key=lambda hit: (hit.seen_at, hit.article_id, hit.topic_id))
    stories = defaultdict[tuple[str, str], list[Hit]](list)
    for hit in ordered:
        stories[hit.topic_id, hit.story_id].append(hit)
    done = set(alerted)
    decided: list[tuple[Hit, Decision, Alert | None]] = []
    for hit in ordered:
        key = (hit.topic_id, hit.story_id)
        topic = topics[hit.topic_id]
        if hit.arrived_by == "backfill":
            decided.append((hit, "backfill", None))
        elif hit.match.strength == "mention":
            decided.append((hit, "mention", None))
        elif now - hit.seen_at > topic.max_age:
            decided.append((hit, "too_old", None))
        elif key in done:
            decided.append((hit, "joined", None))
        else:
            done.add(key)
            decided.append(
                (
                    hit,
                    "raised",
                    compose(
                        "new_story",
                        _key(topic, "new_story", hit.story_id),
                        topic,
                        hit,
                        stories[key],
                        now,
                    ),
                )
            )
    return decided


def follow(
    stories: Sequence[AlertedStory], topic: Topic, now: datetime, window: timedelta
) -> list[Alert]:
    """The alerts that stories, alerted in earlier runs, raise now: at most one each."""
    return [
        alert
        for story in stories
        if (alert := _next(story, topic, now, window))
        and alert.id not in {id for id, _, _ in story.alerts}
    ]


def is_quiet(quiet: Quiet | None, now: datetime) -> bool:
    """Whether messages are held now."""
    if quiet is None:
        return False
    clock = now.astimezone(ZoneInfo(quiet.timezone)).time()
    through_midnight = quiet.start > quiet.end
    return (
        (clock >= quiet.start or clock < quiet.end)
        if through_midnight
        else quiet.start <= clock < quiet.end
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """A story that was alerted, as it stands now. `reports`: in order of publication; `fresh`:
    those that may raise an alert; `known`: the words that the desk was told.
    """

    story: AlertedStory
    topic: Topic
    reports: Sequence[Report]
    fresh: Sequence[Report]
    known: Collection[str]
    now: datetime
    window: timedelta


# What a story says next: the report it is about, what makes its key, what is quoted.
_Next = tuple[Report, tuple[str, ...], News]


def _next(story: AlertedStory, topic: Topic, now: datetime, window: timedelta) -> Alert | None:
    reports = sorted(story.reports, key=lambda report: (report.hit.seen_at, report.hit.article_id))
    if not reports or now - max(at for _, _, at in story.alerts) < REST:
        return None
    fresh = [report for report in reports if _is_fresh(report, topic, now)]
    look = _Look(story, topic, reports, fresh, told_words(reports), now, window)
    closed = any(kind == "closed" for _, kind, _ in story.alerts)
    for kind, find in _FOLLOWING.items():
        wanted = kind in topic.kinds and (kind == "changed" or not closed)
        if wanted and (found := find(look)):
            about, what, news = found
            key = _key(topic, kind, story.story_id, *what)
            told = {report.hit.article_id for report in reports if report.told}
            hits = [report.hit for report in reports]
            alert = compose(kind, key, topic, about.hit, hits, now, told, news)
            return replace(alert, article_ids=_told_of(about, reports))
    return None


def _told_of(about: Report, reports: Sequence[Report]) -> tuple[str, ...]:
    """The articles that a message tells of: those that have changed are told in one of their
    own.
    """
    return tuple(
        report.hit.article_id
        for report in reports
        if report is about or not (report.told_text or report.gone)
    )


def _is_fresh(report: Report, topic: Topic, now: datetime) -> bool:
    """Whether it may raise an alert: a run brought it, with the topic for its subject, not too long
    ago, and no alert told of it.
    """
    return (
        not report.told
        and report.decision in ("raised", "joined")
        and now - report.hit.seen_at <= topic.max_age
    )


def _changed(look: _Look) -> _Next | None:
    """The earliest report that is no more what the desk was told."""
    sent = {id for id, _, _ in look.story.alerts}
    for report in look.reports:
        if report.told and (news := find_change(report, look.known)):
            text = "gone" if report.gone else stable_id(report.hit.title, report.body)
            what = (report.hit.article_id, text)
            if _key(look.topic, "changed", look.story.story_id, *what) not in sent:
                return report, what, news
    return None


def _development(look: _Look) -> _Next | None:
    """The earliest fresh report that adds what no report told of has."""
    for report in look.fresh:
        if report.hit.relation != "copy" and (news := added_facts(report, look.known)):
            return report, (report.hit.article_id,), news
    return None


def _pickup(look: _Look) -> _Next | None:
    """The first report, where more outlets have the story than an alert told of."""
    before = {report.hit.outlet for report in look.reports if report.told}
    outlets = {report.hit.outlet for report in look.reports}
    reached = [level for level in LEVELS if len(before) < level <= len(outlets)]
    return (look.reports[0], (str(reached[-1]),), News()) if look.fresh and reached else None


def _closed(look: _Look) -> _Next | None:
    """The first report, where nothing has joined it for the window; later, as after an upgrade or a
    long pause, that is no news.
    """
    silence = look.now - look.reports[-1].hit.seen_at
    over = look.window < silence <= 2 * look.window
    return (look.reports[0], (), News()) if over else None


# In which order they are asked; the first that has something to say speaks.
_FOLLOWING: Mapping[AlertKind, Callable[[_Look], _Next | None]] = {
    "changed": _changed,
    "development": _development,
    "pickup": _pickup,
    "closed": _closed,
}


def _key(topic: Topic, kind: AlertKind, *what: str) -> str:
    return stable_id("alert", topic.id, kind, *what)
