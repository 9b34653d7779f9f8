"""What holds for every page: nothing disappears, nothing is added, nothing raises, and the same
bytes give the same article.
"""

import random
from collections import Counter
from itertools import islice

import pytest

from flows.records import Article, Page, Rejection, Source
from flows.stages.extraction import boilerplate, container
from flows.stages.extraction.extract import extract
from flows.stages.extraction.headline import find_headline
from flows.stages.extraction.lines import read_lines
from flows.stages.extraction.metadata import read_metadata
from flows.stages.extraction.parsing import parse
from flows.stages.press.text import key
from tests.stages.test_extract import REAL, mutated, page, press, real_pages

INVENTED = [(gold["id"], pages[0], source) for gold, source, pages in press()]
SAVED = real_pages() if REAL.exists() else []
PAGES = [pytest.param(saved, source, id=name) for name, saved, source in INVENTED + SAVED]


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_body_and_removed_are_the_container(saved: Page, source: Source) -> None:
    """The lines of the container are the body's and the removed ones, each as often as it stands
    there, and nothing else is.
    """
    root = parse(saved)
    assert not isinstance(root, tuple)
    lines = read_lines(root)
    headline = find_headline(root, read_metadata(root), lines, source, saved.url)
    own = read_lines(container.choose(root, (), lines, headline.at)[0])
    cleaned = boilerplate.clean(own, headline.text)
    held = Counter(line.text for line in own)
    whole = Counter(cleaned.body) + Counter(cut.text for cut in cleaned.removed)
    parted = held - whole  # lines of which a part was cut
    assert sorted("".join(map(key, (whole - held).elements()))) == sorted(
        "".join(map(key, parted.elements()))
    )
    assert all(
        any(part in line for line in parted)
        for part in (whole - held)
        if not _is_rejoined(part, parted)
    )


def _is_rejoined(part: str, lines: Counter[str]) -> bool:
    """Whether a body line is one from whose middle an aside was cut."""
    return any(part.startswith(line[:20]) and part.endswith(line[-20:]) for line in lines)


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_an_article_accounts_for_its_container(saved: Page, source: Source) -> None:
    """What the article keeps and what it says was removed are all lines of the page, and the body's
    lines were not removed.
    """
    found = extract(saved, source)
    assert isinstance(found, Article)
    root = parse(saved)
    assert not isinstance(root, tuple)
    page_text = key(" ".join(line.text for line in read_lines(root)))
    asides = [key(cut.text) for cut in found.removed]
    for cut in asides:
        assert cut in page_text
    for line in found.body.split("\n"):
        assert key(line) in page_text or any(
            key(line)[:20] in page_text and aside in page_text for aside in asides
        )


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_the_same_bytes_give_the_same_article(saved: Page, source: Source) -> None:
    """Extraction has no memory."""
    assert extract(saved, source) == extract(saved, source)


def test_mutated_pages_raise_nothing() -> None:
    """Pages with bytes lost, doubled and swapped end as an article or a rejection; the bench tries
    thousands.
    """
    cases = (SAVED or INVENTED) * 10
    for number, (_, saved, source) in enumerate(islice(cases, 230)):
        found = extract(page(mutated(saved.body, random.Random(number)), saved.url), source)
        assert isinstance(found, Rejection) or found.body.strip()
