"""What holds for every page: nothing disappears, nothing is added, nothing raises, and the same
bytes give the same article.
"""

import random
import re
from collections import Counter
from itertools import islice

import pytest
from lxml import etree

from flows.records import Article, Page, Rejection, Source
from flows.stages.extraction import boilerplate, container
from flows.stages.extraction.elements import KINDS, UNREAD
from flows.stages.extraction.extract import extract
from flows.stages.extraction.headline import find_headline
from flows.stages.extraction.line_rules import RULES
from flows.stages.extraction.lines import read_lines
from flows.stages.extraction.metadata import read_metadata
from flows.stages.extraction.parsing import parse
from flows.stages.extraction.tree import Tree
from flows.stages.press.text import text_key, tidy
from tests.helpers.pages import mutated, page
from tests.helpers.samples import SETS

SAMPLES = [
    sample for name in ("press", "outlets", "saved", "further") for sample in SETS[name].samples()
]
PAGES = [pytest.param(each.page, each.source, id=each.name) for each in SAMPLES]
# What cuts lines besides the rules of line_rules.toml and the kinds of elements.toml
CUTS = {
    "author-note",
    "before-headline",
    "behind-article",
    "byline",
    "caption-before-dateline",
    "caption-beside-picture",
    "card",
    "caption-credited",
    "date-line",
    "edge-heading",
    "edge-link",
    "headline",
    "leftover",
    "linked-line",
    "related",
    "related-item",
    "sign-off",
    "trafilatura",
}


_FOUND: dict[int, Article] = {}


def article_of(saved: Page, source: Source) -> Article:
    """The article that is on a page; each page is read once."""
    if id(saved) not in _FOUND:
        found = extract(saved, source)
        assert isinstance(found, Article)
        _FOUND[id(saved)] = found
    return _FOUND[id(saved)]


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_body_and_removed_are_the_container(saved: Page, source: Source) -> None:
    """The lines of the container are the body's and the removed ones, each as often as it stands
    there, and nothing else is.
    """
    root = parse(saved)
    assert not isinstance(root, tuple)
    lines = read_lines(root)
    headline = find_headline(root, read_metadata(root), lines, source, saved.url)
    own = read_lines(container.choose(Tree.of(root), (), lines, headline.at)[0])
    cleaned = boilerplate.clean(own, headline.text)
    held = Counter(line.text for line in own)
    whole = Counter(cleaned.body) + Counter(cut.text for cut in cleaned.removed)
    parted = held - whole  # lines of which a part was cut
    assert sorted("".join(map(text_key, (whole - held).elements()))) == sorted(
        "".join(map(text_key, parted.elements()))
    )
    assert all(
        any(part in line for line in parted)
        for part in (whole - held)
        if not _is_rejoined(part, parted)
    )


def _is_rejoined(part: str, lines: Counter[str]) -> bool:
    """Whether a body line is one from whose middle an aside was cut, or a dateline and the
    paragraph below it.
    """
    opens = any(part.startswith(line[:20]) for line in lines)
    return opens and any(part.endswith(line[-20:]) for line in lines)


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_an_article_accounts_for_its_container(saved: Page, source: Source) -> None:
    """What the article keeps and what it says was removed are all lines of the page, and the body's
    lines were not removed.
    """
    found = article_of(saved, source)
    root = parse(saved)
    assert not isinstance(root, tuple)
    page_text = text_key(" ".join(line.text for line in read_lines(root)))
    asides = [text_key(cut.text) for cut in found.removed]
    for cut in asides:
        assert cut in page_text
    for line in found.body.split("\n"):
        assert text_key(line) in page_text or any(
            text_key(line)[:20] in page_text and aside in page_text for aside in asides
        )


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_the_same_bytes_give_the_same_article(saved: Page, source: Source) -> None:
    """Extraction has no memory."""
    assert extract(saved, source) == article_of(saved, source)


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_a_line_is_what_its_block_says(saved: Page, source: Source) -> None:
    """The words of a line are words of its element, one behind the other; nothing is cut out of
    them, and no two lines share any.
    """
    root = parse(saved)
    assert not isinstance(root, tuple)
    etree.strip_elements(root, *UNREAD, with_tail=False)
    lines = read_lines(root)
    for line in lines:
        assert text_key(line.text) in text_key(tidy("".join(line.element.itertext())))
    assert sum(len(text_key(line.text)) for line in lines) <= len(
        text_key("".join(root.itertext()))
    )


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_nothing_is_cut_without_a_rule(saved: Page, source: Source) -> None:
    """Every cut names the rule that made it, and the rule is one that can be looked up."""
    found = article_of(saved, source)
    known = CUTS | {rule.id for rule in RULES} | {f"element:{kind}" for kind in KINDS}
    assert {cut.rule for cut in found.removed} - known == set()


@pytest.mark.parametrize(("saved", "source"), PAGES)
def test_the_stated_text_is_in_the_body_or_cut(saved: Page, source: Source) -> None:
    """What the page's own metadata give as the article's text, sentence by sentence, is in the body
    or was cut by name.
    """
    root = parse(saved)
    found = article_of(saved, source)
    assert not isinstance(root, tuple)
    stated = read_metadata(root).text("articleBody")
    shown = text_key("".join(root.itertext()))
    held = text_key(found.body) + "".join(text_key(cut.text) for cut in found.removed)
    sentences = (
        text_key(sentence) for sentence in re.split(r"(?<=[a-z][.!?])\s+(?=[A-Z])", stated)
    )
    lost = [one for one in sentences if len(one) >= 40 and one in shown and one not in held]
    assert lost == []


def test_mutated_pages_raise_nothing() -> None:
    """Pages with bytes lost, doubled and swapped end as an article or a rejection; the bench tries
    thousands.
    """
    cases = SAMPLES[::-1] * 10
    for number, each in enumerate(islice(cases, 230)):
        body = mutated(each.page.body, random.Random(number))
        found = extract(page(body, each.page.url), each.source)
        assert isinstance(found, Rejection) or found.body.strip()
