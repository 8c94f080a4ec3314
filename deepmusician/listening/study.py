"""All listeners' answers together: what a chapter shows, however many there are.

Chapter: listening tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from deepmusician.listening.answers import Answers
from deepmusician.listening.detection import (
    Detection,
    agreement,
    by_composer,
    by_listener,
    detect,
    rating_curve,
    who_fooled,
)

NOBODY = "Nobody has answered yet: there is no listener to report on."


@dataclass(frozen=True, eq=False)
class Study:
    """What the blind tests of a folder tell; a notebook shows it in words and tables.

    Nothing in it is simulated: without answers it says so, and its tables are empty.
    """

    answers: Answers

    @cached_property
    def trials(self) -> pd.DataFrame:
        """All answers that count."""
        return self.answers.trials

    @cached_property
    def pooled(self) -> Detection | None:
        """What all answers together tell; None without any."""
        return None if self.trials.empty else detect(self.trials)

    @cached_property
    def listeners(self) -> pd.DataFrame:
        """A row a listener, see `detection.by_listener`."""
        return by_listener(self.answers.listeners)

    @cached_property
    def composers(self) -> pd.DataFrame:
        """A row a composer, see `detection.by_composer`."""
        return self.trials if self.trials.empty else by_composer(self.trials)

    @cached_property
    def fooling(self) -> pd.DataFrame:
        """A row a machine excerpt, see `detection.who_fooled`."""
        return self.trials if self.trials.empty else who_fooled(self.trials)

    @cached_property
    def agreement(self) -> float:
        """How far listeners agree; NaN where no two have heard the same."""
        return float("nan") if self.trials.empty else agreement(self.trials)

    @cached_property
    def curves(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Each listener's ROC by the name of their test, and that of "all"."""
        told = {each.test: each.trials for each in self.answers.listeners}
        if told:
            told["all"] = self.trials
        return {
            name: rating_curve(trials)
            for name, trials in told.items()
            if trials.origin.nunique() > 1
        }

    def sentences(self) -> Iterator[str]:
        """Yield what there is to say, and each file that was left out."""
        if self.pooled is None:
            yield NOBODY
        else:
            yield self._counted()
            yield self._detected()
            yield self._agreed()
        for path, reason in self.answers.failures:
            yield f"Left out: {Path(path).name}: {reason}"

    def _counted(self) -> str:
        found, many = self.pooled, len(self.answers.listeners)
        return (
            f"{many} listener{'s' * (many != 1)}, {found.trials} answers, "
            f"{found.correct} right: {found.accuracy:.0%}, 95 % interval "
            f"{found.low:.0%} to {found.high:.0%} (exact, as if all answers were "
            f"independent). By luck alone as many or more: {found.by_luck:.2g}."
        )

    def _detected(self) -> str:
        found = self.pooled
        return (
            f"All together: d' {found.sensitivity:.2f}, criterion "
            f"{found.criterion:.2f}, area under the ROC {found.area:.2f}."
        )

    def _agreed(self) -> str:
        if np.isnan(self.agreement):
            return "No excerpt was heard by two listeners: their agreement is unknown."
        return f"Agreement (Krippendorff's alpha): {self.agreement:.2f}."

    def _tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that have rows, by their headings."""
        tables = {
            "Each listener": self.listeners,
            "Each composer, and how often it was taken for human": self.composers,
            "The machine's excerpts, those that fooled most first": self.fooling,
        }
        return {name: table for name, table in tables.items() if len(table)}

    def __repr__(self) -> str:
        """Return the sentences and tables as text."""
        told = [
            f"{name}:\n{table.round(2).to_string(index=False)}"
            for name, table in self._tables().items()
        ]
        return "\n\n".join(["\n".join(self.sentences()), *told])

    def _repr_html_(self) -> str:
        """Return the sentences and tables as HTML."""
        told = [f"<p>{escape(sentence)}</p>" for sentence in self.sentences()]
        for name, table in self._tables().items():
            told.append(f"<p><strong>{escape(name)}</strong></p>")
            told.append(table.round(2).to_html(index=False, border=0))
        return "\n".join(told)
