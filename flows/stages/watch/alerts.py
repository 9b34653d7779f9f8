"""The life of an alert: which hits raise one, and what a desk hears of the story after that.

hits of a batch, what was alerted before -> decide -> (hit, decision, new_story alert or None), one
for each hit
    stories that were alerted                -> follow -> development, pickup and closed alerts

A story is alerted once for each topic, by its earliest hit that is recent enough and has the topic
for its subject. After that it tells of itself at most once a run, and not within `REST` of its last
alert:

development   a report that is no copy, in which at least `NEW_FACTS` names and numbers, and
`NEW_SHARE` of all that it has, stand in
                  no report that the desk was told of
pickup        its outlets have reached one of `LEVELS` that no alert told of, and no report develops
it
    closed        nothing has joined it for the window; that is its last alert

Nothing that a backfill brought raises an alert, now or later; it only counts among a story's
outlets.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from flows.stages.press.dates import MONTH_NAMES, WEEKDAY_NAMES, ZONES
from flows.stages.press.vocabulary import any_of
from flows.stages.watch.messages import compose

REST = timedelta(hours=3)
NEW_FACTS, NEW_SHARE = (
    3,
    0.1,
)  # of labelled pairs .95 of the independent reports of one event, .62 of rewrites, .16 of copies
LEVELS = (3, 10)  # outlets

# Dates and times, which each outlet writes for itself
_MONTHS_AND_DAYS = any_of([*MONTH_NAMES, *WEEKDAY_NAMES])
_DATES = re.compile(
    rf"\(\s*\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?\s*\)|\b\d{{1,2}}[.:]\d{{2}}\s*(?i:{ZONES})\b"
    rf"|\b(?:19|20)\d\d\b|\b(?:\d{{1,2}}\s+)?{_MONTHS_AND_DAYS}\b"
)
_TOKENS = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_]+)|(?P<start>[.!?:“”\"‘]+)")


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


def _next(story: AlertedStory, topic: Topic, now: datetime, window: timedelta) -> Alert | None:
    reports = sorted(story.reports, key=lambda report: (report.hit.seen_at, report.hit.article_id))
    if (
        not reports
        or now - max(at for _, _, at in story.alerts) < REST
        or any(kind == "closed" for _, kind, _ in story.alerts)
    ):
        return None
    told = {report.hit.article_id for report in reports if report.told}
    hits = [report.hit for report in reports]
    fresh = [report for report in reports if _is_fresh(report, topic, now)]
    if "development" in topic.kinds and (found := _development(fresh, reports)):
        report, facts = found
        key = _key(topic, "development", story.story_id, report.hit.article_id)
        return compose(
            "development",
            key,
            topic,
            report.hit,
            hits,
            now,
            told,
            facts,
            _passages(report.body, facts),
        )
    before = {report.hit.outlet for report in reports if report.told}
    outlets = {hit.outlet for hit in hits}
    reached = [level for level in LEVELS if len(before) < level <= len(outlets)]
    if "pickup" in topic.kinds and fresh and reached:
        return compose(
            "pickup",
            _key(topic, "pickup", story.story_id, str(reached[-1])),
            topic,
            hits[0],
            hits,
            now,
            told,
        )
    silence = now - hits[-1].seen_at
    if (
        "closed" in topic.kinds and window < silence <= 2 * window
    ):  # later, as after an upgrade or a long pause, it is no news
        return compose("closed", _key(topic, "closed", story.story_id), topic, hits[0], hits, now)
    return None


def _is_fresh(report: Report, topic: Topic, now: datetime) -> bool:
    """Whether it may raise an alert: a run brought it, with the topic for its subject, not too long
    ago, and no alert told of it.
    """
    return (
        not report.told
        and report.decision in ("raised", "joined")
        and now - report.hit.seen_at <= topic.max_age
    )


def _development(
    fresh: Sequence[Report], reports: Sequence[Report]
) -> tuple[Report, list[str]] | None:
    """The earliest fresh report that adds what no report told of has, and the names and numbers
    that it adds.
    """
    known = {
        word
        for report in reports
        if report.told
        for _, word in _words(f"{report.hit.title}. {report.body}")
    }
    known |= {word for report in reports for _, word in _words(report.hit.outlet)}
    for report in fresh:
        if report.hit.relation != "copy":
            facts = dict.fromkeys(_words(report.body, facts_only=True))
            added = [written for written, word in facts if word not in known]
            if len(added) >= NEW_FACTS and len(added) >= NEW_SHARE * len(facts):
                return report, added
    return None


def _passages(body: str, facts: Collection[str]) -> list[str]:
    """The paragraphs that hold the facts, those with most of them first."""
    count = {
        paragraph: sum(written in facts for written, _ in _words(paragraph))
        for paragraph in body.split("\n")
    }
    return [
        paragraph
        for paragraph in sorted(count, key=count.__getitem__, reverse=True)
        if count[paragraph]
    ]


def _words(text: str, facts_only: bool = False) -> Iterator[tuple[str, str]]:
    """Words and numbers, as written and in lower case; with `facts_only` numbers and the words that
    a capital makes a name.
    """
    starts = True
    for token in _TOKENS.finditer(_DATES.sub(" ", text) if facts_only else text):
        written = token[0]
        named = token["word"] and not starts and written[0].isupper() and len(written) > 1
        if not token["start"] and (not facts_only or token["number"] or named):
            yield written, written.lower()
        starts = bool(token["start"])


def _key(topic: Topic, kind: AlertKind, *what: str) -> str:
    return stable_id("alert", topic.id, kind, *what)
