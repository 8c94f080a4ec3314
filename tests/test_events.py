"""MIDI messages, grid distances, and the pictures of both chapters on the roll."""

import numpy as np
import pytest

from deepmusician.events import grid_distances, midi_events, note_name
from deepmusician.notes import MusicFileError, Notes
from deepmusician.pianoroll import PianoRoll
from deepmusician.plots.imbalance import gradient_balance, pulls
from deepmusician.plots.representation import exact_and_snapped, grid_shifts


def notes(onsets, pitches, duration=0.25):
    lengths = np.full(len(onsets), duration)
    return Notes(np.array(onsets, float), lengths, np.array(pitches), length=4.0)


def test_a_key_struck_again_is_released_first(tmp_path):
    roll = PianoRoll.from_notes(notes([0, 0.25], [60, 60]))
    events = midi_events(roll.to_midi(tmp_path / "twice.mid"))
    assert [tuple(event) for event in events] == [
        (0.0, "note on", 60, "C4", 80),
        (0.25, "note off", 60, "C4", 0),
        (0.25, "note on", 60, "C4", 80),
        (0.5, "note off", 60, "C4", 0),
    ]


def test_events_of_what_is_no_midi_file_are_an_error(tmp_path):
    (tmp_path / "noise.mid").write_bytes(b"noise")
    with pytest.raises(MusicFileError, match=r"noise\.mid"):
        midi_events(tmp_path / "noise.mid")


@pytest.mark.parametrize(
    ("pitch", "name"), [(21, "A0"), (60, "C4"), (61, "C♯4"), (108, "C8")]
)
def test_pitches_have_the_names_of_a_pianos_keys(pitch, name):
    assert note_name(pitch) == name


def test_a_triplet_moves_by_a_twelfth_of_a_quarter():
    fine = PianoRoll.from_notes(notes([0, 1 / 3, 2 / 3], [60, 62, 64]), 48)
    assert grid_distances([fine], 4) == pytest.approx([0, -1 / 12, 1 / 12])
    assert grid_distances([fine], 12) == pytest.approx([0, 0, 0])


def test_half_a_step_goes_up_as_it_does_in_a_roll():
    fine = PianoRoll.from_notes(notes([0.5, 1.5], [60, 62]), 2)
    assert grid_distances([fine, fine], 1).tolist() == [0.5, 0.5, 0.5, 0.5]


def test_marks_stand_where_notes_begin_and_tell_which_ones_moved():
    exact = notes([0, 1 / 3, 1], [60, 62, 64])
    figure = exact_and_snapped(exact, PianoRoll.from_notes(exact))
    on_grid, between = figure.axes[0].lines[:2]
    assert on_grid.get_xdata().tolist() == [0, 4]
    assert between.get_xdata().tolist() == pytest.approx([4 / 3])


def test_every_label_and_grid_has_a_histogram_of_shares():
    figure = grid_shifts(
        {"Bach": {4: [0, 0, 0, 0.1], 1: [0.5, 0, 0, 0]}}, roles={"Bach": "human"}
    )
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["Bach, 4 a quarter", "Bach, 1 a quarter"]
    for ax in figure.axes:
        assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1.0)
        assert ax.patches[-1].get_height() == 0.75


def test_the_pulls_balance_where_the_claim_is_the_density():
    up, down = pulls(np.array([0.0126, 0.5]), share=0.0126)
    assert up[0] == pytest.approx(down[0])
    assert down[1] / up[1] == pytest.approx((1 - 0.0126) / 0.0126)


def test_the_picture_of_the_pulls_marks_the_density():
    ax = gradient_balance(0.02).axes[0]
    assert [0.02, 0.02] in [list(line.get_xdata()) for line in ax.lines]
