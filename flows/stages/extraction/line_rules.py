"""The lines that the Indonesian press puts around an article: one table of whole-line patterns,
each with an example and where it was seen.

A pattern is matched against a whole line, letter case aside, never inside one: a prompt's words in
a sentence of the article stay.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

# 'edge': only before the first paragraph and behind the last; 'head': only up to the third
# paragraph, with more behind it; 'heading': the links that follow go with it.
Where = Literal["anywhere", "edge", "head", "heading"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` matches a whole line, letter case aside; `seen`: outlets on whose pages it was
    found.
    """

    id: str
    pattern: str
    example: str
    seen: str
    where: Where = "anywhere"


_PLATFORM = (
    r"(?:whats\s?app|\bwa\b|telegram|google\s?news|googlenews|instagram|youtube|tiktok|twitter|facebook|line today|threads|newsletter"
    r"|app ?store|play ?store|aplikasi)"
)
_OFFERED = (
    r"(?:berita|artikel|update|informasi|info|kabar|breaking|konten|channel|saluran|kanal|grup|group|official|akun|whats|wa\b|telegram"
    r"|google)"
)
_JOINING = r"(?:channel|saluran|kanal|grup|group|join|gabung|bergabung|follow|ikuti|subscribe|berlangganan|klik|google\s?news)\b"
# Who pictures are credited to, before a slash and a name
_PICTURED_BY = (
    r"(?:antara(?: foto)?|tempo|kompas|reuters|afp(?: photo)?|ap(?: photo)?|epa(?:-efe)?|xinhua|getty(?: images)?|anadolu(?: agency)?"
    r"|republika|detikcom|okezone|viva(?:news)?|tribun\w*|jibi|mi|sindo\w*|bloomberg|(?:dok(?:umentasi)?\.? )?shutterstock|thinkstock\w*"
    r"|unsplash|freepik|pexels|pixabay|dok(?:umentasi)?\.?"
    r"|(?:\w+\.)?(?:kompas|tribunnews|suara|merdeka|liputan6|jpnn|viva|bola|bisnis|republika|okezone|kapanlagi)\.(?:com|co\.id|net))"
)
_NAME = r"(?-i:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,4})"
_FULL_NAME = r"(?-i:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,4})"
_MAKER = r"(?:penulis|reporter|pewarta|jurnalis|wartawan|kontributor|editor|redaktur|penyunting|penerjemah|oleh|laporan|fotografer)"
# What follows "Baca juga:" is a headline: no sentence that ends, and then none behind it; an
# ellipsis ends none.
HEADLINE = r"(?!.*(?<![.])[.][\"”’']?(?:\s+[A-Z“\"]|\s*$)).{1,180}"

