"""What makes an article doubtful: a page that says more than was taken, or a template that moved."""

from collections.abc import Callable
from dataclasses import dataclass

from flows.records import Doubt, Origin, Removed, Source
from flows.stages.extraction.metadata import Metadata

# characters of the text in the metadata below which it is a summary
_STATED = 400
# of the stated text: an article that holds less lost a part of it. Prompts and captions in the
# stated text make up a tenth of it at most, on the real pages that state one.
_LEAST = 0.6


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
    """The doubts about an article. `container`: how its text was found; `headline_seen`: whether
    the page shows the headline; `dated`: whether it has a date.
    """
    found = _Found(body, removed, metadata, source, container, headline_seen, dated)
    return tuple(name for name, holds in _DOUBTS.items() if holds(found))


def _is_shorter_than_stated(found: _Found) -> bool:
    stated = found.metadata.text("articleBody")
    return len(stated) >= _STATED and len(found.body) < _LEAST * len(stated)


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
