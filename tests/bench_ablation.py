"""`make bench-ablation`: what holds the roof. Each phrase of line_rules.toml is taken away in turn,
each number of the extraction room halved and doubled; what changes then is counted.

What changes nothing is held by nothing: nobody can tell whether it is still needed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from flows.stages import extraction
from flows.stages.extraction import line_rules
from tests.stages.test_line_rules import CUT, EVERYWHERE, KEPT, cases

# What comes of everything that is looked at, by its name
Probe = Callable[[], Mapping[str, object]]

FACTORS = (0.5, 2)


@dataclass(frozen=True, slots=True)
class Ablation:
    """What was taken away or changed, and the names of what came out otherwise."""

    name: str
    changed: tuple[str, ...]


def main(pages: Probe | None = None) -> None:
    """`pages`: what comes of pages; without, phrases are held against the test tables only, and
    numbers against nothing.
    """
    report("phrases, test tables", list(ablate_phrases(tables)))
    if pages is not None:
        report("phrases, pages", list(ablate_phrases(pages)))
        report("numbers, pages", list(ablate_numbers(numbers(), pages)))


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
        **{f"parts: {case['line']}": line_rules.parts(case["line"]) for case in cases("parts")},
    }


def _id(text: str, places: Iterable[str]) -> str | None:
    rule = line_rules.rule_for(text, frozenset(places))
    return rule.id if rule else None


def ablate_phrases(probe: Probe) -> Iterator[Ablation]:
    """Without each phrase in turn; a rule of one phrase goes with it."""
    before = probe()
    for name, table in line_rules.read_tables().items():
        for text in table["phrases"]:
            rules = _without(name, table, text)
            by_id = {rule.id: rule for rule in rules}
            with _replaced(line_rules, RULES=rules, _BY_ID=by_id):
                yield Ablation(f"[{name}] {text}", _changed(before, probe()))


def _without(name: str, table: Mapping[str, Any], text: str) -> tuple[line_rules.Rule, ...]:
    others = {one: of for one, of in table["phrases"].items() if one != text}
    left = [line_rules.make_rule(name, {**table, "phrases": others})] if others else []
    at = next(index for index, rule in enumerate(line_rules.RULES) if rule.id == name)
    return (*line_rules.RULES[:at], *left, *line_rules.RULES[at + 1 :])


def numbers() -> list[tuple[ModuleType, str]]:
    """The numbers that modules of the extraction room name. One that is built into a pattern when
    its module is read changes nothing here, whatever it holds.
    """
    modules = [
        import_module(f"{extraction.__name__}.{found.name}")
        for found in iter_modules(extraction.__path__)
    ]
    return [
        (module, name)
        for module in modules
        for name, value in vars(module).items()
        if name.strip("_").isupper() and type(value) in (int, float)
    ]


def ablate_numbers(named: Iterable[tuple[ModuleType, str]], probe: Probe) -> Iterator[Ablation]:
    """With half and twice of each number in turn; whole numbers stay whole."""
    before = probe()
    for module, name in named:
        value = getattr(module, name)
        for factor in FACTORS:
            other = type(value)(value * factor)
            with _replaced(module, **{name: other}):
                title = f"{module.__name__.rsplit('.', 1)[-1]}.{name} {value} -> {other}"
                yield Ablation(title, _changed(before, probe()))


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
