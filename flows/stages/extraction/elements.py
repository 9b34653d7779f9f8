"""Which elements of a page are no part of its article by what they are called.

tree -> hints (tag, class and id, by elements.toml) -> those that their own text confirms

A name is a hint, never a verdict: templates call the wrapper of a text `paging-content`, a
paragraph `caption`. What confirms it is what such an element holds: links, a picture, hardly any
text, or for readers' comments an article before them. Elements that stand next to each other under
one hint are judged together, since a template may wrap each paragraph.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import chain, islice
from typing import Any

from lxml import etree, html

from flows.stages.extraction.line_rules import related_label
from flows.stages.press.text import key
from flows.stages.press.vocabulary import any_of

# No text for a reader, or none of the page's own.
_UNREAD = """
    script style noscript template svg math iframe object embed select textarea datalist head canvas
    map
"""
_BLOCKS = """
    address article aside blockquote body button caption center dd details dialog div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main nav ol
    option p pre section summary table tbody tfoot thead tr ul video audio
"""
_FORMATTING = """
    a abbr b big cite code em font i ins mark q s small span strong sub sup time u var
"""
UNREAD, BLOCKS, FORMATTING = (frozenset(names.split()) for names in (_UNREAD, _BLOCKS, _FORMATTING))
_WHOLE = frozenset(["html", "body", "article", "main"])  # names of these say nothing of their text
_PICTURES = ("img", "picture", "amp-img", "video", "iframe")

KINDS: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    files(__package__).joinpath("elements.toml").read_text(encoding="utf-8")
)
_TAGS = {tag: kind for kind, facts in KINDS.items() for tag in facts.get("tags", ())}
_MOST = {kind: facts["most"] for kind, facts in KINDS.items()}


def name_pattern(names: Iterable[str]) -> str:
    """A pattern that finds these names in a class or an id: see elements.toml."""
    found = any_of(names).replace(r"\s+", "[-_]*").replace(r"\*", "[a-z0-9]*")
    return rf"(?<![a-z0-9]){found}(?![a-z0-9])"


NAMES = "|".join(
    rf"(?P<{kind}>{name_pattern(facts['names'])})"
    for kind, facts in KINDS.items()
    if "names" in facts
)
_NAMED = re.compile(NAMES)
_MAX_NAMES = 400  # characters of class and id that are read

# An element with more of the page's unlinked text than this is the article, whatever it is called.
_OWN_SHARE = 0.4
_LEAST = 40.0  # characters that a name may cut of the shortest text
_READ = 600  # characters before an element that is called comments: then it holds comments, ...
_MUCH_MORE = 3  # ... unless it holds so many times as much
_PARAGRAPH = 80  # characters; a label, a name or a short prompt has fewer
_COLUMN = 2  # paragraphs beside an element: it stands in a column of text
_MOST_CAPTION = 1200  # characters of one caption whose picture is there


def hint(element: html.HtmlElement) -> str | None:
    """The kind of clutter that an element's tag or names speak of."""
    tag = element.tag
    if tag in _TAGS:
        return _TAGS[tag]
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return _kind_of(names[:_MAX_NAMES]) if len(names) > 2 and tag not in _WHOLE else None


@lru_cache(maxsize=4096)  # the same names return on a page, and on an outlet's pages
def _kind_of(names: str) -> str | None:
    match = _NAMED.search(names.lower())
    return match.lastgroup if match else None


def _is_apart(element: html.HtmlElement) -> bool:
    """Whether an element is no part of a column of paragraphs: none stand beside it."""
    parent = element.getparent()
    paragraphs = (one for one in parent.iterchildren("p") if len(one.text_content()) >= _PARAGRAPH)
    return len(list(islice(paragraphs, _COLUMN))) < _COLUMN


