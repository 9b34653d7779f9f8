"""A story: who told it when, what was taken over and what was changed in it, and the alerts."""

from collections.abc import Sequence

from flows.reading.differences import differences
from flows.reading.request import Asked, Moved, NotFoundError, Shown
from warehouse.named import Row
from warehouse.room import Room


def story(room: Room, asked: Asked) -> Shown | Moved:
    """The page of a story. Of its copies and rewrites, one stands beside its original: that which
    `compare` names, or the first.
    """
    found = room.story(asked.thing)
    if found is None:
        if survivor := room.surviving_story(asked.thing):
            return Moved(f"/stories/{survivor}")
        raise NotFoundError
    reports = room.reports(found["story_id"])
    taken = [each for each in reports if each["relation"] in ("copy", "rewrite")]
    chosen = next(
        (each for each in taken if each["article_id"] == asked.named("compare")),
        next(iter(taken), None),
    )
    return Shown(
        "story.html",
        {
            "story": found,
            "reports": reports,
            "taken": taken,
            "chosen": chosen,
            "sides": _sides(room, chosen) if chosen else None,
            "alerts": room.alerts_of_story(found["story_id"]),
            "topics": room.topics_of_story(found["story_id"]),
        },
    )


def _sides(room: Room, chosen: Row) -> Sequence[object] | None:
    """The original's row, the copy's, and how they differ; None if the original is gone."""
    ids = (chosen["original_article_id"], chosen["article_id"])
    texts = room.texts(ids)
    if len(texts) < len(ids):
        return None
    original, copy = (texts[each] for each in ids)
    return original, copy, differences(_text(original), _text(copy))


def _text(row: Row) -> str:
    return f"{row['title']}\n{row['body']}"
