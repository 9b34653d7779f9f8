"""`make bench-faults`: one row for each kind of fault: what a run does about it, and that nothing
is lost by it.

An invented outlet on loopback lists four articles, each a story of the topic, and a desk counts the
alerts. In each row one thing is wrong during a night's run, which must end with the status and the
lines of standard error that the row states. In the night after nothing is wrong: then all four
articles must be there, and the desk must have each alert once, over both nights.

Rows run side by side, because many wait. `--only WORDS`: those whose name holds them.
"""

import argparse
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from rich.console import Console
from rich.table import Table

from bench import arrangements as f
from tests.edges import misbehaving as web
from tests.helpers.command import Ran
from tests.helpers.desks import desk
from tests.helpers.forked import Commands, commands
from warehouse.directory import private, published

AT_ONCE = 3
KILLED, ENDED = -signal.SIGKILL, -signal.SIGTERM
BROKEN = "satu: missed: 1 of 4 pages could not be read: broken 1; .*"
MADE_ANEW = r".*: was missing, and is made from media\.duckdb \(.*\)"
CHECKING = (
    "<html><head><title>Just a moment...</title></head><body><p>Checking your "
    "browser</p></body></html>"
)


@dataclass(frozen=True)
class Fault:
    """A row: what is wrong, how that is brought about, the status with which the run ends, and an
    expression for each line of standard error. `ends`: the reason with which the spoiled article
    ends for good, because its outlet meant what it said. `then`: what the night after says.
    """

    kind: str
    name: str
    night: f.Arrange
    status: int = 0
    says: Sequence[str] = ()
    ends: str = ""
    then: Sequence[str] = ()


