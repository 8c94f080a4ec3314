"""The command `deepmusician benchmark`, as a person types it."""

import re

import pytest
from support.command_line import fails, typed
from support.little_benchmark import with_little_rows

from deepmusician.studies import read_benchmark


@pytest.fixture
def little_rows(monkeypatch, tmp_path):
    return with_little_rows(monkeypatch, tmp_path / "cache")


def test_the_command_prints_the_score_among_the_published_ones(
    little_rows, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    words = ("--outputs", "dependent", "--seeds", "2", "--jobs", "1", "-o", "mine")
    result = typed("benchmark", *words)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "mine/benchmark.csv"
    scores = read_benchmark("mine").rows
    assert len(scores) == 2
    nlls, in_keys = scores.test_nll, scores.test_nll_in_keys
    numbers = nlls.mean(), nlls.std(), in_keys.mean()
    shown = " +".join(f"{each:.2f}" for each in numbers)
    assert re.search(rf"jsb +decoder +dependent +{shown}", result.stdout)
    assert re.search(r"RNN-NADE +5\.56", result.stdout)


def test_the_command_says_in_one_line_what_it_does_not_know():
    assert "musedata" in fails("benchmark", "--sets", "musedata")
