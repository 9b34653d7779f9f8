"""When an article was published and changed: the visible line beside the headline against what the
metadata says.

Outlets' metadata lie about zones: a `Z` that means WIB, local time marked +00:00. The line that
readers see is right, to the minute. So where both give the same clock time the visible zone wins,
and the metadata may add the seconds. Who is believed before whom is the table `_WITNESSES`.

A date later than the fetch is a mistake, an expiry or an event: it is told as denied, never taken.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flows.stages.extraction.claims import STATED, Claim, Stamp, read_claims
from flows.stages.extraction.metadata import Metadata
from flows.stages.press.dates import CLOCK_ERROR, Kind, is_date_line

__all__ = ["Instants", "Stamp", "is_date_line", "read_instants"]


# WIB, WITA, WIT: an outlet east of Java that states its own means it; others, as +00:00 and
# merdeka.com's -07:00, are a server's
_ZONES = frozenset(timedelta(hours=hours) for hours in (7, 8, 9))


@dataclass(frozen=True, slots=True)
class Instants:
    """`denied`: what else the page says about its publication, where that is another instant."""

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
    """Publication and change of an article.

    `near`: the lines around the headline, the nearest first, each with its place on the page;
    `in_text`: lines cut from the text itself; `zone`: of clocks that name none.
    """
    claims = read_claims(metadata, near, in_text, url, zone, fetched_at)
    evidence = _Evidence(claims, zone, fetched_at)
    published = _published(evidence)
    return Instants(published, _modified(evidence, published), _denied(evidence, published))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The claims of a page, and what they are judged by."""

    claims: tuple[Claim, ...]
    zone: tzinfo
    fetched_at: datetime

    def is_ahead(self, stamp: Stamp) -> bool:
        """Whether it is later than the fetch by more than a clock's error."""
        return stamp.at > self.fetched_at + CLOCK_ERROR

    def day(self, stamp: Stamp) -> date:
        return stamp.at.astimezone(self.zone).date()

    def of(self, *origins: str, kind: Kind = "published") -> list[Stamp]:
        """What these places say, in the order in which they are read."""
        return [
            claim.stamp
            for claim in self.claims
            if claim.said.origin in origins and claim.said.kind == kind
        ]

    def on_lines(self, origin: str, *tests: Callable[[Claim], bool]) -> list[Stamp]:
        """The publications on lines that pass all the tests and do not lie ahead."""
        return [
            claim.stamp
            for claim in self.claims
            if claim.said.origin == origin and claim.said.kind == "published"
            if all(test(claim) for test in tests) and not self.is_ahead(claim.stamp)
        ]

    def backed(self, stamp: Stamp) -> bool:
        """Whether metadata or address give that day, or none at all."""
        days = {self.day(other) for other in self.of(*STATED, "url") if not self.is_ahead(other)}
        return not days or self.day(stamp) in days


def _has_clock(claim: Claim) -> bool:
    return _is_clocked(claim.stamp)


def _is_dated(claim: Claim) -> bool:
    return not _is_clocked(claim.stamp)


def _is_labelled(claim: Claim) -> bool:
    return claim.said.labelled


def _is_apart(claim: Claim) -> bool:
    """Whether it is a date with its trimmings, not a word of a sentence."""
    return (claim.said.apart or claim.said.labelled) and not claim.said.written.is_bare


def _is_zoned(claim: Claim) -> bool:
    return claim.stamp.zoned


def _line_clocks(evidence: _Evidence) -> list[Stamp]:
    """Lines with a clock, the best first: what a label calls the publication, then what names its
    zone; a label counts at the text's end too. A date among other words may be an event's, and
    counts where metadata give its clock.
    """
    lines = evidence.on_lines
    stated = [each for each in evidence.of(*STATED) if _is_clocked(each)]
    return [
        *lines("visible", _has_clock, _is_labelled),
        *lines("visible", _has_clock, _is_apart, _is_zoned),
        *lines("visible", _has_clock, _is_apart),
        *lines("cut", _has_clock, _is_labelled),
        *(
            stamp
            for stamp in _among_words(evidence)
            if any(_same_clock(each, stamp) or _same_minute(each.at, stamp.at) for each in stated)
        ),
    ]


def _among_words(evidence: _Evidence) -> list[Stamp]:
    """Clocks in lines of any words, on the day that others give; those that name their zone first."""
    lines = evidence.on_lines
    found = [*lines("visible", _has_clock, _is_zoned), *lines("visible", _has_clock)]
    return list(filter(evidence.backed, found))


