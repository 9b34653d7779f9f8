"""What returns on many articles of one source is clutter, though no rule knows it.

repeats, counted in the warehouse -> learn -> learned lines -> clean, article by article

A sentence is what stands between line breaks and sentence ends. Three shapes are learned: a `line`
is a whole sentence that returns ("Semua isi menjadi tanggung jawab penulis."); an `insert` is a
fixed phrase between sentences, with a new sentence behind it ("SCROLL TO CONTINUE WITH CONTENT"); a
`label` opens a text that is another one each time, and takes it along ("Baca juga:" and a
headline).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.records import Removed, stable_id
from flows.stages.press.dates import WEEKDAY_NAMES
from flows.stages.press.text import key
from flows.stages.press.vocabulary import any_of, read

Shape = Literal["line", "insert", "label"]

# What the warehouse counts with.
# newest articles of a source: of the largest outlet more than two weeks; they are counted in one to
# two seconds
SAMPLE = 5_000
LEAST = 4  # articles with the text; the smallest source that anything is learned of has as many
# share of the commonest next word from which on a fixed beginning is only a part of a longer one
BRANCHING = 0.5
BOUNDARY = (
    r"([.!?…][\"”’)\]]*|[^\s(\"“][\"”])\s+"  # the end of a sentence, and the blanks behind it
)
# Words of prompts, credits and players. They lower the share that is asked for, and are never
# enough.
_MARKING = (
    "read",
    "follow",
    "get",
    "download",
    "subscribe",
    "platform",
    "newsletter",
    "ad",
    "complete",
)
_MARK_WORDS = [
    *(word for name in _MARKING for word in read("prompts")[name]),
    *read("people")["bare"]["nouns"],
]
MARKS = rf"(?i)\b{any_of(_MARK_WORDS)}\b|https?://|www\.|\[gambas|@|©"
OPENERS = tuple(read("prose")["openers"])

# What is learned. Measured on the texts of one half of the outlets, proven on the other:
# bench/learned.py.
ARTICLES = 12  # of a source with fewer than this the text must stand on most
MOST = 0.4  # of the articles: what counts as most, and what needs no other sign
MARKED_SHARE = 0.005  # of the articles that carry a text with a prompt's word
_SHARE = (
    0.03  # of those that carry another one: an event's background, repeated for days, reaches 0.012
)
# the same for labels: a margin, none of an article's own was seen above 0.005 but those of
# machine-made summaries (0.067)
_LABEL_SHARE = 0.05
# of up to three words: marks such as '(*)' and '## Ringkasan' reach 0.17; a margin for subheadings
_SHORT_SHARE = 0.2
# of its articles with one word in their titles: above that it belongs to a series or to a story
_TITLE_SHARE = 0.5
_DAYS = 3  # on which it was seen, where the source was seen on as many
# of the articles of its days: a prompt that is new is on most of them, an event's background on
# hardly any
_DAY_SHARE = 0.2
_STORIES = 0.5  # stories an article: below that it is background that an outlet repeats
_FIRST_SHARE = 0.3  # of the times that it opens the article: datelines open nearly all
_CAPITAL_SHARE = 0.9  # of the times that what follows begins like a sentence or a headline
# of the times that what follows an insert begins with an opener: names and offices have 0 to .02,
# prompts .2 to .5
_OPENER_SHARE = 0.12
_TAIL_SHARE = 0.5  # of the times that what follows a label without a colon is the rest of the line
_LONG = 5  # words; a line as long is cut wherever it begins, a shorter one where a sentence does
_MAX_HEADLINE = 200  # characters

# The parameters of the warehouse's query `repeats`, but for the source.
COUNTING: Mapping[str, object] = {
    "sample": SAMPLE,
    "least": LEAST,
    "articles": ARTICLES,
    "most": MOST,
    "share": MARKED_SHARE,
    "boundary": BOUNDARY,
    "marks": MARKS,
    "openers": list(OPENERS),
    "branching": BRANCHING,
}

_MARK = re.compile(MARKS)
_BOUNDARY = re.compile(BOUNDARY)
_OPENING = re.compile(r"[\[(*#]*[A-Z0-9]|\[|\(\*|\W{3}")
_UNFIT_END = re.compile(
    r"(?:[,;\-–—\"“‘'(]|\b(?:di|ke|dari|dan|yang|untuk|dengan|oleh|pada|dalam))$", re.IGNORECASE
)
_DATE = re.compile(rf"\d{{1,2}}/\d{{1,2}}\b|\b{any_of(WEEKDAY_NAMES)}\b")
_SENTENCE_START = re.compile(r"[\"“‘'(\[]{0,4}[A-Z0-9]")
_IN_TITLES = frozenset(read("prose")["uncapitalised"])


@dataclass(frozen=True, slots=True)
class Repeat:
    """A text and how often, where and with what behind it a source's sampled articles have it.
    Shares are of its occurrences but for `title_share`, the share of its articles whose titles have
    one unusual word in common, and `day_share`, the share of the articles of its days that have it.
    `whole`: the text is all of its sentence.
    """

    source_id: str
    text: str
    whole: bool
    articles: int
    sampled: int
    stories: int
    days: int
    source_days: int
    day_share: float
    first_seen_at: datetime
    last_seen_at: datetime
    first_share: float
    capital_share: float
    opener_share: float
    tail_share: float
    title_share: float

    @property
    def share(self) -> float:
        """The share of the sampled articles that have it."""
        return self.articles / self.sampled


@dataclass(frozen=True, slots=True)
class LearnedLine:
    """A text that is cut from the articles of its source."""

    source_id: str
    shape: Shape
    text: str
    articles: int
    share: float
    first_seen_at: datetime
    last_seen_at: datetime

    @property
    def id(self) -> str:
        return stable_id(self.source_id, self.shape, self.text)


def learn(repeats: Iterable[Repeat]) -> list[LearnedLine]:
    """Those of the counted texts that are clutter, in the order of their source and text."""
    found = [
        (repeat, shape) for repeat in repeats if _spreads(repeat) and (shape := _shape(repeat))
    ]
    inserts = {(repeat.source_id, repeat.text) for repeat, shape in found if shape == "insert"}
    learned = [
        LearnedLine(
            r.source_id, shape, r.text, r.articles, r.share, r.first_seen_at, r.last_seen_at
        )
        for r, shape in found
        if shape != "line"
        or (r.source_id, r.text) not in inserts  # an insert is cut where it stands alone as well
    ]
    return sorted(learned, key=lambda line: (line.source_id, line.text, line.shape))


def _spreads(repeat: Repeat) -> bool:
    """Whether it is on enough articles of unlike stories and days."""
    return (
        (repeat.articles >= ARTICLES or (repeat.articles >= LEAST and repeat.share >= MOST))
        and repeat.title_share < _TITLE_SHARE
        and repeat.stories >= _STORIES * repeat.articles
        and (repeat.days >= min(_DAYS, repeat.source_days) or repeat.day_share >= _DAY_SHARE)
    )


def _shape(repeat: Repeat) -> Shape | None:
    text = repeat.text
    if (
        not _OPENING.match(text)
        or _UNFIT_END.search(text)
        or _DATE.search(text)
        or repeat.first_share > _FIRST_SHARE
    ):
        return None
    marked = bool(_MARK.search(text))
    words = len(text.split())
    if repeat.whole:
        asked = MARKED_SHARE if marked else _SHARE if words > 3 else _SHORT_SHARE
        return "line" if repeat.share >= asked else None
    if repeat.capital_share < _CAPITAL_SHARE:
        return None
    if text.endswith(":"):
        return "label" if repeat.share >= (MARKED_SHARE if marked else _LABEL_SHARE) else None
    if repeat.tail_share >= _TAIL_SHARE:
        return "label" if marked and words > 1 and repeat.share >= MARKED_SHARE else None
    asked = _SHORT_SHARE if words == 1 else MARKED_SHARE if marked else _SHARE
    return "insert" if repeat.opener_share >= _OPENER_SHARE and repeat.share >= asked else None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`body`: what stays; `removed`: what was cut, in its order. Never all of a body."""

    body: str
    removed: tuple[Removed, ...]