class Hints:
    """What the elements of a page are called, and how much text stands where. `lead`: the key of
    how the article opens, '' where nothing says so.
    """

    def __init__(self, page: html.HtmlElement, lead: str = "") -> None:
        self.lead = lead
        # what opens with "Baca juga:" inside of a block
        self.labelled: list[html.HtmlElement] = []
        # those under one hint that have one parent
        self.siblings: dict[tuple[html.HtmlElement, str], list[html.HtmlElement]] = {}
        # characters below an element
        self.unlinked: dict[html.HtmlElement, int] = {}
        self.linked: dict[html.HtmlElement, int] = {}
        elements = list(page.iter(etree.Element))
        for element in elements:
            if element.tag in FORMATTING:
                if element.text and related_label(element.text):
                    self.labelled.append(element)
            elif element.tag in BLOCKS and (kind := hint(element)):
                self.siblings.setdefault((element.getparent(), kind), []).append(element)
        if self.siblings:
            self._measure(elements)

    def _measure(self, elements: list[html.HtmlElement]) -> None:
        unlinked, linked = self.unlinked, self.linked
        for element in reversed(elements):  # inner ones before their parents
            tag = element.tag
            outside = unlinked.get(element, 0) + len((element.text or "").strip())
            inside = linked.get(element, 0)
            if tag == "a":
                outside, inside = 0, outside + inside
            elif tag in UNREAD:
                outside = inside = 0
            unlinked[element], linked[element] = outside, inside
            parent = element.getparent()
            if parent is not None and element is not elements[0]:
                tail = len((element.tail or "").strip())
                unlinked[parent] = unlinked.get(parent, 0) + outside + tail
                linked[parent] = linked.get(parent, 0) + inside

    def clutter(self, root: html.HtmlElement) -> dict[html.HtmlElement, str]:
        """The elements below one that are clutter in it, each with its kind; itself is not judged.

        They are the blocks whose hint is confirmed, and what opens with "Baca juga:" inside of one.
        """
        below = set(root.iter(etree.Element))
        found = {element: "related" for element in self.labelled if element in below}
        for (parent, kind), elements in self.siblings.items():
            if parent in below:
                found |= dict.fromkeys(self._confirmed(root, kind, elements), kind)
        return found

    def _confirmed(
        self, root: html.HtmlElement, kind: str, siblings: list[html.HtmlElement]
    ) -> Iterable[html.HtmlElement]:
        """Those of the elements under one hint, children of one parent, that are what it says."""
        share = max(_OWN_SHARE * self.unlinked[root], _LEAST)
        if kind == "comments" and self._follow_a_text(root, siblings):
            return siblings if _is_apart(siblings[0]) else ()
        if kind == "caption":
            pictured = [one for one in siblings if self._is_caption(one, share)]
            siblings = [one for one in siblings if one not in pictured]
        else:
            pictured = []
        return [*pictured, *(siblings if self._is_clutter(kind, siblings, share) else ())]

    def _is_clutter(self, kind: str, siblings: list[html.HtmlElement], share: float) -> bool:
        """Whether elements hold links, or no more text than such clutter does, and not the
        article's opening.
        """
        held = sum(self.unlinked[one] for one in siblings)
        mostly_links = held <= sum(self.linked[one] for one in siblings)
        if held > share or (not mostly_links and held > _MOST[kind]):
            return False
        most = KINDS[kind].get("paragraphs")
        if most is not None and self._paragraphs(siblings) > most:
            return False
        opens = held >= len(self.lead) > 0
        return not (opens and any(self.lead in key(one.text_content()) for one in siblings))

    def _paragraphs(self, siblings: list[html.HtmlElement]) -> int:
        return sum(
            self.unlinked[paragraph] >= _PARAGRAPH
            for one in siblings
            for paragraph in one.iter("p")
        )

    def _is_caption(self, element: html.HtmlElement, share: float) -> bool:
        """Whether an element holds its picture, or is the only text beside one."""
        around = element.getparent()
        alone = around is not None and self.unlinked[around] == self.unlinked[element]
        near = around if alone else element
        return next(near.iter(*_PICTURES), None) is not None and self.unlinked[element] <= min(
            share, _MOST_CAPTION
        )

    def _follow_a_text(self, root: html.HtmlElement, siblings: list[html.HtmlElement]) -> bool:
        """Whether more text than comments have stands before them, however many they are."""
        before = 0
        for around in chain((siblings[0],), siblings[0].iterancestors()):
            if around is root:
                break
            before += sum(
                self.unlinked.get(one, 0)
                for one in around.itersiblings(etree.Element, preceding=True)
            )
        held = sum(self.unlinked[one] for one in siblings)
        return before >= _READ and held <= _MUCH_MORE * before
