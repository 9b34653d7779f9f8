"""Patterns of articles' addresses: what is derived from what an outlet lists, on invented sites,
and on the addresses of real ones if they are at hand.
"""

import csv
import gzip
import json
import re
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC
from importlib.resources import files
from typing import Any

import pytest

from flows.stages.discovery.listings import read_listing
from flows.stages.discovery.patterns import derive, is_on, name_of, site_of
from tests.helpers.cases import cases
from tests.helpers.linear import KINDS, LONG, SECONDS
from tests.helpers.paths import DATA

CASES: Sequence[dict[str, Any]] = cases("article_patterns")


def whole(site: str, addresses: Sequence[str]) -> list[str]:
    return [f"https://{site}{each}" if each.startswith("/") else each for each in addresses]


def derived(case: dict[str, Any]) -> str | None:
    site = case["site"]
    return derive(whole(site, case.get("known", ())), whole(site, case.get("listed", ())), site)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_pattern(case: dict[str, Any]) -> None:
    """The pattern finds what is listed as articles, and others like them, and nothing else."""
    pattern = derived(case)
    if "finds" not in case:
        assert pattern is None
        return
    assert pattern is not None
    finds = whole(case["site"], case["finds"])
    others = whole(case["site"], case["not"])
    assert [each for each in (*finds, *others) if re.search(pattern, each)] == finds
    known = whole(case["site"], case.get("known", ()))
    found = sum(bool(re.search(pattern, each)) for each in known)
    assert found >= 0.9 * len(known)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_pattern_is_linear(case: dict[str, Any]) -> None:
    """A pattern takes time in proportion to the address, whatever that is."""
    pattern = derived(case)
    start = time.monotonic()
    for unit in (*KINDS, "-", "_", "/", "a-", "-1", "a/", "1a", "?", "&"):
        if pattern:
            re.search(pattern, f"https://{case['site']}/{unit * (LONG // len(unit))}")
    assert time.monotonic() - start < SECONDS * 10


def test_kinds_find_their_examples() -> None:
    """Each kind of segment is the first that finds its example, and writes a pattern for it."""
    text = files("flows.stages.discovery").joinpath("patterns.toml").read_text(encoding="utf-8")
    kinds = tomllib.loads(text)["segment"]
    for kind in kinds:
        example = kind["example"]
        first = next(each for each in kinds if re.fullmatch(each["finds"], example))
        assert first["kind"] == kind["kind"]
        assert re.search(kind["writes"].format(least=4), example)


@pytest.mark.parametrize(
    ("url", "site", "name"),
    [
        ("https://www.kabar.example/", "kabar.example", "kabar"),
        ("https://m.kabar.example/x", "kabar.example", "kabar"),
        ("https://bola.kabar.example/", "bola.kabar.example", "bola"),
        ("https://www.kabar.co.id/", "kabar.co.id", "kabar"),
        ("https://news.kabar.co.id/", "kabar.co.id", "kabar"),
        ("https://kabar.id/", "kabar.id", "kabar"),
        ("https://www.berita.com/", "berita.com", "berita"),
        ("https://www.id.example/", "id.example", "id"),
        ("http://127.0.0.1:8000/", "127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://kabar.example:8080/", "kabar.example:8080", "kabar"),
    ],
)
def test_site(url: str, site: str, name: str) -> None:
    """A site is a domain, or the host of an outlet within another's."""
    assert (site_of(url), name_of(site_of(url))) == (site, name)


# ---- real addresses ----


def domain(site: str) -> str:
    """The registered domain, since an archive has addresses of all hosts of an outlet."""
    labels = site.split(".")
    return ".".join(labels[-3:] if labels[-2] in ("co", "go") else labels[-2:])


def real_addresses() -> Iterator[str]:
    with gzip.open(DATA / "corpora" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from (json.loads(line)["url"] or "" for line in lines)


@pytest.mark.skipif(not DATA.exists(), reason="needs the shared data")
def test_real_articles() -> None:
    """A pattern from some addresses of an outlet finds the others: on 17 of 18 outlets, nearly all.
    The other is a shortener of addresses.
    """
    outlets: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for url in real_addresses():
        if re.match(r"https?://[\w.-]+\.[a-z]+/.", url):
            outlets[domain(site_of(url))][url] = None
    shares = []
    for name, addresses in outlets.items():
        urls = sorted(addresses, key=lambda url: hash_of(url))
        some, others = urls[: min(50, len(urls) // 2)], urls[min(50, len(urls) // 2) :]
        if len(urls) < 30:
            continue
        pattern = derive(some, (), name)
        shares.append(
            sum(bool(pattern and re.search(pattern, url)) for url in others) / len(others)
        )
    assert len(shares) >= 15
    assert sum(share >= 0.95 for share in shares) >= len(shares) - 1


def hash_of(url: str) -> str:
    """An order that has nothing to do with what an address says."""
    return str(sum(ord(letter) * place for place, letter in enumerate(url)) % 10_007)


@pytest.mark.skipif(not DATA.exists(), reason="needs the shared data")
def test_real_pages() -> None:
    """Of the links of a real page, a pattern is derived that finds the page itself, of nine in
    ten.
    """
    found = pages = 0
    for folder in ("html", "html2"):
        with (DATA / folder / "index.tsv").open(encoding="utf-8") as index:
            for row in csv.DictReader(index, delimiter="\t"):
                body = (DATA / folder / "pages" / f"{row['name']}.html").read_bytes()
                entries = read_listing("index", body, row["url"], UTC).entries
                own = domain(site_of(row["url"]))
                urls = {each.url.partition("#")[0] for each in entries if is_on(each.url, own)}
                pattern = derive((), sorted(urls - {row["url"]}), own)
                found += bool(pattern and re.search(pattern, row["url"]))
                pages += 1
    assert found >= 0.9 * pages
