"""`make bench-workers`: extraction and encoding by one process, by two, and by two workers of a
Dask cluster on loopback.

The pages are saved real ones where they lie beside the project, or else those of the invented
press, again and again until there are enough; the texts are those of their articles, each made
different by its number. What is timed is what the steps give to workers, in the steps' batches; a
bare loop shows what a second process gains on the machine. All ways take turns, and each has been
warmed up: shared machines are noisy, quote the ratios.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import psutil

from bench.machine import described, spin
from flows.edges import archive
from flows.edges.archive import WarcWriter
from flows.edges.cluster import cluster
from flows.edges.encoder import Encoder, default_model
from flows.edges.processes import processes
from flows.edges.workers import Workers, in_batches
from flows.records import Article, StoredPage
from flows.stages.extraction.extract import PROGRAM
from flows.steps.extraction import (
    PAGES_PER_BATCH,
    PAGES_PER_JOB,
    Job,
    extract_jobs,
)
from flows.steps.grouping import TEXTS_PER_BATCH, TEXTS_PER_JOB, encode_texts
from tests.helpers.dask import dask_cluster
from tests.helpers.samples import SETS, Sample

PAGES = 5_000
ROUNDS = 3
LOOPS = 200_000_000

Text = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Took:
    """What a pass took: seconds by the clock, and of the processor in all its processes."""

    wall_s: float
    cpu_s: float


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PAGES
    print(described("distributed", "lxml", "sentence-transformers", "torch"))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        jobs = archived(samples(), Path(folder, "pages.warc.gz"), count)
        own = opened.enter_context(dask_cluster(Path(folder)))
        ways: dict[str, Workers] = {
            "one process": opened.enter_context(processes(1)),
            "two processes": opened.enter_context(processes(2)),
            "two Dask workers": opened.enter_context(cluster(own.address, PROGRAM, print)),
        }
        texts = texts_of(jobs[:: max(1, len(jobs) // 200)], count)
        encoders = {threads: Encoder(default_model(), threads) for threads in (1, 2)}
        tasks: dict[str, Callable[[Workers], object]] = {
            "bare loop": loop,
            "extraction": partial(extract, jobs),
            "encoding": partial(encode, texts, encoders),
        }
        rounds = measured(ways, tasks)
    report(rounds, count)


def samples() -> Sequence[Sample]:
    found = SETS["saved"].samples() + SETS["further"].samples()
    print(f"{len(found)} saved pages" if found else "The saved pages are not here: invented ones")
    return found or SETS["press"].samples()


def archived(samples: Sequence[Sample], path: Path, count: int) -> list[Job]:
    """The pages in a new archive, as the warehouse would hand them out."""
    date = samples[0].page.fetched_at
    jobs = []
    with WarcWriter(path, software="Kliping/bench", created=date) as writer:
        for sample in samples:
            page = sample.page
            headers = [(b"Content-Type", page.content_type.encode())]
            ref = writer.append(page.url, date, 200, "OK", headers, page.body)
            stored = StoredPage(
                url=page.url,
                source_id=page.source_id,
                found_url=page.found_url,
                final_url=page.final_url,
                fetched_at=page.fetched_at,
                content_type=page.content_type,
                warc=ref,
                arrived_by="run",
            )
            jobs.append(Job(stored, sample.source))
    return list(islice(cycle(jobs), count))


def texts_of(jobs: Sequence[Job], count: int) -> list[Text]:
    found = [each for each in extract_jobs(jobs) if isinstance(each, Article)]
    return [
        (f"{article.title} {number}", article.body)
        for number, article in enumerate(islice(cycle(found), count))
    ]


# ---- what is timed ----


def loop(workers: Workers) -> object:
    return workers.share(spin, [LOOPS // 40] * 40, 1)


def extract(jobs: Sequence[Job], workers: Workers) -> object:
    return [
        workers.share(extract_jobs, sent(batch, workers), PAGES_PER_JOB)
        for batch in in_batches(jobs, PAGES_PER_BATCH)
    ]


def sent(jobs: Sequence[Job], workers: Workers) -> Iterator[Job]:
    """As the step of extraction does it."""
    for job in jobs:
        response = archive.read(job.page.warc) if workers.elsewhere else None
        yield Job(job.page, job.source, response)


def encode(texts: Sequence[Text], encoders: dict[int, Encoder], workers: Workers) -> object:
    """As the step of encoding does it: without a cluster in this process, in threads."""
    batches = in_batches(texts, TEXTS_PER_BATCH)
    if not workers.elsewhere:
        return [encoders[workers.count].encode(batch) for batch in batches]
    do = partial(encode_texts, default_model())
    return [workers.share(do, batch, TEXTS_PER_JOB, accelerated=True) for batch in batches]


# ---- measuring ----

Rounds = dict[tuple[str, str], list[Took]]  # by task and way


def measured(ways: dict[str, Workers], tasks: dict[str, Callable[[Workers], object]]) -> Rounds:
    """What every task took in every way, in turns; the first pass, of which nothing is kept, has
    the processes start and load what they need.
    """
    rounds: Rounds = {(task, way): [] for task in tasks for way in ways}
    for number in range(ROUNDS + 1):
        for task, do in tasks.items():
            for way, workers in ways.items():
                took = timed(partial(do, workers))
                if number:
                    rounds[task, way].append(took)
        print(f"round {number}: load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return rounds


def timed(do: Callable[[], object]) -> Took:
    cpu, began = cpu_seconds(), time.perf_counter()
    do()
    return Took(time.perf_counter() - began, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    """Of this process and all that it started and that still run."""
    own = psutil.Process()
    times = [process.cpu_times() for process in (own, *own.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def report(rounds: Rounds, count: int) -> None:
    print(f"\n{count} pages, {count} texts; median of {ROUNDS} (range); load {os.getloadavg()}\n")
    print("| task | way | s | CPU s | one process : it | it : two processes |")
    print("|---|---|---|---|---|---|")
    for (task, way), took in rounds.items():
        one, two = rounds[task, "one process"], rounds[task, "two processes"]
        figures = (
            [each.wall_s for each in took],
            [each.cpu_s for each in took],
            [a.wall_s / b.wall_s for a, b in zip(one, took, strict=True)],
            [a.wall_s / b.wall_s for a, b in zip(took, two, strict=True)],
        )
        print(f"| {task} | {way} | " + " | ".join(map(told, figures)) + " |")


def told(figures: Sequence[float]) -> str:
    return f"{median(figures):.2f} ({min(figures):.2f}-{max(figures):.2f})"


if __name__ == "__main__":
    main()
