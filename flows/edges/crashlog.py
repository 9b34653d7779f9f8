"""Unforeseen errors: one that reaches the top is reported in one line, its trace goes to a file."""

import errno
import os
import signal
import tempfile
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from flows.records import one_line

# What a machine refuses can come up anywhere, and is no mistake. Each with what to do about it.
_ROOM = "make room, and the next run goes on"
_ACCESS = "put that right, and the next run goes on"
_REFUSALS: Mapping[int, str] = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EACCES: _ACCESS,
    errno.EPERM: _ACCESS,
    errno.EROFS: _ACCESS,
    errno.EEXIST: _ACCESS,
    errno.EISDIR: _ACCESS,
    errno.ENOTDIR: _ACCESS,
    errno.ELOOP: _ACCESS,
    errno.EIO: _ACCESS,
    errno.ESTALE: _ACCESS,
    errno.EMFILE: "allow more open files (ulimit -n), and the next run goes on",
    errno.ENFILE: "allow more open files, and the next run goes on",
}


def report(error: BaseException, directory: Path) -> str:
    """Log an error, and describe it in one line.

    The trace is appended to `errors.log` in the directory or, if that cannot be written, goes to a
    temporary file; the line names the file. What the machine refuses, such as room on a full disk,
    is not logged: the line says what to do.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, OSError) and (what_to_do := _REFUSALS.get(error.errno or 0)):
        return f"{error.filename or directory}: {error.strerror}; {what_to_do}"
    message = one_line(" ".join(str(error).split()))
    description = ": ".join(filter(None, (type(error).__name__, message)))
    return f"unforeseen {description}; {_log(error, directory)}"


def signal_number(error: BaseException) -> int | None:
    """The number of the signal that caused an error, if one did: what its handler raised can end as
    an error of whatever was at work at that moment.
    """
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen:
        if isinstance(link, KeyboardInterrupt):
            return signal.SIGINT
        # Prefect's TerminationSignal has the number.
        number = getattr(link, "signal", 0)
        if not isinstance(link, Exception) and isinstance(number, int):
            return number or None
        seen.append(link)
        link = link.__cause__ or link.__context__
    return None


def _log(error: BaseException, directory: Path) -> str:
    text = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, process {os.getpid()}\n"
    text += "".join(traceback.format_exception(error)) + "\n"
    try:
        return f"its trace is in {_written(text, directory)}"
    except OSError as refused:
        return f"its trace cannot be written: {refused.strerror}"


def _written(text: str, directory: Path) -> Path:
    """Only the owner may read the file: a trace may contain secrets."""
    try:
        path = directory / "errors.log"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        file, name = tempfile.mkstemp(prefix="kliping-", suffix=".log")
        path = Path(name)
    with os.fdopen(file, "a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(text)
    return path
