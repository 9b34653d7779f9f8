"""The outbox: delivers recorded messages to their channels.

    pending deliveries -> those not held by quiet hours -> a lane per channel -> sent, pending, dead

The lanes run concurrently. Each sends its messages one by one, oldest first, and records each
attempt before the next: a crash repeats at most one message per channel, with the same key in its
text. A channel that is down, slow, or busy holds up only its own lane. What there is no time for is
left for the next delivery.
"""

import math
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.config import load_channels, load_topics
from flows.edges import notify
from flows.errors import BusyError, ConfigError, DeliveryFailed, WarehouseError
from flows.progress import Progress
from flows.records import Attempt, Delivery, Topic
from flows.stages.watch.alerts import is_quiet
from flows.stages.watch.messages import digest
from warehouse.directory import brief_file
from warehouse.reader import Reader
from warehouse.store import Warehouse, writing

# The time within which attempts begin.
RUN_S = 120.0  # in a nightly run; the schedule's next delivery continues with the rest
RETRY_S = 480.0  # between runs, where deliveries come every ten minutes

# Failures.
GIVEN_UP_AFTER = timedelta(days=7)  # since the first one, however many attempts there were
FIRST_PAUSE = timedelta(minutes=10)  # before the second attempt, doubled each time
LONGEST_PAUSE = timedelta(hours=6)
_MAX_DOUBLINGS = 10  # more than it takes to reach LONGEST_PAUSE

# Channels that are busy, that is, ask for fewer messages.
BUSY_TRIES = 3  # of one message in a row
BUSY_PAUSE_S = 1.0  # if the channel does not say how long to wait, doubled each time
LONGEST_WAIT_S = 30.0  # if it asks for longer, the message is left for the next delivery


@dataclass(slots=True)
class Delivered:
    """What a delivery did: how many messages were sent, failed (by channel and reason), were given
    up, are held by quiet hours, and were left for the next delivery.
    """

    sent: int = 0
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    dead: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: int = 0
    left: int = 0

    @property
    def summary(self) -> str:
        """One line; '' if there was nothing to do."""
        counts = {
            "sent": self.sent,
            "failed": sum(self.failed.values()),
            "given up": sum(self.dead.values()),
        }
        counts |= {"held by quiet hours": self.held, "left for the next delivery": self.left}
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)

    def count(self, channel: str, attempt: Attempt) -> None:
        """Count an attempt."""
        if attempt.error is None:
            self.sent += 1
        elif attempt.state == "dead":
            self.dead[channel, attempt.error] += 1
        else:
            self.failed[channel, attempt.error] += 1

    @property
    def troubles(self) -> list[str]:
        """What went wrong, a line for each channel and reason."""
        again = [
            f"channel {channel}: {count} not delivered: {why}; tried again"
            for (channel, why), count in self.failed.items()
        ]
        gone = [
            f"channel {channel}: {count} given up: {why}; see `kliping alerts retry --dead`"
            for (channel, why), count in self.dead.items()
        ]
        return again + gone


def deliver(
    store: Warehouse,
    topics: Sequence[Topic],
    addresses: Mapping[str, str],
    now: datetime,
    budget_s: float = RUN_S,
    wanted: Callable[[Delivery], bool] = lambda delivery: True,
) -> Delivered:
    """Try every pending delivery that is `wanted` and not held by quiet hours, then those that an
    escalation adds.

    `addresses`: the channels' Apprise URLs; `budget_s`: no attempt begins after so many seconds.
    """
    deadline = time.monotonic() + budget_s
    done = Delivered()
    tried: set[tuple[str, str]] = set()
    channels = {name: notify.Channel(address) for name, address in addresses.items()}
    for _ in ("declared channels", "escalation"):
        pending = [
            d
            for d in store.alerts.pending_deliveries()
            if wanted(d) and (d.alert_id, d.channel) not in tried
        ]
        tried |= {(d.alert_id, d.channel) for d in pending}
        held = {topic.id for topic in topics if is_quiet(topic.quiet, now)}
        done.held += sum(d.topic_id in held for d in pending)
        open_now = [d for d in pending if d.topic_id not in held]
        lanes = _lanes(open_now, topics, channels, store.engine.directory)
        _serve(store, lanes, topics, now, deadline, done)
        for topic in topics:
            if topic.escalate:
                store.alerts.escalate(topic, now - topic.escalate.after)
    return done


