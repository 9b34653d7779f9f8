"""Delivery over real HTTP, to a receiver on loopback that takes, refuses, drops, hangs and
drips.
"""

import html
import json
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.edges.notify import Channel, check, open_service
from flows.errors import DeliveryFailed
from flows.orchestrator import spare_loopback
from tests.helpers.cases import cases
from tests.helpers.mail import mail_server, parts_of

SECRET = "geheim123"
TITLE = 'Rusia–Korea Utara: <b>"Pakta"</b> *Baru* & :smile: 🚀'
LINK, KEY = "https://a.example/b?c=1&d=_2_", "[0123456789abcdef]"
TEXT = (
    f"<script>alert(1)</script> *tebal* _miring_ [kata](http://x.example) \\n %s\nbaris dua\n\n"
    f"{LINK}\n{KEY}"
)


class Receiver(ThreadingHTTPServer):
    """A receiver that does what the last part of the path says and keeps what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        self.over = threading.Event()

    def url(self, does: str) -> str:
        return f"json://desk:{SECRET}@127.0.0.1:{self.server_port}/{SECRET}/{does}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        does, _, answer = self.path.split("?")[0].rpartition("/")[2].partition("~")
        if does == "hang":
            self.server.over.wait(30)
        elif does == "late":
            time.sleep(float(answer))
            self.send_response(200)
            self.end_headers()
        elif does == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            while not self.server.over.wait(0.05):
                self.wfile.write(b".")
        elif does != "drop":
            body = json.dumps(
                {"ok": True, "parameters": {"retry_after": float(answer)}}
                if answer
                else {"ok": True}
            ).encode()
            self.send_response(int(does) if does.isdigit() else 200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body if does.isdigit() else b"ok")  # as Slack says it

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    with Receiver() as server:
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        yield server
        server.over.set()
        server.shutdown()


def test_alert_arrives_as_it_is(receiver: Receiver) -> None:
    """Title and text arrive once and unchanged, markup, escapes, link and key included."""
    Channel(receiver.url("200")).send(TITLE, TEXT)

    assert [(message["title"], message["message"]) for message in receiver.got] == [(TITLE, TEXT)]


@pytest.mark.parametrize(
    ("does", "limit_s", "reason"),
    [
        ("500", 30, "HTTP 500"),
        ("500?optional=yes", 30, "HTTP 500"),
        ("429", 30, "HTTP 429"),
        ("404", 30, "HTTP 404"),
        ("drop", 30, "no connection, or no answer"),
        ("hang?rto=0.2", 30, "no connection, or no answer"),
        ("hang", 0.3, "no answer within 0.3 s"),
        ("drip", 0.3, "no answer within 0.3 s"),
    ],
)
def test_failure_is_told_without_the_secret(
    receiver: Receiver,
    does: str,
    limit_s: float,
    reason: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Each way to fail is one attempt and one short reason; neither it nor any log line nor the
    terminal holds the URL's secret.
    """
    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryFailed) as failed:
        Channel(receiver.url(does)).send(TITLE, TEXT, limit_s)

    assert str(failed.value) == reason
    assert len(receiver.got) == 1
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    assert SECRET not in caplog.text
    assert "".join(capfd.readouterr()) == ""


