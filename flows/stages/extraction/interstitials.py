"""Pages with status 200 that are not articles: what comes before one (a bot check, a consent or
login wall, maintenance, an error) and what replaces one that is gone.

They are recognised in one of three ways. They say what they are where an article has its headline
and its first words. Or they are short, have no date, quote nobody and share no words with the title
that a feed or sitemap gave for the link. Or they are found at several URLs. An article about such
things is different: it has a dateline, a quotation, or the words of its listed title.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from lxml import html

from flows.records import Article, Reason, Source, identity_key
from flows.stages.press.phrases import translated
from flows.stages.press.text import text_key
from flows.stages.press.vocabulary import any_of, read

BRIEF = 80  # words; a longer text is an article, even if it starts by speaking of such things
# Words. The shortest real article seen, a photo report of one sentence, has 22; anything shorter is
# a caption or a stub.
MIN_WORDS = 15


@dataclass(frozen=True, slots=True)
class _Read:
    """Characters that are read, and so how early a page must say what it is."""

    opening: int = 400
    script: int = 2_000


@dataclass(frozen=True, slots=True)
class _Share:
    """Shares of words or letters by which a page is told."""

    status: float = 0.6  # letters of a headline that are a status and nothing else
    visitor: float = 0.06  # words that address the visitor; briefs have .03 at most
    # Words of its listed title that are on the page of an article, or this many of them: an edited
    # headline keeps some, and the text has others.
    listed: float = 1 / 3
    listed_words: int = 2


@dataclass(frozen=True, slots=True)
class _Addresses:
    """URLs at which one brief may be found."""

    denied: int = 1  # if it shares no words with its listed title
    unlisted: int = 2  # if it has none, because an outlet may put it into two sections


_READ, _SHARE, _ADDRESSES = _Read(), _Share(), _Addresses()
_GONE = frozenset(["missing", "removed", "moved"])
_VAGUE = "broken"  # “something went wrong” is said in all other cases, too

_WORDS = tomllib.loads(files(__package__).joinpath("interstitials.toml").read_text("utf-8"))
_VISITOR_WORDS, _COMMON = frozenset(_WORDS["visitor"]), frozenset(_WORDS["common"])
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_QUOTED = re.compile(r"[\"“][^\"“”]{0,300}[\"”]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_PARTS = re.compile(r" [|–—•»-] ")


@cache
def _status() -> re.Pattern[str]:
    """A pattern for what pages say about themselves; the name of the group that matched is the kind
    of page.
    """
    kinds = read("prompts")["status"].items()
    named = (f"(?P<{kind}>{'|'.join(map(translated, phrases))})" for kind, phrases in kinds)
    return re.compile(rf"(?<![^\W_])(?=\w)(?:{'|'.join(named)})", re.IGNORECASE)


@cache
def _reported() -> re.Pattern[str]:
    """A pattern for quotations in a report."""
    said, told = (any_of(read("prompts")[name]) for name in ("said", "told"))
    return re.compile(rf"[,\"”]\s{{1,3}}{said}\b|\b{told}\b|\b(?:said|says)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows where an article has its headline and text.

    - `outlet`, `home`: the name and the address of the source
    - `url`: the page's own
    - `listed`: the title that the feed or sitemap gave
    - `title`: the title in the page's metadata
    - `headings`: the visible headline and other headings
    - `body`: the lines of the text
    - `others`: lines outside of links, which are read if there is no text
    - `dated`, `located`: whether there is a date, and a dateline
    - `check`: a sign of a bot check, if the page has one; asked for only where there is no text
    """

    outlet: str
    home: str
    url: str
    listed: str | None
    title: str
    headings: tuple[str, ...]
    body: tuple[str, ...]
    others: tuple[str, ...] = ()
    dated: bool = False
    located: bool = False
    check: str | None = None

    @property
    def words(self) -> int:
        return sum(len(line.split()) for line in self.body)

    @property
    def has_text(self) -> bool:
        return self.words >= MIN_WORDS

    @property
    def reports(self) -> bool:
        return self.located or any(_reported().search(line) for line in self.body)

    @property
    def shared(self) -> float | None:
        """The share of the listed title's words that are on the page, or 1 if there are enough of
        them; None if no title is known.
        """
        listed = self._telling(self.listed or "")
        if not listed:
            return None
        shared = len(listed & self._words_shown())
        return 1.0 if shared >= _SHARE.listed_words else shared / len(listed)

    @property
    def agrees(self) -> bool | None:
        """Whether the page has the words of its listed title or of its URL; None if that is not
        known.
        """
        if self.shared is not None:
            return self.shared >= _SHARE.listed
        told = self._telling(_NO_LETTERS.sub(" ", self.url.rstrip("/").rpartition("/")[2]))
        return len(told & self._words_shown()) >= _SHARE.listed_words or None

    @property
    def text_agrees(self) -> bool:
        """Whether the text and the headline have words in common."""
        named = self._telling(" ".join([self.listed or "", *self.headings[:1]]))
        return bool(named & self._telling(" ".join(self.body)))

    @property
    def is_nameless(self) -> bool:
        """Whether the titles are nothing but the name of the outlet."""
        host = urlsplit(self.home).hostname or ""
        names = {"", *map(text_key, (self.outlet, host, host.removeprefix("www.")))}
        titles = (self.title, *self.headings[:1])
        return all(text_key(part) in names for title in titles for part in _PARTS.split(title))

    def _words_shown(self) -> set[str]:
        return self._telling(" ".join([*self.headings, *self.body]))

    def _telling(self, text: str) -> set[str]:
        """The words that tell what a text is about. URLs are left out, since errors repeat them."""
        plain = " ".join(word for word in text.lower().split() if "/" not in word)
        words = set(_WORD.findall(plain))
        telling = {word for word in words if len(word) >= 3 and not word.isdigit()}
        return telling - _COMMON - set(_WORD.findall(self.outlet.lower()))