def retry(topics: Path, warehouse: Path, alert_id: str | None, dead: bool) -> Delivered:
    """Try pending deliveries now: all of them, with `dead` also those given up; or those of one
    message, at any hour and even if given up.

    Raises ConfigError, also if no message with that id waits to be delivered, BusyError, and
    WarehouseError.
    """
    watched, addresses = load_topics(topics, os.environ, notify.check)
    now = datetime.now(UTC)
    with writing(warehouse, "kliping alerts retry", known=True) as store:
        if dead or alert_id:
            store.alerts.revive(alert_id)
        if alert_id is None:
            return deliver(store, watched, addresses, now, RETRY_S)
        if not any(d.alert_id == alert_id for d in store.alerts.pending_deliveries()):
            raise ConfigError(
                f"{alert_id}: no message with this id waits to be delivered; "
                "`kliping alerts list` shows them"
            )
        at_any_hour = [replace(topic, quiet=None) for topic in watched]
        return deliver(
            store, at_any_hour, addresses, now, RETRY_S, lambda d: d.alert_id == alert_id
        )


def deliver_due(topics: Path, warehouse: Path) -> Delivered:
    """Between runs: try what is due. Does nothing if nothing is, or while a run is in progress.

    What is due is read from the snapshot, which every run renews at its end. Raises ConfigError,
    WarehouseError.
    """
    watched, addresses = load_topics(topics, os.environ, notify.check)
    now = datetime.now(UTC)
    quiet = {topic.id for topic in watched if is_quiet(topic.quiet, now)}

    def due(delivery: Delivery) -> bool:
        return delivery.topic_id not in quiet and (
            delivery.next_attempt_at is None or delivery.next_attempt_at <= now
        )

    if not any(map(due, _published(warehouse))):
        return Delivered()
    try:
        with writing(warehouse, "a delivery of kliping schedule") as store:
            return deliver(store, watched, addresses, now, RETRY_S, due)
    except BusyError:
        return Delivered()


def tell(delivered: Delivered, progress: Progress) -> None:
    """Print what a delivery did."""
    if delivered.summary:
        progress.say("deliver", delivered.summary)
    for trouble in delivered.troubles:
        progress.complain(trouble)


def try_channels(topics: Path, only: str | None) -> Iterable[tuple[str, str | None]]:
    """Send a test message to each channel of a topics.yaml, or to one. Yields each one's name, and
    what went wrong, if anything. Raises ConfigError.
    """
    addresses = load_channels(topics, os.environ, only, notify.check)
    text = "Pesan percobaan: kabar dari Kliping akan tiba di sini."
    for name, address in addresses.items():
        failure = _send(notify.Channel(address), _Parcel([], f"Kliping: {name}", text), 0.0)
        yield name, None if failure is None else str(failure)


# ---- lanes ----


@dataclass(slots=True)
class _Parcel:
    """What is sent as one message: a delivery or, in a digest, several; with a file, if it is a
    brief.
    """

    deliveries: list[Delivery]
    title: str
    text: str
    file: Path | None = None


@dataclass(slots=True)
class _Lane:
    """What is to be sent to one channel, in order. `busy`: how many times in a row it has been
    busy; `pause_s`: how long to wait before the next attempt.
    """

    name: str
    channel: notify.Channel | None
    parcels: deque[_Parcel]
    busy: int = 0
    pause_s: float = 0.0


def _lanes(
    pending: Sequence[Delivery],
    topics: Sequence[Topic],
    channels: Mapping[str, notify.Channel],
    directory: Path,
) -> list[_Lane]:
    digests: dict[str | None, Topic] = {topic.id: topic for topic in topics if topic.digest}
    lanes: dict[str, _Lane] = {}
    bundles: dict[tuple[str, str | None], _Parcel] = {}
    for delivery in pending:
        lane = lanes.setdefault(
            delivery.channel, _Lane(delivery.channel, channels.get(delivery.channel), deque())
        )
        bundle = bundles.get((delivery.channel, delivery.topic_id))
        if bundle and delivery.topic_id:
            topic = digests[delivery.topic_id]
            messages = [(each.title, each.text) for each in (*bundle.deliveries, delivery)]
            title, text = digest(topic.title, topic.language, messages)
            if lane.channel is None or lane.channel.holds(title, text):
                bundle.deliveries.append(delivery)
                bundle.title, bundle.text = title, text
                continue
        day = delivery.brief_day
        file = brief_file(directory, day) if day else None
        parcel = _Parcel([delivery], delivery.title, delivery.text, file)
        lane.parcels.append(parcel)
        if delivery.topic_id in digests:
            bundles[delivery.channel, delivery.topic_id] = parcel
    return list(lanes.values())


