"""Scores by interval: a sum over the cells that are set, the same in every key."""

import pytest
import torch

from deepmusician.model.intervals import IntervalScores

HIDDEN, STEPS = 5, 4


def scores_of(planes: int, nearest: int, farthest: int) -> IntervalScores:
    """Return scores whose every weight matters, in float64."""
    torch.manual_seed(0)
    module = IntervalScores(HIDDEN, planes, nearest, farthest).double()
    for parameter in module.parameters():
        parameter.data.normal_()
    return module


def cells_of(keys: int, planes: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return (torch.rand(STEPS, keys * planes, generator=generator) < 0.3).double()


def key_by_key(module, states, cells):
    """Return the scores by a plain loop over steps, keys, distances and planes."""
    planes, keys = module.planes, cells.shape[1] // module.planes
    count = module.farthest - module.nearest + 1
    weights = module.weights(states).view(STEPS, planes, count, planes)
    scores = torch.zeros_like(cells)
    for step in range(STEPS):
        for key in range(keys):
            for n, distance in enumerate(range(module.nearest, module.farthest + 1)):
                if not 0 <= key - distance < keys:
                    continue
                for source in range(planes):
                    if cells[step, (key - distance) * planes + source]:
                        here = slice(key * planes, (key + 1) * planes)
                        scores[step, here] += weights[step, source, n]
    return scores


@pytest.mark.parametrize("planes", [1, 2])
@pytest.mark.parametrize("distances", [(-3, 3), (1, 4), (-12, 12)])
def test_the_scores_are_those_of_a_loop_over_the_keys(planes, distances):
    module, cells = scores_of(planes, *distances), cells_of(8, planes)
    states = torch.randn(STEPS, HIDDEN).double()
    expected = key_by_key(module, states, cells)
    assert torch.allclose(module(states, cells), expected)
    assert expected.any()


def test_axes_before_the_last_are_kept_and_silence_scores_nothing():
    module = scores_of(2, -2, 2)
    states, cells = torch.randn(3, STEPS, HIDDEN).double(), torch.zeros(3, STEPS, 12)
    assert torch.equal(module(states, cells.double()), cells.double())
    cells[1, 2, 5] = 1
    assert module(states, cells.double())[1, 2].any()


def test_the_weights_get_the_exact_gradient():
    module, cells = scores_of(2, -2, 2), cells_of(5, 2)
    weights = torch.randn(STEPS, 2 * 5 * 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda w: module.scores(w, cells), weights)


def test_music_a_third_higher_has_the_same_scores_a_third_higher():
    module = scores_of(1, -3, 3)
    low, high = torch.zeros(1, 30).double(), torch.zeros(1, 30).double()
    low[0, [8, 12]] = high[0, [12, 16]] = 1
    state = torch.randn(1, HIDDEN).double()
    assert torch.equal(module(state, low)[0, :20], module(state, high)[0, 4:24])


def test_fresh_scores_are_zero():
    module = IntervalScores(HIDDEN, 2, -3, 3)
    assert not module(torch.randn(STEPS, HIDDEN), cells_of(6, 2).float()).any()
