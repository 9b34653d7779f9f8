"""Who stands behind an article: its authors, its editors, and the agency or outlet whose text it
is.

Witnesses name people: labels, elements that are called bylines, the metadata, a sign-off … Whom
labels name counts, and so does whom the page shows elsewhere and its metadata confirm. Where there
is neither, the first witness that names somebody is believed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlsplit

from lxml import etree, html

from flows.records import Origin, Removed
from flows.stages.extraction.credit_lines import (
    Role,
    cut_tail,
    has_label,
    is_credit_line,
    label_of,
    sort_names,
    unlabelled,
)
from flows.stages.extraction.label_groups import ELSEWHERE, Credit, parted, read_labels
from flows.stages.extraction.lines import Line
from flows.stages.extraction.metadata import Metadata
from flows.stages.extraction.names import cased, is_full_name, name_key, without_body_words
from flows.stages.press.dates import ZONES, is_date_line
from flows.stages.press.outlets import outlet_by_key
from flows.stages.press.text import key, tidy
from flows.stages.press.vocabulary import any_of, read

# Lines behind the text in which credits stand without anything to mark them as such; those farther
# away have to be nothing but credits, or to stand in an element that is called a byline.
_NEAR = 14
_ABOVE = 8  # lines above the headline
_APART = 30  # lines between a lead and the text, or the text and a note
_START = 60  # characters by which a paragraph is found on its page
_GAP = 6  # lines between credits that do not belong together
_LONGEST = 120  # characters of a line that names somebody besides other things
_NOWHERE = 1_000_000  # the place of what stands on no line

_LONGEST_NOTE = 400  # characters of a note where a text was aired first

_PEOPLE = read("people")
_ELEMENTS = {role: frozenset(names) for role, names in _PEOPLE["elements"].items()}
_ELEMENT_WORD = re.compile(r"[\s_-]+|(?<=[a-z])(?=[A-Z])")
_AUTHOR_PAGE = re.compile(rf"/{any_of(_ELEMENTS['author'])}(?:[/?=]|$)", re.IGNORECASE)
_FIELDS: dict[str, Role] = {"author": "author", "creator": "author", "editor": "editor"}
_TAGS: dict[Role, tuple[str, ...]] = {
    "author": (
        "content_author",
        "author",
        "article:author",
        "dable:author",
        "dtk:author",
        "dc.creator",
        "parsely-author",
        "sailthru.author",
    ),
    "editor": ("content_editor", "editor"),
}
_SOURCE_TAGS = ("content_source", "news_source", "article:source")
_AIRED = re.compile(
    rf"\b{any_of(_PEOPLE['lent']['things'])} ini\b.{{0,60}}?\b{any_of(_PEOPLE['lent']['verbs'])}\b"
    r".{0,40}?\b(?:di|oleh)\s(?P<outlet>[\w.\- ]{2,40}?)"
    r"(?=\s(?:dengan|pada|berjudul|edisi|dan|yang)\b|[,;]|\.?$)",
    re.IGNORECASE,
)
_TOP_LEVEL = re.compile(r"\.(?:com|net|org|tv|info|news|id|co)\b.{0,8}$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[\s*]{0,4}[(\[][^()\[\]]{2,60}[)\]][\s.*]{0,4}")
_BETWEEN = re.compile(r"[/|\\,;&+]")
_DATE_PART = re.compile(rf"\d|\b{ZONES}\b", re.IGNORECASE)
_DATED = re.compile(r"\b\d{1,2}[.:]\d\d\b|\b\d{4}\b")


@dataclass(frozen=True, slots=True)
class People:
    """Names joined by '; ', None where the page names nobody; `origins`: by role, the places that
    named them.
    """

    author: str | None
    editor: str | None
    credit: str | None
    origins: Mapping[str, tuple[Origin, ...]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The lines in which a page names an article's people. `head`: from a little above the headline
    to the second paragraph; `tail`: from the last paragraph but one to the page's end. A lead or a
    note may stand on the other side of the names.
    """

    head: Sequence[Line]
    tail: Sequence[Line] = ()

    @classmethod
    def of(cls, lines: Sequence[Line], headline: int | None, body: Sequence[str]) -> Self:
        """Of a page's lines, by the index of its headline and the paragraphs of its text."""
        starts = [key(line.text)[:_START] for line in lines]
        paragraphs = [key(text)[:_START] for text in body]
        found = [starts.index(start) for start in paragraphs[:2] if start in starts]
        first = min(found, default=len(lines))
        nowhere = min(len(lines), (headline or 0) + _APART)
        head = max((at + 1 for at in found if at - first <= _APART), default=nowhere)
        behind = [
            len(starts) - 1 - starts[::-1].index(start)
            for start in paragraphs[-2:]
            if start in starts
        ]
        last = max(behind, default=head)
        tail = min((at for at in behind if last - at <= _APART), default=head)
        above = max(0, min(first, first if headline is None else headline) - _ABOVE)
        return cls(lines[above:head], lines[max(head, tail) :])


