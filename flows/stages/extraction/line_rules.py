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

from flows.stages.press.clues import Clue, clue_of, folded, start_of
from flows.stages.press.phrases import HEADLINE as HEADLINE
from flows.stages.press.phrases import translated

Where = Literal["anywhere", "edge", "head", "tail", "apart", "heading", "linked", "label"]
Part = Literal["inserted", "bracketed", "trailing"]


@dataclass(frozen=True, slots=True)
class _Longest:
    """The longest line, or part of one, that a rule applies to."""

    prompt: int = 700  # characters; no prompt seen is longer, and it bounds the patterns' work
    comments_heading: int = 40  # characters
    sentences: int = 4  # of a prompt after an article's own; three were seen


_LONGEST = _Longest()

# What may surround the words of a line. Quotation marks and question marks are part of the words.
_AROUND = r"[^\w\"“”?#@]{0,12}"
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


@dataclass(frozen=True, slots=True)
class _Trials:
    """The rules to try, each list in the order of the rules: on whole lines by how these begin, on
    those that begin like no rule (`others`) or with no letter (`unlettered`), and on parts inside.
    """

    by_start: Mapping[str, Sequence[_Trial]]
    others: Sequence[_Trial]
    unlettered: Sequence[_Trial]
    inside: Sequence[_Trial]

    def on(self, line: str) -> Iterator[Rule]:
        """The rules that a whole line may fall under."""
        start, low = start_of(line), folded(line)
        trials = self.unlettered if start is None else self.by_start.get(start, self.others)
        return (trial.rule for trial in trials if trial.is_due(low))


@cache
def trials() -> _Trials:
    """The rules with what a line must show for each."""
    clues = [phrase.clue for rule in RULES for phrase in rule.phrases]
    starts = {start for clue in clues for start in clue.starts or ()}
    return _Trials(
        {start: list(_starting(start)) for start in starts},
        list(_starting("")),
        [_Trial(rule) for rule in RULES],
        [_Trial(rule, _held(rule)) for rule in RULES if rule.part in ("inserted", "bracketed")],
    )


def _starting(start: str) -> Iterator[_Trial]:
    """The rules to try on lines that begin with these letters."""
    for rule in RULES:
        if rule.part == "bracketed":
            continue
        clues = [phrase.clue for phrase in rule.phrases]
        free = [clue.holds for clue in clues if clue.starts is None]
        if any(start in (clue.starts or ()) for clue in clues) or not all(free):
            yield _Trial(rule)
        elif free:
            yield _Trial(rule, frozenset().union(*free))


def _may_open(rule_id: str, line: str) -> bool:
    """Whether a line begins as those of one rule may."""
    starts, start = _starts(rule_id), start_of(line)
    return starts is None or start is None or start in starts


@cache
def _starts(rule_id: str) -> frozenset[str] | None:
    begun = [phrase.clue.starts for phrase in _BY_ID[rule_id].phrases]
    known = [starts for starts in begun if starts is not None]
    return frozenset().union(*known) if len(known) == len(begun) else None


def _held(rule: Rule) -> frozenset[str]:
    """What a line holds that such a rule may apply to a part of."""
    if rule.part == "bracketed":
        return frozenset("([")
    held = [phrase.clue.holds for phrase in rule.phrases]
    return frozenset().union(*held) if all(held) else frozenset()


# ---- what the rules apply to ----


@lru_cache(maxsize=1024)  # the same line is looked up several times
def rule_for(text: str, places: frozenset[str] = frozenset({"anywhere", "heading"})) -> Rule | None:
    """The first rule for one of these places that applies to a whole line."""
    if len(text) > _LONGEST.prompt:
        return None
    due = (rule for rule in trials().on(text) if rule.where in places)
    return next((rule for rule in due if _applies(rule, text)), None)


def is_comments_heading(text: str) -> bool:
    """Whether a line is the heading of the readers' comments: "12 Komentar", "Tulis komentar"."""
    rule = _BY_ID["prompt-comment"]
    short = len(text) <= _LONGEST.comments_heading
    return short and _may_open(rule.id, text) and _applies(rule, text)


def related_label(text: str) -> bool:
    """Whether a line begins with "Baca juga", "Lihat:" or the like."""
    rule = _BY_ID["related-label"]
    if not _may_open(rule.id, text.lstrip()):
        return False
    return bool(_compiled(rule.whole, re.IGNORECASE).match(text))


def find_asides(text: str) -> list[tuple[int, int, str]]:
    """The parts of a line that are not its own sentences, in order and without overlaps: start, end
    and the id of the rule.
    """
    low = folded(text)
    found = sorted(
        (*match.span(), trial.rule.id)
        for trial in trials().inside
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
        for rule in trials().on(text[start:]):
            if rule.part == "trailing" and _applies(rule, text, start):
                yield start, len(text), rule.id


def _applies(rule: Rule, text: str, start: int = 0) -> bool:
    if not _compiled(rule.whole, re.IGNORECASE).fullmatch(text, start):
        return False
    return not (rule.unless and _compiled(rule.unless, re.IGNORECASE).search(text, start))