def test_proxy_for_outside_alone(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel outside is reached through the operator's proxy, one on this machine is not."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ["http_proxy"] = f"http://127.0.0.1:{receiver.server_port}"
    spare_loopback()
    with Receiver() as inside:
        threading.Thread(target=inside.serve_forever, daemon=True).start()
        Channel(inside.url("200")).send("dalam", TEXT)
        Channel("json://meja.example/200").send("luar", TEXT)
        inside.shutdown()
    assert [message["title"] for message in inside.got] == ["dalam"]
    assert [message["title"] for message in receiver.got] == ["luar"]


def test_nobody_listens() -> None:
    """A receiver that is down is a failure like any other."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryFailed, match=r"^no connection, or no answer$"):
            Channel(f"json://127.0.0.1:{taken.getsockname()[1]}/").send(TITLE, TEXT)


def test_deliveries_at_the_same_time_keep_their_own_reasons(receiver: Receiver) -> None:
    """Of several deliveries in several threads each gets the answer to its own request."""
    answers = ["500", "200", "429", "404", "200", "503"]
    reasons: dict[int, str] = {}

    def attempt(number: int) -> None:
        try:
            Channel(receiver.url(answers[number])).send(TITLE, TEXT)
            reasons[number] = "HTTP 200"
        except DeliveryFailed as failed:
            reasons[number] = str(failed)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(len(answers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reasons == {number: f"HTTP {answer}" for number, answer in enumerate(answers)}


@pytest.mark.parametrize(
    ("url", "understood"),
    [
        ("json://127.0.0.1:8000/path", True),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", True),
        ("mailto://user:pass@example.com", True),
        (" json://host ", True),
        (f"nosuchservice://{SECRET}@host", False),
        (f"tgram://{SECRET}", False),
        (f"{SECRET}", False),
        ("", False),
    ],
)
def test_check(url: str, understood: bool) -> None:
    """A URL that Apprise does not understand is told, without the URL, and cannot be delivered
    to.
    """
    problem = check(url)

    assert (problem is None) == understood
    if problem is not None:
        assert SECRET not in problem
        with pytest.raises(DeliveryFailed) as failed:
            Channel(url).send(TITLE, TEXT)
        assert SECRET not in str(failed.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("json://host?format=markdown", "text"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk", "text"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?format=markdown", "text"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/?format=markdown", "html"),
        ("mailto://user:pass@example.com", "html"),
    ],
)
def test_no_channel_renders_the_text(url: str, shown: str) -> None:
    """Channels show plain text, or HTML into which Apprise escapes it; none reads it as
    Markdown.
    """
    service = open_service(url)

    assert service is not None
    assert service.notify_format.value == shown


@pytest.mark.parametrize(
    ("does", "busy", "retry_after_s"),
    [("429~3.5", True, 3.5), ("429", True, None), ("503~3.5", False, None), ("500", False, None)],
)
def test_channel_that_asks_for_fewer(
    receiver: Receiver, does: str, busy: bool, retry_after_s: float | None
) -> None:
    """A 429 is told from other failures, with the seconds to wait where the answer names them."""
    with pytest.raises(DeliveryFailed) as failed:
        Channel(receiver.url(does)).send(TITLE, TEXT)
    assert (failed.value.busy, failed.value.retry_after_s) == (busy, retry_after_s)


Opened = Callable[[str, str], Channel]


@pytest.fixture
def opened(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens channels to the receiver, each of a service of Apprise's. `address`: the attribute in
    which the service keeps an address of its own, or ''.
    """

    def open_channel(url: str, address: str) -> Channel:
        url = url.format(port=receiver.server_port)
        if address:
            here = f"http://127.0.0.1:{receiver.server_port}/"
            monkeypatch.setattr(type(open_service(url)), address, here)
        return Channel(url)

    return open_channel


def at(said: Any, keys: Sequence[str | int]) -> str:
    """What stands there in a JSON document."""
    for key in keys:
        said = said[key]
    return str(said)


SIZES: Mapping[str, Callable[[str], int]] = {
    "characters": len,
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
    "json": lambda text: max(len(text.encode()), len(json.dumps(text)) // 2),
}
LENGTHS = cases("delivery/lengths")


@pytest.mark.parametrize("words", ["kata lagi ", "평양 경제 ", "🚆🚆 ", 'a & "b" '])
@pytest.mark.parametrize("case", LENGTHS, ids=[case["case"] for case in LENGTHS])
def test_text_is_cut_to_what_the_channel_takes(
    receiver: Receiver, opened: Opened, case: dict[str, Any], words: str
) -> None:
    """A text is cut where it is longer than the service's limit in the service's own unit, and no
    further; link and key are never cut, what stands before them is, with a sign. What is shorter
    stays whole.
    """
    channel = opened(case["url"], case.get("address", ""))
    size, tail = SIZES[case["unit"]], f"\n\n{LINK}\n{KEY}"
    title = "Rusia dan Korea Utara"
    room = case["limit"] - len(title) - 2 - len(tail)
    long, short = (words * n + tail for n in (case["limit"], room // size(words)))
    assert channel.holds(title, short)
    assert not channel.holds(title, long)
    for text in (long, short):  # each by a channel of its own: one would wait between the two
        opened(case["url"], case.get("address", "")).send(title, text)

    cut, whole = (
        html.unescape(re.sub(r"</?b>", "", at(said, case["at"]))) for said in receiver.got
    )
    assert case["limit"] - 40 - len(title) <= size(cut) <= case["limit"]
    assert cut.endswith(f"…{tail}")
    assert "�" not in cut
    assert whole.endswith(short)


def test_escapes_are_never_cut_in_two(receiver: Receiver, opened: Opened) -> None:
    """What Discord would read as markup is escaped and then counted, and a cut leaves no half of an
    escape behind.
    """
    for more in range(2):
        channel = opened("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "notify_url")
        channel.send("Judul" + "!" * more, f"{'*' * 3000}\n\n{LINK}\n{KEY}")
    for said in receiver.got:
        assert re.search(r"\n(?:\\\*)+…\n\nhttps:", said["content"].replace("\r", ""))
        assert 1990 <= len(said["content"]) <= 2000


@pytest.mark.parametrize(
    ("url", "field", "most"),
    [
        ("tgram://123456789:abcdefg_hijklmnop/1/", "text", 4096),
        ("freemobile://user@token", "msg", 160),
    ],
)
def test_long_title_leaves_room_for_link_and_key(
    receiver: Receiver, opened: Opened, url: str, field: str, most: int
) -> None:
    """Where a service has no title of its own, a long one is cut before link and key are."""
    opened(url, "notify_url").send("Judul yang panjang " * 400, f"isi\n\n{LINK}\n{KEY}")
    [said] = receiver.got
    shown = html.unescape(re.sub(r"</?b>", "", said[field])).replace("\r", "")
    title, text = shown.split("\n", maxsplit=1)
    assert text == f"{LINK}\n{KEY}"
    assert title.endswith("…")
    assert most - 30 <= len(shown) <= most


WHY = "Rusia ↔ Korut; 3 media"
SMS = [
    # what stands behind the link, and what a service of 160 characters without titles shows of it
    ("kata " * 3, f"{WHY}\n{LINK}\n\n{'kata ' * 3}\n\n{KEY}"),
    ("kata " * 60, f"{WHY}\n{LINK}\n\n{'kata ' * 15}kat…\n\n{KEY}"),
]


@pytest.mark.parametrize(("more", "shown"), SMS)
def test_link_near_the_top_is_kept(
    receiver: Receiver, opened: Opened, more: str, shown: str
) -> None:
    """A link that stands on a line of its own is not cut, wherever that is, and what stands before
    it neither where there is room.
    """
    opened("freemobile://user@token", "notify_url").send(
        "Judul", f"{WHY}\n{LINK}\n\n{more}\n\n{KEY}"
    )
    [said] = receiver.got
    assert said["msg"].replace("\r", "").partition("\n")[2] == shown


@pytest.mark.parametrize("length", [0, 30, 150, 400])
def test_link_in_the_middle_outlasts_what_stands_before_it(
    receiver: Receiver, opened: Opened, length: int
) -> None:
    """Where there is no room for it all, the link stands before the key."""
    text = f"{'kata ' * (length // 5)}\n\n{LINK}\n\n{'lagi ' * 60}\n\n{KEY}"
    opened("freemobile://user@token", "notify_url").send("Judul", text)
    [said] = receiver.got
    lines = said["msg"].replace("\r", "").split("\n")
    assert LINK in lines
    assert lines[-1] == KEY
    assert len(said["msg"]) <= 160


def test_channel_that_shows_few_lines(receiver: Receiver, opened: Opened) -> None:
    """A service that shows two lines gets link and key, and Apprise cuts nothing."""
    channel = opened("kodi://127.0.0.1:{port}", "")
    channel.send("Judul", f"satu\ndua\n\n{LINK}\n{KEY}")
    [said] = receiver.got
    assert said["params"]["message"].split() == [LINK, KEY]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"


@pytest.mark.parametrize(
    ("url", "address", "field", "read"),
    [
        (TELEGRAM, "notify_url", "text", html.unescape),
        (f"{TELEGRAM}?format=text", "notify_url", "text", html.unescape),
        (f"{TELEGRAM}?format=markdown", "notify_url", "text", html.unescape),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3", "notify_url", "content", _unescaped),
        ("mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", "", "text", _unescaped),
        ("json://127.0.0.1:{port}/x/200", "", "message", str),
    ],
)
def test_paragraphs_stay_apart(
    receiver: Receiver,
    opened: Opened,
    url: str,
    address: str,
    field: str,
    read: Callable[[str], str],
) -> None:
    """What the service shows has every blank line, and everything that looks like markup."""
    text = f"satu\nsatu\n\ndua &nbsp; &#10; <br> &amp;\n\n\ntiga\n\n{LINK}\n{KEY}"
    opened(url, address).send("Judul", text)
    [said] = receiver.got
    assert read(said[field]).endswith(text)


def test_slow_receiver_is_sent_the_message_once(receiver: Receiver) -> None:
    """A receiver that takes a message and answers later than Apprise waits by itself has taken
    it.
    """
    Channel(receiver.url("late~4.5")).send(TITLE, TEXT)
    assert len(receiver.got) == 1


def test_only_the_outbox_tries_again(receiver: Receiver) -> None:
    """A URL's own `retry` would send a message anew that nobody recorded."""
    with pytest.raises(DeliveryFailed, match=r"^HTTP 500$"):
        Channel(receiver.url("500?retry=3")).send(TITLE, TEXT)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("url", "connect_s", "read_s"),
    [
        ("json://host", 4, 30),
        ("json://host?rto=7&cto=2", 2, 7),
        ("tgram://123456789:abcdefg_hijklmnop/1/", 4, 30),
        ("mailto://user:pass@example.com", 30, 30),
        ("mailto://user:pass@example.com?cto=9", 9, 30),
    ],
)
def test_waits_for_the_answer(url: str, connect_s: float, read_s: float) -> None:
    """The answer may take as long as the delivery, unless the URL says how long; a mail server has
    one timeout for both.
    """
    service = open_service(url)
    assert service is not None
    assert service.request_timeout == (connect_s, read_s)


RINGING = (
    "Awas @everyone @here <!channel> <@U123> <https://x.example|klik> <b>tebal</b> *a* _b_ "
    "[kata](https://x.example) # c ~~d~~ `e` || f ||"
)


@pytest.fixture
def shown_by(receiver: Receiver, opened: Opened) -> Callable[[str, str], str]:
    """What a service sends of a message that is full of markup."""

    def send(url: str, address: str) -> str:
        opened(url, address).send(TITLE, f"{RINGING}\n\n{LINK}\n{KEY}")
        return json.dumps(receiver.got[-1], ensure_ascii=False)

    return send


def test_markup_is_harmless_in_slack(shown_by: Callable[[str, str], str]) -> None:
    """Slack reads <…> as links and mentions: here they are text, and nobody is rung for."""
    said = shown_by("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23desk", "webhook_url")
    assert "&lt;!channel&gt;" in said
    assert "&lt;https://x.example|klik&gt;" in said
    assert not re.search(r"<[!@#h]|@everyone|@here", said)
    assert '"mrkdwn": false' in said
    assert LINK.replace("&", "&amp;") in said
    assert KEY in said


def test_markup_is_harmless_in_telegram(shown_by: Callable[[str, str], str]) -> None:
    """Telegram reads HTML: here every < and & of a headline is escaped, and link and key are
    there.
    """
    said = shown_by("tgram://123456789:abcdefg_hijklmnop/12315544/", "notify_url")
    assert '"parse_mode": "HTML"' in said
    assert "&lt;b&gt;tebal&lt;/b&gt;" in said
    assert set(re.findall(r"<(/?\w+)", said)) <= {"b", "/b"}  # the title's own
    assert LINK.replace("&", "&amp;") in said
    assert KEY in said


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "notify_url"),
        ("mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", ""),
    ],
)
def test_markup_is_harmless_where_markdown_is_always_read(
    shown_by: Callable[[str, str], str], url: str, address: str
) -> None:
    """Discord and Mattermost render Markdown whatever a message declares: here it is escaped, but
    for the lines of link and key.
    """
    said = shown_by(url, address)
    text = json.loads(said).get("content") or json.loads(said)["text"]
    assert r"\[kata\](https://x.example)" in text
    assert r"\*a\* \_b\_" in text
    assert r"\<b\>tebal" in text
    assert "@everyone" not in text
    assert text.endswith(f"\n\n{LINK}\n{KEY}")


def test_markup_is_harmless_in_mail() -> None:
    """A mail has the text escaped in its HTML part, and as it is in its plain one."""
    with mail_server() as server:
        Channel(server.url).send(TITLE, TEXT)
        [message] = server.got
    parts = parts_of(message)
    assert "<script>" not in parts["text/html"]
    assert "&lt;script&gt;" in parts["text/html"]
    assert KEY in parts["text/html"]
    assert "\n" not in str(message["Subject"])
    assert str(message["Subject"]) == TITLE


def test_file_of_a_mail(tmp_path: Path) -> None:
    """A mail has the file as it is, by its name, beside the text."""
    file = tmp_path / "2026-03-11 a&b?.html"
    file.write_text("<!doctype html><p>Malam ini", encoding="utf-8")
    with mail_server() as server:
        Channel(server.url).send(TITLE, TEXT, file=file)
        [message] = server.got
    parts = parts_of(message)
    assert parts[file.name] in (file.read_text("utf-8"), file.read_bytes())
    assert KEY in parts["text/html"]


def test_file_where_none_are_taken(receiver: Receiver, opened: Opened) -> None:
    """A service that takes no files gets the text."""
    channel = opened("mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", "")
    channel.send(TITLE, TEXT, file=Path(__file__))
    assert KEY in json.dumps(receiver.got)
