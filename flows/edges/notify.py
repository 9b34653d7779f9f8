"""Messages to the channels that people read, through Apprise.

A channel is an Apprise URL (Slack, Telegram, e-mail, json://...). It holds tokens and passwords: no
message, log line or error of this module repeats any part of it.
"""

import html
import json
import logging
import re
import threading
import warnings
from bisect import bisect_left
from collections.abc import Callable, Mapping

import apprise

from flows.errors import DeliveryFailed

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

LIMIT_S = 30.0  # for one delivery, from the connection to the answer

_RINGS = re.compile(
    r"(?<![\w/])@(?=(?:everyone|here|channel|all)\b)"
)  # a name that alarms a whole room
_MARKDOWN = re.compile(r"([\\`*_~|\[\]<>#])")
_LITERAL_LINE = re.compile(
    r"https?://\S+|\[[0-9a-f]{16}\]"
)  # a link or a key that stands alone in its line
_FURTHER_BREAK = re.compile(r"(?<=\n)\n")


def check(channel_url: str) -> str | None:
    """What is wrong with the URL, without any part of it; None where Apprise understands it.
    Nothing is sent.
    """
    return (
        "holds no URL of a service that Apprise knows"
        if open_service(channel_url) is None
        else None
    )


class Channel:
    """A channel that stays open for some messages, because Apprise keeps each service's own pace
    between them.
    """

    def __init__(self, channel_url: str) -> None:
        self._service = open_service(channel_url)
        self._name = type(self._service).__name__

    def send(self, title: str, text: str, limit_s: float = LIMIT_S) -> None:
        """Send the message as plain text, once, and wait for the channel's answer. What is too long
        loses the end of its first part.

        Raises DeliveryFailed unless the channel took it within `limit_s` seconds. An attempt that
        is given up may still arrive.
        """
        if self._service is None:
            raise DeliveryFailed("the channel's URL is not understood")
        title, text = self._fitted(title, text)
        attempt = _Attempt(self._service, self._written_title(title), self._written(text))
        attempt.start()
        attempt.join(limit_s)
        if attempt.is_alive():
            raise DeliveryFailed(f"no answer within {limit_s:g} s")
        if attempt.failure:
            raise attempt.failure

    def holds(self, title: str, text: str) -> bool:
        """Whether the channel shows the whole message."""
        return self._service is None or self._fitted(title, text)[1] == text

    # ---- how a text is written ----

    def _written(self, text: str) -> str:
        """The text written so that the service shows it as it is, and rings for nobody."""
        text = _RINGS.sub("＠", text)
        if self._name == "NotifySlack" and getattr(self._service, "use_blocks", False):
            return text
        return _WRITTEN.get(self._name, str)(text)

    def _written_title(self, title: str) -> str:
        """Apprise escapes Slack's titles itself."""
        return _RINGS.sub("＠", title) if self._name == "NotifySlack" else self._written(title)

    # ---- how much of it there is room for ----

    def _fitted(self, title: str, text: str) -> tuple[str, str]:
        """Both, cut to what the service shows: first the text, then the title, never the text's
        last paragraph, which holds link and key.
        """
        head, gap, tail = text.rpartition("\n\n")
        title = _longest(title, lambda cut: self._shows_title(cut, tail))
        if self._shows(title, text):
            return title, text
        cut = _longest(head, lambda cut: self._shows(title, f"{cut}{gap}{tail}"))
        return title, f"{cut}{gap}{tail}" if cut else tail

    def _shows(self, title: str, text: str) -> bool:
        """Whether the service shows the text beside that title."""
        assert self._service is not None
        separate = self._service.title_maxlen > 0
        lines = self._service.body_max_line_count
        if lines and text.count("\n") + 1 + (bool(title) and not separate) > lines:
            return False
        room = min(self._service.body_maxlen, _LIMITS.get(self._name, self._service.body_maxlen))
        shared = not separate or self._service.overflow_amalgamate_title
        return self._size(text) + (self._size(title) + 2 if shared and title else 0) <= int(room)

    def _shows_title(self, title: str, tail: str) -> bool:
        """Whether the service shows the title and leaves room for the text's last paragraph."""
        assert self._service is not None
        room = self._service.title_maxlen
        return (room <= 0 or self._size(title) <= room) and self._shows(title, tail)

    def _size(self, text: str) -> int:
        """The text's length as the service counts it."""
        # Telegram counts what is left when its HTML is read
        counted = text if self._name == "NotifyTelegram" else self._written(text)
        return _SIZES.get(self._name, len)(counted)


