"""`kliping forget`: a legal request. An article, all of an author's, or all of an outlet's go from
everything that we hold, and are not taken in again.
"""

import html
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flows.addresses import is_address
from flows.config import load_sources
from flows.edges import takedown
from flows.edges.takedown import Facts
from flows.errors import ConfigError
from flows.records import Source, WarcRef, identity_key
from flows.stages.discovery.links import declared, owner
from warehouse.directory import private, require
from warehouse.forgotten import Doomed, Moved, Wanted
from warehouse.store import Warehouse, held, writing

_TELLING_PATH = 20  # characters; shorter ones, such as /read/1, may be on any host
_MOST_ADDRESSES = 1_000  # that are looked for in listings; those of a doomed source all go anyway

_NOT_REACHED = (
    "Not reached: backups (back up again, into each), copies of media.duckdb that others made or "
    "have open, messages that arrived at desks, archives outside of the data directory."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go: rows by table, records by WARC file, and whole files. `outside`: archives that
    hold pages of it and are not ours.
    """

    doomed: Doomed
    rows: Mapping[str, int]
    records: Mapping[Path, frozenset[int]]
    files: Sequence[Path]
    outside: Sequence[str]

    def lines(self) -> Iterator[str]:
        """The plan as a table for a person."""
        for table, count in self.rows.items():
            if count:
                yield f"{count:>8}  rows of {table}"
        for path, offsets in self.records.items():
            yield f"{len(offsets):>8}  records of {path}"
        for path in self.files:
            yield f"          {path}"
        for name in self.outside:
            yield f"          not touched: {name}, which is outside of the data directory"


def forget(
    wanted: Wanted,
    reason: str,
    sources: Path,
    warehouse: Path,
    confirm: Callable[[], bool],
) -> bool:
    """Forget what is wanted, once it was shown and confirmed. Returns whether it was. Raises
    ConfigError if there is no such thing, BusyError, WarehouseError.
    """
    require(warehouse)
    known = load_sources(sources) if sources.exists() else ()
    now = datetime.now(UTC)
    with writing(warehouse, "kliping forget") as store:
        wanted = _canonical(wanted, known)
        plan = make_plan(store, wanted, known, now)
        _show(plan)
        if not confirm():
            return False
        store.forgotten.delete(wanted, plan.doomed, rewrite(plan), plan.files, reason, now)
    sys.stdout.write(f"forgotten; it is not taken in again. {_NOT_REACHED}\n")
    return True


def show_plan(wanted: Wanted, sources: Path, warehouse: Path) -> None:
    """Show what `forget` would touch. Raises as it does."""
    require(warehouse)
    known = load_sources(sources) if sources.exists() else ()
    with held(warehouse, "kliping forget"), closing(Warehouse.open(warehouse)) as store:
        store.forgotten.clear_leftovers()  # of one that was killed
        _show(make_plan(store, _canonical(wanted, known), known, datetime.now(UTC)))


def make_plan(store: Warehouse, wanted: Wanted, sources: Sequence[Source], now: datetime) -> Plan:
    """What would go. Raises ConfigError if there is no such thing."""
    if wanted.urls and not is_address(wanted.urls[0]):
        raise ConfigError(_nothing(wanted))
    doomed = store.forgotten.choose(wanted)
    rows = store.forgotten.try_delete(now)
    if not doomed.urls:
        raise ConfigError(_nothing(wanted))
    directory = store.engine.directory
    needles = (*doomed.probes, *_spellings(doomed.urls))
    hosts = {
        host for source in sources if source.id == wanted.source_id for host, _ in declared(source)
    }
    records = {
        path: frozenset(found)
        for path in takedown.archives(private(directory) / "warc")
        if (found := set(_records(path, doomed, needles, sources, hosts)))
    }
    outside = {
        ref.file for ref in doomed.pages if not Path(ref.file).is_relative_to(private(directory))
    }
    return Plan(doomed, rows, records, list(_files(directory, doomed)), sorted(outside))


def rewrite(plan: Plan) -> list[Moved]:
    """Write the archives of a plan anew, beside the old ones. Raises WarehouseError."""
    return [
        Moved(path, *takedown.copy_without(path, offsets)) for path, offsets in plan.records.items()
    ]


def _canonical(wanted: Wanted, sources: Sequence[Source]) -> Wanted:
    """The request with its address also in the form in which it is stored."""
    owned = [found[1] for url in wanted.urls if (found := owner(url, sources))]
    return Wanted(wanted.article_ids, (*wanted.urls, *owned), wanted.source_id, wanted.author)


def _nothing(wanted: Wanted) -> str:
    if wanted.article_ids:
        return f"--article {wanted.article_ids[0]}: there is no such article"
    if wanted.source_id:
        return f"--source {wanted.source_id}: nothing of such a source was met"
    if wanted.author:
        return f"--author {wanted.author}: no article names such an author"
    return f"{wanted.urls[0]}: expected an address such as https://www.example.com/read/1"


def _show(plan: Plan) -> None:
    lines = list(plan.lines()) or ["nothing of it is here; it would not be taken in"]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


# ---- where it stands ----


def _records(
    path: Path,
    doomed: Doomed,
    needles: Sequence[str],
    sources: Sequence[Source],
    hosts: set[str],
) -> Iterator[int]:
    """The offsets of the records of an archive that are of a doomed article: its pages, redirects
    to it, and whatever else names it or holds its text but is not the page of another article.

    `hosts`: those of a doomed source, of which everything goes.
    """
    for span in takedown.read_spans(path):
        ref = WarcRef(str(path), span.offset)
        if ref in doomed.pages:
            yield span.offset
        elif ref not in doomed.others:
            facts = takedown.read_facts(span)
            if urlsplit(facts.url).hostname in hosts or (
                _is_about(facts, doomed, sources) or any(each in facts.text for each in needles)
            ):
                yield span.offset


def _spellings(urls: Collection[str]) -> Iterator[str]:
    """What a listing that names one of these addresses holds: their paths, where these tell them
    from others.
    """
    if len(urls) > _MOST_ADDRESSES:
        return
    for url in sorted(urls):
        path = urlsplit(url).path
        yield path if len(path) >= _TELLING_PATH else url


def _is_about(facts: Facts, doomed: Doomed, sources: Sequence[Source]) -> bool:
    """Whether a record is a response of a doomed article's address, or leads there."""
    for url in (facts.url, facts.location):
        if url:
            owned = owner(url, sources)
            form = owned[1] if owned else url
            if url in doomed.urls or identity_key(form) in doomed.keys:
                return True
    return False


def _files(directory: Path, doomed: Doomed) -> Iterator[Path]:
    """Files that are deleted: reports and traces that name it, and what a broken copy left."""
    var = private(directory)
    yield from var.glob("*.new")
    yield from (var / "warc").rglob("*.part")
    reports = directory / "reports"
    for path in [*reports.rglob("*"), var / "errors.log"]:
        if path.is_file() and _names(path, doomed):
            yield path


def _names(path: Path, doomed: Doomed) -> bool:
    text = html.unescape(path.read_text(encoding="utf-8", errors="replace"))
    spaced = " ".join(text.split())
    return any(url in text for url in doomed.urls) or any(
        probe in spaced for probe in doomed.probes
    )
