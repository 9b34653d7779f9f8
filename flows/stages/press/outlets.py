"""Agencies and outlets that others take texts from, by the names they go by (outlets.toml)."""

from flows.stages.press.vocabulary import read

_NAMES: dict[str, str] = {
    spelling: name
    for name, spellings in read("outlets")["spellings"].items()
    for spelling in spellings
}

SPELLINGS = frozenset(_NAMES)


def outlet_by_key(spelling: str) -> str | None:
    """The outlet that goes by a name with this key."""
    return _NAMES.get(spelling)
