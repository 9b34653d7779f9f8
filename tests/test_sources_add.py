"""`kliping sources add`: what is proposed for whole sites, against the truth; and that the file
keeps what people wrote in it.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from flows.config import load_sources
from tests.edges.misbehaving import Server, status
from tests.helpers.command import Ran, ended
from tests.helpers.newcomers import (
    SPACE,
    TITLES,
    Site,
    alternate,
    atom,
    home,
    links,
    news_sitemap,
    rss,
    slug,
)
from tests.helpers.outlets import written

FILE = """\
# Media kami. Jangan hapus komentar ini.
version: 1
defaults: {min_delay_s: 0}      # cepat, hanya untuk percobaan

sources:
  - id: lama                    # sudah lama ada
    name: 'Media Lama'
    home: https://lama.example/
    articles: '^https://lama\\.example/baca/'
"""

NUMBERED = [f"/berita/{1007000 + at}/{slug(title)}" for at, title in enumerate(TITLES)]
DATED = [f"/2026/03/1{at}/{slug(title)}/" for at, title in enumerate(TITLES)]
PLAIN = [
    f"/{section}/{slug(title)}.html" for section, title in zip("abcdabcd", TITLES, strict=True)
]
ROOTED = [f"/{slug(title)}/" for title in TITLES]
CODED = [f"/read/s{at}8oj23{at}0/{slug(title)}" for at, title in enumerate(TITLES)]
QUERIED = [f"/baca.php?id={5500 + at}" for at in range(8)]
TAGS = [f"/tag/{slug(title)}" for title in TITLES]
SECTIONS = ["/nasional", "/ekonomi/pasar", "/olahraga", "/tentang-kami", "/indeks/2026/03/10"]
AUTHORS = ["/penulis/1007001/siti-aminah", "/author/budi-hartono-dari-desa"]
MIXED = [*TAGS, *SECTIONS, *AUTHORS]


def here(paths: Sequence[str]) -> list[str]:
    return [f"{{}}{path}" for path in paths]


def index(paths: Sequence[str]) -> str:
    children = "".join(f"<sitemap><loc>{{}}{path}</loc></sitemap>" for path in paths)
    return f'<?xml version="1.0"?><sitemapindex xmlns="{SPACE}">{children}</sitemapindex>'


def urlset(paths: Sequence[str]) -> str:
    entries = "".join(f"<url><loc>{{}}{path}</loc></url>" for path in paths)
    return f'<?xml version="1.0"?><urlset xmlns="{SPACE}">{entries}</urlset>'


WALL = (
    "<html><head><title>Masuk</title></head><body><h1>Silakan masuk untuk melanjutkan</h1>"
    "<form><input name=u><input name=p type=password></form></body></html>"
)

# Each site; the kinds and paths of the listings that should be proposed or, where nothing can be,
# what the message says; its articles, and its other pages.
SITES: Mapping[str, tuple[Site, Sequence[tuple[str, str]] | str, Sequence[str], Sequence[str]]] = {
    "rss only": (
        Site(
            pages={"/": home(head=alternate("/rss/terkini"), body=links(SECTIONS))},
            documents={"/rss/terkini": rss(here(NUMBERED))},
            articles=NUMBERED,
        ),
        [("rss", "/rss/terkini")],
        NUMBERED,
        MIXED,
    ),
    "atom at a usual path, two words in a headline": (
        Site(
            pages={"/": home(body=links(MIXED))},
            documents={"/atom.xml": atom(here(DATED))},
            articles=DATED,
        ),
        [("rss", "/atom.xml")],
        [*DATED, "/2026/04/02/gempa-lembang/"],
        [*MIXED, "/2026/03/", "/2026/03/10/"],
    ),
    "news sitemap by robots.txt": (
        Site(
            pages={"/": home(body=links(MIXED))},
            documents={
                "/peta/berita.xml": news_sitemap(here(CODED)),
                "/peta/semua.xml": urlset([*TAGS, *SECTIONS, "/read/halaman-lain"]),
            },
            robots="Sitemap: {}/peta/semua.xml\nSitemap: {}/peta/berita.xml\n",
            articles=CODED,
        ),
        [("news_sitemap", "/peta/berita.xml")],
        CODED,
        MIXED,
    ),
    "sitemap index": (
        Site(
            pages={"/": home(body=links(SECTIONS))},
            documents={
                "/sitemap.xml": index(
                    ["/tag-sitemap.xml", "/post-sitemap.xml", "/page-sitemap.xml"]
                ),
                "/post-sitemap.xml": urlset([*ROOTED, "/nasional"]),
                "/tag-sitemap.xml": urlset(TAGS),
                "/page-sitemap.xml": urlset(SECTIONS),
            },
            articles=ROOTED,
        ),
        [("sitemap", "/sitemap.xml")],
        ROOTED,
        MIXED,
    ),
    "index page only": (
        Site(
            pages={
                "/": home(body=links([*SECTIONS, *PLAIN[:2], "/kanal/indeks"])),
                "/kanal/indeks": home(body=links([*MIXED, *PLAIN])),
            },
            articles=PLAIN,
        ),
        [("index", "/kanal/indeks")],
        PLAIN,
        MIXED,
    ),
    "several kinds, with tags in them": (
        Site(
            pages={
                "/": home(
                    head=alternate("/feed") + alternate("/comments/feed"),
                    body=links([*MIXED, *NUMBERED]),
                ),
                "/indeks": home(body=links([*MIXED, *NUMBERED])),
            },
            documents={
                "/feed": rss(here(NUMBERED[4:])),
                "/comments/feed": rss(here(TAGS)),
                "/sitemap_news.xml": news_sitemap(here(NUMBERED[:5])),
                "/sitemap.xml": urlset([*MIXED, *NUMBERED]),
            },
            articles=NUMBERED,
        ),
        [("news_sitemap", "/sitemap_news.xml"), ("rss", "/feed")],
        NUMBERED,
        MIXED,
    ),
    "numbers in the query": (
        Site(
            pages={"/": home(head=alternate("/rss"))},
            documents={"/rss": rss(here(QUERIED))},
            articles=QUERIED,
        ),
        [("rss", "/rss")],
        [*QUERIED, "/baca.php?hal=1&id=99"],
        [*MIXED, "/baca.php?tag=5500", "/baca.php"],
    ),
    "years of undated links beside an index page": (
        Site(
            pages={"/": home(body=links([*MIXED, *NUMBERED]))},
            documents={"/sitemap.xml": urlset([f"/berita/{at}/lama" for at in range(1000, 1900)])},
            articles=NUMBERED,
        ),
        [("index", "/")],
        NUMBERED,
        MIXED,
    ),
    "none": (
        Site(pages={"/": home(body=links(SECTIONS))}),
        "6 links, but no form of address that articles have",
        (),
        (),
    ),
    "a login wall": (
        Site(
            pages={"/": home(head=alternate("/rss")), **dict.fromkeys(NUMBERED, WALL)},
            documents={"/rss": rss(here(NUMBERED))},
        ),
        "none of 6 links gave an article; {}/berita/1007000/petani",
        (),
        (),
    ),
    "a login wall at home": (
        Site(pages={"/": WALL}),
        "no feed, sitemap, or page that lists anything",
        (),
        (),
    ),
}


def add(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    return ended(capsys, "sources", "add", *arguments)


@pytest.mark.parametrize("name", SITES)
def test_proposal(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """The proposal names the listings that the site has, and its pattern finds articles alone."""
    site, truth, articles, others = SITES[name]
    path = written(tmp_path / "sources.yaml", FILE)
    with Server() as server:
        site.serve(server)
        ran = add(capsys, server.url("/"), "--yes", "--sources", path)
        asked = server.paths()
    assert len(asked) == len(set(asked)) <= 25
    if isinstance(truth, str):
        assert ran.status == 3
        assert truth.format(server.url("")) in ran.err
        assert path.read_text(encoding="utf-8") == FILE
        return
    assert (ran.status, ran.err) == (0, "")
    added = load_sources(path)[-1]
    assert added.name == "Warta Kita" or added.name.startswith("127.0.0.1")
    assert [(at.kind, at.url) for at in added.discover] == [
        (kind, server.url(path)) for kind, path in truth
    ]
    found = {path for path in (*articles, *others) if added.articles.search(server.url(path))}
    assert found == set(articles)
    assert sum(f"    title   {title}\n" in ran.out for title in TITLES) == 3
    assert ran.out.count("author  Siti Aminah") == 3


RSS = Site(
    pages={
        "/": home(
            head=alternate("/rss") + '<meta property="og:site_name" content="Warta: Kita">',
            body=links(SECTIONS),
        )
    },
    documents={"/rss": rss(here(NUMBERED))},
    articles=NUMBERED,
)
ANSWERS = [
    ("y\n", 0, True, "added to"),
    ("n\n", 1, False, ""),
    ("\n", 1, False, ""),
    ("", 1, False, ""),  # nobody is there
]


@pytest.mark.parametrize(("answer", "code", "added", "says"), ANSWERS)
def test_asks(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
    added: bool,
    says: str,
) -> None:
    """Only a yes is a yes. The entry is shown before, and written as it was shown."""
    path = written(tmp_path / "sources.yaml", FILE)
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    with Server() as server:
        RSS.serve(server)
        ran = add(capsys, server.url("/"), "--sources", path)
    assert ran.status == code
    assert says in ran.out
    text = path.read_text(encoding="utf-8")
    assert text.startswith(FILE)
    entry = text.removeprefix(FILE)
    assert bool(entry) == added
    assert "    name: 'Warta: Kita'\n" in ran.out
    assert entry in ran.out.replace("\n\n\n", "\n\n")


OTHER_LAST = (
    FILE.replace("defaults:", "# defaults:")
    + """\
    # komentar di akhir media lama
