"""Pictures of sound: a waveform, near and far."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepmusician.plots.style import COLOURS, SOFT, canvas, drawn, mix, y_grid


def envelope(samples: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest sample of each of `columns` equal pieces.

    `samples` (samples,). What a line through millions of samples would paint, without
    the samples. At most one column a sample.
    """
    pieces = np.array_split(samples, max(1, min(columns, len(samples))))
    return np.array([p.min() for p in pieces]), np.array([p.max() for p in pieces])


@drawn
def waveform(
    samples: np.ndarray,
    rate: int = 22050,
    zoom: tuple[float, float] | None = None,
    role: str = "human",
) -> Figure:
    """Return the air pressure over time; below it, if asked, a moment much closer.

    Args:
        samples: (samples,) between -1 and 1.
        rate: samples a second.
        zoom: start and length of the moment in seconds, e.g. (0.5, 0.02).
        role: the colour's role.
    """
    fig, axes = canvas(1.9 if zoom is None else 3.7, rows=1 if zoom is None else 2)
    seconds = len(samples) / rate
    low, high = envelope(samples, 1200)
    times = (np.arange(len(low)) + 0.5) * seconds / len(low)
    axes[0, 0].fill_between(times, low, high, color=COLOURS[role], lw=0.4)
    _finish(axes[0, 0], 0, seconds, "seconds")
    if zoom is not None:
        start, length = zoom
        axes[0, 0].axvspan(start, start + length, color=SOFT, alpha=0.35, lw=0.8)
        _draw_moment(axes[1, 0], samples, rate, zoom, role)
    return fig


def _draw_moment(
    ax: Axes, samples: np.ndarray, rate: int, zoom: tuple[float, float], role: str
) -> None:
    """Draw the samples of a moment, each a dot on the line where they are few."""
    first = int(zoom[0] * rate)
    moment = samples[first : first + int(zoom[1] * rate) + 1]
    milliseconds = np.arange(len(moment)) * 1000 / rate
    ax.plot(milliseconds, moment, color=mix(COLOURS[role], share=0.4), lw=1.2)
    if len(moment) <= 600:
        ax.plot(milliseconds, moment, ".", color=COLOURS[role], ms=4)
    _finish(ax, 0, zoom[1] * 1000, "milliseconds from the marked moment on")
    ax.margins(y=0.1)
    ax.set_ylim(auto=True)


def _finish(ax: Axes, start: float, end: float, xlabel: str) -> None:
    """Label the axes of a waveform."""
    ax.set(xlim=(start, end), ylim=(-1, 1), xlabel=xlabel, ylabel="pressure")
    ax.set_yticks([-1, 0, 1] if end else [])
    y_grid(ax)
