"""Kinds of change to an article's page: one thing is put in, taken away or renamed, and the text
stays. What is put in is invented and lies in cases/variants.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal

import yaml
from lxml import etree, html

CASES = Path(__file__).parent / "cases" / "variants"
INSERTED = yaml.safe_load((CASES / "inserted.yaml").read_text(encoding="utf-8"))
TEXTS = yaml.safe_load((CASES / "texts.yaml").read_text(encoding="utf-8"))
OTHERS = list(TEXTS["others"].items())

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
_HOLDERS = frozenset(["div", "article", "section", "main", "body"])  # what a text's element can be
_HEADINGS = ("h1", "h2", "h3")
_ARTICLES = frozenset(["Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle"])


@dataclass(frozen=True, slots=True)
class Tree:
    """A page of one's own to change. `paragraphs`: the elements that hold a paragraph each;
    `column`: the most of them that are siblings; `headline`: its element, None where none shows it.
    """

    root: Any
    paragraphs: Sequence[Any]
    column: Sequence[Any]
    headline: Any
    title: str


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


def at_heading(tree: Tree) -> bool:
    return at_headline(tree) and tree.headline.tag in _HEADINGS


# ---- changes ----


def put_behind(element: Any, markup: str) -> None:
    for each in reversed(html.fragments_fromstring(markup)):
        element.addnext(each)
        each.tail, element.tail = element.tail, None


def put_before(element: Any, markup: str) -> None:
    for each in html.fragments_fromstring(markup):
        each.tail = None
        element.addprevious(each)


def insert(tree: Tree, where: str, markup: str) -> None:
    """Put markup where inserted.yaml says."""
    if where == "above headline":
        return put_before(tree.headline, markup)
    places = {"first": 0, "middle": len(tree.paragraphs) // 2, "last": -1}
    at = tree.headline if where == "below headline" else tree.paragraphs[places[where]]
    return put_behind(at, markup)


def put_beside(tree: Tree, markup: str) -> None:
    """Put markup behind the element of the text."""
    box = tree.column[0].getparent()
    while box.tag not in _HOLDERS and box.getparent() is not None:
        box = box.getparent()
    if box.tag == "body":
        box.extend(html.fragments_fromstring(markup))
    else:
        put_behind(box, markup)


def put_between(tree: Tree, block: Callable[[Iterator[tuple[str, str]]], str]) -> None:
    """Put a block about other articles behind each paragraph but the last."""
    others = cycle(OTHERS)
    for paragraph in tree.paragraphs[:-1]:
        put_behind(paragraph, block(others))


def mark_words(tree: Tree, tag: str, attributes: Mapping[str, str]) -> None:
    """Put a word of each paragraph into an inline element."""
    for paragraph in tree.paragraphs:
        stretches = [
            (element, part, text)
            for element in paragraph.iter(etree.Element)
            for part, text in (("text", element.text), ("tail", element.tail))
            if text and not (part == "tail" and element is paragraph)
            if not any(around.tag in {"a", "script"} for around in _around(element, part))
        ]
        if stretches:
            _mark(*max(stretches, key=lambda stretch: len(stretch[2])), tag, attributes)


def _around(element: Any, part: str) -> list[Any]:
    return [*([element] if part == "text" else []), *element.iterancestors()]


def _mark(element: Any, part: str, text: str, tag: str, attributes: Mapping[str, str]) -> None:
    """Put the word next to the middle of a stretch of text into an inline element."""
    words = [word for word in re.finditer(r"(?<!\S)[A-Za-z]{3,30}(?!\S)", text) if word.start()]
    if not words:
        return
    word = min(words, key=lambda each: abs(each.start() - len(text) // 2))
    marked = etree.Element(tag, dict(attributes))
    marked.text, marked.tail = word[0], text[word.end() :]
    if part == "text":
        element.text = text[: word.start()]
        element.insert(0, marked)
    else:
        element.tail = text[: word.start()]
        parent = element.getparent()
        parent.insert(parent.index(element) + 1, marked)


def span_openings(tree: Tree) -> None:
    """Put the first three words of each paragraph into a span."""
    for paragraph in tree.paragraphs:
        opening = re.match(r"\s*(?:\S+\s+){2}\S+", paragraph.text or "")
        if opening:
            span = etree.Element("span")
            span.text, span.tail = opening[0], paragraph.text[opening.end() :]
            paragraph.text = None
            paragraph.insert(0, span)


def wrap(elements: Sequence[Any], *tags: str, name: str = "") -> Any:
    """Put siblings, with what stands between them, into elements inside each other, the innermost
    with a class; the innermost.
    """
    parent = elements[0].getparent()
    first, last = parent.index(elements[0]), parent.index(elements[-1])
    inside = list(parent)[first : last + 1]
    outer = inner = etree.Element(tags[0])
    for tag in tags[1:]:
        inner = etree.SubElement(inner, tag)
    if name:
        inner.set("class", name)
    parent.insert(first, outer)
    inner.extend(inside)
    return inner


def wrap_half(tree: Tree, name: str) -> None:
    wrap(tree.column[len(tree.column) // 2 :], "div", name=name)


def wrap_each(tree: Tree, tag: str, name: str = "") -> None:
    for paragraph in tree.paragraphs:
        wrap([paragraph], tag, name=name)


def wrap_column(tree: Tree, *tags: str) -> None:
    wrap(tree.column, *tags)


def rows(tree: Tree) -> None:
    """Put each paragraph, and what stands between them, into a table's row of its own."""
    body = wrap(tree.column, "table", "tbody")
    for each in list(body):
        wrap([each], "tr", "td")


