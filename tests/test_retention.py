"""What is kept for as long as sources.yaml says, and no longer."""

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.config import load_sources
from flows.edges import takedown
from flows.progress import Progress
from flows.records import Retention, Source
from flows.steps.expiry import expire, longest_kept
from tests.helpers.archives import misplaced
from tests.helpers.command import night
from tests.helpers.desks import desk
from tests.helpers.forked import Commands
from tests.helpers.paths import PRESS
from tests.helpers.tables import offending, published_rows
from warehouse.directory import private
from warehouse.store import Warehouse, writing

NOW = datetime(2026, 3, 12, tzinfo=UTC)
DAYS_200 = NOW + timedelta(days=200)


def declared(retention: Mapping[str, Retention]) -> list[Source]:
    """The invented press, with what is kept of each outlet; of '*' where it is not named."""
    default = retention.get("*", Retention())
    return [
        replace(source, retention=retention.get(source.id, default))
        for source in load_sources(PRESS / "sources.yaml")
    ]


def totals(directory: Path) -> dict[str, int]:
    """How much there is of each kind."""
    queries = {
        "articles": "select count(*) from articles",
        "pages": "select count(*) from state.pages",
        "responses": "select count(*) from state.pages where warc_offset >= 0",
        "rejections": "select count(*) from rejections",
        "alerts that say something": "select count(*) from alerts where emptied_at is null",
    }
    return {
        name: count
        for name, query in queries.items()
        for ((count,),) in [published_rows(directory, query)]
    }


WARC = Retention(warc=timedelta(days=180))
PAGES = Retention(pages=timedelta(days=180))
TEXTS = Retention(texts=timedelta(days=180))

IDLE: dict[str, tuple[Mapping[str, Retention], datetime]] = {
    "nothing is said": ({}, DAYS_200),
    "it is not time yet": ({"*": WARC}, NOW),
}


@pytest.mark.parametrize("name", IDLE)
def test_nothing_expires(filled: Path, name: str) -> None:
    """Without a time, or before it is over, nothing changes."""
    before = totals(filled)
    assert expired(filled, *IDLE[name]) == 0
    assert totals(filled) == before


def expired(directory: Path, retention: Mapping[str, Retention], now: datetime) -> int:
    """Expire, check and publish, as a run does; how much went."""
    with writing(directory, "test") as store:
        count = expire(store, declared(retention), now, Progress())
        assert offending(store) == {}
    assert misplaced(directory) == []
    return count


def alerted(directory: Path, what: str) -> int:
    """How many articles, or pages of them, an alert names."""
    [(count,)] = published_rows(
        directory,
        f"""select count(distinct {what}) from alert_articles
        join article_urls using (article_id) join state.pages using (url)""",
    )
    return int(count)


def test_responses_expire(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Archived responses go after their time, apart from those of alerted articles. All else
    stays, and what is gone is not read again.
    """
    before, named = totals(filled), alerted(filled, "(url, fetched_at)")
    assert 0 < named < before["responses"]
    assert expired(filled, {"*": WARC}, DAYS_200) == before["responses"] - named
    assert capsys.readouterr().out == (
        f"expire    {before['responses'] - named} archived responses\n"
    )
    assert totals(filled) == before | {"responses": named}
    [path] = takedown.archives(private(filled) / "warc")
    assert path.name == "press~1.warc.gz"
    assert expired(filled, {"*": WARC}, DAYS_200) == 0
    with closing(Warehouse.open(filled)) as store:
        store.pages.reopen_pages(datetime(2000, 1, 1, tzinfo=UTC))
        assert len(store.pages.pending_pages(999)) == named


def test_responses_of_one_outlet_expire(filled: Path) -> None:
    """What a source says holds for it alone."""
    before = totals(filled)
    retention = Retention(warc=timedelta(days=180), alerted=True)
    [(pages,)] = published_rows(
        filled, "select count(*) from state.pages where source_id = 'mandala'"
    )
    assert expired(filled, {"mandala": retention}, DAYS_200) == pages
    assert totals(filled) == before | {"responses": before["responses"] - pages}


def test_pages_expire(filled: Path) -> None:
    """Pages go with their responses, and so do links that gave no article."""
    before, named = totals(filled), alerted(filled, "(url, fetched_at)")
    expired(filled, {"*": PAGES}, DAYS_200)
    assert totals(filled) == before | {"pages": named, "responses": named, "rejections": 0}


def test_texts_expire(filled: Path) -> None:
    """Articles go with all that was made of them, but those that an alert names stay."""
    before, named = totals(filled), alerted(filled, "article_id")
    expired(filled, {"*": TEXTS}, DAYS_200)
    after = totals(filled)
    assert after["articles"] == named
    assert after["alerts that say something"] == before["alerts that say something"]
    assert published_rows(filled, "from forgotten") == []
    for table in (
        "article_versions",
        "removed_text",
        "field_origins",
        "state.vectors",
        "story_articles",
    ):
        [(strays,)] = published_rows(
            filled, f"select count(*) from {table} anti join articles using (article_id)"
        )
        assert (table, strays) == (table, 0)


def test_alerted_texts_expire_if_it_is_said(filled: Path) -> None:
    """With `alerted`, nothing stays; the alerts do, but say nothing."""
    before = totals(filled)
    retention = Retention(texts=timedelta(days=180), alerted=True)
    expired(filled, {"*": retention}, DAYS_200)
    assert totals(filled)["articles"] == 0
    assert totals(filled)["alerts that say something"] == 0
    assert published_rows(filled, "select distinct title from alerts") == [("Dihapus",)]
    assert len(published_rows(filled, "from alerts")) == before["alerts that say something"]


def test_archives_without_pages_go(filled: Path) -> None:
    """An archive that holds listings alone goes once the longest time of all is over, unless some
    source keeps its responses for ever.
    """
    listing = private(filled) / "warc" / "listing.warc.gz"
    data = (PRESS / "press.warc.gz").read_bytes()
    *_, last = takedown.read_spans(PRESS / "press.warc.gz")
    listing.write_bytes(data[last.offset :])
    os.utime(listing, (NOW.timestamp(), NOW.timestamp()))
    short, long = Retention(warc=timedelta(days=100)), Retention(warc=timedelta(days=190))
    for retention, now, stays in [
        ({"mandala": short}, DAYS_200, True),
        ({"*": short, "mandala": long}, NOW + timedelta(days=150), True),
        ({"*": short, "mandala": long}, DAYS_200, False),
    ]:
        expired(filled, retention, now)
        assert listing.exists() == stays
    assert longest_kept(declared({"*": short, "mandala": long})) == timedelta(days=190)


def test_run_expires(forked: Commands, filled: Path, tmp_path: Path) -> None:
    """A run does it after its last step, and says how much went."""
    sources = tmp_path / "sources.yaml"
    text = (PRESS / "sources.yaml").read_text(encoding="utf-8")
    sources.write_text(
        text.replace("min_delay_s: 5}", "min_delay_s: 5, retention: {warc: 180d}}"),
        encoding="utf-8",
    )
    before, named = totals(filled), alerted(filled, "(url, fetched_at)")
    with desk() as here:
        ran = forked(
            *night(filled, DAYS_200.isoformat(), "--sources", sources),
            env={"KLIPING_DESK_URL": here.url},
        )
    told = [line for line in ran.out.splitlines() if line.startswith("expire")]
    assert told == [f"expire    {before['responses'] - named} archived responses"]
    assert totals(filled)["articles"] == before["articles"]
