"""One run trained in a process of its own, while a notebook stays awake.

torch's dice and threads belong to a whole process: a run that shared the notebook's
would not be the run that its settings name. And a process can be ended at any moment,
for the run store finds again what it had done. Chapter: focal loss.
"""

import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.outcomes import learn
from deepmusician.progress import heard_by
from deepmusician.runs import RunStore
from deepmusician.settings import TrainConfig
from deepmusician.workers import follow

Tell = Callable[[dict], None]
_EVERY = 0.2  # seconds between two reports


class Background:
    """Trains one run at a time and tells about it.

    `tell` is called from another thread with dicts of the kinds
        {"tell": "progress", "phase", "share", "measures"}: phase is "reading" the
            music, "training" or "listening" to what was learnt; share is that of the
            updates done; measures are the last epoch's row of the history;
        {"tell": "outcome", "outcome"}: what `outcomes.learn` gives;
        {"tell": "failed", "why"}; {"tell": "stopped"}.
    One of the last three comes last, and no other follows it.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
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
        """Tell what the process says, until it ends."""
        last = {"tell": "stopped"}
        with pipe:
            try:
                while (told := pipe.recv())["tell"] == "progress":
                    self._tell(told)
                last = told
            except EOFError:
                pass
        self._process.join()
        self._process = None
        self._tell(last)


def _work(
    config: TrainConfig,
    corpus: Corpus | None,
    root: Path,
    pipe: Connection,
    owner: int,
) -> None:
    """Train a run, and say so into the pipe; ends with the process that asked."""
    follow(owner)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the notebook's cells
    reports = _Reports(pipe)
    try:
        reports("reading")
        if corpus is None:
            corpus = load_corpus(config.corpus, config.steps_per_quarter, False)
        with warnings.catch_warnings(), heard_by(reports.hear):
            warnings.simplefilter("ignore")
            reports("training")
            outcome = learn(config, corpus, RunStore(root))
        pipe.send({"tell": "outcome", "outcome": outcome})
    except Exception as error:  # whatever it is, the reader should know
        pipe.send({"tell": "failed", "why": str(error) or repr(error)})


class _Reports:
    """Says into a pipe how far a run is, a few times a second."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe, self._next = pipe, 0.0

    def __call__(
        self, phase: str, share: float = 0.0, measures: dict | None = None
    ) -> None:
        """Say it."""
        told = {"phase": phase, "share": share, "measures": measures or {}}
        self._pipe.send({"tell": "progress"} | told)

    def hear(self, share: float, measures: dict[str, float]) -> None:
        """Listen to a run's updates; after the last, its playing is listened to."""
        now = time.monotonic()
        if share >= 1 or now >= self._next:
            self._next = now + _EVERY
            self("listening" if share >= 1 else "training", share, measures)
