"""What is kept of a run: its score and its playing by each rule, pieces as text."""

from dataclasses import replace

import numpy as np
import pytest
from support.toy import TINY, tune, tunes, untrained

from deepmusician.music import KEYS, PianoRoll
from deepmusician.studies import RULE_VARIANTS, outcome, unpack_roll
from deepmusician.studies.outcome import (
    openings,
    pack_roll,
    rule_scores,
)
from deepmusician.training import RunStore, fit


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("runs"))
    return fit(TINY, tunes(), store, progress=False, threads=1)


def test_every_rule_is_measured_and_one_piece_by_each_is_kept(run):
    measures, pieces = outcome.play_by_rules(run, [tune(5)[:8], tune(4)[:8]], 20)
    assert set(measures) == {
        f"free_{rule}_{name}"
        for rule in RULE_VARIANTS
        for name in ("density", "silent_share", "on_beat")
    }
    assert tuple(pieces) == tuple(RULE_VARIANTS)
    assert {len(piece) for piece in pieces.values()} == {20}


def test_the_opening_does_not_count(run, monkeypatch):
    def played(model, steps, primes, **rule):
        onsets = np.zeros((steps, KEYS), bool)
        onsets[[0, 1, 2], 40] = True
        planes = [np.concatenate([prime.onsets, onsets]) for prime in primes]
        return [PianoRoll.from_plane(plane) for plane in planes]

    monkeypatch.setattr(outcome, "compose", played)
    measures, pieces = outcome.play_by_rules(run, [tune(1), tune(2)], steps=12)
    assert measures["free_sample_density"] == 3 / 12
    assert measures["free_sample_silent_share"] == 9 / 12
    assert measures["free_sample_on_beat"] == pytest.approx(1 / 3)
    assert pieces["sample"].onsets.sum() == 3


def test_silence_has_no_share_on_the_beat(run, monkeypatch):
    def silence(model, steps, primes, **rule):
        silences = [np.zeros((len(prime) + steps, KEYS), bool) for prime in primes]
        return [PianoRoll.from_plane(silence) for silence in silences]

    monkeypatch.setattr(outcome, "compose", silence)
    measures, _ = outcome.play_by_rules(run, [tune(1)], steps=12)
    assert measures["free_density_density"] == 0
    assert measures["free_density_silent_share"] == 1
    assert np.isnan(measures["free_density_on_beat"])


def test_of_both_planes_what_is_kept_has_lengths(tmp_path):
    whole = untrained(tmp_path, plane="both", outputs="dependent")
    measures, pieces = outcome.play_by_rules(whole, [tune(5)[:6], tune(4)[:6]], 40)
    assert all(len(roll) == 40 for roll in pieces.values())
    assert len({held for *_, held in pieces["sample"].notes()}) > 1
    assert measures["free_sample_density"] > 0


def test_openings_are_of_pieces_kept_back():
    assert openings(tunes(), 8) == [tune(5)[:8]]


@pytest.mark.parametrize("plane", ["onsets", "sounding"])
def test_a_packed_roll_is_read_back(plane):
    cells = np.random.default_rng(0).random((192, KEYS)) < 0.05
    roll = PianoRoll.from_plane(cells, plane, steps_per_quarter=2)
    assert unpack_roll(pack_roll(roll, plane), 192, plane, 2) == roll
    both = unpack_roll(pack_roll(roll, "both"), 192, "both", 2)
    assert both == roll


@pytest.mark.parametrize("text", ["", "no base64!", "AAAA"])
def test_a_broken_text_is_refused(text):
    with pytest.raises(ValueError, match="no packed roll of 192 steps"):
        unpack_roll(text, 192)


def test_a_text_of_another_length_is_refused():
    with pytest.raises(ValueError, match="no packed roll of 192 steps"):
        unpack_roll(pack_roll(tune(0)), 192)


@pytest.fixture(scope="module")
def focal_run(tmp_path_factory):
    config = TINY.but(loss="focal", alpha=0.9, gamma=2.0)
    store = RunStore(tmp_path_factory.mktemp("runs"))
    return fit(config, tunes(), store, progress=False, threads=1)


def test_every_rule_has_a_score(focal_run):
    scores = rule_scores(focal_run, tunes())
    assert set(scores) == {f"test_{rule}_f1" for rule in RULE_VARIANTS}
    assert all(0 <= score <= 1 for score in scores.values())


def test_the_calibrated_threshold_scores_what_the_run_says(focal_run):
    scores = rule_scores(focal_run, tunes())
    assert scores["test_threshold_f1"] == focal_run.metrics["test"]["f1"]


def test_without_test_pieces_there_are_no_scores(focal_run):
    assert rule_scores(focal_run, replace(tunes(), test=())) == {}
