"""`make bench-variants`: real pages as others of their outlets could be: one thing is put in, taken
away or renamed. The text must stay.

Whatever is put in is invented, and no class says what it is. A variant is right where the
evaluation finds the whole body exact, and headline, author and day unchanged.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree, html

from flows.records import Article, Source
from flows.stages.extraction import container, extract
from flows.stages.extraction.lines import read_lines
from flows.stages.extraction.metadata import read_metadata
from flows.stages.press.text import key
from tests.bench_extract import prediction, real_samples
from tests.stages.test_extract import REAL, page

CAPTION = "Warga berjalan di depan gedung dewan di Semarang, Jawa Tengah, Selasa (3/2/2015)."
HEADLINES = (
    "Warga Pesisir Mengungsi ke Bukit",
    "Kapal Tua Dijual Lagi di Belawan",
    "Pasar Ikan Pindah ke Utara",
)
LINKS = [f'<a href="/r/{number}">{headline}</a>' for number, headline in enumerate(HEADLINES)]
INSIDE = {
    "caption in a block": f'<div><img src="a.jpg"><div>{CAPTION}</div></div>',
    "caption in a span": f'<div><img src="a.jpg"><span>{CAPTION}</span></div>',
    "caption in italics": f'<p><img src="a.jpg"><br><em>{CAPTION}</em></p>',
    "caption in a table": f'<table><tr><td><img src="a.jpg"></td></tr><tr><td>{CAPTION}</td></tr></table>',
    "caption with a credit": "<p>Suasana pasar ikan Muara Baru di Jakarta Utara (Liputan6.com/Andi Rahman)</p>",
    "caption behind a credit": f"<p>KOMPAS.com/ANDI RAHMAN {CAPTION}</p>",
    "related link": f"<p><strong>Baca juga: {LINKS[0]}</strong></p>",
    "related headline": f"<p>BACA JUGA: {HEADLINES[0]}</p>",
    "related list": f"<div><b>Baca juga</b><ul>{''.join(f'<li>{link}</li>' for link in LINKS)}</ul></div>",
    "bare list of links": f"<ul>{''.join(f'<li>{link}</li>' for link in LINKS)}</ul>",
    "linked heading": f"<h3>{LINKS[1]}</h3>",
    "related in brackets": f"<p>(Baca: {LINKS[0]})</p>",
    "video prompt": "<p><strong>Saksikan video pilihan di bawah ini</strong></p>",
    "advertisement": "<div><p>ADVERTISEMENT</p><p>Scroll ke bawah untuk melanjutkan membaca</p></div>",
    "channel": "<p>Ikuti berita terbaru kami di Google News, klik di sini.</p>",
    "embedded post": '<blockquote class="twitter-tweet"><p>Kapal sudah sandar di dermaga</p>Pelabuhan (@dermaga)</blockquote>',
}
BEHIND = {
    "names": "<p>Penulis: Rina Widya<br>Editor: Joko Susilo</p>",
    "names without colons": "<p>(Penulis Rina Widya | Editor Joko Susilo)</p>",
    "codes": "<p>(rwd/jsl)</p>",
    "agency": "<p>(Antara)</p>",
    "aired": f"<p><em>Artikel ini sudah tayang di detikJateng. Baca selengkapnya {LINKS[0]}.</em></p>",
    "tags": "<div>TAGS: <a href='/t/1'>kapal</a>, <a href='/t/2'>nelayan</a></div>",
    "video": "<p>Simak Video: Detik-detik Kapal Karam</p><p>[Gambas:Video 20detik]</p>",
    "share bar": "<div>Bagikan: Facebook Twitter WhatsApp</div>",
}
NAMED_BEHIND = frozenset(
    ["names", "names without colons"]
)  # they name other authors: only the body is compared


def main() -> None:
    if not REAL.exists():
        sys.exit("The saved real pages are not here: there is nothing to vary.")
    wrong: Counter[str] = Counter()
    made: Counter[str] = Counter()
    for sample in real_samples():
        texts = whole_paragraphs(sample.page.body, sample.source)
        for name, body in variants(sample.page.body, sample.source, texts):
            found = extract.extract(page(body, sample.page.url), sample.source)
            row = sample.judge(prediction(found)) if isinstance(found, Article) else Counter[str]()
            fields = ("exact",) if name in NAMED_BEHIND else ("exact", "title", "author", "day")
            made[name] += 1
            wrong[name] += not all(row[field] for field in fields)
    print(
        f"{wrong.total()} of {made.total()} variants are wrong\n\n| what is varied | pages | wrong |\n|---|---|---|"
    )
    for name, count in made.items():
        print(f"| {name} | {count} | {wrong[name]} |")


def whole_paragraphs(body: bytes, source: Source) -> tuple[str, ...]:
    """The keys of the lines that the unchanged page gives: where a paragraph is, something can be
    put behind it.
    """
    found = extract.extract(page(body, source.home), source)
    return (
        tuple(key(line) for line in found.body.split("\n") if len(line) >= 40)
        if isinstance(found, Article)
        else ()
    )


def variants(body: bytes, source: Source, texts: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for name, markup in INSIDE.items():
        for where in (0.0, 0.5):
            root, paragraphs = parsed(body, source, texts)
            if len(paragraphs) > 2:
                put_behind(paragraphs[int(where * len(paragraphs))], markup)
                yield name, written(root)
    for name, markup in BEHIND.items():
        root, paragraphs = parsed(body, source, texts)
        if paragraphs:
            put_behind(paragraphs[-1], markup)
            yield name, written(root)
    for name, change in {
        "no names": drop_names,
        "no metadata": drop_metadata,
        "blocks for paragraphs": rename,
        "breaks for paragraphs": unwrap,
    }.items():
        root, paragraphs = parsed(body, source, texts)
        change(root, paragraphs)
        yield name, written(root)


def parsed(body: bytes, source: Source, texts: tuple[str, ...]) -> tuple[Any, list[Any]]:
    """The page, and the elements of its container that are one paragraph each."""
    root = html.document_fromstring(
        body.decode("utf-8", "replace").encode(), parser=html.HTMLParser(encoding="utf-8")
    )
    lines = read_lines(root)
    metadata = read_metadata(root)
    _, at = container.find_headline(metadata, lines, source)
    box, _ = container.choose(root, (), lines, at, metadata.text("articleBody"))
    return root, [
        element for element in box.iter("p") if key(element.text_content()).startswith(texts)
    ]


def put_behind(paragraph: Any, markup: str) -> None:
    for element in reversed(html.fragments_fromstring(markup)):
        paragraph.addnext(element)
        element.tail, paragraph.tail = paragraph.tail, None


def drop_names(root: Any, _: Sequence[Any]) -> None:
    for element in root.iter(etree.Element):
        for name in ("class", "id"):
            element.attrib.pop(name, None)


def drop_metadata(root: Any, _: Sequence[Any]) -> None:
    for element in [*root.iter("script", "meta")]:
        if not element.get("charset"):
            element.drop_tree()


def rename(root: Any, _: Sequence[Any]) -> None:
    for element in root.iter("p"):
        element.tag = "div"


def unwrap(_: Any, paragraphs: Sequence[Any]) -> None:
    for element in paragraphs:
        element.extend([etree.Element("br"), etree.Element("br")])
        element.drop_tag()


def written(root: Any) -> bytes:
    return bytes(etree.tostring(root, encoding="utf-8", method="html"))


if __name__ == "__main__":
    main()
