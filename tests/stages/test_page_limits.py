"""How much of a page, or how little, is taken for what it looks like: each limit holds where it
ends, and no further.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from flows.records import Article, Origin, Removed, Source
from flows.stages.extraction.boilerplate import clean
from flows.stages.extraction.bylines import read_people
from flows.stages.extraction.captions import find_pictured
from flows.stages.extraction.container import choose, kept_by_engine
from flows.stages.extraction.doubts import find_doubts
from flows.stages.extraction.elements import Hints, hint
from flows.stages.extraction.ending import find_end, find_next_article
from flows.stages.extraction.extract import extract
from flows.stages.extraction.headline import described, find_headline
from flows.stages.extraction.identity import identity
from flows.stages.extraction.interstitials import Shown, as_brief, find_check, find_interstitial
from flows.stages.extraction.interstitials import find_status as status_of
from flows.stages.extraction.label_groups import read_labels, separated
from flows.stages.extraction.line_rules import find_asides, rule_for
from flows.stages.extraction.lines import Line, read_lines
from flows.stages.extraction.metadata import Metadata, read_metadata
from flows.stages.extraction.parsing import parse
from flows.stages.extraction.polls import find_polls
from flows.stages.extraction.settling import Holder, may_be_versions
from flows.stages.extraction.succession import Capture, KnownText, find_version_doubts
from flows.stages.extraction.tree import Tree
from flows.stages.extraction.witnesses import Surroundings
from tests.helpers.pages import page

SOURCE = Source(
    "kabarangin", "Kabar Angin", "https://www.kabarangin.example/", re.compile("/berita/")
)
URL = "https://www.kabarangin.example/berita/12"
SENTENCE = "Kapal bantuan tiba di pulau itu pada pagi hari setelah badai reda."
HEADLINE = "Badai Reda di Selat Utara"
# Words of headlines and addresses, none of them in another
WORDS = [
    "perahu",
    "nelayan",
    "tiba",
    "pulau",
    "angin",
    "setelah",
    "badai",
    "reda",
    "selat",
    "utara",
]
OTHERS = ["harga", "cabai", "naik", "lagi", "pasar", "kota", "kediri", "sejak", "pekan", "lalu"]


def ending_in(end: str, length: int) -> str:
    """A text of some length with this at its end."""
    return "a" * (length - len(end)) + end


# ---- lines ----


def line(text: str, tag: str = "p", **fields: object) -> Line:
    """A line in an element of its own."""
    return Line(text, html.Element(tag), **fields)  # type: ignore[arg-type]


def lines(*texts: str) -> list[Line]:
    return [line(text) for text in texts]


ARTICLE = [line(HEADLINE, "h1"), *lines(*(f"{SENTENCE[:-1]} {at}." for at in range(10)))]


def dated_below(place: int, stamp: str) -> bool:
    """Whether a heading opens another article that is dated so many lines below it."""
    labels = ["Daerah"] * (place - 1)
    heading = line("Panen Cabai di Lereng Gunung", "h2")
    following = [*ARTICLE, heading, *lines(*labels, stamp), *lines(SENTENCE)]
    return find_next_article(following, 0, 1) < len(following)


def remarks(number: int, name: str) -> bool:
    """Whether so many readers' remarks are a discussion."""
    following = [*ARTICLE, *lines(name, "1 jam lalu", SENTENCE) * number]
    return find_end(following, 0, frozenset()) < len(following)


def commented(read: int, behind: int) -> bool:
    """Whether an article of so many characters ends above a heading of comments and others."""
    following = [line(HEADLINE, "h1"), *lines(sentence(read), "12 Komentar", sentence(behind))]
    return find_end(following, 0, frozenset()) == 2


def sentence(length: int) -> str:
    return ending_in(".", length)


