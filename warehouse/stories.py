"""Stories: which articles stand together, and which could join them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import numpy as np

from flows.records import Clipping, Merge, Placement
from warehouse.engine import Engine, Row


class Stories(Engine):
    """What the warehouse knows of stories."""

    def ungrouped(self, model: str, batch: int) -> list[Clipping]:
        """Articles without a story, in order of publication."""
        return [_clipping(row) for row in self.rows("ungrouped_articles", model=model, batch=batch)]

    def open_stories(self, model: str, around: Sequence[Clipping], window: timedelta) -> list[Clipping]:
        """The articles of every story that the given ones could join: one of its articles lies within the window of one of them."""
        instants = [clipping.seen_at for clipping in around]
        rows = self.rows("open_stories", model=model, from_at=min(instants) - window, to_at=max(instants) + window)
        return [_clipping(row) for row in rows]

    def record_grouped(self, placements: Iterable[Placement], merges: Sequence[Merge], now: datetime) -> None:
        """Where articles stand, and which stories were merged; alerts follow their story."""
        with self.transaction():
            self.write([asdict(placement) for placement in placements], "record_placements")
            self.write([asdict(merge) | {"merged_at": now} for merge in merges], "record_merges", "redirect_alerts")


def _clipping(row: Row) -> Clipping:
    return Clipping(**row | {"vector": np.array(row["vector"], dtype=np.float32)})
