"""Which entries of a listing link to articles, which source an article belongs to, and the
canonical form of its URL.

    owner(url, sources)                          -> the source and the canonical URL
    sort_entries(entries, sources, finder, kind) -> links to articles, and rejections
    sort_children(children, finder)              -> child sitemaps to fetch, and rejections

`canonical` returns the form under which a URL is stored in every table, `full_page_url` the form
in which it is fetched.
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
# ASP.NET puts the session into a path segment of its own; others append it after a semicolon.
_SESSION_SEGMENT = re.compile(r"/\(S\([A-Za-z0-9]{20,30}\)\)(?=/|$)", re.IGNORECASE)
_SESSION_SUFFIX = re.compile(
    rf";(?:{any_of(_SESSION['names'])}=[^/;]*|{any_of(_SESSION['tokens'])}={_LONG}(?=[/;]|$))",
    re.IGNORECASE,
)

# Schemes that are found on any web page and never lead to an article.
_INERT_SCHEMES = """
    about android-app blob callto data fb-messenger geo intent ios-app itms-apps javascript line
    mailto market skype sms tel tg viber whatsapp
"""
INERT_SCHEMES = frozenset(_INERT_SCHEMES.split())


# ---- links ----


def owner(url: str, sources: Sequence[Source]) -> tuple[Source, str] | None:
    """The source that an article's URL belongs to, and the URL's canonical form for that source.

    That is the first source whose `articles` pattern is found in the canonical URL. None where no
    source claims the URL, or where it has no canonical form.
    """
    try:
        page, parameters = _normal_form(url)
    except ValueError:
        return None
    for source in sources:
        form = _assembled(page, parameters, source)
        if source.articles.search(form):
            return source, form
    return None


def sort_entries(
    entries: Iterable[Entry], sources: Sequence[Source], finder: Source, kind: DiscoveryKind
) -> tuple[list[Link], list[Rejection]]:
    """The links to articles that a discovery document of `finder` lists, and the URLs it must not
    list. Each appears once, in the order of the document.

    An entry that belongs to no source is neither a link nor a rejection.
    """
    links: dict[str, Link] = {}
    rejections: dict[str, Rejection] = {}
    for entry in entries:
        if rejection := _refusal(entry.url, finder):
            if not (kind == "index" and _is_harmless(entry.url)):
                rejections.setdefault(rejection.url, rejection)
        elif owned := owner(entry.url, sources):
            source, url = owned
            link = Link(url, source.id, entry.url, entry.listed_at, entry.lastmod, entry.title)
            links[url] = merge_links(links.get(url, link), link)
    return list(links.values()), list(rejections.values())


def merge_links(first: Link, again: Link) -> Link:
    """One link for two entries with the same URL: the newest dates, and the first title."""
    return replace(
        first,
        listed_at=newest(first.listed_at, again.listed_at),
        lastmod=newest(first.lastmod, again.lastmod),
        title=first.title or again.title,
    )


def sort_children(children: Iterable[Entry], finder: Source) -> tuple[list[Entry], list[Rejection]]:
    """The child sitemaps that may be fetched, and a rejection for each of the others."""
    kept: list[Entry] = []
    rejections: list[Rejection] = []
    for child in children:
        if rejection := _refusal(child.url, finder):
            rejections.append(rejection)
        else:
            kept.append(child)
    return kept, rejections


def declared(source: Source) -> frozenset[tuple[str, int]]:
    """The hosts and ports that a source itself names in its home page and discovery URLs."""
    addresses = [
        urlsplit(url) for url in (source.home, *(discovery.url for discovery in source.discover))
    ]
    return frozenset((_host(parts), _port(parts)) for parts in addresses)


def _refusal(url: str, finder: Source) -> Rejection | None:
    """The rejection of a URL that must not be fetched: it is not http(s), it is malformed, or its
    host is private and not declared by the source that lists it.
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


def _is_harmless(url: str) -> bool:
    """Whether a refused link of a web page is not worth recording: a mail address, a script, a
    malformed URL. Links to files and private hosts are.
    """
    scheme = url.partition(":")[0].lower()
    if scheme not in DEFAULT_PORTS:
        return scheme in INERT_SCHEMES or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme)
    try:
        return not is_private_literal(_host(_split(url)))
    except ValueError:
        return True


# ---- the form of a URL ----


