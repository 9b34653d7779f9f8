"""A night: what its runs did, its alerts, the stories that came in, and what was missed."""

from datetime import date

from flows.reading.request import PER_PAGE, Asked, Listed, NotFoundError, Shown
from warehouse.room import Room

_OUTLETS = 8  # of a story that are named


def night(room: Room, asked: Asked) -> Shown:
    """The night of a day, by default the newest."""
    nights = room.nights()
    day = _day(asked.id) if asked.id else next(iter(nights), None)
    if day is None:
        return Shown("empty.html")
    after = asked.named("after")
    return Shown(
        "night.html",
        {
            "day": day,
            "previous": max((each for each in nights if each < day), default=None),
            "next": min((each for each in nights if each > day), default=None),
            "runs": room.runs(day),
            "alerts": room.alerts_of_night(day),
            "stories": Listed.of(room.stories(day, PER_PAGE + 1, after), "story_id"),
            "continued": after is not None,
            "troubles": room.troubles(day, day),
            "most": _OUTLETS,
        },
        200 if day in nights else 404,
    )


def _day(given: str) -> date:
    """The day that a path names. Raises NotFoundError."""
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise NotFoundError from error
    if f"{day}" != given:
        raise NotFoundError
    return day
