"""How alike two clippings are: the signals that grouping weighs, and their weights.

No signal alone tells one event from another. Series (weather, exchange rates, match previews) are close in meaning and wording though
each of their instalments is its own event; two desks' reports of one event share few words; a wire story translated twice shares hardly a
phrase. So the story score adds up meaning, words and time, and knows what is peculiar to series and digests; the copy score adds up
meaning and wording.

A word's weight comes from a table of document frequencies, not from the clippings at hand: how alike two articles are depends on nothing
but the two, and a night of two articles is judged like one of five thousand.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from flows.records import Clipping

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class StoryWeights:
    """What each signal adds to a pair's story score; a score of 0 or more links the two."""

    vector: float
    words: float
    days: float
    other_day: float
    series: float
    barred: float
    bias: float


@dataclass(frozen=True, slots=True)
class CopyWeights:
    """What each signal adds to a pair's copy score; at 0 or more one text is made from the other, or both from a third."""

    vector: float
    wording: float
    bias: float


# Logistic regressions on articles of the Indonesian press labelled by hand. STORY: 340 pairs, and the pairs of 75 complete
# stories in a week of 1,522 articles with their nearest strangers; `barred` set by hand, for no likeness to outweigh it. COPY:
# 373 pairs. The thresholds, in the two biases and in stories.py, are those that gave the best clusters. Learnt on one half of the
# stories and measured on the other, 12 times, the stories' B³ F1 is .985 ± .01 and their pairs' F1 .90 ± .02.
STORY = StoryWeights(vector=59.3, words=7.9, days=-0.44, other_day=-0.81, series=-3.8, barred=-25, bias=-55.2)
COPY = CopyWeights(vector=67.2, wording=8.8, bias=-70.5)

COMMON = 0.22  # a word that more of the articles have than this says nothing, and would make the products of sparse tables dense

DAILY = [  # headlines of series of which every day, or every match, has its own
    r"\b(prakiraan|perkiraan|prediksi|ramalan) cuaca\b|\bcuaca\b.*\b(hari ini|besok)\b|\bjadwal (salat|sholat|shalat|imsak)",
    r"\bihsg\b|\brupiah\b|\bkurs\b|\bharga (emas|minyak|cabai|pangan|bitcoin|bbm)\b|\bwall street\b",
    r"\bzodiak\b|\bhoroskop\b|\bshio\b",
    r"\blive streaming\b|\bjadwal (siaran|pertandingan|liga|timnas|piala|lengkap)\b|\bklasemen\b|\bprediksi\b.*\bvs\b"
    r"|\bprediksi skor\b|\bsusunan pemain\b|\brekor pertemuan\b|\bhasil (liga|piala|kejuaraan|kualifikasi|pertandingan|sea)\b",
    r"\bkunci jawaban\b|\b(contoh )?soal (pts|uts|pas|uas|pat)\b",
]
SERIES = [*DAILY, r"\bgempa\b.*\b(guncang|m|magnitudo)\b"]  # a great quake stays in the news for days: only its place tells it from others
DIGEST = re.compile(r"^\W*(top \d+\b|(ter)?populer\b|rangkuman\b)|\b(berita|artikel) (ter)?populer\b")
MONTHS = ["januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember"]
REPORTED = re.compile(  # how the press names the day that it reports: "Kamis (7/8/2025)", "Kamis, 7 Agustus 2025"
    rf"\((\d{{1,2}})/(\d{{1,2}})\b|\b(?:senin|selasa|rabu|kamis|jumat|sabtu|minggu),? (\d{{1,2}}) ({'|'.join(MONTHS)})\b"
)

WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])")  # pages join words around links: "MenteriMalaysiaAnwar"
NAME = re.compile(r"(?<=[a-z0-9,] )[A-Z][^\W\d_]+")  # a capital inside a sentence


