"""What is deleted for good: articles that were forgotten on request, and what has expired.

`warehouse/forgetting/` has one statement for each place in which something of an article stands.
They read the temporary tables `doomed_articles`, `doomed_addresses` and `doomed_probes`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.errors import WarehouseError
from flows.records import (
    Page,
    Retention,
    Source,
    StoredPage,
    Tombstones,
    WarcRef,
    address_hash,
    identity_key,
)
from warehouse.engine import Engine
from warehouse.named import Row, statements

DATABASE = "var/writer.duckdb"  # among the leftovers: it is to be written anew

# Shorter lines, such as "Baca juga", could be in any text.
_SHORTEST_LINE = 25  # characters
# A listing gives the beginning of a text.
_PROBE = 60  # characters
# Of some fifty articles. More are not looked for line by line in what is not theirs.
_MOST_PROBES = 1_000

# The index of words keeps postings of what is gone until they are a third; on request it does not.
_INDEX = ("25_search_postings", "26_search_words")
_WITHOUT_INDEX = [name for name in statements("forgetting") if name not in _INDEX]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be forgotten: articles by id, addresses, a source, or an author."""

    article_ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    source_id: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Doomed:
    """What was found of it. `urls`, `keys`: its addresses and their identity keys; `probes`:
    beginnings of lines by which its text is told; `pages`, `others`: where the responses that are
    its pages, and those that are pages of other articles, lie.
    """

    urls: frozenset[str]
    keys: frozenset[str]
    probes: tuple[str, ...]
    pages: frozenset[WarcRef]
    others: frozenset[WarcRef]


@dataclass(frozen=True, slots=True)
class Moved:
    """A WARC file that was written anew, without some records, as `file`; None if nothing is left
    of it. `offsets`: where each record was, and where it is, or -1 if it is gone.
    """

    old: Path
    file: Path | None
    offsets: Mapping[int, int]


