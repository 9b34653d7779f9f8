"""Search: the stories that answer a question, as `kliping search` finds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from flows.edges.encoder import Encoder
from flows.errors import EncoderError, QueryError
from flows.reading.marks import Place
from flows.reading.request import PER_PAGE, Asked, Shown
from flows.reading.searching import DEPTH, By, Found, places_of, search
from warehouse.named import Row
from warehouse.room import Room

_LONGEST_QUESTION = 500  # characters
_WAYS: Sequence[By] = ("words", "meaning", "both")  # that of the first needs no model


@dataclass(frozen=True, slots=True)
class Result:
    """A story that was found: its best report, how exact the date of that is, the story's other
    outlets, and the places of the report's passage that are marked.
    """

    row: Row
    precision: str | None
    others: Sequence[str]
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class Search:
    """The page with the results. Its encoder is loaded when a question asks for meaning first, and
    encodes one question at a time.
    """

    encoder: Encoder
    lock: Lock

    def __call__(self, room: Room, asked: Asked) -> Shown:
        question = asked.parameter("q")[:_LONGEST_QUESTION].strip()
        by = _way(asked.query.get("by", ""))
        values: dict[str, object] = {"question": question, "by": by, "ways": _WAYS}
        if not question:
            return Shown("search.html", values | {"results": None, "fault": None, "next": None})
        page = _whole(asked.query.get("page", ""))
        try:
            found = self._found(room, question, by)
        except (QueryError, EncoderError) as error:
            fault = {"results": None, "fault": str(error), "next": None}
            return Shown("search.html", values | fault, 400)
        start = (page - 1) * PER_PAGE
        shown = found[start : start + PER_PAGE]
        precisions = room.precisions([each.report["article_id"] for each in shown])
        results = [_result(each, precisions) for each in shown]
        more = {"first": start + 1, "total": len(found), "deep": len(found) >= DEPTH}
        next_page = str(page + 1) if start + PER_PAGE < len(found) else None
        return Shown(
            "search.html", values | more | {"results": results, "fault": None, "next": next_page}
        )

    def _found(self, room: Room, question: str, by: By) -> list[Found]:
        if by == "words":
            return search(room.reader, question, by, DEPTH, self.encoder)
        with self.lock:
            return search(room.reader, question, by, DEPTH, self.encoder)


def _way(given: str) -> By:
    return next((way for way in _WAYS if way == given), _WAYS[0])


def _whole(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and 1 <= len(given) <= 3 else 1


def _result(found: Found, precisions: Mapping[str, str | None]) -> Result:
    row = found.report
    return Result(
        row,
        precisions.get(row["article_id"]),
        found.other_outlets,
        list(places_of(row["passage"] or "", set(row["matched"] or ()))),
    )