class Comparison:
    """Clippings made comparable; they are named by their positions, and a signal or score is a table with a row and a column for each."""

    def __init__(self, clippings: Sequence[Clipping]) -> None:
        table, total, floor = _document_frequencies()
        ids = {word: number for number, word in enumerate(table)}
        headlines = [_plain(c.title) for c in clippings]
        bodies = [_plain(c.body) for c in clippings]
        texts = [_ids(WORD.findall(f"{h}\n{b}".lower()), ids) for h, b in zip(headlines, bodies, strict=True)]
        series = [_first(SERIES, headline.lower()) for headline in headlines]
        names = [_ids(_names(h, b) if kind else [], ids) for h, b, kind in zip(headlines, bodies, series, strict=True)]
        frequency = np.full(len(ids), floor)
        frequency[: len(table)] = list(table.values())
        idf = np.where(frequency > COMMON * total, 0, np.log(total / frequency))

        self.seconds = np.array([int(c.seen_at.timestamp()) for c in clippings])
        self._vectors = np.array([c.vector for c in clippings], np.float32)
        self._words = _tf_idf(texts, idf)
        self._phrases = [_phrases(text, len(ids)) for text in texts]
        self._reported = np.array([_reported(body.lower()) for body in bodies])
        self._series = np.array(series)
        self._digest = np.array([bool(DIGEST.search(headline.lower())) for headline in headlines])
        self._names = _incidence([n[idf[n] > 0] for n in names], len(ids))
        self._mentions = _incidence([t[idf[t] > 0] for t in texts], len(ids))

    def story_score(self, rows: Indices, columns: Indices) -> Floats:
        """How much speaks for one story; at 0 or more two articles are linked."""
        kind = self._series[rows, None] * (self._series[rows, None] == self._series[columns])
        series, daily = kind > 0, (kind > 0) & (kind <= len(DAILY))
        other_day = self._other_day(rows, columns)
        instalments = (daily & other_day) | (series & self._other_subject(rows, columns))
        barred = instalments | self._digest[rows, None] | self._digest[columns]
        score = np.full(series.shape, STORY.bias, np.float32)
        score += STORY.vector * self.vector(rows, columns)
        score += STORY.words * self.words(rows, columns)
        score += STORY.days * np.abs(np.subtract.outer(self.seconds[rows], self.seconds[columns])) / 86400
        score += STORY.other_day * other_day
        score += STORY.series * series
        score += STORY.barred * barred
        return score

    def copy_score(self, positions: Indices) -> Floats:
        """How much speaks for one text being made from the other, for every two of the articles."""
        score = COPY.bias + COPY.vector * self.vector(positions, positions) + COPY.wording * np.sqrt(self.wording(positions))
        return np.asarray(score, np.float32)

    def vector(self, rows: Indices, columns: Indices) -> Floats:
        """The cosine of the model's vectors."""
        return np.asarray(self._vectors[rows] @ self._vectors[columns].T, np.float32)

    def words(self, rows: Indices, columns: Indices) -> Floats:
        """The cosine of the TF-IDF vectors."""
        return _product(self._words[rows], self._words[columns])

    def wording(self, positions: Indices) -> Floats:
        """The share of the shorter text's three-word phrases that the other has too, for every two of the articles."""
        every, numbers = np.unique(np.concatenate([self._phrases[i] for i in positions]), return_inverse=True)
        ends = np.cumsum([len(self._phrases[i]) for i in positions])
        table = _incidence(np.split(numbers, ends[:-1]), len(every))
        shorter = np.minimum.outer(_sizes(table), _sizes(table))
        return np.asarray(_product(table, table) / np.maximum(shorter, 1), np.float32)

    def _other_day(self, rows: Indices, columns: Indices) -> NDArray[np.bool_]:
        """Both name the day that they report, and it is not the same."""
        mine, theirs = self._reported[rows, None], self._reported[columns]
        return np.asarray((mine != theirs) & (mine > 0) & (theirs > 0))

    def _other_subject(self, rows: Indices, columns: Indices) -> NDArray[np.bool_]:
        """Each headline of a series names somebody or some place that the other article does not mention."""
        mine = _sizes(self._names[rows])[:, None] > _product(self._names[rows], self._mentions[columns])
        theirs = _sizes(self._names[columns]) > _product(self._mentions[rows], self._names[columns])
        return np.asarray(mine & theirs)


@cache
def _document_frequencies() -> tuple[dict[str, int], int, int]:
    """How many articles each word of the table is in; how many were counted; and the number to assume for any other word."""
    head, *lines = files(__package__).joinpath("document_frequencies.tsv").read_text("utf-8").splitlines()
    total, floor = map(int, head.split("\t"))
    return {word: int(articles) for word, articles in (line.split("\t") for line in lines)}, total, floor


def _plain(text: str) -> str:
    return GLUED.sub(" ", unicodedata.normalize("NFKC", text))


def _ids(words: Iterable[str], ids: dict[str, int]) -> Indices:
    """The words' numbers; `ids` takes up new words."""
    return np.array([ids.setdefault(word, len(ids)) for word in words], np.intp)


def _first(patterns: Sequence[str], text: str) -> int:
    """Which of the patterns is found in the text, the first counted as 1; 0 for none."""
    return next((number for number, pattern in enumerate(patterns, 1) if re.search(pattern, text)), 0)


def _names(headline: str, body: str) -> set[str]:
    """The headline's words that the body writes with a capital inside a sentence and never small: headlines capitalise as they like."""
    capitalised = {name.lower() for name in NAME.findall(body)}
    return set(WORD.findall(headline.lower())) & capitalised - set(WORD.findall(body))


def _reported(body: str) -> int:
    """The first day that the text names, as month * 100 + day; 0 where it names none."""
    found = REPORTED.search(body)
    if not found:
        return 0
    day, month, named_day, month_name = found.groups()
    return int(month) * 100 + int(day) if month else (MONTHS.index(month_name) + 1) * 100 + int(named_day)


def _phrases(text: Indices, vocabulary: int) -> Indices:
    """A number for each three-word phrase of the text; it fits 63 bits up to two million words."""
    return np.unique((text[:-2] * vocabulary + text[1:-1]) * vocabulary + text[2:])


def _counts(texts: Sequence[Indices], width: int) -> Any:
    """A sparse table of how often each text has each number below `width`."""
    documents = np.repeat(np.arange(len(texts)), [len(t) for t in texts])
    numbers = np.concatenate(texts)
    return sparse.coo_array((np.ones(len(numbers), np.float32), (documents, numbers)), shape=(len(texts), width)).tocsr()


def _incidence(texts: Sequence[Indices], width: int) -> Any:
    """A sparse table of ones where a text has a number."""
    table = _counts(texts, width)
    table.data[:] = 1
    return table


def _tf_idf(texts: Sequence[Indices], idf: NDArray[np.float64]) -> Any:
    """A sparse table with a row of length 1 for each text; a word counts (1 + ln times) * idf."""
    table = _counts(texts, len(idf))
    table.data = np.float32((1 + np.log(table.data)) * idf[table.indices])
    table.eliminate_zeros()
    lengths = np.sqrt((table * table).sum(axis=1))
    table.data /= np.repeat(lengths, np.diff(table.indptr))
    return table


def _product(rows: Any, columns: Any) -> Floats:
    return np.asarray((rows @ columns.T).toarray(), np.float32)


def _sizes(table: Any) -> Floats:
    return np.asarray(table.sum(axis=1), np.float32)
