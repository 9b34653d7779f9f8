"""Messages to the channels that people read, through Apprise.

A channel is an Apprise URL (Slack, Telegram, e-mail, json://...). It holds tokens and passwords: no
message, log line or error of this module repeats any part of it.
"""

import logging
import re
import threading
import warnings

import apprise

from flows.records import KlipingError

# How a delivery went stands in the logs alone, with the channel's address: they are read here, and
# go nowhere.
_LOG = logging.getLogger("apprise")
_LOG.setLevel(logging.DEBUG)
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False
_LOGGERS = (_LOG, logging.getLogger("urllib3.connectionpool"))
_STATUS = re.compile(r"\berror=(\d{3})\b")  # how Apprise's services log the answer to a request
_RETRY_AFTER = re.compile(
    r"(?i)retry[_-]after\W{1,6}(\d+(?:\.\d+)?)"
)  # in the answer itself, as Telegram and Discord have it

_RINGS = re.compile(
    r"(?<![\w/])@(?=(?:everyone|here|channel|all)\b)"
)  # a name that alarms a whole room
_MARKDOWN = re.compile(r"([\\`*_~|\[\]<>#])")
_RENDERS_MARKDOWN = (
    "NotifyDiscord",
    "NotifyMattermost",
    "NotifyZulip",
)  # whatever format a message declares
_LITERAL_LINE = re.compile(
    r"https?://\S+|\[[0-9a-f]{16}\]"
)  # a link or a key that stands alone in its line


class DeliveryFailed(KlipingError):  # noqa: N818 - an answer of the world, not a mistake
    """The channel did not take the message; it says why, without the channel's URL.

    `busy`: the channel asks for fewer messages; `retry_after_s`: and for how long to wait, where it
    says so.
    """

    def __init__(self, reason: str, busy: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.busy = busy
        self.retry_after_s = retry_after_s


def check(channel_url: str) -> str | None:
    """What is wrong with the URL, without any part of it; None where Apprise understands it.
    Nothing is sent.
    """
    return "holds no URL of a service that Apprise knows" if _service(channel_url) is None else None


class Channel:
    """A channel that stays open for some messages, because Apprise keeps each service's own pace
    between them.
    """

    def __init__(self, channel_url: str) -> None:
        self._service = _service(channel_url)

    def send(self, title: str, text: str, limit_s: float = 30.0) -> None:
        """Send the message as plain text, once, and wait for the channel's answer. What is too long
        loses the end of its first part.

        Raises DeliveryFailed unless the channel took it within `limit_s` seconds. An attempt that
        is given up may still arrive.
        """
        if self._service is None:
            raise DeliveryFailed("the channel's URL is not understood")
        title, text = self._shown_title(title), self._shown(text)
        attempt = _Attempt(self._service, title, _fit(text, self._room(title)))
        attempt.start()
        attempt.join(limit_s)
        if attempt.is_alive():
            raise DeliveryFailed(f"no answer within {limit_s:g} s")
        if attempt.failure:
            raise attempt.failure

    def holds(self, title: str, text: str) -> bool:
        """Whether the channel shows the whole message."""
        return self._service is None or len(self._shown(text)) <= self._room(
            self._shown_title(title)
        )

    def _room(self, title: str) -> int:
        """For the text, in characters."""
        assert self._service is not None
        shared = self._service.title_maxlen <= 0 or self._service.overflow_amalgamate_title
        return int(self._service.body_maxlen) - (len(title) + 2 if shared else 0)

    def _shown_title(self, title: str) -> str:
        assert self._service is not None
        return self._literal(title)[: self._service.title_maxlen or None]

    def _shown(self, text: str) -> str:
        """The text written so that the service shows it as it is, and rings for nobody."""
        text = self._literal(text)
        if type(self._service).__name__ == "NotifySlack" and not getattr(
            self._service, "use_blocks", False
        ):
            # it reads <...> as links and mentions in plain text too; Apprise escapes the title
            return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return text

    def _literal(self, text: str) -> str:
        text = _RINGS.sub("＠", text)
        if type(self._service).__name__ not in _RENDERS_MARKDOWN:
            return text
        return "\n".join(
            line if _LITERAL_LINE.fullmatch(line) else _MARKDOWN.sub(r"\\\1", line)
            for line in text.split("\n")
        )


class _Attempt(threading.Thread):
    """One delivery, in a thread that can be given up: a receiver that sends a byte now and then
    restarts every read timeout.
    """

    def __init__(self, service: apprise.NotifyBase, title: str, text: str) -> None:
        super().__init__(name="delivery", daemon=True)
        self._service = service
        self._title = title
        self._text = text
        self.failure: DeliveryFailed | None = DeliveryFailed("the delivery broke off")

    def run(self) -> None:
        outbox = apprise.Apprise(servers=self._service)
        with _Overheard() as overheard:
            taken = outbox.notify(self._text, self._title, body_format=apprise.NotifyFormat.TEXT)
        self.failure = None if taken else overheard.failure()


class _Overheard(logging.Filter):
    """While it is entered, what this thread logs about a channel reaches no log; kept is why a
    delivery failed.

    Apprise answers yes or no: its log alone tells a status from a lost connection.
    """

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self._reason = "the channel refused it"
        self._retry_after_s: float | None = None

    def __enter__(self) -> "_Overheard":
        for logger in _LOGGERS:
            logger.addFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        for logger in _LOGGERS:
            logger.removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self._thread:
            return True
        message = record.getMessage()
        if record.levelno >= logging.WARNING and (status := _STATUS.search(message)):
            self._reason = f"HTTP {status[1]}"
        elif record.levelno >= logging.WARNING and "onnection error" in message:
            self._reason = "no connection, or no answer"
        elif message.startswith("Response Details") and (wait := _RETRY_AFTER.search(message)):
            self._retry_after_s = float(wait[1])
        return False

    def failure(self) -> DeliveryFailed:
        busy = self._reason == "HTTP 429"
        return DeliveryFailed(self._reason, busy, self._retry_after_s if busy else None)


def _service(url: str) -> apprise.NotifyBase | None:
    """The service behind the URL, made to show text as it is: one whose default is Markdown would
    render what a headline holds.
    """
    asset = apprise.AppriseAsset(app_id="Kliping", app_desc="Kliping", app_url="", async_mode=False)
    with _Overheard(), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # Apprise's e-mail service imports a module that Python 3.13 dropped
        service = apprise.Apprise.instantiate(url.strip(), asset=asset)
    if service is not None:
        shown = type(service).notify_format
        service.notify_format = (
            apprise.NotifyFormat.TEXT if shown == apprise.NotifyFormat.MARKDOWN else shown
        )
        service.overflow_mode = (
            apprise.OverflowMode.UPSTREAM
        )  # messages come cut; a second cut would take link and key
        service.optional = False  # `optional=yes` in a URL would call every failure a success
    return service


def _fit(text: str, room: int) -> str:
    """The text in so many characters: the last paragraph, which holds link and key, stays, and what
    stands before it loses its end.
    """
    if len(text) <= room:
        return text
    head, _, tail = text.rpartition("\n\n")
    left = room - len(tail) - len("…\n\n")
    return f"{head[:left].rstrip()}…\n\n{tail}" if left > 0 else tail
