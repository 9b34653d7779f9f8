"""Under which URL an article is stored, and which others lead to it, by what its page states.

The page may be wrong: a template may have the rel=canonical of another article. That comes to light
when the text of the other article is known (flows.stages.extraction.settling).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from flows.records import Page, Source, identity_key
from flows.stages.discovery.links import canonical
from flows.stages.extraction.metadata import Metadata

# Second-level labels under which domains are registered, as in co.id.
_SECOND_LEVEL = frozenset(["co", "com", "or", "go", "ac", "net", "web", "my", "org", "gov", "sch"])
_TOKEN = re.compile(r"[a-z0-9]{1,60}")
_DATE = re.compile(r"(?:19|20)\d\d(?:[01]\d[0-3]\d)?")


@dataclass(frozen=True, slots=True)
class _Slug:
    """What the words at the end of a URL say about an article."""

    words: int = 3  # a URL with fewer says nothing
    own: float = 0.6  # the least share of them in the headline for the article's own URL ...
    other: float = 0.2  # ... and the most for another article's


_SLUG = _Slug()


class Located(Protocol):
    """The URLs of a page."""

    @property
    def url(self) -> str: ...
    @property
    def final_url(self) -> str: ...


def redirect_flaw(page: Page, source: Source, metadata: Metadata) -> str | None:
    """Why a redirected page is not the article that was asked for."""
    if page.final_url == page.url:
        return None
    for url in (page.final_url, _absolute(metadata.canonical, page.final_url)):
        if url and _article_form(url, source):
            return None
    return f"redirected to {page.final_url}, which is no article"


def identity(page: Page, source: Source, metadata: Metadata, headline: str) -> str:
    """The page's rel=canonical if it is an article's URL on the same site and nothing else on the
    page contradicts it; otherwise the page's own URL.
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
    """The URL that redirects led to if it is an article's, otherwise the URL that was requested."""
    return _article_form(page.final_url, source) or page.url


def urls_met(url: str, page: Page, source: Source) -> tuple[str, ...]:
    """All URLs at which an article was found, its own first."""
    met = [url, page.url, page.found_url, _canonical(page.final_url, source) or page.url]
    return tuple(dict.fromkeys(met))


# ---- whether a page contradicts its canonical ----


@dataclass(frozen=True, slots=True)
class _Statement:
    """The canonical URL that a page states, the one that it has, the identity keys of those that it
    names elsewhere, and its headline.
    """

    canonical: str
    own: str
    named: set[str]
    headline: str


def _is_denied(said: _Statement) -> bool:
    """Whether the page itself shows that its canonical is another article's. URLs that differ only
    in form, or that have the same number, are of one article.
    """
    if identity_key(said.canonical) == identity_key(said.own):
        return False
    number = _number(said.own)
    if number and number == _number(said.canonical):
        return False
    return any(denies(said) for denies in (_names_its_own, _is_titled_by_its_own))


def _names_its_own(said: _Statement) -> bool:
    """Whether other URLs on the page (og:url, JSON-LD) include its own but not the canonical."""
    return identity_key(said.own) in said.named and identity_key(said.canonical) not in said.named


def _is_titled_by_its_own(said: _Statement) -> bool:
    """Whether the headline has the words of the page's own URL, and not those of the canonical."""
    own, other = _told(said.own, said.headline), _told(said.canonical, said.headline)
    if own is None or other is None:
        return False
    return own >= _SLUG.own and other <= _SLUG.other


def _named(page: Page, source: Source, metadata: Metadata) -> set[str]:
    """The identity keys of the URLs that a page gives itself besides its canonical."""
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
    """The longest part of a URL that has a digit and is not a date, usually the article's id in its
    content system; '' if there is none.
    """
    parts = urlsplit(url)
    tokens = _TOKEN.findall(f"{parts.path}?{parts.query}".lower())
    numbers = [token for token in tokens if len(token) >= 3 and re.search(r"\d", token)]
    return max((each for each in numbers if not _DATE.fullmatch(each)), key=len, default="")


def _told(url: str, headline: str) -> float | None:
    """The share of the words at the end of a URL that are in the headline; None if they are few."""
    words = set(_TOKEN.findall(urlsplit(url).path.rpartition("/")[2].lower()))
    words = {word for word in words if len(word) >= 3 and word.isalpha()}
    if len(words) < _SLUG.words:
        return None
    return len(words.intersection(_TOKEN.findall(headline.lower()))) / len(words)


# ---- URLs ----


def _article_form(url: str, source: Source) -> str | None:
    """The canonical form of a URL if it is an article's, otherwise None."""
    form = _canonical(url, source)
    return form if form and source.articles.search(form) else None


def _absolute(url: str | None, base: str) -> str | None:
    if not url:
        return None
    try:
        return urljoin(base, url)
    except ValueError:
        return None


def _canonical(url: str, source: Source) -> str | None:
    try:
        return canonical(url, source)
    except ValueError:
        return None


def _site(url: str) -> str:
    """The registered domain: two labels, or three under a second-level domain such as co.id."""
    try:
        labels = (urlsplit(url).hostname or "").split(".")
    except ValueError:
        return ""
    length = 2
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        length = 3
    return ".".join(labels[-length:])
