"""Which articles belong to a watch topic, how strongly, and why.

    topic -> compile_topic -> CompiledTopic
    CompiledTopic, title, body -> match -> Match with its strength and spans, or None

The groups of a topic are its sides. They meet in a passage (a statement of the headline, a sentence
of the body, or a paragraph where the topic says so) that holds a term of each and ties them to each
other, as flows/stages/watch/lists.py tells. An article in which they meet anywhere belongs to the
topic. They are its subject where

- they meet in the headline; or
- the headline names one of them, or all but apart, and they meet in the lead; or
- they meet again and again: in at least two sentences, and in one of six.

Else it is a mention, in passing.

A phrase of none_of means something else. Where it contains a term ('salad Rusia'), that occurrence
does not count; where it contains an acronym or its initials spell one ('Ketua DPRK', 'Dewan
Perwakilan Rakyat Kabupaten'), the acronym counts nowhere in the article, because writers do not use
one acronym in two senses; a phrase that has nothing to do with a term ('Piala Dunia') rules the
article out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.records import Match, Nearness, Span, Strength, Topic
from flows.stages.watch.lists import Found, named, other_countries, standing, stands_in_row
from flows.stages.watch.passages import clauses, paragraphs, sentences
from flows.stages.watch.terms import any_of, is_acronym, needles, words

_OFTEN, _SHARE = 2, 6  # passages in which the sides of a subject meet at least, and one of how many
_LEAD_SHARE, _LEAD = 10, 3  # the lead: one of how many passages, at least one, and at most so many

_Standing = Literal["tie", "list", "crowd", "apart"]
_STANDINGS: tuple[_Standing, ...] = (
    "tie",
    "list",
    "crowd",
)  # of several clauses, the first of these decides


@dataclass(frozen=True, slots=True)
class _Group:
    """One side of the topic: `needles` are lower-case pieces, one of which is in any text that
    holds a term.
    """

    name: str
    terms: re.Pattern[str]
    needles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One phrase of none_of and the acronyms that it explains; `veto`: it has nothing to do with
    any term.
    """

    phrase: str
    needle: str
    text: re.Pattern[str]
    acronyms: frozenset[str]
    veto: bool


@dataclass(frozen=True, slots=True)
class CompiledTopic:
    """A topic ready to be matched: cheap to keep, and it can be pickled."""

    groups: tuple[_Group, ...]
    none_of: tuple[_Phrase, ...]
    countries: tuple[
        re.Pattern[str], ...
    ]  # all but the topic's own; empty where the topic is not about countries
    near: Nearness


@dataclass(frozen=True, slots=True)
class Explanation:
    """What came of an article, in words too. `terms`: every term that is in the text, with the
    passage it stands in.
    """

    match: Match | None
    reason: str
    terms: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Passage:
    """A passage with the terms found in it. `standing`: how the sides stand to each other; 'apart'
    where they share no clause.
    """

    start: int
    end: int
    hits: Sequence[Found]
    standing: _Standing


def compile_topic(topic: Topic) -> CompiledTopic:
    """The topic's terms as patterns."""
    groups = tuple(
        _Group(group.name, any_of(group.any), needles(group.any)) for group in topic.all_of
    )
    terms = [term for group in topic.all_of for term in group.any]
    phrases = tuple(_compile_phrase(phrase, terms, groups) for phrase in topic.none_of)
    return CompiledTopic(
        groups, phrases, other_countries([group.terms for group in groups]), topic.near
    )


def match(topic: CompiledTopic, title: str, body: str) -> Match | None:
    """Why the article belongs to the topic; None where it does not.

    Score 1 where the sides meet in the headline; else 1 - 2^-n for n passages of the body: one
    passing sentence is .5, two are .75.
    """
    return (
        _judge(topic, title, body)[0]
        if _may_hold(topic.groups, f"{title}\n{body}".lower())
        else None
    )


def explain(topic: CompiledTopic, title: str, body: str) -> Explanation:
    """What `match` says of the article, why in words, and every term that was found."""
    found, reason = _judge(topic, title, body)
    phrases = _phrases(topic, title, body)
    headline = _read(topic, phrases, title, 0, len(title))
    terms = [
        *_spans("title", title, [headline]),
        *_spans(
            "body",
            body,
            (_read(topic, phrases, body, start, end) for start, end in _passages(topic, body)),
        ),
    ]
    missing = [
        group.name for group in topic.groups if all(term.group != group.name for term in terms)
    ]
    if not found and missing:
        reason = f"no term of {' and '.join(missing)} is in the text"
    return Explanation(found, reason, tuple(terms))


