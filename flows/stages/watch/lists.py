"""Whether a passage ties the sides of a topic to each other, or only mentions them side by side.

    standing(countries, text, start, end, hits) -> 'tie', 'beside', 'crowd' or 'list'

A list is a table ('A 2-1 B', standings, a row of figures), a teaser for another article, or an
enumeration with a third country ('AS, Rusia dan Korut'). A crowd names two other countries or
'other leaders': the sides may have to do with those rather than with each other, unless they stand
close together. Sides are only beside each other if no word of the passage ties them (see
flows.stages.watch.ties): 'Gempa Guncang Rusia dan Korut'. Countries are recognised by name, capital
or leader, and only matter for topics that have two countries among their sides.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from flows.stages.press.countries import country_names
from flows.stages.watch.terms import any_of
from flows.stages.watch.ties import Found, Joint, has_shared, is_contest, ties

Standing = Literal["tie", "beside", "crowd", "list"]

_TEASER = re.compile(
    r"(?i)(?:(?:baca|simak|lihat|tonton)\s+juga|(?:artikel|berita)\s+terkait|pilihan\s+redaksi)\b"
    r"|\[gambas:"
)
_TABLE = re.compile(
    r"(?i)\b(?:klasemen|(?:perolehan|tabel)\s+medali|(?:peringkat|ranking)\s+(?:dunia\s+)?fifa"
    r"|standings|medal\s+table)\b"
)
_VERSUS = re.compile(r"(?i)\s{0,9}(?:vs\.?|\(?\d{1,3}\s?[-–:]\s?\d{1,3}\)?)\s{0,9}")
_OFFICE = (
    r"presiden|pemimpin(?:\s+tertinggi)?|kepala\s+negara|president|leader"
    r"|대통령|국가주석|국무위원장"
)
_WORDS = rf"(?:[\s()]|\b(?:{_OFFICE})\b){{0,20}}+"  # may surround the joint between two names
# A row has one kind of joint throughout, except for an 'and' before its last name. So the comma
# starts a new row in 'Perang Rusia-Ukraina, Korut Kirim Pasukan', in 'Kim Temui Putin, AS Cemas'
# and in 'Korut dan Rusia, AS Waspada'.
_COMPOUND = re.compile(rf"(?i){_WORDS}[-–—·/]{_WORDS}|")
_COMMA = re.compile(rf"(?i){_WORDS},{_WORDS}")
_AND = re.compile(
    rf"(?i){_WORDS},?{_WORDS}(?:\b(?:dan|serta|atau|hingga|maupun|and|or|и)\b|[&와과]){_WORDS}"
)
_JOINTS: Mapping[Joint, re.Pattern[str]] = {"compound": _COMPOUND, "comma": _COMMA, "and": _AND}
# These words, or one of these marks, begin another item or statement.
_NEXT = re.compile(r"(?i)\W{0,9}(?:dan|serta|sedangkan|sementara|sampai|and|while|и|а)\b")
_MARKS = frozenset(",;:")
# The list goes on with 'and other leaders' or 'dan para pemimpin lain' after a side, or with
# 'termasuk' or 'such as' before both.
_OTHERS = re.compile(
    r"(?i),?\s{1,4}(?:and|dan|serta|beserta)\s+(?:\w+\s+){0,2}?(?:others?|lain(?:nya)?)\b"
)
_SUCH_AS = re.compile(
    r"(?i)\b(?:termasuk|seperti|antara\s+lain|di\s*antaranya|including|such\s+as)[\s:]+"
    rf"(?:(?:{_OFFICE})\s+)?$"
)


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far words may stand apart and still belong together."""

    statement: int = 6  # words between two sides that are tied
    joint: int = 60  # characters between two names of a row
    heading: int = 80  # characters before a row, in which its meaning is given


@dataclass(frozen=True, slots=True)
class _Figures:
    """What makes a passage a row of figures."""

    least: int = 4
    tokens_each: int = 3  # one token in three is a number


_REACH, _FIGURES = _Reach(), _Figures()


def other_countries(sides: Sequence[re.Pattern[str]]) -> tuple[re.Pattern[str], ...]:
    """A pattern for each country that is not a side; none if fewer than two sides are countries."""
    countries = list(country_names().values())
    own = [
        {side.pattern for side in sides if any(side.fullmatch(name) for name in names)}
        for names in countries
    ]
    if len(set[str]().union(*own)) < 2:
        return ()
    return tuple(_country(names) for names, of in zip(countries, own, strict=True) if not of)


@cache
def _country(names: Sequence[str]) -> re.Pattern[str]:
    return any_of(names)


def named(countries: Sequence[re.Pattern[str]], text: str, start: int, end: int) -> list[Found]:
    """The places where a text names other countries."""
    return [
        (found.start(), found.end(), f"other country {number}")
        for number, country in enumerate(countries)
        for found in country.finditer(text, start, end)
    ]


