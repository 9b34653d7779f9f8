"""WARC files: responses are written to them, and read back.

    WarcWriter.append(…) -> WarcRef                 a new .warc.gz per run, a gzip member per record
    WarcCopies.add(record) -> WarcRef               new archives of records from others
    read(WarcRef) -> ArchivedResponse               one record
    scan(paths) -> ArchivedResponse | Unreadable …  every response of several archives, in order
    passages(file, …) -> Passage …                  one archive, record by record, from any on

Reads archives of other tools too, compressed record by record or not at all. A record counts only
if its length and digests are right. Damage is reported with file and offset, and the scan continues
at the next record. This module owns fastwarc.
"""

import base64
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self

from fastwarc.stream_io import BrotliReader, ChunkedReader, GzipWriter, ZstdReader
from fastwarc.warc import WarcRecord, WarcRecordType

from flows.edges.warc_records import (
    MAX_RECORD,
    DamagedError,
    Wanted,
    after_damage,
    begins_record,
    every,
    extent,
    header,
    is_member,
    next_start,
    record_at,
)
from flows.errors import ArchiveError, BodyError
from flows.records import WarcRef, one_line, usable

Truncation = Literal["length", "time", "disconnect", "unspecified"]

# Bytes after content decoding. The largest news page seen had 2 MiB; sitemaps may have 50 MB, but
# none seen did.
MAX_BODY = 32 * 2**20
_PART = 2**20  # bytes decoded at a time
_FULL = 10**9  # bytes of an archive, as the standard recommends
# Types of records that are known and hold no response.
_OTHER_TYPES = frozenset(
    ["warcinfo", "request", "metadata", "revisit", "resource", "conversion", "continuation"]
)
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """One `response` record. Header names are lower-case; repeated headers are joined by ', '."""

    url: str
    date: datetime  # aware, UTC
    status: int
    headers: Mapping[str, str]
    payload: bytes = field(repr=False)  # dechunked, still content-encoded
    truncated: Truncation | None
    ref: WarcRef

    def body(self, limit: int = MAX_BODY) -> bytes:
        """The content-decoded body, as far as it goes if the record is truncated. Raises BodyError
        if it is broken or exceeds `limit` bytes.
        """
        return decoded(
            self.payload,
            self.headers.get("content-encoding", ""),
            limit,
            partial=self.truncated is not None,
        )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place in an archive without a usable record, and what is wrong there."""

    file: str
    offset: int
    detail: str

    def __str__(self) -> str:
        return f"{self.file} at byte {self.offset}: {one_line(self.detail)}"


@dataclass(frozen=True, slots=True)
class Passage:
    """What was found at a place of an archive, None if nothing that is wanted; and where to go on
    reading behind it.
    """

    found: "ArchivedResponse | Unreadable | None"
    end: int


class WarcWriter:
    """Writes one new archive. A context manager. Call `sync` before committing anything that refers
    to a record.
    """

    def __init__(self, path: Path, *, software: str, created: datetime) -> None:
        """`path` must not exist yet; it ends in .warc.gz."""
        self._path = path
        self._file = path.open("xb")
        self._gzip = GzipWriter(self._file, compression_level=6)
        fields = (
            f"software: {software}\r\n"
            "format: WARC File Format 1.1\r\n"
            "conformsTo: http://iipc.github.io/warc-specifications/\r\n"
        )
        self._write(
            WarcRecordType.warcinfo,
            {
                "WARC-Date": _warc_date(created),
                "WARC-Filename": path.name,
                "Content-Type": "application/warc-fields",
            },
            fields.encode(),
        )
        self.sync()
        _sync_directory(path.parent)

    def append(
        self,
        url: str,
        date: datetime,
        status: int,
        reason: str,
        headers: Sequence[tuple[bytes, bytes]],
        payload: bytes,
        truncated: Truncation | None = None,
    ) -> WarcRef:
        """Add a response, or a revisit for a 304. `payload`: the dechunked body, still
        content-encoded. Transfer-Encoding is dropped.
        """
        kept = [(name, value) for name, value in headers if name.lower() != b"transfer-encoding"]
        head = b"".join(
            [
                f"HTTP/1.1 {status} {reason}\r\n".encode("latin-1"),
                *(b"%b: %b\r\n" % header for header in kept),
                b"\r\n",
            ]
        )
        fields = {
            "WARC-Date": _warc_date(date),
            "WARC-Target-URI": url,
            "Content-Type": "application/http; msgtype=response",
            "WARC-Payload-Digest": _sha1(payload),
        }
        if truncated is not None:
            fields["WARC-Truncated"] = truncated
        if status == 304:
            return self._write(
                WarcRecordType.revisit, fields | {"WARC-Profile": _NOT_MODIFIED}, head
            )
        return self._write(WarcRecordType.response, fields, head + payload)

    def copy(self, record: bytes) -> WarcRef:
        """Add a record of another archive: a gzip member as it is, or else compressed."""
        ref = WarcRef(str(self._path), self.size)
        self._file.write(record if is_member(record) else gzip.compress(record, 6))
        return ref

    @property
    def size(self) -> int:
        """In bytes, so far."""
        return self._file.tell()

    def sync(self) -> None:
        """Write every record to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self.sync()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, kind: WarcRecordType, fields: Mapping[str, str], block: bytes) -> WarcRef:
        ref = WarcRef(str(self._path), self.size)
        record = WarcRecord()
        record.init_headers(kind)
        for name, value in fields.items():
            record.headers[name] = value
        record.headers["WARC-Block-Digest"] = _sha1(block)
        record.set_bytes_content(block)
        record.write(self._gzip)
        self._gzip.finish()  # ends the gzip member: without it no tool finds the next record
        return ref


