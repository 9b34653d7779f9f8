"""Templates: what they print is escaped, printable, and defined."""

import pytest
from jinja2 import UndefinedError

from flows.reading.environment import environment, web

ADDRESSES = [
    ("https://detak.example/a?b=1&c=2", True),
    ("http://detak.example/", True),
    ("HTTPS://detak.example/", True),
    ("javascript:alert(1)", False),
    (" javascript:alert(1)", False),
    ("data:text/html,x", False),
    ("//detak.example/", False),
    ("/articles/1", False),
    ("http://[broken", False),
    ("", False),
]


@pytest.mark.parametrize(("address", "leads"), ADDRESSES)
def test_only_web_addresses_are_links(address: str, leads: bool) -> None:
    """An address that would run something is none."""
    assert (web(address) is not None) == leads


def printed(template: str, **values: object) -> str:
    """What a template makes of values."""
    return environment(("id",)).from_string(template).render(values)


def test_what_is_printed() -> None:
    """Text is escaped, and characters that HTML forbids or that turn the text around are not in
    it.
    """
    assert printed("{{ text }}", text="<b>\x00\u202e&") == "&lt;b&gt;  &amp;"
    headline = "{% import 'macros.html' as show %}{{ show.headline(title, address) }}"
    assert printed(headline, title='"><script>', address="javascript:x") == (
        '<bdi class="headline">&#34;&gt;&lt;script&gt;</bdi>'
    )


def test_what_is_missing_is_an_error() -> None:
    """A page with a hole in it is never shown."""
    with pytest.raises(UndefinedError):
        printed("{{ text }}")
    with pytest.raises(TypeError):
        printed("{{ text }}", text=None)
