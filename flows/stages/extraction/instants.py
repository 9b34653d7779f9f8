"""When an article was published and changed: the visible line beside the headline against what the
metadata says.

Outlets' metadata lie about zones: a `Z` that means WIB, local time marked +00:00. The line that
readers see is right, to the minute. So where both give the same clock time the visible zone wins,
and the metadata may add the seconds.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from urllib.parse import urlsplit

from flows.records import Precision
from flows.stages.extraction.metadata import Metadata

_ZONES = {"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "z": 0}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari pebruari february feb peb",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu agt ags aug agust",
            "september sep sept",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_NAME = (
    r"sen(?:in)?|sel(?:asa)?|rabu?|kam(?:is)?|jum(?:['’`]?at)?|sab(?:tu)?|min(?:ggu)?|ahad"
    r"|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun"
)
_DATES = (
    re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]{{1,3}}(?P<mon>{_MONTH})\b\.?[\s\-/.,]{{1,3}}(?P<y>\d{{4}}|\d{{2}}(?![\d:.]))",
        re.I,
    ),
    re.compile(
        rf"\b(?P<mon>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?!\d)", re.I
    ),
    re.compile(r"(?<!\d)(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"),
    re.compile(
        r"(?<!\d)(?P<d>\d{1,2})\s?[-/.]\s?(?P<m>\d{1,2})\s?[-/.]\s?(?P<y>\d{4}|\d{2})(?![\d/])"
    ),
)
_TIME = re.compile(
    r"(?<![\d:.,])(?P<h>[01]?\d|2[0-3])[:.](?P<mi>[0-5]\d)(?:[:.](?P<s>[0-5]\d)(?:\.\d{1,9})?)?(?![\d])"
    r"\s*(?P<ap>[ap]\.?m\.?\b)?\s*(?P<z>wib|wita|wit|utc|gmt|z)?(?![a-z])\s*(?P<off>[+-]\d{1,2}(?::?\d{2})?)?(?!\d)",
    re.I,
)
_ISO = re.compile(
    r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)(?:\s*[T ]\s*(?P<h>\d\d):?(?P<mi>\d\d)(?::?(?P<s>\d\d)(?:[.,]\d{1,9})?)?\s*"
    r"(?P<off>Z|UTC|GMT|WIB|WITA|WIT|[+-]\d\d:?\d\d|[+-]\d\d)?)?(?!\d)",
    re.I,
)
_URL_DATE = re.compile(
    r"/(?P<y>(?:19|20)\d\d)/?[/-](?P<m>\d\d)[/-](?P<d>\d\d)(?:/(?P<h>[01]\d|2[0-3])(?P<mi>[0-5]\d)(?P<s>[0-5]\d)\d{0,3}(?=/|$))?"
)
_MODIFIED = re.compile(
    r"\b(?:di(?:per)?ba(?:ha)?rui|di-?update|updated?|last modified|perubahan|terakhir diubah|diubah)\b",
    re.I,
)
_HIJRI = re.compile(
    r"\b\d{1,2}\s+[a-z]+(?:['’`]?[a-z]*)(?:\s+[a-z]+)?\s+1[34]\d\d\s*h?\b", re.I
)  # 13th and 14th century of the Hijra
# characters of a line that gives a date; a sentence that mentions one is told apart by what is left
# without it
_DATE_LINE_MAX = 200
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


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as a page gives it. `zoned`: it names its zone; `precision`: how much of it there is;
    `text`: its words.
    """

    at: datetime
    precision: Precision
    zoned: bool
    origin: str
    text: str


@dataclass(frozen=True, slots=True)
class Instants:
    """`denied`: what else the page says about its publication, where that is another instant."""

    published: Stamp | None
    modified: Stamp | None
    denied: tuple[Stamp, ...] = ()


def read_instants(
    metadata: Metadata,
    beside_headline: Sequence[str],
    in_text: Sequence[str],
    url: str,
    zone: tzinfo,
    fetched_at: datetime,
) -> Instants:
    """Publication and change of an article.

    `beside_headline`: the short lines near the headline, the nearest first; `in_text`: date lines
    cut from the text itself.
    """
    visible, visible_modified = _visible(beside_headline, zone)
    if visible is None:
        visible, _ = _visible(in_text, zone)
    stated = [
        stamp
        for origin, raw in _stated(metadata, "datePublished", _PUBLISHED_TAGS)
        if (stamp := parse_stamp(raw, zone, origin))
    ]
    from_url = _from_url(url, zone)
    published = _published(visible, stated, from_url, zone, fetched_at)
    if published is None:
        return Instants(None, None)
    modified = visible_modified or next(
        (
            stamp
            for origin, raw in _stated(metadata, "dateModified", _MODIFIED_TAGS)
            if (stamp := parse_stamp(raw, zone, origin))
        ),
        None,
    )
    said = [
        stamp
        for stamp in (visible, *stated, from_url)
        if stamp and not _agree(stamp, published, zone)
    ]
    denied = {(stamp.origin, stamp.text): stamp for stamp in said if stamp.text != published.text}
    return Instants(published, _modified(modified, published, stated, zone), tuple(denied.values()))


