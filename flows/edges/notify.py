"""Sends messages to channels through Apprise.

A channel is an Apprise URL (Slack, Telegram, e-mail, json://…). It contains tokens and passwords,
so no message, log line, or error of this module quotes any part of it.
"""

import html
import json
import logging
import re
import threading
import warnings
from bisect import bisect_left
from collections.abc import Callable, Mapping
from pathlib import Path

import apprise
from apprise.attachment.file import AttachFile

from flows.errors import DeliveryFailed

# Only Apprise's log says how a delivery went, and it quotes the channel's URL: it is read here, and
# goes nowhere else.
_LOG = logging.getLogger("apprise")
_LOG.setLevel(logging.DEBUG)
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False
_LOGGERS = (_LOG, logging.getLogger("urllib3.connectionpool"))
# How Apprise's services log the status of a response.
_STATUS = re.compile(r"\berror=(\d{3})\b")
# In the body of a response, as Telegram and Discord have it.
_RETRY_AFTER = re.compile(r"(?i)retry[_-]after\W{1,6}(\d+(?:\.\d+)?)")

LIMIT_S = 30.0  # for one delivery, from the connection to the response

# A mention that notifies a whole room.
_MENTIONS_ALL = re.compile(r"(?<![\w/])@(?=(?:everyone|here|channel|all)\b)")
_MARKDOWN = re.compile(r"([\\`*_~|\[\]<>#])")
# A link or a key alone on its line.
_LITERAL_LINE = re.compile(r"https?://\S+|\[[0-9a-f]{16}\]")
_FURTHER_BREAK = re.compile(r"(?<=\n)\n")


def check(channel_url: str) -> str | None:
    """What is wrong with a channel's URL, without quoting any of it; None if Apprise understands
    it. Sends nothing.
    """
    if open_service(channel_url) is None:
        return "holds no URL of a service that Apprise knows"
    return None


class Channel:
    """A channel, kept open for several messages so that Apprise can pace them as the service
    requires.
    """

    def __init__(self, channel_url: str) -> None:
        self._service = open_service(channel_url)
        self._name = type(self._service).__name__

    def send(
        self, title: str, text: str, limit_s: float = LIMIT_S, file: Path | None = None
    ) -> None:
        """Send a message as plain text, once, and wait for the channel's response. A text that is
        too long is cut before its last paragraph. A `file` is attached if the service takes files.

        Raises DeliveryFailed unless the channel accepts it within `limit_s` seconds; it may still
        arrive later.
        """
        if self._service is None:
            raise DeliveryFailed("the channel's URL is not understood")
        title, text = self._fitted(title, text)
        attempt = _Attempt(self._service, self._written_title(title), self._written(text), file)
        attempt.start()
        attempt.join(limit_s)
        if attempt.is_alive():
            raise DeliveryFailed(f"no answer within {limit_s:g} s")
        if attempt.failure:
            raise attempt.failure

    def holds(self, title: str, text: str) -> bool:
        """Whether the channel shows the whole message."""
        return self._service is None or self._fitted(title, text)[1] == text

    # ---- escaping ----

    def _written(self, text: str) -> str:
        """The text, escaped so that the service shows it as it is and notifies nobody by name."""
        text = _MENTIONS_ALL.sub("＠", text)
        if self._name == "NotifySlack" and getattr(self._service, "use_blocks", False):
            return text
        return _ESCAPES.get(self._name, str)(text)

    def _written_title(self, title: str) -> str:
        """The title, escaped likewise. Apprise itself escapes those for Slack."""
        if self._name == "NotifySlack":
            return _MENTIONS_ALL.sub("＠", title)
        return self._written(title)

    # ---- length ----

    def _fitted(self, title: str, text: str) -> tuple[str, str]:
        """Title and text, cut to what the service shows: the text first, then the title, but never
        the first link that stands on a line of its own, nor the text's last paragraph, which has
        the key.
        """
        shortest = _cut_at(text, 0)
        title = _longest(title, lambda cut: self._shows_title(cut, shortest))
        if self._shows(title, text):
            return title, text
        fits = bisect_left(
            range(len(text)), True, key=lambda place: not self._shows(title, _cut_at(text, place))
        )
        return title, _cut_at(text, max(0, fits - 1))

    def _shows(self, title: str, text: str) -> bool:
        """Whether the service shows the whole text with that title."""
        assert self._service is not None
        separate = self._service.title_maxlen > 0
        lines = self._service.body_max_line_count
        if lines and text.count("\n") + 1 + (bool(title) and not separate) > lines:
            return False
        room = min(self._service.body_maxlen, _LIMITS.get(self._name, self._service.body_maxlen))
        used = self._size(text)
        if title and (not separate or self._service.overflow_amalgamate_title):
            used += self._size(title) + len("\r\n")
        return used <= int(room)

    def _shows_title(self, title: str, tail: str) -> bool:
        """Whether the service shows the whole title, and the text's last paragraph with it."""
        assert self._service is not None
        room = self._service.title_maxlen
        return (room <= 0 or self._size(title) <= room) and self._shows(title, tail)

    def _size(self, text: str) -> int:
        """The text's length as the service counts it."""
        size = _SIZES.get(self._name, len)
        if self._name == "NotifyTelegram":  # counts what is left after it has parsed the HTML
            return size(text)
        return size(self._written(text))


_LINK = re.compile(r"(?m)^https?://\S+$")


def _cut_at(text: str, place: int) -> str:
    """A text of which only so many characters are left before its last paragraph, and its first
    link, which stands before that paragraph where it was cut off.
    """
    head, gap, tail = text.rpartition("\n\n")
    if (link := _LINK.search(head)) and place <= link.end():
        place, tail = min(place, link.start()), f"{link[0]}\n{tail}"
    beginning = head[:place].rstrip()
    if not beginning:
        return tail
    return f"{beginning}…{gap}{tail}" if place < len(head) else f"{beginning}{gap}{tail}"


