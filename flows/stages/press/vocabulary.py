"""The vocabulary of the press, in the TOML files beside this module.

- time.toml: months, weekdays, zones
- people.toml: the roles and posts of the people behind an article
- outlets.toml: agencies and outlets
- prompts.toml: what pages say to their readers
- prose.toml: how sentences and headlines are written
- countries.toml: what else countries are called (see flows.stages.press.countries)
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read(name: str) -> dict[str, Any]:
    """The content of the file `name`.toml."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def any_of(words: Iterable[str]) -> str:
    """A pattern that finds any of these words or phrases, the longest first. A space in them stands
    for any white space.
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(r"\s+".join(map(re.escape, word.split())) for word in ordered) + ")"
