"""What a page of the reading room is asked for, and what it gives."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flows.reading.language import Language
from flows.reading.marks import printable
from warehouse.named import Row

PER_PAGE = 25  # rows of a list

_ID = re.compile(r"[\w.:-]{1,100}")
_MOST_CHARACTERS = 8_000  # of a parameter: a rule with some hundred terms


class NotFoundError(Exception):
    """There is nothing at an address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `path`: its path; `id`: what the path names, '' if it names nothing; `query`: its
    parameters.
    """

    path: str
    language: Language
    id: str = ""
    query: Mapping[str, str] = field(default_factory=dict)

    def parameter(self, name: str) -> str:
        """A parameter, without what cannot be shown; '' if it is not given."""
        return printable(self.query.get(name, "")[:_MOST_CHARACTERS]).replace("\r\n", "\n")

    def named(self, name: str) -> str | None:
        """The id that a parameter names, if it names one."""
        found = _ID.fullmatch(self.query.get(name, ""))
        return found[0] if found else None

    @property
    def thing(self) -> str:
        """The id in the path. Raises NotFoundError if it cannot be one."""
        if not _ID.fullmatch(self.id):
            raise NotFoundError
        return self.id

    def link(self, path: str, **query: str | None) -> str:
        """The address of a page of this site in the same language."""
        given = {"lang": None if self.language == "id" else self.language} | query
        said = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{said}" if said else path


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its template, and what that is given."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """The path at which a thing is found by now."""

    path: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list on one page. `next`: the id that the next page comes after, if there is
    one.
    """

    rows: Sequence[Row]
    next: str | None

    @classmethod
    def of(cls, rows: Sequence[Row], key: str, most: int = PER_PAGE) -> "Listed":
        """The first `most` rows, of which one more was asked for."""
        return cls(rows[:most], rows[most - 1][key] if len(rows) > most else None)
