"""`python -m bench.learned [--sample N]`: what learned boilerplate finds and what it harms,
with no hand-written rule at work.

Two archives: the invented press, and the corpora of real texts beside the project, where they are.
Thresholds were set on the first half of the outlets, after a look at the commonest lines of all;
the second half is the measurement. Three means came after a first look at it: the forgotten blank
behind a colon, the share of the articles of a day, and long lines without a full stop before them.
What is looked for are the prompts in PROMPTS, which the learner does not know. `--sample N` prints
N cuts with their surroundings, to be judged by reading.

The corpora are scrapers' texts: many are one line, with prompts glued between sentences. More than
half have no date; those get one by their place in the file, so there the number of days says
nothing.
"""

import argparse
import gzip
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import html

from flows.config import load_sources
from flows.edges.archive import ArchivedResponse, scan
from flows.records import Source, stable_id
from flows.stages.discovery.links import canonical
from flows.stages.extraction import learned as stage
from flows.stages.extraction.container import choose
from flows.stages.extraction.headline import find_headline
from flows.stages.extraction.learned import BOUNDARY, Cleaner, LearnedLine, Repeat, learn
from flows.stages.extraction.lines import read_lines
from flows.stages.extraction.metadata import read_metadata
from flows.stages.extraction.tree import Tree
from flows.stages.press.text import text_key as key
from flows.stages.press.text import tidy
from tests.helpers.paths import DATA, PRESS
from warehouse.store import Warehouse

CORPORA = DATA / "corpora" / "articles.jsonl.gz"
TUNED_ON = frozenset(
    [
        "detik",
        "hoax-dataset",
        "cnnindonesia",
        "www.gelora.co",
        "okezone",
        "krjogja",
        "bisnis",
        "times",
        "kontan",
    ]
)
MONTHS = ["jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des"]
NOW = datetime(2026, 6, 1, tzinfo=UTC)

# What is looked for: on lines of their own, and inside lines. The learner knows none of them.
PROMPTS = {
    "Baca juga: alone on its line": (
        r"^(?:BACA JUGA|Baca [Jj]uga) ?:?(?!.*[.]\s+[A-Z“\"]).{0,200}(?<![.])$"
    ),
    "Baca juga: glued to sentences": r"(?:^|(?<=[.!?\"”)])\s)(?:BACA JUGA|Baca [Jj]uga) ?:(?=.)",
    "Baca Juga, its headline lost": r"(?:^|(?<=[.!?\"”)])\s)Baca Juga(?= [^:])",
    "SCROLL TO CONTINUE WITH CONTENT": r"SCROLL TO CONTINUE WITH CONTENT",
    "ADVERTISEMENT": r"(?:^|(?<=[.!?\"”)])\s)(?:ADVERTISEMENT|Advertisement)\b",
    "Kompas's Telegram prompt": (
        r"Dapatkan update berita pilihan.{0,80}?Kompas\.com\."
        r"|Mari bergabung di Grup Telegram.{0,120}?join\."
        r"|Anda harus install aplikasi Telegram.{0,30}?ponsel\."
    ),
    "[Gambas:…]": r"\[Gambas:[^\]]{1,40}\]",
    "Simak, tonton, lihat juga video": (
        r"(?:^|(?<=[.!?\"”)])\s)(?:Simak|Tonton|Lihat)(?: juga)? [Vv]ideo\b"
    ),
    "an outlet's address and imprint": (
        r"^(?:Jl\. Margo utomo.*|\(0274\) 565685|Yogyakarta 55232|.*ProMedia Teknologi)$"
    ),
}
# Other clutter that a cut may hold, for telling it from true sentences.
OTHER = (
    r"(?i)^(?:editor|penulis|pewarta|reporter|laporan wartawan|copyright|dilarang|sumber"
    r"|baca|simak|lihat|tonton|artikel ini telah)\b"
)
GOLD = {name: re.compile(pattern) for name, pattern in PROMPTS.items()}


@dataclass(frozen=True, slots=True)
class Text:
    """An article as a scraper saved it."""

    source_id: str
    title: str
    body: str
    day: datetime


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut from a line, with what stood before and behind it."""

    source_id: str
    line: LearnedLine
    before: str
    text: str
    behind: str
    is_known: bool  # it is part of a known prompt, or opens like one


@dataclass(slots=True)
class Tally:
    """What some texts hold, and what was cut of it. `there`, `found`: prompts by their kind."""

    sentences: int = 0
    there: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    cuts: list[Cut] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=0)
    sample = parser.parse_args().sample
    report_press()
    if not CORPORA.exists():
        sys.exit(f"{CORPORA}: not there; only the invented press was measured")
    texts = list(corpora())
    learned, seconds = learn_from(texts)
    print(
        f"\n## Real texts\n\n{len(texts)} articles; counting and learning took {seconds:.1f} "
        f"s, {len(learned)} lines were learned."
    )
    for name, part in (("outlets looked at while tuning", True), ("the other outlets", False)):
        chosen = [text for text in texts if (text.source_id in TUNED_ON) == part]
        report(name, chosen, learned, sample if not part else 0)
    report_headlines(texts, learned)


def learn_from(texts: Sequence[Text]) -> tuple[list[LearnedLine], float]:
    """What a warehouse that holds these texts teaches, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder, closing(Warehouse.open(Path(folder))) as store:
        rows = [_row(text) for text in texts]
        with store.engine.transaction():
            store.engine.write(rows, "record_articles")
        began = time.monotonic()
        repeats = [
            Repeat(**row)
            for source in sorted({text.source_id for text in texts})
            for row in store.articles.repeats([source], stage.MANY, stage.COUNTING)
        ]
        return learn(repeats), time.monotonic() - began


