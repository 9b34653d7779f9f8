"""WARC files: what is written can be read, by us and by others; what is damaged is reported; what
others wrote can be read.
"""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.edges.archive import (
    ArchivedResponse,
    Unreadable,
    WarcCopies,
    WarcWriter,
    decoded,
    passages,
    read,
    scan,
)
from flows.edges.warc_records import MAX_RECORD
from flows.errors import ArchiveError, BodyError
from flows.records import WarcRef

DATE = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
HEADERS = [
    (b"Content-Type", b"text/html"),
    (b"Set-Cookie", b"a=1"),
    (b"Set-Cookie", b"b=2"),
    (b"X-Nama", b"caf\xe9"),
]


def write(path: Path, *payloads: bytes) -> list[WarcRef]:
    """An archive of one 200 response for each payload, at http://a.example/0, /1, …"""
    with WarcWriter(path, software="Kliping/test", created=DATE) as writer:
        return [
            writer.append(f"http://a.example/{number}", DATE, 200, "OK", HEADERS, body)
            for number, body in enumerate(payloads)
        ]


def found(path: Path) -> list[str]:
    """What a scan finds: the path of each response, and '!' with the complaint for each unreadable
    place.
    """
    return [
        item.url.removeprefix("http://a.example/")
        if isinstance(item, ArchivedResponse)
        else f"!{item.detail}"
        for item in scan([path])
    ]


PAYLOADS: Mapping[str, bytes] = {
    "empty": b"",
    "text": "Halo, “dunia”".encode(),
    "every byte": bytes(range(256)) * 300,
    "line ends": b"\r\n\r\n\r\nWARC/1.1\r\n\r\n",
    "gzip": gzip.compress(b"halo" * 1000),
    "a megabyte": b"<p>berita</p>\n" * 75_000,
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_round_trip(tmp_path: Path, name: str) -> None:
    """A response is read as it was written: URL, date, status, headers and every byte."""
    payload = PAYLOADS[name]
    first, second = write(tmp_path / "a.warc.gz", payload, b"after")
    response = read(first)
    assert (response.url, response.date, response.status, response.payload) == (
        "http://a.example/0",
        DATE,
        200,
        payload,
    )
    assert response.headers == {
        "content-type": "text/html",
        "set-cookie": "a=1, b=2",
        "x-nama": "café",
    }
    assert (response.truncated, response.ref) == (None, first)
    assert read(second).payload == b"after"
    assert list(scan([tmp_path / "a.warc.gz"])) == [response, read(second)]


@pytest.mark.parametrize("name", PAYLOADS)
def test_other_tools_read_it(tmp_path: Path, name: str) -> None:
    """Another library reads the same bytes, finds both digests right and each record at our
    offset.
    """
    payload = PAYLOADS[name]
    refs = write(tmp_path / "a.warc.gz", b"before", payload)
    with (tmp_path / "a.warc.gz").open("rb") as file:
        records = ArchiveIterator(file, check_digests="raise")
        seen = [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.raw_stream.read(),
                records.get_record_offset(),
            )
            for record in records
        ]
    assert [kind for kind, *_ in seen] == ["warcinfo", "response", "response"]
    assert seen[2][1:] == ("http://a.example/1", payload, refs[1].offset)


def test_what_a_record_says(tmp_path: Path) -> None:
    """The first record describes the archive; Transfer-Encoding is dropped; a cut response says so;
    a 304 is a revisit.
    """
    path = tmp_path / "a.warc.gz"
    chunked = [(b"Transfer-Encoding", b"chunked")]
    in_jakarta = DATE.astimezone(timezone(timedelta(hours=7)))
    with WarcWriter(path, software="Kliping/test", created=DATE) as writer:
        writer.append("http://a.example/cut", DATE, 200, "OK", chunked, b"half", "length")
        same = ("http://a.example/same", in_jakarta, 304, "Not Modified", HEADERS, b"")
        revisit = writer.append(*same)
    with path.open("rb") as file:
        info, cut, seen = [
            (record.rec_headers, record.http_headers, record.content_stream().read())
            for record in ArchiveIterator(file)
        ]
    assert info[0].get_header("WARC-Type") == "warcinfo"
    assert b"software: Kliping/test\r\n" in info[2]
    assert (cut[0].get_header("WARC-Truncated"), cut[1].headers, cut[2]) == ("length", [], b"half")
    assert seen[0].get_header("WARC-Type") == "revisit"
    assert (
        seen[0].get_header("WARC-Profile")
        == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    )
    assert seen[0].get_header("WARC-Date") == "2026-11-22T01:02:03.456789Z"
    assert found(path) == ["cut"]
    with pytest.raises(
        ArchiveError, match=f"{path} at byte {revisit.offset}: not a response record"
    ):
        read(revisit)


