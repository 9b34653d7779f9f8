"""`make bench-variants`: pages as others of their outlets could be: one thing is put in, taken away
or renamed. The text must stay.

The pages are the real ones and the outlets' fixtures whose unchanged text comes out exact. A
variant is right where the whole body is exact, and headline, author and day are as on the unchanged
page, as far as the change leaves them comparable (bench/variant_kinds.py). `--list NAME` tells what
went wrong with the variants whose names hold NAME.
"""

import argparse
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from difflib import ndiff
from functools import cache
from typing import Any

from lxml import etree, html

from bench.page_changes import Tree
from bench.variant_kinds import FIELDS, KINDS, Kind
from flows.records import Article, Rejection
from flows.stages.extraction.extract import extract
from flows.stages.press.text import text_key as key
from flows.stages.press.text import tidy
from tests.helpers.samples import JAKARTA, SETS, Sample, prediction

BASES = ("saved", "further", "outlets")
_BLOCKS = frozenset([
    "p", "div", "section", "article", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "center",
    "blockquote", "figure", "form", "iframe", "script", "style", "noscript", "hr",
])  # fmt: skip
_MONTHS = (  # as Indonesian and English names begin, from January on
    *("jan", "feb|peb", "mar", "apr", "mei|may", "jun", "jul", "agu|ags|aug", "sep"),
    *("okt|oct", "nov|nop", "des|dec"),
)
_SHOWN = 6  # lines of a difference


@dataclass(frozen=True, slots=True)
class Base:
    """A page to change. `places`: of its paragraphs among its elements; `headline`: that of the
    headline; `comparable`: the fields that are right on the unchanged page, on all pages (''), and
    those of them that the page shows ('visible') or the metadata state ('stated').
    """

    sample: Sample
    root: Any
    article: Article
    places: Sequence[int]
    headline: int | None
    comparable: dict[str, frozenset[str]]

    def tree(self) -> Tree:
        """The page, to be changed."""
        root = deepcopy(self.root)
        elements = list(root.iter())
        paragraphs = [elements[place] for place in self.places]
        siblings = Counter(paragraph.getparent() for paragraph in paragraphs).most_common(1)
        column = [one for one in paragraphs if one.getparent() is siblings[0][0]]
        headline = elements[self.headline] if self.headline is not None else None
        return Tree(root, paragraphs, column, headline, self.article.title)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a variant: the fields that are wrong, and the lines that differ."""

    base_set: str
    page: str
    variant: str
    wrong: tuple[str, ...]
    difference: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", default="", metavar="NAME", help="what went wrong with a variant")
    chosen = parser.parse_args().list
    for name in BASES:
        if not SETS[name].is_here:
            print(f"The {SETS[name].title} are not here: they are left out.\n")
    jobs = [(name, sample.name, chosen) for name in BASES for sample in SETS[name].samples()]
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        outcomes = [each for found in workers.map(vary, *zip(*jobs, strict=True)) for each in found]
    if chosen:
        tell(outcomes)
    else:
        report(outcomes)


def report(outcomes: Sequence[Outcome]) -> None:
    wrong = [one for one in outcomes if one.wrong]
    print(f"{len(wrong)} of {len(outcomes)} variants are wrong\n")
    print("| pages | unchanged right | variants | wrong |\n|---|---|---|---|")
    for name in BASES:
        of_set = [one for one in outcomes if one.base_set == name]
        pages = len({one.page for one in of_set})
        print(f"| {SETS[name].title} | {pages} | {len(of_set)} | {_count(of_set)} |")
    by_variant: dict[str, list[Outcome]] = {kind.name: [] for kind in KINDS}
    for one in outcomes:
        by_variant[one.variant].append(one)
    print("\n| what is varied | pages | wrong |\n|---|---|---|")
    for variant, made in by_variant.items():
        print(f"| {variant} | {len(made)} | {_count(made)} |")


def _count(outcomes: Iterable[Outcome]) -> int:
    return sum(bool(one.wrong) for one in outcomes)


def tell(outcomes: Sequence[Outcome]) -> None:
    for one in outcomes:
        if one.wrong:
            print(f"{one.variant} · {one.base_set} {one.page}: {', '.join(one.wrong)}")
            for line in one.difference:
                print(f"    {line}")


# ---- one page ----


@cache
def _samples(name: str) -> dict[str, Sample]:
    return {sample.name: sample for sample in SETS[name].samples()}


def vary(base_set: str, page: str, chosen: str) -> list[Outcome]:
    """What comes of the variants of a page whose names hold `chosen`; none where the text of the
    unchanged page is not exact.
    """
    base = read_base(_samples(base_set)[page])
    outcomes = []
    for kind in KINDS if base else ():
        assert base is not None
        tree = base.tree()
        if chosen in kind.name and kind.has_room(tree):
            kind.change(tree)
            wrong, difference = judged(base, kind, written(tree.root))
            outcomes.append(Outcome(base_set, page, kind.name, wrong, difference))
    return outcomes


def judged(base: Base, kind: Kind, body: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that are wrong on a changed page, and how they differ from the unchanged one's."""
    sample = base.sample
    try:
        found = extract(replace(sample.page, body=body), sample.source)
        json.dumps(asdict(found), default=str, ensure_ascii=False).encode()
    except Exception as error:  # what is looked for
        return ("raises",), (repr(error),)
    if isinstance(found, Rejection):
        return (f"rejected as {found.reason}",), (found.detail,)
    lines = [line for line in found.body.split("\n") if line not in kind.either]
    found = replace(found, body="\n".join(lines))
    row = sample.judge(prediction(found))
    compared = kind.fields & base.comparable[kind.told]
    wrong = tuple(field for field in sorted(compared) if not row[field])
    return wrong, tuple(_difference(base.article, found, wrong))


