"""The messages to the desk: plain Indonesian text that a person can act on.

    compose(kind, alert_id, topic, subject, …)       -> Alert
    heartbeat(topic, asked, silent, …)               -> Heartbeat: what a run looked at
    digest(topic_title, texts)                       -> the title and text of several in one

The last paragraph of an alert is its link and its id. A channel with room for less cuts the text
before that.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from flows.stages.press.dates import MONTH_NAMES, WEEKDAY_NAMES
from flows.stages.watch.news import News


# Together these keep a text with URLs of 300 characters below 4,000; Telegram takes 4,096.
@dataclass(frozen=True, slots=True)
class _Length:
    """The most characters of each part."""

    headline: int = 200
    outlet: int = 80
    sentence: int = 360
    term: int = 30


@dataclass(frozen=True, slots=True)
class _Count:
    """The most that are shown of each part."""

    sentences: int = 2
    terms: int = 6
    reports: int = 8
    links: int = 3


_LENGTH, _COUNT = _Length(), _Count()
_WIB = timezone(timedelta(hours=7), "WIB")
_LABELS: dict[AlertKind, str] = {
    "new_story": "Berita baru",
    "development": "Perkembangan",
    "changed": "Berubah",
    "pickup": "Makin banyak dimuat",
    "closed": "Selesai",
}
# Of the read pairs of whole days that stand in one story, .96 of 110 are one event where both
# articles are as certain as this, 5 of 9 where one is less.
SURE = 0.7
_UNSURE = "belum pasti"  # that it is the same event
# What a heartbeat says, by whether most outlets could not be reached.
_STATUS = {False: "sudah diperiksa", True: "sebagian besar media tidak terjangkau"}
_NOTHING = News()
_RELATIONS: dict[Relation, str] = {
    "original": "asli",
    "copy": "salinan",
    "rewrite": "ditulis ulang",
    "same_story": "laporan lain",
}


def compose(
    kind: AlertKind,
    alert_id: str,
    topic: Topic,
    subject: Hit,
    reports: Sequence[Hit],
    now: datetime,
    told: Collection[str] = (),
    news: News = _NOTHING,
) -> Alert:
    """The alert about `subject`, one of the story's `reports`, which are in order of publication.

    `told` are the ids of the articles that earlier alerts covered, `news` is what the subject adds
    to them.
    """
    headline = _fit(subject.article.title, _LENGTH.headline)
    title = _fit(topic.title, _LENGTH.outlet)
    if kind != "new_story":
        title = f"{title}, {_LABELS[kind].lower()}"
    paragraphs = [
        [headline, _occasion(kind, subject, reports)],
        list(_news_lines(news)),
        list(_kind_lines(kind, subject, reports)),
        *_report_paragraphs(subject, reports, told),
        [subject.article.url, f"[{alert_id}]"],
    ]
    return Alert(
        id=alert_id,
        topic_id=topic.id,
        story_id=subject.article.story_id,
        kind=kind,
        raised_at=now,
        title=f"{title}: {headline}",
        text="\n\n".join("\n".join(lines) for lines in paragraphs if lines),
        article_ids=tuple(report.article.article_id for report in reports),
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
    """What a run looked at.

    `asked` are the outlets that it was to look at, `silent` those that did not answer, `partly`
    those of which something is missing or doubtful. `counts` are the links, articles, hits and
    alerts. It has an id, and so is sent, if `ring` allows it and either most outlets did not answer
    or the topic asks for one every night; that id changes once a day.
    """
    links, articles, hits, alerts = counts
    answered = len(asked) - len(silent)
    blind = 2 * len(silent) > len(asked)
    counted = f"{links} tautan, {articles} artikel diperiksa, {hits} cocok, {alerts} kabar"
    lines = [
        f"{_instant(now)}: {answered} dari {len(asked)} media menjawab; {counted}.",
        *_coverage_lines(silent, partly, blind=blind),
    ]
    heartbeat_id = None
    if ring and (blind or topic.heartbeat):
        heartbeat_id = _heartbeat_id(topic, now, blind=blind)
        lines += ["", f"[{heartbeat_id}]"]
    return Heartbeat(
        heartbeat_id,
        topic.id,
        now,
        len(asked),
        answered,
        *counts,
        missed,
        title=f"{_fit(topic.title, _LENGTH.outlet)}: {_STATUS[blind]}",
        text="\n".join(lines),
    )


def digest(topic_title: str, texts: Sequence[str]) -> tuple[str, str]:
    """The title and the text of one message that holds several."""
    title = f"{_fit(topic_title, _LENGTH.outlet)}: {len(texts)} kabar"
    return title, "\n\n———\n\n".join(texts)


# ---- heartbeats ----


def _heartbeat_id(topic: Topic, now: datetime, *, blind: bool) -> str:
    day = f"{now.astimezone(_WIB):%Y-%m-%d}"
    return stable_id("heartbeat", topic.id, day, "blind" if blind else "")


def _coverage_lines(silent: Sequence[str], partly: Sequence[str], *, blind: bool) -> Iterator[str]:
    if blind:
        yield (
            "Sebagian besar media tidak dapat diperiksa: "
            "tidak ada kabar belum tentu tidak ada berita."
        )
    if silent:
        yield f"Tidak menjawab: {_outlet_list(silent)}"
    if partly:
        yield f"Tidak sepenuhnya terbaca: {_outlet_list(partly)}"


def _outlet_list(outlets: Sequence[str]) -> str:
    return ", ".join(_fit(outlet, _LENGTH.term) for outlet in outlets)


# ---- alerts ----


def _occasion(kind: AlertKind, subject: Hit, reports: Sequence[Hit]) -> str:
    if kind == "pickup":
        return f"{_LABELS[kind]}: kini {len(sure_outlets(reports))} media"
    if kind == "closed":
        return f"{_LABELS[kind]}: tidak ada laporan baru lagi"
    return f"{_LABELS[kind]}: {_fit(subject.article.outlet, _LENGTH.outlet)}, {_when(subject)}"


def sure_outlets(reports: Sequence[Hit]) -> set[str]:
    """The outlets of the reports that are surely of the event; of the surest, if none is."""
    least = min(SURE, max((report.article.certainty for report in reports), default=SURE))
    return {report.article.outlet for report in reports if report.article.certainty >= least}


def _news_lines(news: News) -> Iterator[str]:
    """What is new about the subject, one item per line."""
    if news.gone:
        # Only an HTTP status is the same in every language; the tables hold the other signs.
        status = f": {news.gone}" if news.gone.isdigit() else ""
        yield f"Tidak dapat dibuka lagi di situsnya{status}"
    if news.correction:
        yield f"Dikoreksi: {_quoted(_fit(news.correction, _LENGTH.sentence))}"
    if news.title_before:
        yield f"Judul semula: {_quoted(_fit(news.title_before, _LENGTH.headline))}"
    if news.facts:
        facts = ", ".join(_fit(fact, _LENGTH.term) for fact in news.facts[: _COUNT.terms])
        yield f"Yang baru: {facts}"
    left = _COUNT.sentences - bool(news.correction)
    quoted = [passage for passage in news.passages if passage != news.correction][:left]
    yield from (_quoted(_fit(passage, _LENGTH.sentence)) for passage in quoted)


def _kind_lines(kind: AlertKind, subject: Hit, reports: Sequence[Hit]) -> Iterator[str]:
    """What only alerts of this kind say: why a story matched, or over what time it was reported."""
    if kind == "new_story":
        yield from _evidence_lines(subject)
    elif kind == "closed" and len(reports) > 1:
        yield f"Dari {_when(reports[0])} sampai {_when(reports[-1])}"
    elif kind == "closed":
        yield f"Dimuat satu kali: {_fit(subject.article.outlet, _LENGTH.outlet)}, {_when(subject)}"


def _evidence_lines(hit: Hit) -> list[str]:
    """The sentences that matched and the terms found in them, from the body or else from the
    headline.
    """
    spans = [span for span in hit.match.evidence if span.field == "body"]
    spans = spans or list(hit.match.evidence)
    first_in = {span.sentence: span for span in reversed(spans)}
    shown = list(dict.fromkeys(span.sentence for span in spans))[: _COUNT.sentences]
    terms = [_fit(span.text, _LENGTH.term) for span in spans if span.sentence in shown]
    different = list(dict.fromkeys(terms))[: _COUNT.terms]
    return [
        *(_quoted(_excerpt(first_in[sentence])) for sentence in shown),
        f"Kata kunci: {', '.join(different)}",
    ]


def _report_paragraphs(
    subject: Hit, reports: Sequence[Hit], told: Collection[str]
) -> list[list[str]]:
    """The timeline of a story with several reports, and links to some of the others."""
    if len(reports) < 2:
        return []
    heading = f"Dimuat {len(sure_outlets(reports))} media, {len(reports)} artikel:"
    others = [
        report.article.url for report in _unseen_first(reports, told) if report is not subject
    ]
    return [
        [heading, *_timeline(reports, told)],
        ["Tautan lain:", *others[: _COUNT.links]],
    ]


def _timeline(reports: Sequence[Hit], told: Collection[str]) -> list[str]:
    """A line for each report, or for the first and the last ones if there are many."""
    outlets = {
        report.article.article_id: _fit(report.article.outlet, _LENGTH.term) for report in reports
    }
    lines = []
    for report in reports:
        line = (
            f"• {outlets[report.article.article_id]}, {_when(report)}: {_relation(report, outlets)}"
        )
        is_new = told and report.article.article_id not in told
        line += " (baru)" if is_new else ""
        lines.append(f"{line} ({_UNSURE})" if report.article.certainty < SURE else line)
    left_out = len(lines) - _COUNT.reports
    if left_out <= 0:
        return lines
    half = _COUNT.reports // 2
    return [*lines[:half], f"• … {left_out} laporan lagi", *lines[-half:]]


def _relation(report: Hit, outlets: Mapping[str, str]) -> str:
    """How a report relates to the one that it was taken from, and to which outlet that belongs."""
    relation = _RELATIONS[report.article.relation]
    source = outlets.get(report.article.original_article_id)
    if report.article.original_article_id == report.article.article_id or not source:
        return relation
    return f"{relation} dari {source}"


def _unseen_first(reports: Sequence[Hit], told: Collection[str]) -> list[Hit]:
    """Reports that the desk has not seen before those that it has, copies last in each group."""
    return sorted(
        reports,
        key=lambda report: (report.article.article_id in told, report.article.relation == "copy"),
    )


# ---- text ----


def _quoted(text: str) -> str:
    """The text in quotation marks, with single ones for a quotation inside it."""
    inner = text.strip('“”"')
    # Stripping may have removed one half of a pair whose other half is inside.
    if inner.count("“") != inner.count("”") or inner.count('"') % 2:
        inner = text
    return f"“{inner.replace('“', '‘').replace('”', '’')}”"


def _excerpt(span: Span) -> str:
    """The span's sentence, or the part around the span if the sentence is too long."""
    sentence = _one_line(span.sentence)
    if len(sentence) <= _LENGTH.sentence:
        return sentence
    start = max(0, sentence.find(_one_line(span.text)) - _LENGTH.sentence // 4)
    excerpt = _cut(sentence[start:], _LENGTH.sentence)
    return f"…{excerpt}" if start else excerpt


def _when(hit: Hit) -> str:
    """When a report was published, or when it was found if its page does not say."""
    if hit.article.precision is None:
        return f"ditemukan {_instant(hit.article.seen_at)}"
    return _instant(hit.article.seen_at, hit.article.precision)


def _instant(moment: datetime, precision: Precision = "minute") -> str:
    """A date as it is written in Jakarta: 'Senin, 5 Januari 2026, 09.30 WIB'. The time is left out
    if only the day is known.
    """
    if precision == "day":
        # A day is stored as midnight in the source's zone. In eastern Indonesia that is the evening
        # before in Jakarta.
        moment += timedelta(hours=5)
    local = moment.astimezone(_WIB)
    day = (
        f"{WEEKDAY_NAMES[local.weekday()]}, {local.day} {MONTH_NAMES[local.month - 1]} {local.year}"
    )
    return day if precision == "day" else f"{day}, {local:%H.%M} WIB"


def _fit(text: str, length: int) -> str:
    """The text in one line, cut to a length."""
    return _cut(_one_line(text), length)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    """The text in one line, without control, direction and other invisible characters."""
    visible = "".join(char for char in text if char.isprintable() or char.isspace())
    return re.sub(r"\s+", " ", visible).strip()
