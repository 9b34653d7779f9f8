"""`make demo`: both nights of the invented press through the real command, explained to a person.

Everything is answered from press.warc.gz, and alerts go to a small receiver on loopback: nothing
leaves the machine.
"""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.helpers.desks import desk
from tests.helpers.paths import PRESS, ROOT
from warehouse.directory import brief_file, published
from warehouse.reader import Reader

DATA = ROOT / "demo-warehouse"
NIGHTS = {"10 March 2026": "2026-03-11T01:00+07:00", "11 March 2026": "2026-03-12T01:00+07:00"}
LAST = date(2026, 3, 12)
QUERIES = {
    "who takes whose reports": """
        select o.source_id as written_by, c.source_id as taken_by, count(*) as articles
        from story_articles s join articles c using (article_id)
        join articles o on o.article_id = s.original_article_id
        where s.relation in ('copy', 'rewrite') group by all order by all""",
    "what was cut, by rule": """
        select rule, count(*) as lines, any_value(text) as example
        from removed_text group by rule order by lines desc""",
    "every link that gave no article, and why": """
        select reason, source_id, url, detail from rejections order by reason""",
}


def main() -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"Kliping demo: two nights of an invented press, replayed from "
        f"{(PRESS / 'press.warc.gz').relative_to(ROOT)}."
    )
    console.print(
        "Nothing leaves this machine. One link answers 500, as happens on any night, so the runs "
        "end with status 1."
    )
    before = _count("articles"), _count("alerts")
    with desk() as here:
        for night, clock in NIGHTS.items():
            console.print(
                f"\n== The night of {night}: kliping run --replay {PRESS.name}.warc.gz --now "
                f"{clock}"
            )
            run(clock, here.url)
    reader = Reader(DATA)
    _tell_sources(reader, console)
    _tell_stories(reader, console)
    console.print(f"\n== Alerts that arrived at the receiver on {here.url}")
    for message in here.messages:
        console.print(f"\n{message['title']}\n{message['message']}")
    if before == (_count("articles"), _count("alerts")):
        console.print(
            "\nNone, because everything is up to date: the archive had nothing new, and no story "
            "alerts twice."
        )
        console.print("To start over, run make clean-demo, then make demo.")
    _tell_what_is_left(console)


def run(clock: str, address: str) -> None:
    """One night, as an operator would run it."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "flows.cli",
        "run",
        "--now",
        clock,
        "--replay",
        PRESS / "press.warc.gz",
    ]
    command += [
        "--sources",
        PRESS / "sources.yaml",
        "--topics",
        PRESS / "topics.yaml",
        "--warehouse",
        DATA,
    ]
    status = subprocess.run(
        command, env=os.environ | {"KLIPING_DESK_URL": address}, check=False
    ).returncode
    if status != 1:  # the link that answers 500
        sys.exit(status or "the run ended with status 0 although the archive has a broken link")


def _count(table: str) -> int:
    return (
        int(Reader(DATA).query(f"select count(*) from {table}")[1][0][0])
        if published(DATA).exists()
        else 0
    )


_QUIET = {True: "quiet", False: ""}


def _tell_sources(reader: Reader, console: Console) -> None:
    console.print("\n== What each source gave")
    columns, rows = reader.query(
        """select h.day, s.name as outlet, s.kind, h.links, h.articles, h.rejections, h.state,
               h.quiet
           from source_health h join sources s using (source_id) order by h.day, s.name"""
    )
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*(_QUIET[value] if isinstance(value, bool) else str(value) for value in row))
    Console(width=max(console.width, 100)).print(table)


def _tell_stories(reader: Reader, console: Console) -> None:
    console.print(
        "\n== Stories told by more than one article (with their similarity to the original or "
        "the nearest report)"
    )
    _, rows = reader.query(
        """select t.title, t.article_count, t.source_count, s.relation, s.similarity, o.name,
               a.published_at, a.title
           from stories t join story_articles s using (story_id)
           join articles a using (article_id) join sources o using (source_id)
           where t.article_count > 1
           order by t.article_count desc, t.story_id, a.published_at"""
    )
    told = ""
    for story, articles, outlets, relation, similarity, outlet, published_at, title in rows:
        if story != told:
            console.print(f"\n{story}: {articles} articles from {outlets} outlets")
            told = story
        console.print(
            f"  {relation:<10} {similarity:.2f}  {published_at:%d %b %H:%M}  {outlet:<18} {title}"
        )


def _tell_what_is_left(console: Console) -> None:
    console.print(
        f"\n== The database is {published(DATA).relative_to(ROOT)}. Three queries to try next:"
    )
    for purpose, query in QUERIES.items():
        console.print(
            f"\n{purpose}:\n.venv/bin/kliping sql --warehouse {DATA.name} "
            f'"{" ".join(query.split())}"'
        )
    console.print(f"\nThe brief of the last night: {brief_file(DATA, LAST).relative_to(ROOT)}")
    console.print("To read all of this in a browser:")
    console.print(f".venv/bin/kliping browse --warehouse {DATA.name}")


if __name__ == "__main__":
    main()
