"""`make bench`: where a run's time goes, and what it costs beside trafilatura and
sentence-transformers alone.

The data are the pages of the invented press, ten times each under other addresses, replayed through
`kliping run`: anyone can run this. Both peers work on the same pages and texts, in processes of
their own, in the same run. Shared machines are noisy: quote the ratios.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from io import BytesIO
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import yaml
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.machine import described
from bench.plain_encoder import save
from flows.config import load_sources
from flows.edges.archive import ArchivedResponse, scan
from flows.orchestrator import configure, loopback_server
from flows.stages.discovery.links import canonical
from tests.helpers.paths import PRESS
from warehouse.reader import Reader

COPIES = 10
ROUNDS = 3
CLOCK = "2026-03-12T01:00+07:00"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pages = build(Path(folder))
        save(Path(folder) / "model")
        print(described("prefect", "duckdb", "trafilatura", "sentence-transformers", "torch"))
        configure(Path(folder) / "prefect")
        began = time.monotonic()
        with loopback_server(Path(folder) / "prefect.log") as url:
            print(f"Prefect's server started in {time.monotonic() - began:.1f} s")
            rounds = [measure(Path(folder), url, number) for number in range(ROUNDS)]
            print(f"{pages} pages replayed, {task_runs(url) // ROUNDS} Prefect task runs\n")
        print(f"| step | s, median of {ROUNDS} | range |\n|---|---|---|")
        for what in rounds[0]:
            took = sorted(figures[what] for figures in rounds)
            print(f"| {what} | {median(took):.2f} | {took[0]:.2f}-{took[-1]:.2f} |")


def measure(folder: Path, url: str, number: int) -> dict[str, float]:
    """Seconds by step and peer, and their ratios, of one replay into a fresh warehouse beside both
    peers.
    """
    warehouse = folder / f"warehouse-{number}"
    steps, whole = replay(folder, warehouse, url)
    trafilatura, encoder = peers(folder, warehouse)
    alone = trafilatura + encoder
    work = sum(steps.values())
    own = work - steps["extract"] - steps["embed"]
    return steps | {
        "all steps": work,
        "the command, Prefect's server running": whole,
        "trafilatura alone, one process": trafilatura,
        "sentence-transformers alone, loading included": encoder,
        "ratio: extract / trafilatura": steps["extract"] / trafilatura,
        "ratio: embed / sentence-transformers": steps["embed"] / encoder,
        "ratio: all steps / both peers": work / alone,
        "ratio: all other steps / both peers": own / alone,
    }


def build(folder: Path) -> int:
    """Write the archive and the sources file that matches it; the number of pages."""
    declared = load_sources(PRESS / "sources.yaml")
    captured = [
        found
        for found in scan([PRESS / "press.warc.gz"])
        if isinstance(found, ArchivedResponse) and found.status == 200
    ]
    listed: dict[str, list[str]] = {source.id: [] for source in declared}
    with (folder / "bench.warc.gz").open("wb") as output:
        writer = WARCWriter(output, gzip=True)
        for found in captured:
            owner = next((source for source in declared if source.articles.search(found.url)), None)
            numbers = re.findall(r"[0-9a-f]{24}|\d{4,}", found.url)
            if owner is None or not numbers:
                continue
            for copy in range(COPIES):
                other = numbers[-1][:-2] + f"{copy:02d}" + numbers[-1][-2:]
                body = found.body().replace(numbers[-1].encode(), other.encode())
                address = found.url.replace(numbers[-1], other)
                listed[owner.id].append(canonical(address, owner))
                _write(writer, address, body, found.headers.get("content-type", ""))
        for source in declared:
            entries = "".join(
                f"<url><loc>{address}</loc></url>" for address in dict.fromkeys(listed[source.id])
            )
            sitemap = (
                f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
            )
            _write(writer, _sitemap(source.home), sitemap.encode(), "application/xml")
    document = yaml.safe_load((PRESS / "sources.yaml").read_text(encoding="utf-8"))
    for entry in document["sources"]:
        entry["discover"] = [{"kind": "sitemap", "url": _sitemap(entry["home"])}]
    (folder / "sources.yaml").write_text(
        yaml.safe_dump(document, allow_unicode=True), encoding="utf-8"
    )
    return sum(len(set(addresses)) for addresses in listed.values())


def _sitemap(home: str) -> str:
    return f"https://{urlsplit(home).hostname}/bench.xml"


def _write(writer: WARCWriter, url: str, body: bytes, content_type: str) -> None:
    headers = StatusAndHeaders("200 OK", [("Content-Type", content_type)], protocol="HTTP/1.1")
    fields = {"WARC-Date": "2026-03-11T12:00:00Z"}
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=BytesIO(body), http_headers=headers, warc_headers_dict=fields
        )
    )


def replay(folder: Path, warehouse: Path, url: str) -> tuple[dict[str, float], float]:
    """Seconds by step, as the run itself tells them, and of the whole command."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "flows.cli",
        "run",
        "--replay",
        folder / "bench.warc.gz",
        "--now",
        CLOCK,
    ]
    command += [
        "--sources",
        folder / "sources.yaml",
        "--topics",
        PRESS / "topics.yaml",
        "--warehouse",
        warehouse,
    ]
    environment = os.environ | {"PREFECT_API_URL": url, "KLIPING_DESK_URL": "json://127.0.0.1:9/"}
    began = time.monotonic()
    out = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    ).stdout
    whole = time.monotonic() - began
    return {
        step: float(took)
        for step, took in re.findall(r"^(\w+) +\d+ .* in ([\d.]+) s$", out, re.MULTILINE)
    }, whole


def task_runs(url: str) -> int:
    request = urllib.request.Request(
        f"{url}/task_runs/count", data=b"{}", headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        return int(json.load(response))


def peers(folder: Path, warehouse: Path) -> tuple[float, float]:
    """Seconds that trafilatura and sentence-transformers take for the same pages and texts, each
    called as its documentation shows.
    """
    _, texts = Reader(warehouse).query("select title, body from articles")
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    read = f"""
import json, time
from pathlib import Path
from flows.edges.archive import scan
folder = Path({str(folder)!r})
"""
    trafilatura = f"""{read}
bodies = [found.body() for found in scan([folder / "bench.warc.gz"])]
bodies = [body for body in bodies if b"<html" in body[:2000].lower()]
began = time.monotonic()
import trafilatura
for body in bodies[:{len(texts)}]:
    trafilatura.bare_extraction(body, with_metadata=True)
print(time.monotonic() - began)
"""
    encoder = f"""{read}
texts = json.loads((folder / "texts.json").read_text())
began = time.monotonic()
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(str(folder / "model"), device="cpu")
model.max_seq_length = 128
leads = [f"query: {{title}}. {{body[:1000]}}" for title, body in texts]
model.encode(leads, normalize_embeddings=True)
print(time.monotonic() - began)
"""
    times = []
    for script in (trafilatura, encoder):
        out = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout
        times.append(float(out.strip().splitlines()[-1]))
    return times[0], times[1]


if __name__ == "__main__":
    main()
