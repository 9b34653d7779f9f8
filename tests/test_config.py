"""The two YAML files and the settings: what is read, and what is said of every mistake."""

import os
import re
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.config import (
    Settings,
    load_brief,
    load_operators,
    load_sources,
    load_topics,
    parse_duration,
)
from flows.edges.workers import WorkersAt
from flows.errors import ConfigError
from flows.records import (
    Discovery,
    Escalation,
    Expect,
    Operators,
    Quiet,
    Retention,
    Source,
    TermGroup,
    Topic,
)
from flows.stages.discovery.links import canonical, sort_entries
from flows.stages.discovery.listings import Entry as ListedEntry
from tests.helpers.cases import cases
from tests.helpers.paths import ROOT

SOURCES = """\
version: 1
defaults: {language: en, timezone: Asia/Makassar, min_delay_s: 2.5,
           retention: {pages: 400d, texts: 5y, warc: 180d}}
sources:
  - id: kompas
    name: Kompas.com
    home: https://www.kompas.com/
    kind: press
    status: archive
    discover:
      - {kind: rss, url: 'https://www.kompas.com/rss'}
      - {kind: index, url: 'https://indeks.kompas.com/{date:%Y-%m-%d}?page={page}', pages: 3}
    articles: '/read/\\d+'
    full_page: {page: all, size: 1}
    container: ['.read__content']
    prune: ['.inject-baca-juga', 'div > p:first-child']
    strip: ['^Baca juga:']
    expect: {min_links: 20, silent_after: 36h}
    retention: {texts: forever, alerted: true}
  - {id: other, name: Other, home: 'http://127.0.0.1:8080/', articles: '.', timezone: UTC,
     language: id, min_delay_s: 0}
"""

