"""The grammar of a credit line: labels that name a role, and the names beside them.

"Penulis: Nama | Editor: Nama", "Nama, Jurnalis", "(Laporan Wartawan Kabar Angin, Nama)"

A line is split at its labels, the names in each part are sorted into people and outlets, and the
direction in which the labels point is decided. The result is roles with names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from flows.stages.extraction.names import (
    cased,
    is_full_name,
    is_nobody,
    is_person,
    names_body,
    opens_with_post,
    split_names,
)
from flows.stages.press.clues import folded, opening_words
from flows.stages.press.date_tokens import MONTHS, WEEKDAYS
from flows.stages.press.dates import is_fragment
from flows.stages.press.outlets import SPELLINGS, outlet_by_key
from flows.stages.press.text import text_key, tidy
from flows.stages.press.vocabulary import any_of, read

# A helper, such as a translator, is the author if nobody else is; "other" did not make the text.
Role = Literal["author", "helper", "editor", "credit", "other"]

_PEOPLE = read("people")
_ROLES: dict[str, Role] = {
    name: role for role, names in _PEOPLE["labels"].items() for name in names
}
_WORDS = _PEOPLE["words"]
_NOUNS = frozenset(_PEOPLE["bare"]["nouns"])
_PREPOSITIONS = frozenset(_PEOPLE["bare"]["prepositions"])
_SENTENCES = frozenset(_PEOPLE["bare"]["sentences"])
_NOT_BEHIND = frozenset(_WORDS["not_behind"])
_NO_OUTLETS = frozenset(map(text_key, _WORDS["not_outlets"]))


@dataclass(frozen=True, slots=True)
class _Longest:
    """Characters of a line and its parts.

    The longest of 165 credit lines seen has 262 characters, most of them Antara's copyright notice.
    """

    line: int = 320
    value: int = 160
    label: int = 60
    outlet: int = 60


@dataclass(frozen=True, slots=True)
class _Most:
    """Words of what may accompany a name."""

    post: int = 6  # "Pengamat Sosial Politik"
    said: int = 4  # to the reader: "Ikuti di twitter"


_LONGEST, _MOST = _Longest(), _Most()
_OUTLET_PREFIX = 5  # the least letters of an outlet's name that begin a section's: detikFinance

_GLUE = r"(?-i:(?<=[a-z])(?=[A-Z]))"  # NamaEditor, NamaSabtu
_START = rf"(?:(?<![\w'’-])|{_GLUE})"
_STOP = r"(?![\w'’]|-(?-i:[a-z]))"
_DOMAIN = r"[\w-]{2,30}\.(?:(?:co|go|or|ac|web|my|sch)\.id|com|net|org|tv|info|news|id|co)"
_TAILS = any_of(_WORDS["tails"])
_WHEN = any_of(_WORDS["when"])
_REPORT = (
    rf"{any_of(_PEOPLE['reports']['opening'])} {any_of(_PEOPLE['reports']['posts'])}"
    rf"(?:\s[^,:|/]{{2,40}}[,:]|\s{_DOMAIN}\b,?|,)?"
)
# "Kontributor Lhokseumawe, Nama"
_STATION = rf"{any_of(_WORDS['stationed'])}\s[^,:|/]{{2,40}},(?=\s)"
_ACTED = rf"{any_of(_PEOPLE['bare']['verbs'])}\s[^:|]{{1,60}}?\s{any_of(_PREPOSITIONS)}"
_BESIDE = rf"\s?(?:&|/|,|dan|and)\s?(?P<second>{any_of([*_NOUNS, *_PEOPLE['bare']['beside']])})"
_OPENING_WORD = opening_words(
    [
        *_PEOPLE["reports"]["opening"],
        *_WORDS["stationed"],
        *_PEOPLE["bare"]["verbs"],
        *_ROLES,
    ]
)
_LABEL = re.compile(
    rf"{_START}(?={_OPENING_WORD.pattern})(?:(?P<report>{_REPORT}|{_STATION})|(?P<acted>{_ACTED})"
    rf"|(?P<name>{any_of(_ROLES)})){_STOP}"
    rf"(?:{_BESIDE}{_STOP})?(?:\s?(?P<colon>[:：])|(?P<stop>\.)(?=\s))?",
    re.IGNORECASE,
)
_FIELD = re.compile(rf"\b{any_of([*_WORDS['fields'], *_WORDS['works']])}\s?:", re.IGNORECASE)
_WORK = re.compile(rf"\W{{0,4}}{any_of(_WORDS['works'])}\s?:", re.IGNORECASE)
_REVIEWER = re.compile(rf"\W{{0,4}}{any_of(_PEOPLE['bare']['reviewers'])}\b", re.IGNORECASE)
_STATIONED = re.compile(rf"{any_of(_WORDS['stationed'])}\b(?:[^,:|/]{{2,40}}[,:])?", re.IGNORECASE)
_ASIDE = re.compile(r"[(\[][^()\[\]]{0,60}[)\]]?")
# A name ends where a date, a copyright notice or words to the reader begin.
_TAIL = re.compile(
    rf"{_START}(?:{_TAILS}|{_WHEN})\b|©|@|\(c\)|(?<![\w.])\d|(?<=[a-z])\d(?=\d)"
    rf"|{_START}(?:{WEEKDAYS}|{MONTHS})(?=[\s,/.|-]{{0,3}}\d)",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(rf"{_WHEN}\s", re.IGNORECASE)
_SAID = re.compile(rf"(?:[\W\d]|\b{_TAILS}\b)*", re.IGNORECASE)
_TAIL_WORD = re.compile(rf"\b{_TAILS}\b", re.IGNORECASE)
_COPYRIGHT = re.compile(r"\W{0,9}(?:copyright|hak cipta|©|\(c\))", re.IGNORECASE)
_CODE = re.compile(r"[a-z]\d{0,3}")  # c03
_SEPARATED = re.compile(r"[^\w\s'’.]\s?$")
_PARTED = re.compile(r"\s?[^\w\s'’]")
_LAST_WORD = re.compile(r"(\w{1,30})\W{0,3}$")
_BEFORE_DOMAIN = re.compile(rf"\s(?={_DOMAIN}\b)", re.IGNORECASE)  # "Nama Kompas.com"
_URL = re.compile(r"https?://(?:www\.)?([\w.-]{4,60})\S{0,200}", re.IGNORECASE)
_SIGNS = ' :;,*–—-|/"“”()[]'
_MARKS = f"{_SIGNS}."


@dataclass(frozen=True, slots=True)
class Names:
    """The people and the outlets that a value names. `nobody`: it also names what is neither, such
    as "Tim Redaksi"; `clean`: all else in it is a date, a copyright notice or words to the reader.
    """

    people: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    nobody: bool = False
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """The roles that a label names, and how it is set.

    - `firm`: it is a label whatever is beside it, and its names follow it
    - `before`: its names always follow it
    - `glued`: there is no space between it and the name before it
    - `apart`: a sign separates it from its name
    """

    roles: tuple[Role, ...]
    firm: bool = False
    before: bool = False
    glued: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line split at its labels. `names[n]` are before `labels[n]`, and the last are after all
    labels; `pairs` has for each label the index of its names.
    """

    labels: tuple[Label, ...]
    names: tuple[Names, ...]
    pairs: tuple[int, ...]


