"""The book's visual language: colours that stand out, for every eye."""

import subprocess
import sys
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from deepmusician import plots
from deepmusician.plots import style
from deepmusician.roles import NAMES

LINES = ("human", "independent", "dependent", "baseline", "bce", "focal")
# Machado, Oliveira and Fernandes 2009: how red-blind and green-blind eyes see
BLINDNESS = {
    "protanopia": [(0.15, 1.05, -0.2), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.05)],
    "deuteranopia": [(0.37, 0.86, -0.23), (0.28, 0.67, 0.05), (-0.012, 0.043, 0.97)],
}  # fmt: skip


@pytest.mark.parametrize("role", LINES)
def test_every_role_is_a_line_that_stands_out_from_the_ground(role):
    assert style.contrast(style.COLOURS[role]) >= 3.0
    assert style.contrast(style.text_colour(role)) >= 4.5
    assert role in NAMES


def test_touch_and_held_key_stand_out_from_each_other():
    assert style.contrast(style.COLOURS["onsets"], style.COLOURS["sounding"]) > 3.0
    assert style.contrast("black", "white") == pytest.approx(21.0)


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
    pair = [seen_by(BLINDNESS[eye], style.COLOURS[role]) for role in (one, other)]
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
    assert style.colour_of(label) == style.COLOURS[role]
    assert style.colour_of(label, {label: "bce"}) == style.COLOURS["bce"]


def test_the_style_does_not_leak_into_other_figures():
    before = dict(plt.rcParams)
    plots.nll_bars({"note 1-gram": 4.9})
    assert dict(plt.rcParams) == before


def test_measuring_and_counting_bring_no_matplotlib_along():
    code = "import deepmusician.baselines, deepmusician.metrics, sys; "
    code += "sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
