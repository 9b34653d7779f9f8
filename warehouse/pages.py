"""Sources, links, and pages: what was listed, what was fetched, and where it is archived."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from flows.records import (
    ArchiveProgress,
    ArrivedBy,
    Document,
    Link,
    Page,
    Rejection,
    Source,
    StoredPage,
    WarcRef,
    identity_key,
)
from warehouse.engine import Engine
from warehouse.named import Row

_KEYS_AT_A_TIME = 50_000

# The URL, the instant, and the digest of the body, of a stored response.
Capture = tuple[str, datetime, str]


@dataclass(frozen=True, slots=True)
class Pages:
    """What the warehouse knows of links and pages."""

    engine: Engine

    def complete_keys(self) -> None:
        """Add the identity keys, which SQL cannot compute, of URLs recorded by an older version."""
        while rows := self.engine.rows("keyless", batch=_KEYS_AT_A_TIME):
            with self.engine.transaction():
                self.engine.write(
                    [{"url": row["url"], "identity_key": identity_key(row["url"])} for row in rows],
                    "record_keys_of_links",
                    "record_keys_of_pages",
                    "record_keys_of_articles",
                )

    def record_sources(self, sources: Iterable[Source]) -> None:
        """Record the declared sources."""
        with self.engine.transaction():
            self.engine.write(
                [
                    {
                        "source_id": s.id,
                        "name": s.name,
                        "kind": s.kind,
                        "home": s.home,
                        "status": s.status,
                        "timezone": s.timezone,
                    }
                    for s in sources
                ],
                "record_sources",
            )

    def document(self, url: str) -> Document | None:
        """The discovery document last read in full at a URL."""
        for row in self.engine.rows("document", url=url):
            return Document(row["etag"], row["last_modified"], self._warc(row), row["fetched_at"])
        return None

    def record_links(
        self,
        documents: Mapping[str, Document],
        links: Iterable[Link],
        rejections: Iterable[Rejection],
        now: datetime,
    ) -> None:
        """Record what one source listed: documents by URL, links, and rejected entries."""
        with self.engine.transaction():
            self.engine.write(
                [
                    {
                        "url": url,
                        "etag": document.etag,
                        "last_modified": document.last_modified,
                        "fetched_at": document.read_at,
                    }
                    | self._place(document.warc)
                    for url, document in documents.items()
                ],
                "record_documents",
            )
            self.engine.write(
                [
                    asdict(link) | {"discovered_at": now, "identity_key": identity_key(link.url)}
                    for link in links
                ],
                "record_links",
                "record_twins_listed",
                "record_forms",
            )
            write_rejections(self.engine, [(rejection, now) for rejection in rejections], now)

    def pending_links(self, sources: Sequence[str], now: datetime) -> list[Link]:
        """The links of some sources to fetch, oldest first."""
        rows = self.engine.rows("pending_links", sources=list(sources), now=now)
        return [Link(**row) for row in rows]

    def record_fetched(
        self, outcomes: Iterable[tuple[Link, Page | Rejection | None]], now: datetime
    ) -> None:
        """Record where links led; None means that a known page has not changed."""
        outcomes = list(outcomes)
        rejections = [(outcome, now) for _, outcome in outcomes if isinstance(outcome, Rejection)]
        with self.engine.transaction():
            self._record_pages(
                [outcome for _, outcome in outcomes if isinstance(outcome, Page)], "run"
            )
            write_rejections(self.engine, rejections, now)
            self.engine.write(
                [
                    {
                        "url": link.url,
                        "tried_at": now,
                        "ended": not (isinstance(outcome, Rejection) and outcome.retry),
                    }
                    for link, outcome in outcomes
                ],
                "record_tries",
            )

    # archives of others

    def archive_progress(self, selection: str) -> dict[str, ArchiveProgress]:
        """How far archives were read for a selection of pages, by their names."""
        rows = self.engine.rows("archive_progress", selection=selection)
        found = [
            ArchiveProgress(
                self._absolute(row["archive"]),
                row["fingerprint"],
                row["size"],
                row["read_to"],
                tuple(row["unreadable"]),
            )
            for row in rows
        ]
        return {progress.archive: progress for progress in found}

    def recorded(self, pages: Sequence[Page]) -> set[Capture]:
        """The captures of these pages' URLs, in the time of these pages, that are recorded."""
        if not pages:
            return set()
        rows = self.engine.rows(
            "recorded_pages",
            first=min(page.fetched_at for page in pages),
            last=max(page.fetched_at for page in pages),
            urls=[page.url for page in pages],
        )
        return {(row["url"], row["fetched_at"], row["digest"]) for row in rows}

    def record_archived(
        self,
        pages: Iterable[Page],
        progress: ArchiveProgress,
        selection: str,
        now: datetime,
    ) -> None:
        """Record pages from an archive, and how far it is read for a selection of pages."""
        with self.engine.transaction():
            self._record_pages(pages, "backfill")
            row = asdict(progress) | {
                "archive": self._relative(progress.archive),
                "selection": selection,
                "read_at": now,
            }
            self.engine.write([row], "record_archive_progress")

    # identity

    def holders(self, keys: Iterable[str]) -> list[Row]:
        """The articles with these identity keys, the oldest first, each with a text."""
        return self.engine.rows("holders", keys=list(keys))

    def met(self, urls: Iterable[str]) -> dict[str, str]:
        """The URLs of the articles that these URLs lead to."""
        return {row["met"]: row["url"] for row in self.engine.rows("met_articles", urls=list(urls))}

    def listed_forms(self, keys: Iterable[str]) -> list[tuple[str, str]]:
        """The links with these identity keys, each with its key."""
        rows = self.engine.rows("listed_forms", keys=list(keys))
        return [(row["url"], row["identity_key"]) for row in rows]

    def release_articles(self, urls: Collection[str]) -> None:
        """Have articles that hold the text of another URL extracted again, from all pages that lead
        to them. What those say then counts, however old they are.
        """
        with self.engine.transaction():
            self.engine.write([{"url": url} for url in urls], "release_articles", "reopen_claims")

    def forget_foreign_versions(self, articles: Collection[str]) -> None:
        """Delete versions of these articles, by id, whose pages are other articles by now."""
        with self.engine.transaction():
            self.engine.write(
                [{"article_id": article_id} for article_id in articles], "forget_foreign_versions"
            )

    # articles and vectors

    def reopen_pages(self, since: datetime) -> None:
        """Make the pages fetched or archived since an instant pending again."""
        with self.engine.transaction():
            self.engine.execute("reopen_pages", since=since)
            self.engine.execute("forget_lessons")

    def pending_pages(self, batch: int) -> list[StoredPage]:
        """Pages that were not extracted yet, oldest first."""
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
                row["listed_title"],
            )
            for row in self.engine.rows("pending_pages", batch=batch)
        ]

    def _record_pages(self, pages: Iterable[Page], arrived_by: ArrivedBy) -> None:
        rows = {
            capture: {
                "url": page.url,
                "source_id": page.source_id,
                "found_url": page.found_url,
                "final_url": page.final_url,
                "fetched_at": page.fetched_at,
                "content_type": page.content_type,
                "digest": capture[2],
                "arrived_by": arrived_by,
                "identity_key": identity_key(
                    page.url if page.final_url == page.found_url else page.final_url
                ),
                "etag": page.etag,
                "last_modified": page.last_modified,
            }
            | self._place(page.warc)
            for page in pages
            for capture in [capture_of(page)]
        }
        self.engine.write(list(rows.values()), "record_pages")

    def _place(self, ref: WarcRef) -> Row:
        """A WARC record's place."""
        return {"warc_file": self._relative(ref.file), "warc_offset": ref.offset}

    def _warc(self, row: Row) -> WarcRef:
        return WarcRef(self._absolute(row["warc_file"]), row["warc_offset"])

    def _relative(self, name: str) -> str:
        """How an archive is recorded. Files in the data directory have their path relative to it,
        so that the directory can be moved.
        """
        if _is_url(name):
            return name
        path = Path(name).resolve()
        if path.is_relative_to(self.engine.directory):
            path = path.relative_to(self.engine.directory)
        return str(path)

    def _absolute(self, name: str) -> str:
        return name if _is_url(name) else str(self.engine.directory / name)


def _is_url(name: str) -> bool:
    return "://" in name


def capture_of(page: Page) -> Capture:
    """What tells a stored response from any other."""
    return page.url, page.fetched_at, hashlib.blake2b(page.body, digest_size=8).hexdigest()


def write_rejections(
    engine: Engine, rejections: Iterable[tuple[Rejection, datetime]], now: datetime
) -> None:
    """Write rejections, each with the instant of its response. A known article stays, and the
    response is kept beside it. Call within a transaction.
    """
    rows = {
        rejection.url: asdict(rejection)
        | {
            "rejected_at": now,
            "noted_at": now,
            "seen_at": seen_at,
            "title": None,
            "body": None,
            "text_hash": "",
        }
        for rejection, seen_at in rejections
    }
    engine.write(list(rows.values()), "record_rejections", "record_doubtful_answers")
