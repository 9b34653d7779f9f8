"""What travels between the steps, in the order in which a run makes it.

    Source -> Link -> Page -> Article -> Vector -> Story -> Hit -> Alert

A link that gives no article ends in a Rejection. All records are immutable. Every datetime is
timezone-aware; stages never read the clock.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

DiscoveryKind = Literal["rss", "news_sitemap", "sitemap", "index"]
SourceKind = Literal["press", "agency", "broadcaster", "user_blog"]
Precision = Literal["second", "minute", "day"]
Relation = Literal["original", "copy", "rewrite", "same_story"]
Strength = Literal["subject", "mention"]
Nearness = Literal["sentence", "paragraph"]
Decision = Literal["raised", "joined", "too_old", "backfill", "mention"]
MessageLanguage = Literal["id", "en"]
AlertKind = Literal["new_story", "changed", "development", "pickup", "closed"]
ArrivedBy = Literal["run", "backfill"]
Stage = Literal["discover", "fetch", "extract"]
RunKind = Literal["run", "backfill", "reprocess"]
Doubt = Literal[
    "container-missing",  # no selector of the source's `container` holds the text
    "no-visible-headline",  # the title is from the metadata alone
    "no-date",
    "shorter-than-stated",  # than the text that the page's own metadata give
    "mostly-cut",  # more was cut from the text's element than kept
]
VersionDoubt = Literal[
    "another-text",  # neither headline nor words nor date of the text before it
    "cut-short",  # a part of the text before it
]
Reason = Literal[
    "robots",
    "http-4xx",
    "http-5xx",
    "timeout",
    "redirect-loop",
    "not-html",
    "too-large",
    "broken",
    "soft-404",  # the article is gone
    "interstitial",  # something stands before it: a bot check, a consent or login wall, an error
    "no-text",
    "too-short",
    "not-article",
    "private-address",
    "bad-url",
]
TroubleKind = Literal[
    "listing",  # a discovery address could not be read
    "listing-part",  # entries of one could not be read
    "listing-form",  # all of one was read, though it is broken or not what is declared
    "left-out",  # entries or child sitemaps beyond a limit
    "broke-off",  # looking at a source ended before its end
    "link-failed",  # links ended in http-5xx or timeout
    "blocked",  # pages that the outlet keeps from us: bot checks, 401, 403, 429
    "broken",  # pages that could not be read or recorded
    "mostly-rejected",  # most new pages gave no article
    "rejected",  # some did not
    "doubtful-answer",  # known articles whose address answers something else, or nothing
    "mostly-doubtful",  # most new articles' text may be incomplete: a template that moved
    "doubtful",  # some articles have doubts
    "few-links",  # fewer than expect.min_links
    "forgotten",  # links of articles that were forgotten on request
    "silent",  # no new article for longer than expect.silent_after
    "archive",  # records of an archive that could not be read
    "check",  # rows that a check of the warehouse found: an error of the program
]
ProblemKind = Literal[
    "quiet",  # no new links or articles
    "fewer",  # much fewer links than usual or expected
    "failing",  # most pages give no article, or no discovery address can be read
    "drifted",  # articles lack what they used to have: a template that moved
    "blocked",  # the outlet keeps most pages, or its listings, from us
]
# Every night has these: they are counted in the tables, but not reported.
USUAL: frozenset[TroubleKind] = frozenset(["rejected", "doubtful", "forgotten"])


_YEARS = range(1970, 3000)  # around any other, times cannot be computed with


def usable(instant: datetime) -> datetime:
    """An instant, in UTC if it names no zone. Raises ValueError for a year far off."""
    if instant.year not in _YEARS:
        raise ValueError(f"expected a year from {_YEARS[0]} to {_YEARS[-1]}, got {instant.year}")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def one_line(text: str, most: int = 300) -> str:
    """Foreign text for a message: one line of at most `most` characters, in which control
    characters are escaped so that a terminal cannot interpret them.
    """
    shown = "".join(map(_visible, text[: most + 1]))
    if len(shown) <= most:
        return shown
    return f"{shown[: most - 1]}…"


def counted(count: int, nouns: str) -> str:
    """How many there are of something, in words: '1 story unchanged', '2 stories unchanged'.

    `nouns`: what is counted, its first word in the plural ('stories unchanged').
    """
    if count != 1:
        return f"{count} {nouns}"
    noun, gap, rest = nouns.partition(" ")
    singular = f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"1 {singular}{gap}{rest}"


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode()


@dataclass(frozen=True, slots=True)
class Discovery:
    """One address that lists links. An `index` URL may hold {page}, counted from 1 to `pages`, and
    strftime-like {date:%Y/%m/%d}.
    """

    kind: DiscoveryKind
    url: str
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Expect:
    """What a healthy source does: links listed by one look, and the longest time without a new
    article.
    """

    min_links: int = 0
    silent_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what a source gave is kept since it was fetched or archived; None: for ever.

    `pages`: what is known of each capture, and rejections; `texts`: articles, with all that was
    made of them; `warc`: archived responses. `alerted`: also of articles that an alert names.
    """

    pages: timedelta | None = None
    texts: timedelta | None = None
    warc: timedelta | None = None
    alerted: bool = False


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
    # query parameters that give the whole article on one page
    full_page: Mapping[str, str] = field(default_factory=dict)
    # CSS selectors of the article's body, of which the first that matches counts
    container: tuple[str, ...] = ()
    prune: tuple[str, ...] = ()  # CSS selectors removed before extraction
    strip: tuple[re.Pattern[str], ...] = ()  # whole lines removed after it
    keep: tuple[re.Pattern[str], ...] = ()  # learned lines that stay
    expect: Expect = Expect()
    retention: Retention = Retention()
    language: str = "id"
    timezone: str = "Asia/Jakarta"
    min_delay_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Link:
    """A URL that a discovery address listed and that matches its source's `articles`."""

    url: str  # canonical: the key
    source_id: str
    found_url: str  # as it was listed
    # its date in the feed or sitemap, the newer of published and modified
    listed_at: datetime | None = None
    # only a sitemap's lastmod: when it changes, a known article is fetched again
    lastmod: datetime | None = None
    title: str | None = None  # in the feed or sitemap
    etag: str | None = None  # of the page when it was last fetched, for a conditional GET
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class WarcRef:
    """Where a response lies: a WARC file's path and the byte offset of its record."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Document:
    """A discovery document as it was last read in full: what a conditional GET sends, where the
    text lies, and the clock of the run that read it.
    """

    etag: str | None
    last_modified: str | None
    warc: WarcRef
    read_at: datetime


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
    listed_title: str | None = None  # that a feed or sitemap gave its link


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page whose body is still in its WARC file."""

    url: str
    source_id: str
    found_url: str
    final_url: str
    fetched_at: datetime
    content_type: str
    warc: WarcRef
    arrived_by: ArrivedBy
    listed_title: str | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A line, or a part of one, that extraction cut from the article, and the id of the rule that
    cut it.
    """

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Origin:
    """A place on the page that says something about a field, and its words. `taken`: it was
    believed; where not, it says something else.

    Places are 'visible' (a line that readers see; of a headline its element), 'visible-modified'
    (one that gives the change alone), 'json-ld', 'microdata', 'time', 'title', 'meta' or a meta
    tag's name, 'alt' (what a picture is called), 'url', the id of the rule that cut the words from
    the text ('sign-off', 'aired'); and of a body 'container' (a selector of the source's own) or
    'density' (the element that was chosen).
    """

    place: str
    text: str
    taken: bool = True


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says, without its clutter.

    `body` is the article's own paragraphs joined by newlines, NFC, without the headline. `author`,
    `editor` and `credit` are names joined by '; '. `published_at` and `published_precision` are
    both None where the page has no date; with precision 'day' the instant is local midnight in the
    source's time zone. `paywalled`: the page declares that it is not free to read, so the text may
    be cut. `doubts`: what makes the text or a field doubtful. `origins`: by the name of a field,
    where it was read.
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
    modified_at: datetime | None = None
    language: str = "id"
    paywalled: bool = False
    doubts: tuple[Doubt, ...] = ()
    removed: tuple[Removed, ...] = ()
    origins: Mapping[str, tuple[Origin, ...]] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        return article_id(self.url)

    @property
    def text_hash(self) -> str:
        """What is the same of two articles with one headline and text."""
        return stable_id(self.title, self.body)

    @property
    def published_from(self) -> str | None:
        """The place that gave published_at."""
        return next(
            (origin.place for origin in self.origins.get("published_at", ()) if origin.taken), None
        )


@dataclass(frozen=True, slots=True)
class Text:
    """An article's text that has no vector yet. `hash` names the text."""

    article_id: str
    hash: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Uncleaned:
    """An article that is to be cleaned of learned lines: its body as it was extracted, and the
    version that holds it.
    """

    article_id: str
    source_id: str
    title: str
    body: str
    extracted_hash: str


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
class Note:
    """Something that a run could not look at, left out, doubts or found to be less than usual."""

    kind: TroubleKind
    text: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Trouble:
    """The notes of one kind of one source, counted; `source_id`: None where it is the run's own."""

    kind: TroubleKind
    source_id: str | None
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class DoubtfulVersion:
    """What a known article's page says now, kept aside because it may not be the article's text."""

    article: Article
    doubt: VersionDoubt


@dataclass(frozen=True, slots=True)
class Clipping:
    """An article as grouping sees it. `vector`: the model's unit vector, float32; `story_id`: None
    until it is placed.

    `alerted`: its story was alerted for it, so it stays with that story's id and with the other
    articles alerted there. `anew`: though it is placed, it is to be placed again, as after a change
    of weights.
    """

    article_id: str
    source_id: str
    seen_at: datetime  # published_at, or first_seen_at where the page has no date
    title: str
    body: str = field(repr=False)
    credit: str | None
    vector: npt.NDArray[np.float32] = field(repr=False, compare=False)
    story_id: str | None = None
    outlet: str = ""  # the source's name
    alerted: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """An article's place in a story. `original_article_id`: the root of its copy group for copies
    and rewrites, else the article itself.
    """

    article_id: str
    story_id: str
    relation: Relation
    original_article_id: str
    # to the original or, for 'same_story', to the nearest article of the story; 1 for an original
    similarity: float
    # in (0, 1]: how likely it and the articles of the story nearest to it are one event; 1 alone
    certainty: float
    # the story that it was in before and left, unless that was merged
    left_story_id: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories turned out to be one: `story_id` lives on in `into_story_id`, the older."""

    story_id: str
    into_story_id: str


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """An article in its story, as topics see it.

    `seen_at`: published_at or, if the page has no date, first_seen_at; then `precision` is None.
    """

    article_id: str
    story_id: str
    seen_at: datetime
    precision: Precision | None
    arrived_by: ArrivedBy
    outlet: str  # the source's name
    url: str
    title: str
    body: str = field(repr=False)
    relation: Relation
    original_article_id: str
    text_hash: str
    certainty: float = 1.0  # that it belongs in its story


@dataclass(frozen=True, slots=True)
class TermGroup:
    """One side of a topic: any of its terms will do. Those of `unsure` count only in an article
    that has one of `any` as well.
    """

    name: str
    any: tuple[str, ...]
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which a topic's messages are held, from `start` to before `end` on the clocks of
    a time zone, past midnight too.
    """

    start: time
    end: time
    timezone: str = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Where a message goes too when its channel has been out of reach for so long."""

    to: tuple[str, ...]
    after: timedelta


@dataclass(frozen=True, slots=True)
class Topic:
    """A watch topic as topics.yaml declares it. `version`: the hash of what decides a match;
    `near`: where in a body its sides must meet.

    `kinds`: the alerts it raises; `digest`: its messages of a delivery go out as one; `heartbeat`:
    it tells of every night; `language`: of its messages; `template`: what its alerts say, where the
    desk has a wording of its own.
    """

    id: str
    title: str
    all_of: tuple[TermGroup, ...]
    none_of: tuple[str, ...]
    channels: tuple[str, ...]
    max_age: timedelta
    version: str
    kinds: tuple[AlertKind, ...] = get_args(AlertKind)
    quiet: Quiet | None = None
    digest: bool = False
    heartbeat: bool = False
    escalate: Escalation | None = None
    near: Nearness = "sentence"
    active: bool = True
    language: MessageLanguage = "id"
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Operators:
    """Who is told of problems, as topics.yaml declares it: the channels, and their language."""

    channels: tuple[str, ...] = ()
    language: MessageLanguage = "id"


@dataclass(frozen=True, slots=True)
class Span:
    """A term found: `field` 'title' or 'body', start and end in characters of that field, and the
    sentence it stands in.
    """

    group: str
    field: Literal["title", "body"]
    start: int
    end: int
    text: str
    sentence: str

    def sentence_start(self, field: str) -> int | None:
        """Where the sentence around the term begins in the text of its field; None if the text has
        changed since the term was found there.
        """
        if field[self.start : self.end] != self.text:
            return None
        # The same sentence may occur several times: this one begins no later than the term, and
        # ends no earlier.
        earliest = max(0, self.end - len(self.sentence))
        found = field.find(self.sentence, earliest, self.start + len(self.sentence))
        return None if found < 0 else found


@dataclass(frozen=True, slots=True)
class Match:
    """Why an article belongs to a topic, as its subject or with a mention in passing. `score` in
    (0, 1]: 1 for a match in the headline.
    """

    score: float
    evidence: tuple[Span, ...]
    strength: Strength


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches a topic."""

    topic: Topic
    article: StoryArticle
    match: Match


@dataclass(frozen=True, slots=True)
class Report:
    """A hit in a story that was alerted. `told`: an alert of the story has told of it; `told_text`:
    headline and body of then, where the article has others by now; `gone`: what its address
    answers, where the outlet took it away.
    """

    hit: Hit
    decision: Decision
    told: bool
    told_text: tuple[str, str] | None = field(default=None, repr=False)
    gone: str | None = None

    @property
    def article(self) -> StoryArticle:
        return self.hit.article


@dataclass(frozen=True, slots=True)
class AlertedStory:
    """A story that a topic has alerted: its alerts, by id, kind and when they were raised, and its
    reports.
    """

    story_id: str
    alerts: tuple[tuple[str, AlertKind, datetime], ...]
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A message to a desk about one story of one topic, recorded before it is delivered.
    `article_ids`: the reports that it tells of.
    """

    id: str  # also the delivery's idempotency key
    topic_id: str
    story_id: str
    kind: AlertKind
    raised_at: datetime
    title: str
    text: str
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What one run looked at for one topic. `id`: the key of the message to the desk; None where it
    is recorded alone.
    """

    id: str | None
    topic_id: str
    looked_at: datetime
    sources: int  # that the run was to look at
    answered: int
    links: int
    articles: int
    hits: int
    alerts: int
    missed: str  # what could not be looked at, in words; '' for nothing
    title: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.answered} of {counted(self.sources, 'sources')} answered, "
            f"{counted(self.links, 'links')}, {counted(self.articles, 'articles looked at')}, "
            f"{counted(self.hits, 'hits')}, {counted(self.alerts, 'alerts')}"
        )


