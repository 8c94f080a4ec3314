"""The one line that a training run shows while it runs, and who else gets reports."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self

from tqdm import tqdm

_SHOWN = {
    "train_loss": "train",
    "valid_nll": "valid NLL",
    "valid_density": "density",
    "valid_f1": "F1",
    "free_density": "free density",
}

ProgressListener = Callable[[float, dict[str, float]], None]
"""Takes the share of a run's updates that are done, and its last epoch's measures."""

_LISTENER: ContextVar[ProgressListener | None] = ContextVar("listener", default=None)


@contextmanager
def reporting_to(listener: ProgressListener) -> Iterator[None]:
    """Report every update of the runs that this block trains to a function."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


class ProgressLine:
    """A bar over all updates of a run, with the measures of the last epoch."""

    def __init__(self, epochs: int, updates_per_epoch: int, show: bool) -> None:
        self._epochs, self._updates = epochs, updates_per_epoch
        self._done, self._last = 0, {}
        self._bar = tqdm(
            total=epochs * updates_per_epoch,
            unit="update",
            disable=not show,
            mininterval=0.5,
        )
        self._measures: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def update(self) -> None:
        """Count an update."""
        self._bar.update()
        self._done += 1
        self._report()

    def show(self, row: dict[str, float]) -> None:
        """Show an epoch's measures; free running keeps its last ones."""
        named = {label: row[name] for name, label in _SHOWN.items() if name in row}
        self._measures |= {label: f"{value:.3g}" for label, value in named.items()}
        self._bar.set_description(f"epoch {row['epoch']}/{self._epochs}", refresh=False)
        self._bar.set_postfix(self._measures)
        self._last = dict(row)
        self._report()

    def resume(self, history: Sequence[dict[str, float]]) -> None:
        """Go on where the history of an interrupted run ends."""
        self._done = len(history) * self._updates
        self._bar.initial = self._bar.n = self._done
        for row in history:
            self.show(row)

    def _report(self) -> None:
        """Report to the listener, if there is one, how far the run is."""
        if (listener := _LISTENER.get()) is not None:
            listener(self._done / (self._epochs * self._updates), self._last)
