"""Reads a YAML file as places that know their line and key, so that mistakes in it can be located.

The file is composed into nodes, never constructed as Python objects. A reader is a function from a
place to its value; it raises `Mistake` if the place has none. Mistakes are noted as they are found,
and reported together, one per line.
"""

import difflib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml

from flows.errors import ConfigError
from flows.records import counted, one_line

T = TypeVar("T")
D = TypeVar("D")

_MAX_BYTES = 500_000  # a thousand sources; the shipped files have 10,000 and 7,000 bytes
_MAX_DEPTH = 20  # levels of lists and keys; the files need seven
_MAX_MISTAKES = 100  # that are reported
_MAX_NAME, _MAX_VALUE = 60, 120  # characters of a key and of a value in a message
# What no name, term, or URL contains, escaped or not: control characters except tabs and line ends,
# halves of surrogate pairs, and characters that change the direction of text.
_UNSTORABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(slots=True)
class YamlFile:
    """A YAML file and the mistakes found in it so far."""

    path: Path
    mistakes: list[tuple[int, str]] = field(default_factory=list)
    given: str | None = None  # the text, where there is no file: then the path is what it is called

    def root(self) -> "Place":
        """The document. Raises ConfigError if there is none, because then nothing else can be
        checked.
        """
        return self._mapping(self._node(self._text()), "`version: 1` first")

    def entry(self) -> "Place":
        """The document or, if it is a list of one entry, that. Raises ConfigError if it has no
        keys.
        """
        node = self._node(self._text())
        if isinstance(node, yaml.SequenceNode) and len(node.value) == 1:
            node = node.value[0]
        return self._mapping(node, "not indented more than the others")

    def _mapping(self, node: yaml.Node | None, how: str) -> "Place":
        if isinstance(node, yaml.MappingNode):
            return Place(self, node, "")
        found = "something else" if node else "none"
        raise ConfigError(f"{self.path}: expected keys with values, {how}; the file has {found}")

    def _node(self, text: str) -> yaml.Node | None:
        try:
            return _Loader(text).get_single_node()
        except _RefusedError as error:
            raise self._error(error.line, error.message) from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            hint = _hint(error.problem or "", text.splitlines(), line)
            raise self._error(line, f"expected YAML: {error.problem}{hint}") from error
        except yaml.reader.ReaderError as error:
            raise self._error(
                text.count("\n", 0, error.position) + 1,
                f"expected text without control characters: {error.reason}",
            ) from error
        except (ValueError, OverflowError) as error:  # such as an escape that is too large a number
            raise self._error(1, f"expected YAML: {error}") from error

    def note(self, line: int, message: str) -> None:
        """Keep a mistake for the report."""
        self.mistakes.append((line, one_line(message)))

    def report(self) -> None:
        """Raise ConfigError if there was any mistake."""
        if self.mistakes:
            reports = [f"{self.path}:{line}: {message}" for line, message in sorted(self.mistakes)]
            if (more := len(reports) - _MAX_MISTAKES) > 0:
                reports[_MAX_MISTAKES:] = [f"{self.path}: {counted(more, 'mistakes')} more"]
            raise ConfigError("\n".join(reports))

    def _text(self) -> str:
        if self.given is not None:
            return self.given
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


class _RefusedError(Exception):
    """The file is well-formed YAML, but has something that is not allowed."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class _Loader(yaml.SafeLoader):
    """Composes nodes from what the two files may contain, and refuses anything else."""

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
        raise _RefusedError(event.start_mark.line + 1, message)


def _hint(problem: str, lines: list[str], line: int) -> str:
    """What to do about the most frequent mistakes in YAML."""
    if line <= len(lines) and lines[line - 1].lstrip(" ").startswith("\t"):
        return " (indent with spaces, not tabs)"
    if "mapping values" in problem:
        return " (indent like the lines above; put text that holds a colon in quotes)"
    if "escape character" in problem:
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
        """The YAML type of a single value: str, int, float, bool, null, timestamp; '' for a list or
        keys with values.
        """
        if not isinstance(self.node, yaml.ScalarNode):
            return ""
        return self.node.tag.rpartition(":")[2]

    @property
    def value(self) -> str:
        """A single value as written, without quotes; '' for a list or keys with values."""
        if not isinstance(self.node, yaml.ScalarNode):
            return ""
        return str(self.node.value)

    def wrong(self, expected: str) -> None:
        """Note a mistake."""
        self.file.note(self.line, f"{self.key}: expected {expected}")

    def attempt(self, read: "Callable[[Place], T]") -> tuple[T] | tuple[()]:
        """The value, or nothing if it cannot be read; then the mistake is noted."""
        try:
            return (read(self),)
        except Mistake as mistake:
            at = mistake.place
            self.file.note(at.line, f"{at.key}: {mistake.message}; got {at.described()}")
            return ()

    def named(self) -> "dict[str, Place]":
        """The places in a mapping, by name. Notes names that occur twice."""
        return {name: place for name, (place, _) in self._named().items()}

    def _named(self) -> "dict[str, tuple[Place, int]]":
        """The places in a mapping, by name, each with the line of the name."""
        if not isinstance(self.node, yaml.MappingNode):
            raise Mistake(self, "expected keys with values")
        places: dict[str, tuple[Place, int]] = {}
        for name_node, node in self.node.value:
            line = name_node.start_mark.line + 1
            if not isinstance(name_node, yaml.ScalarNode):
                got = Place(self.file, name_node, self.key).described()
                self.file.note(line, f"{self._below('?')}: expected a name for a key; got {got}")
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
        return ".".join(filter(None, (self.key, one_line(name, _MAX_NAME))))

    def items(self) -> "list[Place]":
        """The places of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise Mistake(self, "expected a list")
        return [
            Place(self.file, node, f"{self.key}[{number}]")
            for number, node in enumerate(self.node.value)
        ]

    def room(self) -> tuple[int, int]:
        """Where another item of a list of `- ` lines fits: the number of lines before it, and its
        indentation.
        """
        if not isinstance(self.node, yaml.SequenceNode) or self.node.flow_style:
            raise Mistake(self, "expected a list of lines that begin with -")
        return _last_line(self.node), self.node.start_mark.column

    def keys(self, required: Collection[str] = (), optional: Collection[str] = ()) -> "Keys":
        """The places in a mapping with known keys. Notes unknown and missing ones."""
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
        """What the file has here, for a message."""
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


def _last_line(node: yaml.Node) -> int:
    """The number of the last line that a node has something on. The end that PyYAML gives for
    what is written on lines of its own is that of the comments and empty lines after it.
    """
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        parts = chain.from_iterable(
            part if isinstance(part, tuple) else (part,) for part in node.value
        )
        return max(map(_last_line, parts), default=node.start_mark.line + 1)
    return node.end_mark.line + (1 if node.end_mark.column else 0)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a mapping, each read with the function for its type."""

    places: dict[str, Place]

    def read(self, name: str, read: Callable[[Place], T], default: D) -> T | D:
        """The value, or the default if there is none, or a mistake, which is noted."""
        if name not in self.places:
            return default
        return next(iter(self.places[name].attempt(read)), default)


class Mistake(Exception):  # noqa: N818 - of the user
    """A value that cannot be read. `message`: what was expected."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A hint at the known name that is closest to an unknown one; '' if none is close."""
    for close in difflib.get_close_matches(name[:_MAX_NAME], known, n=1):
        return f"; did you mean {close}?"
    return ""