@dataclass(frozen=True, slots=True)
class Brief:
    """The message that a night's brief, a file, is attached to."""

    id: str  # also the delivery's idempotency key
    day: date  # of the night
    raised_at: datetime
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to one channel. `failed_at`: the first attempt of its life that failed,
    if one did; `brief_day`: the night whose brief is attached, if it is one. A brief has no topic,
    nor has a message to the operators.
    """

    alert_id: str
    channel: str
    topic_id: str | None
    title: str
    text: str
    attempts: int = 0
    failed_at: datetime | None = None
    next_attempt_at: datetime | None = None
    brief_day: date | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt at a delivery ended. `error` is None when it arrived."""

    alert_id: str
    channel: str
    state: Literal["pending", "sent", "dead"]
    tried_at: datetime
    error: str | None = None
    next_attempt_at: datetime | None = None


LINK_FAILURES = ("http-5xx", "timeout")  # the reasons that are the fault of the outlet's server
# Notes of a failed source. That no discovery address could be read is in Look.usable.
FAILING: frozenset[TroubleKind] = frozenset(["link-failed", "broke-off"])


@dataclass(frozen=True, slots=True)
class Look:
    """How one run found one source. The defaults are those of a source that it skipped.

    `usable`: whether a discovery address could be read; `listed`: how many links they list;
    `notes`: what was wrong; `unread`: whether its pages could not be read.
    """

    source_id: str
    looked: bool = False
    usable: bool = False
    listed: int = 0
    notes: tuple[Note, ...] = ()
    unread: bool = False

    @property
    def failed(self) -> bool:
        """Whether no discovery address was usable, a link ended in http-5xx or timeout, or the look
        broke off.
        """
        return self.looked and not (
            self.usable and FAILING.isdisjoint(note.kind for note in self.notes)
        )

    def after(self, ends: Mapping[str, int]) -> "Look":
        """The look once its links are fetched. `ends`: how many ended in each reason."""
        return self.noting(
            Note("link-failed", f"links ended in {reason}: {ends[reason]}")
            for reason in LINK_FAILURES
            if ends.get(reason)
        )

    def noting(self, notes: Iterable[Note]) -> "Look":
        """The look with more notes."""
        return replace(self, notes=(*self.notes, *notes))


