"""The command `kliping`, as a process of its own or in the test's, and how it ended."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.cli import main
from tests.helpers.paths import PRESS, ROOT

NIGHT_1, NIGHT_2 = "2026-03-11T01:00+07:00", "2026-03-12T01:00+07:00"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str


class Kliping:
    """The command as a process of its own, with the shared Prefect server."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def start(
        self, *arguments: str | Path, env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """Start it, and go on."""
        command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
        environment = {**self.environment, **(env or {})}
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )

    def __call__(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
        """Run it to its end."""
        process = self.start(*arguments, env=env)
        out, err = process.communicate(timeout=600)
        return Ran(process.returncode, out, err)

    def night(
        self,
        warehouse: Path,
        clock: str,
        desk_url: str,
        *more: str | Path,
        replay: Path = PRESS / "press.warc.gz",
    ) -> Ran:
        """One night of the invented press."""
        arguments = night(warehouse, clock, *more, replay=replay)
        return self(*arguments, env={"KLIPING_DESK_URL": desk_url})


def night(
    warehouse: str | Path, clock: str, *more: str | Path, replay: Path = PRESS / "press.warc.gz"
) -> Sequence[str | Path]:
    """The arguments of one night of the invented press."""
    files = (
        "--sources",
        PRESS / "sources.yaml",
        "--topics",
        PRESS / "topics.yaml",
        "--warehouse",
        warehouse,
    )
    return ("run", "--replay", replay, "--now", clock, *files, *more)


def ended(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    """How the command ends, in this process."""
    with pytest.raises(SystemExit) as exit:
        main(list(map(str, arguments)))
    captured = capsys.readouterr()
    code = exit.value.code
    return Ran(code if isinstance(code, int) else 0, captured.out, captured.err)
