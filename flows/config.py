"""sources.yaml, topics.yaml and the KLIPING_* settings become records; every mistake is named by
file, line, key and what is expected.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from string import Formatter
from typing import Literal, TypeVar, get_args
from unicodedata import normalize
from urllib.parse import urlsplit
from warnings import catch_warnings
from zoneinfo import ZoneInfo

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

from flows.errors import ConfigError
from flows.records import (
    AlertKind,
    Discovery,
    DiscoveryKind,
    Escalation,
    Expect,
    Nearness,
    Quiet,
    Source,
    SourceKind,
    TermGroup,
    Topic,
    stable_id,
)
from flows.stages.watch.topics import MATCHER_VERSION
from flows.yamlfile import Keys, Mistake, Place, YamlFile, did_you_mean

T = TypeVar("T")

_STATUSES: tuple[Literal["active", "archive"], ...] = ("active", "archive")
_NEARNESS: tuple[Nearness, ...] = ("sentence", "paragraph")
_KINDS: tuple[AlertKind, ...] = get_args(AlertKind)
LOOKBACK = timedelta(hours=72)  # of a run; and how old an article may be that alerts
_NO_PATTERN = re.compile(
    r"(?!)"
)  # in place of one that could not be read, until the mistakes are reported


@dataclass(frozen=True, slots=True)
class Settings:
    """What is not the work itself, from KLIPING_* variables."""

    model: (
        str  # KLIPING_MODEL: the embedding model's name; '' for the one that comes with the program
    )
    # KLIPING_CONTACT: the address in the user agent where an outlet can complain; '' for none
    contact: str

    @staticmethod
    def from_environ(environ: Mapping[str, str]) -> "Settings":
        """The settings; an unset or empty variable has its default. Raises ConfigError."""
        contact = environ.get("KLIPING_CONTACT", "").strip()
        if contact and not re.fullmatch(r"https?://[!-~]+|[!-?A-~]{1,64}@[!-~]+", contact):
            raise ConfigError(
                f"KLIPING_CONTACT: expected an e-mail address or a web address; got {contact!r}"
            )
        return Settings(environ.get("KLIPING_MODEL", "").strip(), contact)


def load_sources(path: Path) -> tuple[Source, ...]:
    """The sources of a sources.yaml, in its order. Raises ConfigError."""
    file = YamlFile(path)
    keys = file.root().keys(required=("version", "sources"), optional=("defaults",))
    keys.read("version", _version, 1)
    common = keys.read("defaults", _common, _Common())
    ids: dict[str, int] = {}
    sources = keys.read(
        "sources", _list_of(lambda place: _source(place, common, ids), optional=False), ()
    )
    file.report()
    return sources


Check = Callable[
    [str], str | None
]  # what is wrong with a channel's address, without any part of it


def load_topics(
    path: Path,
    environ: Mapping[str, str] | None,
    check: Check = lambda address: None,
    *,
    inactive: bool = False,
) -> tuple[tuple[Topic, ...], Mapping[str, str]]:
    """The active topics of a topics.yaml, and the Apprise URL of each channel that one of them
    names. Raises ConfigError.

    `environ` holds the channels' addresses; None for a command that does not alert: then no channel
    is looked up. `inactive`: those topics too that are not watched for.
    """
    file, keys, channels = _read_topics(path)
    ids: dict[str, int] = {}
    declared = keys.read("topics", _list_of(lambda place: _topic(place, channels, ids)), ())
    topics = [topic for topic in declared if topic.active or inactive]
    used = {
        name
        for topic in topics
        for name in (*topic.channels, *(topic.escalate.to if topic.escalate else ()))
    }
    addresses = (
        {name: _address(channels[name], environ, check) for name in channels if name in used}
        if environ is not None
        else {}
    )
    file.report()
    return tuple(topics), addresses


def load_channels(
    path: Path, environ: Mapping[str, str], only: str | None, check: Check
) -> Mapping[str, str]:
    """The Apprise URL of each channel that a topics.yaml declares, or of one, whether a topic names
    it or not. Raises ConfigError.
    """
    file, _, channels = _read_topics(path)
    if only and only not in channels:
        known = f"declared are {', '.join(channels)}" if channels else "none is declared"
        raise ConfigError(f"{path}: {only}: no such channel; {known}")
    addresses = {
        name: _address(place, environ, check)
        for name, place in channels.items()
        if only in (None, name)
    }
    file.report()
    return addresses


def _read_topics(path: Path) -> tuple[YamlFile, Keys, dict[str, Place]]:
    file = YamlFile(path)
    keys = file.root().keys(required=("version", "topics"), optional=("channels",))
    keys.read("version", _version, 1)
    return file, keys, keys.read("channels", _channels, {})


def choose(declared: Sequence[Source], only: Sequence[str], replaying: bool) -> list[Source]:
    """The sources to look at: the active ones, in a replay those of the archive too, of the given
    ids if there are any.
    """
    known = [source.id for source in declared]
    if unknown := [wanted for wanted in only if wanted not in known]:
        raise ConfigError(f"{unknown[0]}: no such source; known are {', '.join(known)}")
    chosen = [
        source
        for source in declared
        if (not only or source.id in only) and (replaying or source.status == "active")
    ]
    if not chosen:
        raise ConfigError(
            "no source to look at: those with status archive are for backfill and replay only"
        )
    return chosen


# ---- sources.yaml ----


@dataclass(frozen=True, slots=True)
class _Common:
    """What `defaults` sets for all sources and a source may set for itself."""

    language: str = "id"
    timezone: str = "Asia/Jakarta"
    min_delay_s: float = 5.0


_COMMON_KEYS = ("language", "timezone", "min_delay_s")


def _common(place: Place) -> _Common:
    return _read_common(place.keys(optional=_COMMON_KEYS), _Common())


def _read_common(keys: Keys, default: _Common) -> _Common:
    return _Common(
        language=keys.read("language", _language, default.language),
        timezone=keys.read("timezone", _timezone, default.timezone),
        min_delay_s=keys.read("min_delay_s", _seconds, default.min_delay_s),
    )


def _source(place: Place, default: _Common, ids: dict[str, int]) -> Source:
    keys = place.keys(
        required=("id", "name", "home", "articles"),
        optional=(
            "kind",
            "status",
            "discover",
            "full_page",
            "container",
            "prune",
            "strip",
            "keep",
            "expect",
            *_COMMON_KEYS,
        ),
    )
    common = _read_common(keys, default)
    return Source(
        id=keys.read("id", _new_id(ids), ""),
        name=keys.read("name", _text, ""),
        home=keys.read("home", _url, ""),
        articles=keys.read("articles", _pattern, _NO_PATTERN),
        kind=keys.read("kind", _one_of(get_args(SourceKind)), "press"),
        status=keys.read("status", _one_of(_STATUSES), "active"),
        discover=keys.read("discover", _list_of(_discovery), ()),
        full_page=keys.read("full_page", _parameters, {}),
        container=keys.read("container", _list_of(_selector), ()),
        prune=keys.read("prune", _list_of(_selector), ()),
        strip=keys.read("strip", _list_of(_pattern), ()),
        keep=keys.read("keep", _list_of(_pattern), ()),
        expect=keys.read("expect", _expect, Expect()),
        language=common.language,
        timezone=common.timezone,
        min_delay_s=common.min_delay_s,
    )


def _discovery(place: Place) -> Discovery:
    keys = place.keys(required=("kind", "url"), optional=("pages",))
    url = keys.read("url", _url_template, "")
    pages = keys.read("pages", _whole(1, 100), 1)
    if pages > 1 and url and "{page}" not in url:
        keys.places["pages"].wrong("only where the url holds {page}")
    return Discovery(keys.read("kind", _one_of(get_args(DiscoveryKind)), "rss"), url, pages)


def _expect(place: Place) -> Expect:
    keys = place.keys(optional=("min_links", "silent_after"))
    return Expect(
        keys.read("min_links", _whole(0, 100_000), 0), keys.read("silent_after", _duration, None)
    )


def _parameters(place: Place) -> dict[str, str]:
    return {
        name: value for name, at in place.named().items() for value in at.attempt(_text_or_number)
    }


# ---- topics.yaml ----


def _channels(place: Place) -> dict[str, Place]:
    """The places of the environment variables' names."""
    channels = {}
    for name, channel in place.named().items():
        for keys in channel.attempt(lambda place: place.keys(required=("env",))):
            if keys.read("env", _variable, ""):
                channels[name] = keys.places["env"]
    return channels