def parse_stamp(text: str, zone: tzinfo, origin: str) -> Stamp | None:
    """A date written in ISO, or in the Indonesian or English press's ways; without a zone it is
    `zone`'s clock.
    """
    match = _ISO.match(text.strip())
    if match:
        return _stamp(match, match, match["off"], zone, origin)
    for pattern in _DATES:
        if date := pattern.search(text):
            time = _TIME.search(text, date.end(), date.end() + 60) or _TIME.search(
                text, max(0, date.start() - 40), date.start()
            )
            return _stamp(date, time, (time["off"] or time["z"]) if time else None, zone, origin)
    return None


def is_date_line(text: str) -> bool:
    """Whether a line is a date with its trimmings and nothing else."""
    if len(text) > _DATE_LINE_MAX or not any(character.isdigit() for character in text):
        return False
    rest, dates = text, 0
    for pattern in _DATES:
        rest, count = pattern.subn(" ", rest)
        dates += count
    if not dates:
        return False
    rest = _HIJRI.sub(" ", _TIME.sub(" ", rest))
    rest = re.sub(
        rf"\b(?:{_DAY_NAME})(?:day)?\b|\b(?:wib|wita|wit|gmt|pukul|jam|pada|on|at|tanggal|date|posted|publish(?:ed)?|(?:di)?publikasi(?:kan)?|diterbitkan|terbit|tayang|rilis|"
        r"di(?:per)?ba(?:ha)?rui|update[ds]?|last|terakhir|waktu|created|modified)\b",
        " ",
        rest,
        flags=re.I,
    )
    return not re.search(r"[^\W\d_]{2,}", rest)


def _stamp(
    date: re.Match[str],
    time: re.Match[str] | None,
    zone_text: str | None,
    zone: tzinfo,
    origin: str,
) -> Stamp | None:
    groups = date.groupdict()
    month = _MONTHS[groups["mon"].lower()] if groups.get("mon") else int(groups["m"])
    day = int(groups["d"])
    if month > 12 >= day and not groups.get("mon"):
        month, day = day, month  # the American order, where it can be no other
    year = int(groups["y"]) + (2000 if len(groups["y"]) == 2 else 0)
    hour = int(time["h"]) if time and time["h"] else None
    try:
        if time is None or hour is None:
            return Stamp(datetime(year, month, day, tzinfo=zone), "day", False, origin, date.string)
        half = time.groupdict().get("ap")
        if half:
            hour = hour % 12 + (12 if half[0].lower() == "p" else 0)
        at = datetime(
            year,
            month,
            day,
            hour,
            int(time["mi"]),
            int(time["s"] or 0),
            tzinfo=_zone(zone_text) or zone,
        )
    except ValueError:
        return None
    # ':00' is how content systems write minutes
    return Stamp(
        at, "second" if at.second else "minute", zone_text is not None, origin, date.string
    )


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text.lower() in _ZONES:
        return timezone(timedelta(hours=_ZONES[text.lower()]))
    digits = text[1:].replace(":", "").zfill(2)
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    if offset > timedelta(hours=14):
        return None
    return timezone(-offset if text[0] == "-" else offset)


def _visible(lines: Iterable[str], zone: tzinfo) -> tuple[Stamp | None, Stamp | None]:
    """Of the lines near the headline the fullest date, the nearest first, and the one that says it
    is of a change.
    """
    published: list[Stamp] = []
    modified: Stamp | None = None
    for line in lines:
        if len(line) > _DATE_LINE_MAX:
            continue
        change = _MODIFIED.search(line)
        own = line[: change.start()] if change else line
        if stamp := parse_stamp(own, zone, "visible"):
            published.append(stamp)
        if change and modified is None:
            modified = parse_stamp(line[change.end() :], zone, "visible")
            if stamp is None and modified is not None:
                published.append(replace(modified, precision="day", origin="visible-modified"))
    timed = [stamp for stamp in published if stamp.precision != "day"]
    best = next((stamp for stamp in timed if stamp.zoned), None) or next(iter(timed), None)
    if best is None:
        best = next((stamp for stamp in published if stamp.origin == "visible"), None)
    return best, modified


