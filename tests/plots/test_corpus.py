"""Pictures of corpora: what is drawn is what was counted."""

import numpy as np
import pytest
from support.pictures import patches_named, roll_of

from deepmusician.plots import emptiness, grid_shifts, pitch_histogram
from deepmusician.plots.corpus import histogram_by_piece, position_shares, strewn


@pytest.mark.parametrize(("share", "filled"), [(0.0125, 12), (0.045, 45), (0.0, 0)])
def test_a_thousand_cells_hold_as_many_notes_as_the_share_says(share, filled):
    ax = emptiness({"Bach": share}).axes[0]
    assert len(patches_named(ax, "filled")) == filled
    assert len(patches_named(ax, "empty")) == 1000 - filled


def test_a_fuller_field_keeps_the_cells_of_an_emptier_one():
    sparse, dense = strewn(12, 1000), strewn(45, 1000)
    assert (dense & sparse).sum() == 12


def test_positions_in_the_beat_are_shares_of_all_onsets():
    pieces = [roll_of([(0, 40), (4, 41), (6, 40)]), roll_of([(3, 50)])]
    assert position_shares(pieces).tolist() == [0.5, 0.0, 0.25, 0.25]
    assert position_shares([roll_of([])]).tolist() == [0, 0, 0, 0]


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