def _address(variable: Place, environ: Mapping[str, str], check: Check) -> str:
    """A channel's Apprise URL; never part of a message, because it holds the channel's password."""
    address = environ.get(variable.value, "").strip()
    wrong = (
        "holds something else"
        if not re.match(r"[a-z0-9+.-]{1,40}://.", address, re.IGNORECASE)
        else check(address)
    )
    if wrong or not address:
        expected = f"the environment variable {variable.value} to hold an Apprise URL such as json://host/path"
        variable.wrong(f"{expected}; it {wrong if address else 'is not set'}")
    return address


def _topic(place: Place, channels: Mapping[str, Place], ids: dict[str, int]) -> Topic:
    keys = place.keys(
        required=("id", "title", "all_of"), optional=("near", "none_of", "alert", "active")
    )
    names_of_groups: dict[str, int] = {}
    all_of = keys.read(
        "all_of", _list_of(lambda place: _term_group(place, names_of_groups), optional=False), ()
    )
    near: Nearness = keys.read("near", _one_of(_NEARNESS), "sentence")
    none_of = keys.read("none_of", _list_of(_term), ())
    alert = keys.read("alert", lambda place: _alert(place, channels), _Alert())
    return Topic(
        id=keys.read("id", _new_id(ids), ""),
        title=keys.read("title", _text, ""),
        all_of=all_of,
        none_of=none_of,
        channels=alert.channels,
        max_age=alert.max_age,
        version=_topic_version(all_of, near, none_of),
        near=near,
        active=keys.read("active", _truth, True),
        kinds=alert.kinds,
        quiet=alert.quiet,
        digest=alert.digest,
        heartbeat=alert.heartbeat,
        escalate=alert.escalate,
    )


