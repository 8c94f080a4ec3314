"""Corpora that are downloaded, for tests where they lie at hand."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELVES = (os.environ.get("DEEPMUSICIAN_DATA"), ROOT.parent / "shared" / "datasets")


def need_download(monkeypatch, name):
    """Let `load_corpus` find a file or folder that was downloaded, or skip the test."""
    for shelf in filter(None, SHELVES):
        if Path(shelf, name).exists():
            monkeypatch.setenv("DEEPMUSICIAN_DATA", str(shelf))
            return
    pytest.skip(f"{name} was not downloaded: set DEEPMUSICIAN_DATA to its folder")
