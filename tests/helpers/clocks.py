"""What time it is for tests, and waiting."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

NOW = datetime(2026, 3, 11, 1, tzinfo=UTC)  # 08:00 in Jakarta
LONGEST_S = 240  # a server's first start on a busy machine, and some runs


@dataclass
class Time:
    """A clock that moves when somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def until(true: Callable[[], object]) -> None:
    """Wait for something that comes in its own time."""
    deadline = time.monotonic() + LONGEST_S
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.2)