def _difference(unchanged: Article, found: Article, wrong: Sequence[str]) -> Iterable[str]:
    """The lines that were lost (-) and that leaked (+), and what the other wrong fields became."""
    if "exact" in wrong:
        pairs = ndiff(unchanged.body.split("\n"), found.body.split("\n"))
        lines = [line[:140] for line in pairs if line[0] in "+-"]
        yield from lines[:_SHOWN]
        if len(lines) > _SHOWN:
            yield f"  and {len(lines) - _SHOWN} lines more"
    for field, attribute in (("title", "title"), ("author", "author"), ("day", "published_at")):
        if field in wrong:
            yield f"{field}: {getattr(unchanged, attribute)} -> {getattr(found, attribute)}"


# ---- a page, with its paragraphs found ----


def read_base(sample: Sample) -> Base | None:
    """A page and its paragraphs; None where its text does not come out exact, or does not once the
    page is parsed and written again.
    """
    found = extract(sample.page, sample.source)
    if isinstance(found, Rejection) or not sample.judge(prediction(found))["exact"]:
        return None
    texts = tuple(key(line) for line in found.body.split("\n") if len(line) >= 40)
    plain = parsed(sample.page.body)
    blocks = deepcopy(plain)
    for parent in dict.fromkeys(each.getparent() for each in blocks.iter("br")):
        put_in_blocks(parent, texts)
    for root in (blocks, plain):
        again = extract(replace(sample.page, body=written(root)), sample.source)
        if isinstance(again, Article) and again.body == found.body:
            return _base(sample, root, again, texts)
    return None


def _base(sample: Sample, root: Any, found: Article, texts: tuple[str, ...]) -> Base:
    row = sample.judge(prediction(found))
    right = frozenset(field for field in FIELDS if row[field])
    places = {element: place for place, element in enumerate(root.iter())}
    headline = find_headline(root, found)
    paragraphs = [places[paragraph] for paragraph in find_paragraphs(root, texts)]
    comparable = _comparable(root, sample, found, right)
    return Base(sample, root, found, paragraphs, places.get(headline), comparable)


def parsed(body: bytes) -> Any:
    text = body.decode("utf-8", "replace").encode()
    return html.document_fromstring(text, parser=html.HTMLParser(encoding="utf-8"))


def written(root: Any) -> bytes:
    return bytes(etree.tostring(root, encoding="utf-8", method="html"))


