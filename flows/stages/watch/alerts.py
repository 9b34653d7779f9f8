"""The life cycle of an alert: which hits raise one, and what the desk hears about the story later.

    decide(hits, alerted, topics, now)   -> a decision for each hit, and an alert for a new story
    follow(stories, topic, now, window)  -> follow-up alerts for stories that were alerted earlier

A story is alerted once per topic, by its earliest hit that is recent enough and has the topic as
its subject. After that it raises at most one follow-up per run, and none within `REST` of its last
alert:

    changed       an article that the desk was told about is gone, was corrected or has grown
    development   a report other than a copy adds names and numbers that the desk was not told
    pickup        the number of outlets that surely have it has reached one of `LEVELS` since the
                  desk was last told, and no report develops the story
    closed        no report has joined for the whole window; after that only changes are told

Articles from a backfill never raise an alert; they only count among a story's outlets.
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
from flows.stages.watch.telling import sure_outlets

REST = timedelta(hours=3)
LEVELS = (3, 10)  # numbers of outlets


def decide(
    hits: Sequence[Hit],
    alerted: Collection[tuple[str, str]],
    now: datetime,
    base_url: str = "",
) -> list[tuple[Hit, Decision, Alert | None]]:
    """A decision for each hit, whatever their order; sorted by seen_at, then by article.

    `alerted` are the (topic_id, story_id) pairs that already have an alert; `base_url`: the reading
    room's, '' for none. A date in the future is a wrong clock, not an old article, and so counts as
    recent.
    """
    ordered = sorted(
        hits, key=lambda hit: (hit.article.seen_at, hit.article.article_id, hit.topic.id)
    )
    stories = defaultdict[tuple[str, str], list[Hit]](list)
    for hit in ordered:
        stories[hit.topic.id, hit.article.story_id].append(hit)
    done = set(alerted)
    decided: list[tuple[Hit, Decision, Alert | None]] = []
    for hit in ordered:
        story = (hit.topic.id, hit.article.story_id)
        decision = _decision(hit, now, alerted=story in done)
        alert = None
        if decision == "raised":
            done.add(story)
            alert_id = _alert_id(hit.topic, "new_story", hit.article.story_id)
            reports = stories[story]
            alert = compose("new_story", alert_id, hit.topic, hit, reports, now, base_url=base_url)
        decided.append((hit, decision, alert))
    return decided


def _decision(hit: Hit, now: datetime, *, alerted: bool) -> Decision:
    if hit.article.arrived_by == "backfill":
        return "backfill"
    if hit.match.strength == "mention":
        return "mention"
    if now - hit.article.seen_at > hit.topic.max_age:
        return "too_old"
    return "joined" if alerted else "raised"


def follow(
    stories: Sequence[AlertedStory],
    topic: Topic,
    now: datetime,
    window: timedelta,
    base_url: str = "",
) -> list[Alert]:
    """The follow-up alerts of stories that were alerted in earlier runs, at most one per story.
    `base_url`: the reading room's, '' for none.
    """
    return [
        alert
        for story in stories
        if (alert := _follow_up(story, topic, now, window, base_url))
        and alert.id not in {id for id, _, _ in story.alerts}
    ]


def is_quiet(quiet: Quiet | None, now: datetime) -> bool:
    """Whether messages are held back now."""
    if quiet is None:
        return False
    clock = now.astimezone(ZoneInfo(quiet.timezone)).time()
    if quiet.start <= quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end  # the quiet hours pass midnight


@dataclass(frozen=True, slots=True)
class _Followed:
    """A story that was alerted, as it stands now.

    `reports` are in order of publication; `fresh` are those of them that may raise an alert.
    `known` are the words that the desk was told.
    """

    story: AlertedStory
    topic: Topic
    reports: Sequence[Report]
    fresh: Sequence[Report]
    known: Collection[str]
    now: datetime
    window: timedelta


# What a follow-up is about: its report, what makes its id unique, and what it quotes.
_Finding = tuple[Report, tuple[str, ...], News]


def _follow_up(
    story: AlertedStory, topic: Topic, now: datetime, window: timedelta, base_url: str
) -> Alert | None:
    reports = sorted(
        story.reports,
        key=lambda report: (report.article.seen_at, report.article.article_id),
    )
    if not reports or now - max(at for _, _, at in story.alerts) < REST:
        return None
    fresh = [report for report in reports if _is_fresh(report, topic, now)]
    followed = _Followed(story, topic, reports, fresh, told_words(reports), now, window)
    closed = any(kind == "closed" for _, kind, _ in story.alerts)
    for kind, find in _FOLLOW_UPS.items():
        wanted = kind in topic.kinds and (kind == "changed" or not closed)
        if wanted and (found := find(followed)):
            subject, identity, news = found
            alert_id = _alert_id(topic, kind, story.story_id, *identity)
            told = {report.article.article_id for report in reports if report.told}
            hits = [report.hit for report in reports]
            alert = compose(kind, alert_id, topic, subject.hit, hits, now, told, news, base_url)
            return replace(alert, article_ids=_told_of(subject, reports))
    return None


def _told_of(subject: Report, reports: Sequence[Report]) -> tuple[str, ...]:
    """The articles that a message covers. One that has changed gets a message of its own."""
    return tuple(
        report.article.article_id
        for report in reports
        if report is subject or not (report.told_text or report.gone)
    )


def _is_fresh(report: Report, topic: Topic, now: datetime) -> bool:
    """Whether a report may raise an alert: no alert has told of it, it has the topic as its
    subject, and it is recent enough and not from a backfill.
    """
    return (
        not report.told
        and report.decision in ("raised", "joined")
        and now - report.article.seen_at <= topic.max_age
    )


def _find_changed(followed: _Followed) -> _Finding | None:
    """The earliest report that no longer is what the desk was told."""
    sent = {id for id, _, _ in followed.story.alerts}
    for report in followed.reports:
        if report.told and (news := find_change(report, followed.known)):
            article = report.article
            text = "gone" if report.gone else stable_id(article.title, article.body)
            identity = (report.article.article_id, text)
            alert_id = _alert_id(followed.topic, "changed", followed.story.story_id, *identity)
            if alert_id not in sent:
                return report, identity, news
    return None


def _find_development(followed: _Followed) -> _Finding | None:
    """The earliest fresh report that adds facts to what the desk was told."""
    for report in followed.fresh:
        if report.article.relation != "copy" and (news := added_facts(report, followed.known)):
            return report, (report.article.article_id,), news
    return None


def _find_pickup(followed: _Followed) -> _Finding | None:
    """The first report, if the story has reached a level that no alert told of."""
    before = sure_outlets([report.hit for report in followed.reports if report.told])
    outlets = sure_outlets([report.hit for report in followed.reports])
    reached = [level for level in LEVELS if len(before) < level <= len(outlets)]
    if not (followed.fresh and reached):
        return None
    return followed.reports[0], (str(reached[-1]),), News()


def _find_closed(followed: _Followed) -> _Finding | None:
    """The first report, if no other has joined for the window. After twice that, as when the
    program was not run for long, it is no news any more.
    """
    silence = followed.now - followed.reports[-1].article.seen_at
    if not followed.window < silence <= 2 * followed.window:
        return None
    return followed.reports[0], (), News()


# In the order in which they are tried; the first that finds something is sent.
_FOLLOW_UPS: Mapping[AlertKind, Callable[[_Followed], _Finding | None]] = {
    "changed": _find_changed,
    "development": _find_development,
    "pickup": _find_pickup,
    "closed": _find_closed,
}


def _alert_id(topic: Topic, kind: AlertKind, *identity: str) -> str:
    return stable_id("alert", topic.id, kind, *identity)
