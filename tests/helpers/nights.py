"""Nights of steps up to extraction, over real HTTP into a real archive and warehouse."""

import asyncio
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from flows.edges.archive import WarcWriter
from flows.edges.processes import Processes
from flows.edges.transports import ArchivingTransport, LiveTransport
from flows.edges.web import Web
from flows.records import Discovery, Look, Source
from flows.steps import discovery, extraction, fetching
from tests.edges.misbehaving import Server
from tests.helpers.clocks import NOW, Time
from tests.helpers.tables import fetch
from warehouse.store import Warehouse


def source(server: Server, *paths: str) -> Source:
    return Source(
        id="loopback",
        name="Loopback",
        home=server.url("/"),
        articles=re.compile(r"/read/"),
        discover=tuple(Discovery("sitemap", server.url(path)) for path in paths),
        min_delay_s=0,
    )


class Nights:
    """Runs the steps up to extraction against one server, night after night. Waiting between tries
    takes no time.
    """

    def __init__(self, directory: Path, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._archives = directory

    def __call__(
        self, outlet: Source, now: datetime = NOW, *, extracts: bool = True
    ) -> tuple[Look, Counter[str]]:
        async def night() -> tuple[Look, Counter[str]]:
            path = self._archives / f"{now:%Y%m%d%H}.warc.gz"
            with WarcWriter(path, software="Kliping/test", created=now) as writer:
                live = ArchivingTransport(
                    LiveTransport(), writer, clock=lambda: now, total_s=3, max_payload=2**20
                )
                clock = Time()
                async with Web(
                    live,
                    version="test",
                    read_timeout_s=1,
                    max_body=2**21,
                    sleep=clock.sleep,
                    clock=clock.read,
                ) as web:
                    since = timedelta(hours=72)
                    look, listed = await discovery.discover(
                        self.warehouse, web, outlet, [outlet], now, since
                    )
                    [look] = discovery.record_found(self.warehouse, [(look, listed)], now, since)
                    waiting = fetching.begin_fetching(self.warehouse, [outlet], now, writer.sync)
                    ends = await fetching.fetch(waiting, web, outlet, lambda done: None)
                    waiting.commit()
                    return look, ends

        look, ends = asyncio.run(night())
        while extracts and extraction.extract_batch(
            self.warehouse, {outlet.id: outlet}, Processes(), now
        ):
            pass
        return look.after(ends), ends

    def archives(self) -> list[Path]:
        return list(self._archives.glob("*.warc.gz"))

    def ends(self, server: Server) -> dict[str, str]:
        """What each link ended as, by path or, off the server, by URL: 'article' or the reason."""
        rejected = fetch(self.warehouse, "select url, reason from rejections")
        landed = fetch(self.warehouse, "select u.url from article_urls u")
        ends = {row["url"]: row["reason"] for row in rejected} | {
            row["url"]: "article" for row in landed
        }
        return {url.removeprefix(server.url("")): end for url, end in ends.items()}
