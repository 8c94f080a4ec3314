"""Calibration: the map from what a loss teaches to the truth, proved and used."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from deepmusician.model import (
    Calibration,
    focal_logit,
    focal_loss,
    focal_probability,
)
from deepmusician.model.losses import focal_inverse
from deepmusician.training import TrainConfig
from deepmusician.training.config import objective

ALPHAS = [0.25, 0.5, 0.75, 0.9]
GAMMAS = [0, 0.5, 1, 2, 3, 5]
FINE = torch.arange(-24, 24, 0.001, dtype=torch.float64)  # logits to search
TRUTHS = [0.001, 0.0125, 0.2, 0.5, 0.7, 0.98]
FOCAL = TrainConfig(loss="focal", alpha=0.25, gamma=2.0)


def mean_loss(config: TrainConfig, logits: torch.Tensor, truth: float) -> torch.Tensor:
    """Return the expected loss at each logit, given the probability of an onset."""
    onset, silent = (
        torch.stack([objective(config, z, known) for z in logits.unsqueeze(1)])
        for known in (torch.ones(1), torch.zeros(1))
    )
    return truth * onset + (1 - truth) * silent


def fitted_table(config: TrainConfig, labels: torch.Tensor) -> torch.Tensor:
    """Return the logits, one a column of the labels, that make the loss smallest."""
    table = torch.zeros(labels.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [table], max_iter=200, tolerance_grad=1e-12, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        loss = objective(config, table.expand_as(labels), labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    return table.detach()


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_logit_of_least_expected_loss_stands_for_the_true_probability(alpha, gamma):
    ones, zeros = torch.ones_like(FINE), torch.zeros_like(FINE)
    onset = focal_loss(FINE, ones, alpha, gamma, reduction="none")
    silent = focal_loss(FINE, zeros, alpha, gamma, reduction="none")
    for truth in TRUTHS:
        best = FINE[(truth * onset + (1 - truth) * silent).argmin()]
        meant = focal_probability(best, alpha, gamma).item()
        assert meant == pytest.approx(truth, rel=0.005)


def charoenphakdee(p: np.ndarray, gamma: float) -> np.ndarray:
    """Return Psi^gamma of 2021, for two classes, as the paper writes it."""

    def h(v):
        return v / ((1 - v) ** gamma - gamma * (1 - v) ** (gamma - 1) * v * np.log(v))

    return h(p) / (h(p) + h(1 - p))


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("alpha", [0.5, None])
def test_without_weights_the_map_is_the_published_one(alpha, gamma):
    logits = torch.linspace(-12, 12, 401, dtype=torch.float64)
    expected = charoenphakdee(expit(logits.numpy()), gamma)
    probability = focal_probability(logits, alpha, gamma).numpy()
    np.testing.assert_allclose(probability, expected, rtol=1e-9)


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_one_half_stands_for_one_minus_alpha_whatever_gamma_is(alpha, gamma):
    meant = focal_probability(torch.zeros(1, dtype=torch.float64), alpha, gamma)
    assert meant.item() == pytest.approx(1 - alpha, abs=1e-12)


@given(st.floats(-80, 80), st.floats(0.01, 0.99))
def test_without_gamma_the_map_is_exactly_a_shift(logit, alpha):
    z = torch.tensor([logit], dtype=torch.float64)
    assert torch.equal(focal_logit(z, 0.5, 0), z)
    assert torch.equal(focal_logit(z, alpha, 0), z + math.log((1 - alpha) / alpha))


@pytest.mark.parametrize("gamma", [0, 0.1, *GAMMAS])
@pytest.mark.parametrize("alpha", [None, *ALPHAS])
def test_the_map_is_finite_rising_and_differentiable_in_single_precision(alpha, gamma):
    logits = torch.linspace(-80, 80, 16001, requires_grad=True)
    mapped = focal_logit(logits, alpha, gamma)
    mapped.sum().backward()
    assert torch.isfinite(mapped).all()
    assert (mapped.diff() > 0).all()
    assert torch.isfinite(logits.grad).all()
    assert ((logits.grad > 0.4) & (logits.grad < gamma + 2)).all()
    exact = focal_logit(logits.detach().double(), alpha, gamma)
    torch.testing.assert_close(mapped.detach().double(), exact, rtol=1e-5, atol=1e-5)


def test_the_map_survives_any_finite_logit():
    logits = torch.tensor([-1e30, -1000, -89, 89, 1000, 1e30], requires_grad=True)
    mapped = focal_logit(logits, 0.25, 2.0)
    mapped.sum().backward()
    assert torch.isfinite(mapped).all()
    torch.testing.assert_close(logits.grad, torch.full((6,), 3.0))


@pytest.mark.parametrize("gamma", [0, 0.5, 2, 5])
def test_the_gradient_is_the_derivative(gamma):
    logits = torch.linspace(-9, 9, 11, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: focal_logit(z, 0.3, gamma), logits)


@given(st.floats(-60, 30), st.sampled_from([None, *ALPHAS]), st.sampled_from(GAMMAS))
def test_the_inverse_leads_back(logit, alpha, gamma):
    eta = torch.sigmoid(torch.tensor([logit], dtype=torch.float64))
    again = focal_logit(focal_inverse(eta, alpha, gamma), alpha, gamma)
    torch.testing.assert_close(again, torch.logit(eta), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.1, 1.5, math.nan])
def test_the_inverse_refuses_what_is_no_probability(wrong):
    with pytest.raises(ValueError, match="must lie inside"):
        focal_inverse(wrong, None, 2.0)


@pytest.mark.parametrize("alpha", [0, 1])
def test_a_loss_that_forgets_one_side_has_no_map(alpha):
    with pytest.raises(ValueError, match="no probability can be read"):
        focal_logit(torch.zeros(1), alpha, 2.0)
    with pytest.raises(ValueError, match="alpha must lie inside"):
        Calibration(alpha)
    with pytest.raises(ValueError, match="shift must be a finite number"):
        Calibration(shift=math.inf)


KINDS = {
    "bce": TrainConfig(),
    "focal": FOCAL,
    "focal without weights": FOCAL.but(alpha=None, gamma=5.0),
    "weighted bce": TrainConfig(pos_weight=20.0),
    "adjusted bce": TrainConfig(logit_adjustment=-4.4),
    "weighted and adjusted": TrainConfig(pos_weight=5.0, logit_adjustment=-2.0),
    "adjusted focal": FOCAL.but(logit_adjustment=-1.5),
    "scaled focal": FOCAL.but(loss_scale=1e-6),
}


@pytest.mark.parametrize("config", KINDS.values(), ids=KINDS)
def test_a_table_fitted_to_sampled_labels_recovers_what_was_sampled(config):
    truth = torch.tensor([0.0125, 0.05, 0.3, 0.5, 0.8], dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    draws = torch.rand(20_000, 5, generator=generator, dtype=torch.float64)
    labels = (draws < truth).double()  # (steps, keys)
    table = fitted_table(config, labels)
    fitted = torch.sigmoid(config.calibration(table))
    share = labels.mean(dim=0)
    torch.testing.assert_close(fitted, share, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(fitted, truth, rtol=0, atol=0.012)
    back = config.calibration.inverse(share)
    torch.testing.assert_close(table, back, rtol=1e-3, atol=1e-3)


def test_what_needs_no_map_is_left_alone():
    logits = torch.randn(3, generator=torch.Generator().manual_seed(0))
    for kind in (Calibration(), Calibration(alpha=0.5), TrainConfig().calibration):
        assert kind.is_identity
        assert kind(logits) is logits
    for kind in (Calibration(0.25), Calibration(gamma=1.0), Calibration(shift=0.1)):
        assert not kind.is_identity
