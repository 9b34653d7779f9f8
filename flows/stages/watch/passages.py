"""How the text of an article is cut into passages: the sentences or paragraphs of a body, and the
clauses of a passage.

A passage is a pair of offsets in its field, without the white space around it.
"""

import re
from collections.abc import Iterable, Iterator

from flows.stages.extraction.datelines import opens_report
from flows.stages.press.vocabulary import any_of, read

# "…" and ";" stand between two statements: '시진핑 손잡은 푸틴... 김정은 오늘 평양서 출발할 듯' does not tie Putin to
# Kim.
_CLAUSE_END = re.compile(r"…+|\.{2,}|;")
# A sentence ends after its closing mark and quotes, before white space and anything but a small
# letter; or between a small letter and a capital, where a page lost the space.
_END = re.compile(
    r"(?<![.!?…。])[.!?…。]++[\"'”’)\]»]*+(?=\s+[^\sa-zа-яё])|(?<=[a-z])\.(?=[A-Z][a-z])"
)
_LINE = re.compile(r"[^\n]+")
_TEASER = re.compile(
    r"\b(?:Baca|BACA|Simak|Lihat)\s+(?:[Jj]uga|JUGA)\s*:"
)  # a passage of its own, also inside a line
# A full stop after these, or after a single letter ("Kim J. Un"), ends no sentence.
_ABBREVIATION = re.compile(rf"(?i)(?<!\w)(?:\w|{any_of(read('prose')['abbreviations'])})$")
# Where the reporter sits is no side of the matter. Besides what opens an Indonesian report
# ("MOSKOW, KOMPAS.com -") agencies write '(모스크바=연합뉴스) 최인영 특파원 = ', 'SEOUL, Sept. 3 (Yonhap) -- ',
# 'MOSCOW, January 5. /TASS/. ', 'МОСКВА, 5 янв - РИА Новости. '.
_DASH = r"\s*(?:--?|[–—])\s+"
_AGENCIES = (
    r"\([^)=\n]{2,40}=[^)\n]{2,20}\)(?:[^=\n]{0,40}=)?",
    rf"[A-ZА-ЯЁ][A-ZА-ЯЁ /-]{{2,30}},\s[\w .]{{3,15}}(?:\([^)\n]{{2,20}}\))?{_DASH}(?:РИА Новости\.)?",
    rf"[A-ZА-ЯЁ][^\n(]{{2,40}}\((?:[A-Z]{{3,}}|Yonhap|Xinhua|Reuters)\){_DASH}",
    r"[^\n/]{2,50}/[A-ZА-ЯЁ]{3,10}/\.?",
)
_AGENCY = re.compile(rf"\s{{0,9}}(?:{'|'.join(_AGENCIES)})")


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The statements of a passage."""
    return list(
        _trimmed(
            text, start, [*(found.end() for found in _CLAUSE_END.finditer(text, start, end)), end]
        )
    )


def sentences(body: str) -> list[tuple[int, int]]:
    """The body's sentences; none reaches over a line break."""
    return [
        passage
        for start, end in paragraphs(body)
        for passage in _trimmed(body, start, [*_sentence_ends(body, start, end), end])
    ]


def paragraphs(body: str) -> list[tuple[int, int]]:
    """The body's lines, the first without its dateline, and cut where a teaser begins."""
    found: list[tuple[int, int]] = []
    for line in _LINE.finditer(body, _dateline_end(body)):
        teasers = [teaser.start() for teaser in _TEASER.finditer(body, *line.span())]
        found += _trimmed(body, line.start(), [*teasers, line.end()])
    return found


def _dateline_end(body: str) -> int:
    """Where the dateline ends that the body opens with; 0 where there is none."""
    if agency := _AGENCY.match(body):
        return agency.end()
    dash = re.compile(_DASH).search(body, 0, 100)
    return dash.end() if dash and opens_report(body[:200].partition("\n")[0]) else 0


def _trimmed(text: str, start: int, ends: Iterable[int]) -> Iterator[tuple[int, int]]:
    """From start to each end, one after the other, without the white space around; empty ones are
    left out.
    """
    for end in ends:
        passage = text[start:end]
        if passage.strip():
            yield (
                start + len(passage) - len(passage.lstrip()),
                end - len(passage) + len(passage.rstrip()),
            )
        start = end


def _sentence_ends(body: str, start: int, end: int) -> Iterator[int]:
    for found in _END.finditer(body, start, end):
        if not _abbreviates(body, start, found):
            yield found.end()
            start = found.end()


def _abbreviates(body: str, start: int, found: re.Match[str]) -> bool:
    """Whether the full stop found belongs to an abbreviation. No abbreviation is longer than ten
    characters.
    """
    return (
        found.group() == "."
        and _ABBREVIATION.search(body[max(start, found.start() - 10) : found.start()]) is not None
    )
