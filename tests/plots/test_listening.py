"""Figures of listeners' answers: every dot where its share is."""

import pytest
from support.answer_files import answered, listener, write

from deepmusician.listeners import Study, power, read_answers
from deepmusician.plots import listener_accuracies, power_curves
from deepmusician.plots.listening import NO_LISTENER, luck


@pytest.fixture
def study(tmp_path):
    for number, right in enumerate((16, 12)):
        answers = answered(f"listener {number}", trials=listener(right))
        write(tmp_path, f"{number}.json", answers)
    return Study(read_answers(tmp_path))


def words(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_the_figure_of_listeners_shows_each_with_an_interval_and_all_curves(study):
    left, right = listener_accuracies(study.listeners, study.curves).axes
    dots = [line for line in left.lines if line.get_marker() == "o"]
    assert [dot.get_xdata()[0] for dot in dots] == [0.8, 0.6]
    assert len(right.lines) == 1 + 3  # the diagonal of guessing, and the curves
    assert NO_LISTENER not in words(left.figure)


def test_the_figure_of_listeners_says_when_there_are_none(tmp_path):
    empty = Study(read_answers(tmp_path))
    figure = listener_accuracies(empty.listeners, empty.curves)
    assert words(figure) == [NO_LISTENER] * 2
    left, right = figure.axes
    assert not [line for line in left.lines if line.get_marker() == "o"]
    assert len(right.lines) == 1


def test_luck_is_where_guessers_end():
    assert luck(20) == (0.3, 0.7)


def test_each_true_share_has_a_curve_of_power():
    sizes = list(range(1, 11))
    powers = {share: [power(n, share) for n in sizes] for share in (0.6, 0.8)}
    (ax,) = power_curves(sizes, powers).axes
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(drawn["60% right"]) == powers[0.6]
    assert list(drawn["80% right"]) == powers[0.8]
