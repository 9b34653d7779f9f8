"""Which articles belong to a watch topic, how strongly, and why.

    compile_topic(topic)               -> CompiledTopic
    match(topic, title, body)          -> Match with its strength and spans, or None
    explain(topic, title, body)        -> Explanation: the same, in words

The groups of a topic are its sides. They meet in a passage that has a term of each and ties them to
each other (see flows.stages.watch.lists). A passage is a statement of the headline, or a sentence
of the body; for topics that say so, a paragraph. An article in which the sides meet anywhere
belongs to the topic. They are its subject if

- they meet in the headline; or
- the headline names one of them, or all of them apart, and they meet in the lead; or
- they meet often enough throughout the body.

Otherwise the article only mentions the topic. Two countries that never meet are its subject all the
same if the headline names one, and a sentence of the lead says what the other has to do with it
('Putin Tiba', 'Kim Jong Un menyambutnya').

A term under `unsure` counts only in an article that has one of its group's under `any`. A name that
the article gives to somebody else ('kucing bernama Putin') counts nowhere in it.

A phrase in `none_of` has another meaning than the terms:

- If it contains a term ('salad Rusia'), that occurrence does not count.
- If it contains an acronym, or its initials spell one ('Ketua DPRK', 'Dewan Perwakilan Rakyat
  Kabupaten'), the acronym counts nowhere in the article, because writers do not use one acronym in
  two senses.
- If it has nothing to do with any term ('Piala Dunia'), it rules the article out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.records import Match, Nearness, Span, Strength, TermGroup, Topic
from flows.stages.watch.lists import is_teaser, named, other_countries, standing, stands_in_row
from flows.stages.watch.passages import clauses, paragraphs, sentences
from flows.stages.watch.terms import any_of, bare, is_acronym, needles, words
from flows.stages.watch.ties import Found, given_names, turns_to

# Raise this when a change of this module, or of one that it uses, changes what matches: it is part
# of every topic's version, so all articles are matched again. tests/stages/test_versions.py tells
# when it is due.
MATCHER_VERSION = 3

_Standing = Literal["tie", "list", "crowd", "beside", "apart"]
# The first of these that any clause of a passage has is the passage's.
_STANDINGS: tuple[_Standing, ...] = ("tie", "list", "crowd", "beside")


@dataclass(frozen=True, slots=True)
class _Subject:
    """What makes the sides the subject of an article when they do not meet in its headline.

    On the labelled articles F1 is the same for a lead of one to three sentences, and for one
    sentence in six, eight or ten (docs/decisions.md, Topics).
    """

    passages: int = 2  # in which they meet at least ...
    one_of: int = 6  # ... and one of how many passages these must be
    lead: int = 3  # passages at the start of the body, at most ...
    lead_one_of: int = 10  # ... and one of how many passages, but at least one

    def is_in_lead(self, passage: int, of: int) -> bool:
        return passage < max(1, min(self.lead, of // self.lead_one_of))

    def is_often(self, passages: int, of: int) -> bool:
        return passages >= max(self.passages, of / self.one_of)


_SUBJECT = _Subject()


@dataclass(frozen=True, slots=True)
class _Group:
    """One side of the topic. Any text with one of its terms has one of the lower-case `needles`."""

    name: str
    terms: re.Pattern[str]
    needles: tuple[str, ...]
    certain: re.Pattern[str] | None  # the terms under `any`; None if there are no others


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase in `none_of`, and the acronyms that it accounts for. `veto`: it has nothing to do
    with any term.
    """

    phrase: str
    needle: str
    text: re.Pattern[str]
    acronyms: frozenset[str]
    veto: bool


@dataclass(frozen=True, slots=True)
class CompiledTopic:
    """A topic that is ready to be matched. It is small and can be pickled.

    `countries` are all but the topic's own; none for a topic that is not about countries.
    """

    groups: tuple[_Group, ...]
    none_of: tuple[_Phrase, ...]
    countries: tuple[re.Pattern[str], ...]
    near: Nearness


@dataclass(frozen=True, slots=True)
class Explanation:
    """The match, the reason for it in words, and every term in the text with its passage."""

    match: Match | None
    reason: str
    terms: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Excluded:
    """What does not count: `phrases` of none_of where they stand, `words` in the whole article."""

    phrases: Sequence[_Phrase]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Passage:
    """A passage with the terms found in it. `standing` is how its sides relate to each other;
    'apart' if they share no clause.
    """

    start: int
    end: int
    hits: Sequence[Found]
    standing: _Standing


