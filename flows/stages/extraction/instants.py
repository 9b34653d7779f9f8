"""When an article was published and modified, by the line beside the headline and the metadata.

Outlets' metadata are often wrong about zones: a `Z` that means WIB, local time marked +00:00. The
line that readers see is right, to the minute. So if both give the same time of day, the visible
zone wins and the metadata may add the seconds. The table `_WITNESSES` has the order of trust.

A date after the fetch is a mistake, an expiry date or an event. It is recorded as denied and never
used.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flows.stages.extraction.claims import STATED, Claim, Stamp, read_claims
from flows.stages.extraction.metadata import Metadata
from flows.stages.press.dates import CLOCK_ERROR, Kind, is_date_line

__all__ = ["Instants", "Stamp", "is_date_line", "read_instants"]


# WIB, WITA, WIT: an outlet east of Java that states one of these means it. Others, such as +00:00
# and merdeka.com's -07:00, are a server's.
_ZONES = frozenset(timedelta(hours=hours) for hours in (7, 8, 9))


@dataclass(frozen=True, slots=True)
class Instants:
    """The publication and the last change. `denied` are the other instants that the page gives for
    its publication.
    """

    published: Stamp | None
    modified: Stamp | None
    denied: tuple[Stamp, ...] = ()


def read_instants(
    metadata: Metadata,
    near: Sequence[tuple[int, str]],
    in_text: Sequence[str],
    url: str,
    zone: tzinfo,
    fetched_at: datetime,
) -> Instants:
    """The publication and the last change of an article.

    `near` are the lines around the headline, the nearest first, each with its place on the page.
    `in_text` are the lines that were cut from the text. `zone` applies to clocks that name none.
    """
    claims = read_claims(metadata, near, in_text, url, zone, fetched_at)
    evidence = _Evidence(claims, zone, fetched_at)
    published = _published(evidence)
    return Instants(published, _modified(evidence, published), _denied(evidence, published))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The dates of a page, and what they are judged by."""

    claims: tuple[Claim, ...]
    zone: tzinfo
    fetched_at: datetime

    def is_ahead(self, stamp: Stamp) -> bool:
        """Whether a date is later than the fetch by more than a clock's error."""
        return stamp.at > self.fetched_at + CLOCK_ERROR

    def day(self, stamp: Stamp) -> date:
        return stamp.at.astimezone(self.zone).date()

    def of(self, *origins: str, kind: Kind = "published") -> list[Stamp]:
        """The dates from these origins, in their order."""
        return [
            claim.stamp
            for claim in self.claims
            if claim.said.origin in origins and claim.said.kind == kind
        ]

    def on_lines(self, origin: str, *tests: Callable[[Claim], bool]) -> list[Stamp]:
        """The publication dates on lines that pass all tests and are not ahead of the fetch."""
        return [
            claim.stamp
            for claim in self.claims
            if claim.said.origin == origin and claim.said.kind == "published"
            if all(test(claim) for test in tests) and not self.is_ahead(claim.stamp)
        ]

    def backed(self, stamp: Stamp) -> bool:
        """Whether the metadata or the URL give the same day, or no day at all."""
        days = {self.day(other) for other in self.of(*STATED, "url") if not self.is_ahead(other)}
        return not days or self.day(stamp) in days


def _has_clock(claim: Claim) -> bool:
    return _is_clocked(claim.stamp)


def _is_dated(claim: Claim) -> bool:
    return not _is_clocked(claim.stamp)


def _is_labelled(claim: Claim) -> bool:
    return claim.said.labelled


def _is_apart(claim: Claim) -> bool:
    """Whether a date is set apart, rather than part of a sentence."""
    return (claim.said.apart or claim.said.labelled) and not claim.said.written.is_bare


def _is_zoned(claim: Claim) -> bool:
    return claim.stamp.zoned


def _line_clocks(evidence: _Evidence) -> list[Stamp]:
    """Dates on lines with a clock, the most trusted first: those that a label calls the
    publication, then those that name their zone. Labels count at the end of the text, too. A date
    among other words may be an event's; it counts if the metadata give the same clock.
    """
    lines = evidence.on_lines
    stated = [each for each in evidence.of(*STATED) if _is_clocked(each)]
    confirmed = (
        stamp
        for stamp in _among_words(evidence)
        if any(_same_clock(each, stamp) or _same_minute(each.at, stamp.at) for each in stated)
    )
    return [
        *lines("visible", _has_clock, _is_labelled),
        *lines("visible", _has_clock, _is_apart, _is_zoned),
        *lines("visible", _has_clock, _is_apart),
        *lines("cut", _has_clock, _is_labelled),
        *confirmed,
    ]


