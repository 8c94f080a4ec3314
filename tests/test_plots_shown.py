"""How a notebook shows the book's figures."""

import io
from base64 import b64decode

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from IPython.utils.capture import capture_output
from matplotlib.image import imread

from deepmusician.plots.style import canvas, drawn


@drawn
def a_figure():
    return canvas(2.0)[0]


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
