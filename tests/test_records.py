"""Records of long runs: what is written is what is read, with its provenance."""

import subprocess

import pandas as pd
import pytest

from deepmusician import records

BORN = records.Provenance("make x", "0123456789abcdef", 90.0, 2, {"torch": "2.13.0"})


def test_a_record_is_read_as_it_was_written(tmp_path, monkeypatch):
    rows = [{"name": "a", "valid_nll": 2.5}, {"name": "b", "valid_nll": 3.0}]
    records.write_record(tmp_path / "results" / "x.json", rows, BORN)
    monkeypatch.chdir(tmp_path)
    assert records.read_record("x") == records.Record(rows, BORN)


def test_a_missing_record_names_its_file():
    with pytest.raises(FileNotFoundError, match=r"book/results/none\.json"):
        records.read_record("none")


def test_provenance_reads_as_a_sentence():
    assert str(BORN) == (
        "Recorded with `make x` at commit 0123456789, 2 threads, 2 minutes, "
        "torch 2.13.0."
    )


def test_a_result_without_a_commit_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match="git checkout"):
        records.provenance("make x", 1.0, 1)


def test_a_table_is_read_as_it_was_written(tmp_path):
    rows = pd.DataFrame({"run": ["a", "b"], "nll": [2.5, float("nan")]})
    path = records.write_table(tmp_path / "results", "x", rows, BORN)
    assert path == tmp_path / "results" / "x.csv"
    read = records.read_table("x", tmp_path / "results")
    pd.testing.assert_frame_equal(read.rows, rows)
    assert read.provenance == BORN


def test_a_missing_table_names_its_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=f"{tmp_path}/x.json: not found"):
        records.read_table("x", tmp_path)


def test_code_that_is_not_committed_is_refused(tmp_path, monkeypatch):
    def git(*words):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(records, "PACKAGE", tmp_path)
    with pytest.raises(RuntimeError, match="git checkout"):
        records.clean_commit()
    git("init")
    (tmp_path / "room.py").write_text("1\n")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-m", "one")
    assert len(records.clean_commit()) == 40
    (tmp_path / "room.py").write_text("2\n")
    with pytest.raises(RuntimeError, match=r"not committed.*room\.py"):
        records.clean_commit()