def _by_line_clock(evidence: _Evidence) -> Stamp | None:
    """A line's clock; seconds from metadata that say the same instant, or the same clock time in a
    zone that lies; the zone, where the line names none, from metadata that say one of Indonesia's.
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
    true = (_without_lie(each, evidence) for each in evidence.of(*STATED) if _is_clocked(each))
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


def _by_time_gone(evidence: _Evidence) -> Stamp | None:
    return next(iter(evidence.on_lines("ago")), None)


def _by_mention(evidence: _Evidence) -> Stamp | None:
    return next(iter(evidence.on_lines("visible", _is_dated)), None)


def _by_change(evidence: _Evidence) -> Stamp | None:
    """The day of the change, where a line gives that alone."""
    shown = _first_possible(evidence.of("visible", "ago", kind="modified"), evidence)
    if shown is None:
        return None
    midnight = datetime.combine(evidence.day(shown), time(), evidence.zone)
    return replace(shown, at=midnight, precision="day", origin="visible-modified")


# Who says when an article was published: the first that says anything is believed.
_WITNESSES: tuple[Callable[[_Evidence], Stamp | None], ...] = (
    _by_line_clock,  # what readers see is right to the minute, its zone too
    _by_stated_clock,  # exact, but its zone may lie
    _by_clock_among_words,  # perhaps an event's
    _by_line_day,
    _by_stated_day,
    _by_cut_line,  # of the text's own edge, or of a teaser inside it
    _by_address,  # the day on which it was first stored
    _by_time_gone,  # "2 jam yang lalu" was counted when the page was made, perhaps for a cache
    _by_mention,  # the day of an event, hardly ever another one
    _by_change,  # it was published then or before
)


def _published(evidence: _Evidence) -> Stamp | None:
    found = (witness(evidence) for witness in _WITNESSES)
    published = next(filter(None, found), None)
    if published is None or _is_clocked(published):
        return published
    return next(_clocks_of_day(published, evidence), published)


def _clocks_of_day(published: Stamp, evidence: _Evidence) -> Iterator[Stamp]:
    """The clocks of lesser witnesses that give the same day."""
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
    """The change: the first that is told with a clock, later than the publication."""
    if published is None:
        return None
    stated = evidence.of(*STATED, kind="modified")
    told = [
        *evidence.of("visible", kind="modified"),
        *(_without_published_lie(each, published, evidence) for each in stated),
        *evidence.of("ago", kind="modified"),
    ]
    later = (each for each in told if _is_clocked(each) and each.at > published.at)
    return _first_possible(later, evidence)


def _denied(evidence: _Evidence, published: Stamp | None) -> tuple[Stamp, ...]:
    """What else is said about the publication, each place and text once."""
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


def _without_lie(stamp: Stamp, evidence: _Evidence) -> Stamp:
    """A stated UTC time that is local time: another statement, a line or the address gives the same
    clock for the local zone, or it lies ahead.
    """
    if not _is_utc(stamp):
        return stamp
    local = replace(stamp, at=stamp.at.replace(tzinfo=evidence.zone))
    others = [*evidence.of(*STATED, "url"), *evidence.on_lines("cut", _has_clock)]
    witnesses = [each for each in others if _is_clocked(each) and not _is_utc(each)]
    if any(_same_minute(each.at, local.at) for each in witnesses):
        return local
    return local if evidence.is_ahead(stamp) else stamp


def _without_published_lie(stamp: Stamp, published: Stamp, evidence: _Evidence) -> Stamp:
    """The stated change in the local zone, where the publication was stated as its UTC, or where it
    lies ahead.
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
    """Whether two stamps show the same day and time, whatever their zones."""
    return _same_minute(one.at.replace(tzinfo=UTC), other.at.replace(tzinfo=UTC))


def _same_minute(one: datetime, other: datetime) -> bool:
    return abs((one - other).total_seconds()) < 60 and one.minute == other.minute


def _agree(one: Stamp, other: Stamp, evidence: _Evidence) -> bool:
    """Whether two dates say the same, as far as both go; a day may be that of the outlet's own
    zone.
    """
    if _is_clocked(one) and _is_clocked(other):
        return _same_minute(one.at, other.at)
    days = {one.at.date(), evidence.day(one)}
    return bool(days & {other.at.date(), evidence.day(other)})
