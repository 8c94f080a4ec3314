"""How well the keys that each decision rule touches are those of the music: its F1.

The true past is heard, as in `evaluation`. Chapter: focal loss.
"""

import numpy as np
import torch
from scipy.special import expit

from deepmusician.corpora import Corpus
from deepmusician.evaluation import foretell
from deepmusician.metrics import f1
from deepmusician.training import Run
from deepmusician.windows import Windows


def rule_scores(run: Run, corpus: Corpus) -> dict[str, float]:
    """Return `test_<rule>_f1` for every rule in `free_running.RULES`.

    Of the corpus's test pieces, all steps together; without such pieces, nothing.
    """
    if not corpus.test:
        return {}
    config = run.config
    windows = Windows(corpus.test, config.plane, config.context, config.context)
    raw, target = foretell(run.model, windows)  # (steps, keys)
    claimed = expit(raw.astype(float))
    mapped = expit(run.calibration(torch.from_numpy(raw).double()).numpy())
    cutoff = run.metrics["valid"]["density_threshold"]
    return {
        "test_threshold_f1": f1(mapped > 0.5, target),
        "test_raw_threshold_f1": f1(claimed > 0.5, target),
        "test_raw_sample_f1": sampled_f1(claimed, target),
        "test_sample_f1": sampled_f1(mapped, target),
        "test_density_f1": f1(mapped > cutoff, target),
    }


def sampled_f1(probability: np.ndarray, target: np.ndarray) -> float:
    """Return the F1 that keys drawn with these probabilities come to.

    `probability` and `target` (0 or 1) share one shape. Of many cells as many are
    hit, drawn and missed as the probabilities add up to, so nothing is drawn:
    2 Σpy / (Σp + Σy). NaN where neither side has a note.
    """
    touches = np.asarray(target, dtype=float)
    both = probability.sum() + touches.sum()
    return float(2 * (probability * touches).sum() / both) if both else float("nan")
