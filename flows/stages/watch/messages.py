"""What a message to the desk says: plain Indonesian text, that a person can act on.

    a hit, the reports of its story -> compose   -> Alert
    what a run looked at            -> heartbeat -> Heartbeat
    messages of one topic           -> digest    -> title and text

A text ends with a paragraph of link and key. A channel that shows less cuts what stands before it.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, timezone

from flows.records import (
    Alert,
    AlertKind,
    Heartbeat,
    Hit,
    Precision,
    Relation,
    Span,
    Topic,
    stable_id,
)
from flows.stages.watch.news import News

# The longest of each part in characters, and how many of each are shown. With links of 300 a text
# stays below 4,000: Telegram takes 4,096.
_HEADLINE, _OUTLET, _SENTENCE, _TERM = 200, 80, 400, 30
_SENTENCES, _TERMS, _REPORTS, _LINKS = 2, 6, 8, 3

_WIB = timezone(timedelta(hours=7), "WIB")
_MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_LABELS: dict[AlertKind, str] = {
    "new_story": "Berita baru",
    "development": "Perkembangan",
    "changed": "Berubah",
    "pickup": "Makin banyak dimuat",
    "closed": "Selesai",
}
_NOTHING = News()
_RELATIONS: dict[Relation, str] = {
    "original": "asli",
    "copy": "salinan",
    "rewrite": "ditulis ulang",
    "same_story": "laporan lain",
}


def compose(
    kind: AlertKind,
    key: str,
    topic: Topic,
    subject: Hit,
    reports: Sequence[Hit],
    now: datetime,
    told: Collection[str] = (),
    news: News = _NOTHING,
) -> Alert:
    """The alert about `subject`, one of the story's `reports`, which are in order of publication.

    `told`: the articles that earlier alerts told of; `news`: what the subject adds to them.
    """
    headline = _cut(_line(subject.title), _HEADLINE)
    outlets = dict.fromkeys(report.outlet for report in reports)
    paragraphs = [[headline, _occasion(kind, subject, len(outlets))]]
    if said := _said(news):
        paragraphs.append(said)
    if kind == "new_story":
        paragraphs.append(_why(subject))
    if kind == "closed" and len(reports) > 1:
        paragraphs.append([f"Dari {_when(reports[0])} sampai {_when(reports[-1])}"])
    elif kind == "closed":
        paragraphs.append(
            [f"Dimuat satu kali: {_cut(_line(subject.outlet), _OUTLET)}, {_when(subject)}"]
        )
    if len(reports) > 1:
        paragraphs.append(
            [f"Dimuat {len(outlets)} media, {len(reports)} artikel:", *_timeline(reports, told)]
        )
        others = [report.url for report in _news_first(reports, told) if report is not subject]
        paragraphs.append(["Tautan lain:", *others[:_LINKS]])
    paragraphs.append([subject.url, f"[{key}]"])
    label = "" if kind == "new_story" else f", {_LABELS[kind].lower()}"
    title = f"{_cut(_line(topic.title), _OUTLET)}{label}: {headline}"
    text = "\n\n".join("\n".join(paragraph) for paragraph in paragraphs)
    return Alert(
        key,
        topic.id,
        subject.story_id,
        kind,
        now,
        title,
        text,
        tuple(report.article_id for report in reports),
    )


def heartbeat(
    topic: Topic,
    asked: Sequence[str],
    silent: Sequence[str],
    partly: Sequence[str],
    counts: tuple[int, int, int, int],
    missed: str,
    now: datetime,
    ring: bool,
) -> Heartbeat:
    """What a run looked at. `asked`, `silent`, `partly`: the outlets it was to look at, those that
    did not answer, and those of which something is missing or doubtful; `counts`: the links, articles, hits and alerts.

    It is for the desk (where `ring` allows it) when most outlets did not answer, or the topic wants
    it every night: once a day each.
    """
    links, articles, hits, alerts = counts
    blind = 2 * len(silent) > len(asked)
    day = f"{now.astimezone(_WIB):%Y-%m-%d}"
    key = (
        stable_id("heartbeat", topic.id, day, "blind" if blind else "")
        if ring and (blind or topic.heartbeat)
        else None
    )
    answered = f"{len(asked) - len(silent)} dari {len(asked)} media menjawab"
    lines = [
        f"{_instant(now)}: {answered}; {links} tautan, {articles} artikel diperiksa, {hits} cocok, {alerts} kabar."
    ]
    if blind:
        lines.append(
            "Sebagian besar media tidak dapat diperiksa: tidak ada kabar belum tentu tidak ada berita."
        )
    if silent:
        lines.append(
            f"Tidak menjawab: {', '.join(_cut(_line(outlet), _TERM) for outlet in silent)}"
        )
    if partly:
        lines.append(
            f"Tidak sepenuhnya terbaca: {', '.join(_cut(_line(outlet), _TERM) for outlet in partly)}"
        )
    what = "sebagian besar media tidak terjangkau" if blind else "sudah diperiksa"
    title = f"{_cut(_line(topic.title), _OUTLET)}: {what}"
    text = "\n".join(lines) + (f"\n\n[{key}]" if key else "")
    return Heartbeat(
        key,
        topic.id,
        now,
        len(asked),
        len(asked) - len(silent),
        links,
        articles,
        hits,
        alerts,
        missed,
        title,
        text,
    )


def digest(topic_title: str, texts: Sequence[str]) -> tuple[str, str]:
    """The title and the text of one message that holds several."""
    return f"{_cut(_line(topic_title), _OUTLET)}: {len(texts)} kabar", "\n\n———\n\n".join(texts)


def _occasion(kind: AlertKind, subject: Hit, outlets: int) -> str:
    if kind == "pickup":
        return f"{_LABELS[kind]}: kini {outlets} media"
    if kind == "closed":
        return f"{_LABELS[kind]}: tidak ada laporan baru lagi"
    return f"{_LABELS[kind]}: {_cut(_line(subject.outlet), _OUTLET)}, {_when(subject)}"


def _said(news: News) -> list[str]:
    """What is new of the subject, a line each."""
    lines = []
    if news.gone:
        # what else shows it is told in the tables, in their language
        status = f": {news.gone}" if news.gone.isdigit() else ""
        lines.append(f"Tidak dapat dibuka lagi di situsnya{status}")
    if news.correction:
        lines.append(f"Dikoreksi: {_quoted(_cut(_line(news.correction), _SENTENCE))}")
    if news.title_before:
        lines.append(f"Judul semula: {_quoted(_cut(_line(news.title_before), _HEADLINE))}")
    if news.facts:
        new = ", ".join(_cut(_line(fact), _TERM) for fact in news.facts[:_TERMS])
        lines.append(f"Yang baru: {new}")
    left = _SENTENCES - bool(news.correction)
    quoted = [passage for passage in news.passages if passage != news.correction][:left]
    return lines + [_quoted(_cut(_line(passage), _SENTENCE)) for passage in quoted]


def _timeline(reports: Sequence[Hit], told: Collection[str]) -> list[str]:
    """A line for each report, where it was taken from, and whether it is new to the desk; of many
    the first and the last.
    """
    outlets = {report.article_id: _cut(_line(report.outlet), _TERM) for report in reports}

    def line(report: Hit) -> str:
        source = (
            outlets.get(report.original_article_id)
            if report.original_article_id != report.article_id
            else None
        )
        relation = _RELATIONS[report.relation] + (f" dari {source}" if source else "")
        new = " (baru)" if told and report.article_id not in told else ""
        return f"• {outlets[report.article_id]}, {_when(report)}: {relation}{new}"

    lines = [line(report) for report in reports]
    half = _REPORTS // 2
    return (
        lines
        if len(lines) <= _REPORTS
        else [*lines[:half], f"• … {len(lines) - _REPORTS} laporan lagi", *lines[-half:]]
    )


def _news_first(reports: Sequence[Hit], told: Collection[str]) -> list[Hit]:
    """Reports that the desk has not seen first, and each kind of report before those that only
    copy.
    """
    return sorted(
        reports, key=lambda report: (report.article_id in told, report.relation == "copy")
    )


def _why(hit: Hit) -> list[str]:
    """Sentences that matched, and the terms found in them; the headline where no sentence of the
    body did.
    """
    spans = [span for span in hit.match.evidence if span.field == "body"] or list(
        hit.match.evidence
    )
    first = {span.sentence: span for span in reversed(spans)}  # the first span of each sentence
    shown = list(dict.fromkeys(span.sentence for span in spans))[:_SENTENCES]
    terms = dict.fromkeys(_cut(_line(span.text), _TERM) for span in spans if span.sentence in shown)
    return [
        *(_quoted(_excerpt(first[sentence])) for sentence in shown),
        f"Kata kunci: {', '.join(list(terms)[:_TERMS])}",
    ]


def _quoted(text: str) -> str:
    """In quotation marks; where it quotes somebody within itself, with single ones inside."""
    inner = text.strip('“”"')
    if (
        inner.count("“") != inner.count("”") or inner.count('"') % 2
    ):  # a mark that was stripped has its other half inside
        inner = text
    return f"“{inner.replace('“', '‘').replace('”', '’')}”"


def _excerpt(span: Span) -> str:
    """The span's sentence; where it is too long, the part around the span."""
    sentence = _line(span.sentence)
    if len(sentence) <= _SENTENCE:
        return sentence
    start = max(0, sentence.find(_line(span.text)) - _SENTENCE // 4)
    return ("…" if start else "") + _cut(sentence[start:], _SENTENCE)


def _when(hit: Hit) -> str:
    """When it was published; where the page does not say, when it was found."""
    return (
        _instant(hit.seen_at, hit.precision)
        if hit.precision
        else f"ditemukan {_instant(hit.seen_at)}"
    )


def _instant(moment: datetime, precision: Precision = "minute") -> str:
    """As a reader in Jakarta writes it: 'Senin, 5 Januari 2026, 09.30 WIB'; without the time where
    the page gives only a day.
    """
    # a day is its midnight in the source's own zone, which in eastern Indonesia is the evening
    # before in Jakarta
    local = (moment + timedelta(hours=5) if precision == "day" else moment).astimezone(_WIB)
    day = f"{_DAYS[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return day if precision == "day" else f"{day}, {local:%H.%M} WIB"


def _line(text: str) -> str:
    """The text in one line, without control, direction and other invisible characters."""
    visible = "".join(char for char in text if char.isprintable() or char.isspace())
    return re.sub(r"\s+", " ", visible).strip()


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
