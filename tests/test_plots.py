"""Figures: what is painted is what the numbers say."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepmusician import metrics, plots
from deepmusician.pianoroll import PianoRoll
from deepmusician.plots import corpus, hidden, learning, rolls, scores, sound

touches = st.sets(st.tuples(st.integers(0, 31), st.integers(0, 87)), max_size=25)


def roll_of(cells, steps=32, hold=3):
    plane = np.zeros((steps, 88), bool)
    for step, key in cells:
        plane[step, key] = True
    return PianoRoll.from_plane(plane, hold=hold)


def patches_named(ax, name):
    """Return left, bottom, width and height of the patches of a named collection."""
    (collection,) = [c for c in ax.collections if c.get_gid() == name]
    boxes = [path.get_extents() for path in collection.get_paths()]
    return [(box.x0, box.y0, box.width, box.height) for box in boxes]


def history(valid, free=None):
    epochs = np.arange(1, len(valid) + 1)
    free = [float("nan")] * len(valid) if free is None else free
    return pd.DataFrame(
        {"epoch": epochs, "seconds": 7.0 * epochs, "train_nll": valid}
        | {"valid_nll": valid, "free_density": free}
    )


def line_named(ax, name):
    (line,) = [line for line in ax.lines if line.get_gid() == name]
    return line


@settings(max_examples=25, deadline=None)
@given(touches)
def test_every_touch_is_painted_once_in_its_own_cell(cells):
    ax = plots.draw_roll(roll_of(cells), span=(0, 87)).axes[0]
    painted = patches_named(ax, "touches")
    places = [(int(x), round(y + h / 2)) for x, y, _, h in painted]
    assert sorted(places) == sorted(cells)


def test_a_held_note_is_painted_over_all_its_steps():
    ax = plots.draw_roll(roll_of([(4, 40), (6, 40), (9, 50)], hold=3)).axes[0]
    spans = [(round(x), round(x + w)) for x, _, w, _ in patches_named(ax, "notes")]
    assert sorted(spans) == [(4, 6), (6, 9), (9, 12)]


def test_bars_are_numbered_from_one_and_every_c_is_named():
    ax = plots.draw_roll(roll_of([(0, 27), (5, 51)], steps=48)).axes[0]
    ticks = {t.get_text(): x for t, x in zip(ax.get_xticklabels(), ax.get_xticks())}  # noqa: B905
    assert ticks == {"1": 0, "2": 16, "3": 32}
    assert [t.get_text() for t in ax.get_yticklabels()] == ["C3", "C4", "C5"]
    assert list(ax.get_yticks()) == [27, 39, 51]


def test_rolls_side_by_side_share_their_axes_and_name_their_density():
    fig = plots.compare_rolls({"Bach": roll_of([(0, 30)]), "silence": roll_of([])})
    first, second = fig.axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()
    assert [text.get_text() for text in first.texts] == ["0.03 touches a step"]
    assert [text.get_text() for text in second.texts] == [
        "0.00 touches a step",
        "silence",
    ]


def test_chances_outline_exactly_the_true_touches():
    target = roll_of([(0, 40), (3, 44)])
    ax = plots.draw_chances(np.full((32, 88), 0.01), target).axes[0]
    outlines = [len(c.get_paths()) for c in ax.collections if c.get_zorder() == 4]
    assert outlines == [2]


def test_a_figure_is_shown_once_by_its_cell_and_not_again_by_pyplot():
    plt.close("all")
    figure = plots.draw_roll(roll_of([(0, 40)]))
    assert plt.get_fignums() == []
    assert figure.canvas.get_width_height()[0] > 0


def test_axes_from_outside_are_drawn_in_and_left_open():
    plt.close("all")
    fig, ax = plt.subplots()
    assert plots.draw_roll(roll_of([(0, 40)]), ax=ax) is fig
    assert plt.get_fignums() == [fig.number]
    plt.close(fig)


@pytest.mark.parametrize(("against", "x"), [("epoch", 3), ("seconds", 21.0)])
def test_the_best_epoch_is_marked_where_validation_is_lowest(against, x):
    fig = plots.training_history(history([4.0, 3.0, 2.5, 2.7]), against=against)
    mark = line_named(fig.axes[0], "best epoch")
    assert mark.get_xydata().tolist() == [[x, 2.5]]
    assert "best: 2.50" in [text.get_text() for text in fig.axes[0].texts]


def test_finite_baselines_are_levels_and_free_running_has_its_band():
    run = history([4.0, 3.0], free=[float("nan"), 0.9])
    levels = {"silence": float("inf"), "note 1-gram": 4.9}
    top, bottom = plots.training_history(run, levels, density=1.2).axes
    assert set(line_named(top, "note 1-gram").get_ydata()) == {4.9}
    assert not [line for line in top.lines if line.get_gid() == "silence"]
    (band,) = bottom.patches
    assert band.get_y() == pytest.approx(0.9)
    assert band.get_height() == pytest.approx(0.6)
    assert bottom.lines[-1].get_xydata().tolist() == [[2.0, 0.9]]


def test_without_free_running_there_is_no_second_picture():
    assert len(plots.training_history(history([2.0, 1.0]), density=1.1).axes) == 1


@given(st.lists(st.floats(0, 10), min_size=1, max_size=8), st.floats(0.05, 1))
def test_names_of_levels_keep_their_order_and_their_distance(values, gap):
    places = learning.spaced(sorted(values), gap)
    assert len(places) == len(values)
    assert (np.diff(places) >= gap - 1e-9).all()
    assert places.mean() == pytest.approx(np.mean(values))


def test_names_that_do_not_collide_stay_on_their_levels():
    assert learning.spaced([1.0, 2.0, 3.0], 0.5).tolist() == [1.0, 2.0, 3.0]


def test_gamma_zero_is_cross_entropy_and_gamma_weighs_easy_notes_down():
    chance = np.array([0.1, 0.5, 0.9])
    loss, gradient = learning.loss_of_a_note(chance, gamma=0)
    np.testing.assert_allclose(loss, -np.log(chance))
    np.testing.assert_allclose(gradient, 1 - chance)
    focal, _ = learning.loss_of_a_note(chance, gamma=2)
    np.testing.assert_allclose(focal / loss, (1 - chance) ** 2)


def test_likelihoods_stand_in_order_and_an_infinite_one_leaves_the_page():
    ax = plots.nll_bars({"a": 3.0, "silence": float("inf"), "b": 2.0}).axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["b", "a", "silence"]
    assert [t.get_text() for t in ax.texts] == ["2.00", "3.00", "∞"]
    assert ax.patches[2].get_width() > 3.0


def test_the_marker_stands_where_the_threshold_flags_cells():
    target = np.array([[1, 0, 1, 1, 0, 0]], bool)
    chances = np.array([[0.9, 0.8, 0.6, 0.3, 0.2, 0.1]])
    curve = metrics.precision_recall_curve(chances, target)
    assert scores.point_at(curve, 0.5) == pytest.approx((2 / 3, 2 / 3))
    assert scores.point_at(curve, 0.95) is None
    ax = plots.precision_recall({"model": curve}, chance=0.5).axes[0]
    mark = line_named(ax, "threshold of model")
    assert mark.get_xydata()[0] == pytest.approx((2 / 3, 2 / 3))


def test_a_sweep_measures_density_and_f1_at_every_threshold():
    target = np.array([[1, 0], [0, 1]], bool)
    chances = np.array([[0.9, 0.6], [0.2, 0.4]])
    densities, f1s = scores.sweep(chances, target, np.array([0.1, 0.5, 0.95]))
    assert densities.tolist() == [2.0, 1.0, 0.0]
    assert f1s == pytest.approx([4 / 6, 2 / 4, 0.0])


def test_an_interval_covers_its_mean_and_shrinks_with_more_pieces():
    few, many = np.arange(4.0), np.tile(np.arange(4.0), 100)
    mean, low, high = scores.mean_interval(np.append(few, np.nan))
    assert low < mean == 1.5 < high
    _, closer, _ = scores.mean_interval(many)
    assert low < closer < mean
    assert scores.mean_interval([2.0, 2.0]) == (2.0, 2.0, 2.0)
    assert np.isnan(scores.mean_interval([np.nan])).all()


def test_a_measure_that_silence_lacks_is_said_to_be_undefined():
    pieces = {"Bach": [roll_of([(0, 40), (4, 44)])], "silence": [roll_of([])]}
    ax = plots.music_measures(pieces, measures=["scale consistency"]).axes[0]
    assert [text.get_text() for text in ax.texts] == ["undefined"]
    assert ax.get_title(loc="left") == "scale consistency"


@pytest.mark.parametrize(("share", "filled"), [(0.0125, 12), (0.045, 45), (0.0, 0)])
def test_a_thousand_cells_hold_as_many_notes_as_the_share_says(share, filled):
    ax = plots.emptiness({"Bach": share}).axes[0]
    assert len(patches_named(ax, "filled")) == filled
    assert len(patches_named(ax, "empty")) == 1000 - filled


def test_a_fuller_field_keeps_the_cells_of_an_emptier_one():
    sparse, dense = corpus.strewn(12, 1000), corpus.strewn(45, 1000)
    assert (dense & sparse).sum() == 12


def test_positions_in_the_beat_are_shares_of_all_touches():
    pieces = [roll_of([(0, 40), (4, 41), (6, 40)]), roll_of([(3, 50)])]
    assert corpus.position_shares(pieces).tolist() == [0.5, 0.0, 0.25, 0.25]
    assert corpus.position_shares([roll_of([])]).tolist() == [0, 0, 0, 0]


def test_the_pitch_histogram_counts_touches_and_names_the_outermost_keys():
    ax = plots.pitch_histogram([roll_of([(0, 39), (5, 39), (2, 51)])]).axes[0]
    heights = [patch.get_height() for patch in ax.patches[:88]]
    assert (heights[39], heights[51], sum(heights)) == (2, 1, 3)
    assert [text.get_text() for text in ax.texts] == ["C4", "C5"]


def test_the_spread_leaves_out_what_is_undefined_and_marks_the_median():
    ax = plots.spread({"Bach": [1.0, 2.0, 9.0, np.nan]}, "steps").axes[0]
    assert sum(patch.get_height() for patch in ax.patches) == 3
    assert ax.get_title(loc="left") == "Bach (3 pieces)"
    assert [text.get_text() for text in ax.texts] == ["median 2"]


def test_the_grid_error_curve_falls_past_each_distance():
    ax = plots.grid_errors({"Bach": [0.0, -0.05, 0.1, 0.0]}).axes[0]
    curve = ax.lines[0].get_xydata().tolist()
    assert curve == [[0, 1], [0, 0.75], [0, 0.5], [0.05, 0.25], [0.1, 0.0]]


def test_an_envelope_keeps_the_loudest_sample_of_every_column():
    samples = np.zeros(1000)
    samples[[120, 777]] = 0.9, -0.7
    low, high = sound.envelope(samples, 10)
    assert high.tolist() == [0, 0.9, 0, 0, 0, 0, 0, 0, 0, 0]
    assert low.tolist() == [0, 0, 0, 0, 0, 0, 0, -0.7, 0, 0]
    assert len(plots.waveform(samples, zoom=(0.0, 0.01)).axes) == 2


def test_states_on_a_line_have_one_component_and_like_units_stand_together():
    steps = np.linspace(-1, 1, 9)
    line = np.outer(steps, [3.0, 4.0])
    places, shares = hidden.principal_components(line)
    assert shares == pytest.approx([1.0, 0.0])
    assert np.ptp(places[:, 0]) == pytest.approx(10.0)
    up, down = steps, -steps
    order = hidden.by_likeness(np.stack([up, down, up, down], axis=1))
    assert sorted(order) == [0, 1, 2, 3]
    assert {frozenset(order[:2]), frozenset(order[2:])} == {
        frozenset({0, 2}),
        frozenset({1, 3}),
    }


def test_paths_of_all_pieces_share_one_pair_of_directions():
    states = np.random.default_rng(0).normal(size=(24, 6))
    ax = plots.hidden_path({"Bach": states[:10], "dependent": states[10:]}).axes[0]
    places, _ = hidden.principal_components(states)
    rings = [c.get_offsets()[0] for c in ax.collections if c.get_zorder() == 4]
    np.testing.assert_allclose(rings, places[[0, 10]])


def test_forced_and_free_are_three_pictures_of_the_same_steps():
    music = roll_of([(0, 40), (4, 44)])
    chances = np.full((32, 88), 0.02)
    pictures = plots.forced_and_free(music, chances, music).axes[:3]
    assert {ax.get_xlim() for ax in pictures} == {(0.0, 32.0)}
    assert {ax.get_ylim() for ax in pictures} == {pictures[0].get_ylim()}


def test_only_the_keys_used_are_shown_with_a_margin_and_at_least_an_octave_and_a_half():
    wide = roll_of([(0, 20), (1, 60)])
    assert rolls.key_span(wide.onsets) == (18, 62)
    assert rolls.key_span(roll_of([(0, 87)]).onsets) == (69, 87)
    assert rolls.key_span(roll_of([(0, 0), (0, 2)]).onsets) == (0, 18)
    assert rolls.key_span(roll_of([]).onsets) == (30, 48)


def test_a_line_of_seeds_is_their_mean_as_far_as_all_go_and_its_best_is_marked():
    epochs = pd.DataFrame(
        {
            "variant": ["BCE"] * 5,
            "seed": [0, 0, 1, 1, 1],
            "updates": [10, 20, 10, 20, 30],
            "valid_nll": [4.0, 3.0, 6.0, 3.5, 1.0],
        }
    )
    ax = learning.seed_curves(epochs, {"BCE": "#000000"}, log=True).axes[0]
    line, mark = ax.lines
    assert line.get_xydata().tolist() == [[10, 5.0], [20, 3.25]]
    assert mark.get_xydata().tolist() == [[20, 3.25]]
    band = ax.collections[0].get_paths()[0].get_extents()
    assert (band.ymin, band.ymax) == (3.0, 6.0)
