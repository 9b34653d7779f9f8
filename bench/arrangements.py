"""What the rows of `make bench-faults` share: an invented outlet on loopback, and the ways in which
one thing at a time is wrong with it, with the disk, the database, the desk, or the clock.
"""

import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.edges.misbehaving import Exchange, Route, Server, conditional, page, status
from tests.helpers.command import Kliping, Ran
from tests.helpers.desks import Desk
from tests.helpers.forked import Commands, wait_until
from warehouse.directory import published, writer_file

ARTICLES: Mapping[str, tuple[str, ...]] = {
    "Banjir Rendam Pasar Ikan Sayungan": (
        (
            "Banjir setinggi lutut merendam pasar ikan Sayungan sejak Selasa subuh setelah "
            "sungai meluap."
        ),
        (
            "Para pedagang memindahkan dagangan ke lantai dua gedung koperasi, kata kepala pasar "
            "Rusdi Amran."
        ),
        "Air diperkirakan surut menjelang malam apabila pintu bendungan di hulu tetap ditutup.",
    ),
    "Gempa Guncang Pulau Temiang, Menara Masjid Retak": (
        (
            "Gempa berkekuatan 5,1 mengguncang Pulau Temiang dan meretakkan menara masjid tertua "
            "di sana."
        ),
        "Tidak ada korban jiwa, tetapi dua puluh keluarga memilih tidur di lapangan sekolah.",
        "Ahli seismologi Nurmala Tobing menyebut pusatnya berada di laut pada kedalaman dangkal.",
    ),
    "Kebakaran Hanguskan Gudang Kapas di Wanareja": (
        "Kebakaran menghanguskan gudang kapas milik pabrik benang di Wanareja pada Rabu dini hari.",
        "Enam mobil pemadam bekerja tujuh jam, dan api diduga berasal dari kabel mesin pintal.",
        "Direktur pabrik Yohanes Kelen menaksir kerugian sembilan miliar rupiah.",
    ),
    "Longsor Tutup Jalan ke Kebun Teh Cisaranten": (
        (
            "Longsor menutup satu-satunya jalan ke perkebunan teh Cisaranten sepanjang delapan "
            "puluh meter."
        ),
        "Pemetik teh berjalan kaki melewati hutan pinus sambil memikul hasil panen mereka.",
        "Dinas pekerjaan umum mengirim dua alat berat yang baru tiba besok siang.",
    ),
}
TOPICS = """\
version: 1
channels: {desk: {env: KLIPING_DESK_URL}}
topics:
  - id: bencana
    title: Bencana
    all_of: [{name: bencana, any: [banjir, gempa, kebakaran, longsor]}]
    alert: {channels: [desk], max_age: 72h}
"""
SOURCES = """\
version: 1
sources:
  - id: satu
    name: Satu
    home: {0}/
    min_delay_s: 0
    discover: [{{kind: sitemap, url: '{0}/peta.xml'}}]
    articles: '/baca/'
"""
SPOILED = "/baca/2"  # the article that a row spoils
SPOILED_TITLE = list(ARTICLES)[1]


def article(title: str, day: datetime) -> str:
    """A plain article page."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in ARTICLES[title])
    meta = f'<meta property="article:published_time" content="{day.isoformat()}">'
    return (
        f"<!doctype html><html><head><title>{title}</title>{meta}</head>"
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


def listing(urls: Sequence[str], now: datetime) -> str:
    """A sitemap of these addresses, changed now."""
    entries = "".join(
        f"<url><loc>{url}</loc><lastmod>{now.isoformat()}</lastmod></url>" for url in urls
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?><urlset xmlns="{space}">{entries}</urlset>'


@dataclass
class Place:
    """What a row has to itself: an outlet, a desk, a folder with the data directory; and how to
    run. `good`: the outlet's routes while nothing is wrong; `env`, `most_bytes`: hold for every run
    until `mend`, which also ends what `held` has.
    """

    kliping: Commands
    server: Server
    desk: Desk
    folder: Path
    now: datetime
    good: dict[str, Route] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    most_bytes: int = 0
    held: ExitStack = field(default_factory=ExitStack)
    disk: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        for name, text in (("sources", SOURCES.format(self.server.url(""))), ("topics", TOPICS)):
            (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        for url, title in zip(self.urls(), ARTICLES, strict=True):
            path = url.removeprefix(self.server.url(""))
            self.good[path] = page(article(title, self.now))
        self.good["/peta.xml"] = page(listing(self.urls(), self.now), "application/xml")
        self.server.routes = dict(self.good)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def writer(self) -> Path:
        return writer_file(self.data)

    def urls(self) -> list[str]:
        return [self.server.url(f"/baca/{number}") for number in range(1, len(ARTICLES) + 1)]

    def words(self, *more: str | Path) -> Sequence[str | Path]:
        """The command for a run."""
        names = ("--sources", self.folder / "sources.yaml", "--topics", self.folder / "topics.yaml")
        return ("run", *names, "--warehouse", self.data, *more)

    def run(self, *more: str | Path) -> Ran:
        """A run, by the machine's clock if `more` does not say otherwise."""
        return self.kliping(*self.words(*more), env=self.environ(), most_bytes=self.most_bytes)

    def environ(self) -> dict[str, str]:
        return {"KLIPING_DESK_URL": self.desk.url, **self.env}

    def mend(self) -> None:
        """Nothing is wrong any more."""
        self.server.routes = dict(self.good)
        self.desk.answer = lambda message: 200
        self.env.clear()
        self.most_bytes = 0
        self.held.close()


