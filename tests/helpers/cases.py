"""Tables of cases: inputs and what is expected of them, side by side."""

from typing import Any

import yaml

from tests.helpers.paths import CASES


class TextDates(yaml.SafeLoader):
    """YAML in which a date is text."""


TextDates.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases(name: str, loader: type[yaml.SafeLoader | yaml.BaseLoader] = yaml.SafeLoader) -> Any:
    """What tests/cases/NAME.yaml holds."""
    return yaml.load((CASES / f"{name}.yaml").read_text(encoding="utf-8"), loader)
