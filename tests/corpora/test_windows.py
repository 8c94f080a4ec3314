"""The windows that training and scoring cut out of pieces."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rolls import plane_of

from deepmusician.corpora import Windows, key_density
from deepmusician.music import KEYS, PianoRoll


def roll_of(keys: list[int], name: str = "") -> PianoRoll:
    """One onset per step, of the given keys; -1 is an empty step."""
    cells = [(step, key) for step, key in enumerate(keys) if key >= 0]
    plane = plane_of(len(keys), *cells)
    return PianoRoll.from_plane(plane, "onsets", hold=1, name=name)


def keys_of(music: torch.Tensor) -> list[int]:
    """The key that begins at every step, -1 for an empty step."""
    return [int(step.argmax()) if step.any() else -1 for step in music]


def all_windows(batches) -> list:
    return [window for batch in batches for window in zip(*batch, strict=True)]


def test_scoring_windows_hold_the_true_context_and_mark_the_padding():
    windows = Windows([roll_of([10, 11, 12, 13, 14])], context=2, target=3)
    (batch,) = windows.in_order(batch=8)
    assert [keys_of(music) for music in batch.context] == [[-1, -1], [11, 12]]
    assert [keys_of(music) for music in batch.target] == [[10, 11, 12], [13, 14, -1]]
    assert batch.mask.tolist() == [[True, True, True], [True, True, False]]
    assert batch.context.dtype == torch.float32


@settings(max_examples=50)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=5), st.integers(1, 9))
def test_scoring_windows_show_every_step_exactly_once(lengths, target):
    pieces = [roll_of([20 + i] * length) for i, length in enumerate(lengths)]
    windows = Windows(pieces, context=3, target=target)
    scored = [
        key
        for _, music, mask in all_windows(windows.in_order(batch=2))
        for key in keys_of(music[mask])
    ]
    assert scored == [20 + i for i, n in enumerate(lengths) for _ in range(n)]
    assert windows.lengths.sum() == sum(lengths)


def test_no_window_sees_two_pieces():
    pieces = [roll_of([30 + i] * 7) for i in range(3)]
    windows = Windows(pieces, context=6, target=4)
    for context, music, _ in all_windows(windows.draw(300, 50, (0,), transpose=0)):
        assert len({*keys_of(context), *keys_of(music)} - {-1}) == 1


def test_the_same_seed_draws_the_same_windows_and_another_epoch_others():
    windows = Windows([roll_of(list(range(20, 60)))], context=4, target=4)
    first, again, other = (
        torch.cat([batch.target for batch in windows.draw(40, 16, seed)])
        for seed in [(7, 0), (7, 0), (7, 1)]
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_batch_size_does_not_change_which_windows_are_drawn():
    windows = Windows([roll_of(list(range(20, 60)))], context=4, target=4)
    by_one, by_seven = (
        torch.cat([batch.target for batch in windows.draw(15, size, (3, 2))])
        for size in (1, 7)
    )
    assert torch.equal(by_one, by_seven)


def test_pieces_are_drawn_in_proportion_to_their_lengths():
    windows = Windows([roll_of([5] * 30), roll_of([80] * 90)], context=2, target=2)
    drawn = all_windows(windows.draw(4000, 500, (1,), transpose=0))
    share = np.mean([keys_of(music)[0] == 80 for _, music, _ in drawn])
    assert share == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize("opening", [0.0, 0.25, 1.0])
def test_the_share_of_opening_windows_is_as_asked(opening):
    windows = Windows([roll_of(list(range(80)))], context=4, target=4)
    drawn = all_windows(windows.draw(4000, 500, (1,), opening=opening, transpose=0))
    openings = [keys_of(music)[0] == 0 for _, music, _ in drawn]
    assert np.mean(openings) == pytest.approx(opening + (1 - opening) / 80, abs=0.03)
    assert all(
        not context.any()
        for (context, _, _), first in zip(drawn, openings, strict=True)
        if first
    )


def test_every_step_of_a_piece_can_begin_a_target():
    windows = Windows([roll_of(list(range(30, 50)))], context=4, target=4)
    drawn = all_windows(windows.draw(1000, 100, (0,), transpose=0))
    assert {keys_of(music)[0] for _, music, _ in drawn} == set(range(30, 50))


def test_transposition_moves_a_window_as_one_and_by_at_most_five_semitones():
    windows = Windows([roll_of([40, 44, 47, 52])], context=4, target=4)
    drawn = all_windows(windows.draw(500, 50, (0,), opening=1.0))
    chords = {tuple(keys_of(music)) for _, music, _ in drawn}
    assert chords == {
        tuple(key + shift for key in (40, 44, 47, 52)) for shift in range(-5, 6)
    }


def test_transposition_never_pushes_a_note_off_the_keyboard():
    windows = Windows([roll_of([1, 40, 87])], context=2, target=3)
    drawn = all_windows(windows.draw(200, 50, (0,), opening=1.0))
    assert {tuple(keys_of(music)) for _, music, _ in drawn} == {
        (1, 40, 87),
        (0, 39, 86),
    }


def test_context_and_target_move_together():
    windows = Windows([roll_of(list(range(20, 40)))], context=3, target=3)
    for context, music, mask in all_windows(windows.draw(200, 50, (4,), opening=0)):
        keys = [key for key in keys_of(context) + keys_of(music[mask]) if key >= 0]
        assert np.diff(keys).tolist() == [1] * (len(keys) - 1)


def test_the_plane_asked_for_is_the_one_cut():
    held = PianoRoll.from_plane(plane_of(2, (0, 9)), "onsets", hold=2)
    for plane, keys in {"onsets": [9, -1], "sounding": [9, 9]}.items():
        (batch,) = Windows([held], plane, context=2, target=2).in_order()
        assert keys_of(batch.target[0]) == keys


def test_empty_pieces_are_left_out_and_nothing_but_empty_pieces_is_an_error():
    empty = PianoRoll.from_plane(np.zeros((0, KEYS), bool))
    assert Windows([empty, roll_of([3])]).lengths.tolist() == [1]
    with pytest.raises(ValueError, match="every piece is empty"):
        Windows([empty])


def held_roll(key: int, steps: int, held: int) -> PianoRoll:
    """A key struck every `held` + 1 steps, and held until the last but one."""
    onsets = plane_of(steps, *((at, key) for at in range(0, steps, held + 1)))
    return PianoRoll.from_plane(onsets, "onsets", hold=held)


def test_windows_of_both_planes_move_onsets_and_holds_together():
    roll = held_roll(40, 30, 2)
    windows = Windows([roll], "both", context=4, target=6)
    seen = set()
    for context, target, _ in all_windows(windows.draw(60, 20, (0,))):
        music = torch.cat([context, target])
        keys = music.nonzero()[:, 1].div(2, rounding_mode="floor").unique()
        (key,) = keys.tolist()
        seen.add(key)
        cells = roll.transpose(key - 40).plane("both")
        steps = [music.tolist() == part.tolist() for part in padded(cells, 4, 10)]
        assert any(steps)
    assert len(seen) > 5


def padded(cells, silence, steps):
    """Every stretch of so many steps of a piece between silences."""
    gap = np.zeros((steps, cells.shape[1]), bool)
    music = np.concatenate([gap[:silence], cells, gap]).astype(float)
    return [music[at : at + steps] for at in range(len(cells))]


def test_the_step_before_the_first_is_the_contexts_last():
    windows = Windows([held_roll(40, 30, 2)], "both", context=4, target=6)
    batch = next(iter(windows.in_order()))
    assert torch.equal(batch.before[:, 0], batch.context[:, -1])
    assert torch.equal(batch.before[:, 1:], batch.target[:, :-1])


def test_the_share_of_holds_is_of_the_steps_in_which_they_are_possible():
    roll = held_roll(40, 3000, 2)  # of three steps: struck, held, silent
    windows = Windows([roll], "both", context=6, target=6)
    density = key_density(windows.in_order(), is_both=True)
    assert density[80].item() == pytest.approx(1 / 3, rel=1e-2)
    assert density[81].item() == pytest.approx(1 / 2, rel=1e-2)
