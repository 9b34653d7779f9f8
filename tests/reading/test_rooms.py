"""The pages of the reading room, over a published snapshot of an invented archive."""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from flows.edges.encoder import Encoder
from flows.errors import SlowError
from flows.reading.language import phrases
from flows.reading.pages.article import rule_phrase
from flows.reading.rooms import make_app
from flows.reading.security import HEADERS
from tests.helpers.cases import cases
from tests.helpers.paths import ROOT
from tests.helpers.reading_room import copied
from warehouse.directory import published
from warehouse.reader import Snapshots
from warehouse.room import Room


def visitor(directory: Path, *host_names: str, host: str = "localhost") -> TestClient:
    """A client of the reading room of a data directory, which fails on unforeseen errors."""

    def failed(error: Exception) -> None:
        raise error

    app = make_app(directory, Encoder("no model"), host_names, failed)
    return TestClient(app, base_url=f"http://{host}", follow_redirects=False)


@pytest.fixture(scope="module")
def client(directory: Path) -> Iterator[TestClient]:
    with visitor(directory) as client:
        yield client


def plain(text: str) -> str:
    """What a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


# ---- what is where ----

PAGES: list[dict[str, Any]] = cases("reading/pages")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["at"])
def test_page(client: TestClient, page: dict[str, Any]) -> None:
    """An address has its status, and a page that says what is there. The page is in one language,
    has one heading, landmarks, and a way past them; it runs and styles nothing of its own, and no
    text in it became markup.
    """
    address = page["at"]
    response = client.get(address)
    text = response.text
    assert response.status_code == page["status"]
    assert [said for said in page["says"] if said not in plain(text)] == []
    language = "en" if "lang=en" in address else "id"
    assert f'<html lang="{language}">' in text
    assert response.headers["Content-Language"] == language
    assert text.count("<h1>") == text.count("<main ") == text.count("<header ") == 1
    assert '<a class="skip" href="#main">' in text
    assert re.search(r"<title>[^<]+ · Kliping</title>", text)
    assert not re.search(r"<(script|img|i|b|iframe)[ >]|<[^>]+ (on\w+|style)=", text)
    assert "javascript:" not in "".join(re.findall(r"(?:href|src|action)=\"([^\"]*)", text))


def test_every_link_leads_somewhere(client: TestClient) -> None:
    """Whatever page of this site a page links to is there, and what is not of this site is of the
    web. The other language is where the switch leads.
    """
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = client.get(address)
        assert response.status_code == 200, address
        for link in map(html.unescape, re.findall(r'href="([^"]*)"', response.text)):
            path, _, anchor = link.partition("#")
            if not path:
                assert f'id="{anchor}"' in response.text, (address, link)
            elif not path.startswith("/"):
                assert path.startswith(("https://", "data:,")), (address, link)
            elif path not in (*seen, *waiting) and "lang=en" not in path:
                waiting.append(path)
    assert {"/stories/0001?compare=salinan", "/articles/markah", "/style.css"} <= seen


def test_language_stays(client: TestClient) -> None:
    """Every link of an English page leads to one, but for the switch."""
    for address in ("/?lang=en", "/stories/0001?lang=en", "/search?q=garam&lang=en"):
        links = re.findall(r'<a [^>]*href="(/[^"]*)"([^>]*)', client.get(address).text)
        assert [
            link for link, more in links if "lang=en" not in link and 'lang="id"' not in more
        ] == []


def test_lists_have_pages(directory: Path, tmp_path: Path) -> None:
    """A long list goes on behind the last row of each page, to its end."""
    copied(
        directory,
        tmp_path,
        "insert into state.articles by name select a.* replace ('a' || i as article_id,"
        " title || i as title) from state.articles a, range(60) t(i) where article_id = 'asli'",
        "insert into story_articles by name select article_id as story_id, article_id, 'original'"
        " as relation, article_id as original_article_id, 1 as similarity from state.articles"
        " where article_id like 'a_%' and article_id <> 'asli'",
    )
    client = visitor(tmp_path)
    for address in ("/nights/2026-03-11", "/sources/pelita"):
        found, pages, next_page = set[str](), 0, address
        while next_page:
            text = client.get(next_page).text
            found |= set(re.findall(r"Harga Garam Naik di Sayungan(\d+)<", text))
            links = re.findall(r'rel="next" href="([^"]*after=[^"]*)"', text)
            next_page, pages = html.unescape(links[0]) if links else "", pages + 1
        assert (len(found), pages) == (60, 3)


class Compass(Encoder):
    """An encoder to which every question means the same."""

    def encode(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return np.array([[0.0, 1.0]] * len(texts), np.float32)


def test_meaning(directory: Path) -> None:
    """Asked for meaning, or both ways, the page finds what is near in meaning, too."""
    client = TestClient(
        make_app(directory, Compass("arah"), (), print), base_url="http://localhost"
    )
    for way in ("meaning", "both"):
        text = client.get("/search", params={"q": "zzz", "by": way}).text
        assert "Pabrik Gula Dibuka Lagi" in text
        assert f'value="{way}" checked' in text


def test_meaning_needs_words(client: TestClient) -> None:
    """A question that has no meaning to look for is told so, without a model."""
    response = client.get("/search", params={"q": "outlet:pelita", "by": "meaning"})
    assert response.status_code == 400
    assert "expected words beside operators and phrases" in response.text


def test_merged_story_has_moved(client: TestClient) -> None:
    """The address of a story that was merged leads to the one that lives on."""
    response = client.get("/stories/0009?lang=en")
    assert response.status_code == 301
    assert response.headers["location"] == "/stories/0001?lang=en"


# ---- what is not there, and what is wrong ----

HOSTILE = [
    "/nope",
    "/stories/nope",
    "/stories/",
    "/articles/%00",
    "/articles/..%2f..%2fetc%2fpasswd",
    "/articles/' or 1=1 --",
    "/articles/" + "a" * 5_000,
    "/alerts/%F0%28%8C%28",
    "/nights/2026-02-30",
    "/nights/20260311",
    "/nights/0001-01-01;drop table runs",
    "/topics/<script>",
    "/topics/none/try?rule=x",
    "/sources/nope?after=asli",
]


@pytest.mark.parametrize("address", HOSTILE, ids=lambda address: address[:30])
def test_nothing_is_there(client: TestClient, address: str) -> None:
    """What is not there is told as a page, with nothing of the address in it."""
    response = client.get(address)
    assert response.status_code == 404
    assert "Tidak ada halaman di sini" in response.text
    assert "passwd" not in response.text
    assert "<script" not in response.text


QUERIES = [
    "/?after=' or 1=1 --",
    "/?after=" + "x" * 9_000,
    "/search?q=" + "a" * 9_000,
    "/search?q=%00%ff%F0%9F%90%9F+garam",
    "/search?q=<script>&by=<b>&page=-1",
    "/search?q=garam&page=999",
    "/search?q=garam&page=99999999999999999999",
    "/stories/0001?compare=nope",
    "/stories/0001?compare=" + "\u202e",
    "/topics/garam?subject=x&mention=%00",
    "/alerts?all=2&topic=' --",
    "/sources/pelita?after=%00",
]


@pytest.mark.parametrize("address", QUERIES, ids=lambda address: address[:30])
def test_hostile_query(client: TestClient, address: str) -> None:
    """Whatever a query holds is an ordinary question."""
    response = client.get(address)
    assert response.status_code == 200
    assert "<script" not in response.text


RULES: list[dict[str, Any]] = cases("reading/rules")


@pytest.mark.parametrize("case", RULES, ids=lambda case: case["rule"][:20])
def test_trial(client: TestClient, case: dict[str, Any]) -> None:
    """A changed rule is tried on the archive, or what is wrong with it is told."""
    response = client.get("/topics/garam/try", params={"rule": case["rule"]})
    assert response.status_code == case["status"]
    assert [said for said in case["says"] if said not in plain(response.text)] == []
    assert "<script" not in response.text


def test_unforeseen_error(directory: Path, tmp_path: Path) -> None:
    """What nobody foresaw is told as a page without a trace, and reported."""
    copied(directory, tmp_path, "update state.topic_hits set evidence = '[{\"other\": 1}]'")
    told: list[Exception] = []
    client = TestClient(make_app(tmp_path, Encoder(""), (), told.append), base_url="http://[::1]")
    response = client.get("/articles/asli?lang=en")
    assert response.status_code == 500
    assert "This is Kliping" in plain(response.text)
    assert "Traceback" not in response.text
    assert "TypeError" not in response.text
    assert [type(error) for error in told] == [TypeError]


# ---- who may ask ----

HOSTS = {
    "localhost": 200,
    "localhost:8017": 200,
    "LOCALHOST": 200,
    "127.0.0.1:8017": 200,
    "[::1]:8017": 200,
    "kliping.example": 200,
    "kliping.example:443": 200,
    "evil.example": 400,
    "www.localhost": 400,
    "localhost.evil.example": 400,
    "evil.example:localhost": 400,
    "127.0.0.2": 400,
    "[::2]": 400,
    "": 400,
    "localhost, evil.example": 400,
}


@pytest.mark.parametrize("host", HOSTS)
def test_host_name(directory: Path, host: str) -> None:
    """Only loopback's names, and those that it is told, are answered: a name of another site may
    lead here.
    """
    client = visitor(directory, "kliping.example")
    response = client.get("/sources", headers={"Host": host})
    assert response.status_code == HOSTS[host]
    assert ("Pelita" in response.text) == (HOSTS[host] == 200)


def test_two_host_names(client: TestClient) -> None:
    """A request with two names could be read as either."""
    response = client.get("/", headers=[("Host", "localhost"), ("Host", "evil.example")])
    assert response.status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_nothing_can_be_changed(client: TestClient, method: str) -> None:
    """Methods that do more than read are refused everywhere."""
    for address in ("/", "/nope", "/search?q=garam"):
        response = client.request(method, address)
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD"


def test_head_is_get_without_its_body(client: TestClient) -> None:
    """HEAD has the headers of GET."""
    assert client.head("/sources").headers == client.get("/sources").headers


@pytest.mark.parametrize(
    "address", ["/", "/nope", "/style.css", "/search?q=after:x", "/stories/0009"]
)
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_headers(client: TestClient, address: str, host: str, method: str) -> None:
    """Every answer, whatever it is, has the headers that keep other sites out."""
    headers = client.request(method, address, headers={"Host": host}).headers
    assert {name: headers[name] for name in HEADERS} == dict(HEADERS)
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert not {"unsafe-inline", "unsafe-eval", "*", "script-src"} & set(
        re.split(r"[ ;']+", policy)
    )


# ---- snapshots ----


def test_nothing_published(directory: Path, tmp_path: Path) -> None:
    """Before the first publish, a page says what to do; after it, the archive is there."""
    client = visitor(tmp_path)
    response = client.get("/")
    assert response.status_code == 503
    assert "kliping run" in response.text
    copied(directory, tmp_path)
    assert client.get("/").status_code == 200


def test_before_the_first_run(directory: Path, tmp_path: Path) -> None:
    """A snapshot in which no run has ended has its pages, too."""
    tables = ("runs", "source_health", "topics", "heartbeats", "troubles")
    copied(directory, tmp_path, *(f"delete from {table}" for table in tables))
    client = visitor(tmp_path)
    assert "Belum ada malam" in client.get("/").text
    for address in ("/sources", "/sources/pelita", "/topics", "/topics/garam", "/articles/asli"):
        assert client.get(address).status_code == 200, address


def test_older_snapshot(tmp_path: Path) -> None:
    """A snapshot of an older version is told from a page that is wrong."""
    with duckdb.connect(str(published(tmp_path))) as connection:
        connection.execute("create table migrations as select '0001_pages' as name")
        connection.execute("create table articles (article_id text)")
    response = visitor(tmp_path).get("/")
    assert response.status_code == 503
    assert "the next `kliping run` upgrades it" in response.text


def test_follows_a_publish(directory: Path, tmp_path: Path) -> None:
    """A request is answered from what was published last; a reader that was given before keeps what
    it has.
    """
    copied(directory, tmp_path)
    snapshots, client = Snapshots(tmp_path), visitor(tmp_path)
    before = Room(snapshots.newest())
    assert "Harga Garam Naik di Sayungan" in client.get("/stories/0001").text
    copied(directory, tmp_path, "update state.articles set title = 'Harga Garam Turun'")
    assert "Harga Garam Turun" in client.get("/stories/0001").text
    after = Room(snapshots.newest())
    titles = [(room.article("asli") or {})["title"] for room in (before, after)]
    assert titles == ["Harga Garam Naik di Sayungan", "Harga Garam Turun"]


def test_reads_nothing_but_the_snapshot(directory: Path, tmp_path: Path) -> None:
    """The run's own files need not be there, and nothing is written beside the snapshot."""
    copied(directory, tmp_path)
    published(tmp_path).chmod(0o400)
    client = visitor(tmp_path)
    statuses = {page["at"]: client.get(page["at"]).status_code for page in PAGES}
    assert statuses == {page["at"]: page["status"] for page in PAGES}
    assert [path.name for path in tmp_path.iterdir()] == ["media.duckdb"]


