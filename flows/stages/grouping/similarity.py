"""How alike two clippings are: the signals that grouping weighs, and their weights.

No signal alone tells one event from another. Series (weather, exchange rates, match previews) are
close in meaning and wording though each of their instalments is its own event; two desks' reports
of one event share few words; a wire story translated twice shares hardly a phrase. So a score is a
weighted sum of signals:

story     meaning, words, time, and what is peculiar to series and digests: for two Indonesian
articles foreign   meaning, numbers, time: where one of the two is in another language, for what is
known of words is known of Indonesian
    copy      meaning, words, outlets, agencies: whether one text is made from the other

Each signal depends on nothing but the two articles (a word's weight comes from a table of document
frequencies, not from the clippings at hand), so a night of two articles is judged like one of five
thousand. The weights are learnt, and lie in weights.toml.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from flows.records import Clipping
from flows.stages.grouping.candidates import RARE, candidates
from flows.stages.grouping.credits import agencies, credited, outlet_names
from flows.stages.grouping.languages import INDONESIAN, KOREAN, language_of
from flows.stages.press.dates import MONTH_NAMES, WEEKDAY_NAMES
from flows.stages.press.vocabulary import any_of

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
Signals = Mapping[str, Floats]


# a word that more of the articles have than this says nothing, and would make the products of
# sparse tables dense
COMMON = 0.22

DAILY = [  # headlines of series of which every day, or every match, has its own
    r"\b(prakiraan|perkiraan|prediksi|ramalan) cuaca\b|\bcuaca\b.*\b(hari ini|besok)\b|\bjadwal (salat|sholat|shalat|imsak)",
    r"\bihsg\b|\brupiah\b|\bkurs\b|\bharga (emas|minyak|cabai|pangan|bitcoin|bbm)\b|\bwall street\b",
    r"\bzodiak\b|\bhoroskop\b|\bshio\b",
    r"\blive streaming\b|\bjadwal (siaran|pertandingan|liga|timnas|piala|lengkap)\b|\bklasemen\b|\bprediksi\b.*\bvs\b"
    r"|\bprediksi skor\b|\bsusunan pemain\b|\brekor pertemuan\b|\bhasil (liga|piala|kejuaraan|kualifikasi|pertandingan|sea)\b",
    r"\bkunci jawaban\b|\b(contoh )?soal (pts|uts|pas|uas|pat)\b",
]
SERIES = [
    *DAILY,
    r"\bgempa\b.*\b(guncang|m|magnitudo)\b",
]  # a great quake stays in the news for days: only its place tells it from others
DIGEST = re.compile(
    r"^\W*(top \d+\b|(ter)?populer\b|rangkuman\b)|\b(berita|artikel) (ter)?populer\b"
)
MONTHS, WEEKDAYS = ([name.lower() for name in names] for names in (MONTH_NAMES, WEEKDAY_NAMES))
# how the press names the day that it reports: "Kamis (7/8/2025)", "Kamis, 7 Agustus 2025"
REPORTED = re.compile(
    rf"\((\d{{1,2}})/(\d{{1,2}})\b|\b{any_of(WEEKDAYS)},? (\d{{1,2}}) ({any_of(MONTHS)})\b"
)

WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])")  # pages join words around links: "MenteriMalaysiaAnwar"
NAME = re.compile(r"(?<=[a-z0-9,] )[A-Z][^\W\d_]+")  # a capital inside a sentence


class Comparison:
    """Clippings made comparable, and named by their positions.

    Signals and scores take `rows` and `columns`: two arrays of positions, for as many pairs; or,
    for a table, what `np.ix_` makes of them.
    """

    def __init__(self, clippings: Sequence[Clipping]) -> None:
        table, total, floor = _document_frequencies()
        ids = {word: number for number, word in enumerate(table)}
        headlines = [_plain(c.title) for c in clippings]
        bodies = [_plain(c.body) for c in clippings]
        words = [WORD.findall(f"{h}\n{b}".lower()) for h, b in zip(headlines, bodies, strict=True)]
        texts = [_ids(w, ids) for w in words]
        series = [_first(SERIES, headline.lower()) for headline in headlines]
        names = [
            _ids(_names(h, b) if kind else [], ids)
            for h, b, kind in zip(headlines, bodies, series, strict=True)
        ]
        frequency = np.full(len(ids), floor)
        frequency[: len(table)] = list(table.values())
        idf = np.where(frequency > COMMON * total, 0, np.log(total / frequency))

        self.seconds = np.array([int(c.seen_at.timestamp()) for c in clippings])
        self._vectors = np.array([c.vector for c in clippings], np.float32)
        self._texts = texts
        self._vocabulary = len(ids)
        self._words = _tf_idf(texts, idf)
        self._rare = _without(self._words, frequency > RARE * total)
        self._reported = np.array([_reported(body.lower()) for body in bodies])
        self._series = np.array(series)
        self._digest = np.array([bool(DIGEST.search(headline.lower())) for headline in headlines])
        self._names = _incidence([n[idf[n] > 0] for n in names], len(ids))
        self._mentions = _incidence([t[idf[t] > 0] for t in texts], len(ids))
        self._languages = np.array([language_of(w) for w in words])
        self._numbers = _named([_numbers(w) for w in words])
        self._outlets = np.unique([c.source_id for c in clippings], return_inverse=True)[1]
        self._outlet_names, self._credits = _named_alike(
            [outlet_names(c) for c in clippings],
            [credited(c) | agencies(b) for c, b in zip(clippings, bodies, strict=True)],
        )

    def candidates(self, rows: Indices, columns: Indices) -> tuple[Indices, Indices]:
        """The pairs of one article of `rows` and one of `columns` that may be links."""
        i, j = candidates(self._vectors, self._languages != INDONESIAN, self._rare, rows, columns)
        return rows[i], columns[j]

    def story_score(self, rows: Indices, columns: Indices) -> Floats:
        """How much speaks for one story; at 0 or more two articles are linked."""
        score = _weighed("story", self.story_signals(rows, columns))
        foreign = (self._languages[rows] != INDONESIAN) | (self._languages[columns] != INDONESIAN)
        if foreign.any():
            score = np.where(
                foreign, _weighed("foreign", self.foreign_signals(rows, columns)), score
            )
        return score

    def copy_score(self, positions: Indices) -> Floats:
        """How much speaks for one text being made from the other, or both from a third, for every
        two of the articles.
        """
        return _weighed("copy", self.copy_signals(positions))

    def story_signals(self, rows: Indices, columns: Indices) -> Signals:
        """What the story score weighs."""
        kind = self._series[rows] * (self._series[rows] == self._series[columns])
        series, daily = kind > 0, (kind > 0) & (kind <= len(DAILY))
        other_day = self._other_day(rows, columns)
        instalments = (daily & other_day) | (series & self._other_subject(rows, columns))
        return {
            "vector": self.vector(rows, columns),
            "words": self.words(rows, columns),
            "days": self._days(rows, columns),
            "other_day": other_day.astype(np.float32),
            "series": series.astype(np.float32),
            "barred": (instalments | self._digest[rows] | self._digest[columns]).astype(np.float32),
        }

    def foreign_signals(self, rows: Indices, columns: Indices) -> Signals:
        """What the score of articles weighs that are not both in Indonesian."""
        mine, theirs = self._languages[rows], self._languages[columns]
        fewer = np.minimum(_sizes(self._numbers)[rows], _sizes(self._numbers)[columns])
        return {
            "vector": self.vector(rows, columns),
            "numbers": _products(self._numbers, rows, self._numbers, columns)
            / np.maximum(fewer, 2),
            "days": self._days(rows, columns),
            "one_language": (mine == theirs).astype(np.float32),
            "korean": ((mine == KOREAN) != (theirs == KOREAN)).astype(
                np.float32
            ),  # its vectors lie farther from all the others
            "barred": (self._digest[rows] | self._digest[columns]).astype(np.float32),
        }

    def copy_signals(self, positions: Indices) -> Signals:
        """What the copy score weighs, for every two of the articles."""
        mine, theirs = self._outlet_names[positions], self._credits[positions]
        agency = _product(theirs, theirs) + _product(mine, theirs) + _product(theirs, mine) > 0
        return {
            "vector": self.vector(*np.ix_(positions, positions)),
            "shared_words": self._shared([np.unique(self._texts[i]) for i in positions]),
            "one_outlet": (self._outlets[positions, None] == self._outlets[positions]).astype(
                np.float32
            ),
            "agency": agency.astype(np.float32),
        }

    def vector(self, rows: Indices, columns: Indices) -> Floats:
        """The cosine of the model's vectors."""
        if rows.ndim == 1:
            return np.asarray(
                np.einsum("ij,ij->i", self._vectors[rows], self._vectors[columns]), np.float32
            )
        return np.asarray(
            self._vectors[rows.ravel()] @ self._vectors[columns.ravel()].T, np.float32
        )

    def words(self, rows: Indices, columns: Indices) -> Floats:
        """The cosine of the TF-IDF vectors."""
        return _products(self._words, rows, self._words, columns)

    def wording(self, positions: Indices) -> Floats:
        """The share of the shorter text's three-word phrases that the other has too, for every two
        of the articles.
        """
        return self._shared([_phrases(self._texts[i], self._vocabulary) for i in positions])

    def _shared(self, texts: Sequence[Indices]) -> Floats:
        """The share of the shorter text's items that the other has too, for every two of the texts."""
        every, numbers = np.unique(np.concatenate(texts), return_inverse=True)
        table = _incidence(
            np.split(numbers, np.cumsum([len(text) for text in texts])[:-1]), len(every)
        )
        shorter = np.minimum.outer(_sizes(table), _sizes(table))
        return np.asarray(_product(table, table) / np.maximum(shorter, 1), np.float32)

    def _days(self, rows: Indices, columns: Indices) -> Floats:
        """The days between their publications."""
        return np.asarray(np.abs(self.seconds[rows] - self.seconds[columns]) / 86400, np.float32)

    def _other_day(self, rows: Indices, columns: Indices) -> NDArray[np.bool_]:
        """Both name the day that they report, and it is not the same."""
        mine, theirs = self._reported[rows], self._reported[columns]
        return np.asarray((mine != theirs) & (mine > 0) & (theirs > 0))

    def _other_subject(self, rows: Indices, columns: Indices) -> NDArray[np.bool_]:
        """Each headline of a series names somebody or some place that the other article does not
        mention.
        """
        names = _sizes(self._names)
        mine = names[rows] > _products(self._names, rows, self._mentions, columns)
        theirs = names[columns] > _products(self._mentions, rows, self._names, columns)
        return np.asarray(mine & theirs)


