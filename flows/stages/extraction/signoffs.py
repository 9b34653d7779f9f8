"""Sign-offs: the codes, names and agencies after the last sentence of a text."""

import re
from dataclasses import dataclass

_CODE = r"[A-Za-z*][\w.*-]{0,14}"
_SIGN_OFF = re.compile(
    r"[(\[]\s*(?!(?:HR|H\.R|QS|Q\.S)\b)"  # sources of a saying or a verse
    rf"(?P<codes>{_CODE}(?:\s?[/\\|,&;+]\s?{_CODE}|\s{_CODE}){{0,5}}|\*{{1,3}})"
    r"\s*/?\s*[)\]][\s.*#]*$"
)
_END_MARK = re.compile(r"\s?[*#■●◆]{1,5}$")  # "… kata dia.***"
_CAPITALS = re.compile(r"[A-Z][A-Z.'’-]*(?:(?:\s+|\s*[|/,&]\s*)[A-Z][A-Z.'’-]*){0,5}")
# "SRI WAHYUNI, Muara Angin": who wrote it, and where
_PLACED = re.compile(
    r"(?P<name>[A-Z][A-Z.'’-]{1,20}(?: [A-Z][A-Z.'’-]{0,20}){1,3}),"
    r" [A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){0,2}"
)
_SENTENCE_BEFORE = re.compile(r"[.!?…\"”'’»)\]*]\s*$")


@dataclass(frozen=True, slots=True)
class _Most:
    """Characters of a sign-off."""

    line: int = 60  # at the end of a line
    codes: int = 8  # in brackets, as a line by themselves anywhere in the text
    name: int = 40  # in capitals


_MOST = _Most()


def find_sign_off(text: str, *, is_last: bool) -> int | None:
    """Where the sign-off in a line begins, if it has one: codes in brackets after the last sentence
    or on a line of their own, a name in capitals as the last line, or the marks of its end.
    """
    if not is_last:
        return 0 if _is_codes(text) else None
    mark = _END_MARK.search(text)
    if mark and _SENTENCE_BEFORE.search(text[: mark.start()]):
        before = find_sign_off(text[: mark.start()], is_last=True)
        return mark.start() if before is None else before
    match = _SIGN_OFF.search(text, _start(text))
    if match and (match.start() == 0 or _SENTENCE_BEFORE.search(text[: match.start()])):
        return match.start()
    if signed_name(text) or (len(text) <= _MOST.name and _CAPITALS.fullmatch(text)):
        return 0
    return None


def _is_codes(text: str) -> bool:
    """Whether a line is nothing but codes in brackets."""
    match = _SIGN_OFF.search(text, _start(text))
    if match is None or match.start() > 0:
        return False
    return "/" in match["codes"] or len(text) <= _MOST.codes


def _start(text: str) -> int:
    """Where the end of a line begins that is searched."""
    return max(0, len(text) - _MOST.line)


def signed_name(text: str) -> str | None:
    """The name in capitals in a line of only a name and a place: "SRI WAHYUNI, Muara Angin"."""
    if len(text) > _MOST.line:
        return None
    match = _PLACED.fullmatch(text)
    return match and match["name"]
