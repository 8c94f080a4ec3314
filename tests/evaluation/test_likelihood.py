"""Likelihoods of whole pieces, frame by frame."""

import itertools
import math

import numpy as np
import pytest
import torch
from support.toy import tune

from deepmusician.baselines import CountedLengths, NoteUnigram
from deepmusician.corpora import MOST_SHIFT
from deepmusician.evaluation import (
    evaluate,
    frame_nlls,
    mean_nlls,
    nlls_in_keys,
    piece_by_piece,
    pooled,
    whole_nll,
)
from deepmusician.evaluation.likelihood import cell_nlls
from deepmusician.model import DeepMusician, NetworkConfig
from deepmusician.music import KEYS, PianoRoll, possible_cells


def network(start="zero", outputs="independent", context=8):
    """A small network with weights drawn wide, so that its past matters."""
    torch.manual_seed(3)
    config = NetworkConfig(
        hidden=6, classifier_hidden=5, context=context, start=start, outputs=outputs
    )
    model = DeepMusician(config).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(2)
    return model


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
def test_a_piece_shorter_than_a_window_costs_what_evaluate_says(outputs):
    model, piece = network(outputs=outputs, context=40), tune(1, steps=32)
    assert pooled(frame_nlls(model, [piece])) == pytest.approx(
        evaluate(model, [piece])["nll_step"], rel=1e-5
    )


def test_the_decoder_is_not_started_anew_inside_a_long_piece():
    model, piece = network(context=8), tune(1, steps=32)
    whole = frame_nlls(model, [piece])[0]
    parts = [frame_nlls(model, [piece[first : first + 8]])[0] for first in (0, 8)]
    np.testing.assert_allclose(whole[:8], parts[0])
    assert not np.allclose(whole[8:16], parts[1])


@pytest.mark.parametrize("start", ["zero", "guided"])
def test_a_frame_costs_the_same_whatever_comes_after_it(start):
    model, piece = network(start), tune(1, steps=32)
    changed = piece.onsets.copy()
    changed[20:] = ~changed[20:]
    before = frame_nlls(model, [piece])[0]
    after = frame_nlls(model, [PianoRoll.from_plane(changed)])[0]
    np.testing.assert_allclose(before[:20], after[:20])
    assert not np.isclose(before[20], after[20])


def test_with_an_encoder_every_frame_depends_on_the_first_and_none_is_left_out():
    model, piece = network("guided"), tune(1, steps=32)
    other = piece.onsets.copy()
    other[0] = ~other[0]
    before = frame_nlls(model, [piece])[0]
    after = frame_nlls(model, [PianoRoll.from_plane(other)])[0]
    assert len(before) == 32
    assert not np.isclose(before[1:], after[1:], rtol=0, atol=1e-12).any()


def test_with_an_encoder_the_first_windows_are_those_of_evaluate():
    model, piece = network("guided"), tune(1, steps=8)
    assert pooled(frame_nlls(model, [piece])) == pytest.approx(
        evaluate(model, [piece])["nll_step"], rel=1e-5
    )


def test_a_network_that_knows_nothing_pays_for_88_fair_draws():
    model = network()
    for weights in model.parameters():
        torch.nn.init.zeros_(weights)
    (nlls,) = frame_nlls(model, [tune(1)])
    np.testing.assert_allclose(nlls, KEYS * math.log(2))


def test_pooling_weighs_frames_and_not_pieces():
    nlls = [np.array([1.0]), np.array([4.0, 4.0, 4.0])]
    assert pooled(nlls) == 3.25
    assert piece_by_piece(nlls) == 2.5


def test_the_model_comes_back_as_it_was():
    model = network().train()
    frame_nlls(model, [tune(1)])
    assert model.training
    assert {each.dtype for each in model.parameters()} == {torch.float32}


def test_an_encoder_that_is_not_used_is_not_counted():
    bare, whole = network("zero"), network("guided")
    encoder = sum(weights.numel() for weights in bare.encoder.parameters())
    assert whole.parameter_count == bare.parameter_count + encoder


def test_a_random_start_and_an_empty_piece_have_no_likelihood():
    with pytest.raises(ValueError, match="drawn at random"):
        frame_nlls(network("random"), [tune(1)])
    empty = PianoRoll.from_plane(np.zeros((0, KEYS), bool), name="nothing")
    with pytest.raises(ValueError, match="nothing"):
        frame_nlls(network(), [empty])


def every_piece(steps, keys):
    """Return all pieces of so many steps and keys as cells of both planes."""
    choices = [(0, 0), (1, 0), (0, 1)]
    pieces = []
    for states in itertools.product(choices, repeat=steps * keys):
        cells = torch.tensor(states, dtype=torch.float64).view(steps, 2 * keys)
        before = torch.cat([torch.zeros(1, 2 * keys).double(), cells[:-1]])
        if (cells.bool() <= possible_cells(before, cells)).all():
            pieces.append(cells)
    return torch.stack(pieces)


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
@pytest.mark.parametrize("start", ["zero", "guided"])
def test_the_probabilities_of_all_pieces_of_two_keys_and_three_steps_add_up_to_one(
    outputs, start
):
    torch.manual_seed(0)
    sizes = {"keys": 2, "hidden": 6, "classifier_hidden": 8, "intervals": 1}
    config = NetworkConfig(plane="both", outputs=outputs, start=start, **sizes)
    model = DeepMusician(config).double().eval()
    for weights in model.parameters():
        weights.data.normal_()
    pieces = every_piece(3, 2)  # (pieces, steps, cells)
    silence = torch.zeros(len(pieces), 4, 4).double()
    with torch.no_grad():
        logits = model(silence, pieces)
    nats = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, pieces, reduction="none"
    )
    assert torch.exp(-nats.sum(dim=(1, 2))).sum().item() == pytest.approx(1, abs=1e-9)