def compile_topic(topic: Topic) -> CompiledTopic:
    """The topic with its terms as patterns."""
    groups = tuple(_compile_group(group) for group in topic.all_of)
    terms = [bare(term) for group in topic.all_of for term in (*group.any, *group.unsure)]
    phrases = tuple(_compile_phrase(phrase, terms, groups) for phrase in topic.none_of)
    return CompiledTopic(
        groups, phrases, other_countries([group.terms for group in groups]), topic.near
    )


def match(topic: CompiledTopic, title: str, body: str) -> Match | None:
    """Why an article belongs to the topic; None if it does not.

    The score is 1 if the sides meet in the headline; otherwise 1 - 2^-n for n passages of the body:
    .5 for one passing sentence, .75 for two.
    """
    if not _may_hold(topic.groups, f"{title}\n{body}".lower()):
        return None
    return _judge(topic, title, body)[0]


def explain(topic: CompiledTopic, title: str, body: str) -> Explanation:
    """The result of `match`, the reason for it in words, and every term that was found."""
    found, reason = _judge(topic, title, body)
    excluded = _exclude(topic, title, body)
    headline = _read(topic, excluded, title, 0, len(title))
    terms = [
        *_spans("title", title, [headline]),
        *_spans(
            "body",
            body,
            (_read(topic, excluded, body, start, end) for start, end in _passages(topic, body)),
        ),
    ]
    missing = [
        group.name for group in topic.groups if all(term.group != group.name for term in terms)
    ]
    if not found and missing:
        reason = f"no term of {' and '.join(missing)} is in the text"
    return Explanation(found, reason, tuple(terms))


def _judge(topic: CompiledTopic, title: str, body: str) -> tuple[Match | None, str]:
    """The match, or None, and the reason."""
    excluded = _exclude(topic, title, body)
    if veto := next((phrase for phrase in excluded.phrases if phrase.veto), None):
        return None, f"'{veto.phrase}' of none_of is in the text"
    headline = _read(topic, excluded, title, 0, len(title))
    passages = _passages(topic, body)
    read = {
        number: _read(topic, excluded, body, start, end)
        for number, (start, end) in enumerate(passages)
        if _may_hold(topic.groups, body[start:end].lower())
    }
    met = _met(headline, read)
    if not met and headline.standing != "tie":
        lead = [_read(topic, excluded, body, *each) for each in passages[: _SUBJECT.lead]]
        if other := _turned_to(topic, title, body, headline, lead):
            spans = [*_spans("title", title, [headline]), *_spans("body", body, [other])]
            reason = "the headline names a side, and the lead says what the other does"
            return Match(0.5, tuple(spans), "subject"), reason
        return None, _why_not(topic, [headline, *read.values()])
    strength, reason = _weigh(topic, title, headline, sorted(met), len(passages))
    in_headline = [headline] if headline.standing == "tie" else []
    score = 1.0 if in_headline else 1 - 0.5 ** len(met)
    spans = [*_spans("title", title, in_headline), *_spans("body", body, met.values())]
    return Match(score, tuple(spans), strength), reason


def _met(headline: _Passage, read: Mapping[int, _Passage]) -> dict[int, _Passage]:
    """The passages in which the sides meet. In an article that ties them anywhere, they do so
    wherever they stand beside each other, too.
    """
    tied = any(passage.standing == "tie" for passage in (headline, *read.values()))
    counted = ("tie", "beside") if tied else ()
    return {number: passage for number, passage in read.items() if passage.standing in counted}


def _turned_to(
    topic: CompiledTopic, title: str, body: str, headline: _Passage, lead: Iterable[_Passage]
) -> _Passage | None:
    """The passage of the lead that says what the side that is not in the headline has to do with
    the one that is, where neither meets a third country; None if there is none.
    """
    sides = {name for *_, name in headline.hits}
    if not topic.countries or len(sides) != 1 or named(topic.countries, title, 0, len(title)):
        return None
    for passage in lead:
        if is_teaser(body[passage.start : passage.end]):
            continue
        others = {name for *_, name in passage.hits} - sides
        start, end = passage.start, passage.end
        if others and turns_to(body, start, end) and not named(topic.countries, body, start, end):
            return passage
    return None


def _why_not(topic: CompiledTopic, passages: Iterable[_Passage]) -> str:
    if any(passage.standing not in ("tie", "apart") for passage in passages):
        side_by_side = f"a list, a table, a teaser or a {topic.near} with others"
        return f"the sides stand only side by side: {side_by_side}"
    return f"the sides never meet in one {topic.near}"


