"""Reads sources.yaml, topics.yaml, and the KLIPING_* settings. Every mistake is reported with its
file, line, and key, and with what was expected.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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

from flows.edges.workers import WorkersAt
from flows.errors import ConfigError
from flows.records import (
    AlertKind,
    Discovery,
    DiscoveryKind,
    Escalation,
    Expect,
    MessageLanguage,
    Nearness,
    Operators,
    Quiet,
    Retention,
    Source,
    SourceKind,
    TermGroup,
    Topic,
    one_line,
    stable_id,
)
from flows.stages.watch.templates import TRIALS, fault
from flows.stages.watch.topics import MATCHER_VERSION, CompiledTopic, compile_topic, explain
from flows.yamlfile import Keys, Mistake, Place, YamlFile, did_you_mean

T = TypeVar("T")

_STATUSES: tuple[Literal["active", "archive"], ...] = ("active", "archive")
_NEARNESS: tuple[Nearness, ...] = ("sentence", "paragraph")
_KINDS: tuple[AlertKind, ...] = get_args(AlertKind)
_MESSAGE_LANGUAGES: tuple[MessageLanguage, ...] = get_args(MessageLanguage)
_EXAMPLES = ("yes", "not")
_RULE_KEYS = ("all_of", "near", "none_of")  # of a topic: what decides a match, the required first
_OTHER_KEYS = ("alert", "active", "examples", "language", "template")
# A pattern that could not be read becomes this one, which matches nothing, until the mistakes are
# reported.
_NO_PATTERN = re.compile(r"(?!)")

# What holds where the files say nothing.
LOOKBACK = timedelta(hours=72)  # of a run; also the oldest article that alerts
_TIMEZONE = "Asia/Jakarta"
_LANGUAGE = "id"
_MESSAGE_LANGUAGE: MessageLanguage = "id"
_MIN_DELAY_S = 5.0
_RETENTION = Retention()
_ESCALATE_AFTER = timedelta(hours=1)

# What a file may say.
_MAX_INDEX_PAGES = 100
_MAX_LINKS = 100_000  # of expect.min_links; a sitemap may have 50,000
_MAX_DELAY_S = 3600.0


# Without a query or fragment, since a page's path is appended; short, since messages hold it.
_BASE_URL = re.compile(r"https?://[^\s/?#]{1,100}(?:/[^\s?#]{0,100})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the installation, from KLIPING_* variables."""

    model: str  # KLIPING_MODEL: the embedding model's name; '' for the default
    contact: str  # KLIPING_CONTACT: the address in the user agent, for outlets; '' for none
    base_url: str = ""  # KLIPING_BASE_URL: where the reading room is, without a slash at its end
    ping_url: str = ""  # KLIPING_PING_URL: what hears of every run; '' for nobody
    metrics_file: Path | None = None  # KLIPING_METRICS_FILE; None for that of the data directory
    # KLIPING_WORKERS: who extracts pages and encodes texts
    workers: WorkersAt = field(default_factory=WorkersAt)

    @staticmethod
    def from_environ(environ: Mapping[str, str]) -> "Settings":
        """Read the settings; an unset or empty variable means the default. Raises ConfigError."""
        contact = environ.get("KLIPING_CONTACT", "").strip()
        if contact and not re.fullmatch(r"https?://[!-~]+|[!-?A-~]{1,64}@[!-~]+", contact):
            raise ConfigError(
                f"KLIPING_CONTACT: expected an e-mail address or a web address; got {contact!r}"
            )
        base_url = environ.get("KLIPING_BASE_URL", "").strip().rstrip("/")
        if base_url and not _BASE_URL.fullmatch(base_url):
            raise ConfigError(
                "KLIPING_BASE_URL: expected the reading room's address, such as "
                f"https://kliping.example.com; got {base_url!r}"
            )
        ping_url = environ.get("KLIPING_PING_URL", "").strip()
        if ping_url and not re.fullmatch(r"https?://[!-~]+", ping_url):
            raise ConfigError("KLIPING_PING_URL: expected a web address")  # it is a secret
        metrics_file = environ.get("KLIPING_METRICS_FILE", "").strip()
        return Settings(
            environ.get("KLIPING_MODEL", "").strip(),
            contact,
            base_url,
            ping_url,
            Path(metrics_file) if metrics_file else None,
            _workers(environ.get("KLIPING_WORKERS", "").strip()),
        )