def _among_words(evidence: _Evidence) -> list[Stamp]:
    """Dates with a clock among other words, on the day that others give; zoned ones first."""
    lines = evidence.on_lines
    found = [*lines("visible", _has_clock, _is_zoned), *lines("visible", _has_clock)]
    return list(filter(evidence.backed, found))


def _by_line_clock(evidence: _Evidence) -> Stamp | None:
    """The clock on a line. Metadata add the seconds if they give the same instant, or the same time
    of day in a wrong zone. They add the zone if the line names none and theirs is Indonesian.
    """
    shown = next(iter(_line_clocks(evidence)), None)
    if shown is None:
        return None
    stated = list(filter(_is_clocked, evidence.of(*STATED)))
    agreeing = [each for each in stated if _same_minute(each.at, shown.at)]
    if agreeing:
        return next((each for each in agreeing if each.precision == "second"), agreeing[0])
    for each in stated:
        if _same_clock(each, shown):
            if not shown.zoned and each.zoned and each.at.utcoffset() in _ZONES:
                return each
            if each.precision == "second":
                return replace(
                    shown, at=each.at.replace(tzinfo=shown.at.tzinfo), precision="second"
                )
    return shown


def _by_stated_clock(evidence: _Evidence) -> Stamp | None:
    true = (_corrected(each, evidence) for each in evidence.of(*STATED) if _is_clocked(each))
    return _first_possible(true, evidence)


def _by_clock_among_words(evidence: _Evidence) -> Stamp | None:
    return next(iter(_among_words(evidence)), None)


def _by_line_day(evidence: _Evidence) -> Stamp | None:
    days = evidence.on_lines("visible", _is_dated, _is_apart)
    return next(iter(days), None)


def _by_stated_day(evidence: _Evidence) -> Stamp | None:
    return _first_possible(evidence.of(*STATED), evidence)


def _by_cut_line(evidence: _Evidence) -> Stamp | None:
    clocks = evidence.on_lines("cut", _has_clock)
    return next(iter([*clocks, *evidence.on_lines("cut", _is_dated, _is_apart)]), None)


def _by_address(evidence: _Evidence) -> Stamp | None:
    return _first_possible(evidence.of("url"), evidence)


def _by_relative_time(evidence: _Evidence) -> Stamp | None:
    return next(iter(evidence.on_lines("ago")), None)


def _by_mention(evidence: _Evidence) -> Stamp | None:
    return next(iter(evidence.on_lines("visible", _is_dated)), None)


def _by_change(evidence: _Evidence) -> Stamp | None:
    """The day of the last change, if that is all that the lines give."""
    shown = _first_possible(evidence.of("visible", "ago", kind="modified"), evidence)
    if shown is None:
        return None
    midnight = datetime.combine(evidence.day(shown), time(), evidence.zone)
    return replace(shown, at=midnight, precision="day", origin="visible-modified")


# The first of these that finds a date is believed about the publication.
_WITNESSES: tuple[Callable[[_Evidence], Stamp | None], ...] = (
    _by_line_clock,  # what readers see is right to the minute, and so is its zone
    _by_stated_clock,  # exact, but its zone may be wrong
    _by_clock_among_words,  # may be an event's
    _by_line_day,
    _by_stated_day,
    _by_cut_line,  # at the edge of the text, or from a teaser inside it
    _by_address,  # the day on which it was first stored
    _by_relative_time,  # "2 jam yang lalu" was counted when the page was made, perhaps for a cache
    _by_mention,  # usually the day of an event
    _by_change,  # it was published on that day or before
)


def _published(evidence: _Evidence) -> Stamp | None:
    found = (witness(evidence) for witness in _WITNESSES)
    published = next(filter(None, found), None)
    if published is None or _is_clocked(published):
        return published
    return next(_clocks_of_day(published, evidence), published)