TOPICS = """\
version: 1
channels:
  desk: {env: KLIPING_DESK_URL}
  spare: {env: KLIPING_SPARE_URL}
topics:
  - id: russia-dprk
    title: Rusia–Korea Utara
    all_of:
      - {name: russia, any: [Rusia,   'Vladimir   Putin']}
      - {name: dprk, any: [Korut]}
    none_of: [klasemen]
    alert: {channels: [desk, desk], max_age: 2d}
  - {id: plain, title: Polos, all_of: [{name: x, any: [banjir]}]}
  - {id: resting, title: Istirahat, active: no, all_of: [{name: x, any: [gempa]}],
     alert: {channels: [spare]}}
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_load_sources(tmp_path: Path) -> None:
    """Every key reaches its field; what a source leaves out comes from `defaults`, then from the
    record.
    """
    first, second = load_sources(_file(tmp_path, SOURCES))
    assert first == Source(
        id="kompas",
        name="Kompas.com",
        home="https://www.kompas.com/",
        articles=re.compile(r"/read/\d+"),
        kind="press",
        status="archive",
        discover=(
            Discovery("rss", "https://www.kompas.com/rss"),
            Discovery("index", "https://indeks.kompas.com/{date:%Y-%m-%d}?page={page}", 3),
        ),
        full_page={"page": "all", "size": "1"},
        container=(".read__content",),
        prune=(".inject-baca-juga", "div > p:first-child"),
        strip=(re.compile("^Baca juga:"),),
        expect=Expect(20, timedelta(hours=36)),
        retention=Retention(timedelta(days=400), None, timedelta(days=180), alerted=True),
        language="en",
        timezone="Asia/Makassar",
        min_delay_s=2.5,
    )
    assert second == Source(
        "other",
        "Other",
        "http://127.0.0.1:8080/",
        re.compile("."),
        retention=Retention(timedelta(days=400), timedelta(days=5 * 365), timedelta(days=180)),
        language="id",
        timezone="UTC",
        min_delay_s=0,
        kind="press",
    )


def test_load_topics(tmp_path: Path) -> None:
    """Active topics and the channels that they name are read; the others are only checked."""
    topics, channels = load_topics(
        _file(tmp_path, TOPICS), {"KLIPING_DESK_URL": "json://127.0.0.1:8000/x"}
    )
    first, second = topics
    assert first == Topic(
        id="russia-dprk",
        title="Rusia–Korea Utara",
        all_of=(TermGroup("russia", ("Rusia", "Vladimir Putin")), TermGroup("dprk", ("Korut",))),
        none_of=("klasemen",),
        channels=("desk",),
        max_age=timedelta(days=2),
        version=first.version,
    )
    assert (second.id, second.none_of, second.channels, second.max_age) == (
        "plain",
        (),
        (),
        timedelta(hours=72),
    )
    assert (first.near, first.active) == ("sentence", True)
    assert channels == {"desk": "json://127.0.0.1:8000/x"}


def test_load_alert(tmp_path: Path) -> None:
    """Everything that a topic may say of its alerts reaches its field, and an escalation's channel
    has its address; the rest is default.
    """
    alert = (
        "{channels: [desk], kinds: [new_story, closed], quiet: '22.00 - 06:30', timezone: "
        "Asia/Jayapura, digest: yes, heartbeat: yes,"
        " escalate: {to: [spare], after: 30m}}"
    )
    environ = {"KLIPING_DESK_URL": "json://a", "KLIPING_SPARE_URL": "json://b"}
    (topic, plain), channels = load_topics(
        _file(tmp_path, TOPICS.replace("{channels: [desk, desk], max_age: 2d}", alert)), environ
    )
    assert (topic.channels, topic.max_age, topic.kinds) == (
        ("desk",),
        timedelta(hours=72),
        ("new_story", "closed"),
    )
    assert topic.quiet == Quiet(time(22), time(6, 30), "Asia/Jayapura")
    assert (topic.digest, topic.heartbeat, topic.escalate) == (
        True,
        True,
        Escalation(("spare",), timedelta(minutes=30)),
    )
    assert channels == {"desk": "json://a", "spare": "json://b"}
    assert (plain.kinds, plain.quiet, plain.digest) == (
        ("new_story", "changed", "development", "pickup", "closed"),
        None,
        False,
    )
    assert (plain.heartbeat, plain.escalate) == (False, None)


OPERATORS = [
    # what the file says, who is told of problems, and the channels whose address is read
    ("", Operators(), set()),
    ("operations: {channels: [ops, ops]}\n", Operators(("ops",)), {"ops"}),
    ("language: en\noperations: {channels: []}\n", Operators((), "en"), set()),
    ("operations: {channels: [ops], language: en}\n", Operators(("ops",), "en"), {"ops"}),
]


@pytest.mark.parametrize(("text", "operators", "used"), OPERATORS)
def test_load_operators(tmp_path: Path, text: str, operators: Operators, used: set[str]) -> None:
    """Who is told of problems; a channel that only they use has its address, too."""
    channels = "channels: {ops: {env: KLIPING_OPS_URL}, spare: {env: KLIPING_SPARE_URL}}\n"
    path = _file(tmp_path, f"version: 1\n{channels}{text}topics: []\n")
    assert load_operators(path) == operators
    assert load_topics(path, {"KLIPING_OPS_URL": "json://o"})[1].keys() == used


LANGUAGES = [
    # what the file and what the topic says, and the language of its messages
    ("", "", "id"),
    ("language: en\n", "", "en"),
    ("language: en\n", "    language: id\n", "id"),
    ("", "    language: en\n", "en"),
]


@pytest.mark.parametrize(("common", "own", "language"), LANGUAGES)
def test_load_language_and_template(tmp_path: Path, common: str, own: str, language: str) -> None:
    """A topic's messages are in the language that it or the file says; its template is kept as it
    stands, and changes nothing about what matches.
    """
    plain = (
        "version: 1\n{}topics:\n  - id: a\n    title: A\n    all_of: [{{name: x, any: [Rusia]}}]\n"
    )
    template = "    template: |\n      {{ why }}\n\n      {{ link }}\n"
    path = tmp_path / "topics.yaml"
    path.write_text(plain.format(""), encoding="utf-8")
    [without], _ = load_topics(path, {})
    path.write_text(plain.format(common) + own + template, encoding="utf-8")
    [topic], _ = load_topics(path, {})
    assert (topic.language, topic.template) == (language, "{{ why }}\n\n{{ link }}\n")
    assert topic.version == without.version
    assert without.template is None


def test_load_brief(tmp_path: Path) -> None:
    """The channels that get the brief have their address, though no topic names them."""
    file = _file(tmp_path, TOPICS.replace("topics:\n", "brief: [spare, spare]\ntopics:\n"))
    environ = {"KLIPING_DESK_URL": "json://a", "KLIPING_SPARE_URL": "json://b"}
    assert load_brief(file) == ("spare",)
    assert load_topics(file, environ)[1] == {"desk": "json://a", "spare": "json://b"}
    assert load_brief(_file(tmp_path, TOPICS)) == ()


def test_load_inactive_topics(tmp_path: Path) -> None:
    """A command that tries rules gets the inactive topics as well."""
    topics, _ = load_topics(_file(tmp_path, TOPICS), None, inactive=True)
    assert [(topic.id, topic.active) for topic in topics] == [
        ("russia-dprk", True),
        ("plain", True),
        ("resting", False),
    ]


def test_load_topics_without_environ(tmp_path: Path) -> None:
    """A command that does not alert needs no channel's address."""
    topics, channels = load_topics(_file(tmp_path, TOPICS), None)
    assert [topic.id for topic in topics] == ["russia-dprk", "plain"]
    assert channels == {}


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Rusia,", "Russia,", False),
        ("[klasemen]", "[]", False),
        (
            "- {name: dprk, any: [Korut]}",
            "- {name: dprk, any: [Korut]}\n      - {name: tie, any: [pakta]}",
            False,
        ),
        ("[Rusia,   'Vladimir   Putin']", "['Vladimir Putin', Rusia]", True),
        ("none_of: [klasemen]", "none_of: [klasemen]\n    near: paragraph", False),
        ("none_of: [klasemen]", "none_of: [klasemen]\n    near: sentence", True),
        ("name: dprk", "name: korut", True),
        ("title: Rusia–Korea Utara", "title: Rusia dan Korut", True),
        ("max_age: 2d", "max_age: 3d", True),
    ],
)
def test_topic_version(tmp_path: Path, old: str, new: str, same: bool) -> None:
    """A topic's version moves with what decides a match, and with nothing else."""
    assert old in TOPICS
    before = load_topics(_file(tmp_path, TOPICS), None)[0][0].version
    after = load_topics(_file(tmp_path, TOPICS.replace(old, new)), None)[0][0].version
    assert (before == after) is same


