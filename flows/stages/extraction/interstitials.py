"""Pages with status 200 that are no article: what stands before one (a bot check, a consent or login
wall, maintenance, an error) and what stands where one was.

They are told by what they are. They say so where an article has its headline and its first words;
or they are short, date nothing, tell of nobody, and have nothing of the title that a feed or
sitemap gave for the link; or they stand under several addresses. An article about such things
reports them: it has a dateline, somebody's words, or the words of its listed title.
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
from flows.stages.press.text import key
from flows.stages.press.vocabulary import any_of, read

# words; a longer text is an article though it speaks of such things at its start
BRIEF = 80
# The shortest real article seen, a photo report of one sentence, has 22 words; below that there are
# only captions and stubs.
MIN_WORDS = 15
_SCRIPT = 2_000  # characters of a script that are looked at
_OPENING = 400  # characters in which a page says what it is
_HEADLINE = 0.6  # of a headline's letters are the status, where it says nothing else
# of a listed title's words, or so many, are on the page of its article: an edited headline keeps
# some, and the text has others
_AGREED, _AGREED_WORDS = 1 / 3, 2
_VISITOR = 0.06  # of the words speak to the visitor; briefs have .03 at most
_GONE = frozenset(["missing", "removed", "moved"])
_VAGUE = "broken"  # “something went wrong” is said of all the others
# addresses that may have one brief: of pages that have nothing of their listed title, and of those
# without one, which an outlet may have put into two sections
_MOST_DENIED, _MOST_UNLISTED = 1, 2

_WORDS = tomllib.loads(files(__package__).joinpath("interstitials.toml").read_text("utf-8"))
_VISITOR_WORDS, _COMMON = frozenset(_WORDS["visitor"]), frozenset(_WORDS["common"])
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_QUOTED = re.compile(r"[\"“][^\"“”]{0,300}[\"”]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_PARTS = re.compile(r" [|–—•»-] ")


@cache
def _status() -> re.Pattern[str]:
    """What a page says of itself; the group that matched is the kind."""
    kinds = read("prompts")["status"].items()
    named = (f"(?P<{kind}>{'|'.join(map(translated, phrases))})" for kind, phrases in kinds)
    return re.compile(rf"(?<![^\W_])(?=\w)(?:{'|'.join(named)})", re.IGNORECASE)


@cache
def _reported() -> re.Pattern[str]:
    """The words of somebody whom a text reports."""
    said, told = (any_of(read("prompts")[name]) for name in ("said", "told"))
    return re.compile(rf"[,\"”]\s{{1,3}}{said}\b|\b{told}\b|\b(?:said|says)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows where an article has its headline and text.

    `outlet`: the source's name; `home`, `url`: its address and the page's; `listed`: the title that
    the feed or sitemap gave; `title`: the page's in its metadata; `headings`: the visible headline and the headings;
    `body`: the text's lines; `others`: further lines outside of links, for want of a text; `dated`,
    `located`: there is a date, a dateline; `check`: what the page holds of a bot check, if it does.
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
        """The share of the listed title's words that the page has, 1 for as many as settle it; None
        where no title is known.
        """
        listed = self._telling(self.listed or "")
        shared = listed & self._words_shown()
        if not listed:
            return None
        return 1.0 if len(shared) >= _AGREED_WORDS else len(shared) / len(listed)

    @property
    def agrees(self) -> bool | None:
        """Whether the page has what its link was listed with or what its address tells; None where
        that is not known.
        """
        if self.shared is not None:
            return self.shared >= _AGREED
        told = self._telling(_NO_LETTERS.sub(" ", self.url.rstrip("/").rpartition("/")[2]))
        return len(told & self._words_shown()) >= _AGREED_WORDS or None

    @property
    def text_agrees(self) -> bool:
        """Whether the text speaks of what the headline does."""
        named = self._telling(" ".join([self.listed or "", *self.headings[:1]]))
        return bool(named & self._telling(" ".join(self.body)))

    @property
    def is_nameless(self) -> bool:
        """Whether no title says more than whose page it is."""
        host = urlsplit(self.home).hostname or ""
        names = {"", *map(key, (self.outlet, host, host.removeprefix("www.")))}
        titles = (self.title, *self.headings[:1])
        return all(key(part) in names for title in titles for part in _PARTS.split(title))

    def _words_shown(self) -> set[str]:
        return self._telling(" ".join([*self.headings, *self.body]))

    def _telling(self, text: str) -> set[str]:
        """The words of a text that say what it is about; addresses aside, which errors repeat."""
        plain = " ".join(word for word in text.lower().split() if "/" not in word)
        words = set(_WORD.findall(plain))
        telling = {word for word in words if len(word) >= 3 and not word.isdigit()}
        return telling - _COMMON - set(_WORD.findall(self.outlet.lower()))


def find_interstitial(shown: Shown) -> tuple[Reason, str] | None:
    """The reason why a page is no article, and what shows it; None where nothing does."""
    return next(filter(None, (witness(shown) for witness in _WITNESSES)), None)


def deny_listed_title(shown: Shown) -> tuple[Reason, str] | None:
    """Why a brief is not what its link was listed as: it has nothing of the listed title, nor of
    what articles have; None where that cannot be said.
    """
    if not shown.body or shown.shared != 0 or _is_told(shown):
        return None
    return "interstitial", f"{shown.words} words, and nothing of the listed “{shown.listed}”"


def status(texts: Iterable[str]) -> tuple[Reason, str] | None:
    """What a page says of itself in these texts, those in quotation marks aside."""
    return _most_telling(_said_in(texts))


def find_check(root: html.HtmlElement) -> str | None:
    """What a page holds of a bot check: by the address of a script or frame, by what an element is
    called, or in a script's own text.
    """
    for element in root.iter("script", "iframe", "div", "form"):
        attributes = [element.get(name) or "" for name in ("src", "id", "class", "action")]
        script = element.text or "" if element.tag == "script" else ""
        text = " ".join([*attributes, script[:_SCRIPT]]).lower()
        if found := next((check for check in _WORDS["checks"] if check in text), None):
            return str(found)
    return None


def _by_headline(shown: Shown) -> tuple[Reason, str] | None:
    """A title that says nothing else."""
    if shown.agrees or (shown.words >= BRIEF and (shown.dated or shown.reports)):
        return None
    titles = [_in_parts(title)[:_OPENING] for title in (shown.title, *shown.headings)]
    whole = [
        found
        for title in titles
        if (found := _status().search(title))
        and len(key(found[0])) >= _HEADLINE * len(key(title.replace(shown.outlet, "")))
    ]
    return _most_telling([*whole, *_said_in(_opening(shown))]) if whole else None


def _by_opening(shown: Shown) -> tuple[Reason, str] | None:
    """The first words of a brief that reports nobody: what would excuse them is a date or, where a
    title was listed, a text about it.
    """
    if shown.words >= BRIEF or shown.reports:
        return None
    excused = shown.text_agrees if shown.agrees else shown.agrees is None and shown.dated
    if excused:
        return None
    return status(_opening(shown))


def _by_visitor(shown: Shown) -> tuple[Reason, str] | None:
    """A brief that speaks to its visitor, under the outlet's name alone."""
    if not _is_unnamed(shown) or _is_told(shown):
        return None
    words = _WORD.findall(" ".join(shown.body if shown.has_text else shown.others).lower())
    said = sum(word in _VISITOR_WORDS for word in words)
    if said < max(2, _VISITOR * len(words)):
        return None
    return "interstitial", f"{said} of {len(words)} words are for the visitor, and no title"