def _longest(text: str, fits: Callable[[str], bool]) -> str:
    """The text if it fits, or else its longest beginning that fits with an ellipsis, or else ''."""
    if fits(text):
        return text

    def cut(length: int) -> str:
        return f"{text[:length].rstrip()}…"

    length = bisect_left(range(len(text)), True, key=lambda length: not fits(cut(length))) - 1
    if length <= 0:
        return ""
    return cut(length)


# ---- services, by the name of their class in Apprise ----


def _markdown(text: str) -> str:
    return "\n".join(
        line if _LITERAL_LINE.fullmatch(line) else _MARKDOWN.sub(r"\\\1", line)
        for line in text.split("\n")
    )


def _html(text: str) -> str:
    """HTML as Telegram reads it (core.telegram.org/bots/api#html-style). Apprise removes blank
    lines from it, but keeps line breaks that are written as character references.
    """
    return _FURTHER_BREAK.sub("&#10;", html.escape(text, quote=False))


def _bytes(text: str) -> int:
    return len(text.encode())


def _json(text: str) -> int:
    """Apprise turns a JSON of more than 8,000 bytes, in which 🚆 takes twelve, into a file."""
    return max(_bytes(text), len(json.dumps(text)) // 2)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


_ESCAPES: Mapping[str, Callable[[str], str]] = {
    # These render Markdown whatever format a message declares.
    "NotifyDiscord": _markdown,
    "NotifyMattermost": _markdown,
    "NotifyZulip": _markdown,
    # This one reads <…> as links and mentions even in plain text.
    "NotifySlack": lambda text: html.escape(text, quote=False),
    "NotifyTelegram": _html,
}

# How services count the length of a text. All others count characters, as Discord does
# (discord-api-docs#1315). Telegram counts positions in UTF-16 and was seen to count lengths either
# way, so the longer one is used. Those that count bytes say so in their manuals, or in Apprise's
# module.
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

# The longest text, if a service accepts less than Apprise believes.
_LIMITS: Mapping[str, int] = {
    "NotifyDingTalk": 20_000,
    "NotifyNtfy": 3_900,  # of 4,096 bytes; a longer one becomes a file or is refused
    "NotifyWeComBot": 2_048,
}


class _Attempt(threading.Thread):
    """One delivery, in a thread that can be abandoned: a receiver that sends a byte now and then
    restarts every read timeout.
    """

    def __init__(
        self, service: apprise.NotifyBase, title: str, text: str, file: Path | None
    ) -> None:
        super().__init__(name="delivery", daemon=True)
        self._service = service
        self._title = title
        self._text = text
        self._file = file
        self.failure: DeliveryFailed | None = DeliveryFailed("the delivery broke off")

    def run(self) -> None:
        outbox = apprise.Apprise(servers=self._service)
        body_format = apprise.NotifyFormat.TEXT
        if type(self._service).__name__ == "NotifyTelegram":  # its text is HTML already
            body_format = apprise.NotifyFormat.HTML
        try:
            with _Overheard() as overheard:
                files = apprise.AppriseAttachment()
                if self._file:
                    file = AttachFile(str(self._file))  # type: ignore[no-untyped-call] # no types
                    files.add(file)
                taken = outbox.notify(
                    self._text, self._title, body_format=body_format, attach=files
                )
        except Exception as error:  # a traceback could print parts of the URL
            self.failure = DeliveryFailed(f"Apprise broke off: {type(error).__name__}")
            return
        self.failure = overheard.failure()
        if taken:
            self.failure = None


class _Overheard(logging.Filter):
    """While entered, keeps what this thread logs about a channel out of every log, and remembers
    why a delivery failed.

    Apprise only returns whether a delivery succeeded: its log tells a status from a lost
    connection.
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
        if self._reason != "HTTP 429":
            return DeliveryFailed(self._reason)
        return DeliveryFailed(self._reason, busy=True, retry_after_s=self._retry_after_s)


def open_service(url: str) -> apprise.NotifyBase | None:
    """The service behind a URL, set to show text as it is: by default some would render a headline
    as Markdown.
    """
    asset = apprise.AppriseAsset(app_id="Kliping", app_desc="Kliping", app_url="", async_mode=False)
    with _Overheard(), warnings.catch_warnings():
        # Apprise's e-mail service imports a module that Python 3.13 dropped.
        warnings.simplefilter("ignore", DeprecationWarning)
        service = apprise.Apprise.instantiate(url.strip(), asset=asset)
    if service is not None:
        service.notify_format = type(service).notify_format
        if service.notify_format == apprise.NotifyFormat.MARKDOWN:
            service.notify_format = apprise.NotifyFormat.TEXT
        # Messages are cut already; cutting them again would remove the link and the key.
        service.overflow_mode = apprise.OverflowMode.UPSTREAM
        service.optional = False  # `optional=yes` in a URL would report every failure as a success
        service.retry = 0  # the outbox retries, and records each attempt
        _wait_for_answer(service)
    return service


def _wait_for_answer(service: apprise.NotifyBase) -> None:
    """Set the service's timeouts to LIMIT_S, unless its URL has `rto` or `cto`. Apprise's default
    is 4 s, and a receiver that accepts a message but responds later would get it again.
    """
    given = vars(service)
    if "socket_read_timeout" not in given:
        service.socket_read_timeout = LIMIT_S
    # smtplib has a single timeout. Elsewhere, nothing has been sent before the connection stands.
    if type(service).__name__ == "NotifyEmail" and "socket_connect_timeout" not in given:
        service.socket_connect_timeout = LIMIT_S
