"""Where tests and benches find the project's files, and the data that lie beside it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
PRESS = ROOT / "tests" / "press"
DATA = ROOT.parent / "shared" / "data"  # not part of the project: what needs it skips without it
