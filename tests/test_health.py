"""The health of outlets, over real HTTP: what a run says of an outlet that goes wrong, and of one
that is mended.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.edges.misbehaving import Exchange, Server, page, status
from tests.helpers.command import Ran
from tests.helpers.desks import Desk, desk
from tests.helpers.forked import Commands
from tests.helpers.outlets import SENTENCES, article, files, outlet, sitemap
from tests.helpers.tables import published_rows

TOPICS = """\
version: 1
channels:
  ops: {env: KLIPING_OPS_URL}
  desk: {env: KLIPING_DESK_URL}
operations: {channels: [ops], language: en}
topics:
  - {id: banjir, title: Banjir, all_of: [{name: air, any: [banjir, tanggul]}],
     alert: {channels: [desk], heartbeat: true}}
"""
FIRST = datetime(2026, 3, 10, 18, tzinfo=UTC)  # 01:00 in Jakarta on the 11th
PAYWALL = article("Khusus pelanggan", ("Masuk untuk membaca.",))


class Nights:
    """An outlet on loopback that lists six new links every night, the desk and the operators."""

    def __init__(self, forked: Commands, folder: Path, server: Server, ops: Desk, here: Desk):
        self.forked, self.folder, self.server = forked, folder, server
        self.ops, self.desk = ops, here

    def __call__(self, number: int, *more: str, page_of: str = "", listing: Any = None) -> Ran:
        """A night. `page_of`: what each page is instead of an article; `listing`: instead of the
        sitemap.
        """
        now = FIRST + timedelta(days=number)
        paths = [f"/satu/{number}/{link}" for link in range(6)]
        self.server.routes |= {
            path: page(page_of or article(f"Kabar {path}", (*SENTENCES, f"Edisi {path}.")))
            for path in paths
        }
        told = sitemap(*map(self.server.url, paths), lastmod=now.isoformat())
        self.server.routes["/satu.xml"] = listing or page(told, "application/xml")
        return self.forked(
            "run",
            "--now",
            now.isoformat(),
            *files(self.folder, outlet("satu", self.server.url(""), "/satu.xml"), topics=TOPICS),
            *more,
            env={"KLIPING_OPS_URL": self.ops.url, "KLIPING_DESK_URL": self.desk.url},
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return published_rows(self.folder / "data", f"select {sql}")

    def told(self) -> list[str]:
        """The titles of what the operators were told."""
        return [message["title"] for message in self.ops.messages]


@pytest.fixture
def nights(forked: Commands, tmp_path: Path) -> Iterator[Nights]:
    with Server({}) as server, desk() as ops, desk() as here:
        yield Nights(forked, tmp_path, server, ops, here)


def test_outlet_behind_a_paywall(nights: Nights) -> None:
    """It is told in the same night, on standard error, to the desk and to the operators, once; and
    once more when it is over.
    """
    assert (nights(0).status, nights.told()) == (0, [])

    ran = nights(1, page_of=PAYWALL)
    assert ran.status == 1
    [line] = ran.err.splitlines()
    assert line.startswith("satu: missed: 6 of 6 pages gave no article: too-short 6; such as ")
    heartbeat = nights.desk.messages[-1]
    assert heartbeat["title"] == "Banjir: sebagian besar media tidak terbaca"
    assert "0 dari 1 media menjawab" in heartbeat["message"]
    assert "6 tautan, 0 artikel: Satu tidak terbaca" in heartbeat["message"]
    assert nights.told() == ["Kliping: Satu cannot be read"]
    assert "6 of 6 pages in a night gave no article" in nights.ops.messages[0]["message"]
    assert "More: kliping sources check satu" in nights.ops.messages[0]["message"]

    ran = nights(2, page_of=PAYWALL)  # it stands, and is told no second time
    assert (ran.status, len(nights.told())) == (1, 1)
    assert nights.rows("kind, closed_at is null from source_problems") == [("failing", True)]

    ran = nights(3)
    assert (ran.status, ran.err) == (0, "")
    assert nights.told()[1:] == ["Kliping, over: Satu cannot be read"]
    assert "1 dari 1 media menjawab" in nights.desk.messages[-1]["message"]
    assert nights.rows("kind, closed_at is null from source_problems") == [("failing", False)]
    assert nights.rows("state from deliveries where channel = 'ops'") == [("sent",), ("sent",)]


def test_outlet_that_lists_nothing(nights: Nights) -> None:
    """A listing that is withheld blocks us; a look of an hour later opens nothing twice."""
    nights(0)
    ran = nights(1, listing=status(403))
    assert ran.status == 3
    assert [line.split(":")[:2] for line in ran.err.splitlines()] == [["satu", " failed"]]
    assert nights.told() == ["Kliping: Satu blocks our requests"]
    assert nights(1, listing=status(403)).status == 3
    assert nights(2).status == 0
    assert nights.told()[1:] == ["Kliping, over: Satu blocks our requests"]


def test_replay_opens_no_problem(nights: Nights) -> None:
    """A night that is replayed says what it missed, but has no problems."""
    nights(0)
    nights(1, page_of=PAYWALL)
    [_, archive] = sorted((nights.folder / "data" / "var" / "warc").iterdir())
    replayed = Nights(
        nights.forked, nights.folder / "again", nights.server, nights.ops, nights.desk
    )
    replayed.folder.mkdir()
    ran = replayed(1, "--replay", str(archive), page_of=PAYWALL)
    assert ran.status == 1
    assert replayed.rows("count(*) from source_problems") == [(0,)]
    assert len(nights.told()) == 1


def test_channel_that_is_down_loses_nothing(nights: Nights) -> None:
    """What the operators could not be told is told by a later run."""
    nights(0)
    nights.ops.answer = lambda message: 500
    nights(1, page_of=PAYWALL)
    assert nights.rows("state from deliveries where channel = 'ops'") == [("pending",)]
    nights.ops.answer = lambda message: 200
    nights(2, page_of=PAYWALL)
    assert nights.told() == ["Kliping: Satu cannot be read"]
    assert json.dumps(nights.ops.messages).count("cannot be read") == 1


def test_topics_changed_during_a_run(nights: Nights) -> None:
    """A run is of the topics.yaml that it began with, whatever becomes of the file meanwhile."""
    withheld = status(403)

    def changed(exchange: Exchange) -> None:
        (nights.folder / "topics.yaml").write_text("version: 2", encoding="utf-8")
        withheld(exchange)

    nights(0)
    assert nights(1, listing=changed).status == 3
    assert nights.told() == ["Kliping: Satu blocks our requests"]
    assert nights.rows("state from runs order by started_at") == [("done",), ("failed",)]