def break_lines(tree: Tree) -> None:
    for element in tree.paragraphs:
        element.extend([etree.Element("br"), etree.Element("br")])
        element.drop_tag()


def break_block(tree: Tree) -> None:
    """All text in one block of its own, parted by line breaks."""
    wrap(tree.column, "div")
    break_lines(tree)


def retag(tree: Tree, old: str, new: str) -> None:
    for element in list(tree.root.iter(old)):
        element.tag = new


def page_in_form(tree: Tree) -> None:
    retag(tree, "form", "div")
    wrap(list(tree.root.find("body")), "form")


def drop_names(tree: Tree) -> None:
    for element in tree.root.iter(etree.Element):
        for name in ("class", "id"):
            element.attrib.pop(name, None)


def drop_metadata(tree: Tree) -> None:
    for element in list(tree.root.iter("script", "meta")):
        if not element.get("charset"):
            element.drop_tree()


def headline_as_block(tree: Tree) -> None:
    tree.headline.tag = "div"


def headline_as_alt(tree: Tree) -> None:
    """No headline but in the metadata and in what stands for a picture."""
    put_behind(tree.headline, f'<img src="a.jpg" alt="{_escaped(tree.title)}">')
    tree.headline.drop_tree()


def state(tree: Tree, tags: Sequence[str], stated: Mapping[str, Any]) -> None:
    """Let meta tags and JSON-LD say something else; what is not there is added."""
    value = next(iter(stated.values()))
    known = [
        meta
        for meta in tree.root.iter("meta")
        if (meta.get("property") or meta.get("name") or "").lower() in tags
    ]
    for meta in known:
        meta.set("content", value if isinstance(value, str) else value["name"])
    if tags and not known:
        put_before(tree.root.find("head")[0], f'<meta property="{tags[0]}" content="{value}">')
    scripts = [one for one in tree.root.iter("script") if "ld+json" in one.get("type", "")]
    restated = [_restate(script, stated) for script in scripts]
    if not any(restated):
        script = etree.SubElement(tree.root.find("head"), "script", type="application/ld+json")
        script.text = json.dumps({"@type": "NewsArticle", **stated})


def _restate(script: Any, stated: Mapping[str, Any]) -> bool:
    """Put a statement into each article of a JSON-LD script; whether there was one."""
    try:
        data = json.loads(script.text or "")
    except ValueError:
        return False
    articles = [each for each in _objects(data) if each.get("@type") in _ARTICLES]
    for each in articles:
        each.update(stated)
    script.text = json.dumps(data)
    return bool(articles)


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    inner = data if isinstance(data, list) else []
    if isinstance(data, dict):
        yield data
        inner = list(data.values())
    for each in inner:
        yield from _objects(each)


def damage_headline(tree: Tree, damaged: Callable[[str], str]) -> None:
    state(tree, (), {"headline": damaged(tree.title)})


def put_stamps(tree: Tree, markup: str) -> None:
    for paragraph, stamp in zip(tree.paragraphs, cycle(TEXTS["stamps"]), strict=False):
        put_before(paragraph, markup.format(stamp))


def put_article(tree: Tree, heading: str, dated: bool, same_class: bool) -> None:
    """Another complete article behind the element of the text."""
    other = TEXTS["article"]
    name = tree.column[0].getparent().get("class", "") if same_class else ""
    shape = tree.headline.get("class", "") if heading == "h2" else ""
    below = f"<div>{other['byline']}</div><div>{other['date']}</div>" if dated else ""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in other["paragraphs"])
    headline = f"<{heading}{_class(shape)}>{other['headline']}</{heading}>"
    put_beside(tree, f"<div{_class(name)}>{headline}{below}{text}</div>")


def put_comments(tree: Tree, outer: str, inner: str) -> None:
    """Ten readers' comments behind the element of the text."""
    said = "".join(
        f"<div{_class(inner)}><div>{name}</div><div>{hours} jam lalu</div><p>{text}</p></div>"
        for hours, (name, text) in enumerate(TEXTS["comments"].items(), 1)
    )
    put_beside(tree, f"<div{_class(outer)}>{said}</div>")


def _class(name: str) -> str:
    return f' class="{_escaped(name)}"' if name else ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


# ---- blocks about other articles ----


def _links(others: Iterator[tuple[str, str]]) -> str:
    return "".join(f'<p><a href="/r/1">{headline}</a></p>' for headline, _ in islice(others, 3))


def _list(others: Iterator[tuple[str, str]]) -> str:
    items = (f'<li><a href="/r/1">{headline}</a></li>' for headline, _ in islice(others, 3))
    return f"<ul>{''.join(items)}</ul>"


