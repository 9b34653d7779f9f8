"""All that is in published snapshots, and how they differ."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from warehouse.directory import published

# What depends on when and how often one ran, not on what was found; the rest of every table counts.
LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "runs": {"*": "a row for each start, the killed ones too"},
    "heartbeats": {"*": "a row for each run that came so far"},
    "troubles": {"*": "rows for each run that came so far"},
    "whole_checks": {"*": "a row for each run that checked everything, as one does after a kill"},
    "migrations": {"applied_at": "the machine's clock"},
}
# A backfill has no `--now`: its clock is the machine's.
WITHOUT_NOW: Mapping[str, Mapping[str, str]] = {
    "articles": {"landed_at": "the machine's clock"},
    "rejections": {"rejected_at": "the machine's clock"},
    "learned_lines": {"learned_at": "the machine's clock"},
    "story_merges": {"merged_at": "the machine's clock"},
    "story_splits": {"split_at": "the machine's clock"},
    "archive_progress": {"read_at": "the machine's clock"},
}

Tables = dict[str, list[tuple[Any, ...]]]


def tables(data: Path, left_out: Mapping[str, Mapping[str, str]]) -> Tables:
    """Every row of every table of the snapshot. Vectors and similarities are rounded: the model's
    last digits depend on which texts are computed together.
    """
    held: Tables = {}
    with duckdb.connect(str(published(data)), read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns()"
            " join duckdb_tables() using (schema_name, table_name) where not temporary order by all"
        ).fetchall()
        columns: dict[tuple[str, str], list[str]] = {}
        for schema, table, column, kind in found:
            if not {column, "*"} & set(left_out.get(table, {})):
                columns.setdefault((schema, table), []).append(_rounded(column, kind))
        for (schema, table), chosen in columns.items():
            rows = connection.execute(
                f"select {', '.join(chosen)} from {schema}.{table}"
            ).fetchall()
            held[f"{schema}.{table}"] = sorted(rows, key=repr)
    return held


def _rounded(column: str, kind: str) -> str:
    if kind == "FLOAT":
        return f"round({column}, 4)"
    return f"list_transform({column}, x -> round(x, 4))" if kind == "FLOAT[]" else column


def differences(held: Tables, expected: Tables) -> list[str]:
    """A line for each row that is missing or too many."""
    told = []
    for table in sorted(held.keys() | expected.keys()):
        here, there = (Counter(map(repr, each.get(table, []))) for each in (held, expected))
        told += [f"{table}: missing {row[:300]}" for row in (there - here).elements()]
        told += [f"{table}: too many {row[:300]}" for row in (here - there).elements()]
    return told