@dataclass(frozen=True, slots=True)
class _Case:
    """What witnesses speak of. `own`: keys of the outlet's names; `labelled`: what labels say, by
    lines of head and tail; `stated`: by role the names in the metadata, with their keys.
    """

    metadata: Metadata
    head: Sequence[Line]
    tail: Sequence[Line]
    removed: Sequence[Removed]
    own: frozenset[str]
    labelled: Sequence[Credit]
    stated: Mapping[Role, Mapping[str, str]]

    @property
    def lines(self) -> Sequence[Line]:
        return [*self.head, *self.tail]


@dataclass(frozen=True, slots=True)
class _Witness:
    """`place`: what its origins say; `explicit`: whom it names counts whatever others say."""

    place: str
    hear: Callable[[_Case], Iterable[Credit]]
    explicit: bool = False


_Said = tuple[_Witness, Credit]


def read_people(
    metadata: Metadata,
    around: Surroundings,
    removed: Sequence[Removed],
    outlet: str,
    home: str,
) -> People:
    """`removed`: what was cut; `outlet`, `home`: the source's name and address."""
    case = _case(metadata, around, removed, outlet, home)
    said = [
        (witness, credit) for witness in _WITNESSES for credit in _judged(case, witness.hear(case))
    ]
    editors = _settled("editor", said, case.stated["editor"])
    known = frozenset([*(name_key(credit.name) for _, credit in editors), *case.stated["editor"]])
    stated = {
        name: spelling for name, spelling in case.stated["author"].items() if name not in known
    }
    others = _without(known, said)
    authors = _settled("author", others, stated) or _settled("helper", others, stated)
    credits = [(witness, credit) for witness, credit in said if credit.role == "credit"]
    return People(
        _joined(authors),
        _joined(editors),
        _joined(credits),
        {
            role: tuple(
                dict.fromkeys(Origin(witness.place, credit.text) for witness, credit in named)
            )
            for role, named in (("author", authors), ("editor", editors), ("credit", credits))
        },
    )


def _joined(said: Iterable[_Said]) -> str | None:
    return "; ".join({name_key(credit.name): credit.name for _, credit in said}.values()) or None


def _case(
    metadata: Metadata,
    around: Surroundings,
    removed: Sequence[Removed],
    outlet: str,
    home: str,
) -> _Case:
    authors = [*metadata.names("author"), *metadata.names("creator")]
    stated: dict[Role, list[str]] = {
        "author": [name for name, kind in authors if kind != "Organization"]
        + [value for tag in _TAGS["author"] for value in metadata.tags.get(tag, ())]
        + _written_by(metadata),
        "editor": [name for name, _ in metadata.names("editor")]
        + [value for tag in _TAGS["editor"] for value in metadata.tags.get(tag, ())],
    }
    keyed = {
        role: {name_key(name): name for value in values for name in sort_names(value, role).people}
        for role, values in stated.items()
    }
    lines = [*around.head, *around.tail]
    keys = {role: frozenset(names) for role, names in keyed.items()}
    return _Case(
        metadata=metadata,
        head=around.head,
        tail=around.tail,
        removed=removed,
        own=_own_names(metadata, outlet, home),
        labelled=read_labels(lines, keys),
        stated=keyed,
    )


def _own_names(metadata: Metadata, outlet: str, home: str) -> frozenset[str]:
    """Keys of the names that the page's outlet goes by."""
    try:
        host = urlsplit(home).hostname or ""
    except ValueError:
        host = ""
    labels = host.removeprefix("www.").split(".")
    while len(labels) > 1 and len(labels[-1]) <= 4:  # .co.id
        labels.pop()
    publishers = [name for name, _ in metadata.names("publisher")]
    names = [outlet, "".join(labels), *metadata.tags.get("og:site_name", ()), *publishers]
    return frozenset(map(key, names)) - {""}


