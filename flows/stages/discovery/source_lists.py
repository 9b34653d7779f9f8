"""Lists of outlets that others export: OPML, as feed readers do, and CSV, as Media Cloud does.

    read_opml(body) -> Outlet …
    read_csv(text)  -> Outlet …

Media Cloud's directory has the columns `homepage`, `label`, and `name` (the domain); its former one
`url` and `name`; both have others, which are left out.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from flows.errors import ListingError
from flows.stages.discovery.markup import decompress, read_markup
from flows.stages.discovery.patterns import site_of
from flows.stages.press.text import tidy

_ADDRESSES = ("homepage", "url", "website", "home")  # columns, the first that has an address
_NAMES = ("label", "title", "name")
_DOMAIN = re.compile(r"\A[\w-]+(?:\.[\w-]+)+(?:[:/].*)?\Z")


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet that a list names. `name`: '' where the list has none; `feeds`: those it gives."""

    url: str
    name: str = ""
    feeds: tuple[str, ...] = ()


def read_opml(body: bytes) -> list[Outlet]:
    """The outlets of an OPML file, each once with all its feeds. Raises ListingError."""
    markup = read_markup(decompress(body))
    if markup.root != "opml":
        raise ListingError(
            f"expected OPML, found {f'<{markup.root}>' if markup.root else 'no XML'}"
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(markup.text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ListingError(f"expected OPML: {error}") from error
    outlets = _joined(_of_outlines(root))
    if not outlets:
        raise ListingError("expected OPML with feeds, found none")
    return outlets


def _of_outlines(root: etree._Element) -> Iterator[Outlet]:
    for outline in root.iter("outline"):
        stated = {str(name).lower(): str(value).strip() for name, value in outline.items()}
        feed, page = stated.get("xmlurl", ""), stated.get("htmlurl", "")
        if feed or page:
            name = tidy(stated.get("title") or stated.get("text") or "")
            yield Outlet(page or feed, name, (feed,) if feed else ())


def _joined(outlets: Iterable[Outlet]) -> list[Outlet]:
    """One outlet for all feeds of a site. Its name is that of its first feed, unless there are
    others: theirs are those of sections.
    """
    sites: dict[str, Outlet] = {}
    for each in outlets:
        site = _site(each.url)
        known = sites.get(site)
        if known is None:
            sites[site] = each
            continue
        feeds = tuple(dict.fromkeys([*known.feeds, *each.feeds]))
        same = known.name == each.name
        sites[site] = replace(known, feeds=feeds, name=known.name if same else "")
    return list(sites.values())


def _site(url: str) -> str:
    try:
        return site_of(url)
    except ValueError:
        return url


def read_csv(text: str) -> list[Outlet]:
    """The outlets of a table with a column for their address. Raises ListingError."""
    try:
        table = csv.DictReader(io.StringIO(text), skipinitialspace=True)
        columns = [name.strip().lower() for name in table.fieldnames or ()]
        if not set(columns) & set(_ADDRESSES):
            found = ", ".join(columns) or "none"
            expected = " or ".join(_ADDRESSES[:2])
            raise ListingError(f"expected a column named {expected}; found {found}")
        table.fieldnames = columns
        return _joined(filter(None, map(_of_row, table)))
    except csv.Error as error:
        raise ListingError(f"expected CSV: {error}") from error


def _of_row(row: dict[str, str | None]) -> Outlet | None:
    cells = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str)}
    address = next((cells[name] for name in _ADDRESSES if cells.get(name)), "")
    if not address:
        return None
    names = [cells[name] for name in _NAMES if cells.get(name)]
    telling = [name for name in names if not _DOMAIN.match(name)]
    return Outlet(whole_address(address), tidy(telling[0]) if telling else "")


def whole_address(text: str) -> str:
    """An address with its scheme, which people leave out."""
    if "://" not in text and _DOMAIN.match(text):
        return f"https://{text}"
    return text
