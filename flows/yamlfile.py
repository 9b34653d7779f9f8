"""A YAML file read as places that know their line and key, so that a mistake in it can be named.

The file is composed into nodes and never into Python objects. A reader is a function from a place
to its value; it raises `Mistake` where there is none. The mistakes are noted as they are met and
reported together, one a line.
"""

import difflib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml

from flows.errors import ConfigError
from flows.records import one_line

T = TypeVar("T")
D = TypeVar("D")

_MAX_BYTES = 500_000  # a thousand sources; the shipped files have 10 and 7 thousand
_MAX_DEPTH = 20  # levels of lists and keys; the files need seven
_MAX_MISTAKES = 100  # that are reported
_MAX_NAME, _MAX_VALUE = 60, 120  # characters of a key and of a value in a message
# What no name, term or address holds, escaped or not: control characters but the tab and the ends
# of lines, halves of surrogate pairs, and what reverses the direction of what follows
_UNSTORABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(slots=True)
class YamlFile:
    """A YAML file and the mistakes found in it so far."""

    path: Path
    mistakes: list[tuple[int, str]] = field(default_factory=list)

    def root(self) -> "Place":
        """The document. Raises ConfigError where there is none: then nothing else can be said about
        the file.
        """
        text = self._text()
        try:
            node = _Loader(text).get_single_node()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            said = f"{error.problem}{_hint(error.problem, text.splitlines(), line)}"
            refused = isinstance(error, _RefusedError)
            raise self._error(line, said if refused else f"expected YAML: {said}") from error
        except yaml.reader.ReaderError as error:
            raise self._error(
                text.count("\n", 0, error.position) + 1,
                f"expected text without control characters: {error.reason}",
            ) from error
        except (ValueError, OverflowError) as error:  # an escape or a version beyond all numbers
            raise self._error(1, f"expected YAML: {error}") from error
        if not isinstance(node, yaml.MappingNode):
            found = "something else" if node else "none"
            raise ConfigError(
                f"{self.path}: expected keys with values, `version: 1` first; the file has {found}"
            )
        return Place(self, node, "")

    def note(self, line: int, message: str) -> None:
        """Keep a mistake for the report."""
        self.mistakes.append((line, one_line(message)))

    def report(self) -> None:
        """Raises ConfigError if there was any mistake."""
        if self.mistakes:
            said = [f"{self.path}:{line}: {message}" for line, message in sorted(self.mistakes)]
            left = len(said) - _MAX_MISTAKES
            more = [f"{self.path}: {left} more mistakes"] if left > 0 else []
            raise ConfigError("\n".join(said[:_MAX_MISTAKES] + more))

    def _text(self) -> str:
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be read: {error.strerror}") from error
        if len(data) > _MAX_BYTES:
            raise ConfigError(f"{self.path}: expected at most {_MAX_BYTES} bytes, not {len(data)}")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self._error(
                data.count(b"\n", 0, error.start) + 1,
                f"expected UTF-8; byte {data[error.start]:#04x} is none",
            ) from error

    def _error(self, line: int, message: str) -> ConfigError:
        return ConfigError(f"{self.path}:{line}: {one_line(message)}")


class _RefusedError(yaml.MarkedYAMLError):
    """YAML that is well-formed, and that no file of ours needs."""