def standing(
    countries: Sequence[re.Pattern[str]], text: str, start: int, end: int, hits: Sequence[Found]
) -> Standing:
    """How the sides relate in a passage that holds all of them; `hits` are in order."""
    passage = text[start:end]
    if is_teaser(passage) or _TABLE.search(passage) or _is_row(passage):
        return "list"
    if any(
        _VERSUS.fullmatch(text, one[1], two[0]) for one, two in pairwise(hits) if one[2] != two[2]
    ):
        return "list"
    if not countries:
        return "tie"
    if is_contest(text, start, end):
        return "list"
    others = named(countries, text, start, end)
    found = sorted([*hits, *others])
    sides = _names(hits)
    rows = _enumerations(text, found)
    if any(sides < _names(row) for row in rows):
        return "list"
    goes_on = any(_OTHERS.match(text, hit[1], end) for hit in hits) or any(
        sides <= _names(row) and _SUCH_AS.search(_before(text, start, row[0])) for row in rows
    )
    crowded = len(_names(others)) >= 2 and not _is_firm(text, start, found, sides)
    if goes_on or crowded:
        return "crowd"
    pairs = [(one, two) for one, two in pairwise(hits) if one[2] != two[2]]
    tied = any(ties(text, (start, end), one, two, _joint(text, one, two)) for one, two in pairs)
    return "tie" if tied else "beside"


def _names(found: Iterable[Found]) -> set[str]:
    return {name for *_, name in found}


def _before(text: str, start: int, found: Found) -> str:
    """The words in a passage right before a name."""
    return text[max(start, found[0] - _REACH.heading) : found[0]]


def is_teaser(passage: str) -> bool:
    """Whether a passage is the teaser of another article."""
    return _TEASER.match(passage) is not None


def stands_in_row(countries: Sequence[re.Pattern[str]], text: str, hits: Sequence[Found]) -> bool:
    """Whether a side is enumerated with another country: 'Xi, Putin dan Kim', 'China dan Rusia'."""
    rows = _enumerations(text, sorted([*hits, *named(countries, text, 0, len(text))]))
    return any(len(_names(row)) > 1 for row in rows)


def _is_firm(text: str, start: int, found: Sequence[Found], sides: Collection[str]) -> bool:
    """Whether two sides are tied even among other countries: in a compound ('Rusia–Korut'), by a
    few words that do more than enumerate ('Korut kirim pasukan ke Rusia'), by a relation ('pakta
    Rusia dan Korut'), or because they are named first ('Rusia dan Korut Teken Pakta, AS Cemas').
    """
    for number, (one, two) in enumerate(pairwise(found)):
        if one[2] == two[2] or one[2] not in sides or two[2] not in sides:
            continue
        joint = _joint(text, one, two)
        between = text[one[1] : max(two[0], one[1])]
        if joint == "compound" or (joint is None and _goes_straight_on(between)):
            return True
        if joint == "and" and (number == 0 or has_shared(text, start, one)):
            return True
    return False


def _goes_straight_on(between: str) -> bool:
    """Whether the words between two sides are few and form one statement with them."""
    few = len(between.split()) <= _REACH.statement
    return few and not _MARKS.intersection(between) and not _NEXT.match(between)


def _enumerations(text: str, found: Sequence[Found]) -> list[list[Found]]:
    """The names in rows: 'A, B dan C', 'A-B-C', 'A·B·C'. The last of a row may be the first of the
    next: 'AS, Rusia–Korut' is two rows.
    """
    rows: list[list[Found]] = []
    row: list[Found] = []
    kind: Joint | None = None
    for one, two in pairwise(found):
        joint = _joint(text, one, two)
        if not _goes_on(kind, joint):
            row = [one]
            rows.append(row)
        if joint:
            row.append(two)
        kind = joint
    return rows


def _goes_on(kind: Joint | None, joint: Joint | None) -> bool:
    """Whether a row with one kind of joint continues with the next joint."""
    return joint is not None and (joint == kind or (kind, joint) == ("comma", "and"))


def _joint(text: str, one: Found, two: Found) -> Joint | None:
    """What joins a name to the next, if nothing else stands between them."""
    if two[0] - one[1] > _REACH.joint:
        return None
    between = text[one[1] : max(two[0], one[1])]
    return next((joint for joint, form in _JOINTS.items() if form.fullmatch(between)), None)


def _is_row(passage: str) -> bool:
    """Whether a passage is a row of figures."""
    tokens = passage.split()
    figures = (token for token in tokens if re.search(r"\d", token))
    numbers = sum(re.search(r"[^\W\d]", token) is None for token in figures)
    return numbers >= _FIGURES.least and numbers * _FIGURES.tokens_each >= len(tokens)
