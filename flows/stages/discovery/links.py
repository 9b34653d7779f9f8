"""Which entries of a listing are links to articles, and the one form of a URL.

    sort_entries(entries, sources, finder, kind)   -> links to articles, and rejections
    sort_children(children, finder)                -> child sitemaps to ask, and rejections

`canonical` gives a URL the one form under which it is known in every table, `full_page_url` the
form in which it is fetched.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources import files
from ipaddress import IPv6Address
from itertools import chain
from urllib.parse import SplitResult, unquote_plus, urlencode, urlsplit

from flows.addresses import is_private_literal
from flows.records import DiscoveryKind, Link, Reason, Rejection, Source
from flows.stages.discovery.listings import Entry, newest
from flows.stages.press.vocabulary import any_of

DEFAULT_PORTS = {"http": 80, "https": 443}

_PARAMETERS = tomllib.loads(
    files(__package__).joinpath("parameters.toml").read_text(encoding="utf-8")
)
_SESSION = _PARAMETERS["session"]
_DROPPED = frozenset([*chain(*_PARAMETERS["tracking"].values()), *_SESSION["names"]])
_DROPPED_BEGINNINGS = (*_PARAMETERS["beginnings"], *_SESSION["beginnings"])
_LONG = r"(?=[A-Za-z]*\d)[A-Za-z0-9]{16,}"
# ASP.NET's session as a segment of the path, and others behind a semicolon
_SESSION_SEGMENT = re.compile(r"/\(S\([A-Za-z0-9]{20,30}\)\)(?=/|$)", re.IGNORECASE)
_SESSION_SUFFIX = re.compile(
    rf";(?:{any_of(_SESSION['names'])}=[^/;]*|{any_of(_SESSION['tokens'])}={_LONG}(?=[/;]|$))",
    re.IGNORECASE,
)

# Schemes of links that belong to any web page and never lead to an article.
INERT_SCHEMES = frozenset(
    """about android-app blob callto data fb-messenger geo intent ios-app itms-apps javascript line mailto market skype sms
    tel tg viber whatsapp""".split()  # noqa: SIM905  # one word a line would be longer than the module's story
)


# ---- what is a link ----


def sort_entries(
    entries: Iterable[Entry], sources: Sequence[Source], finder: Source, kind: DiscoveryKind
) -> tuple[list[Link], list[Rejection]]:
    """The links to articles among the entries that a discovery document of `finder` lists, each
    once, in their order; and the refused.

    A link belongs to the first source whose `articles` is found in its canonical URL; an entry that
    belongs to none is no link and no rejection.
    """
    links: dict[str, Link] = {}
    rejections: dict[str, Rejection] = {}
    for entry in entries:
        if rejection := _refusal(entry.url, finder):
            if not (kind == "index" and _is_furniture(entry.url)):
                rejections.setdefault(rejection.url, rejection)
        elif owned := _owner(entry.url, sources):
            source, url = owned
            link = Link(url, source.id, entry.url, entry.listed_at, entry.lastmod, entry.title)
            links[url] = joined(links.get(url, link), link)
    return list(links.values()), list(rejections.values())


def joined(first: Link, again: Link) -> Link:
    """A link that is listed twice: with its newest dates, and the title that it was given first."""
    return replace(
        first,
        listed_at=newest(first.listed_at, again.listed_at),
        lastmod=newest(first.lastmod, again.lastmod),
        title=first.title or again.title,
    )


def sort_children(children: Iterable[Entry], finder: Source) -> tuple[list[Entry], list[Rejection]]:
    """The child sitemaps that may be asked, and the refused."""
    kept: list[Entry] = []
    rejections: list[Rejection] = []
    for child in children:
        if rejection := _refusal(child.url, finder):
            rejections.append(rejection)
        else:
            kept.append(child)
    return kept, rejections


def declared(source: Source) -> frozenset[tuple[str, int]]:
    """The hosts and ports that a source itself names: its home and its discovery addresses."""
    addresses = [
        urlsplit(url) for url in (source.home, *(discovery.url for discovery in source.discover))
    ]
    return frozenset((_host(parts), _port(parts)) for parts in addresses)


def _refusal(url: str, finder: Source) -> Rejection | None:
    """Why an address must not be asked for: not http(s), malformed, or private and not declared by
    the source that lists it.
    """

    def rejection(reason: Reason, detail: str) -> Rejection:
        return Rejection(url, finder.id, "discover", reason, detail)

    try:
        parts = _split(url)
        host, port = _host(parts), _port(parts)
    except ValueError as error:
        return rejection("bad-url", str(error))
    if is_private_literal(host) and (host, port) not in declared(finder):
        return rejection("private-address", f"{host}:{port}")
    if "@" in parts.netloc:
        return rejection("bad-url", "a user name in the address")
    return None


def _is_furniture(url: str) -> bool:
    """Whether a refused link of a web page tells nothing: a mail address, a script, a malformed
    address; not a file or a private host.
    """
    scheme = url.partition(":")[0].lower()
    if scheme not in DEFAULT_PORTS:
        return scheme in INERT_SCHEMES or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme)
    try:
        return not is_private_literal(_host(_split(url)))
    except ValueError:
        return True


def _owner(url: str, sources: Sequence[Source]) -> tuple[Source, str] | None:
    page, parameters = _normal_form(url)
    for source in sources:
        known_as = _with_kept(page, parameters, source)
        if source.articles.search(known_as):
            return source, known_as
    return None


# ---- the form of a URL ----


def canonical(url: str, source: Source) -> str:
    """The one form of an article's URL: the key in every table. Idempotent.

    Scheme and host in lower case (the host in its IDNA form), no default port, fragment, tracking,
    session or full-page parameters; the percent-encoding as RFC 3986 normalises it. The other
    parameters stay, in their order. Raises ValueError for anything but an http(s) URL with a usable host.
    """
    return _with_kept(*_normal_form(url), source)


def full_page_url(url: str, source: Source) -> str:
    """A canonical URL with the source's parameters for the whole article on one page."""
    if not source.full_page:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(source.full_page)}"


