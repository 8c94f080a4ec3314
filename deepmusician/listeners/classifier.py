"""Can a small classifier tell composed music from human?

It sees excerpts as measures, by default those of `music_metrics`, and nothing else.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from deepmusician.evaluation import MEASURES, Measures, measures_by_piece
from deepmusician.music import PianoRoll

FOLDS = 5


class Classification(NamedTuple):
    """How many excerpts a classifier judged correctly.

    accuracy, low, high: the mean of its shares right among human and among composed
    excerpts, one half for mere guessing, and an interval: exact for as many answers
    as there are *pieces*, since excerpts of one piece are no separate evidence.
    excerpts: how many were judged.
    """

    accuracy: float
    low: float
    high: float
    excerpts: int


def excerpts_of(rolls: Sequence[PianoRoll], steps: int = 128) -> list[list[PianoRoll]]:
    """Return each piece's whole excerpts of so many steps, one after the other.

    Pieces shorter than one excerpt are left out. ValueError for less than one step.
    """
    if steps < 1:
        raise ValueError(f"an excerpt has at least one step, not {steps}")
    return [
        [roll[at : at + steps] for at in range(0, len(roll) - steps + 1, steps)]
        for roll in rolls
        if len(roll) >= steps
    ]


def classify_excerpts(
    human: Sequence[PianoRoll],
    composed: Sequence[PianoRoll],
    steps: int = 128,
    seed: int = 0,
    measures: Measures = MEASURES,
) -> Classification:
    """Return how well a classifier tells composed excerpts from human ones.

    Logistic regression on the standardised measures of each excerpt, trained and
    judged in turn on different pieces (cross-validation by piece), both kinds weighing
    alike. `human`, `composed`: whole pieces, cut into excerpts of `steps` steps;
    `measures`: what is known of each.
    Raises ValueError when one kind has fewer than two pieces of that length.
    """
    pieces = [excerpts_of(rolls, steps) for rolls in (human, composed)]
    least = min(map(len, pieces))
    if least < 2:
        raise ValueError(
            f"each kind needs two pieces of {steps} steps or more, one has {least}"
        )
    labelled = [
        (roll, bool(kind), 2 * number + kind)
        for kind, group in enumerate(pieces)
        for number, piece in enumerate(group)
        for roll in piece
    ]
    rolls, is_composed, piece = zip(*labelled, strict=True)
    values = np.stack(list(measures_by_piece(rolls, measures).values()), axis=1)
    is_composed = np.array(is_composed)
    folds = StratifiedGroupKFold(min(FOLDS, least), shuffle=True, random_state=seed)
    model = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=0.0, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(class_weight="balanced", max_iter=1000),
    )
    answers = cross_val_predict(model, values, is_composed, groups=piece, cv=folds)
    shares = [np.mean(answers[is_composed == kind] == kind) for kind in (False, True)]
    accuracy = float(np.mean(shares))
    count = sum(map(len, pieces))
    span = binomtest(round(accuracy * count), count).proportion_ci(method="exact")
    return Classification(accuracy, float(span.low), float(span.high), len(answers))
