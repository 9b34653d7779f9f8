"""What the records say about themselves."""

import pytest

from flows.records import counted

COUNTED = [
    (0, "alerts", "0 alerts"),
    (1, "alerts", "1 alert"),
    (2, "alerts", "2 alerts"),
    (1, "stories unchanged", "1 story unchanged"),
    (1, "entries", "1 entry"),
    (1, "articles with korut-tolls", "1 article with korut-tolls"),
    (1, "added", "1 added"),
    (1000, "pages", "1000 pages"),
]


@pytest.mark.parametrize(("count", "nouns", "said"), COUNTED)
def test_counted(count: int, nouns: str, said: str) -> None:
    """One thing is in the singular."""
    assert counted(count, nouns) == said
