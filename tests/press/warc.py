"""Responses as records of a WARC file that comes out the same every time."""

import struct
import uuid
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


@dataclass(frozen=True, slots=True)
class Capture:
    """One response as it was fetched; a `revisit` names the earlier capture whose payload it
    repeats.
    """

    url: str
    at: datetime
    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    revisit: "Capture | None" = None


class _Writer(WARCWriter):  # type: ignore[misc]
    """warcio's writer without its temporary files, which it never closes."""

    @staticmethod
    def _create_temp_file() -> BytesIO:
        return BytesIO()


def archive(name: str, captures: list[Capture]) -> bytes:
    """The captures as a gzipped WARC file with fixed dates and record ids."""
    out = BytesIO()
    writer = _Writer(out, gzip=True)
    info = writer.create_warcinfo_record(
        name, {"software": "tests.press.build", "format": "WARC File Format 1.0"}
    )
    info.rec_headers.replace_header("WARC-Date", _stamp(captures[0].at))
    info.rec_headers.replace_header("WARC-Record-ID", _record_id(name))
    writer.write_record(info)
    digests: dict[Capture, str] = {}
    for capture in captures:
        http = StatusAndHeaders(capture.status, list(capture.headers), protocol="HTTP/1.1")
        fixed = {
            "WARC-Date": _stamp(capture.at),
            "WARC-Record-ID": _record_id(f"{capture.url} {_stamp(capture.at)}"),
        }
        if first := capture.revisit:
            record = writer.create_revisit_record(
                capture.url,
                digests[first],
                first.url,
                _stamp(first.at),
                http_headers=http,
                warc_headers_dict=fixed,
            )
        else:
            record = writer.create_warc_record(
                capture.url,
                "response",
                BytesIO(capture.body),
                http_headers=http,
                warc_headers_dict=fixed,
            )
        writer.write_record(record)
        digests[capture] = record.rec_headers.get_header("WARC-Payload-Digest")
    return out.getvalue()


def stored_gzip(data: bytes) -> bytes:
    """A gzip stream of stored blocks: the same bytes whatever zlib is at hand, and the archive's
    own gzip does the compressing.
    """
    chunks = [data[start : start + 65535] for start in range(0, len(data), 65535)]
    blocks = [
        struct.pack("<BHH", n == len(chunks), len(chunk), len(chunk) ^ 0xFFFF) + chunk
        for n, chunk in enumerate(chunks, 1)
    ]
    return (
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
        + b"".join(blocks)
        + struct.pack("<II", zlib.crc32(data), len(data))
    )


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _record_id(name: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"
