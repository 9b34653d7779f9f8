"""`make bench-backfill`: `kliping backfill` of archives like those of CC-NEWS, beside trafilatura's
own bare extraction of the same pages.

Pages of 100 to 200 kB are invented: articles that all differ, with the scripts, style sheets, and
link lists of real pages around them. In one set every page is an outlet's, in the other 2 %; the
rest are other hosts', as in CC-NEWS. The command runs as it does for people, with two workers on
two cores. Its rate is that of the step that reads, extracts, and records; after it, the command is
ended, unless it is to embed and group as well (`--whole`). Trafilatura is one process: FastWARC's
iterator over the archives, and bare_extraction of the outlet's pages.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType

from bench.machine import described
from flows.edges.archive import WarcWriter
from tests.helpers.outlets import files

PAGES_PER_ARCHIVE = 5_000  # of CC-NEWS, some have 50,000
FURNITURE = 48  # different surroundings of an article, each of another size
SIZES = (100_000, 200_000)  # bytes a page
START = datetime(2026, 3, 1, tzinfo=UTC)
PLACES = [
    "Sayungan",
    "Wonosari",
    "Kalibening",
    "Tanjungsari",
    "Sukamaju",
    "Banyuurip",
    "Karangasem",
    "Ngadirejo",
]
WHO = [
    "Kepala desa",
    "Juru bicara panitia",
    "Ketua koperasi",
    "Seorang petani",
    "Camat",
    "Guru setempat",
]
DID = ["mengatakan", "menjelaskan", "menegaskan", "mengakui", "menambahkan", "menilai"]
WHAT = (
    "perbaikan tanggul akan selesai dalam {} hari apabila cuaca tetap cerah",
    "harga gabah naik menjadi {} rupiah per kilogram sejak pekan lalu",
    "sebanyak {} keluarga masih menunggu giliran air bersih dari tangki",
    "jembatan baru itu dapat menahan beban {} ton pada musim hujan",
    "panen bawang turun {} persen karena hama datang lebih awal",
    "sekolah menerima {} murid baru pada tahun ajaran ini",
)
OUTLET = """\
  - id: satu
    name: Satu
    home: https://www.satu.example/
    articles: '^https://www\\.satu\\.example/baca/\\d+'
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=2_000, help="in each set")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--whole", action="store_true", help="embed and group as well")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(alone(options.alone)))
        return
    print(f"{described('trafilatura', 'lxml', 'duckdb')}\n")
    print("| set | pages/s, kliping | pages/s, trafilatura | × | CPU s a page | its | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for share in (1.0, 0.02):
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), options.pages, share, options.rounds, whole=options.whole)


def compare(folder: Path, pages: int, share: float, rounds: int, *, whole: bool) -> None:
    """Print a row for a set in which this share of the pages is an outlet's."""
    matched = write(folder, pages, share)
    size = sum(path.stat().st_size for path in folder.glob("*.warc.gz")) / 10**6
    ours, theirs = [], []
    for number in range(rounds):
        ours.append(backfilled(folder, folder / f"data-{number}", whole=whole))
        theirs.append(by_trafilatura(folder))
    ratios = [each.rate / other.rate for each, other in zip(ours, theirs, strict=True)]
    print(
        f"| {pages} pages ({size:.0f} MB), {matched} of an outlet "
        f"| {median(each.rate for each in ours):.1f} | {median(each.rate for each in theirs):.1f} "
        f"| {median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) "
        f"| {median(each.cpu for each in ours):.3f} | {median(each.cpu for each in theirs):.3f} "
        f"| {max(each.peak for each in ours):.0f} |",
        flush=True,
    )


# ---- the pages ----


def write(folder: Path, pages: int, share: float) -> int:
    """Write the archives of a set, and return how many pages are an outlet's."""
    chance = random.Random(7)
    surroundings = [furniture(chance) for _ in range(FURNITURE)]
    matched = 0
    for first in range(0, pages, PAGES_PER_ARCHIVE):
        path = folder / f"CC-NEWS-{first:06}.warc.gz"
        with WarcWriter(path, software="bench", created=START) as archive:
            for number in range(first, min(pages, first + PAGES_PER_ARCHIVE)):
                ours = chance.random() < share
                host = "www.satu.example" if ours else f"www.lain{number % 400}.example"
                matched += ours
                date = START + timedelta(seconds=30 * number)
                body = page(chance, number, date, *chance.choice(surroundings))
                headers = [(b"Content-Type", b"text/html; charset=utf-8")]
                archive.append(f"https://{host}/baca/{number}", date, 200, "OK", headers, body)
    return matched