FAULTS = (
    Fault(
        "web",
        "no answer to a page",
        f.answer_is(web.says_nothing),
        1,
        ["satu: failed: links ended in timeout: 1"],
    ),
    Fault(
        "web", "slow drip", f.answer_is(web.drips), 1, ["satu: failed: links ended in timeout: 1"]
    ),
    Fault("web", "hangs up", f.answer_is(web.drops), 1, [BROKEN]),
    Fault("web", "reset in the body", f.answer_is(f.resets), 1, [BROKEN]),
    Fault("web", "breaks off in the body", f.answer_is(web.drops_mid_body), 1, [BROKEN]),
    Fault(
        "web", "500", f.answer_is(web.status(500)), 1, ["satu: failed: links ended in http-5xx: 1"]
    ),
    Fault("web", "429 for ever", f.answer_is(web.status(429, Retry_After="1"))),
    Fault("web", "404 once", f.answer_is(web.status(404)), ends="http-4xx"),
    Fault("web", "redirect loop", f.answer_is(web.redirect(f.SPOILED))),
    Fault("web", "Content-Length too short", f.answer_is(f.tells_too_little)),
    Fault("web", "another protocol", f.answer_is(web.no_http), 1, [BROKEN]),
    Fault("web", "broken gzip", f.answer_is(web.broken_gzip), 1, [BROKEN]),
    Fault(
        "web",
        "bot check with 200",
        f.answer_is(web.page(CHECKING)),
        1,
        ["satu: missed: .*interstitial 1.*"],
    ),
    Fault(
        "web",
        "robots.txt answers 500",
        f.answer_is(web.status(500), "/robots.txt"),
        3,
        ["satu: failed: .*robots.*500.*"],
    ),
    Fault(
        "listing",
        "half of the XML",
        f.listing_breaks_off,
        1,
        ["satu: missed: .*/peta.xml: Premature end .*"],
    ),
    Fault(
        "listing",
        "HTML instead",
        f.listing_is(web.page("<html><body>Sedang dirawat</body></html>")),
        3,
        ["satu: failed: .*"],
    ),
    Fault(
        "listing", "empty", f.listing_is(web.page("", "application/xml")), 3, ["satu: failed: .*"]
    ),
    Fault(
        "listing",
        "no entries",
        f.listing_is(web.page(f.listing([], datetime.now(UTC)), "application/xml")),
    ),
    Fault(
        "listing",
        "500",
        f.listing_is(web.status(500)),
        3,
        ["satu: failed: .*http-5xx: 500 after 3 tries"],
    ),
    Fault("listing", "304 for ever", f.listing_never_changes),
    Fault(
        "page", "a PDF", f.answer_is(web.page(b"%PDF-1.7 isi", "application/pdf")), ends="not-html"
    ),
    Fault("page", "empty", f.answer_is(web.page(""))),
    Fault("page", "without end", f.answer_is(web.endless), ends="too-large"),
    Fault("page", "50 MB once decoded", f.answer_is(web.bomb(50 * 2**20)), ends="too-large"),
    Fault(
        "page",
        "wrong charset",
        f.answer_is(web.wrong_charset(f.article(f.SPOILED_TITLE, datetime.now(UTC)))),
    ),
    Fault(
        "page",
        "nonsense bytes",
        f.answer_is(web.page(bytes(range(128, 256)) * 500)),
        ends="not-html",
    ),
    Fault("disk", "full before the database is made", f.full_disk(1), 3, ["kliping: .*"]),
    Fault(
        "disk",
        "full while pages are archived",
        f.full_disk(7, 6 * 2**20),
        3,
        ["kliping: .*No space left on device; .*the next run (publishes again|goes on)"],
    ),
    Fault(
        "disk",
        "full at the publication",
        f.full_disk(9),
        3,
        ["kliping: .*cannot be published: .*No space left on device; the next run publishes again"],
    ),
    Fault(
        "disk",
        "no file beyond 1 MB",
        f.limited(2**20),
        3,
        ["kliping: .*cannot be published: .*File too large; the next run publishes again"],
    ),
    Fault("disk", "read-only", f.read_only_disk, 3, ["kliping: .*Read-only file system"]),
    Fault("process", "SIGKILL (see bench-kill)", f.ended_by(signal.SIGKILL), KILLED),
    Fault("process", "SIGTERM (see bench-kill)", f.ended_by(signal.SIGTERM), ENDED),
    Fault(
        "database",
        "the writer is open elsewhere",
        f.writer_is_held,
        3,
        ["kliping: .*close the program that has it open"],
    ),
    Fault(
        "database",
        "the writer is nonsense",
        f.writer_is(f.is_nonsense, mended=True),
        3,
        ["kliping: .*remove it, and the next run continues from the last publish"],
        then=[MADE_ANEW],
    ),
    Fault(
        "database",
        "the writer is cut",
        f.writer_is(f.is_cut, mended=True),
        3,
        ["kliping: .*remove it, and the next run continues from the last publish"],
        then=[MADE_ANEW],
    ),
    Fault(
        "database",
        "the writer is gone",
        f.writer_is(f.is_gone),
        0,
        [MADE_ANEW],
    ),
    Fault("database", "a killed run's log", f.log_is(0)),
    Fault("database", "a killed run's log, cut", f.log_is(7)),
    Fault("database", "nonsense beside the snapshot", f.log_beside_snapshot),
    Fault("tool", "has the snapshot open for writing", f.snapshot_is_held),
    Fault(
        "Prefect",
        "PREFECT_API_URL is dead",
        f.real_command(PREFECT_API_URL="http://{dead}/api"),
        3,
        ["kliping: PREFECT_API_URL: .* refuses the connection; .*"],
    ),
    Fault(
        "Prefect",
        "a dead HTTP_PROXY",
        f.real_command(HTTP_PROXY="http://{dead}", HTTPS_PROXY="http://{dead}"),
    ),
    Fault("clock", "--now two days ago", f.clock_is(-2)),
    Fault("clock", "--now in half a day", f.clock_is(0.5)),
    Fault("clock", "a page dated in two days", f.dated(2)),
    Fault(
        "desk",
        "500",
        f.desk_is(lambda message: 500),
        0,
        ["channel desk: 4 not delivered: HTTP 500; tried again"],
    ),
    Fault(
        "desk",
        "answers nothing in time",
        f.desk_is(f.after(2, 503), "?rto=0.5"),
        0,
        ["channel desk: 4 not delivered: no connection, or no answer; tried again"],
    ),
    Fault(
        "desk",
        "nobody listens",
        f.nobody_receives,
        0,
        ["channel desk: 4 not delivered: no connection, or no answer; tried again"],
    ),
    Fault("desk", "answers after 5 s", f.desk_is(f.after(5, 200))),
    Fault("desk", "429 to every second", f.desk_is(f.asks_for_fewer())),
)