@pytest.mark.parametrize("compressed", [True, False])
def test_records_are_copied(tmp_path: Path, compressed: bool) -> None:
    """A copied record is the same response, in an archive that others read, too; a full archive is
    followed by another. A gzip member is the same byte for byte.
    """
    original = tmp_path / "a.warc.gz"
    first, second = write(original, b"one" * 500, b"two" * 500)
    data = original.read_bytes()[first.offset : second.offset]
    record = data if compressed else gzip.decompress(data)
    with WarcCopies(tmp_path / "copies", software="t", created=DATE, full=1_000) as copies:
        places = [copies.add(record) for _ in range(4)]
        copies.sync()
        assert {read(place).payload for place in places} == {b"one" * 500}
    paths = sorted({Path(place.file) for place in places})
    assert len(paths) > 1
    with paths[0].open("rb") as file:
        kinds = [each.rec_type for each in ArchiveIterator(file, check_digests="raise")]
    assert kinds == ["warcinfo", *["response"] * (len(kinds) - 1)]
    assert (data in paths[0].read_bytes()) == compressed


def passed(path: Path, start: int, *paths: str) -> list[tuple[str, int]]:
    """What a passage over an archive finds, of these paths: their paths, or what is wrong; and
    where it goes on.
    """
    with path.open("rb") as file:
        wanted = [f"http://a.example/{path}" for path in paths]
        return [
            (getattr(passage.found, "url", "") or getattr(passage.found, "detail", ""), passage.end)
            for passage in passages(file, str(path), start, wanted.__contains__)
        ]


@pytest.mark.parametrize("compressed", [True, False])
def test_unwanted_records_are_passed_over(tmp_path: Path, compressed: bool) -> None:
    """Only wanted responses are read; of others, damage that is not in the way is not seen. Any
    place where a record ends is one to go on from.
    """
    path = tmp_path / "a.warc.gz"
    refs = write(path, *(bytes([letter]) * 90_000 for letter in b"abcd"))
    data = path.read_bytes()
    if not compressed:
        members = [*(ref.offset for ref in refs), len(data)]
        plain = [gzip.decompress(data[a:b]) for a, b in zip([0, *members], members, strict=False)]
        plain[2] = plain[2].replace(b"b" * 90_000, b"x" * 90_000)  # its digest is wrong now
        path = tmp_path / "a.warc"
        path.write_bytes(b"".join(plain))
    found = passed(path, 0, "0", "3")
    assert [what for what, _ in found] == ["", "http://a.example/0", "", "", "http://a.example/3"]
    assert found[-1][1] == path.stat().st_size
    for position, (_, end) in enumerate(found[:-1]):
        assert passed(path, end, "0", "3") == found[position + 1 :]
    path.write_bytes(path.read_bytes()[:-50])
    *_, (what, _) = passed(path, 0, "0")
    assert what.startswith("truncated: ")


def test_an_archive_is_never_overwritten(tmp_path: Path) -> None:
    """A new archive needs a new name."""
    write(tmp_path / "a.warc.gz", b"x")
    with pytest.raises(FileExistsError):
        write(tmp_path / "a.warc.gz", b"y")


def test_synced_records_are_on_the_disk(tmp_path: Path) -> None:
    """After `sync` another reader finds the record, although the archive is still being written."""
    with WarcWriter(tmp_path / "a.warc.gz", software="Kliping/test", created=DATE) as writer:
        ref = writer.append("http://a.example/0", DATE, 200, "OK", HEADERS, b"x" * 100)
        writer.sync()
        assert read(ref).payload == b"x" * 100


