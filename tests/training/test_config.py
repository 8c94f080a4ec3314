"""Settings: what is refused, what is written down, and the cells of a sweep."""

import json
import math
from dataclasses import asdict, fields

import numpy as np
import pytest
import torch
from support.toy import TINY

from deepmusician.model import DeepMusician, NetworkConfig, bce_loss, focal_loss
from deepmusician.training import Cell, TrainConfig, cell_of, sweep_cells
from deepmusician.training.config import objective


def test_alpha_one_half_without_focus_is_binary_cross_entropy():
    config = Cell(0.5, 0, seed=3).config(TINY)
    assert config == TINY.but(loss="bce", alpha=None, gamma=0.0, seed=3)


@pytest.mark.parametrize(("alpha", "gamma"), [(0.25, 0.0), (0.5, 2.0), (0.9, 5.0)])
def test_every_other_cell_is_focal_loss(alpha, gamma):
    config = Cell(alpha, gamma, seed=1).config(TINY)
    assert config == TINY.but(loss="focal", alpha=alpha, gamma=gamma, seed=1)


def test_a_cell_is_the_same_whatever_loss_the_base_has():
    focal = TINY.but(loss="focal", alpha=0.7, gamma=4.0, seed=9)
    for cell in sweep_cells((0.25, 0.5), (0, 2), (0, 1)):
        assert cell.config(focal) == cell.config(TINY)


def test_settings_tell_their_cell():
    for cell in sweep_cells((0.25, 0.5), (0, 2), (0, 1)):
        assert cell_of(cell.config(TINY)) == cell
    assert cell_of(TINY.but(loss="focal")) == Cell(0.5, 2.0, 0)


def test_a_grid_has_every_cell_of_a_seed_before_the_next():
    assert sweep_cells((0.5, 0.75), (0, 2), (0, 1)) == [
        *(Cell(0.5, 0, 0), Cell(0.5, 2, 0), Cell(0.75, 0, 0), Cell(0.75, 2, 0)),
        *(Cell(0.5, 0, 1), Cell(0.5, 2, 1), Cell(0.75, 0, 1), Cell(0.75, 2, 1)),
    ]


@pytest.mark.parametrize("axis", ["alphas", "gammas", "seeds"])
@pytest.mark.parametrize("values", [(), (1, 1)])
def test_an_axis_without_values_or_with_one_twice_is_refused(axis, values):
    axes = {"alphas": (0.5,), "gammas": (0,), "seeds": (0,)} | {axis: values}
    with pytest.raises(ValueError, match=f"{axis} must be different values"):
        sweep_cells(**axes)