def _is_own(name: str, own: frozenset[str]) -> bool:
    """Whether a name is one of the outlet's own: Antara, ANTARA News Agency, antaranews.com; of its
    sections, such as detikFinance, too.
    """
    spellings = {key(name), key(_TOP_LEVEL.sub("", name)), key(without_body_words(name))} - {""}
    known = set(map(outlet_by_key, own)) - {None}
    return (
        not spellings.isdisjoint(own)
        or not known.isdisjoint(map(outlet_by_key, spellings))
        or (" " not in name and any(key(name).startswith(each) for each in own if len(each) > 4))
    )


def _judged(case: _Case, credits: Iterable[Credit]) -> Iterator[Credit]:
    """Credits without those of this outlet itself; of an outlet that the page states as its source
    whatever role it is given, as that.
    """
    sources = {key(case.metadata.tag(*_SOURCE_TAGS))}
    for credit in credits:
        if not _is_own(credit.name, case.own):
            lent = key(credit.name) in sources
            yield replace(credit, role="credit") if lent else credit


def _without(editors: frozenset[str], said: Sequence[_Said]) -> list[_Said]:
    """What is said without those authors who are the editors; they stay where a label says it, and
    where a witness that can be seen names no one else.
    """

    def is_editor(credit: Credit) -> bool:
        return name_key(credit.name) in editors

    writers = {
        witness for witness, credit in said if credit.role == "author" and not is_editor(credit)
    }
    return [
        (witness, credit)
        for witness, credit in said
        if credit.role != "author"
        or witness.explicit
        or not is_editor(credit)
        or (witness.place == "visible" and witness not in writers)
    ]


def _settled(role: Role, said: Sequence[_Said], stated: Mapping[str, str]) -> list[_Said]:
    """Who holds a role, in the order of the page. `stated`: names in the metadata, by their keys."""
    named = [pair for pair in said if pair[1].role == role]
    sure = [
        (witness, credit)
        for witness, credit in named
        if witness.explicit or (witness.place == "visible" and name_key(credit.name) in stated)
    ]
    first = [pair for pair in named if pair[0] is named[0][0]]
    chosen: dict[str, _Said] = {}
    for witness, credit in sure or first:
        chosen.setdefault(name_key(credit.name), (witness, _as_stated(credit, stated)))
    return sorted(chosen.values(), key=lambda pair: pair[1].at)


def _as_stated(credit: Credit, stated: Mapping[str, str]) -> Credit:
    """A name that the page writes in capitals as the metadata spell it."""
    if credit.name in credit.text:
        return credit
    return replace(credit, name=stated.get(name_key(credit.name), credit.name))


# ---- witnesses ----


def _by_labels(case: _Case) -> Iterator[Credit]:
    """Before the text all; behind it those that stand together and are the first to name a role."""
    lines = case.lines
    counted = [credit for credit in case.labelled if _counts(lines[credit.at], credit)]
    head = [credit for credit in counted if credit.at < len(case.head)]
    yield from head
    authors = {name_key(credit.name) for credit in head if credit.role == "author"}
    blocks = list(_blocks(credit for credit in counted if credit.at >= len(case.head)))
    far = [block for block in blocks if block[0].at - len(case.head) > _NEAR]
    seen: set[Role] = set()
    for block in blocks:
        strange = authors.isdisjoint(name_key(credit.name) for credit in block)
        if block in far and (len(far) > 1 or not all(_is_marked(lines[each.at]) for each in block)):
            continue
        roles = {credit.role for credit in block} - seen
        if authors and strange and (block in far or _is_dated(lines, block)):
            roles.discard("author")  # of another article
        if block in far and not roles & {"author", "editor"}:
            continue
        yield from (credit for credit in block if credit.role in roles)
        seen |= roles


def _counts(line: Line, credit: Credit) -> bool:
    return line.element.tag not in {"h1", "h2"} and (
        len(line.text) <= _LONGEST or line.clutter == "byline" or is_credit_line(line.text)
    )


def _blocks(credits: Iterable[Credit]) -> Iterator[list[Credit]]:
    block: list[Credit] = []
    for credit in credits:
        if block and credit.at - block[-1].at > _GAP:
            yield block
            block = []
        block.append(credit)
    if block:
        yield block


