"""Archives wherever they lie: local files, object storage (s3://…), and web servers (https://…).

    find(paths)     -> the archives that paths, patterns, and lists of paths name
    opened(archive) -> a file that can be read from any place on

A remote archive is read in blocks, of which a few are in memory; the next one is on its way while
one is read. A connection that is lost is made again, a few times. This module owns fsspec. Which
account, region, or endpoint it uses is for the libraries below it to read from the environment.
"""

import gzip
import io
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar
from urllib.parse import urlsplit

import fsspec

from flows.edges.warc_records import is_member
from flows.errors import ArchiveError, ConfigError, StorageError
from flows.records import one_line, stable_id

_BLOCK = 8 * 2**20  # bytes a request; larger ones gain nothing at the speed of one connection
_BLOCKS = 4  # in memory; a damaged record is looked for again from a little before
_BUFFER = 256 * 2**10
_WAITS_S = (
    1.0,
    5.0,
    15.0,
)  # before another try at a web server; of a bucket, libraries have theirs
_ASKED_AT_ONCE = 16  # lists name hundreds of archives, whose sizes are asked for one by one
_NEEDS_EXTRA = {"s3", "s3a", "http", "https"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """An archive. `name`: an absolute path or a URL; `size`: in bytes; `fingerprint`: what changes
    if the archive is replaced under the same name.
    """

    name: str
    size: int
    fingerprint: str

    @property
    def is_remote(self) -> bool:
        return _is_url(self.name)


def find(paths: Sequence[str]) -> list[ArchiveFile]:
    """The archives that paths name: local ones or URLs, patterns of these (`s3://a/*.warc.gz`), or
    lists of these, one a line (`@FILE`, which may be a URL, and compressed).

    Each appears once, in this order; those of a pattern are sorted by name. One in a list that is
    not there is named like the others, and cannot be opened. Raises ConfigError, StorageError.
    """
    found: dict[str, ArchiveFile] = {}
    for path in paths:
        is_list = path.startswith("@")
        names = _lines(path[1:]) if is_list else [path]
        for archive in _found(names, or_nothing=is_list):
            found.setdefault(archive.name, archive)
    return list(found.values())


@contextmanager
def opened(archive: ArchiveFile, wait: Callable[[float], None] = time.sleep) -> Iterator[BinaryIO]:
    """An archive, to be read.

    Opening and reading raise ArchiveError if the archive is not there or not given away, and
    StorageError if where it lies cannot be reached any more.
    """
    if not archive.is_remote:
        try:
            with Path(archive.name).open("rb") as file:
                yield file
        except OSError as error:
            raise ArchiveError(error.strerror or str(error)) from error
        return
    with io.BufferedReader(_RemoteFile(archive.name, wait), _BUFFER) as file:
        yield file


# ---- what is there ----


def _lines(path: str) -> list[str]:
    """The paths in a list. Relative ones begin where the list lies: in its folder, or at the root
    of its bucket or server, as those of Common Crawl do.
    """
    parts = urlsplit(path)
    root = f"{parts.scheme}://{parts.netloc}" if _is_url(path) else str(Path(path).parent)
    with _explained(path), fsspec.open(path, "rb") as file:
        data = file.read()
    try:
        text = (gzip.decompress(data) if is_member(data) else data).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(f"@{path}: expected a list of archives, one path a line") from error
    lines = [line.strip() for line in text.splitlines()]
    return [
        line if _is_url(line) or Path(line).is_absolute() else f"{root}/{line}"
        for line in lines
        if line and not line.startswith("#")
    ]


def _found(names: Sequence[str], *, or_nothing: bool) -> Iterator[ArchiveFile]:
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        for name, archives in zip(names, pool.map(_named, names), strict=True):
            if not (archives or or_nothing):
                what = "no archive matches" if _is_pattern(name) else "there is no such archive"
                raise ConfigError(f"{name}: {what}")
            yield from archives or [ArchiveFile(name, 0, "")]


def _named(name: str) -> list[ArchiveFile]:
    """The archives that a path or pattern names; none if there is none."""
    with _explained(name):
        system, path = fsspec.url_to_fs(name)
        try:
            entries = [system.info(path)]
        except FileNotFoundError as error:
            if not _is_absent(error):
                raise StorageError(f"{name}: {_reason(error.__cause__ or error)}") from error
            entries = list(system.glob(path, detail=True).values()) if _is_pattern(name) else []
        found = [_archive(system, entry) for entry in entries if entry["type"] == "file"]
    return sorted(found, key=lambda archive: archive.name)


def _archive(system: Any, entry: dict[str, Any]) -> ArchiveFile:
    name = system.unstrip_protocol(entry["name"])
    if name.startswith("file://"):
        name = str(Path(entry["name"]).resolve())
    if entry.get("size") is None:
        raise StorageError(f"{name}: the server does not say its size: download it first")
    told = entry.get("ETag") or entry.get("LastModified") or entry.get("mtime") or ""
    return ArchiveFile(name, entry["size"], stable_id(str(told)))


def _is_url(name: str) -> bool:
    return "://" in name


def _is_pattern(name: str) -> bool:
    """A question mark in a web address begins its query."""
    return "*" in name if _is_web(name) else has_magic(name)


def _is_web(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _is_absent(error: FileNotFoundError) -> bool:
    """Whether there is no such file. fsspec says so, too, of a server that cannot be reached."""
    cause = error.__cause__
    return not isinstance(cause, Exception) or (
        isinstance(cause, FileNotFoundError) or getattr(cause, "status", None) in (404, 410)
    )


def _is_of_archive(error: Exception) -> bool:
    """Whether the fault is that of one archive: it is not there, or not given away."""
    if isinstance(error, FileNotFoundError):
        return _is_absent(error) or hasattr(error.__cause__, "status")
    return isinstance(error, PermissionError | IsADirectoryError)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Raise what libraries raise, each its own, as what a person can do something about."""
    try:
        yield
    except (ConfigError, StorageError):
        raise
    except FileNotFoundError as error:
        raise ConfigError(f"{name}: there is no such file") from error
    except PermissionError as error:
        raise StorageError(f"{name}: access is refused: {_reason(error)}") from error
    except (ImportError, ValueError) as error:
        extra = "; pip install 'kliping[s3]'" if urlsplit(name).scheme in _NEEDS_EXTRA else ""
        raise ConfigError(f"{name}: {one_line(str(error))}{extra}") from error
    except Exception as error:
        raise StorageError(f"{name}: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    return one_line(getattr(error, "strerror", None) or str(error)) or type(error).__name__


# ---- what is in it ----


class _Remote(Protocol):
    """A file of fsspec."""

    size: int

    def seek(self, place: int) -> int: ...
    def read(self, size: int) -> bytes: ...
    def close(self) -> None: ...


def _open(name: str) -> _Remote:
    system, path = fsspec.url_to_fs(name)
    file: _Remote = system.open(
        path, "rb", block_size=_BLOCK, cache_type="background", cache_options={"maxblocks": _BLOCKS}
    )
    return file


class _RemoteFile(io.RawIOBase):
    """A remote file that is opened again, after a while, if it cannot be read."""

    def __init__(self, name: str, wait: Callable[[float], None]) -> None:
        super().__init__()
        self._name = name
        self._wait = wait
        self._place = 0
        self._file: _Remote | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: 0}[whence]
        if whence == io.SEEK_END:
            begin = self._tried(lambda file: file.size)
        self._place = begin + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        def read(file: _Remote) -> bytes:
            file.seek(self._place)
            return file.read(len(buffer))

        data = self._tried(read)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        self._drop()
        super().close()

    def _tried(self, do: Callable[[_Remote], T]) -> T:
        """What `do` makes of the file. Raises ArchiveError, StorageError."""
        for wait_s in (*(_WAITS_S if _is_web(self._name) else ()), None):
            try:
                self._file = self._file or _open(self._name)
                return do(self._file)
            except Exception as error:  # each library has its own
                self._drop()  # what it has read ahead, too, which may be the error itself
                if _is_of_archive(error):
                    raise ArchiveError(_reason(error)) from error
                if wait_s is None:
                    raise StorageError(_reason(error)) from error
                self._wait(wait_s)
        raise AssertionError

    def _drop(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(Exception):  # nothing was written
                file.close()
