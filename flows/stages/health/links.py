"""Whether a source is quiet, or has fewer new links than usual.

judge_links(nights, before, …)  -> a verdict on quiet and one on fewer
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flows.records import Night, ProblemKind
from flows.stages.health.thresholds import thresholds
from flows.stages.health.usual import is_complete, usual_of
from flows.stages.health.verdicts import Value, Verdict


@dataclass(frozen=True, slots=True)
class _Window:
    """The last complete nights together: how many there are, their new links, how many were
    expected, and how much a night varies.
    """

    nights: int
    found: int
    expected: float
    spread: float

    def stands_out(self) -> bool:
        """Whether far fewer links were found than chance explains."""
        links = thresholds().links
        if self.expected < links.least or self.found > links.share * self.expected:
            return False
        uneven = self.spread * self.expected / math.sqrt(self.nights)
        deviation = math.sqrt(uneven**2 + self.expected)
        return self.expected - self.found >= links.deviations * deviation


def judge_links(
    nights: Sequence[Night],
    before: Sequence[Night],
    common: Mapping[date, float],
    standing: Collection[ProblemKind],
) -> tuple[Verdict, Verdict]:
    """Whether a source is quiet, and whether it has fewer links than usual.

    `nights`: since such a problem was closed last, the newest last; `before`: the nights that are
    compared; `common`: by day, what share of their usual all sources had; `standing`: the problems
    of the source.
    """
    tonight = nights[-1]
    if not is_complete(tonight):
        return Verdict("quiet", False if tonight.new_links else None), Verdict("fewer", None)
    windows = list(_windows(nights, before, common))
    if not windows:
        stands = None if "quiet" in standing and not tonight.new_links else False
        return Verdict("quiet", stands), Verdict("fewer", False)
    quiet = _quiet(windows, tonight)
    if quiet.stands or "quiet" in standing:  # which says more; its nights are still in the windows
        return quiet, Verdict("fewer", None)
    return quiet, _fewer(windows, "fewer" in standing)


def _windows(
    nights: Sequence[Night], before: Sequence[Night], common: Mapping[date, float]
) -> Iterator[_Window]:
    """The last night, the last two, and so on, each beside what was usual before it."""
    complete = [night for night in nights if is_complete(night)]
    for number in thresholds().links.windows:
        last = complete[-number:]
        earlier = [night for night in before if night.day < last[0].day]
        usual = usual_of(earlier, common)
        if usual is None or len(last) < number:
            return
        yield _Window(
            number,
            sum(night.new_links for night in last),
            sum(usual.of(night) * common.get(night.day, 1.0) for night in last),
            usual.spread,
        )


def _quiet(windows: Sequence[_Window], tonight: Night) -> Verdict:
    if tonight.new_links:
        return Verdict("quiet", False)
    for window in windows:
        if not window.found and window.expected >= thresholds().links.none_of:
            return Verdict("quiet", True, "no-links", _values(window))
    return Verdict("quiet", None)


def _fewer(windows: Sequence[_Window], standing: bool) -> Verdict:
    links = thresholds().links
    if standing:
        for window in windows:
            if window.expected >= links.least:
                enough = window.found >= links.enough * window.expected
                return Verdict("fewer", False if enough else None)
        return Verdict("fewer", None)
    for window in windows:
        if window.nights <= links.longest and window.stands_out():
            return Verdict("fewer", True, "fewer-links", _values(window))
    return Verdict("fewer", False)


def _values(window: _Window) -> dict[str, Value]:
    expected = round(window.expected)
    return {"found": window.found, "expected": expected, "nights": window.nights}
