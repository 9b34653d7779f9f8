"""How a run ended: what it could not look at, left out, doubts, or found to be less than usual, and
what that means for its exit status.

    looks, how their pages ended -> noted -> looks with all their notes -> Outcome
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flows.records import (
    FAILING,
    LINK_FAILURES,
    USUAL,
    Ends,
    Look,
    Note,
    Trouble,
    TroubleKind,
    counted,
)
from flows.stages.health.thresholds import thresholds

# Kinds of trouble that lose nothing. Any other makes the exit status 1.
_HARMLESS: frozenset[TroubleKind] = USUAL | {"listing-form"}
_FAILED: frozenset[TroubleKind] = FAILING | {"listing"}
# Pages are "most" of a source's if they exceed this share, and there are at least so many.
_MOST_SHARE, _MOST_PAGES = 0.5, 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """`looks`: how each source was found, none in a backfill; `unreadable`: places in archives that
    could not be read; `offending`: number of rows found, by check; `added`: what the run added, by
    kind; `unreachable`: why no outlet at all could be reached.
    """

    looks: Sequence[Look] = ()
    unreadable: Sequence[str] = ()
    offending: Mapping[str, int] = field(default_factory=dict)
    added: Mapping[str, int] = field(default_factory=dict)
    unreachable: str = ""

    @property
    def exit_status(self) -> int:
        """0: done; 1: done, but something was lost or is wrong; 3: no source could be looked at."""
        looked = [look for look in self.looks if look.looked]
        if looked and not any(look.usable for look in looked):
            return 3
        return int(any(trouble.kind not in _HARMLESS for trouble in self.troubles))

    @property
    def state(self) -> str:
        """The exit status as the table of runs has it."""
        return {0: "done", 1: "partial", 3: "failed"}[self.exit_status]

    @property
    def troubles(self) -> list[Trouble]:
        """What a person should know, by source and kind."""
        found = [trouble for look in self.looks for trouble in troubles_of(look)]
        archives = [Note("archive", place) for place in self.unreadable]
        return [*found, *_counted(None, [*archives, *self._broken_checks()])]

    def _broken_checks(self) -> list[Note]:
        return [
            Note("check", f"check {name} found {counted(rows, 'rows')}: please report this", rows)
            for name, rows in self.offending.items()
        ]

    @property
    def messages(self) -> list[str]:
        """The troubles as lines for a person, the cause of others first, without those of every
        night.
        """
        archives = (f"unreadable: {place}" for place in self.unreadable)
        checks = (note.text for note in self._broken_checks())
        return [*archives, *self._of_sources(), *checks]

    def _of_sources(self) -> Iterator[str]:
        if self.unreachable:
            yield (
                f"no network: none of {len(self.looks)} sources could be reached "
                f"({self.unreachable}); is this machine online? Outlets are not fetched by a proxy"
            )
            return
        for look in self.looks:
            for trouble in troubles_of(look):
                if trouble.kind not in USUAL:
                    yield _line(trouble, look.failed)


def noted(look: Look, ends: Sequence[Ends]) -> Look:
    """A look with notes on how its source's pages ended. `ends`: how they did."""
    return replace(look, unread=_are_unread(look, ends)).noting(_page_notes(ends))


def _are_unread(look: Look, ends: Sequence[Ends]) -> bool:
    """Whether no page of several, or of all that are listed, gave an article."""
    passed_over = thresholds().pages.passed_over
    rejected = [e for e in ends if e.what == "rejection" and e.reason not in passed_over]
    if any(each.what == "article" for each in ends):
        return False
    return _count(rejected) >= min(_MOST_PAGES, max(1, look.listed))


def troubles_of(look: Look) -> list[Trouble]:
    """The notes of a look, counted by kind."""
    return _counted(look.source_id, look.notes)


def losses_of(look: Look) -> list[Trouble]:
    """The troubles by which something of a source was or may have been lost."""
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
    if len(notes) == 1:
        return notes[0].text
    return f"{notes[0].text} (and {len(notes) - 1} more)"


def _line(trouble: Trouble, failed: bool) -> str:
    return f"{trouble.source_id}: {_severity(trouble.kind, failed)}: {trouble.example}"


def _severity(kind: TroubleKind, failed: bool) -> str:
    if failed and kind in _FAILED:
        return "failed"
    return "note" if kind in _HARMLESS else "missed"


def _page_notes(ends: Sequence[Ends]) -> Iterator[Note]:
    by_what = defaultdict[str, list[Ends]](list)
    for each in ends:
        by_what[each.what].append(each)
    rejected = [each for each in by_what["rejection"] if each.reason not in LINK_FAILURES]
    blocked = [each for each in rejected if each.reason in thresholds().pages.blocked]
    broken = [each for each in rejected if each.reason == "broken"]
    rest = [each for each in rejected if each not in blocked and each not in broken]
    articles = _count(by_what["article"])
    pages = articles + _count(rejected)
    kind: TroubleKind = "mostly-rejected" if _are_most(rest, pages) else "rejected"
    of_pages = f"of {counted(pages, 'pages')}"
    yield from _note("blocked", f"{of_pages} were blocked", blocked)
    yield from _note("broken", f"{of_pages} could not be read", broken)
    yield from _note(kind, f"{of_pages} gave no article", rest)
    yield from _note("doubtful-answer", "known articles now answer otherwise", by_what["answer"])
    doubts = thresholds().articles.doubts
    incomplete = [each for each in by_what["doubt"] if each.reason in doubts]
    kind = "mostly-doubtful" if _are_most(incomplete, articles) else "doubtful"
    yield from _note(kind, "articles with doubts", by_what["doubt"])


def _count(ends: Iterable[Ends]) -> int:
    return sum(each.count for each in ends)


def _are_most(ends: Sequence[Ends], pages: int) -> bool:
    return _count(ends) >= _MOST_PAGES and _count(ends) > _MOST_SHARE * pages


def _note(kind: TroubleKind, what: str, ends: Sequence[Ends]) -> Iterator[Note]:
    if ends:
        reasons = ", ".join(f"{each.reason} {each.count}" for each in ends)
        text = f"{counted(_count(ends), what)}: {reasons}; such as {ends[0].example}"
        yield Note(kind, text, _count(ends))