class Cleaner:
    """Cuts what was learned about one source. `titles`: the headlines of its articles, by which the
    end of a glued one is known.
    """

    def __init__(self, learned: Iterable[LearnedLine], titles: Iterable[str] = ()) -> None:
        self.titles = {key(title) for title in titles}
        self._by_word: dict[str, list[LearnedLine]] = {}
        for line in sorted(learned, key=lambda line: (-len(line.text), line.shape)):
            self._by_word.setdefault(_first_word(line.text), []).append(line)
        lines = [line for lines in self._by_word.values() for line in lines]
        self._label = _any_of(line.text for line in lines if line.shape == "label")
        self._long = _any_of(
            line.text for line in lines if line.shape != "label" and len(line.text.split()) >= _LONG
        )

    def clean(self, body: str) -> Cleaned:
        """Cut what was learned from a body; the same body comes out the same."""
        kept: list[str] = []
        removed: list[Removed] = []
        for line in body.split("\n"):
            rest, at = [], 0
            for start, end, learned in self.cuts(line):
                rest.append(line[at:start].strip())
                removed.append(Removed(f"learned:{learned.id}", line[start:end].strip()))
                at = end
            rest.append(line[at:].strip())
            if text := " ".join(filter(None, rest)):
                kept.append(text)
        return Cleaned("\n".join(kept), tuple(removed)) if kept else Cleaned(body, ())

    def cuts(self, line: str) -> Iterator[tuple[int, int, LearnedLine]]:
        """What is to be cut of a line: from, to, and what was learned."""
        starts = [0, *(found.end() for found in _BOUNDARY.finditer(line)), len(line)]
        if self._long:
            starts = sorted({*starts, *(found.start() for found in self._long.finditer(line))})
        at, following = 0, 1
        while at < len(line):
            cut = self._cut_at(line, at, starts)
            if cut:
                yield at, *cut
                at = cut[0] + (line[cut[0] : cut[0] + 1] == " ")
            while starts[following] <= at and following < len(starts) - 1:
                following += 1
            if not cut:
                at = starts[following]

    def _cut_at(self, line: str, at: int, starts: Sequence[int]) -> tuple[int, LearnedLine] | None:
        """Where what begins at a sentence's start and is to be cut ends."""
        for learned in self._by_word.get(_first_word(line[at : at + _MAX_HEADLINE]), ()):
            end = at + len(learned.text)
            if not line.startswith(learned.text, at) or (
                line[end : end + 1].strip() and not learned.text.endswith(":")
            ):
                continue
            ends_sentence = end == len(line) or end + 1 in starts
            if ends_sentence or (
                learned.shape == "insert" and _SENTENCE_START.match(line, end + 1)
            ):
                return end, learned
            start = end + (line[end] == " ")
            if learned.shape == "label" and (length := self._headline_length(line[start:])):
                return start + length, learned
        return None

    def _headline_length(self, tail: str) -> int | None:
        """How many characters of what follows a label are its headline; None where nobody can tell.

        It is all that follows unless that ends like a sentence; else it ends with a title that is
        known, before the next label, before a quotation, or before an opener.
        """
        if (
            self._label
            and (next_label := self._label.search(tail, 1))
            and next_label.start() <= _MAX_HEADLINE
        ):
            before = tail[: next_label.start()].rstrip()
            return self._headline_length(before) or None
        ends = [
            found
            for found in _BOUNDARY.finditer(tail)
            if "." in found[1] and tail[found.start() - 1 : found.start()].islower()
        ]
        if not ends and len(tail) <= _MAX_HEADLINE and not re.search(r"[.][\"”’]?$", tail):
            return len(tail)
        return _known_title(tail, self.titles) or _before_sentence(tail)