def _workers(text: str) -> WorkersAt:
    """processes:N, or dask: and the address of a scheduler."""
    if not text:
        return WorkersAt()
    if match := re.fullmatch(r"processes:([1-9]\d{0,2})", text):
        return WorkersAt(processes=int(match[1]))
    if match := re.fullmatch(r"dask:((?:tcp|tls)://[^\s/?#@]{1,255}:\d{1,5})", text):
        return WorkersAt(scheduler=match[1])
    raise ConfigError(
        "KLIPING_WORKERS: expected processes:N, such as processes:2, or a Dask scheduler, such as "
        f"dask:tcp://10.0.0.5:8786; got {one_line(text)!r}"
    )


def load_sources(path: Path) -> tuple[Source, ...]:
    """Read the sources of a sources.yaml, in file order. Raises ConfigError."""
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


def room_for_source(path: Path) -> tuple[int, int]:
    """Where another source fits in a sources.yaml that can be read: the number of lines before it,
    and the indentation of its `- `. Raises ConfigError.
    """
    file = YamlFile(path)
    keys = file.root().named()
    [(line, indent)] = keys["sources"].attempt(Place.room) or [(0, 0)]
    file.report()
    later = [place for place in keys.values() if place.line > line]
    if not later:  # after the comments at the end of the file
        line = len(path.read_text(encoding="utf-8-sig").splitlines())
    return line, indent


# What is wrong with a channel's address, without quoting any part of it.
Check = Callable[[str], str | None]


def load_topics(
    path: Path,
    environ: Mapping[str, str] | None,
    check: Check = lambda address: None,
    *,
    inactive: bool = False,
) -> tuple[tuple[Topic, ...], Mapping[str, str]]:
    """Read the active topics of a topics.yaml, and the Apprise URL of each channel that one of them
    or `brief` names. Raises ConfigError.

    `environ` holds the channels' addresses; with None, for a command that does not alert, no
    channel is looked up. `inactive`: include the inactive topics.
    """
    file, keys, channels, brief = _read_topics(path)
    common = keys.read("language", _one_of(_MESSAGE_LANGUAGES), _MESSAGE_LANGUAGE)
    ids: dict[str, int] = {}
    declared = keys.read("topics", _list_of(lambda place: _topic(place, channels, ids, common)), ())
    topics = [topic for topic in declared if topic.active or inactive]
    addresses: dict[str, str] = {}
    operators = _read_operators(keys, channels, common)
    if environ is not None:
        used = {name for topic in topics for name in _channels_of(topic)}
        used |= {*brief, *operators.channels}
        addresses = {
            name: _address(place, environ, check)
            for name, place in channels.items()
            if name in used
        }
    file.report()
    return tuple(topics), addresses


def load_operators(path: Path) -> Operators:
    """Read who is told of problems, from a topics.yaml. Raises ConfigError."""
    file, keys, channels, _ = _read_topics(path)
    common = keys.read("language", _one_of(_MESSAGE_LANGUAGES), _MESSAGE_LANGUAGE)
    operators = _read_operators(keys, channels, common)
    file.report()
    return operators


def _read_operators(
    keys: Keys, channels: Mapping[str, Place], language: MessageLanguage
) -> Operators:
    return keys.read(
        "operations", lambda place: _operators(place, channels, language), Operators((), language)
    )


def _operators(place: Place, channels: Mapping[str, Place], language: MessageLanguage) -> Operators:
    keys = place.keys(required=("channels",), optional=("language",))
    declared = keys.read("channels", _list_of(_channel_of(channels)), ())
    return Operators(
        tuple(dict.fromkeys(declared)), keys.read("language", _one_of(_MESSAGE_LANGUAGES), language)
    )