# ---- trying a row ----


def tried(fault: Fault, kliping: Commands) -> tuple[str, str]:
    """'pass', 'FAIL' or 'not tried'; and what was wrong, or is not possible."""
    with TemporaryDirectory() as folder, web.Server() as server, desk() as here:
        place = f.Place(kliping, server, here, Path(folder), datetime.now(UTC))
        with place.disk:
            try:
                ran = fault.night(place)
            except f.NotPossible as why:
                return "not tried", str(why)
            finally:
                place.mend()
            wrong = flaws("the night", ran, fault.status, fault.says)
            again = place.run("--now", (place.now + timedelta(hours=24)).isoformat())
            wrong += flaws("the night after", again, 0, fault.then)
            wrong += losses(place, fault.ends)
    return ("FAIL", "; ".join(wrong)) if wrong else ("pass", "")


def flaws(night: str, ran: Ran, status: int, says: Sequence[str]) -> list[str]:
    """How a run's end differs from what is expected of it."""
    lines = ran.err.splitlines()
    as_stated = len(lines) == len(says) and all(map(re.fullmatch, says, lines))
    wrong = [f"{night}: status {ran.status}, not {status}"] if ran.status != status else []
    return wrong + ([] if as_stated else [f"{night} says {lines}"])


def losses(place: f.Place, ends: str) -> list[str]:
    """What is missing, or too many, after both nights; what ends with a reason must give that."""
    expected = Counter(list(f.ARTICLES))
    if ends:
        del expected[f.SPOILED_TITLE]
    if not published(place.data).exists():
        return ["nothing is published"]
    with duckdb.connect(str(published(place.data)), read_only=True) as connection:
        titles = connection.execute("select title from articles").fetchall()
        refused = connection.execute("select reason from rejections").fetchall()
        unsent = connection.execute(
            "select count(*) from deliveries where state <> 'sent'"
        ).fetchall()
    landed = Counter(title for (title,) in titles)
    told = Counter(
        title
        for message in place.desk.messages
        for title in f.ARTICLES
        if title in message["title"] + message["message"].partition("\n")[0]
    )
    wrong = [] if landed == expected else [f"articles: {dict(landed)}"]
    wrong += [] if told == expected else [f"alerts: {dict(told)}"]
    wrong += [] if refused == [(ends,)] * bool(ends) else [f"rejections: {refused}"]
    wrong += [f"{unsent[0][0]} deliveries are not sent"] if unsent[0][0] else []
    if (log := private(place.data) / "errors.log").exists():
        wrong.append(f"a trace: {log.read_text(encoding='utf-8').splitlines()[-2:]}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS")
    options = parser.parse_args()
    chosen = [row for row in FAULTS if options.only in f"{row.kind} {row.name}"]
    began = time.monotonic()

    def row_done(row: Fault) -> tuple[str, str]:
        at = time.monotonic()
        result, why = tried(row, kliping)
        print(f"{time.monotonic() - at:4.0f} s  {result}: {row.kind}, {row.name} {why}", flush=True)
        return result, why

    with commands() as kliping, ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(row_done, chosen))
    table = Table("kind", "fault", "status", "standard error", "result", box=None)
    for row, (result, _) in zip(chosen, results, strict=True):
        table.add_row(row.kind, row.name, str(row.status), "\n".join(row.says), result)
    Console(width=150, highlight=False, markup=False).print(table)
    for row, (result, why) in zip(chosen, results, strict=True):
        if why:
            print(f"{result}: {row.kind}, {row.name}: {why}")
    counted = Counter(result for result, _ in results)
    told = ", ".join(f"{count} {result}" for result, count in counted.items())
    print(f"{len(chosen)} faults in {time.monotonic() - began:.0f} s: {told}")
    sys.exit(1 if counted["FAIL"] else 0)


if __name__ == "__main__":
    main()
