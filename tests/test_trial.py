"""Trying a topic before it goes live: one text, a page, many items, and the archive."""

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.edges.encoder import default_model
from tests.edges.misbehaving import Server, page
from tests.helpers.command import Ran, ended
from tests.helpers.outlets import article, outlet, written
from tests.helpers.tables import new_warehouse, plant
from warehouse.directory import published
from warehouse.reader import Reader
from warehouse.snapshot import publish

TOPICS = """\
version: 1
topics:
  - id: kapal
    title: Kapal
    all_of:
      - {name: kapal, any: [kapal]}
      - {name: karam, any: [karam, tenggelam]}
  - {id: banjir, title: Banjir, active: no, all_of: [{name: air, any: [banjir]}]}
"""
TWO = TOPICS.replace("active: no, ", "")


@pytest.fixture
def topics(tmp_path: Path) -> Path:
    return written(tmp_path / "topics.yaml", TOPICS)


TEXTS: Sequence[tuple[str, Sequence[str], Sequence[str]]] = [
    (
        "Kapal Karam di Selat\nSatu kapal tenggelam. Cuaca buruk.",
        (),
        [
            "kapal: subject, score 1.00: the sides meet in the headline",
            "  kapal       Kapal, kapal",
            "  karam       Karam, tenggelam",
            "  headline    »Kapal« »Karam« di Selat",
            "  text        Satu »kapal« »tenggelam«.",
        ],
    ),
    (
        (
            "Cuaca Buruk\nHujan turun. Angin kencang. Nelayan pulang. Kapal-kapal ditambatkan, "
            "sejak satu kapal tenggelam."
        ),
        (),
        [
            "kapal: mention, score 0.50: the sides meet in 1 of 4 sentences",
            "  kapal       Kapal, kapal",
            "  karam       tenggelam",
            "  text        »Kapal«-»kapal« ditambatkan, sejak satu »kapal« »tenggelam«.",
        ],
    ),
    (
        "Kapal Tiba\nMobil\x1b[31m tenggelam.",
        (),
        [
            "kapal: no match: the sides never meet in one sentence",
            "  kapal       Kapal",
            "  karam       tenggelam",
            "  headline    »Kapal« Tiba",
            "  text        Mobil [31m »tenggelam«.",
        ],
    ),
    (
        "Kapal Karam" + " di Selat" * 40,
        (),
        [
            "kapal: subject, score 1.00: the sides meet in the headline",
            "  kapal       Kapal",
            "  karam       Karam",
            f"  headline    »Kapal« »Karam«{' di Selat' * 40}",
        ],
    ),
    (
        "Banjir Surut",
        ("--topic", "banjir"),
        [
            "banjir: subject, score 1.00: it is named in the headline",
            "  air         Banjir",
            "  headline    »Banjir« Surut",
        ],
    ),
]


@pytest.mark.parametrize(
    ("text", "options", "printed"), TEXTS, ids=[text.partition("\n")[0][:20] for text, *_ in TEXTS]
)
@pytest.mark.parametrize("in_file", [False, True], ids=["text", "file"])
def test_text(
    tmp_path: Path,
    topics: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    options: Sequence[str],
    printed: Sequence[str],
    in_file: bool,
) -> None:
    """What is said of a text, its first line the headline, given as it is or in a file: the
    strength, the reason, and the terms marked.
    """
    given = str(written(tmp_path / "teks.txt", text)) if in_file else text
    told = ended(capsys, "topics", "test", given, "--topics", topics, *options)
    assert (told.status, told.err, told.out.splitlines()) == (0, "", list(printed))


