"""Pictures of rolls: what is painted is what the roll holds."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pictures import notes_at, patches_named, roll_of

from deepmusician.music import PianoRoll
from deepmusician.plots import (
    compare_rolls,
    draw_roll,
    exact_and_snapped,
    forced_and_free,
)
from deepmusician.plots.rolls import key_span

cells_of_notes = st.sets(st.tuples(st.integers(0, 31), st.integers(0, 87)), max_size=25)


@settings(max_examples=25)
@given(cells_of_notes)
def test_every_onset_is_painted_once_in_its_own_cell(cells):
    ax = draw_roll(roll_of(cells), span=(0, 87)).axes[0]
    painted = patches_named(ax, "onsets")
    places = [(int(x), round(y + h / 2)) for x, y, _, h in painted]
    assert sorted(places) == sorted(cells)


def test_a_held_note_is_painted_over_all_its_steps():
    ax = draw_roll(roll_of([(4, 40), (6, 40), (9, 50)], hold=3)).axes[0]
    spans = [(round(x), round(x + w)) for x, _, w, _ in patches_named(ax, "notes")]
    assert sorted(spans) == [(4, 6), (6, 9), (9, 12)]


def test_bars_are_numbered_from_one_and_every_c_is_named():
    ax = draw_roll(roll_of([(0, 27), (5, 51)], steps=48)).axes[0]
    ticks = {t.get_text(): x for t, x in zip(ax.get_xticklabels(), ax.get_xticks())}  # noqa: B905
    assert ticks == {"1": 0, "2": 16, "3": 32}
    assert [t.get_text() for t in ax.get_yticklabels()] == ["C3", "C4", "C5"]
    assert list(ax.get_yticks()) == [27, 39, 51]


def test_only_the_keys_used_are_shown_with_a_margin_and_at_least_an_octave_and_a_half():
    wide = roll_of([(0, 20), (1, 60)])
    assert key_span(wide.onsets) == (18, 62)
    assert key_span(roll_of([(0, 87)]).onsets) == (69, 87)
    assert key_span(roll_of([(0, 0), (0, 2)]).onsets) == (0, 18)
    assert key_span(roll_of([]).onsets) == (30, 48)


def test_rolls_side_by_side_share_their_axes_and_name_their_density():
    fig = compare_rolls({"Bach": roll_of([(0, 30)]), "silence": roll_of([])})
    first, second = fig.axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()
    assert [text.get_text() for text in first.texts] == ["0.03 notes per step"]
    assert [text.get_text() for text in second.texts] == [
        "0.00 notes per step",
        "silence",
    ]


def test_a_line_stands_where_the_prime_ends():
    rolls = {"Bach": roll_of([(0, 40)]), "report": roll_of([(0, 40)])}
    for ax in compare_rolls(rolls, prime=16).axes:
        (line,) = [line for line in ax.lines if line.get_gid() == "end of the prime"]
        assert list(line.get_xdata()) == [16, 16]
    assert not any(ax.lines for ax in compare_rolls(rolls).axes)


def test_probabilities_outline_exactly_the_true_onsets():
    target = roll_of([(0, 40), (3, 44)])
    ax = forced_and_free(target, np.full((32, 88), 0.01), roll_of([])).axes[1]
    outlines = [len(c.get_paths()) for c in ax.collections if c.get_zorder() == 4]
    assert outlines == [2]


def test_forced_and_free_are_three_pictures_of_the_same_steps():
    music = roll_of([(0, 40), (4, 44)])
    probabilities = np.full((32, 88), 0.02)
    pictures = forced_and_free(music, probabilities, music).axes[:3]
    assert {ax.get_xlim() for ax in pictures} == {(0.0, 32.0)}
    assert {ax.get_ylim() for ax in pictures} == {pictures[0].get_ylim()}


def test_a_figure_is_shown_once_by_its_cell_and_not_again_by_pyplot():
    plt.close("all")
    figure = draw_roll(roll_of([(0, 40)]))
    assert plt.get_fignums() == []
    assert figure.canvas.get_width_height()[0] > 0


def test_axes_from_outside_are_drawn_in_and_left_open():
    plt.close("all")
    fig, ax = plt.subplots()
    assert draw_roll(roll_of([(0, 40)]), ax=ax) is fig
    assert plt.get_fignums() == [fig.number]
    plt.close(fig)


def test_marks_stand_where_notes_begin_and_tell_which_ones_moved():
    exact = notes_at([0, 1 / 3, 1], [60, 62, 64])
    figure = exact_and_snapped(exact, PianoRoll.from_notes(exact))
    on_grid, between = figure.axes[0].lines[:2]
    assert on_grid.get_xdata().tolist() == [0, 4]
    assert between.get_xdata().tolist() == pytest.approx([4 / 3])
