"""The reading room: a site over the published snapshot. It only reads.

    make_app(directory, ...) -> ASGI app

Every request is answered from the snapshot that is the newest when it comes in. Pages are made by
the modules of flows/reading/pages: a Room and what is asked go in, a template and its values come
out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import get_args
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from flows.edges.encoder import Encoder
from flows.errors import KlipingError, SlowError, WarehouseError
from flows.reading.environment import environment, style_sheet
from flows.reading.language import Language
from flows.reading.marks import excerpt
from flows.reading.pages import article, messages, night, outlets, search, story, topics
from flows.reading.request import Asked, Moved, NotFoundError, Shown
from flows.reading.security import guarded
from warehouse.reader import Snapshots
from warehouse.room import Room

# What a page may take. The slowest, the articles nearest to one, take a second among 100,000, and
# the trial of a rule has a limit of its own.
ANSWERS_WITHIN_S = 30.0

Page = Callable[[Room, Asked], Shown | Moved]


def make_app(
    directory: Path,
    encoder: Encoder,
    host_names: tuple[str, ...],
    report: Callable[[Exception], object],
) -> ASGIApp:
    """The site over the snapshots of a data directory.

    `encoder`: of questions that ask for meaning; `host_names`: those that it answers to besides
    loopback's; `report`: is told of unforeseen errors.
    """
    desk = _Desk(Snapshots(directory), report)
    pages: Mapping[str, Page] = {
        "/": night.night,
        "/nights/{id}": night.night,
        "/search": search.Search(encoder, Lock()),
        "/stories/{id}": story.story,
        "/articles/{id}": article.article,
        "/sources": outlets.outlets,
        "/sources/{id}": outlets.outlet,
        "/topics": topics.topics,
        "/topics/{id}": topics.topic,
        "/topics/{id}/try": topics.trial,
        "/alerts": messages.messages,
        "/alerts/{id}": messages.message,
    }
    routes = [Route(path, desk.endpoint(page)) for path, page in pages.items()]
    routes.append(Route("/style.css", _style))
    app = Starlette(routes=routes, exception_handlers={HTTPException: desk.no_page})
    app.router.redirect_slashes = False
    return guarded(app, host_names)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Answers requests, each from the newest snapshot."""

    snapshots: Snapshots
    report: Callable[[Exception], object]

    def endpoint(self, page: Page) -> Callable[[Request], Response]:
        """What answers requests for a page. Starlette calls it in a thread."""

        def answer(request: Request) -> Response:
            asked = _asked(request)
            try:
                return self._answer(page, asked)
            except Exception as error:  # whatever it is, the reader gets a page, and no trace
                return self._fault(asked, error)

        return answer

    def no_page(self, request: Request, error: Exception) -> Response:
        """There is no such path, and so none for the page to lead back to."""
        return self._fault(replace(_asked(request), path="/"), NotFoundError())

    def _answer(self, page: Page, asked: Asked) -> Response:
        reader = self.snapshots.newest()
        room = Room(reader)
        with reader.within(ANSWERS_WITHIN_S):
            shown = page(room, asked)
            if isinstance(shown, Moved):
                return RedirectResponse(asked.link(shown.path), 301)
            common = {"sizes": room.sizes(), "titles": room.titles()}
            return _html(asked, shown, common)

    def _fault(self, asked: Asked, error: Exception) -> Response:
        name, status = _fault_of(error)
        if status == 500:
            self.report(error)
        said = str(error) if isinstance(error, KlipingError) else ""
        return _html(asked, Shown("fault.html", {"fault": name, "said": said}, status), {})


def _fault_of(error: Exception) -> tuple[str, int]:
    """The name of what went wrong, and the status of the answer."""
    if isinstance(error, NotFoundError):
        return "not_found", 404
    if isinstance(error, SlowError):
        return "slow", 503
    if isinstance(error, WarehouseError):
        return "nothing_published", 503
    return "unforeseen", 500


def _asked(request: Request) -> Asked:
    query = dict(request.query_params)
    language: Language = next(
        (each for each in get_args(Language) if each == query.get("lang")), "id"
    )
    return Asked(request.url.path, language, request.path_params.get("id", ""), query)


def _html(asked: Asked, shown: Shown, common: Mapping[str, object]) -> Response:
    template = environment((asked.language,)).get_template(shown.template)
    own = {
        "asked": asked,
        "to": asked.link,
        "in_language": lambda language: _in_language(asked, language),
        "excerpt": excerpt,
        "sizes": None,
        "titles": {},
    }
    return HTMLResponse(
        template.render(own | dict(common) | dict(shown.values)),
        shown.status,
        headers={"Cache-Control": "private, no-cache", "Content-Language": asked.language},
    )


def _in_language(asked: Asked, language: Language) -> str:
    query = {name: value for name, value in asked.query.items() if name != "lang"}
    if language != "id":
        query["lang"] = language
    return f"{asked.path}?{urlencode(query)}" if query else asked.path


@cache
def _style_text() -> str:
    return str(style_sheet()) + (files("flows.reading") / "room.css").read_text(encoding="utf-8")


def _style(request: Request) -> Response:
    return Response(
        _style_text(), media_type="text/css", headers={"Cache-Control": "private, max-age=300"}
    )