@dataclass(frozen=True, slots=True)
class Ends:
    """How many of a source's pages ended in one way in a run: `what` is 'article', 'doubt',
    'rejection' or 'answer', `reason` the doubt or the reason, `example` the URL of one.
    """

    source_id: str
    what: Literal["article", "doubt", "rejection", "answer"]
    reason: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Night:
    """What one source gave on one day of its own time zone, in all looks of that day.

    `links`: the most that a look listed; `new_links`: those never listed before, of which `unread`
    and `blocked` ended without an article; `articles`: those that landed, of which so many have a
    date (`dated`), an author (`signed`), their text from the declared container (`contained`), or
    may not be whole (`incomplete`); `words`: their mean length; `usable_at`: the clock of the last
    usable look, None if there was none; `hours`: how much time lies between that and the last
    usable look of an earlier day, None on the first.
    """

    day: date
    links: int = 0
    new_links: int = 0
    articles: int = 0
    unread: int = 0
    blocked: int = 0
    dated: int = 0
    signed: int = 0
    contained: int = 0
    incomplete: int = 0
    words: float | None = None
    usable_at: datetime | None = None
    hours: float | None = None

    @property
    def pages(self) -> int:
        """How many pages ended, without those that are not meant to be articles."""
        return self.articles + self.unread + self.blocked


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a source over nights. `closed_at`: None while it stands."""

    id: str
    source_id: str
    kind: ProblemKind
    opened_at: datetime
    detail: str
    command: str  # that shows more
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProblemMessage:
    """A message to the operators: a problem was opened, or closed."""

    id: str
    problem_id: str
    event: Literal["opened", "closed"]
    raised_at: datetime
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ArchiveProgress:
    """How far an archive was read. `archive`: its absolute path, or its URL; `fingerprint`: what
    changes if another takes its place; `size`, `read_to`: in bytes; `unreadable`: the places before
    that which could not be read.
    """

    archive: str
    fingerprint: str
    size: int
    read_to: int = 0
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has begun, with what existed before it. `alerts`: those that were reported."""

    id: str
    totals: Mapping[str, int]
    hits: Mapping[str, int]  # by topic
    alerts: frozenset[str]
    # The clock of the oldest run interrupted since the last one that ended, or else its own: what
    # came in since then was never reported.
    untold_since: datetime
    after_interruption: bool  # such a run was interrupted: perhaps by a page that killed it