def page(chance: random.Random, number: int, date: datetime, head: str, foot: str) -> bytes:
    """An article of some twenty sentences that no other has."""
    title = f"{chance.choice(PLACES)} {sentence(chance)} ({number})"
    paragraphs = "".join(
        f"<p>{sentence(chance)}. {sentence(chance)}.</p>" for _ in range(chance.randint(7, 14))
    )
    return (
        f'<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:title" content="{title}"><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{date.isoformat()}">{head}'
        f'<article class="read"><h1>{title}</h1><div class="read__author">Siti Aminah</div>'
        f'<div class="read__content">{paragraphs}</div></article>{foot}</body></html>'
    ).encode()


def sentence(chance: random.Random) -> str:
    what = chance.choice(WHAT).format(chance.randint(2, 9_999))
    return f"{chance.choice(WHO)} {chance.choice(PLACES)} {chance.choice(DID)} bahwa {what}"


def furniture(chance: random.Random) -> tuple[str, str]:
    """What stands before and behind an article: half of it scripts and styles, half of it links."""
    size = chance.randint(*SIZES)
    state: list[dict[str, object]] = []
    while len(state) < size // 400:
        state.append(
            {"id": chance.randint(10**6, 10**8), "t": sentence(chance), "u": token(chance)}
        )
    rules = "".join(
        f".{token(chance)}{{margin:{n}px;color:#{chance.randrange(16**6):06x}}}"
        for n in range(size // 400)
    )
    cards = "".join(
        f'<li class="card card--{n % 7}"><a href="/baca/{token(chance)}" data-id="{token(chance)}">'
        f'<img src="/foto/{token(chance)}.jpg" alt=""><span>{sentence(chance)}</span></a></li>'
        for n in range(size // 500)
    )
    head = (
        f"<style>{rules}</style><script>window.__STATE__={json.dumps(state)}</script></head><body>"
        f"<nav><ul>{cards[: len(cards) // 4]}</ul></nav>"
    )
    return head, f'<aside class="related"><ul>{cards}</ul></aside><footer>Satu</footer>'


def token(chance: random.Random) -> str:
    return f"{chance.randrange(16**12):012x}"


# ---- the two ----


@dataclass(frozen=True)
class Took:
    """`rate`: pages a second; `cpu`: processor seconds a page; `peak`: megabytes at a time, of all
    processes.
    """

    rate: float
    cpu: float
    peak: float = 0.0


def backfilled(folder: Path, data: Path, *, whole: bool) -> Took:
    """Run the command on a set."""
    data.mkdir()
    _, sources, *others = files(data, OUTLET)
    archives = sorted(folder.glob("*.warc.gz"))
    words = ["backfill", *archives, "--sources", sources, *others]
    with subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a command that is ended leaves
        text=True,
    ) as command:
        peak = Peak(command.pid)
        assert command.stdout
        told = next(line for line in command.stdout if re.match(r"archive .* a second in ", line))
        used = sum(map(_processor_seconds, _family(command.pid)))
        if whole:
            command.communicate()
        else:
            command.terminate()
    pages = int(told.split()[1])
    seconds = float(told.split()[-2])
    return Took(pages / seconds, used / pages, peak.end())


def by_trafilatura(folder: Path) -> Took:
    """What trafilatura takes for the outlet's pages of a set, in a process of its own."""
    words = [sys.executable, "-m", "bench.backfill", "--alone", str(folder)]
    told = subprocess.run(words, check=True, capture_output=True, text=True)
    return Took(**json.loads(told.stdout))


def alone(folder: Path) -> dict[str, float]:
    """The same, in this process."""
    pages = 0
    began = time.monotonic()
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                url = record.headers["WARC-Target-URI"]
                if urlsplit(url).hostname == "www.satu.example":
                    body = record.reader.read()
                    assert trafilatura.bare_extraction(body, url=url, with_metadata=True)
                    pages += 1
    return {"rate": pages / (time.monotonic() - began), "cpu": time.process_time() / pages}


class Peak:
    """The most memory that a process and those it started have at a time, in megabytes, without
    what they share counted twice.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0.0
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()

    def end(self) -> float:
        self._ended.set()
        self._watching.join()
        return self._most

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            self._most = max(self._most, sum(map(_megabytes, _family(self._pid))))


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        threads = Path(f"/proc/{pid}/task").iterdir()
        children = [(thread / "children").read_text() for thread in threads]
    except OSError:  # it has ended
        return
    for child in " ".join(children).split():
        yield from _family(int(child))


def _processor_seconds(pid: int) -> float:
    """Since it was started, its imports included."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"Pss:\s*(\d+) kB", told)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