class Cells(np.ndarray):
    """A piece on a keyboard of few keys, as far as a likelihood looks at it."""

    name = "cells"

    def plane(self, _):
        return self


def every_frame(plane, keys):
    """Return all pieces of one step: (pieces, 1, cells)."""
    if plane == "voices":
        choices = itertools.product(range(keys + 1), repeat=4)  # 0: a rest
        sung = torch.tensor(list(choices))
        one_hot = torch.nn.functional.one_hot(sung, keys + 1)[..., 1:]
        return one_hot.transpose(1, 2).flatten(1).numpy()[:, None]
    return np.array(list(itertools.product([0, 1], repeat=keys)))[:, None]


@pytest.mark.parametrize(
    ("plane", "outputs", "keys"),
    [
        ("sounding", "independent", 7),
        ("sounding", "dependent", 7),
        ("voices", "voices", 3),
    ],
)
def test_what_several_keys_say_of_all_frames_adds_up_to_no_more_than_one(
    plane, outputs, keys
):
    torch.manual_seed(1)
    sizes = {"keys": keys, "hidden": 6, "classifier_hidden": 8, "phrases": 8}
    config = NetworkConfig(plane=plane, outputs=outputs, start="zero", **sizes)
    model = DeepMusician(config).eval()
    for weights in model.parameters():
        weights.data.normal_()
    frames = every_frame(plane, keys)
    past = np.broadcast_to(
        frames[[5, -2, 5]].transpose(1, 0, 2), (len(frames), 3, frames.shape[2])
    )
    pieces = [piece.view(Cells) for piece in np.concatenate([past, frames], axis=1)]
    readings = nlls_in_keys(model, pieces)
    nats = np.array([cells[3].sum() for cells in mean_nlls(readings)])
    total = np.exp(-nats).sum()
    # a voice that leaves the keyboard at the lower end seems to rest, and is charged
    assert total < 1 if plane == "voices" else total == pytest.approx(1, abs=1e-5)
    alone = np.array([cells[3].sum() for cells in readings[MOST_SHIFT]])
    assert not np.allclose(nats, alone)


def test_each_reading_is_that_of_the_music_in_another_key():
    model, piece = network(outputs="dependent"), tune(1, steps=32)
    readings = nlls_in_keys(model, [piece])
    assert len(readings) == 2 * MOST_SHIFT + 1
    for semitones, (cells,) in enumerate(readings, start=-MOST_SHIFT):
        (moved,) = cell_nlls(model, [piece.transpose(semitones)])
        there = slice(max(0, -semitones), KEYS - max(0, semitones))
        here = slice(max(0, semitones), KEYS - max(0, -semitones))
        np.testing.assert_array_equal(cells[:, there], moved[:, here])
        assert np.isnan(cells).sum() == 32 * abs(semitones)


def test_the_mean_of_readings_is_that_of_their_probabilities_where_they_speak():
    one, other = np.log([[2.0, 4.0]]), np.array([[np.log(8), np.nan]])
    (cells,) = mean_nlls([[one], [other]])
    np.testing.assert_allclose(np.exp(-cells), [[(1 / 2 + 1 / 8) / 2, 1 / 4]])


def test_no_later_frame_moves_what_several_keys_say_of_one():
    model, piece = network(outputs="dependent"), tune(1, steps=32)
    changed = piece.onsets.copy()
    changed[20:] = ~changed[20:]  # to the keyboard's ends
    pieces = [piece, PianoRoll.from_plane(changed)]
    before, after = mean_nlls(nlls_in_keys(model, pieces))
    np.testing.assert_allclose(before[:20], after[:20])
    assert not np.allclose(before[20], after[20])


def test_whole_music_is_the_sum_over_all_steps_by_the_quarter():
    rolls = [tune(seed, steps=32) for seed in (1, 2)]
    both = DeepMusician(NetworkConfig(plane="both", hidden=6, classifier_hidden=5))
    found = whole_nll(both, rolls)
    cells = np.concatenate(cell_nlls(both, rolls))
    assert found.total == pytest.approx(4 * cells.sum(axis=1).mean())
    assert found.lengths == pytest.approx(4 * cells[:, 1::2].sum(axis=1).mean())
    assert found.total == pytest.approx(evaluate(both, rolls)["nll_quarter"], rel=1e-5)


def test_whatever_reads_onsets_is_completed_by_counted_lengths():
    rolls = [tune(seed, steps=32) for seed in (1, 2)]
    lengths = CountedLengths().fit(rolls)
    held = -np.concatenate([lengths.log_probabilities(roll) for roll in rolls]).mean()
    baseline = NoteUnigram().fit(rolls)
    found = whole_nll(baseline, rolls, lengths)
    assert found == pytest.approx((4 * baseline.nll(rolls), 4 * held))
    model = network()
    found = whole_nll(model, rolls, lengths)
    assert found == pytest.approx((4 * pooled(frame_nlls(model, rolls)), 4 * held))


def test_whole_music_needs_lengths():
    model = DeepMusician(NetworkConfig(hidden=6, classifier_hidden=5))
    with pytest.raises(ValueError, match="whole music needs lengths"):
        whole_nll(model, [tune(1)])
    sounding = NoteUnigram().fit([tune(1)], "sounding")
    with pytest.raises(ValueError, match="sounding alone do not have them"):
        whole_nll(sounding, [tune(1)], CountedLengths().fit([tune(1)]))
