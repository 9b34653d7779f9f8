"""How the terms of a topic are found in a text.

How a term matches follows from how it is written. In Latin letters it is a whole word in any case
('Belarusia' is not 'Rusia'); spaces and hyphens in it are the same and may be missing ('Kim
Jong-un', '#KoreaUtara'); with a capital it may also touch its neighbour, as where a page lost the
space around a link ('diRusia', 'Korea Utaramengancam'). A '*' at its end or beginning stands for
any letters ('ekspor*' finds 'ekspornya'). An acronym ('DPRK', 'TASS') stands alone and in capitals.
Cyrillic words are stems ('Росси' finds 'Россией', 'Северн Коре' finds 'Северной Кореи'). Korean and
Chinese terms match anywhere; a single Korean syllable ('러', the headlines' Russia) stands alone or
before a particle.
"""

import re
import unicodedata
from collections.abc import Iterable

# what may stand between the words of a term: white space, no-break spaces, hyphens, dashes
GAP = "[\\s\u200b\\-\u2010-\u2015]"
_PARTICLE = "(?:와|과|의|는|은|가|이|를|을|에|서|도|로|發|측)"  # what may follow a Korean noun


def any_of(terms: Iterable[str]) -> re.Pattern[str]:
    """Any of the terms, the longest first."""
    return re.compile(
        "|".join(
            _term(form) for term in sorted(terms, key=len, reverse=True) for form in _forms(term)
        )
    )


def needles(terms: Iterable[str]) -> tuple[str, ...]:
    """One piece of each term, its longest word in small letters: a text without any of them holds
    none of the terms.
    """
    pieces = {
        max(words(form.lower().strip("*")), key=len) for term in terms for form in _forms(term)
    }
    return tuple(
        sorted(
            (piece for piece in pieces if not any(other in piece for other in pieces - {piece})),
            key=len,
        )
    )


def words(term: str) -> list[str]:
    """The term's words."""
    return [word for word in re.split(f"{GAP}+", term) if word]


def is_acronym(term: str) -> bool:
    """Whether the term is all capitals: 'DPRK'."""
    return term.isalpha() and term.isupper() and term.upper() != term.lower()


def _forms(term: str) -> list[str]:
    """The term composed and decomposed, where they differ: spans must count the characters of the
    text as it is.
    """
    return sorted({unicodedata.normalize("NFC", term), unicodedata.normalize("NFD", term)})


def _term(term: str) -> str:
    """The pattern of one term, by the script and the case it is written in."""
    parts = words(term.strip("*"))
    script = next((unicodedata.name(char).split()[0] for char in term if char.isalpha()), "LATIN")
    if script in {"HANGUL", "CJK", "HIRAGANA", "KATAKANA"}:
        anywhere = f"{GAP}*".join(map(re.escape, parts))
        return (
            rf"(?<!\w){anywhere}(?={_PARTICLE}?(?!\w))"
            if script == "HANGUL" and len(unicodedata.normalize("NFC", term)) == 1
            else anywhere
        )
    if is_acronym(term):
        return rf"(?<!\w){re.escape(term)}(?!\w)"
    if script != "LATIN":
        cases = (
            {term, term.upper()}
            if term != term.lower()
            else {term, term.capitalize(), term.upper()}
        )
        stems = "|".join(
            rf"\w*{GAP}+".join(map(re.escape, words(case.strip("*")))) for case in sorted(cases)
        )
        return rf"(?<!\w)(?:{stems})\w*"
    plain = f"{GAP}*".join(map(re.escape, parts))
    before, after = (r"\w*" if term.startswith("*") else "", r"\w*" if term.endswith("*") else "")
    alone = rf"(?<!\w)(?i:{before}{plain}{after})(?!\w)"
    if not term[0].isupper() or after:
        return alone
    # What may follow without a space: anything after several words; after one word no ending that
    # makes a name of it ('Khasanah').
    right = (
        "(?![A-Z0-9_])"
        if len(parts) > 1
        else r"(?:(?!\w)|(?=[a-z]{4}|(?:nya|lah|dan|yang|di|ke)\b))"
    )
    return rf"{alone}|(?<![A-Z_]){plain}{right}"
