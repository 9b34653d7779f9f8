"""Text as it is stored and as it is compared."""

import re
import unicodedata
from functools import lru_cache

# Characters that no reader sees: direction marks, soft hyphens and joiners, which only break words;
# control characters, which a terminal would obey; halves of surrogate pairs, which UTF-8 cannot
# encode.
_UNSEEN = re.compile(
    "[\u200b\u200e\u200f\u2060\u2063\ufeff\u00ad\u202a-\u202e"
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]"
)
_SIGNS = re.compile(r"[\W_]+")
# What becomes of each ASCII character in a key: a letter or digit in lower case, or nothing.
_ASCII_KEYS = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}

TITLE_LENGTH = 500  # characters of a title that are kept, whether from a feed or from a page


def tidy(text: str) -> str:
    """The text in NFC, without invisible characters, and with a single space for each run of white
    space. It can be encoded as UTF-8.
    """
    plain = " ".join(text.split())
    if plain.isascii() and plain.isprintable():
        return plain
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())


@lru_cache(maxsize=4096)  # the lines of a page are compared with each other again and again
def text_key(text: str) -> str:
    """What different spellings of a text have in common: its letters and digits, in lower case."""
    if text.isascii():
        return text.translate(_ASCII_KEYS)
    return _SIGNS.sub("", text).lower()
