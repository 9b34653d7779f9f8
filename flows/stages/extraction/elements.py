"""Which elements of a page are not part of its article, by their names and content.

The tag, class and id of an element may hint at clutter (elements.toml). But a name is a hint and
never a verdict: templates call the wrapper of a text `paging-content` and a paragraph `caption`. So
the content has to confirm it: links, a picture, little text, or for readers' comments an article
before them. Siblings with the same hint are judged together, since a template may wrap each
paragraph.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain, islice
from typing import Any

from lxml import etree, html

from flows.stages.extraction.line_rules import related_label
from flows.stages.press.text import text_key
from flows.stages.press.vocabulary import any_of

# Elements with no text for a reader, or none of the page's own.
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
WHOLE = frozenset(["html", "body", "article", "main"])  # hold a whole page or article
PICTURES = ("img", "picture", "amp-img")
_EMBEDDED = (*PICTURES, "video", "iframe")

KINDS: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    files(__package__).joinpath("elements.toml").read_text(encoding="utf-8")
)
_TAGS = {tag: kind for kind, facts in KINDS.items() for tag in facts.get("tags", ())}
_MOST = {kind: facts["most"] for kind, facts in KINDS.items()}
_WORD_START = "(?<![a-z0-9])"


def name_pattern(names: Iterable[str]) -> str:
    """A pattern that finds these names in a class or an id, as elements.toml explains."""
    found = any_of(names).replace(r"\s+", "[-_]*").replace(r"\*", "[a-z0-9]*")
    return rf"{_WORD_START}{found}(?![a-z0-9])"


NAMES = "|".join(
    rf"(?P<{kind}>{name_pattern(facts['names'])})"
    for kind, facts in KINDS.items()
    if "names" in facts
)
_NAMED = re.compile(rf"{_WORD_START}(?:{NAMES})")  # no kind is tried in the middle of a word
_NAMES_READ = 400  # characters of class and id


@dataclass(frozen=True, slots=True)
class _Text:
    """Characters of text, and shares of it, by which a hint is confirmed or refuted."""

    own: float = 0.4  # an element with more of the page's unlinked text is the article ...
    least: float = 40.0  # ... but a name may always cut this much
    before_comments: int = 600  # what follows so much text may be comments ...
    comments: int = 3  # ... unless it is so many times as long
    paragraph: int = 80  # a label, a name or a short prompt is shorter
    column: int = 2  # an element beside so many paragraphs is in a column of text
    caption: int = 1200  # the longest caption whose picture is there


_TEXT = _Text()


def hint(element: html.HtmlElement) -> str | None:
    """The kind of clutter that an element's tag or names hint at."""
    tag = element.tag
    if tag in _TAGS:
        return _TAGS[tag]
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if len(names) <= 2 or tag in WHOLE:
        return None
    return _kind_of(names[:_NAMES_READ])


@lru_cache(maxsize=16_384)  # names recur on a page and on an outlet's other pages
def _kind_of(names: str) -> str | None:
    match = _NAMED.search(names.lower())
    return match.lastgroup if match else None


def _is_apart(element: html.HtmlElement) -> bool:
    """Whether an element is not in a column of paragraphs."""
    parent = element.getparent()
    paragraphs = (
        one for one in parent.iterchildren("p") if len(one.text_content()) >= _TEXT.paragraph
    )
    return len(list(islice(paragraphs, _TEXT.column))) < _TEXT.column


