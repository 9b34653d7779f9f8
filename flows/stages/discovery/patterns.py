"""A pattern for the addresses of an outlet's articles, from the addresses that it lists.

    derive(known, listed, site) -> the pattern, as for `articles` in sources.yaml

Each address has a form: the kinds of its path segments (numbers, dates, words), up to the one that
identifies the article. The forms that most articles have are written as one pattern. The kinds, and
the words that tell a section or a tag from an article, are in patterns.toml.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

_WORDS = tomllib.loads(files(__package__).joinpath("patterns.toml").read_text(encoding="utf-8"))
_FIXED = frozenset(_WORDS["fixed"]["words"])
_LISTING = frozenset(_WORDS["listing"]["words"])
_IDS = frozenset(_WORDS["query"]["names"])
_TWINS = frozenset(["", "www", *_WORDS["host"]["twins"]])
_COMMON, _SECOND = frozenset(_WORDS["host"]["common"]), frozenset(_WORDS["host"]["second"])


@dataclass(frozen=True, slots=True)
class _Least:
    """What is enough to go by.

    Of feeds, all entries are articles; of pages, many links are not. So a form needs a greater
    share of the latter, and a headline without a number more words than the name of a section.
    """

    known: int = 3  # addresses known to be articles; with fewer, pages are read as well
    several: int = 10  # of them; among so many, a form that only one has is a stray
    share_of_known: float = 0.05
    share_of_listed: float = 0.2
    links: int = 3  # of one form on pages
    words: int = 4  # of a headline on pages
    digits: int = 5  # of a number on pages, where no headline follows; lists have smaller ones
    # Of a headline in feeds; the few that are shorter are not worth the sections that would match.
    words_known: int = 3
    short: float = 0.1  # the share of headlines in feeds that may be shorter
    forms: int = 4  # written at most
    found: float = 0.5  # the share of the addresses in feeds that a pattern must find


_LEAST = _Least()


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    finds: re.Pattern[str]
    writes: str
    identifies: bool


_KINDS = tuple(
    _Kind(
        each["kind"],
        re.compile(rf"\A(?:{each['finds']})\Z"),
        each["writes"],
        each.get("identifies", False),
    )
    for each in _WORDS["segment"]
)
_BY_NAME = {kind.name: kind for kind in _KINDS}
_LETTERS = "letters and number"
_ANY, _SLUG, _ID = "*", "words", "?"  # a section, a headline, a number in the query
_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cms)$")
_SEPARATOR = re.compile(r"[-_.+]|%20")

_SHORTEST = 3  # digits of a number in a pattern

Form = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Address:
    """An address by its parts. `ending`: that of a file, such as '.html'; `depth`: how many
    sections stand in front; `form`: the kinds of the segments from there on.
    """

    url: str
    host: str
    segments: tuple[str, ...]
    ending: str
    depth: int
    form: Form

    @property
    def is_listing(self) -> bool:
        return any(segment.lower() in _LISTING for segment in self.segments)

    @property
    def beginning(self) -> str:
        return self.segments[0].lower() if self.segments else ""

    @property
    def words(self) -> int:
        """How many words the last segment has."""
        last = self.segments[-1] if self.segments else ""
        return sum(1 for word in _SEPARATOR.split(last) if word)


@dataclass(slots=True)
class _Group:
    """The addresses of one form, which is that without the sections in front."""

    form: Form
    members: list[_Address]
    depths: set[int]


# ---- the site ----


def site_of(url: str) -> str:
    """The host whose subdomains belong to the outlet, with its port if it has one.

    That is the address's own host or, if it begins with a label that any outlet has, the domain.
    """
    parts = urlsplit(url)
    labels = (parts.hostname or "").split(".")
    if _is_number(parts.hostname or ""):
        return parts.netloc.lower()
    while len(labels) > _domain_length(labels) and labels[0] in _COMMON:
        labels = labels[1:]
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    return ".".join(labels) + port


def name_of(site: str) -> str:
    """The label of a site that is the outlet's own, such as kompas of kompas.com."""
    return site if _is_number(site) else site.partition(".")[0]


def _is_number(host: str) -> bool:
    """Whether a host is an IP address, with or without a port."""
    return "]" in host or host.count(":") > 1 or not host.strip("0123456789.:")


def _domain_length(labels: Sequence[str]) -> int:
    """How many labels the registered domain has."""
    second = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND
    return 3 if second else 2


