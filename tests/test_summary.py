import numpy as np
import pytest

from deepmusician.pianoroll import PianoRoll
from deepmusician.summary import summarise


def roll(touches, steps=4, hold=2):
    plane = np.zeros((steps, 88), bool)
    for step, key in touches:
        plane[step, key] = True
    return PianoRoll.from_plane(plane, hold=hold)


def test_numbers_are_those_of_all_rolls_together():
    found = summarise([roll([(0, 10), (2, 10)]), roll([(1, 20)], steps=12)])
    assert found == {
        "pieces": 2,
        "steps": 16,
        "touches a step": 3 / 16,
        "sounding keys a step": 6 / 16,
        "cells touched": pytest.approx(3 / 16 / 88),
        "cells sounding": pytest.approx(6 / 16 / 88),
        "steps without a touch": 13 / 16,
        "steps without a sound": 10 / 16,
        "repeated touches": pytest.approx(1 / 3),
        "lowest pitch": 31,
        "highest pitch": 41,
        "keys used": 2,
    }


def test_a_touch_after_a_rest_repeats_nothing():
    assert summarise([roll([(0, 10), (3, 10)])])["repeated touches"] == 0


def test_the_first_touch_of_a_piece_repeats_nothing_of_the_piece_before():
    held, begun = roll([(2, 10)]), roll([(0, 10)])
    assert summarise([held, begun])["repeated touches"] == 0


@pytest.mark.parametrize("rolls", [[roll([])], [roll([]), roll([], steps=0)]])
def test_silence_has_no_summary(rolls):
    with pytest.raises(ValueError, match="no touch"):
        summarise(rolls)
