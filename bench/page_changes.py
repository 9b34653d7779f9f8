"""What can be done to an article's page so that its text stays: something is put in, taken away or
renamed. What is put in is invented and lies in cases/variants.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import yaml
from lxml import etree, html

CASES = Path(__file__).parent / "cases" / "variants"
TEXTS = yaml.safe_load((CASES / "texts.yaml").read_text(encoding="utf-8"))
OTHERS = list(TEXTS["others"].items())

_HOLDERS = frozenset(["div", "article", "section", "main", "body"])  # what a text's element can be
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


# ---- put in ----


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
    """Put markup behind the element that holds all paragraphs."""
    around = [set(paragraph.iterancestors(*_HOLDERS)) for paragraph in tree.paragraphs]
    shared = set.intersection(*around)
    box = next(each for each in tree.paragraphs[0].iterancestors() if each in shared)
    if box.tag == "body":
        box.extend(html.fragments_fromstring(markup))
    else:
        put_behind(box, markup)


def put_between(tree: Tree, block: Callable[[Iterator[tuple[str, str]]], str]) -> None:
    """Put a block about other articles behind each paragraph but the last."""
    others = cycle(OTHERS)
    for paragraph in tree.paragraphs[:-1]:
        put_behind(paragraph, block(others))


def links(others: Iterator[tuple[str, str]]) -> str:
    """Three links to other articles."""
    return "".join(f'<p><a href="/r/1">{headline}</a></p>' for headline, _ in islice(others, 3))


def bare_list(others: Iterator[tuple[str, str]]) -> str:
    """Three links in a list."""
    items = (f'<li><a href="/r/1">{headline}</a></li>' for headline, _ in islice(others, 3))
    return f"<ul>{''.join(items)}</ul>"


def cards(others: Iterator[tuple[str, str]], count: int = 3) -> str:
    """Other articles, each with a picture, its headline and a sentence."""
    made = (
        (
            f'<div><a href="/r/1"><img src="a.jpg"></a><h4><a '
            f'href="/r/1">{headline}</a></h4><p>{text}</p></div>'
        )
        for headline, text in islice(others, count)
    )
    return f"<div>{''.join(made)}</div>"


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


# ---- marked and wrapped ----


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


def wrap_column(tree: Tree, tags: Sequence[str]) -> None:
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


# ---- taken away, and stated otherwise ----


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
    head = tree.root.find("head")
    value = next(iter(stated.values()))
    text = value if isinstance(value, str) else value["name"]
    names = [(meta, meta.get("property") or meta.get("name")) for meta in tree.root.iter("meta")]
    known = [meta for meta, name in names if (name or "").lower() in tags]
    for meta in known:
        meta.set("content", text)
    for tag in () if known else tags[:1]:
        etree.SubElement(head, "meta", {"property" if ":" in tag else "name": tag, "content": text})
    scripts = [one for one in tree.root.iter("script") if "ld+json" in one.get("type", "")]
    restated = [_restate(script, stated) for script in scripts]
    if not any(restated):
        script = etree.SubElement(head, "script", type="application/ld+json")
        script.text = json.dumps({"@type": "NewsArticle", **stated})


def _restate(script: Any, stated: Mapping[str, Any]) -> bool:
    """Put a statement into each article of a JSON-LD script; whether there was one."""
    try:
        data = json.loads(script.text or "")
    except ValueError:
        return False
    articles = [each for each in _objects(data) if str(each.get("@type")) in _ARTICLES]
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
