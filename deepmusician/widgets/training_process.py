"""One run trained in a process of its own, while a notebook stays awake.

torch's generator and threads belong to a whole process: a run that shared the
notebook's would not be the run that its settings name. And a process can be ended at
any moment, for the run store keeps what it has done.
"""

import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.studies import end_with_owner, train_and_measure
from deepmusician.training import RunStore, TrainConfig, reporting_to

_EVERY = 0.2  # seconds between two reports


class TrainingProcess:
    """Trains one run at a time and reports on it.

    `report` is called from another thread with dicts of the kinds
        {"tell": "progress", "phase", "share", "measures"}: phase is "reading" the
            music, "training" or "listening" to what was learnt; share is that of the
            updates done; measures are the last epoch's row of the history;
        {"tell": "outcome", "outcome"}: what `train_and_measure` gives;
        {"tell": "failed", "why"}; {"tell": "stopped"}.
    One of the last three comes last, and no other follows it.
    """

    def __init__(self, report: Callable[[dict], None]) -> None:
        self._report = report
        self._process: BaseProcess | None = None
        self._reader: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a run is being trained."""
        return self._process is not None

    def start(
        self,
        config: TrainConfig,
        corpus: Corpus | None = None,
        store: RunStore | None = None,
    ) -> None:
        """Begin to train a run, or to find it; takes what `fit` takes.

        Raises RuntimeError while another one is being trained.
        """
        if self.is_busy:
            raise RuntimeError("a run is being trained already")
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe(duplex=False)
        root = (store or RunStore()).root
        task = (config, corpus, root, theirs, os.getpid())
        self._process = spawn.Process(target=_work, args=task, daemon=True)
        self._process.start()
        theirs.close()  # so that the end of the process ends the pipe
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    def stop(self) -> None:
        """End the run under way, if there is one; the same run goes on from there."""
        if process := self._process:
            process.kill()

    def join(self, timeout: float | None = None) -> None:
        """Wait until no run is being trained, for so many seconds at most."""
        if self._reader is not None:
            self._reader.join(timeout)

    def _read(self, pipe: Connection) -> None:
        """Pass on what the process reports, until it ends."""
        last = {"tell": "stopped"}
        with pipe, suppress(EOFError):
            while (report := pipe.recv())["tell"] == "progress":
                self._report(report)
            last = report
        self._process.join()
        self._process = None
        self._report(last)


def _work(
    config: TrainConfig, corpus: Corpus | None, root: Path, pipe: Connection, owner: int
) -> None:
    """Train a run, reporting into the pipe; ends with the process that asked."""
    end_with_owner(owner)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the notebook's cells
    try:
        _send_progress(pipe, "reading")
        if corpus is None:
            corpus = load_corpus(config.corpus, config.network.steps_per_quarter, False)
        _send_progress(pipe, "training")
        with warnings.catch_warnings(), reporting_to(_update_reporter(pipe)):
            warnings.simplefilter("ignore")
            outcome = train_and_measure(config, corpus, RunStore(root))
        pipe.send({"tell": "outcome", "outcome": outcome})
    except Exception as error:  # whatever it is, the reader should know
        pipe.send({"tell": "failed", "why": str(error) or repr(error)})


def _send_progress(
    pipe: Connection, phase: str, share: float = 0.0, measures: dict | None = None
) -> None:
    """Send how far a run is."""
    progress = {"phase": phase, "share": share, "measures": measures or {}}
    pipe.send({"tell": "progress"} | progress)


def _update_reporter(pipe: Connection) -> Callable[[float, dict], None]:
    """Return what sends a run's updates, a few times a second and after the last."""
    due = 0.0

    def report(share: float, measures: dict[str, float]) -> None:
        nonlocal due
        if share >= 1 or time.monotonic() >= due:
            due = time.monotonic() + _EVERY
            phase = "listening" if share >= 1 else "training"  # to what it now plays
            _send_progress(pipe, phase, share, measures)

    return report