def _normal_form(url: str) -> tuple[str, list[str]]:
    """A URL up to its query, and the query's parameters, normalised."""
    parts = _split(url)
    if "@" in parts.netloc:
        raise ValueError("a user name in the address")
    host, port = _host(parts), _port(parts)
    netloc = (f"[{host}]" if ":" in host else host) + (
        "" if port == DEFAULT_PORTS[parts.scheme] else f":{port}"
    )
    path = _without_dot_segments(_without_session(_normalised(parts.path, safe="/:@")))
    # A feed that is escaped twice separates its parameters with &amp;
    parameters = re.split(r"&(?:amp;)*", _normalised(parts.query, safe="/:@?"))
    return f"{parts.scheme}://{netloc}{path}", [parameter for parameter in parameters if parameter]


def _with_kept(page: str, parameters: Sequence[str], source: Source) -> str:
    query = "&".join(parameter for parameter in parameters if not _is_dropped(parameter, source))
    return f"{page}?{query}" if query else page


def _split(url: str) -> SplitResult:
    parts = urlsplit(url.strip())
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(f"scheme {parts.scheme}" if parts.scheme else "no scheme")
    return parts


def _host(parts: SplitResult) -> str:
    """The host in lower case and ASCII, without a final dot; an IPv6 address without brackets and
    zone.
    """
    name = parts.hostname or ""
    if ":" in name:
        return str(IPv6Address(name.partition("%")[0]))
    host = name.encode("idna").decode().lower().removesuffix(".")
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
        raise ValueError(f"host {name!r}" if name else "no host")
    return host


def _port(parts: SplitResult) -> int:
    return DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port


def _is_dropped(parameter: str, source: Source) -> bool:
    encoded, _, value = parameter.partition("=")
    name = unquote_plus(encoded)
    return name in source.full_page or (
        _says_nothing(name.lower(), value) and f"{name}=" not in source.articles.pattern
    )


def _says_nothing(name: str, value: str) -> bool:
    """Whether a parameter does not say what the page is."""
    if name in _DROPPED or name.startswith(_DROPPED_BEGINNINGS):
        return True
    return name in _SESSION["tokens"] and bool(re.fullmatch(_LONG, value))


def _without_session(path: str) -> str:
    return _SESSION_SUFFIX.sub("", _SESSION_SEGMENT.sub("", path))


_UNRESERVED = r"A-Za-z0-9._~\-"  # RFC 3986, 2.3: encoded or not, they mean the same
_SUB_DELIMITERS = re.escape("!$&'()*+,;=")  # RFC 3986, 2.2


def _normalised(text: str, safe: str) -> str:
    """Percent-encoding in one form (RFC 3986, 6.2.2): upper-case hexadecimals, unreserved
    characters plain, others encoded but `safe`.
    """

    def normalise(match: re.Match[str]) -> str:
        if match[1]:
            character = chr(int(match[1], 16))
            return (
                character if re.fullmatch(f"[{_UNRESERVED}]", character) else f"%{match[1].upper()}"
            )
        return "".join(f"%{byte:02X}" for byte in match[0].encode())

    return re.sub(
        rf"%([0-9A-Fa-f]{{2}})|[^{_UNRESERVED}{_SUB_DELIMITERS}{re.escape(safe)}]", normalise, text
    )


def _without_dot_segments(path: str) -> str:
    """An absolute path after RFC 3986, 5.2.4; '/' for an empty one."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept[-1:] = []
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
