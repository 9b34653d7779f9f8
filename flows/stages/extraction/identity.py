"""By which address an article is known, and which others lead to it."""

from urllib.parse import urljoin, urlsplit

from flows.records import Page, Source
from flows.stages.discovery.links import canonical
from flows.stages.extraction.metadata import Metadata

# second-level labels below which names are registered, as in co.id
_SECOND_LEVEL = frozenset(["co", "com", "or", "go", "ac", "net", "web", "my", "org", "gov", "sch"])


def led_astray(page: Page, source: Source, metadata: Metadata) -> str | None:
    """Why a redirected page is not the article that was asked for."""
    if page.final_url == page.url:
        return None
    for url in (page.final_url, _absolute(metadata.canonical, page.final_url)):
        if url and (form := _canonical(url, source)) and source.articles.search(form):
            return None
    return f"redirected to {page.final_url}, which is no article"


def identity(page: Page, source: Source, metadata: Metadata) -> str:
    """The page's rel=canonical on the same site, else where redirects led, else the page's address;
    the first that is an article's.
    """
    stated = _absolute(metadata.canonical, page.final_url)
    if (
        stated
        and _site(stated) == _site(page.final_url)
        and (form := _canonical(stated, source))
        and source.articles.search(form)
    ):
        return form
    form = _canonical(page.final_url, source)
    return form if form and source.articles.search(form) else page.url


def urls_met(url: str, page: Page, source: Source) -> tuple[str, ...]:
    met = [url, page.url, page.found_url, _canonical(page.final_url, source) or page.url]
    return tuple(dict.fromkeys(met))


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
