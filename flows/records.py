"""What travels between the stages, in the order in which a run makes them.

    Source -> Link -> Page -> Article -> Vector -> Story -> Hit -> Alert        and, wherever a link ends without an article, Rejection

All records are immutable values. Every instant is timezone-aware; stages never read a clock.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt

DiscoveryKind = Literal["rss", "news_sitemap", "sitemap", "index"]
SourceKind = Literal["press", "agency", "broadcaster", "user_blog"]
Precision = Literal["second", "minute", "day"]
Relation = Literal["original", "copy", "rewrite", "same_story"]
Decision = Literal["raised", "joined", "too_old", "backfill"]
ArrivedBy = Literal["run", "backfill"]
Stage = Literal["discover", "fetch", "extract"]
Reason = Literal[
    "robots",
    "http-4xx",
    "http-5xx",
    "timeout",
    "redirect-loop",
    "not-html",
    "too-large",
    "broken",
    "soft-404",
    "no-text",
    "too-short",
    "not-article",
    "private-address",
    "bad-url",
]


class KlipingError(Exception):
    """What a person can put right: the command prints it as one line, without a stack trace."""


class ConfigError(KlipingError):
    """A mistake in sources.yaml, topics.yaml or the settings; the message names the file, the line and the key."""


class BusyError(KlipingError):
    """Another run holds the lock; the message says which."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """One address that lists links. An `index` URL may hold {page}, counted from 1 to `pages`, and strftime-like {date:%Y/%m/%d}."""

    kind: DiscoveryKind
    url: str
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Expect:
    """What a healthy source does: links listed by one look, and the longest time without a new article."""

    min_links: int = 0
    silent_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet as sources.yaml declares it."""

    id: str
    name: str
    home: str
    articles: re.Pattern[str]  # searched in the canonical URL
    kind: SourceKind = "press"
    status: Literal["active", "archive"] = "active"
    discover: tuple[Discovery, ...] = ()
    full_page: Mapping[str, str] = field(default_factory=dict)  # query parameters that give the whole article on one page
    container: tuple[str, ...] = ()  # CSS selectors of the article's body, the first that matches counts
    prune: tuple[str, ...] = ()  # CSS selectors removed before extraction
    strip: tuple[re.Pattern[str], ...] = ()  # whole lines removed after it
    keep: tuple[re.Pattern[str], ...] = ()  # learned lines that stay
    expect: Expect = Expect()
    language: str = "id"
    timezone: str = "Asia/Jakarta"
    min_delay_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Link:
    """A URL that a discovery address listed and that matches its source's `articles`."""

    url: str  # canonical: the key
    source_id: str
    found_url: str  # as it was listed
    listed_at: datetime | None = None  # the date the feed or sitemap gives it, the newer of published and modified
    lastmod: datetime | None = None  # a sitemap's lastmod alone: when it moves, a known article is fetched again
    etag: str | None = None  # of the page as it is known: what a conditional GET sends
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class WarcRef:
    """Where a response lies: a WARC file's path and the byte offset of its record."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Page:
    """A response with status 200, as it was fetched or archived."""

    url: str  # the canonical URL of the link (or of the archived record)
    source_id: str
    found_url: str  # the URL before canonicalisation, as it was met
    final_url: str  # where redirects led; the requested URL where there were none
    fetched_at: datetime
    content_type: str  # the header's value, '' where there is none
    body: bytes = field(repr=False)  # content-decoded
    warc: WarcRef
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A line, or a part of one, that extraction cut from the article, and the id of the rule that cut it."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says, without its clutter.

    `body` is the article's own paragraphs joined by newlines, NFC, without the headline. `author`, `editor` and `credit` are names
    joined by '; '. `published_at` and `published_precision` are both None where the page has no date; with precision 'day' the
    instant is local midnight in the source's time zone.
    """

    url: str  # canonical, after rel=canonical: the identity
    source_id: str
    urls: tuple[str, ...]  # every URL under which it was met
    title: str
    body: str = field(repr=False)
    author: str | None = None
    editor: str | None = None
    credit: str | None = None
    dateline: str | None = None
    published_at: datetime | None = None
    published_precision: Precision | None = None
    published_from: str | None = None  # which part of the page gave published_at: 'visible', 'json-ld', 'meta', 'url' …
    modified_at: datetime | None = None
    language: str = "id"
    removed: tuple[Removed, ...] = ()

    @property
    def id(self) -> str:
        return article_id(self.url)


@dataclass(frozen=True, slots=True)
class Rejection:
    """The end of a link that has no article. `retry`: the next run tries it again."""

    url: str
    source_id: str
    stage: Stage
    reason: Reason
    detail: str = ""
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Clipping:
    """An article as grouping sees it. `vector`: the model's unit vector, float32; `story_id`: None until it is placed."""

    article_id: str
    source_id: str
    seen_at: datetime  # published_at, or first_seen_at where the page has no date
    title: str
    body: str = field(repr=False)
    credit: str | None
    vector: npt.NDArray[np.float32] = field(repr=False, compare=False)
    story_id: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """An article's place in a story. `original_article_id`: the root of its copy group for copies and rewrites, else the article itself."""

    article_id: str
    story_id: str
    relation: Relation
    original_article_id: str
    similarity: float  # to the original or, for 'same_story', to the nearest article of the story; 1 for an original


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories turned out to be one: `story_id` lives on in `into_story_id`, the older."""

    story_id: str
    into_story_id: str


@dataclass(frozen=True, slots=True)
class TermGroup:
    """One side of a topic: any of its terms will do."""

    name: str
    any: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A watch topic as topics.yaml declares it. `version`: the hash of what decides a match."""

    id: str
    title: str
    all_of: tuple[TermGroup, ...]
    none_of: tuple[str, ...]
    channels: tuple[str, ...]
    max_age: timedelta
    version: str


@dataclass(frozen=True, slots=True)
class Span:
    """A term found: `field` 'title' or 'body', start and end in characters of that field, and the sentence it stands in."""

    group: str
    field: Literal["title", "body"]
    start: int
    end: int
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Match:
    """Why an article belongs to a topic. `score` in (0, 1]: 1 for a match in the headline."""

    score: float
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches a topic, with what deciding about an alert needs. `seen_at`: published_at, or first_seen_at without one."""

    topic_id: str
    topic_version: str
    article_id: str
    story_id: str
    seen_at: datetime
    arrived_by: ArrivedBy
    outlet: str  # the source's name
    url: str
    title: str
    match: Match


@dataclass(frozen=True, slots=True)
class Alert:
    """A message to a desk about one story of one topic, recorded before it is delivered."""

    id: str  # also the delivery's idempotency key
    topic_id: str
    story_id: str
    kind: Literal["new_story"]
    raised_at: datetime
    title: str
    text: str


def article_id(url: str) -> str:
    """The stable id of the article at this canonical URL: 16 hexadecimal digits."""
    return stable_id(url)


def stable_id(*parts: str) -> str:
    """16 hexadecimal digits (64 bits: no collision to be expected below a hundred million) that depend on nothing but `parts`."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
