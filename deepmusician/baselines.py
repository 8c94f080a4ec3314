"""Composers without a network: what any model has to beat.

All share one interface: `fit(rolls, plane)`, `nll(rolls)` in nats a step,
`probabilities(roll)` of every cell given the steps before it, and
`compose(steps, seed)`. Each but `Silence` is a proper distribution over all 2^88
steps: nothing that the keyboard can play has an infinite surprise. Chapter: the class
imbalance.
"""

from collections.abc import Sequence

import numpy as np

from deepmusician.coins import (
    Baseline,
    BeatUnigram,
    ConstantDensity,
    NoteUnigram,
    RepeatBar,
    Silence,
)
from deepmusician.pianoroll import PianoRoll
from deepmusician.step_markov import ChordMarkov, StepMarkov

BASELINES = (Silence, ConstantDensity, NoteUnigram, BeatUnigram, RepeatBar, StepMarkov)

__all__ = [
    "BASELINES",
    "Baseline",
    "ChordMarkov",
    "fit_baselines",
    "repeat_last_bar",
    *(kind.__name__ for kind in BASELINES),
]


def fit_baselines(
    rolls: Sequence[PianoRoll], plane: str = "onsets"
) -> dict[str, Baseline]:
    """Return every baseline fitted on the rolls' plane, by its label for tables."""
    return {kind.label: kind().fit(rolls, plane) for kind in BASELINES}


def repeat_last_bar(prime: PianoRoll, bars: int) -> PianoRoll:
    """Return `prime`, then its last bar of four quarters again and again, literally.

    What the likelihood of `RepeatBar` hedges about, without the hedge: for listening.
    ValueError if the prime is shorter than a bar.
    """
    steps = 4 * prime.steps_per_quarter
    if len(prime) < steps:
        raise ValueError(f"a bar has {steps} steps, the prime only {len(prime)}")
    bar = prime[len(prime) - steps :]
    onsets, sounding = (
        np.concatenate([prime.plane(kind)] + [bar.plane(kind)] * bars)
        for kind in ("onsets", "sounding")
    )
    return PianoRoll(
        onsets,
        sounding,
        steps_per_quarter=prime.steps_per_quarter,
        tempo=prime.tempo,
        name=f"{prime.name}, last bar repeated",
    )