def put_in_blocks(parent: Any, texts: tuple[str, ...]) -> None:
    """Put each stretch between line breaks that is a paragraph into a `p`."""
    runs = _runs(parent)
    if not any(_is_paragraph(run, texts) for run in runs):
        return
    for around in (parent, *parent.iterancestors("p")):
        around.tag = "div" if around.tag == "p" else around.tag
    for child in list(parent):
        parent.remove(child)
    parent.text = None
    for run in runs:
        into = etree.SubElement(parent, "p") if _is_paragraph(run, texts) else parent
        for atom in run:
            _append(into, atom)


def _runs(parent: Any) -> list[list[Any]]:
    """The texts and elements of an element, parted at its line breaks and blocks."""
    runs: list[list[Any]] = [[parent.text or ""]]
    for child in parent:
        tail, child.tail = child.tail or "", None
        if child.tag == "br" or child.tag in _BLOCKS or not isinstance(child.tag, str):
            runs += [[child], [tail]]
        else:
            runs[-1] += [child, tail]
    return runs


def _is_paragraph(run: Sequence[Any], texts: tuple[str, ...]) -> bool:
    if not isinstance(run[0], str):
        return False
    text = "".join(atom if isinstance(atom, str) else atom.text_content() for atom in run)
    return key(text).startswith(texts)


def _append(parent: Any, atom: Any) -> None:
    if not isinstance(atom, str):
        parent.append(atom)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + atom
    else:
        parent.text = (parent.text or "") + atom


def find_paragraphs(root: Any, texts: tuple[str, ...]) -> list[Any]:
    """The elements that hold a paragraph each; of two with one text that with more siblings."""
    found = [
        element
        for element in root.iter("p", "div")
        if key(element.text_content()).startswith(texts)
        and not any(
            inner.tag in _BLOCKS or inner.tag == "br" for inner in element.iterdescendants()
        )
    ]
    siblings = Counter(element.getparent() for element in found)
    best: dict[str, Any] = {}
    for element in sorted(found, key=lambda element: siblings[element.getparent()]):
        best[key(element.text_content())] = element
    chosen = set(best.values())
    return [element for element in found if element in chosen]


def find_headline(root: Any, found: Article) -> Any:
    """The element that shows the headline, a heading if there is one; None where none does."""
    shown = (origin.text.strip("<>") for origin in found.origins["title"] if origin.taken)
    return next(
        (
            element
            for tag in ("h1", "h2", "h3", *shown)
            for element in root.find("body").iter(tag)
            if key(element.text_content()) == key(found.title)
        ),
        None,
    )


def _comparable(
    root: Any, sample: Sample, found: Article, right: frozenset[str]
) -> dict[str, frozenset[str]]:
    """The fields that stay comparable where the page or its metadata alone tell them."""
    seen = " ".join(root.xpath("//body//text()[not(ancestor::script or ancestor::style)]")).lower()
    visible = {
        "exact": True,
        "title": key(found.title) in key(seen),
        "author": all(key(name) in key(seen) for name in (found.author or "").split("; ")),
        "day": _shows_day(found, f"{seen} {sample.page.url}"),
    }
    titles = root.xpath("//meta[@property='og:title']/@content")
    stated = {field for field in FIELDS if field != "title" or found.title in map(tidy, titles)}
    return {
        "": right,
        "visible": frozenset(field for field in right if visible[field]),
        "stated": right & stated,
    }


def _shows_day(found: Article, seen: str) -> bool:
    """Whether the day of an article stands in a text."""
    if found.published_at is None:
        return True
    day = found.published_at.astimezone(JAKARTA)
    names = _MONTHS[day.month - 1]
    return any(
        re.search(form, seen)
        for form in (
            (
                rf"\b0?{day.day}[ ,.-]{{0,3}}(?:{names})[a-z]{{0,8}}[ "
                rf",.'-]{{0,3}}(?:{day.year}|{day:%y})\b"
            ),
            rf"(?:{names})[a-z]{{0,8}} 0?{day.day}, {day.year}\b",
            rf"\b0?{day.day}[/.-]0?{day.month}[/.-](?:{day.year}|{day:%y})\b",
            rf"(?:{day.year}|{day:%y})[/.-]?{day:%m}[/.-]?{day:%d}",
        )
    )


if __name__ == "__main__":
    main()