def read_credits(text: str) -> list[tuple[Role, str]]:
    """The roles and names that a line credits, in its order; none if it is not a credit line."""
    line = _read(text)
    return list(dict.fromkeys(_credits(line))) if line is not None else []


def is_credit_line(text: str) -> bool:
    """Whether a line is nothing but labels with names, and perhaps a date or a copyright notice. A
    single noun without a colon is not enough: "Wartawan Gadungan Ditangkap".
    """
    line = _read(text)
    return (
        line is not None
        and all(names.clean for names in line.names)
        and all(_is_filled(line, at) for at in range(len(line.labels)))
        and (_makes_text(line) or _names_makers(line))
        and (0 in line.pairs or all(map(is_full_name, line.names[0].people)))
        and (len(line.labels) > 1 or any(_is_set_off(label) for label in line.labels))
    )


def _is_set_off(label: Label) -> bool:
    return label.firm or label.before or label.glued or label.apart


def _makes_text(line: _Line) -> bool:
    return any(role != "other" for label in line.labels for role in label.roles)


def _names_makers(line: _Line) -> bool:
    """Whether a line gives the full names of those who made something other than the text, each
    after a colon.
    """
    return all(
        label.firm and any(map(is_full_name, line.names[at].people))
        for label, at in zip(line.labels, line.pairs, strict=True)
    )


