"""The composer that follows rules keeps them, whatever the dice say."""

from itertools import pairwise

import numpy as np
import pytest

from deepmusician.baselines import compose_by_rules
from deepmusician.baselines.rules import FOLLOWERS, LEAP
from deepmusician.music import PITCH_LOW

SEEDS = range(12)
TRIADS = {  # in C major, by pitch class
    *(frozenset({0, 4, 7}), frozenset({2, 5, 9}), frozenset({5, 9, 0})),
    *(frozenset({7, 11, 2}), frozenset({9, 0, 4})),
}


def classes(row) -> frozenset[int]:
    """Return the pitch classes that are struck in a step."""
    return frozenset(((np.flatnonzero(row) + PITCH_LOW) % 12).tolist())


def top_notes(roll) -> list[int]:
    """Return the highest pitch of every quarter that has one."""
    beats = roll.onsets[::4]
    return [int(np.flatnonzero(row)[-1]) + PITCH_LOW for row in beats if row.any()]


def test_a_seed_fixes_the_piece_and_another_seed_changes_it():
    first, again, other = (compose_by_rules(128, seed) for seed in (4, 4, 5))
    assert first == again != other


@pytest.mark.parametrize("steps", [0, 1, 7, 8, 16, 30, 128])
def test_a_piece_is_as_long_as_asked(steps):
    assert len(compose_by_rules(steps)) == steps


def test_every_beat_has_a_triad_in_root_position_and_no_note_leaves_c_major():
    for seed in SEEDS:
        onsets = compose_by_rules(128, seed).onsets
        assert classes(onsets.any(axis=0)) <= {0, 2, 4, 5, 7, 9, 11}
        for row in onsets[:-4:4]:
            bass = int(np.flatnonzero(row)[0] + PITCH_LOW) % 12
            assert (harmony := classes(row)) in TRIADS
            assert {(bass + third) % 12 for third in (3, 4)} & harmony
            assert (bass + 7) % 12 in harmony


def test_a_chord_is_followed_by_one_that_may_follow_and_the_end_is_a_cadence():
    scale = {0: 0, 2: 1, 4: 2, 5: 3, 7: 4, 9: 5, 11: 6}
    for seed in SEEDS:
        halves = compose_by_rules(128, seed).onsets[::8]
        bass = [int(np.flatnonzero(row)[0] + PITCH_LOW) % 12 for row in halves]
        degrees = [scale[pitch] for pitch in bass]
        assert degrees[0] == 0
        assert degrees[-2:] == [4, 0]
        for one, other in pairwise(degrees[:-2]):
            assert other in FOLLOWERS[one]


def test_the_melody_never_leaps_far_and_ends_on_the_tonic():
    fifth = 7  # semitones: from the highest note home
    for seed in SEEDS:
        notes = top_notes(compose_by_rules(128, seed))
        assert notes[-1] % 12 == 0
        assert min(abs(np.diff(notes[:-1]))) > 0
        assert max(abs(np.diff(notes[:-1]))) <= LEAP * 2
        assert abs(notes[-1] - notes[-2]) <= fifth


def test_the_last_chord_is_struck_once_and_the_rest_is_held():
    roll = compose_by_rules(64, seed=3)
    assert roll.onsets[56].sum() >= 3
    assert not roll.onsets[57:].any()


def test_the_notes_between_the_beats_fill_a_third():
    for seed in SEEDS:
        onsets = compose_by_rules(128, seed).onsets
        assert not onsets[1::2].any()
        for step in np.flatnonzero(onsets[2::4].any(axis=1)) * 4 + 2:
            before, note, after = (
                int(np.flatnonzero(onsets[at])[-1]) for at in (step - 2, step, step + 2)
            )
            assert min(before, after) < note < max(before, after)
            assert abs(after - before) in (3, 4)
