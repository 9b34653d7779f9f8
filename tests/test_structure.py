"""Facts about the repository: who may import whom, and that what is written down is what there
is.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from flows import errors
from flows.cli import app
from flows.errors import KlipingError
from tests.helpers.paths import ROOT
from tests.helpers.tables import fetch, new_warehouse
from warehouse import document
from warehouse.store import Warehouse

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("flows", "warehouse")
    for path in sorted((ROOT / package).rglob("*.py"))
}
TESTS = [path for name in ("tests", "bench") for path in sorted((ROOT / name).rglob("*.py"))]


FILES = [*MODULES.values(), *TESTS]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, wherever in it."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, wherever in it; `from a import b` counts as a and as
    a.b.
    """
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return frozenset(found)


def test_dependency_rule() -> None:
    """Every part imports only what is below it (lint-imports, with the layers of pyproject.toml),
    and every module is in a layer.
    """
    [contract] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    layers = {name for layer in contract["layers"] for name in layer.split(" | ")}
    assert [
        name
        for name in MODULES
        if name != "flows" and not any(f"{name}.".startswith(f"{layer}.") for layer in layers)
    ] == []
    linter = Path(sys.executable).with_name("lint-imports")
    linted = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


OWNERS = {
    "duckdb": {
        f"warehouse.{name}"
        for name in (
            *("changes", "definitions", "engine", "extensions", "lake"),
            *("moving", "named", "opening", "reader", "snapshot"),
        )
    },
    "httpx": {
        "flows.edges.transports",
        "flows.edges.web",
        "flows.edges.network",
        "flows.edges.pinging",
    },
    "cronsim": {"flows.status"},
    "dask": {"flows.edges.cluster"},
    "distributed": {"flows.edges.cluster"},
    "httpcore": {"flows.edges.transports"},
    "protego": {"flows.edges.web"},
    "fsspec": {"flows.edges.storage"},
    "fastwarc": {"flows.edges.archive"},
    "trafilatura": {"flows.stages.extraction.container"},
    "feedparser": {"flows.stages.discovery.listings"},
    "snowballstemmer": {"flows.steps.indexing"},
    "scipy": {"flows.stages.grouping.tables"},
    "sentence_transformers": {"flows.edges.encoder", "flows.edges.offline_model"},
    "transformers": {"flows.edges.encoder", "flows.edges.offline_model"},
    "torch": {"flows.edges.encoder", "flows.edges.offline_model"},
    "tokenizers": {"flows.edges.offline_model", "flows.edges.offline_weights"},
    "apprise": {"flows.edges.notify"},
    "yaml": {"flows.yamlfile"},
    "babel": {
        "flows.stages.press.countries",
        "flows.stages.watch.wording",
        "flows.reading.language",
    },
    "jinja2": {"flows.stages.watch.templates", "flows.reading.environment"},
    "cssselect": {"flows.config"},
    "typer": {"flows.cli"},
    "prefect": {"flows.nightly", "flows.schedule", "flows.orchestrator"},
    "uvicorn": {"flows.orchestrator", "flows.commands.browse"},
    "starlette": {"flows.reading.rooms", "flows.reading.security"},
}


@pytest.mark.parametrize("library", OWNERS)
def test_library_has_one_owner(library: str) -> None:
    """An outside library is spoken by the modules that own it, and by no other."""
    users = {
        name
        for name, path in MODULES.items()
        if any(module.split(".")[0] == library for module in imports(path))
    }
    assert users
    assert users <= OWNERS[library]


