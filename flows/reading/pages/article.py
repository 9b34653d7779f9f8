"""An article: its text with a topic's evidence marked, what was cut from it, where its fields were
read, how it was changed, and where its record lies.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from flows.reading.differences import Difference, differences
from flows.reading.language import phrases
from flows.reading.marks import Place
from flows.reading.replaying import recorded_spans
from flows.reading.request import Asked, NotFoundError, Shown
from flows.records import Span
from warehouse.named import Row
from warehouse.room import Room

# The columns of which a page says where they were read
_FIELDS = (
    "title",
    "author",
    "editor",
    "credit",
    "dateline",
    "published_at",
    "modified_at",
    "body",
)


def article(room: Room, asked: Asked) -> Shown:
    """The page of an article. `near`: with those nearest to it in meaning."""
    found = room.article(asked.thing)
    if found is None:
        raise NotFoundError
    article_id = found["article_id"]
    hits = room.hits_of_article(article_id)
    spans = [span for hit in hits for span in recorded_spans(hit)]
    versions = room.versions(article_id)
    removed = room.removed(article_id)
    return Shown(
        "article.html",
        {
            "article": found,
            "story": room.story(found["story_id"]) if found["story_id"] else None,
            "gone": room.gone(article_id),
            "hits": hits,
            "title_places": places(found["title"], spans, "title"),
            "body_places": places(found["body"], spans, "body"),
            "paragraphs": list(_paragraphs(found["body"])),
            "cuts": _by_rule(removed),
            "lines": len(removed),
            "rule_phrase": rule_phrase,
            "fields": _FIELDS,
            "origins": _by_field(room.origins(article_id)),
            "versions": versions,
            "changes": list(_changes(versions)),
            "kept_aside": room.kept_aside(article_id),
            "records": room.records(article_id),
            "near": room.near(article_id) if asked.query.get("near") else None,
        },
    )


def places(text: str, spans: Sequence[Span], field: str) -> list[Place]:
    """Where these spans stand in a field that has this text; without those that it no longer has
    there.
    """
    return [
        (span.start, span.end)
        for span in spans
        if span.field == field and text[span.start : span.end] == span.text
    ]


def rule_phrase(rule: str) -> str:
    """The name of the phrase that explains a rule, or the kind of rule that it is: what is before
    its last mark, or the one before that.
    """
    while rule:
        if (name := f"rule.{rule}") in phrases():
            return name
        rule = rule[: max(rule.rfind("-"), rule.rfind(":"), 0)]
    return "rule.other"


def _paragraphs(body: str) -> Iterator[Place]:
    start = 0
    for line in body.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _by_rule(removed: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """What was cut, by rule, the rule of the most lines first."""
    rules: dict[str, list[Row]] = {}
    for row in removed:
        rules.setdefault(row["rule"], []).append(row)
    return sorted(rules.items(), key=lambda each: -len(each[1]))


def _by_field(origins: Sequence[Row]) -> Mapping[str, list[Row]]:
    by_field: dict[str, list[Row]] = {}
    for row in origins:
        by_field.setdefault(row["field"], []).append(row)
    return by_field


def _changes(versions: Sequence[Row]) -> Iterator[tuple[Row, list[Difference]]]:
    """Each later version with what it changed, the newest first; long unchanged parts left out."""
    for before, after in reversed(list(pairwise(versions))):
        found = differences(*(f"{row['title']}\n{row['body']}" for row in (before, after)))
        yield after, _shortened(found)


def _shortened(found: Sequence[Difference]) -> list[Difference]:
    """Runs of passages that are the same as one without text."""
    shown: list[Difference] = []
    for is_same, group in groupby(found, key=lambda each: each.kind == "same"):
        shown += [Difference("same", [], [])] if is_same else list(group)
    return shown
