"""Tables of cases: inputs and what is expected of them, side by side."""

from typing import Any

import yaml

from tests.helpers.paths import CASES


class TextDates(yaml.CSafeLoader):
    """YAML in which a date is text."""


TextDates.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


Loader = type[yaml.CSafeLoader | yaml.CBaseLoader | yaml.SafeLoader]


def cases(name: str, loader: Loader = yaml.CSafeLoader) -> Any:
    """What tests/cases/NAME.yaml holds. Read by libyaml, because PyYAML's own parser takes ten
    times as long, seconds in each process that collects the tests; but that knows halves of
    surrogate pairs.
    """
    return yaml.load((CASES / f"{name}.yaml").read_text(encoding="utf-8"), loader)
