"""Measures of music, pinned on little pieces by hand, and compared with MusPy's."""

import math

import muspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepmusician.evaluation import music_metrics as music
from deepmusician.music import PianoRoll

C4 = 60 - 21
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)


def roll_of(onsets, steps=32, hold=1):
    """Return a roll with onsets at (step, key), each held `hold` steps."""
    plane = np.zeros((steps, 88), bool)
    for step, key in onsets:
        plane[step, key] = True
    return PianoRoll.from_plane(plane, hold=hold)


SILENT = roll_of([])


def test_onsets_on_quarters_are_counted_among_all_onsets():
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


def test_a_quarter_with_any_sound_is_not_empty_and_a_broken_one_is_not_counted():
    piece = roll_of([(3, 40), (4, 40)], steps=18, hold=1)
    assert music.empty_beat_rate(piece) == 2 / 4
    assert math.isnan(music.empty_beat_rate(roll_of([(0, 40)], steps=3)))


def test_identical_bars_have_full_groove_and_one_moved_onset_costs_two_in_sixteen():
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


def test_silence_has_no_onsets_no_keys_and_only_empty_beats():
    assert music.onset_density(SILENT) == 0.0
    assert music.pitches_used(SILENT) == 0.0
    assert music.polyphony_rate(SILENT) == 0.0
    assert music.empty_beat_rate(SILENT) == 1.0


def test_a_roll_without_steps_has_no_rates():
    nothing = roll_of([], steps=0)
    for measure in (music.onset_density, music.polyphony_rate, music.empty_beat_rate):
        assert math.isnan(measure(nothing))


def test_measures_of_many_are_means_over_the_pieces_that_have_them():
    low, high = roll_of([(0, 10), (1, 12)]), roll_of([(0, 10), (4, 16)])
    together = music.music_measures([low, high, SILENT])
    assert together["pitch range"] == 4.0
    assert together["notes on the beat"] == 0.75
    assert together["empty beats"] == pytest.approx((7 / 8 + 6 / 8 + 1) / 3)


def test_measures_of_one_are_those_of_a_list_of_one_and_undefined_ones_stay_so():
    piece = roll_of([(0, 10)])
    assert music.music_measures(piece) == music.music_measures([piece])
    assert math.isnan(music.music_measures([SILENT])["scale consistency"])
    assert math.isnan(music.music_measures([])["pitch range"])
    assert list(music.measures_by_piece([piece, SILENT])["keys used"]) == [1.0, 0.0]


SEEDS = range(6)


def random_piece(seed, steps=64, hold=3):
    """Random chords and rests; the last note is cut off at the last step."""
    generator = np.random.default_rng(seed)
    plane = generator.random((steps, 88)) < 0.02
    plane[generator.random(steps) < 0.4] = False
    plane[:, :30] = plane[:, 70:] = False
    plane[steps - 3 :] = False
    plane[steps - 3, 40] = True  # so that both agree on how long the piece is
    return PianoRoll.from_plane(plane, hold=hold)


def as_muspy(roll):
    """The same notes as a MusPy piece, one time step per step."""
    notes = [
        muspy.Note(time=step, pitch=pitch, duration=held)
        for step, pitch, held in roll.notes()
    ]
    track = muspy.Track(notes=notes)
    return muspy.Music(resolution=roll.steps_per_quarter, tracks=[track])


PAIRS = {
    "pitch range": (music.pitch_range, muspy.pitch_range),
    "keys used": (music.pitches_used, muspy.n_pitches_used),
    "pitch entropy": (music.pitch_entropy, muspy.pitch_entropy),
    "pitch class entropy": (music.pitch_class_entropy, muspy.pitch_class_entropy),
    "scale consistency": (music.scale_consistency, muspy.scale_consistency),
    "voices": (music.polyphony, muspy.polyphony),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PAIRS)
def test_a_measure_is_that_of_muspy(name, seed):
    ours, theirs = PAIRS[name]
    roll = random_piece(seed)
    assert ours(roll) == pytest.approx(theirs(as_muspy(roll)), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_or_more_voices_is_muspys_polyphony_rate_above_one(seed):
    roll = random_piece(seed)
    wanted = muspy.polyphony_rate(as_muspy(roll), threshold=1)
    assert music.polyphony_rate(roll) == pytest.approx(wanted)
    assert wanted != muspy.polyphony_rate(as_muspy(roll))  # its default asks for three


@pytest.mark.parametrize("seed", SEEDS)
def test_empty_beats_are_muspys_where_no_note_ends_on_a_beat(seed):
    # MusPy counts a beat as full that begins where a note ends.
    plane = random_piece(seed).onsets.copy()
    plane[1::4] = plane[2::4] = plane[3::4] = False
    plane[60, 40] = True
    roll = PianoRoll.from_plane(plane, hold=3)[:63]
    counted = music.empty_beat_rate(roll) * 15  # of 15 whole beats
    theirs = muspy.empty_beat_rate(as_muspy(roll)) * 16  # MusPy counts the broken one
    assert counted == pytest.approx(theirs)


@pytest.mark.parametrize("seed", SEEDS)
def test_groove_consistency_is_muspys_for_two_bars(seed):
    # Of more bars, MusPy compares neighbours; ours all pairs, as Wu and Yang have it.
    roll = random_piece(seed, steps=32)
    ending = roll.onsets.copy()
    ending[29:] = False
    short = PianoRoll.from_plane(ending, hold=2)
    wanted = muspy.groove_consistency(as_muspy(short), measure_resolution=16)
    assert music.groove_consistency(short) == pytest.approx(wanted)


def test_pieces_that_are_silent_have_no_number_in_muspy_either():
    silent = muspy.Music(resolution=4, tracks=[muspy.Track()])
    assert np.isnan(muspy.pitch_entropy(silent))
    nothing = PianoRoll.from_plane(np.zeros((16, 88), bool))
    assert np.isnan(music.pitch_entropy(nothing))
