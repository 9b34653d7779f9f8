"""A parsed page as lines of text, in the order in which a reader meets them.

A line is what stands between two line breaks on the screen: a paragraph, a heading, a list item, a
table row, a stretch between two `<br>`. Lines inside an element whose name or class says that it is
no part of an article's text carry the id of that element rule.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from lxml import etree, html

# No text for a reader, or none of the page's own.
_UNREAD = "script style noscript template svg math iframe object embed select textarea datalist head canvas map"
_BLOCKS = """
    address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3
    h4 h5 h6 header hgroup hr html legend li main nav ol option p pre section summary table tbody tfoot thead tr ul video audio
"""
_FORMATTING = "a abbr b big cite code em font i ins mark q s small span strong sub sup time u var"
UNREAD, BLOCKS, FORMATTING = (frozenset(names.split()) for names in (_UNREAD, _BLOCKS, _FORMATTING))

# Elements that hold no article text, by tag.
CLUTTER_TAGS = {
    "figure": "caption",
    "figcaption": "caption",
    "caption": "caption",
    "nav": "nav",
    "aside": "related",
    "footer": "footer",
    "form": "form",
    "button": "form",
    "video": "player",
    "audio": "player",
}
# The same by class or id. A name counts where a whole word of it, between dashes, underscores and
# blanks, says so.
_CLUTTER_NAMES = {
    "caption": r"caption|captions|\w*caption|cap-foto|cap_foto|set-cp|foto-?credit|photo-?credit|keterangan-foto"
    r"|image-source|img-desc|figure",
    "related": r"baca|baca-?juga|bacajuga|\w*bacajuga\w*|relate[ds]?|jp-relatedposts|terkait|sisip\w*|linksisip|topiksisip|inject"
    r"|inner-link|read__others|recommend\w*|rekomendasi|kompasidrec\w*|lihat-?juga|lihatjg|liftdown\w*|also-?read|artikel-?lain\w*|internal-link"
    r"|links-block|next-?article|popin|_popin\w*|outbrain|taboola\w*|mgid|terpopuler|populer|trending|terkini|news-?list|teaser-?list",
    "share": r"share|sharing|sharedaddy|sosmed|medsos|social|sosial|addthis\w*|addtoany\w*|likes-widget|sd-block",
    "ads": r"ads?|ads\w+|advert\w*|advertisement|iklan|parallax\w*|gpt|dfp|prads|detads|wpcnt|billboard|sponsor\w*"
    r"|(?:m\d+)?scriptroot\w*",
    "post": r"twitter-tweet|twitter-video|instagram-media|tiktok-embed|fb-(?:post|video)",
    "comments": r"comments?|comment-?list|komentar|disqus\w*|respond",
    "player": r"player|jwplayer|\w+-player|c-mmp|metube\w*|video-?wrap\w*",
    "byline": r"author|authors|author-?\d|byline|penulis|editor|reporter|nmreporter|namerep|redaktur|jurnalis|wartawan|credits?|kredit"
    r"|postinfo|postmeta",
    "date": r"dates?|datetime|tanggal|tgl|timestamp|time-?ago|published-?date|pubdate",
    "prompt": r"newsletter|subscribe|subscription|langganan|ext-channel|google-?news|gnews|whatsapp\w*|wa-channel|apresiasi|gate-\w+"
    r"|paywall",
    "nav": r"nav|navigation|breadcrumbs?|\w*breadcrumb\w*|pagination|paging|pager|menu",
    "footer": r"footer|copyright",
    "tags": r"(?:[\w-]+[-_])?tags?(?![\w-])|tag-?list|tagar",
}
CLUTTER_CLASS = re.compile(
    "|".join(
        rf"(?P<{rule}>(?<![a-z0-9])(?:{names})(?![a-z0-9]))"
        for rule, names in _CLUTTER_NAMES.items()
    )
)
_INLINE_CLUTTER = frozenset(
    {"related", "ads", "caption"}
)  # what a span or a link inside a sentence may be called besides is a fact about it
_RELATED_LABEL = re.compile(r"\s*[\[(]?\s*(?:baca|lihat|simak)(?:\s+juga)?\s*:", re.IGNORECASE)
_INVISIBLE = {
    ord(c): None for c in "\u200b\u200e\u200f\u2060\u2063\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e"
}
_INVISIBLE |= {0x1B: None, 0x7F: None}  # what a terminal would obey
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$|[\"”’»]$")

MAX_LINES = 5000  # four times the longest real page measured

# An element with more of the unlinked text than this is the article, whatever its class says, ...
_OWN_SHARE = 0.4
# ... and so is one with more characters of it than such a block ever has: classes are given to
# wrappers too.
# characters before an element that is called comments: then it holds comments, however many
_COMMENTED = 600
_MOST_TEXT = {
    "ads": 800,
    "byline": 800,
    "caption": 1200,
    "date": 300,
    "form": 800,
    "player": 800,
    "prompt": 800,
    "share": 400,
    "tags": 500,
}


@dataclass(frozen=True, slots=True)
class Line:
    """`linked`: the share of its characters inside links; `clutter`: the element rule it falls
    under; `breaks`: `<br>`s right before it.
    """

    text: str
    element: html.HtmlElement
    linked: float = 0.0
    clutter: str | None = None
    breaks: int = 0

    @property
    def is_heading(self) -> bool:
        return self.element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}

    @property
    def is_prose(self) -> bool:
        """Whether it reads like a sentence of an article rather than like a label, a headline or a
        link.
        """
        length = len(self.text)
        return self.linked < 0.5 and (
            (length >= 40 and bool(_SENTENCE_END.search(self.text))) or length >= 140
        )


def tidy(text: str) -> str:
    """NFC, without invisible characters, every run of white space one blank."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())


