"""How well a network predicts music that it has not seen, and what it plays alone.

With teacher forcing each step is predicted from the true music before it; in free
running a network is given only what it has played itself.
"""

from collections.abc import Callable, Iterable, Sequence
from math import nan
from typing import Any

import numpy as np
import torch
from scipy.special import expit

from deepmusician.corpora import Batch, TokenWindows, Windows
from deepmusician.evaluation.cell_metrics import (
    accuracy,
    average_precision,
    best_cutoff,
    density,
    density_threshold,
    f1,
    nll_per_step,
    precision,
    recall,
    silent_share,
)
from deepmusician.evaluation.music_metrics import on_beat_share
from deepmusician.evaluation.reliability_bins import calibration_error
from deepmusician.model import (
    EXCLUDED,
    Calibration,
    DeepMusician,
    NetworkConfig,
    TokenNetwork,
    compose,
)
from deepmusician.music import PianoRoll


def evaluate(
    model: DeepMusician | TokenNetwork,
    rolls: Sequence[PianoRoll],
    batch: int = 64,
    calibration: Calibration | None = None,
) -> dict[str, float]:
    """Return how well a network predicts pieces, pooled over all their steps.

    Every step of every piece is predicted once, from its true past. NaN stands where a
    measure is not defined (no note was predicted). Probabilities are those of the
    logits after `calibration`, a run's own; None takes the logits as they are. A note
    is a cell of the plane that is read; of both planes also a hold, and measures of
    cells leave out those that cannot be.

    Returns:
        nll_step, nll_quarter: negative log-likelihood, in nats.
        accuracy, precision, recall, f1, silent_share, thresholded_density: of the
            cells whose probability exceeds one half.
        average_precision: over all thresholds.
        density: the notes per step that the probabilities add up to.
        target_density: the notes per step of the music itself.
        best_f1, best_threshold: of the threshold with the highest F1 on these pieces.
        density_threshold: the one that as many cells exceed as the music has notes.
        calibration_error: see `reliability`.
        raw_nll_step, raw_density, raw_thresholded_density, raw_calibration_error: of
            the logits as they are, to show what calibration does.
        Of a network on tokens: see `token_measures`.

    Raises:
        ValueError: when the pieces hold no step.
    """
    windows = windows_for(model.config, rolls, scored=True)
    if isinstance(windows, TokenWindows):
        return token_measures(model, windows)
    raw, target = predict(model, windows, batch)
    logits = _calibrated(raw, calibration)
    nll = nll_per_step(logits, target)
    steps = {
        "nll_step": nll,
        "nll_quarter": nll * model.config.steps_per_quarter,
        "density": density(expit(logits)),
        "thresholded_density": density(logits > 0),
        "target_density": density(target),
        "silent_share": silent_share(logits > 0),
        "raw_nll_step": nll_per_step(raw, target),
        "raw_density": density(expit(raw)),
        "raw_thresholded_density": density(raw > 0),
    }
    possible = raw > EXCLUDED  # (steps, cells)
    cells = [each[possible] for each in (expit(logits), expit(raw), target)]
    return steps | _cell_measures(*cells)


def _cell_measures(
    probability: np.ndarray, raw_probability: np.ndarray, target: np.ndarray
) -> dict[str, float]:
    """Return the measures of single cells, (cells,), whose step does not matter."""
    predicted, best = probability > 0.5, best_cutoff(probability, target)
    return {
        "accuracy": accuracy(predicted, target),
        "precision": precision(predicted, target),
        "recall": recall(predicted, target),
        "f1": f1(predicted, target),
        "average_precision": average_precision(probability, target),
        "best_f1": best.f1,
        "best_threshold": best.threshold,
        "density_threshold": density_threshold(probability, target),
        "calibration_error": calibration_error(probability, target),
        "raw_calibration_error": calibration_error(raw_probability, target),
    }


