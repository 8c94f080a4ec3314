"""Ours among the published results, and how similar to the corpus it is."""

import numpy as np
import pandas as pd
import pytest
from support.toy import tune

from deepmusician.evaluation import SharedRun, compare_with_human
from deepmusician.music import KEYS, PianoRoll
from deepmusician.plots import among_published, shared_run_lengths, similarity_panels
from deepmusician.studies import PUBLISHED, BenchmarkRow


@pytest.fixture
def scores():
    """Scores of three seeds with independent outputs, on JSB."""
    rows = [
        BenchmarkRow("jsb", "decoder", "independent")._asdict()
        | {"seed": n, "test_nll": nll}
        for n, nll in enumerate((8.2, 8.3, 8.4))
    ]
    other = BenchmarkRow("jsb", "encoder-decoder", "independent")._asdict()
    return pd.DataFrame([*rows, other | {"seed": 0, "test_nll": 1.0}])


def labels_of(figure):
    (axes,) = figure.axes
    return [text.get_text() for text in axes.get_yticklabels()]


def test_ours_stands_where_its_mean_belongs_among_the_published(scores):
    labels = labels_of(among_published(scores))
    here = labels.index("this book, independent")
    assert labels[here - 1 : here + 2 : 2] == ["GRU, 2018", "TCN"]
    assert labels[0] == "IID 1-gram"
    assert labels[-1] == "RNN-NADE"


def test_a_result_that_was_not_reported_is_left_out(scores):
    labels = labels_of(among_published(scores, "piano-midi"))
    assert "TCN" not in labels
    assert len(labels) == PUBLISHED["piano-midi"].count()


def test_the_bar_reaches_from_the_lowest_seed_to_the_highest(scores):
    (axes,) = among_published(scores).axes
    spans = [tuple(line.get_xdata()) for line in axes.lines if line.get_lw() == 4]
    assert spans == [(8.2, 8.4)]


def test_each_measure_has_a_panel_and_each_composer_a_dot_at_its_similarity():
    human = [tune(seed) for seed in range(8)]
    composers = {"BCE": [tune(seed) for seed in range(20, 25)], "focal loss": human[:3]}
    table = compare_with_human(composers, human, ["pitch range", "pitch entropy"])
    figure = similarity_panels(table)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["pitch range", "pitch entropy"]
    dots = [
        line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "o"
    ]
    wanted = table[table.measure == "pitch range"].similarity
    assert dots == pytest.approx(list(wanted))


def test_a_composer_without_a_note_has_a_row_and_no_dot():
    silent = [PianoRoll.from_plane(np.zeros((32, KEYS), bool))] * 2
    table = compare_with_human(
        {"mute": silent}, [tune(1), tune(2), tune(3)], ["pitch range"]
    )
    (ax,) = similarity_panels(table).axes
    assert [text.get_text() for text in ax.get_yticklabels()] == ["mute"]
    assert all(np.isnan(line.get_xdata()).all() for line in ax.lines)


def test_runs_are_shown_in_quarters_with_their_median():
    runs = {"Bach": [SharedRun(steps=8), SharedRun(steps=16), SharedRun(steps=40)]}
    (ax,) = shared_run_lengths(runs).axes
    dots, middle = ax.lines
    assert sorted(dots.get_xdata()) == [2, 4, 10]
    assert list(middle.get_xdata()) == [4, 4]