@cache
def _document_frequencies() -> tuple[dict[str, int], int, int]:
    """How many articles each word of the table is in; how many were counted; and the number to
    assume for any other word.
    """
    head, *lines = (
        files(__package__).joinpath("document_frequencies.tsv").read_text("utf-8").splitlines()
    )
    total, floor = map(int, head.split("\t"))
    return (
        {word: int(articles) for word, articles in (line.split("\t") for line in lines)},
        total,
        floor,
    )


@cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """For each score the weights of its signals, its bias, and `mean`: what two clusters' mean
    score must be for them to be joined.
    """
    return tomllib.loads(files(__package__).joinpath("weights.toml").read_text("utf-8"))


def _weighed(score: str, signals: Signals) -> Floats:
    learnt = weights()[score]
    return np.asarray(
        learnt["bias"] + sum(learnt[name] * signal for name, signal in signals.items()), np.float32
    )


def _numbers(words: Sequence[str]) -> set[str]:
    """Its numbers of two digits and more, in no country's notation; no years, which all the news
    shares.
    """
    numbers = {re.sub(r"[.,]", "", word) for word in words if word[0].isdigit()}
    return {
        number for number in numbers if len(number) > 1 and not re.fullmatch(r"(19|20)\d\d", number)
    }


def _plain(text: str) -> str:
    return GLUED.sub(" ", unicodedata.normalize("NFKC", text))