def _is_marked(line: Line) -> bool:
    return line.clutter == "byline" or (line.clutter is None and is_credit_line(line.text))


def _is_dated(lines: Sequence[Line], block: Sequence[Credit]) -> bool:
    return any(_DATED.search(lines[credit.at].text) for credit in block)


def _by_element(case: _Case) -> Iterator[Credit]:
    """Whom an element names that is called a byline, or that leads to an author's page; and whom a
    line names before its first label.
    """
    labelled = {credit.at for credit in case.labelled}
    for at, line in enumerate(case.head):
        if line.clutter in ELSEWHERE or len(line.text) > _LONGEST:
            continue
        if at in labelled:
            loose = unlabelled(parted(line) or line.text)
            yield from (
                Credit(at, "author", name, line.text) for name in filter(is_full_name, loose)
            )
        else:
            yield from _named(at, line, _called(line) or _called_within(line))


def _by_element_behind(case: _Case) -> Iterator[Credit]:
    labelled = {credit.at for credit in case.labelled}
    for at, line in enumerate(case.tail, len(case.head)):
        if at not in labelled and line.clutter not in ELSEWHERE and len(line.text) <= _LONGEST:
            yield from _named(at, line, _called(line))


def _named(at: int, line: Line, values: Iterable[tuple[Role, str]]) -> Iterator[Credit]:
    for role, value in values:
        names = sort_names(value, role)
        if names.clean:
            yield from (Credit(at, role, name, line.text) for name in names.people)
        if names.clean and not names.people:
            yield from _known(names.outlets, at, line.text)


def _called(line: Line) -> list[tuple[Role, str]]:
    """A line whose element is called an author or editor, and as which it is."""
    parent = line.element.getparent()
    roles = [_element_role(each) for each in (line.element, parent) if each is not None]
    whole: Role | None = "author" if line.clutter == "byline" else None
    role: Role | None = next(filter(None, roles), whole)
    return [(role, parted(line) or line.text)] if role else []


def _called_within(line: Line) -> Iterator[tuple[Role, str]]:
    """The parts of a line whose elements are called so."""
    if parted(line) is None:
        return
    for part in line.element.iterdescendants(etree.Element):
        if role := _element_role(part):
            yield role, tidy(part.text_content())


def _element_role(element: html.HtmlElement) -> Role | None:
    names = " ".join(element.get(name, "") for name in ("class", "id", "itemprop", "rel"))
    words = {element.tag, *map(str.lower, _ELEMENT_WORD.split(names[:300]))}
    if words & _ELEMENTS["editor"]:
        return "editor"
    leads = element.tag == "a" and _AUTHOR_PAGE.search(element.get("href", "")[:300])
    return "author" if leads or words & _ELEMENTS["author"] else None


def _beside_outlet(case: _Case) -> Iterator[Credit]:
    """The names before an outlet's: "Sri Wahyuni - detikNews", "Joko Susilo, CNN Indonesia | Rabu,
    12/03/2025 10:00 WIB".
    """
    for at, line in enumerate(case.head):
        if line.linked >= 0.5 or line.clutter not in {None, "date"} or len(line.text) > _LONGEST:
            continue
        if "/" in cut_tail(line.text)[0]:
            continue  # who took a picture
        names = sort_names(parted(line) or line.text, "author")
        people = [name for name in names.people if not _is_own(name, case.own)]
        behind = bool(names.outlets) or len(people) < len(names.people)
        if names.clean and behind and all(map(is_full_name, people)):
            yield from (Credit(at, "author", name, line.text) for name in people)


def _beside_date(case: _Case) -> Iterator[Credit]:
    """A name alone right above or below the date, or on its line, of somebody whom headline and
    text do not name.
    """
    for at, line in enumerate(case.head):
        if len(line.text) > _LONGEST or line.clutter not in {None, "date"} or line.is_heading:
            continue
        for name in _on_date_line(parted(line) or line.text) or _at_date_line(case.head, at):
            elsewhere = sum(name in each.text for each in case.head)
            if is_full_name(name) and elsewhere <= 1:
                yield Credit(at, "author", name, line.text)


