"""Text as it is stored and compared."""

import re
import unicodedata
from functools import lru_cache

# What no reader sees: marks of direction, soft hyphens, joiners that only break words; control
# characters, which a terminal would obey; halves of surrogate pairs, which no UTF-8 holds.
_UNSEEN = re.compile(
    "[\u200b\u200e\u200f\u2060\u2063\ufeff\u00ad\u202a-\u202e"
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]"
)


def tidy(text: str) -> str:
    """NFC, storable as UTF-8, without unseen characters, every run of white space one blank."""
    plain = " ".join(text.split())
    if plain.isascii() and plain.isprintable():
        return plain
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())


@lru_cache(maxsize=4096)  # a page's lines are compared with each other again and again
def key(text: str) -> str:
    """What two spellings of one line share: letters and digits, lower case."""
    return re.sub(r"[\W_]+", "", text).lower()
