"""Messages to the desks: alerts, heartbeats, and how they were delivered."""

from flows.reading.request import PER_PAGE, Asked, Listed, NotFoundError, Shown
from warehouse.room import Room


def messages(room: Room, asked: Asked) -> Shown:
    """All messages, or those of one topic."""
    topic, all_kinds = asked.named("topic"), asked.query.get("all") == "1"
    rows = room.messages(topic, all_kinds, PER_PAGE + 1, asked.named("after"))
    return Shown(
        "alerts.html",
        {
            "messages": Listed.of(rows, "alert_id"),
            "topic": topic,
            "all_kinds": all_kinds,
            "continued": bool(asked.named("after")),
        },
    )


def message(room: Room, asked: Asked) -> Shown:
    """One message as it was sent."""
    found = room.message(asked.thing)
    if found is None:
        raise NotFoundError
    return Shown(
        "alert.html",
        {
            "message": found,
            "story": room.story(found["story_id"]) if found["story_id"] else None,
            "deliveries": room.deliveries(found["alert_id"]),
            "articles": room.articles_of_alert(found["alert_id"]),
        },
    )
