"""Learn clutter from what recurs in many articles of one source, although no rule knows it.

    learn(repeats)                       -> the learned lines, from counts that the warehouse makes
    Cleaner(learned, titles).clean(body) -> the body without them

A sentence is what is between line breaks and the ends of sentences. Three shapes are learned:

- A `line` is a whole sentence that recurs: "Semua isi menjadi tanggung jawab penulis."
- An `insert` is a fixed phrase between sentences: "SCROLL TO CONTINUE WITH CONTENT"
- A `label` precedes a text that is different each time and is cut with it: "Baca juga:" and a
  headline
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from flows.records import Removed, stable_id
from flows.stages.press.dates import WEEKDAY_NAMES
from flows.stages.press.text import text_key
from flows.stages.press.vocabulary import any_of, read

Shape = Literal["line", "insert", "label"]

# From how many of a source's newest articles is learned: a few tell soon what is new, many tell
# what is rare (MARKED_SHARE of 500 is less than LEAST).
FEW, MANY = 500, 5_000
# The share of a sample that must be new before it is read again. So what learning costs depends on
# what came in, not on what is there.
TURNOVER = 0.25
LEAST = 4  # articles with a text, and so the smallest source that anything is learned from
# The share of the commonest next word from which a fixed beginning is only part of a longer one.
BRANCHING = 0.5
BOUNDARY = r"([.!?…][\"”’)\]]*|[^\s(\"“][\"”])\s+"  # the end of a sentence, and the space after it
# Words of prompts, credits and players. They lower the share that a text must have, and are never
# enough by themselves.
_MARKING = "read follow get download subscribe platform newsletter ad complete"
_MARK_WORDS = [
    *(word for name in _MARKING.split() for word in read("prompts")[name]),
    *read("people")["bare"]["nouns"],
]
MARKS = rf"(?i)\b{any_of(_MARK_WORDS)}\b|https?://|www\.|\[gambas|@|©"
OPENERS = tuple(read("prose")["openers"])
ARTICLES = 12  # with fewer than this, a text must be in most of the source's articles
MOST = 0.4  # the share of the articles that counts as most
MARKED_SHARE = 0.005  # the share of the articles for a text with one of MARKS


# What is learned. Measured on the texts of one half of the outlets and tested on the other:
# bench/learned.py.
@dataclass(frozen=True, slots=True)
class _Share:
    """The least share of the articles that have a text without any of MARKS."""

    line: float = 0.03  # the background of an event, repeated for days, reaches 0.012
    # With a margin: no label of an article's own was above 0.005, except in machine-made summaries
    # (0.067).
    label: float = 0.05
    # Of up to three words. Marks such as '(*)' and '## Ringkasan' reach 0.17, and there is a margin
    # for subheadings.
    short: float = 0.2


@dataclass(frozen=True, slots=True)
class _Spread:
    """How a text must be spread over the articles of its source."""

    titles: float = (
        0.5  # with more articles sharing a word in their titles, it is a series or story
    )
    days: int = 3  # unless the source was seen on fewer
    # Of the articles of its days. A prompt that is new is in most of them, the background of an
    # event in few.
    day: float = 0.2
    stories: float = 0.5  # per article; with fewer it is background that an outlet repeats


@dataclass(frozen=True, slots=True)
class _Place:
    """Shares of the times that a text occurs."""

    first: float = 0.3  # at most, it opens the article; datelines nearly always do
    capital: float = 0.9  # what follows begins like a sentence or a headline
    # What follows an insert begins with an opener. Names and posts have 0 to .02, prompts .2 to .5.
    opener: float = 0.12
    tail: float = 0.5  # what follows a label without a colon is the rest of the line


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is cut."""

    anywhere: int = 5  # words; a shorter line is only cut at the start of a sentence
    headline: int = 200  # characters after a label, at most


_SHARE, _SPREAD, _PLACE, _CUT = _Share(), _Spread(), _Place(), _Cut()