Arrange = Callable[[Place], Ran]


class NotPossible(Exception):  # noqa: N818 - no error: this machine does not permit what a row needs
    """A row that cannot be tried here; says why."""


# ---- the web, listings, pages ----


def answer_is(route: Route, path: str = SPOILED) -> Arrange:
    """One address answers like this."""

    def night(place: Place) -> Ran:
        place.server.routes[path] = route
        return place.run()

    return night


def listing_is(route: Route) -> Arrange:
    """The sitemap answers like this."""
    return answer_is(route, "/peta.xml")


def resets(exchange: Exchange) -> None:
    """Half a page, and the connection is reset."""
    exchange.head(200, {"Content-Type": "text/html", "Content-Length": "4096"})
    exchange.wfile.write(b"<p>setengah")
    exchange.wfile.flush()
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.hang_up()
    exchange.connection.close()


def tells_too_little(exchange: Exchange) -> None:
    """A Content-Length far shorter than the page: what arrives is its head."""
    exchange.head(200, {"Content-Type": "text/html; charset=utf-8", "Content-Length": "60"})
    exchange.wfile.write(article(next(iter(ARTICLES)), datetime.now(UTC)).encode())
    exchange.hang_up()


def listing_breaks_off(place: Place) -> Ran:
    """The sitemap ends in its third entry."""
    whole = listing(place.urls(), place.now)
    place.server.routes["/peta.xml"] = page(whole[: whole.index("/baca/3")], "application/xml")
    return place.run()


def listing_never_changes(place: Place) -> Ran:
    """A sitemap that answers 304 to whoever has it, though two articles have come since."""
    begun = listing(place.urls()[:2], place.now)
    place.server.routes["/peta.xml"] = conditional(begun, '"a"', "application/xml")
    place.run()
    grown = listing(place.urls(), place.now)
    place.server.routes["/peta.xml"] = conditional(grown, '"a"', "application/xml")
    return place.run()


def dated(days: float) -> Arrange:
    """The spoiled article gives a date as many days from now."""

    def night(place: Place) -> Ran:
        when = place.now + timedelta(days=days)
        place.good[SPOILED] = page(article(SPOILED_TITLE, when))
        place.mend()
        return place.run()

    return night


def clock_is(days: float) -> Arrange:
    """A run with `--now` as many days from now."""
    return lambda place: place.run("--now", (place.now + timedelta(days=days)).isoformat())


# ---- the disk ----


def limited(size: int) -> Arrange:
    """No file may grow beyond this, as where a quota is reached."""

    def night(place: Place) -> Ran:
        place.most_bytes = size
        return place.run()

    return night


def full_disk(megabytes: int, noise: int = 0) -> Arrange:
    """A data directory on a disk of this size; pages with as many bytes of noise, which an archive
    cannot make smaller.
    """

    def night(place: Place) -> Ran:
        _own_disk(place, f"size={megabytes}m")
        for path, title in zip(list(place.good), ARTICLES, strict=False):
            text = article(title, place.now) + f"<!--{random.randbytes(noise // 2).hex()}-->"
            place.server.routes[path] = page(text)
        ran = place.run()
        _mount(place.data, "remount,size=400m")
        return ran

    return night


def read_only_disk(place: Place) -> Ran:
    """A data directory on a disk that can only be read from now on."""
    _own_disk(place, "size=400m")
    _mount(place.data, "remount,ro")
    ran = place.run()
    _mount(place.data, "remount,rw")
    return ran


