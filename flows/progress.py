"""What a run prints while it works: a live count on a terminal, or else a line per minute; and a
line for each finished step.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from flows.records import counted

REPORT_EVERY_S = 60.0  # where there is no terminal


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
        done = 0
        started = reported = time.monotonic()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description} {task.completed} {task.fields[unit]}"),
            TimeElapsedColumn(),
        )
        with Bars(
            *columns, console=self._terminal, transient=True, disable=not self._terminal.is_terminal
        ) as bars:
            bar = bars.add_task(name, total=None, unit=unit)

            def advance(more: int) -> None:
                nonlocal done, reported
                done += more
                bars.advance(bar, more)
                if bars.disable and time.monotonic() - reported > REPORT_EVERY_S:
                    reported = time.monotonic()
                    self.say(name, f"{counted(done, unit)} so far")

            yield advance
        self.say(name, f"{counted(done, unit)} in {time.monotonic() - started:.1f} s")
