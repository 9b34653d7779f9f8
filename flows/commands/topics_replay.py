"""`kliping topics replay`: which hits a changed topic would add and drop, compared with the
recorded ones. Writes nothing and alerts nobody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np
from rich.console import Console

from flows.commands.topics_outliers import MOST, FoundHit, are_enough, outlier_lines
from flows.reading.replaying import Change, Fate, compare, matched
from flows.records import Match, Topic, counted
from flows.terminal import console, highlighted, line
from warehouse.named import Row
from warehouse.reader import Reader

_COLOURS: Mapping[Fate, str] = {
    "added": "green",
    "dropped": "red",
    "mentions added": "green",
    "mentions dropped": "red",
    "changed within": "yellow",
}


def show_replay(topic: Topic, reader: Reader, since: datetime, model: str) -> None:
    """Print the stories in which a topic now finds something else than what is recorded, how many
    there are of each kind, and the articles that are least like the others by a model's vectors.
    """
    out = console()
    hits: list[FoundHit] = []
    found = compare(_noting(hits, matched(topic, reader.replayed_articles(topic.id, since))))
    for fate, changes in found.stories:
        _show_story(out, fate, changes)
    counts = [counted(count, fate) for fate, count in found.totals.items()]
    outcome = ", ".join([*counts, counted(found.unchanged, "stories unchanged")])
    looked_at = f"{counted(found.articles, 'articles')} since {since:%Y-%m-%d}"
    out.print(f"{looked_at}: {outcome}; nothing was written")
    vectors = reader.vectors(model, [hit.id for hit in hits])
    hits = [hit for hit in hits if hit.id in vectors]
    if are_enough(hits):
        table = np.asarray([vectors[hit.id] for hit in hits], np.float32)
        for said in outlier_lines(topic.id, hits, table):
            out.print(line(said))


def _noting(
    hits: list[FoundHit], articles: Iterable[tuple[Row, Match | None]]
) -> Iterator[tuple[Row, Match | None]]:
    """The articles, of which the first that have the topic as their subject are kept."""
    for row, found in articles:
        if found and found.strength == "subject" and len(hits) < MOST:
            hits.append(FoundHit(row["article_id"], row["title"], row["body"], found))
        yield row, found


def _show_story(out: Console, fate: Fate, changes: Sequence[Change]) -> None:
    """What becomes of a story, and its headline; then each article, with the passage that matches
    or matched.
    """
    out.print(line((f"{fate}: ", _COLOURS[fate]), changes[0].title))
    for change in changes:
        before, after = change.before or "no match", change.after or "no match"
        out.print(line(f"  {change.outlet}, {change.seen_at:%Y-%m-%d}: {before} → {after}"))
        passage = change.passage
        if passage.text:
            out.print(line("    ", *highlighted(passage.text, passage.places, out)))
        out.print(line(f"    {change.url}"))
