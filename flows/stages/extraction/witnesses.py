"""Witnesses of the people behind an article, the most trusted first: labels, elements named as
bylines, the metadata, a sign-off and others.

Each witness is a function from a Case, which has all that a page shows and states about people, to
Credits.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Self
from urllib.parse import urlsplit

from lxml import etree, html

from flows.records import Removed
from flows.stages.extraction.credit_lines import (
    Role,
    cut_tail,
    has_label,
    is_credit_line,
    label_of,
    sort_names,
    unlabelled_people,
)
from flows.stages.extraction.label_groups import ELSEWHERE, Credit, read_labels, separated
from flows.stages.extraction.lines import Line, opening
from flows.stages.extraction.metadata import Metadata
from flows.stages.extraction.names import (
    cased,
    is_full_name,
    name_key,
    names_body,
    opens_with_post,
    without_body_words,
)
from flows.stages.extraction.signoffs import signed_name
from flows.stages.press.date_tokens import ZONES
from flows.stages.press.dates import is_date_line
from flows.stages.press.outlets import outlet_by_key
from flows.stages.press.text import text_key, tidy
from flows.stages.press.vocabulary import any_of, read


@dataclass(frozen=True, slots=True)
class _Lines:
    """How many lines away something may be, and still belong to the article."""

    # Credits after the text that nothing marks as such. Those further away must be nothing but
    # credits, or be in an element that is named as a byline.
    near: int = 14
    above: int = 8  # lines above the headline
    apart: int = 30  # between a lead and the text, or the text and a note
    closing: int = 6  # lines at the end of a letter
    gap: int = 6  # between credits that belong together


@dataclass(frozen=True, slots=True)
class _Longest:
    """Characters of lines."""

    line: int = 120  # a line that names somebody among other words
    note: int = 400  # a note about where a text was published first


_LINES, _LONGEST = _Lines(), _Longest()
_NOWHERE = 1_000_000  # the place of what is on no line, after all others

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
SOURCE_TAGS = ("content_source", "news_source", "article:source")
_LENT = {kind: any_of(words) for kind, words in _PEOPLE["lent"].items()}
_AIRED = re.compile(
    rf"\b{_LENT['things']} ini\b.{{0,60}}?\b{_LENT['verbs']}\b.{{0,40}}?\b(?:di|oleh)\s"
    rf"(?P<outlet>[\w.\- ]{{2,40}}?)(?=\s{_LENT['ends']}\b|[,;]|\.?$)",
    re.IGNORECASE,
)
_TOP_LEVEL = re.compile(r"\.(?:com|net|org|tv|info|news|id|co)\b.{0,8}$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[\s*]{0,4}[(\[][^()\[\]]{2,60}[)\]][\s.*]{0,4}")
_CLOSING = re.compile(rf"\W{{0,4}}{any_of(_PEOPLE['words']['closings'])}\W{{0,4}}", re.IGNORECASE)
_AGENCY = re.compile(r"[^()]{0,60}\((?P<outlet>[^()]{2,30})\)\s?(?:-{1,3}|[–—])\s")
_BETWEEN = re.compile(r"[/|\\,;&+]")
_DATE_PART = re.compile(rf"\d|\b{ZONES}\b", re.IGNORECASE)
_DATED = re.compile(r"\b\d{1,2}[.:]\d\d\b|\b\d{4}\b")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The lines in which a page may name the people behind an article.

    `head` is from above the headline to the second paragraph, and `tail` from the last paragraph
    but one to the end of the page, because names may come after a lead or before a note. `closing`
    are the last lines of the text.
    """

    head: Sequence[Line]
    tail: Sequence[Line] = ()
    closing: Sequence[Line] = ()

    @classmethod
    def of(cls, lines: Sequence[Line], headline: int | None, body: Sequence[str]) -> Self:
        """Those of a page, by the index of its headline and the paragraphs of its text."""
        starts = [opening(line.text) for line in lines]
        paragraphs = list(map(opening, body))
        opened = [starts.index(start) for start in paragraphs[:2] if start in starts]
        closed = [_last(starts, start) for start in paragraphs[-2:] if start in starts]
        first = min(opened, default=headline or 0)
        last = max(closed, default=first)
        head = max((at for at in opened if at - first <= _LINES.apart), default=first) + 1
        tail = min((at for at in closed if last - at <= _LINES.apart), default=last)
        top = first if headline is None else min(first, headline)
        above = max(0, top - _LINES.above)
        closes = lines[max(head, last - _LINES.closing + 1) : last + 1]
        return cls(lines[above:head], lines[max(head, tail) :], closes)