# The parameters of the warehouse's query `repeats`, except for the sources and the sample.
COUNTING: Mapping[str, object] = {
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
    """A text, and how often, where and before what the sampled articles of a source have it.

    `whole` tells whether it is a complete sentence. Shares are of its occurrences, except for
    `title_share`, the share of its articles whose titles have an unusual word in common, and
    `day_share`, the share of the articles of its days that have it.
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
        """The share of the sampled articles that have the text."""
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


@dataclass(frozen=True, slots=True)
class Lesson:
    """Newest articles of a source, at most `sample`, from which its lines are learned. `articles`:
    how many the source has; `known`: how many it had when this was done last, 0 if never.
    """

    source_id: str
    sample: int
    articles: int
    known: int

    @property
    def is_due(self) -> bool:
        """Whether enough is new. A source with FEW articles is always read whole."""
        new = self.articles - self.known
        if self.articles <= FEW:
            return self.sample == FEW and new > 0
        return new >= TURNOVER * min(self.articles, self.sample)


def learn(repeats: Iterable[Repeat]) -> list[LearnedLine]:
    """Those of the counted texts that are clutter, sorted by source and text."""
    found = [
        (repeat, shape) for repeat in repeats if _spreads(repeat) and (shape := _shape(repeat))
    ]
    inserts = {(repeat.source_id, repeat.text) for repeat, shape in found if shape == "insert"}
    learned = [
        LearnedLine(
            r.source_id, shape, r.text, r.articles, r.share, r.first_seen_at, r.last_seen_at
        )
        for r, shape in found
        if shape != "line" or (r.source_id, r.text) not in inserts  # inserts are cut alone, too
    ]
    return sorted(learned, key=lambda line: (line.source_id, line.text, line.shape))


def _spreads(repeat: Repeat) -> bool:
    """Whether a text is in enough articles of different stories and days."""
    enough = repeat.articles >= ARTICLES or (repeat.articles >= LEAST and repeat.share >= MOST)
    return (
        enough
        and repeat.title_share < _SPREAD.titles
        and repeat.stories >= _SPREAD.stories * repeat.articles
        and (
            repeat.days >= min(_SPREAD.days, repeat.source_days) or repeat.day_share >= _SPREAD.day
        )
    )


def _shape(repeat: Repeat) -> Shape | None:
    """The shape in which a text is clutter, None if it is not."""
    shape = _form(repeat)
    if shape is None or not _may_be_clutter(repeat):
        return None
    return shape if repeat.share >= _share_of(shape, repeat) else None


def _may_be_clutter(repeat: Repeat) -> bool:
    text = repeat.text
    return bool(
        _OPENING.match(text)
        and not _UNFIT_END.search(text)
        and not _DATE.search(text)
        and repeat.first_share <= _PLACE.first
    )


def _form(repeat: Repeat) -> Shape | None:
    """The shape of a text by what follows it."""
    if repeat.whole:
        return "line"
    if repeat.capital_share < _PLACE.capital:
        return None
    if repeat.text.endswith(":"):
        return "label"
    if repeat.tail_share >= _PLACE.tail:
        # Without a colon, only the words of a prompt tell a label from the start of a sentence.
        several = len(repeat.text.split()) > 1
        return "label" if several and _MARK.search(repeat.text) else None
    return "insert" if repeat.opener_share >= _PLACE.opener else None


def _share_of(shape: Shape, repeat: Repeat) -> float:
    """The least share of the articles that a text of this shape must have."""
    words = len(repeat.text.split())
    if shape == "insert" and words == 1:
        return _SHARE.short
    if _MARK.search(repeat.text):
        return MARKED_SHARE
    if shape == "label":
        return _SHARE.label
    return _SHARE.short if shape == "line" and words <= 3 else _SHARE.line


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What stays of a body, and what was cut, in its order. A body is never cut completely."""

    body: str
    removed: tuple[Removed, ...]


class Cleaner:
    """Cuts what was learned from one source. `titles` are the headlines of its articles, by which
    the end of a headline is found if no space follows it.
    """

    def __init__(self, learned: Iterable[LearnedLine], titles: Iterable[str] = ()) -> None:
        self.titles = {text_key(title) for title in titles}
        self._by_word: dict[str, list[LearnedLine]] = {}
        for line in sorted(learned, key=lambda line: (-len(line.text), line.shape)):
            self._by_word.setdefault(_first_word(line.text), []).append(line)
        lines = [line for lines in self._by_word.values() for line in lines]
        self._label = _any_of(line.text for line in lines if line.shape == "label")
        self._long = _any_of(
            line.text
            for line in lines
            if line.shape != "label" and len(line.text.split()) >= _CUT.anywhere
        )

    def clean(self, body: str) -> Cleaned:
        """A body without what was learned. Cleaning it again changes nothing."""
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
        """The parts of a line to cut: start, end, and what was learned."""
        starts = [0, *(found.end() for found in _BOUNDARY.finditer(line)), len(line)]
        if self._long:
            starts = sorted({*starts, *(found.start() for found in self._long.finditer(line))})
        at, following = 0, 1
        while at < len(line):
            cut = self._cut_at(line, at, starts)
            if cut:
                yield at, *cut
                at = cut[0] + line.startswith(" ", cut[0])
            while starts[following] <= at and following < len(starts) - 1:
                following += 1
            if not cut:
                at = starts[following]

    def _cut_at(self, line: str, at: int, starts: Sequence[int]) -> tuple[int, LearnedLine] | None:
        """The end of what is cut from this start of a sentence, and what was learned."""
        for learned in self._by_word.get(_first_word(line[at : at + _CUT.headline]), ()):
            end = at + len(learned.text)
            ends_word = not line[end : end + 1].strip() or learned.text.endswith(":")
            if not line.startswith(learned.text, at) or not ends_word:
                continue
            if end == len(line) or end + 1 in starts:
                return end, learned
            if learned.shape == "insert" and _SENTENCE_START.match(line, end + 1):
                return end, learned
            start = end + line.startswith(" ", end)
            if learned.shape == "label" and (length := self._headline_length(line[start:])):
                return start + length, learned
        return None

    def _headline_length(self, tail: str) -> int | None:
        """The length of the headline that follows a label; None if it cannot be told.

        The headline is all that follows, unless that ends like a sentence. Then it ends before the
        next label, with a known title, before a quotation, or before an opener.
        """
        following = self._label and self._label.search(tail, 1)
        if following and following.start() <= _CUT.headline:
            return self._headline_length(tail[: following.start()].rstrip()) or None
        ends = [
            found
            for found in _BOUNDARY.finditer(tail)
            if "." in found[1] and tail[found.start() - 1 : found.start()].islower()
        ]
        if not ends and len(tail) <= _CUT.headline and not re.search(r"[.][\"”’]?$", tail):
            return len(tail)
        return _known_title(tail, self.titles) or _before_sentence(tail)


def _any_of(texts: Iterable[str]) -> re.Pattern[str] | None:
    pattern = "|".join(map(re.escape, texts))
    return re.compile(rf"(?<!\S)(?:{pattern})") if pattern else None


def _first_word(text: str) -> str:
    """The text up to a space or a colon, after which some outlets forget the space."""
    return re.split(r"[ :]", text, maxsplit=1)[0]


def _known_title(tail: str, titles: Collection[str]) -> int | None:
    """The length of the longest start that is a headline of the same source."""
    letters, length = "", None
    for found in re.finditer(r"\S+", tail[: _CUT.headline + 1]):
        letters += text_key(found[0])
        if letters in titles and found.end() >= 12:
            length = found.end()
    return length


def _before_sentence(tail: str) -> int | None:
    """The length up to the first word after a headline that certainly opens a sentence. The words
    of a headline are capitalised, so it ends before the first that is not.
    """
    words = [(found.start(), found[0]) for found in re.finditer(r"\S+", tail[: _CUT.headline + 1])]
    for index, ((start, word), (_, following)) in enumerate(pairwise(words)):
        if index >= 3 and _opens_sentence(word, following):
            return start - 1
        if word[0].islower() and word not in _IN_TITLES:
            return None
    return None


def _opens_sentence(word: str, following: str) -> bool:
    """Whether a word opens a sentence, by itself and by the next word."""
    bare = word.lstrip('"“')
    opener = bare.rstrip(",").lower()
    # "ini" and "itu" also end headlines.
    known = bare != word or (opener in OPENERS and opener not in {"ini", "itu"})
    if not known or not bare[:1].isupper():
        return False
    return word.endswith(",") or (following[0].islower() and following not in _IN_TITLES)
