"""`make bench-pages`: how long the pages of the reading room take beside an archive of 100,000
articles.

The archive is that of bench/search.py, with four reports in each story, and with what pages show
beside them invented: three years of health, lines that were cut, hits, and alerts.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from starlette.testclient import TestClient

from bench.machine import described
from bench.search import CORPORA, drain, fill, repeat
from flows.edges.encoder import Encoder
from flows.reading.rooms import make_app
from tests.helpers.tables import execute
from warehouse.reader import Reader
from warehouse.snapshot import publish
from warehouse.store import Warehouse

ROUNDS = 5
SPAN = '[{"group":"g","field":"title","start":0,"end":1,"text":"-","sentence":"-"}]'
PLANTED = (
    """
    update story_articles
    set story_id = substr(md5((h // 4)::text), 1, 16),
        relation = case h % 4 when 0 then 'original' when 1 then 'copy' else 'same_story' end
    from (
        select article_id as x, row_number() over (order by published_at) as h from state.articles
    ) where article_id = x
    """,
    """
    insert into removed_text
    select article_id, 'related', 'Baca juga: ' || title from state.articles, range(6)
    """,
    """
    insert into field_origins
    select article_id, ['title', 'author', 'editor', 'dateline', 'published_at', 'body'][1 + i],
        'visible', title, true
    from state.articles, range(6) t(i)
    """,
    "insert into article_urls select url, article_id from state.articles",
    """
    insert into article_versions
    select article_id, 1, first_seen_at, title, body, text_hash from state.articles
    """,
    f"""
    insert into state.topic_hits
    select 'topic', 'v', article_id, 'raised', 1, '{SPAN}',
        if(hash(article_id) % 2 = 0, 'subject', 'mention')
    from state.articles where hash(article_id) % 40 = 0
    """,
    """
    insert into runs by name
    select 'r' || i as run_id, 'run' as kind, timestamptz '2024-01-01' + interval (i) day as clock,
        clock as started_at, clock as finished_at, 'done' as state, 1 as links, 1 as pages,
        1 as articles, 1 as rejections, 1 as stories, 1 as hits, 1 as alerts
    from range(1050) t(i)
    """,
    """
    insert into source_health by name
    select day::date as day, source_id, 'new' as state, false as quiet, 40 as links,
        30 as articles, 2 as rejections, '' as detail, 1 as doubtful
    from (select source_id from state.articles group by all order by count(*) desc limit 20),
        generate_series(timestamp '2024-01-01', timestamp '2026-11-15', interval 1 day) t(day)
    """,
    """
    insert into alerts by name
    select substr(md5(story_id), 1, 16) as alert_id, 'topic' as topic_id, story_id,
        'new_story' as kind, min(published_at) as raised_at,
        local_day(min(published_at)) as raised_on, 'T' as title, 'x' as text
    from state.topic_hits join story_articles using (article_id)
    join state.articles using (article_id) group by story_id
    """,
    "update state.articles set landed_at = time_bucket(interval 1 day, published_at)",
)
RULE = "all_of:\n- {name: a, any: [Rusia, Putin]}\n- {name: b, any: [Korea Utara, Korut]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000)
    articles = parser.parse_args().articles
    if not CORPORA.exists():
        raise SystemExit("bench-pages: the corpora are not beside the project")
    print(f"{described('duckdb', 'starlette', 'jinja2')}\n")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder)
        make(archive, articles)
        print(f"| page, among {articles:,} articles | s | processor s | kB |\n|---|---|---|---|")
        for name, ask in questions(archive).items():
            print(f"| {name} | {measured(ask)} |", flush=True)


def make(archive: Path, articles: int) -> None:
    """Publish an archive of so many articles."""
    store = Warehouse.open(archive)
    fill(store)
    drain(store)
    repeat(store, articles)
    for sql in PLANTED:
        execute(store, sql)
    store.close()
    publish(archive)


def questions(archive: Path) -> Mapping[str, Callable[[], str]]:
    """What asks for each page, by its name."""
    app = make_app(archive, Encoder("no model"), (), print)
    client = TestClient(app, base_url="http://localhost")
    reader = Reader(archive)

    def one(sql: str) -> str:
        return str(reader.query(f"{sql} limit 1")[1][0][0])

    busiest = "group by all order by count(*) desc"
    copy = one("select article_id from story_articles where relation = 'copy'")
    addresses = {
        "a night": f"/nights/{one(f'select landed_at::date from state.articles {busiest}')}",
        "search, two words": "/search?q=harga beras",
        "search, a phrase": '/search?q="kereta cepat" bandung',
        "a story": f"/stories/{one('select story_id from alerts')}",
        "an article": f"/articles/{copy}",
        "outlets": "/sources",
        "an outlet": f"/sources/{one(f'select source_id from state.articles {busiest}')}",
        "topics": "/topics",
        "a topic": "/topics/topic",
        "alerts": "/alerts",
    }
    asked = {name: lambda at=at: client.get(at).text for name, at in addresses.items()}
    tried = {"rule": RULE}
    return asked | {"a rule, tried": lambda: client.get("/topics/topic/try", params=tried).text}


def measured(ask: Callable[[], str]) -> str:
    """The medians of what a page takes, and its size, as cells of a table."""
    text, waited, worked = ask(), [], []
    for _ in range(ROUNDS):
        began, at_work = time.monotonic(), time.process_time()
        text = ask()
        waited.append(time.monotonic() - began)
        worked.append(time.process_time() - at_work)
    return f"{median(waited):.2f} | {median(worked):.2f} | {len(text.encode()) / 1000:.0f}"


if __name__ == "__main__":
    main()
