"""What falls under a line rule, which part of a line does, and what stays."""

import re
import time
from typing import Any

import pytest

from flows.stages.extraction.line_rules import (
    RULES,
    Phrase,
    Rule,
    find_asides,
    is_comments_heading,
    make_rule,
    read_tables,
    related_label,
    rule_for,
)
from flows.stages.press.vocabulary import read
from tests.helpers.cases import cases
from tests.helpers.linear import KINDS, LONG, SECONDS

EVERYWHERE = frozenset({"anywhere", "heading", "edge", "head"})
SENTENCE = (
    "Petugas pelabuhan itu membacakan tulisan tersebut dengan suara keras kepada semua orang, "
    "kata saksi mata."
)


TABLES = read_tables()
PHRASES = [(rule, phrase) for rule in RULES for phrase in rule.phrases]
NAMES = [f"{rule.id} {phrase.text}" for rule, phrase in PHRASES]
ALONE = {
    (rule.id, phrase.text): make_rule(
        rule.id, {**TABLES[rule.id], "phrases": {phrase.text: phrase.example}}
    )
    for rule, phrase in PHRASES
}
KEPT, CUT = cases("line_rules/kept"), cases("line_rules/cut")


def falls_under(rule: Rule, text: str) -> bool:
    """Whether a line, or how it opens, falls under this rule, whatever the others say."""
    pattern = re.compile(rule.whole, re.IGNORECASE)
    found = pattern.match(text) if rule.where == "label" else pattern.fullmatch(text)
    return bool(found) and not (rule.unless and re.search(rule.unless, text, re.IGNORECASE))


def first_rule(rule: Rule, text: str) -> Rule | None:
    """The first rule that a line falls under where this rule holds."""
    if rule.where == "label":
        return rule if related_label(text) else None
    return rule_for(text, frozenset({"anywhere", "heading", rule.where}))


@pytest.mark.parametrize(("rule", "phrase"), PHRASES, ids=NAMES)
def test_every_phrase_has_its_example(rule: Rule, phrase: Phrase) -> None:
    """A phrase finds its own example, which no other phrase of its rule and no earlier rule does:
    without the phrase, the line would stay or be another rule's.
    """
    finding = [
        one.text for one in rule.phrases if falls_under(ALONE[rule.id, one.text], phrase.example)
    ]
    assert finding == [phrase.text]
    assert first_rule(rule, phrase.example) is rule


@pytest.mark.parametrize(("rule", "phrase"), PHRASES, ids=NAMES)
def test_examples_inside_a_sentence_stay(rule: Rule, phrase: Phrase) -> None:
    """The words of an example do no harm inside an article's sentence."""
    quoted = f'Di papan itu tertulis "{phrase.example}" dengan huruf merah yang besar. {SENTENCE}'
    told = f"Di papan itu tertulis {phrase.example.strip('.!?')} dan warga berkumpul. {SENTENCE}"
    for text in (quoted, told):
        assert rule_for(text, EVERYWHERE) is None
    assert find_asides(quoted) == []


@pytest.mark.parametrize(("rule", "phrase"), PHRASES, ids=NAMES)
def test_phrases_are_linear(rule: Rule, phrase: Phrase) -> None:
    """No phrase looks long at a long line, of one character or of its own example."""
    pattern = re.compile(ALONE[rule.id, phrase.text].whole, re.IGNORECASE)
    start = time.process_time()
    for one in (*KINDS, f"{phrase.example} ", f"{phrase.example}. "):
        pattern.fullmatch(one * (LONG // len(one)))
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("unless", sorted({rule.unless for rule in RULES} - {""}))
def test_vetoes_are_linear(unless: str) -> None:
    """Nor does what no line of a rule holds."""
    pattern = re.compile(unless, re.IGNORECASE)
    start = time.process_time()
    for one in KINDS:
        pattern.search(one * LONG)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("one", [*KINDS, "(baca juga: ", "a. "])
def test_long_lines_take_no_time(one: str) -> None:
    """A line of any length is read in time."""
    line = one * (LONG // len(one))
    start = time.process_time()
    find_asides(line)
    rule_for(line)
    related_label(line)
    assert time.process_time() - start < 2 * SECONDS


@pytest.mark.parametrize("text", KEPT["anywhere"])
def test_what_an_article_says_stays(text: str) -> None:
    """No rule cuts a sentence or a subheading of an article, or a part of one."""
    assert rule_for(text, EVERYWHERE) is None
    assert find_asides(text) == []


@pytest.mark.parametrize("text", KEPT["within"])
def test_what_only_edges_lose(text: str) -> None:
    """What an article may say and pages say around it is only cut at its edges."""
    assert rule_for(text) is None
    assert rule_for(text, EVERYWHERE) is not None


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in CUT.items() for text in texts]
)
def test_what_pages_say_is_cut(name: str, text: str) -> None:
    """What pages put around articles falls under its rule, in words that no phrase was written
    for.
    """
    rule = next(rule for rule in RULES if rule.id == name)
    assert first_rule(rule, text) is rule


def test_every_rule_is_in_the_table() -> None:
    """The table of what is cut has lines of every rule, and every rule was seen somewhere."""
    assert set(CUT) == {rule.id for rule in RULES}
    assert all(rule.seen for rule in RULES)


@pytest.mark.parametrize("case", cases("line_rules/parts"), ids=lambda case: case["line"][:60])
def test_parts(case: dict[str, Any]) -> None:
    """What stands for itself in a line is found, and nothing of its sentences."""
    line = case["line"]
    found = [f"{name} | {line[start:end]}" for start, end, name in find_asides(line)]
    assert found == case.get("parts", [])


@pytest.mark.parametrize("text", CUT["prompt-comment"])
def test_headings_of_comments(text: str) -> None:
    """What stands over comments is known as such."""
    assert is_comments_heading(text)


@pytest.mark.parametrize("text", ["Komentar Pengamat", "Tanggapan Pemerintah", SENTENCE])
def test_no_headings_of_comments(text: str) -> None:
    """A subheading about comments is none."""
    assert not is_comments_heading(text)


@pytest.mark.parametrize("text", ["Lihat juga Pasal 12 itu.", "Bacaan anak", "Simak penjelasannya"])
def test_no_labels_of_related_links(text: str) -> None:
    """A sentence that opens like a label is none."""
    assert not related_label(text)


def test_every_list_is_used() -> None:
    """Every list of words is in a phrase."""
    said = [*read("prompts")["status"].values(), *read("prompts")["change"].values()]
    tables = [*TABLES.values(), *({"phrases": one} for one in said)]
    phrases = "\n".join(
        text for table in tables for text in (*table["phrases"], table.get("unless", ""))
    )
    lists = {name for name, words in read("prompts").items() if isinstance(words, list)}
    assert lists == {name for name in lists if f"{{{name}}}" in phrases}