def predict(
    model: DeepMusician, windows: Windows, batch: int = 64
) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and target (steps, keys) of every step of all pieces, in order.

    Without dropout; the model's mode is left as it was.
    """
    return predict_batches(model, windows.in_order(batch))


@torch.no_grad()
def predict_batches(
    model: DeepMusician, batches: Iterable[Batch]
) -> tuple[np.ndarray, np.ndarray]:
    """Return what `predict` does, of batches of windows of any lengths."""
    device, was_training = next(model.parameters()).device, model.training
    model.eval()
    logits, target = [], []
    for context, music, mask in batches:
        predicted = model(context.to(device), music.to(device)).cpu()
        logits.append(predicted[mask])  # (steps, keys): the padding falls away
        target.append(music[mask])
    model.train(was_training)
    return torch.cat(logits).numpy(), torch.cat(target).numpy()


def epoch_measures(
    model: DeepMusician | TokenNetwork,
    windows: Windows | TokenWindows,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    calibration: Calibration | None = None,
) -> dict[str, float]:
    """Return the measures worth watching after every epoch: loss, nll, density, f1.

    `loss` gives the loss that is trained, of logits and target (steps, keys); the
    rest is measured on the logits after `calibration`. `density` is the notes per
    step that the probabilities add up to. Of tokens, loss and NLL alone; the others
    are NaN.
    """
    if isinstance(windows, TokenWindows):
        nll = token_measures(model, windows)["nll_step"]
        return {"loss": nll, "nll": nll, "density": nan, "f1": nan}
    raw, target = predict(model, windows)
    logits = _calibrated(raw, calibration)
    return {
        "loss": loss(torch.from_numpy(raw), torch.from_numpy(target)).item(),
        "nll": nll_per_step(logits, target),
        "density": density(expit(logits.astype(float))),
        "f1": f1(logits > 0, target),
    }


def free_running(
    model: DeepMusician | TokenNetwork,
    pieces: int = 4,
    steps: int = 192,
    seed: int = 0,
    calibration: Calibration | None = None,
) -> dict[str, float]:
    """Return measures of what a network plays on its own, from silence on.

    It draws from its probabilities, those of the logits after `calibration`.
    `density`: notes per step, on the plane it learns; `on_beat`: the share of onsets
    on the quarter notes, NaN when nothing was played.
    """
    calibrate = calibration or False
    rolls = compose(model, steps=steps, pieces=pieces, seed=seed, calibrate=calibrate)
    played = np.concatenate([roll.plane(model.config.plane) for roll in rolls])
    on_beat = [on_beat_share(roll) for roll in rolls if roll.onsets.any()]
    return {
        "density": density(played),
        "on_beat": float(np.mean(on_beat)) if on_beat else nan,
    }


def _calibrated(logits: np.ndarray, calibration: Calibration | None) -> np.ndarray:
    """Return the calibrated logits (steps, keys); in double precision if they move."""
    if calibration is None or calibration.is_identity:
        return logits
    return calibration(torch.from_numpy(logits).double()).numpy()


def windows_for(
    config: NetworkConfig, rolls: Sequence[PianoRoll], scored: bool = False
) -> Any:
    """Return pieces cut into the windows that a network reads: `Windows`, or tokens.

    `scored`: for a network of both planes, or of voices, that starts from zeros each
    piece is one window, so that it is predicted from its first step on, without a
    break. Tokens are always scored so.
    """
    steps = config.context
    if config.representation == "tokens":
        return TokenWindows(rolls, steps)
    if scored and config.plane in ("both", "voices") and config.start == "zero":
        steps = max(map(len, rolls), default=steps)
    return Windows(rolls, config.plane, config.context, steps)


def token_measures(model: TokenNetwork, windows: TokenWindows) -> dict[str, float]:
    """Return measures of whole pieces, pooled over all their tokens.

    Every token is predicted from all before it in its piece; which ones may come, and
    the piece's length, are known.

    Returns:
        nll_step, nll_quarter: negative log-likelihood of whole music, in nats.
        nll_token: the same for each token.
        tokens_per_step: how many there are.
    """
    written, held, tokens = _sums(model, windows)
    steps = int(windows.lengths.sum())
    nll = (written + held) / steps
    return {
        "nll_step": nll,
        "nll_quarter": nll * windows.steps_per_quarter,
        "nll_token": (written + held) / tokens,
        "tokens_per_step": tokens / steps,
    }


def token_sums(model: TokenNetwork, rolls: Sequence[PianoRoll]) -> tuple[float, float]:
    """Return the negative log-likelihood in nats of pitches and shifts, of durations.

    Raises ValueError when a piece has no step.
    """
    if empty := [roll.name for roll in rolls if not len(roll)]:
        raise ValueError(f"no steps to predict in {', '.join(empty)}")
    return _sums(model, TokenWindows(rolls))[:2]


def _sums(model: TokenNetwork, windows: TokenWindows) -> tuple[float, float, int]:
    """Return what `token_sums` does, and how many tokens there are."""
    device, first = next(model.parameters()).device, model.vocabulary.pitches.stop
    sums, tokens = torch.zeros(2, dtype=torch.float64), 0
    for batch in windows.in_order():
        batch = type(batch)(*(each.to(device) for each in batch))
        is_held = (batch.target[batch.mask] >= first).cpu()
        nlls = model.nlls(batch).double().cpu()
        sums += torch.stack([nlls[~is_held].sum(), nlls[is_held].sum()])
        tokens += len(nlls)
    return float(sums[0]), float(sums[1]), tokens
