"""`make bench-delivery`: 10,000 pending alerts to a receiver on loopback that has no pace of its
own, through the real outbox.
"""

import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from bench.machine import described
from flows.delivery import RUN_S, deliver
from tests.helpers.clocks import NOW
from tests.helpers.outbox import TOPIC, Desks, keys, raise_alerts
from warehouse.store import Warehouse

ALERTS = 10_000


def main() -> None:
    print(described("apprise", "duckdb"))
    with tempfile.TemporaryDirectory() as folder, Desks() as desks:
        threading.Thread(target=desks.serve_forever, daemon=True).start()
        store = Warehouse.open(Path(folder))
        raise_alerts(store, TOPIC, ALERTS)
        passes = 0
        began = time.monotonic()
        while (
            done := deliver(
                store, [TOPIC], {"desk": desks.url("desk")}, NOW + timedelta(minutes=10 * passes)
            )
        ).left:
            passes += 1
        took = time.monotonic() - began
        store.close()
        desks.shutdown()
    assert done.failed.total() == 0
    assert keys(desks.got["desk"]) == [str(n) for n in range(ALERTS)], (
        "an alert was lost, repeated or overtaken"
    )
    print(
        f"{ALERTS} alerts, in order, each once: {took:.0f} s, {ALERTS / took:.0f} a second, "
        f"in {passes + 1} deliveries of {RUN_S:.0f} s"
    )


if __name__ == "__main__":
    main()
