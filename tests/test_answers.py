import json

import pytest

from deepmusician.listening.answers import AnswersError, read_answers, read_listener


def trial(number=0, **changes):
    """One trial as the page writes it."""
    return {
        "excerpt": f"excerpt-{number}",
        "origin": "human" if number % 2 else "machine",
        "composer": "Bach" if number % 2 else "dependent outputs",
        "answer": "human",
        "confidence": 3,
        "listenings": 1,
        "seconds": 12.5,
    } | changes


def told(test="0f3a77c2", **changes):
    """One listener's file as the page writes it."""
    return {
        "version": 1,
        "test": test,
        "build": {"preset": "full"},
        "started": "2026-11-01T10:00:00Z",
        "finished": "2026-11-01T10:20:00Z",
        "consent": True,
        "training": "some",
        "trials": [trial(9, practice=True), trial(0), trial(1)],
    } | changes


def write(folder, name, content):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_practice_is_left_out_of_what_is_analysed(tmp_path):
    listener = read_listener(write(tmp_path, "one.json", told()))
    assert (listener.test, listener.training) == ("0f3a77c2", "some")
    assert list(listener.trials.excerpt) == ["excerpt-0", "excerpt-1"]


BROKEN = {
    "cut off": ('{"version": 1, "te', "cannot be read"),
    "not JSON": ("MThd", "cannot be read"),
    "a list": ([], "is not of type 'object'"),
    "another version": (told(version=2), "$.version: 1 was expected"),
    "no consent": (told(consent=False), "$.consent"),
    "no trials": (told(trials=[]), "$.trials"),
    "confidence of five": (told(trials=[trial(confidence=5)]), "$.trials[0].conf"),
    "heard three times": (told(trials=[trial(listenings=3)]), "$.trials[0].listen"),
    "an answer of neither": (told(trials=[trial(answer="both")]), "[0].answer"),
    "no answer": (told(trials=[{"excerpt": "a"}]), "$.trials[0]"),
    "practice alone": (told(trials=[trial(practice=True)]), "practice alone"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_its_fault_and_the_remedy(tmp_path, name):
    content, said = BROKEN[name]
    path = write(tmp_path, f"{name}.json", content)
    with pytest.raises(AnswersError) as caught:
        read_listener(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert str(caught.value).endswith(("again.", "first."))


def test_a_folder_gives_the_good_files_and_reports_each_bad_one(tmp_path):
    write(tmp_path, "a.json", told("first test"))
    write(tmp_path, "b.json", "{")
    write(tmp_path, "c.json", told("third test"))
    write(tmp_path, "notes.txt", "no answers")
    answers = read_answers(tmp_path)
    assert [each.test for each in answers.listeners] == ["first test", "third test"]
    ((path, reason),) = answers.failures
    assert path.endswith("b.json")
    assert reason.startswith("cannot be read")
    assert len(answers.trials) == 4
    assert set(answers.trials.test) == {"first test", "third test"}


def test_the_same_test_counts_once(tmp_path):
    write(tmp_path, "a.json", told())
    write(tmp_path, "copy of a.json", told())
    answers = read_answers(tmp_path)
    assert len(answers.listeners) == 1
    assert answers.failures[0][1] == "holds the same test as a.json. Keep one."


def test_an_empty_folder_has_no_listeners_and_a_missing_one_is_an_error(tmp_path):
    assert read_answers(tmp_path).listeners == ()
    assert read_answers(tmp_path).trials.empty
    with pytest.raises(AnswersError, match="is no folder"):
        read_answers(tmp_path / "nowhere")
