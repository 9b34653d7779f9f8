"""The thresholds in health.toml, as records."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class History:
    """Which nights are compared."""

    nights: int
    reaches: int
    apart: int
    least: int
    complete_h: float
    weekday: int


@dataclass(frozen=True, slots=True)
class Links:
    """When the number of new links is a problem."""

    small: float
    trimmed: int
    none_of: float
    share: float
    least: float
    deviations: float
    windows: tuple[int, ...]
    longest: int
    enough: float
    spread: float
    fitted: float
    common_sources: int
    common_least: float


@dataclass(frozen=True, slots=True)
class Pages:
    """When the ends of pages are a problem."""

    least: int
    share: float
    chance: float
    assumed: float
    known: int
    nearly_all: float
    over: float
    blocked: tuple[str, ...]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Articles:
    """When what articles have is a problem."""

    least: int
    known: int
    field: float
    vanished: float
    returned: float
    shorter: float
    longer: float
    settled: float
    varies: float
    doubts: tuple[str, ...]
    incomplete: float
    assumed: float
    chance: float
    uneven: float
    deviations: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All of them; `accepted`: after how many nights a change is the usual."""

    history: History
    links: Links
    pages: Pages
    articles: Articles
    accepted: int


@cache
def thresholds() -> Thresholds:
    """What health.toml says."""
    text = files(__package__).joinpath("health.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return Thresholds(
        History(**read["history"]),
        Links(**_fixed(read["links"])),
        Pages(**_fixed(read["pages"])),
        Articles(**_fixed(read["articles"])),
        read["problems"]["accepted"],
    )


def _fixed(read: Mapping[str, Any]) -> dict[str, Any]:
    """A table with tuples in place of its lists."""
    return {name: tuple(each) if isinstance(each, list) else each for name, each in read.items()}
