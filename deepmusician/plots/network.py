"""Drawings of how the network is built, with the shapes on the arrows (chapter 4)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from deepmusician.classifiers import DependentClassifier
from deepmusician.model import NetworkConfig
from deepmusician.plots.style import COLOURS, INK, SOFT, canvas, drawn

MUSIC, NETWORK, DICE = (COLOURS[r] for r in ("human", "independent", "baseline"))
_LINE = {"arrowstyle": "-|>", "shrinkA": 2, "shrinkB": 2, "lw": 1.2, "color": SOFT}


@dataclass(frozen=True)
class _Box:
    """A labelled box around a centre (x, y), in the drawing's units."""

    x: float
    y: float
    text: str
    colour: str
    width: float = 2.5
    height: float = 1.3

    def draw(self, ax: Axes) -> None:
        """Put the box and its text on the axes."""
        corner = (self.x - self.width / 2, self.y - self.height / 2)
        patch = FancyBboxPatch(
            corner,
            self.width,
            self.height,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor=(self.colour, 0.12),
            edgecolor=self.colour,
            lw=1.4,
        )
        ax.add_patch(patch)
        ax.text(self.x, self.y, self.text, ha="center", va="center", fontsize=9)

    def edge(self, other: "_Box") -> tuple[float, float]:
        """Return the middle of the side that looks towards another box."""
        across, up = other.x - self.x, other.y - self.y
        if abs(across) > abs(up):
            return self.x + np.sign(across) * self.width / 2, self.y
        return self.x, self.y + np.sign(up) * self.height / 2


def _arrow(ax: Axes, start: _Box, end: _Box, label: str = "") -> None:
    """Draw an arrow between two boxes, its label above it or to its right."""
    (x0, y0), (x1, y1) = start.edge(end), end.edge(start)
    ax.annotate("", (x1, y1), (x0, y0), arrowprops=_LINE)
    level = abs(x1 - x0) > abs(y1 - y0)
    ax.text(
        (x0 + x1) / 2 + (0 if level else 0.14),
        (y0 + y1) / 2 + (0.12 if level else 0),
        label,
        ha="center" if level else "left",
        va="bottom" if level else "center",
        fontsize=8.5,
    )


def _bare(ax: Axes, width: float, height: float) -> None:
    """Make axes a sheet of paper of that size, in the drawing's units."""
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")


@drawn
def draw_network(config: NetworkConfig | None = None) -> Figure:
    """Return the network as boxes, every arrow labelled with its tensor's shape.

    The shapes are read from `config` (the report's by default); B stands for the
    number of pieces in the batch. Chapter 4.
    """
    config = config or NetworkConfig()
    keys, hidden, layers = config.keys, config.hidden, config.layers
    figure, axes = canvas(2.9)
    ax = axes[0, 0]
    _bare(ax, width=15.6, height=5.2)
    context = _Box(1.3, 4.0, "context\n(piano roll)", MUSIC)
    encoder = _Box(5.6, 4.0, f"encoder\nGRU, {layers} layers", NETWORK)
    decoder = _Box(9.9, 4.0, f"decoder\nGRU, {layers} layers", NETWORK)
    widths = f"{hidden} → {config.classifier_hidden} → {keys}"
    classifier = _Box(14.2, 4.0, f"classifier\n{widths}", NETWORK)
    rule = _Box(14.2, 0.9, "sigmoid, then\nsample or threshold", DICE, width=2.8)
    heard = _Box(9.9, 0.9, "the last step\n(at first: SOS)", MUSIC)
    for box in (context, encoder, decoder, classifier, rule, heard):
        box.draw(ax)
    _arrow(ax, context, encoder, f"(B, {config.context}, {keys})")
    _arrow(ax, encoder, decoder, f"({layers}, B, {hidden})")
    _arrow(ax, decoder, classifier, f"(B, 1, {hidden})")
    _arrow(ax, classifier, rule, f"(B, 1, {keys})")
    _arrow(ax, rule, heard, f"(B, 1, {keys})")
    _arrow(ax, heard, decoder, f"(B, 1, {keys})")
    _loop(ax, decoder, f"({layers}, B, {hidden})")
    return figure


