"""The windows of tokens: the music of the rolls' windows, token by token."""

import numpy as np
import pytest
import torch
from support.rolls import busy_pieces

from deepmusician.corpora import (
    TokenWindows,
    Windows,
    token_shares,
)
from deepmusician.music import (
    KEYS,
    PianoRoll,
    TokenReader,
    Vocabulary,
    known_cells,
)

WORDS = Vocabulary()


def windows_in(batches):
    """Every window without what it was filled up with."""
    for batch in batches:
        for *tokens, cells, steps in zip(*batch, strict=True):
            real = tokens[2]
            yield *(each[real] for each in tokens), cells[:steps], int(steps)


def test_a_scored_piece_is_what_a_reader_reads():
    rolls = busy_pieces(60, 24, 41)
    windows = TokenWindows(rolls, target=8)
    pieces = list(windows_in(windows.in_order(batch=2)))
    for roll, piece in zip(sorted(rolls, key=len), pieces, strict=True):
        inputs, target, _, allowed, places, cells, steps = piece
        assert steps == len(roll)
        assert WORDS.decode(target.tolist(), steps) == roll
        assert inputs.tolist() == [WORDS.start, *target[:-1].tolist()]
        assert np.array_equal(cells, known_cells(roll.onsets, roll.sounding))
        reader = TokenReader(WORDS, steps)
        for token, may, place in zip(target, allowed, places, strict=True):
            assert place == reader.step
            assert np.array_equal(may, reader.allowed())
            reader.read(int(token))


def test_long_pieces_are_scored_few_at_a_time(monkeypatch):
    monkeypatch.setattr("deepmusician.corpora.token_windows.MOST_STEPS", 90)
    windows = TokenWindows(busy_pieces(60, 24, 41, 100))
    assert [len(batch.steps) for batch in windows.in_order()] == [2, 1, 1]


def test_drawn_windows_are_those_of_rolls_in_another_order():
    rolls = busy_pieces(60, 24, 41, 50)
    options = {"count": 40, "batch": 8, "seed": (3, 1)}
    of_rolls = Windows(rolls, "both", context=4, target=16).draw(**options)
    onsets = sorted(
        window[: int(mask.sum()), ::2].numpy().tobytes()
        for batch in of_rolls
        for window, mask in zip(batch.target, batch.mask, strict=True)
    )
    found = []
    for _, target, _, _, places, _, steps in windows_in(
        TokenWindows(rolls, target=16).draw(**options)
    ):
        plane = np.zeros((steps, KEYS), np.float32)
        is_pitch = (target >= WORDS.longest) & (target < WORDS.pitches.stop)
        plane[places[is_pitch], target[is_pitch] - WORDS.longest] = 1
        found.append(plane.tobytes())
    assert sorted(found) == onsets


def test_a_transposed_window_is_that_of_the_transposed_piece():
    roll = busy_pieces(40, share=0.01)[0]
    quiet = np.ones(KEYS, bool)
    quiet[:5] = quiet[-5:] = False
    roll = PianoRoll(roll.onsets & quiet, roll.sounding & quiet)
    lengths = set()
    for seed in range(12):
        drawn = TokenWindows([roll], target=99).draw(1, 1, (seed,), opening=1)
        _, target, _, allowed, _, cells, _ = next(windows_in(drawn))
        again = WORDS.decode(target.tolist(), 40)
        moved = int(np.flatnonzero(again.onsets.any(0))[0])
        shift = moved - int(np.flatnonzero(roll.onsets.any(0))[0])
        lengths.add(shift)
        other = roll.transpose(shift)
        assert again == other
        assert np.array_equal(cells, known_cells(other.onsets, other.sounding))
        (whole,) = TokenWindows([other]).in_order()
        assert torch.equal(whole.allowed[0], allowed)
    assert len(lengths) > 4


def test_a_window_after_the_last_token_begins_at_it():
    onsets = np.zeros((30, KEYS), bool)
    onsets[0, 40] = True
    roll = PianoRoll.from_plane(onsets, hold=1)
    for batch in TokenWindows([roll], target=4).draw(20, 4, (0,), opening=0):
        assert batch.mask.any(dim=1).all()


def test_shares_are_of_the_places_where_a_token_may_come():
    roll = PianoRoll.from_plane(np.eye(8, KEYS, 40, bool), hold=1)
    shares = token_shares(TokenWindows([roll]).in_order())
    # Shift 1 comes after each of eight durations, and might have begun the piece; the
    # duration 1 comes wherever one may.
    assert shares[0] == pytest.approx(8.5 / 10)
    assert shares[WORDS.pitches.stop] == pytest.approx(8.5 / 9)
    assert shares[WORDS.longest + 40] == pytest.approx(1.5 / 9)


def test_no_music_is_refused():
    with pytest.raises(ValueError, match="no music"):
        TokenWindows([PianoRoll.from_plane(np.zeros((0, KEYS), bool))])