def test_page(tmp_path: Path, topics: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page is read as a run reads it, from a file or its address; one of the machine's own
    network only if a source has it.
    """
    html = article("Kapal Karam di Selat")
    with Server() as server:
        server.routes["/satu/1"] = page(html)
        sources = written(
            tmp_path / "sources.yaml",
            "version: 1\nsources:\n" + outlet("satu", server.url(""), "/peta.xml"),
        )
        for given in (str(written(tmp_path / "halaman.html", html)), server.url("/satu/1")):
            told = ended(capsys, "topics", "test", given, "--topics", topics, "--sources", sources)
            assert told.status == 0, told.err
            assert told.out.startswith(
                "kapal: subject, score 1.00: the sides meet in the headline\n"
            )
        refused = ended(
            capsys,
            "topics",
            "test",
            server.url("/dua/1"),
            "--topics",
            topics,
            "--sources",
            tmp_path / "none.yaml",
        )
    assert (refused.status, refused.out) == (3, "")
    assert (
        refused.err == f"kliping: {server.url('/dua/1')}: no article: private-address: 127.0.0.1\n"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ("test", 2, "expected either a text, a file or an address, or --jsonl FILE"),
        ("test x --jsonl y", 2, "expected either a text, a file or an address, or --jsonl FILE"),
        ("test x --topic kapl", 2, "kapl: no such topic; known are kapal, banjir"),
        ("test tidak-ada.txt", 2, "tidak-ada.txt: cannot be read: No such file or directory"),
        (
            "test tests/press/press.warc.gz",
            2,
            "tests/press/press.warc.gz: expected text in UTF-8; a page's name ends in .html",
        ),
        ("test http://10.0.0.1/x", 3, "http://10.0.0.1/x: no article: private-address: 10.0.0.1"),
        ("test http:///x", 2, "http:///x: expected the address of an article: "),
        (
            "test --jsonl tidak-ada.jsonl",
            2,
            "tidak-ada.jsonl: cannot be read: No such file or directory",
        ),
        ("replay kapl", 2, "kapl: no such topic; known are kapal, banjir"),
        ("replay kapal --since kemarin", 2, "--since: expected an instant such as "),
        (
            "replay kapal --warehouse tidak-ada",
            3,
            "tidak-ada/media.duckdb: there is no such file yet: ",
        ),
    ],
)
def test_mistakes(
    topics: Path, capsys: pytest.CaptureFixture[str], arguments: str, status: int, says: str
) -> None:
    """A mistake is one line that says what is expected."""
    refused = ended(capsys, "topics", *arguments.split(), "--topics", topics)
    assert (refused.status, refused.out) == (status, "")
    assert refused.err.startswith(f"kliping: {says}")
    assert refused.err.count("\n") == 1


ITEMS = [
    {"id": "a", "title": "Kapal Karam", "text": "", "label": "on_topic", "lang": "id"},
    {
        "id": 2,
        "title": None,
        "text": "Hujan. Angin. Nelayan. Satu kapal tenggelam.",
        "label": "mention",
        "lang": "id",
    },
    {"id": "c", "text": "Hujan turun.", "label": True, "lang": "en"},
    {"id": "d", "title": "Kapal Tenggelam", "label": False, "lang": "id"},
    {"id": "e", "title": "Kapal Karam", "label": "background", "ambiguous": True},
    {"id": "f", "title": "Kapal Karam"},
]
TABLE = """\
kapal
           items   true  found  wrong  missed       P       R      F1
all            4      2      1      1       1   0.500   0.500   0.500
en             1      1      0      0       1       -   0.000   0.000
id             3      1      1      1       0   0.500   1.000   0.667
false   d  False, subject: Kapal Tenggelam
missed  c  True, no match: Hujan turun.
"""


def span(group: str, start: int, text: str, sentence: str) -> dict[str, object]:
    """A term in a headline, as JSON has it."""
    ends = {"start": start, "end": start + len(text)}
    return {"group": group, "field": "title", **ends, "text": text, "sentence": sentence}


def test_items(
    tmp_path: Path,
    topics: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each item gets its JSON line, and labels a table on standard error, of those that are not
    ambiguous; `-` is standard input.
    """
    lines = "\n\n".join(json.dumps(item) for item in ITEMS)
    told = ended(
        capsys,
        "topics",
        "test",
        "--jsonl",
        written(tmp_path / "items.jsonl", lines),
        "--topics",
        topics,
    )
    found = [json.loads(line) for line in told.out.splitlines()]
    assert (told.status, told.err) == (0, TABLE)
    assert [[line[key] for key in ("id", "matched", "strength", "score")] for line in found] == [
        ["a", True, "subject", 1.0],
        [2, False, "mention", 0.5],
        ["c", False, None, 0.0],
        ["d", True, "subject", 1.0],
        ["e", True, "subject", 1.0],
        ["f", True, "subject", 1.0],
    ]
    assert found[0]["evidence"] == [
        span("kapal", 0, "Kapal", "Kapal Karam"),
        span("karam", 6, "Karam", "Kapal Karam"),
    ]
    assert all(line.keys() == {"id", "matched", "strength", "score", "evidence"} for line in found)

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode())))
    assert ended(capsys, "topics", "test", "--jsonl", "-", "--topics", topics).out == told.out


