"""Templates of a desk's own: what they may say, what is said of their faults, and that none of them
runs away.
"""

import time
from dataclasses import replace

import pytest

from flows.records import Match, Span
from flows.stages.watch.messages import compose
from flows.stages.watch.templates import LONGEST, TRIALS, VARIABLES, fault, render
from tests.helpers.hits import SEEN_AT as NOW
from tests.helpers.hits import TOPICS, hit

WRITTEN = [
    # a template, and what it writes of the first trial
    ("{{ headline }}\n{{ link }}", "Harga Beras Naik Lagi\nhttps://a.example/1"),
    ("{{ label|upper }}: {{ outlets|join(' + ') }}", "PERKEMBANGAN: Suara Samudra + Mandala"),
    ("{% if story_link %}{{ story_link }}{% else %}-{% endif %}", TRIALS[0].story_link),
    ("{{ outlets|length }} {{ 'satu' if outlets|length == 1 else 'banyak' }}", "2 banyak"),
    ("{{ news[0] }}", "“Harga beras naik 300 rupiah.”"),
    ("{{ news[9] }}{{ topic }}", "Harga beras"),
    ("{{ reports[0].outlet ~ '!' }}", "Suara Samudra!"),
    (
        "{% for each in reports %}\n{{ loop.index }}. {{ each.outlet }}"
        "{% if each.new %} (baru){% endif %}\n\n{% endfor %}",
        "1. Suara Samudra\n2. Mandala (baru)",
    ),
    ("{% for each in reports if not each.sure %}{{ each.relation }}{% endfor %}", "salinan"),
    ("{# catatan #}{{ why }}<b>&</b>", "beras; 2 media, asli dari Suara Samudra<b>&</b>"),
]


@pytest.mark.parametrize(("template", "text"), WRITTEN)
def test_render(template: str, text: str) -> None:
    """Variables, conditions, loops over an alert's lists, and filters that write no more than they
    are given.
    """
    assert render(template, TRIALS[0]) == text


def test_every_variable_is_in_every_alert() -> None:
    """A template of all of them has no fault."""
    assert fault("\n".join(f"{{{{ {name} }}}}" for name in VARIABLES), TRIALS) is None


FAULTS = [
    # a template, the line of its fault, and what is said of it
    ("{{ headline", 1, "unexpected end of template, expected 'end of print statement'."),
    ("a\nb {{ hedline }}", 2, "hedline: no such variable; known are topic, kind"),
    ("{% if kind == 'closed' %}{{ akhir }}{% endif %}", 1, "akhir: no such variable"),
    ("{{ reports[0].outlett }}", 1, "outlett: a report has only outlet, when, relation, link"),
    ("{{ headline.__class__ }}", 1, "__class__: a report has only"),
    ("{{ headline|wordwrap(9) }}", 1, "wordwrap: no such filter; known are capitalize, default"),
    ("{{ headline|center(1000000000) }}", 1, "center: no such filter"),
    ("{{ headline is sameas 1 }}", 1, "sameas: no such test; known are defined, none"),
    ("{{ headline.upper() }}", 1, "a call with ( ) is not part of it"),
    ("{{ cycler('a') }}", 1, "a call with ( ) is not part of it"),
    ("{{ 'a' * 1000000000 }}", 1, "arithmetic is not part of it"),
    ("{{ 10 ** 10 ** 10 }}", 1, "arithmetic is not part of it"),
    ("{{ '%1000000000d' % 1 }}", 1, "arithmetic is not part of it"),
    ("\n{% set a = 1 %}", 2, "{% set %} is not part of it"),
    ("{% include 'a' %}", 1, "{% include %} is not part of it"),
    ("{% macro a() %}{% endmacro %}", 1, "{% macro %} is not part of it"),
    ("{% for a in range(1000000000) %}{% endfor %}", 1, "a loop is over one of outlets, changes"),
    ("{% for a in headline %}{% endfor %}", 1, "a loop is over one of outlets, changes"),
    ("{% for a in outlets[0:1] %}{{ a }}{% endfor %}", 1, "a loop is over one of outlets"),
    ("{% for a in [1, 2] %}{% endfor %}", 1, "a loop is over one of outlets, changes"),
    ("{% for a, b in reports %}{% endfor %}", 1, "a list of values is not part of it"),
    ("{% for a in news recursive %}{% endfor %}", 1, "at most 2 loops stand in each other"),
    (
        "{% for a in news %}{% for b in news %}\n{% for c in news %}{% endfor %}{% endfor %}"
        "{% endfor %}",
        2,
        "at most 2 loops stand in each other",
    ),
    ("{{ news[0] < 3 }}", 1, "'<' not supported between instances of 'str' and 'int'"),
    ("a\n{% if news %}\n{{ reports[7].link }}{% endif %}", 3, "has no element 7"),
    ("{% nosuch %}", 1, "Encountered unknown tag 'nosuch'."),
    ("{{ " + "(" * 3000, 1, ""),
    ("x" * 5000, 1, "it has 5000 characters, and at most 4000 are read"),
]


