"""WARC files without some of their records.

    read_facts(span) -> Facts      what a record is about
    copy_without(path, offsets)    a new file, beside the old one, with all other records

What stays is copied byte for byte. The new file has a new name, so a reference to a record is right
as long as its file is there.
"""

import html
import os
import re
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

from flows.edges.archive import MAX_BODY, decoded
from flows.edges.warc_records import DamagedError, Span, extent, header, spans
from flows.errors import BodyError, WarehouseError

_END = re.compile(r"(?:~(\d{1,9}))?(\.warc(?:\.gz)?)\Z")
_PART = 2**20  # bytes copied at a time


@dataclass(frozen=True, slots=True)
class Facts:
    """What a record of a WARC file is about: the URL that was asked for, '' if it names none; where
    it redirects to; and its text, with spaces for white space.
    """

    url: str
    location: str | None
    text: str = field(repr=False)


def archives(folder: Path) -> list[Path]:
    """The WARC files in a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and _END.search(path.name))


def read_spans(path: Path) -> Iterator[Span]:
    """Every byte of an archive. Raises WarehouseError."""
    try:
        with path.open("rb") as file:
            yield from spans(file)
    except OSError as error:
        raise WarehouseError(f"{path}: cannot be read: {error.strerror}") from error


def read_facts(span: Span) -> Facts:
    """What a record, or what is left of one, is about."""
    try:
        begin, length = extent(span.data)
    except DamagedError:
        return Facts("", None, _text(span.data))
    url = (header(span.data[:begin], b"WARC-Target-URI") or "").strip("<> ")
    block = span.data[begin : begin + length]
    head, _, payload = block.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/"):
        return Facts(url, None, _text(block))
    location = header(head, b"Location")
    target = None
    if location:
        with suppress(ValueError):
            target = urljoin(url, location)
    return Facts(url, target, _text(_body(payload, header(head, b"Content-Encoding") or "")))


def copy_without(path: Path, offsets: Collection[int]) -> tuple[Path | None, dict[int, int]]:
    """Write the records of an archive, but those at these offsets, into a new file beside it.

    Returns the new file, None if no record would be in it, and where each record is in it: -1 for
    those that are not. Raises WarehouseError.
    """
    target = _next_name(path)
    part = target.with_name(f"{target.name}.part")
    places: dict[int, int] = {}
    held = False
    try:
        with path.open("rb") as source, part.open("wb") as copy:
            for span in spans(source):
                places[span.offset] = -1
                if span.offset in offsets:
                    continue
                places[span.offset] = copy.tell()
                held |= not _is_information(span)
                source.seek(span.offset)
                _pass(source, copy, span.end - span.offset)
            copy.flush()
            os.fsync(copy.fileno())
        if not held:
            part.unlink()
            return None, dict.fromkeys(places, -1)
        written = path.stat()
        os.utime(part, ns=(written.st_atime_ns, written.st_mtime_ns))
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise WarehouseError(f"{target}: cannot be written: {error.strerror}") from error
    return target, places


def _pass(source: BinaryIO, copy: BinaryIO, size: int) -> None:
    while size > 0 and (data := source.read(min(size, _PART))):
        copy.write(data)
        size -= len(data)


def _is_information(span: Span) -> bool:
    head = span.data[:2000].lower()
    return re.search(rb"\r\nwarc-type:[ \t]*warcinfo", head) is not None


def _next_name(path: Path) -> Path:
    """'a.warc.gz' is written anew as 'a~1.warc.gz', and that as 'a~2.warc.gz', unless there is such
    a file: then under the next number.
    """
    end = _END.search(path.name)
    assert end
    stem = path.name[: end.start()]
    names = (f"{stem}~{number}{end[2]}" for number in count(int(end[1] or 0) + 1))
    return next(new for name in names if not (new := path.with_name(name)).exists())


def _body(payload: bytes, encodings: str) -> bytes:
    """A body, decoded as far as it can be."""
    try:
        return decoded(payload, encodings, MAX_BODY, partial=True)
    except (BodyError, zlib.error):
        return payload


def _text(data: bytes) -> str:
    return " ".join(html.unescape(data.decode("utf-8", "replace")).split())