# tentang semua
defaults: {min_delay_s: 0}
"""
)
INDENTED = """\
version: 1
defaults: {min_delay_s: 0}
sources:
- {id: lama, name: Lama, home: 'https://lama.example/', articles: /baca/}
# sampai sini"""
FLOW = """\
version: 1
defaults: {min_delay_s: 0}
sources: [{id: lama, name: Lama, home: 'https://lama.example/', articles: /baca/}]
"""
FILES = [
    # a file; what stands before the entry, and after it; None where it is refused
    (FILE, FILE, ""),
    (FILE + "\n# akhir\n", FILE + "\n# akhir\n", ""),
    (OTHER_LAST, OTHER_LAST.partition("    # komentar")[0], "    # komentar"),
    (INDENTED, INDENTED + "\n", ""),
    ("\ufeff" + FILE, "\ufeff" + FILE, ""),
    (FILE.replace("\n", "\r\n"), FILE.replace("\n", "\r\n"), ""),
    (FLOW, None, None),
]


@pytest.mark.parametrize(("text", "before", "after"), FILES)
def test_file_is_kept(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    before: str | None,
    after: str | None,
) -> None:
    """An entry is added at the end of the sources; everything else stays as it was, byte for byte,
    and so do the file's mode and the link that leads to it.
    """
    target = tmp_path / "nyata.yaml"
    target.write_bytes(text.encode())
    target.chmod(0o640)
    path = tmp_path / "sources.yaml"
    path.symlink_to(target)
    with Server() as server:
        RSS.serve(server)
        ran = add(capsys, server.url("/"), "--yes", "--sources", path)
    left = target.read_bytes().decode()
    if before is None:
        assert ran.status == 2
        assert f"{path}:3: sources: expected a list of lines that begin with -" in ran.err
        assert left == text
        return
    assert ran.status == 0
    assert left.startswith(before)
    assert left.removeprefix(before).lstrip().startswith("- id: '127-")
    assert not after or after in left.removeprefix(before)
    assert [source.id for source in load_sources(path)[:-1]] == ["lama"]
    assert path.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["nyata.yaml", "sources.yaml"]