def key(text: str) -> str:
    """What two spellings of one line share: letters and digits, lower case."""
    return re.sub(r"[\W_]+", "", text).lower()


def read_lines(root: html.HtmlElement) -> list[Line]:
    """The lines below an element, at most MAX_LINES + 1, clutter marked; the element's own tag and
    class are not judged.
    """
    return _joined(islice(_broken_lines(root, _clutter_elements(root)), MAX_LINES + 1))


def _clutter_elements(root: html.HtmlElement) -> dict[html.HtmlElement, str]:
    found = {}
    matched: dict[str, str | None] = {}  # names return often on one page
    for element in root.iter(etree.Element):
        if element is not root and (rule := _clutter_rule(element, matched)):
            found[element] = rule
    if not found:
        return found
    unlinked = _unlinked_text(root)
    share = max(_OWN_SHARE * unlinked.get(root, 0), 40.0)
    return {
        element: rule
        for element, rule in found.items()
        if unlinked.get(element, 0) <= min(share, _MOST_TEXT.get(rule, share))
        or (rule == "comments" and _text_before(element, root, unlinked) >= _COMMENTED)
    }


def _text_before(
    element: html.HtmlElement, root: html.HtmlElement, unlinked: dict[html.HtmlElement, int]
) -> int:
    """The characters of unlinked text in the elements that stand before this one below the same
    root.
    """
    before = 0
    for around in chain((element,), element.iterancestors()):
        if around is root:
            break
        before += sum(
            unlinked.get(sibling, 0)
            for sibling in around.itersiblings(etree.Element, preceding=True)
        )
    return before


def _clutter_rule(element: html.HtmlElement, matched: dict[str, str | None]) -> str | None:
    tag = element.tag
    if tag in CLUTTER_TAGS:
        return CLUTTER_TAGS[tag]
    if tag in FORMATTING and element.text and _RELATED_LABEL.match(element.text):
        return "related"
    names = element.get("class", "") + " " + element.get("id", "")
    if len(names) < 3 or tag in {"html", "body", "article", "main"}:
        return None
    if names not in matched:
        match = CLUTTER_CLASS.search(names[:400].lower())
        matched[names] = match.lastgroup if match else None
    rule = matched[names]
    return rule if tag in BLOCKS or rule in _INLINE_CLUTTER else None


def _unlinked_text(root: html.HtmlElement) -> dict[html.HtmlElement, int]:
    """For each element, the characters of text below it that are in no link."""
    counts: dict[html.HtmlElement, int] = {}
    for element in reversed(list(root.iter(etree.Element))):
        own = (
            0
            if element.tag == "a" or element.tag in UNREAD
            else counts.get(element, 0) + len((element.text or "").strip())
        )
        counts[element] = own
        parent = element.getparent()
        if parent is not None and element is not root:
            counts[parent] = counts.get(parent, 0) + own + len((element.tail or "").strip())
    return counts


def _broken_lines(root: html.HtmlElement, clutter: dict[html.HtmlElement, str]) -> Iterator[Line]:
    parts: list[str] = []
    linked_length = 0
    first: html.HtmlElement | None = None
    breaks = 0
    links = 0
    rules: list[str] = []

    def line() -> Line | None:
        nonlocal parts, linked_length, first, breaks
        text = tidy("".join(parts))
        made = None
        if text and first is not None:
            linked = min(1.0, linked_length / max(1, len(text)))
            made = Line(text, first, linked, rules[-1] if rules else None, breaks)
            breaks = 0
        parts, linked_length, first = [], 0, None
        return made

    def take(text: str | None, element: html.HtmlElement) -> None:
        nonlocal linked_length, first
        if text:
            parts.append(text)
            if not text.isspace():
                linked_length += len(text.strip()) if links else 0
                first = _home(element) if first is None else first

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        breaking = tag in BLOCKS or tag == "br" or element in clutter
        if breaking and (made := line()):
            yield made
        if event == "start":
            if tag in UNREAD:
                walk.skip_subtree()
                continue
            if element in clutter:
                rules.append(clutter[element])
            links += tag == "a"
            if tag in {"td", "th"}:
                parts.append(" ")
            take(element.text, element)
        else:
            if tag not in UNREAD:
                links -= tag == "a"
                if element in clutter:
                    rules.pop()
            if tag == "br":
                breaks += 1
            elif breaking:
                breaks = 0
            if element is not root:
                take(element.tail, element.getparent())
    if made := line():
        yield made


def _home(element: html.HtmlElement) -> html.HtmlElement:
    """The element whose text this is, formatting aside."""
    while element.tag in FORMATTING and element.tag != "span" and element.getparent() is not None:
        element = element.getparent()
    return element


def _joined(lines: Iterator[Line]) -> list[Line]:
    """Without the breaks inside a sentence: a single `<br>` before a small letter, after a line
    that ends no sentence.
    """
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if (
            last is not None
            and line.breaks == 1
            and line.text[0].islower()
            and line.element is last.element
            and line.clutter == last.clutter
            and not _SENTENCE_END.search(last.text)
        ):
            joined[-1] = replace(
                last, text=f"{last.text} {line.text}", linked=(last.linked + line.linked) / 2
            )
        else:
            joined.append(line)
    return joined
