import re
from xml.etree import ElementTree

import numpy as np
import pytest

from deepmusician.music import KEYS, PianoRoll, roll_svg


def parts(roll):
    """Return the picture's root and the boxes of its held and onset paths."""
    root = ElementTree.fromstring(roll_svg(roll))
    held, onsets = (
        re.findall(r"M(\d+) (\d+)h(\d+)v1", path.get("d"))
        for path in root.iter("{http://www.w3.org/2000/svg}path")
        if path.get("stroke-opacity") is None
    )
    return root, held, onsets


@pytest.fixture
def dense():
    plane = np.random.default_rng(0).random((500, KEYS)) < 0.05
    return PianoRoll.from_plane(plane, name="Dense & <loud>")


def test_the_picture_is_described_for_those_who_cannot_see_it(dense):
    root, *_ = parts(dense)
    label = root.get("aria-label")
    assert root.get("role") == "img"
    assert label.startswith("Dense & <loud> · 500 steps, 4 per quarter")
    assert f"{dense.density():.2f} notes per step" in label


def test_an_onset_and_its_holding_are_two_boxes():
    plane = np.zeros((8, KEYS), bool)
    plane[2, 39] = True
    _, held, onsets = parts(PianoRoll.from_plane(plane, hold=4))
    assert [(box[0], box[2]) for box in onsets] == [("2", "1")]
    assert [(box[0], box[2]) for box in held] == [("3", "3")]


def test_higher_keys_stand_higher():
    plane = np.zeros((2, KEYS), bool)
    plane[0, 50] = plane[1, 40] = True
    *_, onsets = parts(PianoRoll.from_plane(plane))
    rows = {step: int(row) for step, row, _ in onsets}
    assert rows["1"] - rows["0"] == 10


def test_five_hundred_steps_stay_small(dense):
    assert len(roll_svg(dense)) < 100_000


def test_of_a_long_roll_the_beginning_is_shown():
    roll = PianoRoll.from_plane(np.ones((2000, KEYS)), "sounding")
    root, held, onsets = parts(roll)
    assert "the first 1,024 of 2,000 steps" in root.get("aria-label")
    assert len(onsets) == KEYS
    assert {box[2] for box in held} == {"1023"}


@pytest.mark.parametrize("steps", [0, 1, 16])
def test_silence_has_a_picture_too(steps):
    root, held, onsets = parts(PianoRoll.from_plane(np.zeros((steps, KEYS))))
    assert root.get("aria-label").endswith("silent")
    assert held == onsets == []


def test_the_picture_needs_nothing_from_elsewhere(dense):
    html = roll_svg(dense).replace("http://www.w3.org/2000/svg", "")
    assert "http" not in html
    assert "id=" not in html  # several rolls share a page
