"""The losses: reference values, limits and stability."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits

from deepmusician.model import bce_loss, focal_loss

# The plain formula -alpha_t (1 - p_t)^gamma ln p_t, in decimals of 60 digits, for
# each logit with target 0 and then 1; torchvision's sigmoid_focal_loss is the same.
LOGITS = [-4.0, -0.5, 0.0, 1.5, 6.0]
REFERENCE = {
    (0.25, 2.0): [
        *(4.403677291402e-06, 9.687268094893e-01, 5.068011788813e-02),
        *(9.435290021485e-02, 1.299650963550e-01, 4.332169878500e-02),
        *(8.529542367144e-01, 1.675711731644e-03, 4.479621497035e00),
        3.784001348682e-09,
    ],
    (None, 2.0): [
        *(5.871569721869e-06, 3.874907237957e00, 6.757349051750e-02),
        *(3.774116008594e-01, 1.732867951400e-01, 1.732867951400e-01),
        *(1.137272315619e00, 6.702846926576e-03, 5.972828662713e00),
        1.513600539473e-08,
    ],
    (0.25, 0.5): [
        *(1.825601556683e-03, 9.954625800194e-01, 2.184700988598e-01),
        *(1.921271680756e-01, 3.675968038007e-01, 1.225322679336e-01),
        *(1.153811181987e00, 2.150655788248e-02, 4.496287621484e00),
        3.077615667735e-05,
    ],
}
logit = st.floats(-30, 30)


def cells(logits: list[float], dtype=torch.float64):
    """Return each logit twice, with target 0 and with target 1."""
    doubled = torch.tensor(logits, dtype=dtype).repeat_interleave(2)
    return doubled, torch.tensor([0.0, 1.0], dtype=dtype).repeat(len(logits))


@pytest.mark.parametrize(("alpha", "gamma"), REFERENCE)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_focal_loss_equals_the_reference_values(alpha, gamma, dtype):
    logits, target = cells(LOGITS, dtype)
    expected = torch.tensor(REFERENCE[alpha, gamma], dtype=dtype)
    result = focal_loss(logits, target, alpha, gamma, reduction="none")
    torch.testing.assert_close(result, expected, rtol=1e-6, atol=1e-9)


def test_focal_loss_equals_torchvisions_formula_on_random_logits():
    generator = torch.Generator().manual_seed(1)
    logits = 4 * torch.randn(500, generator=generator, dtype=torch.float64)
    target = (torch.rand(500, generator=generator) < 0.3).double()
    probability = torch.sigmoid(logits)
    entropy = binary_cross_entropy_with_logits(logits, target, reduction="none")
    of_truth = probability * target + (1 - probability) * (1 - target)
    weight = 0.25 * target + 0.75 * (1 - target)
    expected = weight * entropy * (1 - of_truth) ** 2
    result = focal_loss(logits, target, alpha=0.25, gamma=2.0, reduction="none")
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-12)
    single = focal_loss(logits.float(), target.float(), alpha=0.25, gamma=2.0)
    assert single.item() == pytest.approx(expected.mean().item(), abs=1e-6)


@given(st.lists(logit, min_size=1, max_size=6))
def test_without_alpha_and_gamma_focal_loss_is_bce(logits):
    z, target = cells(logits)
    expected = binary_cross_entropy_with_logits(z, target)
    assert torch.equal(focal_loss(z, target, alpha=None, gamma=0), bce_loss(z, target))
    torch.testing.assert_close(bce_loss(z, target), expected, rtol=1e-9, atol=1e-15)


@given(logit, st.floats(0.01, 0.99), st.floats(0, 5), st.sampled_from([0.0, 1.0]))
def test_focal_loss_never_exceeds_the_weighted_bce(z, alpha, gamma, target):
    logits, truth = torch.tensor([z]), torch.tensor([target])
    weighted = focal_loss(logits, truth, alpha, gamma=0)
    assert 0 <= focal_loss(logits, truth, alpha, gamma) <= weighted


@pytest.mark.parametrize("gamma", [0, 0.1, 0.5, 1, 2, 5])
@pytest.mark.parametrize("alpha", [None, 0.25])
def test_value_and_gradient_are_finite_at_extreme_logits(alpha, gamma):
    logits, target = cells([-1000.0, -50.0, 50.0, 1000.0], torch.float32)
    logits.requires_grad_()
    loss = focal_loss(logits, target, alpha, gamma, reduction="sum")
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(logits.grad).all()
    wrong = logits.detach().sign() != 2 * target - 1
    assert (logits.grad[wrong].abs() > 0.2).all()  # mistakes still teach


def test_focal_gradient_is_the_derivative_of_the_loss():
    logits, target = cells(LOGITS)
    logits.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: focal_loss(z, target, alpha=0.3, gamma=0.5, reduction="none"), logits
    )


def test_reductions_are_the_sum_and_mean_of_the_cells():
    logits, target = cells(LOGITS)
    each = focal_loss(logits, target, reduction="none")
    assert each.shape == logits.shape
    assert focal_loss(logits, target, reduction="sum") == each.sum()
    assert focal_loss(logits, target) == each.mean()


@pytest.mark.parametrize("alpha", [-0.1, 1.1, 2, math.nan, -math.inf])
def test_alpha_outside_zero_to_one_is_refused(alpha):
    with pytest.raises(ValueError, match="alpha must lie between 0 and 1"):
        focal_loss(torch.zeros(1), torch.zeros(1), alpha=alpha)


@pytest.mark.parametrize("gamma", [-0.1, -2, math.nan, math.inf])
def test_gamma_below_zero_or_infinite_is_refused(gamma):
    with pytest.raises(ValueError, match="gamma must be a finite number from 0"):
        focal_loss(torch.zeros(1), torch.zeros(1), gamma=gamma)


def test_an_unknown_reduction_and_unequal_shapes_are_refused():
    with pytest.raises(ValueError, match="reduction must be one of"):
        focal_loss(torch.zeros(1), torch.zeros(1), reduction="median")
    with pytest.raises(ValueError, match="the same shape"):
        bce_loss(torch.zeros(2, 3), torch.zeros(3))