def _weigh(
    topic: CompiledTopic, title: str, headline: _Passage, met: Sequence[int], of: int
) -> tuple[Strength, str]:
    """Whether the sides are the subject of the article, and why. `met` are the passages in which
    they meet, `of` is the number of all passages.
    """
    meet = "the sides meet" if len(topic.groups) > 1 else "it is named"
    if headline.standing == "tie":
        return "subject", f"{meet} in the headline"
    if _SUBJECT.is_in_lead(met[0], of) and _names_a_side(topic, title, headline):
        return "subject", f"the headline names a side, and {meet} in the lead"
    strength: Strength = "subject" if _SUBJECT.is_often(len(met), of) else "mention"
    return strength, f"{meet} in {len(met)} of {of} {topic.near}s"


def _passages(topic: CompiledTopic, body: str) -> list[tuple[int, int]]:
    """The passages of the body in which the sides may meet."""
    return sentences(body) if topic.near == "sentence" else paragraphs(body)


def _exclude(topic: CompiledTopic, title: str, body: str) -> _Excluded:
    """What does not count in the article."""
    text = f"{title}\n{body}"
    lowered = text.lower()
    phrases = [
        phrase
        for phrase in topic.none_of
        if phrase.needle in lowered and (phrase.text.search(title) or phrase.text.search(body))
    ]
    words = frozenset[str]().union(*(phrase.acronyms for phrase in phrases))
    for group in topic.groups:
        words |= given_names(text, group.terms)
        if group.certain and not group.certain.search(text):
            words |= {found.group() for found in group.terms.finditer(text)}
    return _Excluded(phrases, words)


def _names_a_side(topic: CompiledTopic, title: str, headline: _Passage) -> bool:
    """Whether the headline is about one side or all of them, rather than about a list of countries
    or about several others.
    """
    if headline.standing != "apart" or not headline.hits:
        return headline.standing in ("crowd", "beside")
    if len({name for *_, name in headline.hits}) == len(topic.groups):
        return True
    others = {name for *_, name in named(topic.countries, title, 0, len(title))}
    return len(others) < 2 and not stands_in_row(topic.countries, title, headline.hits)


def _may_hold(groups: Sequence[_Group], lowered: str) -> bool:
    """Whether a term of each group can be in the text. This is some 50 times as fast as the
    patterns, which most articles are spared.
    """
    return all(any(needle in lowered for needle in group.needles) for group in groups)


def _read(topic: CompiledTopic, excluded: _Excluded, text: str, start: int, end: int) -> _Passage:
    """The passage between two offsets, read for the topic's terms."""
    masked = [
        found.span()
        for phrase in excluded.phrases
        for found in phrase.text.finditer(text, start, end)
    ]
    hits: list[Found] = sorted(
        (hit.start(), hit.end(), group.name)
        for group in topic.groups
        for hit in group.terms.finditer(text, start, end)
        if hit.group() not in excluded.words
        and not any(one < hit.end() and hit.start() < two for one, two in masked)
    )
    parts = [(start, end)]
    if topic.near == "sentence":
        parts = clauses(text, start, end)
    standings = set[_Standing]()
    for begin, stop in parts:
        inside = [hit for hit in hits if begin <= hit[0] < stop]
        if len({name for *_, name in inside}) == len(topic.groups):
            standings.add(standing(topic.countries, text, begin, stop, inside))
    best: _Standing = next((each for each in _STANDINGS if each in standings), "apart")
    return _Passage(start, end, hits, best)


def _spans(field: Literal["title", "body"], text: str, passages: Iterable[_Passage]) -> list[Span]:
    return [
        Span(name, field, one, two, text[one:two], text[of.start : of.end])
        for of in passages
        for one, two, name in of.hits
    ]


def _compile_group(group: TermGroup) -> _Group:
    terms = [*group.any, *group.unsure]
    certain = any_of(group.any) if group.unsure else None
    return _Group(group.name, any_of(terms), needles(terms), certain)


def _compile_phrase(phrase: str, terms: Sequence[str], groups: Sequence[_Group]) -> _Phrase:
    """A phrase in `none_of` with what it excludes."""
    parts = words(phrase)
    initials = "".join(word[0] for word in parts).upper()
    acronyms = frozenset(
        term for term in terms if is_acronym(term) and (term in parts or term == initials)
    )
    veto = not acronyms and not any(group.terms.search(phrase) for group in groups)
    return _Phrase(phrase, max(parts, key=len).lower().strip("*"), any_of([phrase]), acronyms, veto)
