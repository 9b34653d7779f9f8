"""The installed program. A wheel holds `flows` and `warehouse` in a folder of this package, which
becomes importable here, so that nothing but `kliping` is installed beside other packages. In a
checkout, and in an editable installation of one, they are importable already and there is no such
folder.
"""

import os
import signal
import sys
from pathlib import Path

PRIVATE = Path(__file__).parent / "_packages"
sys.path.insert(0, str(PRIVATE))  # first: site-packages may hold others of these names


def main() -> None:
    """Run the command with the process's arguments."""
    on_interrupt = signal.getsignal(signal.SIGINT)
    if on_interrupt is signal.default_int_handler:  # not where a parent has it ignored
        signal.signal(signal.SIGINT, _end_at_once)
    from flows.cli import main as run

    signal.signal(signal.SIGINT, on_interrupt)
    run()


def _end_at_once(*_: object) -> None:
    """End while modules are imported, some of which do not survive an exception just then."""
    sys.stderr.write("kliping: interrupted\n")
    sys.stderr.flush()
    os._exit(128 + signal.SIGINT)