def find_interstitial(shown: Shown) -> tuple[Reason, str] | None:
    """The reason why a page is not an article, and what shows it; None if nothing does."""
    return next(filter(None, (witness(shown) for witness in _WITNESSES)), None)


def deny_listed_title(shown: Shown) -> tuple[Reason, str] | None:
    """The rejection of a brief that shares no words with its listed title and has nothing else that
    articles have; None for other pages.
    """
    if not shown.body or _is_told(shown) or shown.shared != 0:
        return None
    return "interstitial", f"{shown.words} words, and nothing of the listed “{shown.listed}”"


def find_status(texts: Iterable[str]) -> tuple[Reason, str] | None:
    """What a page says about itself in these texts, apart from quotations."""
    return _most_telling(_said_in(texts))


def find_check(root: html.HtmlElement) -> str | None:
    """The sign of a bot check in the URL of a script or frame, in the name of an element, or in the
    code of a script.
    """
    for element in root.iter("script", "iframe", "div", "form"):
        texts = [element.get(name) or "" for name in ("src", "id", "class", "action")]
        if element.tag == "script":
            texts.append((element.text or "")[: _READ.script])
        text = " ".join(texts).lower()
        if found := next((check for check in _WORDS["checks"] if check in text), None):
            return str(found)
    return None


def _by_headline(shown: Shown) -> tuple[Reason, str] | None:
    """A title that is a status and nothing else."""
    if (shown.words >= BRIEF and (shown.dated or shown.reports)) or shown.agrees:
        return None
    titles = [_in_parts(title)[: _READ.opening] for title in (shown.title, *shown.headings)]
    whole = [
        found
        for title in titles
        if (found := _status().search(title))
        and len(text_key(found[0]))
        >= _SHARE.status * len(text_key(title.replace(shown.outlet, "")))
    ]
    if not whole:
        return None
    return _most_telling([*whole, *_said_in(_opening(shown))])


def _by_opening(shown: Shown) -> tuple[Reason, str] | None:
    """The first words of a brief without quotations. A date excuses them or, if the title agrees
    with what was listed, a text that does so as well.
    """
    if shown.words >= BRIEF or shown.reports:
        return None
    if shown.agrees and shown.text_agrees:
        return None
    if shown.agrees is None and shown.dated:
        return None
    return find_status(_opening(shown))


