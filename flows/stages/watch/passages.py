"""The passages of an article's text: the sentences or paragraphs of a body, and the clauses of a
passage.

A passage is a pair of offsets into its field, without surrounding white space.
"""

import re
from collections.abc import Iterable, Iterator

from flows.stages.extraction.datelines import opens_report
from flows.stages.press.vocabulary import any_of, read

# "…" and ";" separate two statements, so that Putin is not tied to Kim in
# '시진핑 손잡은 푸틴... 김정은 오늘 평양서 출발할 듯'.
_CLAUSE_END = re.compile(r"…+|\.{2,}|;")
# A sentence ends with its closing mark and quotes, if white space and anything but a lower-case
# letter follow; or with a full stop between a lower-case letter and a capital, where a page lost
# the space.
_END = re.compile(
    r"(?<![.!?…。])[.!?…。]++[\"'”’)\]»]*+(?=\s+[^\sa-zа-яё])|(?<=[a-z])\.(?=[A-Z][a-z])"
)
_LINE = re.compile(r"[^\n]+")
# A teaser is a passage of its own, even inside a line.
_TEASER = re.compile(r"\b(?:Baca|BACA|Simak|Lihat)\s+(?:[Jj]uga|JUGA)\s*:")
# A full stop after these, or after a single letter ("Kim J. Un"), does not end a sentence.
_ABBREVIATION = re.compile(rf"(?i)(?<!\w)(?:\w|{any_of(read('prose')['abbreviations'])})$")
_LONGEST_ABBREVIATION = 10  # characters
# A dateline is left out, since the reporter's place is not a side of the story. Besides the
# Indonesian form ("MOSKOW, KOMPAS.com -") there are those of the agencies:
#     (모스크바=연합뉴스) 최인영 특파원 =
#     SEOUL, Sept. 3 (Yonhap) --
#     MOSCOW, January 5. /TASS/.
#     МОСКВА, 5 янв - РИА Новости.
_DASH = r"\s*(?:--?|[–—])\s+"
_AGENCIES = (
    r"\([^)=\n]{2,40}=[^)\n]{2,20}\)(?:[^=\n]{0,40}=)?",
    rf"[A-ZА-ЯЁ][A-ZА-ЯЁ /-]{{2,30}},\s[\w .]{{3,15}}(?:\([^)\n]{{2,20}}\))?"
    rf"{_DASH}(?:РИА Новости\.)?",
    rf"[A-ZА-ЯЁ][^\n(]{{2,40}}\((?:[A-Z]{{3,}}|Yonhap|Xinhua|Reuters)\){_DASH}",
    r"[^\n/]{2,50}/[A-ZА-ЯЁ]{3,10}/\.?",
)
_AGENCY = re.compile(rf"\s{{0,9}}(?:{'|'.join(_AGENCIES)})")


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The statements of a passage."""
    ends = [found.end() for found in _CLAUSE_END.finditer(text, start, end)]
    return list(_trimmed(text, start, [*ends, end]))


def sentences(body: str) -> list[tuple[int, int]]:
    """The sentences of a body; none extends over a line break."""
    return [
        passage
        for start, end in paragraphs(body)
        for passage in _trimmed(body, start, [*_sentence_ends(body, start, end), end])
    ]


def paragraphs(body: str) -> list[tuple[int, int]]:
    """The lines of a body, without the dateline of the first, and split where a teaser begins."""
    found: list[tuple[int, int]] = []
    for line in _LINE.finditer(body, _dateline_end(body)):
        teasers = [teaser.start() for teaser in _TEASER.finditer(body, *line.span())]
        found += _trimmed(body, line.start(), [*teasers, line.end()])
    return found


def _dateline_end(body: str) -> int:
    """Where the body's dateline ends; 0 if there is none."""
    if agency := _AGENCY.match(body):
        return agency.end()
    dash = re.compile(_DASH).search(body, 0, 100)
    if dash is None or not opens_report(body[:200].partition("\n")[0]):
        return 0
    return dash.end()


def _trimmed(text: str, start: int, ends: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The passages between `start` and the ends, without surrounding white space; empty ones are
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
    """Whether the mark found is the full stop of an abbreviation."""
    if found.group() != ".":
        return False
    word = body[max(start, found.start() - _LONGEST_ABBREVIATION) : found.start()]
    return _ABBREVIATION.search(word) is not None
