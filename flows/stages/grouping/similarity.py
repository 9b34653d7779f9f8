"""How alike two clippings are: the signals that grouping weighs, and their weights.

No signal alone tells one event from another. Series (weather, exchange rates, match previews) are
close in meaning and wording though each of their instalments is its own event; two desks' reports
of one event share few words; a wire story translated twice shares hardly a phrase. So a score is a
weighted sum of signals:

story     meaning, words, headlines, leads, names, numbers, time, outlets, and what is peculiar to
series, standing pages and digests: for two Indonesian articles
    foreign   meaning, numbers, time: where one of the two is in another language, for what is
known of words is known of Indonesian
    copy      meaning, words, outlets, agencies: whether one text is made from the other

Each signal depends on nothing but the two articles (a word's weight comes from a table of document
frequencies, not from the clippings at hand), so a night of two articles is judged like one of five
thousand. The weights are learnt, and lie in weights.toml.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from flows.records import Clipping
from flows.stages.grouping.candidates import RARE, candidates
from flows.stages.grouping.details import UNREAD, Booleans, Details, details_of, text_of
from flows.stages.grouping.kinds import KINDS
from flows.stages.grouping.languages import INDONESIAN, KOREAN
from flows.stages.grouping.tables import (
    Floats,
    Indices,
    Numbers,
    incidence,
    named_alike,
    numbered,
    product,
    products,
    shares,
    sizes,
    tf_idf,
    without,
)
from flows.stages.grouping.texts import KEYWORDS, LEAD

Signals = Mapping[str, Floats]

# a word that more of the articles have than this says nothing, and would make the products of
# sparse tables dense
COMMON = 0.22
PARAMETERS = ("bias", "mean", "link")  # among a score's weights, not a signal's
ROUNDING = 0.01  # of a score's sum in single precision
DAILY, TIMED, SERIES, APART, DIGEST = (
    np.array(chosen)
    for chosen in (
        [kind.each == "day" for kind in KINDS],
        [kind.each == "instant" for kind in KINDS],
        [kind.each != "" for kind in KINDS],
        [kind.apart for kind in KINDS],
        [kind.digest for kind in KINDS],
    )
)


class Comparison:
    """Clippings made comparable, and named by their positions.

    Signals and scores take `rows` and `columns`: two arrays of positions, for as many pairs; or,
    for a table, what `np.ix_` makes of them.
    """

    def __init__(self, clippings: Sequence[Clipping]) -> None:
        table, total, floor = _document_frequencies()
        ids = Numbers((word, number) for number, word in enumerate(table))
        texts = [text_of(clipping, ids) for clipping in clippings]
        frequency = np.full(len(ids), floor)
        frequency[: len(table)] = list(table.values())
        self._clippings = clippings
        self._unread = dict(enumerate(texts))  # let go one by one: their words are large
        self._texts = [text.words for text in texts]
        self._ids = ids
        self._idf = np.where(frequency > COMMON * total, 0, np.log(total / frequency))
        self.seconds = np.array([int(c.seen_at.timestamp()) for c in clippings])
        self._vectors = np.array([c.vector for c in clippings], np.float32)
        self._languages = np.array([text.language for text in texts])
        self._outlets = np.unique([c.source_id for c in clippings], return_inverse=True)[1]
        self._words = tf_idf(self._texts, self._idf)
        self._headlines = tf_idf([text.words[: len(text.head)] for text in texts], self._idf)
        self._leads = tf_idf([text.words[: len(text.head) + LEAD] for text in texts], self._idf)
        self._rare = without(self._words, frequency > RARE * total)
        self._details: dict[int, Details] = {}

    def read(self, *positions: Indices) -> None:
        """Read the details of some texts. Scores read what they need; many at once cost less."""
        asked = np.unique(np.concatenate([each.ravel() for each in positions])).tolist()
        unread = [i for i in asked if i in self._unread]
        if unread:
            for i in unread:
                self._details[i] = details_of(
                    self._clippings[i], self._unread.pop(i), self._ids, self._idf
                )
            self._tabulate([self._details.get(i, UNREAD) for i in range(len(self._texts))])

    def _tabulate(self, details: Sequence[Details]) -> None:
        width = len(self._ids)
        self._kinds = np.array([each.kinds for each in details])
        self._reported = np.array([each.day for each in details])
        self._minutes = np.array([each.minute for each in details])
        (self._headlined,) = named_alike([each.headlined for each in details])
        self._numbers, self._lead_numbers = named_alike(
            [each.numbers for each in details], [each.lead_numbers for each in details]
        )
        self._outlet_names, self._credits = named_alike(
            [each.outlet_names for each in details], [each.credits for each in details]
        )
        self._keywords = incidence([each.keywords for each in details], width)
        self._phrases = numbered([each.phrases for each in details])
        self._names = incidence([each.names for each in details], width)
        self._name_shares = shares(self._names, self._idf)
        self._mentions = incidence([each.mentions for each in details], width)

    def candidates(self, rows: Indices, columns: Indices) -> tuple[Indices, Indices]:
        """The pairs of one article of `rows` and one of `columns` that may be links."""
        i, j = candidates(self._vectors, self._languages != INDONESIAN, self._rare, rows, columns)
        return rows[i], columns[j]

    def may_be_links(self, rows: Indices, columns: Indices) -> Booleans:
        """Which pairs can have a story score of 0 or more. Signals that need details are taken for
        as good as they can be: of four candidates this leaves one, and nobody reads the others.
        """
        known = self._word_signals(rows, columns)
        best = sum(
            max(weight, 0)
            for name, weight in weights()["story"].items()
            if name not in known and name not in PARAMETERS
        )
        foreign = self._foreign(rows, columns)
        return np.asarray(foreign | (_weighed("story", known) + best >= -ROUNDING))

    def story_score(self, rows: Indices, columns: Indices) -> Floats:
        """How much speaks for one story; at 0 or more two articles are linked."""
        score = _weighed("story", self.story_signals(rows, columns))
        foreign = self._foreign(rows, columns)
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
        self.read(rows, columns)
        named, named_too = self._named(rows, columns)
        known = self._word_signals(rows, columns)
        signals = {
            "keywords": products(self._keywords, rows, self._keywords, columns) / KEYWORDS,
            "phrases": self._of_shorter(self._phrases, rows, columns),
            "named": (named + named_too) / 2,
            "named_least": np.minimum(named, named_too),
            "other_numbers": self._other_numbers(rows, columns),
            "other_day": self._other_day(rows, columns),
            "one_series": known["one_outlet"].astype(bool)
            & self._shared_kind(rows, columns, ~DIGEST),
            "apart": (self._kinds[rows] != self._kinds[columns])[..., APART].any(axis=-1),
            "barred": self._barred(rows, columns),
        }
        return known | {name: np.asarray(signal, np.float32) for name, signal in signals.items()}

    def _word_signals(self, rows: Indices, columns: Indices) -> dict[str, Floats]:
        """Those of the story's signals that need no details."""
        return {
            "vector": self.vector(rows, columns),
            "words": self.words(rows, columns),
            "headline": products(self._headlines, rows, self._headlines, columns),
            "lead": products(self._leads, rows, self._leads, columns),
            "days": self._days(rows, columns),
            "one_outlet": (self._outlets[rows] == self._outlets[columns]).astype(np.float32),
        }

    def foreign_signals(self, rows: Indices, columns: Indices) -> Signals:
        """What the score of articles weighs that are not both in Indonesian."""
        self.read(rows, columns)
        mine, theirs = self._languages[rows], self._languages[columns]
        fewer = np.minimum(sizes(self._numbers)[rows], sizes(self._numbers)[columns])
        signals = {
            "vector": self.vector(rows, columns),
            "numbers": products(self._numbers, rows, self._numbers, columns) / np.maximum(fewer, 2),
            "days": self._days(rows, columns),
            "one_language": mine == theirs,
            # its vectors lie farther from all the others
            "korean": (mine == KOREAN) != (theirs == KOREAN),
            "barred": self._digest(rows, columns),
        }
        return {name: np.asarray(signal, np.float32) for name, signal in signals.items()}

    def copy_signals(self, positions: Indices) -> Signals:
        """What the copy score weighs, for every two of the articles."""
        self.read(positions)
        mine, theirs = self._outlet_names[positions], self._credits[positions]
        agency = product(theirs, theirs) + product(mine, theirs) + product(theirs, mine) > 0
        rows, columns = np.ix_(positions, positions)
        return {
            "vector": self.vector(rows, columns),
            "shared_words": self._of_shorter(
                numbered([np.unique(self._texts[i]) for i in positions]),
                *np.ix_(np.arange(len(positions)), np.arange(len(positions))),
            ),
            "one_outlet": (self._outlets[rows] == self._outlets[columns]).astype(np.float32),
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
        return products(self._words, rows, self._words, columns)

    def wording(self, positions: Indices) -> Floats:
        """The share of the shorter text's three-word phrases that the other has too, for every two
        of the articles.
        """
        self.read(positions)
        return self._of_shorter(self._phrases, *np.ix_(positions, positions))

    def _of_shorter(self, table: Any, rows: Indices, columns: Indices) -> Floats:
        """The share of the shorter text's items that the other has too."""
        size = sizes(table)
        shorter = np.maximum(np.minimum(size[rows], size[columns]), 1)
        return np.asarray(products(table, rows, table, columns) / shorter, np.float32)

    def _named(self, rows: Indices, columns: Indices) -> tuple[Floats, Floats]:
        """How much of the weight of the names in a headline the other article mentions, each way; 0
        where the headline has none.
        """
        return (
            products(self._name_shares, rows, self._mentions, columns),
            products(self._mentions, rows, self._name_shares, columns),
        )

    def _other_numbers(self, rows: Indices, columns: Indices) -> Floats:
        """The share of the numbers of a lead that the other article lacks, the lesser of both
        ways.
        """
        size = sizes(self._lead_numbers)
        mine = size[rows] - products(self._lead_numbers, rows, self._numbers, columns)
        theirs = size[columns] - products(self._numbers, rows, self._lead_numbers, columns)
        return np.asarray(
            np.minimum(mine / np.maximum(size[rows], 1), theirs / np.maximum(size[columns], 1)),
            np.float32,
        )

    def _foreign(self, rows: Indices, columns: Indices) -> Booleans:
        """Not both are in Indonesian."""
        return np.asarray(
            (self._languages[rows] != INDONESIAN) | (self._languages[columns] != INDONESIAN)
        )

    def _days(self, rows: Indices, columns: Indices) -> Floats:
        """The days between their publications."""
        return np.asarray(np.abs(self.seconds[rows] - self.seconds[columns]) / 86400, np.float32)

    def _other_day(self, rows: Indices, columns: Indices) -> Booleans:
        """Both name the day that they report, and it is not the same."""
        mine, theirs = self._reported[rows], self._reported[columns]
        return np.asarray((mine != theirs) & (mine > 0) & (theirs > 0))

    def _other_minute(self, rows: Indices, columns: Indices) -> Booleans:
        """Both name a clock, and its minute is not the same."""
        mine, theirs = self._minutes[rows], self._minutes[columns]
        return np.asarray((mine != theirs) & (mine >= 0) & (theirs >= 0))

    def _barred(self, rows: Indices, columns: Indices) -> Booleans:
        """Two instalments of a series, two headlines of different days, or a digest."""
        instalments = (
            (self._shared_kind(rows, columns, DAILY) & self._other_day(rows, columns))
            | (self._shared_kind(rows, columns, TIMED) & self._other_minute(rows, columns))
            | self._other_subject(rows, columns, self._shared_kind(rows, columns, SERIES))
        )
        dated = sizes(self._headlined) > 0
        shared = products(self._headlined, rows, self._headlined, columns)
        other_headline = dated[rows] & dated[columns] & (shared == 0)
        return np.asarray(instalments | other_headline | self._digest(rows, columns))

    def _digest(self, rows: Indices, columns: Indices) -> Booleans:
        digest = np.asarray((self._kinds & DIGEST).any(axis=1))
        return np.asarray(digest[rows] | digest[columns])

    def _shared_kind(self, rows: Indices, columns: Indices, chosen: Booleans) -> Booleans:
        """Both headlines are of one of the chosen kinds."""
        kinds = self._kinds & chosen
        return np.asarray((kinds[rows] & kinds[columns]).any(axis=-1))

    def _other_subject(self, rows: Indices, columns: Indices, asked: Booleans) -> Booleans:
        """Each headline names somebody or some place that the other article does not mention; of
        the pairs that are asked for, which are few.
        """
        if rows.ndim == 1:
            found, at = asked.copy(), np.flatnonzero(asked)
            found[at] = self._strangers(rows[at], columns[at])
            return found
        return np.asarray(asked & self._strangers(rows, columns))

    def _strangers(self, rows: Indices, columns: Indices) -> Booleans:
        names = sizes(self._names)
        mine = names[rows] > products(self._names, rows, self._mentions, columns)
        theirs = names[columns] > products(self._mentions, rows, self._names, columns)
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
    """For each score the weights of its signals, its bias, and what two clusters must have to be
    joined: `mean`, the least mean score, and for stories `link`, the least sum of links.
    """
    return tomllib.loads(files(__package__).joinpath("weights.toml").read_text("utf-8"))


def _weighed(score: str, signals: Signals) -> Floats:
    learnt = weights()[score]
    return np.asarray(
        learnt["bias"] + sum(learnt[name] * signal for name, signal in signals.items()), np.float32
    )
