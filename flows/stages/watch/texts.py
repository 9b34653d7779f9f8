"""Foreign text in messages: in one line, cut to a length, and quoted; and addresses."""

import re
from urllib.parse import unquote

_LONG_URL = 200  # characters
_WHOLE_WORDS = 0.6  # of a length, at least, where a text is cut after a word


def short_url(url: str) -> str:
    """The URL, or the same address in fewer characters where it is long: a letter of another
    script, which takes six to nine as percentages, as itself. It leads to the same page.
    """
    if len(url) <= _LONG_URL:
        return url
    return _ESCAPED.sub(_unescaped, url)


_ESCAPED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f]){2,}")  # not ASCII


def _unescaped(found: re.Match[str]) -> str:
    text = unquote(found[0], errors="replace")
    return text if text.isalpha() else found[0]


def quoted(text: str) -> str:
    """The text in quotation marks, with single ones for a quotation inside it."""
    inner = text.strip('“”"')
    # Stripping may have removed one half of a pair whose other half is inside.
    if inner.count("“") != inner.count("”") or inner.count('"') % 2:
        inner = text
    return f"“{inner.replace('“', '‘').replace('”', '’')}”"


def cut_quote(text: str, length: int) -> str:
    """A text cut to a length, with its closing mark."""
    if not text.endswith("”"):
        return cut(text, length)
    return f"{cut(text, length - 1)}”"


def excerpt(sentence: str, at: int, length: int) -> str:
    """The sentence in one line, or the part around a place in it if it is too long."""
    before, line = in_one_line(sentence[:at]), in_one_line(sentence)
    if len(line) <= length:
        return line
    start = max(0, min(len(before) - length // 4, len(line) - length + 1))
    start = line.rfind(" ", 0, start + 1) + 1 if start else 0
    return f"…{cut(line[start:], length - 1)}" if start else fit(line, length)


def fit(text: str, length: int) -> str:
    """The text in one line, cut to a length."""
    return cut(in_one_line(text), length)


def cut(text: str, length: int) -> str:
    """The text, cut to a length: after a word, if one ends near there."""
    if len(text) <= length:
        return text
    short = text[: length - 1]
    words = short.rpartition(" ")[0]
    if text[length - 1] != " " and len(words) >= _WHOLE_WORDS * length:
        short = words
    return f"{short.rstrip()}…"


def in_one_line(text: str) -> str:
    """The text in one line, without control, direction and other invisible characters."""
    visible = "".join(char for char in text if char.isprintable() or char.isspace())
    return re.sub(r"\s+", " ", visible).strip()