def test_known_outlet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An outlet that is in the file is refused: by its home page, before anything is requested, or
    by its articles.
    """
    path = written(tmp_path / "sources.yaml", FILE)
    with Server() as server:
        RSS.serve(server)
        assert add(capsys, server.url("/"), "--yes", "--sources", path).status == 0
        once = path.read_text(encoding="utf-8")
        server.requests.clear()
        again = add(capsys, server.url("/nasional"), "--yes", "--sources", path)
        assert server.paths() == []
        path.write_text(once.replace(f"home: '{server.url('/')}'", "home: 'https://x.example/'"))
        by_articles = add(capsys, server.url("/"), "--yes", "--sources", path)
    assert (again.status, by_articles.status) == (2, 2)
    assert "is its entry already" in again.err
    assert "its articles are those of 127-0-0-1" in by_articles.err
    assert len(load_sources(path)) == 2


REFUSED: Mapping[str, tuple[Site, str, int, str]] = {
    "not found": (Site(), "/", 3, "/: http-4xx: 404"),
    "refused by robots.txt": (
        Site(pages={"/": home()}, robots="User-agent: *\nDisallow: /\n"),
        "/",
        3,
        "/: robots: disallowed by robots.txt",
    ),
    "links to other sites alone": (
        Site(
            pages={"/": home(body=links([f"https://lain.example/berita/{at}" for at in range(9)]))}
        ),
        "/",
        3,
        "no form of address that articles have",
    ),
    "pages that are gone": (
        Site(pages={"/": home(head=alternate("/rss"))}, documents={"/rss": rss(here(NUMBERED))}),
        "/",
        3,
        "none of 6 links gave an article; {}/berita/1007000/petani-sayungan-panen-raya-di-tengah-"
        "hujan: http-4xx: 404",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Where nothing can be proposed, one line says why, and the file stays as it was."""
    site, at, code, says = REFUSED[name]
    path = written(tmp_path / "sources.yaml", FILE)
    with Server() as server:
        site.serve(server)
        ran = add(capsys, server.url(at), "--yes", "--sources", path)
    assert (ran.status, len(ran.err.splitlines())) == (code, 1)
    assert says.format(server.url("")) in ran.err
    assert path.read_text(encoding="utf-8") == FILE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "expected either an address, or --opml FILE or --csv FILE"),
        (["https://x.example/", "--opml", "a.opml"], "expected either an address"),
        (["--opml", "/nowhere.opml"], "/nowhere.opml: cannot be read"),
        (["https://x.example/", "--sources", "/nowhere.yaml"], "/nowhere.yaml: cannot be read"),
    ],
)
def test_usage(capsys: pytest.CaptureFixture[str], arguments: Sequence[str], says: str) -> None:
    """Wrong usage is told before anything is requested."""
    ran = add(capsys, *arguments)
    assert ran.status == 2
    assert says in ran.err


