"""`make bench-kill`: what a run loses that is killed. Nothing, says the README; this tries it.

A round is the two nights of the invented press, into a data directory of its own, with a desk that
counts what arrives: each night's run is disturbed some ten times at random instants and started
again, until one comes to its end. After both nights every table must hold what it holds after two
undisturbed nights, every alert must have arrived, and none twice but one that was under way when
its run was killed. Each round also disturbs a `reprocess` of one stage or a `backfill`.

An instant is drawn in two steps, so that short steps are met as often as long ones: first a mark
(a line of the run, a file that appears, a message that arrives), then a share of the time that an
undisturbed run takes from there to the next line. Drawn with `--seed`; where exactly a signal falls
is still up to the machine.
"""

import argparse
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.helpers.command import NIGHT_1, NIGHT_2, Ran, night
from tests.helpers.desks import Desk, desk
from tests.helpers.forked import Commands, Running, commands, wait_until
from tests.helpers.paths import PRESS
from tests.helpers.snapshots import LEFT_OUT, WITHOUT_NOW, Tables, differences, tables
from warehouse.directory import private

KILLS_A_NIGHT = 5
OTHERS_A_NIGHT = 1  # SIGTERM or SIGSTOP with SIGCONT, by turns
STOPPED_S = 0.5
FILES = ("--sources", PRESS / "sources.yaml", "--topics", PRESS / "topics.yaml", "--warehouse")
EXPECTED = (  # the archive's one broken link, and its one outlet that has nothing new
    "detak: failed: links ended in http-5xx: 1",
    "gempita: missed: its newest article is of ",
)
OTHERS = ("extract", "backfill", "group", "match", "embed")  # stages to reprocess, by turns

# ---- instants ----


@dataclass(frozen=True)
class Mark:
    """Something that a run does, from which an instant is measured: a line that it prints, or a
    file that it makes. `most_s`: how long what it begins takes, where no line tells.
    """

    name: str
    line: str = ""
    file: str = ""
    most_s: float = 0.0


MARKS = (
    Mark("start"),
    Mark("migrations", file="var/writer.duckdb", most_s=0.4),
    *(Mark(f"after {line}", line=line) for line in ("discover", "fetch", "extract", "clean")),
    *(Mark(f"after {line}", line=line) for line in ("embed", "group", "index", "match", "looked")),
    Mark("delivery", most_s=0.03),  # at a message
    Mark("publish", file="var/media.duckdb.new", most_s=0.03),
)


def timeline(running: Running, data: Path) -> dict[str, float]:
    """Seconds from the start at which each line came, of a run that is left alone."""
    began = time.monotonic()
    seen = {"start": 0.0}
    while running.alive():
        for mark in MARKS:
            if mark.line and mark.name not in seen and running.told(mark.line):
                seen[mark.name] = time.monotonic() - began
        time.sleep(0.002)
    return seen | {"end": time.monotonic() - began}


def lengths(seen: Mapping[str, float]) -> dict[str, float]:
    """Seconds from each line to the next."""
    ordered = sorted(seen.items(), key=lambda item: item[1])
    return {name: after - at for (name, at), (_, after) in pairwise(ordered)}


# ---- disturbing ----


