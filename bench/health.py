"""`make bench-health`: a simulated year of invented outlets of every size, with faults.

Every outlet has its own rhythm over the week and the seasons, its own share of pages that give no
article, and its own fields. Faults last from three days to three weeks. Two things are no faults,
and nothing is to be told of them: output that doubles, and a holiday on which all outlets have half
their news. On some nights nothing runs, and on some there is no network.

When a fault can be known is told by an observer who knows the outlet's true rates as well as eight
weeks of its nights can tell them (two standard errors on the safe side): the first night on which
chance alone would show as much only once in 73,000 nights: one
false alarm a year among the 40 outlets, with five kinds of problems. Faults that end before are
left out. Told within one night of then is in time.
"""

import argparse
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from re import compile
from statistics import median

from rich.console import Console
from rich.table import Table

from flows.records import Look, Night, Note, Problem, ProblemKind, Source
from flows.stages.health.judge import History, changes, judge
from flows.stages.health.windows import at_most

OUTLETS, NIGHTS = 40, 365
TUNED, UNSEEN = range(1, 6), range(101, 106)  # seeds: the thresholds were set with the first
CHANCE, DEVIATIONS = 1 / 73_000, 4.2  # of a normal distribution, one-sided
LEARNT = 56  # nights from which the observer knows the rates
FIRST = datetime(2026, 1, 1, 18, tzinfo=UTC)  # 01:00 in Jakarta on the second
RATES = (0.3, 1, 2, 4, 8, 15, 30, 60, 120, 400)  # links a day, from user blogs to the largest
HOLIDAYS = {*range(78, 87), 135, 228, 358}  # Idulfitri with a week's leave, and single days
NO_RUN, NO_NETWORK = {60, 61, 200}, {110, 290}
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with an outlet from `start` to before `end`, counted in nights."""

    name: str
    start: int
    end: int
    rate: float = 1.0  # of its links
    unread: float | None = None
    blocked: float | None = None
    listings: bool = False  # withheld too
    gone: str = ""  # the field that vanishes
    words: float = 1.0


# What each fault is to be told as; none for those that are not.
KINDS: Mapping[str, Sequence[ProblemKind]] = {
    "goes quiet": ("quiet",),
    "loses three quarters": ("fewer",),
    "every page fails": ("failing",),
    "blocks pages": ("blocked",),
    "blocks listings": ("blocked",),
    "date vanishes": ("drifted",),
    "author vanishes": ("drifted",),
    "container vanishes": ("drifted",),
    "texts are cut": ("drifted",),
    "doubles": (),
}


def fault(name: str, start: int, end: int) -> Fault:
    """A fault by its name."""
    made = Fault(name, start, end)
    match name.split():
        case ["goes", _]:
            return replace(made, rate=0.0)
        case ["loses", *_]:
            return replace(made, rate=0.25)
        case ["every", *_]:
            return replace(made, unread=0.97)
        case ["blocks", what]:
            return replace(made, blocked=0.97, listings=what == "listings")
        case [field, "vanishes"]:
            return replace(made, gone=field)
        case ["texts", *_]:
            return replace(made, words=0.3)
    return replace(made, rate=2.0)


@dataclass
class Outlet:
    """An invented outlet: its true rates, and its faults of the year."""

    source: Source
    rate: float
    weekend: float
    uneven: float  # standard deviation of a night's rate, of it
    season: float
    unread: float
    fields: Mapping[str, float]
    words: float
    faults: Sequence[Fault] = ()
    nights: list[Night] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def expected(self, night: int, day: date) -> float:
        """The true mean of a night's links without faults, holidays aside."""
        weekend = self.weekend if day.weekday() in (6, 0) else 1.0  # told of at 01:00 the day after
        return self.rate * weekend * (1 + self.season * math.sin(night / 58))

    def faulty(self, night: int) -> Fault | None:
        """The fault that is on."""
        return next((each for each in self.faults if each.start <= night < each.end), None)


