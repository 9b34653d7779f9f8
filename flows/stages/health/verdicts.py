"""Verdicts: whether a problem of one kind stands, by one rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.records import ProblemKind

Value = str | int | float | datetime  # a float is a share


@dataclass(frozen=True, slots=True)
class Verdict:
    """`stands`: None if the night cannot tell, so that everything stays as it was; `rule`: the
    phrase of wording.toml that says why, with its `values`.
    """

    kind: ProblemKind
    stands: bool | None
    rule: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
