"""Keeping the time, and watching the code, while something is recorded."""

import tempfile
import time

import torch

from deepmusician.corpora import Corpus
from deepmusician.studies import Provenance, clean_commit, provenance_now
from deepmusician.training import RunStore, TrainConfig, fit, sources_now
from experiments.fingerprint import fingerprint_now

WARM, TIMED = 6, 14  # updates before the clock starts, and on the clock


class Recording:
    """Keeps the time and watches the code while something is recorded.

    `commit` is the one that the code stands at.
    Raises RuntimeError when the package's code is not committed.
    """

    def __init__(self) -> None:
        self.commit, self._sources = clean_commit(), sources_now()
        self._start = time.perf_counter()

    def close(
        self, command: str, details: dict, spent: float = 0.0, threads: int = 1
    ) -> Provenance:
        """Return the provenance of what was recorded since the recording began.

        `details`: what decides the result beside the code, as JSON knows it. `spent`:
        the seconds that its runs took, of which some may have been found finished.
        `threads`: that each of them computed with.
        Raises RuntimeError when the code was changed meanwhile.
        """
        seconds = max(spent, time.perf_counter() - self._start)
        if sources_now() != self._sources:
            raise RuntimeError("the package's code was changed during the recording")
        code = {"sources": self._sources, "fingerprint": fingerprint_now()}
        return provenance_now(command, seconds, threads, self.commit, code | details)


def updates_within(
    config: TrainConfig, corpus: Corpus, seconds: float, looks: int
) -> int:
    """Return how many updates fit into `seconds`, looks at held-out music included."""
    size = config.but(epochs=1, listen_every=0)
    taken = []
    for updates in (1, WARM, WARM + TIMED):  # the first brings what is compiled
        trial = size.but(windows_per_epoch=updates * config.batch)
        with tempfile.TemporaryDirectory() as folder:
            run = fit(trial, corpus, RunStore(folder), False, torch.get_num_threads())
        taken.append(run.history.seconds.iloc[-1])
    _, few, many = taken
    each = (many - few) / TIMED
    look = max(0.0, few - WARM * each)
    return max(looks, int((seconds - looks * look) / each))
