"""The installed program. A wheel holds `flows` and `warehouse` in a folder of this package, which
becomes importable here, so that nothing but `kliping` is installed beside other packages. In a
checkout, and in an editable installation of one, they are importable already and there is no such
folder.
"""

import sys
from pathlib import Path

PRIVATE = Path(__file__).parent / "_packages"
sys.path.insert(0, str(PRIVATE))  # first: site-packages may hold others of these names


def main() -> None:
    """Run the command with the process's arguments."""
    from flows.cli import main as run

    run()
