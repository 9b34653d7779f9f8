"""Which articles belong to a watch topic, and why.

    topic -> compile_topic -> CompiledTopic
    CompiledTopic, title, body -> match -> Match with its spans, or None

An article matches where every group of the topic has a term in the headline, or where all groups have one in the same sentence of the
body. The headline and each sentence are read alike (both are called a passage here), and a passage that only puts the sides next to
each other is no evidence:

- a list of countries: a third country is enumerated with both sides, or two others are named (by name, capital or leader) and the two
  sides stand nowhere next to each other. This holds for topics of which two groups name a country;
- a table: standings, rankings, "A vs B", "A 2-1 B", a row of figures;
- the teaser of another article ("Baca juga: ...").

How a term matches follows from how it is written. In Latin letters it is a whole word in any case ('Belarusia' is not 'Rusia'); spaces
and hyphens in it are the same and may be missing ('Kim Jong-un', '#KoreaUtara'); with a capital it may also touch its neighbour, as
where a page lost the space around a link ('diRusia', 'Korea Utaramengancam'). An acronym ('DPRK', 'TASS') stands alone and in capitals.
Cyrillic words are stems ('Росси' finds 'Россией', 'Северн Коре' finds 'Северной Кореи'). Korean and Chinese terms match anywhere.

A phrase of none_of means something else. Where it contains a term ('salad Rusia'), that occurrence does not count; where it contains
an acronym or its initials spell one ('Ketua DPRK', 'Dewan Perwakilan Rakyat Kabupaten'), the acronym counts nowhere in the article,
because writers do not use one acronym in two senses; a phrase that has nothing to do with a term ('Piala Dunia') rules the article out.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from flows.records import Match, Span, Topic

_GAP = "[\\s\u200b\\-\u2010-\u2015]"  # what may stand between the words of a term: white space, no-break spaces, hyphens, dashes
_TEASER = re.compile(r"(?i)(?:(?:baca|simak|lihat|tonton)\s+juga|(?:artikel|berita)\s+terkait|pilihan\s+redaksi)\b|\[gambas:")
_TABLE = re.compile(r"(?i)\b(?:klasemen|(?:perolehan|tabel)\s+medali|(?:peringkat|ranking)\s+(?:dunia\s+)?fifa|standings|medal\s+table)\b")
_VERSUS = re.compile(r"(?i)\s*(?:vs\.?|\(?\d{1,3}\s?[-–:]\s?\d{1,3}\)?)\s*")
_AND = re.compile(
    r"(?i)(?:[\s,;/·&()]|\b(?:dan|serta|atau|hingga|maupun|and|or|и|presiden|pemimpin|president|대통령|국가주석|국무위원장)\b|[와과])*"
)

# What tells of a country, in Indonesian and English, and in Russian and Korean where a topic needs it; leaders as of 2026. Bare
# 'Indonesia' and 'Jakarta' are not here: in this press they stand in datelines and in outlets' names.
_COUNTRIES = """
Amerika Serikat|Amerika|AS|United States|America|US|USA|Washington|Trump|Biden|США|미국|美|트럼프
China|Cina|Tiongkok|RRC|RRT|Beijing|Xi Jinping|Кита|중국|시진핑 ; Jepang|Japan|Tokyo|Kishida|Япони|일본
Korea Selatan|Korsel|South Korea|Seoul|Южн Коре|한국|韓 ; Korea Utara|Korut|North Korea|Северн Коре|북한 ; Rusia|Russia|Росси|러시아
Ukraina|Ukraine|Kyiv|Kiev|Zelensky|Zelenskyy|Zelenskiy|Украин|우크라이나 ; Republik Indonesia|RI|Prabowo|Jokowi|인도네시아
Belarus|Belarusia|Беларус|벨라루스 ; Iran|Teheran|Иран|이란 ; Irak|Iraq ; Israel|Netanyahu|Израил|이스라엘 ; Palestina|Palestine
Suriah|Syria|Сири ; Turki|Turkiye|Türkiye|Turkey|Турци ; Arab Saudi|Saudi Arabia ; Uni Emirat Arab|UEA|UAE ; Qatar ; Mesir|Egypt
India|Modi|Инди|인도 ; Pakistan|Пакистан|파키스탄 ; Afghanistan ; Bangladesh ; Myanmar ; Thailand ; Vietnam|Вьетнам|베트남 ; Laos
Kamboja|Cambodia ; Malaysia ; Singapura|Singapore ; Filipina|Philippines ; Mongolia|Монголи|몽골 ; Taiwan|대만
Kazakhstan|Казахстан ; Uzbekistan|Узбекистан ; Tajikistan ; Kirgistan|Kirgizstan|Kyrgyzstan ; Turkmenistan
Inggris|Britania Raya|United Kingdom|Britain|UK|Британи|영국 ; Prancis|Perancis|France|Macron|Франци|프랑스 ; Jerman|Germany|Германи|독일
Italia|Italy ; Spanyol|Spain ; Portugal ; Belanda|Netherlands ; Belgia|Belgium ; Polandia|Poland|폴란드 ; Swedia|Sweden
Norwegia|Norway ; Finlandia|Finland ; Denmark ; Swiss|Switzerland ; Austria ; Hongaria|Hungary ; Serbia ; Yunani|Greece
Kanada|Canada|캐나다 ; Meksiko|Mexico ; Kuba|Cuba ; Venezuela ; Brasil|Brazil|브라질 ; Argentina ; Nikaragua|Nicaragua
Australia|호주 ; Selandia Baru|New Zealand ; Afrika Selatan|South Africa ; Libya ; Eritrea ; Mali
"""


_Found = tuple[int, int, str]  # start and end in the field, and the name of the group or country


@dataclass(frozen=True, slots=True)
class _Group:
    """One side of the topic: `needles` are lower-case pieces, one of which is in any text that holds a term."""

    name: str
    terms: re.Pattern[str]
    needles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One phrase of none_of and the acronyms that it explains; `veto`: it has nothing to do with any term."""

    needle: str
    text: re.Pattern[str]
    acronyms: frozenset[str]
    veto: bool


