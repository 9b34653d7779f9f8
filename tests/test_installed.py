"""The program outside of a checkout: what a wheel holds, that it runs anywhere, and the files with
which a new installation begins.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from flows.commands.init import FILES
from flows.config import load_sources, load_topics
from tests.helpers.command import ended
from tests.helpers.paths import ROOT

PRIVATE = "kliping/_packages"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "-w", folder, ROOT)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel is installed; what it needs is that of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--target", folder, wheel)
    return folder


def pip(command: str, *arguments: str | Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", command, "-qqq", "--no-deps", "--no-index", *arguments],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )


def test_wheel_has_one_name(wheel: Path) -> None:
    """Nothing but `kliping` is installed beside other packages."""
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"kliping"}
    assert {name.split("/")[2] for name in names if name.startswith(PRIVATE)} == {
        "flows",
        "warehouse",
    }


def test_wheel_holds_the_packages(wheel: Path) -> None:
    """The wheel holds every file of the packages, their data too, and nothing that a run made."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "flows", "warehouse"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git work tree")
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith(PRIVATE)}
    tracked = {f"{PRIVATE}/{name}" for name in listed.stdout.split() if (ROOT / name).exists()}
    assert held == tracked


def run(installed: Path, folder: Path, *command: str) -> str:
    """What a Python prints that finds the installed program, in some folder."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("how", [["bin/kliping"], ["-m", "kliping"]])
def test_installed_command(installed: Path, tmp_path: Path, how: list[str]) -> None:
    """A first hour far from any checkout, in a folder that holds other packages of our names."""
    other = tmp_path / "flows"
    other.mkdir()
    (other / "__init__.py").write_text("raise ImportError('not ours')\n", encoding="utf-8")
    start = [str(installed / how[0])] if len(how) == 1 else how
    told = run(installed, tmp_path, *start, "init", "baru")
    assert "kliping sources check" in told
    folder = tmp_path / "baru"
    assert "kompas" in run(installed, folder, *start, "sources", "list")
    assert "russia-dprk" in run(installed, folder, *start, "topics", "list")
    assert "sources" in run(installed, folder, *start, "-h")
    [schema] = re.findall(r"\$schema=(\S+)", (folder / "sources.yaml").read_text(encoding="utf-8"))
    assert Path(schema).is_relative_to(installed)
    assert Path(schema).is_file()


CHILD = """\
def places(names):
    import flows
    return [flows.__file__ for _ in names]

if __name__ == "__main__":
    import kliping
    from flows.edges.processes import processes
    with processes(1) as workers:
        print(*workers.share(places, ["one"], 1))
"""


def test_installed_workers(installed: Path, tmp_path: Path) -> None:
    """Worker processes, which begin from nothing, find the packages where their parent does."""
    (tmp_path / "child.py").write_text(CHILD, encoding="utf-8")
    place = run(installed, tmp_path, "child.py").strip()
    assert Path(place).is_relative_to(installed / PRIVATE)


# ---- the first files ----


def test_init(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`init` writes what the repository itself has, except where the schemas are, and says what to
    do next; the files can be read.
    """
    folder = tmp_path / "a" / "b"
    began = ended(capsys, "init", folder)
    assert (began.status, began.err) == (0, "")
    for name in ("sources.yaml", "topics.yaml"):
        first, *rest = (folder / name).read_text(encoding="utf-8").splitlines()
        shipped = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert rest == shipped[1:]
        assert first.startswith(shipped[0].partition("flows/")[0])
    assert load_sources(folder / "sources.yaml") == load_sources(ROOT / "sources.yaml")
    assert load_topics(folder / "topics.yaml", None) == load_topics(ROOT / "topics.yaml", None)


HELD: list[Mapping[str, str]] = [
    {"sources.yaml": "milik saya"},
    {"topics.yaml": "", ".env.example": "rahasia"},
    {name: f"milik {name}" for name in FILES.values()},
]


@pytest.mark.parametrize("held", HELD)
def test_init_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], held: Mapping[str, str]
) -> None:
    """What is there stays as it is, and is told; the rest is written."""
    for name, text in held.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    began = ended(capsys, "init", tmp_path)
    assert began.status == 0
    for name in FILES.values():
        said = "is there already, and was left as it is" if name in held else "written"
        assert f"{tmp_path / name}: {said}" in began.out
        assert not held.get(name) or (tmp_path / name).read_text(encoding="utf-8") == held[name]
        assert (tmp_path / name).exists()


def test_init_in_no_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory that cannot be is a user's mistake."""
    (tmp_path / "berkas").write_text("", encoding="utf-8")
    for folder in (tmp_path / "berkas", tmp_path / "berkas" / "dalam"):
        began = ended(capsys, "init", folder)
        assert began.status == 2
        assert str(folder) in began.err


def test_example_names_every_setting() -> None:
    """.env.example names the settings of the program that docs/operating.md lists."""
    listed = re.findall(
        r"^\| `(KLIPING_\w+)`", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.MULTILINE
    )
    example = (ROOT / "flows" / "starter" / "env.example").read_text("utf-8")
    assert listed
    assert [name for name in listed if f"{name}=" not in example] == []
