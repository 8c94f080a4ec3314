"""How well a network foretells music that it has not seen, and what it plays alone.

Teacher-forced scores say how well the next step is foretold when the true music is
heard up to it; free running says what becomes of the music when the network hears
only itself. Chapters: the class imbalance, training.
"""

import json
import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.special import expit

from deepmusician.calibration import Calibration
from deepmusician.composing import compose
from deepmusician.metrics import (
    best_cutoff,
    cell_measures,
    density,
    density_threshold,
    f1,
    nll_per_step,
)
from deepmusician.model import DeepMusician
from deepmusician.music_metrics import on_beat_share
from deepmusician.pianoroll import PianoRoll
from deepmusician.reliability import calibration_error
from deepmusician.windows import Windows

_PLAIN = Calibration()  # the logits as they are


def evaluate(
    model: DeepMusician,
    rolls: Sequence[PianoRoll],
    batch: int = 64,
    calibration: Calibration | None = None,
) -> dict[str, float]:
    """Return how well a network foretells pieces, pooled over all their steps.

    Every step of every piece is foretold once, from its true past. NaN stands where a
    measure is not defined (no note was predicted). Probabilities are those of the
    logits after `calibration`, a run's own; None takes the logits as they are.

    Returns:
        nll_step, nll_quarter: negative log-likelihood, in nats.
        accuracy, precision, recall, f1, silent_share, thresholded_density: of the
            cells whose probability exceeds one half.
        average_precision: over all thresholds.
        density: the notes a step that the probabilities add up to.
        target_density: the notes a step of the music itself.
        best_f1, best_threshold: of the threshold with the highest F1 on these pieces.
        density_threshold: the one with as many cells above it as these pieces touch.
        calibration_error: see `reliability`.
        raw_nll_step, raw_density, raw_thresholded_density, raw_calibration_error: of
            the logits as they are, to show what calibration does.

    Raises:
        ValueError: when the pieces hold no step.
    """
    raw, target = foretell(model, _windows(model, rolls), batch)
    logits = _calibrated(raw, calibration or _PLAIN)
    probability, raw_probability = expit(logits), expit(raw)
    best = best_cutoff(probability, target)
    measures = cell_measures(logits, target)
    nll = measures.pop("nll")
    thresholded, expected = measures.pop("density"), measures.pop("expected_density")
    return {
        "nll_step": nll,
        "nll_quarter": nll * model.config.steps_per_quarter,
        "density": expected,
        "thresholded_density": thresholded,
        **measures,
        "best_f1": best.f1,
        "best_threshold": best.threshold,
        "density_threshold": density_threshold(probability, target),
        "calibration_error": calibration_error(probability, target),
        "raw_nll_step": nll_per_step(raw, target),
        "raw_density": density(raw_probability),
        "raw_thresholded_density": density(raw > 0),
        "raw_calibration_error": calibration_error(raw_probability, target),
    }


@torch.no_grad()
def foretell(
    model: DeepMusician, windows: Windows, batch: int = 64
) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and target (steps, keys) of every step of all pieces, in order.

    Without dropout; the model's mode is left as it was.
    """
    device, was_training = next(model.parameters()).device, model.training
    model.eval()
    logits, target = [], []
    for context, music, mask in windows.in_order(batch):
        judged = model(context.to(device), music.to(device)).cpu()
        logits.append(judged[mask])  # (steps, keys): the padding falls away
        target.append(music[mask])
    model.train(was_training)
    return torch.cat(logits).numpy(), torch.cat(target).numpy()


def glance(
    model: DeepMusician,
    windows: Windows,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    batch: int = 64,
    calibration: Calibration | None = None,
) -> dict[str, float]:
    """Return the measures worth watching after every epoch: loss, nll, density, f1.

    `loss` gives the loss that is trained, of logits and target (steps, keys); the
    rest is measured on the logits after `calibration`. `density` is the notes a step
    that the probabilities add up to.
    """
    raw, target = foretell(model, windows, batch)
    logits = _calibrated(raw, calibration or _PLAIN)
    return {
        "loss": loss(torch.from_numpy(raw), torch.from_numpy(target)).item(),
        "nll": nll_per_step(logits, target),
        "density": density(expit(logits.astype(float))),
        "f1": f1(logits > 0, target),
    }


def listen_in(
    model: DeepMusician,
    pieces: int = 4,
    steps: int = 192,
    seed: int = 0,
    calibration: Calibration | None = None,
) -> dict[str, float]:
    """Return what a network plays when it hears only itself, from silence on.

    It draws from its probabilities, those of the logits after `calibration`.
    `density`: notes a step, on the plane it learns; `on_beat`: the share of touches
    on the quarter notes, NaN when nothing was played.
    """
    calibrate = calibration or False
    rolls = compose(model, steps=steps, pieces=pieces, seed=seed, calibrate=calibrate)
    played = np.concatenate([roll.plane(model.config.plane) for roll in rolls])
    on_beat = [on_beat_share(roll) for roll in rolls if roll.onsets.any()]
    return {
        "density": density(played),
        "on_beat": float(np.mean(on_beat)) if on_beat else math.nan,
    }


def to_json(measures: dict) -> str:
    """Return measures as JSON that any reader takes: null where a number is NaN."""
    return json.dumps(_swap(measures, math.nan, None), indent=2, allow_nan=False) + "\n"


def from_json(text: str) -> dict:
    """Return the measures that `to_json` wrote, NaN where it says null."""
    return _swap(json.loads(text), None, math.nan)


def _swap(measures: object, old: float | None, new: float | None) -> object:
    """Return the same nested measures with one kind of missing value for another."""
    if isinstance(measures, dict):
        return {name: _swap(value, old, new) for name, value in measures.items()}
    if isinstance(measures, list | tuple):
        return [_swap(value, old, new) for value in measures]
    missing = isinstance(measures, float) and math.isnan(measures)
    return new if (missing if old is not None else measures is None) else measures


def _calibrated(logits: np.ndarray, calibration: Calibration) -> np.ndarray:
    """Return the calibrated logits (steps, keys); in double precision if they move."""
    if calibration.is_identity:
        return logits
    return calibration(torch.from_numpy(logits).double()).numpy()


def _windows(model: DeepMusician, rolls: Sequence[PianoRoll]) -> Windows:
    """Return the windows in which a network foretells pieces."""
    return Windows(
        rolls, model.config.plane, model.config.context, model.config.context
    )
