"""Pictures of corpora: what is drawn is what was counted."""

from dataclasses import replace

import numpy as np
import pytest
from support.pictures import roll_of

from deepmusician.music import PianoRoll
from deepmusician.plots import (
    chord_sizes,
    emptiness,
    grid_shifts,
    note_lengths,
    pitch_histogram,
)
from deepmusician.plots.corpus import (
    chord_size_shares,
    histogram_by_piece,
    position_shares,
    strewn,
)


@pytest.mark.parametrize(("share", "filled"), [(0.0125, 12), (0.045, 45), (0.0, 0)])
def test_a_thousand_cells_hold_as_many_notes_as_the_share_says(share, filled):
    (field,) = emptiness({"Bach": share}).axes[0].collections
    assert field.get_array().size == 1000
    assert field.get_array().sum() == filled


def test_a_fuller_field_keeps_the_cells_of_an_emptier_one():
    sparse, dense = strewn(12, 1000), strewn(45, 1000)
    assert (dense & sparse).sum() == 12


def test_positions_in_the_beat_are_shares_of_all_onsets():
    pieces = [roll_of([(0, 40), (4, 41), (6, 40)]), roll_of([(3, 50)])]
    assert position_shares(pieces).tolist() == [0.5, 0.0, 0.25, 0.25]
    assert position_shares([roll_of([])]).tolist() == [0, 0, 0, 0]


def test_lengths_are_shares_of_the_notes_and_rare_ones_stand_together():
    onsets = np.zeros((400, 88), bool)
    onsets[::4, 40] = True
    human = PianoRoll.from_plane(onsets)
    human = replace(human, onsets=human.onsets & (np.arange(400) != 8)[:, None])
    other = PianoRoll.from_plane(onsets, hold=2)
    ax = note_lengths({"Bach": [human], "network": [other]}).axes[0]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["4", "8", "other"]
    heights = [[bar.get_height() for bar in bars] for bars in ax.containers]
    assert heights[0] == pytest.approx([98 / 99, 1 / 99, 0])
    assert heights[1] == pytest.approx([0, 0, 1])
    assert ax.get_legend().get_texts()[0].get_text() == "Bach"


def test_the_pitch_histogram_counts_onsets_and_names_the_outermost_keys():
    ax = pitch_histogram([roll_of([(0, 39), (5, 39), (2, 51)])]).axes[0]
    heights = [patch.get_height() for patch in ax.patches[:88]]
    assert (heights[39], heights[51], sum(heights)) == (2, 1, 3)
    assert [text.get_text() for text in ax.texts] == ["C4", "C5"]


def test_the_spread_leaves_out_what_is_undefined_and_marks_the_median():
    ax = histogram_by_piece({"Bach": [1.0, 2.0, 9.0, np.nan]}, "steps").axes[0]
    assert sum(patch.get_height() for patch in ax.patches) == 3
    assert ax.get_title(loc="left") == "Bach (3 pieces)"
    assert [text.get_text() for text in ax.texts] == ["median 2"]


def test_every_label_and_grid_has_a_histogram_of_shares():
    figure = grid_shifts(
        {"Bach": {4: [0, 0, 0, 0.1], 1: [0.5, 0, 0, 0]}}, roles={"Bach": "human"}
    )
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["Bach, 4 per quarter", "Bach, 1 per quarter"]
    for ax in figure.axes:
        assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1.0)
        assert ax.patches[-1].get_height() == 0.75


def test_chords_are_counted_among_the_steps_with_an_onset():
    plane = np.zeros((5, 88), dtype=bool)
    plane[0, :1] = plane[1, :2] = plane[2, :2] = plane[3, :9] = True
    piece = PianoRoll.from_plane(plane)
    assert chord_size_shares([piece]).tolist() == [0.25, 0.5, 0, 0, 0, 0.25]
    silence = PianoRoll.from_plane(plane[4:])
    assert chord_size_shares([silence]).tolist() == [0] * 6
    (ax,) = chord_sizes({"human": [piece], "independent": [piece]}).axes
    heights = [[bar.get_height() for bar in bars] for bars in ax.containers]
    assert heights == [[0.25, 0.5, 0, 0, 0, 0.25]] * 2
