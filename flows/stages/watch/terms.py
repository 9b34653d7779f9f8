"""Patterns for the terms of a topic.

How a term is written decides how it matches:

- A term in Latin letters matches whole words in any case ('Belarusia' is not 'Rusia'). Its spaces
  and hyphens are interchangeable and may be missing ('Kim Jong-un', '#KoreaUtara'). If it begins
  with a capital, it may also touch its neighbour, since some pages lose the space around a link
  ('diRusia', 'Korea Utaramengancam'). A '*' at its start or end stands for any letters ('ekspor*'
  matches 'ekspornya'). With a '!' at its end it matches only with its capitals, or in a headline
  that is all capitals ('Merdeka!' matches 'Merdeka' and 'MERDEKA').
- An acronym ('DPRK', 'TASS') matches alone and in capitals.
- A Cyrillic term is a stem ('Росси' matches 'Россией', 'Северн Коре' matches 'Северной Кореи').
- A Korean or Chinese term matches anywhere, but a single Korean syllable ('러', which headlines use
  for Russia) only alone or before a particle.
"""

import re
import unicodedata
from collections.abc import Iterable

# White space, no-break spaces, hyphens and dashes may separate the words of a term.
GAP = "[\\s\u200b\\-\u2010-\u2015]"
_PARTICLE = "(?:와|과|의|는|은|가|이|를|을|에|서|도|로|發|측)"  # may follow a Korean noun
_EAST_ASIAN = frozenset(["HANGUL", "CJK", "HIRAGANA", "KATAKANA"])


def any_of(terms: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the terms, the longest first."""
    return re.compile(
        "|".join(
            _term(form) for term in sorted(terms, key=len, reverse=True) for form in _forms(term)
        )
    )


def needles(terms: Iterable[str]) -> tuple[str, ...]:
    """The longest word of each term, in lower case: a text that has none of these words has none of
    the terms.
    """
    pieces = {
        max(words(bare(form.lower()).strip("*")), key=len)
        for term in terms
        for form in _forms(term)
    }
    return tuple(
        sorted(
            (piece for piece in pieces if not any(other in piece for other in pieces - {piece})),
            key=len,
        )
    )


def words(term: str) -> list[str]:
    """The words of a term."""
    return [word for word in re.split(f"{GAP}+", term) if word]


def is_acronym(term: str) -> bool:
    """Whether a term is all capitals: 'DPRK'."""
    return term.isalpha() and term.isupper() and term.upper() != term.lower()


def bare(term: str) -> str:
    """The term without the mark that its capitals count."""
    return term.removesuffix("!")


def _forms(term: str) -> list[str]:
    """The term composed and decomposed, if these differ. The text itself must not be normalised,
    because spans count its characters as they are.
    """
    return sorted({unicodedata.normalize("NFC", term), unicodedata.normalize("NFD", term)})


def _term(term: str) -> str:
    """The pattern of one term, by the script and the case it is written in."""
    script = next((unicodedata.name(char).split()[0] for char in term if char.isalpha()), "LATIN")
    if script in _EAST_ASIAN:
        return _east_asian(bare(term), script)
    if is_acronym(term):
        return rf"(?<!\w){re.escape(term)}(?!\w)"
    if script != "LATIN":
        return _stem(bare(term))
    return _latin(term) if term == bare(term) else _as_written(bare(term).strip("*"))


def _adjoining(parts: Iterable[str]) -> str:
    """Words with any gap between them or none."""
    return f"{GAP}*".join(map(re.escape, parts))


def _east_asian(term: str, script: str) -> str:
    anywhere = _adjoining(words(term.strip("*")))
    if script == "HANGUL" and len(unicodedata.normalize("NFC", term)) == 1:
        return rf"(?<!\w){anywhere}(?={_PARTICLE}?(?!\w))"
    return anywhere


def _stem(term: str) -> str:
    cases = {term, term.upper()}
    if term == term.lower():
        cases.add(term.capitalize())
    stems = (rf"\w*{GAP}+".join(map(re.escape, words(case.strip("*")))) for case in sorted(cases))
    return rf"(?<!\w)(?:{'|'.join(stems)})\w*"


def _as_written(term: str) -> str:
    forms = [_adjoining(words(form)) for form in (term, term.upper())]
    return rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)"


def _latin(term: str) -> str:
    parts = words(term.strip("*"))
    plain = _adjoining(parts)
    before = r"\w*" if term.startswith("*") else ""
    after = r"\w*" if term.endswith("*") else ""
    alone = rf"(?<!\w)(?i:{before}{plain}{after})(?!\w)"
    if after or not term[0].isupper():
        return alone
    # Anything but a capital may touch a term of several words. What touches a single word must not
    # turn it into another name, as in 'Khasanah'.
    touching = r"(?:(?!\w)|(?=[a-z]{4}|(?:nya|lah|dan|yang|di|ke)\b))"
    if len(parts) > 1:
        touching = "(?![A-Z0-9_])"
    return rf"{alone}|(?<![A-Z_]){plain}{touching}"
