"""How a run ended: what it could not look at, left out, doubts or found to be less than usual, and
what that means for its exit status.

    looks, how their pages ended -> noted -> looks with all their notes -> Outcome
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flows.records import (
    FAILING,
    LINK_FAILURES,
    USUAL,
    Doubt,
    Ends,
    Look,
    Note,
    Source,
    Trouble,
    TroubleKind,
)

# Kinds by which nothing was lost; a run with any other is no clean one.
_HARMLESS: frozenset[TroubleKind] = USUAL | {"listing-form"}
_FAILED: frozenset[TroubleKind] = FAILING | {"listing"}
# rejections that say something of the outlet's server, not of one page
_BLOCKED = ("interstitial", "http-4xx 401", "http-4xx 403", "http-4xx 429", "http-4xx 451")
# doubts by which the text may not be whole; few and single pages have them for reasons of their own
_INCOMPLETE: frozenset[Doubt] = frozenset(
    ["container-missing", "shorter-than-stated", "mostly-cut"]
)
_MOST, _AT_LEAST = 0.5, 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """`looks`: how each source was found, none in a backfill; `unreadable`: places in archives;
    `offending`: rows found, by check; `added`: what the run added, by kind.
    """

    looks: Sequence[Look] = ()
    unreadable: Sequence[str] = ()
    offending: Mapping[str, int] = field(default_factory=dict)
    added: Mapping[str, int] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        """0 done, and everything was looked at; 1 done, but something was not as it should be; 3 no
        source could be looked at.
        """
        looked = [look for look in self.looks if look.looked]
        if looked and not any(look.usable for look in looked):
            return 3
        return 1 if any(trouble.kind not in _HARMLESS for trouble in self.troubles) else 0

    @property
    def state(self) -> str:
        """The same for the table of runs."""
        return {0: "done", 1: "partial", 3: "failed"}[self.exit_status]

    @property
    def troubles(self) -> list[Trouble]:
        """What a person should know, by source and kind."""
        found = [trouble for look in self.looks for trouble in troubles_of(look)]
        archives = [Note("archive", place) for place in self.unreadable]
        return [*found, *_counted(None, [*archives, *self._broken_checks()])]

    def _broken_checks(self) -> list[Note]:
        return [
            Note("check", f"check {name} found {rows} rows: please report this", rows)
            for name, rows in self.offending.items()
        ]

    @property
    def told(self) -> list[str]:
        """The same as lines for a person, without what every night has."""
        of_sources = (
            _line(trouble, look.failed)
            for look in self.looks
            for trouble in troubles_of(look)
            if trouble.kind not in USUAL
        )
        archives = (f"unreadable: {place}" for place in self.unreadable)
        return [*of_sources, *archives, *(note.text for note in self._broken_checks())]


def noted(
    look: Look, source: Source, ends: Sequence[Ends], newest: datetime | None, now: datetime
) -> Look:
    """A look with what became of its source's pages, and with what is less than usual of it.

    `ends`: how the source's pages ended; `newest`: when its newest article was published.
    """
    return look.noting([*_page_notes(ends), *_unusual(look, source, newest, now)])


def troubles_of(look: Look) -> list[Trouble]:
    """The notes of a look, counted by kind."""
    return _counted(look.source_id, look.notes)


def losses_of(look: Look) -> list[Trouble]:
    """Those by which something of a source was lost, or may be."""
    return [trouble for trouble in troubles_of(look) if trouble.kind not in _HARMLESS]


def _counted(source_id: str | None, notes: Iterable[Note]) -> list[Trouble]:
    by_kind = defaultdict[TroubleKind, list[Note]](list)
    for note in notes:
        by_kind[note.kind].append(note)
    return [
        Trouble(kind, source_id, sum(note.count for note in same), _example(same))
        for kind, same in by_kind.items()
    ]


def _example(notes: Sequence[Note]) -> str:
    return notes[0].text + (f" (and {len(notes) - 1} more)" if len(notes) > 1 else "")


def _line(trouble: Trouble, failed: bool) -> str:
    word = "note" if trouble.kind in _HARMLESS else "missed"
    if failed and trouble.kind in _FAILED:
        word = "failed"
    return f"{trouble.source_id}: {word}: {trouble.example}"


def _unusual(look: Look, source: Source, newest: datetime | None, now: datetime) -> Iterator[Note]:
    if not look.looked:
        return
    least, silence = source.expect.min_links, source.expect.silent_after
    if not look.failed and look.listed < least:
        yield Note("few-links", f"{look.listed} links listed, at least {least} are expected")
    if silence is not None and newest is None:
        yield Note("silent", "no article yet")
    elif silence is not None and newest is not None and now - newest > silence:
        hours = silence.total_seconds() / 3600
        yield Note(
            "silent",
            f"its newest article is of {newest:%Y-%m-%d %H:%M} UTC, one is expected every {hours:g} hours",
        )


def _page_notes(ends: Sequence[Ends]) -> Iterator[Note]:
    of = defaultdict[str, list[Ends]](list)
    for each in ends:
        of[each.what].append(each)
    rejected = [each for each in of["rejection"] if each.reason not in LINK_FAILURES]
    articles = sum(each.count for each in of["article"])
    apart = {
        "blocked": [each for each in rejected if each.reason in _BLOCKED],
        "broken": [each for each in rejected if each.reason == "broken"],
    }
    rest = [each for each in rejected if all(each not in same for same in apart.values())]
    pages = articles + sum(each.count for each in rejected)
    kind: TroubleKind = "mostly-rejected" if _are_most(rest, pages) else "rejected"
    yield from _note("blocked", "pages were kept from us", apart["blocked"], pages)
    yield from _note("broken", "pages could not be read", apart["broken"], pages)
    yield from _note(kind, "pages gave no article", rest, pages)
    yield from _note("doubtful-answer", "known articles now answer otherwise", of["answer"])
    incomplete = [each for each in of["doubt"] if each.reason in _INCOMPLETE]
    kind = "mostly-doubtful" if _are_most(incomplete, articles) else "doubtful"
    yield from _note(kind, "articles with doubts", of["doubt"])


def _are_most(ends: Sequence[Ends], pages: int) -> bool:
    count = sum(each.count for each in ends)
    return count >= _AT_LEAST and count > _MOST * pages


def _note(
    kind: TroubleKind, what: str, ends: Sequence[Ends], pages: int | None = None
) -> Iterator[Note]:
    if ends:
        count = sum(each.count for each in ends)
        share = f"{count} of {pages}" if pages else str(count)
        reasons = ", ".join(f"{each.reason} {each.count}" for each in ends)
        yield Note(kind, f"{share} {what}: {reasons}; such as {ends[0].example}", count)
