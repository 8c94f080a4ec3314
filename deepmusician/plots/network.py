"""Drawings of how the network is built, and pictures of the state that it keeps."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from deepmusician.colours import COLOURS
from deepmusician.evaluation import QUARTERS_PER_BAR
from deepmusician.model import DependentClassifier, NetworkConfig
from deepmusician.music import PianoRoll
from deepmusician.plots.rolls import CELLS, draw_roll
from deepmusician.plots.style import GROUND, INK, SOFT, canvas, drawn, gradient

MUSIC, NETWORK, DRAWS = (COLOURS[r] for r in ("human", "independent", "baseline"))
_LINE = {"arrowstyle": "-|>", "shrinkA": 2, "shrinkB": 2, "lw": 1.2, "color": SOFT}


def _box(
    ax: Axes, x: float, y: float, text: str, colour: str, size: tuple = (2.5, 1.3)
) -> FancyBboxPatch:
    """Draw a labelled box around a centre, in the drawing's units."""
    corner, form = (x - size[0] / 2, y - size[1] / 2), "round,pad=0,rounding_size=0.12"
    look = {"facecolor": (colour, 0.12), "edgecolor": colour, "lw": 1.4}
    ax.text(x, y, text, ha="center", va="center", fontsize=9)
    return ax.add_patch(FancyBboxPatch(corner, *size, form, **look))


def _centre(box: FancyBboxPatch) -> np.ndarray:
    """Return the (x, y) around which a box is drawn."""
    return box.get_bbox().get_points().mean(axis=0)


def _arrow(
    ax: Axes, start: FancyBboxPatch, end: FancyBboxPatch, label: str = ""
) -> None:
    """Draw an arrow between two boxes, its label above it or to its right."""
    line = _LINE | {"patchA": start, "patchB": end}  # from edge to edge
    ax.annotate("", _centre(end), _centre(start), arrowprops=line)
    x, y = (_centre(start) + _centre(end)) / 2
    across, up = np.abs(_centre(end) - _centre(start))
    if across > up:
        ax.text(x, y + 0.12, label, ha="center", va="bottom", fontsize=8.5)
    else:
        ax.text(x + 0.14, y, label, ha="left", va="center", fontsize=8.5)


def _bare(ax: Axes, width: float, height: float) -> None:
    """Make axes a sheet of paper of that size, in the drawing's units."""
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")


@drawn
def draw_network(config: NetworkConfig | None = None) -> Figure:
    """Return the network as boxes, every arrow labelled with its tensor's shape.

    The shapes are read from `config` (the report's by default); B stands for the
    number of pieces in the batch.
    """
    config = config or NetworkConfig()
    keys, hidden, layers = config.keys, config.hidden, config.layers
    figure, axes = canvas(2.9)
    ax = axes[0, 0]
    _bare(ax, width=15.6, height=5.2)
    context = _box(ax, 1.3, 4.0, "context\n(piano roll)", MUSIC)
    encoder = _box(ax, 5.6, 4.0, f"encoder\nGRU, {layers} layers", NETWORK)
    decoder = _box(ax, 9.9, 4.0, f"decoder\nGRU, {layers} layers", NETWORK)
    widths = f"{hidden} → {config.classifier_hidden} → {keys}"
    classifier = _box(ax, 14.2, 4.0, f"classifier\n{widths}", NETWORK)
    words = "sigmoid, then\nsample or threshold"
    rule = _box(ax, 14.2, 0.9, words, DRAWS, (2.8, 1.3))
    previous = _box(ax, 9.9, 0.9, "the last step\n(at first: SOS)", MUSIC)
    step, state = f"(B, 1, {keys})", f"({layers}, B, {hidden})"
    _arrow(ax, context, encoder, f"(B, {config.context}, {keys})")
    _arrow(ax, encoder, decoder, state)
    _arrow(ax, decoder, classifier, f"(B, 1, {hidden})")
    _arrow(ax, classifier, rule, step)
    _arrow(ax, rule, previous, step)
    _arrow(ax, previous, decoder, step)
    _loop(ax, decoder, state)
    return figure


def _loop(ax: Axes, box: FancyBboxPatch, label: str) -> None:
    """Draw an arrow from a box's top back to it: what it keeps for the next step."""
    (x, _), top = _centre(box), box.get_bbox().y1
    bow = {**_LINE, "connectionstyle": "arc3,rad=1.1"}
    ax.annotate("", (x - 0.45, top), (x + 0.45, top), arrowprops=bow)
    ax.text(x + 0.75, top + 0.2, label, fontsize=8.5, va="bottom")


@drawn
def draw_unrolled(steps: int = 4) -> Figure:
    """Return the decoder unrolled in time, forced by a teacher and running free.

    On the left each step reads the true step before it, on the right the one that
    the network has drawn itself.
    """
    figure, axes = canvas(2.7, columns=2)
    for ax, free in zip(axes[0], (False, True), strict=True):
        _bare(ax, width=2.2 * steps - 0.4, height=4.6)
        ax.set_title("Free running" if free else "Teacher forcing")
        _unroll(ax, [_column(ax, step, free) for step in range(steps)], free)
    return figure


