"""`make bench-fuzz`: thousands of pages, listings, archives and YAML files with something broken in
them. One that is no good ruins nothing but itself: it ends as a rejection or as a message, in a
time that its length asks for.

    python -m bench.fuzz [--seed N] [--count N] [--only KIND]     count: inputs of each kind

A kind's inputs are compared with each other: the time of each, by the processor, with the median.
An input that mutation made longer than the median input may take longer in proportion. Exits with 1
where something raised, a message was no line for a person, or one took 50 times the median.
"""

import argparse
import random
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from flows.config import load_sources, load_topics
from flows.edges.archive import Unreadable, scan
from flows.errors import BodyError, ConfigError, ListingError
from flows.records import Article
from flows.stages.discovery.listings import read_listing
from flows.stages.extraction.extract import extract
from tests.helpers.pages import page
from tests.helpers.paths import PRESS, ROOT
from tests.helpers.samples import SETS, Sample

COUNT = 1_000
SLOWEST = 50  # times the median of its kind
LONGEST = 400  # characters of a message's line
DEEP = 30_000

Mutation = Callable[[bytes, random.Random], bytes]
ZONE = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, slots=True)
class Kind:
    """`samples`: what is broken; `read`: takes a broken one, and returns what a person is told."""

    name: str
    samples: Sequence[tuple[bytes, Any]]
    mutations: Sequence[Mutation]
    read: Callable[[bytes, Any], list[str]]


# ---- what is done to any bytes ----


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 10, 200])):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(1, len(data))]


def holed(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 5_000) :]


def doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:end] * chance.choice([1, 2, 20]) + data[end:]


def moved(data: bytes, chance: random.Random) -> bytes:
    """The bytes of three parts, one in the other."""
    one, two, three = sorted(chance.randrange(len(data) + 1) for _ in range(3))
    return data[:one] + data[two:three] + data[one:two] + data[three:]


def with_piece(pieces: Sequence[bytes], data: bytes, chance: random.Random) -> bytes:
    """One of the pieces somewhere, mostly where a tag or a line begins."""
    sign = chance.choice([b"<", b"\n"])
    at = max(0, data.find(sign, chance.randrange(len(data))))
    return data[:at] + chance.choice(pieces) + data[at:]


BYTES: Sequence[Mutation] = (flipped, cut, holed, doubled, moved)
UNITS = ("a", " ", "\xa0", "(", "[", '"', "“", "1", "1/", "a ", ". ", "A ", "&", "-", "| ", ", ")
RUNS = [unit.encode() * 100_000 for unit in UNITS]
DATES = [
    "99999-99-99T99:99:99",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "Mon, 31 Feb 0000 25:61:61 +9999",
    "1" * 5_000,
    "-1",
    "1e999",
    "31/12/9999 23:59 WIB",
    "10 menit lalu " * 5_000,
]

# ---- pages ----

TAGS = ("div", "span", "b", "a href=x", "ul><li", "table><tr><td", "blockquote", "font", "p")
ESCAPES = (r"\ud800", r"\u0000", r"\u001b[2J", r"\udc00\ud800", "\\", r"\x", '"', "\x1b", "</")


def article_object(key: str, value: str) -> bytes:
    fields = f'"@type": "NewsArticle", "{key}": {value}'
    return f'<script type="application/ld+json">{{{fields}}}</script>'.encode()


PAGE_PIECES = [
    *(f"<{tag}>".encode() * DEEP for tag in TAGS),
    *(f"<{tag}>Kata kata.".encode() * 5_000 for tag in TAGS),
    *(b'<div class="' + run + b'">' for run in RUNS),
    *(b"<p>" + run + b"</p>" for run in RUNS),
    *(b"<h1>" + run + b"</h1>" for run in RUNS),
    b"<div " + b" ".join(b"a%d=1" % number for number in range(DEEP)) + b">",
    *(f'<time datetime="{date}">{date}</time>'.encode() for date in DATES),
    *(f'<meta property="article:published_time" content="{date}">'.encode() for date in DATES),
    *(article_object("datePublished", f'"{date}"') for date in DATES),
    *(article_object("headline", f'"Kata {text} kata"') for text in ESCAPES),
    *(article_object("articleBody", f'"{text * 1_000}"') for text in ESCAPES),
    *(article_object("author", bracket * DEEP) for bracket in ("[", '{"name":')),
    article_object("wordCount", "9" * 5_000),
    *(f"&#{number};".encode() for number in (0, 27, 55_296, 1_114_112, 10**30)),
]


def interleaved(others: Sequence[bytes], data: bytes, chance: random.Random) -> bytes:
    """Two pages, a piece of each in turn."""
    size = chance.choice([100, 2_000, 20_000])
    other = chance.choice(others)
    pieces = range(0, max(len(data), len(other)), size)
    return b"".join(data[at : at + size] + other[at : at + size] for at in pieces)


def read_page(body: bytes, sample: Sample) -> list[str]:
    found = extract(page(body, sample.page.url), sample.source)
    if isinstance(found, Article):
        stored = [found.title, found.body, found.author, found.editor, found.credit]
        "".join(text for text in stored if text).encode()  # raises for half a surrogate pair
        return []
    return [found.detail]