@dataclass
class Tally:
    """What was done and what came of it."""

    signals: Counter[str] = field(default_factory=Counter)  # that met a living run
    marks: Counter[str] = field(default_factory=Counter)  # of the SIGKILLs
    late: int = 0  # the run had ended before its instant
    runs: int = 0
    comparisons: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    repeated: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class Bench:
    """What the rounds share. `pace`: seconds from each mark to the next line, by command."""

    kliping: Commands
    chance: random.Random
    tally: Tally
    pace: dict[str, dict[str, float]] = field(default_factory=dict)

    def disturb(
        self, what: str, words: Sequence[str | Path], data: Path, here: Desk, number: int
    ) -> Ran:
        """Start a command and send it a signal at a random instant."""
        marks = [mark for mark in MARKS if mark.line in ("", *self._lines(what))]
        mark = self.chance.choice(marks)
        length = mark.most_s or self.pace[what].get(mark.name, 0.1)
        wait_s = self.chance.random() * length
        arrived = len(here.messages)
        before = (data / mark.file).stat().st_mtime_ns if (data / mark.file).exists() else 0
        running = self.kliping.start(*words, env={"KLIPING_DESK_URL": here.url})

        def reached() -> bool:
            if mark.file:
                path = data / mark.file
                return path.exists() and (not before or path.stat().st_mtime_ns != before)
            if mark.name == "delivery":
                return len(here.messages) > arrived
            return not mark.line or running.told(mark.line)

        wait_until(lambda: reached() or not running.alive())
        said = running.out.stat().st_size
        # a run that goes on where another was killed is sooner at the next line
        wait_until(lambda: running.out.stat().st_size > said or not running.alive(), wait_s)
        self._signal(running, mark, number)
        ran = running.end()
        self.tally.runs += 1
        self._judge(what, mark, number, ran)
        return ran

    def _lines(self, what: str) -> list[str]:
        return [mark.line for mark in MARKS if mark.line and mark.name in self.pace[what]]

    def _signal(self, running: Running, mark: Mark, number: int) -> None:
        if not running.alive():
            self.tally.late += 1
            return
        running.send(number)
        self.tally.signals[signal.Signals(number).name] += 1
        if number == signal.SIGKILL:
            self.tally.marks[mark.name] += 1
        if number == signal.SIGSTOP:
            time.sleep(STOPPED_S)
            running.send(signal.SIGCONT)

    def _judge(self, what: str, mark: Mark, number: int, ran: Ran) -> None:
        """A run ends by its signal or as ever, and without a word about either."""
        usual = (0, 1) if number == signal.SIGSTOP else (0, 1, -number)
        said = [line for line in ran.err.splitlines() if not line.startswith(EXPECTED)]
        if ran.status not in usual or said:
            name = signal.Signals(number).name
            self.tally.faults.append(f"{what}, {name} {mark.name}: status {ran.status}: {said}")

    def finish(self, what: str, words: Sequence[str | Path], here: Desk) -> None:
        """Run a command to its end."""
        ran = self.kliping(*words, env={"KLIPING_DESK_URL": here.url})
        self.tally.runs += 1
        said = [line for line in ran.err.splitlines() if not line.startswith(EXPECTED)]
        if ran.status not in (0, 1) or said:
            self.tally.faults.append(f"{what}: status {ran.status}: {said}")

    def compare(self, what: str, data: Path, expected: Tables, usual: set[str]) -> None:
        """The tables, and what else a killed run could leave behind. `usual`: the files that an
        undisturbed one leaves.
        """
        self.tally.comparisons[what] += 1
        left_out = {**LEFT_OUT, **WITHOUT_NOW} if what == "backfill" else LEFT_OUT
        found = differences(tables(data, left_out), expected)
        found += [f"{path} is left behind" for path in sorted(files(data) - usual)]
        self.tally.faults += [f"{what}: {line}" for line in found]


def files(data: Path) -> set[str]:
    """What lies in a data directory, but for archives, of which each run has its own, and Prefect's
    own files.
    """
    places = (*data.iterdir(), *private(data).iterdir())
    return {str(path.relative_to(data)) for path in places} - {"var/warc", "var/prefect"}


def key(message: Mapping[str, Any]) -> str:
    """The key in brackets on a message's last line."""
    return str(message["message"]).rpartition("[")[2].rstrip("]\n")


# ---- rounds ----


@dataclass(frozen=True)
class Undisturbed:
    """What everything is compared with. `sound`: the data directory after two nights; a reprocess
    of it, with the same rules, changes nothing. `files`: what lies in it.
    """

    sound: Path
    files: set[str]
    alerts: set[str]
    nights: Tables
    backfilled: Tables


def disturbances(chance: random.Random) -> list[int]:
    """The signals for one night, in their order."""
    others = [signal.SIGTERM, signal.SIGSTOP]
    drawn = [signal.SIGKILL] * KILLS_A_NIGHT + chance.sample(others, OTHERS_A_NIGHT)
    chance.shuffle(drawn)
    return [*drawn]


def nights(bench: Bench, folder: Path, expected: Undisturbed) -> None:
    """Both nights, disturbed."""
    data = folder / "nights"
    may_repeat: Counter[str] = Counter()
    with desk() as here:
        for clock in (NIGHT_1, NIGHT_2):
            for number in disturbances(bench.chance):
                arrived = len(here.messages)
                ran = bench.disturb(clock, night(data, clock), data, here, number)
                if ran.status < 0 and len(here.messages) > arrived:
                    may_repeat[key(here.messages[-1])] += 1
            bench.finish(clock, night(data, clock), here)
        came = Counter(map(key, here.messages))
    bench.compare("nights", data, expected.nights, expected.files)
    lost = expected.alerts - set(came)
    repeats = came - Counter(expected.alerts)
    bench.tally.lost += len(lost)
    bench.tally.repeated += repeats.total()
    bench.tally.faults += [f"alert {each} was lost" for each in sorted(lost)]
    bench.tally.faults += [f"alert {each} repeated" for each in sorted(repeats - may_repeat)]
    shutil.rmtree(data)