def is_signature(text: str) -> bool:
    """Whether a line is full names and well-known outlets only: "Nama Lengkap - detikNews"."""
    if len(text) > _LONGEST.label * 2 or "/" in text:
        return False
    names = sort_names(text, "author")
    known = all(_outlet(outlet) for outlet in names.outlets)
    people = bool(names.people) and all(map(is_full_name, names.people))
    return names.clean and people and bool(names.outlets) and known


def is_of_work(texts: Sequence[str], at: int) -> bool:
    """Whether a line beside the description of a work names its makers, not its reviewer."""
    beside = (texts[near] for near in (at - 1, at + 1) if 0 <= near < len(texts))
    works = (text for text in beside if ":" in text and _WORK.match(text))
    return next(works, None) is not None and not _REVIEWER.match(texts[at])


def has_label(text: str) -> bool:
    """Whether a line has words that may be a label."""
    return len(text) <= _LONGEST.line and _may_hold_label(text) and bool(_LABEL.search(text))


def _may_hold_label(text: str) -> bool:
    """Whether a line has the first word of a label, which is sooner found than a label."""
    return _OPENING_WORD.search(folded(text)) is not None


@lru_cache(maxsize=1024)  # a line is read as a credit, for its names and for what is beside it
def label_of(text: str) -> Label | None:
    """The label that a line consists of, if it does."""
    if len(text) > _LONGEST.label:
        return None
    match = _LABEL.fullmatch(tidy(text).strip(" ()[]*–—-•·|."))
    if match and (match["colon"] or match["report"] or _is_bare(match)):
        return _label(match)
    return None


def unlabelled_people(text: str) -> tuple[str, ...]:
    """The people that a line names before its first label and that belong to none."""
    line = _read(text)
    if line is None or 0 in line.pairs:
        return ()
    return line.names[0].people


@lru_cache(maxsize=1024)
def sort_names(value: str, role: Role) -> Names:
    """The people and the outlets that a value names. In a credit any name is an outlet's."""
    value, outside = _in_bracket(tidy(value[: _LONGEST.line]))
    value, said = cut_tail(value)
    if len(value) > _LONGEST.value:
        return Names(clean=False)
    sort = _sorted_outlets if role == "credit" else _sorted_people
    names = sort(value)
    silent = bool(_COPYRIGHT.match(said)) or all(map(_says_nothing, said.split(" | ")))
    if outside or not silent:
        return replace(names, clean=False)
    return names


def _in_bracket(value: str) -> tuple[str, str]:
    """A value up to the bracket that closes around it, and the words after that."""
    inside, bracket, outside = value.partition(")")
    if not bracket or "(" in inside:
        return value, ""
    return inside, outside.strip(_MARKS)


def cut_tail(value: str) -> tuple[str, str]:
    """A value up to where its names end, and what follows: a date or words to the reader."""
    match = _TAIL.search(value)
    if match is None:
        return value, ""
    return value[: match.start()].rstrip(_SIGNS), value[match.start() :]


def _sorted_people(value: str) -> Names:
    value = value.strip(_SIGNS)
    lenders = filter(None, (_outlet(aside[0].strip(_MARKS)) for aside in _ASIDE.finditer(value)))
    outlets = list(lenders)  # "Nama (Reuters)"
    value = _ASIDE.sub(" ", value).strip(_SIGNS)
    if match := _STATIONED.match(value):
        value = value[match.end() :]
    people: list[str] = []
    nobody = False
    for part in split_names(_BEFORE_DOMAIN.sub(", ", value)):
        person = _without_post(part)
        if outlet := _outlet(part):
            outlets.append(outlet)
        elif person and is_person(person):
            people.append(cased(person))
        elif person is None or (people and (_is_post(part) or names_body(part))):
            continue
        elif is_nobody(part) or _CODE.fullmatch(part):
            nobody = True
        elif names_body(part.split()[0]) and _is_outlet_name(part):
            outlets.append(part)
        else:
            return Names(tuple(people), tuple(outlets), nobody, clean=False)
    return Names(tuple(people), tuple(outlets), nobody)


