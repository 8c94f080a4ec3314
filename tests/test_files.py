"""Files: cache folders, writes that are whole or not at all, checksums, JSON."""

import json
import os
from math import nan

import numpy as np
import pytest

from deepmusician.files import (
    atomic_write,
    cache_base,
    cache_folder,
    checksum,
    data_folder,
    from_json,
    to_json,
    write_file,
)


def test_the_cache_and_the_data_lie_where_the_variables_say(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("DEEPMUSICIAN_DATA", raising=False)
    assert cache_base() == tmp_path / "cache"
    assert cache_folder("rolls") == tmp_path / "cache" / "rolls"
    assert cache_folder("rolls").is_dir()
    assert data_folder() == tmp_path / "cache" / "datasets"
    monkeypatch.setenv("DEEPMUSICIAN_DATA", str(tmp_path / "data"))
    assert data_folder() == tmp_path / "data"


def test_an_atomic_write_shows_the_file_only_when_it_is_whole(tmp_path):
    path = tmp_path / "x.txt"
    with atomic_write(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert (temporary.suffix, temporary.parent) == (".txt", tmp_path)
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = write_file(tmp_path / "x.txt", "old")

    def fail():
        with atomic_write(path) as temporary:
            temporary.write_text("ne")
            raise RuntimeError("half")

    with pytest.raises(RuntimeError, match="half"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_is_an_error_before_anything_is_written(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "no" / "x.txt"):
        pytest.fail("the block was entered")


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_written_file_has_the_modes_that_any_new_file_has(tmp_path):
    (plain := tmp_path / "plain").write_text("")
    assert write_file(tmp_path / "x", "").stat().st_mode == plain.stat().st_mode


def test_text_and_bytes_are_written_and_summed_alike(tmp_path):
    text = write_file(tmp_path / "new" / "folder" / "text", "für")
    assert text.read_bytes() == "für".encode()
    assert write_file(tmp_path / "bytes", "für".encode()).read_bytes() == b"f\xc3\xbcr"
    assert checksum("für") == checksum("für".encode()) != checksum("fur")
    assert checksum("").startswith("e3b0c44298fc1c14")


def test_measures_survive_json_and_nan_becomes_null():
    measures = {"valid": {"f1": nan, "nll": 2.5}, "updates": 3, "all": [0.5]}
    text = to_json(measures)
    assert json.loads(text)["valid"] == {"f1": None, "nll": 2.5}
    again = from_json(text)
    assert np.isnan(again["valid"].pop("f1"))
    assert again == {"valid": {"nll": 2.5}, "updates": 3, "all": [0.5]}
