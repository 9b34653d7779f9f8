"""Agencies and outlets whose texts others publish, by the names in outlets.toml."""

from flows.stages.press.vocabulary import read

_NAMES: dict[str, str] = {
    spelling: name
    for name, spellings in read("outlets")["spellings"].items()
    for spelling in spellings
}

SPELLINGS = frozenset(_NAMES)


def outlet_by_key(spelling: str) -> str | None:
    """The outlet that has a name with this key, if any."""
    return _NAMES.get(spelling)