def _is_post(part: str) -> bool:
    return opens_with_post(part) and len(part.split()) <= _MOST.post


def _says_nothing(said: str) -> bool:
    """Whether what follows a name is a date, a number or words to the reader."""
    if match := _BEFORE_DATE.match(said):
        said = said[match.end() :]
    return (
        not said
        or said.startswith("@")
        or is_fragment(said)
        or bool(_SAID.fullmatch(said))
        or (bool(_TAIL_WORD.search(said)) and len(said.split()) <= _MOST.said)
    )


def _without_post(part: str) -> str | None:
    """A name without the post before it; None if there is only a post and its place."""
    if _STATIONED.match(part):
        return None
    first, _, rest = part.partition(" ")
    if rest and first.lower() in _NOUNS:
        return rest.strip(_MARKS)
    return part


def _outlet(part: str) -> str | None:
    """The outlet that a part names, if any. A name in capitals such as RIA must be in capitals,
    because Ria is a person. Sections are named after their outlet: detikFinance.
    """
    name = outlet_by_key(text_key(part))
    if name is not None and name.isupper() and not part.isupper():
        return None
    if name is not None:
        return name
    if re.fullmatch(_DOMAIN, part, re.IGNORECASE):
        return part
    if " " not in part and not is_person(part) and _opens_with_outlet(part):
        return part
    return None


def _opens_with_outlet(word: str) -> bool:
    spelled = text_key(word)
    return any(spelled[:end] in SPELLINGS for end in range(_OUTLET_PREFIX, len(spelled) + 1))


def _sorted_outlets(value: str) -> Names:
    value = _ASIDE.sub(" ", _URL.sub(r"\1", value).strip(_MARKS)).strip(_MARKS)
    words = value.split()
    if len(words) > 1 and all(text_key(word) in SPELLINGS for word in words):
        return Names(outlets=tuple(str(outlet_by_key(text_key(word))) for word in words))
    outlets: list[str] = []
    nobody = False
    for part in split_names(value):
        known = outlet_by_key(text_key(part))
        if text_key(part) in _NO_OUTLETS or (is_nobody(part) and not names_body(part)):
            nobody = True
        elif known or _is_outlet_name(part):
            outlets.append(known or part)
        else:
            return Names(outlets=tuple(outlets), nobody=nobody, clean=False)
    if "/" in value and outlets:  # "Kompas.com/Nama": who wrote it there
        outlets = [outlet for outlet in outlets if not is_full_name(outlet)] or outlets[:1]
    return Names(outlets=tuple(outlets), nobody=nobody)


def _is_outlet_name(part: str) -> bool:
    """Whether a part may name the outlet of a text: it is capitalised, or a domain."""
    if not 2 <= len(part) <= _LONGEST.outlet:
        return False
    if re.fullmatch(_DOMAIN, part, re.IGNORECASE):
        return True
    return all(_has_capital(word) or word in {"dan", "of", "the"} for word in part.split())


def _has_capital(word: str) -> bool:
    return any(letter.isupper() for letter in word)


@lru_cache(maxsize=1024)
def _read(text: str) -> _Line | None:
    """A line split at its labels; None if no label has a name beside it."""
    if len(text) > _LONGEST.line:
        return None
    line = tidy(text)
    if not _may_hold_label(line) or (":" in line and _FIELD.search(line)):
        return None
    matches = list(_labels(line))
    while matches:
        read = _paired(line, matches)
        lost = next((at for at in range(len(matches)) if not _holds(read, at)), None)
        if lost is None:
            firm = any(label.firm for label in read.labels)
            clean = all(names.clean for names in read.names)
            return read if firm or clean else None
        del matches[lost]
    return None


def _labels(line: str) -> Iterator[re.Match[str]]:
    last = None
    for match in _LABEL.finditer(line):
        before = line[: match.start()]
        if (word := _LAST_WORD.search(before)) and word[1].lower() in _NOT_BEHIND:
            continue
        if not match["colon"] and not _may_be_bare(match, before):
            continue
        if last is not None and not line[last.end() : match.start()].strip():
            continue  # a post: "Penulis: Kontributor Lhokseumawe, Nama"
        yield match
        last = match


