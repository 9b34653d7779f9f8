"""Backups: a copy of what a data directory cannot do without, there and back.

    DIR/manifest.json         what the backup consists of: every file with its size and SHA-256
    DIR/writer-….duckdb       the database: texts, ids, stories, alerts, and what was delivered
    DIR/warc/…                the responses that it refers to
    DIR/reports/…             the reports

The published snapshot is a copy of the database, the model and Prefect's own state are made again:
they are left out. Every file is written under a temporary name, and the manifest last: a backup
that is broken off leaves the former one as it was. WARC files never change under one name, so only
new ones are copied.

Whoever calls these functions holds the locks of the data directories.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from flows.errors import WarehouseError
from warehouse.directory import published, writer_file
from warehouse.files import sync
from warehouse.named import statements
from warehouse.snapshot import (
    KEEP_SNAPSHOT,
    Census,
    census,
    complete,
    publish,
    put_writer,
    refuse_older,
)

_FORM = 1  # of the manifest
_PART = 2**20  # bytes copied at a time
_TEMPORARY = ".part"

# The folders of a data directory whose files are part of a backup, by their names there.
_FOLDERS: Mapping[str, str] = {"warc": "var/warc", "reports": "reports"}


@dataclass(frozen=True, slots=True)
class Copied:
    """A file of a backup. `path` is relative to the backup; `size`: in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup consists of. `kliping`: the version that made it; `migration`: the last one of
    its database; `made_at`: None while the first backup into a directory is being made.
    """

    kliping: str
    made_at: datetime | None
    migration: str
    articles: int
    runs: tuple[str, ...]
    forgotten: tuple[str, ...]
    files: tuple[Copied, ...]

    @property
    def database(self) -> Copied:
        """The copy of the database."""
        return next(file for file in self.files if file.path.endswith(".duckdb"))

    @property
    def contents(self) -> Census:
        """What is in the database."""
        return Census(self.articles, self.runs, self.forgotten)


@dataclass(frozen=True, slots=True)
class Done:
    """What was copied: how many files and bytes the backup has, and how many of them are new."""

    manifest: Manifest
    new_files: int
    new_bytes: int


# ---- there ----


def back_up(directory: Path, target: Path, version: str, now: datetime) -> Done:
    """Bring a backup up to date. `version`: that of kliping. Raises WarehouseError."""
    source = _database(directory)
    with _explained(target, "the former backup is as it was"):
        former = _prepare(directory, target, version)
        contents = census(source)
        _refuse_other(former, contents, directory, target)
        kept = {file.path: file for file in former.files}
        new: list[Copied] = []
        database = _copied(source, target, f"writer-{now:%Y%m%dT%H%M%S%f}Z.duckdb")
        files = [database]
        for path, name in _files(directory):
            known = kept.get(name)
            if known is None or path.stat().st_size != known.size or name.startswith("reports/"):
                known = _copied(path, target, name)
                new.append(known)
            files.append(known)
        manifest = Manifest(
            version,
            now,
            statements("migrations")[-1],
            contents.articles,
            contents.runs,
            contents.forgotten,
            tuple(files),
        )
        _write(target, manifest)
        _remove_others(target, manifest)
    return Done(manifest, 1 + len(new), sum(file.size for file in (database, *new)))


def _database(directory: Path) -> Path:
    """The writer's database, with all that was written to it; or, if it is lost, the snapshot."""
    writer, snapshot = writer_file(directory), published(directory)
    if writer.exists():
        complete(writer)
        refuse_older(census(writer), "var/writer.duckdb", snapshot, KEEP_SNAPSHOT)
        return writer
    return snapshot


def _files(directory: Path) -> Iterator[tuple[Path, str]]:
    """The files beside the database, with their names in a backup."""
    for name, folder in _FOLDERS.items():
        root = directory / folder
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != _TEMPORARY:
                yield path, f"{name}/{path.relative_to(root).as_posix()}"


def _prepare(directory: Path, target: Path, version: str) -> Manifest:
    """The manifest of the backup in a directory, which is begun if there is none."""
    if target.resolve().is_relative_to(directory.resolve()):
        raise WarehouseError(f"{target}: expected a directory outside of {directory}")
    target.mkdir(parents=True, exist_ok=True)
    if (target / "manifest.json").exists():
        return read_manifest(target)
    if any(target.iterdir()):
        raise WarehouseError(
            f"{target}: holds files, but no backup: expected an empty directory, or one that "
            "`kliping backup` made"
        )
    begun = Manifest(version, None, "", 0, (), (), ())
    _write(target, begun)
    return begun


