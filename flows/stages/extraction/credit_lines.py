"""The grammar of a credit line: labels that name a role, and the names beside them.

"Penulis: Nama | Editor: Nama", "Nama, Jurnalis", "(Laporan Wartawan Kabar Angin, Nama)"

line -> labels and the pieces between them -> the names of each piece, sorted
     -> which way the labels point -> role and name
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
from flows.stages.press.date_tokens import MONTHS, WEEKDAYS
from flows.stages.press.dates import is_fragment
from flows.stages.press.outlets import SPELLINGS, outlet_by_key
from flows.stages.press.text import key, tidy
from flows.stages.press.vocabulary import any_of, read

# helper: an author where nobody else is one, such as a translator; other: made no text
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
_NO_OUTLETS = frozenset(map(key, _WORDS["not_outlets"]))

# Characters. The longest of 165 credit lines seen has 262, most of them Antara's copyright.
_LONGEST = 320
_LONGEST_VALUE = 160
_LONGEST_LABEL = 60
_LONGEST_OUTLET = 60
_LONG_SPELLING = 5  # of an outlet that other words begin with: detikFinance
_MOST_POST = 6  # words: "Pengamat Sosial Politik"
_MOST_SAID = 4  # words to the reader: "Ikuti di twitter"

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
_LABEL = re.compile(
    rf"{_START}(?:(?P<report>{_REPORT}|{_STATION})|(?P<acted>{_ACTED})|(?P<name>{any_of(_ROLES)})){_STOP}"
    rf"(?:{_BESIDE}{_STOP})?(?:\s?(?P<colon>[:：])|(?P<stop>\.)(?=\s))?",
    re.IGNORECASE,
)
_FIELD = re.compile(rf"\b{any_of([*_WORDS['fields'], *_WORDS['works']])}\s?:", re.IGNORECASE)
_WORK = re.compile(rf"\W{{0,4}}{any_of(_WORDS['works'])}\s?:", re.IGNORECASE)
_REVIEWER = re.compile(rf"\W{{0,4}}{any_of(_PEOPLE['bare']['reviewers'])}\b", re.IGNORECASE)
_STATIONED = re.compile(rf"{any_of(_WORDS['stationed'])}\b(?:[^,:|/]{{2,40}}[,:])?", re.IGNORECASE)
_ASIDE = re.compile(r"[(\[][^()\[\]]{0,60}[)\]]?")
# Where a name ends: a date, a copyright, words to the reader
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
    """The names in a value, sorted: people and outlets. `nobody`: it names what is neither, such as
    "Tim Redaksi"; `clean`: what else it holds is a date, a copyright, or words to the reader.
    """

    people: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    nobody: bool = False
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """`firm`: it is one whatever stands beside it, and its names follow; `before`: they always do;
    `glued`: it clings to the name before it; `apart`: a sign parts it from its name.
    """

    roles: tuple[Role, ...]
    firm: bool = False
    before: bool = False
    glued: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """`names[n]` stand before `labels[n]`, the last behind all of them; `pairs`: for each label the
    names that belong to it.
    """

    labels: tuple[Label, ...]
    names: tuple[Names, ...]
    pairs: tuple[int, ...]


def read_credits(text: str) -> list[tuple[Role, str]]:
    """Role and name of each whom a line credits, in its order; none where it is no credit line."""
    line = _read(text)
    return list(dict.fromkeys(_credits(line))) if line is not None else []


def is_credit_line(text: str) -> bool:
    """Whether a line is nothing but labels with names, a date or a copyright behind them. One noun
    without a colon is not enough: "Wartawan Gadungan Ditangkap".
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
    """Whether a line names in full who made something else than the text, each behind a colon."""
    return all(
        label.firm and any(map(is_full_name, line.names[at].people))
        for label, at in zip(line.labels, line.pairs, strict=True)
    )


def is_signature(text: str) -> bool:
    """Whether a line is nothing but names of people and of outlets that others take texts from:
    "Nama Lengkap - detikNews".
    """
    if len(text) > _LONGEST_LABEL * 2 or "/" in text:
        return False
    names = sort_names(text, "author")
    known = all(_outlet(outlet) for outlet in names.outlets)
    people = bool(names.people) and all(map(is_full_name, names.people))
    return names.clean and people and bool(names.outlets) and known


def is_of_work(texts: Sequence[str], at: int) -> bool:
    """Whether a line beside the fields of a book or a film names who made that, not who reviews it."""
    beside = (texts[near] for near in (at - 1, at + 1) if 0 <= near < len(texts))
    return any(map(_WORK.match, beside)) and not _REVIEWER.match(texts[at])


def has_label(text: str) -> bool:
    """Whether a line holds words that may be a label."""
    return len(text) <= _LONGEST and _LABEL.search(text) is not None


def label_of(text: str) -> Label | None:
    """The label that a line is, with nothing else on it."""
    if len(text) > _LONGEST_LABEL:
        return None
    match = _LABEL.fullmatch(tidy(text).strip(" ()[]*–—-•·|."))
    known = match is not None and (match["colon"] or match["report"] or _is_bare(match))
    return _label(match) if match and known else None


def unlabelled(text: str) -> tuple[str, ...]:
    """The people before the first label of a line, whom no label claims."""
    line = _read(text)
    return line.names[0].people if line is not None and 0 not in line.pairs else ()


def sort_names(value: str, role: Role) -> Names:
    """The people and the outlets that a value names; what `role` it has tells how."""
    value, outside = _in_bracket(tidy(value[:_LONGEST]))
    value, said = cut_tail(value)
    if len(value) > _LONGEST_VALUE:
        return Names(clean=False)
    names = _sorted_outlets(value) if role == "credit" else _sorted_people(value)
    silent = bool(_COPYRIGHT.match(said)) or all(map(_says_nothing, said.split(" | ")))
    return names if silent and not outside else replace(names, clean=False)