def _loop(ax: Axes, box: _Box, label: str) -> None:
    """Draw an arrow from a box's top back to it: what it keeps for the next step."""
    top = box.y + box.height / 2
    bow = {**_LINE, "connectionstyle": "arc3,rad=1.1"}
    ax.annotate("", (box.x - 0.45, top), (box.x + 0.45, top), arrowprops=bow)
    ax.text(box.x + 0.75, top + 0.2, label, fontsize=8.5, va="bottom")


@drawn
def draw_unrolled(steps: int = 4) -> Figure:
    """Return the decoder unrolled in time, forced by a teacher and running free.

    On the left each step hears the true step before it, on the right the one that
    the network has drawn itself. Chapter 4.
    """
    figure, axes = canvas(2.7, columns=2)
    for ax, free in zip(axes[0], (False, True), strict=True):
        _bare(ax, width=2.2 * steps - 0.4, height=4.6)
        ax.set_title("Free running" if free else "Teacher forcing")
        columns = [_column(step, free) for step in range(steps)]
        _unroll(ax, columns, free)
    return figure


def _column(step: int, free: bool) -> tuple[_Box, _Box, _Box]:
    """Return what a step hears, the decoder, and what is foretold."""
    x, size = 0.8 + 2.2 * step, {"width": 1.5, "height": 0.85}
    true, own = f"$x_{step}$", rf"$\hat{{x}}_{step}$"
    heard = "SOS" if step == 0 else own if free else true
    colour = DICE if free and step else MUSIC
    return (
        _Box(x, 0.6, heard, colour, **size),
        _Box(x, 2.3, "decoder", NETWORK, **size),
        _Box(x, 4.0, f"$p_{step + 1}$", DICE, **size),
    )


def _unroll(ax: Axes, columns: list[tuple[_Box, _Box, _Box]], free: bool) -> None:
    """Draw the columns and the arrows within and between them."""
    for heard, cell, told in columns:
        for box in (heard, cell, told):
            box.draw(ax)
        _arrow(ax, heard, cell)
        _arrow(ax, cell, told)
    for (_, cell, told), (heard, following, _) in pairwise(columns):
        _arrow(ax, cell, following)
        if free:
            _feed_back(ax, told, heard)


def _feed_back(ax: Axes, told: _Box, heard: _Box) -> None:
    """Draw the way of a drawn step: from what was foretold to what is heard next."""
    right, left = told.x + told.width / 2, heard.x - heard.width / 2
    middle = (right + left) / 2
    ax.plot([right, middle, middle], [told.y, told.y, heard.y], color=INK, lw=1.2)
    ends = (left, heard.y), (middle, heard.y)
    ax.annotate("", *ends, arrowprops={**_LINE, "color": INK, "shrinkA": 0})


@drawn
def draw_masks(classifier: DependentClassifier) -> Figure:
    """Return the masks of a dependent classifier, and the ways that they leave open.

    A filled cell is a weight that counts. The right panel counts the ways from the
    touch of key j (column) to the logit of key k (row), through a hidden unit or
    directly. For few keys and units. Chapter 4.
    """
    inward = classifier.lower_to_hidden.mask.int().numpy()  # (width, keys)
    outward = classifier.output.mask.int().numpy()  # (keys, width)
    ways = outward @ inward + classifier.lower_to_keys.mask.int().numpy()
    panels = {
        "$M_1$": (inward, "key $j$", "hidden unit"),
        "$M_2$": (outward, "hidden unit", "key $k$"),
        "Ways from $j$ to $k$": (ways, "key $j$", "key $k$"),
    }
    ratio = {"width_ratios": [*inward.shape[::-1], len(ways)]}
    figure, axes = canvas(3.2, columns=3, gridspec_kw=ratio)
    for ax, (title, (cells, across, down)) in zip(axes[0], panels.items(), strict=True):
        ax.imshow(cells, cmap="Blues", vmin=0, vmax=1.4 * cells.max())
        ax.set(title=title, xlabel=across, ylabel=down)
        ax.set_xticks(range(0, cells.shape[1], 2))
        ax.set_yticks(range(0, cells.shape[0], 2))
    for (row, column), count in np.ndenumerate(ways):
        axes[0, 2].text(column, row, count or "", ha="center", va="center", color=INK)
    return figure
