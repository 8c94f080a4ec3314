"""How well each decision rule's keys are those of the music."""

from dataclasses import replace

import numpy as np
import pytest
from toy import TINY, tunes

from deepmusician.free_running import RULES
from deepmusician.rule_scores import rule_scores, sampled_f1
from deepmusician.runs import RunStore
from deepmusician.training import fit


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    config = replace(TINY, loss="focal", alpha=0.9, gamma=2.0)
    store = RunStore(tmp_path_factory.mktemp("runs"))
    return fit(config, tunes(), store, progress=False, threads=1)


def test_every_rule_has_a_score(run):
    scores = rule_scores(run, tunes())
    assert set(scores) == {f"test_{rule}_f1" for rule in RULES}
    assert all(0 <= score <= 1 for score in scores.values())


def test_the_calibrated_threshold_scores_what_the_run_says(run):
    scores = rule_scores(run, tunes())
    assert scores["test_threshold_f1"] == run.metrics["test"]["f1"]


def test_without_test_pieces_there_are_no_scores(run):
    assert rule_scores(run, replace(tunes(), test=())) == {}


def test_drawn_keys_score_as_often_as_they_hit():
    probability = np.array([0.5, 0.5, 0.0])
    assert sampled_f1(probability, np.array([1, 0, 0])) == 2 * 0.5 / (1 + 1)
    assert sampled_f1(np.array([1.0, 0.0]), np.array([1, 0])) == 1
    assert np.isnan(sampled_f1(np.zeros(2), np.zeros(2)))


def test_many_draws_come_to_the_score_foretold():
    dice = np.random.default_rng(0)
    probability = dice.random(200_000) ** 4
    target = dice.random(probability.size) < probability
    drawn = dice.random(probability.size) < probability
    hits = 2 * (drawn & target).sum() / (drawn.sum() + target.sum())
    assert sampled_f1(probability, target) == pytest.approx(hits, abs=0.01)