def _at_date_line(lines: Sequence[Line], at: int) -> tuple[str, ...]:
    beside = [lines[other].text for other in (at - 1, at + 1) if 0 <= other < len(lines)]
    if lines[at].linked >= 0.5 or not any(map(is_date_line, beside)):
        return ()
    names = sort_names(lines[at].text, "author")
    return names.people if names.clean and not names.outlets else ()


def _on_date_line(text: str) -> tuple[str, ...]:
    """The names before or behind a date."""
    before, date = cut_tail(text)
    if before and is_date_line(date):
        names = sort_names(before, "author")
        return names.people if names.clean else ()
    *_, end = [0, *(match.end() for match in _DATE_PART.finditer(text))]
    if end and is_date_line(text[:end]):
        names = sort_names(text[end:], "author")
        return names.people if names.clean else ()
    return ()


def _in_json_ld(case: _Case) -> Iterator[Credit]:
    for field, role in _FIELDS.items():
        for name, kind in case.metadata.names(field):
            names = sort_names(name, role)
            people = names.people if kind != "Organization" else ()
            yield from (Credit(_NOWHERE, role, person, name) for person in people)
            yield from _known(names.outlets, _NOWHERE, name)


def _in_tags(case: _Case) -> Iterator[Credit]:
    """Of the tags for a role, the first that names a person, else the outlets of all."""
    metadata = case.metadata
    for role, tags in _TAGS.items():
        values = [metadata.tag(tag) for tag in tags]
        values += _written_by(metadata) if role == "author" else []
        sorted_values = [(value, sort_names(value, role)) for value in values if value]
        naming = [pair for pair in sorted_values if pair[1].people][:1]
        for value, names in naming or sorted_values:
            yield from (Credit(_NOWHERE, role, person, value) for person in names.people)
            yield from _known(names.outlets, _NOWHERE, value)
    yield from _outlets(metadata.tag(*_SOURCE_TAGS))


def _known(outlets: Iterable[str], at: int, text: str) -> Iterator[Credit]:
    """Of outlets whom nobody calls a source, those that others take texts from."""
    known = filter(None, (outlet_by_key(key(outlet)) for outlet in outlets))
    yield from (Credit(at, "credit", outlet, text) for outlet in known)


def _written_by(metadata: Metadata) -> list[str]:
    """Whom tags made for a preview name: twitter:label1 "Ditulis oleh", twitter:data1 "Nama"."""
    pairs = [(metadata.tag(f"twitter:label{at}"), metadata.tag(f"twitter:data{at}")) for at in "12"]
    return [
        value
        for name, value in pairs
        if (label := label_of(name)) is not None and "author" in label.roles
    ]


def _outlets(value: str, at: int = _NOWHERE, text: str | None = None) -> Iterator[Credit]:
    for outlet in sort_names(value, "credit").outlets:
        yield Credit(at, "credit", outlet, value if text is None else text)


def _aired(case: _Case) -> Iterator[Credit]:
    """The outlet of "Artikel ini telah tayang di …"."""
    for cut in case.removed:
        if match := _AIRED.search(cut.text[:_LONGEST_NOTE]):
            yield from _outlets(match["outlet"], text=cut.text)


def _signed_off(case: _Case) -> Iterator[Credit]:
    """The people and outlets of a sign-off: codes of a few letters name nobody."""
    signed = [(_NOWHERE, cut.text) for cut in case.removed if cut.rule == "sign-off"]
    alone = enumerate(case.tail[:_NEAR], len(case.head))
    signed += [(at, line.text) for at, line in alone if _stands_in_brackets(line)]
    for at, text in signed:
        for part in _BETWEEN.split(text.strip("()[]*. ")):
            if outlet := outlet_by_key(key(part)):
                yield Credit(at, "credit", outlet, text)
            elif is_full_name(part.strip()):
                yield Credit(at, "author", cased(part.strip()), text)


def _stands_in_brackets(line: Line) -> bool:
    whole = line.clutter is None and _IN_BRACKETS.fullmatch(line.text) is not None
    return whole and not has_label(line.text)


# In the order of their trust.
_WITNESSES = (
    _Witness("visible", _by_labels, explicit=True),
    _Witness("aired", _aired),
    _Witness("visible", _by_element),
    _Witness("visible", _beside_outlet),
    _Witness("json-ld", _in_json_ld),
    _Witness("meta", _in_tags),
    _Witness("visible", _beside_date),
    _Witness("visible", _by_element_behind),
    _Witness("sign-off", _signed_off),
)