def _cards(others: Iterator[tuple[str, str]], count: int = 3) -> str:
    cards = (
        f'<div><a href="/r/1"><img src="a.jpg"></a><h4><a href="/r/1">{headline}</a></h4><p>{text}</p></div>'
        for headline, text in islice(others, count)
    )
    return f"<div>{''.join(cards)}</div>"


# ---- the kinds ----


def _inserted() -> Iterator[Kind]:
    for case in INSERTED:
        fields = frozenset(case.get("fields", FIELDS))
        for where in case["where"]:
            room = at_headline if "headline" in where else in_text
            change = partial(insert, where=where, markup=case["markup"])
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
        change = partial(mark_words, tag=tag, attributes=attributes)
        yield Kind(f"a word of each paragraph in {name}", change, in_text)


def _wrapped() -> Iterator[Kind]:
    for name in WRAPPERS:
        yield Kind(f"half the text in .{name}", partial(wrap_half, name=name), in_column)
        change = partial(wrap_each, tag="div", name=name)
        yield Kind(f"each paragraph in .{name}", change, in_text)


def _parted() -> Iterator[Kind]:
    """Other articles: between the paragraphs, behind the text; readers behind it."""
    for name, block in (("links", _links), ("a list", _list), ("cards", _cards)):
        change = partial(put_between, block=block)
        yield Kind(f"three others between paragraphs: {name}", change, in_text)
    shapes = (("h1", False, "h1"), ("h2", False, "h2 like the first"), ("h2", True, "h2, dated"))
    for heading, dated, shape in shapes:
        for same_class in (True, False):
            wrapper = "same class" if same_class else "no class"
            change = partial(put_article, heading=heading, dated=dated, same_class=same_class)
            room = lambda tree: at_headline(tree) and in_column(tree)  # noqa: E731
            yield Kind(f"second article: {shape}, {wrapper}", change, room)
    for name, outer, inner in (
        ("telling", "comment-list", "comment-item"),
        ("no", "", ""),
    ):
        change = partial(put_comments, outer=outer, inner=inner)
        yield Kind(f"readers' comments, {name} class", change, in_column)


def _stamped() -> Iterator[Kind]:
    either = frozenset(TEXTS["stamps"])
    shapes = {"h3": "<h3>{}</h3>", "block": "<div>{}</div>", "bold": "<p><b>{}</b></p>"}
    for name, markup in shapes.items():
        change = partial(put_stamps, markup=markup)
        yield Kind(f"times between paragraphs: {name}", change, in_text, either=either)


def _galleries() -> Iterator[Kind]:
    shapes = {
        "figures": '<figure><img src="a.jpg"><figcaption>{}</figcaption></figure>',
        "blocks": '<div><img src="a.jpg"><p>{}</p></div>',
    }
    for name, markup in shapes.items():
        pictures = "".join(markup.format(caption) for caption in TEXTS["captions"])
        change = partial(insert, where="last", markup=f"<div>{pictures}</div>")
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
        change = partial(state, tags=tags, stated=stated)
        yield Kind(f"metadata state {name}", change, anywhere, told="visible")
    damages: Mapping[str, Callable[[str], str]] = {
        "half a surrogate pair": lambda title: f"{title[:9]}\ud83d{title[9:]}",
        "NUL": lambda title: f"{title[:9]}\0{title[9:]}",
        "tags escaped twice": lambda title: f"&amp;lt;b&amp;gt;{title}&amp;lt;/b&amp;gt;",
    }
    for name, damaged in damages.items():
        change = partial(damage_headline, damaged=damaged)
        yield Kind(f"JSON-LD headline with {name}", change, at_headline)


def _other() -> Iterator[Kind]:
    ticker = _cards(iter(OTHERS), len(OTHERS))
    yield Kind("no names", drop_names, anywhere)
    yield Kind("no metadata", drop_metadata, anywhere, told="visible")
    yield Kind("blocks for paragraphs", partial(retag, old="p", new="div"), anywhere)
    yield Kind("breaks for paragraphs", break_lines, anywhere)
    yield Kind("breaks in one block", break_block, in_column)
    yield Kind("each paragraph in div", partial(wrap_each, tag="div"), in_text)
    yield Kind("each paragraph in section", partial(wrap_each, tag="section"), in_text)
    yield Kind("text in a table's cell", lambda tree: wrap_column(tree, *_CELL), in_column)
    yield Kind("text in a table's rows", rows, in_column)
    yield Kind("first words in a span", span_openings, in_text)
    yield Kind("text in blockquote", lambda tree: wrap_column(tree, "blockquote"), in_column)
    yield Kind("text in a form", lambda tree: wrap_column(tree, "form"), in_column)
    yield Kind("page in a form", page_in_form, anywhere)
    yield Kind("headline in div", headline_as_block, at_heading)
    yield Kind("headline in metadata and alt", headline_as_alt, at_headline, told="stated")
    yield Kind(
        "ticker above the headline", lambda tree: put_before(tree.headline, ticker), at_headline
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
