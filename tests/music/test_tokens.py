"""Rolls as tokens: nothing is lost, and there is one way to write each."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rolls import notes_in_quarters, roll_of_notes

from deepmusician.music import KEYS, PianoRoll, TokenReader, Vocabulary

WORDS = Vocabulary()


def sequences(words, length):
    """Every sequence that a reader lets pass, with the reader that has read it."""
    waiting = [()]
    while waiting:
        tokens = waiting.pop()
        reader = TokenReader(words, length)
        for token in tokens:
            reader.read(token)
        if reader.is_over:
            yield tokens, reader
        waiting += [(*tokens, int(token)) for token in np.flatnonzero(reader.allowed())]


def rolls_of(keys, length):
    """Every roll of a small keyboard, as the bytes of its two planes."""
    for states in product(range(3), repeat=keys * length):
        cells = np.array(states).reshape(length, keys)  # silent, onset, held
        before = np.vstack([np.zeros((1, keys), int), cells[:-1]])
        if not ((cells == 2) & (before == 0)).any():
            yield (cells == 1).tobytes(), (cells > 0).tobytes()


@pytest.mark.parametrize(
    ("keys", "longest", "length"), [(2, 2, 3), (1, 3, 5), (2, 16, 3), (1, 1, 4)]
)
def test_every_roll_has_one_sequence_and_every_sequence_is_a_roll(
    keys, longest, length
):
    found = [
        (reader.onsets.tobytes(), reader.sounding.tobytes())
        for _, reader in sequences(Vocabulary(keys, longest), length)
    ]
    assert len(found) == len(set(found))
    assert set(found) == set(rolls_of(keys, length))


@given(notes_in_quarters)
def test_tokens_give_the_roll_back(notes):
    roll = roll_of_notes(*notes)
    tokens = WORDS.encode(roll)
    again = WORDS.decode(tokens, len(roll), steps_per_quarter=roll.steps_per_quarter)
    assert np.array_equal(again.onsets, roll.onsets)
    assert np.array_equal(again.sounding, roll.sounding)


def test_a_chord_and_a_long_rest_read_as_they_are_written():
    onsets = np.zeros((40, KEYS), dtype=bool)
    onsets[2, [39, 43]] = True
    sounding = onsets.copy()
    sounding[2:22, 39] = sounding[2:6, 43] = True
    tokens = WORDS.encode(PianoRoll(onsets, sounding))
    assert [WORDS.name(token) for token in tokens] == [
        *("shift 2", "pitch 60", "duration 16", "duration 4", "pitch 64", "duration 4"),
        *("shift 16", "shift 16", "shift 6"),
    ]
    assert WORDS.name(WORDS.start) == ""


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("duration 2",), "step 0: duration 2 cannot come here"),
        (("shift 2", "shift 2"), "step 2: shift 2 cannot come here"),
        (("pitch 60", "pitch 64"), "step 0: pitch 64 cannot come here"),
        (("pitch 60", "duration 2", "pitch 50"), "step 0: pitch 50 cannot come here"),
        (
            ("pitch 60", "duration 2", "shift 1", "pitch 60"),
            "step 1: pitch 60 cannot come here",
        ),
        (("pitch 60", "duration 9"), "step 0: duration 9 cannot come here"),
        (("shift 9",), "step 0: shift 9 cannot come here"),
        (("pitch 60", "duration 8"), "the tokens end at step 0 of 8"),
    ],
)
def test_what_cannot_follow_is_refused_by_name(names, why):
    numbers = {WORDS.name(token): token for token in range(WORDS.size)}
    with pytest.raises(ValueError, match=why):
        WORDS.decode([numbers[name] for name in names], 8)


@given(st.integers(-5, 500))
def test_numbers_that_are_no_tokens_are_refused(token):
    reader = TokenReader(WORDS, 4)
    if not (0 <= token < WORDS.size and reader.allowed()[token]):
        with pytest.raises(ValueError, match="cannot come here"):
            reader.read(token)
