"""The book's visual language: colours that stand out, for every eye."""

import io
import subprocess
import sys
from base64 import b64decode
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from IPython.utils.capture import capture_output
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from support.pictures import contrast

from deepmusician import plots
from deepmusician.colours import COLOURS, ROLE_NAMES
from deepmusician.plots import style
from deepmusician.plots.style import canvas, drawn

LINES = ("human", "independent", "dependent", "baseline", "bce", "focal")
# Machado, Oliveira and Fernandes 2009: how red-blind and green-blind eyes see
BLINDNESS = {
    "protanopia": [(0.15, 1.05, -0.2), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.05)],
    "deuteranopia": [(0.37, 0.86, -0.23), (0.28, 0.67, 0.05), (-0.012, 0.043, 0.97)],
}  # fmt: skip


@pytest.mark.parametrize("role", LINES)
def test_every_role_is_a_line_that_stands_out_from_the_ground(role):
    assert contrast(COLOURS[role]) >= 3.0
    assert contrast(style.text_colour(role)) >= 4.5
    assert role in ROLE_NAMES


def test_onset_and_held_key_stand_out_from_each_other():
    assert contrast(COLOURS["onsets"], COLOURS["sounding"]) > 3.0
    assert contrast("black", "white") == pytest.approx(21.0)


def seen_by(eye, colour):
    """Return CIE Lab coordinates of a colour as an eye sees it."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(eye) @ linear, 0, 1)
    to_xyz = [[0.412, 0.358, 0.180], [0.213, 0.715, 0.072], [0.019, 0.119, 0.950]]
    x, y, z = np.cbrt(np.maximum(to_xyz @ linear / [0.95, 1, 1.089], 0.0089))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eye", BLINDNESS)
@pytest.mark.parametrize(("one", "other"), [*combinations(LINES, 2)])
def test_colour_blind_eyes_tell_every_two_roles_apart(eye, one, other):
    pair = [seen_by(BLINDNESS[eye], COLOURS[role]) for role in (one, other)]
    assert np.linalg.norm(pair[0] - pair[1]) > 10


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("independent outputs", "independent"),
        ("the report's network", "independent"),
        ("dependent outputs", "dependent"),
        ("Bach chorales", "human"),
        ("Mozart", "human"),
        ("note 1-gram", "baseline"),
        ("focal loss, threshold", "focal"),
    ],
)
def test_a_label_finds_its_colour_and_a_role_given_overrules_it(label, role):
    assert style.colour_of(label) == COLOURS[role]
    assert style.colour_of(label, {label: "bce"}) == COLOURS["bce"]


def test_the_style_does_not_leak_into_other_figures():
    before = dict(plt.rcParams)
    plots.nll_bars({"note 1-gram": 4.9})
    assert dict(plt.rcParams) == before


def test_measuring_and_counting_bring_no_matplotlib_along():
    code = "import deepmusician.baselines, deepmusician.evaluation, sys; "
    code += "sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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
