"""A version is raised when what comes out changes, so that what is stored is made anew."""

import tomllib

import pytest

from tests.versions import RECORDED, Golden, golden

WHERE = {
    "extractor": "CODE_VERSION in flows/stages/extraction/extract.py",
    "matcher": "MATCHER_VERSION in flows/stages/watch/topics.py",
}
REWRITE = "then run `python -m tests.versions` and commit tests/cases/versions.toml"


@pytest.mark.parametrize("name", WHERE)
def test_outputs_belong_to_their_version(name: str) -> None:
    """The outputs of the fixtures are those that were recorded for this version."""
    now = golden()[name]
    recorded = Golden(**tomllib.loads(RECORDED.read_text(encoding="utf-8"))[name])
    changed = [
        fixture
        for fixture, output in now.outputs.items()
        if recorded.outputs.get(fixture, output) != output
    ]
    if now.version == recorded.version:
        assert not changed, (
            f"What the {name} makes of these fixtures has changed, but its version has not: "
            f"{changed}. If the code has changed, raise {WHERE[name]}; {REWRITE}."
        )
    assert now == recorded, (
        f"The {name}'s version or fixtures have changed since its outputs were recorded: if that "
        f"is what you meant, {REWRITE.removeprefix('then ')}."
    )
