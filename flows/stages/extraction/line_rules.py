"""The rules for the lines that pages put around an article.

They are in line_rules.toml, which explains them and the language of their phrases at its head. A
rule applies to a whole line, or to a separate part of one: the words of a prompt in a sentence of
the article stay.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, Self

from flows.stages.press.clues import Clue, clue_of, folded, opening_words, starts_of, united
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
    `unless` finds what such a line does not contain. `starts` is how such lines begin, as in Clue.
    """

    id: str
    where: Where
    part: Part | None
    seen: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    whole: str
    inside: str
    unless: str
    starts: frozenset[str] | None

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
        starts=united(phrase.clue.starts for phrase in phrases),
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


@dataclass(frozen=True, slots=True)
class _Trials:
    """The trials for some lines in the order of the rules, and the rules among them that are tried
    on a line in which `holds` finds none of the others' words.
    """

    all: Sequence[_Trial]
    always: Sequence[Rule]
    holds: re.Pattern[str]

    @classmethod
    def of(cls, trials: Iterable[_Trial | None]) -> Self:
        due = [trial for trial in trials if trial is not None]
        holds = opening_words(word for trial in due for word in trial.holds)
        return cls(due, [trial.rule for trial in due if not trial.holds], holds)

    def on(self, line: str) -> Iterable[Rule]:
        """The rules to try on a line, in their order."""
        low = folded(line)
        if self.holds.search(low) is None:
            return self.always
        return (trial.rule for trial in self.all if trial.is_due(low))


@lru_cache(maxsize=4096)
def trials_for(starts: frozenset[str] | None) -> _Trials:
    """The rules to try on lines that begin in one of these ways (clues.starts_of)."""
    return _Trials.of(
        _trial(rule, [each.clue for each in rule.phrases if _may_start(each.clue, starts)])
        for rule in RULES
    )


@cache
def trials_inside() -> _Trials:
    """The rules to try on parts inside a line."""
    parts = (rule for rule in RULES if rule.part in ("inserted", "bracketed"))
    return _Trials.of(_trial(rule, [each.clue for each in rule.phrases]) for rule in parts)


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


# ---- what the rules apply to ----


@lru_cache(maxsize=1024)  # the same line is looked up several times
def rule_for(text: str, places: frozenset[str] = frozenset({"anywhere", "heading"})) -> Rule | None:
    """The first rule for one of these places that applies to a whole line."""
    if len(text) > _LONGEST.prompt:
        return None
    due = (rule for rule in trials_for(starts_of(text)).on(text) if rule.where in places)
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
    return starts is None or rule.starts is None or not starts.isdisjoint(rule.starts)


def find_asides(text: str) -> list[tuple[int, int, str]]:
    """The parts of a line that are not its own sentences, in order and without overlaps: start, end
    and the id of the rule.
    """
    found = sorted(
        (*match.span(), rule.id)
        for rule in trials_inside().on(text)
        for match in _compiled(rule.inside, re.IGNORECASE).finditer(text)
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
        for rule in trials_for(starts_of(text[start:])).on(text[start:]):
            if rule.part == "trailing" and _applies(rule, text, start):
                yield start, len(text), rule.id


def _applies(rule: Rule, text: str, start: int = 0) -> bool:
    if not _compiled(rule.whole, re.IGNORECASE).fullmatch(text, start):
        return False
    return not (rule.unless and _compiled(rule.unless, re.IGNORECASE).search(text, start))
