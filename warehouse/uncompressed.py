"""How a file keeps the keys by which rows are looked for: uncompressed.

By itself DuckDB compresses them to half (FSST): looking for some among a million then takes 22 ms
of processor time instead of 10, and a run has some sixty such statements. The file is larger by
four in a hundred. What a column is kept as can only be said where its table is made, so tables are
made anew; the Parquet files of a lake have no such choice.
"""

import re

KEYS = (
    "article_id",
    "original_article_id",
    "story_id",
    "alert_id",
    "url",
    "identity_key",
    "text_hash",
    "extracted_hash",
)
_KEY = re.compile(rf"\b({'|'.join(KEYS)}) VARCHAR")


def made_anew(schema: str, table: str, definition: str) -> list[str]:
    """The statements that make a table anew with the same rows; none where it has no keys.

    `definition`: its `create table`, as duckdb_tables() has it.
    """
    kept, keys = _KEY.subn(r"\1 VARCHAR USING COMPRESSION uncompressed", definition)
    if not keys:
        return []
    return [
        f"alter table {schema}.{table} rename to {table}_compressed",
        kept,
        f"insert into {schema}.{table} from {schema}.{table}_compressed",
        f"drop table {schema}.{table}_compressed",
    ]