class WarcCopies:
    """Copies records of other archives into new ones in a folder: the first when it is needed, and
    the next when one is full. A context manager. Call `sync` before committing anything that refers
    to a record.
    """

    def __init__(
        self, folder: Path, *, software: str, created: datetime, full: int = _FULL
    ) -> None:
        """`full`: bytes after which an archive takes no more records."""
        self._folder = folder
        self._full = full
        self._software = software
        self._created = created
        self._writer: WarcWriter | None = None
        self._written = 0

    def add(self, record: bytes) -> WarcRef:
        """Copy a record, a gzip member or as it is."""
        if self._writer and self._writer.size >= self._full:
            self.close()
        self._writer = self._writer or self._next()
        return self._writer.copy(record)

    def sync(self) -> None:
        """Write every record to the disk."""
        if self._writer:
            self._writer.sync()

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer:
            writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self) -> WarcWriter:
        self._written += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"backfill-{self._created:%Y%m%dT%H%M%S%fZ}-{self._written:05}.warc.gz"
        return WarcWriter(self._folder / name, software=self._software, created=self._created)


def read(ref: WarcRef) -> ArchivedResponse:
    """The response at `ref`. Raises ArchiveError if it is missing or damaged."""
    try:
        with Path(ref.file).open("rb") as file:
            data, _ = record_at(file, ref.offset)
            response = _parse(data, ref)
    except (OSError, DamagedError) as error:
        raise ArchiveError(f"{ref.file} at byte {ref.offset}: {error}") from error
    if response is None:
        raise ArchiveError(f"{ref.file} at byte {ref.offset}: not a response record")
    return response


def scan(paths: Iterable[Path]) -> Iterator[ArchivedResponse | Unreadable]:
    """Every response of these archives, and every place that cannot be read, in file order."""
    for path in paths:
        try:
            with path.open("rb") as file:
                found = (passage.found for passage in passages(file, str(path)))
                yield from (each for each in found if each is not None)
        except OSError as error:
            yield Unreadable(str(path), 0, error.strerror or str(error))


def passages(
    file: BinaryIO, name: str, start: int = 0, wanted: Callable[[str], bool] | None = None
) -> Iterator[Passage]:
    """An archive from the record at `start` on. `name`: what places in it are called.

    `wanted`: whether the response of a URL is; the others are passed over: they are inflated, if
    need be, but neither kept nor verified. By default, all are wanted. Raises OSError.
    """
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        yield Passage(Unreadable(name, 0, "the file is empty"), 0)
    elif not begins_record(file, 0) and next_start(file, 1, MAX_RECORD) is None:
        yield Passage(Unreadable(name, 0, "not a WARC file"), 0)
    else:
        chosen = every if wanted is None else _by_head(wanted)
        yield from _passages(file, name, start, size, chosen)


def _by_head(wanted: Callable[[str], bool]) -> Wanted:
    """Whether a record is wanted, by its first bytes. Where they do not tell, it is."""

    def is_wanted(data: bytes) -> bool:
        head, _, _ = data.partition(b"\r\n\r\n")
        url = _target(header(head, b"WARC-Target-URI"))
        if header(head, b"WARC-Type") in _OTHER_TYPES:
            return False
        return not url or wanted(url)

    return is_wanted


def _target(uri: str | None) -> str:
    return (uri or "").strip("<> ")  # WARC 1.0 tools write <…>


def decoded(
    payload: bytes, encodings: str, limit: int = MAX_BODY, *, partial: bool = False
) -> bytes:
    """Undo a payload's Content-Encoding. An unknown coding is ignored, as in browsers.

    Raises BodyError if the result would exceed `limit` bytes, or the data is broken; `partial`
    returns what can be decoded before a break instead.
    """
    for coding in reversed([coding.strip().lower() for coding in encodings.split(",")]):
        if payload and coding in _DECODERS:
            payload = _joined(_DECODERS[coding](payload), coding, limit, partial)
    if len(payload) > limit:
        raise BodyError("too-large", f"more than {limit} bytes")
    return payload


def _passages(
    file: BinaryIO, name: str, offset: int, size: int, wanted: Wanted
) -> Iterator[Passage]:
    while offset < size:
        end: int | None = None
        found: ArchivedResponse | Unreadable | None = None
        try:
            data, end = record_at(file, offset, wanted)
            found = _parse(data, WarcRef(name, offset)) if data else None
        except DamagedError as error:
            found = Unreadable(name, offset, str(error))
            end = after_damage(file, offset, error.following or end)
        offset = size if end is None else end
        yield Passage(found, offset)