RULES = (
    Rule(
        "related",
        (
            rf"[\W_]{{0,12}}(?:baca|lihat|simak|tonton|klik|cek)\s*(?:juga|pula"
            rf"|lagi)?\s*[:;»>|]{HEADLINE}"
        ),
        example="Baca juga: Rudal Baru Diuji Coba",
        seen="kompas, detik, antara, okezone, jpnn, tribunnews",
        where="heading",
    ),
    Rule(
        "related-bare",
        (
            r"[\W_]{0,12}(?:baca|lihat|simak|tonton)\s+(?:juga|pula)(?:\s+(?:artikel"
            r"|berita|video|foto)\w*)?(?:\s+(?:lain|lainnya|terkait|menarik))*[\W_]{0,12}"
        ),
        example="Baca Juga",
        seen="liputan6, suara, jpnn",
        where="heading",
    ),
    Rule(
        "related-again",
        rf"[\W_]{{0,12}}(?:simak|lihat|tonton|saksikan)\s+(?:juga|pula)\b{HEADLINE}",
        example="Simak juga 'Kapal Tua Dijual Lagi' Bikin Heboh:",
        seen="detik",
        where="heading",
    ),
    Rule(
        "related-title",
        (
            r"[\W_]{0,12}(?:jangan lewatkan|pilihan (?:redaksi|editor)|artikel (?:terkait"
            r"|lainnya|pilihan)|berita (?:terkait|lainnya|lain|pilihan|populer"
            r"|terpopuler|rekomendasi)|terkait|terkini|terpopuler|kabar daerah"
            r"|rekomendasi(?: untuk anda)?|lihat selengkapnya|more on this story"
            r"|read (?:also|more)|related (?:news|articles?)|what'?s on|artikel menarik lainnya"
            r"|topik terkait|berita terbaru|populer|most popular|editor ?[’']? ?s picks"
            r"|(?:simak|lihat|baca|cek|tonton)\b[^.!?:]{0,30}\b(?:lainnya|terpopuler|terkait)"
            r"|(?:topik|artikel|berita|video|foto|konten)(?: \w+)? (?:lainnya|terpopuler|terkini|terkait))\b[\W_]{0,12}"
        ),
        example="JANGAN LEWATKAN!!!",
        seen="kapanlagi, cnnindonesia, wartabulukumba",
        where="heading",
    ),
    Rule(
        "related-pick",
        (
            r"(?:pilihan editor|pilihan redaksi|berita terkait|artikel terkait"
            r"|read also|read more|see also|related|topik|nexts?|selanjutnya"
            r"|berikutnya)\s*:.*"
        ),
        example="Pilihan Editor: Sidang Dimulai Pekan Depan",
        seen="tempo, cnbcindonesia",
    ),
    Rule(
        "related-more",
        (
            r"(?:silakan|ayo,?|yuk,?)?\s*(?:baca|simak|lihat|cek|ikuti|temukan"
            r"|telusuri|update|dapatkan)\b[^.!?]{0,80}\b(?:berita|artikel|konten"
            r"|informasi|tulisan|update)\b[^.!?]{0,80}\b(?:lain(?:nya)?|menarik"
            r"|terkini|terbaru|selengkapnya|terkait|seputar|pilihan)\b[^.!?]{0,120}(?:di (?:sini"
            r"|bawah ini|google news)|di [\w.]+\.(?:com|co\.id|id|net)|klik)[^.!?]{0,60}[.!:]?"
        ),
        example="Baca berita lainnya seputar topik ini di Google News",
        seen="bisnis, jpnn, tribunnews",
    ),
    Rule(
        "related-video",
        (
            r"(?:yuk,?\s*)?(?:simak|lihat|tonton|saksikan|cek)\b\s*(?:juga|pula"
            r"|lagi|ya)?,?\s*(?:live\w*|siaran|tayangan|detikpagi|video|foto|infografis"
            rf"|gambas)\b(?:.{{0,45}}|{HEADLINE})"
        ),
        example="Saksikan Video Pilihan Berikut Ini:",
        seen="liputan6, detik, cnbcindonesia, jpnn",
        where="heading",
    ),
    Rule(
        "video-label",
        (
            r"(?:video (?:rekomendasi|lainnya|pilihan|terkait|terpopuler)|(?:rekomendasi"
            r"|pilihan) video|video terpopuler hari ini)\b.{0,40}"
        ),
        example="Video rekomendasi",
        seen="kompas, jpnn",
        where="heading",
    ),
    Rule(
        "embed",
        (
            r"[\[(]\s*(?:gambas|embed|video|foto|instagram|youtube|twitter|tweet"
            r"|baca|halaman|read)\b[^\[\]()]{0,120}[\])]"
        ),
        example="[Gambas:Video 20detik]",
        seen="detik, cnnindonesia, cnbcindonesia",
    ),
    Rule(
        "player",
        r"no media source currently available|the (?:code|url) has been copied to your clipboard\.?",
        example="No media source currently available",
        seen="voaindonesia",
    ),
    Rule(
        "more-pages",
        (
            r"[\W_]{0,12}(?:(?:simak|baca|lihat|lanjut(?:kan)?)\b.{0,40}\bhalaman (?:berikut"
            r"|selanjut|sebelah|\d).{0,40}|bersambung ke halaman.{0,40}|berlanjut ke halaman.{0,40}"
            r"|lanjut (?:ke )?(?:sebelah|halaman).{0,40}|\d+ dari \d+ halaman|halaman (?:selanjutnya"
            r"|berikutnya|sebelumnya|\d+(?: dari \d+)?|:[\s\d]{1,30})|(?:selanjutnya|sebelumnya"
            r"|berikutnya)|tampilkan semua|selengkapnya|baca (?:(?:berita|artikel) )?(?:selengkapnya|lengkapnya)(?:\s*di ?sini)?|halaman"
            r"|halaman\s*(?:\d{1,2}\s+){1,12}(?:selanjutnya|berikutnya)?|bersambung|\d{1,2} ?dari ?\d{1,2}|1(?:\s*\|\s*\d{1,2}){1,12}"
            r"|show all|next|prev(?:ious)?|load more|\d{1,2}(?:\s+\d{1,2})*)[\W_]{0,12}"
        ),
        example="Simak selengkapnya di halaman berikutnya",
        seen="detik, cnnindonesia, wartabulukumba",
    ),
    Rule(
        "related-here",
        (
            r"[\W_]{0,12}(?:(?:untuk |silakan |yuk,? |jangan lewatkan )?(?:(?:berita|artikel|informasi|info|video)\b )?"
            r"(?:simak|baca|lihat|cek|klik|tonton|selengkapnya|lengkapnya|berita menarik)\b[^.!?,\x22“]{0,60}\bdi ?sini"
            r"|(?:klik|kunjungi) (?:tautan|link|laman) (?:ini|berikut(?: ini)?)"
            r"|(?:simak|lihat) (?:selengkapnya|lengkapnya)\b[^.!?]{0,40}\binfografis berikut(?: ini)?|klik di ?sini)[\W_]{0,12}"
        ),
        example="Simak jadwal lengkapnya di sini!",
        seen="detik, okezone, liputan6, antara",
    ),
    Rule(
        "ad-label",
        (
            r"[\W_]{0,12}(?:advertisement|advertising|iklan|adv|ads|sponsored"
            r"|pariwara|(?:advertisement\W+)?scroll (?:to|down|ke|untuk)\b.{0,60}"
            r"|gulir (?:ke|untuk)\b.{0,60}|close ads|lanjutkan membaca.{0,30}"
            r"|konten (?:ini )?(?:disponsori|bersponsor).{0,60}|recommended by.{0,40}"
            r"|promoted content|artikel ini (?:merupakan|adalah) (?:advertorial"
            r"|konten kerja ?sama).{0,80})[\W_]{0,12}"
        ),
        example="SCROLL TO CONTINUE WITH CONTENT",
        seen="detik, tempo, liputan6, republika",
    ),
    Rule(
        "prompt-member",
        (
            r"(?:(?:kompas\.?com\s?\+?\s*)?baca berita tanpa iklan|nikmati (?:berita|artikel|konten)\b.{0,60}\b(?:tanpa iklan"
            r"|eksklusif|premium)|(?:login|masuk|daftar) (?:untuk|ke) .{0,40}\b(?:akun"
            r"|kompas|memaksimalkan|komentar|melanjutkan|membaca)|(?:download/?)?(?:download"
            r"|unduh) (?:aplikasi )?kompas|(?:login )?gabung kompas|kirimkan (?:apresiasi"
            r"|komentar) (?:anda|kamu|spesial)|berikan (?:masukan ?(?:mu|anda)"
            r"|apresiasi sekarang)|atur minat|konten yang (?:disimpan|disukai)"
            r"|dalam segala situasi, kompas|versi cetak artikel ini|usia (?:kamu|anda) belum sesuai).{0,200}"
        ),
        example="Baca berita tanpa iklan. Gabung Kompas.com+",
        seen="kompas",
    ),
    Rule(
        "prompt-channel",
        (
            rf"(?!baca juga)(?!.*\b(?:kata|ujar|tutur|ucap|imbuh|papar)(?:nya)?\b)(?:(?:ayo"
            rf"|yuk|mari|jangan lupa|jangan ketinggalan|untuk)\b[^.!?]{{0,60}})?\b(?:simak"
            rf"|dapatkan|ikuti|follow|gabung|bergabung|join|cek|baca|update|temukan"
            rf"|nikmati|subscribe|klik|akses|pantau|berlangganan|kunjungi)\b(?=.{{0,40}}\b{_OFFERED})(?=.{{0,400}}{_PLATFORM})(?=."
            rf"{{0,400}}\b{_JOINING}).{{0,500}}"
        ),
        example="Simak breaking news dan berita pilihan kami langsung di ponselmu. Pilih saluran andalanmu WhatsApp Channel kami",
        seen="kompas, kompasiana, mediaindonesia, bisnis, liputan6, okezone",
    ),
    Rule(
        "prompt-follow",
        (
            r"(?:ikuti kami|follow us|follow (?:berita|akun|instagram|twitter)"
            r"|like (?:dan|&) follow|subscribe|dapatkan berita up to date|cek berita dan artikel"
            r"|nantikan kejutan|telusuri berita|follow @\w+|dapatkan update berita [\w, ]{0,40}pilihan"
            r"|(?:pantau|ikuti) terus (?:berita|perkembangan berita)\w* [^.!?]{0,60}(?:kami|hanya di))\b.{0,250}"
        ),
        example="Ikuti kami di",
        seen="okezone, tribunnews, viva",
    ),
    Rule(
        "prompt-download",
        r"pastikan (?:kamu|anda) sudah (?:meng)?install? aplikasi.{0,120}"
        r"|(?:anda|kamu) harus (?:meng)?install aplikasi.{0,80}|(?:download|unduh) aplikasi\b[^.]{0,60}(?::.{0,120})?"
        r"|(?:caranya,? )?klik (?:link|tautan) .{0,120}(?:whatsapp\.com|t\.me)/.{0,200}",
        example="Pastikan kamu sudah install aplikasi WhatsApp ya.",
        seen="kompas",
    ),
    Rule(
        "prompt-hoax",
        r"\W*(?:fakta atau hoaks\?|ingin tahu informasi.{0,60}hoaks|untuk mengetahui kebenaran informasi).{0,300}",
        example="* Fakta atau Hoaks? Untuk mengetahui kebenaran informasi yang beredar, silakan WhatsApp ke nomor 0811",
        seen="liputan6",
    ),
    Rule(
        "prompt-comment",
        (
            r"[\W_]{0,12}(?:\d+\s+)?(?:(?:tulis|kirim(?:kan)?|beri(?:kan)?|tinggalkan"
            r"|lihat(?: semua)?|leave an?)\s+)?(?:komentar|comments?|reply|tanggapan"
            r"|balas)(?:\s+(?:anda|kamu|lain(?:nya)?))?(?:\s*\(?\d+\)?)?[\W_]{0,12}"
        ),
        example="Komentar",
        seen="kompas, suara",
    ),
    Rule(
        "prompt-save",
        (
            r"(?:oke|ok|batal|tutup|close|salin|simpan|laporkan|kembali ke atas"
            r"|lapor|suka|like|back to top|beranda|home|login|daftar|cari)"
        ),
        example="Oke",
        seen="kompas",
        where="edge",
    ),
    Rule(
        "share",
        (
            r"[\W_]{0,12}(?:(?:share|bagikan|sebarkan|tweet|shares|print|cetak"
            r"|email|surat elektronik|salin (?:tautan|link)|copy (?:link|url)"
            r"|facebook|twitter|x|whatsapp|telegram|line|linkedin|pinterest"
            r"|tumblr|reddit|instagram|tautan|messenger|pocket|lagi|klik untuk membagikan.{0,40}"
            r"|sukai ini|suka|memuat|artikel ini melalui|ini|berita|artikel"
            r"|this|via|ke|di|a[-+]?)[\W_]{0,12}){1,14}"
        ),
        example="Bagikan artikel ini melalui",
        seen="kompas, kabarislamia",
        where="edge",
    ),
    Rule(
        "share-label",
        (
            r"[\W_]{0,12}(?:share this|bagikan(?: (?:artikel|berita|ini|ke|via"
            r"|melalui|:).{0,40})?|sebarkan (?:artikel|berita) ini.{0,30}|sukai ini)[\W_]{0,12}"
        ),
        example="Sebarkan berita ini kepada teman",
        seen="kabarislamia",
    ),
    Rule(
        "tags",
        (
            r"[\W_]{0,12}(?:tags?|topik|label|kata kunci|keywords?|filed under"
            r"|kategori|categories|tagar)\b\s*(?:[:|].{0,250}|[\W_]{0,12})"
        ),
        example="Tags: pertahanan, diplomasi",
        seen="wartabulukumba, antara, kabarislamia",
        where="heading",
    ),
    Rule(
        "hashtags",
        r"(?:#\s?[^#.,!?]{1,40}){1,20}",
        example="#Tips Memulai Bisnis #Inspirasi Usaha",
        seen="okezone, kompas",
    ),
    Rule(
        "topic-follow",
        (
            r"(?:ikuti (?:perkembangan )?(?:berita|topik)|berita ini dalam topik|simak terus)\b[^.]{0,80}"
        ),
        example="Ikuti perkembangan berita ini dalam topik:",
        seen="kompas",
    ),
    Rule(
        "copyright",
        (
            r"[\W_]{0,12}(?:.{0,60}(?:©|\(c\))\s?(?:19|20)\d\d\b|copyright|hak cipta|©|\(c\)\s|all rights? reserved"
            r"|dilarang (?:keras )?(?:meng(?:ambil|utip|copy)|mem(?:perbanyak"
            r"|publikasikan)|menyalin)).{0,400}"
        ),
        example="Copyright © Tampang.com",
        seen="antara, tampang",
    ),
    Rule(
        "aired",
        (
            r"[\W_]{0,12}(?:artikel|berita|konten|tulisan) ini (?:(?:telah|sudah|pernah|sebelumnya|pertama kali)\s*){1,3}(?:tayang|naik di"
            r"|terbit|dimuat|dipublikasikan|ditayangkan|diterbitkan).{0,300}"
            r"|(?:artikel|berita) ini bersumber dari pemberitaan di .{0,200}"
        ),
        example="Artikel ini telah tayang di Kompas.com dengan judul Rudal Baru Diuji",
        seen="kompas, tribunnews, viva",
    ),
    Rule(
        "adapted",
        r"[\W_]{0,12}(?:artikel ini )?di(?:adaptasi|terjemahkan|sadur)(?:kan)? (?:oleh|dari (?:artikel|laporan)) [^.]{3,90}\.?",
        example="Diadaptasi oleh Rina Widya dan Joko Susilo",
        seen="dwindonesia, detik",
        where="edge",
    ),
    Rule(
        "contributor",
        (
            r".{3,120}\b(?:ikut )?berkontribusi (?:dalam|pada|untuk) (?:penulisan"
            r"|artikel|laporan|berita)\b.{0,60}"
        ),
        example="Rina Widya berkontribusi dalam penulisan artikel ini.",
        seen="tempo",
    ),
    Rule(
        "disclaimer",
        (
            r"[\W_]{0,12}(?:[\w ]{3,40} (?:adalah|merupakan) (?:media|platform|jurnalisme)\b[^.]{0,120}\.\s*)?"
            r"(?:(?:semua|seluruh|isi) )?(?:isi|konten|artikel|karya tulis|tulisan|opini)\b[^.]{0,100}"
            r"\btanggung jawab (?:dari )?(?:si )?"
            r"(?:penulis|bloge?r|blogger|pembuat|pengirim|kontributor|pengguna|pengiklan)\b.{0,160}"
        ),
        example="Konten ini menjadi tanggung jawab bloger dan tidak mewakili pandangan redaksi.",
        seen="kompasiana, idntimes",
    ),
    Rule(
        "post",
        (
            r"(?:(?:lihat postingan ini di|view this post on) instagram\s*)?"
            r"(?:sebuah kiriman (?:yang )?dibagikan oleh|a post shared by)\s.{2,100}"
            r"|(?:lihat postingan ini di|view this post on) instagram"
        ),
        example="Sebuah kiriman dibagikan oleh Dermaga Tua (@dermagatua)",
        seen="kompas, gelora",
    ),
    Rule(
        "glued-credits",
        r"pewarta\s*:.{2,80}?(?:editor\s*:.{2,80}?)?(?:copyright|©|\(c\)).{0,300}",
        example="Pewarta: Andi RahmanEditor: Sri LestariCopyright © ANTARA 2026",
        seen="antara",
    ),
    Rule(
        "byline",
        (
            r"[\W_]{0,12}(?:penulis|reporter|pewarta|jurnalis|wartawan|editor"
            r"|redaktur|penyunting|penerjemah|kontributor|fotografer|uploader"
            r"|pengunggah|laporan|oleh|red|rep|redaktur & reporter|penulis & editor"
            r"|written by|reported by|edited by|by|author|posted by|liputan"
            r"|editor in chief|produser|videografer|sumber|source|sumber berita"
            r"|sumber artikel)\b\s*[:/|]\s*.{2,120}"
            r"|[\W_]{0,12}laporan (?:wartawan|reporter|kontributor|jurnalis|koresponden)\s[^,:]{2,40}[,:]\s*[\w '’-]{3,50}"
        ),
        example="Editor: Sri Lestari",
        seen="antara, wartabulukumba, mediaindonesia, republika",
        where="edge",
    ),
    Rule(
        "byline-bare",
        (
            rf"[\W_]{{0,12}}{_MAKER}\s+(?:kontributor [\w ]{{3,30}},\s*)?{_FULL_NAME}"
            rf"(?:\s*(?:[|/,]|dan|dari)\s*(?:{_MAKER}\s+)?{_NAME}){{0,3}}[\W_]{{0,12}}"
        ),
        example="(Penulis Fitri Chandra | Editor Bagus Sentosa)",
        seen="kompas, okezone, jpnn",
        where="edge",
    ),
    Rule(
        "byline-label",
        (
            r"[\W_]{0,12}(?:penulis|reporter|pewarta|jurnalis|editor|redaktur"
            r"|penyunting|kontributor|fotografer)[\W_]{0,12}"
        ),
        example="Editor",
        seen="kompas",
        where="edge",
    ),
    Rule(
        "caption-source",
        (
            r"[\W_]{0,12}(?:sumber|kredit|credit)?\s*(?:foto|gambar|ilustrasi"
            r"|photo|image|infografis|grafis|video)\s*(?:oleh|by|dok(?:umentasi)?"
            r"|credit|ilustrasi|/\s*ilustrasi)?\s*[:/].{0,250}"
        ),
        example="Sumber foto: google",
        seen="tampang, okezone, detik",
    ),
    Rule(
        "caption-credit",
        (
            r"(?!.*[.!?][\x22”']?\s*$).{5,300}[(\[/|]\s*(?:foto|photo|ilustrasi"
            r"|istimewa|dok\b|sumber|instagram|twitter|youtube|freepik|pixabay"
            r"|xinhua|suara\.com/|kompas\.com/|tempo/|detikcom|unsplash|pexels"
            r"|shutterstock|reuters/|afp/|ap/|ap photo|antara/|antara foto|getty"
            r"|epa|kcna|screenshot|tangkapan layar)[^()\[\]]{0,120}[)\]/]?\s*/?"
        ),
        example="Presiden meninjau pasar di Bogor (Foto: Antara)",
        seen="okezone, detik, mediaindonesia, viva",
        where="head",
    ),
    Rule(
        "caption-credited",
        (
            rf"(?!.*[.!?][\x22”’']?\s*[(\[]).{{5,300}}[(\[]\s*"
            rf"(?:(?:foto|photo|ilustrasi|dok(?:umentasi)?|sumber foto)\b[\s.:/][^()\[\]]{{1,80}}"
            rf"|{_PICTURED_BY}\s?/\s?[^()\[\]]{{2,60}})[)\]]"
            r"|.{5,300}[.|]\s*foto:\s*[^.:]{2,60}"
        ),
        example="Nelayan menurunkan ikan di Muara Baru (Liputan6.com/Andi Rahman)",
        seen="liputan6, kompas, viva",
    ),
    Rule(
        "caption-name",
        rf"[(\[]?{_PICTURED_BY}\s?/\s?[A-Z][\w.'’/ -]{{2,50}}[)\]]?",
        example="ANTARA FOTO/Sri Wahyuni",
        seen="antara, tempo, kompas",
    ),
    Rule(
        "caption-behind",
        rf".{{5,300}}[.\s]\s*{_PICTURED_BY}\s?/\s?{_NAME}(?:/\w+){{0,3}}|.{{5,300}}[.\s][(\[]{_PICTURED_BY}\s?/\s?[^()\[\]]{{2,60}}[)\]]",
        example="Nelayan menurunkan ikan di Muara Baru. TEMPO/Andi Rahman",
        seen="tempo, viva, suara",
        where="head",
    ),
    Rule(
        "caption-before",
        rf"{_PICTURED_BY}\s?/\s?(?-i:[A-Z])(?!.{{0,60}}\s[-–—]+\s).{{10,400}}",
        example="KOMPAS.com/SRI WAHYUNI Nelayan menurunkan ikan di Muara Baru, Jakarta Utara.",
        seen="kompas",
    ),
    Rule(
        "caption-made",
        r"(?!.*[.!?][\x22”’']?\s*$)(?:ilustrasi\b.{0,120}|dok(?:umentasi)?\s?[.:/]\s?\w.{0,140}|foto oleh .{3,60}|[(\[]?istimewa[)\]]?)",
        example="Ilustrasi pasar ikan",
        seen="kompas, tempo, okezone",
        where="head",
    ),
    Rule(
        "caption-slash",
        r"(?!.*[.!?][\x22”']?\s*/?$)[^/]{5,250}(?:/\s?[\w .@:-]{2,60})?\s*/",
        example="Kapal perang di pelabuhan /Warta Laut/",
        seen="wartabulukumba",
        where="head",
    ),
    Rule(
        "caption-copyright",
        r".{3,200}©\s*[\w.@/ ®-]{2,80}/?",
        example="Pemeran utama di balik layar © instagram.com/contoh",
        seen="kapanlagi",
    ),
    Rule(
        "zoom",
        (
            r"(?:perbesar|zoom|lihat foto|klik untuk memperbesar|\d+ ?/ ?\d+"
            r"|foto \d+ dari \d+|loading\.*)"
        ),
        example="Perbesar",
        seen="liputan6, kompas",
    ),
    Rule(
        "date-line",
        r"(?:tanggal\s*:|(?:dipublikasikan|diterbitkan|diperbarui|posted on|published)\s*:?)\s.{0,20}\d.{0,80}",
        example="Tanggal: 21 Jun 2024 10:58 wib.",
        seen="tampang, kabarislamia",
        where="edge",
    ),
    Rule(
        "readers",
        (
            r"(?:dibaca|dilihat|views?|hits?)\s*:?\s*[\d.,]+\s*(?:kali|x|views?)?"
            r"|[\d.,]+\s*(?:kali dibaca|views?|pembaca|shares?|x dibaca)|(?:waktu baca"
            r"|durasi baca)\s*:?\s*\d+ menit|\d+ (?:menit (?:membaca|baca)|min(?:utes?)? read)"
        ),
        example="dibaca 8,205 kali",
        seen="kompas",
    ),
    Rule(
        "end-mark",
        r"[\W_]{1,60}",
        example="***",
        seen="wartabulukumba, kompasiana",
    ),
)

_COMPILED = tuple((rule, re.compile(rule.pattern, re.IGNORECASE)) for rule in RULES)
_MAX_RULED = 700  # characters; no prompt seen is longer, and no pattern has to look at more


def rule_for(text: str, places: Container[str] = ("anywhere", "heading")) -> Rule | None:
    """The first rule for one of these places that a whole line falls under."""
    if len(text) > _MAX_RULED:
        return None
    return next(
        (rule for rule, pattern in _COMPILED if rule.where in places and pattern.fullmatch(text)),
        None,
    )
