"""What a warehouse has beside its tables: macros, the views that use them, and the comments that
say what everything means.
"""

import hashlib
import re
from functools import cache
from importlib.resources import files

import duckdb

from warehouse.named import statement, statements


@cache
def definitions() -> tuple[str, ...]:
    """The statements that make them, in order; they replace what stands there."""
    made = [statement(kind, name) for kind in ("macros", "views") for name in statements(kind)]
    return (*made, (files("warehouse") / "descriptions.sql").read_text(encoding="utf-8"))


@cache
def digest() -> str:
    """What tells these definitions, on these tables, from those of another version."""
    texts = (*statements("migrations"), *definitions())
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def for_lake() -> list[str]:
    """The same, each statement by itself, without the comments that a lake cannot have: those on
    macros, and on the columns of views.
    """
    views = "|".join(re.sub(r"^\d_", "", name) for name in statements("views"))
    unknown = re.compile(rf"comment\s+on\s+(macro|column\s+({views})\.)")
    each = (one.query for text in definitions() for one in duckdb.extract_statements(text))
    return [text for text in each if not unknown.search(text)]