@dataclass(frozen=True, slots=True)
class _Alert:
    """What `alert` says of a topic."""

    channels: tuple[str, ...] = ()
    max_age: timedelta = LOOKBACK
    kinds: tuple[AlertKind, ...] = _KINDS
    quiet: Quiet | None = None
    digest: bool = False
    heartbeat: bool = False
    escalate: Escalation | None = None


def _alert(place: Place, channels: Mapping[str, Place]) -> _Alert:
    keys = place.keys(
        optional=(
            "channels",
            "max_age",
            "kinds",
            "quiet",
            "timezone",
            "digest",
            "heartbeat",
            "escalate",
        )
    )
    channel = _one_of(tuple(channels), what="a channel declared under `channels`")
    zone = keys.read("timezone", _timezone, "Asia/Jakarta")
    if "timezone" in keys.places and "quiet" not in keys.places:
        keys.places["timezone"].wrong("only beside quiet, whose hours it tells")
    return _Alert(
        channels=tuple(dict.fromkeys(keys.read("channels", _list_of(channel), ()))),
        max_age=keys.read("max_age", _duration, LOOKBACK),
        kinds=keys.read("kinds", _kinds, _KINDS),
        quiet=keys.read("quiet", lambda place: _quiet(place, zone), None),
        digest=keys.read("digest", _truth, False),
        heartbeat=keys.read("heartbeat", _truth, False),
        escalate=keys.read("escalate", lambda place: _escalation(place, channel), None),
    )


