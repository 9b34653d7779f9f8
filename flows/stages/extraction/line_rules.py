"""The rules for the lines that pages put around an article.

They are in line_rules.toml, which explains them and the language of their phrases at its head. A
rule applies to a whole line, or to a separate part of one: the words of a prompt in a sentence of
the article stay.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from flows.stages.press.clues import Clue, clue_of, folded, starts_of
from flows.stages.press.phrases import AROUND, translated
from flows.stages.press.phrases import HEADLINE as HEADLINE

Where = Literal["anywhere", "edge", "head", "tail", "apart", "heading", "linked", "label"]
Part = Literal["inserted", "bracketed", "trailing"]


@dataclass(frozen=True, slots=True)
class _Longest:
    """The longest line, or part of one, that a rule applies to."""

    prompt: int = 700  # characters; no prompt seen is longer, and it bounds the patterns' work
    comments_heading: int = 40  # characters
    sentences: int = 4  # of a prompt after an article's own; three were seen


_LONGEST = _Longest()

_AROUND = AROUND + "{0,12}"
_INSIDE = {
    "inserted": r"(?<![\"“'‘(\w])(?-i:{})(?!\w)",
    "bracketed": r"(?<![\"“'‘]){}(?:[.]$)?",
    "trailing": "{}",
}
_BEHIND_SENTENCE = re.compile(r"(?<=[.!?)\]\"”])\s+(?=\S)")
_compiled = cache(re.compile)  # at first use, because most commands read no page


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as in line_rules.toml, its example, its pattern without what may surround it, and
    what every line of it shows.
    """

    text: str
    example: str
    pattern: str
    clue: Clue


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and the outlets on whose pages such lines were seen.

    Of its patterns, which ignore case, `whole` matches a line, `inside` finds a part of one, and
    `unless` finds what such a line does not contain.
    """

    id: str
    where: Where
    part: Part | None
    seen: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    whole: str
    inside: str
    unless: str

    @property
    def pattern(self) -> str:
        """All that decides whether the rule applies to a line."""
        if not self.unless:
            return self.whole
        return f"(?!.*(?:{self.unless})){self.whole}"


def read_tables() -> dict[str, Any]:
    """The content of line_rules.toml."""
    return tomllib.loads(files(__package__).joinpath("line_rules.toml").read_text(encoding="utf-8"))


def make_rule(name: str, table: Mapping[str, Any]) -> Rule:
    """The rule in a table of line_rules.toml, or in one like it."""
    phrases = tuple(
        Phrase(one, of, translated(one), clue_of(one)) for one, of in table["phrases"].items()
    )
    part = table.get("part")
    found = f"(?:{'|'.join(phrase.pattern for phrase in phrases)})"
    if part == "bracketed":
        found = rf"[(\[]\s?{found}\s?[)\]]"
    return Rule(
        name,
        table.get("where", "anywhere"),
        part,
        tuple(table["seen"]),
        phrases,
        whole=_AROUND + found + _AROUND,
        inside=_INSIDE[part].format(found) if part else "",
        unless=translated(table.get("unless", "")),
    )


RULES = tuple(make_rule(name, table) for name, table in read_tables().items())
_BY_ID = {rule.id: rule for rule in RULES}


# ---- which rules are worth trying on a line ----


@dataclass(frozen=True, slots=True)
class _Trial:
    """A rule to try on lines that hold one of these words or signs; on all, if there are none."""

    rule: Rule
    holds: frozenset[str] = frozenset()

    def is_due(self, line: str) -> bool:
        """Whether to try it on a line, which is folded."""
        return not self.holds or any(word in line for word in self.holds)


def _due(line: str) -> Iterator[Rule]:
    """The rules that a whole line may fall under, in their order."""
    low = folded(line)
    return (trial.rule for trial in trials_for(starts_of(line)) if trial.is_due(low))


@lru_cache(maxsize=4096)
def trials_for(starts: frozenset[str] | None) -> list[_Trial]:
    """The rules to try on lines that begin in one of these ways (clues.starts_of)."""
    trials = [
        _trial(rule, [p.clue for p in rule.phrases if _may_start(p.clue, starts)]) for rule in RULES
    ]
    return [trial for trial in trials if trial is not None]


def _may_start(clue: Clue, starts: frozenset[str] | None) -> bool:
    return starts is None or clue.starts is None or not starts.isdisjoint(clue.starts)


def _trial(rule: Rule, clues: Sequence[Clue]) -> _Trial | None:
    """The trial of a rule by the clues of those of its phrases that are in question."""
    if not clues:
        return None
    if rule.part == "bracketed":
        return _Trial(rule, frozenset("(["))
    held = [clue.holds for clue in clues]
    return _Trial(rule, frozenset().union(*held) if all(held) else frozenset())


@cache
def trials_inside() -> list[_Trial]:
    """The rules to try on parts inside a line."""
    parts = [rule for rule in RULES if rule.part in ("inserted", "bracketed")]
    trials = (_trial(rule, [phrase.clue for phrase in rule.phrases]) for rule in parts)
    return [trial for trial in trials if trial is not None]


# ---- what the rules apply to ----


@lru_cache(maxsize=1024)  # the same line is looked up several times
def rule_for(text: str, places: frozenset[str] = frozenset({"anywhere", "heading"})) -> Rule | None:
    """The first rule for one of these places that applies to a whole line."""
    if len(text) > _LONGEST.prompt:
        return None
    due = (rule for rule in _due(text) if rule.where in places)
    return next((rule for rule in due if _applies(rule, text)), None)


def is_comments_heading(text: str) -> bool:
    """Whether a line is the heading of the readers' comments: "12 Komentar", "Tulis komentar"."""
    rule = _BY_ID["prompt-comment"]
    short = len(text) <= _LONGEST.comments_heading
    return short and _may_open(rule, text) and _applies(rule, text)