def _refuse_other(former: Manifest, contents: Census, directory: Path, target: Path) -> None:
    if {*former.runs, *former.forgotten} - {*contents.runs, *contents.forgotten}:
        raise WarehouseError(
            f"{target} ({former.contents}) is the backup of a fuller database than that of "
            f"{directory} ({contents}): back up into another directory, or restore it first"
        )


def _remove_others(target: Path, manifest: Manifest) -> None:
    """Delete what the manifest does not name: former copies of the database, and files that the
    data directory has no longer.
    """
    named = {target / file.path for file in manifest.files} | {target / "manifest.json"}
    there = [*target.iterdir(), *(path for name in _FOLDERS for path in (target / name).rglob("*"))]
    for path in there:
        if path.is_file() and path not in named:
            path.unlink(missing_ok=True)


# ---- and back ----


def restore(source: Path, directory: Path) -> Manifest:
    """Put a backup into a data directory, and publish it. Every file is verified before anything is
    replaced. Raises WarehouseError.
    """
    manifest = read_manifest(source)
    if manifest.made_at is None:
        raise WarehouseError(f"{source}: this backup was never completed: make it again")
    if manifest.migration not in statements("migrations"):
        raise WarehouseError(
            f"{source}: was made by a newer version of kliping ({manifest.kliping}): upgrade it"
        )
    _verify(source, manifest)
    for there in (writer_file(directory), published(directory)):
        refuse_older(
            manifest.contents,
            f"the backup {source}",
            there,
            "they would be lost. Move the data directory away, or restore into another one",
        )
    with _explained(directory, "its database is as it was"):
        for file in manifest.files:
            folder, _, name = file.path.partition("/")
            if name:
                _put(source / file.path, directory / _FOLDERS[folder], name, file)
        put_writer(directory, source / manifest.database.path)
    publish(directory)
    return manifest


def _verify(source: Path, manifest: Manifest) -> None:
    """Raise WarehouseError unless every file is as it was when it was copied."""
    faults = [f"{file.path} {fault}" for file in manifest.files if (fault := _fault(source, file))]
    if faults:
        raise WarehouseError(
            f"{source}: {len(faults)} of {len(manifest.files)} files are not what was backed up: "
            f"{'; '.join(faults[:5])}. Nothing was restored"
        )


def _fault(folder: Path, file: Copied) -> str | None:
    """What is wrong with a file, if anything."""
    path = folder / file.path
    try:
        size = path.stat().st_size
        if size != file.size:
            return f"has {size} bytes, not {file.size}"
        return None if _digest(path) == file.sha256 else "has another SHA-256"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _put(source: Path, folder: Path, name: str, file: Copied) -> None:
    path = folder / name
    if not (path.exists() and path.stat().st_size == file.size and _digest(path) == file.sha256):
        _copied(source, folder, name)


# ---- files ----


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises WarehouseError."""
    path = folder / "manifest.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        form = told.pop("form")
        if form != _FORM:
            raise WarehouseError(f"{path}: was made by another version of kliping (form {form})")
        return _manifest(told)
    except FileNotFoundError as error:
        raise WarehouseError(f"{folder}: there is no backup here: no manifest.json") from error
    except OSError as error:
        raise WarehouseError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WarehouseError(f"{path}: is not the manifest of a backup") from error


def _manifest(told: dict[str, Any]) -> Manifest:
    files = tuple(Copied(**file) for file in told.pop("files"))
    for file in files:
        parts = PurePosixPath(file.path).parts
        if ".." in parts or PurePosixPath(file.path).is_absolute():
            raise ValueError(file.path)
        if len(parts) > 1 and parts[0] not in _FOLDERS:
            raise ValueError(file.path)
    made_at = told.pop("made_at")
    if made_at and [file.path.endswith(".duckdb") for file in files].count(True) != 1:
        raise ValueError("one database")
    return Manifest(
        made_at=datetime.fromisoformat(made_at) if made_at else None,
        runs=tuple(told.pop("runs")),
        forgotten=tuple(told.pop("forgotten")),
        files=files,
        **told,
    )


def _write(folder: Path, manifest: Manifest) -> None:
    text = json.dumps({"form": _FORM} | asdict(manifest), default=datetime.isoformat, indent=1)
    part = folder / f"manifest.json{_TEMPORARY}"
    with part.open("w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / "manifest.json")
    sync(folder)


def _copied(source: Path, folder: Path, name: str) -> Copied:
    """Copy a file, and wait until it is on the disk."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}{_TEMPORARY}")
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as reading, part.open("wb") as writing:
            while data := reading.read(_PART):
                digest.update(data)
                size += len(data)
                writing.write(data)
            writing.flush()
            os.fsync(writing.fileno())
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync(target.parent)
    return Copied(name, size, digest.hexdigest())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _explained(place: Path, consequence: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or place
        raise WarehouseError(f"{where}: {error.strerror}; {consequence}") from error