def _row(text: Text) -> Mapping[str, object]:
    empty = dict.fromkeys(
        [
            "author",
            "editor",
            "credit",
            "dateline",
            "published_precision",
            "published_from",
            "modified_at",
        ]
    )
    return empty | {
        "article_id": stable_id(text.source_id, text.title, text.body),
        "source_id": text.source_id,
        "url": "",
        "title": text.title,
        "body": text.body,
        "published_at": text.day,
        "language": "id",
        "word_count": 0,
        "paywalled": False,
        "doubts": None,
        "identity_key": None,
        "text_hash": "",
        "arrived_by": "backfill",
        "seen_at": NOW,
        "first_seen_at": NOW,
        "landed_at": NOW,
    }


def corpora() -> Iterator[Text]:
    met = set()
    with gzip.open(CORPORA, "rt", encoding="utf-8") as lines:
        for place, line in enumerate(lines):
            row = json.loads(line)
            body = "\n".join(filter(None, map(tidy, row["text"].split("\n"))))
            if body and (row["outlet"], row["title"], body) not in met:
                met.add((row["outlet"], row["title"], body))
                day = _day(f"{row['date']} {row['url']}") or NOW - timedelta(days=place // 50 % 60)
                yield Text(row["outlet"], row["title"], body, day)


def _day(text: str) -> datetime | None:
    found = re.search(r"(20[012]\d)[-/](\d\d)[-/](\d\d)", text)
    if found:
        year, month, day = map(int, found.groups())
    elif found := re.search(rf"\b(\d\d?) ?({'|'.join(MONTHS)})\w* ?(20[012]\d)", text.lower()):
        year, month, day = int(found[3]), MONTHS.index(found[2]) + 1, int(found[1])
    else:
        return None
    return datetime(year, month, day, tzinfo=UTC) if 1 <= month <= 12 and 1 <= day <= 28 else None


def report(name: str, texts: Sequence[Text], learned: Sequence[LearnedLine], sample: int) -> None:
    """Print what was cut from some texts; `sample`: how many risky cuts are shown."""
    tally = Tally()
    cleaners = _cleaners(texts, learned)
    for text in texts:
        for line in text.body.split("\n"):
            count(text.source_id, line, cleaners[text.source_id], tally)
    print(f"\n### {name.capitalize()}: {len(texts)} articles, {tally.sentences} sentences\n")
    print("| prompt | there | found | share |\n|---|---|---|---|")
    there, found = tally.there, tally.found
    for kind in (*PROMPTS, "all"):
        total, hit = (there.total(), found.total()) if kind == "all" else (there[kind], found[kind])
        print(
            f"| {kind} | {total} | {hit} | {hit / total:.1%} |" if total else f"| {kind} | 0 | | |"
        )
    unknown = [cut for cut in tally.cuts if not cut.is_known]
    print(
        f"\n{len(tally.cuts)} cuts, {len(unknown)} of them match no known prompt: "
        f"{len(unknown) / tally.sentences:.3%} of the sentences. By line:\n"
    )
    for (source, shape, line), times in Counter(
        (cut.source_id, cut.line.shape, cut.line.text) for cut in unknown
    ).most_common(40):
        print(f"- {times} × {source} {shape}: {line[:120]}")
    risky = [cut for cut in tally.cuts if cut.line.shape == "label" and cut.behind]
    for cut in random.Random(1).sample(risky, min(sample, len(risky))):
        print(f"\n{cut.source_id} …{cut.before}【{cut.text}】{cut.behind}…")


def count(source_id: str, line: str, cleaner: Cleaner, tally: Tally) -> None:
    """Count the prompts of a line, and what is cut of it."""
    tally.sentences += len(re.findall(BOUNDARY, line)) + 1
    spans = list(cleaner.cuts(line))
    prompts = [(kind, found) for kind, pattern in GOLD.items() for found in pattern.finditer(line)]
    for kind, prompt in prompts:
        start = prompt.end() - len(prompt[0].lstrip())
        tally.there[kind] += 1
        covered = sum(max(0, min(b, prompt.end()) - max(a, start)) for a, b, _ in spans)
        tally.found[kind] += covered >= 0.9 * (prompt.end() - start)
    for a, b, cause in spans:
        known = bool(re.search(OTHER, line[a:b])) or any(
            prompt.start() < b and prompt.end() > a for _, prompt in prompts
        )
        around = line[max(0, a - 90) : a], line[a:b], line[b : b + 90]
        tally.cuts.append(Cut(source_id, cause, *around, known))


def _cleaners(texts: Sequence[Text], learned: Sequence[LearnedLine]) -> dict[str, Cleaner]:
    titles = defaultdict(set)
    for text in texts:
        titles[text.source_id].add(text.title)
    lines = defaultdict(list)
    for line in learned:
        lines[line.source_id].append(line)
    return {source: Cleaner(lines[source], titles[source]) for source in titles}


def judged(guess: int | None, end: int) -> str:
    """Where a headline was taken to end, beside where it does."""
    if guess is None or guess == end:
        return "left" if guess is None else "exact"
    return "too short" if guess < end else "too long"


def report_headlines(texts: Sequence[Text], learned: Sequence[LearnedLine]) -> None:
    """Where a glued headline ends, when its title is not known: against the places where it is."""
    knowing = _cleaners(texts, learned)
    ends: Counter[str] = Counter()
    for text in texts:
        guessing = Cleaner([line for line in learned if line.source_id == text.source_id])
        for line in text.body.split("\n"):
            if "uga" not in line and "UGA" not in line:
                continue
            guesses = {start: end for start, end, _ in guessing.cuts(line)}
            for start, end, label in knowing[text.source_id].cuts(line):
                headline = line[start + len(label.text) : end].strip()
                if (
                    label.shape != "label"
                    or end == len(line)
                    or key(headline) not in knowing[text.source_id].titles
                ):
                    continue
                ends[judged(guesses.get(start), end)] += 1
    print(
        f"\n### Ends of {ends.total()} glued headlines whose title is known, found without "
        f"it\n\n| end | share |\n|---|---|"
    )
    for kind, count in ends.most_common():
        print(f"| {kind} | {count / ends.total():.1%} |")


def report_press() -> None:
    """The invented press: a few pages an outlet, each container's lines as they are."""
    gold = json.loads((PRESS / "gold.json").read_text(encoding="utf-8"))["articles"]
    by_url = {article["url"]: article for article in gold}
    texts = press_texts(by_url)
    learned, _ = learn_from(list(texts.values()))
    cleaners = _cleaners(list(texts.values()), learned)
    lines = Counter(
        (text.source_id, line) for text in texts.values() for line in set(text.body.split("\n"))
    )
    tally: Counter[str] = Counter()
    for url, text in texts.items():
        own_keys = set(map(key, by_url[url]["paragraphs"]))
        for line in text.body.split("\n"):
            cut = sum(end - start for start, end, _ in cleaners[text.source_id].cuts(line))
            if key(line) in own_keys:
                tally.update({"sentences": 1, "harmed": cut > 0})
                continue
            hit = cut >= 0.9 * len(line)
            tally.update({"clutter": 1, "hit": hit})
            if lines[text.source_id, line] >= stage.LEAST:
                tally.update({"repeated": 1, "repeated hit": hit})
    print(
        f"## The invented press\n\n{len(texts)} articles of {len(cleaners)} outlets. Of "
        f"{tally['clutter']} clutter lines in their containers"
    )
    print(
        f"{tally['hit']} ({tally['hit'] / tally['clutter']:.0%}) are found; of the "
        f"{tally['repeated']} that stand on {stage.LEAST} articles or more, "
        f"{tally['repeated hit']}."
    )
    print(f"{tally['harmed']} of {tally['sentences']} true lines are harmed.")


def press_texts(by_url: Mapping[str, Mapping[str, Any]]) -> dict[str, Text]:
    """The articles of the invented press by their URLs, with all lines of their containers."""
    sources = load_sources(PRESS / "sources.yaml")
    texts: dict[str, Text] = {}
    for found in scan([PRESS / "press.warc.gz"]):
        if not isinstance(found, ArchivedResponse) or found.status != 200:
            continue
        for source in sources:
            url = canonical(found.url, source) if found.url.startswith("http") else ""
            if url in by_url and by_url[url]["source_id"] == source.id:
                day = NOW - timedelta(days=len(texts) % 2)
                body = container_text(found.body(), source, url)
                texts[url] = Text(source.id, by_url[url]["title"], body, day)
    return texts


def container_text(body: bytes, source: Source, url: str) -> str:
    """All lines of a page's article."""
    root = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    lines = read_lines(root)
    at = find_headline(root, read_metadata(root), lines, source, url).at
    own = read_lines(choose(Tree.of(root), source.container, lines, at)[0])
    return "\n".join(line.text for line in own)


if __name__ == "__main__":
    main()
