"""Measures of music, pinned on little pieces written out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepmusician import music_metrics as music
from deepmusician.pianoroll import PianoRoll

C4 = 60 - 21
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)


def roll_of(touches, steps=32, hold=1):
    """Return a roll with touches at (step, key), each held `hold` steps."""
    plane = np.zeros((steps, 88), bool)
    for step, key in touches:
        plane[step, key] = True
    return PianoRoll.from_plane(plane, hold=hold)


SILENT = roll_of([])


def test_touches_on_quarters_are_counted_among_all_touches():
    assert music.on_beat_share(roll_of([(0, 5), (4, 5), (5, 9), (8, 5)])) == 3 / 4


def test_a_major_scale_is_consistent_and_one_foreign_note_costs_its_share():
    scale = [(n, C4 + tone) for n, tone in enumerate(MAJOR_SCALE)]
    assert music.scale_consistency(roll_of(scale)) == 1.0
    assert music.scale_consistency(roll_of([*scale, (8, C4 + 6)])) == 7 / 8


def test_a_natural_minor_scale_is_as_consistent_as_its_relative_major():
    minor = [(n, C4 + 9 + tone) for n, tone in enumerate((0, 2, 3, 5, 7, 8, 10))]
    assert music.scale_consistency(roll_of(minor)) == 1.0


def test_all_twelve_notes_fit_a_scale_by_seven_in_twelve():
    chromatic = [(n, C4 + n) for n in range(12)]
    assert music.scale_consistency(roll_of(chromatic)) == pytest.approx(7 / 12)
    assert music.pitch_class_entropy(roll_of(chromatic)) == pytest.approx(math.log2(12))


@given(st.integers(0, 11), st.lists(st.integers(20, 60), min_size=1, max_size=20))
def test_no_measure_of_harmony_depends_on_the_key(semitones, keys):
    piece = roll_of(list(enumerate(keys)))
    moved = roll_of([(n, key + semitones) for n, key in enumerate(keys)])
    for measure in (
        music.scale_consistency,
        music.pitch_class_entropy,
        music.pitch_entropy,
        music.pitch_range,
        music.pitches_used,
    ):
        assert measure(moved) == pytest.approx(measure(piece))


def test_pitch_measures_of_an_octave_and_a_fifth():
    piece = roll_of([(0, C4), (1, C4 + 12), (2, C4 + 12), (3, C4 + 7)])
    assert music.pitch_range(piece) == 12
    assert music.pitches_used(piece) == 3
    assert music.pitch_entropy(piece) == pytest.approx(1.5)  # 1/4, 1/4, 1/2
    # C three times in four: H(3/4, 1/4)
    assert music.pitch_class_entropy(piece) == pytest.approx(0.8112781)


def test_voices_are_counted_where_any_sound_and_their_rate_over_all_steps():
    piece = roll_of([(0, 40), (0, 44), (2, 47)], steps=8, hold=2)
    assert music.polyphony(piece) == 1.5
    assert music.polyphony_rate(piece) == 2 / 8
    assert music.polyphony_rate(piece, voices=1) == 4 / 8


def test_a_quarter_with_any_sound_is_not_empty_and_a_broken_one_is_not_counted():
    piece = roll_of([(3, 40), (4, 40)], steps=18, hold=1)
    assert music.empty_beat_rate(piece) == 2 / 4
    assert math.isnan(music.empty_beat_rate(roll_of([(0, 40)], steps=3)))


def test_identical_bars_have_full_groove_and_one_moved_touch_costs_two_in_sixteen():
    steady = roll_of([(0, 40), (8, 44), (16, 52), (24, 51)])
    assert music.groove_consistency(steady) == 1.0
    moved = roll_of([(0, 40), (8, 44), (16, 40), (25, 44)])
    assert music.groove_consistency(moved) == 1 - 2 / 16


@given(st.sets(st.integers(0, 63), min_size=1))
def test_groove_is_the_mean_similarity_of_all_pairs_of_bars(steps):
    piece = roll_of([(step, 40) for step in steps], steps=67)
    bars = np.isin(np.arange(64), list(steps)).reshape(4, 16)
    pairs = [(a, b) for a in range(4) for b in range(a)]
    expected = np.mean([1 - (bars[a] ^ bars[b]).mean() for a, b in pairs])
    assert music.groove_consistency(piece) == pytest.approx(expected)


def test_groove_needs_two_bars():
    assert math.isnan(music.groove_consistency(roll_of([(0, 40)], steps=31)))


@pytest.mark.parametrize(
    "measure",
    [
        music.on_beat_share,
        music.scale_consistency,
        music.pitch_range,
        music.pitch_entropy,
        music.pitch_class_entropy,
        music.polyphony,
        music.groove_consistency,
    ],
)
def test_silence_has_no_such_measure(measure):
    assert math.isnan(measure(SILENT))


def test_silence_has_no_touches_no_keys_and_only_empty_beats():
    assert music.touch_density(SILENT) == 0.0
    assert music.pitches_used(SILENT) == 0.0
    assert music.polyphony_rate(SILENT) == 0.0
    assert music.empty_beat_rate(SILENT) == 1.0


def test_a_roll_without_steps_has_no_rates():
    nothing = roll_of([], steps=0)
    for measure in (music.touch_density, music.polyphony_rate, music.empty_beat_rate):
        assert math.isnan(measure(nothing))


def test_measures_of_many_are_means_over_the_pieces_that_have_them():
    low, high = roll_of([(0, 10), (1, 12)]), roll_of([(0, 10), (4, 16)])
    together = music.music_measures([low, high, SILENT])
    assert together["pitch range"] == 4.0
    assert together["touches on the beat"] == 0.75
    assert together["empty beats"] == pytest.approx((7 / 8 + 6 / 8 + 1) / 3)


def test_measures_of_one_are_those_of_a_list_of_one_and_undefined_ones_stay_so():
    piece = roll_of([(0, 10)])
    assert music.music_measures(piece) == music.music_measures([piece])
    assert math.isnan(music.music_measures([SILENT])["scale consistency"])
    assert math.isnan(music.music_measures([])["pitch range"])
    assert list(music.measures_by_piece([piece, SILENT])["keys used"]) == [1.0, 0.0]
