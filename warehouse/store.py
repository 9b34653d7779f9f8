"""What the pipeline reads from the warehouse and records in it, in the order of the stages.

Each `pending_…` says what is still to do; each `record_…` is one transaction. SQL is in queries/, one statement a file.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np

from flows.records import (
    Alert,
    ArrivedBy,
    Article,
    Clipping,
    Decision,
    Hit,
    Link,
    Merge,
    Page,
    Placement,
    Rejection,
    Removed,
    Source,
    Topic,
    WarcRef,
    stable_id,
)
from warehouse.engine import Engine, Row


@dataclass(frozen=True, slots=True)
class Document:
    """A discovery document as it was last read in full: what a conditional GET sends, and where the text lies."""

    etag: str | None
    last_modified: str | None
    warc: WarcRef


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page whose body is still in its WARC file."""

    url: str
    source_id: str
    found_url: str
    final_url: str
    fetched_at: datetime
    content_type: str
    warc: WarcRef
    arrived_by: ArrivedBy


@dataclass(frozen=True, slots=True)
class Text:
    """An article's text that has no vector yet. `hash` names the text."""

    article_id: str
    hash: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Uncleaned:
    """An article that is to be cleaned of learned lines: its body as it was extracted, and the version that holds it."""

    article_id: str
    source_id: str
    title: str
    body: str
    extracted_hash: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An article that a topic has not looked at."""

    article_id: str
    story_id: str
    seen_at: datetime
    arrived_by: ArrivedBy
    outlet: str
    url: str
    title: str
    body: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Look:
    """How one run found one source. The default is a source that this run passed over.

    `usable`: a discovery address could be read; `listed`: the links it lists; `failed`: no address was usable, or a link ended in
    http-5xx or timeout; `notes`: what went wrong, one line each.
    """

    source_id: str
    looked: bool = False
    usable: bool = False
    listed: int = 0
    failed: bool = False
    notes: tuple[str, ...] = ()

    def after(self, ends: Mapping[str, int]) -> "Look":
        """The look once its links are fetched: `ends` counts how many ended in each reason."""
        bad = [f"links ended in {reason}: {ends[reason]}" for reason in ("http-5xx", "timeout") if ends.get(reason)]
        return replace(self, failed=self.failed or bool(bad), notes=(*self.notes, *bad))


RunKind = Literal["run", "backfill", "reprocess"]


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has begun, and what there was before it."""

    id: str
    totals: Mapping[str, int]
    alerts: frozenset[str]


