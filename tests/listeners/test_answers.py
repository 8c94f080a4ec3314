"""Files of answers: read, checked, and named with their faults."""

import pytest
from support.answer_files import answered, issue, trial, write

from deepmusician.listeners import read_answers
from deepmusician.listeners.answers import AnswersError, read_listener


def test_practice_is_left_out_of_what_is_analysed(tmp_path):
    listener = read_listener(write(tmp_path, "one.json", answered()))
    assert (listener.test, listener.training) == ("0f3a77c2", "some")
    assert list(listener.trials.excerpt) == ["excerpt-0", "excerpt-1"]


@pytest.mark.parametrize("name", ["one.json", "one.md", "one.TXT"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_answers_are_read_from_the_text_of_an_issue(tmp_path, name, mark):
    path = write(tmp_path, name, mark + issue(answered()))
    (listener,) = read_answers(tmp_path).listeners
    assert listener.test == "0f3a77c2"
    assert listener.trials.equals(
        read_listener(write(tmp_path, "plain", answered())).trials
    )
    assert read_listener(path).test == "0f3a77c2"


BROKEN = {
    "an issue that was cut": (issue(answered())[:300], "cannot be read"),
    "an issue of no test": (issue({"version": 1}), "is a required property"),
    "an issue without answers": ("I liked the test.", "cannot be read"),
    "two issues": (issue(answered()) + issue(answered("other")), "more than one test"),
    "cut off": ('{"version": 1, "te', "cannot be read"),
    "not JSON": ("MThd", "cannot be read"),
    "a list": ([], "is not of type 'object'"),
    "another version": (answered(version=2), "$.version: 1 was expected"),
    "no consent": (answered(consent=False), "$.consent"),
    "no trials": (answered(trials=[]), "$.trials"),
    "confidence of five": (answered(trials=[trial(confidence=5)]), "$.trials[0].conf"),
    "listened three times": (
        answered(trials=[trial(listenings=3)]),
        "$.trials[0].listen",
    ),
    "an answer of neither": (answered(trials=[trial(answer="both")]), "[0].answer"),
    "no answer": (answered(trials=[{"excerpt": "a"}]), "$.trials[0]"),
    "practice alone": (answered(trials=[trial(practice=True)]), "practice alone"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_its_fault_and_the_remedy(tmp_path, name):
    content, message = BROKEN[name]
    path = write(tmp_path, f"{name}.json", content)
    with pytest.raises(AnswersError) as caught:
        read_listener(path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert str(caught.value).endswith(("again.", "first."))


def test_a_folder_gives_the_good_files_and_reports_each_bad_one(tmp_path):
    write(tmp_path, "a.json", answered("first test"))
    write(tmp_path, "b.json", "{")
    write(tmp_path, "c.json", answered("third test"))
    write(tmp_path, "README.md", "no answers")
    write(tmp_path, "table.csv", "no answers")
    answers = read_answers(tmp_path)
    assert [each.test for each in answers.listeners] == ["first test", "third test"]
    ((path, reason),) = answers.failures
    assert path.endswith("b.json")
    assert reason.startswith("cannot be read")
    assert len(answers.trials) == 4
    assert set(answers.trials.test) == {"first test", "third test"}


def test_the_same_test_counts_once(tmp_path):
    write(tmp_path, "a.json", answered())
    write(tmp_path, "copy of a.json", answered())
    answers = read_answers(tmp_path)
    assert len(answers.listeners) == 1
    assert answers.failures[0][1] == "holds the same test as a.json. Keep one."


def test_an_empty_folder_has_no_listeners_and_neither_has_one_that_is_not_there(
    tmp_path,
):
    assert read_answers(tmp_path).listeners == ()
    assert read_answers(tmp_path).trials.empty
    missing = read_answers(tmp_path / "nowhere")
    assert missing.listeners == ()
    assert missing.failures[0][0] == str(tmp_path / "nowhere")