def _judge(topic: CompiledTopic, title: str, body: str) -> tuple[Match | None, str]:
    """The match and the reason for it, or for there being none."""
    phrases = _phrases(topic, title, body)
    if veto := next((phrase for phrase in phrases if phrase.veto), None):
        return None, f"'{veto.phrase}' of none_of is in the text"
    headline = _read(topic, phrases, title, 0, len(title))
    passages = _passages(topic, body)
    read = {
        number: _read(topic, phrases, body, start, end)
        for number, (start, end) in enumerate(passages)
        if _may_hold(topic.groups, body[start:end].lower())
    }
    met = {number: passage for number, passage in read.items() if passage.standing == "tie"}
    if not met and headline.standing != "tie":
        side_by_side = any(
            passage.standing in ("list", "crowd") for passage in [headline, *read.values()]
        )
        listed = f"the sides stand only side by side: a list, a table, a teaser or a {topic.near} with others"
        return None, listed if side_by_side else f"the sides never meet in one {topic.near}"

    strength, reason = _weigh(topic, title, headline, sorted(met), len(passages))
    in_headline = [headline] if headline.standing == "tie" else []
    score = 1.0 if in_headline else 1 - 0.5 ** len(met)
    spans = [*_spans("title", title, in_headline), *_spans("body", body, met.values())]
    return Match(score, tuple(spans), strength), reason


def _weigh(
    topic: CompiledTopic, title: str, headline: _Passage, met: Sequence[int], of: int
) -> tuple[Strength, str]:
    """Whether the sides are what the article is about, and why: `met` are the passages in which
    they meet, `of` how many there are.
    """
    meet = "the sides meet" if len(topic.groups) > 1 else "it is named"
    often = f"{meet} in {len(met)} of {of} {topic.near}s"
    if headline.standing == "tie":
        return "subject", f"{meet} in the headline"
    if met[0] < max(1, min(_LEAD, of // _LEAD_SHARE)) and _names_a_side(topic, title, headline):
        return "subject", f"the headline names a side, and {meet} in the lead"
    return ("subject" if len(met) >= max(_OFTEN, of / _SHARE) else "mention"), often


def _passages(topic: CompiledTopic, body: str) -> list[tuple[int, int]]:
    """Where the sides must meet."""
    return sentences(body) if topic.near == "sentence" else paragraphs(body)


def _phrases(topic: CompiledTopic, title: str, body: str) -> list[_Phrase]:
    """The phrases of none_of that the article has."""
    lowered = f"{title}\n{body}".lower()
    return [
        phrase
        for phrase in topic.none_of
        if phrase.needle in lowered and (phrase.text.search(title) or phrase.text.search(body))
    ]


def _names_a_side(topic: CompiledTopic, title: str, headline: _Passage) -> bool:
    """Whether the headline is about one of the sides, or all of them: not where they are in a list,
    or one is among others.
    """
    if headline.standing != "apart" or not headline.hits:
        return headline.standing == "crowd"
    if len({name for *_, name in headline.hits}) == len(topic.groups):
        return True
    others = {name for *_, name in named(topic.countries, title, 0, len(title))}
    return len(others) < 2 and not stands_in_row(topic.countries, title, headline.hits)


def _may_hold(groups: Sequence[_Group], lowered: str) -> bool:
    """Whether a term of each group can be in the text: what spares all the others the patterns,
    which are some 50 times as slow.
    """
    return all(any(needle in lowered for needle in group.needles) for group in groups)


def _read(
    topic: CompiledTopic, phrases: Sequence[_Phrase], text: str, start: int, end: int
) -> _Passage:
    """The passage from start to end."""
    acronyms = frozenset[str]().union(*(phrase.acronyms for phrase in phrases))
    masked = [
        found.span() for phrase in phrases for found in phrase.text.finditer(text, start, end)
    ]
    hits: list[Found] = sorted(
        (hit.start(), hit.end(), group.name)
        for group in topic.groups
        for hit in group.terms.finditer(text, start, end)
        if hit.group() not in acronyms
        and not any(one < hit.end() and hit.start() < two for one, two in masked)
    )
    standings = set[_Standing]()
    for begin, stop in clauses(text, start, end) if topic.near == "sentence" else [(start, end)]:
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


def _compile_phrase(phrase: str, terms: Sequence[str], groups: Sequence[_Group]) -> _Phrase:
    """What a phrase of none_of takes away."""
    parts = words(phrase)
    initials = "".join(word[0] for word in parts).upper()
    acronyms = frozenset(
        term for term in terms if is_acronym(term) and (term in parts or term == initials)
    )
    veto = not acronyms and not any(group.terms.search(phrase) for group in groups)
    return _Phrase(phrase, max(parts, key=len).lower().strip("*"), any_of([phrase]), acronyms, veto)
