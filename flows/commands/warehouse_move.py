"""`kliping warehouse move`: carry an archive from a file into a lake, or back."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from flows.errors import ConfigError
from flows.records import counted
from warehouse import lake, moving
from warehouse.directory import writer_file
from warehouse.moving import Proof
from warehouse.store import held

_WHAT = (
    "warehouse move: expected a data directory and a lake (ducklake:postgres:…), in either order"
)


def move(source: str, target: str) -> None:
    """Carry the tables over, prove that both sides have the same rows, and say so. Raises
    BusyError, ConfigError, WarehouseError.
    """
    match source.startswith(lake.PREFIX), target.startswith(lake.PREFIX):
        case False, True:
            proofs = _into_lake(Path(source), target)
        case True, False:
            proofs = _into_file(source, Path(target))
        case _:
            raise ConfigError(_WHAT)
    rows = sum(proof.rows for proof in proofs)
    for proof in proofs:
        if proof.rows:
            sys.stdout.write(f"{proof.table.removeprefix('main.'):<28} {proof.rows:>12,}\n")
    sys.stdout.write(
        f"{target}: {counted(len(proofs), 'tables')} with {rows:,} rows, the same on both sides\n"
    )


def _into_lake(directory: Path, text: str) -> Sequence[Proof]:
    target = lake.parse(text, directory, os.environ)
    if lake.lake_of(directory):
        raise ConfigError(f"{directory}: its warehouse is in the lake {lake.lake_of(directory)}")
    if not writer_file(directory).exists():
        raise ConfigError(f"{directory}: has no warehouse in a file (var/writer.duckdb)")
    with ExitStack() as locks:
        locks.enter_context(held(directory, "kliping warehouse move"))
        locks.enter_context(lake.only_run(target, "kliping warehouse move"))
        proofs = moving.into_lake(directory, target)
    sys.stdout.write(
        f"{directory}/lake.toml names the lake now: --warehouse {directory} is it. The former "
        "files end in .moved: delete them when all is well\n"
    )
    return proofs


def _into_file(text: str, directory: Path) -> Sequence[Proof]:
    named = lake.parse(text, directory, os.environ)
    if lake.lake_of(directory) is None and not writer_file(directory).exists():
        lake.bind(directory, named)  # it gets a copy
    known = lake.lake_of(directory)
    if known is None or known.catalogue != named.catalogue:
        raise ConfigError(
            f"{directory}: expected the data directory of that lake, which its lake.toml names, or "
            "a new one"
        )
    with held(directory, "kliping warehouse move"):
        proofs = moving.into_file(directory, known)
    sys.stdout.write(
        f"{directory} has its warehouse in a file again. The lake stays as it was: drop its "
        "database, and delete its files, when all is well\n"
    )
    return proofs
