"""One visual language for the whole book: type, grounds, and the parts of figures.

Figures have a white ground: the theme lays a white card under images in its dark mode.
"""

import functools
import io
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import rc_params_from_file
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from PIL import Image

from deepmusician.colours import COLOURS, role_of

Pair = tuple[float, float]
Roles = Mapping[str, str] | None
"""label → role, where `role_of` would not guess it."""

INK, SOFT, FAINT, GROUND = "#1C1C1E", "#5F6368", "#E4E6EA", "#FFFFFF"
DASHED, DOTTED = (0, (4, 3)), (0, (1, 2))
LINES = ("-", (0, (5, 2)), (0, (1.2, 1.6)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
VALUE = {"color": INK, "fontsize": 10.5, "fontweight": "bold"}  # beside its mark
AT_RIGHT = {"xycoords": ("axes fraction", "data"), "ha": "right"}
WIDTH = 8.4  # inches: the width of the text column, so that type has one size
STYLE = rc_params_from_file(
    Path(__file__).with_name("book.mplstyle"), use_default_template=False
)


def drawn(function: Callable[..., Figure]) -> Callable[..., Figure]:
    """Return the plot function in the book's style, its figure shown only once.

    The figure is closed to pyplot, so a notebook shows it where it is the last
    expression of a cell and nowhere else. A figure whose axes came from outside is
    left as it is.
    """

    @functools.wraps(function)
    def styled(*args: object, **kwargs: object) -> Figure:
        with plt.rc_context(STYLE):
            figure = function(*args, **kwargs)
        if kwargs.get("ax") is None:
            plt.close(figure)
        return figure

    return styled


class Picture(Figure):
    """A figure that a notebook shows as one PNG, whatever else was imported there.

    A second after its import, music21 asks notebooks for pixel-doubled figures whose
    height is written into the page, where a narrow column then distorts them.
    """

    def _ipython_display_(self) -> None:
        """Show the figure at its own size, by a way that no formatter overrules."""
        from IPython.display import display

        picture = b64encode(self.small_png()).decode()
        display({"image/png": picture, "text/plain": repr(self)}, raw=True)

    def small_png(self) -> bytes:
        """Return the figure as a PNG of 256 colours, a third of the full size."""
        drawing, png = io.BytesIO(), io.BytesIO()
        self.savefig(drawing, format="png", dpi=self.dpi, bbox_inches="tight")
        with Image.open(drawing) as image:
            small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        small.save(png, format="png", optimize=True)
        return png.getvalue()


def canvas(
    height: float, rows: int = 1, columns: int = 1, **options: object
) -> tuple[Figure, np.ndarray]:
    """Return a figure of the column's width and its axes, always (rows, columns).

    `height` in inches; the options go to `matplotlib.pyplot.subplots`.
    """
    return plt.subplots(
        rows,
        columns,
        figsize=(WIDTH, height),
        layout="constrained",
        squeeze=False,
        FigureClass=Picture,
        **options,
    )


def one_axes(ax: Axes | None, height: float) -> Axes:
    """Return `ax`, or axes of a new figure `height` inches high."""
    return canvas(height)[1][0, 0] if ax is None else ax


def panel_grid(
    count: int, across: int, row_height: float, margin: float = 0.0, **options: object
) -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and its `count` axes, row by row, so many of them `across`.

    Each row takes `row_height` inches, and the figure `margin` more.
    """
    rows = -(-count // across)
    figure, axes = canvas(margin + rows * row_height, rows, across, **options)
    for ax in axes.flat[count:]:
        ax.remove()
    return figure, axes.flat[:count]


def colour_of(label: str, roles: Roles = None) -> str:
    """Return a label's colour, by `roles[label]` where given, else by `role_of`."""
    return COLOURS[(roles or {}).get(label) or role_of(label)]


def text_colour(label: str, roles: Roles = None) -> tuple:
    """Return a label's colour, darkened so that it can be read as text."""
    return mix(colour_of(label, roles), INK, 0.35)


def mix(colour: str, other: str = GROUND, share: float = 0.5) -> tuple:
    """Return `colour` with a share of `other` mixed in, as red, green, blue."""
    first, second = np.array(to_rgb(colour)), np.array(to_rgb(other))
    return tuple((1 - share) * first + share * second)


def gradient(*stops: object) -> LinearSegmentedColormap:
    """Return a colour map that runs from the first stop over the others to the last."""
    return LinearSegmentedColormap.from_list("gradient", stops)


def told_apart(labels: Iterable[str], roles: Roles = None) -> dict[str, dict]:
    """Return label → how its line is drawn: lines of one colour differ in dashes."""
    looks, uses = {}, Counter()
    for label in labels:
        colour = colour_of(label, roles)
        dashes = LINES[uses[colour] % len(LINES)]
        looks[label] = {"color": colour, "ls": dashes, "label": label}
        uses[colour] += 1
    return looks


def focal_shades(count: int) -> list[tuple]:
    """Return `count` shades of the focal loss's colour, pale to dark."""
    colour = COLOURS["focal"]
    way = gradient(mix(colour, share=0.45), colour, mix(colour, INK, 0.6))
    return list(way(np.linspace(0, 1, count)))


def alpha_shades(count: int) -> list[tuple]:
    """Return `count` colours from vermilion over BCE's grey to blue.

    Small weights of the onsets come first; the grey in the middle weighs both alike.
    """
    way = gradient("#D55E00", "#E69F00", COLOURS["bce"], "#56B4E9", "#0072B2")
    return list(way(np.linspace(0, 1, count)))


def x_grid(ax: Axes) -> None:
    """Draw faint vertical lines alone, and no edges, to read the values of rows by."""
    ax.grid(False, axis="y")
    ax.grid(axis="x")
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(length=0)


def name_rows(ax: Axes, labels: Sequence[str]) -> None:
    """Name the rows 0, 1, … of the axes, the first on top, and lay the grid."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(max(1, len(labels)) - 0.5, -0.5)
    x_grid(ax)


def dot_and_range(
    ax: Axes, row: int, value: float, ends: Sequence[float], colour: str, **line: object
) -> None:
    """Draw a value in a row as a dot, over the line between two ends."""
    line = {"color": mix(colour, share=0.3), "lw": 3.2} | line
    ax.plot(ends, [row, row], **line)
    ax.plot(value, row, "o", color=colour, ms=7, mec=GROUND, mew=1.2, zorder=4)


def say_undefined(ax: Axes, row: int, **options: object) -> None:
    """Write at the right of a row that its value is not defined."""
    ax.text(
        0.98, row, "undefined", color=SOFT, fontsize=8.5, fontstyle="italic",
        ha="right", va="center", transform=ax.get_yaxis_transform(), **options,
    )  # fmt: skip


def write_across(ax: Axes, text: str) -> None:
    """Write in the middle of axes why they are empty."""
    ax.text(
        0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center",
        color=SOFT, fontsize=13, fontstyle="italic",
        bbox={"fc": GROUND, "ec": "none", "boxstyle": "round,pad=0.4"},
    )  # fmt: skip


def remark(ax: Axes, text: str, place: Pair, offset: Pair, **options: object) -> None:
    """Write a text near a place, `offset` points away from it."""
    options = {"fontsize": 9.5, "textcoords": "offset points"} | options
    ax.annotate(text, place, offset, **options)


def legend_below(ax: Axes, columns: int) -> None:
    """Put the legend of the axes below the whole figure."""
    handles = ax.get_legend_handles_labels()
    ax.figure.legend(*handles, loc="outside lower center", ncols=columns)
