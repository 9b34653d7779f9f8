"""`kliping sql` without a statement: DuckDB's own shell where it is installed and people sit before
it, and otherwise a plain one.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from flows.commands.sql import Format, show
from flows.errors import QueryError
from warehouse.reader import Reader

# What DuckDB's shell is told first, in this order: safe mode locks the settings, but the last one
# can only be set where files can no longer be found. It keeps `copy … to` from the published file.
_CONFINED = (
    "set allowed_configs = ['TimeZone', 'disabled_filesystems']",
    ".safe_mode",
    "set disabled_filesystems = 'LocalFileSystem'",
)
_TIMEZONE = "set TimeZone = 'Asia/Jakarta'"
_OLDEST = (1, 5)  # that reads our views
# What a terminal needs to know; no other variable can be read by a statement
_ENVIRONMENT = re.compile(r"HOME|PATH|TERM|COLORTERM|LANG|LC_\w+|COLUMNS|LINES|NO_COLOR|PAGER")


def open_shell(reader: Reader, form: Format, unrestricted: bool) -> None:
    """Answer statements from standard input, until it ends."""
    if reader.lake is None and form == "table" and sys.stdin.isatty() and sys.stdout.isatty():
        _hand_over(reader.path, unrestricted)
    if not unrestricted:
        reader.confine()
    converse(reader, form)


def _hand_over(path: Path, unrestricted: bool) -> None:
    """Become DuckDB's own shell on the published file. Returns if it is not installed, or older
    than the file needs.
    """
    program = shutil.which("duckdb")
    if program is None or _version(program) < _OLDEST:
        return
    sys.stdout.flush()
    environment = dict(os.environ)
    told = [_TIMEZONE]
    if not unrestricted:
        told += _CONFINED
        environment = {n: v for n, v in environment.items() if _ENVIRONMENT.fullmatch(n)}
        environment["LESSSECURE"] = "1"  # the pager runs no commands
    commands = [part for each in told for part in ("-cmd", each)]
    os.execve(program, [program, "-readonly", *commands, str(path)], environment)  # noqa: S606


def _version(program: str) -> tuple[int, ...]:
    """Of DuckDB's shell, such as (1, 5); (0,) if it does not say."""
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.match(r"v?(\d{1,4})\.(\d{1,4})", said.stdout)
    return tuple(map(int, found.groups())) if found else (0,)


def converse(reader: Reader, form: Format) -> None:
    """A shell: run each statement read from standard input, until it ends. A statement ends with a
    semicolon at the end of a line. An error does not end the shell.
    """
    interactive = sys.stdin.isatty()
    if interactive:
        with suppress(ImportError):  # line editing and history, where the platform has them
            import readline  # noqa: F401
        sys.stdout.write(
            "End statements with ';'. .tables lists the tables, 'describe NAME' tells of one; "
            "exit leaves.\n"
        )
    statement = ""
    while True:
        try:
            line = input("kliping> " if interactive and not statement else "")
        except (EOFError, KeyboardInterrupt):
            break
        words = line.strip().rstrip(";").split()
        if not statement and _LEAVES.fullmatch(" ".join(words)):
            return
        if not statement and _told(reader, words, form):
            continue
        statement += line + "\n"
        if line.rstrip().endswith(";"):
            _answer(reader, statement, form)
            statement = ""
    if statement.strip():
        _answer(reader, statement, form)


_LEAVES = re.compile(r"\.?(exit|quit)|\.q", re.IGNORECASE)


def _told(reader: Reader, words: Sequence[str], form: Format) -> bool:
    """Answer `.tables` or `describe NAME`, and whether it was one of them."""
    match [word.lower() for word in words]:
        case [".tables"]:
            rows = reader.tables()
        case ["describe" | "desc", name] if rows := reader.columns(name):
            pass
        case _:
            return False
    show(list(rows[0]), [list(row.values()) for row in rows], form)
    return True


def _answer(reader: Reader, statement: str, form: Format) -> None:
    try:
        show(*reader.query(statement), form)
    except QueryError as error:
        sys.stderr.write(f"{error}\n")
