"""The words of the press, from the TOML files beside this module.

time.toml: months, weekdays, zones; people.toml: the roles and posts of those who make an article;
outlets.toml: agencies and outlets; prompts.toml: what pages say to their readers.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read(name: str) -> dict[str, Any]:
    """What the file `name`.toml holds."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def any_of(words: Iterable[str]) -> str:
    """A pattern that finds one of these words or phrases, the longest first; blanks in them may be
    any white space.
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(r"\s+".join(map(re.escape, word.split())) for word in ordered) + ")"
