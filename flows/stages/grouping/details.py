"""What grouping knows of a text: its words, by which candidates are found, and the details that
scores weigh. Most texts of the last days are nobody's candidate, so that only their words are read.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.records import Clipping
from flows.stages.grouping.credits import agencies, credited, outlet_names
from flows.stages.grouping.kinds import KINDS, kinds_of
from flows.stages.grouping.languages import language_of
from flows.stages.grouping.tables import Indices, Numbers, ids_of
from flows.stages.grouping.texts import (
    LEAD,
    WORD,
    headlined_days,
    keywords_of,
    names_of,
    numbers_of,
    phrases_of,
    plain,
    reported_day,
    reported_minute,
)

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Text:
    """`head`: the headline's words, small; `words`: the numbers of its and the body's words."""

    headline: str
    body: str
    head: list[str]
    words: Indices
    language: str


@dataclass(frozen=True, slots=True)
class Details:
    """Words, phrases and names by their numbers; `day` and `minute` are 0 and -1 for none."""

    kinds: Booleans
    day: int
    minute: int
    headlined: set[str]
    numbers: set[str]
    lead_numbers: set[str]
    outlet_names: set[str]
    credits: set[str]
    keywords: Indices
    phrases: Indices
    names: Indices
    mentions: Indices


_NOTHING = np.array([], np.intp)
UNREAD = Details(
    kinds=np.zeros(len(KINDS), bool),
    day=0,
    minute=-1,
    headlined=set(),
    numbers=set(),
    lead_numbers=set(),
    outlet_names=set(),
    credits=set(),
    keywords=_NOTHING,
    phrases=_NOTHING,
    names=_NOTHING,
    mentions=_NOTHING,
)


def text_of(clipping: Clipping, ids: Numbers) -> Text:
    """The words of a clipping."""
    headline, body = plain(clipping.title), plain(clipping.body)
    head = WORD.findall(headline.lower())
    words = head + WORD.findall(body.lower())
    return Text(headline, body, head, ids_of(words, ids), language_of(words))


def details_of(clipping: Clipping, text: Text, ids: Numbers, idf: NDArray[np.float64]) -> Details:
    """The details of a clipping's text; `idf`: the weight of each word."""
    lead = len(text.head) + LEAD
    body = WORD.findall(text.body)
    written = text.head + body
    names = ids_of(sorted(names_of(text.head, text.body, body)), ids)
    return Details(
        kinds=kinds_of([text.headline])[0],
        day=reported_day(text.body),
        minute=reported_minute(text.body),
        headlined=headlined_days(text.headline),
        numbers=numbers_of(written),
        lead_numbers=numbers_of(written[:lead]),
        outlet_names=outlet_names(clipping),
        credits=credited(clipping) | agencies(text.body),
        keywords=keywords_of(text.words, idf),
        phrases=phrases_of(text.words, len(idf)),
        names=names[idf[names] > 0],
        mentions=text.words[idf[text.words] > 0],
    )
