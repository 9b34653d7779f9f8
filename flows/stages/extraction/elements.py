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
from flows.stages.extraction.tree import Tree
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
_EMBEDDED = frozenset([*PICTURES, "video", "iframe"])

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
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
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
    the key of the start of the article, or '' if it is not known. Elements are told by their
    places.
    """

    def __init__(self, tree: Tree, lead: str = "") -> None:
        self.tree = tree
        self.lead = lead
        # inline elements that begin with "Baca juga:"
        self.labelled: list[int] = []
        # elements by their parent and hint
        self.siblings: dict[tuple[int, str], list[int]] = {}
        # characters in an element
        self.unlinked: list[int] = []
        self.linked: list[int] = []
        self._clutter: dict[html.HtmlElement, dict[int, str]] = {}
        for at, tag in enumerate(tree.tags):
            if tag in FORMATTING:
                if (text := tree.texts[at]) and related_label(text):
                    self.labelled.append(at)
            elif tag in BLOCKS and (kind := hint(tree.elements[at])):
                self.siblings.setdefault((tree.parents[at], kind), []).append(at)
        if self.siblings:
            self._measure()

    def _measure(self) -> None:
        tree = self.tree
        self.unlinked = unlinked = [len(text.strip()) if text else 0 for text in tree.texts]
        self.linked = linked = [0] * len(unlinked)
        for at in range(len(unlinked) - 1, -1, -1):  # children before their parents
            tag = tree.tags[at]
            if tag == "a":
                unlinked[at], linked[at] = 0, unlinked[at] + linked[at]
            elif tag in UNREAD:
                unlinked[at] = linked[at] = 0
            if at:
                parent, tail = tree.parents[at], tree.tails[at]
                unlinked[parent] += unlinked[at] + (len(tail.strip()) if tail else 0)
                linked[parent] += linked[at]

    def clutter(self, root: html.HtmlElement) -> dict[int, str]:
        """The elements below `root` that are clutter, each with its kind: blocks whose hint is
        confirmed, and inline elements that begin with "Baca juga:". `root` itself is not judged.
        """
        if root not in self._clutter:
            self._clutter[root] = self._clutter_below(root)
        return self._clutter[root]

    def _clutter_below(self, root: html.HtmlElement) -> dict[int, str]:
        below = self.tree.within(root)
        found = {at: "related" for at in self.labelled if at in below}
        for (parent, kind), siblings in self.siblings.items():
            if parent in below:
                found |= dict.fromkeys(self._confirmed(below.start, kind, siblings), kind)
        return found

    def _confirmed(self, root: int, kind: str, siblings: list[int]) -> Iterable[int]:
        """Those of some siblings with one hint that are what it says."""
        share = max(_TEXT.own * self.unlinked[root], _TEXT.least)
        if kind == "comments" and self._follow_a_text(root, siblings):
            return siblings if _is_apart(self.tree.elements[siblings[0]]) else ()
        pictured = []
        if kind == "caption":
            pictured = [one for one in siblings if self._is_caption(one, share)]
            siblings = [one for one in siblings if one not in pictured]
        if self._is_clutter(kind, siblings, share):
            return [*pictured, *siblings]
        return pictured

    def _is_clutter(self, kind: str, siblings: list[int], share: float) -> bool:
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
        if not held >= len(self.lead) > 0:
            return True
        texts = (text_key(self.tree.elements[one].text_content()) for one in siblings)
        return not any(self.lead in text for text in texts)

    def _paragraphs(self, siblings: list[int]) -> int:
        tree = self.tree
        return sum(
            tree.tags[at] == "p" and self.unlinked[at] >= _TEXT.paragraph
            for one in siblings
            for at in range(one, tree.ends[one])
        )

    def _is_caption(self, at: int, share: float) -> bool:
        """Whether an element holds its picture, or is the only text beside one."""
        tree, around = self.tree, self.tree.parents[at]
        near = around if self.unlinked[around] == self.unlinked[at] else at
        pictured = not _EMBEDDED.isdisjoint(tree.tags[near : tree.ends[near]])
        return pictured and self.unlinked[at] <= min(share, _TEXT.caption)

    def _follow_a_text(self, root: int, siblings: list[int]) -> bool:
        """Whether so much text comes before these elements that they may be its comments."""
        tree, before = self.tree, 0
        for around in chain(siblings[:1], tree.around(siblings[0])):
            if around == root:
                break
            above = tree.elements[around].itersiblings(etree.Element, preceding=True)
            before += sum(self.unlinked[tree.places[one]] for one in above)
        held = sum(self.unlinked[one] for one in siblings)
        return before >= _TEXT.before_comments and held <= _TEXT.comments * before