def outlets(chance: random.Random) -> list[Outlet]:
    """The outlets of a year, four of each size."""
    made = []
    for number in range(OUTLETS):
        contains = chance.random() < 0.5
        source = Source(
            f"outlet-{number:02}",
            f"Outlet {number}",
            "https://outlet.example/",
            compile("."),
            container=(".isi",) if contains else (),
        )
        fields = {
            "date": chance.uniform(0.9, 1),
            "author": chance.choice([0.0, 0.3, chance.uniform(0.6, 1)]),
            "container": chance.uniform(0.9, 1) if contains else 0.0,
        }
        outlet = Outlet(
            source,
            RATES[number % len(RATES)] * chance.uniform(0.7, 1.4),
            chance.uniform(0.3, 1.1),
            chance.uniform(0.05, 0.3),
            chance.uniform(0, 0.25),
            chance.choice([0.0, 0.02, 0.1, 0.3]),
            fields,
            chance.uniform(180, 450),
        )
        outlet.faults = list(_faults(outlet, chance))
        made.append(outlet)
    return made


def _faults(outlet: Outlet, chance: random.Random) -> Iterable[Fault]:
    """Some faults in a year, with at least five weeks between them."""
    at = 35 + chance.randrange(20)
    while True:
        end = at + chance.randrange(3, 22)
        if end >= NIGHTS:
            return
        name = chance.choice(list(KINDS))
        vanishing = name.removesuffix(" vanishes")
        if outlet.fields.get(vanishing, 1.0) >= 0.55:
            yield fault(name, at, end)
        at = end + 35 + chance.randrange(20)


def poisson(mean: float, chance: random.Random) -> int:
    """A draw of a Poisson distribution."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    left, count = chance.random(), 0
    while left > math.exp(-mean):
        left *= chance.random()
        count += 1
    return count


def binomial(number: int, share: float, chance: random.Random) -> int:
    """A draw of a binomial distribution."""
    return sum(chance.random() < share for _ in range(number))


def nightly(outlet: Outlet, night: int, chance: random.Random) -> tuple[Night, Look]:
    """What a run finds of an outlet in a night."""
    now = FIRST + timedelta(days=night) + timedelta(minutes=chance.uniform(0, 6))
    day = (now + 7 * _HOUR).date()
    wrong = outlet.faulty(night) or Fault("", 0, 0)
    if night in NO_NETWORK or wrong.listings:
        text = "https://outlet.example/feed: http-4xx: 403 after 1 tries"
        return Night(day), Look(outlet.source.id, looked=True, notes=(Note("listing", text),))
    before = [each.usable_at for each in outlet.nights if each.usable_at]
    hours = (now - before[-1]) / _HOUR if before else None
    mean = outlet.expected(night, day) * wrong.rate * (0.5 if night in HOLIDAYS else 1)
    mean *= (hours or 72) / 24 * chance.lognormvariate(-(outlet.uneven**2) / 2, outlet.uneven)
    links = poisson(mean, chance)
    found = pages(outlet, wrong, links, chance)
    done = replace(found, day=day, links=links, new_links=links, usable_at=now, hours=hours)
    return done, Look(outlet.source.id, looked=True, usable=True, listed=links)


def pages(outlet: Outlet, wrong: Fault, links: int, chance: random.Random) -> Night:
    """How a night's links end, and what their articles have."""
    blocked = binomial(links, wrong.blocked or 0, chance)
    share = outlet.unread if wrong.unread is None else wrong.unread
    unread = binomial(links - blocked, share, chance)
    articles = links - blocked - unread
    has = {
        name: binomial(articles, 0.0 if wrong.gone == name else share, chance)
        for name, share in {**outlet.fields, "author": _tonight(outlet, chance)}.items()
    }
    lost = articles - has["container"] if outlet.source.container else 0
    mean = outlet.words * wrong.words
    words = max(20.0, chance.gauss(mean, 0.6 * mean / math.sqrt(articles))) if articles else None
    return Night(
        date.min,
        articles=articles,
        unread=unread,
        blocked=blocked,
        dated=has["date"],
        signed=has["author"],
        contained=has["container"],
        incomplete=lost,
        words=words,
    )