def is_on(url: str, site: str) -> bool:
    """Whether an address is on a site or one of its subdomains."""
    host = _host(url)
    return host == site or host.endswith(f".{site}")


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    return f"{(parts.hostname or '').lower()}{port}"


# ---- the pattern ----


def derive(known: Iterable[str], listed: Iterable[str], site: str) -> str | None:
    """The pattern that the addresses of articles on a site have in common, or None if there is
    none to be seen.

    `known`: canonical addresses that feeds and news sitemaps list; `listed`: those of pages and
    other sitemaps, among which are sections, tags, and authors.
    """
    certain = _addresses(known, site)
    linked = _addresses(listed, site)
    others = [each for each in linked if not each.is_listing]
    if len(certain) >= _LEAST.known:
        share = round(_LEAST.share_of_known * len(certain))
        groups = _chosen(certain, max(share, 2 if len(certain) >= _LEAST.several else 1))
    else:
        likely = [*certain, *filter(_is_likely, others)]
        groups = _chosen(likely, max(_LEAST.links, round(_LEAST.share_of_listed * len(likely))))
    if not groups:
        return None
    forms = {group.form for group in groups}
    hosts = {each.host for group in groups for each in group.members}
    hosts |= {each.host for each in others if _is_likely(each) and each.form in forms}
    refused = _refused(linked, groups)
    host = f"^https?://{_host_pattern(hosts, site)}/"
    paths = {_path(group, bool(certain), refused): group for group in groups}
    pattern = host + _either(_needed(host, paths))
    finds = re.compile(pattern)
    found = sum(bool(finds.search(each.url)) for each in certain)
    return pattern if found >= _LEAST.found * len(certain) else None


def _addresses(urls: Iterable[str], site: str) -> list[_Address]:
    found = (_address(url) for url in dict.fromkeys(urls) if is_on(url, site))
    return [each for each in found if each.form]


def _address(url: str) -> _Address:
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    ending = _ENDING.search(segments[-1]) if segments else None
    if ending:
        segments[-1] = segments[-1][: ending.start()]
    number = next(
        (name for name, value in parse_qsl(parts.query) if name in _IDS and value.isdigit()), ""
    )
    form = _form(segments, number)
    depth = next((at for at, part in enumerate(form) if part != _ANY), len(form))
    written = ending[0] if ending else ""
    return _Address(url, _host(url), tuple(segments), written, depth, tuple(form[depth:]))


def _form(segments: Sequence[str], number: str) -> list[str]:
    """The kinds of segments, up to the one that identifies the article; none of a home page.
    `number`: the query parameter that names an article, or ''.
    """
    form: list[str] = []
    for segment in segments:
        kind = _kind(segment)
        form.append(_kept(segment, kind))
        if kind and kind.identifies:
            return form
    if number:
        return [*(f"={segment}" for segment in segments), f"{_ID}{number}"]
    form[-1:] = [_SLUG] if form else []
    return form


def _is_likely(address: _Address) -> bool:
    """Whether a link may lead to an article: by a number, a date, or the words of a headline."""
    depth, form = address.depth, address.form
    if "year" in form or address.words >= _LEAST.words:
        return True
    if form[-1] == "number":
        return len(address.segments[depth + len(form) - 1]) >= _LEAST.digits
    return form[-1] != _SLUG


def _chosen(addresses: Sequence[_Address], least: int) -> list[_Group]:
    """The forms that are frequent enough, the most frequent first."""
    groups: dict[Form, _Group] = {}
    for address in addresses:
        group = groups.setdefault(address.form, _Group(address.form, [], set()))
        group.members.append(address)
        group.depths.add(address.depth)
    frequent = [group for group in groups.values() if len(group.members) >= least]
    return sorted(frequent, key=lambda group: -len(group.members))[: _LEAST.forms]


def _kind(segment: str) -> _Kind | None:
    return next((kind for kind in _KINDS if kind.finds.match(segment)), None)


def _kept(segment: str, kind: _Kind | None) -> str:
    """What a form keeps of a segment."""
    if kind is None:
        return f"={segment}" if segment in _FIXED else _ANY
    if kind.name == _LETTERS:
        return f"{kind.name}={segment.rstrip('0123456789')}"
    return kind.name


# ---- writing it ----


