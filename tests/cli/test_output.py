"""What the commands print and write, without a command."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from deepmusician.cli import output
from deepmusician.music import PianoRoll


def test_a_message_is_one_line_on_stderr(capsys):
    output.say(ValueError("two\n  lines"))
    assert capsys.readouterr() == ("", "two lines\n")


def test_a_measure_that_is_no_number_is_null_in_json(capsys):
    output.print_json({"nll": math.nan, "notes": 3})
    assert json.loads(capsys.readouterr().out) == {"nll": None, "notes": 3}


def test_measures_are_aligned_and_rounded_and_counts_named(capsys):
    output.print_measures({"nll_step": 2.123456, "dropped": {"drums": 2}, "of": {}})
    assert capsys.readouterr().out.splitlines() == [
        "nll step  2.123",
        "dropped   2 drums",
        "of        none",
    ]


def test_raw_measures_are_shown_only_where_calibration_changed_them(capsys):
    output.print_measures({"nll": 2.0, "raw_nll": 2.0, "f1": 0.5, "raw_f1": 0.25})
    printed = capsys.readouterr().out
    assert "raw nll" not in printed
    assert "raw f1" in printed


def test_pieces_are_numbered_with_as_many_digits_as_the_last_needs():
    path = Path("out/a.mid")
    assert output.numbered(path, 1) == [path]
    names = [path.name for path in output.numbered(path, 12)]
    assert names[0] == "a-01.mid"
    assert names[-1] == "a-12.mid"


@pytest.mark.parametrize(("name", "begins"), [("a.mid", b"MThd"), ("a.xml", b"<?xml")])
def test_music_is_written_by_its_suffix(tmp_path, name, begins):
    plane = np.zeros((16, 88), bool)
    plane[::4, 40] = True
    output.write_music(PianoRoll.from_plane(plane), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_damaged_run_is_a_row_that_says_so(tmp_path, capsys):
    (tmp_path / "config.json").write_text("{")
    output.print_runs([tmp_path])
    assert "damaged" in capsys.readouterr().out