def _tonight(outlet: Outlet, chance: random.Random) -> float:
    """The share of articles with an author, which depends on the night's mix of agencies."""
    usual = outlet.fields["author"]
    return min(1.0, max(0.0, usual + chance.gauss(0, 0.07))) if usual else 0.0


# ---- the observer ----


def known_from(outlet: Outlet, wrong: Fault, nights: Mapping[int, Night]) -> int | None:
    """The first night on which a fault can be known, None if it ends before."""
    seen = []
    for night in range(wrong.start, wrong.end):
        if night in nights and night not in NO_NETWORK:
            seen.append((night, nights[night]))
            if is_known(outlet, wrong, seen):
                return night
    return None


def is_known(outlet: Outlet, wrong: Fault, seen: Sequence[tuple[int, Night]]) -> bool:
    """Whether an observer who knows the true rates knows of a fault by what it showed."""
    if wrong.listings:
        return True
    nights = [night for _, night in seen]
    if wrong.rate < 1:
        return _links_are_known(outlet, seen)
    if wrong.unread or wrong.blocked:
        total = sum(night.pages for night in nights)
        bad = sum(night.unread + night.blocked for night in nights)
        usual = max(outlet.unread, 0.1)
        return bad > total / 2 and at_most(total - bad, total, 1 - usual) <= CHANCE
    articles = sum(night.articles for night in nights)
    if wrong.gone:
        return articles > 0 and (1 - outlet.fields[wrong.gone]) ** articles <= CHANCE
    words = sum((night.words or 0) * night.articles for night in nights)
    if not articles:
        return False
    deviation = 0.6 * math.sqrt(1 / articles + 1 / (outlet.rate * LEARNT))
    return 1 - words / articles / outlet.words >= DEVIATIONS * deviation


def _links_are_known(outlet: Outlet, seen: Sequence[tuple[int, Night]]) -> bool:
    found = sum(night.new_links for _, night in seen)
    expected = sum(
        outlet.expected(at, night.day) * (0.5 if at in HOLIDAYS else 1) * (night.hours or 24) / 24
        for at, night in seen
    )
    expected *= max(0.3, 1 - 2 / math.sqrt(outlet.rate * LEARNT))
    if not found:
        return expected >= -math.log(CHANCE)
    uneven = outlet.uneven * expected / math.sqrt(len(seen))
    return expected - found >= DEVIATIONS * math.hypot(uneven, math.sqrt(expected))


# ---- a year ----


@dataclass
class Year:
    """How many nights after a fault could be known it was told, by its name (None: not before it
    ended), how many could not be known; what was told besides its own kind; and false alarms.
    """

    delays: dict[str, list[int | None]] = field(default_factory=lambda: defaultdict(list))
    unknowable: Counter[str] = field(default_factory=Counter)
    besides: Counter[tuple[str, str]] = field(default_factory=Counter)
    false: Counter[tuple[str, str]] = field(default_factory=Counter)
    worst: int = 0  # false alarms of one source in 90 nights
    open_late: int = 0  # problems that stand two weeks after their fault


def simulate(seed: int) -> Year:
    """One year."""
    chance = random.Random(seed)
    press = outlets(chance)
    by_night: dict[str, dict[int, Night]] = defaultdict(dict)
    for night in range(NIGHTS):
        if night not in NO_RUN:
            _run(press, night, by_night, chance)
    year = Year()
    for outlet in press:
        _count(outlet, by_night[outlet.source.id], year)
    return year


def _run(
    press: Sequence[Outlet],
    night: int,
    by_night: Mapping[str, dict[int, Night]],
    chance: random.Random,
) -> None:
    looks = {}
    for outlet in press:
        found, looks[outlet.source.id] = nightly(outlet, night, chance)
        outlet.nights.append(found)
        by_night[outlet.source.id][night] = found
    now = FIRST + timedelta(days=night, minutes=10)
    histories = {
        outlet.source.id: History(outlet.source, outlet.nights[-90:], outlet.problems)
        for outlet in press
    }
    verdicts = judge(list(histories.values()), looks, now)
    for outlet in press:
        name = outlet.source.id
        for change in changes(histories[name], verdicts.get(name, []), now):
            rest = [each for each in outlet.problems if each.id != change.problem.id]
            outlet.problems = [*rest, change.problem]


