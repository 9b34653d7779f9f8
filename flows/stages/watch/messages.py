"""The messages to the desk: plain text in the topic's language that a person can act on.

    compose(kind, alert_id, topic, subject, …)       -> Alert
    heartbeat(topic, coverage, …)               -> Heartbeat: what a run looked at
    digest(topic_title, language, messages)          -> the title and text of several in one

An alert's title is its headline. Its text begins with why it matters, where and when it was
reported, and the link; its last line is the alert's id. Title and text are at most LONGEST
characters, and the rest is behind the link. A topic may have a template of its own for the text.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flows.records import (
    Alert,
    AlertKind,
    Heartbeat,
    Hit,
    MessageLanguage,
    Topic,
    stable_id,
)
from flows.stages.watch import templates
from flows.stages.watch.news import News
from flows.stages.watch.telling import (
    LENGTH,
    Telling,
    changes,
    news_quotes,
    occasion,
    other_links,
    report_lines,
    values_of,
    why,
)
from flows.stages.watch.texts import cut_quote, fit, short_url
from flows.stages.watch.wording import WIB, Wording

LONGEST = 900  # characters of title and text: two screens of a phone


@dataclass(frozen=True, slots=True)
class _Least:
    """The fewest characters to which a part is cut: less says nothing."""

    title: int = 60
    sentence: int = 80


_LEAST = _Least()
_NOTHING = News()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the outlets that a run was to look at, by name: `silent` did not answer,
    `unread` answered, but their pages could not be read, so it has not looked at them either (with
    how many links they list); of `partly` something is missing or doubtful.
    """

    asked: Sequence[str]
    silent: Sequence[str] = ()
    unread: Mapping[str, int] = field(default_factory=dict)
    partly: Sequence[str] = ()

    @property
    def answered(self) -> int:
        """How many outlets were looked at."""
        return len(self.asked) - len(self.silent) - len(self.unread)

    @property
    def blind(self) -> bool:
        """Whether most outlets were not looked at."""
        return 2 * self.answered < len(self.asked)


def compose(
    kind: AlertKind,
    alert_id: str,
    topic: Topic,
    subject: Hit,
    reports: Sequence[Hit],
    now: datetime,
    told: Collection[str] = (),
    news: News = _NOTHING,
    base_url: str = "",
) -> Alert:
    """The alert about `subject`, one of the story's `reports`, which are in order of publication.

    `told` are the ids of the articles that earlier alerts covered, `news` is what the subject adds
    to them. `base_url`: where the reading room is, to link to the story's page there; '' for
    nowhere.
    """
    story_link = f"{base_url}/stories/{subject.article.story_id}" if base_url else ""
    telling = Telling(kind, topic, subject, reports, told, news, story_link)
    title, text = _written(telling, f"[{alert_id}]")
    return Alert(
        id=alert_id,
        topic_id=topic.id,
        story_id=subject.article.story_id,
        kind=kind,
        raised_at=now,
        title=title,
        text=text,
        article_ids=tuple(report.article.article_id for report in reports),
    )


def heartbeat(
    topic: Topic,
    coverage: Coverage,
    counts: tuple[int, int, int, int],
    missed: str,
    now: datetime,
    ring: bool,
) -> Heartbeat:
    """What a run looked at.

    `counts` are the links, articles, hits and alerts. It has an id, and so is sent, if `ring`
    allows it and either most outlets could not be read or the topic asks for one every night; that
    id changes once a day.
    """
    blind = coverage.blind
    heartbeat_id = None
    if ring and (blind or topic.heartbeat):
        heartbeat_id = _heartbeat_id(topic, now, blind=blind)
    wording = Wording(topic.language)
    lines = list(_looked_lines(wording, coverage, counts, now))
    return Heartbeat(
        heartbeat_id,
        topic.id,
        now,
        len(coverage.asked),
        coverage.answered,
        *counts,
        missed,
        title=f"{fit(topic.title, LENGTH.topic)}: {wording.say(_status(coverage))}",
        text="\n".join([*lines, "", f"[{heartbeat_id}]"] if heartbeat_id else lines),
    )


def digest(
    topic_title: str, language: MessageLanguage, messages: Sequence[tuple[str, str]]
) -> tuple[str, str]:
    """The title and text of one message that holds several, each with its title and text."""
    topic = fit(topic_title, LENGTH.topic)
    parts = []
    for number, (title, text) in enumerate(messages, start=1):
        own = title.removeprefix(topic).lstrip(":, ")
        parts.append(f"{number}. {own[:1].upper()}{own[1:]}\n{text}")
    counted = Wording(language).count("messages", len(messages))
    return f"{topic}: {counted}", "\n\n———\n\n".join(parts)


# ---- heartbeats ----


def _status(coverage: Coverage) -> str:
    """The phrase of how much was looked at."""
    if not coverage.blind:
        return "looked"
    return "blind" if 2 * len(coverage.silent) > len(coverage.asked) else "unreadable"


