"""The JSON Schemas of the two YAML files say what flows.config reads: neither can change without
the other.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from flows.config import load_sources, load_topics
from flows.errors import ConfigError
from tests.helpers.paths import CASES, ROOT

Schema = Mapping[str, Any]
LOAD: Mapping[str, Callable[[Path], object]] = {
    "sources": load_sources,
    "topics": lambda path: load_topics(path, None),
}
SCHEMAS: Mapping[str, Schema] = {
    name: json.loads((ROOT / "flows" / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    for name in LOAD
}
UNKNOWN, WRONG = "zzzz", "qqqq"


class _Loader(yaml.SafeLoader):
    """YAML as editors read it: `yes` is a name."""


_LOOKS_TRUE = re.compile("true|false")
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, _LOOKS_TRUE if tag.endswith(":bool") else form)
        for tag, form in of
        if not tag.endswith(":timestamp")
    ]
    for first, of in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def objects(schema: Schema, wrap: Callable[[Any], Any]) -> Iterator[tuple[Schema, Any]]:
    """Each part of a schema that has keys or choices, and a function that makes a file with a value
    in its place.
    """
    if "properties" in schema or "enum" in schema:
        yield schema, wrap
    for name, part in schema.get("properties", {}).items():
        yield from objects(part, _under(name, wrap))
    if "items" in schema:
        yield from objects(schema["items"], lambda value: wrap([value]))
    if isinstance(named := schema.get("additionalProperties"), dict):
        yield from objects(named, _under("name", wrap))


def _under(name: str, wrap: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: wrap({name: value})


def mistakes(name: str, tmp_path: Path, content: Any) -> str:
    """What the program says of a file."""
    path = tmp_path / f"{name}.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        LOAD[name](path)
    return str(raised.value)


PARTS = [(name, *found) for name in LOAD for found in objects(SCHEMAS[name], lambda value: value)]


@pytest.mark.parametrize(("name", "part", "wrap"), PARTS)
def test_keys_and_choices(
    name: str, part: Schema, wrap: Callable[[Any], Any], tmp_path: Path
) -> None:
    """Every part has the keys, the required keys and the choices that the program knows there."""
    if "enum" in part:
        said = mistakes(name, tmp_path, wrap(WRONG))
        [known] = re.findall(rf'expected one of ([^;]*); got "{WRONG}"', said)
        assert known.split(", ") == part["enum"]
        return
    said = mistakes(name, tmp_path, wrap({UNKNOWN: 1}))
    [(key, known)] = re.findall(rf":\d+: (\S*){UNKNOWN}: unknown key; known here: (.*)", said)
    assert sorted(known.split(", ")) == sorted(part["properties"])
    missing = re.findall(rf": {re.escape(key)}([^.\s]+): required, but missing", said)
    assert sorted(missing) == sorted(part.get("required", []))


@pytest.mark.parametrize("name", LOAD)
@pytest.mark.parametrize("directory", [ROOT, ROOT / "tests" / "press", CASES / "topics"])
def test_files_are_valid(name: str, directory: Path) -> None:
    """The files that ship, and those of the tests, are valid."""
    path = directory / f"{name}.yaml"
    if path.exists():
        content = yaml.load(path.read_text("utf-8"), _Loader)  # a SafeLoader
        assert [
            error.message for error in Draft7Validator(SCHEMAS[name]).iter_errors(content)
        ] == []


@pytest.mark.parametrize("name", LOAD)
def test_files_name_their_schema(name: str) -> None:
    """An editor finds the schema from the first line of the file."""
    first = (ROOT / f"{name}.yaml").read_text("utf-8").split("\n")[0]
    [schema] = re.findall(r"^# yaml-language-server: \$schema=(\S+)$", first)
    assert (ROOT / schema).exists()
    Draft7Validator.check_schema(SCHEMAS[name])
