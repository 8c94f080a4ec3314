"""How a notebook shows the book's figures."""

import io
from base64 import b64decode

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from IPython.utils.capture import capture_output
from matplotlib.image import imread

from deepmusician.plots.style import canvas, drawn


@drawn
def a_figure():
    return canvas(2.0)[0]


def test_a_picture_is_small_and_keeps_its_colours():
    figure = canvas(2.0)[0]
    figure.axes[0].imshow(np.linspace(0, 1, 64).reshape(8, 8), cmap="viridis")
    full, small = io.BytesIO(), figure.small_png()
    figure.savefig(full, format="png", dpi=figure.dpi, bbox_inches="tight")
    shown, meant = (imread(io.BytesIO(x)) for x in (small, full.getvalue()))
    assert len(small) < 0.6 * len(full.getvalue())
    assert np.abs(shown[..., :3] - meant[..., :3]).mean() < 0.01


def test_a_figure_is_shown_once_at_its_own_size_even_where_retina_is_asked_for():
    shell = InteractiveShell.instance()
    select_figure_formats(shell, "retina")
    try:
        with capture_output() as shown:
            assert shell.display_formatter.format(a_figure()) == ({}, {})
    finally:
        select_figure_formats(shell, "png")
        InteractiveShell.clear_instance()
    (output,) = shown.outputs
    assert set(output.data) == {"image/png", "text/plain"}
    assert not output.metadata
    picture = imread(io.BytesIO(b64decode(output.data["image/png"])))
    height, width, _ = picture.shape
    assert abs(width - 8.4 * 190) < 60
    assert abs(height - 2.0 * 190) < 60
