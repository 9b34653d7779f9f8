"""The archive that the pages of the reading room show."""

from pathlib import Path

import pytest

from tests.helpers.reading_room import published_archive


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a published snapshot. Tests that change it change a copy."""
    path = tmp_path_factory.mktemp("archive")
    published_archive(path)
    return path
