"""One visual language for the whole book: colours by role, type, and finish.

The colours of music, networks and losses are Okabe and Ito's (2008), which colour-blind
eyes tell apart, with two greys. Figures have a white ground: the theme lays a white
card under images in its dark mode.
"""

import functools
import io
from base64 import b64encode
from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from PIL import Image

from deepmusician.roles import role_of

COLOURS = {
    "human": "#009E73",  # bluish green: music by people
    "independent": "#0072B2",  # blue: the report's network
    "dependent": "#D55E00",  # vermilion: the network with dependent outputs
    "baseline": "#6B7280",  # grey: what is counted, not trained
    "onsets": "#14213D",  # nearly black: a touch
    "sounding": "#7FB2DD",  # pale blue: a key held
    "bce": "#3A3A3F",  # dark grey: binary cross-entropy
    "focal": "#CC79A7",  # reddish purple: focal loss
}
INK, SOFT, FAINT, GROUND = "#1C1C1E", "#5F6368", "#E4E6EA", "#FFFFFF"
WIDTH = 8.4  # inches: the width of the text column, so that type has one size
STYLE = {
    "figure.facecolor": GROUND,
    "figure.dpi": 190,
    "figure.constrained_layout.h_pad": 0.09,
    "figure.constrained_layout.w_pad": 0.07,
    "savefig.facecolor": GROUND,
    "savefig.dpi": 190,
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "axes.facecolor": GROUND,
    "axes.edgecolor": "#9AA0A6",
    "axes.labelcolor": SOFT,
    "axes.labelsize": 10.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": "#9AA0A6",
    "ytick.color": "#9AA0A6",
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "mathtext.fontset": "dejavusans",
}


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


def colour_of(label: str, roles: Mapping[str, str] | None = None) -> str:
    """Return a label's colour, by `roles[label]` where given, else by `role_of`."""
    return COLOURS[(roles or {}).get(label) or role_of(label)]


def text_colour(label: str, roles: Mapping[str, str] | None = None) -> tuple:
    """Return a label's colour, darkened so that it can be read as text."""
    return mix(colour_of(label, roles), INK, 0.35)


def mix(colour: str, other: str = GROUND, share: float = 0.5) -> tuple:
    """Return `colour` with a share of `other` mixed in, as red, green, blue."""
    first, second = np.array(to_rgb(colour)), np.array(to_rgb(other))
    return tuple((1 - share) * first + share * second)


def focal_shades(count: int) -> list[tuple]:
    """Return `count` shades of the focal loss's colour, pale to dark."""
    colour = COLOURS["focal"]
    stops = [mix(colour, share=0.45), colour, mix(colour, INK, 0.6)]
    shades = LinearSegmentedColormap.from_list("focal", stops)
    return list(shades(np.linspace(0, 1, count)))


def alpha_shades(count: int) -> list[tuple]:
    """Return `count` colours from vermilion over BCE's grey to blue.

    Small weights of the touches come first; the grey in the middle weighs both alike.
    """
    stops = ["#D55E00", "#E69F00", COLOURS["bce"], "#56B4E9", "#0072B2"]
    shades = LinearSegmentedColormap.from_list("alpha", stops)
    return list(shades(np.linspace(0, 1, count)))


def luminance(colour: object) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2.1)."""
    channels = np.array(to_rgb(colour))
    linear = np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(colour: object, other: object = GROUND) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(colour), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def y_grid(ax: Axes) -> None:
    """Draw faint horizontal lines, and no left edge, to read values by."""
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def x_grid(ax: Axes) -> None:
    """Draw faint vertical lines, and no bottom edge, to read values by."""
    ax.grid(axis="x")
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="x", length=0)
