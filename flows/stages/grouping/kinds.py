"""Which kind of article a headline announces, by kinds.toml: series, standing pages, digests."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kind:
    """`each`: in what the instalments of a series differ, 'day' or 'instant'; '' for no series.
    `apart`: a standing page. `headline` is searched for in lower case.
    """

    name: str
    headline: re.Pattern[str]
    example: str
    each: str = ""
    apart: bool = False
    digest: bool = False


def _kinds() -> list[Kind]:
    rows = tomllib.loads(files(__package__).joinpath("kinds.toml").read_text("utf-8"))
    return [Kind(name, re.compile(row.pop("headline")), **row) for name, row in rows.items()]


KINDS = _kinds()


def kinds_of(headlines: Sequence[str]) -> Booleans:
    """A row for each headline, a column for each of `KINDS`: whether it is of that kind."""
    lower = [headline.lower() for headline in headlines]
    return np.array(
        [[bool(kind.headline.search(headline)) for kind in KINDS] for headline in lower], bool
    )