MISTAKES: list[dict[str, Any]] = cases("config/mistakes")

# What stands in a case for a text that it cannot hold, and how that is shown
STANDING_FOR = {
    "{NUL}": ("\0", "\\x00"),
    "{TAB}": ("\t", "\\t"),
    "{LONG}": ("panjang" * 100, ""),
    "{DEEP}": ("(" * 5_000 + ")" * 5_000, "(" * 119 + "…"),
    "{SELECTOR}": ("p > " * 2_000 + "p", ("p > " * 30)[:119] + "…"),
    "{120}": ("", ("panjang" * 20)[:119] + "…"),
    "{60}": ("", ("panjang" * 10)[:59] + "…"),
}


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case["name"])
def test_mistakes(tmp_path: Path, case: dict[str, Any]) -> None:
    """All mistakes of a file are named in the order of their lines, with file, line, key and what
    is expected.
    """
    path = tmp_path / "file.yaml"
    text = case["text"]
    for name, (meant, _) in STANDING_FOR.items():
        text = text.replace(name, meant)
    path.write_bytes(text.encode().replace(b"{FF}", b"\xff"))
    load = (
        load_sources
        if case["file"] == "sources"
        else lambda path: load_topics(path, {"KLIPING_BROKEN": "rahasia"})
    )
    with pytest.raises(ConfigError) as raised:
        load(path)
    said = [f"file.yaml:{line}" for line in case["says"]]
    for name, (_, shown) in STANDING_FOR.items():
        said = [line.replace(name, shown) for line in said]
    assert str(raised.value).replace(str(path), "file.yaml").splitlines() == said
    assert "rahasia" not in str(raised.value)


