"""Short training runs, and what to compare of them."""

import torch

from deepmusician.corpora import Corpus
from deepmusician.training import Run, RunStore, TrainConfig, fit
from support.toy import TINY

SHORT = TINY.but(epochs=4, windows_per_epoch=10)
CALIBRATED = [
    {"loss": "focal", "alpha": 0.75, "gamma": 2.0},
    {"loss": "focal", "gamma": 5.0},
    {"pos_weight": 50.0},
    {"logit_adjustment": -4.0},
]


def train(config: TrainConfig, corpus: Corpus, store: RunStore) -> Run:
    """A run, trained in silence on one core."""
    return fit(config, corpus, store, progress=False, threads=1)


def assert_same(run: Run, other: Run) -> None:
    """Raise unless two runs agree in history (but for the time taken) and weights."""
    histories = [each.history.drop(columns="seconds") for each in (run, other)]
    assert histories[0].equals(histories[1])
    weights = [each.model.state_dict() for each in (run, other)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
