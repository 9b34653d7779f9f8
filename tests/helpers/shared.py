"""What the processes of a session share, each of which has the session's fixtures of its own."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first process to ask for it fills; the others wait until it is full."""
    own = factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, full = root / name, root / f"{name}.full"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not full.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a process that failed to fill it
            folder.mkdir()
            make(folder)
            full.touch()
    return folder