def _by_check(shown: Shown) -> tuple[Reason, str] | None:
    """No text, but the parts of a bot check."""
    if shown.has_text or not shown.check or not _is_unnamed(shown):
        return None
    return "interstitial", f"no text, but a bot check: {shown.check}"


_WITNESSES = (_by_headline, _by_opening, _by_visitor, _by_check)


def _opening(shown: Shown) -> tuple[str, ...]:
    """Where a page says what it is."""
    text = shown.body[:2] if shown.has_text else (*shown.body, *shown.others)
    return (_in_parts(shown.title), *shown.headings, *text)


def _in_parts(title: str) -> str:
    """A title in which what stands beside an outlet's name is a sentence."""
    return _PARTS.sub(" . ", title)


def _said_in(texts: Iterable[str]) -> list[re.Match[str]]:
    said = " . ".join(_QUOTED.sub(" ", text[:_OPENING]) for text in texts)[:_OPENING]
    return list(_status().finditer(said))


def _most_telling(found: Sequence[re.Match[str]]) -> tuple[Reason, str] | None:
    """The reason that the first of these gives which is not vague, else the first."""
    if not found:
        return None
    said = next((each for each in found if each.lastgroup != _VAGUE), found[0])
    reason: Reason = "soft-404" if said.lastgroup in _GONE else "interstitial"
    return reason, f"the page says “{said[0].strip(' .,!')}”"


def _is_unnamed(shown: Shown) -> bool:
    """Whether the page does not say which article it has."""
    return shown.agrees is False or (shown.agrees is None and shown.is_nameless)


def _is_told(shown: Shown) -> bool:
    """Whether it is long, dated or reported, as articles are."""
    return shown.words >= BRIEF or shown.dated or shown.reports


# ---- the same under several addresses ----


@dataclass(frozen=True, slots=True)
class Brief:
    """A short text that nothing shows to be an article of its own. `address`: its identity key;
    `text`: the text's hash; `most`: the addresses under which such a text may stand.
    """

    source_id: str
    address: str
    text: str
    most: int


def as_brief(article: Article, listed: str | None, source: Source) -> Brief | None:
    """What an article is if nothing but itself says that it is one; None where something does: a
    date, somebody's words, what it was listed with.
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
    most = _MOST_DENIED if denied else _MOST_UNLISTED
    return Brief(article.source_id, identity_key(article.url), article.text_hash, most)


def find_repeated(
    briefs: Iterable[Brief], known: Iterable[tuple[str, str, str]]
) -> dict[Brief, int]:
    """The briefs that stand under more addresses than they may, each with how many. `known`: the
    source, text and address of articles in the warehouse.
    """
    briefs = list(briefs)
    addresses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source_id, text, address in (*((b.source_id, b.text, b.address) for b in briefs), *known):
        addresses[source_id, text].add(address)
    counts = {brief: len(addresses[brief.source_id, brief.text]) for brief in briefs}
    return {brief: count for brief, count in counts.items() if count > brief.most}