def _kinds(place: Place) -> tuple[AlertKind, ...]:
    kinds = _list_of(_one_of(_KINDS), optional=False)(place)
    if kinds and "new_story" not in kinds:
        raise Mistake(
            place, "expected new_story among them: the others tell how an alerted story goes on"
        )
    return kinds


def _quiet(place: Place, zone: str) -> Quiet:
    match = re.fullmatch(
        r"([01]\d|2[0-3])[:.]([0-5]\d)\s*[-–]\s*([01]\d|2[0-3])[:.]([0-5]\d)", place.value
    )
    if not match or match.groups()[:2] == match.groups()[2:]:
        raise Mistake(place, "expected hours such as '22:00-06:00'")
    return Quiet(time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4])), zone)


def _escalation(place: Place, channel: Callable[[Place], str]) -> Escalation:
    keys = place.keys(required=("to",), optional=("after",))
    return Escalation(
        keys.read("to", _list_of(channel, optional=False), ()),
        keys.read("after", _duration, timedelta(hours=1)),
    )


def _term_group(place: Place, taken: dict[str, int]) -> TermGroup:
    keys = place.keys(required=("name", "any"))
    return TermGroup(
        keys.read("name", lambda place: _distinct(place, _text(place), "a name", taken), ""),
        keys.read("any", _list_of(_term, optional=False), ()),
    )


def _topic_version(all_of: tuple[TermGroup, ...], near: Nearness, none_of: tuple[str, ...]) -> str:
    """The hash of what decides a match: the matcher's version, terms and nearness; not the order of terms, nor
    names, title and channels.
    """
    groups = sorted(sorted(group.any) for group in all_of)
    return stable_id(f"topic {MATCHER_VERSION}", repr(groups), near, repr(sorted(none_of)))


# ---- the values ----


def _version(place: Place) -> int:
    if place.tag != "int" or place.value != "1":
        raise Mistake(place, "expected 1")
    return 1


def _text(place: Place) -> str:
    if place.tag != "str":
        quotes = ": put it in quotes" if place.tag in ("bool", "int", "float", "timestamp") else ""
        raise Mistake(place, f"expected text{quotes}")
    if not (text := place.value.strip()):
        raise Mistake(place, "expected text")
    return text


def _text_or_number(place: Place) -> str:
    return place.value if place.tag in ("int", "float") else _text(place)


def _term(place: Place) -> str:
    term = " ".join(normalize("NFC", _text(place)).split())
    if not re.fullmatch(r"\*?[^*]+\*?", term) or not re.search(r"\w", term):
        raise Mistake(place, "expected a word or phrase, with * at its beginning or end only")
    return term


def _whole(at_least: int, at_most: int) -> Callable[[Place], int]:
    def read(place: Place) -> int:
        text = place.value if place.tag == "int" else ""
        if not re.fullmatch(r"\d{1,9}", text) or not at_least <= int(text) <= at_most:
            raise Mistake(place, f"expected a whole number from {at_least} to {at_most}")
        return int(text)

    return read


def _seconds(place: Place) -> float:
    text = place.value if place.tag in ("int", "float") else ""
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", text) or float(text) > 3600:
        raise Mistake(place, "expected a number of seconds from 0 to 3600")
    return float(text)


def _truth(place: Place) -> bool:
    if place.tag != "bool":
        raise Mistake(place, "expected true or false")
    return place.value.lower() in ("true", "yes", "on")


def parse_duration(text: str) -> timedelta:
    """90s, 30m, 36h or 2d. Raises ValueError."""
    match = re.fullmatch(r"([1-9]\d{0,4})([smhd])", text)
    if not match:
        raise ValueError(f"expected a duration such as 90s, 30m, 36h or 2d, got {text!r}")
    units = {
        "s": timedelta(seconds=1),
        "m": timedelta(minutes=1),
        "h": timedelta(hours=1),
        "d": timedelta(days=1),
    }
    return int(match[1]) * units[match[2]]


