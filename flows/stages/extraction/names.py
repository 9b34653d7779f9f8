"""Which texts are names of people, and how the press lists names.

The words that are nobody's name are in people.toml.
"""

import re
from dataclasses import dataclass

from flows.stages.press.text import text_key
from flows.stages.press.vocabulary import any_of, read

_PEOPLE = read("people")
_NOBODY = {kind: frozenset(words.split()) for kind, words in _PEOPLE["nobody"].items()}
_NO_NAME_WORDS = frozenset().union(*_NOBODY.values())
_NO_PERSON_WORDS = _NOBODY["interface"] | _NOBODY["bodies"] | _NOBODY["sections"]
_PARTICLES = frozenset(_PEOPLE["words"]["particles"])
_TITLES = frozenset(_PEOPLE["words"]["titles"])
_DEGREES = frozenset(_PEOPLE["words"]["degrees"])


@dataclass(frozen=True, slots=True)
class _Longest:
    """The longest name.

    Of 143 names seen in credit lines, the longest has 31 characters and 5 words, without degrees.
    """

    characters: int = 60
    words: int = 7
    code: int = 4  # letters of a code such as FMB


_LONGEST = _Longest()

_WORD = re.compile(r"[^\W\d_][\w.'’‘`-]{0,30}")
# BeritaSatu, HanantoSabtu; not McDonald, DiCaprio, LeBron
_TWO_WORDS = re.compile(r"[A-Z][a-z]{3,30}[A-Z]")
# The forms of verbs and other words that no list can hold: Mendapatkan, Dibongkarkan, Akibatnya
_VERB = re.compile(r"(?:mem|men|meng|meny)[a-z]{6,20}|(?:di|ber|ter)[a-z]{3,20}kan|[a-z]{5,20}nya")
_MARKS = ".,'’‘`-"
_JOINER = re.compile(
    rf"[;/|\\•·&+,]|(?<=\s){any_of(_PEOPLE['words']['joiners'])}(?=\s)|(?<=\s)[-–—](?=\s)",
    re.IGNORECASE,
)


def is_person(text: str) -> bool:
    """Whether a text may be a person's name, given that something suggests it is one."""
    words = text.replace(",", " ").split()
    return (
        1 <= len(words) <= _LONGEST.words
        and 2 <= len(text) <= _LONGEST.characters
        and words[-1].lower() not in _PARTICLES
        and all(_is_name_word(word, is_first=at == 0) for at, word in enumerate(words))
        and any(len(text_key(word)) > 2 for word in words)
        and len(set(text_key(text))) > 2  # "AAA" is a button for the font size
    )


def is_full_name(text: str) -> bool:
    """Whether a text may be a person's name with more than one word, besides titles and degrees."""
    words = [word for word in text.replace(",", " ").split() if not _is_ornament(word)]
    return len(words) > 1 and is_person(text)


def is_nobody(text: str) -> bool:
    """Whether a text names an office or a section, not a person: Tim Redaksi, Gaya Hidup."""
    return all(word in _NO_PERSON_WORDS for word in _words(text))


def names_body(text: str) -> bool:
    """Whether a text has a word for a kind of body: an outlet, an office, a firm."""
    return any(word in _NOBODY["bodies"] for word in _words(text))


def without_body_words(text: str) -> str:
    """A name without the words for a kind of body: ANTARA for ANTARA News."""
    words = text.split()
    return " ".join(word for word in words if _words(word)[:1] and not names_body(word))


def opens_with_post(text: str) -> bool:
    """Whether a text begins with what somebody is rather than who: Pengamat Ekonomi, Dosen UI."""
    return any(word in _NOBODY["posts"] for word in _words(text)[:1])


def split_names(text: str) -> list[str]:
    """The names in a list; degrees stay with their name."""
    names: list[str] = []
    for part in _JOINER.split(" ".join(text.split())):
        name = part.strip(' .:;,*–—-"“”()[]')
        if names and is_degree(name):
            names[-1] += f", {part.strip()}"
        elif name and is_degree(name.split()[-1]):
            names.append(part.strip(' :;,*–—-"“”()[]'))  # the full stop belongs to the degree
        elif name:
            names.append(name)
    return names


def is_degree(text: str) -> bool:
    """Whether a text is an academic degree: M.Si, S.H., PhD."""
    capitals = sum(letter.isupper() for letter in text)
    return text_key(text) in _DEGREES and ("." in text or capitals > 1) and " " not in text.strip()


def name_key(name: str) -> str:
    """What different spellings of a name have in common: its words without titles and degrees."""
    bare = [word for word in name.replace(",", " ").split() if not _is_ornament(word)]
    return text_key("".join(bare or [name]))


def cased(name: str) -> str:
    """A name in capitals with only its initials capitalised; codes such as FMB stay."""
    if not name.isupper() or (" " not in name and len(name) <= _LONGEST.code):
        return name
    return " ".join(_cased_word(word) for word in name.split())


def _words(text: str) -> list[str]:
    return [bare for word in text.lower().split() if (bare := word.strip(_MARKS))]


def _cased_word(word: str) -> str:
    bare = word.strip(_MARKS)
    if bare.lower() in _PARTICLES:
        return word.lower()
    if len(bare) <= 1 or "." in bare or is_degree(bare):
        return word
    return "-".join(part.capitalize() for part in word.split("-"))


def _is_ornament(word: str) -> bool:
    return is_degree(word) or word.strip(_MARKS).lower() in _TITLES


def _is_name_word(word: str, *, is_first: bool) -> bool:
    bare = word.strip(_MARKS)
    small = bare.lower()
    if not _WORD.fullmatch(word):
        return False
    if not bare[0].isupper() and not (is_first and small in _TITLES):
        return not is_first and (small in _PARTICLES or bare.startswith("al-"))
    return not (small in _NO_NAME_WORDS or _VERB.fullmatch(small) or _TWO_WORDS.match(bare))
