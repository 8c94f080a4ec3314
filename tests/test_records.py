"""Records of long runs: what is written is what is read, with its provenance."""

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
