import numpy as np
import pytest
from toy import tune

from deepmusician.likeness import compare
from deepmusician.memory import SharedRun
from deepmusician.pianoroll import KEYS, PianoRoll
from deepmusician.plots.likeness import likeness_panels, shared_run_lengths


def test_each_measure_has_a_panel_and_each_composer_a_dot_at_its_likeness():
    human = [tune(seed) for seed in range(8)]
    composers = {"BCE": [tune(seed) for seed in range(20, 25)], "focal loss": human[:3]}
    table = compare(composers, human, ["pitch range", "pitch entropy"])
    figure = likeness_panels(table)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["pitch range", "pitch entropy"]
    dots = [
        line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "o"
    ]
    wanted = table[table.measure == "pitch range"].likeness
    assert dots == pytest.approx(list(wanted))


def test_a_composer_without_a_note_has_a_row_and_no_dot():
    silent = [PianoRoll.from_plane(np.zeros((32, KEYS), bool))] * 2
    table = compare({"mute": silent}, [tune(1), tune(2), tune(3)], ["pitch range"])
    (ax,) = likeness_panels(table).axes
    assert [text.get_text() for text in ax.get_yticklabels()] == ["mute"]
    assert all(np.isnan(line.get_xdata()).all() for line in ax.lines)


def test_runs_are_shown_in_quarters_with_their_median():
    runs = {"Bach": [SharedRun(steps=8), SharedRun(steps=16), SharedRun(steps=40)]}
    (ax,) = shared_run_lengths(runs).axes
    dots, middle = ax.lines
    assert sorted(dots.get_xdata()) == [2, 4, 10]
    assert list(middle.get_xdata()) == [4, 4]
