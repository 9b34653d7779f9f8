"""The brief of a night: one HTML file that needs nothing else, and the message it is sent with.

    Night -> page    -> reports/2026-03-11.html
          -> message -> the outbox

The file has both languages and no script: it opens from a mail, prints, and can be kept.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from flows.errors import WarehouseError
from flows.reading.charts import bars, flows, gap_map
from flows.reading.environment import environment, style_sheet
from flows.reading.language import Wording
from flows.reading.marks import excerpt
from flows.reading.night import DAYS, Night, Story
from flows.records import Brief, one_line, stable_id
from flows.stages.watch.telling import SURE

# How much of each is shown; what is left out is counted.
_MOST: Mapping[str, int] = {
    "stories": 20,  # of a topic
    "threads": 6,  # of a story
    "taken": 6,  # reports taken from one
    "outlets": 12,  # of a story
    "mentions": 10,
    "edits": 20,
    "sentences": 3,  # added to an article, and cut from it
    "troubles": 30,
    "learned": 20,
    "flows": 30,
}
_STORIES, _TITLE = 3, 120  # stories of a topic that the message names; characters of a headline
_SPOKEN = Wording(("id",))


def page(night: Night, base_url: str = "") -> str:
    """The brief as HTML. `base_url`: where the reading room is, to link to it; '' for no links."""
    made = environment(("id", "en"))
    return made.get_template("brief.html").render(
        night=night,
        base_url=base_url,
        days=DAYS,
        most=_MOST,
        sure=SURE,
        style=style_sheet(),
        excerpt=excerpt,
        gaps=gap_map(night.silences, night.day, DAYS),
        bars={topic.row["topic_id"]: bars(topic.coverage) for topic in night.topics},
        flows=flows(night.takeovers[: _MOST["flows"]]),
    )


def write(night: Night, path: Path, base_url: str = "") -> None:
    """Write the brief as HTML to a file, which is complete or as it was. Raises WarehouseError."""
    text = page(night, base_url)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8", errors="replace")
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise WarehouseError(f"{path}: cannot be written: {error.strerror}") from error


def message(night: Night, base_url: str = "") -> Brief:
    """The message that the file is attached to: plain Indonesian text, its key in the last
    paragraph.
    """
    key = stable_id("brief", f"{night.day}")
    biggest = [*_named(night.biggest)]
    paragraphs = [
        [_said(f"message.{name}", n=night.counts[name]) for name in ("articles", "troubled")],
        *(
            [
                _said("message.topic", topic=topic.row["title"], n=len(topic.stories)),
                *_named(topic.stories),
            ]
            for topic in night.topics
        ),
        [_said("brief.biggest"), *biggest] if biggest else [],
        [_said("message.attached")],
        [*([f"{base_url}/nights/{night.day}"] if base_url else []), f"[{key}]"],
    ]
    return Brief(
        id=key,
        day=night.day,
        raised_at=night.until,
        title=_said("message.title", day=_SPOKEN.full_day(night.day)),
        text="\n\n".join("\n".join(lines) for lines in paragraphs if lines),
    )


def _named(stories: Sequence[Story]) -> Iterator[str]:
    for story in stories[:_STORIES]:
        outlets = _said("number.outlets", n=len(story.outlets))
        yield f"• {one_line(story.first['title'], _TITLE)} ({outlets})"


def _said(name: str, **values: object) -> str:
    return _SPOKEN.phrase(name, **values).label