def test_modules_say_what_they_are() -> None:
    """Every module that holds anything begins with a docstring, and so does every test in it."""
    silent = [
        (str(path.relative_to(ROOT)), getattr(node, "name", ""))
        for path in FILES
        for node in (parsed(path), *functions(path))
        if (isinstance(node, ast.Module) and node.body)
        or getattr(node, "name", "").startswith("test_")
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_what_tests_share_is_a_helper() -> None:
    """No test or bench imports a module of tests, and no test imports a bench: what they share is
    in tests/helpers.
    """
    assert [
        (str(path.relative_to(ROOT)), module)
        for path in TESTS
        for module in imports(path)
        for part in module.split(".")
        if part in ({"conftest"} if path.is_relative_to(ROOT / "bench") else {"conftest", "bench"})
        or part.startswith("test_")
    ] == []


# What Python itself names with an underscore, and says may be called
PYTHONS_OWN = {"_current_frames", "_exit", "_replace"}


def private_names(path: Path) -> Iterator[str]:
    """Every private name that a file imports, or reads of anything but `self` or `cls`."""
    names: list[str] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom):
            names += [name.name for name in node.names]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls"):
            names.append(node.attr)
    for name in names:
        if name.startswith("_") and not name.startswith("__") and name not in PYTHONS_OWN:
            yield name


def test_private_names_are_left_alone() -> None:
    """Tests and benches use what modules offer to everybody."""
    assert {
        str(path.relative_to(ROOT)): found for path in TESTS if (found := list(private_names(path)))
    } == {}


LONGEST_FUNCTION = 40  # lines, with its docstring


def test_functions_fit_on_a_screen() -> None:
    """No function is longer than a screen."""
    assert [
        (str(path.relative_to(ROOT)), node.name)
        for path in FILES
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ] == []


def test_no_conditional_expression_in_another() -> None:
    """What depends on two conditions is told in statements."""
    assert [
        (str(path.relative_to(ROOT)), node.lineno)
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.IfExp)
        and any(isinstance(below, ast.IfExp) for below in ast.walk(node) if below is not node)
    ] == []


# ---- SQL ----

STATEMENTS = sorted((ROOT / "warehouse").rglob("*.sql"))
SPOKEN = "".join(
    path.read_text(encoding="utf-8")
    for room in ("warehouse", "flows/reading")
    for path in (ROOT / room).glob("*.py")
)


def test_statements_say_what_they_do() -> None:
    """Every SQL file begins with a comment."""
    assert STATEMENTS
    assert [
        path
        for path in STATEMENTS
        if not re.match(r"-- [A-Z].*[.:;]?\n", path.read_text(encoding="utf-8"))
    ] == []


def test_every_query_is_used() -> None:
    """No file of queries/ is left that no module names."""
    queries = [path.stem for path in STATEMENTS if path.parent.name == "queries"]
    assert queries
    assert [query for query in queries if f'"{query}"' not in SPOKEN] == []


# ---- documents ----


def documents(*names: str) -> str:
    return " ".join(" ".join((ROOT / name).read_text(encoding="utf-8").split()) for name in names)


def options() -> Iterator[tuple[str, str]]:
    """Every command with each of its options, as in ('sources check', '--only')."""
    waiting = [("", typer.main.get_command(app))]
    while waiting:
        path, command = waiting.pop()
        below = getattr(command, "commands", {})
        waiting += [(f"{path} {name}".strip(), each) for name, each in below.items()]
        if not below:
            yield path, ""
        yield from (
            (path, option)
            for parameter in command.params
            for option in parameter.opts
            if option.startswith("--")
        )


def test_commands_are_documented() -> None:
    """README.md or docs/operating.md names every command and every option."""
    told = documents("README.md", "docs/operating.md")
    assert [
        (command, option)
        for command, option in sorted(set(options()))
        if f"kliping {command}".strip() not in told or option not in told
    ] == []


def test_tables_are_documented(tmp_path: Path) -> None:
    """docs/warehouse.md names every table and column of the published database, in the words of its
    COMMENT.
    """
    store = new_warehouse(tmp_path)
    described = [(row["name"], row["comment"] or "no COMMENT") for row in comments(store)]
    store.close()
    told = documents("docs/warehouse.md")
    missing = [
        f"{name}: {comment}"
        for name, comment in described
        if name.split(".")[-1] not in told or " ".join(comment.split()) not in told
    ]
    assert missing == []


def comments(store: Warehouse) -> list[dict[str, Any]]:
    """Tables, views and columns that analysts see, with their descriptions."""
    return fetch(
        store,
        """
        select table_name as name, comment from duckdb_tables()
        where schema_name = 'main' and not temporary
        union all select view_name, comment from duckdb_views()
        where schema_name = 'main' and not internal
        union all select table_name || '.' || column_name, comment from duckdb_columns()
        where schema_name = 'main' and not internal
        """,
    )


