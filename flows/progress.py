"""What a run prints while it works: a live count on a terminal, or else a line per minute; and a
line for each finished step.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from flows.records import counted

REPORT_EVERY_S = 60.0  # where there is no terminal


@dataclass(frozen=True, slots=True)
class Pace:
    """How much was done in a time, and how many bytes were read for it."""

    done: int = 0
    read: int = 0
    seconds: float = 0.0

    def told(self, unit: str) -> str:
        """What was done, and how much a second."""
        rate = f", {self.done / self.seconds:.1f} a second" if self.seconds else ""
        return f"{counted(self.done, unit)} from {_bytes(self.read)}{rate}"

    def left(self, total: int, now: datetime) -> str:
        """How much of `total` bytes is left, and when it will be read."""
        if not 0 < self.read < total:
            return ""
        left = timedelta(seconds=self.seconds * (total - self.read) / self.read)
        return f"; {_bytes(total - self.read)} left, until about {now + left:%Y-%m-%d %H:%M}"


class Progress:
    """Writes to standard output. The live count goes to standard error, and only if that is a
    terminal.
    """

    def __init__(self) -> None:
        self._terminal = Console(stderr=True)

    def say(self, step: str, text: str) -> None:
        """Print a line about a step."""
        sys.stdout.write(f"{step:<9} {text}\n")
        sys.stdout.flush()

    def complain(self, text: str) -> None:
        """Print a line about something that went wrong."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    @contextmanager
    def step(self, name: str, unit: str) -> Iterator[Callable[[int], None]]:
        """Yields a function to call with how many more are done. Finally prints their total, and
        the time it took.
        """
        with self._counting(name, lambda pace: counted(pace.done, unit), lambda _: "") as count:
            yield lambda more: count(more, 0)

    @contextmanager
    def reading(self, name: str, unit: str, total: int) -> Iterator[Callable[[int, int], None]]:
        """A step that reads `total` bytes. Yields a function to call with how many more are done,
        and how many more bytes were read. Also tells how fast it goes, and when it will end.
        """

        def left(pace: Pace) -> str:
            return pace.left(total, datetime.now(UTC).astimezone())

        with self._counting(name, lambda pace: pace.told(unit), left) as count:
            yield count

    @contextmanager
    def _counting(
        self, name: str, told: Callable[[Pace], str], left: Callable[[Pace], str]
    ) -> Iterator[Callable[[int, int], None]]:
        pace = Pace()
        started = reported = time.monotonic()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description} {task.fields[told]}"),
            TimeElapsedColumn(),
        )
        with Bars(
            *columns, console=self._terminal, transient=True, disable=not self._terminal.is_terminal
        ) as bars:
            bar = bars.add_task(name, total=None, told=told(pace))

            def advance(more: int, read: int) -> None:
                nonlocal pace, reported
                now = time.monotonic()
                pace = Pace(pace.done + more, pace.read + read, now - started)
                bars.update(bar, told=f"{told(pace)}{left(pace)}")
                if bars.disable and now - reported > REPORT_EVERY_S:
                    reported = now
                    self.say(name, f"{told(pace)} so far{left(pace)}")

            yield advance
        pace = replace(pace, seconds=time.monotonic() - started)
        self.say(name, f"{told(pace)} in {pace.seconds:.1f} s")


def _bytes(count: int) -> str:
    if count < 10**9:
        return f"{count / 10**6:.1f} MB"
    return f"{count / 10**9:.1f} GB"
