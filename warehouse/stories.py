"""Stories: which articles they have, and which could join."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from flows.records import Clipping, Merge, Placement
from warehouse.engine import Engine
from warehouse.named import Row


@dataclass(frozen=True, slots=True)
class Stories:
    """What the warehouse knows of stories."""

    engine: Engine

    def ungrouped(self, model: str, batch: int) -> list[Clipping]:
        """Articles without a story, or to be placed again, in order of publication."""
        return self._clippings(
            model, self.engine.rows("ungrouped_articles", model=model, batch=batch)
        )

    def open_stories(
        self, model: str, around: Iterable[Clipping], window: timedelta
    ) -> list[Clipping]:
        """The articles of every story that the given ones could join: those with an article within
        the window of one of them.
        """
        instants = [clipping.seen_at for clipping in around]
        rows = self.engine.rows(
            "open_stories",
            model=model,
            from_at=min(instants) - window,
            to_at=max(instants) + window,
        )
        return self._clippings(model, rows)

    def record_grouped(
        self,
        pending: Iterable[str],
        placements: Iterable[Placement],
        merges: Sequence[Merge],
        now: datetime,
    ) -> None:
        """Record the places of articles, the pending ones among them, which articles left a story,
        and which stories were merged. Alerts move with their story.
        """
        with self.engine.transaction():
            self.engine.write(
                [{"article_id": article_id} for article_id in pending], "close_regroupings"
            )
            self.engine.write(
                [asdict(placement) | {"placed_at": now} for placement in placements],
                "record_placements",
                "record_splits",
            )
            self.engine.write(
                [asdict(merge) | {"merged_at": now} for merge in merges],
                "record_merges",
                "redirect_alerts",
            )

    def reopen_stories(self, since: datetime) -> None:
        """Make the articles published since an instant pending: they are placed again, but their
        stories keep their ids.
        """
        with self.engine.transaction():
            self.engine.execute("reopen_stories", since=since)

    def _clippings(self, model: str, rows: Sequence[Row]) -> list[Clipping]:
        """The rows, with their vectors. These are read as arrays: 20,000 take 0.2 s, and 2.5 s as
        Python objects.
        """
        found = self.engine.columns(
            "vectors", model=model, article_ids=[row["article_id"] for row in rows]
        )
        vectors = dict(zip(found["article_id"], found["vector"], strict=True))
        return [Clipping(**row, vector=vectors[row["article_id"]]) for row in rows]
