"""Losses on logits, and the probability that a focal-trained output stands for.

Both losses are written in terms of the margin m = z for a cell with an onset and
m = -z for one without. With p_t = sigmoid(m), the probability given to what happened,

    BCE   = -log p_t                            = -logsigmoid(m)
    focal = -alpha_t (1 - p_t)^gamma log p_t    = alpha_t e^(gamma logsigmoid(-m)) BCE

so no sigmoid is ever rounded to 0 or 1 and nothing overflows. The power written
as an exponential keeps its gradient finite where 1 - p_t is tiny and gamma < 1.
Source: Lin et al. 2017, "Focal Loss for Dense Object Detection".

Where an onset has the true probability eta, the mean loss is smallest at a p that is
not eta. With A(q) = (1 - q)^gamma / q - gamma (1 - q)^(gamma - 1) ln q, it is where

    eta / (1 - eta) = (1 - alpha) A(1 - p) / (alpha A(p))

At alpha = 1/2 that is Psi^gamma of Charoenphakdee et al. 2021, "On Focal Loss for
Class-Posterior Probability Estimation". In logits nothing rounds to 0 or 1:

    logit eta = (gamma + 1) z + r(z) - r(-z) + ln((1 - alpha) / alpha)
    r(z)      = ln(1 + gamma softplus(z) e^-z), between 0 and ln(1 + gamma)
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

_REDUCTIONS = ("none", "mean", "sum")
_STEEPEST = -80.0  # below this logit r(z) has long been ln(1 + gamma), and e^-z finite
_HALVINGS = 60  # of an interval some units wide: beyond double precision


def bce_loss(logits: Tensor, target: Tensor, pos_weight: float = 1.0) -> Tensor:
    """Return the mean binary cross-entropy per cell, in nats (a scalar).

    `logits` and `target` (0 or 1) share one shape. Onsets count `pos_weight` times.
    """
    cells = -logsigmoid(_margin(logits, target))
    if pos_weight != 1:
        cells = cells * torch.where(target.bool(), pos_weight, 1.0)
    return cells.mean()


def focal_loss(
    logits: Tensor,
    target: Tensor,
    alpha: float | None = None,
    gamma: float = 2.0,
    reduction: str = "mean",
) -> Tensor:
    """Return the focal loss: BCE with well-predicted cells weighted down.

    `logits` and `target` (0 or 1) share one shape. `alpha` in [0, 1] weighs the
    onsets and 1 - alpha the silence; None weighs neither. `gamma` >= 0 turns the
    focus on: 0 gives (weighted) BCE. `reduction` is "mean" (a scalar, over the
    cells), "sum" (a scalar) or "none" (one value per cell).
    Raises ValueError for anything else. The same values as torchvision's
    `sigmoid_focal_loss`. Source: Lin et al. 2017, equation 5.
    """
    check_focal(alpha, gamma)
    if reduction not in _REDUCTIONS:
        raise ValueError(f"reduction must be one of {_REDUCTIONS}, not {reduction!r}")
    margin = _margin(logits, target)
    cells = torch.exp(gamma * logsigmoid(-margin)) * -logsigmoid(margin)
    if alpha is not None:
        cells = cells * torch.where(target.bool(), alpha, 1 - alpha)
    return cells if reduction == "none" else getattr(cells, reduction)()


def focal_logit(logits: Tensor, alpha: float | None, gamma: float) -> Tensor:
    """Return the logit of the true probability that focal-trained logits stand for.

    `logits`: any shape, which the result shares. `alpha` and `gamma` are those that
    the network was trained with; alpha None weighs both sides alike, as 1/2 does. It
    rises with the logits, and is finite and differentiable up to |logit| = 80 and
    beyond in float32. At gamma 0 it is the shift by ln((1 - alpha) / alpha) alone.
    Raises ValueError for an alpha that is not inside (0, 1), where the loss forgets
    one of the two sides, or a gamma below 0.
    """
    tilt = _tilt(logits, gamma) - _tilt(-logits, gamma)
    return (gamma + 1) * logits + tilt + _log_odds(alpha, gamma)


def focal_probability(logits: Tensor, alpha: float | None, gamma: float) -> Tensor:
    """Return the true probability that focal-trained logits stand for.

    The sigmoid of `focal_logit`, whose arguments it takes.
    """
    return torch.sigmoid(focal_logit(logits, alpha, gamma))


@torch.no_grad()
def focal_inverse(
    probability: Tensor | float, alpha: float | None, gamma: float
) -> Tensor:
    """Return the logits of least focal loss where onsets have this probability.

    The inverse of `focal_probability`, by bisection: r(z) - r(-z) bounds it.
    `probability`: any shape, each inside (0, 1); ValueError otherwise.
    """
    probability = torch.as_tensor(probability)
    if not ((probability > 0) & (probability < 1)).all():
        raise ValueError(f"a probability must lie inside (0, 1), not {probability}")
    wanted = torch.logit(probability.double()) - _log_odds(alpha, gamma)
    low = (wanted - math.log1p(gamma)) / (gamma + 1)
    high = (wanted + math.log1p(gamma)) / (gamma + 1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = focal_logit(middle, None, gamma) < wanted
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return ((low + high) / 2).to(probability.dtype)


def check_focal(alpha: float | None, gamma: float) -> None:
    """Raise ValueError unless 0 <= alpha <= 1 (or None) and 0 <= gamma < infinity."""
    if alpha is not None and not 0 <= alpha <= 1:
        raise ValueError(f"alpha must lie between 0 and 1, or be None, not {alpha!r}")
    if not 0 <= gamma < math.inf:
        raise ValueError(f"gamma must be a finite number from 0 up, not {gamma!r}")


def _tilt(logits: Tensor, gamma: float) -> Tensor:
    """Return r(z) = ln(1 + gamma softplus(z) e^-z) of the module's docstring."""
    logits = logits.clamp_min(_STEEPEST)
    return torch.log1p(gamma * softplus(logits) * torch.exp(-logits))


def _log_odds(alpha: float | None, gamma: float) -> float:
    """Return ln((1 - alpha) / alpha). ValueError for settings without a map."""
    check_focal(alpha, gamma)
    if alpha is None:
        return 0.0
    if alpha in (0, 1):
        raise ValueError(f"no probability can be read from a loss with alpha={alpha}")
    return math.log((1 - alpha) / alpha)


def _margin(logits: Tensor, target: Tensor) -> Tensor:
    """Return the logit of what happened: z where there is an onset, else -z."""
    if logits.shape != target.shape:
        raise ValueError(
            f"logits {tuple(logits.shape)} and target {tuple(target.shape)} "
            "must have the same shape"
        )
    return torch.where(target.bool(), logits, -logits)
