"""An invented outlet: its pages and its sitemap, and the files that name it to the command."""

from collections.abc import Sequence
from pathlib import Path

DATE = "2026-03-10T20:00:00+07:00"
SENTENCES = (
    (
        "Warga Sayungan bergotong royong memperbaiki tanggul yang jebol setelah hujan deras "
        "mengguyur kawasan itu sepanjang malam."
    ),
    (
        "Kepala desa mengatakan perbaikan akan selesai dalam tiga hari apabila cuaca tetap cerah "
        "dan bantuan karung pasir tiba tepat waktu."
    ),
    (
        "“Kami berterima kasih kepada para relawan,” kata Siti Aminah, warga yang rumahnya "
        "sempat terendam setinggi satu meter."
    ),
)
TOPICS = """\
version: 1
topics:
  - {id: banjir, title: Banjir, all_of: [{name: air, any: [banjir, tanggul]}]}
"""


def article(title: str, sentences: tuple[str, ...] = SENTENCES) -> str:
    """A plain article page."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return (
        f"<!doctype html><html><head><title>{title}</title>"
        f'<meta property="article:published_time" content="{DATE}">'
        f'<meta property="og:title" content="{title}"></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


def sitemap(*urls: str, entry: str = "url", root: str = "urlset", lastmod: str = DATE) -> str:
    """A sitemap or, with the other names, a sitemap index."""
    entries = "".join(
        f"<{entry}><loc>{url}</loc><lastmod>{lastmod}</lastmod></{entry}>" for url in urls
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?><{root} xmlns="{space}">{entries}</{root}>'


def outlet(key: str, url: str, feed: str) -> str:
    """One source of a sources.yaml."""
    return f"""\
  - id: {key}
    name: {key.title()}
    home: {url}/
    min_delay_s: 0
    discover: [{{kind: sitemap, url: '{url}{feed}'}}]
    articles: '/{key}/'
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def files(folder: Path, *outlets: str, topics: str = TOPICS) -> Sequence[str | Path]:
    """The options that name a sources.yaml with these outlets, a topics.yaml, and a data
    directory.
    """
    sources = written(folder / "sources.yaml", "version: 1\nsources:\n" + "".join(outlets))
    return (
        "--sources",
        sources,
        "--topics",
        written(folder / "topics.yaml", topics),
        "--warehouse",
        folder / "data",
    )
