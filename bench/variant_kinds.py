"""The kinds of change that bench-variants makes to a page, and what stays comparable."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import yaml

from bench import page_changes as changes
from bench.page_changes import CASES, OTHERS, TEXTS, Tree

INSERTED = yaml.safe_load((CASES / "inserted.yaml").read_text(encoding="utf-8"))
FIELDS = frozenset(["exact", "title", "author", "day"])
# Names that pages give to clutter, and some of them to the text.
WRAPPERS = (
    "paging-content",
    "detail-paging",
    "player-text",
    "comments",
    "post-comments",
    "caption-text",
    "byline-wrap",
    "related-content",
    "share-content",
    "nav-content",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change. `has_room`: whether a page can be changed so; `fields`: what stays
    comparable; `told`: on which pages a field does, on those where the page shows it, where the
    metadata state it, or on all; `either`: lines that may be taken for the article's or not.
    """

    name: str
    change: Callable[[Tree], None]
    has_room: Callable[[Tree], bool]
    fields: frozenset[str] = FIELDS
    told: Literal["", "visible", "stated"] = ""
    either: frozenset[str] = frozenset()


# ---- where there is room ----


def anywhere(_: Tree) -> bool:
    return True


def in_text(tree: Tree) -> bool:
    return len(tree.paragraphs) >= 3


def in_column(tree: Tree) -> bool:
    return len(tree.column) >= 4 and len(tree.column) >= 0.7 * len(tree.paragraphs)


def at_headline(tree: Tree) -> bool:
    return tree.headline is not None and in_text(tree)


def headed_column(tree: Tree) -> bool:
    return at_headline(tree) and in_column(tree)


def at_heading(tree: Tree) -> bool:
    return at_headline(tree) and tree.headline.tag in ("h1", "h2", "h3")


# ---- the kinds ----


def _inserted() -> Iterator[Kind]:
    for case in INSERTED:
        fields = frozenset(case.get("fields", FIELDS))
        for where in case["where"]:
            room = at_headline if "headline" in where else in_text
            change = partial(changes.insert, where=where, markup=case["markup"])
            name = f"{case['name']}, {where}" if "headline" in where else case["name"]
            yield Kind(name, change, room, fields)


def _marked() -> Iterator[Kind]:
    marks: Sequence[tuple[str, str, dict[str, str]]] = (
        ("a.inner-link-tag", "a", {"class": "inner-link-tag", "href": "/tag/kapal"}),
        ("span.caption", "span", {"class": "caption"}),
        ("b.ads", "b", {"class": "ads"}),
        ("a.related", "a", {"class": "related", "href": "/tag/kapal"}),
        ("span.author", "span", {"class": "author"}),
    )
    for name, tag, attributes in marks:
        change = partial(changes.mark_words, tag=tag, attributes=attributes)
        yield Kind(f"a word of each paragraph in {name}", change, in_text)


def _wrapped() -> Iterator[Kind]:
    for name in WRAPPERS:
        yield Kind(f"half the text in .{name}", partial(changes.wrap_half, name=name), in_column)
        change = partial(changes.wrap_each, tag="div", name=name)
        yield Kind(f"each paragraph in .{name}", change, in_text)


def _parted() -> Iterator[Kind]:
    """Other articles: between the paragraphs, behind the text; readers behind it."""
    for name, block in (
        ("links", changes.links),
        ("a list", changes.bare_list),
        ("cards", changes.cards),
    ):
        change = partial(changes.put_between, block=block)
        yield Kind(f"three others between paragraphs: {name}", change, in_text)
    shapes = (("h1", False, "h1"), ("h2", False, "h2 like the first"), ("h2", True, "h2, dated"))
    for heading, dated, shape in shapes:
        for same_class in (True, False):
            wrapper = "same class" if same_class else "no class"
            change = partial(
                changes.put_article, heading=heading, dated=dated, same_class=same_class
            )
            yield Kind(f"second article: {shape}, {wrapper}", change, headed_column)
    for name, outer, inner in (
        ("telling", "comment-list", "comment-item"),
        ("no", "", ""),
    ):
        change = partial(changes.put_comments, outer=outer, inner=inner)
        yield Kind(f"readers' comments, {name} class", change, in_column)


