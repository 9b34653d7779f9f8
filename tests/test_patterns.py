"""Every regular expression of the program takes time in proportion to the text, whatever the text
is: one long line of a page, a feed or an archive must not stop a night.

Patterns are told apart by what they do, not by how they look: each is searched for in long texts of
one character or a few over and over, the texts that make backtracking start anew everywhere.
"""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

import flows
from flows.config import load_topics
from flows.stages.watch.topics import compile_topic
from tests.helpers.paths import ROOT

# It loads torch and transformers, seconds in each process that collects the tests.
DEAR = "flows.edges.offline_model"
MODULES = sorted({found.name for found in pkgutil.walk_packages(flows.__path__, "flows.")} - {DEAR})
SHORT, LONG = 2_000, 8_000
# Searches of the long text that take no longer than so many plain ones need no second look: one
# whose time grows with the square of the length takes a thousand times as long as a plain one.
CHEAP = 20
# Nor do searches of the short text that would not take longer if time grew with the square.
CHEAP_IF_SQUARE = CHEAP / (LONG / SHORT) ** 2
# Four times the text takes a linear search four times as long, a quadratic one sixteen times.
GROWTH = 8
TRIES = 4  # because another process can slow down any one of them
UNITS = (
    *" \xa0\n()[]{}\"'“aA1-.,/<>&:|*#=_",
    *("a ", "A ", "1 ", "a.", "A.", "1.", "1/", "1:", "a,", "a-", "Aa ", "aa ", ". ", ", ", " -"),
    *("— ", "| ", "( ", "(a", "a)", "[a", "“a", "<a", "<!", "</a ", "&#1", '="', "a/", "://"),
)

Expression = tuple[str | bytes, int]


def held(value: object, seen: set[int]) -> "Iterator[re.Pattern[Any]]":
    """The compiled expressions in a value, in whatever it is kept."""
    if isinstance(value, re.Pattern):
        yield value
    if id(value) in seen or isinstance(value, str | bytes | type):
        return
    seen.add(id(value))
    inside: list[object] = []
    if isinstance(value, Mapping):
        inside = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inside = list(value)
    elif is_dataclass(value):
        inside = [getattr(value, each.name) for each in fields(value)]
    else:
        inside = [getattr(value, "__self__", None)]  # _NAME.fullmatch
    for one in inside:
        if one is not None:
            yield from held(one, seen)


def written(path: Path) -> Iterator[Expression]:
    """The expressions that a module gives to re where it needs them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr != "compile"
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str | bytes)
        ):
            ignores = "IGNORECASE" in ast.unparse(node)
            yield node.args[0].value, re.IGNORECASE if ignores else 0


def expressions() -> dict[Expression, str]:
    """Every expression once, with the place where it is kept."""
    found: dict[Expression, str] = {}
    for module in map(importlib.import_module, MODULES):
        for name, value in vars(module).items():
            if not name.startswith("__"):
                for pattern in held(value, set()):
                    flags = pattern.flags & ~re.UNICODE
                    found.setdefault((pattern.pattern, flags), f"{module.__name__}.{name}")
        if module.__file__:
            for expression in written(Path(module.__file__)):
                found.setdefault(expression, f"{module.__name__} ({str(expression[0])[:30]})")
    for topic in load_topics(ROOT / "topics.yaml", None)[0]:
        for pattern in held(compile_topic(topic), set()):
            found.setdefault((pattern.pattern, pattern.flags & ~re.UNICODE), f"topic {topic.id}")
    return found


def seconds(pattern: "re.Pattern[Any]", unit: str, length: int) -> float:
    """The processor's time of a search; waiting for other processes does not count."""
    text = unit * (length // len(unit))
    sought = text.encode() if isinstance(pattern.pattern, bytes) else text
    began = time.thread_time()
    pattern.search(sought)
    return time.thread_time() - began


@cache
def plain() -> float:
    """What a plain search of the long text takes here and now."""
    return min(seconds(re.compile(r"[^\W\d_]\d"), "a", LONG) for _ in range(20))


def is_linear(pattern: "re.Pattern[Any]", unit: str) -> bool:
    """Whether a search is cheap, or four times the text takes it about four times as long."""
    short = long = float("inf")
    for _ in range(TRIES):
        short = min(short, seconds(pattern, unit, SHORT))
        if short <= CHEAP_IF_SQUARE * plain():
            return True
        if short > LONG / SHORT * CHEAP * plain():  # not worth waiting for
            continue
        long = min(long, seconds(pattern, unit, LONG))
        if long <= CHEAP * plain() or long <= GROWTH * short:
            return True
    return False


EXPRESSIONS = expressions()


@pytest.mark.parametrize(
    ("expression", "where"), [pytest.param(*each, id=each[1]) for each in EXPRESSIONS.items()]
)
def test_an_expression_takes_time_in_proportion(expression: Expression, where: str) -> None:
    """No text of one piece over and over makes a search take more than its length asks for."""
    pattern: re.Pattern[Any] = re.compile(*cast(tuple[str, int], expression))
    assert [unit for unit in UNITS if not is_linear(pattern, unit)] == [], where


def test_every_place_is_looked_at() -> None:
    """Expressions are found at the top of a module, in mappings, sequences, sets and records, and
    where they are used.
    """
    places = " ".join(EXPRESSIONS.values())
    for name in ("parsing._MARKUP", "metadata._ENDS", "names._WORD", "flows.config (", "topic "):
        assert name in places


def test_what_is_not_looked_at_has_none() -> None:
    """The module that is dear to import has no expressions: it knows neither re nor a module that
    could give it one.
    """
    [path] = ROOT.glob(f"{DEAR.replace('.', '/')}.py")
    named = re.findall(
        r"^ *(?:from|import) +(re|(?:flows|warehouse)\S*)", path.read_text("utf-8"), re.M
    )
    assert named == ["flows.edges.offline_weights"]


@pytest.mark.parametrize(
    ("pattern", "unit"), [(r"\s+x", " "), (r"(?:a|a )*b", "a "), (r"\d+x", "1")]
)
def test_a_slow_expression_is_told(pattern: str, unit: str) -> None:
    """What starts anew at every character is found out."""
    assert not is_linear(re.compile(pattern), unit)
