"""Whole runs over the invented press: the real command, the real model, a real desk."""

import json
import re
import shutil
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.helpers.command import NIGHT_1, NIGHT_2, Ran, night
from tests.helpers.dask import dask_cluster, needs_dask
from tests.helpers.desks import Desk, desk
from tests.helpers.forked import Commands, Running, wait_until
from tests.helpers.mail import mail_server, parts_of
from tests.helpers.paths import PRESS
from tests.helpers.press_nights import PressNights
from tests.helpers.tables import published_rows
from warehouse.directory import only_run, published

GOLD = json.loads((PRESS / "gold.json").read_text(encoding="utf-8"))


def state(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that a run must end with, however often it was disturbed."""
    return {
        "articles": published_rows(
            warehouse,
            "select article_id, title, body, author, published_at, first_seen_at, story_id "
            "from articles order by all",
        ),
        "versions": published_rows(
            warehouse, "select article_id, version, title, body from article_versions order by all"
        ),
        "removed": published_rows(warehouse, "from removed_text order by all"),
        "rejections": published_rows(
            warehouse, "select url, source_id, stage, reason from rejections order by all"
        ),
        "stories": published_rows(
            warehouse,
            "select story_id, article_id, relation, original_article_id from story_articles "
            "order by all",
        ),
        "hits": published_rows(
            warehouse,
            "select topic_id, article_id, story_id, decision, score from topic_hits order by all",
        ),
        "alerts": published_rows(
            warehouse, "select alert_id, story_id, title, text from alerts order by all"
        ),
        "deliveries": published_rows(
            warehouse, "select alert_id, channel, state from deliveries order by all"
        ),
    }


def run(forked: Commands, warehouse: Path, clock: str, desk_url: str) -> Ran:
    """One night of the invented press."""
    return forked(*night(warehouse, clock), env={"KLIPING_DESK_URL": desk_url})


def test_run_says_what_it_did(nights: PressNights) -> None:
    """A run ends with status 1 because one link answers 500, and in the second night because a
    source is silent; it names both, and prints nothing that is not ours.
    """
    silent = (
        "gempita: missed: its newest article is of 2026-03-10 16:40 UTC, one is expected every "
        "20 hours"
    )
    failed = "detak: failed: links ended in http-5xx: 1"
    words = {
        "discover",
        "fetch",
        "extract",
        "clean",
        "embed",
        "group",
        "index",
        "match",
        "alert",
        "looked",
        "deliver",
        "brief",
        "publish",
        "added",
        "",
    }
    for run, lines in zip(nights.runs, ([failed], [silent, failed]), strict=True):
        assert run.status == 1
        assert run.err.splitlines() == lines
        assert {line[:10].strip() for line in run.out.splitlines()} <= words


@pytest.mark.parametrize("article", GOLD["articles"], ids=lambda article: article["id"])
def test_article(nights: PressNights, article: dict[str, Any]) -> None:
    """Every sentence, name and instant of the invented press is right, and no clutter line is
    left.
    """
    columns = (
        "title, body, author, editor, credit, dateline, published_at, published_precision, "
        "source_id"
    )
    [found] = published_rows(
        nights.warehouse, f"select {columns} from articles where url = ?", article["url"]
    )
    published_at = datetime.fromisoformat(article["published_at"]).astimezone(UTC)
    assert found == (
        article["title"],
        "\n".join(article["paragraphs"]),
        article["author"],
        article["editor"],
        article["credit"],
        article["dateline"],
        published_at,
        article["published_precision"],
        article["source_id"],
    )
    assert not [line for line in article["clutter"] if line in found[1].split("\n")]
    met = published_rows(
        nights.warehouse,
        "select u.url from article_urls u join articles a using (article_id) where a.url = ?",
        article["url"],
    )
    assert set(article["urls"]) <= {url for (url,) in met}


def test_no_other_articles(nights: PressNights) -> None:
    """Nothing but the written articles became an article."""
    assert {url for (url,) in published_rows(nights.warehouse, "select url from articles")} == {
        article["url"] for article in GOLD["articles"]
    }


@pytest.mark.parametrize("rejection", GOLD["rejections"], ids=lambda rejection: rejection["url"])
def test_rejection(nights: PressNights, rejection: dict[str, Any]) -> None:
    """Every bad link ends with its true reason."""
    [(reason,)] = published_rows(
        nights.warehouse, "select reason from rejections where url = ?", rejection["url"]
    )
    assert reason in rejection["accept"]


def test_stories(nights: PressNights) -> None:
    """Articles share a story exactly where they tell one, and copies name their original."""
    placed = {
        url: (story, relation, original)
        for url, story, relation, original in published_rows(
            nights.warehouse,
            "select a.url, s.story_id, s.relation, o.url from story_articles s join articles "
            "a using (article_id)"
            " join articles o on o.article_id = s.original_article_id",
        )
    }
    url_of = {article["id"]: article["url"] for article in GOLD["articles"]}
    stories: dict[str, set[str]] = {}
    for article in GOLD["articles"]:
        stories.setdefault(article["story"], set()).add(placed[article["url"]][0])
    assert {story: len(found) for story, found in stories.items() if len(found) > 1} == {}
    assert len({next(iter(found)) for found in stories.values()}) == len(stories)
    for article in GOLD["articles"]:
        if article["relation"] == "copy":
            assert placed[article["url"]][1:] == ("copy", url_of[article["original"]]), article[
                "id"
            ]


def test_alerts(nights: PressNights) -> None:
    """One new_story for each story of the topic, though its copies came in over two nights, and a
    development; each delivered once.
    """
    warehouse, messages = nights.warehouse, nights.messages
    for topic, expected in GOLD["topics"].items():
        hits = "topic_hits join articles a using (article_id) where topic_id = ?"
        hit = {url for (url,) in published_rows(warehouse, f"select a.url from {hits}", topic)}
        assert hit == {article["url"] for article in GOLD["articles"] if topic in article["topics"]}
        told = published_rows(
            warehouse,
            "select kind, count(*) from alerts where topic_id = ? group by kind order by kind",
            topic,
        )
        assert told == [("development", 1), ("new_story", len(expected["alerts"]))]
    assert len(messages) == len({message["message"].split("[")[-1] for message in messages}) == 3
    [follow_up] = [message for message in messages if ", perkembangan: " in message["title"]]
    assert re.search(r"\nYang baru: “.*Nadezhda Ilyina.*”\n", follow_up["message"])
    assert published_rows(warehouse, "select distinct state from deliveries") == [("sent",)]
    decisions = dict(
        published_rows(warehouse, "select decision, count(*) from topic_hits group by decision")
    )
    assert decisions["raised"] == 2


def test_brief(nights: PressNights) -> None:
    """Each run writes its night's brief, and leaves nothing else beside it."""
    warehouse = nights.warehouse
    briefs = {path.name: path.read_text("utf-8") for path in (warehouse / "reports").iterdir()}
    assert set(briefs) == {"2026-03-11.html", "2026-03-12.html"}
    assert "18 artikel baru dalam 13 berita" in briefs["2026-03-12.html"]
    assert (
        "Rusia-Korea Utara tanda tangani pakta latihan angkatan laut" in briefs["2026-03-12.html"]
    )
    assert "latihan angkatan laut" not in briefs["2026-03-11.html"]
    assert published_rows(warehouse, "select count(*) from briefs") == [(0,)]


def test_brief_by_mail(forked: Commands, tmp_path: Path) -> None:
    """A channel that asks for it gets the brief as a file, once a night."""
    topics = tmp_path / "topics.yaml"
    topics.write_text(
        "version: 1\nchannels: {mail: {env: KLIPING_MAIL_URL}}\nbrief: [mail]\ntopics: []\n"
    )
    warehouse = tmp_path / "warehouse"
    with mail_server() as server:
        for _ in range(2):
            ran = forked(
                *night(warehouse, NIGHT_1, "--topics", str(topics)),
                env={"KLIPING_MAIL_URL": server.url},
            )
            assert "brief     " in ran.out
        [message] = server.got
    assert message["Subject"] == "Ringkasan malam Rabu, 11 Maret 2026"
    assert "terlampir" in parts_of(message)["text/html"]
    assert parts_of(message)["2026-03-11.html"]
    assert published_rows(warehouse, "select channel, state from deliveries") == [("mail", "sent")]


def test_brief_that_cannot_be_written(filled: Path, forked: Commands) -> None:
    """The run is as good as without one, and says why in a line."""
    reports = filled / "reports"
    shutil.rmtree(reports)
    reports.write_text("no folder")
    with desk() as here:
        ran = run(forked, filled, NIGHT_2, here.url)
    assert ran.status == 1  # as ever, for the link that answers 500
    path = reports / "2026-03-12.html"
    assert ran.err.splitlines()[0] == f"brief: {path}: cannot be written: File exists"
    assert published_rows(filled, "select state from runs") == [("partial",)] * 3


def test_what_a_night_could_not_see(nights: PressNights) -> None:
    """Each run records how much it looked at, and what it missed."""
    warehouse = nights.warehouse
    beats = published_rows(
        warehouse,
        "select sources, answered, articles, hits, alerts, missed, heartbeat_id from "
        "heartbeats order by run_id limit 2",
    )
    missed = "detak: links ended in http-5xx: 1"
    silent = (
        "gempita: its newest article is of 2026-03-10 16:40 UTC, one is expected every 20 hours"
    )
    assert beats == [(8, 8, 35, 5, 1, missed, None), (8, 8, 19, 6, 2, f"{silent}; {missed}", None)]
    troubles = published_rows(
        warehouse,
        "select source_id, kind, count from troubles where kind not in ('rejected', "
        "'doubtful') order by run_id, source_id",
    )
    assert troubles == [
        ("detak", "link-failed", 1),
        ("detak", "link-failed", 1),
        ("gempita", "silent", 1),
    ]


def test_run_again_adds_nothing(filled: Path, forked: Commands) -> None:
    """A night that is run a second time finds everything up to date, and sends nothing."""
    before = state(filled)
    with desk() as here:
        again = run(forked, filled, NIGHT_2, here.url)
    assert state(filled) == before
    assert here.messages == []
    assert "added     0 links" in again.out


def test_checks_find_nothing(filled: Path) -> None:
    """Every check in warehouse/checks is silent after two nights."""
    from warehouse.store import Warehouse

    store = Warehouse.open(filled)
    assert store.engine.offending() == {}
    store.close()


@pytest.fixture(scope="module")
def undisturbed(nights: PressNights) -> dict[str, list[tuple[Any, ...]]]:
    """The state after an undisturbed first night."""
    return state(nights.first_night)


def test_killed_run_is_finished_by_the_next(
    forked: Commands, undisturbed: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    """Killed after the commit of one step, then, in the next run, of another, and at last after a
    delivery that was not yet recorded: the first night ends as if nothing had happened; the alert
    may come twice with one key.
    """
    steps = ("fetch", "extract", "group", "index", "match")
    with desk() as here:
        for step in steps:
            running = forked.start(*night(tmp_path, NIGHT_1), env={"KLIPING_DESK_URL": here.url})
            worked = re.compile(rf"^{step} +[1-9]", re.MULTILINE)
            found = partial(_said, running, worked)
            assert wait_until(found), (step, running.said())
            running.send(signal.SIGKILL)
            assert running.end().status == -signal.SIGKILL
        assert here.messages == []
        _killed_as_it_delivers(forked, tmp_path, here)
        assert not published(tmp_path).exists()
        assert run(forked, tmp_path, NIGHT_1, here.url).status == 1
    assert state(tmp_path) == undisturbed
    assert 1 <= len(here.messages) <= 2
    assert len({message["message"].split("[")[-1] for message in here.messages}) == 1
    interrupted = "select count(*) from runs where state = 'interrupted'"
    assert published_rows(tmp_path, interrupted) == [(len(steps) + 1,)]


def _said(running: Running, pattern: re.Pattern[str]) -> bool:
    return pattern.search(running.said()) is not None


def _killed_as_it_delivers(forked: Commands, warehouse: Path, here: Desk) -> None:
    """A run that ends when the desk has the alert, before that is recorded."""
    running = forked.start(*night(warehouse, NIGHT_1), env={"KLIPING_DESK_URL": here.url})

    def kill(message: dict[str, Any]) -> int:
        running.send(signal.SIGKILL)
        return 200

    here.answer = kill
    assert running.end().status == -signal.SIGKILL
    here.answer = lambda message: 200


@needs_dask
def test_cluster_is_killed(forked: Commands, nights: PressNights, tmp_path: Path) -> None:
    """A night on a Dask cluster, of which a worker is killed while it encodes, and a night in which
    its scheduler is, end as any others.
    """
    warehouse = tmp_path / "warehouse"
    with dask_cluster(tmp_path, options=["--no-nanny"]) as cluster, desk() as here:
        places = {"KLIPING_DESK_URL": here.url, "KLIPING_WORKERS": f"dask:{cluster.address}"}
        for clock, part, when, told in (
            (NIGHT_1, "worker", "clean", 0),
            # Its workers have the model by now, and might be done before they are killed.
            (NIGHT_2, "scheduler", "fetch", 1),
        ):
            running = forked.start(*night(warehouse, clock), env=places)
            assert wait_until(partial(running.told, when))
            cluster.kill(part)
            ran = running.end()
            assert ran.status == 1
            lost = [line for line in ran.err.splitlines() if "KLIPING_WORKERS" in line]
            assert len(lost) == told, ran.err
            undisturbed = nights.first_night if clock == NIGHT_1 else nights.warehouse
            assert state(warehouse) == state(undisturbed)


@needs_dask
def test_no_cluster(forked: Commands, tmp_path: Path) -> None:
    """Where there is no scheduler, a run ends before it fetches anything."""
    places = {
        "KLIPING_DESK_URL": "json://127.0.0.1:9/",
        "KLIPING_WORKERS": "dask:tcp://127.0.0.1:9",
    }
    ran = forked(*night(tmp_path, NIGHT_1), env=places)
    assert (ran.status, ran.out) == (3, "")
    assert re.fullmatch(
        r"kliping: KLIPING_WORKERS: the Dask scheduler tcp://\S+ cannot .+\n", ran.err
    )


def test_pending_delivery_is_sent_once(forked: Commands, tmp_path: Path) -> None:
    """With the desk down the run ends as ever and the delivery stays pending; the next run sends
    it, the one after does not.
    """
    with desk() as here:
        here.answer = lambda message: 503
        down = run(forked, tmp_path, NIGHT_1, here.url)
        assert down.status == 1
        assert published_rows(tmp_path, "select state, attempts, last_error from deliveries") == [
            ("pending", 1, "HTTP 503")
        ]
        here.answer = lambda message: 200
        run(forked, tmp_path, NIGHT_1, here.url)
        run(forked, tmp_path, NIGHT_1, here.url)
    assert len(here.messages) == 1
    assert published_rows(tmp_path, "select state, attempts from deliveries") == [("sent", 2)]


def test_second_run_is_refused(forked: Commands, tmp_path: Path) -> None:
    """A run that finds the lock held ends with status 3 and says who holds it."""
    with only_run(tmp_path, "kliping run, process 4711"):
        refused = run(forked, tmp_path, NIGHT_1, "json://127.0.0.1:9/")
    assert refused.status == 3
    assert refused.err == (
        f"kliping: {tmp_path}: another run holds the lock (kliping run, process 4711); wait "
        f"for it to end\n"
    )


def test_readers_are_never_in_the_way(filled: Path, forked: Commands) -> None:
    """An analyst who keeps media.duckdb open sees one state all along, and a run publishes all the
    same.
    """
    with duckdb.connect(str(published(filled)), read_only=True) as reading:
        count = reading.execute("select count(*) from runs").fetchall()
        run(forked, filled, NIGHT_2, "json://127.0.0.1:9/")
        assert reading.execute("select count(*) from runs").fetchall() == count
    assert published_rows(filled, "select count(*) from runs")[0][0] == count[0][0] + 1


def test_backfill_never_alerts(forked: Commands, tmp_path: Path) -> None:
    """A backfill brings the same articles and stories, hits that are decided as backfill, and no
    alert, then or later.
    """
    files: Sequence[str | Path] = (
        "--sources",
        PRESS / "sources.yaml",
        "--topics",
        PRESS / "topics.yaml",
        "--warehouse",
        tmp_path,
    )
    taken = forked("backfill", PRESS / "press.warc.gz", *files)
    assert (taken.status, taken.err) == (0, "")
    assert published_rows(tmp_path, "select distinct decision from topic_hits") == [("backfill",)]
    with desk() as here:
        run(forked, tmp_path, NIGHT_2, here.url)
    assert here.messages == []
    assert published_rows(tmp_path, "select count(*) from alerts") == [(0,)]
