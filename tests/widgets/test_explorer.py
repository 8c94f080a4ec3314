"""The explorer of alpha and gamma: its data, its links, and training from the page."""

import json
import zlib
from base64 import b64encode

import numpy as np
import pandas as pd
import pytest
import torch
from ipywidgets import Widget
from support.javascript import node
from support.toy import TINY, tunes
from support.training_watch import PATIENCE, Reports
from traitlets import TraitError

from deepmusician.model import focal_logit, focal_loss
from deepmusician.model.losses import focal_inverse
from deepmusician.music import KEYS
from deepmusician.studies import (
    FORCED_DENSITIES,
    RULE_VARIANTS,
    PieceKey,
    Sweep,
    read_sweep,
    read_sweep_pieces,
    train_and_measure,
    unpack_roll,
)
from deepmusician.training import Cell, RunStore
from deepmusician.widgets import focal_explorer
from deepmusician.widgets.explorer import FocalExplorer
from deepmusician.widgets.pieces import matching_gain, piece_of

ALPHAS, GAMMAS = (0.1, 0.25, 0.5, 0.75, 0.9), (0.0, 0.5, 1.0, 2.0, 5.0)
SETTINGS = [
    (logit, onset, alpha, gamma)
    for logit in (-30.0, -4.0, -1.0, 0.0, 0.5, 3.0, 30.0)
    for onset in (True, False)
    for alpha, gamma in ((0.5, 0.0), (0.5, 2.0), (0.25, 0.5), (0.9, 5.0))
]


@pytest.fixture(scope="module")
def card():
    return focal_explorer()


@pytest.fixture(scope="module")
def explorer(card):
    return card.children[-1]


@pytest.fixture(scope="module")
def table():
    rows = read_sweep().rows
    return rows[rows.seed == 0].set_index(["alpha", "gamma"])


@pytest.fixture(scope="module")
def pieces():
    return read_sweep_pieces()


# --- the recorded sweep


def test_the_cells_are_those_of_the_first_seed(explorer):
    cells = [(cell["alpha"], cell["gamma"], cell["seed"]) for cell in explorer.cells]
    assert cells == [(alpha, gamma, 0) for alpha in ALPHAS for gamma in GAMMAS]
    assert not any(cell["trained"] for cell in explorer.cells)


def test_every_measure_of_every_cell_is_the_recorded_one(explorer, table):
    columns = {"precision": "test_average_precision", "best": "test_best_f1"}
    for cell in explorer.cells:
        row = table.loc[(cell["alpha"], cell["gamma"])]
        for rule, facts in cell["rules"].items():
            raw = "raw_" if rule.startswith("raw_") else ""
            columns |= {
                "alone": f"free_{rule}_density",
                "forced": FORCED_DENSITIES[rule],
                "nll": f"test_{raw}nll_step",
            }
            for measure, column in columns.items():
                assert facts[measure] == pytest.approx(row[column], rel=1e-5), column
            own = "test_f1" if rule == "threshold" else f"test_{rule}_f1"
            f1 = pytest.approx(row[own], rel=1e-5) if own in row else None
            assert facts["f1"] == f1
            off = KEYS * row[f"test_{raw}calibration_error"]
            assert facts["off"] == pytest.approx(off, rel=1e-5)


def test_the_music_has_the_density_of_the_test_pieces(explorer, table):
    assert explorer.music == pytest.approx(table.test_target_density.iloc[0])


def test_the_pieces_of_every_cell_are_the_recorded_ones(explorer, pieces):
    bits = np.unpackbits(np.frombuffer(zlib.decompress(explorer.planes), np.uint8))
    planes = bits.reshape(len(explorer.cells), -1, 192, KEYS)
    for cell, played in zip(explorer.cells, planes, strict=True):
        for rule, plane in zip(cell["rules"], played, strict=True):
            key = PieceKey(cell["alpha"], cell["gamma"], 0, rule)
            np.testing.assert_array_equal(plane, pieces[key].onsets)


def test_every_rule_of_which_pieces_were_kept_can_be_played(explorer, pieces):
    kept = {key.rule for key in pieces}
    assert {"threshold", "raw_sample", "sample", "density"} <= kept
    rules = [rule for rule in RULE_VARIANTS if rule in kept]
    assert all(list(cell["rules"]) == rules for cell in explorer.cells)