def _clocks_of_day(published: Stamp, evidence: _Evidence) -> Iterator[Stamp]:
    """The clocks of less trusted witnesses for the same day."""
    lesser = [
        *evidence.on_lines("cut", _has_clock),
        *evidence.of("url"),
        *evidence.on_lines("ago"),
    ]
    day = evidence.day(published)
    for stamp in lesser:
        if _is_clocked(stamp) and evidence.day(stamp) == day and not evidence.is_ahead(stamp):
            yield stamp


def _modified(evidence: _Evidence, published: Stamp | None) -> Stamp | None:
    """The last change: the first date with a clock that is later than the publication."""
    if published is None:
        return None
    stated = evidence.of(*STATED, kind="modified")
    told = [
        *evidence.of("visible", kind="modified"),
        *(_corrected_like_published(each, published, evidence) for each in stated),
        *evidence.of("ago", kind="modified"),
    ]
    later = (each for each in told if _is_clocked(each) and each.at > published.at)
    return _first_possible(later, evidence)


def _denied(evidence: _Evidence, published: Stamp | None) -> tuple[Stamp, ...]:
    """What else the page says about its publication, each origin and text once."""
    lines = [
        claim.stamp
        for claim in evidence.claims
        if claim.said.origin == "visible" and claim.said.kind == "published"
        if _is_apart(claim) and evidence.is_ahead(claim.stamp)
    ]
    shown = [*_line_clocks(evidence), *evidence.on_lines("visible", _is_dated, _is_apart)][:1]
    others = [
        stamp
        for stamp in [*lines, *shown, *evidence.of(*STATED, "url")]
        if published is None
        or (stamp.text != published.text and not _agree(stamp, published, evidence))
    ]
    return tuple({(stamp.origin, stamp.text): stamp for stamp in others}.values())


def _first_possible(stamps: Iterable[Stamp], evidence: _Evidence) -> Stamp | None:
    return next((stamp for stamp in stamps if not evidence.is_ahead(stamp)), None)


def _corrected(stamp: Stamp, evidence: _Evidence) -> Stamp:
    """A stated UTC time in the local zone if it is really local time: another date has the same
    clock in the local zone, or it is ahead of the fetch.
    """
    if not _is_utc(stamp):
        return stamp
    local = replace(stamp, at=stamp.at.replace(tzinfo=evidence.zone))
    others = [*evidence.of(*STATED, "url"), *evidence.on_lines("cut", _has_clock)]
    witnesses = [each for each in others if _is_clocked(each) and not _is_utc(each)]
    if any(_same_minute(each.at, local.at) for each in witnesses):
        return local
    return local if evidence.is_ahead(stamp) else stamp


def _corrected_like_published(stamp: Stamp, published: Stamp, evidence: _Evidence) -> Stamp:
    """A stated change in the local zone if the publication was stated as local time in UTC, or if
    it is ahead of the fetch.
    """
    if not _is_utc(stamp):
        return stamp
    stated = [each for each in evidence.of(*STATED) if _is_utc(each)]
    clock = published.at.astimezone(evidence.zone).replace(tzinfo=None)
    lied = any(each.at.replace(tzinfo=None) == clock for each in stated)
    true = any(each.at == published.at for each in evidence.of(*STATED))
    if (lied and not true) or evidence.is_ahead(stamp):
        return replace(stamp, at=stamp.at.replace(tzinfo=evidence.zone))
    return stamp


def _is_clocked(stamp: Stamp) -> bool:
    return stamp.precision != "day"


def _is_utc(stamp: Stamp) -> bool:
    return stamp.zoned and stamp.at.utcoffset() == timedelta(0)


def _same_clock(one: Stamp, other: Stamp) -> bool:
    """Whether two dates have the same day and time of day, whatever their zones."""
    return _same_minute(one.at.replace(tzinfo=UTC), other.at.replace(tzinfo=UTC))


def _same_minute(one: datetime, other: datetime) -> bool:
    return abs((one - other).total_seconds()) < 60 and one.minute == other.minute


def _agree(one: Stamp, other: Stamp, evidence: _Evidence) -> bool:
    """Whether two dates agree as far as their precision goes. A day may be that of the outlet's own
    zone.
    """
    if _is_clocked(one) and _is_clocked(other):
        return _same_minute(one.at, other.at)
    days = {one.at.date(), evidence.day(one)}
    return bool(days & {other.at.date(), evidence.day(other)})
