"""Which kind of article a headline announces."""

import pytest

from flows.stages.grouping.kinds import KINDS, Kind, kinds_of

# a headline of a report -> the kinds that it must not be taken for
REPORTS = {
    "Diskon Tarif Listrik Batal, Warga Kecewa": {"product"},
    "Bupati Umumkan Kenaikan Harga Tiket Kapal": {"market", "product"},
    "Paus Leo Tiba di Kota Kembang": {"stars"},
    "Pelatih Kehilangan Top Skor Jelang Laga Tandang": {"table"},
    "Rapat Berlangsung dari Pagi hingga Malam": {"digest"},
}


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_example(kind: Kind) -> None:
    """Each kind finds its own example."""
    [found] = kinds_of([kind.example])
    assert found[KINDS.index(kind)]


@pytest.mark.parametrize("headline", REPORTS)
def test_reports(headline: str) -> None:
    """What only sounds like a kind is none of it."""
    [found] = kinds_of([headline])
    assert (
        not {kind.name for kind, is_one in zip(KINDS, found, strict=True) if is_one}
        & REPORTS[headline]
    )
