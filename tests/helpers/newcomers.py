"""Outlets that are not in sources.yaml yet: whole sites, served on loopback."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.edges.misbehaving import Server, page

NEWS_SPACE = "http://www.google.com/schemas/sitemap-news/0.9"
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
TITLES = (
    "Petani Sayungan Panen Raya di Tengah Hujan",
    "Jembatan Gantung Desa Lembang Dibuka Kembali",
    "Harga Cabai di Pasar Muara Turun Tajam",
    "Nelayan Tanjung Batu Temukan Jangkar Kuno",
    "Sekolah Terapung Sungai Kapuas Terima Murid",
    "Warga Bukit Tinggi Tanam Seribu Bakau",
    "Kereta Wisata Lereng Gunung Mulai Beroperasi",
    "Museum Kerajinan Bambu Ramai Dikunjungi Pelajar",
)
_SENTENCES = (
    "{0} menurut keterangan kepala desa yang ditemui di balai warga pada Selasa pagi kemarin.",
    "Ia mengatakan bahwa rencana nomor {1} itu sudah dibahas bersama warga sejak awal tahun ini.",
    "“Kami bekerja bersama agar hasil ke-{1} bisa dirasakan semua orang,” kata ketua panitia.",
    "Pemerintah daerah berjanji membantu biaya tahap {1} sampai pekerjaan itu selesai seluruhnya.",
)


def slug(title: str) -> str:
    return title.lower().replace(" ", "-")


def date_of(number: int) -> datetime:
    """When an article was published: one an hour, the last an hour ago."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=number + 1)


def article(number: int, *, before: str = "", after: str = "", box: str = "isi") -> str:
    """The page of an article, with other boxes before and after its text."""
    title = TITLES[number]
    text = "".join(f"<p>{sentence.format(title, number)}</p>" for sentence in _SENTENCES)
    return (
        f"<!doctype html><html><head><title>{title}</title>"
        f'<meta property="og:title" content="{title}">'
        f'<meta property="article:published_time" content="{date_of(number).isoformat()}">'
        f'</head><body><h1>{title}</h1><p class="penulis">Penulis: Siti Aminah</p>'
        f'{before}<div class="{box}">{text}{after}</div></body></html>'
    )


def rss(urls: Iterable[str]) -> str:
    items = "".join(
        f"<item><title>{TITLES[at]}</title><link>{url}</link>"
        f"<pubDate>{date_of(at):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for at, url in enumerate(urls)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


def atom(urls: Iterable[str]) -> str:
    entries = "".join(
        f'<entry><title>{TITLES[at]}</title><link href="{url}"/>'
        f"<updated>{date_of(at).isoformat()}</updated></entry>"
        for at, url in enumerate(urls)
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'


def news_sitemap(urls: Iterable[str]) -> str:
    entries = "".join(
        f"<url><loc>{url}</loc><n:news><n:publication_date>{date_of(at).isoformat()}"
        f"</n:publication_date><n:title>{TITLES[at]}</n:title></n:news></url>"
        for at, url in enumerate(urls)
    )
    return f'<?xml version="1.0"?><urlset xmlns="{SPACE}" xmlns:n="{NEWS_SPACE}">{entries}</urlset>'


def links(urls: Iterable[str]) -> str:
    return "".join(f'<p><a href="{url}">Tautan</a></p>' for url in urls)


def home(*, head: str = "", body: str = "", title: str = "Warta Kita") -> str:
    return (
        f"<!doctype html><html><head><title>Beranda | {title}</title>{head}</head>"
        f'<body><a href="/">Beranda</a>{body}</body></html>'
    )


def alternate(path: str, kind: str = "rss") -> str:
    return f'<link rel="alternate" type="application/{kind}+xml" href="{path}">'


@dataclass(frozen=True)
class Site:
    """A site. In its texts, {} stands for its address: http://127.0.0.1:PORT."""

    pages: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)  # XML
    articles: Sequence[str] = ()  # paths, whose pages are made
    after: str = ""  # in the text of each article
    robots: str = ""

    def serve(self, server: Server) -> None:
        root = server.url("")
        for path, text in self.pages.items():
            server.routes[path] = page(text.replace("{}", root))
        for path, text in self.documents.items():
            server.routes[path] = page(text.replace("{}", root), "application/xml")
        for at, path in enumerate(self.articles):
            server.routes.setdefault(path, page(article(at, after=self.after)))
        if self.robots:
            server.routes["/robots.txt"] = page(self.robots.replace("{}", root), "text/plain")