def _stated(metadata: Metadata, field: str, tags: Sequence[str]) -> list[tuple[str, str]]:
    found = [("json-ld", metadata.text(field))]
    found += [("microdata", value) for prop, value in metadata.microdata if prop == field.lower()]
    found += [("meta", metadata.tag(name)) for name in tags]
    if field == "datePublished":
        found.append(("json-ld", metadata.text("dateCreated", "uploadDate")))
        found += [("time", value) for prop, value in metadata.microdata if prop == "time"]
    return [(origin, raw) for origin, raw in found if raw]


def _from_url(url: str, zone: tzinfo) -> Stamp | None:
    match = _URL_DATE.search(urlsplit(url).path)
    return _stamp(match, match, None, zone, "url") if match else None


def _published(
    visible: Stamp | None,
    stated: list[Stamp],
    from_url: Stamp | None,
    zone: tzinfo,
    fetched_at: datetime,
) -> Stamp | None:
    best = next((stamp for stamp in stated if stamp.precision != "day"), None) or next(
        iter(stated), None
    )
    if visible is not None and visible.precision != "day":
        agreeing = [
            stamp
            for stamp in stated
            if stamp.precision != "day" and _same_minute(stamp.at, visible.at)
        ]
        if agreeing:
            return next((stamp for stamp in agreeing if stamp.precision == "second"), agreeing[0])
        for stamp in stated:
            if stamp.precision == "second" and _same_minute(
                stamp.at.replace(tzinfo=visible.at.tzinfo), visible.at
            ):
                return replace(
                    visible, at=visible.at.replace(second=stamp.at.second), precision="second"
                )
        return visible
    if best is not None and best.precision != "day":
        return _without_lie(best, stated, from_url, zone, fetched_at)
    day = visible or best
    if (
        day is not None
        and from_url is not None
        and from_url.precision != "day"
        and from_url.at.date() == day.at.date()
    ):
        return from_url
    return day or from_url


def _without_lie(
    stamp: Stamp, stated: list[Stamp], from_url: Stamp | None, zone: tzinfo, fetched_at: datetime
) -> Stamp:
    """A stated UTC time that is local time: another statement or the address gives the same clock
    for the local zone, or it lies ahead.
    """
    if not stamp.zoned or stamp.at.utcoffset() != timedelta(0):
        return stamp
    local = replace(stamp, at=stamp.at.replace(tzinfo=zone), origin=stamp.origin)
    witnesses = [
        other
        for other in stated
        if other.precision != "day" and other.at.utcoffset() != timedelta(0)
    ]
    if from_url is not None and from_url.precision != "day":
        witnesses.append(from_url)
    if (
        any(_same_minute(witness.at, local.at) for witness in witnesses)
        or stamp.at > fetched_at >= local.at
    ):
        return local
    return stamp


def _same_minute(one: datetime, other: datetime) -> bool:
    return abs((one - other).total_seconds()) < 60 and one.minute == other.minute


def _agree(one: Stamp, other: Stamp, zone: tzinfo) -> bool:
    """Whether two dates say the same, as far as both go."""
    if "day" in (one.precision, other.precision):
        return one.at.astimezone(zone).date() == other.at.astimezone(zone).date()
    return _same_minute(one.at, other.at)


def _modified(
    modified: Stamp | None, published: Stamp, stated: list[Stamp], zone: tzinfo
) -> Stamp | None:
    """The change, if it is one: later than the publication. Where the publication's stated zone
    lied, so does the change's.
    """
    if modified is None or modified.precision == "day":
        return None
    at = modified.at
    if modified.zoned and at.utcoffset() == timedelta(0) and modified.origin != "visible":
        lied = any(
            stamp.zoned
            and stamp.at.utcoffset() == timedelta(0)
            and stamp.at.replace(tzinfo=None) == _clock(published, zone)
            for stamp in stated
        )
        if lied and not any(stamp.at == published.at for stamp in stated):
            at = at.replace(tzinfo=zone)
    return replace(modified, at=at) if at > published.at else None


def _clock(stamp: Stamp, zone: tzinfo) -> datetime:
    return stamp.at.astimezone(zone).replace(tzinfo=None)
