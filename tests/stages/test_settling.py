"""Which address each article of a batch keeps, once other texts are known."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.records import Article, Source, identity_key
from flows.stages.extraction.settling import (
    Arrival,
    Holder,
    assign_urls,
    make_arrival,
    may_be_versions,
)
from tests.helpers.cases import cases

CASES = cases("extract/settled")
TEXTS: dict[str, list[str]] = CASES["texts"]
SOURCE = Source("a", "A", "https://a.id/", re.compile(r"^https?://([a-z]+\.)?a\.id/\w"))
SEEN = datetime(2026, 3, 11, tzinfo=UTC)


class At:
    """A page at an address, to which another has led."""

    def __init__(self, url: str, final_url: str) -> None:
        self.url = url
        self.final_url = final_url


def _day(case: dict[str, Any]) -> datetime:
    return datetime(2026, 3, case.get("day", 10), 9, tzinfo=UTC)


def _arrival(case: dict[str, Any]) -> Arrival:
    title, body = TEXTS[case["text"]]
    url, led = case.get("url", case["own"]), case.get("from", case["own"])
    urls = tuple(dict.fromkeys([url, led, case["own"]]))
    article = Article(url, "a", urls, title, body, published_at=_day(case))
    met = {led: case["held"]} if "held" in case else {}
    return make_arrival(At(led, case["own"]), led, SEEN, article, SOURCE, met)


def _holder(case: dict[str, Any]) -> Holder:
    title, body = TEXTS[case["text"]]
    return Holder(case["url"], title, body, _day(case), case["own"])


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_settle(case: dict[str, Any]) -> None:
    """Each article has an address, others that lead to it, and leaves what is not its own."""
    settled = assign_urls(
        [_arrival(each) for each in case["arrivals"]],
        [_holder(each) for each in case.get("holders", [])],
        [(form, identity_key(form)) for form in case.get("forms", [])],
    )
    assert [article.url for article in settled.articles] == case["expected"]
    assert settled.released == set(case.get("released", []))
    for article, given in zip(settled.articles, case["arrivals"], strict=True):
        assert article.urls[0] == article.url
        assert given.get("from", given["own"]) in article.urls
        assert (article.title, article.body) == tuple(TEXTS[given["text"]])
    if "urls" in case:
        assert [list(article.urls) for article in settled.articles] == case["urls"]


@pytest.mark.parametrize("bodies", [("", ""), ("satu", "satu"), ("satu dua", "satu dua")])
def test_short_texts_are_compared(bodies: tuple[str, str]) -> None:
    """Texts of fewer words than are compared at a time are alike when they are the same."""
    one, other = (Holder("u", f"Judul {at}", body, None, True) for at, body in enumerate(bodies))
    assert may_be_versions(one, other)
    assert not may_be_versions(one, Holder("u", "Lain", "tiga", None, True))