@dataclass(frozen=True, slots=True)
class CompiledTopic:
    """A topic ready to be matched: cheap to keep, and it can be pickled."""

    groups: tuple[_Group, ...]
    none_of: tuple[_Phrase, ...]
    countries: tuple[re.Pattern[str], ...]  # all but the topic's own; empty where the topic is not about countries


def compile_topic(topic: Topic) -> CompiledTopic:
    """The topic's terms as patterns."""
    groups = tuple(_Group(group.name, _any_of(group.any), _needles(group.any)) for group in topic.all_of)
    terms = [term for group in topic.all_of for term in group.any]
    phrases = tuple(_compile_phrase(phrase, terms, groups) for phrase in topic.none_of)
    return CompiledTopic(groups, phrases, _other_countries(groups))


def match(topic: CompiledTopic, title: str, body: str) -> Match | None:
    """Why the article belongs to the topic; None where it does not.

    Score 1 for a match in the headline; else 1 - 2^-n for n matching sentences: one passing sentence is .5, two are .75.
    """
    lowered = f"{title}\n{body}".lower()
    if not _may_hold(topic.groups, lowered):
        return None
    phrases = [phrase for phrase in topic.none_of if phrase.needle in lowered and (phrase.text.search(title) or phrase.text.search(body))]
    if any(phrase.veto for phrase in phrases):
        return None
    headline = _evidence(topic, phrases, "title", title, [(0, len(title))])
    sentences = _evidence(topic, phrases, "body", body, _sentences(body))
    if not headline and not sentences:
        return None
    score = 1.0 if headline else 1 - 0.5 ** len(sentences)
    return Match(score, tuple(span for passage in headline + sentences for span in passage))


def _may_hold(groups: Sequence[_Group], lowered: str) -> bool:
    """Whether a term of each group can be in the text: what spares all the others the patterns, which are some 50 times as slow."""
    return all(any(needle in lowered for needle in group.needles) for group in groups)