PAGES = sorted(page for folder in (".", "docs", ".github") for page in (ROOT / folder).glob("*.md"))
LINK = re.compile(r"\]\(([^()\s]+)\)|^\[[^\]\n]+\]: (\S+)$", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What a link can name behind its #: the headings of a page, as hosts spell them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page leads to a file that exists, and to a heading in it."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    dead = []
    for link in ("".join(found) for found in LINK.findall(text)):
        path, _, heading = link.partition("#")
        target = page.parent / path if path else page
        is_web = "://" in link
        if not is_web and not (target.exists() and (not heading or heading in anchors(target))):
            dead.append(link)
    assert dead == []


def test_named_links_are_defined() -> None:
    """Every name in brackets in docs/decisions.md is a link that its end defines, and is used."""
    text = CODE.sub("", (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8"))
    used = set(re.findall(r"\[([^\]\n]+)\](?![(:])", text))
    assert used == set(re.findall(r"^\[([^\]\n]+)\]: ", text, re.MULTILINE))


FORMS = [ROOT / ".pre-commit-config.yaml", *sorted((ROOT / ".github").rglob("*.yml"))]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form.relative_to(ROOT)))
def test_form_can_be_read(form: Path) -> None:
    """What hosts and tools read, such as the forms for issues, is YAML with something in it."""
    assert yaml.safe_load(form.read_text(encoding="utf-8"))


FOREIGN = {
    "a path of some machine": r"(?<![\w.])/(?:root|work|home|Users)/\w",
    "a package index": (
        r"(?i)index-url|--trusted-host|find-links"
        r"|(?:pypi|npmjs|artifactory|nexus)\.[a-z]|/simple/"
    ),
}


NO_TEXT = {".gz", ".json", ".png", ".tsv"}  # or only data
LONGEST_PATTERN = 200  # characters; a longer one is a list of words, which is data


def patterns(path: Path) -> Iterator[tuple[int, int]]:
    """The line and the characters of each pattern that a file gives to a function of `re`, itself
    or by the name of a text of the module; what stands for other texts in it does not count.
    """
    tree = parsed(path)
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).startswith("re."):
            given = node.args[0]
            text = named.get(given.id, given) if isinstance(given, ast.Name) else given
            parts = (part.value for part in ast.walk(text) if isinstance(part, ast.Constant))
            yield node.lineno, sum(len(part) for part in parts if isinstance(part, str | bytes))


def test_patterns_can_be_read() -> None:
    """No pattern is so long that nobody can tell what it finds."""
    assert [
        (name, line)
        for name, path in MODULES.items()
        for line, length in patterns(path)
        if length > LONGEST_PATTERN
    ] == []


@pytest.mark.parametrize("fact", FOREIGN)
def test_repository_names_no_machine(fact: str) -> None:
    """No committed file depends on the machine it was written on."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git work tree")
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in NO_TEXT or not path.is_file() or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(FOREIGN[fact], line):
                found.append(f"{name}:{number}: {line.strip()}")
    assert found == []


def test_warehouse_document_is_current() -> None:
    """docs/warehouse.md is what `make docs` writes."""
    assert (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8") == document.text()


def test_error_tree_is_whole() -> None:
    """Every error that a person is told is in flows/errors.py, whose docstring draws it."""
    text = errors.__doc__ or ""
    told: list[type[KlipingError]] = [KlipingError, *_below(KlipingError)]
    assert {error.__module__ for error in told} == {"flows.errors"}
    for error in told:
        [line] = [line for line in text.splitlines() if re.search(rf"^\W*{error.__name__} ", line)]
        stated = re.search(r"exit status (\d)", line)
        assert stated is None or int(stated[1]) == error.exit_status


def _below(error: type[KlipingError]) -> list[type[KlipingError]]:
    return [each for child in error.__subclasses__() for each in (child, *_below(child))]
