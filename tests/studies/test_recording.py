"""Which code made a record: what is refused, and what a check forgives."""

import subprocess
from dataclasses import asdict

import pandas as pd
import pytest
from support.toy import TINY

from deepmusician.studies import recording
from deepmusician.studies.recording import check_range, check_settings
from deepmusician.studies.results import RecordError


def test_a_result_without_a_commit_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match="git checkout"):
        recording.provenance_now("make x", 1.0, 1)


def test_code_that_is_not_committed_is_refused(tmp_path, monkeypatch):
    def git(*words):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(recording, "PACKAGE", tmp_path)
    with pytest.raises(RuntimeError, match="git checkout"):
        recording.clean_commit()
    git("init")
    (tmp_path / "__init__.py").touch()
    with pytest.raises(RuntimeError, match="git checkout"):
        recording.clean_commit()  # as where it is installed within another's checkout
    (tmp_path / "room.py").write_text("1\n")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-m", "one")
    (tmp_path / "studies" / "records").mkdir(parents=True)
    (tmp_path / "studies" / "records" / "new.json").write_text("{}")
    assert len(recording.clean_commit()) == 40
    (tmp_path / "room.py").write_text("2\n")
    with pytest.raises(RuntimeError, match=r"not committed.*room\.py"):
        recording.clean_commit()


def test_a_setting_that_was_added_since_does_not_matter_at_its_default():
    recorded = asdict(TINY)
    del recorded["loss_scale"], recorded["network"]["start"]
    check_settings("this", recorded, TINY, "make x")
    check_settings("this", TINY.changed(), TINY, "make x")  # flat, as once recorded
    with pytest.raises(RecordError, match="another loss_scale: run `make x` again"):
        check_settings("this", recorded, TINY.but(loss_scale=2.0), "make x")


def test_a_setting_that_exists_no_more_is_refused():
    recorded = asdict(TINY) | {"momentum": 0.9}
    with pytest.raises(RecordError, match=r"momentum.*run `make x` again"):
        check_settings("this", recorded, TINY, "make x")


def test_a_number_may_lie_as_far_out_as_the_recorded_ones_lie_apart():
    recorded = pd.Series([1.0, 1.5])
    assert check_range("this", 1.9, recorded, 0.1, "make x") == (0.5, 2.0)
    assert check_range("this", 1.0, recorded, 2.0, "make x") == (-1.0, 3.5)
    for now in (2.1, 0.4, float("nan")):
        with pytest.raises(RecordError, match=r"was 1, 1\.5 when.*0\.5 to 2 would do"):
            check_range("this", now, recorded, 0.1, "make x")