def _channels_of(topic: Topic) -> tuple[str, ...]:
    if topic.escalate is None:
        return topic.channels
    return topic.channels + topic.escalate.to


def load_channels(
    path: Path, environ: Mapping[str, str], only: str | None, check: Check
) -> Mapping[str, str]:
    """Read the Apprise URL of each channel that a topics.yaml declares, or only of one, whether or
    not a topic names it. Raises ConfigError.
    """
    file, _, channels, _ = _read_topics(path)
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


def load_brief(path: Path) -> tuple[str, ...]:
    """The channels that a topics.yaml sends the nightly brief to. Raises ConfigError."""
    file, _, _, brief = _read_topics(path)
    file.report()
    return brief


def _read_topics(path: Path) -> tuple[YamlFile, Keys, dict[str, Place], tuple[str, ...]]:
    """The file, its keys, its channels, and those of them that get the brief."""
    file = YamlFile(path)
    optional = ("channels", "language", "brief", "operations")
    keys = file.root().keys(required=("version", "topics"), optional=optional)
    keys.read("version", _version, 1)
    channels = keys.read("channels", _channels, {})
    brief = keys.read("brief", _list_of(_channel_of(channels)), ())
    return file, keys, channels, tuple(dict.fromkeys(brief))


def choose(declared: Sequence[Source], only: Sequence[str], replaying: bool) -> list[Source]:
    """The sources to look at: the active ones, and in a replay also those with status archive; of
    these only the given ids, if any are given. Raises ConfigError.
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

    language: str = _LANGUAGE
    timezone: str = _TIMEZONE
    min_delay_s: float = _MIN_DELAY_S
    retention: Retention = _RETENTION


_COMMON_KEYS = ("language", "timezone", "min_delay_s", "retention")


def _common(place: Place) -> _Common:
    return _read_common(place.keys(optional=_COMMON_KEYS), _Common())


def _read_common(keys: Keys, default: _Common) -> _Common:
    return _Common(
        language=keys.read("language", _language, default.language),
        timezone=keys.read("timezone", _timezone, default.timezone),
        min_delay_s=keys.read("min_delay_s", _seconds, default.min_delay_s),
        retention=keys.read(
            "retention", lambda place: _retention(place, default.retention), default.retention
        ),
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
        retention=common.retention,
    )


def _discovery(place: Place) -> Discovery:
    keys = place.keys(required=("kind", "url"), optional=("pages",))
    url = keys.read("url", _url_template, "")
    pages = keys.read("pages", _whole(1, _MAX_INDEX_PAGES), 1)
    if pages > 1 and url and "{page}" not in url:
        keys.places["pages"].wrong("only where the url holds {page}")
    return Discovery(keys.read("kind", _one_of(get_args(DiscoveryKind)), "rss"), url, pages)


def _expect(place: Place) -> Expect:
    keys = place.keys(optional=("min_links", "silent_after"))
    return Expect(
        keys.read("min_links", _whole(0, _MAX_LINKS), 0), keys.read("silent_after", _duration, None)
    )


def _retention(place: Place, default: Retention) -> Retention:
    """What a source says holds in place of the default, key by key."""
    keys = place.keys(optional=("pages", "texts", "warc", "alerted"))
    return Retention(
        keys.read("pages", _time_kept, default.pages),
        keys.read("texts", _time_kept, default.texts),
        keys.read("warc", _time_kept, default.warc),
        keys.read("alerted", _truth, default.alerted),
    )


def _time_kept(place: Place) -> timedelta | None:
    if place.value == "forever":
        return None
    match = re.fullmatch(r"([1-9]\d{0,3})([dy])", place.value)
    if not match:
        raise Mistake(place, "expected a time such as 180d or 5y, or forever")
    return int(match[1]) * _KEPT_UNITS[match[2]]


_KEPT_UNITS = {"d": timedelta(days=1), "y": timedelta(days=365)}


def _parameters(place: Place) -> dict[str, str]:
    return {
        name: value for name, at in place.named().items() for value in at.attempt(_text_or_number)
    }


# ---- topics.yaml ----


def _channels(place: Place) -> dict[str, Place]:
    """The place in the file of each channel's variable name, by channel."""
    channels = {}
    for name, channel in place.named().items():
        for keys in channel.attempt(lambda place: place.keys(required=("env",))):
            if keys.read("env", _variable, ""):
                channels[name] = keys.places["env"]
    return channels


