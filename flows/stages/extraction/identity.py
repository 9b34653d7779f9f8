"""By which address an article is known, and which others lead to it, as its own page says.

A page may be wrong: a template's rel=canonical that is stuck on another article shows where the
other's text is known (flows.stages.extraction.settling).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from flows.records import Page, Source, identity_key
from flows.stages.discovery.links import canonical
from flows.stages.extraction.metadata import Metadata

# second-level labels below which names are registered, as in co.id
_SECOND_LEVEL = frozenset(["co", "com", "or", "go", "ac", "net", "web", "my", "org", "gov", "sch"])
_TOKEN = re.compile(r"[a-z0-9]{1,60}")
_DATE = re.compile(r"(?:19|20)\d\d(?:[01]\d[0-3]\d)?")
_SLUG_WORDS = 3  # at least, for an address that tells what its article is about
# shares of an address's words that stand in the headline: of the article's own, of another's
_TELLS, _TELLS_NOT = 0.6, 0.2


class Located(Protocol):
    """A page, with or without its body."""

    @property
    def url(self) -> str: ...
    @property
    def final_url(self) -> str: ...


def led_astray(page: Page, source: Source, metadata: Metadata) -> str | None:
    """Why a redirected page is not the article that was asked for."""
    if page.final_url == page.url:
        return None
    for url in (page.final_url, _absolute(metadata.canonical, page.final_url)):
        if url and _article_form(url, source):
            return None
    return f"redirected to {page.final_url}, which is no article"


def identity(page: Page, source: Source, metadata: Metadata, headline: str) -> str:
    """The page's rel=canonical on the same site, unless the page denies it; else its own address;
    the first that is an article's.
    """
    own = own_address(page, source)
    stated = _absolute(metadata.canonical, page.final_url)
    if stated is None or _site(stated) != _site(page.final_url):
        return own
    form = _article_form(stated, source)
    if form is None:
        return own
    said = _Statement(form, own, _named(page, source, metadata), headline)
    return own if _is_denied(said) else form


def own_address(page: Located, source: Source) -> str:
    """Where redirects led, if that is an article's address; else the address that was asked for."""
    return _article_form(page.final_url, source) or page.url


def urls_met(url: str, page: Page, source: Source) -> tuple[str, ...]:
    """Every address under which an article was met, its own first."""
    met = [url, page.url, page.found_url, _canonical(page.final_url, source) or page.url]
    return tuple(dict.fromkeys(met))


# ---- whether a page believes its canonical ----


@dataclass(frozen=True, slots=True)
class _Statement:
    """`canonical`, `own`: the address that a page states and the one that it has; `named`: the
    identity keys of those that it names elsewhere.
    """

    canonical: str
    own: str
    named: set[str]
    headline: str


def _is_denied(said: _Statement) -> bool:
    """Whether the page itself says that its canonical is another article's. Addresses that differ
    in form alone, or hold the same number, are of one article.
    """
    if identity_key(said.canonical) == identity_key(said.own):
        return False
    number = _number(said.own)
    if number and number == _number(said.canonical):
        return False
    return any(denies(said) for denies in (_names_its_own, _is_titled_by_its_own))


def _names_its_own(said: _Statement) -> bool:
    """Its other statements (og:url, JSON-LD) name its own address, and none the canonical."""
    return identity_key(said.own) in said.named and identity_key(said.canonical) not in said.named


def _is_titled_by_its_own(said: _Statement) -> bool:
    """Its headline is in the words of its own address, and not in those of the canonical."""
    own, other = _told(said.own, said.headline), _told(said.canonical, said.headline)
    return own is not None and other is not None and own >= _TELLS and other <= _TELLS_NOT


def _named(page: Page, source: Source, metadata: Metadata) -> set[str]:
    """The identity keys of the addresses that a page gives itself beside its canonical."""
    absolute = (_absolute(address, page.final_url) for address in _addresses(metadata))
    forms = (_canonical(address, source) for address in absolute if address)
    return {identity_key(form) for form in forms if form}


def _addresses(metadata: Metadata) -> Iterator[str]:
    yield from metadata.tags.get("og:url", ())
    page = metadata.article.get("mainEntityOfPage")
    nodes = [metadata.article, page if isinstance(page, dict) else {"url": page}]
    for address in (node.get(name) for node in nodes for name in ("url", "@id")):
        if isinstance(address, str):
            yield address


def _number(url: str) -> str:
    """The longest part of an address with a digit that is no date: what a system calls an article
    by; '' without one.
    """
    parts = urlsplit(url)
    tokens = _TOKEN.findall(f"{parts.path}?{parts.query}".lower())
    numbers = [token for token in tokens if len(token) >= 3 and re.search(r"\d", token)]
    return max((each for each in numbers if not _DATE.fullmatch(each)), key=len, default="")


def _told(url: str, headline: str) -> float | None:
    """The share of the words at an address's end that stand in the headline; None without words."""
    words = set(_TOKEN.findall(urlsplit(url).path.rpartition("/")[2].lower()))
    words = {word for word in words if len(word) >= 3 and word.isalpha()}
    if len(words) < _SLUG_WORDS:
        return None
    return len(words.intersection(_TOKEN.findall(headline.lower()))) / len(words)


# ---- addresses ----


def _article_form(url: str, source: Source) -> str | None:
    """The canonical form of an article's address; None of another."""
    form = _canonical(url, source)
    return form if form and source.articles.search(form) else None


def _absolute(url: str | None, base: str) -> str | None:
    try:
        return urljoin(base, url) if url else None
    except ValueError:
        return None


def _canonical(url: str, source: Source) -> str | None:
    try:
        return canonical(url, source)
    except ValueError:
        return None


def _site(url: str) -> str:
    """The registered domain: two labels, three below a country's second level such as co.id."""
    try:
        labels = (urlsplit(url).hostname or "").split(".")
    except ValueError:
        return ""
    below_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if below_country else labels[-2:])