def _ids(words: Iterable[str], ids: dict[str, int]) -> Indices:
    """The words' numbers; `ids` takes up new words."""
    return np.array([ids.setdefault(word, len(ids)) for word in words], np.intp)


def _first(patterns: Sequence[str], text: str) -> int:
    """Which of the patterns is found in the text, the first counted as 1; 0 for none."""
    return next(
        (number for number, pattern in enumerate(patterns, 1) if re.search(pattern, text)), 0
    )


def _names(headline: str, body: str) -> set[str]:
    """The headline's words that the body writes with a capital inside a sentence and never small:
    headlines capitalise as they like.
    """
    capitalised = {name.lower() for name in NAME.findall(body)}
    return set(WORD.findall(headline.lower())) & capitalised - set(WORD.findall(body))


def _reported(body: str) -> int:
    """The first day that the text names, as month * 100 + day; 0 where it names none."""
    found = REPORTED.search(body)
    if not found:
        return 0
    day, month, named_day, month_name = found.groups()
    return (
        int(month) * 100 + int(day)
        if month
        else (MONTHS.index(month_name) + 1) * 100 + int(named_day)
    )


def _phrases(text: Indices, vocabulary: int) -> Indices:
    """A number for each three-word phrase of the text; it fits 63 bits up to two million words."""
    return np.unique((text[:-2] * vocabulary + text[1:-1]) * vocabulary + text[2:])


