"""Copies: found in any key and place, note for note, and nothing else."""

import numpy as np
import pytest
from support.toy import tune

from deepmusician.evaluation import CopyingIndex, SharedRun
from deepmusician.music import KEYS, PianoRoll


def roll_of(onsets, steps=32, name=""):
    """A piece with onsets at (step, key)."""
    plane = np.zeros((steps, KEYS), bool)
    for step, key in onsets:
        plane[step, key] = True
    return PianoRoll.from_plane(plane, name=name)


def shared_runs(rolls, training):
    """The longest run that each piece shares with the training pieces."""
    index = CopyingIndex(training)
    return [index.longest_shared_run(roll) for roll in rolls]


PHRASE = [(0, 40), (0, 44), (2, 45), (3, 47), (6, 40)]


def moved(onsets, steps=0, semitones=0):
    """The same onsets, later and higher."""
    return [(step + steps, key + semitones) for step, key in onsets]


def test_a_phrase_is_found_in_another_key_and_at_another_place():
    training = [roll_of([(1, 30)], name="other"), roll_of(PHRASE, name="source")]
    piece = roll_of([(1, 20), *moved(PHRASE, 9, 5), (20, 80)])
    assert shared_runs([piece], training) == [
        SharedRun(steps=7, onsets=5, at=9, name="source", there=0, semitones=5)
    ]


def test_one_changed_note_cuts_the_run():
    changed = [*PHRASE[:3], (3, 48), PHRASE[4]]
    (run,) = shared_runs([roll_of(changed)], [roll_of(PHRASE)])
    assert (run.steps, run.onsets, run.at) == (3, 3, 0)


def test_one_note_more_in_a_chord_cuts_the_run():
    (run,) = shared_runs([roll_of([*PHRASE, (2, 50)])], [roll_of(PHRASE)])
    assert (run.steps, run.at) == (4, 3)  # what follows the changed chord


def test_another_rhythm_is_no_copy():
    stretched = [(2 * step, key) for step, key in PHRASE]
    (run,) = shared_runs([roll_of(stretched)], [roll_of(PHRASE)])
    assert (run.steps, run.onsets) == (1, 2)  # one chord alone


def test_silence_is_no_copy_and_shares_nothing():
    silent = roll_of([], steps=500)
    assert shared_runs([silent], [silent, roll_of(PHRASE)]) == [SharedRun()]
    assert shared_runs([roll_of(PHRASE)], [silent]) == [SharedRun()]


def test_the_longest_in_steps_wins_over_the_one_with_more_chords():
    many = [(0, 40), (1, 41), (2, 43), (3, 46)]
    wide = [(0, 60), (12, 65)]
    training = [roll_of(many, name="many"), roll_of(wide, name="wide")]
    (run,) = shared_runs([roll_of([*many, *moved(wide, 15)])], training)
    assert (run.name, run.steps, run.at) == ("wide", 13, 15)


def test_a_run_does_not_go_on_from_one_piece_into_the_next():
    halves = [roll_of(PHRASE[:3]), roll_of(moved(PHRASE[3:], -3))]
    (run,) = shared_runs([roll_of(PHRASE)], halves)
    assert run.steps < 7


@pytest.mark.parametrize("semitones", [-20, 0, 3])
def test_a_piece_of_the_training_music_is_a_copy_in_any_key(semitones):
    rolls = [tune(seed, steps=64) for seed in range(5)]
    piece = rolls[3].transpose(semitones)
    run = CopyingIndex(rolls).longest_shared_run(piece)
    steps = np.flatnonzero(piece.onsets.any(axis=1))
    assert run.steps == 1 + steps[-1] - steps[0]
    assert (run.onsets, run.semitones) == (piece.onsets.sum(), semitones)
    assert run.name == "tune-3"


def test_the_run_is_the_longest_that_a_search_by_hand_finds():
    generator = np.random.default_rng(4)
    plane = lambda: generator.random((60, 6)) < 0.25  # noqa: E731
    rolls = []
    for _ in range(4):
        wide = np.zeros((60, KEYS), bool)
        wide[:, 40:46] = plane()
        rolls.append(PianoRoll.from_plane(wide))
    run = CopyingIndex(rolls[1:]).longest_shared_run(rolls[0])
    assert run.steps == longest_by_hand(rolls[0].onsets, [r.onsets for r in rolls[1:]])


def longest_by_hand(piece, others):
    """Compare every stretch with every other in every key."""
    best = 0
    for other in others:
        for shift in range(-6, 7):
            shifted = np.roll(other, shift, axis=1)
            for lag in range(-len(other) + 1, len(piece)):
                best = max(best, _longest_at(piece, shifted, lag))
    return best


def _longest_at(piece, other, lag):
    """The longest stretch of equal steps from onset to onset, at one lag."""
    best, first, last = 0, None, None
    for step in range(max(0, lag), min(len(piece), lag + len(other))):
        if (piece[step] != other[step - lag]).any():
            first = None
        elif piece[step].any():
            first = step if first is None else first
            last = step
            best = max(best, last - first + 1)
    return best
