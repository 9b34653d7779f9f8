"""All the dates that a page gives: on the lines around its headline, on lines cut from its text, in
its metadata, and in its URL.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from urllib.parse import urlsplit

from flows.records import Precision
from flows.stages.extraction.metadata import Metadata
from flows.stages.press.dates import (
    LINE_MAX,
    Kind,
    Written,
    in_line,
    in_url,
    in_value,
    is_fragment,
    resolve,
)

_PUBLISHED_TAGS = (
    "article:published_time",
    "content_publisheddate",
    "datepublished",
    "publishdate",
    "publish-date",
    "publish_date",
    "published_date",
    "publication_date",
    "originalpublicationdate",
    "dc.date.issued",
    "dcterms.created",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "og:article:published_time",
    "datecreated",
    "pubdate",
    "article.created",
    "dc.date",
    "date",
)
_MODIFIED_TAGS = (
    "article:modified_time",
    "og:updated_time",
    "content_modifieddate",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
)
STATED = ("json-ld", "microdata", "meta", "time")  # the origins that are metadata
_STAMP_ORIGINS = {"ago": "visible", "cut": "visible"}  # of lines, readers are told only this


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as a page gives it, with the text it was read from. `zoned`: it names its zone."""

    at: datetime
    precision: Precision
    zoned: bool
    origin: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A date somewhere on the page.

    - `origin`: "visible" for a line near the headline, "ago" if that counts from now, "cut" for a
      line cut from the text, "url", or one of STATED
    - `kind`: what it is the date of; `labelled`: a label on its line says so
    - `apart`: there are no other words around it
    """

    written: Written
    origin: str
    text: str
    kind: Kind = "published"
    labelled: bool = False
    apart: bool = True


@dataclass(frozen=True, slots=True)
class Claim:
    """A date as it is written, and the instant that it means."""

    said: Said
    stamp: Stamp


def read_claims(
    metadata: Metadata,
    near: Sequence[tuple[int, str]],
    in_text: Sequence[str],
    url: str,
    zone: tzinfo,
    fetched_at: datetime,
) -> tuple[Claim, ...]:
    """The dates of a page; those of one origin in the order of trust. A date that may mean several
    days is resolved with the help of those that can mean only one.
    """
    said = [
        *_on_lines(_joined(near), "visible", "ago"),
        *_on_lines(in_text, "cut", None),
        *_in_metadata(metadata),
        *_in_address(url),
    ]
    known = set(_known_days(said, zone, fetched_at))
    claims = []
    for each in said:
        if reading := resolve(each.written, zone, fetched_at, known):
            origin = _STAMP_ORIGINS.get(each.origin, each.origin)
            stamp = Stamp(reading.at, reading.precision, reading.zoned, origin, each.text)
            claims.append(Claim(each, stamp))
    return tuple(claims)


def _joined(near: Sequence[tuple[int, str]]) -> list[str]:
    """The lines, the nearest first. Adjoining lines that together make up a date are joined: "10"
    "Mar" "2026", a label above a date, a date above a clock.
    """
    groups: list[list[tuple[int, int, str]]] = []  # place, rank, text
    for line in sorted((place, rank, text) for rank, (place, text) in enumerate(near)):
        if groups and _continues(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    groups.sort(key=lambda group: min(rank for _, rank, _ in group))
    return [" ".join(text for _, _, text in group) for group in groups]


def _continues(group: Sequence[tuple[int, int, str]], line: tuple[int, int, str]) -> bool:
    """Whether a line comes right after others and is, like them, part of a date."""
    last = group[-1]
    return (
        last[0] + 1 == line[0]
        and sum(len(text) + 1 for _, _, text in [*group, line]) <= LINE_MAX
        and is_fragment(last[2])
        and is_fragment(line[2])
        and not _is_complete(last[2])
    )


def _is_complete(text: str) -> bool:
    """Whether a line has a date with its clock, or a time that counts from now."""
    return any(found.written.clock or found.written.ago is not None for found in in_line(text))


def _on_lines(lines: Iterable[str], origin: str, relative: str | None) -> Iterator[Said]:
    """The dates on lines. `relative` is the origin of those that count from now; None leaves them
    out.
    """
    origins = {False: origin, True: relative}
    for line in lines:
        for found in in_line(line):
            kind = found.kind or "published"
            if place := origins[found.written.is_relative]:
                yield Said(found.written, place, line, kind, found.kind is not None, found.apart)


def _in_metadata(metadata: Metadata) -> Iterator[Said]:
    """The dates in the metadata, the most trusted first."""
    values: list[tuple[Kind, str, str]] = [
        ("published", "json-ld", metadata.text("datePublished")),
        *_properties(metadata, "datepublished", "published", "microdata"),
        *(("published", "meta", metadata.tag(name)) for name in _PUBLISHED_TAGS),
        ("published", "json-ld", metadata.text("dateCreated", "uploadDate")),
        *_properties(metadata, "time", "published", "time"),
        ("modified", "json-ld", metadata.text("dateModified")),
        *_properties(metadata, "datemodified", "modified", "microdata"),
        *(("modified", "meta", metadata.tag(name)) for name in _MODIFIED_TAGS),
        *_properties(metadata, "updated", "modified", "time"),
    ]
    for kind, origin, text in values:
        if text and (written := in_value(text)):
            yield Said(written, origin, text, kind)


def _properties(
    metadata: Metadata, name: str, kind: Kind, origin: str
) -> list[tuple[Kind, str, str]]:
    return [(kind, origin, value) for prop, value in metadata.microdata if prop == name]


def _in_address(url: str) -> Iterator[Said]:
    if written := in_url(url):
        yield Said(written, "url", urlsplit(url).path)


def _known_days(said: Iterable[Said], zone: tzinfo, fetched_at: datetime) -> Iterator[date]:
    """The article's days that are beyond doubt, in the zone of their clock and in the source's."""
    sure = (each for each in said if each.written.is_certain and each.apart)
    own = (each.written for each in sure if each.origin != "cut")
    for written in own:
        if reading := resolve(written, zone, fetched_at):
            yield from (reading.at.date(), reading.at.astimezone(zone).date())
