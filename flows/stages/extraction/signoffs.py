"""The codes, names and agencies with which a text is signed behind its last sentence."""

import re

_CODE = r"[A-Za-z*][\w.*-]{0,14}"
_SIGN_OFF = re.compile(
    r"[(\[]\s*(?!(?:HR|H\.R|QS|Q\.S)\b)"  # sources of a saying or a verse
    rf"(?P<codes>{_CODE}(?:\s?[/\\|,&;+]\s?{_CODE}|\s{_CODE}){{0,5}}|\*{{1,3}})\s*/?\s*[)\]][\s.*#]*$"
)
_END_MARK = re.compile(r"\s?[*#■●◆]{1,5}$")  # "… kata dia.***"
_CAPITALS = re.compile(r"[A-Z][A-Z.'’-]*(?:(?:\s+|\s*[|/,&]\s*)[A-Z][A-Z.'’-]*){0,5}")
# "SRI WAHYUNI, Muara Angin": who wrote it, and where
_PLACED = re.compile(
    r"(?P<name>[A-Z][A-Z.'’-]{1,20}(?: [A-Z][A-Z.'’-]{0,20}){1,3}), [A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){0,2}"
)
_SENTENCE_BEFORE = re.compile(r"[.!?…\"”'’»)\]*]\s*$")
_MOST = 60  # characters at the end of a line in which a sign-off begins
_SHORT = 8  # characters of codes in brackets that stand alone anywhere
_NAME = 40  # characters of a name in capitals


def find_sign_off(text: str, *, is_last: bool) -> int | None:
    """Where a sign-off begins: codes in brackets behind the last sentence, or alone on a line; a
    name in capitals as the last line; the marks of its end. None where there is none.
    """
    mark = _END_MARK.search(text) if is_last else None
    if mark and _SENTENCE_BEFORE.search(text[: mark.start()]):
        before = find_sign_off(text[: mark.start()], is_last=True)
        return mark.start() if before is None else before
    start = max(0, len(text) - _MOST)
    if match := _SIGN_OFF.search(text, start):
        alone = match.start() == 0
        if is_last and (alone or _SENTENCE_BEFORE.search(text[: match.start()])):
            return match.start()
        if alone and ("/" in match["codes"] or len(text) <= _SHORT):
            return 0
    signed = len(text) <= _NAME and _CAPITALS.fullmatch(text)
    return 0 if is_last and (signed or signed_name(text)) else None


def signed_name(text: str) -> str | None:
    """The name in capitals of a line that is one and a place: "SRI WAHYUNI, Muara Angin"."""
    match = _PLACED.fullmatch(text) if len(text) <= _MOST else None
    return match["name"] if match else None
