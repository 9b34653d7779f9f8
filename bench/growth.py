"""`make bench-growth`: what a night of 2,000 new articles, and an hour of 50, cost beside a small
archive and beside one a hundred times as large.

The press is invented (`bench.scale` draws its articles): forty outlets, each with a news sitemap of
the last two days and clutter of its own on every page. Five days of it go through the program, run
by run, and are the small archive. The large one has those days as often as it needs, with letters
exchanged, under other ids, addresses, and dates, in every table, written by DuckDB. Then nights and
hours that neither has seen run on top of both, in turn, each in a process of its own: all that
`kliping run` does but Prefect and the encoder's work, for which the texts' vectors are given, and
without the opening of the archives of pages that stand for the outlets.
Pages are extracted in the same process, so that all that is needed is counted.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import yaml
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.machine import described, peak_megabytes
from bench.scale import LETTERS, invent
from flows import nightly, pipeline
from flows.config import LOOKBACK, Settings, load_sources, load_topics
from flows.edges import network
from flows.edges.workers import in_batches
from flows.pipeline import Do, Step
from flows.records import Look, Operators
from flows.stages.extraction.learned import FEW, MANY, TURNOVER
from flows.steps import discovery, fetching, watching
from tests.helpers.tables import beside
from warehouse.directory import private, published, writer_file
from warehouse.store import Warehouse, writing

MODEL = "invented"
OUTLETS = 40
NIGHT, HOUR = 2_000, 50  # new articles
DAYS = 5  # of the small archive
ROUNDS = 3
START = datetime(2026, 3, 2, tzinfo=UTC)

PAGE = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{title} | {name}</title>
<link rel="canonical" href="{url}"><meta property="og:title" content="{title}">
<meta property="og:type" content="article"><meta name="author" content="{author}">
<meta property="article:published_time" content="{date}">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "{title}", "datePublished": "{date}", "author": {{"@type": "Person",
"name": "{author}"}}}}</script><style>{style}</style></head><body>
<header><nav><ul>{menu}</ul></nav></header><main><article><h1>{title}</h1>
<div class="byline">{author} - {name}</div><div class="content"><p>{text}</p>
<p>{prompt}</p></div></article><aside><h2>Terpopuler</h2><ul>{menu}</ul></aside></main>
<footer><p>Hak cipta {name}</p></footer><script>{script}</script></body></html>"""
PROMPTS = (
    "Dapatkan kabar terkini {name} lewat surel setiap pagi, daftarkan alamat Anda di sini.",
    "Ikuti saluran {name} di gawai Anda supaya tidak tertinggal berita hari ini.",
    "Simak berita {name} yang lain dengan mengunduh aplikasinya.",
)
TOPICS = {
    "version": 1,
    "topics": [
        {"id": "gempa", "title": "Gempa", "all_of": [{"name": "gempa", "any": ["gempa"]}]},
        {"id": "garam", "title": "Garam", "all_of": [{"name": "garam", "any": ["garam", "gula"]}]},
        {
            "id": "russia-dprk",
            "title": "Rusia-Korea Utara",
            "all_of": [
                {"name": "russia", "any": ["Rusia", "Moskow", "Kremlin", "Putin"]},
                {"name": "dprk", "any": ["Korea Utara", "Korut", "Pyongyang"]},
            ],
        },
    ],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--articles", type=int, default=1_000_000, help="in the large archive")
    parser.add_argument("--folder", type=Path, help="keep what is built here, and use it again")
    parser.add_argument("--steps", action="store_true", help="also print what each step took")
    parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--archive", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run is not None:
        print(json.dumps(run(arguments.folder, arguments.archive, arguments.run)))
        return
    with folder_of(arguments.folder) as folder:
        small, large = archives(folder, arguments.articles)
        runs = range(2 * DAYS, 2 * (DAYS + ROUNDS))
        took = [{name: apart(folder, name, number) for name in (small, large)} for number in runs]
    tell(small, large, took, steps=arguments.steps)


@contextmanager
def folder_of(given: Path | None) -> Iterator[Path]:
    """The folder that was given, or one that goes at the end."""
    if given:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def apart(folder: Path, archive: Path, number: int) -> dict[str, Any]:
    """What a run in a process of its own took."""
    command = [sys.executable, "-m", "bench.growth", "--folder", str(folder)]
    out = subprocess.run(
        [*command, "--archive", str(archive), "--run", str(number)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    took: dict[str, Any] = json.loads(out.splitlines()[-1])
    return took


def tell(
    small: Path, large: Path, took: Sequence[dict[Path, dict[str, Any]]], *, steps: bool
) -> None:
    """Print the costs of nights and hours, and how those beside both archives compare."""
    print(f"{described('duckdb')}\n")
    print(
        "| run | archive | database | processor s, median | wall s | peak memory | written "
        "| of the database |\n|---|---|---|---|---|---|---|---|"
    )
    for what, rounds in (("night", took[::2]), ("hour", took[1::2])):
        for archive in (small, large):
            figures = {key: [each[archive][key] for each in rounds] for key in rounds[0][archive]}
            middle = {key: median(figures[key]) for key in figures if key != "steps"}
            print(
                f"| {what} | {archive.name} articles | {middle['database'] / 1e9:.2f} GB "
                f"| {middle['processor']:.1f} | {middle['wall']:.1f} | {middle['peak']:.2f} GB "
                f"| {middle['written'] / 1e6:,.0f} MB "
                f"| {middle['written'] / middle['database']:.1%} |"
            )
    for what, rounds in (("night", took[::2]), ("hour", took[1::2])):
        for key in ("processor", "wall"):
            ratios = [each[large][key] / each[small][key] for each in rounds]
            print(
                f"\n{what}, {key}, large / small: {median(ratios):.2f} "
                f"({min(ratios):.2f}-{max(ratios):.2f})"
            )
    if steps:
        for what, rounds in (("night", took[::2]), ("hour", took[1::2])):
            print(f"\n| step of {what} | small | large |\n|---|---|---|")
            for step in rounds[0][large]["steps"]:
                both = (median(r[a]["steps"][step] for r in rounds) for a in (small, large))
                print(f"| {step} | {' | '.join(f'{each:.2f}' for each in both)} |")


# ---- one run ----


def run(folder: Path, archive: Path, number: int) -> dict[str, Any]:
    """Do run `number` on top of an archive: seconds of the processor and of the clock, bytes
    written, the peak of memory in GB, and seconds of the processor by step.
    """
    watch = Watch(folder, number)
    clock = clock_of(number)
    sources = load_sources(folder / "sources.yaml")
    topics, _ = load_topics(folder / "topics.yaml", os.environ)
    settings = Settings(model=MODEL, contact="")
    with writing(archive, "bench-growth") as store:
        watch.store = store
        watch.lap("open")
        # Some articles are looked at again for three days.
        replay = [folder / f"run-{each}.warc.gz" for each in range(max(0, number - 7), number + 1)]
        with ExitStack() as opened:
            with watch.apart():
                net = opened.enter_context(network.of(private(archive) / "warc", replay, clock))
            work = pipeline.begin("run", store, sources, topics, settings, Alone(), net.now)
            watch.lap("begin")
            looks = asyncio.run(look(work, net, watch))
        counts = pipeline.catch_up(work, watch.step)
        ended = nightly.examine(work, looks, Operators((), "id"), opens=True)
        watch.lap("health")
        for topic in work.topics:
            watching.follow_topic(store, topic, work.now)
            articles = counts["match", pipeline.unit_of(topic)]
            watching.record_heartbeat(
                store, topic, work.run, ended, sources, articles, work.now, False
            )
        watch.lap("follow")
        outcome = pipeline.end(work, ended, net.unreadable)
        watch.lap("checks")
        nightly.write_brief(work, archive, ())
        watch.lap("brief")
    pipeline.tell(outcome, work, archive, None)
    watch.lap("publish")
    assert not outcome.offending, outcome.offending
    assert counts["extract", "pages"] >= HOUR, counts
    return watch.figures() | {"database": published(archive).stat().st_size}


async def look(work: pipeline.Work, net: network.Network, watch: "Watch") -> list[Look]:
    """Discover and fetch, as the nightly run does it, without Prefect's tasks."""
    async with net.web("") as web:
        found = await asyncio.gather(
            *(
                discovery.discover(work.store, web, source, work.sources, work.now, LOOKBACK)
                for source in work.sources
            )
        )
        looked = discovery.record_found(work.store, found, work.now, LOOKBACK)
        watch.lap("discover")
        waiting = fetching.begin_fetching(work.store, work.sources, work.now, net.sync)
        ends = await asyncio.gather(
            *(fetching.fetch(waiting, web, source, lambda _: None) for source in work.sources)
        )
        waiting.commit()
        watch.lap("fetch")
    return [look.after(end) for look, end in zip(looked, ends, strict=True)]


class Alone:
    """Workers that are this process, so that all that a run takes is counted."""

    count = 1
    elsewhere = False

    def share(
        self,
        do: Callable[[Sequence[Any]], Sequence[Any]],
        items: Iterable[Any],
        size: int,
        *,
        accelerated: bool = False,
    ) -> list[Any]:
        return [each for batch in in_batches(items, size) for each in do(batch)]


class Watch:
    """What a run takes, step by step. Apart from it the vectors are given, and the archives that
    stand for the outlets are opened.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self.store: Warehouse
        self._folder = folder
        self._number = number
        self._apart = dict.fromkeys(("processor", "wall", "written"), 0.0)
        self._laps: dict[str, float] = defaultdict(float)
        self._began = self._last = self._now()

    def lap(self, step: str) -> None:
        """A step has ended."""
        now = self._now()
        self._laps[step] += now["processor"] - self._last["processor"]
        self._last = now

    def step(self, step: Step) -> Do:
        """A step of the run that is timed."""

        def do() -> int:
            if step.name == "embed":
                with self.apart():
                    self._give_vectors()
            done = step.do()
            self.lap(step.name)
            return done

        return do

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is done here does not count."""
        before = self._now()
        yield
        self._last = self._now()
        for key, value in self._last.items():
            self._apart[key] += value - before[key]

    def figures(self) -> dict[str, Any]:
        now = self._now()
        taken = {key: now[key] - self._began[key] - self._apart[key] for key in now}
        return taken | {"peak": peak_megabytes() / 1024, "steps": dict(self._laps)}

    def _now(self) -> dict[str, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        io = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
        return {
            "processor": used.ru_utime + used.ru_stime,
            "wall": time.monotonic(),
            "written": float(io["wchar"]),
        }

    def _give_vectors(self) -> None:
        given = np.load(self._folder / f"vectors-{self._number}.npz")
        numbers, vectors = given["number"], given["vector"]
        with beside(self.store) as database:
            columns = {"number": np.repeat(numbers, vectors.shape[1]), "x": vectors.ravel()}
            database.register("given", columns)
            database.execute("set threads = 1")  # so that `list` keeps the order of the numbers
            database.execute(
                """
                create or replace temp table vectors as
                select number, list(x) as vector from given group by number
                """
            )
            database.execute("reset threads")
            database.execute(
                """
                insert into state.vectors by name
                select article_id, $model as model, text_hash, vector
                from (
                    select *, regexp_extract(url, '(\\d+)$', 1)::bigint as number
                    from state.articles where landed_at >= $clock
                ) join vectors using (number)
                where article_id not in (select article_id from state.vectors where model = $model)
                """,
                {"model": MODEL, "clock": clock_of(self._number)},
            )
            database.execute(  # of texts from which a line that was learned tonight is cut
                """
                update state.vectors v set text_hash = a.text_hash from state.articles a
                where a.article_id = v.article_id and v.text_hash <> a.text_hash
                """
            )
            database.unregister("given")


# ---- the archives ----


def archives(folder: Path, size: int) -> tuple[Path, Path]:
    """The small archive and the large one, built unless they are there."""
    times = max(2, round(size / (DAYS * (NIGHT + HOUR))))
    count = DAYS * (NIGHT + HOUR)
    small, large = folder / f"{count}", folder / f"{count * times}"
    if not (folder / "topics.yaml").exists():
        write_press(folder)
    if not published(small).exists():
        for number in range(2 * DAYS):
            apart(folder, small, number)
            print(f"built: run {number + 1} of {2 * DAYS}", file=sys.stderr, flush=True)
    if not published(large).exists():
        enlarge(small, large, times)
    return small, large


def clock_of(number: int) -> datetime:
    """When run `number` runs: even ones at the end of a day, odd ones an hour later."""
    return START + timedelta(days=number // 2 + 1, hours=number % 2)


def write_press(folder: Path) -> None:
    """Write an archive of pages for each run, the vectors of their texts, and the YAML files."""
    listed: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for day, columns in enumerate(invent(DAYS + ROUNDS, NIGHT + HOUR)):
        for part, chosen in enumerate((slice(0, NIGHT), slice(NIGHT, None))):
            number = 2 * day + part
            some = {name: column[chosen] for name, column in columns.items()}
            np.savez(folder / f"vectors-{number}.npz", number=some["number"], vector=some["vector"])
            with (folder / f"run-{number}.warc.gz").open("wb") as output:
                write_run(WARCWriter(output, gzip=True), some, clock_of(number), listed)
    outlets = [
        {
            "id": name,
            "name": name.title(),
            "home": f"https://{name}.example/",
            "kind": "press",
            "discover": [{"kind": "news_sitemap", "url": f"https://{name}.example/news.xml"}],
            "articles": rf"^https://{name}\.example/read/\d+",
            "expect": {"min_links": 1, "silent_after": "72h"},
        }
        for name in map(outlet_of, range(OUTLETS))
    ]
    documents = {
        "sources.yaml": {
            "version": 1,
            "defaults": {"language": "id", "timezone": "Asia/Jakarta"},
            "sources": outlets,
        },
        "topics.yaml": TOPICS,
    }
    for name, document in documents.items():
        (folder / name).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


def outlet_of(number: int) -> str:
    return f"media-{number % OUTLETS}"


def write_run(
    writer: WARCWriter,
    articles: dict[str, Any],
    clock: datetime,
    listed: dict[str, list[tuple[str, datetime]]],
) -> None:
    """Write the pages of one run, and the sitemaps as they then are."""
    at = clock - timedelta(minutes=30)
    for place, number in enumerate(articles["number"].tolist()):
        name = outlet_of(hash((number, 7)))
        url = f"https://{name}.example/read/{number}"
        title, body = articles["title"][place], articles["body"][place]
        date = at - timedelta(minutes=place % 60)
        listed[name].append((url, date))
        menu = "".join(
            f'<li><a href="https://{name}.example/read/{number - k}">Tautan {number - k}</a></li>'
            for k in range(1, 26)
        )
        page = PAGE.format(
            title=title,
            name=name.title(),
            url=url,
            author="Ani Lestari",
            date=date.isoformat(),
            text=body.replace("\n", "</p>\n<p>"),
            prompt=PROMPTS[number % 3].format(name=name.title()),
            menu=menu,
            style=".a{color:red}" * 200,
            script="var a=1;" * 400,
        )
        write(writer, url, page.encode(), "text/html; charset=utf-8", at)
    for name in map(outlet_of, range(OUTLETS)):
        entries = "".join(
            f"<url><loc>{url}</loc><lastmod>{date.isoformat()}</lastmod></url>"
            for url, date in listed[name]
            if date > clock - timedelta(days=2)
        )
        sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        write(writer, f"https://{name}.example/news.xml", sitemap.encode(), "text/xml", at)


def write(writer: WARCWriter, url: str, body: bytes, content_type: str, at: datetime) -> None:
    headers = StatusAndHeaders("200 OK", [("Content-Type", content_type)], protocol="HTTP/1.1")
    fields = {"WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=BytesIO(body), http_headers=headers, warc_headers_dict=fields
        )
    )


# Tables that are about outlets, topics, or the program, and do not grow with the articles
ONCE = (
    "documents",
    "learned_lines",
    "lessons",
    "migrations",
    "processed",
    "search_words",
    "sources",
    "topics",
    "uncompressed",
    "upkeep",
    "whole_checks",
)
# Columns of ids, of addresses, and of texts that each copy of the days has of its own
IDS = (
    "article_id",
    "story_id",
    "into_story_id",
    "original_article_id",
    "alert_id",
    "heartbeat_id",
    "brief_id",
    "text_hash",
    "extracted_hash",
    "run_id",
    "digest",
)
ADDRESSES = ("url", "found_url", "final_url", "identity_key")
TEXTS = ("title", "body")
PERIODS_AT_ONCE = 8  # each is less than a row group, which one thread writes


# Each source is somewhere between one learning of its lines and the next.
SPREAD_LESSONS = """
    insert into state.lessons
    select source_id, sample, articles - (sample * $turnover * part)::integer
    from (
        select
            source_id, count(*) as articles,
            (row_number() over (order by source_id) - 1) / (select count(*) from sources) as part
        from state.articles
        group by source_id
    )
    cross join (select unnest([$few, $many]) as sample)
"""


def enlarge(small: Path, large: Path, times: int) -> None:
    """Write the large archive: the small one's days, `times` times, each earlier than the last."""
    Warehouse.open(large).close()
    with duckdb.connect(str(writer_file(large))) as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute("delete from migrations")
        database.execute(f"attach '{published(small)}' as small (read_only)")
        tables = database.execute(
            """
            select schema_name, table_name, list(column_name order by column_index),
                list(data_type order by column_index)
            from duckdb_columns()
            join duckdb_tables() using (database_name, schema_name, table_name)
            where database_name = 'small'
            group by all order by all
            """
        ).fetchall()
        for schema, table, names, types in tables:
            place = f"{schema}.{table}"
            periods = range(1 if table in ONCE else times)
            selects = [
                "select "
                + ", ".join(
                    f"{moved(name, kind, period)} as {name}"
                    for name, kind in zip(names, types, strict=True)
                )
                + f" from small.{place}"
                for period in reversed(periods)
            ]
            for some in in_batches(selects, PERIODS_AT_ONCE):
                database.execute(f"insert into {place} by name {' union all by name '.join(some)}")
            print(f"built: {place}", file=sys.stderr, flush=True)
        database.execute("delete from state.lessons")
        spread = {"few": FEW, "many": MANY, "turnover": TURNOVER}
        database.execute(SPREAD_LESSONS, spread)
        database.execute("checkpoint")
    for _ in range(2):  # publishes: the second leaves a spare, as every later one finds it
        with writing(large, "bench-growth"):
            pass


def moved(name: str, kind: str, period: int) -> str:
    """A column, so many periods before the last."""
    back = period * DAYS
    plain, turned = LETTERS, LETTERS[period % 26 :] + LETTERS[: period % 26]
    if not period:
        return name
    if name == "tried_at":  # all looks at an article have been
        return f"discovered_at - to_days({back}) + to_hours(80)"
    if name in IDS:
        return f"left(md5({name} || '-{period}'), 16)"
    if name in ADDRESSES:
        return f"{name} || '-{period}'"
    if name in TEXTS:  # but for the last line: an outlet's prompts do not change
        letters = f"'{plain}{plain.upper()}', '{turned}{turned.upper()}'"
        end = f"regexp_extract({name}, '\\n[^\\n]*$')"
        return f"translate({name}[:len({name}) - len({end})], {letters}) || {end}"
    if name == "document_id":
        documents = "(select max(document_id) + 1 from small.state.search_documents)"
        return f"document_id + {period} * {documents}"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"{name} - to_days({back})"
    if kind == "DATE":
        return f"{name} - {back}"
    return name


if __name__ == "__main__":
    main()
