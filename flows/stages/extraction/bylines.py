"""Who stands behind an article: its authors, its editors, and the agency or outlet whose text it
is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from flows.records import Origin, Removed
from flows.stages.extraction.instants import is_date_line
from flows.stages.extraction.lines import Line
from flows.stages.extraction.metadata import Metadata
from flows.stages.extraction.outlets import SPELLINGS, outlet_by_key
from flows.stages.press.text import key, tidy

Role = Literal["author", "editor", "credit"]

_ROLES: dict[Role, str] = {
    "editor": r"editor in chief|editor|redaktur|red|penyunting|disunting oleh|edited by",
    "author": r"penulis|reporter|pewarta|jurnalis|wartawan|kontributor|ditulis oleh|laporan|rep|oleh|written by|reported by|author|by"
    r"|posted by|fotografer|videografer|liputan",
    "credit": r"sumber artikel|sumber berita|sumber|source|dikutip dari|dilansir dari",
}
_LABELLED = re.compile(
    r"(?:^|(?<=[\s|,;.)·•-])|(?<=[a-z])(?=[A-Z]))(?<!pilihan )(?<!catatan )(?P<label>"
    + "|".join(_ROLES.values())
    + r")(?:\s*(?:&|/|dan)\s*(?P<second>editor|reporter|redaktur|penulis))?\s*[:：]\s*",
    re.IGNORECASE,
)
_UNMARKED = re.compile(
    r"^(?i:(?:ditulis |dibuat )?oleh|by|penulis|reporter|pewarta|editor|redaktur|posted (?:on .{4,30} )?by)\s+(?=[A-Z])"
)
_UNMARKED_PARTS = re.compile(r"\s*[|·•]\s*|\s+(?=(?:Penulis|Reporter|Editor|Redaktur)\s+[A-Z])")
_REPORT = re.compile(
    r"^\W*(?i:laporan (?:wartawan|reporter|kontributor|jurnalis|koresponden))\s(?:[^,:]{2,40}[,:]|[\w.]+\.(?:com|co\.id))\s*"
    r"(?P<name>[A-Z][\w.'’ -]{2,50})\W*$"
)
_WORDS = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,4}"
_OUTLET_BEHIND = re.compile(
    rf"^(?P<name>{_WORDS}(?:(?:, | & | dan ){_WORDS}){{0,3}}?)(?:\s*[,|·–-]\s*|\s+(?=[\w-]+\.(?i:com|co\.id|id)\b))"
    r"(?P<outlet>[\w.]+(?: Indonesia)?)\s*(?:$|[-–|·,/].*\d)"
)
_PARTS = re.compile(r"\s*[|·•]\s*|,\s+|\s+[–-]\s+|(?<=WIB|WIT)\s+|(?<=WITA)\s+")
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|penulis|reporters?|jurnalis|wartawan)(?:[/?=]|$)", re.IGNORECASE
)
_FULL_NAME = re.compile(r"[A-Z][a-z'’.-]+(?: (?:[A-Z][\w'’.-]*|bin|binti|al)){1,4}")
_POST_BEHIND = re.compile(
    r"^(?P<name>[A-Z][\w.'’ -]{2,50}?)\s*,\s*(?P<post>(?i:jurnalis|wartawan|reporter|kontributor|editor))\b(?!\s+\w+\s+\w+)"
)
_SECTION = re.compile(
    r"\b(?:nasional|internasional|indonesia|dunia|liga|piala|gaya|hidup|timur|tengah|ekonomi|bisnis|olahraga|hiburan|politik|hukum|kabar|berita|ragam"
    r"|jakarta|jawa|opini|kolom|beranda|video|sepak|bola)\b",
    re.IGNORECASE,
)
_NOT_PEOPLE = re.compile(
    r"\.(?:com|co|id|net|org|tv|info|news)\b|https?:|www\.|@|\b(?:redaksi|admin|administrator|tim|team|staff|newsroom|news|media|developer|online|portal|desk|pt|tbk|group|"
    r"share|follow|facebook|twitter|google|whatsapp|telegram|instagram|posted|komentar|dibaca|baca|read|more|views|menit|credits|oleh|network|press|biro|kantor|cyber|digital|foto|photo|ilustrasi|dok|istimewa|sumber|user|webmaster|contributor|kementerian|pemerintah|editor|penulis|super)\b|\d{2}",
    re.IGNORECASE,
)
_POST = re.compile(
    r"^(?:kontributor|contributor|koresponden|correspondent|wartawan|reporter|jurnalis|penulis|laporan|oleh|by|editor)\b[\s:]*",
    re.IGNORECASE,
)
_PLACE_POST = re.compile(r"^(?:kontributor|koresponden|biro)\b", re.IGNORECASE)
_AFTER_NAME = re.compile(
    r"\s*(?:copyright|©|\s[-–—|·•]\s|[|·•]|,\s*(?:jurnalis|kontributor|okezone|litbang|reporter|wartawan|editor|detik\w*|cnn|cnbc)|\s+-\s*[a-z]|\b(?:senin|selasa|rabu|kamis|jum.?at|sabtu|minggu|pada)\b"
    r"|(?<=\w)\s+[\w-]+\.(?:com|co\.id|id|net|tv)\b|(?<![a-z])\d).*$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?<=\w)\s*\([^()]*\)?")  # behind a name: a post, a place
_DEGREE = re.compile(
    r"^(?:S|M|SE|SH|MH|MM|MSi|MPd|SPd|Ph\.?D|Dr|Jr|Sr|BA|MA|MBA|ST|MT|[SM]\.\s?[A-Z][\w.]*)\.?$"
)


@dataclass(frozen=True, slots=True)
class People:
    """Names joined by '; ', None where the page names nobody; `origins`: by role, the places that
    named them.
    """

    author: str | None
    editor: str | None
    credit: str | None
    origins: Mapping[str, tuple[Origin, ...]]


def read_people(
    metadata: Metadata, near: Sequence[Line], removed: Sequence[Removed], outlet: str, home: str
) -> People:
    """`near`: the lines around headline and text; `removed`: what was cut; `outlet`, `home`: the
    source's name and address.
    """
    stated_source = metadata.tag("content_source", "news_source", "article:source")
    own = {
        key(outlet),
        key(re.sub(r"^https?://(?:www\.)?|\.(?:com|co|id|net|org|tv|info).*$", "", home)),
    }
    names = _Names(own, frozenset({key(stated_source)}) - {""})
    for role, value in _labelled(near):
        names.add(role, value, "visible")
    for role, value in _aired(removed):
        names.add(role, value, "aired")
    if not names.author:
        for line in near:
            if _is_byline(line) and not _LABELLED.search(line.text):
                names.add("author", line.text, "visible")
    if not names.author:
        for name in _before_outlet(near, own):
            names.add("author", name, "visible")
    if not names.editor:
        for name, _ in metadata.names("editor"):
            names.add("editor", name, "json-ld")
        if not metadata.names("editor"):
            names.add("editor", metadata.tag("content_editor", "editor"), "meta")
    if not names.author:
        for name, kind in metadata.names("author") + metadata.names("creator"):
            if kind != "Organization" and name not in names.editor:
                names.add("author", name, "json-ld")
    stated_author = metadata.tag(
        "content_author", "author", "article:author", "dable:author", "dtk:author", "dc.creator"
    )
    if not names.author and stated_author not in names.editor:
        names.add("author", stated_author, "meta")
    if not names.author:
        names.add("author", _beside_date(near) or "", "visible")
    for cut in removed:
        if cut.rule == "sign-off":
            inside = cut.text.strip("()[] .*")
            if not names.author and len(inside.split()) >= 2:
                names.add("author", inside.title() if inside.isupper() else inside, "sign-off")
            else:
                names.add("credit", inside, "sign-off", outlets_only=True)
    names.add("credit", stated_source, "meta")
    origins: dict[str, tuple[Origin, ...]] = {
        role: tuple(dict.fromkeys(getattr(names, role).values())) for role in _ROLES
    }
    author, editor, credit = (
        "; ".join(found) or None for found in (names.author, names.editor, names.credit)
    )
    return People(author, editor, credit, origins)


@dataclass(frozen=True, slots=True)
class _Names:
    """The names found so far, and where. `own`: keys of the source's own names; `outlets`: those of
    outlets that the page names as such.
    """

    own: set[str]
    outlets: frozenset[str]
    author: dict[str, Origin] = field(default_factory=dict)
    editor: dict[str, Origin] = field(default_factory=dict)
    credit: dict[str, Origin] = field(default_factory=dict)

    def add(self, role: Role, value: str, place: str, *, outlets_only: bool = False) -> None:
        """Sort the names of a value: people to the role, outlets and agencies to the credit, this
        outlet itself nowhere.
        """
        origin = Origin(place, value)
        value = _AFTER_NAME.sub("", _ASIDE.sub("", tidy(value))).strip(" :;,.-–—|/()[]*")
        if not value or len(value) > 120:
            return
        for name in _split(value, role):
            spelling = key(name)
            outlet = outlet_by_key(spelling) or (name if spelling in self.outlets else None)
            if outlet is not None:
                target, name = self.credit, outlet
            elif outlets_only:
                continue
            elif role == "credit":
                target = self.credit if 2 <= len(name) <= 60 else {}
            else:
                target = (
                    (self.editor if role == "editor" else self.author) if _is_person(name) else {}
                )
            if role != "credit" and name.isupper() and " " in name:
                name = name.title()
            if spelling not in self.own and name not in target:
                target[name] = origin


def _is_byline(line: Line) -> bool:
    element = line.element
    names = {
        element.tag,
        *element.get("itemprop", "").split(),
        *element.get("rel", "").split(),
        *element.get("class", "").split(),
    }
    return len(line.text) <= 120 and (
        line.clutter == "byline"
        or (
            line.clutter is None and bool(names & {"author", "fn", "byline", "penulis", "reporter"})
        )
        or (line.clutter is None and line.linked >= 0.9 and _leads_to_author(line))
    )


def _leads_to_author(line: Line) -> bool:
    return any(
        _AUTHOR_PAGE.search(link.get("href", "")) and tidy(link.text_content()) == line.text
        for link in line.element.iter("a")
    )


def _before_outlet(lines: Sequence[Line], own: set[str]) -> list[str]:
    """The names before an outlet's: "Sri Wahyuni - detikNews", "Joko Susilo, CNN Indonesia | Rabu,
    12/03/2025 10:00 WIB".
    """
    found = []
    for line in lines:
        if (
            len(line.text) <= 100
            and line.linked < 0.5
            and line.clutter in {None, "date"}
            and (match := _OUTLET_BEHIND.match(line.text))
        ):
            outlet = key(match["outlet"])
            if any(outlet.startswith(name) for name in (*own, *SPELLINGS) if len(name) >= 5):
                found.append(match["name"])
    return found


def _beside_date(lines: Sequence[Line]) -> str | None:
    """A name that stands alone right above or below the date, or on its line, of somebody whom
    headline and text do not name.
    """
    for line in lines:
        parts = (
            _PARTS.split(line.text)
            if len(line.text) <= 100 and line.clutter in {None, "date"}
            else []
        )
        for index in {0, len(parts) - 1} if len(parts) > 1 else ():
            rest = " ".join(parts[:index] + parts[index + 1 :])
            if (
                _FULL_NAME.fullmatch(parts[index])
                and not _SECTION.search(parts[index])
                and is_date_line(rest)
            ):
                return (
                    parts[index] if sum(parts[index] in each.text for each in lines) == 1 else None
                )
    for above, below in pairwise(lines):
        for line, other in ((above, below), (below, above)):
            is_label = (
                line.clutter is None
                and line.linked < 0.5
                and not line.is_heading
                and len(line.text) <= 40
            )
            if (
                is_label
                and _FULL_NAME.fullmatch(line.text)
                and not _SECTION.search(line.text)
                and is_date_line(other.text)
            ):
                return line.text if sum(line.text in each.text for each in lines) == 1 else None
    return None


def _labelled(lines: Sequence[Line]) -> list[tuple[Role, str]]:
    """Role and value of each label: "Penulis: Nama", several on one line, or "Editor" with the
    names on the lines below or above.
    """
    found: list[tuple[Role, str]] = []
    below: Role | None = None
    for index, line in enumerate(lines):
        text = line.text
        if len(text) > 250:
            below = None
            continue
        bare = text.strip(" :").lower()
        if bare in {
            "author",
            "editor",
            "redaktur",
            "penulis",
            "reporter",
            "pewarta",
            "penyunting",
            "jurnalis",
        }:
            names = [
                _FULL_NAME.fullmatch(lines[beside].text) if 0 <= beside < len(lines) else None
                for beside in (index - 1, index + 1)
            ]
            if (
                names[0]
                and not names[1]
                and lines[index - 1].text not in [value for _, value in found]
            ):
                found.append((_role(bare), lines[index - 1].text))
            else:
                below = _role(bare)
            continue
        if below is not None and len(text) <= 60:
            found.append((below, text.lstrip(": ")))
            below = below if line.linked > 0.5 else None
            continue
        below = None
        labels = list(_LABELLED.finditer(text))
        for label, following in zip(labels, [*labels[1:], None], strict=False):
            value = text[label.end() : following.start() if following else len(text)].strip()
            if value and (label.start() == 0 or len(text) < 160):
                found.append((_role(label["label"]), value))
                if label["second"]:
                    found.append((_role(label["second"]), value))
        if not labels:
            found += _unlabelled(text)
    return found


def _unlabelled(text: str) -> list[tuple[Role, str]]:
    """Role and value without a colon: "Oleh Nama", "Penulis Nama | Editor Nama", "Nama, Jurnalis",
    "Laporan Wartawan …, Nama".
    """
    if len(text) > 100:
        return []
    if match := _REPORT.match(text):
        return [("author", match["name"])]
    parts = [part for part in _UNMARKED_PARTS.split(text) if len(part) <= 60]
    found = [
        (_role(match[0].split()[0]), part[match.end() :])
        for part in parts
        if (match := _UNMARKED.match(part))
    ]
    if not found and (match := _POST_BEHIND.match(text)):
        found.append((_role(match["post"]), match["name"]))
    return found


def _role(label: str) -> Role:
    for role, names in _ROLES.items():
        if re.fullmatch(names, label.strip(), re.IGNORECASE):
            return role
    return "author"


def _aired(removed: Iterable[Removed]) -> list[tuple[Role, str]]:
    """The outlet named by "Artikel ini telah tayang di …"."""
    found: list[tuple[Role, str]] = []
    for cut in removed:
        if cut.rule == "aired" and (
            match := re.search(
                r"\b(?:di|oleh)\s+([\w.\- ]{2,40}?)(?:\s+(?:dengan|pada|berjudul|edisi|dan|yang)\b|[,;]|\.?$)",
                cut.text,
            )
        ):
            found.append(("credit", match[1]))
    return found


def _split(value: str, role: Role) -> list[str]:
    if role == "credit" and all(key(word) in SPELLINGS for word in value.split()):
        return value.split()
    names: list[str] = []
    for part in re.split(r"\s*[;/|]\s*|,\s*|\s+(?:dan|and|&)\s+", value):
        part = part.strip(" .:-")
        if names and _DEGREE.match(part):
            names[-1] += f", {part}"
        elif part:
            names.append(
                part if _PLACE_POST.match(part) or role == "credit" else _POST.sub("", part).strip()
            )
    return [name for name in names if name and not _PLACE_POST.match(name)]


def _is_person(name: str) -> bool:
    words = name.split()
    return (
        1 <= len(words) <= 6
        and 2 <= len(name) <= 60
        and name[0].isupper()
        and any(len(word) > 2 for word in words)
        and len(set(key(name))) > 2  # "AAA" is for the size of the letters
        and not _NOT_PEOPLE.search(name)
        and not re.search(r"[?!:\"“”]", name)
    )