def test_the_page_plays_them_as_all_other_widgets_do(explorer, pieces):
    chosen = [(0, "density"), (12, "sample"), (18, "raw_sample"), (24, "threshold")]
    program = """
        const { Networks } = await load("explorer/networks.js");
        const bytes = Uint8Array.from(Buffer.from(told.planes, "base64"));
        const traits = { ...told, planes: new DataView(bytes.buffer) };
        const networks = await Networks.read({ get: (name) => traits[name] });
        return told.chosen.map(([index, rule]) => networks.piece(index, rule));
    """
    inputs = {
        "planes": b64encode(explorer.planes).decode(),
        "cells": explorer.cells,
        "grid": explorer.grid,
        "chosen": chosen,
    }
    for (index, rule), played in zip(chosen, node(program, inputs), strict=True):
        cell = explorer.cells[index]
        expected = piece_of(pieces[cell["alpha"], cell["gamma"], 0, rule])
        for part in ("notes", "length", "tempo", "stepsPerQuarter"):
            assert played[part] == expected[part]


def test_pieces_are_matched_in_loudness(explorer, pieces):
    for cell in explorer.cells[::8]:
        for rule in ("sample", "raw_sample", "threshold"):
            whole = matching_gain(pieces[cell["alpha"], cell["gamma"], 0, rule])
            apart = 20 * np.log10(cell["rules"][rule]["gain"] / whole)
            assert abs(apart) < 1  # dB


def test_the_data_stay_small(explorer):
    size = len(json.dumps(explorer.cells)) + len(b64encode(explorer.planes))
    assert size < 100_000


# --- the mathematics, in the page and here


def test_the_drawn_loss_and_gradient_are_those_of_the_package():
    program = """
        const { focalLoss, focalGradient } = await load("page/focal_math.js");
        return told.map(([z, ...rest]) => [1 / (1 + Math.exp(-z)), ...rest])
            .map((cell) => [focalLoss(...cell), focalGradient(...cell)]);
    """
    settings = [each for each in SETTINGS if abs(each[0]) < 10]
    expected = []
    for logit, onset, alpha, gamma in settings:
        z = torch.tensor(logit, dtype=torch.float64, requires_grad=True)
        target = torch.tensor(float(onset), dtype=torch.float64)
        loss = focal_loss(z, target, alpha, gamma)
        loss.backward()
        expected.append((loss.item(), z.grad.item()))
    np.testing.assert_allclose(node(program, settings), expected, rtol=1e-7, atol=1e-12)


def test_the_drawn_map_is_that_of_the_package():
    program = """
        const { focalOutput, focalLogit } = await load("page/focal_math.js");
        return told.map(([z, , alpha, gamma]) => [
            focalLogit(z, alpha, gamma), focalOutput(0.0125, alpha, gamma)]);
    """
    expected = [
        (
            focal_logit(torch.tensor(z, dtype=torch.float64), alpha, gamma).item(),
            focal_inverse(torch.tensor(0.0125, dtype=torch.float64), alpha, gamma)
            .sigmoid()
            .item(),
        )
        for z, _, alpha, gamma in SETTINGS
    ]
    np.testing.assert_allclose(node(program, SETTINGS), expected, rtol=1e-10)


def test_the_nearest_cell_is_the_one_whose_square_on_the_map_holds_the_sliders(
    explorer,
):
    program = """
        const { Networks } = await load("explorer/networks.js");
        const networks = new Networks(told.cells, new Uint8Array(), told.grid);
        return told.places.map((place) => networks.nearest(place));
    """
    generator = np.random.default_rng(0)
    alphas, gammas = generator.uniform(0.01, 0.99, 200), generator.uniform(0, 5, 200)
    places = [{"alpha": a, "gamma": g} for a, g in zip(alphas, gammas, strict=True)]
    inputs = {"cells": explorer.cells, "grid": explorer.grid, "places": places}
    rows = np.abs(alphas[:, None] - ALPHAS).argmin(axis=1)
    columns = np.abs(gammas[:, None] - GAMMAS).argmin(axis=1)
    assert node(program, inputs) == (len(GAMMAS) * rows + columns).tolist()


# --- the sliders


def test_the_sliders_are_linked_in_the_page_itself(card, explorer):
    state = Widget.get_manager_state(drop_defaults=False)["state"].values()
    links = [each["state"] for each in state if each["model_name"] == "LinkModel"]
    linked = {
        link["source"][0]: link["target"][1]
        for link in links
        if link["target"][0] == f"IPY_MODEL_{explorer.model_id}"
    }
    sliders = card.children[0].children
    traits = [linked[f"IPY_MODEL_{slider.model_id}"] for slider in sliders]
    assert traits == ["alpha", "gamma"]
    assert [slider.value for slider in sliders] == [0.25, 2.0]