def related_label(text: str) -> bool:
    """Whether a line begins with "Baca juga", "Lihat:" or the like."""
    rule = _BY_ID["related-label"]
    if not _may_open(rule, text.lstrip()):
        return False
    return bool(_compiled(rule.whole, re.IGNORECASE).match(text))


def _may_open(rule: Rule, line: str) -> bool:
    """Whether a line begins as those of a rule may."""
    starts = starts_of(line)
    return any(_may_start(phrase.clue, starts) for phrase in rule.phrases)


def find_asides(text: str) -> list[tuple[int, int, str]]:
    """The parts of a line that are not its own sentences, in order and without overlaps: start, end
    and the id of the rule.
    """
    low = folded(text)
    found = sorted(
        (*match.span(), trial.rule.id)
        for trial in trials_inside()
        if trial.is_due(low)
        for match in _compiled(trial.rule.inside, re.IGNORECASE).finditer(text)
    )
    opened = {start for start, _, _ in found}
    for trailing in _trailing(text):
        if trailing[0] not in opened:
            return [*(part for part in found if part[0] < trailing[0]), trailing]
    return found


def _trailing(text: str) -> Iterator[tuple[int, int, str]]:
    """What a rule applies to from the end of a sentence to the end of the line."""
    ends = list(_BEHIND_SENTENCE.finditer(text, max(0, len(text) - _LONGEST.prompt)))
    for start in (match.end() for match in ends[-_LONGEST.sentences :]):
        for rule in _due(text[start:]):
            if rule.part == "trailing" and _applies(rule, text, start):
                yield start, len(text), rule.id


def _applies(rule: Rule, text: str, start: int = 0) -> bool:
    if not _compiled(rule.whole, re.IGNORECASE).fullmatch(text, start):
        return False
    return not (rule.unless and _compiled(rule.unless, re.IGNORECASE).search(text, start))
