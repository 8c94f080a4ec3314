import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from music21 import converter

from deepmusician.music import KEYS, PianoRoll
from deepmusician.music.notation import voices_of, writable


@given(st.data(), st.sampled_from([1, 2, 3, 4, 8, 12]))
@settings(max_examples=12)
def test_roll_to_score_to_roll_is_the_identity(
    tmp_path_factory, data, steps_per_quarter
):
    bars = data.draw(st.integers(1, 3))
    plane = np.zeros((bars * 4 * steps_per_quarter, KEYS), bool)
    cells = st.tuples(st.integers(0, len(plane) - 1), st.integers(0, KEYS - 1))
    for cell in data.draw(st.lists(cells, min_size=1, max_size=30)):
        plane[cell] = True
    hold = data.draw(st.integers(1, 20))
    roll = PianoRoll.from_plane(plane, "onsets", hold, steps_per_quarter)
    assert PianoRoll.from_stream(roll.to_stream(), steps_per_quarter) == roll
    path = roll.save(tmp_path_factory.mktemp("score") / "x.musicxml")
    assert PianoRoll.from_score(path, steps_per_quarter) == roll


def test_a_scores_last_bar_is_filled_up_with_rests():
    roll = PianoRoll.from_plane(np.eye(5, KEYS, 39, dtype=bool))
    again = PianoRoll.from_stream(roll.to_stream())
    assert len(again) == 16
    assert again[:5] == roll


def test_a_score_has_a_title_a_tempo_and_two_hands():
    plane = np.zeros((4, KEYS), bool)
    plane[0, [30, 50]] = True
    score = PianoRoll.from_plane(plane, name="Air", tempo=72.0).to_stream()
    assert score.metadata.title == "Air"
    assert [len(part.flatten().notes) for part in score.parts] == [1, 1]
    assert PianoRoll.from_stream(score).tempo == 72.0


def test_accidentals_are_shown_once_a_bar():
    plane = np.zeros((16, KEYS), bool)
    plane[[0, 4, 12], 41] = True  # D
    plane[8, 42] = True  # D sharp or E flat
    score = PianoRoll.from_plane(plane).to_stream()
    signs = [
        n.pitch.accidental for n in score.parts[0].flatten().getElementsByClass("Note")
    ]
    shown = [sign is not None and sign.displayStatus for sign in signs]
    assert shown == [False, False, True, False]


def test_chords_share_a_voice_and_overlapping_notes_do_not():
    notes = [(0, 60, 4), (0, 64, 4), (2, 67, 4), (4, 60, 2)]
    assert voices_of(notes) == [
        [(0, 4, [60, 64]), (4, 6, [60])],
        [(2, 6, [67])],
    ]


def test_lengths_are_cut_at_the_beat_and_spelt_with_signs():
    quarters = [float(length) for length in writable(2, 9, 4)]
    assert quarters == [0.5, 1.0, 0.25]
    assert [float(length) for length in writable(0, 5, 4)] == [1.0, 0.25]
    assert writable(3, 3, 4) == []


def test_written_scores_open_in_music21_as_they_are(tmp_path):
    roll = PianoRoll.from_plane(np.eye(16, KEYS, 39, dtype=bool), hold=3)
    roll.save(tmp_path / "x.musicxml")
    score = converter.parse(tmp_path / "x.musicxml", forceSource=True)
    assert score.isWellFormedNotation()
    assert len(score.parts) == 2