def _address(variable: Place, environ: Mapping[str, str], check: Check) -> str:
    """A channel's Apprise URL. It holds the channel's password, so no message quotes it."""
    address = environ.get(variable.value, "").strip()
    if fault := _address_fault(address, check):
        variable.wrong(
            f"the environment variable {variable.value} to hold an Apprise URL "
            f"such as json://host/path; it {fault}"
        )
    return address


def _address_fault(address: str, check: Check) -> str | None:
    if not address:
        return "is not set"
    if not re.match(r"[a-z0-9+.-]{1,40}://.", address, re.IGNORECASE):
        return "holds something else"
    return check(address)


def _topic(
    place: Place,
    channels: Mapping[str, Place],
    ids: dict[str, int],
    language: MessageLanguage,
) -> Topic:
    keys = place.keys(
        required=("id", "title", *_RULE_KEYS[:1]), optional=(*_RULE_KEYS[1:], *_OTHER_KEYS)
    )
    rule = _read_rule(keys)
    alert = keys.read("alert", lambda place: _alert(place, channels), _Alert())
    topic = Topic(
        id=keys.read("id", _new_id(ids), ""),
        title=keys.read("title", _text, ""),
        all_of=rule.all_of,
        none_of=rule.none_of,
        channels=alert.channels,
        max_age=alert.max_age,
        version=_topic_version(rule.all_of, rule.near, rule.none_of),
        near=rule.near,
        active=keys.read("active", _truth, True),
        kinds=alert.kinds,
        quiet=alert.quiet,
        digest=alert.digest,
        heartbeat=alert.heartbeat,
        escalate=alert.escalate,
        language=keys.read("language", _one_of(_MESSAGE_LANGUAGES), language),
    )
    topic = replace(topic, template=keys.read("template", _template, None))
    keys.read("examples", lambda place: _try_examples(place, topic), None)
    return topic


def _template(place: Place) -> str:
    """A template of messages, once it has been tried on invented alerts. A mistake is noted with
    its own line of the file, where the template stands as it is (after a |).
    """
    _text(place)
    if found := fault(place.value, TRIALS):
        in_block = getattr(place.node, "style", None) == "|"
        line = place.line + found.line if in_block else place.line
        where = "" if in_block else f" (line {found.line} of it)"
        place.file.note(line, f"{place.key}: expected a Jinja2 template; {found.problem}{where}")
    return place.value


