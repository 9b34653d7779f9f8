import re

from flows.stages.extraction.line_rules import HEADLINE

_RELATED_LINK = re.compile(r"[\W_]{0,12}(?:baca|lihat|simak|tonton)\b", re.IGNORECASE)
_BRACKETED_RELATED = re.compile(  # a headline: "(baca: korupsi)" is how a writer says what a word means
    r"\s*[(\[]\s*(?:baca|lihat|simak)(?:\s+juga)?\s*(?::\s*|(?<=juga)\s+)(?-i:[A-Z\d\"“'‘])[^()\[\]]{11,250}[)\]]\s*(?=$|[.]$)",
    re.IGNORECASE,
)
_TRAILING_PROMPT = re.compile(
    r"(?<=[.!?)\]\"”])\s+(?:(?:(?:yuk,?\s*)?(?:simak|tonton)(?: juga)? video|saksikan (?:video|live)|simak (?:juga )?(?:video|lifestyle)"
    rf"|(?:baca|lihat|tonton|simak) juga\s*:){HEADLINE}|(?:artikel ini telah tayang|baca berita tanpa iklan).{{0,300}})$",
    re.IGNORECASE,
)
_INSERTED = re.compile(
    r"(?<![\"“‘'(])(?:(?:ADVERTISEMENT\s+)?SCROLL TO (?:CONTINUE|RESUME)(?: WITH)? CONTENT(?:\s+ADVERTISEMENT)?|\[Gambas:[^\[\]]{1,100}\])"
)


def parts(text):
    out = [(m.start(), m.end(), "inserted") for m in _INSERTED.finditer(text)]
    for rule, p in (("related-aside", _BRACKETED_RELATED), ("trailing-prompt", _TRAILING_PROMPT)):
        off = max(0, len(text) - 700)
        if m := p.search(text[off:]):
            out.append((off + m.start(), len(text), rule))
    out.sort()
    res = []
    at = 0
    for s, e, r in out:
        if s >= at:
            res.append((s, e, r))
            at = e
    return res


def related_label(t):
    return bool(_RELATED_LINK.match(t))