@pytest.mark.parametrize(
    ("name", "offset"),
    [("a.warc.gz", 1), ("a.warc.gz", 0), ("a.warc.gz", 10**9), ("missing.warc.gz", 0)],
)
def test_reading_what_is_not_there(tmp_path: Path, name: str, offset: int) -> None:
    """A reference that leads to no response is an error that names file and offset."""
    write(tmp_path / "a.warc.gz", b"x")
    with pytest.raises(ArchiveError, match=re.escape(f"{tmp_path / name} at byte {offset}: ")):
        read(WarcRef(str(tmp_path / name), offset))


Damage = Callable[
    [bytes, list[int]], bytes
]  # the whole file and the offsets of its three responses -> the damaged file


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


DAMAGED: Mapping[str, tuple[Damage, list[str]]] = {
    "nothing": (lambda data, _: data, ["0", "1", "2"]),
    "end of the last record": (lambda data, _: data[:-40], ["0", "1", "!truncated: .*"]),
    "half of the last record": (lambda data, at: data[: at[2] + 150], ["0", "1", "!truncated: .*"]),
    "a byte in the middle": (
        lambda data, at: flipped(data, (at[1] + at[2]) // 2),
        ["0", "!(broken gzip|wrong WARC-).*", "2"],
    ),
    "the first byte of a record": (
        lambda data, at: flipped(data, at[1]),
        ["0", "!no WARC record .*", "2"],
    ),
    "a byte of the description": (
        lambda data, at: flipped(data, at[0] // 2),
        ["!.*", "0", "1", "2"],
    ),
    "a hole": (lambda data, at: data[: at[1] - 30] + data[at[1] + 30 :], ["!.*", "2"]),
    "junk between records": (
        lambda data, at: data[: at[1]] + b"sampah" * 5 + data[at[1] :],
        ["0", "!no WARC record begins here", "1", "2"],
    ),
    "padding after the last": (
        lambda data, _: data + bytes(512),
        ["0", "1", "2", "!no WARC record begins here"],
    ),
    "a record twice": (lambda data, at: data + data[at[1] :], ["0", "1", "2", "1", "2"]),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_reported_and_passed(tmp_path: Path, name: str) -> None:
    """A damaged record is reported with its offset, and every other record is found."""
    damage, expected = DAMAGED[name]
    path = tmp_path / "a.warc.gz"
    refs = write(path, *(bytes([48 + number]) * 400 + bytes(range(256)) for number in range(3)))
    path.write_bytes(damage(path.read_bytes(), [ref.offset for ref in refs]))
    items = found(path)
    assert len(items) == len(expected), items
    assert all(re.fullmatch(wanted, item) for wanted, item in zip(expected, items, strict=True)), (
        items
    )


@pytest.mark.parametrize("compressed", [True, False], ids=["gzip", "plain"])
def test_any_flipped_byte(tmp_path: Path, compressed: bool) -> None:
    """Whichever byte of an archive is wrong: the scan ends, no wrong body comes out of it, and at
    most that record is missing.
    """
    refs = write(
        tmp_path / "whole.warc.gz", *(f"<p>berita {number}</p>".encode() * 3 for number in range(3))
    )
    right = {read(ref).payload for ref in refs}
    data = (tmp_path / "whole.warc.gz").read_bytes()
    data = data if compressed else gzip.decompress(data)
    path = tmp_path / "a.warc.gz"
    for place in range(0, len(data), 7):
        path.write_bytes(flipped(data, place))
        items = list(scan([path]))
        bodies = {item.payload for item in items if isinstance(item, ArchivedResponse)}
        assert bodies <= right, place
        assert len(bodies) >= 2, place
        assert len(bodies) == 3 or any(isinstance(item, Unreadable) for item in items), place


@pytest.mark.parametrize("compressed", [True, False], ids=["gzip", "plain"])
def test_any_truncation(tmp_path: Path, compressed: bool) -> None:
    """Wherever an archive ends too early: what came before is found, and the cut is reported unless
    it falls between two records.
    """
    refs = write(tmp_path / "whole.warc.gz", b"<p>satu</p>" * 9, b"<p>dua</p>" * 9)
    data = (tmp_path / "whole.warc.gz").read_bytes()
    starts = [ref.offset for ref in refs]
    if not compressed:
        starts = [len(gzip.decompress(data[:start])) for start in starts]
        data = gzip.decompress(data)
    gap = 0 if compressed else len(b"\r\n\r\n")
    whole = [
        start - gap for start in [*starts, len(data)]
    ]  # where the description and each response are complete
    path = tmp_path / "a.warc.gz"
    for end in range(1, len(data), 7):
        path.write_bytes(data[:end])
        items = list(scan([path]))
        good = [item for item in items if isinstance(item, ArchivedResponse)]
        cut = data[max([0, *(place for place in whole if place <= end)]) : end].strip(b"\r\n")
        assert (len(good), len(items)) == (
            sum(place <= end for place in whole[1:]),
            len(good) + bool(cut),
        ), end


NOT_ARCHIVES: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "text": (b"bukan arsip\n" * 100, "not a WARC file"),
    "gzip of text": (gzip.compress(b"bukan arsip\n" * 100), "not a WARC file"),
    "random": (bytes(range(256)) * 1000, "not a WARC file"),
    "one byte": (b"W", "not a WARC file"),
    "the start of gzip": (b"\x1f\x8b\x08", "not a WARC file"),
}


@pytest.mark.parametrize("name", NOT_ARCHIVES)
def test_files_that_are_no_archives(tmp_path: Path, name: str) -> None:
    """A file that is no archive is one clear report, and the archives after it are read."""
    data, detail = NOT_ARCHIVES[name]
    wrong, right = tmp_path / "wrong.warc.gz", tmp_path / "right.warc.gz"
    wrong.write_bytes(data)
    (ref,) = write(right, b"x")
    assert list(scan([wrong, tmp_path / "missing.warc.gz", right])) == [
        Unreadable(str(wrong), 0, detail),
        Unreadable(str(tmp_path / "missing.warc.gz"), 0, "No such file or directory"),
        read(ref),
    ]


def test_whole_file_in_one_gzip_member(tmp_path: Path) -> None:
    """An archive compressed as one piece has no places to refer to: it is reported with what to do
    about it.
    """
    write(tmp_path / "a.warc.gz", b"x", b"y")
    path = tmp_path / "one.warc.gz"
    path.write_bytes(gzip.compress(gzip.decompress((tmp_path / "a.warc.gz").read_bytes())))
    assert found(path) == [
        "!several records in one gzip member: give each its own, as `warcio recompress` does"
    ]


def test_huge_records_are_passed_over(tmp_path: Path) -> None:
    """A record larger than may be held in memory is reported, and the one behind it is found."""
    head = (
        b"WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"
        b"Content-Length: %d\r\n\r\n"
    ) % (MAX_RECORD + 1)
    write(tmp_path / "a.warc.gz", b"x")
    path = tmp_path / "a.warc"
    with path.open("wb") as file:
        file.write(head)
        file.seek(MAX_RECORD + 1, io.SEEK_CUR)
        file.write(b"\r\n\r\n" + gzip.decompress((tmp_path / "a.warc.gz").read_bytes()))
    assert found(path) == [f"!larger than {MAX_RECORD} bytes", "0"]


def record(
    kind: str, url: str, content_type: str, block: bytes, headers: Mapping[str, str], version: str
) -> bytes:
    """A record as bytes, with just these headers."""
    lines = [
        f"WARC/{version}",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        "WARC-Date: 2026-11-22T01:02:03Z",
        f"Content-Type: {content_type}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def http(body: bytes, *headers: bytes, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return b"\r\n".join([status, b"Content-Type: text/html", *headers, b"", body])


class Foreign(NamedTuple):
    block: bytes
    body: bytes | None  # None: unreadable
    headers: Mapping[str, str] = {}


FOREIGN: Mapping[str, Foreign] = {
    "plain": Foreign(http(b"halo"), b"halo"),
    "chunked": Foreign(http(b"4\r\nhalo\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"), b"halo"),
    "chunked no more": Foreign(http(b"<p>halo</p>", b"Transfer-Encoding: chunked"), b"<p>halo</p>"),
    "gzip": Foreign(http(gzip.compress(b"halo"), b"Content-Encoding: gzip"), b"halo"),
    "gzip in chunks": Foreign(
        http(
            b"%x\r\n%b\r\n0\r\n\r\n"
            % (len(gzip.compress(b"halo", mtime=0)), gzip.compress(b"halo", mtime=0)),
            b"Content-Encoding: gzip",
            b"Transfer-Encoding: chunked",
        ),
        b"halo",
    ),
    "brotli": Foreign(http(bytes.fromhex("8b018068616c6f03"), b"Content-Encoding: br"), b"halo"),
    "Common Crawl": Foreign(
        http(b"halo", b"X-Crawler-Content-Encoding: gzip", b"X-Crawler-Transfer-Encoding: chunked"),
        b"halo",
    ),
    "no reason phrase": Foreign(http(b"halo", status=b"HTTP/1.1 200"), b"halo"),
    "HTTP/2": Foreign(http(b"halo", status=b"HTTP/2 200"), b"halo"),
    "cut gzip": Foreign(
        http(gzip.compress(b"halo" * 500, mtime=0)[:-12], b"Content-Encoding: gzip"),
        b"halo",
        {"WARC-Truncated": "length"},
    ),
    "no HTTP": Foreign(b"halo", None),
    "nothing": Foreign(b"", None),
    "wrong payload digest": Foreign(
        http(b"halo"), None, {"WARC-Payload-Digest": "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"}
    ),
    "wrong block digest": Foreign(
        http(b"halo"), None, {"WARC-Block-Digest": "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"}
    ),
    "sha256 in hex": Foreign(
        http(b""),
        b"",
        {
            "WARC-Payload-Digest": (
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            )
        },
    ),
    "an unknown digest": Foreign(http(b"halo"), b"halo", {"WARC-Payload-Digest": "crc99:00"}),
}


# What stands among the responses: the kind, the address, the type and the block of each
OTHER_RECORDS = [
    ("warcinfo", "urn:x", "application/warc-fields", b"software: lain\r\n"),
    (
        "request",
        "http://a.example/0",
        "application/http; msgtype=request",
        b"GET /0 HTTP/1.1\r\n\r\n",
    ),
    ("metadata", "http://a.example/0", "application/warc-fields", b"fetchTimeMs: 12\r\n"),
    (
        "response",
        "dns:a.example",
        "text/dns",
        b"20261122010203\na.example. 300 IN A 192.0.2.1\n",
    ),
]


@pytest.mark.parametrize("compressed", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("name", FOREIGN)
def test_archives_of_other_tools(tmp_path: Path, name: str, version: str, compressed: bool) -> None:
    """Responses that another tool wrote are read, among records of other kinds; those that are
    wrong are reported.
    """
    case = FOREIGN[name]
    response = "application/http; msgtype=response"
    info, request, metadata, dns = (record(*other, {}, version) for other in OTHER_RECORDS)
    first_page = record(
        "response", "http://a.example/0", response, case.block, case.headers, version
    )
    last_page = record("response", "http://a.example/1", response, http(b"last"), {}, version)
    records = [info, request, first_page, metadata, dns, last_page]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(gzip.compress(data) if compressed else data for data in records))
    items = list(scan([path]))
    assert len(items) == 2, items
    first, last = items
    assert isinstance(last, ArchivedResponse)
    assert (last.url, last.date, last.body()) == (
        "http://a.example/1",
        DATE.replace(microsecond=0),
        b"last",
    )
    if case.body is None:
        assert isinstance(first, Unreadable)
        assert first.offset > 0
    else:
        assert isinstance(first, ArchivedResponse)
        body = first.body()
        assert body == case.body or (first.truncated and body.startswith(case.body))
        assert read(first.ref) == first


@pytest.mark.parametrize("compressed", [True, False], ids=["gzip", "plain"])
def test_archives_of_warcio(tmp_path: Path, compressed: bool) -> None:
    """What warcio writes is read, wherever it lies."""
    path = tmp_path / "a.warc"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=compressed)
        for number in range(3):
            headers = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"
            )
            body = io.BytesIO(f"<p>{number}</p>".encode())
            response = writer.create_warc_record(
                f"http://a.example/{number}", "response", payload=body, http_headers=headers
            )
            writer.write_record(response)
            response.raw_stream.close()
    items = [item for item in scan([path]) if isinstance(item, ArchivedResponse)]
    assert [read(item.ref).body() for item in items] == [b"<p>0</p>", b"<p>1</p>", b"<p>2</p>"]


def test_addresses_in_angle_brackets(tmp_path: Path) -> None:
    """Some tools write a record's URL in angle brackets, and a date without a zone."""
    path = tmp_path / "a.warc"
    block = http(b"halo")
    path.write_bytes(
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://a.example/x>\r\n"
        b"WARC-Date: 2026-11-22T01:02:03\r\n"
        b"Content-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
        % (len(block), block)
    )
    (item,) = scan([path])
    assert isinstance(item, ArchivedResponse)
    assert (item.url, item.date) == (
        "http://a.example/x",
        datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "date",
    [
        "besok",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-13-01T00:00:00Z",
        "",
    ],
)
def test_impossible_dates(tmp_path: Path, date: str) -> None:
    """A response without a date that can be is reported."""
    data = record("response", "http://a.example/0", "application/http", http(b"halo"), {}, "1.1")
    (tmp_path / "a.warc").write_bytes(data.replace(b"2026-11-22T01:02:03Z", date.encode()))
    assert found(tmp_path / "a.warc") == [f"!no date in WARC-Date: {date!r}"]


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


TEXT = b"Jakarta, 22 November. " * 40
DECODED: Mapping[
    str, tuple[bytes, str, bytes | str]
] = {  # payload, Content-Encoding -> body or the reason why not
    "none": (TEXT, "", TEXT),
    "identity": (TEXT, "identity", TEXT),
    "unknown": (TEXT, "UTF-8", TEXT),
    "gzip": (gzip.compress(TEXT), "gzip", TEXT),
    "x-gzip in capitals": (gzip.compress(TEXT), "X-GZIP", TEXT),
    "two members": (gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), "gzip", TEXT),
    "padding": (gzip.compress(TEXT) + bytes(20), "gzip", TEXT),
    "deflate": (zlib.compress(TEXT), "deflate", TEXT),
    "raw deflate": (raw_deflate(TEXT), "deflate", TEXT),
    "twice": (gzip.compress(zlib.compress(TEXT)), "deflate, gzip", TEXT),
    "empty": (b"", "gzip", b""),
    "cut": (gzip.compress(TEXT)[:-9], "gzip", "broken"),
    "not gzip": (TEXT, "gzip", "broken"),
    "not deflate": (TEXT, "deflate", "broken"),
    "not brotli": (TEXT, "br", "broken"),
    "not zstd": (TEXT, "zstd", "broken"),
    "wrong sum": (flipped(gzip.compress(TEXT), -8 % len(gzip.compress(TEXT))), "gzip", "broken"),
    "large": (bytes(2001), "", "too-large"),
    "bomb": (gzip.compress(bytes(10**7)), "gzip", "too-large"),
    "bomb in a bomb": (gzip.compress(gzip.compress(bytes(10**8))), "gzip, gzip", "too-large"),
}


@pytest.mark.parametrize("name", DECODED)
def test_decoded(name: str) -> None:
    """Content codings are undone up to a limit; what is broken or too large says which."""
    payload, encodings, expected = DECODED[name]
    if isinstance(expected, bytes):
        assert decoded(payload, encodings, 2000) == expected
    else:
        with pytest.raises(BodyError) as failure:
            decoded(payload, encodings, 2000)
        assert failure.value.reason == expected


def test_a_cut_body_is_decoded_as_far_as_it_goes() -> None:
    """Of a response that was cut, what had come is of use."""
    body = decoded(gzip.compress(TEXT)[:-9], "gzip", 2000, partial=True)
    assert TEXT.startswith(body)
    assert len(body) > 0
