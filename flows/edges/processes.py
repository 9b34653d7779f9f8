"""Child processes that end when their parent does, however it ends."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context


@contextmanager
def worker_pool(workers: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, by default one per core. They start when they are first given work."""
    # spawn: a fork would copy the locks that Prefect's and DuckDB's threads hold
    with ProcessPoolExecutor(
        workers or os.cpu_count(), get_context("spawn"), end_with_parent, (os.getpid(),)
    ) as pool:
        yield pool


def end_with_parent(parent: int) -> None:
    """End this process when its parent is gone. It may be gone already: a process takes seconds to
    start.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
