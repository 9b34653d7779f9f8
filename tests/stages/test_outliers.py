"""The hits that are least like the others, and what is offered to be rid of one."""

from collections.abc import Sequence

import numpy as np
import pytest

from flows.records import Span
from flows.stages.watch.outliers import least_alike, offer


def _vectors(alike: int, strangers: int) -> np.ndarray:
    """Unit vectors: many around one direction, and some each in its own."""
    table = np.zeros((alike + strangers, 1 + alike + strangers), np.float32)
    table[:alike, 0] = 3
    table[np.arange(len(table)), 1 + np.arange(len(table))] = 1
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return table


@pytest.mark.parametrize(
    ("alike", "strangers", "rows"),
    [(22, 2, {22, 23}), (14, 2, set()), (0, 0, set())],
    ids=["among many", "among few", "none"],
)
def test_least_alike(alike: int, strangers: int, rows: set[int]) -> None:
    """Those that no other is like are first; among few hits there are none."""
    found = least_alike(_vectors(alike, strangers))
    assert set(found[:2]) == rows
    assert len(found) <= (alike + strangers) // 8


def _span(text: str, sentence: str) -> Span:
    start = sentence.index(text)
    return Span("g", "title", start, start + len(text), text, sentence)


FLOOD = [[_span("Banjir", "Banjir Rendam Pasar")], [_span("banjir", "Korban banjir mengungsi")]]
MOON = [[_span("Bulan", "Misi ke Bulan Ditunda")], [_span("Bulan", "Tanah Bulan Diteliti")]]


@pytest.mark.parametrize(
    ("hit", "others", "offered"),
    [
        ([_span("Banjir", "Artis Ini Banjir Pujian")], FLOOD, "none_of: [Banjir Pujian]"),
        ([_span("banjir", "Toko kami banjir")], FLOOD, "none_of: [kami banjir]"),
        ([_span("Banjir", "Banjir Rendam Pasar")], FLOOD, None),
        ([_span("bulan", "Gaji tiga bulan ditunda")], MOON, "'Bulan!' instead of bulan"),
        ([], FLOOD, None),
    ],
    ids=["a figure of speech", "at the end", "said by others, too", "capitals", "no term"],
)
def test_offer(hit: Sequence[Span], others: Sequence[Sequence[Span]], offered: str | None) -> None:
    """A phrase that no other hit has, or the term's capitals where the others have them."""
    assert offer(hit, others) == offered