def _evidence(
    topic: CompiledTopic, phrases: Sequence[_Phrase], field: Literal["title", "body"], text: str, passages: Iterable[tuple[int, int]]
) -> list[list[Span]]:
    """For each passage in which all groups meet, the terms found there."""
    acronyms = frozenset[str]().union(*(phrase.acronyms for phrase in phrases))
    evidence = []
    for start, end in passages:
        if not _may_hold(topic.groups, text[start:end].lower()):
            continue
        masked = [found.span() for phrase in phrases for found in phrase.text.finditer(text, start, end)]
        hits: list[_Found] = sorted(
            (hit.start(), hit.end(), group.name)
            for group in topic.groups
            for hit in group.terms.finditer(text, start, end)
            if hit.group() not in acronyms and not any(one < hit.end() and hit.start() < two for one, two in masked)
        )
        if len({name for *_, name in hits}) == len(topic.groups) and not _side_by_side(topic, text, start, end, hits):
            evidence.append([Span(name, field, one, two, text[one:two], text[start:end]) for one, two, name in hits])
    return evidence


def _side_by_side(topic: CompiledTopic, text: str, start: int, end: int, hits: Sequence[_Found]) -> bool:
    """Whether the passage only puts the sides next to each other: a teaser, a table, or a list of countries."""
    passage = text[start:end]
    if _TEASER.match(passage) or _TABLE.search(passage) or _is_row(passage):
        return True
    if any(_VERSUS.fullmatch(text, one[1], two[0]) for one, two in pairwise(hits) if one[2] != two[2]):
        return True
    others = [
        (found.start(), found.end(), f"other country {number}")
        for number, country in enumerate(topic.countries)
        for found in country.finditer(text, start, end)
    ]
    together = {frozenset((one[2], two[2])) for one, two in pairwise(sorted([*hits, *others])) if len(text[one[1] : two[0]].split()) <= 1}
    sides, countries = {name for *_, name in hits}, {name for *_, name in others}
    enumerated = any(sides < {name for *_, name in chain} for chain in _enumerations(text, sorted([*hits, *others])))
    return enumerated or (len(countries) >= 2 and not any(len(pair) == 2 and pair <= sides for pair in together))


def _enumerations(text: str, found: Sequence[_Found]) -> list[list[_Found]]:
    """What is found, in runs of which each joins the next by no more than a comma, an 'and' or an office."""
    runs: list[list[_Found]] = []
    for one in found:
        if runs and _AND.fullmatch(text, runs[-1][-1][1], max(one[0], runs[-1][-1][1])):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _is_row(passage: str) -> bool:
    """Whether the passage is a row of figures: at least four numbers, and one token in three."""
    tokens = passage.split()
    numbers = sum(re.fullmatch(r"\W*\d[\d\W]*", token) is not None for token in tokens)
    return numbers >= 4 and numbers * 3 >= len(tokens)


# A sentence ends after its closing mark and quotes, before white space and anything but a small letter; or between a small letter and a
# capital, where a page lost the space; and before a teaser.
_END = re.compile(
    r"(?<![.!?…。])[.!?…。]++[\"'”’)\]»]*+(?=\s+[^\sa-zа-яё])|(?<=[a-z])\.(?=[A-Z][a-z])|(?=\b(?:Baca|BACA|Simak|Lihat)\s+(?:[Jj]uga|JUGA)\s*:)"
)
# A full stop after these, or after a single letter ("Kim J. Un"), ends no sentence.
_ABBREVIATION = re.compile(
    r"(?i)(?<!\w)(?:\w|drs?|dra|drg|prof|ir|hj|mrs?|ms|st|jend|letjen|mayjen|brigjen|irjen|komjen|kol|letkol|kombes|kompol|akbp|akp|iptu|ipda"
    r"|no|nomor|jln?|gg|rp|hlm|tgl|a\.n|dll|dsb|dst|dkk|sdr|kec|kab|kel|prov|vs|u\.s|gen|lt|col|sgt|sen|gov|rep|им)$"
)


