"""Notes before the grid: how hard keys are struck, and excerpts."""

import numpy as np
import pytest
from symusic import Note, Score, Track

from deepmusician.listening.audio import gain, perform, render
from deepmusician.listening.piano import RATE, SYNTHESISED_PIANO
from deepmusician.midi import read_midi
from deepmusician.notes import Notes
from deepmusician.pianoroll import PianoRoll


def notes(velocities=None):
    return Notes(
        onsets=np.array([0.0, 1.0, 1.5, 3.0]),
        durations=np.array([1.0, 2.0, 0.5, 1.0]),
        pitches=np.array([60, 64, 67, 60]),
        tempo=60.0,
        length=4.0,
        dropped={"drums": 2},
        velocities=None if velocities is None else np.array(velocities),
    )


def test_velocities_come_from_the_midi_file(tmp_path):
    score, piano = Score(480), Track(program=0)
    for tick, velocity in ((0, 30), (480, 110)):
        piano.notes.append(Note(tick, 480, 60, velocity))
    score.tracks.append(piano)
    (tmp_path / "piece.mid").write_bytes(score.dumps_midi())
    assert read_midi(tmp_path / "piece.mid").velocities.tolist() == [30, 110]


def test_an_excerpt_begins_at_zero_and_releases_its_notes_at_its_end():
    cut = notes([40, 50, 60, 70]).excerpt(1, 2)
    assert cut.onsets.tolist() == [0.0, 0.5]
    assert cut.durations.tolist() == [1.0, 0.5]
    assert cut.pitches.tolist() == [64, 67]
    assert cut.velocities.tolist() == [50, 60]
    assert (cut.length, cut.tempo, cut.dropped) == (1.0, 60.0, {})


def test_an_excerpt_of_notes_without_velocities_has_none():
    assert notes().excerpt(0, 4).velocities is None


def test_the_whole_as_an_excerpt_makes_the_same_roll():
    assert PianoRoll.from_notes(notes().excerpt(0, 4)) == PianoRoll.from_notes(notes())


def test_a_roll_forgets_the_velocities():
    struck = PianoRoll.from_notes(notes([1, 40, 80, 127]))
    assert struck == PianoRoll.from_notes(notes())
    assert perform(struck).gains.tolist() == [1.0, 1.0, 1.0, 1.0]


def test_twice_the_velocity_is_twelve_decibels():
    soft, loud = gain(np.array([40, 80]))
    assert (soft, loud) == (0.25, 1.0)
    assert 20 * np.log10(loud / soft) == pytest.approx(12.04, abs=0.01)


def test_a_note_struck_softly_sounds_more_softly():
    alike, shaped = (
        render(notes(velocities), piano=SYNTHESISED_PIANO)[: 2 * RATE]
        for velocities in ([80, 80, 80, 80], [80, 20, 20, 80])
    )
    half = RATE // 2
    shares = [np.ptp(x[3 * half :]) / np.ptp(x[:half]) for x in (alike, shaped)]
    assert shares[1] < 0.2 * shares[0]
