"""Message templates of a desk's own: Jinja2 in its sandbox, and of its language only what cannot
run away.

    fault(template, alerts)   -> what is wrong with it and in which of its lines, or None
    render(template, values)  -> the text, or None where it fails on this alert

Every loop is over a list of the alert, whose length is bounded, and at most two stand in each
other. There are no calls, no assignments, no arithmetic and only a few filters, so neither time nor
memory grows with a number that a template names. What it writes is cut at LONGEST.
"""

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from typing import Any, get_args

from jinja2 import (
    ChainableUndefined,
    StrictUndefined,
    Template,
    TemplateSyntaxError,
    Undefined,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from flows.records import AlertKind

LONGEST = 4_000  # characters that a template may write; Telegram takes 4,096
MOST_SOURCE = 4_000  # characters of the template itself
_MOST_LOOPS = 2  # within each other

_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Filter,
    nodes.Keyword,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
)
# None of them can write much more than it is given.
_FILTERS = (
    "capitalize",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "title",
    "trim",
    "truncate",
    "upper",
)
_TESTS = ("defined", "none")


@dataclass(frozen=True, slots=True)
class Shown:
    """A report, as a template sees it: its outlet, when it was published, how it relates to the
    others, and its address; whether the desk has not heard of it, and whether it is surely of the
    event.
    """

    outlet: str
    when: str
    relation: str
    link: str
    new: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Values:
    """The variables of a template. Texts are one line each; `story_link` is '' without
    KLIPING_BASE_URL.
    """

    topic: str
    kind: str  # new_story, changed, development, pickup, closed
    label: str  # the kind in words: 'Perkembangan'
    headline: str
    outlet: str
    when: str
    why: str
    link: str
    story_link: str
    outlets: tuple[str, ...]
    changes: tuple[str, ...]  # 'Dikoreksi: …'
    news: tuple[str, ...]  # the sentences with what is new or, of a new story, that matched
    reports: tuple[Shown, ...]


def _trial(kind: str, **other: Any) -> Values:
    """An invented alert of one kind."""
    reports = (
        Shown("Suara Samudra", "Senin, 5 Januari 2026", "asli", "https://a.example/1", False, True),
        Shown("Mandala", "Selasa, 6 Januari 2026", "salinan", "https://b.example/2", True, False),
    )
    return replace(
        Values(
            topic="Harga beras",
            kind=kind,
            label="Perkembangan",
            headline="Harga Beras Naik Lagi",
            outlet="Suara Samudra",
            when="Senin, 5 Januari 2026, 09.30 WIB",
            why="beras; 2 media, asli dari Suara Samudra",
            link="https://a.example/1",
            story_link="https://kliping.example/stories/0123456789abcdef",
            outlets=("Suara Samudra", "Mandala"),
            changes=("Dikoreksi: “Ralat: 15, bukan 12.”",),
            news=("“Harga beras naik 300 rupiah.”",),
            reports=reports,
        ),
        **other,
    )


# Alerts of every kind, one with no more than every alert has.
TRIALS = (
    *(_trial(kind) for kind in get_args(AlertKind)),
    _trial("new_story", story_link="", outlets=("Mandala",), changes=(), news=(), reports=()),
)
VARIABLES = tuple(field.name for field in fields(Values))
LISTS = ("outlets", "changes", "news", "reports")
_ATTRIBUTES = (*(field.name for field in fields(Shown)), "first", "last", "index")  # of loop, too


@dataclass(frozen=True, slots=True)
class Fault:
    """`line`: counted from 1, of the template."""

    line: int
    problem: str


def fault(template: str, trials: Iterable[Values]) -> Fault | None:
    """What is wrong with a template, in itself or on one of these invented alerts; None if nothing
    is.
    """
    if len(template) > MOST_SOURCE:
        return Fault(1, f"it has {len(template)} characters, and at most {MOST_SOURCE} are read")
    try:
        if refused := next(_refused(_environment().parse(template)), None):
            return refused
        strict = _environment(StrictUndefined).from_string(template)
        for values in trials:
            _written(strict, values)
    except TemplateSyntaxError as error:
        return Fault(error.lineno, str(error.message))
    except Exception as error:  # an expression can fail in any way
        return Fault(_line_of(error), str(error) or type(error).__name__)
    return None


def render(template: str, values: Values) -> str | None:
    """What a template says of an alert; None if it fails, or says nothing."""
    try:
        return _written(_compiled(template), values) or None
    except Exception:  # no template costs an alert
        return None


@cache
def _environment(undefined: type[Undefined] = ChainableUndefined) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=undefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )


@lru_cache(maxsize=64)
def _compiled(template: str) -> Template:
    return _environment().from_string(template)


def _written(template: Template, values: Values) -> str:
    """What a template writes, to its limit: no piece is longer than a few alerts."""
    text = ""
    for piece in template.generate({name: getattr(values, name) for name in VARIABLES}):
        text += piece
        if len(text) > LONGEST:
            break
    return text[:LONGEST].strip()


# ---- what a template may say ----


def _refused(node: nodes.Node, loops: tuple[str, ...] = ()) -> Iterator[Fault]:
    """What a template may not say. `loops`: the names that the loops around give."""
    for problem in _problems(node, loops):
        yield Fault(node.lineno or 1, problem)
    if isinstance(node, nodes.For):
        yield from _refused(node.iter, loops)
        inside = (*loops, *([node.target.name] if isinstance(node.target, nodes.Name) else []))
        for child in (node.target, *filter(None, [node.test]), *node.body, *node.else_):
            yield from _refused(child, inside)
    else:
        for child in node.iter_child_nodes():
            yield from _refused(child, loops)


def _problems(node: nodes.Node, loops: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(node, _NODES):
        yield f"{_NAMES.get(type(node).__name__, type(node).__name__)} is not part of it"
    elif isinstance(node, nodes.Name):
        known = (*VARIABLES, *loops, *(["loop"] if loops else []))
        if node.name not in known:
            yield f"{node.name}: no such variable; known are {', '.join(known)}"
    elif isinstance(node, nodes.Getattr) and node.attr not in _ATTRIBUTES:
        yield f"{node.attr}: a report has only {', '.join(_ATTRIBUTES[:-3])}"
    elif isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        yield f"{node.name}: no such filter; known are {', '.join(_FILTERS)}"
    elif isinstance(node, nodes.Test) and node.name not in _TESTS:
        yield f"{node.name}: no such test; known are {', '.join(_TESTS)}"
    elif isinstance(node, nodes.For):
        yield from _problems_of_loop(node, loops)


def _problems_of_loop(node: nodes.For, loops: tuple[str, ...]) -> Iterator[str]:
    if not (isinstance(node.iter, nodes.Name) and node.iter.name in LISTS):
        yield f"a loop is over one of {', '.join(LISTS)}"
    if node.recursive or len(loops) >= _MOST_LOOPS:
        yield f"at most {_MOST_LOOPS} loops stand in each other"


# What a writer calls the parts of Jinja2 that are left out.
_NAMES = {
    "Assign": "{% set %}",
    "Block": "{% block %}",
    "Call": "a call with ( )",
    "Extends": "{% extends %}",
    "FromImport": "{% from %}",
    "Import": "{% import %}",
    "Include": "{% include %}",
    "Macro": "{% macro %}",
    "Tuple": "a list of values",
    "List": "a list of values",
} | dict.fromkeys(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Neg"), "arithmetic")


def _line_of(error: Exception) -> int:
    """The line of the template in which an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == "<template>"]
    return next((line for line in reversed(lines) if line), 1)
