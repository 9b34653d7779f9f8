"""Pages with status 200 that are no article."""

import re
import time
from typing import Any

import pytest

from flows.records import Article, Source
from flows.stages.extraction.interstitials import (
    Brief,
    Shown,
    as_brief,
    deny_listed_title,
    find_check,
    find_interstitial,
    find_repeated,
    find_status,
)
from flows.stages.extraction.parsing import parsed
from flows.stages.press.phrases import translated
from flows.stages.press.vocabulary import read
from tests.helpers.cases import cases
from tests.helpers.linear import KINDS, LONG, SECONDS

SOURCE = Source(
    id="kabarangin",
    name="Kabar Angin",
    home="https://www.kabarangin.example/",
    articles=re.compile("/lapor/."),
)
URL = "https://www.kabarangin.example/lapor/88"


STATUS = cases("interstitials/status")
PHRASES = [pair for table in read("prompts")["status"].values() for pair in table.items()]


@pytest.mark.parametrize(("phrase", "example"), PHRASES)
def test_every_phrase_has_its_example(phrase: str, example: str) -> None:
    """A phrase finds its own example, and no other does."""
    finding = [one for one, _ in PHRASES if re.search(translated(one), example, re.IGNORECASE)]
    assert finding == [phrase]


@pytest.mark.parametrize(
    ("text", "reason"),
    [(text, reason) for reason in ("soft-404", "interstitial") for text in STATUS[reason]],
)
def test_what_pages_say_of_themselves(text: str, reason: str) -> None:
    """The words that say so are found, whether the article is gone or something stands before
    it.
    """
    found = find_status([text])
    assert found is not None
    assert found[0] == reason


@pytest.mark.parametrize("text", [*STATUS["none"], *cases("line_rules/kept")["anywhere"]])
def test_what_briefs_say(text: str) -> None:
    """A brief that speaks of such things does not say it of its page."""
    assert find_status([text]) is None


def test_quoted_words_are_somebody_elses() -> None:
    """What stands in quotation marks is no word of the page."""
    assert find_status(['Di layar tertulis "Akses ditolak" sejak pagi.']) is None


@pytest.mark.parametrize("one", [*KINDS, "anda ", "halaman ini ", "404 ", '"a'])
def test_long_texts_take_no_time(one: str) -> None:
    """A text of any length is read in time."""
    shown = Shown(SOURCE.name, SOURCE.home, URL, "Judul", one * LONG, (one * LONG,), (one * LONG,))
    start = time.process_time()
    find_interstitial(shown)
    deny_listed_title(shown)
    assert time.process_time() - start < 2 * SECONDS


@pytest.mark.parametrize("case", cases("interstitials/pages"), ids=lambda case: case["name"])
def test_pages(case: dict[str, Any]) -> None:
    """A page is told by what it says and by what it lacks; an article about such things is one."""
    shown = Shown(
        outlet=SOURCE.name,
        home=SOURCE.home,
        url=case.get("url", URL),
        listed=case.get("listed"),
        title=case["title"],
        headings=tuple(case.get("headings", [])),
        body=tuple(case.get("body", []) * case.get("times", 1)),
        others=tuple(case.get("others", [])),
        dated=case.get("dated", False),
        located=case.get("located", False),
        check=case.get("check"),
    )
    found = find_interstitial(shown) or deny_listed_title(shown)
    assert (found and found[0]) == case.get("reason")


@pytest.mark.parametrize(
    ("markup", "check"),
    [
        ('<script src="/cdn-cgi/challenge-platform/h/b/x.js"></script>', "challenge-platform"),
        ('<iframe src="/_Incapsula_Resource?x=1">Gagal</iframe>', "_incapsula_resource"),
        ('<div class="px-captcha"></div>', "captcha"),
        ("<script>var sekat = {host: 'geo.captcha-kirim.example'}</script>", "captcha"),
        ('<div class="artikel">Tentang captcha</div>', None),
    ],
)
def test_bot_checks(markup: str, check: str | None) -> None:
    """A bot check is known by its scripts, frames and elements, not by a text about it."""
    root = parsed(f"<html><body>{markup}</body></html>")
    assert root is not None
    assert find_check(root) == check


def test_no_check() -> None:
    """A page of text holds none."""
    root = parsed("<p>Teks</p>")
    assert root is not None
    assert find_check(root) is None


def _brief(written: str) -> Brief:
    address, text, most = written.split()
    return Brief(address.partition("/")[0], address, text, int(most))


@pytest.mark.parametrize("case", cases("interstitials/repeated"), ids=lambda case: case["name"])
def test_repeated(case: dict[str, Any]) -> None:
    """One brief under several addresses of an outlet is none of its articles."""
    known = [
        (address.partition("/")[0], text, address)
        for address, text in map(str.split, case.get("known", []))
    ]
    found = find_repeated(map(_brief, case["arrive"]), known)
    assert {brief.address: count for brief, count in found.items()} == case.get("repeated", {})


@pytest.mark.parametrize(
    ("listed", "fields", "most"),
    [
        (None, {}, 2),
        ("Petani Garam Menunggu Kemarau", {}, 1),
        ("Petani Garam Menunggu Kemarau", {"dateline": "Cemara"}, None),
        ("Sekat di Muara", {}, None),
        (None, {"body": "Sekat itu dibuka, kata petugas muara."}, None),
        (None, {"body": "kata " * 80}, None),
        (None, {"url": "https://www.kabarangin.example/lapor/sekat-muara-dibuka"}, None),
    ],
)
def test_briefs(listed: str | None, fields: dict[str, Any], most: int | None) -> None:
    """A text is asked about under other addresses where nothing shows it to be its own article."""
    given = {"url": URL, "title": "Sekat Muara", "body": "Sekat muara dibuka lagi esok pagi."}
    article = Article(source_id=SOURCE.id, urls=(URL,), **{**given, **fields})
    brief = as_brief(article, listed, SOURCE)
    assert (brief and brief.most) == most