def parse_rule(topic_id: str, text: str) -> Topic:
    """Read what decides a match of a topic, as topics.yaml has it: all_of, near, and none_of. The
    topic's other keys may be there as well, and are not read. Raises ConfigError.
    """
    file = YamlFile(Path("rule"), given=text)
    keys = file.entry().keys(
        required=_RULE_KEYS[:1], optional=(*_RULE_KEYS[1:], "id", "title", *_OTHER_KEYS)
    )
    rule = _read_rule(keys)
    file.report()
    return Topic(
        id=topic_id,
        title=topic_id,
        all_of=rule.all_of,
        none_of=rule.none_of,
        channels=(),
        max_age=LOOKBACK,
        version=_topic_version(rule.all_of, rule.near, rule.none_of),
        near=rule.near,
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """What decides a topic's matches."""

    all_of: tuple[TermGroup, ...]
    near: Nearness
    none_of: tuple[str, ...]


def _read_rule(keys: Keys) -> _Rule:
    names_of_groups: dict[str, int] = {}
    return _Rule(
        keys.read(
            "all_of",
            _list_of(lambda place: _term_group(place, names_of_groups), optional=False),
            (),
        ),
        keys.read("near", _one_of(_NEARNESS), "sentence"),
        keys.read("none_of", _list_of(_term), ()),
    )


def _try_examples(place: Place, topic: Topic) -> None:
    """Notes each example of which the topic says something else than it should."""
    keys = place.keys(optional=_EXAMPLES)
    rule = (
        compile_topic(topic) if topic.all_of and all(group.any for group in topic.all_of) else None
    )
    for kind in _EXAMPLES:
        keys.read(kind, _list_of(_example(kind, rule)), ())


def _example(kind: str, rule: CompiledTopic | None) -> Callable[[Place], None]:
    """`kind`: 'yes' for a text whose subject the topic is, 'not' for any other. `rule`: None where
    the terms have a mistake, which is noted.
    """

    def read(place: Place) -> None:
        title, _, body = _text(place).partition("\n")
        if rule is None:
            return
        told = explain(rule, title.strip(), body.strip())
        if (told.match is not None and told.match.strength == "subject") == (kind == "yes"):
            return
        expected = (
            "a text that the topic finds" if kind == "yes" else "a text that it does not find"
        )
        raise Mistake(place, f"expected {expected}, but {told.reason}")

    return read


@dataclass(frozen=True, slots=True)
class _Alert:
    """A topic's `alert` key."""

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
    channel = _channel_of(channels)
    zone = keys.read("timezone", _timezone, _TIMEZONE)
    if "timezone" in keys.places and "quiet" not in keys.places:
        keys.places["timezone"].wrong("only beside quiet, whose time zone it is")
    return _Alert(
        channels=tuple(dict.fromkeys(keys.read("channels", _list_of(channel), ()))),
        max_age=keys.read("max_age", _duration, LOOKBACK),
        kinds=keys.read("kinds", _kinds, _KINDS),
        quiet=keys.read("quiet", lambda place: _quiet(place, zone), None),
        digest=keys.read("digest", _truth, False),
        heartbeat=keys.read("heartbeat", _truth, False),
        escalate=keys.read("escalate", lambda place: _escalation(place, channel), None),
    )


def _channel_of(channels: Mapping[str, Place]) -> Callable[[Place], str]:
    return _one_of(tuple(channels), what="a channel declared under `channels`")


def _kinds(place: Place) -> tuple[AlertKind, ...]:
    kinds = _list_of(_one_of(_KINDS), optional=False)(place)
    if kinds and "new_story" not in kinds:
        raise Mistake(place, "expected new_story among them: the others follow up an alerted story")
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
        keys.read("after", _duration, _ESCALATE_AFTER),
    )


def _term_group(place: Place, taken: dict[str, int]) -> TermGroup:
    keys = place.keys(required=("name", "any"), optional=("unsure",))
    return TermGroup(
        keys.read("name", lambda place: _distinct(place, _text(place), "a name", taken), ""),
        keys.read("any", _list_of(_term, optional=False), ()),
        keys.read("unsure", _list_of(_term), ()),
    )


def _topic_version(all_of: tuple[TermGroup, ...], near: Nearness, none_of: tuple[str, ...]) -> str:
    """The hash of what decides a match: the matcher's version, the terms, and nearness. The order
    of terms, the names, the title, and the channels do not count.
    """
    groups = sorted((sorted(group.any), sorted(group.unsure)) for group in all_of)
    return stable_id(f"topic {MATCHER_VERSION}", repr(groups), near, repr(sorted(none_of)))


# ---- the values ----


def _version(place: Place) -> int:
    if place.tag != "int" or place.value != "1":
        raise Mistake(place, "expected 1")
    return 1


def _text(place: Place) -> str:
    if place.tag in ("bool", "int", "float", "timestamp"):
        raise Mistake(place, "expected text: put it in quotes")
    if place.tag != "str" or not (text := place.value.strip()):
        raise Mistake(place, "expected text")
    return text


def _text_or_number(place: Place) -> str:
    if place.tag in ("int", "float"):
        return place.value
    return _text(place)


def _term(place: Place) -> str:
    term = " ".join(normalize("NFC", _text(place)).split())
    if not re.fullmatch(r"\*?[^*]+\*?", term) or not re.search(r"\w", term):
        raise Mistake(place, "expected a word or phrase, with * at its beginning or end only")
    return term


