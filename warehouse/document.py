"""Generates docs/warehouse.md: a head written by people and, below a marker, every table as the
database describes itself.

`python -m warehouse.document` updates the file after a change to the schema or descriptions.sql.
"""

import re
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from warehouse.engine import Engine
from warehouse.named import Row

FILE = Path(__file__).parent.parent / "docs" / "warehouse.md"
MARKER = "<!-- From here on the text is made by `make docs` from warehouse/descriptions.sql. -->\n"


def text() -> str:
    """What docs/warehouse.md should contain: its present head, and the tables and the public macros
    of a new warehouse, the tables in the order of descriptions.sql.
    """
    head, marker, _ = FILE.read_text(encoding="utf-8").partition(MARKER)
    relations = defaultdict[str, list[Row]](list)
    with TemporaryDirectory() as directory:
        warehouse = Engine.open(Path(directory))
        for column in warehouse.rows("dictionary"):
            relations[column["relation"]].append(column)
        macros = warehouse.rows("macros")
        warehouse.close()
    sections = [
        (name, _section(name, relations[name]))
        for name in sorted(relations, key=_described().index)
    ]
    public = [section for name, section in sections if not name.startswith("state.")]
    private = [section for name, section in sections if name.startswith("state.")]
    asked = [_macro(macro) for macro in macros if not macro["name"].startswith("state.")]
    return "\n".join(
        [head + marker, "## What to query\n", *public, *asked, "## The run's own state\n", *private]
    )


def _described() -> list[str]:
    """The names of tables and views, in the order of descriptions.sql."""
    descriptions = (files("warehouse") / "descriptions.sql").read_text(encoding="utf-8")
    return re.findall(r"^comment on (?:table|view) (\S+) is ", descriptions, re.MULTILINE)


def _section(name: str, columns: list[Row]) -> str:
    title = f"{name} (view)" if columns[0]["is_view"] else name
    lines = [f"### {title}\n", f"{columns[0]['relation_meaning']}\n"]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    lines += [
        f"| {column['name']} | {column['type']} | {column['meaning']} |" for column in columns
    ]
    return "\n".join(lines) + "\n"


def _macro(macro: Row) -> str:
    return f"### {macro['name']}({macro['parameters']}) (macro)\n\n{macro['meaning']}\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