class _DryRun(Exception):  # noqa: N818 - not an error
    """Ends a transaction that is to leave nothing."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What the warehouse knows of what it must not know."""

    engine: Engine

    # what is not taken in again

    def tombstones(self) -> Tombstones:
        """What is not taken in again."""
        rows = self.engine.rows("tombstones")
        return Tombstones(
            frozenset(row["address_hash"] for row in rows if row["address_hash"]),
            frozenset(row["source_id"] for row in rows if row["source_id"]),
        )

    def record_met(self, pages: Sequence[Page | StoredPage], now: datetime) -> None:
        """Leave nothing of pages that turned out to be of forgotten articles, such as by a
        redirect. Their addresses are not asked again.
        """
        rows = [{"url": page.url} for page in pages]
        with self.engine.transaction():
            self.engine.write(
                rows,
                "record_unwanted_pages",
                "forget_met_links",
                "forget_met_pages",
                "forget_met_rejections",
            )
            self._record_tombstones(
                [page.url for page in pages], None, "leads to a forgotten article", now
            )
            self._write_unwanted([page.warc for page in pages])

    def record_unwanted(self, records: Sequence[WarcRef]) -> None:
        """Have records of WARC files removed at the end of the run. Those outside of the data
        directory are not ours.
        """
        with self.engine.transaction():
            self._write_unwanted(records)

    # forgetting

    def choose(self, wanted: Wanted) -> Doomed:
        """Find what is to be forgotten."""
        self.engine.execute(
            "doomed_articles",
            article_ids=list(wanted.article_ids),
            keys=[identity_key(url) for url in wanted.urls],
            urls=list(wanted.urls),
            source_id=wanted.source_id,
            author=wanted.author,
        )
        rows = self.engine.rows("doomed_urls", source_id=wanted.source_id)
        urls = {row["url"] for row in rows} | set(wanted.urls)
        self._write_addresses(urls)
        lines = [row["line"] for row in self.engine.rows("doomed_lines", least=_SHORTEST_LINE)]
        probes = sorted({" ".join(line[:_PROBE].split()) for line in lines})
        if len(probes) > _MOST_PROBES:
            probes = []
        self.engine.execute("no_doomed_probes")
        self.engine.write([{"text": probe} for probe in probes], "doomed_probes")
        pages = self.engine.rows("records_of_pages")
        return Doomed(
            frozenset(urls),
            frozenset(map(identity_key, urls)),
            tuple(probes),
            frozenset(self._ref(row) for row in pages if row["doomed"]),
            frozenset(self._ref(row) for row in pages if not row["doomed"]),
        )

    def try_delete(self, now: datetime) -> dict[str, int]:
        """How many rows of each table `delete` would change or delete, without those of the index
        of words, of which it also deletes what older texts left.
        """
        counts: dict[str, int] = {}
        with suppress(_DryRun), self.engine.transaction():
            counts = self._delete(now, "forgetting", _WITHOUT_INDEX)
            raise _DryRun
        return counts

    def delete(
        self,
        wanted: Wanted,
        doomed: Doomed,
        moved: Sequence[Moved],
        files: Sequence[Path],
        reason: str,
        now: datetime,
    ) -> None:
        """Delete what was chosen. Record that it is not taken in again, where the records of WARC
        files are now, and which files are to be deleted.
        """
        paths = [*(self._inside(path) for path in files), DATABASE]
        with self.engine.transaction():
            self._record_tombstones(sorted(doomed.urls), wanted.source_id, reason, now)
            self._delete(now, "forgetting", statements("forgetting"))
            self._write_moved(moved)
            self.engine.write([{"path": path} for path in paths], "record_leftovers")

    # retention

    def expire(self, sources: Iterable[Source], now: datetime) -> dict[str, int]:
        """Delete the texts and pages that have expired, and have archived responses that have, too,
        removed at the end of the run. Returns how many there were of each.
        """
        limits = [_limits(source, now) for source in sources if source.retention != Retention()]
        if not limits:
            return {}
        self.engine.write(limits, "limits")
        self.engine.execute("expired_articles")
        self._write_addresses(row["url"] for row in self.engine.rows("doomed_urls", source_id=None))
        self.engine.execute("no_doomed_probes")
        with self.engine.transaction():
            before = len(self.engine.rows("unwanted_records"))
            self.engine.execute("record_expired_records")
            counts = self._delete(now, "forgetting", _WITHOUT_INDEX)
            pages = self._delete(now, "expiry", statements("expiry"))
            responses = len(self.engine.rows("unwanted_records")) - before
        return {
            "articles": counts["articles"],
            "pages": counts["pages"] + pages["pages"],
            "rejections": counts["rejections"] + pages["rejections"],
            "archived responses": responses,
        }

    def archives_in_use(self) -> set[Path]:
        """The archives that hold a page or a discovery document."""
        return {
            self.engine.directory / row["warc_file"] for row in self.engine.rows("archives_in_use")
        }

    def record_leftovers(self, paths: Iterable[Path]) -> None:
        """Have files deleted when the run ends."""
        with self.engine.transaction():
            rows = [{"path": self._inside(path)} for path in paths]
            self.engine.write(rows, "record_leftovers")

    # WARC files

    def unwanted(self) -> dict[str, set[int]]:
        """The offsets of the records that are to go, by file."""
        found = defaultdict[str, set[int]](set)
        for row in self.engine.rows("unwanted_records"):
            found[str(self.engine.directory / row["warc_file"])].add(row["warc_offset"])
        return found

    def record_moved(self, moved: Sequence[Moved]) -> None:
        """Record where the records of WARC files are now."""
        with self.engine.transaction():
            self._write_moved(moved)

    def clear_leftovers(self) -> bool:
        """Delete the files that are left over, also by a run that was killed. Returns whether the
        database is to be written anew, which `compact` does when it is closed. Raises
        WarehouseError.
        """
        paths = [row["path"] for row in self.engine.rows("leftovers")]
        files = [path for path in paths if path != DATABASE]
        try:
            for path in files:
                (self.engine.directory / path).unlink(missing_ok=True)
        except OSError as error:
            raise WarehouseError(
                f"{error.filename}: cannot be deleted: {error.strerror}"
            ) from error
        with self.engine.transaction():
            self.engine.write([{"path": path} for path in files], "forget_leftovers")
        return DATABASE in paths

    def _delete(self, now: datetime, folder: str, names: Sequence[str]) -> dict[str, int]:
        return {name.partition("_")[2]: self.engine.change(folder, name, now=now) for name in names}

    def _write_addresses(self, urls: Iterable[str]) -> None:
        self.engine.execute("no_doomed_addresses")
        rows = [{"url": url, "identity_key": identity_key(url)} for url in sorted(urls)]
        self.engine.write(rows, "doomed_addresses")

    def _record_tombstones(
        self, urls: Sequence[str], source_id: str | None, reason: str, now: datetime
    ) -> None:
        row = {"source_id": None, "reason": reason, "forgotten_at": now}
        rows = [row | {"address_hash": address_hash(url)} for url in urls]
        if source_id:
            rows.append(row | {"address_hash": None, "source_id": source_id})
        self.engine.write(rows, "record_tombstones")

    def _write_unwanted(self, records: Sequence[WarcRef]) -> None:
        rows = [
            {"warc_file": path, "warc_offset": record.offset}
            for record in records
            for path in [self._inside(Path(record.file))]
            if path is not None
        ]
        self.engine.write(rows, "record_unwanted")

    def _write_moved(self, moved: Sequence[Moved]) -> None:
        rows = []
        for each in moved:
            old = self._inside(each.old)
            new = old if each.file is None else self._inside(each.file)
            rows += [
                {"warc_file": old, "warc_offset": was, "new_file": new, "new_offset": offset}
                for was, offset in each.offsets.items()
            ]
        self.engine.write(rows, "move_pages", "move_documents", "forget_lost_documents")
        paths = [{"path": self._inside(each.old)} for each in moved]
        self.engine.write(paths, "record_leftovers")
        self.engine.write([{"warc_file": row["path"]} for row in paths], "forget_done_records")

    def _ref(self, row: Mapping[str, object]) -> WarcRef:
        return WarcRef(
            str(self.engine.directory / str(row["warc_file"])), int(str(row["warc_offset"]))
        )

    def _inside(self, path: Path) -> str | None:
        """A path relative to the data directory; None if it is not in it."""
        path = path.resolve()
        if not path.is_relative_to(self.engine.directory):
            return None
        return str(path.relative_to(self.engine.directory))


def _limits(source: Source, now: datetime) -> Row:
    kept = source.retention
    return {
        "source_id": source.id,
        "pages_before": kept.pages and now - kept.pages,
        "texts_before": kept.texts and now - kept.texts,
        "warc_before": kept.warc and now - kept.warc,
        "alerted": kept.alerted,
    }
