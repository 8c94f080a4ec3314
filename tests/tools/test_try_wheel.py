"""What a wheel must hold, and what a user's environment is."""

import sys

import pytest
from try_wheel import MOST_BYTES, NEEDED, ROOT, Failed, environment, faults, run

LICENCE = "deepmusician-0.1.0.dist-info/licenses/LICENSE"
WHOLE = [*NEEDED, LICENCE]


def test_a_whole_wheel_has_no_fault():
    assert list(faults(WHOLE, MOST_BYTES)) == []


def test_what_a_wheel_must_hold_is_in_the_package():
    assert [name for name in NEEDED if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("name", NEEDED)
def test_a_wheel_without_its_records_tones_or_licences_is_refused(name):
    rest = [each for each in WHOLE if each != name]
    assert list(faults(rest, 1)) == [f"lacks {name}"]


def test_a_wheel_with_tests_too_large_or_without_the_licence_is_refused():
    assert list(faults([*WHOLE, "tests/test_lazy.py"], 1)) == [
        "holds tests/test_lazy.py"
    ]
    assert list(faults(list(NEEDED), 1)) == ["lacks the licence"]
    (fault,) = faults(WHOLE, MOST_BYTES + 1)
    assert fault.startswith("has 12,000,001 bytes")


def test_a_user_has_nothing_of_whoever_runs_the_check(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "here")
    monkeypatch.setenv("DEEPMUSICIAN_PRESET", "full")
    variables = environment(tmp_path)
    assert "PYTHONPATH" not in variables
    assert variables["DEEPMUSICIAN_PRESET"] == "quick"
    assert variables["PATH"].startswith(str(tmp_path / "bin"))


def test_a_step_that_fails_says_what_it_printed():
    with pytest.raises(Failed, match="no such luck"):
        run([sys.executable, "-c", "raise SystemExit('no such luck')"])