def test_an_impossible_alpha_is_refused():
    with pytest.raises(ValueError, match="alpha must lie between 0 and 1"):
        Cell(1.5, 2, seed=0).config(TINY)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hidden": 0}, "hidden must be a positive whole number, not 0"),
        ({"hidden": 8.0}, "hidden must be a positive whole number"),
        ({"epochs": True}, "epochs must be a positive whole number"),
        ({"batch": "many"}, "batch must be a positive whole number"),
        ({"seed": -1}, "seed must be a whole number from 0 up"),
        ({"learning_rate": 0}, "learning_rate must be a positive number"),
        ({"learning_rate": float("nan")}, "learning_rate must be a positive number"),
        ({"opening": 1.5}, "opening must be between 0 and 1"),
        ({"dropout": 1.0}, "dropout must be in"),
        ({"transpose": 6}, "transpose must be at most 5 semitones"),
        ({"outputs": "both"}, "outputs must be one of independent, dependent"),
        ({"plane": "pedal"}, "plane must be one of"),
        ({"loss": "hinge"}, "loss must be one of bce, focal"),
        ({"alpha": 0.3}, "alpha must be None unless loss='focal'"),
        ({"loss": "focal", "alpha": 2}, "alpha must lie between 0 and 1"),
        ({"loss": "focal", "alpha": 1}, "alpha must be inside"),
        ({"loss": "focal", "pos_weight": 2}, "pos_weight must be 1 unless loss='bce'"),
        ({"pos_weight": 0}, "pos_weight must be a positive number"),
        ({"logit_adjustment": -np.inf}, "logit_adjustment must be a finite number"),
        ({"loss_scale": 0}, "loss_scale must be a positive number"),
        ({"loss": "focal", "gamma": -1}, "gamma must be a finite number from 0 up"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(wrong, said):
    with pytest.raises(ValueError, match=said):
        TrainConfig().but(**wrong)


def test_settings_survive_json_and_whole_rates_are_the_same_run():
    config = TINY.but(loss="focal", alpha=0.25)
    assert TrainConfig.from_json(config.to_json()) == config
    assert TrainConfig(weight_decay=0).to_json() == (
        TrainConfig(weight_decay=0.0).to_json()
    )


@pytest.mark.parametrize("text", ["[]", '{"hiden": 5}', "not json", "3"])
def test_settings_are_not_read_from_anything_else(text):
    with pytest.raises(ValueError, match=r"no training settings|Expecting value"):
        TrainConfig.from_json(text)


def test_the_default_network_is_the_reports():
    assert DeepMusician(TrainConfig().network).parameter_count == 5_155_160


def test_settings_at_their_defaults_change_no_id():
    assert TrainConfig().changed() == {}
    assert TrainConfig(learning_rate=0.001, gamma=2).changed() == {}
    assert TrainConfig(network=NetworkConfig(hidden=512)).changed() == {}


def test_what_is_not_at_its_default_is_named_the_network_s_settings_too():
    config = TrainConfig(network=NetworkConfig(hidden=8), seed=3)
    assert config.changed() == {"hidden": 8, "seed": 3}
    assert TrainConfig.from_dict(config.changed()) == config


def test_settings_of_the_network_and_of_training_are_changed_in_one_call():
    config = TrainConfig().but(hidden=8, epochs=2, outputs="dependent")
    assert config.network == NetworkConfig(hidden=8, outputs="dependent")
    assert config == TrainConfig(network=config.network, epochs=2)
    assert config.but(hidden=512).network == NetworkConfig(outputs="dependent")
    whole = config.but(network=NetworkConfig(layers=1), hidden=9)
    assert whole.network == NetworkConfig(layers=1, hidden=9)
    with pytest.raises(TypeError, match="hiden"):
        config.but(hiden=8)


def test_the_flat_settings_of_an_old_run_folder_are_read():
    """Until November 2026 a `config.json` named the network's settings at its top."""
    flat = asdict(TINY)
    flat |= flat.pop("network")
    assert TrainConfig.from_json(json.dumps(flat)) == TINY
    assert TrainConfig.from_dict(asdict(TINY)) == TINY


def test_a_setting_that_a_record_lacks_is_at_its_default():
    assert TrainConfig.from_dict({"hidden": 8}) == TrainConfig().but(hidden=8)
    with pytest.raises(ValueError, match=r"no training settings: .*'memory'"):
        TrainConfig.from_dict({"memory": 1})


def test_no_setting_of_training_is_called_as_one_of_the_network():
    names = [{each.name for each in fields(k)} for k in (NetworkConfig, TrainConfig)]
    assert not names[0] & names[1]


def test_the_objective_is_the_loss_per_step_before_it_is_scaled():
    focal_config = TrainConfig(loss="focal", alpha=0.25, gamma=2.0)
    logits = torch.tensor([[0.5, -2.0, 1.0]])  # (steps, keys)
    target = torch.tensor([[1.0, 0.0, 0.0]])
    plain = objective(TrainConfig(), logits, target)
    assert plain.item() == pytest.approx(3 * bce_loss(logits, target).item())
    focal = focal_loss(logits, target, 0.25, 2.0, "sum")
    assert objective(focal_config, logits, target).item() == pytest.approx(focal.item())
    scaled = focal_config.but(loss_scale=1e-6)
    assert objective(scaled, logits, target).item() == pytest.approx(focal.item())
    weighted = TrainConfig(pos_weight=3.0)
    more = plain + 2 * math.log1p(math.exp(-0.5))
    assert objective(weighted, logits, target).item() == pytest.approx(more.item())
    adjusted = objective(TrainConfig(logit_adjustment=1.0), logits - 1, target)
    assert adjusted.item() == pytest.approx(plain.item())