def canonical(url: str, source: Source) -> str:
    """The form of an article's URL that serves as its key in every table. Idempotent.

    Scheme and host are in lower case (the host in its IDNA form) and the percent-encoding is
    normalised by RFC 3986. The default port, the fragment, and tracking, session and full-page
    parameters are dropped; the other parameters keep their order. Raises ValueError unless the URL
    is http(s) and has a valid host.
    """
    return _assembled(*_normal_form(url), source)


def full_page_url(url: str, source: Source) -> str:
    """A canonical URL with the parameters that make the source show an article on one page."""
    if not source.full_page:
        return url
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}{urlencode(source.full_page)}"


def _normal_form(url: str) -> tuple[str, list[str]]:
    """A normalised URL up to its query, and the query's parameters."""
    parts = _split(url)
    if "@" in parts.netloc:
        raise ValueError("a user name in the address")
    path = _without_dot_segments(_without_session(_normalised(parts.path, safe="/:@")))
    # Feeds that are escaped twice separate parameters with &amp;
    parameters = re.split(r"&(?:amp;)*", _normalised(parts.query, safe="/:@?"))
    page = f"{parts.scheme}://{_netloc(parts)}{path}"
    return page, [parameter for parameter in parameters if parameter]


def _assembled(page: str, parameters: Sequence[str], source: Source) -> str:
    kept = [parameter for parameter in parameters if not _is_dropped(parameter, source)]
    return f"{page}?{'&'.join(kept)}" if kept else page


def _split(url: str) -> SplitResult:
    parts = urlsplit(url.strip())
    if not parts.scheme:
        raise ValueError("no scheme")
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(f"scheme {parts.scheme}")
    return parts


def _netloc(parts: SplitResult) -> str:
    """Host and port, without the scheme's default port."""
    host, port = _host(parts), _port(parts)
    if ":" in host:
        host = f"[{host}]"
    if port == DEFAULT_PORTS[parts.scheme]:
        return host
    return f"{host}:{port}"


def _host(parts: SplitResult) -> str:
    """The host in lower case and ASCII, without a trailing dot. An IPv6 address has neither
    brackets nor a zone.
    """
    name = parts.hostname
    if not name:
        raise ValueError("no host")
    if ":" in name:
        return str(IPv6Address(name.partition("%")[0]))
    host = name.encode("idna").decode().lower().removesuffix(".")
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
        raise ValueError(f"host {name!r}")
    return host


def _port(parts: SplitResult) -> int:
    return DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port


def _is_dropped(parameter: str, source: Source) -> bool:
    encoded, _, value = parameter.partition("=")
    name = unquote_plus(encoded)
    return name in source.full_page or (
        _is_tracking(name.lower(), value) and f"{name}=" not in source.articles.pattern
    )


def _is_tracking(name: str, value: str) -> bool:
    """Whether a parameter identifies the visitor or the referrer rather than the page."""
    if name in _DROPPED or name.startswith(_DROPPED_BEGINNINGS):
        return True
    return name in _SESSION["tokens"] and bool(re.fullmatch(_LONG, value))


def _without_session(path: str) -> str:
    return _SESSION_SUFFIX.sub("", _SESSION_SEGMENT.sub("", path))


_UNRESERVED = r"A-Za-z0-9._~\-"  # RFC 3986, 2.3: encoded or not, they mean the same
_SUB_DELIMITERS = re.escape("!$&'()*+,;=")  # RFC 3986, 2.2


def _normalised(text: str, safe: str) -> str:
    """Text with normalised percent-encoding (RFC 3986, 6.2.2): hexadecimal digits in upper case,
    unreserved characters decoded, all others encoded except those in `safe`.
    """

    def normalise(match: re.Match[str]) -> str:
        if not match[1]:
            return "".join(f"%{byte:02X}" for byte in match[0].encode())
        character = chr(int(match[1], 16))
        if re.fullmatch(f"[{_UNRESERVED}]", character):
            return character
        return f"%{match[1].upper()}"

    return re.sub(
        rf"%([0-9A-Fa-f]{{2}})|[^{_UNRESERVED}{_SUB_DELIMITERS}{re.escape(safe)}]", normalise, text
    )


def _without_dot_segments(path: str) -> str:
    """An absolute path with its dot segments removed (RFC 3986, 5.2.4); '/' for an empty path."""
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
