"""How much memory this process has needed at most."""

import re
from pathlib import Path


def peak_megabytes() -> float:
    """Since this program was started: the peak that `getrusage` gives is inherited from the process
    that started it.
    """
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found, "the kernel does not tell"
    return int(found[1]) / 1024
