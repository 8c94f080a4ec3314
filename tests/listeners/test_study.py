"""A study of all answers: what it says and shows, however many there are."""

import json
import math

import pytest
from support.answer_files import answered, listener, write

from deepmusician.listeners import Study, read_answers
from deepmusician.listeners.detection import agreement, by_composer, who_fooled
from deepmusician.listeners.study import NOBODY


@pytest.fixture
def study(tmp_path):
    for number, right in enumerate((16, 12)):
        write(
            tmp_path,
            f"{number}.json",
            answered(f"listener {number}", trials=listener(right)),
        )
    write(tmp_path, "broken.json", "{")
    return Study(read_answers(tmp_path))


def test_without_answers_the_study_says_so_and_has_nothing_to_show(tmp_path):
    empty = Study(read_answers(tmp_path))
    assert repr(empty) == NOBODY
    assert empty._repr_html_() == f"<p>{NOBODY}</p>"
    assert empty.pooled is None
    assert (len(empty.listeners), len(empty.answers.trials), empty._tables()) == (
        0,
        0,
        {},
    )
    assert by_composer(empty.answers.trials).empty
    assert who_fooled(empty.answers.trials).empty
    assert empty.curves == {}
    assert math.isnan(agreement(empty.answers.trials))


def test_where_there_is_no_folder_nobody_has_answered(tmp_path):
    sentences = list(Study(read_answers(tmp_path / "listening")).sentences())
    assert sentences[0] == NOBODY
    assert sentences[1] == "Left out: listening: there is no such folder here."


def test_a_folder_with_broken_files_alone_names_them_and_has_no_listener(tmp_path):
    write(tmp_path, "broken.json", "{")
    text = repr(Study(read_answers(tmp_path)))
    assert text.startswith(NOBODY)
    assert "Left out: broken.json: cannot be read" in text


def test_a_study_shows_all_answers_each_listener_and_what_was_left_out(study):
    assert (study.pooled.trials, study.pooled.correct) == (40, 28)
    assert list(study.listeners.accuracy) == [0.8, 0.6]
    text = repr(study)
    assert "2 listeners, 40 answers, 28 right: 70%" in text
    assert "Left out: broken.json" in text
    assert "Agreement (Krippendorff's alpha)" in text
    html = study._repr_html_()
    assert html.count("<table") == 3
    assert "Krippendorff&#x27;s alpha" in html


def test_a_single_listener_has_nobody_to_agree_with(tmp_path):
    write(tmp_path, "one.json", answered(trials=listener(15)))
    text = repr(Study(read_answers(tmp_path)))
    assert "1 listener, 20 answers" in text
    assert "their agreement is unknown" in text


def test_a_baseline_that_serves_as_a_check_has_a_row_of_its_own(study):
    table = by_composer(study.answers.trials).set_index("composer")
    assert dict(table.trials) == {"Bach": 20, "dependent outputs": 16, "the check": 4}
    assert table.loc["the check", "human"] == 0.0
    assert table.loc["the check", "low"] == 0.0
    assert table.loc["Bach", "human"] == pytest.approx(14 / 20)
    assert (table.low <= table.human).all()
    assert (table.human <= table.high).all()


def test_each_listener_has_a_curve_and_all_have_one(study):
    assert list(study.curves) == ["listener 0", "listener 1", "all"]


def test_a_deeply_nested_file_is_reported_and_stops_nothing(tmp_path):
    write(tmp_path, "deep.json", "[" * 200_000)
    write(tmp_path, "good.json", json.dumps(answered()))
    answers = read_answers(tmp_path)
    assert len(answers.listeners) == 1
    assert answers.failures[0][0].endswith("deep.json")
