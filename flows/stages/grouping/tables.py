"""Sparse tables with a row for each text, and what pairs of their rows have in common."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]


class Numbers(dict[str, int]):
    """The numbers of words; a word that is new gets the next one."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


def ids_of(words: Sequence[str], ids: Numbers) -> Indices:
    """The words' numbers."""
    return np.fromiter(map(ids.__getitem__, words), np.intp, len(words))


def counts(texts: Sequence[Indices], width: int) -> Any:
    """A sparse table of how often each text has each number below `width`."""
    documents = np.repeat(np.arange(len(texts)), [len(t) for t in texts])
    numbers = np.concatenate(texts)
    return sparse.coo_array(
        (np.ones(len(numbers), np.float32), (documents, numbers)), shape=(len(texts), width)
    ).tocsr()


def incidence(texts: Sequence[Indices], width: int) -> Any:
    """A sparse table of ones where a text has a number."""
    table = counts(texts, width)
    table.data[:] = 1
    return table


def named_alike(*tables: Sequence[set[str]]) -> list[Any]:
    """For each of the tables a sparse table of ones where a text has a name; all have the same
    columns, one for each name.
    """
    ids = Numbers()
    numbered = [[ids_of(sorted(names), ids) for names in table] for table in tables]
    return [incidence(table, max(len(ids), 1)) for table in numbered]


def numbered(texts: Sequence[Indices]) -> Any:
    """A sparse table of ones where a text has an item, whatever the items' numbers are."""
    every, numbers = np.unique(np.concatenate(texts), return_inverse=True)
    return incidence(
        np.split(numbers, np.cumsum([len(text) for text in texts])[:-1]), max(len(every), 1)
    )


def tf_idf(texts: Sequence[Indices], idf: NDArray[np.float64]) -> Any:
    """A sparse table with a row of length 1 for each text; a word counts (1 + ln times) * idf."""
    table = counts(texts, len(idf))
    table.data = np.float32((1 + np.log(table.data)) * idf[table.indices])
    table.eliminate_zeros()
    lengths = np.sqrt((table * table).sum(axis=1))
    table.data /= np.repeat(lengths, np.diff(table.indptr))
    return table


def shares(table: Any, weights: NDArray[np.float64]) -> Any:
    """The sparse table with each number's share of its row's weight."""
    weighed = table.copy()
    weighed.data = np.float32(weights[table.indices])
    total = np.maximum(weighed.sum(axis=1), 1e-6)
    weighed.data /= np.repeat(np.float32(total), np.diff(weighed.indptr))
    return weighed


def without(table: Any, unwanted: NDArray[np.bool_]) -> Any:
    """The sparse table without what stands in some columns."""
    left = table.copy()
    left.data[unwanted[left.indices]] = 0
    left.eliminate_zeros()
    return left


def products(left: Any, rows: Indices, right: Any, columns: Indices) -> Floats:
    """The products of pairs of rows, one of each sparse table: for two arrays of as many rows, or,
    for a table, what `np.ix_` makes of them.
    """
    if rows.ndim == 1:
        return np.asarray(left[rows].multiply(right[columns]).sum(axis=1), np.float32)
    return product(left[rows.ravel()], right[columns.ravel()])


def product(rows: Any, columns: Any) -> Floats:
    return np.asarray((rows @ columns.T).toarray(), np.float32)


def sizes(table: Any) -> Floats:
    return np.asarray(table.sum(axis=1), np.float32)