def _any_of(texts: Iterable[str]) -> re.Pattern[str] | None:
    pattern = "|".join(map(re.escape, texts))
    return re.compile(rf"(?<!\S)(?:{pattern})") if pattern else None


def _first_word(text: str) -> str:
    """Up to a blank or a colon, behind which outlets forget the blank."""
    return re.split(r"[ :]", text, maxsplit=1)[0]


def _known_title(tail: str, titles: Collection[str]) -> int | None:
    """The length of the longest beginning that is a headline of the same source."""
    letters, length = "", None
    for found in re.finditer(r"\S+", tail[: _MAX_HEADLINE + 1]):
        letters += key(found[0])
        if letters in titles and found.end() >= 12:
            length = found.end()
    return length


def _before_sentence(tail: str) -> int | None:
    """The length up to the first word behind a headline that surely opens a sentence; a headline
    has its words in capitals.
    """
    words = [(found.start(), found[0]) for found in re.finditer(r"\S+", tail[: _MAX_HEADLINE + 1])]
    for index, (start, word) in enumerate(words[:-1]):
        following = words[index + 1][1]
        bare = word.lstrip('"“')
        opener = bare.rstrip(",").lower()
        opens = bare[:1].isupper() and (
            bare != word or (opener in OPENERS and opener not in {"ini", "itu"})
        )  # they close headlines too
        if (
            index >= 3
            and opens
            and (word.endswith(",") or (following[0].islower() and following not in _IN_TITLES))
        ):
            return start - 1
        if word[0].islower() and word not in _IN_TITLES:
            return None
    return None
