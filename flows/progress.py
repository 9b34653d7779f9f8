"""What a run tells while it works: a moving count on a terminal, elsewhere a line a minute, and a
line for each step that is done.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn


class Progress:
    """Writes to standard output; the moving count goes to standard error, and only where that is a
    terminal.
    """

    def __init__(self) -> None:
        self._terminal = Console(stderr=True)

    def say(self, step: str, text: str) -> None:
        """One line about a step."""
        sys.stdout.write(f"{step:<9} {text}\n")
        sys.stdout.flush()

    def complain(self, text: str) -> None:
        """One line about something that went wrong."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    @contextmanager
    def step(self, name: str, unit: str) -> Iterator[Callable[[int], None]]:
        """Yields a function to call with how many more are done; ends with a line that gives their
        sum and the time it took.
        """
        done = 0
        began = told = time.monotonic()
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
                nonlocal done, told
                done += more
                bars.advance(bar, more)
                if bars.disable and time.monotonic() - told > 60:
                    told = time.monotonic()
                    self.say(name, f"{done} {unit} so far")

            yield advance
        self.say(name, f"{done} {unit} in {time.monotonic() - began:.1f} s")