class Hints:
    """The hints that the elements of a page give, and how much text is in which element. `lead` is
    the key of the start of the article, or '' if it is not known.
    """

    def __init__(self, page: html.HtmlElement, lead: str = "") -> None:
        self.lead = lead
        # inline elements that begin with "Baca juga:"
        self.labelled: list[html.HtmlElement] = []
        # elements by their parent and hint
        self.siblings: dict[tuple[html.HtmlElement, str], list[html.HtmlElement]] = {}
        # characters in an element
        self.unlinked: dict[html.HtmlElement, int] = {}
        self.linked: dict[html.HtmlElement, int] = {}
        self._clutter: dict[html.HtmlElement, dict[html.HtmlElement, str]] = {}
        elements = list(page.iter(etree.Element))
        for element in elements:
            tag = element.tag
            if tag in FORMATTING:
                if (text := element.text) and related_label(text):
                    self.labelled.append(element)
            elif tag in BLOCKS and (kind := hint(element)):
                self.siblings.setdefault((element.getparent(), kind), []).append(element)
        if self.siblings:
            self._measure(elements)

    def _measure(self, elements: list[html.HtmlElement]) -> None:
        unlinked, linked = self.unlinked, self.linked
        for element in reversed(elements):  # children before their parents
            tag, text = element.tag, element.text
            outside, inside = unlinked.get(element, 0), linked.get(element, 0)
            if text:
                outside += len(text.strip())
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
        """The elements below `root` that are clutter, each with its kind: blocks whose hint is
        confirmed, and inline elements that begin with "Baca juga:". `root` itself is not judged.
        """
        if root not in self._clutter:
            self._clutter[root] = self._clutter_below(root)
        return self._clutter[root]

    def _clutter_below(self, root: html.HtmlElement) -> dict[html.HtmlElement, str]:
        below = set(root.iter(etree.Element))
        found = {element: "related" for element in self.labelled if element in below}
        for (parent, kind), elements in self.siblings.items():
            if parent in below:
                found |= dict.fromkeys(self._confirmed(root, kind, elements), kind)
        return found

    def _confirmed(
        self, root: html.HtmlElement, kind: str, siblings: list[html.HtmlElement]
    ) -> Iterable[html.HtmlElement]:
        """Those of some siblings with one hint that are what it says."""
        share = max(_TEXT.own * self.unlinked[root], _TEXT.least)
        if kind == "comments" and self._follow_a_text(root, siblings):
            return siblings if _is_apart(siblings[0]) else ()
        pictured = []
        if kind == "caption":
            pictured = [one for one in siblings if self._is_caption(one, share)]
            siblings = [one for one in siblings if one not in pictured]
        if self._is_clutter(kind, siblings, share):
            return [*pictured, *siblings]
        return pictured

    def _is_clutter(self, kind: str, siblings: list[html.HtmlElement], share: float) -> bool:
        """Whether elements hold mostly links, or no more text than such clutter has, and not the
        start of the article.
        """
        held = sum(self.unlinked[one] for one in siblings)
        mostly_links = held <= sum(self.linked[one] for one in siblings)
        if held > share or (not mostly_links and held > _MOST[kind]):
            return False
        most = KINDS[kind].get("paragraphs")
        if most is not None and self._paragraphs(siblings) > most:
            return False
        opens = held >= len(self.lead) > 0
        return not (opens and any(self.lead in text_key(one.text_content()) for one in siblings))

    def _paragraphs(self, siblings: list[html.HtmlElement]) -> int:
        return sum(
            self.unlinked[paragraph] >= _TEXT.paragraph
            for one in siblings
            for paragraph in one.iter("p")
        )

    def _is_caption(self, element: html.HtmlElement, share: float) -> bool:
        """Whether an element holds its picture, or is the only text beside one."""
        around = element.getparent()
        alone = around is not None and self.unlinked[around] == self.unlinked[element]
        near = around if alone else element
        pictured = next(near.iter(*_EMBEDDED), None) is not None
        return pictured and self.unlinked[element] <= min(share, _TEXT.caption)

    def _follow_a_text(self, root: html.HtmlElement, siblings: list[html.HtmlElement]) -> bool:
        """Whether so much text comes before these elements that they may be its comments."""
        before = 0
        for around in chain((siblings[0],), siblings[0].iterancestors()):
            if around is root:
                break
            before += sum(
                self.unlinked.get(one, 0)
                for one in around.itersiblings(etree.Element, preceding=True)
            )
        held = sum(self.unlinked[one] for one in siblings)
        return before >= _TEXT.before_comments and held <= _TEXT.comments * before