def _column(ax: Axes, step: int, free: bool) -> list[FancyBboxPatch]:
    """Draw the boxes of a step's input, of the decoder, and of its prediction."""
    x, size = 0.8 + 2.2 * step, (1.5, 0.85)
    name = rf"$\hat{{x}}_{step}$" if free else f"$x_{step}$"
    colour = DRAWS if free and step else MUSIC
    return [
        _box(ax, x, 0.6, name if step else "SOS", colour, size),
        _box(ax, x, 2.3, "decoder", NETWORK, size),
        _box(ax, x, 4.0, f"$p_{step + 1}$", DRAWS, size),
    ]


def _unroll(ax: Axes, columns: list[list[FancyBboxPatch]], free: bool) -> None:
    """Draw the arrows within the columns and between them."""
    for column in columns:
        for start, end in pairwise(column):
            _arrow(ax, start, end)
    for (_, cell, prediction), (following_input, following, _) in pairwise(columns):
        _arrow(ax, cell, following)
        if free:
            _feed_back(ax, prediction, following_input)


def _feed_back(ax: Axes, prediction: FancyBboxPatch, step: FancyBboxPatch) -> None:
    """Draw the way of a drawn step: from its prediction to the next input."""
    right, left = prediction.get_bbox().x1, step.get_bbox().x0
    (_, high), (_, low), middle = _centre(prediction), _centre(step), (right + left) / 2
    ax.plot([right, middle, middle], [high, high, low], color=INK, lw=1.2)
    line = _LINE | {"color": INK, "shrinkA": 0}
    ax.annotate("", (left, low), (middle, low), arrowprops=line)


@drawn
def draw_masks(classifier: DependentClassifier) -> Figure:
    """Return the masks of a dependent classifier, and the ways that they leave open.

    A filled cell is a weight that counts. The right panel counts the ways from the
    onset of key j (column) to the logit of key k (row), through a hidden unit or
    directly. For few keys and units.
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
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
    for (row, column), count in np.ndenumerate(ways):
        axes[0, 2].text(column, row, count or "", ha="center", va="center", color=INK)
    return figure


@drawn
def hidden_heatmap(states: np.ndarray, roll: PianoRoll) -> Figure:
    """Return the hidden state step by step, like units side by side, under the music.

    Args:
        states: (steps, units) between -1 and 1: one layer of one piece.
        roll: the music that was read, drawn above on the same steps.

    Only the units that move most are drawn, 128 of them.
    """
    lively = np.argsort(-states.std(axis=0), kind="stable")[:128]
    shown = states[:, lively][:, by_similarity(states[:, lively])]
    fig, ax = _under_music(roll, 5.0, 1.5)
    limit = max(0.05, float(np.quantile(np.abs(shown), 0.99)))
    shades = gradient(COLOURS["independent"], GROUND, COLOURS["dependent"])
    extent = 0, len(shown), 0, shown.shape[1]
    image = ax.imshow(shown.T, shades, vmin=-limit, vmax=limit, extent=extent, **CELLS)
    ax.set_title("What it keeps: the hidden state")
    ax.set(ylabel="units, like beside like", yticks=[], xlabel="bar")
    fig.colorbar(image, ax=ax, pad=0.01, aspect=16, extend="both").outline.set_lw(0)
    return fig


@drawn
def attention_map(weights: np.ndarray, roll: PianoRoll) -> Figure:
    """Return how much each step looks at each step before it, under the music.

    Args:
        weights: (steps, steps): of the step that looks, to the step looked at.
        roll: the music that was read, drawn above on the same steps.
    """
    fig, ax = _under_music(roll, 7.6, 2.6)
    shades = gradient(GROUND, COLOURS["independent"], INK)
    roots, steps = np.sqrt(weights), len(weights)  # so that small ones are seen too
    extent = 0, steps, 0, steps
    ax.imshow(roots, shades, vmin=0, vmax=1, extent=extent, **CELLS)
    ax.set(title="What it looks at", xlabel="bar looked at", ylabel="bar that looks")
    bar, ticks = QUARTERS_PER_BAR * roll.steps_per_quarter, ax.get_xticks()
    ax.set_yticks(ticks, [f"{1 + tick / bar:g}" for tick in ticks])
    ax.grid(lw=0.7)
    return fig


def _under_music(roll: PianoRoll, height: float, ratio: float) -> tuple[Figure, Axes]:
    """Return a figure with the roll on top, and the axes below it, `ratio` as high."""
    fig, axes = canvas(height, rows=2, sharex=True, height_ratios=[1, ratio])
    music, ax = axes[:, 0]
    draw_roll(roll, "What it reads", "human", legend=False, ax=music)
    music.set_xlabel("")
    ax.spines["bottom"].set_visible(False)
    return fig, ax


def by_similarity(states: np.ndarray) -> np.ndarray:
    """Return an order of units (units,) in which neighbours move alike.

    `states` (steps, units). Units are ordered around the circle of their weights in
    the first two principal components; along the line, where there is but one.
    """
    centred = states - states.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    if len(sizes) < 2 or sizes[1] <= 1e-6 * sizes[0]:  # its direction is but rounding
        return np.argsort(directions[0], kind="stable")
    return np.argsort(np.arctan2(directions[1], directions[0]), kind="stable")