def _in_bracket(value: str) -> tuple[str, str]:
    """A value up to the bracket that closes around it, and what words stand behind that."""
    inside, bracket, outside = value.partition(")")
    if not bracket or "(" in inside:
        return value, ""
    return inside, outside.strip(_MARKS)


def cut_tail(value: str) -> tuple[str, str]:
    """A value up to where its names end, and what follows: a date, words to the reader."""
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
    return opens_with_post(part) and len(part.split()) <= _MOST_POST


def _says_nothing(said: str) -> bool:
    """Whether what stands behind a name is a date, a number, or words to the reader."""
    if match := _BEFORE_DATE.match(said):
        said = said[match.end() :]
    return (
        not said
        or said.startswith("@")
        or is_fragment(said)
        or bool(_SAID.fullmatch(said))
        or (bool(_TAIL_WORD.search(said)) and len(said.split()) <= _MOST_SAID)
    )


def _without_post(part: str) -> str | None:
    """A name without the post before it; None where only the post and its place are left."""
    if _STATIONED.match(part):
        return None
    first, _, rest = part.partition(" ")
    return rest.strip(_MARKS) if rest and first.lower() in _NOUNS else part


def _outlet(part: str) -> str | None:
    """The outlet whose name a part is. A short name in capitals, such as RIA, is written so: Ria is
    a person. Outlets name their sections after themselves: detikFinance.
    """
    name = outlet_by_key(key(part))
    if name is not None:
        return name if not name.isupper() or part.isupper() else None
    if re.fullmatch(_DOMAIN, part, re.IGNORECASE):
        return part
    return part if " " not in part and not is_person(part) and _opens_with_outlet(part) else None


def _opens_with_outlet(word: str) -> bool:
    spelled = key(word)
    return any(spelled[:end] in SPELLINGS for end in range(_LONG_SPELLING, len(spelled) + 1))


def _sorted_outlets(value: str) -> Names:
    value = _ASIDE.sub(" ", _URL.sub(r"\1", value).strip(_MARKS)).strip(_MARKS)
    words = value.split()
    if len(words) > 1 and all(key(word) in SPELLINGS for word in words):
        return Names(outlets=tuple(str(outlet_by_key(key(word))) for word in words))
    outlets: list[str] = []
    nobody = False
    for part in split_names(value):
        known = outlet_by_key(key(part))
        if key(part) in _NO_OUTLETS or (is_nobody(part) and not names_body(part)):
            nobody = True
        elif known or _is_outlet_name(part):
            outlets.append(known or part)
        else:
            return Names(outlets=tuple(outlets), nobody=nobody, clean=False)
    if "/" in value and outlets:  # "Kompas.com/Nama": who wrote it there
        outlets = [outlet for outlet in outlets if not is_full_name(outlet)] or outlets[:1]
    return Names(outlets=tuple(outlets), nobody=nobody)


def _is_outlet_name(part: str) -> bool:
    """Whether a part may name an outlet or whoever else gave the text: in capitals, or a domain."""
    return 2 <= len(part) <= _LONGEST_OUTLET and (
        bool(re.fullmatch(_DOMAIN, part, re.IGNORECASE))
        or all(_has_capital(word) or word in {"dan", "of", "the"} for word in part.split())
    )


def _has_capital(word: str) -> bool:
    return any(letter.isupper() for letter in word)


def _read(text: str) -> _Line | None:
    """A line by its labels; None where it has none that stands beside a name."""
    if len(text) > _LONGEST:
        return None
    line = tidy(text)
    if _FIELD.search(line):
        return None
    matches = list(_labels(line))
    while matches:
        read = _paired(line, matches)
        lost = next((at for at in range(len(matches)) if not _holds(read, at)), None)
        if lost is None:
            bare = not any(label.firm for label in read.labels)
            return None if bare and not all(names.clean for names in read.names) else read
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
    """Whether a label without a colon can be one: it begins with a capital, or a sign sets it off
    from what stands around it.
    """
    if match["name"] and not _is_bare(match):  # "Sumber | Antara", the outlet a link
        opens = not before.strip() and match.string[match.end() :].startswith(" |")
        return opens and _ROLES.get(_name(match)) == "credit"
    sign = _SEPARATED.search(before)
    apart = sign is not None and (_name(match) in _NOUNS or sign[0][0] != ",")
    return match[0][0].isupper() or apart or match.string[match.end() :].startswith(" |")


def _name(match: re.Match[str]) -> str:
    return " ".join((match["name"] or "").lower().split())


def _is_bare(match: re.Match[str]) -> bool:
    """Whether a label is one of those that stand without a colon, too."""
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
    """The labels, the names between them, and which of these belong to which label."""
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
    filled = [sum(_weight(names[at]) for at in pairs) for pairs in (forwards, backwards)]
    clean = all(each.clean for each in names)
    return _Line(labels, names, backwards if clean and filled[1] > filled[0] else forwards)


def _weight(names: Names) -> int:
    return 2 * bool(names.people) or int(bool(names.outlets))


def _holds(line: _Line, at: int) -> bool:
    """Whether a label is one: it has a colon, or nothing but a full name beside it."""
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
    """A code behind an author's name is the editor's: "Oleh: Nama / FMB"."""
    is_code = name.isupper() and is_full_name(people[0])  # longer names in capitals are cased
    return "editor" if role == "author" and is_code else role