def _stamped() -> Iterator[Kind]:
    either = frozenset(TEXTS["stamps"])
    shapes = {"h3": "<h3>{}</h3>", "block": "<div>{}</div>", "bold": "<p><b>{}</b></p>"}
    for name, markup in shapes.items():
        change = partial(changes.put_stamps, markup=markup)
        yield Kind(f"times between paragraphs: {name}", change, in_text, either=either)


def _galleries() -> Iterator[Kind]:
    shapes = {
        "figures": '<figure><img src="a.jpg"><figcaption>{}</figcaption></figure>',
        "blocks": '<div><img src="a.jpg"><p>{}</p></div>',
    }
    for name, markup in shapes.items():
        pictures = "".join(markup.format(caption) for caption in TEXTS["captions"])
        change = partial(changes.insert, where="last", markup=f"<div>{pictures}</div>")
        yield Kind(f"gallery behind the text: {name}", change, in_text)


def _contradicted() -> Iterator[Kind]:
    later = "2036-05-04T07:00:00+07:00"
    about = " ".join(OTHERS[3])
    for name, tags, stated in (
        ("date 2036", ("article:published_time",), {"datePublished": later}),
        ("author admin", ("author",), {"author": {"@type": "Person", "name": "admin"}}),
        (
            "another article's description",
            ("description", "og:description"),
            {"description": about},
        ),
    ):
        change = partial(changes.state, tags=tags, stated=stated)
        yield Kind(f"metadata state {name}", change, anywhere, told="visible")
    damages: Mapping[str, Callable[[str], str]] = {
        "half a surrogate pair": lambda title: f"{title[:9]}\ud83d{title[9:]}",
        "NUL": lambda title: f"{title[:9]}\0{title[9:]}",
        "tags escaped twice": lambda title: f"&amp;lt;b&amp;gt;{title}&amp;lt;/b&amp;gt;",
    }
    for name, damaged in damages.items():
        change = partial(changes.damage_headline, damaged=damaged)
        yield Kind(f"JSON-LD headline with {name}", change, at_headline)


def _other() -> Iterator[Kind]:
    ticker = changes.cards(iter(OTHERS), len(OTHERS))
    yield Kind("no names", changes.drop_names, anywhere)
    yield Kind("no metadata", changes.drop_metadata, anywhere, told="visible")
    yield Kind("blocks for paragraphs", partial(changes.retag, old="p", new="div"), anywhere)
    yield Kind("breaks for paragraphs", changes.break_lines, anywhere)
    yield Kind("breaks in one block", changes.break_block, in_column)
    yield Kind("each paragraph in div", partial(changes.wrap_each, tag="div"), in_text)
    yield Kind("each paragraph in section", partial(changes.wrap_each, tag="section"), in_text)
    yield Kind("text in a table's cell", partial(changes.wrap_column, tags=_CELL), in_column)
    yield Kind("text in a table's rows", changes.rows, in_column)
    yield Kind("first words in a span", changes.span_openings, in_text)
    yield Kind("text in blockquote", partial(changes.wrap_column, tags=["blockquote"]), in_column)
    yield Kind("text in a form", partial(changes.wrap_column, tags=["form"]), in_column)
    yield Kind("page in a form", changes.page_in_form, anywhere)
    yield Kind("headline in div", changes.headline_as_block, at_heading)
    yield Kind("headline in metadata and alt", changes.headline_as_alt, at_headline, told="stated")
    yield Kind(
        "ticker above the headline",
        lambda tree: changes.put_before(tree.headline, ticker),
        at_headline,
    )


_CELL = ("table", "tbody", "tr", "td")
KINDS = (
    *_inserted(),
    *_marked(),
    *_wrapped(),
    *_other(),
    *_parted(),
    *_stamped(),
    *_galleries(),
    *_contradicted(),
)