def _heartbeat_id(topic: Topic, now: datetime, *, blind: bool) -> str:
    day = f"{now.astimezone(WIB):%Y-%m-%d}"
    return stable_id("heartbeat", topic.id, day, "blind" if blind else "")


def _looked_lines(
    wording: Wording,
    coverage: Coverage,
    counts: tuple[int, int, int, int],
    now: datetime,
) -> Iterator[str]:
    links, articles, hits, alerts = counts
    yield wording.say(
        "answered",
        when=wording.instant(now),
        answered=wording.number(coverage.answered),
        outlets=wording.count("outlets", len(coverage.asked)),
        links=wording.count("links", links),
        articles=wording.count("articles", articles),
        hits=wording.number(hits),
        messages=wording.count("messages", alerts),
    )
    if coverage.blind:
        yield wording.say("blind_means")
    for outlet, listed in coverage.unread.items():
        yield wording.say(
            "unread",
            links=wording.count("links", listed),
            articles=wording.count("articles", 0),
            outlet=fit(outlet, LENGTH.term),
        )
    for phrase, outlets in (("silent", coverage.silent), ("partly", coverage.partly)):
        if outlets:
            names = ", ".join(fit(outlet, LENGTH.term) for outlet in outlets)
            yield wording.say(phrase, outlets=names)


# ---- alerts ----


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of a message, in a paragraph of it. `least`: to how many characters it may be cut, 0
    for not at all.
    """

    paragraph: int
    text: str
    least: int = 0


def _written(telling: Telling, key: str) -> tuple[str, str]:
    """The title and the text. The link and the key are always whole, and the title is cut before
    any of them; a link that leaves no room for more stands alone.
    """
    links = _links(telling)
    tail = f"\n\n{key}"
    room = LONGEST - sum(len(link) + 1 for link in links) - len(tail)
    title = _title(telling, min(LENGTH.title, max(_LEAST.title, room)))
    if own := _own_text(telling, links):
        return title, f"{own}{tail}"
    paragraphs = _filled(list(_parts(telling)), room - len(title))
    opening = [*paragraphs.pop(0, []), *links]
    texts = ["\n".join(lines) for lines in (opening, *paragraphs.values())]
    return title, "\n\n".join(texts) + tail


def _title(telling: Telling, most: int) -> str:
    topic = fit(telling.topic.title, LENGTH.topic)
    if telling.kind != "new_story":
        topic = f"{topic}, {telling.wording.say(telling.kind).lower()}"
    return fit(f"{topic}: {fit(telling.headline, LENGTH.headline)}", most)


def _links(telling: Telling) -> list[str]:
    """The outlet's own page, and the story's."""
    own = short_url(telling.subject.article.url)
    if not telling.story_link:
        return [own]
    if len(own) + len(telling.story_link) > LONGEST - LENGTH.title:
        return [telling.story_link]  # which leads to the other
    return [own, telling.story_link]


def _own_text(telling: Telling, links: Sequence[str]) -> str | None:
    """What the topic's template says, with the link, if it leaves that out; None if there is no
    template, or it fails on this alert.
    """
    if telling.topic.template is None:
        return None
    text = templates.render(telling.topic.template, values_of(telling))
    if text is None:
        return None
    return text if any(link in text for link in links) else "\n\n".join([text, links[0]])


def _parts(telling: Telling) -> Iterator[_Part]:
    """The lines of a message, the most important first."""
    yield _Part(0, fit(why(telling), LENGTH.why), least=_LEAST.sentence)
    yield _Part(0, occasion(telling, telling.subject))
    yield from (_Part(1, line) for line in changes(telling))
    quotes = news_quotes(telling)
    if quotes:
        opening = quotes[0]
        if telling.news.sentences:
            opening = telling.wording.say("new", quote=opening)
        yield _Part(1, opening, least=_LEAST.sentence)
    yield from (_Part(2, line) for line in report_lines(telling))
    yield from (_Part(1, quote, least=_LEAST.sentence) for quote in quotes[1:])
    yield from (_Part(3, line) for line in other_links(telling))


def _filled(parts: Sequence[_Part], room: int) -> dict[int, list[str]]:
    """The parts that there is room for, by paragraph. Where one of a paragraph has no room, those
    after it have none either.
    """
    filled: dict[int, list[str]] = {}
    full: set[int] = set()
    for part in parts:
        if part.paragraph in full:
            continue
        room_here = room - (1 if part.paragraph in filled or part.paragraph == 0 else 2)
        text = part.text
        if len(text) > room_here and part.least and room_here >= part.least:
            text = cut_quote(text, room_here)
        if len(text) > room_here:
            full.add(part.paragraph)
            continue
        filled.setdefault(part.paragraph, []).append(text)
        room = room_here - len(text)
    return dict(sorted(filled.items()))
