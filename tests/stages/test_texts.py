"""Foreign text in messages: cut, quoted, excerpted; and addresses made shorter: tables of cases."""

import pytest

from flows.stages.watch.texts import cut, cut_quote, excerpt, quoted, short_url

LONG = "Kim pergi, lalu Kim pulang, lalu Kim tidur di kereta"
EXCERPTS = [
    # where the term stands, the length, and what is shown of LONG
    (0, 60, LONG),
    (0, 20, "Kim pergi, lalu Kim…"),
    (16, 20, "…lalu Kim pulang,…"),
    (33, 20, "…lalu Kim tidur di…"),
    (49, 20, "…Kim tidur di kereta"),
]


@pytest.mark.parametrize(("at", "length", "shown"), EXCERPTS)
def test_excerpt(at: int, length: int, shown: str) -> None:
    """The part around a place, not around the first occurrence of the word that stands there."""
    assert excerpt(LONG, at, length) == shown
    assert shown == LONG or len(shown) <= length


CUTS = [
    ("satu dua tiga", 13, "satu dua tiga"),
    ("satu dua tiga", 12, "satu dua…"),
    ("satu dua tiga", 9, "satu dua…"),
    ("Donaudampfschiff satu", 12, "Donaudampfs…"),
    ("평양경제협력", 4, "평양경…"),
]


@pytest.mark.parametrize(("text", "length", "shown"), CUTS)
def test_cut(text: str, length: int, shown: str) -> None:
    """After a word, if one ends near there."""
    assert cut(text, length) == shown
    assert cut_quote(f"“{text}”", length + 2).endswith("”")


QUOTES = [
    ("Ia pulang", "“Ia pulang”"),
    ("“Saya pulang,” katanya", "“‘Saya pulang,’ katanya”"),
    ("“Saya pulang.”", "“Saya pulang.”"),
    ('"Saya" pulang', '“"Saya" pulang”'),
]


@pytest.mark.parametrize(("text", "quote"), QUOTES)
def test_quoted(text: str, quote: str) -> None:
    """A quotation inside has single marks."""
    assert quoted(text) == quote


BASE = "https://a.example/" + "x" * 190 + "/"
URLS = [
    ("https://a.example/%EB%9F%AC", "https://a.example/%EB%9F%AC"),  # short as it is
    (BASE + "%EB%9F%AC-%d0%9c", BASE + "러-М"),
    (BASE + "a%20b%2Fc%3Fd", BASE + "a%20b%2Fc%3Fd"),  # these mean something else unescaped
    (BASE + "%EB%9F", BASE + "%EB%9F"),  # half a letter
    (BASE + "%E2%80%8B%E2%80%AE", BASE + "%E2%80%8B%E2%80%AE"),  # invisible ones
    (BASE + "%C2%A0", BASE + "%C2%A0"),
]


@pytest.mark.parametrize(("url", "shown"), URLS)
def test_short_url(url: str, shown: str) -> None:
    """Letters alone are unescaped, so the address stays the same."""
    assert short_url(url) == shown
