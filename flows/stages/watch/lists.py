"""Whether a passage ties a topic's sides to each other, or only puts them next to each other.

    passage, the sides found in it -> standing -> 'tie', 'crowd' or 'list'

A list is a table ('A 2-1 B', standings, a row of figures), the teaser of another article, or an
enumeration: a third country stands in one row with both sides ('AS, Rusia dan Korut'). A crowd
names two other countries or 'other leaders', so that the sides may have to do with those and not
with each other, unless they stand close together. Countries are known by name, capital or leader,
and only for topics of which two sides are countries.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Literal

from flows.stages.press import vocabulary
from flows.stages.watch.terms import any_of

Found = tuple[int, int, str]  # start and end in the field, and the name of the side or country
Standing = Literal["tie", "crowd", "list"]
_Joint = Literal["compound", "comma", "and"]

_TEASER = re.compile(
    r"(?i)(?:(?:baca|simak|lihat|tonton)\s+juga|(?:artikel|berita)\s+terkait|pilihan\s+redaksi)\b|\[gambas:"
)
_TABLE = re.compile(
    r"(?i)\b(?:klasemen|(?:perolehan|tabel)\s+medali|(?:peringkat|ranking)\s+(?:dunia\s+)?fifa|standings|medal\s+table)\b"
)
_VERSUS = re.compile(r"(?i)\s{0,9}(?:vs\.?|\(?\d{1,3}\s?[-–:]\s?\d{1,3}\)?)\s{0,9}")
_OFFICE = r"presiden|pemimpin(?:\s+tertinggi)?|kepala\s+negara|president|leader|대통령|국가주석|국무위원장"
_WORDS = rf"(?:[\s()]|\b(?:{_OFFICE})\b){{0,20}}+"  # what may stand at a joint of a row
# Each row keeps to one kind of joint, so that in 'Perang Rusia-Ukraina, Korut Kirim Pasukan' and
# 'Kim Temui Putin, AS Cemas' the comma joins nothing to the pair. An 'and' comes last: in 'Korut
# dan Rusia, AS Waspada' too.
_COMPOUND = re.compile(rf"(?i){_WORDS}[-–—·/]{_WORDS}|")
_COMMA = re.compile(rf"(?i){_WORDS},{_WORDS}")
_AND = re.compile(
    rf"(?i){_WORDS},?{_WORDS}(?:\b(?:dan|serta|atau|hingga|maupun|and|or|и)\b|[&와과]){_WORDS}"
)
# What begins another item or statement: one of these words, or a mark before it
_NEXT = re.compile(r"(?i)\W{0,9}(?:dan|serta|sedangkan|sementara|sampai|and|while|и|а)\b")
_MARKS = frozenset(",;:")
_CLOSE = 6  # words between two sides that have to do with each other, at most
# What two countries have with each other, right before their names.
_RELATION = re.compile(
    rf"(?i)\b{vocabulary.any_of(vocabulary.read('prose')['relations'])}\s+(?:\w+\s+){{0,3}}$"
)
_BEFORE = 80  # characters before a row that can say what it is
_ROW_GAP = 60  # characters between two names of a row, at most
# 'and other leaders', 'dan para pemimpin lain' after a side; 'termasuk', 'such as' before both: the
# list goes on.
_OTHERS = re.compile(
    r"(?i),?\s{1,4}(?:and|dan|serta|beserta)\s+(?:\w+\s+){0,2}?(?:others?|lain(?:nya)?)\b"
)
_SUCH_AS = re.compile(
    rf"(?i)\b(?:termasuk|seperti|antara\s+lain|di\s*antaranya|including|such\s+as)[\s:]+(?:(?:{_OFFICE})\s+)?$"
)


def other_countries(sides: Sequence[re.Pattern[str]]) -> tuple[re.Pattern[str], ...]:
    """The countries that are none of the sides; none at all where fewer than two sides are
    countries.
    """
    countries = list(vocabulary.read("countries").values())
    own = [
        {side.pattern for side in sides if any(side.fullmatch(name) for name in names)}
        for names in countries
    ]
    if len(set[str]().union(*own)) < 2:
        return ()
    return tuple(any_of(names) for names, of in zip(countries, own, strict=True) if not of)


def named(countries: Sequence[re.Pattern[str]], text: str, start: int, end: int) -> list[Found]:
    """Where the text names other countries."""
    return [
        (found.start(), found.end(), f"other country {number}")
        for number, country in enumerate(countries)
        for found in country.finditer(text, start, end)
    ]


def standing(
    countries: Sequence[re.Pattern[str]], text: str, start: int, end: int, hits: Sequence[Found]
) -> Standing:
    """How the sides stand to each other in a passage in which all of them were found; `hits` in
    order.
    """
    passage = text[start:end]
    if _TEASER.match(passage) or _TABLE.search(passage) or _is_row(passage):
        return "list"
    if any(
        _VERSUS.fullmatch(text, one[1], two[0]) for one, two in pairwise(hits) if one[2] != two[2]
    ):
        return "list"
    if not countries:
        return "tie"
    others = named(countries, text, start, end)
    sides = {name for *_, name in hits}
    rows = [
        (row, {name for *_, name in row}) for row in _enumerations(text, sorted([*hits, *others]))
    ]
    if any(sides < names for _, names in rows):
        return "list"
    goes_on = any(_OTHERS.match(text, hit[1], end) for hit in hits) or any(
        sides <= names and _SUCH_AS.search(text[max(start, row[0][0] - _BEFORE) : row[0][0]])
        for row, names in rows
    )
    crowded = len({name for *_, name in others}) >= 2 and not _is_firm(
        text, start, sorted([*hits, *others]), sides
    )
    return "crowd" if goes_on or crowded else "tie"


def stands_in_row(countries: Sequence[re.Pattern[str]], text: str, hits: Sequence[Found]) -> bool:
    """Whether a side is enumerated with another country: 'Xi, Putin dan Kim', 'China dan Rusia'."""
    rows = _enumerations(text, sorted([*hits, *named(countries, text, 0, len(text))]))
    return any(len({name for *_, name in row}) > 1 for row in rows)


def _is_firm(text: str, start: int, found: Sequence[Found], sides: Collection[str]) -> bool:
    """Whether two sides are tied among others too: by a word ('Rusia–Korut'), by a few words that
    do more than enumerate ('Korut kirim pasukan ke Rusia'), as a relation ('pakta Rusia dan
    Korut'), or as the first who are named ('Rusia dan Korut Teken Pakta, AS Cemas').
    """
    for number, (one, two) in enumerate(pairwise(found)):
        if one[2] == two[2] or one[2] not in sides or two[2] not in sides:
            continue
        joint = _joint(text, one, two)
        between = text[one[1] : max(two[0], one[1])]
        if joint == "compound" or (joint is None and _goes_straight_on(between)):
            return True
        if joint == "and" and (
            number == 0 or _RELATION.search(text[max(start, one[0] - _BEFORE) : one[0]])
        ):
            return True
    return False


def _goes_straight_on(between: str) -> bool:
    """Whether a few words between two sides are one statement with them."""
    few = len(between.split()) <= _CLOSE
    return few and not _MARKS.intersection(between) and not _NEXT.match(between)


def _enumerations(text: str, found: Sequence[Found]) -> list[list[Found]]:
    """What is found, in rows: 'A, B dan C', 'A-B-C', 'A·B·C'. What ends one row may begin the next:
    'AS, Rusia–Korut' is two.
    """
    rows: list[list[Found]] = []
    row: list[Found] = []
    kind: _Joint | None = None
    for one, two in pairwise(found):
        joint = _joint(text, one, two)
        if not _goes_on(kind, joint):
            row = [one]
            rows.append(row)
        if joint:
            row.append(two)
        kind = joint
    return rows


def _goes_on(kind: _Joint | None, joint: _Joint | None) -> bool:
    """Whether a row that has come by one joint goes on by the next."""
    return joint is not None and (joint == kind or (kind, joint) == ("comma", "and"))


def _joint(text: str, one: Found, two: Found) -> _Joint | None:
    """What joins a name to the next one, if no more than that stands between them."""
    if two[0] - one[1] > _ROW_GAP:
        return None
    between = text[one[1] : max(two[0], one[1])]
    return (
        "compound"
        if _COMPOUND.fullmatch(between)
        else "comma"
        if _COMMA.fullmatch(between)
        else "and"
        if _AND.fullmatch(between)
        else None
    )


def _is_row(passage: str) -> bool:
    """Whether the passage is a row of figures: at least four numbers, and one token in three."""
    tokens = passage.split()
    figures = (token for token in tokens if re.search(r"\d", token))
    numbers = sum(re.search(r"[^\W\d]", token) is None for token in figures)
    return numbers >= 4 and numbers * 3 >= len(tokens)
