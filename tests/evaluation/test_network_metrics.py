"""Measures of networks: what a known network predicts, and what it plays alone."""

import math

import numpy as np
import pytest
import torch
from support.toy import TINY, tune, untrained

from deepmusician.corpora import Windows
from deepmusician.evaluation import (
    epoch_measures,
    evaluate,
    free_running,
    predict,
    windows_for,
)
from deepmusician.model import EXCLUDED, DeepMusician
from deepmusician.music import KEYS

ROLLS = [tune(seed) for seed in range(3)]


def constant(probability):
    """A network that predicts one probability for every cell."""
    torch.manual_seed(0)
    model = DeepMusician(TINY.network).train()
    torch.nn.init.zeros_(model.classifier.output.weight)
    model.set_output_bias(probability)
    return model


def test_the_predicted_density_is_not_the_thresholded_one():
    measures = evaluate(constant(0.25), ROLLS)
    assert measures["density"] == pytest.approx(KEYS / 4)
    assert measures["thresholded_density"] == 0.0
    assert measures["target_density"] == 0.25
    assert measures["silent_share"] == 1.0
    assert measures["accuracy"] == 1 - 0.25 / KEYS
    assert math.isnan(measures["precision"])


def test_a_quarter_costs_as_much_as_its_four_steps():
    measures = evaluate(constant(0.5), ROLLS)
    assert measures["nll_step"] == pytest.approx(KEYS * math.log(2))
    assert measures["nll_quarter"] == 4 * measures["nll_step"]


def test_the_measures_of_an_epoch_are_those_of_evaluation_and_the_trained_loss():
    model = constant(1 / KEYS)
    windows = windows_for(TINY.network, ROLLS)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    measures, whole = epoch_measures(model, windows, loss), evaluate(model, ROLLS)
    assert measures["nll"] == whole["nll_step"]
    assert measures["density"] == pytest.approx(whole["density"])
    assert measures["loss"] == pytest.approx(whole["nll_step"] / KEYS, rel=1e-4)


def test_the_windows_for_a_network_have_its_context():
    windows = windows_for(TINY.network, ROLLS)
    assert isinstance(windows, Windows)
    assert (windows.context, windows.target) == (TINY.network.context,) * 2


def test_a_network_running_free_plays_as_densely_as_it_predicts():
    measures = free_running(constant(0.1), pieces=2, steps=64)
    assert measures["density"] == pytest.approx(0.1 * KEYS, rel=0.1)
    assert measures["on_beat"] == pytest.approx(0.25, abs=0.05)


def test_a_silent_network_has_no_share_on_the_beat():
    measures = free_running(constant(1e-9), pieces=1, steps=16)
    assert measures["density"] == 0.0
    assert np.isnan(measures["on_beat"])


def test_of_both_planes_cells_that_cannot_be_are_left_out(tmp_path):
    run = untrained(tmp_path, plane="both", outputs="dependent")
    measures = evaluate(run.model, ROLLS)
    windows = windows_for(run.config.network, ROLLS)
    logits, target = predict(run.model, windows)
    possible = logits > EXCLUDED
    right = (logits[possible] > 0) == target[possible]
    assert 0 < possible.mean() < 0.8
    assert measures["accuracy"] == pytest.approx(right.mean())
    assert measures["target_density"] == pytest.approx(target.sum() / len(target))
    cut = measures["density_threshold"]
    above = 1 / (1 + np.exp(-logits[possible].astype(float))) > cut
    assert above.sum() == target.sum()