def _by_visitor(shown: Shown) -> tuple[Reason, str] | None:
    """A brief that addresses its visitor, with only the outlet's name as a title."""
    if _is_told(shown) or not _is_unnamed(shown):
        return None
    lines = shown.body if shown.has_text else shown.others
    words = _WORD.findall(" ".join(lines).lower())
    said = sum(word in _VISITOR_WORDS for word in words)
    if said < max(2, _SHARE.visitor * len(words)):
        return None
    return "interstitial", f"{said} of {len(words)} words are for the visitor, and no title"


def _by_check(shown: Shown) -> tuple[Reason, str] | None:
    """The signs of a bot check, and no text."""
    if shown.has_text or not shown.check or not _is_unnamed(shown):
        return None
    return "interstitial", f"no text, but a bot check: {shown.check}"


_WITNESSES = (_by_headline, _by_opening, _by_visitor, _by_check)


def _opening(shown: Shown) -> tuple[str, ...]:
    """The parts of a page where it says what it is."""
    text = shown.body[:2] if shown.has_text else (*shown.body, *shown.others)
    return (_in_parts(shown.title), *shown.headings, *text)


def _in_parts(title: str) -> str:
    """A title whose parts are sentences, so that the outlet's name is apart."""
    return _PARTS.sub(" . ", title)


def _said_in(texts: Iterable[str]) -> list[re.Match[str]]:
    said = " . ".join(_QUOTED.sub(" ", text[: _READ.opening]) for text in texts)[: _READ.opening]
    return list(_status().finditer(said))


def _most_telling(found: Sequence[re.Match[str]]) -> tuple[Reason, str] | None:
    """The reason that the first of these gives, preferring those that are not vague."""
    if not found:
        return None
    said = next((each for each in found if each.lastgroup != _VAGUE), found[0])
    reason: Reason = "soft-404" if said.lastgroup in _GONE else "interstitial"
    return reason, f"the page says “{said[0].strip(' .,!')}”"


def _is_unnamed(shown: Shown) -> bool:
    """Whether the page does not name the article."""
    return shown.agrees is False or (shown.agrees is None and shown.is_nameless)


def _is_told(shown: Shown) -> bool:
    """Whether the page is long or dated or has quotations, as articles do."""
    return shown.words >= BRIEF or shown.dated or shown.reports


# ---- the same text at several URLs ----


@dataclass(frozen=True, slots=True)
class Brief:
    """A short text that nothing identifies as an article.

    `address` is the identity key of its URL, `text` is the hash of the text, and `most` is the
    number of URLs at which it may be found.
    """

    source_id: str
    address: str
    text: str
    most: int


def as_brief(article: Article, listed: str | None, source: Source) -> Brief | None:
    """The article as a brief; None if something identifies it as an article: its length, a date, a
    quotation, or its listed title.
    """
    shown = Shown(
        outlet=source.name,
        home=source.home,
        url=article.url,
        listed=listed,
        title="",
        headings=(article.title,),
        body=tuple(article.body.split("\n")),
        dated=article.published_at is not None,
        located=article.dateline is not None,
    )
    denied = shown.shared == 0
    if shown.agrees or shown.words >= BRIEF or shown.reports or (shown.dated and not denied):
        return None
    most = _ADDRESSES.denied if denied else _ADDRESSES.unlisted
    return Brief(article.source_id, identity_key(article.url), article.text_hash, most)


def find_repeated(
    briefs: Iterable[Brief], known: Iterable[tuple[str, str, str]]
) -> dict[Brief, int]:
    """The briefs that are found at more URLs than they may, each with the number of URLs. `known`
    are the source, text and address of articles in the warehouse.
    """
    briefs = list(briefs)
    addresses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source_id, text, address in (*((b.source_id, b.text, b.address) for b in briefs), *known):
        addresses[source_id, text].add(address)
    counts = {brief: len(addresses[brief.source_id, brief.text]) for brief in briefs}
    return {brief: count for brief, count in counts.items() if count > brief.most}
