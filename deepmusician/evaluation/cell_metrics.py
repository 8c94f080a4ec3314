"""How well the cells of a roll were predicted: counts, curves and likelihoods.

Cells are arrays whose last axis holds the keys and whose other axes hold steps:
(steps, keys) for a piece, (batch, steps, keys) for a batch of windows. NumPy arrays
and torch tensors are taken alike; every measure returns a plain float.
"""

from math import nan
from typing import NamedTuple

import numpy as np
from sklearn import metrics as sklearn_metrics


class PrecisionRecall(NamedTuple):
    """A precision-recall curve; point i flags the cells scored >= thresholds[i]."""

    precision: np.ndarray  # (points,)
    recall: np.ndarray  # (points,)
    thresholds: np.ndarray  # (points,), rising


class Confusion(NamedTuple):
    """The four counts behind every measure at one threshold."""

    hits: int
    false_alarms: int
    misses: int
    rests: int


def as_array(values: object) -> np.ndarray:
    """Return a NumPy array of an array, a nested list or a torch tensor."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    return np.asarray(values)


def as_cells(values: object, what: str = "cells") -> np.ndarray:
    """Return boolean cells. ValueError for anything but zeros and ones."""
    cells = as_array(values)
    if cells.dtype != bool and not ((cells == 0) | (cells == 1)).all():
        raise ValueError(f"{what} must hold zeros and ones; apply a threshold first")
    return cells.astype(bool)


def _require_same_shape(first: np.ndarray, second: np.ndarray) -> None:
    """Raise ValueError unless both arrays have the same shape."""
    if first.shape != second.shape:
        raise ValueError(f"shapes differ: {first.shape} against {second.shape}")


def ratio(part: float, whole: float) -> float:
    """Return part / whole, or NaN where there is no whole."""
    return float(part / whole) if whole else nan


def confusion(predicted: object, target: object) -> Confusion:
    """Return hits, false alarms, misses and rightly silent cells.

    Both arguments hold zeros and ones in the same shape (..., keys); ValueError if not.
    """
    predicted, target = as_cells(predicted, "predicted"), as_cells(target, "target")
    _require_same_shape(predicted, target)
    hits = int((predicted & target).sum())
    false_alarms, misses = int(predicted.sum()) - hits, int(target.sum()) - hits
    rests = target.size - hits - false_alarms - misses
    return Confusion(hits, false_alarms, misses, rests)


def accuracy(predicted: object, target: object) -> float:
    """Return the share of cells predicted correctly; NaN if there are no cells."""
    counts = confusion(predicted, target)
    return ratio(counts.hits + counts.rests, sum(counts))


def precision(predicted: object, target: object) -> float:
    """Return the share of predicted notes that are there; NaN if none is predicted."""
    counts = confusion(predicted, target)
    return ratio(counts.hits, counts.hits + counts.false_alarms)


def recall(predicted: object, target: object) -> float:
    """Return the share of true notes that are predicted; NaN if there is none."""
    counts = confusion(predicted, target)
    return ratio(counts.hits, counts.hits + counts.misses)


def f1(predicted: object, target: object) -> float:
    """Return F1, 2 hits / (2 hits + false alarms + misses).

    The harmonic mean of precision and recall; NaN when both sides are silent.
    """
    counts = confusion(predicted, target)
    return ratio(2 * counts.hits, 2 * counts.hits + counts.false_alarms + counts.misses)


def _scores_and_target(scores: object, target: object) -> tuple:
    """Return scores and target as flat arrays of the same cells."""
    scores, target = as_array(scores), as_cells(target, "target")
    _require_same_shape(scores, target)
    return scores.ravel(), target.ravel()


def average_precision(scores: object, target: object) -> float:
    """Return the average precision over all cells together; NaN without true notes.

    `scores` (..., keys): probabilities or logits, only their order matters. A ranking
    no better than chance reaches the share of cells that hold a note, not one half.
    """
    scores, target = _scores_and_target(scores, target)
    if not target.any():
        return nan
    return float(sklearn_metrics.average_precision_score(target, scores))


def precision_recall_curve(scores: object, target: object) -> PrecisionRecall:
    """Return precision and recall at every threshold worth a point.

    `scores` and `target` (..., keys). Points that lie on a straight line in ROC space
    are left out, so the curve stays light. ValueError without a true note: recall has
    no meaning then.
    """
    scores, target = _scores_and_target(scores, target)
    if not target.any():
        raise ValueError("a precision-recall curve needs at least one note in target")
    precisions, recalls, thresholds = sklearn_metrics.precision_recall_curve(
        target, scores, drop_intermediate=True
    )
    return PrecisionRecall(precisions[:-1], recalls[:-1], thresholds)


def density(cells: object) -> float:
    """Return the mean number of notes per step; NaN without steps.

    `cells` (..., keys): zeros and ones, or probabilities, which gives the density that
    a model predicts.
    """
    cells = as_array(cells)
    return ratio(cells.sum(dtype=float), cells[..., 0].size)


def silent_share(cells: object) -> float:
    """Return the share of steps in which no key is set; NaN without steps."""
    steps = as_cells(cells).any(axis=-1)  # (...)
    return ratio((~steps).sum(), steps.size)


def cell_nll(logits: object, target: object) -> np.ndarray:
    """Return the negative log-likelihood of every cell in nats, shape (..., keys).

    Bernoulli: softplus(-z) for a note, softplus(z) for a silent cell, which is finite
    at any finite logit z and infinite only for a note that the model excludes.
    """
    logits, target = as_array(logits).astype(float), as_cells(target, "target")
    _require_same_shape(logits, target)
    return np.logaddexp(0.0, np.where(target, -logits, logits))


def nll_per_step(logits: object, target: object) -> float:
    """Return the negative log-likelihood in nats per step; NaN without steps.

    The sum over the keys of a step, then the mean over steps; `logits` and `target`
    (..., keys). With logits of dependent outputs, each given the true keys below it,
    this is the exact likelihood too, by the chain rule.
    """
    steps = cell_nll(logits, target).sum(axis=-1)  # (...)
    return ratio(steps.sum(), steps.size)


def sampled_f1(probability: np.ndarray, target: np.ndarray) -> float:
    """Return the F1 that keys drawn with these probabilities come to.

    `probability` and `target` (0 or 1) share one shape. Of many cells as many are
    hit, drawn and missed as the probabilities add up to, so nothing is drawn:
    2 Σpy / (Σp + Σy). NaN where neither side has a note.
    """
    notes = np.asarray(target, dtype=float)
    return ratio(2 * (probability * notes).sum(), probability.sum() + notes.sum())


class Cutoff(NamedTuple):
    """A threshold on probabilities, and the F1 of the cells that exceed it."""

    f1: float
    threshold: float


def best_cutoff(probability: object, target: object) -> Cutoff:
    """Return the threshold whose cells above it have the highest F1, and that F1.

    `probability` and `target` (..., keys). Both are NaN without a true note. Chosen
    with the music in sight, it flatters: what F1 a ranking allows, not what it earns.
    """
    scores, target = _scores_and_target(probability, target)
    if not target.any():
        return Cutoff(nan, nan)
    order = np.argsort(-scores, kind="stable")  # the likeliest cell first
    hits, flagged = np.cumsum(target[order]), np.arange(1, len(order) + 1)
    each = 2 * hits / (flagged + hits[-1])  # F1 when so many cells are flagged
    falls = np.diff(scores[order], append=-1.0) < 0  # never between equal scores
    best = int(np.argmax(np.where(falls, each, -1.0)))
    return Cutoff(float(each[best]), _between(scores[order], best + 1))


def density_threshold(probability: object, target: object) -> float:
    """Return the threshold that as many cells exceed as the music has notes.

    `probability` and `target` (..., keys). Where cells share the probability at which
    to cut, fewer exceed it. NaN without cells.
    """
    scores, target = _scores_and_target(probability, target)
    return _between(-np.sort(-scores), int(target.sum())) if len(scores) else nan


def _between(falling: np.ndarray, count: int) -> float:
    """Return a threshold that the first `count` of some falling probabilities pass."""
    above = falling[count - 1] if count else 1.0
    below = falling[count] if count < len(falling) else 0.0
    return (float(above) + float(below)) / 2