def _last(values: Sequence[str], value: str) -> int:
    return len(values) - 1 - values[::-1].index(value)


@dataclass(frozen=True, slots=True)
class Case:
    """All that witnesses know about an article.

    - `lines`: the lines of `head` and `tail`
    - `removed`: what was cut from the text
    - `own`: the keys of the outlet's names
    - `labelled`: the credits by labels; their places are indices of `lines`
    - `stated`: the names in the metadata, by role and key
    """

    metadata: Metadata
    head: Sequence[Line]
    tail: Sequence[Line]
    lines: Sequence[Line]
    closing: Sequence[Line]
    removed: Sequence[Removed]
    own: frozenset[str]
    labelled: Sequence[Credit]
    stated: Mapping[Role, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Witness:
    """`place` is the origin of its credits. If it is `explicit`, they count whatever others say."""

    place: str
    hear: Callable[[Case], Iterable[Credit]]
    explicit: bool = False


def build_case(
    metadata: Metadata,
    around: Surroundings,
    removed: Sequence[Removed],
    outlet: str,
    home: str,
) -> Case:
    """What a page shows and states about people. `removed` is what was cut from its text; `outlet`
    and `home` are the source's name and address.
    """
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
    return Case(
        metadata=metadata,
        head=around.head,
        tail=around.tail,
        lines=lines,
        closing=around.closing,
        removed=removed,
        own=_own_names(metadata, outlet, home),
        labelled=read_labels(lines, keys),
        stated=keyed,
    )


def _own_names(metadata: Metadata, outlet: str, home: str) -> frozenset[str]:
    """The keys of the outlet's names."""
    try:
        host = urlsplit(home).hostname or ""
    except ValueError:
        host = ""
    labels = host.removeprefix("www.").split(".")
    while len(labels) > 1 and len(labels[-1]) <= 4:  # .co.id
        labels.pop()
    publishers = [name for name, _ in metadata.names("publisher")]
    names = [outlet, "".join(labels), *metadata.tags.get("og:site_name", ()), *publishers]
    return frozenset(map(text_key, names)) - {""}


def is_own(name: str, own: frozenset[str]) -> bool:
    """Whether a name is one of the outlet's own, such as Antara, ANTARA News Agency and
    antaranews.com, or one of its sections, such as detikFinance.
    """
    spellings = {
        text_key(name),
        text_key(_TOP_LEVEL.sub("", name)),
        text_key(without_body_words(name)),
    } - {""}
    known = set(map(outlet_by_key, own)) - {None}
    words = name.split()
    named = any(text_key(word) in own for word in words)
    return (
        (
            named and all(text_key(word) in own or names_body(word) for word in words)
        )  # Harian Kompas
        or not spellings.isdisjoint(own)
        or not known.isdisjoint(map(outlet_by_key, spellings))
        or (
            " " not in name
            and any(text_key(name).startswith(each) for each in own if len(each) > 4)
        )
    )


def _by_labels(case: Case) -> Iterator[Credit]:
    """All credits by labels before the text, and after it the first block that names a role."""
    counted = [credit for credit in case.labelled if _counts(case.lines[credit.at])]
    head = [credit for credit in counted if credit.at < len(case.head)]
    yield from head
    authors = frozenset(name_key(credit.name) for credit in head if credit.role == "author")
    blocks = list(_blocks(credit for credit in counted if credit.at >= len(case.head)))
    near = [block for block in blocks if not _is_far(case, block)]
    far = [block for block in blocks if _is_far(case, block)]
    seen: set[Role] = set()
    for block in near + (far if len(far) == 1 else []):
        roles = _own_roles(case, block, authors) - seen
        yield from (credit for credit in block if credit.role in roles)
        seen |= roles


def _own_roles(case: Case, block: Sequence[Credit], authors: frozenset[str]) -> set[Role]:
    """The roles that a block after the text names for this article rather than for another on the
    page. `authors` are those named before the text.
    """
    lines = [case.lines[credit.at] for credit in block]
    roles = {credit.role for credit in block}
    far = _is_far(case, block)
    strange = authors.isdisjoint(name_key(credit.name) for credit in block)
    if authors and strange and (far or any(_DATED.search(line.text) for line in lines)):
        roles.discard("author")
    if far and not (roles & {"author", "editor"} and all(map(_is_marked, lines))):
        return set()
    return roles


def _is_far(case: Case, block: Sequence[Credit]) -> bool:
    return block[0].at - len(case.head) > _LINES.near


def _counts(line: Line) -> bool:
    return line.element.tag not in {"h1", "h2"} and (
        len(line.text) <= _LONGEST.line or line.clutter == "byline" or is_credit_line(line.text)
    )


def _blocks(credits: Iterable[Credit]) -> Iterator[list[Credit]]:
    block: list[Credit] = []
    for credit in credits:
        if block and credit.at - block[-1].at > _LINES.gap:
            yield block
            block = []
        block.append(credit)
    if block:
        yield block


def _is_marked(line: Line) -> bool:
    return line.clutter == "byline" or (line.clutter is None and is_credit_line(line.text))


def _by_element(case: Case) -> Iterator[Credit]:
    """The names in elements that are named as bylines or that link to an author's page, and the
    names on a line before its first label.
    """
    labelled = {credit.at for credit in case.labelled}
    for at, line in enumerate(case.head):
        if line.clutter in ELSEWHERE or len(line.text) > _LONGEST.line:
            continue
        if at in labelled:
            loose = unlabelled_people(separated(line) or line.text)
            yield from (
                Credit(at, "author", name, line.text) for name in filter(is_full_name, loose)
            )
        else:
            yield from _named(at, line, _called(line) or _called_within(line))


def _by_element_after_text(case: Case) -> Iterator[Credit]:
    labelled = {credit.at for credit in case.labelled}
    for at, line in enumerate(case.tail, len(case.head)):
        if at not in labelled and line.clutter not in ELSEWHERE and len(line.text) <= _LONGEST.line:
            yield from _named(at, line, _called(line))


def _named(at: int, line: Line, values: Iterable[tuple[Role, str]]) -> Iterator[Credit]:
    for role, value in values:
        names = sort_names(value, role)
        if names.clean:
            yield from (Credit(at, role, name, line.text) for name in names.people)
        if names.clean and not names.people:
            yield from _known(names.outlets, at, line.text)


def _called(line: Line) -> list[tuple[Role, str]]:
    """The role and the text of a line whose element is named after a role, if it is."""
    parent = line.element.getparent()
    roles = [_element_role(each) for each in (line.element, parent) if each is not None]
    if line.clutter == "byline":
        roles.append("author")
    role: Role | None = next(filter(None, roles), None)
    return [(role, separated(line) or line.text)] if role else []


def _called_within(line: Line) -> Iterator[tuple[Role, str]]:
    """The roles and the texts of those parts of a line whose elements are named after a role."""
    if separated(line) is None:
        return
    for part in line.element.iterdescendants(etree.Element):
        if role := _element_role(part):
            yield role, tidy(part.text_content())


def _element_role(element: html.HtmlElement) -> Role | None:
    names = " ".join(element.get(name) or "" for name in ("class", "id", "itemprop", "rel"))
    role = _named_role(element.tag, names[:300])
    if role is None and element.tag == "a" and _AUTHOR_PAGE.search(element.get("href", "")[:300]):
        return "author"
    return role


@lru_cache(maxsize=4096)  # names recur on a page and on an outlet's other pages
def _named_role(tag: str, names: str) -> Role | None:
    words = {tag, *map(str.lower, _ELEMENT_WORD.split(names))}
    roles: tuple[Role, ...] = ("editor", "author")
    return next((role for role in roles if words & _ELEMENTS[role]), None)


def _beside_outlet(case: Case) -> Iterator[Credit]:
    """The names before an outlet: "Sri Wahyuni - detikNews", "Joko Susilo, CNN Indonesia | Rabu,
    12/03/2025 10:00 WIB".
    """
    for at, line in enumerate(case.head):
        if line.is_linked or not _may_be_byline(line):
            continue
        names = sort_names(separated(line) or line.text, "author")
        people = [name for name in names.people if not is_own(name, case.own)]
        behind = bool(names.outlets) or len(people) < len(names.people)
        if names.clean and behind and all(map(is_full_name, people)):
            yield from (Credit(at, "author", name, line.text) for name in people)


def _may_be_byline(line: Line) -> bool:
    """Whether a line without a label may name an author. A slash is typical of picture credits."""
    plain = line.clutter in {None, "date"} and len(line.text) <= _LONGEST.line
    return plain and "/" not in cut_tail(line.text)[0]


def _beside_date(case: Case) -> Iterator[Credit]:
    """A name by itself right above or below the date, or on its line, if the headline and the text
    do not have it.
    """
    for at, line in enumerate(case.head):
        if line.is_heading or not _may_be_byline(line):
            continue
        for name in _on_date_line(separated(line) or line.text) or _at_date_line(case.head, at):
            elsewhere = sum(name in each.text for each in case.head if each.clutter != "caption")
            if is_full_name(name) and elsewhere <= 1:
                yield Credit(at, "author", name, line.text)


def _at_date_line(lines: Sequence[Line], at: int) -> tuple[str, ...]:
    beside = [lines[other].text for other in (at - 1, at + 1) if 0 <= other < len(lines)]
    if lines[at].is_linked or not any(map(is_date_line, beside)):
        return ()
    if sort_names(lines[at].text, "author").outlets:
        return ()
    return _clean_people(lines[at].text)


def _on_date_line(text: str) -> tuple[str, ...]:
    """The names before or after a date."""
    before, date = cut_tail(text)
    if before and is_date_line(date):
        return _clean_people(before)
    *_, end = [0, *(match.end() for match in _DATE_PART.finditer(text))]
    if end and is_date_line(text[:end]):
        return _clean_people(text[end:])
    return ()


def _clean_people(text: str) -> tuple[str, ...]:
    names = sort_names(text, "author")
    return names.people if names.clean else ()


def _in_json_ld(case: Case) -> Iterator[Credit]:
    for field, role in _FIELDS.items():
        for name, kind in case.metadata.names(field):
            names = sort_names(name, role)
            if kind != "Organization":
                yield from (Credit(_NOWHERE, role, person, name) for person in names.people)
            yield from _known(names.outlets, _NOWHERE, name)


def _in_tags(case: Case) -> Iterator[Credit]:
    """The first tag for a role that names a person, or else the outlets in all of them."""
    metadata = case.metadata
    for role, tags in _TAGS.items():
        values = [metadata.tag(tag) for tag in tags]
        if role == "author":
            values += _written_by(metadata)
        sorted_values = [(value, sort_names(value, role)) for value in values if value]
        naming = [pair for pair in sorted_values if pair[1].people][:1]
        for value, names in naming or sorted_values:
            yield from (Credit(_NOWHERE, role, person, value) for person in names.people)
            yield from _known(names.outlets, _NOWHERE, value)
    source = metadata.tag(*SOURCE_TAGS)
    yield from _outlets(source, text=source)


def _known(outlets: Iterable[str], at: int, text: str) -> Iterator[Credit]:
    """The well-known outlets among these, which nothing calls a source."""
    known = filter(None, (outlet_by_key(text_key(outlet)) for outlet in outlets))
    yield from (Credit(at, "credit", outlet, text) for outlet in known)


def _written_by(metadata: Metadata) -> list[str]:
    """Authors in tags for link previews: twitter:label1 "Ditulis oleh", twitter:data1 "Nama"."""
    pairs = [(metadata.tag(f"twitter:label{at}"), metadata.tag(f"twitter:data{at}")) for at in "12"]
    return [
        value
        for name, value in pairs
        if (label := label_of(name)) is not None and "author" in label.roles
    ]


def _outlets(value: str, text: str) -> Iterator[Credit]:
    for outlet in sort_names(value, "credit").outlets:
        yield Credit(_NOWHERE, "credit", outlet, text)


def _aired(case: Case) -> Iterator[Credit]:
    """The outlet of "Artikel ini telah tayang di …"."""
    for cut in case.removed:
        if match := _AIRED.search(cut.text[: _LONGEST.note]):
            yield from _outlets(match["outlet"], text=cut.text)


def _signed_off(case: Case) -> Iterator[Credit]:
    """The people and outlets of a sign-off. Codes of a few letters name nobody."""
    signed = [(_NOWHERE, cut.text) for cut in case.removed if cut.rule == "sign-off"]
    alone = enumerate(case.tail[: _LINES.near], len(case.head))
    signed += [(at, line.text) for at, line in alone if _stands_in_brackets(line)]
    signed = [(at, signed_name(text) or text) for at, text in signed]
    for at, text in ((at, text.strip("()[]*. ")) for at, text in signed):
        for part in _BETWEEN.split(text):
            if outlet := outlet_by_key(text_key(part)):
                yield Credit(at, "credit", outlet, text)
            elif is_full_name(part.strip()):
                yield Credit(at, "author", cased(part.strip()), text)


def _stands_in_brackets(line: Line) -> bool:
    whole = line.clutter is None and _IN_BRACKETS.fullmatch(line.text) is not None
    return whole and not has_label(line.text)


def _in_note(case: Case) -> Iterator[Credit]:
    """The person that a note after the text is about: "*) Nama Lengkap adalah guru di Muara"."""
    notes = (cut.text for cut in case.removed if cut.rule.startswith("author-note"))
    for note in notes:
        words = note.strip(" *)(").partition(",")[0].split()
        name = " ".join(takewhile(lambda word: word[0].isupper(), words))
        if is_full_name(name) and not opens_with_post(name):
            yield Credit(_NOWHERE, "author", cased(name), note)


def _under_letter(case: Case) -> Iterator[Credit]:
    """The name under "Hormat saya," of a letter to the editor."""
    for before, line in pairwise(case.closing):
        if _CLOSING.fullmatch(before.text) and is_full_name(line.text):
            yield Credit(_NOWHERE, "author", cased(line.text), line.text)


def _on_own_page(case: Case) -> Iterator[Credit]:
    """The name that links to the account under which the article is: /nama_penulis for
    /nama_penulis/123/judul.
    """
    account = _account(case.metadata.canonical or "")
    for at, line in enumerate(case.head):
        if account and line.is_link and is_full_name(line.text):
            links = line.element.iter("a")
            if any(_path(link.get("href", "")) == account for link in links):
                yield Credit(at, "author", cased(line.text), line.text)


def _account(address: str) -> str:
    """The first part of a URL's path, if more follows that has a number."""
    account, _, rest = _path(address).partition("/")
    return account if any(map(str.isdigit, rest)) else ""


def _path(address: str) -> str:
    try:
        return urlsplit(address[: _LONGEST.note]).path.strip("/")
    except ValueError:
        return ""


def _in_dateline(case: Case) -> Iterator[Credit]:
    """The agency in brackets at the start of a report: "Mataram (ANTARA) - "."""
    for at, line in enumerate(case.head):
        if match := _AGENCY.match(line.text):
            yield from _known([match["outlet"]], at, line.text)


# The most trusted first.
WITNESSES = (
    Witness("visible", _by_labels, explicit=True),
    Witness("aired", _aired),
    Witness("visible", _by_element),
    Witness("visible", _beside_outlet),
    Witness("json-ld", _in_json_ld),
    Witness("meta", _in_tags),
    Witness("visible", _beside_date),
    Witness("visible", _on_own_page),
    Witness("visible", _by_element_after_text),
    Witness("sign-off", _signed_off),
    Witness("visible", _in_dateline),
    Witness("visible", _in_note),
    Witness("visible", _under_letter),
)
