"""What nobody foresaw: an error that reaches the top is told in a line, and its trace is in a file."""

import errno
import os
import signal
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

_LONGEST = 300  # of what the error says, in characters
_FULL = frozenset([errno.ENOSPC, errno.EDQUOT])  # nobody's mistake, wherever it is met first


def told(error: BaseException, directory: Path) -> str:
    """The error in one line: of a full disk what to do, of any other the file that its trace was
    added to, which is `errors.log` in the directory or, where that cannot be written, one among the
    machine's temporary files.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, OSError) and error.errno in _FULL:
        return (
            f"{error.filename or directory}: {error.strerror}; make room, and the next run goes on"
        )
    said = " ".join("".join(filter(_is_visible, str(error))).split())
    what = f"{type(error).__name__}: {said[:_LONGEST]}" if said else type(error).__name__
    return f"unforeseen {what}; {_kept(error, directory)}"


def signalled(error: BaseException) -> int | None:
    """The number of the signal that the error comes from: what its handler raised can end as an
    error of whatever was at work just then.
    """
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen:
        if isinstance(link, KeyboardInterrupt):
            return signal.SIGINT
        if not isinstance(link, Exception) and isinstance(
            number := getattr(link, "signal", 0), int
        ):
            return number or None  # as Prefect's TerminationSignal has it
        seen.append(link)
        link = link.__cause__ or link.__context__
    return None


def _kept(error: BaseException, directory: Path) -> str:
    text = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, process {os.getpid()}\n"
    text += "".join(traceback.format_exception(error)) + "\n"
    try:
        return f"its trace is in {_written(text, directory)}"
    except OSError as refused:
        return f"its trace cannot be written: {refused.strerror}"


def _written(text: str, directory: Path) -> Path:
    """A trace may hold what is secret, so that only we may read it."""
    try:
        path = directory / "errors.log"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        file, name = tempfile.mkstemp(prefix="kliping-", suffix=".log")
        path = Path(name)
    with os.fdopen(file, "a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(text)
    return path


def _is_visible(char: str) -> bool:
    return char.isprintable() or char.isspace()