def _may_be_bare(match: re.Match[str], before: str) -> bool:
    """Whether a label can do without a colon: it begins with a capital, or a sign sets it off."""
    if match["name"] and not _is_bare(match):  # "Sumber | Antara", where the outlet is a link
        opens = not before.strip() and match.string[match.end() :].startswith(" |")
        return opens and _ROLES.get(_name(match)) == "credit"
    sign = _SEPARATED.search(before)
    apart = sign is not None and (_name(match) in _NOUNS or sign[0][0] != ",")
    return match[0][0].isupper() or apart or match.string[match.end() :].startswith(" |")


def _name(match: re.Match[str]) -> str:
    return " ".join((match["name"] or "").lower().split())


def _is_bare(match: re.Match[str]) -> bool:
    """Whether a label is one of those that do not need a colon."""
    name = _name(match)
    return name in _NOUNS or name.rpartition(" ")[2] in _PREPOSITIONS


def _label(match: re.Match[str]) -> Label:
    name = _name(match)
    roles = dict.fromkeys([_ROLES.get(name, "author")])
    if match["second"]:
        roles |= dict.fromkeys([_ROLES.get(match["second"].lower(), "other")])
    before, behind = match.string[: match.start()], match.string[match.end() :]
    return Label(
        tuple(roles),
        firm=bool(
            match["colon"]
            or (match["stop"] and match[0][0].isupper())
            or (match["report"] or "").endswith((",", ":"))
            or name in _SENTENCES
        ),
        before=name not in _NOUNS,
        glued=before[-1:].islower() and not behind,
        apart=bool(_SEPARATED.search(before)) or bool(_PARTED.match(behind)),
    )


def _paired(line: str, matches: Sequence[re.Match[str]]) -> _Line:
    """The labels, the names between them, and which names belong to which label."""
    labels = tuple(map(_label, matches))
    bounds = [0, *(at for match in matches for at in match.span()), len(line)]
    roles: list[Role] = [labels[0].roles[0], *(label.roles[0] for label in labels)]
    names = tuple(
        sort_names(line[bounds[at * 2] : bounds[at * 2 + 1]], role) for at, role in enumerate(roles)
    )
    forwards = tuple(range(1, len(labels) + 1))
    backwards = tuple(
        at + 1 if label.firm or label.before else at for at, label in enumerate(labels)
    )
    pairs = forwards
    if all(each.clean for each in names) and _weight(names, backwards) > _weight(names, forwards):
        pairs = backwards
    return _Line(labels, names, pairs)


def _weight(names: Sequence[Names], pairs: Iterable[int]) -> int:
    """How much the labels get in a reading: people count more than outlets."""
    return sum(2 * bool(names[at].people) or int(bool(names[at].outlets)) for at in pairs)


def _holds(line: _Line, at: int) -> bool:
    """Whether a label is really one: it has a colon, or only a full name beside it."""
    label, names = line.labels[at], line.names[line.pairs[at]]
    sure = (
        (label.glued and names.people)
        or (label.apart and names.outlets)
        or (label.before and names.nobody)  # "Ditulis oleh Administrator"
    )
    return label.firm or (names.clean and (bool(sure) or any(map(is_full_name, names.people))))


def _is_filled(line: _Line, at: int) -> bool:
    names = line.names[line.pairs[at]]
    label = line.labels[at]
    return bool(names.people or names.outlets) or (names.nobody and (label.firm or label.before))


def _credits(line: _Line) -> Iterator[tuple[Role, str]]:
    for at, label in enumerate(line.labels):
        names = line.names[line.pairs[at]]
        for role in label.roles:
            if role == "credit" and not all(each.clean for each in line.names[: at + 1]):
                continue  # "… menurut data (sumber: BPS)"
            if role != "other":
                yield from ((_of(role, name, names.people), name) for name in names.people)
                yield from (("credit", outlet) for outlet in names.outlets)


def _of(role: Role, name: str, people: Sequence[str]) -> Role:
    """The role of a name: a code after the author's name is the editor's, "Oleh: Nama / FMB"."""
    is_code = name.isupper() and is_full_name(people[0])  # longer names are no longer in capitals
    return "editor" if role == "author" and is_code else role
