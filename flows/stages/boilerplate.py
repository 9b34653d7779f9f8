"""What the Indonesian press writes around an article, and where it ends: prompts, related links, credits, captions, sign-offs.

Every rule is anchored to a whole line, or to the end of one: a prompt's words inside a sentence stay. What a rule cuts is kept under its id.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import html

from flows.records import Removed
from flows.stages.instants import is_date_line
from flows.stages.lines import BLOCKS, Line, key

# 'edge': only before the first paragraph and behind the last; 'head': only up to the third paragraph, with more behind it; 'heading': the links that
# follow go with it.
Where = Literal["anywhere", "edge", "head", "heading"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` matches a whole line, letter case aside; `seen`: outlets on whose pages it was found."""

    id: str
    pattern: str
    example: str
    seen: str
    where: Where = "anywhere"


_PLATFORM = r"(?:whats\s?app|\bwa\b|telegram|google\s?news|googlenews|instagram|youtube|tiktok|twitter|facebook|line today|threads|newsletter|app ?store|play ?store|aplikasi)"
_OFFERED = r"(?:berita|artikel|update|informasi|info|kabar|breaking|konten|channel|saluran|kanal|grup|group|official|akun|whats|wa\b|telegram|google)"
_JOINING = r"(?:channel|saluran|kanal|grup|group|join|gabung|bergabung|follow|ikuti|subscribe|berlangganan|klik|google\s?news)\b"
# What follows "Baca juga:" is a headline: no sentence that ends, and then none behind it.
_HEADLINE = r"(?!.*[.][\"”’']?(?:\s+[A-Z“\"]|\s*$)).{1,180}"

