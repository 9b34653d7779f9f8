"""Alerts to the channels that people read, through Apprise.

A channel is an Apprise URL (Slack, Telegram, e-mail, json://...). It holds tokens and passwords: no message, log line or error of this
module repeats any part of it.
"""

import logging
import re
import threading
import warnings

import apprise

from flows.records import Alert, KlipingError

_LOGGERS = ("apprise", "urllib3.connectionpool")  # where a delivery is logged with the channel's address
logging.getLogger("apprise").setLevel(logging.WARNING)  # its warnings say why a delivery failed, whatever the root logger lets through
_STATUS = re.compile(r"\berror=(\d{3})\b")  # how Apprise's services log the answer to a request


class DeliveryFailed(KlipingError):  # noqa: N818 - an answer of the world, not a mistake
    """The channel did not take the alert; the message says why, without the channel's URL."""


def check(channel_url: str) -> str | None:
    """What is wrong with the URL, without any part of it; None where Apprise understands it. Nothing is sent."""
    return "not a URL of a service that Apprise knows" if _channel(channel_url) is None else None


def deliver(channel_url: str, alert: Alert, limit_s: float = 30.0) -> None:
    """Send the alert as plain text, once, and wait for the channel's answer.

    Raises DeliveryFailed unless the channel took it within `limit_s` seconds. An attempt that is given up may still arrive.
    """
    channel = _channel(channel_url)
    if channel is None:
        raise DeliveryFailed("the channel's URL is not understood")
    attempt = _Attempt(channel, alert)
    attempt.start()
    attempt.join(limit_s)
    if attempt.is_alive():
        raise DeliveryFailed(f"no answer within {limit_s:g} s")
    if not attempt.taken:
        raise DeliveryFailed(attempt.reason)


class _Attempt(threading.Thread):
    """One delivery, in a thread that can be given up: a receiver that sends a byte now and then restarts every read timeout."""

    def __init__(self, channel: apprise.NotifyBase, alert: Alert) -> None:
        super().__init__(name="alert delivery", daemon=True)
        self._channel = channel
        self._alert = alert
        self.taken = False
        self.reason = "the delivery broke off"

    def run(self) -> None:
        outbox = apprise.Apprise(servers=self._channel)
        with _Overheard() as overheard:
            self.taken = bool(outbox.notify(self._alert.text, self._alert.title, body_format=apprise.NotifyFormat.TEXT))
        self.reason = overheard.reason


class _Overheard(logging.Filter):
    """While it is entered, what this thread logs about a channel reaches no log; kept is why a delivery failed.

    Apprise answers yes or no: its log alone tells a status from a lost connection.
    """

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self.reason = "the channel refused it"

    def __enter__(self) -> "_Overheard":
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self._thread:
            return True
        message = record.getMessage()
        if record.levelno >= logging.WARNING and (status := _STATUS.search(message)):
            self.reason = f"HTTP {status[1]}"
        elif record.levelno >= logging.WARNING and "onnection error" in message:
            self.reason = "no connection, or no answer"
        return False


def _channel(url: str) -> apprise.NotifyBase | None:
    """The service behind the URL, made to show text as it is: one whose default is Markdown would render what a headline holds."""
    asset = apprise.AppriseAsset(app_id="Kliping", app_desc="Kliping", app_url="", async_mode=False)
    with _Overheard(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Apprise's e-mail service imports a module that Python 3.13 dropped
        channel = apprise.Apprise.instantiate(url.strip(), asset=asset)
    if channel is not None:
        shown = type(channel).notify_format
        channel.notify_format = apprise.NotifyFormat.TEXT if shown == apprise.NotifyFormat.MARKDOWN else shown
    return channel