def test_address_of_a_feed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A feed is as good as a home page, even if that cannot be read."""
    path = written(tmp_path / "sources.yaml", FILE)
    with Server() as server:
        RSS.serve(server)
        server.routes["/"] = status(403)
        ran = add(capsys, server.url("/rss"), "--yes", "--sources", path)
    assert (ran.status, ran.err) == (0, "")
    added = load_sources(path)[-1]
    assert added.home == server.url("/")
    assert [at.url for at in added.discover] == [server.url("/rss")]


PROMPT = "Warga Sayungan membaca Warta Kita setiap sore di beranda rumah mereka bersama keluarga."


def test_box_in_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A box whose lines are in several articles is proposed to be removed; the texts stay whole."""
    site = Site(
        RSS.pages, RSS.documents, NUMBERED, after=f'<div class="ajak"><p>{PROMPT}</p></div>'
    )
    path = written(tmp_path / "sources.yaml", FILE)
    with Server() as server:
        site.serve(server)
        ran = add(capsys, server.url("/"), "--yes", "--sources", path)
    assert ran.status == 0
    assert load_sources(path)[-1].prune == (".ajak",)
    assert load_sources(path)[-1].container == ()
    assert "words   60" in ran.out


# ---- lists ----

OPML = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Langganan</title></head><body>
  <outline text="Daerah">
    <outline type="rss" text="Warta" title="Warta Satu" xmlUrl="{0}/rss" htmlUrl="{0}/"/>
    <outline type="rss" text="Warta lagi" xmlUrl="{0}/rss2"/>
  </outline>
  <outline type="rss" text="Hilang" xmlUrl="{1}/rss" htmlUrl="{1}/"/>
