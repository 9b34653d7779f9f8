"""The lines that pages put around an article: the rules of line_rules.toml, whose head explains
them and the language of their phrases.

A rule is held against a whole line, or against a part of one that stands for itself: a prompt's
words in a sentence of the article stay.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from flows.stages.press.phrases import HEADLINE as HEADLINE
from flows.stages.press.phrases import translated

Where = Literal["anywhere", "edge", "head", "tail", "apart", "heading", "linked", "label"]
Part = Literal["inserted", "bracketed", "trailing"]

_MAX_RULED = 700  # characters; no prompt seen is longer, and no pattern has to look at more
_MAX_HEADING = 40  # characters of a heading over comments
_MOST_SENTENCES = 4  # of a prompt behind an article's own; three seen

# What may stand around a line's words; quotation marks and question marks are part of them.
_AROUND = r"[^\w\"“”?#@]{0,12}"
_INSIDE = {
    "inserted": r"(?<![\"“'‘(\w])(?-i:{})(?!\w)",
    "bracketed": r"(?<![\"“'‘]){}(?:[.]$)?",
    "trailing": "{}",
}
_BEHIND_SENTENCE = re.compile(r"(?<=[.!?)\]\"”])\s+(?=\S)")
_compiled = cache(re.compile)  # at first use: most commands read no page


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text`: as line_rules.toml has it; `pattern`: what it finds, without what stands around."""

    text: str
    example: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`seen`: outlets on whose pages such lines were found. The patterns, letter case aside:
    `whole` matches a line, `inside` finds a part of one, `unless` finds what no such line holds.
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
        """All that decides whether a line falls under it."""
        return (f"(?!.*(?:{self.unless}))" if self.unless else "") + self.whole


def read_tables() -> dict[str, Any]:
    """What line_rules.toml holds."""
    return tomllib.loads(files(__package__).joinpath("line_rules.toml").read_text(encoding="utf-8"))


def make_rule(name: str, table: Mapping[str, Any]) -> Rule:
    """The rule of a table such as those of line_rules.toml."""
    phrases = tuple(Phrase(one, of, translated(one)) for one, of in table["phrases"].items())
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


@lru_cache(maxsize=1024)  # a line is asked about before and while it is judged
def rule_for(text: str, places: frozenset[str] = frozenset({"anywhere", "heading"})) -> Rule | None:
    """The first rule for one of these places that a whole line falls under."""
    if len(text) > _MAX_RULED:
        return None
    return next((rule for rule in RULES if rule.where in places and _falls_under(rule, text)), None)


def is_comments_heading(text: str) -> bool:
    """Whether a line stands over the readers' comments: "12 Komentar", "Tulis komentar"."""
    return len(text) <= _MAX_HEADING and _falls_under(_BY_ID["prompt-comment"], text)


def related_label(text: str) -> bool:
    """Whether a line opens with "Baca juga", "Lihat:" or the like."""
    return bool(_compiled(_BY_ID["related-label"].whole, re.IGNORECASE).match(text))


def parts(text: str) -> list[tuple[int, int, str]]:
    """The parts of a line that are none of its sentences, in order: start, end, and the rule's id.
    None overlaps another.
    """
    found = sorted(
        (*match.span(), rule.id)
        for rule in RULES
        if rule.part in ("inserted", "bracketed")
        for match in _compiled(rule.inside, re.IGNORECASE).finditer(text)
    )
    opened = {start for start, _, _ in found}
    for trailing in _trailing(text):
        if trailing[0] not in opened:
            return [*(part for part in found if part[0] < trailing[0]), trailing]
    return found


def _trailing(text: str) -> Iterator[tuple[int, int, str]]:
    """From each end of a sentence on, what falls under a rule up to the line's end."""
    ends = list(_BEHIND_SENTENCE.finditer(text, max(0, len(text) - _MAX_RULED)))
    for start in (match.end() for match in ends[-_MOST_SENTENCES:]):
        for rule in RULES:
            if rule.part == "trailing" and _falls_under(rule, text, start):
                yield start, len(text), rule.id


def _falls_under(rule: Rule, text: str, start: int = 0) -> bool:
    if not _compiled(rule.whole, re.IGNORECASE).fullmatch(text, start):
        return False
    return not (rule.unless and _compiled(rule.unless, re.IGNORECASE).search(text, start))
