"""The checks after a run: over everything once a week, else over what changed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from warehouse.engine import Engine
from warehouse.named import Row

WHOLE_EVERY = timedelta(days=7)

# The rows that a check of what changed sees of each table or view: those whose column stands in a
# relation of changed.main. Of all others it sees everything.
_BY_ARTICLE, _BY_STORY, _BY_URL = (
    ("article_id", "changed_articles"),
    ("story_id", "changed_stories"),
    ("url", "changed_urls"),
)
_SEEN: Mapping[str, tuple[str, str]] = {
    "state.articles": _BY_ARTICLE,
    "state.cleanings": _BY_ARTICLE,
    "state.search_documents": _BY_ARTICLE,
    "state.topic_hits": _BY_ARTICLE,
    "state.vectors": _BY_ARTICLE,
    "main.article_versions": _BY_ARTICLE,
    "main.topic_hits": _BY_ARTICLE,
    "main.alerts": _BY_STORY,
    "main.story_articles": _BY_STORY,
    "state.links": _BY_URL,
    "state.pages": _BY_URL,
    "main.article_urls": _BY_URL,
    "main.rejections": _BY_URL,
}


def offending(engine: Engine, since: datetime, now: datetime) -> dict[str, list[Row]]:
    """The rows that each check finds, if any: of all rows if that was not done for a week, else of
    the articles that are pending with all of their stories, and of what links came to since an
    instant.
    """
    [last] = engine.rows("checked_whole")
    if last["clock"] is None or now - last["clock"] >= WHOLE_EVERY:
        found = engine.offending()
        if not found:
            engine.execute("record_checked_whole", clock=now)
        return found
    with engine.beside("changed"):
        engine.execute("changed_stories", since=since)
        engine.execute("changed_articles")
        engine.execute("changed_urls", since=since)
        engine.shadow("changed", _SEEN)
        return engine.offending("changed")