def test_deep_nesting(tmp_path: Path) -> None:
    """A file of brackets alone is refused like any other mistake."""
    for text in ("[" * 30_000, "version: " + "{a: " * 30_000, "- " * 20_000, "? " * 20_000):
        with pytest.raises(ConfigError, match="at most 20 levels"):
            load_sources(_file(tmp_path, text))


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir], ids=["missing", "a folder"])
def test_unreadable_file(tmp_path: Path, make: Any) -> None:
    """A file that is not there, or none, is named with the reason."""
    path = tmp_path / "sources.yaml"
    make(path)
    with pytest.raises(ConfigError, match=r"sources\.yaml: cannot be read: "):
        load_sources(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("36h", timedelta(hours=36)),
        ("2d", timedelta(days=2)),
    ]
    + [(text, None) for text in ("", "0h", "36", "36 h", "-1h", "1w", "1.5h", "999999d", "h")],
)
def test_parse_duration(text: str, expected: timedelta | None) -> None:
    """A duration is a number with s, m, h or d."""
    if expected is None:
        with pytest.raises(ValueError, match="90s, 30m, 36h or 2d"):
            parse_duration(text)
        return
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, Settings("", "")),
        (
            {"KLIPING_MODEL": " m ", "KLIPING_CONTACT": "redaksi@example.com"},
            Settings("m", "redaksi@example.com"),
        ),
        (
            {"KLIPING_CONTACT": "https://example.com/kliping"},
            Settings("", "https://example.com/kliping"),
        ),
        (
            {"KLIPING_BASE_URL": " https://kliping.example.com/meja/ "},
            Settings("", "", "https://kliping.example.com/meja"),
        ),
        (
            {"KLIPING_PING_URL": "https://hc.example/uuid", "KLIPING_METRICS_FILE": "/a/b.prom"},
            Settings("", "", "", "https://hc.example/uuid", Path("/a/b.prom")),
        ),
        ({"KLIPING_WORKERS": "processes:3"}, Settings("", "", workers=WorkersAt(processes=3))),
        (
            {"KLIPING_WORKERS": " dask:tcp://10.0.0.5:8786 "},
            Settings("", "", workers=WorkersAt(scheduler="tcp://10.0.0.5:8786")),
        ),
        (
            {"KLIPING_WORKERS": "dask:tls://[fd00::5]:8786"},
            Settings("", "", workers=WorkersAt(scheduler="tls://[fd00::5]:8786")),
        ),
    ],
)
def test_settings(environ: dict[str, str], expected: Settings) -> None:
    """Settings come from KLIPING_* variables; unset ones have defaults."""
    assert Settings.from_environ(environ) == expected


@pytest.mark.parametrize("contact", ["redaksi", "a@b\r\nX-Header: 1", "a@b c"])
def test_settings_refuse_a_bad_contact(contact: str) -> None:
    """What goes into the user agent is an address and nothing else."""
    with pytest.raises(ConfigError, match="KLIPING_CONTACT"):
        Settings.from_environ({"KLIPING_CONTACT": contact})


@pytest.mark.parametrize(
    "address", ["kliping.example.com", "ftp://a.example", "https://a.example/?a=1", "https://a b"]
)
def test_settings_refuse_a_bad_base_url(address: str) -> None:
    """Pages of the reading room are addresses below it."""
    with pytest.raises(ConfigError, match="KLIPING_BASE_URL: expected the reading room's address"):
        Settings.from_environ({"KLIPING_BASE_URL": address})


@pytest.mark.parametrize(
    "workers",
    [
        *("processes", "processes:", "processes:0", "processes:-1", "processes:two", "2"),
        *("dask", "dask:10.0.0.5:8786", "dask:tcp://10.0.0.5", "dask:http://10.0.0.5:8786"),
        *("dask:tcp://a b:1", "dask:tcp://:8786", "threads:2", "processes:1000", "Processes:2"),
    ],
)
def test_settings_refuse_bad_workers(workers: str) -> None:
    """Workers are processes, and how many, or a Dask scheduler with its port."""
    with pytest.raises(ConfigError) as raised:
        Settings.from_environ({"KLIPING_WORKERS": workers})
    assert str(raised.value) == (
        "KLIPING_WORKERS: expected processes:N, such as processes:2, or a Dask scheduler, such as "
        f"dask:tcp://10.0.0.5:8786; got {workers!r}"
    )


# ---- the project's own files ----


@pytest.mark.parametrize(("url", "owner"), cases("config/articles"))
def test_articles_of_the_project(url: str, owner: str | None) -> None:
    """Each outlet's article addresses, old and new, are that outlet's, and nothing else is."""
    links, _ = sort_entries([ListedEntry(url)], SHIPPED, SHIPPED[0], "rss")
    assert [link.source_id for link in links] == ([owner] if owner else [])


SHIPPED = load_sources(ROOT / "sources.yaml")


@pytest.mark.parametrize("source", SHIPPED, ids=lambda source: source.id)
def test_sources_of_the_project(source: Source) -> None:
    """Each outlet has somewhere to look, on its own site, and no address there that is taken for an
    article.
    """
    assert source.discover
    site = ".".join(source.home.split("/")[2].split(".")[-2:])
    for discovery in source.discover:
        url = discovery.url.format(page=1, date=date(2024, 6, 19))
        assert site in url.split("/")[2]
        assert not source.articles.search(canonical(url, source))


def test_topics_of_the_project() -> None:
    """The shipped topics name no channel, so that they run without any setting."""
    topics, channels = load_topics(ROOT / "topics.yaml", os.environ)
    assert [topic.id for topic in topics] == ["russia-dprk"]
    assert not topics[0].channels
    assert not channels
