"""The machine that a bench runs on, and what this process has needed of it."""

import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path


def described(*packages: str) -> str:
    """The machine, Python, and the versions of these packages, for the head of a table."""
    python = f"Python {platform.python_version()}"
    versions = (f"{name} {version(name)}" for name in packages)
    return ", ".join([platform.machine(), f"{os.cpu_count()} cores", python, *versions])


def peak_megabytes() -> float:
    """Since this program was started: the peak that `getrusage` gives is inherited from the process
    that started it.
    """
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found, "the kernel does not tell"
    return int(found[1]) / 1024


def spin(counts: Sequence[int]) -> list[int]:
    """A bare loop over each range, for what another process gains on the machine."""
    return [sum(range(count)) for count in counts]