def _count(outlet: Outlet, nights: Mapping[int, Night], year: Year) -> None:
    opened = sorted(((each.opened_at - FIRST).days, each.kind) for each in outlet.problems)
    mistaken = []
    for night, kind in opened:
        wrong = outlet.faulty(night)
        if wrong is None or not KINDS[wrong.name]:
            mistaken.append(night)
            year.false[kind, wrong.name if wrong else ""] += 1
        elif kind not in KINDS[wrong.name]:
            year.besides[wrong.name, kind] += 1
    windows = [sum(at <= each < at + 90 for each in mistaken) for at in mistaken]
    year.worst = max([year.worst, *windows])
    for wrong in outlet.faults:
        if not KINDS[wrong.name]:
            continue
        known = known_from(outlet, wrong, nights)
        if known is None:
            year.unknowable[wrong.name] += 1
            continue
        told = [
            night
            for night, kind in opened
            if kind in KINDS[wrong.name] and wrong.start <= night < wrong.end
        ]
        year.delays[wrong.name].append(max(0, told[0] - known) if told else None)
        if not told and known + 1 >= wrong.end:
            year.delays[wrong.name].pop()  # it was mended before the next night
            year.unknowable[wrong.name] += 1
    year.open_late += sum(
        (each.closed_at or FIRST + timedelta(days=NIGHTS)) > FIRST + timedelta(days=wrong.end + 14)
        for wrong in outlet.faults
        for each in outlet.problems
        if wrong.start <= (each.opened_at - FIRST).days < wrong.end
    )


# ---- the table ----


def show(years: Sequence[Year], title: str) -> bool:
    """Print a table. Returns whether every fault was told in time, and false alarms are few."""
    table = Table("fault", "faults", "in time", "late", "not told", "median", "most", title=title)
    late = 0
    for name, kinds in KINDS.items():
        delays = [delay for year in years for delay in year.delays[name]]
        if not kinds or not delays:
            continue
        known = [delay for delay in delays if delay is not None]
        in_time = sum(delay <= 1 for delay in known)
        late += len(delays) - in_time
        table.add_row(
            name,
            str(len(delays)),
            str(in_time),
            str(len(known) - in_time),
            str(len(delays) - len(known)),
            f"{median(known):g}" if known else "-",
            str(max(known, default=0)),
        )
    false = sum((year.false for year in years), Counter[tuple[str, str]]())
    sources = OUTLETS * len(years)
    per_90 = false.total() / sources / NIGHTS * 90
    worst = max(year.worst for year in years)
    out = Console(width=100)
    out.print(table)
    out.print(f"false alarms: {false.total()} in {sources} years of outlets, ", end="")
    out.print(f"{per_90:.3f} a source and 90 nights, at most {worst} of one in 90 nights")
    out.print(f"  {dict(false)}")
    besides = sum((year.besides for year in years), Counter[tuple[str, str]]())
    out.print(f"told besides a fault's own kind: {dict(besides)}")
    unknowable = sum((year.unknowable for year in years), Counter[str]())
    out.print(f"over before they could be known: {dict(unknowable)}")
    out.print(f"open two weeks after their fault: {sum(year.open_late for year in years)}")
    return not late and worst <= 1


def main() -> None:
    """Simulate years with the seeds that the thresholds were set with, and with others."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tuned", action="store_true", help="only the seeds for tuning")
    chosen = {"tuned": TUNED} if parser.parse_args().tuned else {"tuned": TUNED, "unseen": UNSEEN}
    for name, seeds in chosen.items():
        show([simulate(seed) for seed in seeds], f"{name}: {len(seeds)} years")


if __name__ == "__main__":
    main()
