"""What a run writes in the writer's database, for the publish that follows."""

from contextlib import suppress
from pathlib import Path

import duckdb

from warehouse.copies import Stamp, keep, take
from warehouse.directory import writer_file
from warehouse.files import Range
from warehouse.named import signals

# A log that was emptied has no more of what duckdb_logs joins to each entry.
_WRITTEN = """
    select distinct parsed.pos::ubigint, parsed.pos::ubigint + parsed.bytes::ubigint
    from (
        select parse_duckdb_log_message('FileSystem', message) as parsed
        from duckdb_logs() where type = 'FileSystem'
    )
    where parsed.op = 'WRITE' and parsed.path = $path
"""


class Changes:
    """Records where a run writes in the writer's database, by DuckDB's own log of its files.

    To be made before the database is attached. Block by block, DuckDB's checksums would tell it
    without a log, but they do not change when the words of a block change places.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, directory: Path) -> None:
        self._connection = connection
        self._directory = directory
        self._copies = take(directory)
        self._written: set[Range] = set()
        if self._copies:
            connection.execute("call enable_logging('FileSystem')")

    def gather(self) -> None:
        """Read what was logged, and empty the log, which has a row for every block that is read,
        too. If it cannot be read, the copies are not known any more.
        """
        if not self._copies:
            return
        path = str(writer_file(self._directory).resolve())
        try:
            with signals():
                self._written.update(self._connection.execute(_WRITTEN, {"path": path}).fetchall())
                self._connection.execute("call truncate_duckdb_logs()")
        except duckdb.Error:
            self._copies = None

    def close(self) -> None:
        """Close the connection, and record what was written. What closing would still write into
        the database is written before, where the log tells of it.
        """
        writer = writer_file(self._directory)
        left = None
        try:
            with suppress(duckdb.Error), signals():
                if self._copies:
                    self._connection.execute("checkpoint writer")
                    self.gather()
                    left = Stamp.of(writer)
        finally:
            self._connection.close()
        if self._copies and left and left == Stamp.of(writer):
            keep(self._directory, self._copies.after(left, self._written))
