"""A dead man's switch: an address that hears of every run, and raises an alarm when it hears
nothing. It follows the convention of healthchecks.io: /start, the address itself for success, and
/fail.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from flows.errors import BusyError

TIMEOUT_S = 5.0
_MOST_TEXT = 10_000  # characters; healthchecks.io keeps 100 kB


def ping(address: str, event: str = "", text: str = "") -> str | None:
    """Tell an address of an event: 'start', 'fail', or '' for success. Returns what went wrong, if
    anything, without the address, which is a secret.
    """
    url = f"{address.rstrip('/')}/{event}".rstrip("/")
    try:
        answer = httpx.post(
            url, content=text[:_MOST_TEXT].encode(), timeout=TIMEOUT_S, follow_redirects=True
        )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError) as error:
        return f"KLIPING_PING_URL: {event or 'success'}: {type(error).__name__}"
    if answer.is_success:
        return None
    return f"KLIPING_PING_URL: {event or 'success'}: it answers {answer.status_code}"


@dataclass(frozen=True, slots=True)
class Pings:
    """Tells an address of one run, or nobody if it is ''. `complain`: is told what went wrong: that
    never fails a run.
    """

    address: str
    complain: Callable[[str], None]

    def started(self) -> None:
        """The run holds the lock, and begins."""
        self._ping("start", "")

    def ended(self, text: str, *, well: bool) -> None:
        """The run has ended, and what it says of itself."""
        self._ping("" if well else "fail", text)

    def _ping(self, event: str, text: str) -> None:
        if self.address and (wrong := ping(self.address, event, text)):
            self.complain(wrong)


@contextmanager
def pinging(address: str, complain: Callable[[str], None]) -> Iterator[Pings]:
    """Pings of one run, also of an error that breaks it off. A run that found another one at work
    says nothing: that one does.
    """
    pings = Pings(address, complain)
    try:
        yield pings
    except BusyError:
        raise
    except Exception as error:
        pings.ended(f"{type(error).__name__}: {error}", well=False)
        raise