def cards(number: int) -> bool:
    """Whether so many headlines, each with a sentence, are other articles."""
    card = [line("Panen Cabai di Lereng Gunung", "h3"), line(SENTENCE)]
    following = [*ARTICLE, line("Baca berikutnya", "h2"), *card * number]
    return find_end(following, 0, frozenset()) < len(following)


def updates(number: int) -> bool:
    """Whether the first of so many dated headings opens another article."""
    update = [line("Panen Cabai di Lereng Gunung", "h2"), *lines("21 Mei 2025 06:02", SENTENCE)]
    return find_next_article([*ARTICLE, *update * number], 0, 1) == len(ARTICLE)


def cuts_above(behind: int) -> bool:
    """Whether what stands above a headline further down goes, by the sentences behind it."""
    first = "Petani memanen cabai di lereng gunung itu sejak pekan lalu."
    above = [*lines(first, first), line(HEADLINE, "h2")]
    return first not in clean([*above, *ARTICLE[1 : behind + 1]], HEADLINE).body


# ---- elements ----


def pictured(number: int) -> bool:
    """Whether so many lines in the block of a picture are its caption."""
    block = f"<div><img src=a>{'<p>Perahu di dermaga kayu</p>' * number}</div>"
    return bool(find_pictured(read_lines(html.fromstring(f"<div><p>{SENTENCE}</p>{block}</div>"))))


def reaches(length: int, *, stated: bool = False, between: int = 0) -> bool:
    """Whether the article's element holds a sentence of a length with ten links behind it.
    `stated`: the metadata give the sentences before it, and not this one; `between`: lines of
    advertisements that stand before it.
    """
    first = [f"{SENTENCE[:-1]} {at}." for at in range(10)]
    second = f"<p>{sentence(length)}</p>{'<p><a href=/a>a</a></p>' * 10}"
    root = html.fromstring(
        f"<div><h1>{HEADLINE}</h1><section>{''.join(f'<p>{one}</p>' for one in first)}</section>"
        f"{'<div class=ads>Iklan</div>' * between}<div>{second}</div></div>"
    )
    box, _ = choose(Tree.of(root), (), read_lines(root), 0, " ".join(first) if stated else "")
    return box is root


def kinds(markup: str, rest: int) -> set[str]:
    """The kinds of clutter on a page beside so many characters of other text."""
    root = html.fromstring(f"<body>{markup}<div>{'a' * rest}</div></body>")
    return set(Hints(Tree.of(root)).clutter(root).values())


def comments_beside(paragraphs: int) -> bool:
    text = f"<p>{'a' * 700}</p>" * paragraphs
    return "comments" in kinds(f"<div>{text}<div class=comments>Bagus sekali</div></div>", 0)


def polls(question: str, choices: Sequence[str]) -> bool:
    root = html.fromstring(f"<body><div><p>{question}</p>{''.join(choices)}</div></body>")
    return bool(find_polls(read_lines(root)))


def choice(depth: int = 1, text: str = "Ya") -> str:
    """What is ticked, so many elements below the poll."""
    around = depth - 1
    return "<div>" * around + f"<input type=radio>{text}" + "</div>" * around


def is_separated(pieces: int) -> bool:
    """Whether a line is read of so many pieces. Each `<b>` makes two, an `<a>` three, `<p>` two."""
    links = pieces % 2
    element = html.fromstring(
        f"<p>{'<a>a</a>' * links}{'<b>a</b>' * ((pieces - 2 - links) // 2)}</p>"
    )
    return separated(Line("a" * len(str(element.xpath("string()"))), element)) is not None


DISCLAIMER = f"Kabar Angin adalah media warga. {'a' * 300} tanggung jawab "


# ---- headlines ----


def headline_from(title: str, markup: str, url: str = URL) -> str:
    """Where the headline of a page is read."""
    root = html.document_fromstring(
        f"<html><head><title>{title}</title></head><body>{markup}<p>{SENTENCE}</p></body></html>"
    )
    return find_headline(root, read_metadata(root), read_lines(root), SOURCE, url).place