RULES = (
    # Related links
    Rule("related", rf"[\W_]*(?:baca|lihat|simak|tonton|klik|cek)\s*(?:juga|pula|lagi)?\s*[:;»>|]{_HEADLINE}", "Baca juga: Rudal Baru Diuji Coba", "kompas, detik, antara, okezone, jpnn, tribunnews", "heading"),
    Rule("related-bare", r"[\W_]*(?:baca|lihat|simak|tonton)\s+(?:juga|pula)(?:\s+(?:artikel|berita|video|foto)\w*)?(?:\s+(?:lain|lainnya|terkait|menarik))*[\W_]*", "Baca Juga", "liputan6, suara, jpnn", "heading"),
    Rule("related-again", r"[\W_]*(?:simak|lihat|tonton|saksikan)\s+(?:juga|pula)\b(?!.*[.][\"”’']?(?:\s+[A-Z“\"]|\s*$)).{1,180}", "Simak juga 'Kapal Tua Dijual Lagi' Bikin Heboh:", "detik", "heading"),
    Rule("related-title", r"[\W_]*(?:jangan lewatkan|pilihan (?:redaksi|editor)|artikel (?:terkait|lainnya|pilihan)|berita (?:terkait|lainnya|lain|pilihan|populer|terpopuler|rekomendasi)|terkait|terkini|terpopuler|kabar daerah|rekomendasi(?: untuk anda)?|lihat selengkapnya|more on this story|read (?:also|more)|related (?:news|articles?)|what'?s on|artikel menarik lainnya|topik terkait|berita terbaru)\b[\W_]*", "JANGAN LEWATKAN!!!", "kapanlagi, cnnindonesia, wartabulukumba", "heading"),
    Rule("related-pick", r"(?:pilihan editor|pilihan redaksi|berita terkait|artikel terkait|read also|read more|see also|related|topik|nexts?|selanjutnya|berikutnya)\s*:.*", "Pilihan Editor: Sidang Dimulai Pekan Depan", "tempo, cnbcindonesia"),
    Rule("related-more", r"(?:silakan|ayo,?|yuk,?)?\s*(?:baca|simak|lihat|cek|ikuti|temukan|telusuri|update|dapatkan)\b[^.!?]{0,80}\b(?:berita|artikel|konten|informasi|tulisan|update)\b[^.!?]{0,80}\b(?:lain(?:nya)?|menarik|terkini|terbaru|selengkapnya|terkait|seputar|pilihan)\b[^.!?]{0,120}(?:di (?:sini|bawah ini|google news)|di [\w.]+\.(?:com|co\.id|id|net)|klik)[^.!?]{0,60}[.!:]?", "Baca berita lainnya seputar topik ini di Google News", "bisnis, jpnn, tribunnews"),
    Rule("related-video", r"(?:yuk,?\s*)?(?:simak|lihat|tonton|saksikan|cek)\b\s*(?:juga|pula|lagi|ya)?,?\s*(?:live|siaran|tayangan|detikpagi|video|foto|infografis|gambas)\b.{0,160}", "Saksikan Video Pilihan Berikut Ini:", "liputan6, detik, cnbcindonesia, jpnn", "heading"),
    Rule("video-label", r"(?:video (?:rekomendasi|lainnya|pilihan|terkait|terpopuler)|(?:rekomendasi|pilihan) video|video terpopuler hari ini)\b.{0,40}", "Video rekomendasi", "kompas, jpnn", "heading"),
    Rule("embed", r"[\[(]\s*(?:gambas|embed|video|foto|instagram|youtube|twitter|tweet|baca juga|halaman|read)\b[^\[\]()]{0,120}[\])]", "[Gambas:Video 20detik]", "detik, cnnindonesia, cnbcindonesia"),
    # Other pages of the article
    Rule("more-pages", r"[\W_]*(?:(?:simak|baca|lihat|lanjut(?:kan)?)\b.{0,40}\bhalaman (?:berikut|selanjut|sebelah|\d).{0,40}|bersambung ke halaman.{0,40}|berlanjut ke halaman.{0,40}|lanjut (?:ke )?(?:sebelah|halaman).{0,40}|halaman (?:selanjutnya|berikutnya|sebelumnya|\d+(?: dari \d+)?)|(?:selanjutnya|sebelumnya|berikutnya)|tampilkan semua|selengkapnya|baca selengkapnya|halaman|show all|next|prev(?:ious)?|load more|\d{1,2}(?:\s+\d{1,2})*)[\W_]*", "Simak selengkapnya di halaman berikutnya", "detik, cnnindonesia, wartabulukumba"),
    # Advertisements
    Rule("ad-label", r"[\W_]*(?:advertisement|advertising|iklan|adv|ads|sponsored|pariwara|(?:advertisement\W+)?scroll (?:to|down|ke|untuk)\b.{0,60}|gulir (?:ke|untuk)\b.{0,60}|close ads|lanjutkan membaca.{0,30}|konten (?:ini )?(?:disponsori|bersponsor).{0,60}|recommended by.{0,40}|promoted content|artikel ini (?:merupakan|adalah) (?:advertorial|konten kerja ?sama).{0,80})[\W_]*", "SCROLL TO CONTINUE WITH CONTENT", "detik, tempo, liputan6, republika"),
    # Prompts
    Rule("prompt-member", r"(?:baca berita tanpa iklan|nikmati (?:berita|artikel|konten)\b.{0,60}\b(?:tanpa iklan|eksklusif|premium)|(?:login|masuk|daftar) (?:untuk|ke) .{0,40}\b(?:akun|kompas|memaksimalkan|komentar|melanjutkan|membaca)|(?:download/?)?(?:download|unduh) (?:aplikasi )?kompas|(?:login )?gabung kompas|kirimkan (?:apresiasi|komentar) (?:anda|kamu|spesial)|berikan (?:masukan ?(?:mu|anda)|apresiasi sekarang)|atur minat|konten yang (?:disimpan|disukai)|dalam segala situasi, kompas|versi cetak artikel ini).{0,200}", "Baca berita tanpa iklan. Gabung Kompas.com+", "kompas"),
    Rule("prompt-channel", rf"(?!baca juga)(?!.*\b(?:kata|ujar|tutur|ucap|imbuh|papar)(?:nya)?\b)(?:(?:ayo|yuk|mari|jangan lupa|jangan ketinggalan|untuk)\b[^.!?]{{0,60}})?\b(?:simak|dapatkan|ikuti|follow|gabung|bergabung|join|cek|baca|update|temukan|nikmati|subscribe|klik|akses|pantau|berlangganan|kunjungi)\b(?=.{{0,40}}\b{_OFFERED})(?=.{{0,400}}{_PLATFORM})(?=.{{0,400}}\b{_JOINING}).{{0,500}}", "Simak breaking news dan berita pilihan kami langsung di ponselmu. Pilih saluran andalanmu akses berita Kompas.com WhatsApp Channel", "kompas, kompasiana, mediaindonesia, bisnis, liputan6, okezone"),
    Rule("prompt-follow", r"(?:ikuti kami|follow us|follow (?:berita|akun|instagram|twitter)|like (?:dan|&) follow|subscribe|dapatkan berita up to date|cek berita dan artikel|nantikan kejutan|telusuri berita)\b.{0,250}", "Ikuti kami di", "okezone, tribunnews, viva"),
    Rule("prompt-download", r"pastikan (?:kamu|anda) sudah (?:meng)?install? aplikasi.{0,120}", "Pastikan kamu sudah install aplikasi WhatsApp ya.", "kompas"),
    Rule("prompt-hoax", r"\W*(?:fakta atau hoaks\?|ingin tahu informasi.{0,60}hoaks|untuk mengetahui kebenaran informasi).{0,300}", "* Fakta atau Hoaks? Untuk mengetahui kebenaran informasi yang beredar, silakan WhatsApp ke nomor 0811", "liputan6"),
    Rule("prompt-comment", r"[\W_]*(?:\d+\s+)?(?:(?:tulis|kirim(?:kan)?|beri(?:kan)?|tinggalkan|lihat(?: semua)?|leave an?)\s+)?(?:komentar|comments?|reply|tanggapan|balas)(?:\s+(?:anda|kamu|lain(?:nya)?))?(?:\s*\(?\d+\)?)?[\W_]*", "Komentar", "kompas, suara"),
    Rule("prompt-save", r"(?:oke|ok|batal|tutup|close|salin|simpan|laporkan|kembali ke atas|lapor|suka|like|back to top|beranda|home|login|daftar|cari)", "Oke", "kompas", "edge"),
    # Share bars and tags
    Rule("share", r"[\W_]*(?:(?:share|bagikan|sebarkan|tweet|shares|print|cetak|email|surat elektronik|salin (?:tautan|link)|copy (?:link|url)|facebook|twitter|x|whatsapp|telegram|line|linkedin|pinterest|tumblr|reddit|instagram|tautan|messenger|pocket|lagi|klik untuk membagikan.{0,40}|sukai ini|suka|memuat|artikel ini melalui|ini|berita|artikel|this|via|ke|di|a[-+]?)[\W_]*){1,14}", "Bagikan artikel ini melalui", "kompas, kabarislamia", "edge"),
    Rule("share-label", r"[\W_]*(?:share this|bagikan(?: (?:artikel|berita|ini|ke|via|melalui|:).{0,40})?|sebarkan (?:artikel|berita) ini.{0,30}|sukai ini)[\W_]*", "Share this:", "kabarislamia"),
    Rule("tags", r"[\W_]*(?:tags?|topik|label|kata kunci|keywords?|filed under|kategori|categories|tagar)\b\s*(?:[:|].{0,250}|[\W_]*)", "Tags: pertahanan, diplomasi", "wartabulukumba, antara, kabarislamia", "heading"),
    Rule("hashtags", r"(?:#\s?[\w][\w .-]{0,40}\s*){1,20}", "#Tips Memulai Bisnis #Inspirasi Usaha", "okezone, kompas"),
    Rule("topic-follow", r"(?:ikuti (?:perkembangan )?(?:berita|topik|terus)|berita ini dalam topik|simak terus)\b.{0,80}:?", "Ikuti perkembangan berita ini dalam topik:", "kompas"),
    # Rights and origin
    Rule("copyright", r"[\W_]*(?:copyright|hak cipta|©|\(c\)\s|all rights? reserved|dilarang (?:keras )?(?:meng(?:ambil|utip|copy)|mem(?:perbanyak|publikasikan)|menyalin)).{0,400}", "Copyright © Tampang.com", "antara, tampang"),
    Rule("aired", r"(?:artikel|berita|konten|tulisan) ini (?:telah|sudah|pernah|sebelumnya)\s*(?:tayang|terbit|dimuat|dipublikasikan|ditayangkan|diterbitkan).{0,300}", "Artikel ini telah tayang di Kompas.com dengan judul Rudal Baru Diuji", "kompas, tribunnews, viva"),
    Rule("contributor", r".{3,120}\b(?:ikut )?berkontribusi (?:dalam|pada|untuk) (?:penulisan|artikel|laporan|berita)\b.{0,60}", "Rina Widya berkontribusi dalam penulisan artikel ini.", "tempo"),
    # Who
    Rule("byline", r"[\W_]*(?:penulis|reporter|pewarta|jurnalis|wartawan|editor|redaktur|penyunting|penerjemah|kontributor|fotografer|uploader|pengunggah|laporan|oleh|red|rep|redaktur & reporter|penulis & editor|written by|reported by|edited by|by|author|posted by|liputan|editor in chief|produser|videografer|sumber|source|sumber berita|sumber artikel)\b\s*[:/|]\s*.{2,120}", "Editor: Sri Lestari", "antara, wartabulukumba, mediaindonesia, republika", "edge"),
    Rule("byline-label", r"[\W_]*(?:penulis|reporter|pewarta|jurnalis|editor|redaktur|penyunting|kontributor|fotografer)[\W_]*", "Editor", "kompas", "edge"),
    Rule("glued-credits", r"pewarta\s*:.{2,80}?(?:editor\s*:.{2,80}?)?(?:copyright|©|\(c\)).{0,60}", "Pewarta: Andi RahmanEditor: Sri LestariCopyright © ANTARA 2026", "antara"),
    # Pictures
    Rule("caption-source", r"[\W_]*(?:sumber|kredit|credit)?\s*(?:foto|gambar|ilustrasi|photo|image|infografis|grafis|video)\s*(?:oleh|by|dok(?:umentasi)?|credit|ilustrasi|/\s*ilustrasi)?\s*[:/].{0,250}", "Sumber foto: google", "tampang, okezone, detik"),
    Rule("caption-credit", r"(?!.*[.!?][\"”']?\s*$).{5,300}[(\[/]\s*(?:foto|photo|ilustrasi|istimewa|dok\b|sumber|instagram|twitter|youtube|freepik|pixabay|xinhua|suara\.com/|kompas\.com/|tempo/|detikcom|unsplash|pexels|shutterstock|reuters/|afp/|ap/|ap photo|antara/|antara foto|getty|epa|kcna|screenshot|tangkapan layar)[^()\[\]]{0,120}[)\]/]?\s*/?", "Presiden meninjau pasar di Bogor (Foto: Antara)", "okezone, detik, mediaindonesia, viva", "head"),
    Rule("caption-slash", r"(?!.*[.!?][\"”']?\s*/?$)[^/]{5,250}(?:/\s?[\w .@:-]{2,60})?\s*/", "Ilustrasi kapal perang di pelabuhan /Pixabay/", "wartabulukumba", "head"),
    Rule("caption-copyright", r".{3,200}©\s*[\w.@/ ®-]{2,80}/?", "Pemeran utama di balik layar © instagram.com/contoh", "kapanlagi"),
    Rule("zoom", r"(?:perbesar|zoom|lihat foto|klik untuk memperbesar|\d+ ?/ ?\d+|foto \d+ dari \d+|loading\.*)", "Perbesar", "liputan6, kompas"),
    # When
    Rule("date-line", r"(?:tanggal|dipublikasikan|diterbitkan|diperbarui|posted on|published)\s*:?\s.{0,20}\d.{0,80}", "Tanggal: 21 Jun 2024 10:58 wib.", "tampang, kabarislamia", "edge"),
    Rule("readers", r"(?:dibaca|dilihat|views?|hits?)\s*:?\s*[\d.,]+\s*(?:kali|x|views?)?|[\d.,]+\s*(?:kali dibaca|views?|pembaca|shares?|x dibaca)|(?:waktu baca|durasi baca)\s*:?\s*\d+ menit|\d+ (?:menit (?:membaca|baca)|min(?:utes?)? read)", "dibaca 8,205 kali", "kompas"),
    Rule("end-mark", r"[\W_]{1,60}", "***", "wartabulukumba, kompasiana"),
)  # fmt: skip