class Warehouse(Engine):
    """The state of the pipeline in one data directory."""

    # sources, links and pages

    def record_sources(self, sources: Iterable[Source]) -> None:
        with self.transaction():
            self.write(
                [{"source_id": s.id, "name": s.name, "kind": s.kind, "home": s.home, "status": s.status} for s in sources],
                "record_sources",
            )

    def document(self, url: str) -> Document | None:
        """The discovery document last read in full at this URL."""
        for row in self.rows("document", url=url):
            return Document(row["etag"], row["last_modified"], self._warc(row))
        return None

    def record_links(
        self, documents: Mapping[str, Document], links: Iterable[Link], rejections: Iterable[Rejection], now: datetime
    ) -> None:
        """What a look at one source listed: the documents by URL, the links, and the entries that were refused."""
        with self.transaction():
            self.write(
                [
                    {
                        "url": url,
                        "etag": document.etag,
                        "last_modified": document.last_modified,
                        "fetched_at": now,
                    }
                    | self._place(document.warc)
                    for url, document in documents.items()
                ],
                "record_documents",
            )
            self.write([asdict(link) | {"discovered_at": now} for link in links], "record_links")
            self._record_rejections(rejections, now)

    def pending_links(self, source_id: str, now: datetime) -> list[Link]:
        """Links of one source that are to be fetched, oldest first."""
        return [Link(**row) for row in self.rows("pending_links", source_id=source_id, now=now)]

    def record_fetched(self, outcomes: Iterable[tuple[Link, Page | Rejection | None]], now: datetime) -> None:
        """What became of links that were fetched; None where a known page has not changed."""
        outcomes = list(outcomes)
        rejections = [outcome for _, outcome in outcomes if isinstance(outcome, Rejection)]
        with self.transaction():
            self._record_pages([outcome for _, outcome in outcomes if isinstance(outcome, Page)], "run")
            self._record_rejections(rejections, now)
            self.write(
                [
                    {"url": link.url, "tried_at": now, "ended": not (isinstance(outcome, Rejection) and outcome.retry)}
                    for link, outcome in outcomes
                ],
                "record_tries",
            )

    def record_archived(self, pages: Iterable[Page]) -> None:
        """Pages that came from an archive."""
        with self.transaction():
            self._record_pages(pages, "backfill")

    # articles and vectors

    def reopen_pages(self, since: datetime) -> None:
        """Make the pages fetched or archived since then pending again."""
        with self.transaction():
            self.execute("reopen_pages", since=since)

    def pending_pages(self, batch: int) -> list[StoredPage]:
        """Pages that no extractor has read yet, oldest first."""
        return [
            StoredPage(
                row["url"],
                row["source_id"],
                row["found_url"],
                row["final_url"],
                row["fetched_at"],
                row["content_type"],
                self._warc(row),
                row["arrived_by"],
            )
            for row in self.rows("pending_pages", batch=batch)
        ]

    def record_extracted(self, outcomes: Iterable[tuple[StoredPage, Article | Rejection]], extractor_version: str, now: datetime) -> None:
        """What extraction made of pages: articles with their URLs, versions and removed lines, or rejections."""
        outcomes = list(outcomes)
        # oldest first; of two captures of one instant, such as a first page and the whole article, the longer is the newer
        read = sorted(
            ((page, outcome) for page, outcome in outcomes if isinstance(outcome, Article)),
            key=lambda pair: (pair[0].fetched_at, len(pair[1].body)),
        )
        newest = {article.id: (page, article) for page, article in read}
        first_seen = {article.id: page.fetched_at for page, article in reversed(read)}
        versions = {(article.id, _text_hash(article)): (page, article) for page, article in reversed(read)}
        current = [
            {
                "article_id": article.id,
                "source_id": article.source_id,
                "url": article.url,
                "title": article.title,
                "author": article.author,
                "editor": article.editor,
                "credit": article.credit,
                "dateline": article.dateline,
                "published_at": article.published_at,
                "published_precision": article.published_precision,
                "published_from": article.published_from,
                "modified_at": article.modified_at,
                "language": article.language,
                "body": article.body,
                "word_count": len(article.body.split()),
                "text_hash": _text_hash(article),
                "arrived_by": page.arrived_by,
                "seen_at": page.fetched_at,
                "first_seen_at": first_seen[article.id],
                "landed_at": now,
            }
            for page, article in newest.values()
        ]
        with self.transaction():
            self.write(current, "record_articles", "forget_removed", "forget_cleanings")
            self.write(
                [
                    {"article_id": article.id, "seen_at": page.fetched_at, "rule": removed.rule, "text": removed.text}
                    for page, article in newest.values()
                    for removed in article.removed
                ],
                "record_removed",
            )
            self.write(
                [
                    {
                        "article_id": key[0],
                        "text_hash": key[1],
                        "seen_at": page.fetched_at,
                        "title": article.title,
                        "body": article.body,
                    }
                    for key, (page, article) in versions.items()
                ],
                "replace_versions",
                "record_versions",
                "number_versions",
            )
            urls = {url: article.id for _, article in read for url in article.urls}
            self.write(
                [{"url": url, "article_id": article_id} for url, article_id in urls.items()],
                "record_article_urls",
                "clear_rejections",
            )
            self._record_rejections([outcome for _, outcome in outcomes if isinstance(outcome, Rejection)], now)
            self.write(
                [{"url": page.url, "fetched_at": page.fetched_at, "extracted_with": extractor_version} for page, _ in outcomes],
                "record_extracted",
            )

    # learned lines

    def sources_to_learn(self) -> list[str]:
        """The sources with articles that were not cleaned yet."""
        return [row["source_id"] for row in self.rows("sources_to_learn")]

    def repeats(self, source_id: str, counting: Mapping[str, object]) -> list[Row]:
        """What returns on a source's newest articles, counted with these parameters."""
        return self.rows("repeats", source_id=source_id, **counting)

    def learned_lines(self, source_id: str | None = None) -> list[Row]:
        """What was learned, of one source or of all."""
        return self.rows("learned_lines", source_id=source_id)

    def record_learned(self, lines: Sequence[Row], now: datetime) -> None:
        """Learned lines, all of them; the articles that hold one which is new, or which the operator keeps or gives up, become pending."""
        kept = {row["line_id"]: row["kept"] for row in self.learned_lines()}
        rows = [line | {"learned_at": now} for line in lines]
        with self.transaction():
            self.write(rows, "record_learned_lines")
            self.write([row for row in rows if kept.get(row["line_id"]) != row["kept"]], "reopen_cleanings")

    def uncleaned(self, batch: int) -> list[Uncleaned]:
        """Articles that were not cleaned since their text came in or a line of theirs was learned or overruled."""
        return [Uncleaned(**row) for row in self.rows("pending_cleanings", batch=batch)]

    def titles(self, source_id: str) -> list[str]:
        """The headlines of a source's articles."""
        return [row["title"] for row in self.rows("titles", source_id=source_id)]

    def record_cleaned(self, cleaned: Sequence[tuple[Uncleaned, str, Sequence[Removed]]]) -> None:
        """Articles with the body that stays and what was cut. That is no new version of the outlet's text."""
        with self.transaction():
            self.write(
                [
                    {
                        "article_id": article.article_id,
                        "body": body,
                        "word_count": len(body.split()),
                        "text_hash": stable_id(article.title, body),
                        "extracted_hash": article.extracted_hash,
                    }
                    for article, body, _ in cleaned
                ],
                "record_cleaned",
                "record_cleanings",
                "forget_learned_cuts",
            )
            self.write(
                [
                    {"article_id": article.article_id, "rule": cut.rule, "text": cut.text}
                    for article, _, removed in cleaned
                    for cut in removed
                ],
                "record_learned_cuts",
            )

    def pending_texts(self, model: str, batch: int) -> list[Text]:
        """Articles whose current text has no vector of the model."""
        return [
            Text(r["article_id"], r["text_hash"], r["title"], r["body"]) for r in self.rows("pending_vectors", model=model, batch=batch)
        ]

    def record_vectors(self, model: str, texts: Sequence[Text], vectors: np.ndarray) -> None:
        """One vector (a row of `vectors`) for each text."""
        with self.transaction():
            self.write(
                [
                    {"article_id": text.article_id, "model": model, "text_hash": text.hash, "vector": vector}
                    for text, vector in zip(texts, vectors.tolist(), strict=True)
                ],
                "record_vectors",
            )

    # stories

    def ungrouped(self, model: str, batch: int) -> list[Clipping]:
        """Articles without a story, in order of publication."""
        return [_clipping(row) for row in self.rows("ungrouped_articles", model=model, batch=batch)]

    def open_stories(self, model: str, around: Sequence[Clipping], window: timedelta) -> list[Clipping]:
        """The articles of every story that the given ones could join: one of its articles lies within the window of one of them."""
        instants = [clipping.seen_at for clipping in around]
        rows = self.rows("open_stories", model=model, from_at=min(instants) - window, to_at=max(instants) + window)
        return [_clipping(row) for row in rows]

    def record_grouped(self, placements: Iterable[Placement], merges: Sequence[Merge], now: datetime) -> None:
        """Where articles stand, and which stories were merged; alerts follow their story."""
        with self.transaction():
            self.write([asdict(placement) for placement in placements], "record_placements")
            self.write([asdict(merge) | {"merged_at": now} for merge in merges], "record_merges", "redirect_alerts")

    # topics and alerts

    def unmatched(self, topic: Topic, batch: int) -> list[Unmatched]:
        """Grouped articles whose current text this version of the topic has not looked at, in order of publication."""
        return [Unmatched(**row) for row in self.rows("unmatched_articles", topic_id=topic.id, topic_version=topic.version, batch=batch)]

    def alerted(self) -> set[tuple[str, str]]:
        """The (topic, story) pairs that have an alert."""
        return {(row["topic_id"], row["story_id"]) for row in self.rows("alerted_stories")}

    def record_matched(self, topic: Topic, looked_at: Sequence[Unmatched], decided: Sequence[tuple[Hit, Decision, Alert | None]]) -> None:
        """What a topic found in the articles it looked at: hits with their decisions, alerts, and a pending delivery for each channel."""
        matched = {hit.article_id for hit, _, _ in decided}
        alerts = [alert for _, _, alert in decided if alert]
        with self.transaction():
            self.write(
                [
                    {
                        "topic_id": topic.id,
                        "topic_version": topic.version,
                        "article_id": article.article_id,
                        "text_hash": article.text_hash,
                        "matched": article.article_id in matched,
                    }
                    for article in looked_at
                ],
                "record_topic_looks",
                "forget_hits",
            )
            self.write(
                [
                    {
                        "topic_id": hit.topic_id,
                        "topic_version": hit.topic_version,
                        "article_id": hit.article_id,
                        "decision": decision,
                        "score": hit.match.score,
                        "evidence": json.dumps([asdict(span) for span in hit.match.evidence], ensure_ascii=False),
                    }
                    for hit, decision, _ in decided
                ],
                "record_hits",
            )
            self.write([asdict(alert) | {"alert_id": alert.id} for alert in alerts], "record_alerts")
            self.write([{"alert_id": alert.id, "channel": channel} for alert in alerts for channel in topic.channels], "record_outbox")

    def pending_deliveries(self) -> list[tuple[Alert, str]]:
        """Alerts that have not arrived, each with the channel it is for, oldest first."""
        return [
            (Alert(id=row.pop("alert_id"), **row), channel) for row in self.rows("pending_deliveries") for channel in [row.pop("channel")]
        ]

    def record_delivery(self, alert: Alert, channel: str, error: str | None, now: datetime) -> None:
        """How one attempt ended: `error` is None when it arrived."""
        with self.transaction():
            self.execute("record_delivery", alert_id=alert.id, channel=channel, error=error, at=now)

    # runs

    def begin_run(self, kind: RunKind, clock: datetime, started_at: datetime) -> Run:
        """Note that a run has begun, and that any that never ended was interrupted."""
        run = Run(f"{started_at:%Y%m%dT%H%M%S%fZ}", self.rows("totals")[0], frozenset(alert.id for alert in self.alerts()))
        with self.transaction():
            self.execute("close_interrupted_runs")
            self.execute("begin_run", run_id=run.id, kind=kind, clock=clock, started_at=started_at)
        return run

    def alerts_of(self, run: Run) -> list[Alert]:
        """The alerts that were raised since the run began."""
        return [alert for alert in self.alerts() if alert.id not in run.alerts]

    def alerts(self) -> list[Alert]:
        """All alerts, oldest first."""
        return [Alert(id=row.pop("alert_id"), **row) for row in self.rows("alerts")]

    def finish_run(self, run: Run, finished_at: datetime, state: str) -> dict[str, int]:
        """Note how a run ended; returns what it added, by kind."""
        added = {kind: total - run.totals[kind] for kind, total in self.rows("totals")[0].items()}
        with self.transaction():
            self.execute("finish_run", run_id=run.id, finished_at=finished_at, state=state, **added)
        return added

    def record_health(self, sources: Sequence[Source], looks: Mapping[str, Look], now: datetime) -> None:
        """How each source stands on this day, after this run."""
        with self.transaction():
            self.write(
                [
                    {
                        "source_id": source.id,
                        "timezone": source.timezone,
                        "now": now,
                        "looked": look.looked,
                        "failed": look.failed,
                        "links": look.listed,
                        "min_links": source.expect.min_links,
                        "silent_after_s": source.expect.silent_after.total_seconds() if source.expect.silent_after else None,
                        "detail": "; ".join(look.notes),
                    }
                    for source in sources
                    for look in [looks[source.id]]
                ],
                "record_health",
            )

    # shared by the above

    def _record_pages(self, pages: Iterable[Page], arrived_by: ArrivedBy) -> None:
        rows = {
            (page.url, page.fetched_at, digest): {
                "url": page.url,
                "source_id": page.source_id,
                "found_url": page.found_url,
                "final_url": page.final_url,
                "fetched_at": page.fetched_at,
                "content_type": page.content_type,
                "digest": digest,
                "arrived_by": arrived_by,
                "etag": page.etag,
                "last_modified": page.last_modified,
            }
            | self._place(page.warc)
            for page in pages
            for digest in [hashlib.blake2b(page.body, digest_size=8).hexdigest()]
        }
        self.write(list(rows.values()), "record_pages")

    def _place(self, ref: WarcRef) -> Row:
        """A record's place; a file of this data directory by its path in it, so that the directory can be moved."""
        path = Path(ref.file).resolve()
        inside = path.is_relative_to(self._directory)
        return {"warc_file": str(path.relative_to(self._directory) if inside else path), "warc_offset": ref.offset}

    def _warc(self, row: Row) -> WarcRef:
        return WarcRef(str(self._directory / row["warc_file"]), row["warc_offset"])

    def _record_rejections(self, rejections: Iterable[Rejection], now: datetime) -> None:
        rows = {rejection.url: asdict(rejection) | {"rejected_at": now} for rejection in rejections}
        self.write(list(rows.values()), "record_rejections")


def _clipping(row: Row) -> Clipping:
    return Clipping(**row | {"vector": np.array(row["vector"], dtype=np.float32)})


def _text_hash(article: Article) -> str:
    return stable_id(article.title, article.body)
