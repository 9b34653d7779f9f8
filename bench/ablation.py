"""`make bench-ablation`: what holds the roof. Each phrase of line_rules.toml is taken away in turn,
each number of the extraction room halved and doubled; what changes then is counted.

What changes nothing is held by nothing: nobody can tell whether it is still needed.

`python -m bench.ablation --only container captions`: the numbers of these modules alone.
"""

import re
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from importlib import import_module
from inspect import getsource, signature
from itertools import product
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest

from flows.stages import extraction
from flows.stages.extraction import line_rules
from tests.helpers.cases import cases

# What comes of everything that is looked at, by its name
Probe = Callable[[], Mapping[str, object]]

FACTORS = (0.5, 2)
CUT, KEPT = cases("line_rules/cut"), cases("line_rules/kept")
EVERYWHERE = frozenset({"anywhere", "heading", "edge", "head"})


@dataclass(frozen=True, slots=True)
class Ablation:
    """What was taken away or changed, and the names of what came out otherwise."""

    name: str
    changed: tuple[str, ...]


# Test modules whose cases hold the numbers of the room; `learned` has a bench of its own.
_MODULES = (
    "boilerplate", "bylines", "captions", "container", "credit_lines", "datelines", "elements",
    "extract", "headline", "instants", "interstitials", "limits", "line_rules", "metadata",
    "outlets", "page_limits", "settling", "succession",
)  # fmt: skip
_ELSEWHERE = frozenset(["learned"])
# Numbers that no test has to hold, and why
_UNHELD = {
    ("witnesses", "_NOWHERE"): "a place behind every line, however many there are",
    ("extract", "CODE_VERSION"): "a version, which says nothing about pages",
}
# Tests that say nothing of a number: pages that are not everywhere, phrases one by one
_SKIPPED = frozenset([
    "test_real_pages", "test_every_phrase_has_its_example", "test_examples_inside_a_sentence_stay",
    "test_phrases_are_linear", "test_vetoes_are_linear", "test_long_lines_take_no_time",
    "test_every_status_has_its_example", "test_time", "test_time_is_linear",
    "test_long_texts_take_no_time",
])  # fmt: skip


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--only", nargs="+", metavar="MODULE", default=(), help="numbers of these")
    only = parser.parse_args().only
    if not only:
        report("phrases, test tables", list(ablate_phrases(tables)))
    with ProcessPoolExecutor() as pool:
        found = list(
            pool.map(ablate_number, [one for one in numbers() if not only or one[0] in only])
        )
    report("numbers, test tables", [one for both in found for one in both])


def report(title: str, ablations: list[Ablation]) -> None:
    idle = [one.name for one in ablations if not one.changed]
    print(f"## {title}\n\n{len(ablations)} tried, {len(idle)} change nothing\n")
    print("| what | changes | such as |\n|---|---|---|")
    for one in sorted(ablations, key=lambda one: len(one.changed)):
        if one.changed:
            print(f"| {one.name} | {len(one.changed)} | {one.changed[0]} |")
    print("\nNothing needs:\n")
    for name in idle:
        print(f"- {name}")
    print()


def tables() -> dict[str, object]:
    """Which rule every line of the test tables falls under, and the parts that are found."""
    lines = {text for texts in (*CUT.values(), *KEPT.values()) for text in texts}
    return {
        **{f"{text} (edges)": _id(text, EVERYWHERE) for text in lines},
        **{text: _id(text, ("anywhere", "heading")) for text in lines},
        **{f"linked: {text}": _id(text, ("linked",)) for text in CUT["related-link"]},
        **{f"label: {text}": line_rules.related_label(text) for text in CUT["related-label"]},
        **{
            f"parts: {case['line']}": line_rules.find_asides(case["line"])
            for case in cases("line_rules/parts")
        },
    }


def _id(text: str, places: Iterable[str]) -> str | None:
    line_rules.rule_for.cache_clear()
    rule = line_rules.rule_for(text, frozenset(places))
    return rule.id if rule else None


def ablate_phrases(probe: Probe) -> Iterator[Ablation]:
    """Without each phrase in turn; a rule of one phrase goes with it."""
    before = probe()
    caches = (line_rules.trials_for, line_rules.trials_inside)
    for name, table in line_rules.read_tables().items():
        for text in table["phrases"]:
            rules = _without(name, table, text)
            by_id = {rule.id: rule for rule in rules}
            for cached in caches:
                cached.cache_clear()
            with _replaced(line_rules, RULES=rules, _BY_ID=by_id):
                yield Ablation(f"[{name}] {text}", _changed(before, probe()))


def _without(name: str, table: Mapping[str, Any], text: str) -> tuple[line_rules.Rule, ...]:
    others = {one: of for one, of in table["phrases"].items() if one != text}
    left = [line_rules.make_rule(name, {**table, "phrases": others})] if others else []
    at = next(index for index, rule in enumerate(line_rules.RULES) if rule.id == name)
    return (*line_rules.RULES[:at], *left, *line_rules.RULES[at + 1 :])