def _sentences(body: str) -> Iterator[tuple[int, int]]:
    """Where the body's sentences start and end, without the white space around them."""
    for line in re.finditer(r"[^\n]+", body):
        start = line.start()
        ends = [found.end() for found in _END.finditer(body, *line.span()) if not _abbreviates(body, start, found)]
        for end in [*ends, line.end()]:
            passage = body[start:end]
            if passage.strip():
                yield start + len(passage) - len(passage.lstrip()), end - len(passage) + len(passage.rstrip())
            start = end


def _abbreviates(body: str, start: int, found: re.Match[str]) -> bool:
    """Whether the full stop found belongs to an abbreviation. No abbreviation is longer than ten characters."""
    return found.group() == "." and _ABBREVIATION.search(body[max(start, found.start() - 10) : found.start()]) is not None


def _any_of(terms: Iterable[str]) -> re.Pattern[str]:
    """Any of the terms, the longest first."""
    return re.compile("|".join(_term(form) for term in sorted(terms, key=len, reverse=True) for form in _forms(term)))


def _forms(term: str) -> list[str]:
    """The term composed and decomposed, where they differ: spans must count the characters of the text as it is."""
    return sorted({unicodedata.normalize("NFC", term), unicodedata.normalize("NFD", term)})


def _term(term: str) -> str:
    """The pattern of one term, by the script and the case it is written in."""
    words = re.split(f"{_GAP}+", term.strip())
    script = next((unicodedata.name(char).split()[0] for char in term if char.isalpha()), "LATIN")
    if script in {"HANGUL", "CJK", "HIRAGANA", "KATAKANA"}:
        return f"{_GAP}*".join(map(re.escape, words))
    if _is_acronym(term):
        return rf"(?<!\w){re.escape(term)}(?!\w)"
    if script != "LATIN":
        cases = {term, term.upper()} if term != term.lower() else {term, term.capitalize(), term.upper()}
        stems = "|".join(rf"\w*{_GAP}+".join(map(re.escape, re.split(f"{_GAP}+", case))) for case in sorted(cases))
        return rf"(?<!\w)(?:{stems})\w*"
    plain = f"{_GAP}*".join(map(re.escape, words))
    alone = rf"(?<!\w)(?i:{plain})(?!\w)"
    if not term[0].isupper():
        return alone
    # What may follow without a space: anything after several words; after one word no ending that makes a name of it ('Khasanah').
    right = "(?![A-Z0-9_])" if len(words) > 1 else r"(?:(?!\w)|(?=[a-z]{4}|(?:nya|lah|dan|yang|di|ke)\b))"
    return rf"{alone}|(?<![A-Z_]){plain}{right}"


def _is_acronym(term: str) -> bool:
    return term.isalpha() and term.isupper() and term.upper() != term.lower()


def _needles(terms: Iterable[str]) -> tuple[str, ...]:
    """One piece of each term, its longest word: a text without any of them holds none of the terms."""
    pieces = {max(re.split(f"{_GAP}+", form.lower()), key=len) for term in terms for form in _forms(term)}
    return tuple(sorted((piece for piece in pieces if not any(other in piece for other in pieces - {piece})), key=len))


def _compile_phrase(phrase: str, terms: Sequence[str], groups: Sequence[_Group]) -> _Phrase:
    """What a phrase of none_of takes away."""
    words = re.split(f"{_GAP}+", phrase)
    initials = "".join(word[0] for word in words if word).upper()
    acronyms = frozenset(term for term in terms if _is_acronym(term) and (term in words or term == initials))
    veto = not acronyms and not any(group.terms.search(phrase) for group in groups)
    return _Phrase(max(words, key=len).lower(), _any_of([phrase]), acronyms, veto)


def _other_countries(groups: Sequence[_Group]) -> tuple[re.Pattern[str], ...]:
    """The countries that are none of the topic's; none at all where fewer than two groups name a country."""
    countries = [[name.strip() for name in names.split("|")] for names in re.split(r"[;\n]", _COUNTRIES.strip())]
    own = [[group.name for group in groups if any(group.terms.fullmatch(name) for name in names)] for names in countries]
    if len({name for names in own for name in names}) < 2:
        return ()
    return tuple(_any_of(names) for names, of in zip(countries, own, strict=True) if not of)