def _longest(text: str, fits: Callable[[str], bool]) -> str:
    """The text or, where it does not fit, its longest beginning with a sign that does; else ''."""
    if fits(text):
        return text

    def cut(length: int) -> str:
        return f"{text[:length].rstrip()}…"

    length = bisect_left(range(len(text)), True, key=lambda length: not fits(cut(length))) - 1
    return cut(length) if length > 0 else ""


# ---- what services are like, by the name of their class in Apprise ----


def _markdown(text: str) -> str:
    return "\n".join(
        line if _LITERAL_LINE.fullmatch(line) else _MARKDOWN.sub(r"\\\1", line)
        for line in text.split("\n")
    )


def _html(text: str) -> str:
    """Apprise takes blank lines out of what it sends to Telegram; a line break that is written as a
    number stays, and Telegram reads it (core.telegram.org/bots/api#html-style).
    """
    return _FURTHER_BREAK.sub("&#10;", html.escape(text, quote=False))


def _bytes(text: str) -> int:
    return len(text.encode())


def _json(text: str) -> int:
    """Apprise makes a file of a JSON of more than 8,000 bytes, in which 🚆 has twelve."""
    return max(_bytes(text), len(json.dumps(text)) // 2)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


_WRITTEN: Mapping[str, Callable[[str], str]] = {
    # these render Markdown whatever format a message declares
    "NotifyDiscord": _markdown,
    "NotifyMattermost": _markdown,
    "NotifyZulip": _markdown,
    # this reads <...> as links and mentions in plain text too
    "NotifySlack": lambda text: html.escape(text, quote=False),
    "NotifyTelegram": _html,
}

# The others count characters, as Discord does (discord-api-docs#1315). Telegram counts the places
# of its markup in UTF-16, and was seen to count a message's length in either: the longer one is
# safe. The services that count bytes say so in their manuals, or in Apprise's module.
_SIZES: Mapping[str, Callable[[str], int]] = {
    "NotifyTelegram": _utf16,
    "NotifyLine": _utf16,  # developers.line.biz/en/docs/messaging-api/text-character-count
    "NotifyRocketChat": _utf16,  # Rocket.Chat#10422
    "NotifyDingTalk": _bytes,
    "NotifyFeishu": _bytes,
    "NotifyIRC": _bytes,
    "NotifyMatrix": _bytes,
    "NotifyNtfy": _json,
    "NotifyPinglet": _bytes,
    "NotifyPushy": _bytes,
    "NotifyThreema": _bytes,
    "NotifyVapid": _bytes,
    "NotifyViber": _bytes,
    "NotifyWeChat": _bytes,
    "NotifyWeComBot": _bytes,
    "NotifyWebexTeams": _bytes,
}

# where a service takes less than Apprise believes
_LIMITS: Mapping[str, int] = {
    "NotifyDingTalk": 20_000,
    "NotifyNtfy": 3_900,  # 4,096 bytes; a longer one becomes a file, or is refused
    "NotifyWeComBot": 2_048,
}


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
        # of a text that is HTML already nothing is escaped twice
        written = type(self._service).__name__ == "NotifyTelegram"
        body_format = apprise.NotifyFormat.HTML if written else apprise.NotifyFormat.TEXT
        try:
            with _Overheard() as overheard:
                taken = outbox.notify(self._text, self._title, body_format=body_format)
        except Exception as error:  # an end with a trace would print what it holds of the URL
            self.failure = DeliveryFailed(f"Apprise broke off: {type(error).__name__}")
        else:
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


def open_service(url: str) -> apprise.NotifyBase | None:
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
        service.retry = 0  # the outbox tries again, and records each attempt
        _wait_for_answer(service)
    return service


def _wait_for_answer(service: apprise.NotifyBase) -> None:
    """Have the service wait for an answer as long as a delivery may take, unless its URL says
    `rto` or `cto`: Apprise waits for 4 s, and who takes a message and answers later would get it
    again.
    """
    given = vars(service)
    if "socket_read_timeout" not in given:
        service.socket_read_timeout = LIMIT_S
    # smtplib has one timeout for all; elsewhere nothing was sent while nobody has answered a call
    if type(service).__name__ == "NotifyEmail" and "socket_connect_timeout" not in given:
        service.socket_connect_timeout = LIMIT_S
