"""Where responses come from: the live web, whose responses are archived as they arrive, or WARC
archives that are replayed.
"""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from flows import __version__
from flows.edges.archive import WarcWriter
from flows.edges.transports import ArchivingTransport, LiveTransport, ReplayTransport
from flows.edges.web import Web
from flows.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class Network:
    """`now`: the run's clock; `sync`: write the archive to the disk; `unreadable`: places in a
    replay's archives that could not be read.
    """

    transport: httpx.AsyncBaseTransport
    live: bool
    now: datetime
    sync: Callable[[], None]
    unreadable: Sequence[str] = ()

    def web(self, contact: str) -> Web:
        """A Web that fetches from here; `contact` goes into the user agent."""
        return Web(self.transport, version=__version__, contact=contact, live=self.live)


@contextmanager
def of(folder: Path, replay: Sequence[Path] | None, now: datetime | None) -> Iterator[Network]:
    """The archives to replay or, without any, the live web with a new archive in `folder`.

    If `now` is None, the clock of a replay is the newest record's date, that of the live web the
    system's.
    """
    started_at = datetime.now(UTC)
    if replay:
        replaying = ReplayTransport([path.resolve() for path in replay], now)
        clock = now or replaying.newest or started_at
        unreadable = [str(place) for place in replaying.unreadable]
        if unreadable and replaying.newest is None:
            raise ArchiveError(f"nothing to replay: {'; '.join(unreadable)}")
        yield Network(replaying, False, clock, lambda: None, unreadable)
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"kliping-{started_at:%Y%m%dT%H%M%S%fZ}.warc.gz"
    with WarcWriter(path, software=f"Kliping/{__version__}", created=started_at) as writer:
        live = ArchivingTransport(LiveTransport(), writer, clock=lambda: now or datetime.now(UTC))
        yield Network(live, True, now or started_at, writer.sync)


@asynccontextmanager
async def passing_web(contact: str) -> AsyncIterator[Web]:
    """The live web, with a temporary archive that is deleted when the block ends."""
    with tempfile.TemporaryDirectory() as folder, of(Path(folder), None, None) as network:
        async with network.web(contact) as web:
            yield web
