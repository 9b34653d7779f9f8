"""The outbox against real receivers on loopback and a real warehouse: who gets what, when, in which
order, and what the state is then.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import pytest

from flows.delivery import Delivered, deliver, deliver_due, retry, try_channels
from flows.errors import ConfigError
from flows.records import Alert, Brief, Escalation, Quiet
from tests.helpers.clocks import NOW
from tests.helpers.hits import topic
from tests.helpers.mail import mail_server, parts_of
from tests.helpers.outbox import SECRET, TOPIC, Desks, after, keys, raise_alerts
from tests.helpers.tables import fetch, in_memory, new_warehouse
from warehouse.directory import brief_file, only_run, published
from warehouse.reader import Reader
from warehouse.snapshot import publish
from warehouse.store import Warehouse


@pytest.fixture
def desks() -> Iterator[Desks]:
    with Desks() as server:
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        yield server
        server.shutdown()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Warehouse]:
    warehouse = in_memory(tmp_path)
    yield warehouse
    warehouse.close()


def states(store: Warehouse) -> dict[tuple[str, str], tuple[str, int, str | None]]:
    """By alert and channel: state, attempts, last error."""
    return {
        (row["alert_id"], row["channel"]): (row["state"], row["attempts"], row["last_error"])
        for row in fetch(store, "from deliveries")
    }


def test_ten_channels_of_which_some_are_broken(store: Warehouse, desks: Desks) -> None:
    """Channels that drop, hang, answer 500 or are not declared keep no other from its messages, in
    order; the state tells each.
    """
    broken: dict[str, Any] = {
        "drops": lambda count: None,
        "hangs": after(0.6, None),
        "fails": lambda count: 500,
    }
    desks.answers |= broken
    reasons = {
        "drops": "no connection, or no answer",
        "hangs": "no connection, or no answer",
        "fails": "HTTP 500",
    }
    reasons["undeclared"] = "no topic in topics.yaml names it"
    good = [f"desk-{n}" for n in range(7)]
    raise_alerts(store, replace(TOPIC, channels=(*good, *reasons)), 3)

    done = deliver(store, [TOPIC], {name: desks.url(name) for name in (*good, *broken)}, NOW)

    assert {name: keys(desks.got[name]) for name in desks.got} == {
        name: ["0", "1", "2"] for name in good
    }
    for (_, channel), (state, attempts, error) in states(store).items():
        assert (state, attempts, error) == (
            ("pending", 1, reasons[channel]) if channel in reasons else ("sent", 1, None)
        )
    assert done.summary == "21 sent, 12 failed"
    assert SECRET not in "".join(done.troubles) + str(fetch(store, "from deliveries"))
    assert sorted(done.troubles) == sorted(
        f"channel {name}: 3 not delivered: {why}; tried again" for name, why in reasons.items()
    )


def test_each_attempt_is_recorded_before_the_next(store: Warehouse, desks: Desks) -> None:
    """While a message is under way, all before it are recorded: a crash repeats one at most."""
    raise_alerts(store, TOPIC, 4)
    recorded: list[Any] = []

    def look(count: int) -> int:
        [row] = fetch(store, "select count(*) as n from deliveries where state = 'sent'")
        recorded.append(row["n"])
        return 200

    desks.answers["desk"] = look
    deliver(store, [TOPIC], {"desk": desks.url("desk")}, NOW)
    assert recorded == [0, 1, 2, 3]


def test_slow_receiver_gets_each_message_once(store: Warehouse, desks: Desks) -> None:
    """One that takes a message and answers seconds later has it, and is not sent it again."""
    raise_alerts(store, TOPIC, 1)
    desks.answers["desk"] = after(4.5, 200)
    address = f"json://127.0.0.1:{desks.server_port}/desk"
    for _ in range(2):
        deliver(store, [TOPIC], {"desk": address}, NOW)
    assert keys(desks.got["desk"]) == ["0"]
    assert states(store) == {("0", "desk"): ("sent", 1, None)}


def test_channel_that_asks_for_fewer_gets_all_in_order(store: Warehouse, desks: Desks) -> None:
    """A channel that answers 429 to every third message gets it again after the pause that it
    names; nothing is lost or overtaken.
    """
    raise_alerts(store, TOPIC, 8)
    desks.answers["desk"] = lambda count: (
        (429, {"parameters": {"retry_after": 0.02}}) if count % 3 == 0 else 200
    )
    done = deliver(store, [TOPIC], {"desk": desks.url("desk")}, NOW)
    assert keys(desks.got["desk"]) == [str(n) for n in range(8)]
    assert (done.sent, done.troubles) == (8, [])


def test_channel_that_wants_nothing_for_an_hour(store: Warehouse, desks: Desks) -> None:
    """What it asks for goes beyond the time of this delivery: nothing more is sent to it until
    then, except by the next run.
    """
    raise_alerts(store, TOPIC, 3)
    desks.answers["desk"] = lambda count: (429, {"retry_after": 3600})
    done = deliver(store, [TOPIC], {"desk": desks.url("desk")}, NOW)
    assert desks.asked["desk"] == 1
    assert (done.sent, done.left) == (0, 2)
    assert {delivery.next_attempt_at for delivery in store.alerts.pending_deliveries()} == {
        NOW + timedelta(hours=1)
    }


def test_time_that_does_not_suffice_leaves_the_rest(store: Warehouse, desks: Desks) -> None:
    """A slow channel takes no more of a run than its time; the next deliveries go on where this one
    stopped, in order, nothing twice.
    """
    raise_alerts(store, replace(TOPIC, channels=("slow", "fast")), 30)
    desks.answers["slow"] = after(0.02, 200)
    addresses = {name: desks.url(name) for name in ("slow", "fast")}
    first = deliver(store, [TOPIC], addresses, NOW, budget_s=0.2)
    assert first.left > 0
    assert all(attempts == 0 for state, attempts, _ in states(store).values() if state == "pending")
    while deliver(store, [TOPIC], addresses, NOW, budget_s=0.2).left:
        pass
    assert {name: keys(texts) for name, texts in desks.got.items()} == {
        name: [str(n) for n in range(30)] for name in addresses
    }


def test_life_of_a_delivery(store: Warehouse, desks: Desks) -> None:
    """Each try doubles the pause, up to six hours; seven days after the first failure it is given
    up, and made again on request.
    """
    raise_alerts(store, TOPIC, 1)
    desks.answers["desk"] = lambda count: 500
    addresses = {"desk": desks.url("desk")}
    pauses = []
    at = NOW
    for _ in range(8):
        deliver(store, [TOPIC], addresses, at)
        [pending] = store.alerts.pending_deliveries()
        assert pending.next_attempt_at
        pauses.append((pending.next_attempt_at - at).total_seconds() / 60)
        at = pending.next_attempt_at
    assert pauses == [10, 20, 40, 80, 160, 320, 360, 360]
    deliver(store, [TOPIC], addresses, NOW + timedelta(days=7, minutes=-1))
    assert states(store)["0", "desk"][0] == "pending"
    done = deliver(store, [TOPIC], addresses, NOW + timedelta(days=7))
    assert done.troubles == [
        "channel desk: 1 given up: HTTP 500; see `kliping alerts retry --dead`"
    ]
    assert states(store)["0", "desk"][0] == "dead"
    assert deliver(store, [TOPIC], addresses, NOW + timedelta(days=8)).summary == ""
    store.alerts.revive(None)
    desks.answers.clear()
    assert deliver(store, [TOPIC], addresses, NOW + timedelta(days=8)).summary == "1 sent"
    assert states(store)["0", "desk"] == ("sent", 11, None)


def test_quiet_hours_hold_delivery(store: Warehouse, desks: Desks) -> None:
    """What is raised in quiet hours is held, without an attempt, and goes out after them; another
    topic's goes out at once.
    """
    loud = topic("missiles", "Rudal", timedelta(hours=24))
    quiet = replace(TOPIC, quiet=Quiet(clock(22), clock(6)))
    raise_alerts(store, quiet, 2)
    store.alerts.record(loud, [Alert("m", loud.id, "s", "new_story", NOW, "Rudal", "rudal\n\n[m]")])
    addresses = {"desk": desks.url("desk")}
    night = datetime(2026, 3, 11, 18, tzinfo=UTC)  # 01:00 in Jakarta
    assert (
        deliver(store, [quiet, loud], addresses, night).summary == "1 sent, 2 held by quiet hours"
    )
    assert keys(desks.got["desk"]) == ["m"]
    assert states(store)["0", "desk"] == ("pending", 0, None)
    assert deliver(store, [quiet, loud], addresses, night + timedelta(hours=5)).summary == "2 sent"
    assert keys(desks.got["desk"]) == ["m", "0", "1"]


def test_digest(store: Warehouse, desks: Desks) -> None:
    """All of a topic's messages come as one, with every key; each is recorded, and a digest that
    failed is tried as one again.
    """
    summed = replace(TOPIC, digest=True)
    single = topic("missiles", "Rudal", timedelta(hours=24))
    raise_alerts(store, summed, 3)
    store.alerts.record(
        single, [Alert("m", single.id, "s", "new_story", NOW, "Rudal", "rudal\n\n[m]")]
    )
    addresses = {"desk": desks.url("desk")}
    desks.answers["desk"] = lambda count: 503
    assert deliver(store, [summed, single], addresses, NOW).summary == "4 failed"
    assert desks.asked["desk"] == 2
    desks.answers.clear()
    assert deliver(store, [summed, single], addresses, NOW).summary == "4 sent"
    assert [keys([text]) for text in desks.got["desk"]] == [["0", "1", "2"], ["m"]]
    assert set(states(store).values()) == {("sent", 2, None)}


def test_digest_that_is_longer_than_the_channel_shows(store: Warehouse, desks: Desks) -> None:
    """It becomes as few messages as that takes, each message whole."""
    long = [
        Alert(f"{n}", TOPIC.id, f"s{n}", "new_story", NOW, "Kabar", f"{'kata ' * 2000}\n\n[{n}]")
        for n in range(7)
    ]
    store.alerts.record(TOPIC, long)
    deliver(store, [replace(TOPIC, digest=True)], {"desk": desks.url("desk")}, NOW)
    assert [len(keys([text])) for text in desks.got["desk"]] == [
        3,
        3,
        1,
    ]  # 10,000 characters each, of 32,768


def test_escalation(store: Warehouse, desks: Desks) -> None:
    """A message that its channel has not taken for an hour goes to the second channel too, once,
    with its key; another topic's does not.
    """
    urgent = replace(TOPIC, escalate=Escalation(("chief",), timedelta(hours=1)))
    calm = topic("missiles", "Rudal", timedelta(hours=24))
    raise_alerts(store, urgent, 1)
    store.alerts.record(calm, [Alert("m", calm.id, "s", "new_story", NOW, "Rudal", "rudal\n\n[m]")])
    desks.answers["desk"] = lambda count: None
    addresses = {name: desks.url(name) for name in ("desk", "chief")}
    for minutes, chief in ((0, None), (20, None), (59, None), (60, ["0"]), (90, ["0"])):
        deliver(store, [urgent, calm], addresses, NOW + timedelta(minutes=minutes))
        assert keys(desks.got["chief"]) == chief if chief else "chief" not in desks.got, minutes
    first = [delivery for delivery in store.alerts.pending_deliveries() if delivery.alert_id == "0"]
    assert [delivery.channel for delivery in first] == ["desk"]
    desks.answers.clear()
    deliver(store, [urgent, calm], addresses, NOW + timedelta(hours=2))
    assert keys(desks.got["desk"]) == ["0", "m"]
    assert keys(desks.got["chief"]) == ["0"]


def test_escalation_is_not_late(store: Warehouse, desks: Desks) -> None:
    """Between runs the first channel is tried again when the hour is up, however long its pause has
    grown.
    """
    urgent = replace(TOPIC, escalate=Escalation(("chief",), timedelta(hours=1)))
    raise_alerts(store, urgent, 1)
    desks.answers["desk"] = lambda count: 500
    tried = [NOW]
    for _ in range(3):
        deliver(store, [urgent], {name: desks.url(name) for name in ("desk", "chief")}, tried[-1])
        tried += [
            delivery.next_attempt_at
            for delivery in store.alerts.pending_deliveries()
            if delivery.next_attempt_at
        ]
    assert [(at - NOW).total_seconds() / 60 for at in tried] == [0, 10, 30, 60]


# ---- the commands' own ----


TOPICS = """\
version: 1
channels: {desk: {env: KLIPING_TEST_DESK}, chief: {env: KLIPING_TEST_CHIEF}}
topics:
  - id: pact
    title: Pakta
    all_of: [{name: a, any: [pakta]}]
    alert: {channels: [desk], quiet: QUIET}
