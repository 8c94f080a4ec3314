"""What networks play by each rule, and pieces as text."""

import numpy as np
import pytest
from toy import TINY, tune, tunes

from deepmusician import free_running
from deepmusician.free_running import RULES, openings, pack, unpack
from deepmusician.pianoroll import KEYS, PianoRoll
from deepmusician.runs import RunStore
from deepmusician.training import fit


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("runs"))
    return fit(TINY, tunes(), store, progress=False, threads=1)


def test_every_rule_is_measured_and_one_piece_by_each_is_kept(run):
    measures, pieces = free_running.free_running(run, [tune(5)[:8], tune(4)[:8]], 20)
    assert set(measures) == {
        f"free_{rule}_{name}"
        for rule in RULES
        for name in ("density", "silent_share", "on_beat")
    }
    assert tuple(pieces) == tuple(RULES)
    assert {len(piece) for piece in pieces.values()} == {20}


def test_the_opening_does_not_count(run, monkeypatch):
    def played(model, steps, prime, **rule):
        onsets = np.zeros((steps, KEYS), bool)
        onsets[[0, 1, 2], 40] = True
        new = PianoRoll.from_plane(np.concatenate([prime.onsets, onsets]))
        return [new]

    monkeypatch.setattr(free_running, "compose", played)
    measures, pieces = free_running.free_running(run, [tune(1), tune(2)], steps=12)
    assert measures["free_sample_density"] == 3 / 12
    assert measures["free_sample_silent_share"] == 9 / 12
    assert measures["free_sample_on_beat"] == pytest.approx(1 / 3)
    assert pieces["sample"].onsets.sum() == 3


def test_silence_has_no_share_on_the_beat(run, monkeypatch):
    def silence(model, steps, prime, **rule):
        return [PianoRoll.from_plane(np.zeros((len(prime) + steps, KEYS), bool))]

    monkeypatch.setattr(free_running, "compose", silence)
    measures, _ = free_running.free_running(run, [tune(1)], steps=12)
    assert measures["free_density_density"] == 0
    assert measures["free_density_silent_share"] == 1
    assert np.isnan(measures["free_density_on_beat"])


def test_openings_are_of_pieces_kept_back():
    assert openings(tunes(), 8) == [tune(5)[:8]]


@pytest.mark.parametrize("plane", ["onsets", "sounding"])
def test_a_packed_roll_is_read_back(plane):
    cells = np.random.default_rng(0).random((192, KEYS)) < 0.05
    roll = PianoRoll.from_plane(cells, plane, steps_per_quarter=2)
    assert unpack(pack(roll, plane), 192, plane, 2) == roll


@pytest.mark.parametrize("text", ["", "no base64!", "AAAA"])
def test_a_broken_text_is_refused(text):
    with pytest.raises(ValueError, match="no packed roll of 192 steps"):
        unpack(text, 192)


def test_a_text_of_another_length_is_refused():
    with pytest.raises(ValueError, match="no packed roll of 192 steps"):
        unpack(pack(tune(0)), 192)