def shown_as_title(length: int) -> bool:
    title = "Badai " + "a" * (length - 6)
    return headline_from(title, f"<h1>{title}</h1>") == "visible"


def told_by_slug(slug: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether a picture's words are the headline by the address."""
    picture = f"<img alt='{' '.join(shown)}'>"
    return headline_from("Kabar Angin", picture, URL + "/" + "-".join(slug)) == "alt"


def dated_headline(below: int) -> bool:
    labels = "<div>Daerah</div>" * (below - 1)
    markup = f"<div>{HEADLINE}</div>{labels}<div>Senin, 14 April 2014 - 15:12 WITA</div>"
    return headline_from("Kabar Angin", markup) == "visible"


def metadata(**fields: object) -> Metadata:
    given: dict[str, object] = {
        "article": {}, "types": frozenset(), "tags": {}, "microdata": (), "title": "",
        "canonical": None,
    }  # fmt: skip
    return Metadata(**{**given, **fields})  # type: ignore[arg-type]


def opening(length: int) -> str:
    return described(metadata(tags={"description": ("a" * length,)}))


TIME = "<time datetime='2026-03-10T08:00'></time>"


def dated_at(markup: str) -> bool:
    """Whether a date counts by where it stands around the headline."""
    titled = f"<html><head><title>{HEADLINE}</title></head><body>{markup}</body></html>"
    return bool(read_metadata(html.document_fromstring(titled)).microdata)


def states(length: int) -> bool:
    """Whether a script of JSON is read that has so many characters."""
    start, end = '{"@type": "Article", "headline": "', '"}'
    script = f'<script type="application/ld+json">{start}{ending_in(end, length - len(start))}'
    return bool(read_metadata(html.fromstring(f"<html>{script}</script></html>")).article)


# ---- addresses ----


def denies(own: Sequence[str], canonical: Sequence[str]) -> bool:
    """Whether a page whose headline is WORDS denies a canonical, by the words of both."""
    stated = "https://www.kabarangin.example/berita/" + "-".join(canonical)
    asked = page(b"", "https://www.kabarangin.example/berita/" + "-".join(own))
    return identity(asked, SOURCE, metadata(canonical=stated), " ".join(WORDS)) == asked.url


# ---- articles and what is none ----


def doubted(stated: int, held: int) -> bool:
    """Whether an article is doubted that holds so much of what the metadata state."""
    said = metadata(article={"articleBody": "a" * stated})
    doubts = find_doubts(
        "a" * held, [], said, SOURCE, Origin("density", ""), headline_seen=True, dated=True
    )
    return "shorter-than-stated" in doubts


def is_article(markup: str) -> bool:
    return isinstance(extract(page(f"<html><body>{markup}".encode(), URL), SOURCE), Article)


CLOCK = "<div>Senin, 9 Februari 2026 08:00 WIB</div>"
LABEL = "<div>Daerah</div>"


def told(paragraphs: int) -> str:
    return "".join(f"<p>{one.text}</p>" for one in ARTICLE[1 : paragraphs + 1])


def dated(above: str, below: str, text: str = told(2), links: int = 0) -> bool:
    """Whether a page is an article with a date, by what stands above and below its headline."""
    others = f"<li><a href=/b>{' '.join(WORDS)}</a></li>" * links
    markup = f"{above}<h1>{HEADLINE}</h1>{below}<section>{text}</section><ul>{others}</ul>"
    found = extract(page(f"<html><body>{markup}".encode(), URL), SOURCE)
    return isinstance(found, Article) and found.published_at is not None


def listed(links: int = 0, teasers: int = 0, paragraphs: int = 2) -> bool:
    """Whether a page without a date is nothing but a list."""
    heading = f"<h4><a href=/b>{' '.join(WORDS)}</a></h4>"
    introduced = "".join(f"<div>{heading}<p>{at} {SENTENCE}</p></div>" for at in range(teasers))
    link = f"<li><a href=/b>{' '.join(WORDS)}</a></li>"
    text = introduced + told(paragraphs)
    return not is_article(f"<h1>{HEADLINE}</h1><section>{text}</section><ul>{link * links}</ul>")


def is_brief(words: int) -> bool:
    article = Article(URL, SOURCE.id, (URL,), "Sekat", " ".join(["sekat"] * words))
    return as_brief(article, None, SOURCE) is not None


def shown(**fields: object) -> Shown:
    given: dict[str, object] = {
        "outlet": SOURCE.name, "home": SOURCE.home, "url": URL, "listed": None, "title": "",
        "headings": (), "body": (),
    }  # fmt: skip
    return Shown(**{**given, **fields})  # type: ignore[arg-type]


def agrees(listed: int, on_page: int) -> bool | None:
    """Whether a page agrees that has so many of a listed title's words."""
    return shown(listed=" ".join(WORDS[:listed]), body=(" ".join(WORDS[:on_page]),)).agrees


def says_nothing_else(letters: int) -> bool:
    """Whether a title of so many letters is no more than a status of nineteen."""
    title = f"Konten tidak tersedia {'a' * (letters - 19)}"
    return find_interstitial(shown(title=title, body=("muara " * 80,))) is not None


def speaks_to_visitor(said: int) -> bool:
    """Whether a brief of fifty words, so many of them the visitor's, is for the visitor."""
    text = ["silakan"] * said + ["muara"] * (50 - said)
    return find_interstitial(shown(title=SOURCE.name, body=(" ".join(text),))) is not None


# ---- people ----


def around(*behind: str) -> Surroundings:
    return Surroundings((), lines(*behind))


def author(surroundings: Surroundings) -> str | None:
    return read_people(metadata(), surroundings, [], SOURCE.name, SOURCE.home).author


def credit(surroundings: Surroundings, *notes: str) -> str | None:
    removed = [Removed("aired", note) for note in notes]
    return read_people(metadata(), surroundings, removed, SOURCE.name, SOURCE.home).credit


def names(length: int) -> str:
    """A list of names of so many characters."""
    before = "Rina Widya, " * (length // 12 - 1)
    return before + "Abi S".ljust(length - len(before), "u")


def called_author(length: int) -> str | None:
    box = html.fromstring(f"<div><p class='penulis'>{names(length)}</p></div>")
    return author(Surroundings([Line(names(length), box[0])]))


PAGE = lines(*(f"Baris {at}" for at in range(100)))


def text_of(*at: int) -> list[str]:
    return [PAGE[one].text for one in at]


def known_by(letters: int) -> bool:
    """Whether a paragraph is found on its page of which so many letters are the same."""
    same = "a" * letters
    found = Surroundings.of([*PAGE[:9], line(f"{same}bb")], 0, [f"{same}cc"])
    return len(found.head) == 10


# ---- later texts ----


def words(start: int, number: int) -> str:
    return " ".join(f"kata{at}" for at in range(start, start + number))


def shares(runs: int) -> str:
    """A hundred runs of three words, so many of them in words(0, 102)."""
    return f"{words(0, runs + 2)} {words(500, 100 - runs)}"


def is_same_text(runs: int, *, days: int) -> bool:
    first = datetime(2026, 3, 10, tzinfo=UTC)
    one = Holder("u", "Judul", words(0, 102), first, True)
    return may_be_versions(
        one, Holder("v", "Lain", shares(runs), first + timedelta(days=days), True)
    )


def shares_rows(length: int) -> bool:
    """Whether two texts are alike that share no more than so many words in a row."""
    rows = [words(at, length) for at in range(0, 20 * length, length)]
    one, other = (
        Holder("u", str(at), " ".join(rows[::step]), None, True) for at, step in ((0, 1), (1, -1))
    )
    return may_be_versions(one, other)


def doubt(before: tuple[str, str], after: tuple[str, str]) -> str | None:
    """Why a text is not believed after another, each with its title."""
    seen = datetime(2026, 3, 10, tzinfo=UTC)
    title, body = after
    article = Article(URL, SOURCE.id, (URL,), title, body)
    known = KnownText(article.id, *before, seen)
    return find_version_doubts([Capture(article, seen + timedelta(hours=1))], [known])[0]


def rejected_for_heading(place: int) -> bool:
    """Whether a page is none since its heading at a place says so."""
    headings = "".join(
        f"<h2>{text}</h2>" for text in [*WORDS[: place - 1], "Konten tidak tersedia"]
    )
    return not is_article(f"{headings}<p>{SENTENCE * 3}</p>")


# What is said of a size, and the largest of which it is said
MOST: dict[str, tuple[Callable[[int], object], int]] = {
    "characters that the engine reads": (
        lambda n: kept_by_engine(
            html.fromstring(
                f"<div><p>{SENTENCE}</p><p>{SENTENCE}</p>"
                f"<script>{'a' * (n - 2 * len(SENTENCE))}</script></div>"
            )
        ),
        300_000,
    ),
    "characters of names": (
        lambda n: hint(html.Element("div", {"class": ending_in(" jwplayer", n)})),
        400,
    ),
    "a page's share that clutter has": (
        lambda n: kinds(f"<div class=related>{'a' * n}</div>", 1000 - n),
        400,
    ),
    "clutter of a short page": (
        lambda n: kinds(f"<div class=related>{'a' * n}</div>", 60 - n),
        40,
    ),
    "labels of a byline": (
        lambda n: kinds(f"<div class=byline>{('<p>' + 'a' * n) * 3}</div>", 2000),
        79,
    ),
    "paragraphs beside comments": (comments_beside, 1),
    "lines of a picture": (pictured, 2),
    "comments behind a text": (
        lambda n: kinds(f"<div>{'a' * 1000}</div><div class=comments>{'a' * n}</div>", 0),
        3000,
    ),
    "text behind a heading of comments": (lambda n: commented(1000, n), 3000),
    "articles that are dated below their headings": (updates, 2),
    "lines from the headline to its date": (lambda n: dated("", LABEL * (n - 1) + CLOCK), 24),
    "lines from a date to the headline": (lambda n: dated(CLOCK + LABEL * (n - 1), ""), 10),
    "lines of the text that may date it": (
        lambda n: dated(
            "", "", text=told(n - 1) + f"<p>Sejak 9 Februari 2026 08:00 WIB {SENTENCE}</p>"
        ),
        3,
    ),
    "lines to the date of what is no list": (
        lambda n: dated("", LABEL * (n - 1) + CLOCK, links=8),
        6,
    ),
    "a heading that says what a page is": (rejected_for_heading, 3),
    "a caption beside its picture": (
        lambda n: kinds(f"<div class=caption><img>{'a' * n}</div>", 9000),
        1200,
    ),
    "lines to the date of another article": (
        lambda n: dated_below(n, "Rabu, 21 Mei 2025 | 06:02 WIB"),
        4,
    ),
    "the line that dates another article": (
        lambda n: dated_below(1, ending_in(" 21.05.2025 06:02", n)),
        120,
    ),
    "the name above a remark": (lambda n: remarks(3, "a" * n), 40),
    "elements": (
        lambda n: is_article(f"<p>{SENTENCE * 2}</p><svg>{'<g></g>' * (n - 4)}</svg>"),
        60_000,
    ),
    "lines": (lambda n: is_article(f"<p>{SENTENCE * 2}</p><table>{'<tr><td>a' * (n - 1)}"), 5000),
    "characters of a page": (
        lambda n: not isinstance(parse(page(b"<p>" + b"a" * (n - 3), URL)), tuple),
        4_000_000,
    ),
    "a headline": (shown_as_title, 300),
    "a headline that says more than the title": (
        lambda n: headline_from("a" * 60, f"<h2>{'a' * n}</h2>") == "visible",
        100,
    ),
    "lines to the date of a headline": (dated_headline, 2),
    "the opening in a description": (lambda n: len(opening(n)) == n, 60),
    "words of the headline in another's address": (
        lambda n: denies(WORDS, WORDS[:n] + OTHERS[n:]),
        2,
    ),
    "a share of the stated text": (lambda n: doubted(1000, n), 599),
    "a brief": (is_brief, 79),
    "characters of a script": (
        lambda n: find_check(
            html.fromstring(f"<div><script>{ending_in('captcha', n)}</script></div>")
        ),
        2000,
    ),
    "the opening that says what a page is": (
        lambda n: status_of([ending_in(" Konten tidak tersedia", n)]),
        400,
    ),
    "a headline that is a status": (says_nothing_else, 31),
    "words of a listed title of which a page has one": (lambda n: agrees(n, 1), 3),
    "a line of names": (
        lambda n: read_labels(lines("Penulis", names(n)), {}),
        80,
    ),
    "lines of names": (
        lambda n: len(read_labels(lines("Penulis", *["Rina Widya"] * n), {})) == n,
        5,
    ),
    "lines from a label to its name": (
        lambda n: read_labels(
            [line("Penulis"), *[line("Bagikan", clutter="ads")] * (n - 1), line("Rina Widya")], {}
        ),
        20,
    ),
    "pieces of a line": (is_separated, 400),
    "a line under a rule": (
        lambda n: rule_for(DISCLAIMER + "a" * (n - len(DISCLAIMER))),
        700,
    ),
    "sentences of a prompt": (
        lambda n: find_asides(
            f"Nelayan melaut lagi. Artikel ini telah tayang di Reuters{'. a' * (n - 1)}"
        ),
        4,
    ),
    "a line that its mark makes clutter": (
        lambda n: read_lines(html.fromstring(f"<p><b class=ads>{'a' * n}</b></p>"))[0].clutter,
        300,
    ),
    "elements before the headline to its date": (
        lambda n: dated_at(f"{TIME}{'<b></b>' * (n - 1)}<h1>{HEADLINE}</h1>"),
        20,
    ),
    "elements behind the headline to its date": (
        lambda n: dated_at(f"<h1>{HEADLINE}</h1>{'<b></b>' * (n - 1)}{TIME}"),
        80,
    ),
    "a title": (lambda n: len(metadata(title="a" * n).titles()[0][1]) == n, 500),
    "a script of JSON": (states, 400_000),
    "a poll's question": (lambda n: polls("a" * (n - 1) + "?", [choice()] * 2), 200),
    "a poll": (lambda n: polls("Siapa?", [choice(), choice(text="a" * (n - 8))]), 500),
    "elements between a poll and its choices": (lambda n: polls("Siapa?", [choice(n)] * 2), 4),
    "lines above the headline": (
        lambda n: PAGE[20 - n] in Surroundings.of(PAGE, 20, text_of(30)).head,
        8,
    ),
    "lines between a lead and the text": (
        lambda n: PAGE[20 + n] in Surroundings.of(PAGE, 20, text_of(20, 20 + n)).head,
        30,
    ),
    "lines between the text and a note": (
        lambda n: PAGE[61] in Surroundings.of(PAGE, 0, text_of(1, 2, 60, 60 + n)).tail,
        30,
    ),
    "lines that close a letter": (
        lambda n: PAGE[61 - n] in Surroundings.of(PAGE, 0, text_of(1, 2, 59, 60)).closing,
        6,
    ),
    "lines to a credit without a mark": (
        lambda n: credit(around(*["Bagikan"] * n, "Sumber: Reuters")),
        14,
    ),
    "lines between credits of one block": (
        lambda n: (
            "Joko"
            in str(
                author(
                    around("Penulis: Rina Widya", *["Bagikan"] * (n - 1), "Penulis: Joko Susilo")
                )
            )
        ),
        6,
    ),
    "a line that is called an author": (called_author, 120),
    "a note where a text was aired": (
        lambda n: (
            credit(around(), ending_in(" Artikel ini telah tayang di Reuters", n)) == "Reuters"
        ),
        400,
    ),
    "words before that a text lacks": (
        lambda n: doubt(("Judul", words(0, n)), ("Judul", words(0, 50))) is None,
        100,
    ),
    "words of a headline that are others": (
        lambda n: (
            doubt(
                (" ".join(WORDS), words(0, 50)),
                (" ".join(OTHERS[:n] + WORDS[n:]), words(500, 50)),
            )
            is None
        ),
        5,
    ),
}
# ... and the smallest
LEAST: dict[str, tuple[Callable[[int], object], int]] = {
    "the text in the metadata": (lambda n: doubted(n, 10), 400),
    "a sentence among links": (reaches, 201),
    "a sentence that the metadata do not give": (lambda n: reaches(n, stated=True), 2001),
    "a sentence behind twenty lines of clutter": (lambda n: reaches(n, between=20), 544),
    "text before comments": (
        lambda n: kinds(f"<div>{'a' * n}</div><div class=comments>{'a' * 900}</div>", 0),
        600,
    ),
    "text before a heading of comments": (lambda n: commented(n, 100), 600),
    "sentences behind a headline further down": (cuts_above, 2),
    "links of a list": (lambda n: listed(links=n), 8),
    "teasers of a list": (lambda n: listed(teasers=n, paragraphs=1), 4),
    "teasers of a list with a text": (lambda n: listed(teasers=n, paragraphs=10 - n), 7),
    "cards": (cards, 3),
    "remarks": (lambda n: remarks(n, "Bu Tini"), 3),
    "a headline": (shown_as_title, 8),
    "a headline that is a part of the title": (
        lambda n: headline_from("a" * 100, f"<h2>{'a' * n}</h2>") == "visible",
        40,
    ),
    "words of an address": (lambda n: told_by_slug(WORDS[:n], WORDS[:n]), 4),
    "words of an address in a headline": (lambda n: told_by_slug(WORDS[:5], WORDS[:n]), 4),
    "a description": (opening, 40),
    "words of an address for a headline": (lambda n: denies(WORDS[:n], OTHERS), 3),
    "words of the headline in its address": (
        lambda n: denies(WORDS[:n] + OTHERS[n:], OTHERS),
        6,
    ),
    "an article": (lambda n: is_article(f"<p>{words(0, n)} dan seterusnya.</p>"), 13),
    "a listed title's words on a page": (lambda n: agrees(9, n), 2),
    "words for the visitor": (speaks_to_visitor, 3),
    "choices of a poll": (lambda n: polls("Siapa?", [choice()] * n), 2),
    "letters by which a paragraph is known": (known_by, 60),
    "words in a row": (shares_rows, 3),
    "runs of words of one text": (lambda n: is_same_text(n, days=9), 90),
    "runs of words of a text of one day": (lambda n: is_same_text(n, days=0), 30),
    "runs of words of a later text": (
        lambda n: doubt(("Judul", words(0, 102)), ("Lain", shares(n))) is None,
        30,
    ),
    "runs of words of a text that is cut": (
        lambda n: doubt(("Judul", words(0, 300)), ("Judul", shares(n))),
        90,
    ),
}


@pytest.mark.parametrize("name", MOST)
def test_most(name: str) -> None:
    """It is said at the limit, and not of one more."""
    holds, limit = MOST[name]
    assert [bool(holds(size)) for size in (limit, limit + 1)] == [True, False]


@pytest.mark.parametrize("name", LEAST)
def test_least(name: str) -> None:
    """It is said at the limit, and not of one less."""
    holds, limit = LEAST[name]
    assert [bool(holds(size)) for size in (limit, limit - 1)] == [True, False]
