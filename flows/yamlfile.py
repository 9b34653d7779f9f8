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
from typing import TypeVar

import yaml

from flows.records import ConfigError

T = TypeVar("T")
D = TypeVar("D")


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
            for token in yaml.scan(text, yaml.SafeLoader):
                if isinstance(
                    token, yaml.AliasToken
                ):  # a few lines of them can stand for gigabytes
                    raise self._error(
                        token.start_mark.line + 1, "expected no aliases (*name): write it out"
                    )
            node = yaml.compose(text, yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise self._error(
                line,
                f"expected YAML: {error.problem}{_hint(error.problem, text.splitlines(), line)}",
            ) from error
        except yaml.reader.ReaderError as error:
            raise self._error(
                text.count("\n", 0, error.position) + 1,
                f"expected text without control characters: {error.reason}",
            ) from error
        except RecursionError as error:
            raise ConfigError(f"{self.path}: expected fewer levels of brackets") from error
        if not isinstance(node, yaml.MappingNode):
            found = "something else" if node else "none"
            raise ConfigError(
                f"{self.path}: expected keys with values, `version: 1` first; the file has {found}"
            )
        return Place(self, node, "")

    def report(self) -> None:
        """Raises ConfigError if there was any mistake."""
        if self.mistakes:
            raise ConfigError(
                "\n".join(
                    f"{self.path}:{line}: {message}" for line, message in sorted(self.mistakes)
                )
            )

    def _text(self) -> str:
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be read: {error.strerror}") from error
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self._error(
                data.count(b"\n", 0, error.start) + 1,
                f"expected UTF-8; byte {data[error.start]:#04x} is none",
            ) from error

    def _error(self, line: int, message: str) -> ConfigError:
        return ConfigError(f"{self.path}:{line}: {message}")


def _hint(problem: str | None, lines: list[str], line: int) -> str:
    """What a person who does not know YAML should do about its most frequent faults."""
    if line <= len(lines) and re.match(r" *\t", lines[line - 1]):
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
        self.file.mistakes.append((self.line, f"{self.key}: expected {expected}"))

    def attempt(self, read: "Callable[[Place], T]") -> tuple[T] | tuple[()]:
        """The value; nothing, and the mistake noted, where it could not be read."""
        try:
            return (read(self),)
        except Mistake as mistake:
            at = mistake.place
            self.file.mistakes.append(
                (at.line, f"{at.key}: {mistake.message}; got {at.described()}")
            )
            return ()

    def named(self) -> "dict[str, Place]":
        """The places under the names of a mapping. Notes a name that stands there twice."""
        if not isinstance(self.node, yaml.MappingNode):
            raise Mistake(self, "expected keys with values")
        places: dict[str, Place] = {}
        for name_node, node in self.node.value:
            name = str(name_node.value) if isinstance(name_node, yaml.ScalarNode) else "?"
            place = Place(self.file, node, f"{self.key}.{name}" if self.key else name)
            if name in places:
                Place(self.file, name_node, place.key).wrong(
                    f"once; it is on line {places[name].line} as well"
                )
            places.setdefault(name, place)
        return places

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
        places = self.named()
        known = [*required, *optional]
        for name in places.keys() - set(known):
            line = next(key.start_mark.line + 1 for key, _ in self.node.value if key.value == name)
            meant = did_you_mean(name, known) or f"; known here: {', '.join(known)}"
            self.file.mistakes.append((line, f"{places[name].key}: unknown key{meant}"))
        for name in required:
            if name not in places:
                self.file.mistakes.append(
                    (
                        self.line,
                        f"{f'{self.key}.{name}' if self.key else name}: required, but missing",
                    )
                )
        return Keys(places)

    def described(self) -> str:
        if isinstance(self.node, yaml.SequenceNode):
            return "a list" if self.node.value else "an empty list"
        if isinstance(self.node, yaml.MappingNode):
            return "keys with values"
        value = str(self.node.value)
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
    close = difflib.get_close_matches(name, known, n=1) if name else []
    return f"; did you mean {close[0]}?" if close else ""
