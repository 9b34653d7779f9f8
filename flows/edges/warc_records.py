"""Where the records of a WARC file, whole or damaged, begin and end.

Understands files whose records are each a gzip member, and uncompressed ones. Holds at most
MAX_RECORD bytes of a file at once.
"""

import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

# In bytes.
MAX_RECORD = 64 * 2**20  # decompressed; Common Crawl, for one, cuts responses at a few MiB
_CHUNK = 64 * 2**10
_GLANCE = 1024  # enough to tell whether a record begins; damaged data often looks as if one did
_GZIP_MAGIC = b"\x1f\x8b\x08"
_HEADER_END = b"\r\n\r\n"
_LINE_ENDS = 16  # behind a record: two, or what careless tools write instead

Wanted = Callable[[bytes], bool]


def every(head: bytes) -> bool:
    """Wants every record."""
    return True


class DamagedError(Exception):
    """What is wrong with a record, and where the next one begins, if that is known."""

    def __init__(self, detail: str, following: int | None = None) -> None:
        super().__init__(detail)
        self.following = following


def record_at(file: BinaryIO, offset: int, wanted: Wanted = every) -> tuple[bytes, int]:
    """The decompressed bytes of the record at `offset`, and where the next one begins. Raises
    DamagedError.

    `wanted` is given the record's first bytes; of one that is not wanted, none are returned, and
    only its length is verified.
    """
    file.seek(offset)
    magic = file.read(len(_GZIP_MAGIC))
    file.seek(offset)
    if is_member(magic):
        return _gzip_member(file, wanted)
    return _plain_record(file, wanted)


class _Inflated:
    """What is kept of a gzip member: all of it, or only the head if it is not wanted."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._parts: list[bytes] = []
        self.size = 0  # of all of it
        self.is_wanted = True

    def add(self, part: bytes) -> None:
        if not self._parts:
            if not part.startswith(b"WARC/"[: len(part)]):
                raise DamagedError("no WARC record begins here")
            self.is_wanted = self._wanted(part)
        self.size += len(part)
        if not self._parts or (self.is_wanted and self.size <= MAX_RECORD):
            self._parts.append(part)

    @property
    def data(self) -> bytes:
        return b"".join(self._parts)


def _gzip_member(file: BinaryIO, wanted: Wanted) -> tuple[bytes, int]:
    member = zlib.decompressobj(wbits=31)
    inflated = _Inflated(wanted)
    try:
        while not member.eof:
            chunk = member.unconsumed_tail or file.read(_CHUNK)
            if not chunk:
                raise DamagedError("truncated: the file ends within this record")
            inflated.add(member.decompress(chunk, 16 * _CHUNK))
    except zlib.error as error:
        raise DamagedError(f"broken gzip data ({error})") from error
    following = file.tell() - len(member.unused_data)
    if inflated.size > MAX_RECORD:
        raise DamagedError(
            f"larger than {MAX_RECORD} bytes, or a whole file in one gzip member", following
        )
    data = inflated.data
    begin, length = extent(data)
    if inflated.size < begin + length:
        raise DamagedError(f"truncated: {inflated.size - begin} of {length} bytes", following)
    unseen = inflated.size - max(len(data), begin + length)
    if data[begin + length :].strip(b"\r\n") or unseen > _LINE_ENDS:
        raise DamagedError(
            "several records in one gzip member: give each its own, as `warcio recompress` does",
            following,
        )
    return data if inflated.is_wanted else b"", following


def _plain_record(file: BinaryIO, wanted: Wanted) -> tuple[bytes, int]:
    offset = file.tell()
    head = file.read(_CHUNK)
    begin, length = extent(head)
    size = begin + length
    if size > MAX_RECORD:
        raise DamagedError(f"larger than {MAX_RECORD} bytes")
    is_wanted = wanted(head)
    file.seek(offset if is_wanted else offset + size)
    data = file.read(size) if is_wanted else b""
    there = len(data) if is_wanted else min(size, file.seek(0, os.SEEK_END) - offset)
    if there < size:
        raise DamagedError(f"truncated: {there - begin} of {length} bytes")
    file.seek(offset + size)
    tail = file.read(_LINE_ENDS)
    return data, offset + size + len(tail) - len(tail.lstrip(b"\r\n"))


def is_member(data: bytes) -> bool:
    """Whether these bytes are a gzip member, and not a record as it is."""
    return data.startswith(_GZIP_MAGIC)


def extent(data: bytes) -> tuple[int, int]:
    """Where a record's block begins in `data`, and its length in bytes."""
    begin = data.find(_HEADER_END) + len(_HEADER_END)
    length = re.search(
        rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", data[:begin], re.IGNORECASE
    )
    if not data.startswith(b"WARC/") or length is None:
        raise DamagedError("no WARC record begins here")
    return begin, int(length[1])


def header(head: bytes, name: bytes) -> str | None:
    """The value of the first header with a name, of a record or of a message in it; None without
    one.
    """
    match = re.search(rb"\r\n" + re.escape(name) + rb":[ \t]*([^\r\n]*)", head, re.IGNORECASE)
    return match[1].decode("utf-8", "replace").strip() if match else None


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a file from `offset` to before `end`: a record or, if not `whole`, a place where
    none can be read. `data`: what they hold, decompressed as far as it goes.
    """

    offset: int
    end: int
    data: bytes = field(repr=False)
    whole: bool


def spans(file: BinaryIO) -> Iterator[Span]:
    """Every byte of a file, in order."""
    size = file.seek(0, os.SEEK_END)
    offset = 0
    while offset < size:
        try:
            data, end = record_at(file, offset)
            whole = True
        except DamagedError as error:
            end = after_damage(file, offset, error.following) or size
            file.seek(offset)
            data, whole = _decompressed(file.read(min(end - offset, MAX_RECORD))), False
        yield Span(offset, end, data, whole)
        offset = end


def _decompressed(data: bytes) -> bytes:
    """The data of a broken gzip member, as far as it goes; anything else as it is."""
    if not is_member(data):
        return data
    member = zlib.decompressobj(wbits=31)
    parts = []
    try:
        for start in range(0, len(data), _CHUNK):
            parts.append(member.decompress(data[start : start + _CHUNK]))
    except zlib.error:
        pass
    return b"".join(parts)


def after_damage(file: BinaryIO, offset: int, end: int | None) -> int | None:
    """Where to continue after the damaged record at `offset`, which seems to end at `end`; None if
    nothing follows.

    The end of a whole gzip member can be trusted; the length that a damaged record states cannot.
    """
    file.seek(offset)
    if end is not None and file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC:
        return end
    return next_start(file, offset + 1)


def next_start(file: BinaryIO, offset: int, most: int = sys.maxsize) -> int | None:
    """The first place from `offset` on where a record seems to begin; None if there is none in
    about `most` bytes.
    """
    file.seek(offset)
    window = b""
    while file.tell() < offset + most and (chunk := file.read(_CHUNK)):
        window = window[1 - len(b"WARC/") :] + chunk  # a start may lie across two chunks
        end = file.tell()
        for start in re.finditer(rb"\x1f\x8b\x08|WARC/", window):
            place = end - len(window) + start.start()
            if begins_record(file, place):
                return place
        file.seek(end)
    return None


def begins_record(file: BinaryIO, offset: int) -> bool:
    """Whether the bytes at `offset` look like the start of a WARC record."""
    file.seek(offset)
    head = file.read(_GLANCE)
    if is_member(head):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _GLANCE)
        except zlib.error:
            return False
    return re.match(rb"WARC/\d\.\d\r\n", head) is not None
