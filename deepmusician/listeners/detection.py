"""What answers say of listeners: can they hear the difference, and how do they lean?

The signal to detect is the machine: a hit is a machine's piece that was called one, a
false alarm a human piece that was. Trials are tables as `Listener.trials` has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import krippendorff
import numpy as np
import pandas as pd
from scipy.stats import binom, binomtest, norm
from sklearn.metrics import roc_auc_score, roc_curve

from deepmusician.listeners.answers import AnswersError

GUESSING = 0.5
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Detection:
    """How well the machine was told apart from the human.

    Attributes:
        trials: how many; correct: how many of them were judged correctly.
        accuracy, low, high: the share, and its exact 95 % interval (Clopper and
            Pearson 1934).
        by_luck: the probability that guessing does as well or better (exact binomial).
        sensitivity: d', 0 for no difference heard, NaN without both kinds of pieces.
        criterion: c, above 0 for who would rather say "human".
        area: under the ROC of the confidence ratings; one half is guessing.
    """

    trials: int
    correct: int
    accuracy: float
    low: float
    high: float
    by_luck: float
    sensitivity: float
    criterion: float
    area: float


def detect(trials: pd.DataFrame) -> Detection:
    """Return how well the machine was detected; AnswersError without trials.

    Pooled over listeners, the interval and the test take all trials as independent,
    which those of one listener are not quite: read them beside `by_listener`.
    """
    if trials.empty:
        raise AnswersError("no trials: nobody has answered yet")
    correct = int((trials.answer == trials.origin).sum())
    luck = binomtest(correct, len(trials), GUESSING, alternative="greater")
    span = binomtest(correct, len(trials)).proportion_ci(method="exact")
    sensitivity, criterion = signal_detection(trials)
    return Detection(
        trials=len(trials),
        correct=correct,
        accuracy=correct / len(trials),
        low=float(span.low),
        high=float(span.high),
        by_luck=float(luck.pvalue),
        sensitivity=sensitivity,
        criterion=criterion,
        area=rating_area(trials),
    )


def by_listener(listeners: Sequence) -> pd.DataFrame:
    """Return one row per `Listener`: test, training, the fields of `Detection`."""
    return pd.DataFrame(
        {"test": each.test, "training": each.training} | vars(detect(each.trials))
        for each in listeners
    )


def signal_detection(trials: pd.DataFrame) -> tuple[float, float]:
    """Return sensitivity d' and criterion c; NaN without both kinds of pieces.

    d' = z(H) - z(F), c = -(z(H) + z(F)) / 2 with z the normal quantile, H and F the
    rates of hits and false alarms. Half an answer is added to each count and one to
    each number of trials, so that perfect answers have finite values (the log-linear
    rule, Hautus 1995).
    """
    machine = trials.origin == "machine"
    called = trials.answer == "machine"
    signals, noise = int(machine.sum()), int((~machine).sum())
    if not signals or not noise:
        return nan, nan
    hits = norm.ppf(((called & machine).sum() + 0.5) / (signals + 1))
    alarms = norm.ppf(((called & ~machine).sum() + 0.5) / (noise + 1))
    return float(hits - alarms), float(-(hits + alarms) / 2 + 0.0)  # no minus zero


def ratings(trials: pd.DataFrame) -> np.ndarray:
    """Return one number per trial, -4 (surely human) to 4 (surely the machine)."""
    sign = np.where(trials.answer == "machine", 1, -1)
    return sign * trials.confidence.to_numpy()


def rating_curve(trials: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the ROC of the ratings: rates of false alarms and of hits, rising.

    Up to eight points beside (0, 0), one for each rating as the limit. Raises
    AnswersError without both kinds of pieces.
    """
    if trials.origin.nunique() < 2:
        raise AnswersError("an ROC needs both human and machine pieces")
    alarms, hits, _ = roc_curve(
        trials.origin == "machine", ratings(trials), drop_intermediate=False
    )
    return alarms, hits


def rating_area(trials: pd.DataFrame) -> float:
    """Return the area under `rating_curve`; NaN without both kinds of pieces."""
    if trials.origin.nunique() < 2:
        return nan
    return float(roc_auc_score(trials.origin == "machine", ratings(trials)))


def by_composer(trials: pd.DataFrame) -> pd.DataFrame:
    """Return how often each composer was taken for human, a row each.

    Columns: composer, origin, trials, human (the share that said "human"), low, high
    (its exact 95 % interval). A baseline that serves as a check has a row of its own,
    so that it does not pass for the machine in question.
    """
    rows = []
    for (origin, composer), judged in trials.groupby(["origin", "composer"]):
        count, human = len(judged), int((judged.answer == "human").sum())
        span = binomtest(human, count).proportion_ci(method="exact")
        rows.append((composer, origin, count, human / count, span.low, span.high))
    columns = ["composer", "origin", "trials", "human", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def who_fooled(trials: pd.DataFrame) -> pd.DataFrame:
    """Return how often each machine excerpt was taken for human, the best first.

    Columns: excerpt, composer, trials, fooled (the share that said "human").
    """
    machine = trials[trials.origin == "machine"]
    fooled = machine.assign(fooled=machine.answer == "human")
    table = fooled.groupby(["excerpt", "composer"], as_index=False).agg(
        trials=("fooled", "size"), fooled=("fooled", "mean")
    )
    return table.sort_values(["fooled", "trials"], ascending=False, ignore_index=True)


def agreement(trials: pd.DataFrame) -> float:
    """Return how far listeners agree on the same excerpts: Krippendorff's alpha.

    1 is agreement throughout, 0 what answers at random would have, below it they
    contradict each other. Nominal; excerpts that a listener did not hear are missing
    values. NaN where no excerpt was heard by two. Source: Krippendorff 2011,
    "Computing Krippendorff's Alpha-Reliability".
    """
    counts = pd.crosstab(trials.excerpt, trials.answer).to_numpy()
    counts = counts[counts.sum(axis=1) >= 2]  # (excerpts, answers)
    if not len(counts):
        return nan
    if (counts.sum(axis=0) > 0).sum() < 2:
        return 1.0  # everybody always gave the same answer
    alpha = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    return float(alpha)


def power(listeners: int, accuracy: float, trials: int = 20) -> float:
    """Return how likely a study is to find that listeners do better than chance.

    The exact binomial test at 5 %, one-sided, over all answers together, if each is
    right with the probability `accuracy`. Raises ValueError for impossible numbers.
    """
    if listeners < 1 or trials < 1 or not 0 <= accuracy <= 1:
        raise ValueError(
            f"power needs listeners and trials from 1 up and an accuracy in [0, 1], "
            f"not {listeners}, {trials}, {accuracy}"
        )
    answers = listeners * trials
    needed = int(binom.isf(SIGNIFICANT, answers, GUESSING)) + 1
    return float(binom.sf(needed - 1, answers, accuracy))