"""


@pytest.fixture
def files(tmp_path: Path, desks: Desks, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A topics.yaml, and a published warehouse with two alerts for its desk."""
    monkeypatch.setenv("KLIPING_TEST_DESK", desks.url("desk"))
    monkeypatch.setenv("KLIPING_TEST_CHIEF", desks.url("chief"))
    return _written(tmp_path, "[]"), _filled(tmp_path / "data")


def _written(folder: Path, quiet: str) -> Path:
    path = folder / "topics.yaml"
    path.write_text(
        TOPICS.replace(", quiet: QUIET", "" if quiet == "[]" else f", quiet: '{quiet}'"),
        encoding="utf-8",
    )
    return path


def _filled(directory: Path) -> Path:
    store = new_warehouse(directory)
    raise_alerts(store, TOPIC, 2)
    store.close()
    publish(directory)
    return directory


def _states(directory: Path) -> dict[str, tuple[str, int]]:
    return {
        row["alert_id"]: (row["state"], row["attempts"])
        for row in Reader(directory).deliveries(None)
    }


def test_retry(files: tuple[Path, Path], desks: Desks, tmp_path: Path) -> None:
    """It sends what is pending, whatever the pause between tries, and publishes; quiet hours hold,
    but not a message by its id.
    """
    topics, data = files
    desks.answers["desk"] = lambda count: 500
    assert retry(topics, data, None, dead=False).summary == "2 failed"
    assert _states(data) == {"0": ("pending", 1), "1": ("pending", 1)}
    desks.answers.clear()
    topics = _written(tmp_path, "00:00-23:59")
    assert retry(topics, data, None, dead=False).summary == "2 held by quiet hours"
    assert retry(topics, data, "1", dead=False).summary == "1 sent"
    with pytest.raises(ConfigError, match=r"^1: no message with this id waits to be delivered"):
        retry(topics, data, "1", dead=False)
    assert retry(_written(tmp_path, "[]"), data, None, dead=True).summary == "1 sent"
    assert _states(data) == {"0": ("sent", 2), "1": ("sent", 2)}


