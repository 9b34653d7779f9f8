"""The extensions of DuckDB that a lake needs, from their packages: none is fetched from elsewhere.

Object storage is reached with the keys that Amazon's own programs find: in the environment, in
~/.aws, or those of the machine.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from flows.errors import WarehouseError
from warehouse.named import first_line, literal

BUCKET = "s3://"
_LAKE = ("postgres_scanner", "ducklake")
_OBJECT_STORAGE = ("httpfs", "aws")
_MISSING = "a lake needs packages of its own: pip install 'kliping[lake]'"


def opened(file: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A database that can attach a lake. Raises WarehouseError."""
    connection = duckdb.connect(file)
    with closed_on_error(connection):
        connection.execute("set autoinstall_known_extensions = false")
        _load(connection, _LAKE)
    return connection


def reach(place: str, connection: duckdb.DuckDBPyConnection, environ: Mapping[str, str]) -> None:
    """Let a connection reach the files of a lake, if they are in object storage. Raises
    WarehouseError, and what DuckDB raises if there are no keys.
    """
    if not place.startswith(BUCKET):
        return
    _load(connection, _OBJECT_STORAGE)
    options = ["type s3", "provider credential_chain", "refresh auto"]
    if address := environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL"):
        parts = urlsplit(address)
        options += [
            f"endpoint {literal(parts.netloc)}",
            f"use_ssl {parts.scheme == 'https'}",
            "url_style 'path'",  # other servers than Amazon's have no names for buckets
        ]
    connection.execute(f"create secret files ({', '.join(options)})")
    # DuckDB 1.5.5 mistakes where the parts of a file of merged ones lie, and refuses to read it
    connection.execute("set disable_parquet_prefetching = true")


@contextmanager
def closed_on_error(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Close a connection if the block fails."""
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


def _load(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    try:
        for name in names:
            connection.execute(f"load {literal(str(_extension(name)))}")
    except duckdb.Error as error:
        raise WarehouseError(f"{_MISSING} ({first_line(error)})") from error


def _extension(name: str) -> Path:
    package = find_spec(f"duckdb_extension_{name}")
    if package is None or package.origin is None:
        raise WarehouseError(_MISSING)
    version = f"v{duckdb.__version__}"
    return Path(package.origin).parent / "extensions" / version / f"{name}.duckdb_extension"
