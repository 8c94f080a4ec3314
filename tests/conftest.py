"""Fixtures that several test files share."""

import pytest
import zoo


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Give the test an empty cache, and no downloaded corpora."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(folder))
    monkeypatch.delenv("DEEPMUSICIAN_DATA", raising=False)
    return folder


@pytest.fixture
def broken_files(tmp_path):
    """Give a folder's broken music files, each with a part of its cause."""
    folder = tmp_path / "broken"
    folder.mkdir()
    return zoo.write_zoo(folder)