@pytest.mark.parametrize("bad", [{"alpha": 1.5}, {"alpha": 0}, {"gamma": -1.0}])
def test_settings_out_of_range_are_an_error(bad, small):
    with pytest.raises(TraitError):
        focal_explorer(sweep=small, **bad)


# --- training from the page


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A sweep of two tiny networks, with two seeds of one of them."""
    store = RunStore(tmp_path_factory.mktemp("runs"))
    rows, pieces = [], {}
    for cell in (Cell(0.5, 0.0, 0), Cell(0.5, 2.0, 0), Cell(0.5, 2.0, 1)):
        outcome = train_and_measure(cell.config(TINY), tunes(), store)
        rows.append(cell._asdict() | outcome["measures"])
        for rule, text in outcome["pieces"].items():
            pieces[PieceKey(*cell, rule)] = unpack_roll(text, 192)
    return Sweep(pd.DataFrame(rows), pieces)


class FrontEnd(Reports):
    """Asks a widget what a page would, and receives its reports."""

    def __init__(self, explorer):
        super().__init__()
        explorer.send, self._explorer = self, explorer

    def ask(self, what, **more):
        self._explorer._handle_custom_msg({"ask": what, **more}, [])


@pytest.fixture
def front_end(small, tmp_path):
    base = TINY.but(epochs=3)
    explorer = FocalExplorer(small, base, tunes(), RunStore(tmp_path / "runs"))
    yield FrontEnd(explorer)
    explorer.stop()
    explorer._training.join(PATIENCE)


def test_a_sweep_of_ones_own_is_explored_by_its_first_seed(small):
    explorer = FocalExplorer(small, TINY)
    cells = [(cell["gamma"], cell["seed"]) for cell in explorer.cells]
    assert cells == [(0.0, 0), (2.0, 0)]


def test_a_kernel_says_that_it_is_there(front_end):
    front_end.ask("hello")
    assert front_end.received == [{"tell": "here", "busy": False}]
    front_end.ask("something else")
    assert len(front_end.received) == 1


def test_a_network_trained_from_the_page_becomes_a_cell(front_end):
    explorer = front_end._explorer
    before = explorer.cells
    front_end.ask("train", alpha=0.3, gamma=1.5000000001)
    front_end.ask("train", alpha=0.9, gamma=0.0)  # one at a time
    done = front_end.wait_for("done")
    assert (done["alpha"], done["gamma"]) == (0.3, 1.5)
    progress = [each for each in front_end.received if each["tell"] == "progress"]
    assert {(each["alpha"], each["gamma"]) for each in progress} == {(0.3, 1.5)}
    assert (progress[-1]["epoch"], progress[-1]["epochs"]) == (3, 3)
    json.dumps(front_end.received, allow_nan=False)
    *others, mine = explorer.cells
    assert others == before
    assert (mine["alpha"], mine["gamma"], mine["seed"]) == (0.3, 1.5, 0)
    assert mine["trained"]
    assert 0 < mine["rules"]["sample"]["nll"] < 20
    bits = zlib.decompress(explorer.planes)
    assert len(bits) == len(explorer.cells) * len(RULE_VARIANTS) * 192 * KEYS // 8
    explorer._training.join(PATIENCE)
    front_end.received.clear()
    front_end.ask("train", alpha=0.3, gamma=1.5)  # it is in the store now
    front_end.wait_for("done")
    assert explorer.cells == [*before, mine]


def test_a_training_can_be_stopped_from_the_page(front_end):
    explorer = front_end._explorer
    explorer._base = TINY.but(epochs=10_000, patience=10_000)
    before = explorer.cells
    front_end.ask("train", alpha=0.3, gamma=1.5)
    front_end.wait_for("progress", phase="training")
    front_end.ask("hello")
    assert front_end.received[-1]["tell"] in ("here", "progress")
    front_end.ask("stop")
    front_end.wait_for("stopped")
    assert explorer.cells == before


def test_a_training_that_fails_says_why(front_end):
    front_end._explorer._corpus = None
    front_end._explorer._base = TINY.but(corpus="no/such/folder")
    front_end.ask("train", alpha=0.3, gamma=1.5)
    assert "neither a corpus" in front_end.wait_for("failed")["why"]


def test_settings_that_make_no_sense_are_said_to_the_page(front_end):
    front_end._explorer._base = TINY.but(pos_weight=9.0)
    front_end.ask("train", alpha=0.3, gamma=1.5)
    assert "pos_weight" in front_end.received[-1]["why"]