def test_items_with_several_topics(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With several active topics each item gets a line for each, which names it."""
    items = written(tmp_path / "items.jsonl", '{"id": 1, "title": "Banjir Surut"}\n')
    told = ended(
        capsys, "topics", "test", "--jsonl", items, "--topics", written(tmp_path / "two.yaml", TWO)
    )
    assert [
        (line["topic"], line["matched"]) for line in map(json.loads, told.out.splitlines())
    ] == [("kapal", False), ("banjir", True)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("kapal", "expected a JSON object on one line: "),
        ("[1]", 'expected a JSON object such as {"id": "1", "title": "…", "text": "…"}'),
        (
            '{"title": "tanpa id"}',
            'expected a JSON object such as {"id": "1", "title": "…", "text": "…"}',
        ),
        ('{"id": 1}', "expected `title` and `text`, both text"),
        ('{"id": 1, "title": 7}', "expected `title` and `text`, both text"),
        (
            '{"id": 1, "text": "", "label": "maybe"}',
            "label: expected true, false, on_topic, mention, off_topic or background; got 'maybe'",
        ),
        (
            '{"id": 1, "text": "", "label": 1}',
            "label: expected true, false, on_topic, mention, off_topic or background; got 1",
        ),
    ],
)
def test_line_that_is_no_item(
    tmp_path: Path, topics: Path, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    """The first line that is no item ends the command, with its number; what came before it is
    printed.
    """
    items = written(tmp_path / "items.jsonl", f'{{"id": 1, "title": "Kapal"}}\n\n{line}\n')
    refused = ended(capsys, "topics", "test", "--jsonl", items, "--topics", topics)
    assert (refused.status, refused.out.count("\n")) == (2, 1)
    assert refused.err.startswith(f"kliping: {items}:3: {says}")
    assert refused.err.count("\n") == 1


ARTICLES = [  # article, story, title, body, and what is recorded
    ("first", "s1", "Kapal Karam", "", None),
    ("second", "s1", "Kapal Karam Lagi", "Cuaca buruk.", None),
    ("old", "s2", "Lama Berlalu", "", "subject"),
    ("weaker", "s3", "Cuaca", "Hujan. Angin. Nelayan. Satu kapal tenggelam.", "subject"),
    ("same", "s4", "Kapal Tenggelam", "", "subject"),
    ("nothing", "s5", "Hujan", "", None),
    ("passing", "s6", "Cuaca", "Hujan. Angin. Nelayan. Satu kapal karam.", None),
]
REPLAY = """\
added: Kapal Karam
  Satu, 2026-03-10: no match → subject
    »Kapal« »Karam«
    https://satu.example/first
  Satu, 2026-03-10: no match → subject
    »Kapal« »Karam« Lagi
    https://satu.example/second
dropped: Lama Berlalu
  Satu, 2026-03-10: subject → no match
    »Lama« Berlalu
    https://satu.example/old
dropped: Cuaca
  Satu, 2026-03-10: subject → mention
    Satu »kapal« »tenggelam«.
    https://satu.example/weaker
mentions added: Cuaca
  Satu, 2026-03-10: no match → mention
    Satu »kapal« »karam«.
    https://satu.example/passing
7 articles since 1970-01-01: 1 added, 2 dropped, 1 mention added, 1 story unchanged; \
nothing was written
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A data directory with ARTICLES."""
    data = tmp_path / "data"
    warehouse = new_warehouse(data)
    facts = {"source_id": "satu", "published_at": "2026-03-10 05:00"}
    recorded = {"topic_id": "kapal", "evidence": json.dumps([span("x", 0, "Lama", "Lama Berlalu")])}
    plant(
        warehouse,
        {
            "sources": [{"source_id": "satu", "name": "Satu"}],
            "state.articles": [
                {"article_id": key, "title": title, "body": body, **facts}
                | {"url": f"https://satu.example/{key}"}
                for key, _, title, body, _ in ARTICLES
            ],
            "story_articles": [
                {"story_id": story, "article_id": key} for key, story, *_ in ARTICLES
            ],
            "state.topic_hits": [
                {"article_id": key, "strength": strength, **recorded}
                for key, *_, strength in ARTICLES
                if strength
            ],
        },
    )
    warehouse.close()
    publish(data)
    return data


def test_replay(archive: Path, topics: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The archive shows, story by story, what the rule would add and drop; nothing in it
    changes.
    """
    before = published(archive).read_bytes()
    command = ("topics", "replay", "kapal", "--topics", topics, "--warehouse", archive)
    assert ended(capsys, *command) == Ran(0, REPLAY, "")
    later = ended(capsys, *command, "--since", "2026-03-11")
    assert later.out == "0 articles since 2026-03-11: 0 stories unchanged; nothing was written\n"
    assert published(archive).read_bytes() == before
    assert Reader(archive).query("select count(*) from topic_hits")[1] == [(3,)]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A data directory with 24 articles, the vectors of two of them far from the others'."""
    data = tmp_path / "many"
    warehouse = new_warehouse(data)
    titles = ["Kapal Karam di Laut"] * 22 + ["Kapal Karam Asmara Artis", "Kapal Karam Bisnis Kopi"]
    near, far = [1.0] + [0.0] * 24, [0.0] * 25
    vectors = [near] * 22 + [[*far[:row], 1.0, *far[row + 1 :]] for row in (22, 23)]
    facts = {"source_id": "satu", "published_at": "2026-03-10 05:00"}
    plant(
        warehouse,
        {
            "sources": [{"source_id": "satu", "name": "Satu"}],
            "state.articles": [
                {"article_id": f"a{n}", "title": title, "body": ".", "url": f"https://x.test/{n}"}
                | facts
                for n, title in enumerate(titles)
            ],
            "story_articles": [
                {"story_id": f"s{n}", "article_id": f"a{n}"} for n in range(len(titles))
            ],
            "state.vectors": [
                {"article_id": f"a{n}", "model": default_model(), "vector": vector}
                for n, vector in enumerate(vectors)
            ],
        },
    )
    warehouse.close()
    publish(data)
    return data


def test_replay_ends_with_the_least_alike(
    many: Path, topics: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of many articles found, those whose vectors are far from the others' are shown at the end,
    with what would be rid of them.
    """
    command = ("topics", "replay", "kapal", "--topics", topics, "--warehouse", many)
    said = ended(capsys, *command).out.splitlines()
    heading = next(n for n, line in enumerate(said) if "least like the others" in line)
    assert said[heading + 1 : heading + 5] == [
        "  a22  Kapal Karam Asmara Artis",
        "    if so: none_of: [Karam Asmara]",
        "  a23  Kapal Karam Bisnis Kopi",
        "    if so: none_of: [Karam Bisnis]",
    ]


def test_topics_list(topics: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every topic is listed, the inactive ones too."""
    listed = ended(capsys, "topics", "list", "--topics", topics)
    assert [line.split() for line in listed.out.splitlines() if line.strip()][2:] == [
        ["kapal", "Kapal", "yes", "kapal", "+", "karam"],
        ["banjir", "Banjir", "no", "air"],
        ["2", "rows"],
    ]
