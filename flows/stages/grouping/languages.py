"""Which language a text is in, as far as comparing articles needs to know."""

import re
from collections.abc import Sequence

INDONESIAN, KOREAN = "id", "ko"
_COMMONEST = {  # so that a short text has some; Malay counts as Indonesian
    INDONESIAN: (
        "yang dan di dengan untuk dari pada ini itu dalam tidak akan oleh juga ke para ada telah "
        "sudah sebuah kata"
    ),
    "en": "the of and to in a for on with that is was by at from as said it has after over were he",
}
FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in _COMMONEST.items()}
SCRIPTS = {
    KOREAN: re.compile(r"[가-힣]"),
    "ja": re.compile(r"[ぁ-ヿ]"),
    "zh": re.compile(r"[一-鿿]"),
    "ru": re.compile(r"[а-яё]"),
    "ar": re.compile(r"[ء-ي]"),
}


def language_of(words: Sequence[str]) -> str:
    """The language by its script or, in Latin letters, its function words; Indonesian where nothing
    tells.
    """
    letters = "".join(words)
    if not letters.isascii():
        for language, script in SCRIPTS.items():
            if 3 * len(script.findall(letters)) > len(letters):
                return language
    found = {
        language: sum(map(known.__contains__, words)) for language, known in FUNCTION_WORDS.items()
    }
    return max(found, key=found.__getitem__)