_COMPILED = tuple((rule, re.compile(rule.pattern, re.IGNORECASE)) for rule in RULES)
_MAX_RULED = 700  # characters; no prompt seen is longer, and no pattern has to look at more

_RELATED_LINK = re.compile(r"[\W_]*(?:baca|lihat|simak|tonton)\b", re.IGNORECASE)

# Parts of a line
_BRACKETED_RELATED = re.compile(r"\s*[(\[]\s*(?:baca|lihat|simak)(?:\s+juga)?\s*:\s*[^()\[\]]{3,250}[)\]]\s*(?=$|[.]$)", re.IGNORECASE)
_TRAILING_PROMPT = re.compile(
    r"(?<=[.!?)\]\"”])\s+(?:(?:yuk,?\s*(?:simak|tonton)|saksikan (?:video|live)|simak (?:juga )?(?:video|lifestyle)|(?:baca|lihat|tonton|simak) juga\s*:)"
    rf"{_HEADLINE}|(?:artikel ini telah tayang|baca berita tanpa iklan).{{0,300}})$",
    re.IGNORECASE,
)
_INSERTED = re.compile(r"\s*(?:(?:ADVERTISEMENT\s+)?SCROLL TO (?:CONTINUE|RESUME)(?: WITH)? CONTENT(?:\s+ADVERTISEMENT)?|\[Gambas:[^\[\]]{1,100}\])")
_CODE = r"[A-Za-z*][\w.*-]{0,14}"
_SIGN_OFF = re.compile(
    rf"(?P<before>^|[.!?…:;\"”'’»)\]*]\s*|\s{{1,4}})(?P<code>[(\[]\s*(?!(?:HR|H\.R|QS|Q\.S|qs|hr)\b)(?P<inside>{_CODE}(?:\s?[/\\|,&;+]\s?{_CODE}|\s{_CODE}){{0,5}}|\*{{1,3}})\s*/?\s*[)\]])\s*[.*#]*\s*$"
)
_CAPITALS_SIGN_OFF = re.compile(r"[A-Z][A-Z.'’-]*(?:(?:\s+|\s*[|/,&]\s*)[A-Z][A-Z.'’-]*){0,5}")
_MAX_SIGN_OFF = 60
_MAX_CAPTION = 500


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`body`: the lines that are the article; `removed`: what was cut, in the order of the page."""

    body: list[str]
    removed: list[Removed]


def clean(lines: Sequence[Line], headline: str, strip: Iterable[re.Pattern[str]] = (), kept: str = "") -> Cleaned:
    """Cut what is not the article from its container's lines.

    `strip`: a source's own whole-line patterns; `kept`: the key of the text that trafilatura takes from the container, '' where it has no opinion. It is believed
    about labels before and behind the text, and about a picture's caption; a sentence it would lose stays.
    """
    cuts: list[str | None] = [f"element:{line.clutter}" if line.clutter else None for line in lines]
    _cut_ruled(lines, cuts, headline, tuple(strip), kept)
    _cut_followers(lines, cuts)
    _cut_edges(lines, cuts)
    body: list[str] = []
    removed: list[Removed] = []
    last = max((index for index, cut in enumerate(cuts) if cut is None), default=-1)
    for index, (line, cut) in enumerate(zip(lines, cuts, strict=True)):
        if cut is not None:
            removed.append(Removed(cut, line.text))
            continue
        text, parts = _without_parts(line.text, is_last=index == last)
        removed.extend(parts)
        if text:
            body.append(text)
    return Cleaned(body, removed)


def rule_for(text: str, places: Container[Where] = ("anywhere", "heading")) -> Rule | None:
    """The first line rule for one of these places that a whole line falls under."""
    if len(text) > _MAX_RULED:
        return None
    return next((rule for rule, pattern in _COMPILED if rule.where in places and pattern.fullmatch(text)), None)


def _cut_ruled(
    lines: Sequence[Line], cuts: list[str | None], headline: str, strip: Sequence[re.Pattern[str]], kept: str
) -> None:
    prose = [index for index, line in enumerate(lines) if cuts[index] is None and line.is_prose and rule_for(line.text) is None]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    third = prose[2] if len(prose) > 5 else -1
    headline_key = key(headline)
    top = next((index for index, line in enumerate(lines[:40]) if key(line.text) == headline_key and sum(at < index for at in prose) < 2), -1) if headline_key else -1
    blocks = [_block(line.element) for line in lines]
    shared = Counter(blocks)
    for index, line in enumerate(lines):
        if cuts[index] is not None:
            continue
        edge = index < first or index > last
        places = ["anywhere", "heading", *(["edge"] if edge else []), *(["head"] if index <= third or index < first else [])]
        own = next((pattern for pattern in strip if pattern.search(line.text)), None)
        if own is not None:
            cuts[index] = f"strip:{own.pattern}"
        elif index <= top:
            cuts[index] = "headline" if index == top else "before-headline"
        elif (rule := rule_for(line.text, places)) is not None:
            cuts[index] = rule.id
        elif line.linked >= 0.5 and _RELATED_LINK.match(line.text):
            cuts[index] = "related"
        elif edge and is_date_line(line.text):
            cuts[index] = "date-line"
        elif line.linked >= 0.95 and not line.is_heading and len(line.text) >= 25 and line.element.tag != "li" and not line.is_prose:
            cuts[index] = "linked-line"
        elif kept and (_is_beside_picture(line, blocks[index], shared) or (edge and not line.is_prose)) and key(line.text) not in kept:
            cuts[index] = "trafilatura"


def _block(element: html.HtmlElement) -> html.HtmlElement:
    while element.tag not in BLOCKS and element.getparent() is not None:
        element = element.getparent()
    return element


def _is_beside_picture(line: Line, block: html.HtmlElement, shared: Counter[html.HtmlElement]) -> bool:
    """Whether a line stands alone, or with one more, in a block that holds a picture."""
    return len(line.text) <= _MAX_CAPTION and shared[block] <= 2 and block.tag not in {"body", "article", "main"} and block.find(".//img") is not None


def _cut_followers(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """The links under a heading such as "Baca juga": all that are links, and one bare headline where there is no link at all."""
    headings = {rule.id for rule in RULES if rule.where == "heading"} | {"element:related"}
    opened = False
    for index, line in enumerate(lines):
        if cuts[index] is not None:
            opened = cuts[index] in headings or (opened and cuts[index] in {"related-item", "end-mark", "linked-line"})
        elif opened and line.linked >= 0.8:
            cuts[index] = "related-item"
        else:
            opened = False


def _cut_edges(lines: Sequence[Line], cuts: list[str | None]) -> None:
    """Links and bare headings before the first and behind the last paragraph."""
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        for index in order:
            if cuts[index] is not None:
                continue
            line = lines[index]
            if line.linked >= 0.8 and not line.is_prose:
                cuts[index] = "edge-link"
            elif line.is_heading and order.step < 0:
                cuts[index] = "edge-heading"
            else:
                break


def _without_parts(text: str, *, is_last: bool) -> tuple[str, list[Removed]]:
    """A line without the asides in it that rules know, and without the sign-off behind the article's last sentence."""
    removed = [Removed("inserted", match[0].strip()) for match in _INSERTED.finditer(text)]
    if removed:
        text = _INSERTED.sub("", text).strip()
    for rule, pattern in (("related-aside", _BRACKETED_RELATED), ("trailing-prompt", _TRAILING_PROMPT)):
        if match := pattern.search(text[-_MAX_RULED:]):
            start = max(0, len(text) - _MAX_RULED) + match.start()
            removed.append(Removed(rule, text[start:].strip()))
            text = text[:start].rstrip()
    if (match := _sign_off(text, is_last=is_last)) is not None:
        removed.append(Removed("sign-off", text[match:].strip()))
        text = text[:match].rstrip()
    return text, removed


def _sign_off(text: str, *, is_last: bool) -> int | None:
    """Where a sign-off begins: codes in brackets behind the last sentence, or alone on a line; a name in capitals alone on the last line."""
    tail_start = max(0, len(text) - _MAX_SIGN_OFF)
    match = _SIGN_OFF.search(text[tail_start:])
    if match:
        start = tail_start + match.start("code")
        alone = start == 0
        after_sentence = bool(re.search(r"[.!?…\"”'’»)\]*]\s*$", text[:start]))
        if (is_last and (alone or after_sentence)) or (alone and ("/" in match["inside"] or len(text) <= 8)):
            return start
    if is_last and len(text) <= 40 and _CAPITALS_SIGN_OFF.fullmatch(text):
        return 0
    return None
