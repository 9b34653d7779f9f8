"""What the reading room says: complete in both languages, and escaped."""

import re
from datetime import UTC, date, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from flows import records
from flows.reading.language import Saying, Wording, phrases
from flows.reading.marks import printable

VOCABULARIES = {
    "relation": get_args(records.Relation),
    "alert": (*get_args(records.AlertKind), "heartbeat"),
    "delivery": ("pending", "sent", "dead"),
    "strength": get_args(records.Strength),
    "health": ("new", "nothing_new", "failed", "not_looked"),
    "reason": get_args(records.Reason),
    "doubt": (*get_args(records.Doubt), *get_args(records.VersionDoubt)),
    "trouble": get_args(records.TroubleKind),
    "problem": get_args(records.ProblemKind),
}
INDONESIAN, BOTH = Wording(("id",)), Wording(("id", "en"))
NIGHT = datetime(2026, 3, 10, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize("group", VOCABULARIES)
def test_every_word_of_a_vocabulary_has_a_phrase(group: str) -> None:
    """What the warehouse may hold can be said."""
    assert [name for name in VOCABULARIES[group] if f"{group}.{name}" not in phrases()] == []


@pytest.mark.parametrize("name", phrases())
def test_phrase_says_the_same_in_both_languages(name: str) -> None:
    """Both languages have the phrase, and every form of it has the same values."""
    forms = phrases()[name]
    assert {"id", "en"} <= set(forms) <= {"id", "en", "id_one", "en_one"}
    assert len({frozenset(re.findall(r"{(\w+)}", form)) for form in forms.values()}) == 1


SAYINGS: list[tuple[Saying, str, str]] = [
    (BOTH.phrase("number.articles", n=1), "1 artikel", "1 article"),
    (BOTH.phrase("number.articles", n=1200), "1.200 artikel", "1,200 articles"),
    (BOTH.share(0.1234), "12,3%", "12.3%"),
    (BOTH.delay(1), "1 menit", "1 minute"),
    (BOTH.delay(75), "1 jam 15 menit", "1 h 15 min"),
    (BOTH.delay(3000), "2 hari 2 jam", "2 d 2 h"),
    (BOTH.day(date(2026, 8, 17)), "17 Agu", "17 Aug"),
    (BOTH.full_day(date(2026, 3, 11)), "Rabu, 11 Maret 2026", "Wednesday, 11 March 2026"),
    (BOTH.instant(None), "tanpa tanggal", "undated"),
    (BOTH.instant(NIGHT), "11 Mar 2026, 01.05 WIB", "11 Mar 2026, 01:05 WIB"),
    (BOTH.clock(NIGHT), "01.05 WIB", "01:05 WIB"),
    # midnight in Jayapura
    (BOTH.instant(datetime(2026, 3, 10, 15, tzinfo=UTC), "day"), "11 Mar 2026", "11 Mar 2026"),
    (BOTH.clock(datetime(2026, 3, 10, 15, tzinfo=UTC), "day"), "11 Mar", "11 Mar"),
]


@pytest.mark.parametrize(("saying", "indonesian", "english"), SAYINGS)
def test_sayings(saying: Saying, indonesian: str, english: str) -> None:
    """Numbers, days, times, and lengths of time, as each language has them."""
    assert [text.striptags() for text in saying.texts.values()] == [indonesian, english]


def test_a_page_in_two_languages_says_it_in_both() -> None:
    """Each marked with its language, unless they are the same; values are said in each, too."""
    assert BOTH.phrase("time.minutes", n=2).__html__() == (
        '<span class="said" lang="id">2 menit</span><span class="said" lang="en">2 minutes</span>'
    )
    assert BOTH.number(7).__html__() == "7"
    taken = BOTH.phrase("relation.taken", relation=BOTH.phrase("relation.copy"), outlet="Detak")
    assert [str(text) for text in taken.texts.values()] == ["salinan dari Detak", "copy of Detak"]
    assert INDONESIAN.phrase("time.minutes", n=2).__html__() == "2 menit"


@given(st.text())
def test_values_are_escaped(text: str) -> None:
    """Whatever an outlet calls itself, it stays text."""
    said = INDONESIAN.phrase("relation.taken", relation=INDONESIAN.number(1), outlet=text)
    assert said.__html__() == f"1 dari {escape(printable(text))}"