def _path(group: _Group, certain: bool, refused: Sequence[str]) -> str:
    """The pattern of a path of one form."""
    last, dated = group.form[-1], "year" in group.form
    parts = [_part(group, at) for at in range(len(group.form))]
    sections = _sections(group)
    if last.startswith(_ID):
        return sections + "/".join(parts[:-1]) + parts[-1]
    if last == _SLUG and not dated:
        parts[-1] = _slug(group, certain)
        sections = (_guard(refused) if max(group.depths) else "") + sections
    return sections + "/".join(parts)


def _part(group: _Group, at: int) -> str:
    """The pattern of the segment at a place of the form."""
    name, _, kept = group.form[at].partition("=")
    if group.form[at].startswith(_ID):
        return rf"(?:\.\w+)?/?\?(?:[^#]*&)?{re.escape(group.form[at][1:])}=\d+"
    if name in (_ANY, _SLUG):
        return r"[^/?]+"
    if name not in _BY_NAME:
        return _escaped(kept or name)
    kind = _BY_NAME[name]
    found = (kind.finds.match(each.segments[at + each.depth]) for each in group.members)
    lengths = [len(each.groupdict().get("least", "")) for each in found if each]
    # Earlier articles have smaller numbers, but pages of a list are not numbered so high.
    least = max(_SHORTEST, min(lengths) - 1)
    return _escaped(kept) + kind.writes.format(least=least)


def _slug(group: _Group, certain: bool) -> str:
    """The pattern of a headline that nothing but its words identifies."""
    counts = sorted(each.words for each in group.members)
    least = min(_LEAST.words, counts[round(_LEAST.short * (len(counts) - 1))])
    endings = Counter(each.ending for each in group.members)
    ending = endings.most_common(1)[0][0]
    floor = 1 if ending else _LEAST.words_known
    used = Counter(
        separator for each in group.members for separator in re.findall(r"[-_]", each.segments[-1])
    )
    [(separator, _)] = used.most_common(1) or [("-", 1)]
    word = rf"[^/?{separator}]+"
    more = max(least if certain else _LEAST.words, floor) - 1
    words = f"{word}(?:{separator}{word}){{{more},}}" if more else word
    return words + (_escaped(ending) if ending else r"/?(?:\?|$)")


def _sections(group: _Group) -> str:
    """The pattern of the sections in front, as many as were seen."""
    least, most = min(group.depths), max(group.depths)
    if group.form[0].startswith(_LETTERS):  # which no section has
        least = 0
    if most == 0:
        return ""
    if most == 1:
        return "[^/?]+/" if least else "(?:[^/?]+/)?"
    times = f"{most}" if least == most else f"{least},{most}"
    return f"(?:[^/?]+/){{{times}}}"


def _refused(listed: Sequence[_Address], groups: Sequence[_Group]) -> list[str]:
    """The segments that no article of a section has: those that were seen to begin other pages, and
    those that do so everywhere.
    """
    taken = {each.beginning for group in groups for each in group.members}
    begun = {each.beginning for each in listed}
    return sorted((begun & _LISTING | set(_WORDS["listing"]["always"])) - taken)


def _guard(refused: Sequence[str]) -> str:
    return rf"(?!(?:{'|'.join(map(_escaped, refused))})/)" if refused else ""


def _host_pattern(hosts: set[str], site: str) -> str:
    domain = _escaped(site)
    if _is_number(site):
        return domain
    below = {host.removesuffix(site).removesuffix(".") for host in hosts}
    if below <= {"", "www"}:
        return rf"(?:www\.)?{domain}"
    if below <= _TWINS:
        return rf"(?:(?:{'|'.join(sorted(_TWINS - {''}))})\.)?{domain}"
    if len(hosts) == 1:
        return _escaped(*hosts)
    return rf"(?:[a-z0-9-]+\.)*{domain}"


def _needed(host: str, paths: Mapping[str, _Group]) -> list[str]:
    """The paths without those whose addresses more frequent ones find, too: the section of some
    articles may be a word that patterns keep.
    """
    needed: list[str] = []
    for path, group in paths.items():
        finds = re.compile(host + _either(needed)) if needed else None
        if not (finds and all(finds.search(each.url) for each in group.members)):
            needed.append(path)
    return needed


def _either(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"(?:{'|'.join(paths)})"


def _escaped(text: str) -> str:
    """Text as a pattern that people read: a hyphen needs no backslash outside of brackets."""
    return re.escape(text).replace(r"\-", "-")
