"""Which hits become alerts, and what an alert says.

    hits, what was alerted before -> decide -> (hit, decision, alert or None), one for each hit

A story is alerted once for each topic: by its earliest hit that is recent enough. Nothing that a backfill brought is alerted.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from flows.records import Alert, Decision, Hit, Match, Span, Topic, stable_id

# The longest of each part, in characters: with all of them, and a link of 300, an alert's text stays below 1,500.
_HEADLINE, _OUTLET, _SENTENCE, _TERM = 200, 80, 400, 30
_OUTLETS = _TERMS = 6  # as many are named

_WIB = timezone(timedelta(hours=7), "WIB")
_MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember")
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


def decide(
    hits: Sequence[Hit], alerted: Collection[tuple[str, str]], topics: Mapping[str, Topic], now: datetime
) -> list[tuple[Hit, Decision, Alert | None]]:
    """A decision for each hit, whatever the order they come in; the result is ordered by seen_at, then by article.

    `alerted`: the (topic_id, story_id) pairs that have an alert. `topics`: by id, all those that the hits name. A date in the future is
    a clock's mistake, not an old article: it is recent.
    """
    ordered = sorted(hits, key=lambda hit: (hit.seen_at, hit.article_id, hit.topic_id))
    outlets = defaultdict[tuple[str, str], dict[str, None]](dict)
    for hit in ordered:
        outlets[hit.topic_id, hit.story_id][hit.outlet] = None
    done = set(alerted)
    decided: list[tuple[Hit, Decision, Alert | None]] = []
    for hit in ordered:
        key = (hit.topic_id, hit.story_id)
        topic = topics[hit.topic_id]
        if hit.arrived_by == "backfill":
            decided.append((hit, "backfill", None))
        elif now - hit.seen_at > topic.max_age:
            decided.append((hit, "too_old", None))
        elif key in done:
            decided.append((hit, "joined", None))
        else:
            done.add(key)
            decided.append((hit, "raised", _alert(topic, hit, list(outlets[key]), now)))
    return decided


def _alert(topic: Topic, hit: Hit, outlets: Sequence[str], now: datetime) -> Alert:
    """The alert that the hit raises: plain text, in which the link and the alert's id, its key, are never cut."""
    alert_id = stable_id("alert", topic.id, "new_story", hit.story_id)
    headline = _cut(_line(hit.title), _HEADLINE)
    lines = [headline, f"{_cut(_line(hit.outlet), _OUTLET)}, {_when(hit.seen_at)}"]
    if len(outlets) > 1:
        named = ", ".join(_cut(_line(outlet), _TERM) for outlet in outlets[:_OUTLETS])
        lines.append(f"Dimuat {len(outlets)} media: {named}{', …' if len(outlets) > _OUTLETS else ''}")
    lines += ["", *_why(hit.match), "", hit.url, f"[{alert_id}]"]
    title = f"{_cut(_line(topic.title), _OUTLET)}: {headline}"
    return Alert(alert_id, topic.id, hit.story_id, "new_story", now, title, "\n".join(lines))


def _why(match: Match) -> list[str]:
    """The passage that matched and the terms found in it: a sentence of the body, which says more than the headline, where there is one."""
    first = next((span for span in match.evidence if span.field == "body"), match.evidence[0])
    spans = [span for span in match.evidence if (span.field, span.sentence) == (first.field, first.sentence)]
    terms = list(dict.fromkeys(_cut(_line(span.text), _TERM) for span in spans))
    return [f"“{_excerpt(first)}”", f"Kata kunci: {', '.join(terms[:_TERMS])}"]


def _excerpt(span: Span) -> str:
    """The span's sentence; where it is too long, the part around the span."""
    sentence = _line(span.sentence)
    if len(sentence) <= _SENTENCE:
        return sentence
    start = max(0, sentence.find(_line(span.text)) - _SENTENCE // 4)
    return ("…" if start else "") + _cut(sentence[start:], _SENTENCE)


def _when(moment: datetime) -> str:
    """The moment as a reader in Jakarta writes it: 'Senin, 5 Januari 2026, 09.30 WIB'."""
    local = moment.astimezone(_WIB)
    return f"{_DAYS[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H.%M} WIB"


def _line(text: str) -> str:
    """The text in one line, without control, direction and other invisible characters."""
    visible = "".join(char for char in text if char.isprintable() or char.isspace())
    return re.sub(r"\s+", " ", visible).strip()


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