def article_id(url: str) -> str:
    """The stable id of the article at this canonical URL: 16 hexadecimal digits."""
    return stable_id(url)


# Prefixes of hosts that show the same site, and last segments of paths that show the same page. At
# least a registered name is left of a host.
_SHOWN_BY = re.compile(r"^(?:(?:www|m|amp|mobile|wap)\.){1,3}(?=[^.]+\.[^.])")
_SAME_PAGE = re.compile(r"index\.(?:html?|php|aspx?|jsp)|amp", re.IGNORECASE)
_SHOWN_AS = re.compile(r"(?:amp(?:=(?:1|true)?)?|outputtype=amp|m=[01])", re.IGNORECASE)


def identity_key(url: str) -> str:
    """What the canonical URLs of one article have in common: http or https; with www., m., or amp.;
    with a slash, index.html, or /amp at the end; parameters in any order.

    This is a key, not a URL: an article keeps the URL under which it was first found.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = _SHOWN_BY.sub("", parts.netloc, count=1)
    segments = [segment for segment in parts.path.split("/") if segment]
    while segments and _SAME_PAGE.fullmatch(segments[-1]):
        segments.pop()
    query = sorted(
        parameter
        for parameter in parts.query.split("&")
        if parameter and not _SHOWN_AS.fullmatch(parameter)
    )
    page = "/".join([host, *segments])
    if not query:
        return page
    return f"{page}?{'&'.join(query)}"


def address_hash(url: str) -> str:
    """What stays of a forgotten address: 64 hexadecimal digits, the same for all its forms."""
    return hashlib.sha256(identity_key(url).encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Tombstones:
    """What was forgotten on request and is not taken in again: addresses, by their hashes, and
    whole sources.
    """

    addresses: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.addresses or self.sources)

    def cover(self, source_id: str, *urls: str) -> bool:
        """Whether one of an article's addresses, or its source, was forgotten."""
        return bool(self) and (
            source_id in self.sources or any(address_hash(url) in self.addresses for url in urls)
        )


NOTHING_FORGOTTEN = Tombstones()


def stable_id(*parts: str) -> str:
    """16 hexadecimal digits that depend only on the parts. With 64 bits, no collision is expected
    among a hundred million.
    """
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
