"""What is usual of a source, from the nights before: a robust mean of new links for each weekday,
and how much nights vary.

reference(nights, apart, day)   -> the nights that are compared
usual_of(nights)                -> Usual
common_of(usuals, nights, day)  -> what share of their usual all sources had on one day
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median

from flows.records import Night
from flows.stages.health.thresholds import thresholds

_DAY_H = 24.0
MAD = 1.4826  # the standard deviation of a normal distribution, in median absolute deviations


@dataclass(frozen=True, slots=True)
class Usual:
    """How many links are new in 24 hours, by weekday from Monday, and the standard deviation of a
    night as a share of it, beside that of counts.
    """

    by_weekday: tuple[float, ...]
    spread: float

    def of(self, night: Night) -> float:
        """How many links are to be expected of a night."""
        return self.by_weekday[night.day.weekday()] * (night.hours or 0) / _DAY_H


def is_complete(night: Night) -> bool:
    """Whether a night could be looked at, and covers most of a day."""
    complete_h = thresholds().history.complete_h
    return night.usable_at is not None and night.hours is not None and night.hours >= complete_h


def reference(nights: Sequence[Night], apart: Collection[date], day: date) -> list[Night]:
    """The complete nights before a day, without those set apart."""
    oldest = day - timedelta(days=thresholds().history.reaches)
    return [
        night
        for night in nights
        if oldest <= night.day < day and night.day not in apart and is_complete(night)
    ]


def usual_of(nights: Sequence[Night], common: Mapping[date, float]) -> Usual | None:
    """What is usual of a source, None if there are too few nights to say. `common`: by day, what
    share of their usual all sources had, where that is known.

    More than before is not the usual yet: when an outlet that had twice its news for three weeks is
    back at what it had before, that is no problem.
    """
    history = thresholds().history
    rates = [(night.day.weekday(), _rate(night, common)) for night in nights]
    recent, before = rates[-history.nights :], rates[: -history.nights]
    if len(recent) < history.least:
        return None
    usual = _usual_of(recent)
    if len(before) < history.least:
        return usual
    share = min(1.0, _middle(before) / (_middle(recent) or 1))
    return Usual(tuple(share * each for each in usual.by_weekday), usual.spread)


# The new links in 24 hours of nights, each with its weekday.
_Rates = Sequence[tuple[int, float]]


def _middle(of: _Rates) -> float:
    """The usual number on any weekday."""
    links = thresholds().links
    rates = sorted(rate for _, rate in of)
    level = median(rates)
    if level >= links.small:
        return level
    most = rates[-links.trimmed - 1]
    return fmean(min(rate, most) for rate in rates)


def _usual_of(rates: _Rates) -> Usual:
    level = _middle(rates)
    if level < thresholds().links.small:
        return Usual((level,) * 7, thresholds().links.spread)
    by_weekday = tuple(
        _level([rate for at, rate in rates if at == weekday], level) for weekday in range(7)
    )
    return Usual(by_weekday, _spread(rates, by_weekday))


def _spread(rates: _Rates, by_weekday: Sequence[float]) -> float:
    """How much nights vary from what is usual, beyond what counts do by chance."""
    links = thresholds().links
    counted = [(rate, by_weekday[weekday]) for weekday, rate in rates if by_weekday[weekday]]
    shares = [rate / usual for rate, usual in counted]
    middle = median(shares)
    deviation = links.fitted * MAD * median(abs(share - middle) for share in shares)
    by_chance = fmean(1 / usual for _, usual in counted)
    return max(links.spread, math.sqrt(max(0.0, deviation**2 - by_chance)))


def common_of(
    usuals: Mapping[str, Usual], nights: Mapping[str, Mapping[date, Night]], day: date
) -> float:
    """What share of its usual the median source had on a day, at most 1; 1 if they are too few to
    say. `usuals`: of the sources without a problem.
    """
    links = thresholds().links
    shares = []
    for source_id, usual in usuals.items():
        night = nights[source_id].get(day)
        if night and is_complete(night) and (expected := usual.of(night)) >= links.small:
            shares.append(night.new_links / expected)
    if len(shares) < links.common_sources:
        return 1.0
    return min(1.0, max(links.common_least, median(shares)))


def _rate(night: Night, common: Mapping[date, float]) -> float:
    hours = (night.hours or 0) * common.get(night.day, 1.0)
    return night.new_links * _DAY_H / hours if hours else 0.0


def _level(rates: Sequence[float], otherwise: float) -> float:
    """The usual of one weekday. From few nights the least that was seen: a first Sunday with a
    third of the news may be every Sunday's.
    """
    if len(rates) >= thresholds().history.weekday:
        return median(rates)
    return min([otherwise, *rates])
