"""Signs that an article was not extracted well: its page has more text, or its template changed."""

from collections.abc import Callable
from dataclasses import dataclass

from flows.records import Doubt, Origin, Removed, Source
from flows.stages.extraction.metadata import Metadata


@dataclass(frozen=True, slots=True)
class _Stated:
    """What is expected of an article whose text is in the metadata, too."""

    least: int = 400  # characters; a shorter one is a summary
    # The share of it that the article has at least. On the real pages, prompts and captions in it
    # make up a tenth of it at most.
    share: float = 0.6


_STATED = _Stated()


@dataclass(frozen=True, slots=True)
class _Found:
    body: str
    removed: list[Removed]
    metadata: Metadata
    source: Source
    container: Origin
    headline_seen: bool
    dated: bool


def find_doubts(
    body: str,
    removed: list[Removed],
    metadata: Metadata,
    source: Source,
    container: Origin,
    *,
    headline_seen: bool,
    dated: bool,
) -> tuple[Doubt, ...]:
    """The doubts about an article. `container` tells how its text was found, `headline_seen`
    whether the page shows its headline, `dated` whether it has a date.
    """
    found = _Found(body, removed, metadata, source, container, headline_seen, dated)
    return tuple(name for name, holds in _DOUBTS.items() if holds(found))


def _is_shorter_than_stated(found: _Found) -> bool:
    stated = found.metadata.text("articleBody")
    return len(stated) >= _STATED.least and len(found.body) < _STATED.share * len(stated)


def _is_mostly_cut(found: _Found) -> bool:
    cut = sum(len(cut.text) for cut in found.removed if not cut.rule.startswith("prune:"))
    return cut > len(found.body)


_DOUBTS: dict[Doubt, Callable[[_Found], bool]] = {
    "container-missing": lambda found: (
        bool(found.source.container) and found.container.place != "container"
    ),
    "no-visible-headline": lambda found: not found.headline_seen,
    "no-date": lambda found: not found.dated,
    "shorter-than-stated": _is_shorter_than_stated,
    "mostly-cut": _is_mostly_cut,
}