def _counts(texts: Sequence[Indices], width: int) -> Any:
    """A sparse table of how often each text has each number below `width`."""
    documents = np.repeat(np.arange(len(texts)), [len(t) for t in texts])
    numbers = np.concatenate(texts)
    return sparse.coo_array(
        (np.ones(len(numbers), np.float32), (documents, numbers)), shape=(len(texts), width)
    ).tocsr()


def _incidence(texts: Sequence[Indices], width: int) -> Any:
    """A sparse table of ones where a text has a number."""
    table = _counts(texts, width)
    table.data[:] = 1
    return table


def _named(texts: Sequence[set[str]]) -> Any:
    """A sparse table of ones where a text has a name, with a column for each name."""
    return _named_alike(texts)[0]


def _named_alike(*tables: Sequence[set[str]]) -> list[Any]:
    """Such tables with the same columns."""
    ids: dict[str, int] = {}
    numbered = [[_ids(sorted(names), ids) for names in table] for table in tables]
    return [_incidence(table, max(len(ids), 1)) for table in numbered]


def _tf_idf(texts: Sequence[Indices], idf: NDArray[np.float64]) -> Any:
    """A sparse table with a row of length 1 for each text; a word counts (1 + ln times) * idf."""
    table = _counts(texts, len(idf))
    table.data = np.float32((1 + np.log(table.data)) * idf[table.indices])
    table.eliminate_zeros()
    lengths = np.sqrt((table * table).sum(axis=1))
    table.data /= np.repeat(lengths, np.diff(table.indptr))
    return table


def _without(table: Any, unwanted: NDArray[np.bool_]) -> Any:
    """The sparse table without what stands in some columns."""
    left = table.copy()
    left.data[unwanted[left.indices]] = 0
    left.eliminate_zeros()
    return left


def _products(left: Any, rows: Indices, right: Any, columns: Indices) -> Floats:
    """The products of pairs of rows, one of each sparse table."""
    if rows.ndim == 1:
        return np.asarray(left[rows].multiply(right[columns]).sum(axis=1), np.float32)
    return _product(left[rows.ravel()], right[columns.ravel()])


def _product(rows: Any, columns: Any) -> Floats:
    return np.asarray((rows @ columns.T).toarray(), np.float32)


def _sizes(table: Any) -> Floats:
    return np.asarray(table.sum(axis=1), np.float32)
