import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import pictures

from deepmusician.music import KEYS, Notes, PianoRoll
from deepmusician.sound import (
    RATE,
    TARGET_LOUDNESS,
    load_piano,
    loudness,
    mixed,
    perform,
    render,
)
from deepmusician.widgets.pieces import facts, matching_gain, piece_of

C4 = 60 - 21


def roll_of(cells, steps=16, hold=2, tempo=120.0, **details):
    return pictures.roll_of(cells, steps, hold, tempo=tempo, **details)


def test_a_piece_holds_a_rolls_notes_in_steps():
    piece = piece_of(roll_of([(0, C4), (0, C4 + 4), (6, C4)]), "Three", role="human")
    assert piece["notes"] == [[0, 60, 2], [0, 64, 2], [6, 60, 2]]
    rest = {name: piece[name] for name in piece if name not in ("notes", "gain")}
    assert rest == {
        "label": "Three",
        "facts": "0.19 notes per step, 16 steps, 2 s",
        "stepsPerQuarter": 4,
        "tempo": 120.0,
        "length": 16,
        "role": "human",
    }


def test_another_tempo_moves_no_note():
    roll = roll_of([(0, C4), (6, C4)])
    slow = piece_of(roll, tempo=60)
    assert slow["notes"] == piece_of(roll)["notes"]
    assert (slow["tempo"], slow["length"]) == (60.0, 16)
    assert slow["facts"].endswith("4 s")


def test_notes_at_exact_times_count_in_quarters():
    notes = Notes(
        np.array([0.1, 1 / 3]),
        np.array([1.0, 0.25]),
        np.array([69, 40]),
        tempo=90.0,
        length=4.0,
        velocities=np.array([80, 40]),
    )
    piece = piece_of(notes)
    assert piece["notes"] == [[0.1, 69, 1], [0.3333, 40, 0.25, 0.25]]
    assert (piece["stepsPerQuarter"], piece["length"]) == (1, 4)
    assert piece["facts"] == "2 notes at exact times, 3 s"


def test_a_piece_is_called_by_its_label_its_name_or_a_request():
    named = roll_of([(0, C4)], name="bwv66.6")
    assert piece_of(named, "Bach")["label"] == "Bach"
    assert piece_of(named)["label"] == "bwv66.6"
    assert piece_of(roll_of([(0, C4)]))["label"] == "Listen"


def test_a_roll_without_notes_is_said_to_be_silent():
    piece = piece_of(roll_of([]))
    assert piece["facts"].startswith("no notes: silence, 0.00 notes per step")
    assert (piece["notes"], piece["gain"]) == ([], 1.0)
    assert piece_of(roll_of([], steps=0))["length"] == 0


def test_one_note_is_not_notes():
    notes = Notes(np.array([0.0]), np.array([1.0]), np.array([69]))
    assert facts(notes, 1.0) == "1 note at exact times, 1 s"


@pytest.mark.parametrize("keys", [[C4], [10], [80], range(0, 88, 8)])
def test_the_gain_brings_music_to_the_loudness_of_all(keys):
    roll = roll_of([(step, key) for step in (0, 4, 8, 12) for key in keys])
    samples = mixed(perform(roll), load_piano()) * matching_gain(roll)
    assert loudness(samples, RATE) == pytest.approx(TARGET_LOUDNESS, abs=0.05)
    if np.abs(samples).max() < 0.7:  # above, the MP3 is softly limited
        np.testing.assert_allclose(render(roll), samples, atol=1e-3)


@pytest.mark.parametrize("tempo", [0, -1, np.nan, np.inf])
def test_a_tempo_that_is_none_is_an_error(tempo):
    with pytest.raises(ValueError, match="tempo must be above 0"):
        piece_of(roll_of([(0, C4)]), tempo=tempo)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(0, 40),
    grid=st.sampled_from([1, 3, 4, 12]),
    tempo=st.floats(20, 400),
)
def test_a_piece_is_the_roll_again_in_types_that_json_knows(seed, steps, grid, tempo):
    cells = np.random.default_rng(seed).random((steps, KEYS)) < 0.03
    roll = PianoRoll.from_plane(cells, steps_per_quarter=grid)
    piece = json.loads(json.dumps(piece_of(roll, tempo=tempo)))
    assert [tuple(note) for note in piece["notes"]] == sorted(roll.notes())
    assert piece["length"] == steps