def _serve(
    store: Warehouse,
    lanes: Sequence[_Lane],
    topics: Sequence[Topic],
    now: datetime,
    deadline: float,
    done: Delivered,
) -> None:
    """Send the parcels in the lanes, one at a time in each, and record every attempt before the
    next one in its lane.
    """
    escalations: dict[str | None, timedelta] = {
        topic.id: topic.escalate.after for topic in topics if topic.escalate
    }
    with ThreadPoolExecutor(max(1, len(lanes)), "delivery") as pool:
        sending: dict[Future[DeliveryFailed | None], _Lane] = {}
        waiting = list(lanes)
        while waiting or sending:
            sending |= {
                pool.submit(_send, lane.channel, lane.parcels[0], lane.pause_s): lane
                for lane in waiting
            }
            completed, _ = wait(sending, return_when=FIRST_COMPLETED)
            results = [(sending.pop(future), future.result()) for future in completed]
            for lane, failure in results:
                _record(store, lane, failure, escalations, now, deadline, done)
            waiting = [
                lane
                for lane, _ in results
                if lane.parcels and time.monotonic() + lane.pause_s < deadline
            ]
    done.left += sum(len(parcel.deliveries) for lane in lanes for parcel in lane.parcels)


def _send(channel: notify.Channel | None, parcel: _Parcel, pause_s: float) -> DeliveryFailed | None:
    if channel is None:
        return DeliveryFailed("no topic in topics.yaml names it")
    if parcel.file and not parcel.file.exists():
        return DeliveryFailed(
            f"{parcel.file} is gone: `kliping report --date {parcel.file.stem}` writes it again"
        )
    time.sleep(pause_s)
    try:
        channel.send(parcel.title, parcel.text, file=parcel.file)
    except DeliveryFailed as failed:
        return failed
    return None


def _record(
    store: Warehouse,
    lane: _Lane,
    failure: DeliveryFailed | None,
    escalations: Mapping[str | None, timedelta],
    now: datetime,
    deadline: float,
    done: Delivered,
) -> None:
    """Record the attempt at the lane's first parcel, and decide whether it is retried at once."""
    parcel = lane.parcels[0]
    attempts = [_attempt(d, failure, escalations.get(d.topic_id), now) for d in parcel.deliveries]
    store.alerts.record_deliveries(attempts)
    if failure and failure.busy:
        lane.busy += 1
        lane.pause_s = failure.retry_after_s or BUSY_PAUSE_S * 2 ** (min(lane.busy, BUSY_TRIES) - 1)
        if lane.pause_s > LONGEST_WAIT_S or time.monotonic() + lane.pause_s >= deadline:
            store.alerts.put_off(lane.name, now + timedelta(seconds=lane.pause_s))
            lane.pause_s = math.inf
        elif lane.busy < BUSY_TRIES:
            parcel.deliveries = [
                replace(d, attempts=d.attempts + 1, failed_at=d.failed_at or now)
                for d in parcel.deliveries
            ]
            return
    else:
        lane.busy, lane.pause_s = 0, 0.0
    lane.parcels.popleft()
    for attempt in attempts:
        done.count(lane.name, attempt)


def _attempt(
    delivery: Delivery,
    failure: DeliveryFailed | None,
    escalates_after: timedelta | None,
    now: datetime,
) -> Attempt:
    """The state of a delivery after an attempt. If an escalation is to come, the next attempt is no
    later than that.
    """
    if failure is None:
        return Attempt(delivery.alert_id, delivery.channel, "sent", now)
    failed_at = delivery.failed_at or now
    if now - failed_at >= GIVEN_UP_AFTER:
        return Attempt(delivery.alert_id, delivery.channel, "dead", now, str(failure))
    again = now + min(FIRST_PAUSE * 2 ** min(delivery.attempts, _MAX_DOUBLINGS), LONGEST_PAUSE)
    if escalates_after and failed_at + escalates_after > now:
        again = min(again, failed_at + escalates_after)
    return Attempt(delivery.alert_id, delivery.channel, "pending", now, str(failure), again)


def _published(warehouse: Path) -> list[Delivery]:
    """The pending deliveries in the snapshot; none if there is no snapshot, or it was made by an
    older version.
    """
    try:
        return [Delivery(**row) for row in Reader(warehouse).pending_deliveries()]
    except WarehouseError:  # the next run makes or upgrades it, and delivers
        return []
