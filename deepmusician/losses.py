"""Losses on logits: binary cross-entropy and focal loss (chapter 3).

Both are written in terms of the margin m = z for a cell with a touch and m = -z
for one without. With p_t = sigmoid(m), the probability given to what happened,

    BCE   = -log p_t                            = -logsigmoid(m)
    focal = -alpha_t (1 - p_t)^gamma log p_t    = alpha_t e^(gamma logsigmoid(-m)) BCE

so no sigmoid is ever rounded to 0 or 1 and nothing overflows. The power written
as an exponential keeps its gradient finite where 1 - p_t is tiny and gamma < 1.
Source: Lin et al. 2017, "Focal Loss for Dense Object Detection".
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

_REDUCTIONS = ("none", "mean", "sum")


def bce_loss(logits: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return the mean binary cross-entropy a cell, in nats (a scalar).

    `logits` and `target` (0 or 1) have the shape (..., keys). A `mask` of shape
    (...,) or (..., keys) keeps only the cells where it is true; with none kept the
    loss is 0. Chapter 3.
    """
    cells = -logsigmoid(_margin(logits, target))
    if mask is None:
        return cells.mean()
    if mask.ndim == cells.ndim - 1:
        mask = mask.unsqueeze(-1)  # (..., 1): every key of a kept step counts
    kept = mask.to(cells.dtype).expand_as(cells)
    return (cells * kept).sum() / kept.sum().clamp_min(1)


def focal_loss(
    logits: Tensor,
    target: Tensor,
    alpha: float | None = None,
    gamma: float = 2.0,
    reduction: str = "mean",
) -> Tensor:
    """Return the focal loss: BCE with well-judged cells weighted down.

    `logits` and `target` (0 or 1) share one shape. `alpha` in [0, 1] weighs the
    touches and 1 - alpha the silence; None weighs neither. `gamma` >= 0 turns the
    focus on: 0 gives (weighted) BCE. `reduction` is "mean" (a scalar, over the
    cells), "sum" (a scalar) or "none" (one value a cell).
    Raises ValueError for anything else. The same values as torchvision's
    `sigmoid_focal_loss`. Source: Lin et al. 2017, equation 5. Chapter 3.
    """
    check_focal(alpha, gamma)
    if reduction not in _REDUCTIONS:
        raise ValueError(f"reduction must be one of {_REDUCTIONS}, not {reduction!r}")
    margin = _margin(logits, target)
    cells = torch.exp(gamma * logsigmoid(-margin)) * -logsigmoid(margin)
    if alpha is not None:
        cells = cells * torch.where(target.bool(), alpha, 1 - alpha)
    return cells if reduction == "none" else getattr(cells, reduction)()


def check_focal(alpha: float | None, gamma: float) -> None:
    """Raise ValueError unless 0 <= alpha <= 1 (or None) and 0 <= gamma < infinity."""
    if alpha is not None and not 0 <= alpha <= 1:
        raise ValueError(f"alpha must lie between 0 and 1, or be None, not {alpha!r}")
    if not 0 <= gamma < math.inf:
        raise ValueError(f"gamma must be a finite number from 0 up, not {gamma!r}")


def _margin(logits: Tensor, target: Tensor) -> Tensor:
    """Return the logit of what happened: z where a key is touched, -z elsewhere."""
    if logits.shape != target.shape:
        raise ValueError(
            f"logits {tuple(logits.shape)} and target {tuple(target.shape)} "
            "must have the same shape"
        )
    return torch.where(target.bool(), logits, -logits)
