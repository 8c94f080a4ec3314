"""Our measures of music are MusPy's, wherever both speak of the same thing."""

import muspy
import numpy as np
import pytest

from deepmusician import music_metrics as music
from deepmusician.pianoroll import PianoRoll

SEEDS = range(6)


def piece(seed, steps=64, hold=3):
    """Random chords and rests; the last touch is cut off at the last step."""
    dice = np.random.default_rng(seed)
    plane = dice.random((steps, 88)) < 0.02
    plane[dice.random(steps) < 0.4] = False
    plane[:, :30] = plane[:, 70:] = False
    plane[steps - 3 :] = False
    plane[steps - 3, 40] = True  # so that both agree on how long the piece is
    return PianoRoll.from_plane(plane, hold=hold)


def as_muspy(roll):
    """The same notes as a MusPy piece, a time step a step."""
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
    roll = piece(seed)
    assert ours(roll) == pytest.approx(theirs(as_muspy(roll)), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_or_more_voices_is_muspys_polyphony_rate_above_one(seed):
    roll = piece(seed)
    wanted = muspy.polyphony_rate(as_muspy(roll), threshold=1)
    assert music.polyphony_rate(roll) == pytest.approx(wanted)
    assert wanted != muspy.polyphony_rate(as_muspy(roll))  # its default asks for three


@pytest.mark.parametrize("seed", SEEDS)
def test_empty_beats_are_muspys_where_no_note_ends_on_a_beat(seed):
    # MusPy counts a beat as full that begins where a note ends.
    plane = piece(seed).onsets.copy()
    plane[1::4] = plane[2::4] = plane[3::4] = False
    plane[60, 40] = True
    roll = PianoRoll.from_plane(plane, hold=3)[:63]
    counted = music.empty_beat_rate(roll) * 15  # of 15 whole beats
    theirs = muspy.empty_beat_rate(as_muspy(roll)) * 16  # MusPy counts the broken one
    assert counted == pytest.approx(theirs)


@pytest.mark.parametrize("seed", SEEDS)
def test_groove_consistency_is_muspys_for_two_bars(seed):
    # Of more bars, MusPy compares neighbours; ours all pairs, as Wu and Yang have it.
    roll = piece(seed, steps=32)
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