def test_due_between_runs(files: tuple[Path, Path], desks: Desks, tmp_path: Path) -> None:
    """Nothing is opened while nothing is due, quiet hours hold it or a run goes on; what is due is
    sent and published.
    """
    topics, data = files
    assert deliver_due(topics, tmp_path / "none yet") == Delivered()
    before = published(data).stat().st_mtime_ns
    assert deliver_due(_written(tmp_path, "00:00-23:59"), data) == Delivered()
    topics = _written(tmp_path, "[]")
    with only_run(data, "a run"):
        assert deliver_due(topics, data) == Delivered()
    assert published(data).stat().st_mtime_ns == before
    desks.answers["desk"] = lambda count: 500 if count == 1 else 200
    assert deliver_due(topics, data).summary == "1 sent, 1 failed"
    after = published(data).stat().st_mtime_ns
    assert deliver_due(topics, data) == Delivered()  # the one that failed has its pause
    assert published(data).stat().st_mtime_ns == after > before


def test_try_channels(
    files: tuple[Path, Path], desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each declared channel, or the named one, gets a message, and what went wrong is told without
    the secret.
    """
    topics, _ = files
    desks.answers["chief"] = lambda count: 403
    assert list(try_channels(topics, None)) == [("desk", None), ("chief", "HTTP 403")]
    assert list(try_channels(topics, "desk")) == [("desk", None)]
    with pytest.raises(ConfigError, match="mail: no such channel; declared are desk, chief"):
        list(try_channels(topics, "mail"))
    monkeypatch.setenv("KLIPING_TEST_CHIEF", f"nosuch://{SECRET}@host")
    with pytest.raises(
        ConfigError,
        match=r"topics\.yaml:2: channels\.chief\.env: .* holds no URL of a service that Apprise "
        r"knows",
    ) as refused:
        list(try_channels(topics, None))
    assert SECRET not in str(refused.value)


# ---- briefs ----


def test_brief(store: Warehouse) -> None:
    """A night's brief is sent once to each channel, with its file; one whose file is gone waits,
    and says what to do.
    """
    told = Brief(
        "0123456789abcdef", date(2026, 3, 11), NOW, "Ringkasan", "Isi\n\n[0123456789abcdef]"
    )
    file = brief_file(store.engine.directory, told.day)
    with mail_server() as server:
        channels = {"mail": server.url}
        store.alerts.record_brief(told, ["mail"])
        lost = deliver(store, [], channels, NOW)
        file.parent.mkdir()
        file.write_text("<!doctype html><p>Malam ini", encoding="utf-8")
        found = deliver(store, [], channels, NOW + timedelta(hours=1))
        store.alerts.record_brief(replace(told, title="Lagi"), ["mail"])
        again = deliver(store, [], channels, NOW + timedelta(hours=2))
        [message] = server.got
    assert lost.troubles == [
        f"channel mail: 1 not delivered: {file} is gone: `kliping report --date 2026-03-11` writes "
        "it again; tried again"
    ]
    assert (found.summary, again.summary) == ("1 sent", "")
    assert message["Subject"] == "Ringkasan"
    assert "Malam ini" in str(parts_of(message)["2026-03-11.html"])
    assert states(store) == {("0123456789abcdef", "mail"): ("sent", 2, None)}
