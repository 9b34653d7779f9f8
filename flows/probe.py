"""`kliping sources check`: ask every discovery address of a source once, extract one article, and say what came of it."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows import __version__, steps
from flows.edges.archive import WarcWriter
from flows.edges.transports import ArchivingTransport, LiveTransport
from flows.edges.web import Web
from flows.records import Article, Link, Page, Rejection, Source
from flows.stages.extract import extract

SINCE = timedelta(days=7)  # child sitemaps older than this say nothing about whether the source works


async def probe(sources: Sequence[Source], contact: str) -> int:
    """Probe these sources, all at once; 0 when each listed links and gave an article, 1 when some did, 3 when none did."""
    now = datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory() as folder,
        WarcWriter(Path(folder) / "probe.warc.gz", software=f"Kliping/{__version__}", created=now) as writer,
    ):
        live = ArchivingTransport(LiveTransport(), writer, clock=lambda: now)
        async with Web(live, version=__version__, contact=contact) as web:
            sound = await asyncio.gather(*(_probe(web, source, sources, now) for source in sources))
    return 0 if all(sound) else 1 if any(sound) else 3


async def _probe(web: Web, source: Source, sources: Sequence[Source], now: datetime) -> bool:
    found = await steps.list_links(web, source, sources, now, SINCE, lambda url: None)
    lines = [f"{source.id} ({source.name})"]
    lines += [f"  {url}: {count} links to articles" for url, count in found.counts.items()]
    lines += [f"  {note}" for note in found.notes]
    newest = max(found.links.values(), key=lambda link: (link.listed_at or now, link.url), default=None)
    article = await _article(web, source, newest) if newest else None
    if isinstance(article, Article):
        lines += _told(article)
    elif isinstance(article, Rejection):
        lines.append(f"  {article.url}: {article.reason}: {article.detail}")
    sys.stdout.write("\n".join(lines) + "\n")
    return isinstance(article, Article)


async def _article(web: Web, source: Source, link: Link) -> Article | Rejection | None:
    _, fetched = await steps.fetch_link(web, source, link)
    return extract(fetched, source) if isinstance(fetched, Page) else fetched


def _told(article: Article) -> list[str]:
    when = f"{article.published_at} (to the {article.published_precision}, from {article.published_from})" if article.published_at else "-"
    return [
        f"  {article.url}",
        f"    title      {article.title}",
        f"    author     {article.author or '-'}",
        f"    editor     {article.editor or '-'}",
        f"    credit     {article.credit or '-'}",
        f"    published  {when}",
        f"    body       {len(article.body.split())} words",
        *(f"    removed    {cut.rule}: {cut.text[:100]}" for cut in article.removed),
    ]
