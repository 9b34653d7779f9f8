"""`make bench-analyst`: ten tasks of an analyst, each one statement of at most two lines, on the
published file of an invented archive.

The archive is that of `bench.scale`, which copies, rewrites, and follows as the press does, with
what else analysts ask for: quotations, agencies that are named, hits of a topic, edits, and the
index of words.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from bench.machine import described
from bench.scale import NIGHT, build
from flows.steps.indexing import index_batch
from tests.helpers.tables import beside
from warehouse.directory import published
from warehouse.reader import Reader
from warehouse.snapshot import publish
from warehouse.store import Warehouse

T = TypeVar("T")
ROUNDS = 5
DAY = f"{NIGHT:%Y-%m-%d}"

# bench.scale leaves the last day's articles to be placed
PLACE_NIGHT = """
    insert into story_articles by name
    select article_id as story_id, article_id, 'original' as relation,
        article_id as original_article_id, 1 as similarity
    from state.articles where article_id not in (select article_id from story_articles)
"""
# What the archive of bench.scale lacks. One article in fifty is of the topic, one in twenty was
# edited, one in eight names an agency, and one in two quotes somebody.
FURNISH = (
    """
    insert into sources by name
    select distinct source_id, 'Outlet ' || source_id[8:] as name, 'press' as kind, '-' as home,
        'active' as status
    from state.articles
    """,
    """
    update state.articles set body = body
        || if(hash(article_id) % 2 = 0, chr(10) || '"Kami menunggu kabar dari sana," kata Bupati '
            || ['Ani Lestari', 'Bowo Santoso', 'Siti Salim'][1 + (hash(article_id) // 2 % 3)::int]
            || ', Selasa (10/3).', '')
        || if(hash(article_id) % 8 = 1, chr(10) || 'Hujan turun sejak pagi, dilansir '
            || ['Antara', 'Reuters', 'AFP'][1 + (hash(article_id) // 8 % 3)::int] || '.', '')
    """,
    """
    insert into article_versions by name
    select article_id, unnest([1, 2]) as version, last_seen_at as seen_at, title,
        if(version = 1, replace(body, '. ', '. Lalu '), body) as body, text_hash || version as
        text_hash
    from state.articles where hash(article_id) % 20 = 2
    """,
    """
    insert into state.topic_looks by name
    select 'kabar' as topic_id, '1' as topic_version, article_id, text_hash from state.articles
    """,
    """
    insert into state.topic_hits by name
    select 'kabar' as topic_id, '1' as topic_version, article_id, 'joined' as decision, 1 as score,
        '[]' as evidence, if(hash(article_id) % 500 = 4, 'mention', 'subject') as strength
    from state.articles where hash(article_id) % 50 = 4
    """,
)

# Each as docs/warehouse.md has it, with ids of the archive
TASKS: Mapping[str, str] = {
    "outlets × days": "pivot (from articles where published_on > date '{day}' - 14)\n"
    "on published_on using count(*) group by source_id",
    "who broke it": "select first_source_id, count(*) as firsts, median(delay_minutes) as ahead\n"
    "from first_reports where first_published_on > date '{day}' - 30 group by all order by all",
    "who copies whom": "select source_id, articles, median_delay from syndication\n"
    "where original_source_id in ('outlet-1', 'outlet-2', 'outlet-3') order by articles desc",
    "who uses Reuters, AFP, Antara": "select source_id, agency, count(*) as articles from agencies"
    "\nwhere agency in ('Reuters', 'AFP', 'Antara') group by all order by articles desc",
    "share of voice": "select source_id, sum(articles) / sum(all_articles) as share from coverage\n"
    "where topic_id = 'kabar' and day > date '{day}' - 30 group by all order by share desc",
    "a phrase": "from search('\"{phrase}\"')",
    "articles like this one": "from like_article('{article}')",
    "timeline of a story": "from timeline where story_id = '{story}'",
    "edits of a week": "select seen_on, source_id, title, added, cut from edits\n"
    "where seen_on > date '{day}' - 7 order by seen_at desc",
    "who said what": "select speaker, quote from quotes\n"
    "where source_id = 'outlet-1' and published_on > date '{day}' - 30 and speaker like '%Ani%'",
    "a chart": "select published_on, count(*) as published, bar(published, 0, 8000, 40) as chart\n"
    "from articles group by all order by all",
}
EXPORT = (
    "select published_on, source_id, title, author, url, body from articles\n"
    "where published_on > date '{day}' - 2"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000, help="the archive's size")
    parser.add_argument("--keep", type=Path, help="build the archive here, or use what is there")
    arguments = parser.parse_args()
    print(f"{described('duckdb', 'xlsxwriter')}\n")
    with tempfile.TemporaryDirectory() as folder:
        directory = arguments.keep or Path(folder)
        if not published(directory).exists():
            furnish(directory, arguments.articles)
        print(f"{published(directory).stat().st_size / 1e9:.1f} GB\n")
        print("| task | gives | seconds, median of 5 | processor seconds |\n|---|---|---|---|")
        show_times(directory)


def furnish(directory: Path, size: int) -> None:
    """A published archive of this many articles."""
    build(directory, size)
    store = Warehouse.open(directory)
    with beside(store) as database:
        database.execute(PLACE_NIGHT)
        database.execute("drop table before")
        for statement in FURNISH:
            database.execute(statement)
    while index_batch(store):
        pass
    store.close()
    publish(directory)


def show_times(directory: Path) -> None:
    """Print what each task takes, with the connection confined as the command has it, and what the
    whole command takes to write files.
    """
    reader = Reader(directory)
    reader.confine()
    asked = {"day": DAY, **examples(reader)}
    for task, statement in TASKS.items():
        (_, rows), took = measured(partial(reader.query, statement.format(**asked)))
        print(f"| {task} | {len(rows):,} rows | {took} |")
    for form in ("xlsx", "parquet"):
        size, took = measured(partial(exported, directory, form, asked))
        print(f"| export | {form}, {size / 1e6:.0f} MB | {took} |")


def measured(work: Callable[[], T]) -> tuple[T, str]:
    """What work gives, and the medians of its seconds and its processor seconds, as cells."""
    seconds, processor = [], []
    for _ in range(ROUNDS):
        began, used = time.monotonic(), sum(os.times()[:4])
        result = work()
        seconds.append(time.monotonic() - began)
        processor.append(sum(os.times()[:4]) - used)
    return result, f"{median(seconds):.2f} | {median(processor):.2f}"


def exported(directory: Path, form: str, asked: Mapping[str, str]) -> int:
    """The size of the file that the command writes, in bytes."""
    command = [sys.executable, "-m", "flows.cli", "sql", EXPORT.format(**asked), "--format", form]
    ran = subprocess.run(
        [*command, "--warehouse", str(directory)], check=True, stdout=subprocess.PIPE
    )
    return len(ran.stdout)


def examples(reader: Reader) -> dict[str, str]:
    """The longest story, its first article, and a phrase of that."""
    _, [(story, article, body)] = reader.query(
        "select story_id, t.article_id, a.body from timeline t join articles a using"
        " (story_id, article_id) where n = 1 and story_id ="
        " (select story_id from stories order by article_count desc, story_id limit 1)"
    )
    phrase = " ".join(body.split(".")[0].split()[:3])
    return {"story": story, "article": article, "phrase": phrase}


if __name__ == "__main__":
    main()