@pytest.mark.parametrize(("template", "line", "problem"), FAULTS)
def test_fault(template: str, line: int, problem: str) -> None:
    """What cannot be said, or fails on an invented alert, is told with its line."""
    found = fault(template, TRIALS)
    assert found is not None
    assert found.line == line
    assert problem in found.problem


def test_nothing_runs_away() -> None:
    """The largest loops of the longest template over the largest alert take no time, and what they
    write is cut.
    """
    inner = "{{ reports[0].outlet }}" * 160
    template = "{% for a in reports %}{% for b in reports %}" + inner + "{% endfor %}{% endfor %}"
    large = replace(TRIALS[0], reports=TRIALS[0].reports * 25)
    assert len(template) < 4000
    began = time.monotonic()
    text = render(template, large)
    assert text is not None
    assert len(text) == LONGEST
    silent = "{% for a in reports %}{% for b in reports %}"
    silent += "{% if not a or not b %}x{% endif %}" * 100 + "{% endfor %}{% endfor %}"
    assert render(silent, large) is None
    assert time.monotonic() - began < 2


OWN = [
    # a template and the text of an alert with it, {key} for its key
    ("{{ why }}\n{{ link }}", "Rusia ↔ Korut; baru 1 media\nhttps://antara.example/a\n\n{key}"),
    ("{{ headline }}", "Rusia Puji Korut\n\nhttps://antara.example/a\n\n{key}"),
    (
        "{% if changes %}{{ link }}{% endif %}",  # writes nothing: the default says it
        "Rusia ↔ Korut; baru 1 media\nAntara, Rabu, 2 September 2026, 01.00 WIB\n"
        "https://antara.example/a\n\n{key}",
    ),
    (
        "{{ reports[0].link < 1 }}",  # fails: likewise
        "Rusia ↔ Korut; baru 1 media\nAntara, Rabu, 2 September 2026, 01.00 WIB\n"
        "https://antara.example/a\n\n{key}",
    ),
]


@pytest.mark.parametrize(("template", "text"), OWN)
def test_alert_by_a_template(template: str, text: str) -> None:
    """The alert says what the template does, and always has its link and its key."""
    evidence = (
        Span("russia", "title", 0, 5, "Rusia", "Rusia Puji Korut"),
        Span("dprk", "title", 11, 16, "Korut", "Rusia Puji Korut"),
    )
    about = hit("a", match=Match(1, evidence, "subject"))
    own = replace(TOPICS["pact"], template=template)
    alert = compose("new_story", "k", own, about, [about], NOW)
    assert alert.title == "Rusia–Korea Utara: Rusia Puji Korut"
    assert alert.text == text.replace("{key}", "[k]")


def test_a_long_alert_by_a_template_has_its_link_and_key() -> None:
    """What a template writes is cut, and the key and the link are not."""
    own = replace(TOPICS["pact"], template="kata " * 790)
    about = hit("a")
    text = compose("new_story", "k", own, about, [about], NOW).text
    assert text.endswith("\n\nhttps://antara.example/a\n\n[k]")
    assert len(text) <= LONGEST + 100