def pages() -> Kind:
    names = ("press", "outlets", "saved", "further")
    samples = [(each.page.body, each) for name in names for each in SETS[name].samples()]
    others = [body for body, _ in samples]
    own: list[Mutation] = [partial(with_piece, PAGE_PIECES), partial(interleaved, others)]
    return Kind("pages", samples, [*BYTES, *own, own[0], own[0]], read_page)


# ---- listings ----

LISTING_PIECES = [
    b"<item>" * DEEP,
    b"<url>" * DEEP,
    b"<a>" * DEEP,
    b"<item><title>" * 5_000,
    b"<url><loc>" * 5_000,
    b"<url " + b" ".join(b'a%d="1"' % number for number in range(DEEP)) + b"/>",
    b"<![CDATA[" * 5_000,
    b"]]>",
    b"<!ENTITY a 'b'>",
    *(b"<item><link>" + run + b"</link></item>" for run in RUNS),
    *(b"<item><title>" + run + b"</title><link>x</link></item>" for run in RUNS),
    *(f"<pubDate>{date}</pubDate><lastmod>{date}</lastmod>".encode() for date in DATES),
    *(f"&#{number};".encode() for number in (0, 27, 55_296, 1_114_112, 10**30)),
]


def entries(form: str, count: int) -> bytes:
    return "".join(form.format(number) for number in range(count)).encode()


FEED = b"<rss version='2.0'><channel>%b</channel></rss>" % entries(
    "<item><title>Banjir &amp; longsor {0}</title><link>https://a.invalid/baca/{0}</link>"
    "<pubDate>Mon, 02 Mar 2026 10:00:00 +0700</pubDate></item>\n",
    200,
)
ATOM = b"<feed xmlns='http://www.w3.org/2005/Atom'>%b</feed>" % entries(
    "<entry><title>Gempa {0}</title><link href='https://a.invalid/baca/{0}'/>"
    "<updated>2026-03-02T10:00:00Z</updated></entry>\n",
    200,
)
SITEMAP = b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>%b</urlset>" % entries(
    "<url><loc>https://a.invalid/baca/{0}</loc><lastmod>2026-03-02</lastmod></url>\n", 400
)
INDEX = b"<html><body>%b</body></html>" % entries(
    "<p><a href='/baca/{0}'>Berita {0}</a></p>\n", 400
)