class _Loader(yaml.SafeLoader):
    """A loader that makes nodes of all that the two files may hold, and refuses the rest."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call] # PyYAML has no types for it
        if isinstance(event, yaml.AliasEvent):  # a few lines of them can stand for gigabytes
            self._refuse(event, "expected no aliases (*name): write it out")
        if self._depth >= _MAX_DEPTH:
            self._refuse(event, f"expected at most {_MAX_DEPTH} levels of lists and keys")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(node, yaml.ScalarNode) and _UNSTORABLE.search(node.value):
            self._refuse(event, "expected text without control characters, escaped ones too")
        return node

    def _refuse(self, event: Any, message: str) -> NoReturn:
        raise _RefusedError(problem=message, problem_mark=event.start_mark)


def _hint(problem: str | None, lines: list[str], line: int) -> str:
    """What a person who does not know YAML should do about its most frequent faults."""
    if line <= len(lines) and lines[line - 1].lstrip(" ").startswith("\t"):
        return " (indent with spaces, not tabs)"
    if "mapping values" in (problem or ""):
        return " (indent like the lines above; put text that holds a colon in quotes)"
    if "escape character" in (problem or ""):
        return " (put it in 'single quotes')"
    return ""


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the file and the key that leads to it."""

    file: YamlFile
    node: yaml.Node
    key: str

    @property
    def line(self) -> int:
        return self.node.start_mark.line + 1

    @property
    def tag(self) -> str:
        """What YAML takes a single value for: str, int, float, bool, null, timestamp; '' for a list
        and for keys with values.
        """
        return self.node.tag.rpartition(":")[2] if isinstance(self.node, yaml.ScalarNode) else ""

    @property
    def value(self) -> str:
        """A single value as it is written, without quotes; '' for a list and for keys with values."""
        return str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else ""

    def wrong(self, expected: str) -> None:
        self.file.note(self.line, f"{self.key}: expected {expected}")

    def attempt(self, read: "Callable[[Place], T]") -> tuple[T] | tuple[()]:
        """The value; nothing, and the mistake noted, where it could not be read."""
        try:
            return (read(self),)
        except Mistake as mistake:
            at = mistake.place
            self.file.note(at.line, f"{at.key}: {mistake.message}; got {at.described()}")
            return ()

    def named(self) -> "dict[str, Place]":
        """The places under the names of a mapping. Notes a name that stands there twice."""
        return {name: place for name, (place, _) in self._named().items()}

    def _named(self) -> "dict[str, tuple[Place, int]]":
        """The places under the names of a mapping, and the line of each name."""
        if not isinstance(self.node, yaml.MappingNode):
            raise Mistake(self, "expected keys with values")
        places: dict[str, tuple[Place, int]] = {}
        for name_node, node in self.node.value:
            line = name_node.start_mark.line + 1
            if not isinstance(name_node, yaml.ScalarNode):
                told = Place(self.file, name_node, self.key).described()
                self.file.note(line, f"{self._below('?')}: expected a name for a key; got {told}")
                continue
            name = str(name_node.value)
            key = self._below(name)
            if name in places:
                self.file.note(
                    line, f"{key}: expected once; it is on line {places[name][0].line} as well"
                )
            places.setdefault(name, (Place(self.file, node, key), line))
        return places

    def _below(self, name: str) -> str:
        shown = one_line(name, _MAX_NAME)
        return f"{self.key}.{shown}" if self.key else shown

    def items(self) -> "list[Place]":
        """The places of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise Mistake(self, "expected a list")
        return [
            Place(self.file, node, f"{self.key}[{number}]")
            for number, node in enumerate(self.node.value)
        ]

    def keys(self, required: Collection[str] = (), optional: Collection[str] = ()) -> "Keys":
        """The places under known names. Notes the unknown and the missing."""
        places = self._named()
        known = [*required, *optional]
        for name, (place, line) in places.items():
            if name not in known:
                meant = did_you_mean(name, known) or f"; known here: {', '.join(known)}"
                self.file.note(line, f"{place.key}: unknown key{meant}")
        for name in required:
            if name not in places:
                self.file.note(self.line, f"{self._below(name)}: required, but missing")
        return Keys({name: place for name, (place, _) in places.items()})

    def described(self) -> str:
        if isinstance(self.node, yaml.SequenceNode):
            return "a list" if self.node.value else "an empty list"
        if isinstance(self.node, yaml.MappingNode):
            return "keys with values"
        value = one_line(str(self.node.value), _MAX_VALUE)
        kinds = {
            "null": "nothing",
            "bool": f"the truth value {value}",
            "int": f"the number {value}",
            "float": f"the number {value}",
        }
        return kinds.get(self.tag, f'"{value}"')


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a mapping, each to be read with the function that knows its kind."""

    places: dict[str, Place]

    def read(self, name: str, read: Callable[[Place], T], default: D) -> T | D:
        """The value; the default where there is none, or a mistake, which is noted."""
        values = self.places[name].attempt(read) if name in self.places else ()
        return values[0] if values else default


class Mistake(Exception):  # noqa: N818  # not an error of the program
    """A value that cannot be read; `message` says what is expected."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


def did_you_mean(name: str | None, known: Collection[str]) -> str:
    sought = (name or "")[:_MAX_NAME]
    close = difflib.get_close_matches(sought, known, n=1) if sought else []
    return f"; did you mean {close[0]}?" if close else ""