def _whole(at_least: int, at_most: int) -> Callable[[Place], int]:
    def read(place: Place) -> int:
        is_number = place.tag == "int" and re.fullmatch(r"\d{1,9}", place.value)
        if not is_number or not at_least <= int(place.value) <= at_most:
            raise Mistake(place, f"expected a whole number from {at_least} to {at_most}")
        return int(place.value)

    return read


def _seconds(place: Place) -> float:
    is_number = place.tag in ("int", "float") and re.fullmatch(r"\d{1,4}(\.\d+)?", place.value)
    if not is_number or float(place.value) > _MAX_DELAY_S:
        raise Mistake(place, f"expected a number of seconds from 0 to {_MAX_DELAY_S:g}")
    return float(place.value)


def _truth(place: Place) -> bool:
    if place.tag != "bool":
        raise Mistake(place, "expected true or false")
    return place.value.lower() in ("true", "yes", "on")


def parse_duration(text: str) -> timedelta:
    """Read a duration such as 90s, 30m, 36h, or 2d. Raises ValueError."""
    match = re.fullmatch(r"([1-9]\d{0,4})([smhd])", text)
    if not match:
        raise ValueError(f"expected a duration such as 90s, 30m, 36h or 2d, got {text!r}")
    return int(match[1]) * _UNITS[match[2]]


_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def _duration(place: Place) -> timedelta:
    try:
        return parse_duration(place.value)
    except ValueError as error:
        raise Mistake(place, "expected a duration such as 90s, 30m, 36h or 2d") from error


def _one_of(choices: tuple[T, ...], what: str = "") -> Callable[[Place], T]:
    names = [str(choice) for choice in choices]
    alternatives = f"one of {', '.join(names)}" if names else ""
    expected = ": ".join(filter(None, (what, alternatives)))

    def read(place: Place) -> T:
        if place.tag != "str":
            raise Mistake(place, f"expected {expected}")
        for choice in choices:
            if choice == place.value:
                return choice
        raise Mistake(place, f"expected {expected}{did_you_mean(place.value, names)}")

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
        raise Mistake(place, f"expected {what} of its own, not that of line {taken[text]}")
    taken[text] = place.line
    return text


def _pattern(place: Place) -> re.Pattern[str]:
    text = _text(place)
    try:
        with catch_warnings(action="ignore"):  # about what a later Python may read differently
            return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:  # a{99999999999}, ((((…
        raise Mistake(place, f"expected a regular expression ({_why(error)})") from error


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "too deep"
    return str(error)


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
    """A URL that may contain {page} and {date:…}."""
    text = _text(place)
    try:
        url = _filled_in(text)
    except (ValueError, LookupError) as error:  # LookupError: a placeholder inside another one
        raise Mistake(
            place, "expected a URL whose only placeholders are {page} and {date:%Y-%m-%d}"
        ) from error
    _check_url(place, url)
    return text


def _filled_in(template: str) -> str:
    """A URL template with values in place of its placeholders. Raises ValueError for unknown ones,
    before anything is formatted: a width could ask for any amount of memory.
    """
    for _, name, form, conversion in Formatter().parse(template):
        is_known = name in (None, "page", "date") and not (name == "page" and form)
        if conversion or not is_known:
            raise ValueError("a placeholder other than {page} and {date:…}")
    return template.format(page=1, date=date(2024, 1, 31))


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
    if place.tag != "str" or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", place.value):
        # Not a Mistake, whose message would quote the value: it may be the address.
        place.wrong(
            "the name of an environment variable, such as KLIPING_DESK_URL; "
            "the address itself belongs in that variable"
        )
        return ""
    return place.value


def _list_of(read: Callable[[Place], T], optional: bool = True) -> Callable[[Place], tuple[T, ...]]:
    def read_list(place: Place) -> tuple[T, ...]:
        items = place.items()
        if not items and not optional:
            raise Mistake(place, "expected at least one entry")
        return tuple(value for item in items for value in item.attempt(read))

    return read_list