</body></opml>
"""
TABLE = """\
\ufeffid,name,url_search_string,label,homepage,notes,pub_country
1,satu.example,,Warta Satu,{0}/,"catatan, panjang",IDN
2,dua.example,,,{1}/,,
3,lama.example,,Lama,lama.example,,
4,kosong.example,,Kosong,,,
"""
LISTS = [
    ("--opml", OPML, ["added", "failed"], 1),
    ("--csv", TABLE, ["added", "failed", "known"], 1),
    ("--csv", "media_id,url,name\n1,{0}/,Warta Satu\n", ["added"], 0),
    ("--csv", "url\n{1}/\n", ["failed"], 3),
    ("--csv", "homepage\nlama.example\nhttps://www.lama.example/x\n", ["known"], 0),
]


@pytest.mark.parametrize(("option", "text", "states", "code"), LISTS)
def test_list(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    text: str,
    states: Sequence[str],
    code: int,
) -> None:
    """Each outlet of a list goes the same way; a table ends it, and standard error names those that
    could not be added.
    """
    path = written(tmp_path / "sources.yaml", FILE)
    with Server() as server, Server() as empty:
        RSS.serve(server)
        listed = written(tmp_path / "daftar", text.format(server.url(""), empty.url("")))
        ran = add(capsys, option, listed, "--yes", "--sources", path)
    assert ran.status == code
    table = ran.out.splitlines()[-len(states) :]
    assert [line.split()[1] for line in table] == states
    failed = states.count("failed")
    assert ran.err == f"{empty.url('/')}: http-4xx: 404\n" * failed
    added = load_sources(path)[1:]
    assert len(added) == states.count("added")
    assert [source.name for source in added] == ["Warta Satu"][: len(added)] or option == "--opml"


BAD_LISTS = [
    ("--opml", "<html><body></body></html>", "expected OPML, found <html>"),
    ("--opml", "", "an empty document"),
    ("--opml", "<opml><body><outline text='x'/></body></opml>", "expected OPML with feeds"),
    ("--opml", "<opml><body><outline", "expected OPML"),
    ("--opml", "<!DOCTYPE o [<!ENTITY a 'b'>]><opml>&a;</opml>", "declares entities"),
    (
        "--csv",
        "name,address\nA,b\n",
        "expected a column named homepage or url; found name, address",
    ),
    ("--csv", "", "expected a column named homepage or url; found none"),
    ("--csv", "url,name\n,A\n", "no line has an address"),
]


@pytest.mark.parametrize(("option", "text", "says"), BAD_LISTS)
def test_list_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, text: str, says: str
) -> None:
    """A file that is no list is told in one line, and nothing is requested."""
    path = written(tmp_path / "sources.yaml", FILE)
    listed = written(tmp_path / "daftar", text)
    ran = add(capsys, option, listed, "--yes", "--sources", path)
    assert ran.status == 2
    assert f"{listed}: " in ran.err
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1
