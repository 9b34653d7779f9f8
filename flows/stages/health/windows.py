"""The last nights together: a small outlet needs several before they say anything.

windows(nights, count, least)  -> the last nights, one, two, and so on
at_most(found, number, share)  -> how likely chance alone shows as much
"""

import math
from collections.abc import Callable, Iterator, Sequence

from flows.records import Night
from flows.stages.health.thresholds import thresholds


def windows(
    nights: Sequence[Night], count: Callable[[Night], int], least: int
) -> Iterator[Sequence[Night]]:
    """The last nights, the shortest window first, that together have at least so many of what is
    counted. There are none if the last night has none: it tells nothing new.
    """
    if not nights or not count(nights[-1]):
        return
    found = 0
    for taken in range(1, min(len(nights), thresholds().history.nights) + 1):
        more = count(nights[-taken])
        found += more
        if more and found >= least:
            yield nights[-taken:]


def at_most(found: int, number: int, share: float) -> float:
    """How likely at most so many of a number are found, if each is with this share's chance, which
    is above 0 and below 1.
    """
    return sum(
        math.exp(_log_ways(number, each) + each * math.log(share) + left * math.log1p(-share))
        for each in range(found + 1)
        for left in [number - each]
    )


def _log_ways(number: int, chosen: int) -> float:
    return math.lgamma(number + 1) - math.lgamma(chosen + 1) - math.lgamma(number - chosen + 1)