def _duration(place: Place) -> timedelta:
    try:
        return parse_duration(place.value)
    except ValueError as error:
        raise Mistake(place, "expected a duration such as 90s, 30m, 36h or 2d") from error


def _one_of(choices: tuple[T, ...], what: str = "") -> Callable[[Place], T]:
    def read(place: Place) -> T:
        text = place.value if place.tag == "str" else None
        for choice in choices:
            if choice == text:
                return choice
        names = [str(choice) for choice in choices]
        what_and_names = (
            what
            if what and not names
            else f"{what + ': ' if what else ''}one of {', '.join(names)}"
        )
        raise Mistake(place, f"expected {what_and_names}{did_you_mean(text, names)}")

    return read


def _new_id(taken: dict[str, int]) -> Callable[[Place], str]:
    def read(place: Place) -> str:
        text = _text(place)
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", text):
            raise Mistake(place, "expected an id of lower-case letters, digits, - and _")
        return _distinct(place, text, "an id", taken)

    return read


def _distinct(place: Place, text: str, what: str, taken: dict[str, int]) -> str:
    if text in taken:
        raise Mistake(place, f"expected {what} of its own, not the one of line {taken[text]}")
    taken[text] = place.line
    return text


def _pattern(place: Place) -> re.Pattern[str]:
    text = _text(place)
    try:
        with catch_warnings(action="ignore"):  # of what a later Python may read otherwise
            return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:  # a{99999999999}, ((((…
        raise Mistake(place, f"expected a regular expression ({_why(error)})") from error


def _why(error: Exception) -> str:
    return "too deep" if isinstance(error, RecursionError) else str(error)


def _selector(place: Place) -> str:
    text = _text(place)
    try:
        etree.Element("html").xpath(HTMLTranslator().css_to_xpath(text))
    except (SelectorError, etree.XPathError, ValueError, RecursionError) as error:
        raise Mistake(place, f"expected a CSS selector ({_why(error)})") from error
    return text


def _url(place: Place) -> str:
    text = _text(place)
    _check_url(place, text)
    return text


def _url_template(place: Place) -> str:
    """A URL that may hold {page} and {date:…}."""
    text = _text(place)
    try:
        fields = [
            (name, form, conversion)
            for _, name, form, conversion in Formatter().parse(text)
            if name is not None
        ]
        known = all(
            name in ("page", "date") and not conversion and not (name == "page" and form)
            for name, form, conversion in fields
        )
        url = text.format(page=1, date=date(2024, 1, 31)) if known else ""
    except (ValueError, LookupError):  # a placeholder inside of another one
        url = ""
    if not url:
        raise Mistake(
            place, "expected a URL whose only placeholders are {page} and {date:%Y-%m-%d}"
        )
    _check_url(place, url)
    return text


def _check_url(place: Place, url: str) -> None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        usable = (
            parts.scheme in ("http", "https")
            and re.fullmatch(r"[a-z0-9._:-]+", host)
            and parts.port != 0
            and not re.search(r"\s", url)
        )
    except ValueError:
        usable = False
    if not usable:
        raise Mistake(place, "expected a URL such as https://www.example.com/")


def _timezone(place: Place) -> str:
    text = _text(place)
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise Mistake(place, "expected a time zone such as Asia/Jakarta") from error
    return text


def _language(place: Place) -> str:
    text = _text(place)
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", text):
        raise Mistake(place, "expected a language code such as id or en")
    return text


def _variable(place: Place) -> str:
    text = place.value if place.tag == "str" else ""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        place.wrong(
            "the name of an environment variable, such as KLIPING_DESK_URL; the address itself belongs in that variable"
        )
        return ""
    return text


def _list_of(read: Callable[[Place], T], optional: bool = True) -> Callable[[Place], tuple[T, ...]]:
    def read_list(place: Place) -> tuple[T, ...]:
        items = place.items()
        if not items and not optional:
            raise Mistake(place, "expected at least one entry")
        return tuple(value for item in items for value in item.attempt(read))

    return read_list