def test_no_file_is_within_reach(directory: Path) -> None:
    """The connection reads no other file, and its settings cannot be changed."""
    reader = Snapshots(directory).newest()
    for statement in ("from read_csv('/etc/passwd')", "set enable_external_access = true"):
        with pytest.raises(Exception, match=r"Permission|locked|disabled"):
            reader.query(statement)


def test_slow_answers_are_broken_off(tmp_path: Path) -> None:
    """What takes too long is broken off, and the reader can be asked again."""
    with duckdb.connect(str(published(tmp_path))) as connection:
        connection.execute(
            "create view topics as select count(*)::text as topic_id, '' as title"
            " from range(100000) a, range(100000) b"
        )
    reader = Snapshots(tmp_path).newest()
    with pytest.raises(SlowError, match=r"broken off after 0\.1 seconds"), reader.within(0.1):
        Room(reader).titles()
    assert reader.query("select 1")[1] == [(1,)]


# ---- phrases ----

TEMPLATES = sorted((ROOT / "flows" / "reading" / "templates").glob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_phrases_exist(template: Path) -> None:
    """Every phrase that a template names whole is there."""
    text = template.read_text(encoding="utf-8")
    named = re.findall(r"""(?:say|nothing)\(["']([\w.-]+)["'][,)]""", text)
    assert [name for name in named if name not in phrases()] == []


@pytest.mark.parametrize(
    ("rule", "phrase"),
    [
        ("related", "rule.related"),
        ("related-video", "rule.related"),
        ("caption-beside-picture", "rule.caption"),
        ("prune:.a-b:c", "rule.prune"),
        ("learned:08b90a94d606fd30", "rule.learned"),
        ("sign-off", "rule.sign-off"),
        ("new-kind", "rule.other"),
        ("", "rule.other"),
    ],
)
def test_rule_is_explained(rule: str, phrase: str) -> None:
    """A rule is told by its own phrase, or by that of its kind."""
    assert rule_phrase(rule) == phrase