def reprocess(bench: Bench, folder: Path, stage: str, expected: Undisturbed) -> None:
    """`kliping reprocess` over two nights, disturbed, and the run that finishes it, disturbed
    too.
    """
    data = folder / "reprocess"
    shutil.copytree(expected.sound, data)
    with desk() as here:
        again = ("reprocess", "--stage", stage, *FILES, data)
        bench.disturb("reprocess", again, data, here, signal.SIGKILL)
        bench.disturb("reprocess", again, data, here, signal.SIGKILL)
        bench.disturb(NIGHT_2, night(data, NIGHT_2), data, here, signal.SIGKILL)
        bench.finish(NIGHT_2, night(data, NIGHT_2), here)
        bench.tally.faults += [f"reprocess sent alert {key(each)}" for each in here.messages]
    bench.compare("reprocess", data, expected.nights, expected.files)
    shutil.rmtree(data)


def backfill(bench: Bench, folder: Path, expected: Undisturbed) -> None:
    """`kliping backfill`, disturbed, and begun again."""
    data = folder / "backfill"
    take_in = ("backfill", PRESS / "press.warc.gz", *FILES, data)
    with desk() as here:
        for _ in range(3):
            bench.disturb("backfill", take_in, data, here, signal.SIGKILL)
        bench.finish("backfill", take_in, here)
        bench.tally.faults += [f"backfill sent alert {key(each)}" for each in here.messages]
    bench.compare("backfill", data, expected.backfilled, expected.files)
    shutil.rmtree(data)


def undisturbed(bench: Bench, folder: Path) -> Undisturbed:
    """Every command once, left alone and timed."""
    sound, redone, taken = (folder / name for name in ("sound", "redone", "taken"))

    def timed(what: str, data: Path, words: Sequence[str | Path]) -> None:
        running = bench.kliping.start(*words, env={"KLIPING_DESK_URL": here.url})
        bench.pace[what] = lengths(timeline(running, data))
        ended = running.end()
        if ended.status not in (0, 1):
            sys.exit(f"an undisturbed {what} ended with {ended.status}: {ended.err}")

    with desk() as here:
        for clock in (NIGHT_1, NIGHT_2):
            timed(clock, sound, night(sound, clock))
        alerts = set(map(key, here.messages))
        shutil.copytree(sound, redone)
        timed("reprocess", redone, ("reprocess", *FILES, redone))
        timed("backfill", taken, ("backfill", PRESS / "press.warc.gz", *FILES, taken))
    clockless = tables(taken, {**LEFT_OUT, **WITHOUT_NOW})
    return Undisturbed(sound, files(sound), alerts, tables(sound, LEFT_OUT), clockless)


def report(tally: Tally, seconds: float) -> None:
    sent = ", ".join(f"{count} {name}" for name, count in sorted(tally.signals.items()))
    print(f"\n{tally.runs} runs in {seconds:.0f} s; signals that met a living one: {sent}")
    print(f"(SIGSTOP with SIGCONT {STOPPED_S} s later; {tally.late} came too late)")
    print("SIGKILL by mark: " + ", ".join(f"{n} {mark}" for mark, n in tally.marks.items()))
    compared = ", ".join(f"{count} x {what}" for what, count in tally.comparisons.items())
    print(f"compared with undisturbed ones: {compared}")
    print(f"alerts lost: {tally.lost}; repeated, with the same key: {tally.repeated}")
    print("left out of the comparison:")
    for title, columns in (("always", LEFT_OUT), ("after a backfill", WITHOUT_NOW)):
        for table, why in columns.items():
            print(f"  {title}: {table}: " + "; ".join(f"{name}: {w}" for name, w in why.items()))
    print(f"faults: {len(tally.faults)}")
    for line in tally.faults[:40]:
        print(f"  {line}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="of ten SIGKILLs and more each")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    tally = Tally()
    with TemporaryDirectory() as place, commands() as kliping:
        folder = Path(place)
        bench = Bench(kliping, random.Random(options.seed), tally)
        expected = undisturbed(bench, folder)
        told_faults = 0
        for number in range(options.rounds):
            nights(bench, folder, expected)
            also = OTHERS[number % len(OTHERS)]
            if also == "backfill":
                backfill(bench, folder, expected)
            else:
                reprocess(bench, folder, also, expected)
            kills = tally.signals["SIGKILL"]
            told = (
                f"round {number + 1}: {tally.runs} runs, {kills} SIGKILL, {len(tally.faults)} "
                f"faults"
            )
            print("\n  ".join([told, *tally.faults[told_faults:]]), flush=True)
            told_faults = len(tally.faults)
    report(tally, time.monotonic() - began)
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