def packed(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


def repacked(data: bytes, chance: random.Random) -> bytes:
    """Packed once or more, and broken again."""
    return chance.choice(BYTES)(packed(data), chance)


def read_document(body: bytes, kind: Any) -> list[str]:
    try:
        return [note.text for note in read_listing(kind, body, "https://a.invalid/", ZONE).notes]
    except ListingError as error:
        return [str(error)]


def listings() -> Kind:
    samples = [(FEED, "rss"), (ATOM, "rss"), (SITEMAP, "sitemap"), (INDEX, "index")]
    pieces = partial(with_piece, LISTING_PIECES)
    return Kind("listings", samples, [*BYTES, repacked, pieces, pieces], read_document)


# ---- archives ----

HEADERS = [
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: -1\r\n",
    b"WARC-Date: " + b"9" * 1_000 + b"\r\n",
    b"WARC-Date: 9999-12-31T23:59:59-12:00\r\n",
    b"WARC-Type: response\r\n",
    b"WARC-Block-Digest: sha1:" + b"A" * 32 + b"\r\n",
    b"WARC-Target-URI: \x1b[2J\r\n",
    b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
    b"WARC/1.0\r\n" * 50,
    b"\x1f\x8b\x08",
    b"\x1f\x8b\x08" * DEEP,
    b"A: b\r\n" * DEEP,
    b": \r\n\r\n",
]


def with_header(data: bytes, chance: random.Random) -> bytes:
    return with_piece(
        [header + b"\r\n" * (at == 0) for at, header in enumerate(HEADERS)], data, chance
    )


def records(most: int) -> Iterator[bytes]:
    """The first members of the press's archive."""
    data = (PRESS / "press.warc.gz").read_bytes()
    while data and most:
        member = zlib.decompressobj(wbits=31)
        yield member.decompress(data)
        data, most = member.unused_data, most - 1


def remade(data: bytes, chance: random.Random) -> bytes:
    """A header added to the records, each a member of its own."""
    return b"".join(map(packed, with_header(data, chance).split(b"\r\n\r\nWARC/")))


def read_archive(data: bytes, folder: Path) -> list[str]:
    path = folder / "a.warc.gz"
    path.write_bytes(data)
    said = []
    for found in scan([path]):
        if isinstance(found, Unreadable):
            said.append(str(found))
            continue
        try:
            found.body()
        except BodyError as error:
            said.append(str(error))
    return said


def archives(folder: Path) -> Kind:
    plain = list(records(12))
    samples = [(b"".join(plain), folder), (b"".join(map(packed, plain)), folder)]
    return Kind("archives", samples, [*BYTES, with_header, with_header, remade], read_archive)


# ---- YAML files ----

ODD_VALUES: list[Any] = [
    [], {}, None, True, -1, 1e300, "", " ", "\x1b[2J", "a\0b", "baris\nbaris", [[]], [{}], {"": ""},
    "x" * 5_000, "(" * 5_000, "{date:{x}}", "ns|p", "[", "*", ["satu", ["dua"]], {"dua": ["satu"]},
]  # fmt: skip
YAML_PIECES = [
    *(piece * DEEP for piece in (b"[", b"{a: ", b"- ", b"? ", b"[a, ", b"((")),
    b"&a [x, x]\n*a\n",
    b"".join(b"k%d: &k%d [*k%d, *k%d]\n" % (at, at, at - 1, at - 1) for at in range(1, 30)),
    b"? [a]\n: b\n",
    b"{}: b\n",
    b'"\\UFFFFFFFF"\n',
    b'"\\ud800\\x07"\n',
    b"\x1b[2J",
    b"\x00",
    b"\t",
    b"%YAML 99.1\n---\n",
    b"!!python/object:os.system x\n",
    b"<<: {a: b}\n",
    *(run[:20_000] for run in RUNS),
]


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(pairs):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def misshapen(data: bytes, chance: random.Random) -> bytes:
    """A document with keys dropped and values of other types; what is none already as it is."""
    try:
        document = yaml.safe_load(data)
    except Exception:  # PyYAML has no one error for what it cannot make an object of
        return data
    if not isinstance(document, dict):
        return data
    for _ in range(chance.choice([1, 1, 3, 10])):
        node, key = chance.choice(list(places(document)) or [({"a": 1}, "a")])
        if chance.random() < 0.3:
            del node[key]
        else:
            node[key] = chance.choice(ODD_VALUES)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode()


def read_yaml(folder: Path, data: bytes, load: Callable[[Path], object]) -> list[str]:
    path = folder / "a.yaml"
    path.write_bytes(data)
    try:
        load(path)
    except ConfigError as error:
        return str(error).split("\n")
    return []


def yaml_files(folder: Path) -> Kind:
    samples: list[tuple[bytes, Any]] = [
        ((ROOT / "sources.yaml").read_bytes(), load_sources),
        ((ROOT / "topics.yaml").read_bytes(), lambda path: load_topics(path, {})),
    ]
    pieces = partial(with_piece, YAML_PIECES)
    own: list[Mutation] = [misshapen, misshapen, pieces]
    return Kind("YAML files", samples, [*BYTES, *own, *own], partial(read_yaml, folder))


# ---- the report ----


@dataclass(frozen=True, slots=True)
class Tried:
    """One input: its number, what was done to it, its length, the time it took, and what is wrong
    with what came of it.
    """

    number: int
    how: str
    length: int
    seconds: float
    wrong: tuple[str, ...]


def tried(kind: Kind, seed: int, number: int) -> Tried:
    chance = random.Random(f"{seed} {kind.name} {number}")
    data, context = chance.choice(kind.samples)
    mutations = chance.choices(kind.mutations, k=chance.choice([1, 1, 2]))
    for mutation in mutations:
        data = mutation(data, chance) or b" "
    began = time.thread_time()
    wrong: list[str] = []
    try:
        told = kind.read(data, context)
    except (Exception, RecursionError) as error:
        told, wrong = [], [f"raised {error!r}"[:200]]
    seconds = time.thread_time() - began
    wrong += [f"unprintable: {line[:80]!r}" for line in told if not line.isprintable()]
    wrong += [f"{len(line)} characters: {line[:80]}" for line in told if len(line) > LONGEST]
    how = ", ".join(getattr(each, "__name__", "piece") for each in mutations)
    return Tried(number, how, len(data), seconds, tuple(wrong))


def judged(kind: Kind, seed: int, count: int) -> list[str]:
    """What is wrong with a kind; prints its line."""
    all_tried = [tried(kind, seed, number) for number in range(count)]
    usual = median(each.seconds for each in all_tried)
    length = median(each.length for each in all_tried)
    allowed = [SLOWEST * usual * max(1.0, each.length / length) for each in all_tried]
    wrong = [
        f"{kind.name} {each.number} ({each.how}): {each.wrong[0]}"
        for each in all_tried
        if each.wrong
    ]
    wrong += [
        f"{kind.name} {each.number} ({each.how}): {each.seconds:.2f} s for {each.length} bytes"
        for each, most in zip(all_tried, allowed, strict=True)
        if each.seconds > most
    ]
    slowest = max(each.seconds for each in all_tried)
    print(
        f"{kind.name:12} {count:6} tried, {len(wrong):4} wrong; median {usual * 1000:7.1f} ms,"
        f" slowest {slowest * 1000:8.1f} ms ({slowest / usual:.0f} times)",
        flush=True,
    )
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads what is broken, and says what that breaks.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=COUNT, help="inputs of each kind")
    parser.add_argument("--only", choices=["pages", "listings", "archives", "YAML files"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        kinds = (pages(), listings(), archives(Path(made)), yaml_files(Path(made)))
        chosen = [kind for kind in kinds if given.only in (None, kind.name)]
        wrong = [line for kind in chosen for line in judged(kind, given.seed, given.count)]
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
