"""All listeners' answers together: what a chapter shows, however many there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from deepmusician.listeners import detection
from deepmusician.listeners.answers import Answers

NOBODY = "Nobody has answered yet: there is no listener to report on."


@dataclass(frozen=True, eq=False)
class Study:
    """The blind tests of a folder; a notebook shows them in words and tables.

    Nothing in it is simulated: without answers it says so, and its tables are empty.
    """

    answers: Answers

    @cached_property
    def pooled(self) -> detection.Detection | None:
        """How well all listeners together detected the machine; None without any."""
        trials = self.answers.trials
        return None if trials.empty else detection.detect(trials)

    @cached_property
    def listeners(self) -> pd.DataFrame:
        """One row per listener, see `detection.by_listener`."""
        return detection.by_listener(self.answers.listeners)

    @cached_property
    def curves(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Each listener's ROC by the name of their test, and that of "all"."""
        trials = {each.test: each.trials for each in self.answers.listeners}
        return {
            name: detection.rating_curve(each)
            for name, each in (trials | {"all": self.answers.trials}).items()
            if each.origin.nunique() > 1
        }

    def sentences(self) -> Iterator[str]:
        """Yield what there is to say, and each file that was left out."""
        if self.pooled is None:
            yield NOBODY
        else:
            yield from self._results(self.pooled)
        for path, reason in self.answers.failures:
            yield f"Left out: {Path(path).name}: {reason}"

    def _results(self, pooled: detection.Detection) -> Iterator[str]:
        """Yield what all answers together say."""
        many = len(self.answers.listeners)
        yield (
            f"{many} listener{'s' * (many != 1)}, {pooled.trials} answers, "
            f"{pooled.correct} right: {pooled.accuracy:.0%}, 95 % interval "
            f"{pooled.low:.0%} to {pooled.high:.0%} (exact, as if all answers were "
            f"independent). By luck alone as many or more: {pooled.by_luck:.2g}."
        )
        yield (
            f"All together: d' {pooled.sensitivity:.2f}, criterion "
            f"{pooled.criterion:.2f}, area under the ROC {pooled.area:.2f}."
        )
        alpha = detection.agreement(self.answers.trials)
        if np.isnan(alpha):
            yield "No excerpt was judged by two listeners: their agreement is unknown."
        else:
            yield f"Agreement (Krippendorff's alpha): {alpha:.2f}."

    def _tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that have rows, by their headings."""
        trials = self.answers.trials
        composers, fooled = detection.by_composer(trials), detection.who_fooled(trials)
        tables = {
            "Each listener": self.listeners,
            "Each composer, and how often it was taken for human": composers,
            "The machine's excerpts, those that fooled most first": fooled,
        }
        return {name: table for name, table in tables.items() if len(table)}

    def __repr__(self) -> str:
        """Return the sentences and tables as text."""
        tables = [
            f"{name}:\n{table.round(2).to_string(index=False)}"
            for name, table in self._tables().items()
        ]
        return "\n\n".join(["\n".join(self.sentences()), *tables])

    def _repr_html_(self) -> str:
        """Return the sentences and tables as HTML."""
        parts = [f"<p>{escape(sentence)}</p>" for sentence in self.sentences()]
        for name, table in self._tables().items():
            parts.append(f"<p><strong>{escape(name)}</strong></p>")
            parts.append(table.round(2).to_html(index=False, border=0))
        return "\n".join(parts)
