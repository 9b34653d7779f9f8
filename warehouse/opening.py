"""Whether a file can be opened as a warehouse's database. Those of other programs are left as they
are.
"""

from contextlib import suppress
from pathlib import Path

import duckdb

from flows.errors import ForeignError, WarehouseError
from warehouse.named import first_line, statement, statements

_MARK, _MARK_AT = b"DUCK", 8  # in the first header of every DuckDB database
_NAMED = 3  # tables of another program that the message names


def require_database(path: Path) -> None:
    """Raise duckdb.IOException, as DuckDB does, if a file is no DuckDB database. DuckDB itself may
    take it for that of another program, and try to download an extension that reads it.
    """
    with suppress(OSError), path.open("rb") as file:
        if file.read(_MARK_AT + len(_MARK))[_MARK_AT:] != _MARK:
            raise duckdb.IOException("it is not a DuckDB database")


def cannot_be_opened(path: Path, error: duckdb.Error, advice: str) -> WarehouseError:
    """A database that DuckDB refuses to open. `advice`: what to do if it is damaged."""
    said = str(error)
    if "set lock" in said:
        advice = "close the program that has it open"
    if "version number" in said:
        advice = "a newer version of kliping wrote it: upgrade kliping"
    return WarehouseError(f"{path}: cannot be opened: {first_line(error)}; {advice}")


def refuse_other_program(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raise ForeignError if an open database has tables, but is no warehouse. `path`: what the
    message calls it.
    """
    if statements("migrations")[0] in _applied(connection):
        return
    found = connection.execute(statement("queries", "foreign_tables")).fetchall()
    if not found:
        return
    names = [name for (name,) in found]
    more = ", …" if len(names) > _NAMED else ""
    raise ForeignError(
        f"{path}: is the database of another program, with the tables "
        f"{', '.join(names[:_NAMED])}{more}: move it away, or name another data directory with "
        "--warehouse"
    )


def _applied(connection: duckdb.DuckDBPyConnection) -> list[str]:
    try:
        return [name for (name,) in connection.execute("select name from migrations").fetchall()]
    except (duckdb.CatalogException, duckdb.BinderException):
        return []
