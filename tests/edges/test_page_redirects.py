"""Pages that send their reader on, and pages that only seem to."""

import time
from typing import Any

import pytest

from flows.edges.page_redirects import page_redirect
from tests.helpers.cases import cases

CASES = cases("page_redirects/pages")
URL = "https://a.example/baca/1"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_page_redirect(case: dict[str, Any]) -> None:
    """A page leads on to another address of the web, or is to be read where it is."""
    text = "kata " * case.get("words", 3)
    page = (
        f"<html><head>{case.get('head', '')}</head><body>{case.get('body', '')}{text}</body></html>"
    )
    headers = {"content-type": case.get("type", "text/html")}
    if "refresh" in case:
        headers["refresh"] = case["refresh"]
    body = b"" if case.get("empty") else page.encode()
    assert page_redirect(URL, headers, body) == case.get("leads")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_encodings(encoding: str) -> None:
    """The page is read whatever its encoding, and without a declared type too."""
    page = '<meta http-equiv="refresh" content="0;url=/baca/2"><p>Kafé “Selat”</p>'
    assert page_redirect(URL, {}, page.encode(encoding)) == "https://a.example/baca/2"


PIECES = ['<meta http-equiv="refresh" content="0;', "http-equiv", " ", "location", "<script>", "a"]


@pytest.mark.parametrize("piece", PIECES)
def test_large_pages_cost_little(piece: str) -> None:
    """What is repeated for hundreds of kilobytes costs no more than parsing the page."""
    start = time.process_time()
    page_redirect(URL, {"refresh": piece * 100_000}, (piece * 20_000).encode())
    assert time.process_time() - start < 3
