"""A corpus of six short tunes, and a network that learns them in a second."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from deepmusician.corpora import Corpus
from deepmusician.model import DeepMusician
from deepmusician.music import KEYS, PianoRoll
from deepmusician.training import Run, TrainConfig

TINY = TrainConfig().but(
    hidden=6,
    classifier_hidden=5,
    context=8,
    batch=4,
    epochs=2,
    windows_per_epoch=8,
    learning_rate=0.01,
    listen_every=0,
)


def tune(seed: int, steps: int = 32) -> PianoRoll:
    """Random notes on the beats."""
    plane = np.zeros((steps, KEYS), bool)
    beats = np.arange(0, steps, 4)
    plane[beats, np.random.default_rng(seed).integers(40, 52, len(beats))] = True
    return PianoRoll.from_plane(plane, name=f"tune-{seed}")


def tunes() -> Corpus:
    """Six tunes: four to train on, one to watch, one to test."""
    pieces = tuple(tune(seed) for seed in range(6))
    return Corpus("tunes", pieces[:4], pieces[4:5], pieces[5:])


def untrained(folder: Path, **settings) -> Run:
    """A run of `TINY` and other settings that has learnt nothing, made at once.

    Its outputs are loud enough to play about one key per step, and to hold some.
    """
    config = TINY.but(**settings)
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        model = DeepMusician(config.network).eval()
        density = torch.tensor([1 / KEYS, 0.7][: config.network.planes]).repeat(KEYS)
        model.set_output_bias(density, config.calibration)
        torch.nn.init.normal_(model.classifier.output.weight, std=0.5)
        if config.network.intervals:
            torch.nn.init.normal_(model.classifier.from_before.weights.weight, std=0.5)
    metrics = {"valid": {"density_threshold": 0.1}, "test": {"nll_step": 5.0}}
    return Run(folder, config, model, pd.DataFrame(), metrics)