def numbers() -> list[tuple[str, str]]:
    """The numbers that modules of the extraction room name, each with its module; one of a family
    as "FAMILY.field". One that is built into a pattern when its module is read changes nothing
    here, whatever it holds.
    """
    modules = {found.name: _module(found.name) for found in iter_modules(extraction.__path__)}
    return [
        (name, number)
        for name, module in modules.items()
        if name not in _ELSEWHERE
        for number in _numbers_of(module)
        if (name, number) not in _UNHELD
    ]


def _numbers_of(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if not name.strip("_").isupper():
            continue
        if type(value) in (int, float) and _is_own(module, name):
            yield name
        elif is_dataclass(type(value)) and type(value).__module__ == module.__name__:
            members = (field.name for field in fields(type(value)))
            yield from (
                f"{name}.{member}"
                for member in members
                if type(getattr(value, member)) in (int, float)
            )


def _is_own(module: ModuleType, name: str) -> bool:
    """Whether a number is a module's own, not one that it takes from another."""
    return (
        re.search(rf"^(?:\w+, )*{name}(?:, \w+)* = ", getsource(module), re.MULTILINE) is not None
    )


def _module(name: str) -> ModuleType:
    return import_module(f"{extraction.__name__}.{name}")


def ablate_number(named: tuple[str, str]) -> list[Ablation]:
    """With half and twice of a number; a whole number stays whole."""
    module = _module(named[0])
    name, _, member = named[1].partition(".")
    whole, before = getattr(module, name), _unchanged()
    value = getattr(whole, member) if member else whole
    ablations = []
    for factor in FACTORS:
        other = type(value)(value * factor)
        changed = replace(whole, **{member: other}) if member else other
        with ExitStack() as replaced:
            for holder in _holders(module, name):
                replaced.enter_context(_replaced(holder, **{name: changed}))
            title = f"{named[0]}.{named[1]} {value} -> {other}"
            ablations.append(Ablation(title, _changed(before, verdicts())))
    return ablations


def _holders(module: ModuleType, name: str) -> Iterator[ModuleType]:
    """The modules of the room that read a number under its name: its own, and those that take it
    from there.
    """
    yield module
    for found in iter_modules(extraction.__path__):
        taking = rf"from {re.escape(module.__name__)} import (?:\([^)]*|[^(\n]*)\b{name}\b"
        if re.search(taking, getsource(other := _module(found.name))):
            yield other


@cache
def _unchanged() -> dict[str, object]:
    return verdicts()


def verdicts() -> dict[str, object]:
    """Which test cases of the room pass."""
    _forget()
    return {
        f"{module} {test.__name__}[{number}]": _passes(test, arguments)
        for module in _MODULES
        for test in vars(import_module(f"tests.stages.test_{module}")).values()
        if getattr(test, "__name__", "") not in _SKIPPED
        for number, arguments in enumerate(_arguments(test))
    }


def _forget() -> None:
    """Clear what the room remembers of texts; patterns, of which all are kept, are the same."""
    for found in iter_modules(extraction.__path__):
        for value in vars(_module(found.name)).values():
            if hasattr(value, "cache_parameters") and value.cache_parameters()["maxsize"]:
                value.cache_clear()


def _arguments(test: Any) -> Iterator[dict[str, object]]:
    """Of a test that needs nothing but its parameters, each set of them."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    if not marks or not test.__name__.startswith("test_"):
        return
    names = [_names(mark.args[0]) for mark in marks]
    if set(signature(test).parameters) != {name for several in names for name in several}:
        return
    for row in product(*(mark.args[1] for mark in marks)):
        yield {
            name: value
            for several, values in zip(names, row, strict=True)
            for name, value in zip(several, _values(several, values), strict=True)
        }


def _names(names: str | Sequence[str]) -> list[str]:
    return names.replace(",", " ").split() if isinstance(names, str) else list(names)


def _values(names: Sequence[str], values: Any) -> Sequence[object]:
    if hasattr(values, "values") and hasattr(values, "marks"):  # pytest.param
        return tuple(values.values)
    return (values,) if len(names) == 1 else tuple(values)


def _passes(test: Callable[..., object], arguments: Mapping[str, object]) -> bool:
    try:
        test(**arguments)
    except (Exception, pytest.skip.Exception):  # whatever a changed number leads to
        return False
    return True


@contextmanager
def _replaced(module: ModuleType, **values: object) -> Iterator[None]:
    before = {name: getattr(module, name) for name in values}
    vars(module).update(values)
    try:
        yield
    finally:
        vars(module).update(before)


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name, came in before.items() if after.get(name) != came)


if __name__ == "__main__":
    main()