def _parse(data: bytes, ref: WarcRef) -> ArchivedResponse | None:
    """The response in a record's bytes; None for any other kind of record."""
    begin, length = extent(data)
    try:
        record = WarcRecord.from_bytes(data)
    except OSError as error:
        raise DamagedError(f"broken record ({error})") from error
    block = memoryview(data)[begin : begin + length]
    _verify("WARC-Block-Digest", record.headers.get("WARC-Block-Digest"), block)
    if record.record_type in (WarcRecordType.unknown, WarcRecordType.no_type):
        raise DamagedError("no known WARC-Type")
    url = _target(record.headers.get("WARC-Target-URI"))
    if record.record_type != WarcRecordType.response or url.startswith(("dns:", "whois:", "ftp:")):
        return None
    date = _parsed_date(record.headers.get("WARC-Date"))
    if not url or not record.is_http:
        raise DamagedError("no HTTP response in this record")
    try:
        record.parse_http(strict_mode=False)
        payload = record.reader.read()
    except OSError as error:
        raise DamagedError(f"broken HTTP message ({error})") from error
    status = record.http_headers.status_code
    if status is None or b"\n" in (record.http_headers.status_line_bytes or b""):
        raise DamagedError("no HTTP response in this record")
    headers: dict[str, str] = {}
    for name, value in record.http_headers.items_bytes():
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    raw, payload = payload, _dechunked(payload, headers)
    truncated = _truncation(record.headers.get("WARC-Truncated"))
    if truncated is None:
        # Tools disagree whether the digest of a chunked body is of the chunks or of the body.
        _verify("WARC-Payload-Digest", record.headers.get("WARC-Payload-Digest"), raw, payload)
    return ArchivedResponse(url, date, status, headers, payload, truncated, ref)


def _dechunked(payload: bytes, headers: dict[str, str]) -> bytes:
    if "chunked" not in headers.pop("transfer-encoding", "").lower():
        return payload
    try:
        return bytes(ChunkedReader(io.BytesIO(payload)).read())
    except OSError:  # many tools store the body without chunks and keep the header
        return payload


def _verify(name: str, digest: str | None, *candidates: bytes | memoryview) -> None:
    """Raise DamagedError unless the digest is that of a candidate. One that is absent, or in an
    unknown algorithm or form, passes.
    """
    algorithm, _, expected = (digest or "").partition(":")
    algorithm = algorithm.lower().replace("-", "")
    if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        return
    for candidate in candidates:
        actual = hashlib.new(algorithm, candidate, usedforsecurity=False).digest()
        if expected.lower() in (actual.hex(), base64.b32encode(actual).decode().lower()):
            return
    raise DamagedError(f"wrong {name}")


def _joined(parts: Iterator[bytes], coding: str, limit: int, partial: bool) -> bytes:
    body = bytearray()
    try:
        for part in parts:
            body += part
            if len(body) > limit:
                raise BodyError("too-large", f"more than {limit} bytes once decoded")
    except (zlib.error, OSError) as error:
        if not partial:
            raise BodyError(
                "broken", f"not the {coding} data it is said to be ({error})"
            ) from error
    return bytes(body)


def _inflated(payload: bytes, wbits: int) -> Iterator[bytes]:
    """The data of a zlib stream, or of all gzip members; anything after the last is padding. In
    parts, so that a decompression bomb is noticed in time.
    """
    while payload:
        stream = zlib.decompressobj(wbits)
        while not stream.eof:
            part = stream.decompress(payload, _PART)
            payload = stream.unconsumed_tail
            if not part and not payload and not stream.eof:
                raise zlib.error("the end is missing")
            yield part
        payload = stream.unused_data if stream.unused_data.startswith(b"\x1f\x8b") else b""


def _deflate_wbits(payload: bytes) -> int:
    """For the zlib format, as RFC 9110 says, or for the bare stream that some servers send."""
    is_zlib = payload[0] & 0x0F == 8 and int.from_bytes(payload[:2], "big") % 31 == 0
    return 15 if is_zlib else -15


def _through(reader: BrotliReader | ZstdReader) -> Iterator[bytes]:
    while part := reader.read(_PART):
        yield part


_DECODERS: Mapping[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": lambda payload: _inflated(payload, wbits=31),
    "x-gzip": lambda payload: _inflated(payload, wbits=31),
    "deflate": lambda payload: _inflated(payload, _deflate_wbits(payload)),
    "br": lambda payload: _through(BrotliReader(io.BytesIO(payload))),
    "zstd": lambda payload: _through(ZstdReader(io.BytesIO(payload))),
}


def _truncation(value: str | None) -> Truncation | None:
    match (value or "").strip().lower():
        case "":
            return None
        case "length" | "time" | "disconnect" as known:
            return known
        case _:
            return "unspecified"


def _warc_date(date: datetime) -> str:
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _parsed_date(text: str | None) -> datetime:
    try:
        return usable(datetime.fromisoformat(text or "")).astimezone(UTC)
    except ValueError as error:
        raise DamagedError(f"no date in WARC-Date: {text!r}") from error


def _sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