def _own_disk(place: Place, options: str) -> None:
    place.data.mkdir()
    _mount(place.data, options)
    place.disk.callback(subprocess.run, ["umount", str(place.data)], check=False)


def _mount(folder: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mount = shutil.which("mount")
    if not mount or subprocess.run(command, capture_output=True, check=False).returncode:
        raise NotPossible("mounting is not permitted here")


# ---- processes ----


def hangs(seconds: float) -> Route:
    """Says nothing for as long, and then hangs up."""

    def route(exchange: Exchange) -> None:
        exchange.owner.closing.wait(seconds)
        exchange.hang_up()

    return route


def ended_by(number: int) -> Arrange:
    """A run that is ended by a signal while it fetches, with an article still to come."""

    def night(place: Place) -> Ran:
        place.server.routes[SPOILED] = hangs(20)
        running = place.kliping.start(*place.words(), env=place.environ())
        wait_until(lambda: SPOILED in place.server.paths() or not running.alive())
        running.send(number)
        return running.end()

    return night


# ---- the database ----

_HOLD = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
held.execute("create table if not exists notes as select 1 as n")
print(flush=True)
sys.stdin.read()
"""


def _hold(place: Place, path: Path) -> None:
    """Another process has a database open for writing."""
    holding = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holding.stdout
    holding.stdout.readline()
    place.held.callback(holding.communicate)


def _half_a_night(place: Place) -> None:
    """A night that went well, but for one article."""
    place.server.routes[SPOILED] = status(503)
    place.run()
    place.server.routes = dict(place.good)


def writer_is_held(place: Place) -> Ran:
    _half_a_night(place)
    _hold(place, place.writer)
    return place.run()


def snapshot_is_held(place: Place) -> Ran:
    """An analyst's tool has the snapshot open, writes into it, and goes on after the run."""
    _half_a_night(place)
    _hold(place, published(place.data))
    return place.run()


def writer_is(damage: Callable[[Path], object], mended: bool = False) -> Arrange:
    """The writer's database is damaged after a night; `mended`: as the message says."""

    def night(place: Place) -> Ran:
        _half_a_night(place)
        damage(place.writer)
        ran = place.run()
        if mended:
            place.writer.unlink()
        return ran

    return night


def is_nonsense(path: Path) -> None:
    path.write_bytes(b"bukan basis data" * 4096)


def is_cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def is_gone(path: Path) -> None:
    path.unlink()


def log_is(cut: int) -> Arrange:
    """A run that is killed leaves its write-ahead log; its last bytes never reached the disk."""

    def night(place: Place) -> Ran:
        ended_by(signal.SIGKILL)(place)
        log = place.writer.with_name("writer.duckdb.wal")
        if not log.exists():
            raise NotPossible("the run left no log")
        os.truncate(log, log.stat().st_size - cut)
        place.server.routes = dict(place.good)
        return place.run()

    return night


def log_beside_snapshot(place: Place) -> Ran:
    """A log of nonsense beside the snapshot."""
    _half_a_night(place)
    (place.data / "media.duckdb.wal").write_bytes(b"bukan catatan" * 100)
    return place.run()


# ---- Prefect ----


def real_command(**environment: str) -> Arrange:
    """The command as a shell starts it, with these variables; `{dead}` is a port where nobody
    listens.
    """

    def night(place: Place) -> Ran:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            dead = f"127.0.0.1:{taken.getsockname()[1]}"
            named = {name: value.format(dead=dead) for name, value in environment.items()}
            kliping = Kliping({**os.environ, **place.environ(), **named})
            return kliping(*place.words())

    return night


# ---- the desk ----


def desk_is(answer: Callable[[dict[str, Any]], int], limits: str = "") -> Arrange:
    """The receiver answers like this."""

    def night(place: Place) -> Ran:
        place.desk.answer = answer
        place.env["KLIPING_DESK_URL"] = place.desk.url + limits
        return place.run()

    return night


def after(seconds: float, code: int) -> Callable[[dict[str, Any]], int]:
    """A receiver that takes its time."""

    def answer(message: dict[str, Any]) -> int:
        time.sleep(seconds)
        return code

    return answer


def asks_for_fewer() -> Callable[[dict[str, Any]], int]:
    """A receiver that answers every second message with 429."""
    answers = [429, 200] * 100
    return lambda message: answers.pop(0)


def nobody_receives(place: Place) -> Ran:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place.env["KLIPING_DESK_URL"] = f"json://127.0.0.1:{taken.getsockname()[1]}/"
        return place.run()
