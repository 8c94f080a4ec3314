"""Screening: copies, sparse, short and repeated excerpts are left out."""

import numpy as np
import pytest
from support.tunes_to_judge import chance_tunes, quoting

from deepmusician.evaluation import CopyingIndex, SharedRun
from deepmusician.listeners import screen
from deepmusician.listeners.excerpts import copy_limit
from deepmusician.music import KEYS, PianoRoll

TRAINING = chance_tunes(6, seed=1, name="trained")
HUMAN = chance_tunes(12, seed=2, name="held out")


def screened(machine, human=HUMAN):
    return screen({"human": {"Bach": human}, "model": {"network": machine}}, TRAINING)


def faults(screening, part="model"):
    return [each.fault for each in screening.excerpts if each.part == part]


def test_a_copy_is_found_in_any_key_and_from_any_place():
    copy = TRAINING[3]
    moved = [copy, copy.transpose(5), quoting(copy, steps=64, seed=8, at=40)]
    assert faults(screened(moved)) == ["a copy"] * 3


def test_no_fit_excerpt_of_a_machine_shares_more_than_the_limit():
    quotes = [quoting(TRAINING[0], steps, seed=steps) for steps in range(4, 80, 8)]
    screening = screened(quotes)
    index = CopyingIndex(TRAINING)
    shared = [
        index.longest_shared_run(each.roll).steps for each in screening.fit("model")
    ]
    assert shared
    assert max(shared) <= screening.limit
    assert len(shared) < len(quotes)


def test_a_machine_may_share_as_much_as_the_held_out_pieces_do():
    human = [quoting(TRAINING[n % 6], 24, seed=50 + n) for n in range(12)]
    screening = screened([quoting(TRAINING[0], 20, seed=90)], human)
    assert screening.limit == 21  # six chords: from the first onset to the sixth
    assert faults(screening) == [""]
    assert faults(screened([quoting(TRAINING[0], 20, seed=90)])) == ["a copy"]


def test_one_human_piece_in_twenty_does_not_set_the_limit():
    runs = [SharedRun(steps=5)] * 39 + [SharedRun(steps=90)]
    assert copy_limit(runs) == 5


def test_twins_of_training_pieces_among_the_human_ones_let_no_copy_pass():
    assert copy_limit([SharedRun(steps=128)] * 10) == 32
    assert copy_limit([SharedRun(steps=30)] * 10, steps=64) == 16


def test_without_human_pieces_there_is_no_limit():
    with pytest.raises(ValueError, match="no limit"):
        screen({"model": {"network": HUMAN}}, TRAINING)


def test_silent_sparse_and_short_excerpts_are_left_out_whoever_wrote_them():
    sparse = np.zeros((128, KEYS), bool)
    sparse[::16, 40] = sparse[8::16, 47] = True  # two notes a bar are enough
    enough = PianoRoll.from_plane(sparse)
    sparse[0] = False
    machine = [
        PianoRoll.from_plane(np.zeros((128, KEYS), bool)),
        PianoRoll.from_plane(sparse),
        enough,
        HUMAN[0][:127],
    ]
    screening = screened(machine)
    assert faults(screening) == ["nearly empty", "nearly empty", "", "too short"]
    human = [*HUMAN, machine[0]]
    assert faults(screened([enough], human), "human")[-1] == "nearly empty"


def test_the_same_excerpt_is_fit_once():
    piece = chance_tunes(1, seed=7)[0]
    longer = chance_tunes(1, seed=7, steps=128)[0]
    assert faults(screened([piece, longer])) == ["", "as another"]


def test_excerpts_are_the_first_eight_bars_with_the_lengths_of_their_notes():
    whole = chance_tunes(1, seed=5, steps=200)[0]
    short = PianoRoll.from_plane(whole.onsets, hold=2, tempo=77.0, name="short")
    (excerpt,) = screened([short]).fit("model")
    assert excerpt.roll == PianoRoll.from_plane(whole.onsets[:128], hold=2)
    assert (excerpt.composer, excerpt.name) == ("network", "piece 1")


def test_human_pieces_have_their_own_names_and_ids_tell_nothing():
    screening = screened(chance_tunes(3, seed=9))
    assert [each.name for each in screening.fit("human")] == [
        roll.name for roll in HUMAN
    ]
    ids = [each.id for each in screening.excerpts]
    assert len(set(ids)) == len(ids)
    assert all(set(each) <= set("0123456789abcdef") for each in ids)


def test_a_trained_piece_is_refused_as_human_by_name_and_by_music():
    named = chance_tunes(1, seed=3)[0]
    named = PianoRoll(named.onsets, named.sounding, name="trained 2")
    nameless = PianoRoll.from_plane(TRAINING[1].onsets)
    for known in (named, nameless):
        with pytest.raises(ValueError, match="held-out"):
            screened([], [*HUMAN, known])


def test_the_table_counts_what_was_left_out_and_why():
    machine = [*chance_tunes(3, seed=4), TRAINING[0], HUMAN[0][:50]]
    table = screened(machine).table()
    row = table.loc["network"]
    assert (row["offered"], row["fit"]) == (5, 3)
    assert (row["a copy"], row["too short"], row["nearly empty"]) == (1, 1, 0)
    assert row["shared steps, longest"] > 100
    assert table.loc["Bach", "fit"] == len(HUMAN)


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="parts are"):
        screen({"human": {"Bach": HUMAN}, "robots": {}}, TRAINING)
