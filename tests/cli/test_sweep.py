"""The command `deepmusician sweep`, as a person types it."""

import pandas as pd
import pytest
from support.command_line import fails, typed
from support.toy import tune

from deepmusician.cli.sweep import numbers
from deepmusician.studies import RULE_VARIANTS, read_sweep, read_sweep_pieces
from deepmusician.training import RunStore

TINY = [
    *("--preset", "quick", "--epochs", "1", "--hidden", "8", "--jobs", "1"),
    *("--windows-per-epoch", "8", "--batch", "4", "--seeds", "1"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A cache of its own, and a folder of music."""
    home = tmp_path_factory.mktemp("home")
    (home / "music").mkdir()
    for seed in range(12):
        tune(seed).to_midi(home / "music" / f"tune-{seed}.mid")
    return home


@pytest.fixture(autouse=True)
def at_home(home, monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(home / "cache"))
    monkeypatch.delenv("DEEPMUSICIAN_PRESET", raising=False)
    monkeypatch.chdir(home)


@pytest.fixture(scope="module")
def swept(home):
    """The result of a sweep of two cells."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPMUSICIAN_CACHE", str(home / "cache"))
        patch.chdir(home)
        words = ("--alpha", "0.5", "--gamma", "0,2", "-o", "mine")
        return typed("sweep", "--corpus", "music", *words, *TINY)


def test_a_sweep_ends_with_one_table_and_the_pieces(swept, home):
    assert swept.exit_code == 0, swept.output
    assert swept.stdout.splitlines()[-1] == "mine/sweep.csv"
    assert "test NLL" in swept.stdout
    rows = pd.read_csv(home / "mine" / "sweep.csv")
    assert rows.gamma.tolist() == [0, 2]
    pd.testing.assert_frame_equal(read_sweep(folder=home / "mine").rows, rows)
    assert len(read_sweep_pieces(home / "mine")) == 2 * len(RULE_VARIANTS)


def test_the_table_knows_how_it_came_about(swept, home):
    provenance = read_sweep(folder=home / "mine").provenance
    settings = provenance.details["presets"]["quick"]
    assert settings["base"]["network"]["hidden"] == 8
    assert settings["gammas"] == [0.0, 2.0]
    assert provenance.command.startswith("deepmusician")
    assert provenance.versions["torch"]


def test_a_larger_sweep_takes_up_what_a_smaller_one_trained(swept):
    before = RunStore().finished()
    words = ("--alpha", "0.25,0.5", "--gamma", "0,2", "-o", "more")
    result = typed("sweep", "--corpus", "music", *words, *TINY)
    assert result.exit_code == 0, result.output
    assert len(before) == 2
    assert len(RunStore().finished()) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--alpha", "0.25,half"], "--alpha: 'half' is no number; give numbers with"),
        (["--gamma", "1,,2"], "--gamma: '' is no number"),
        (["--alpha", "0.5,1.5"], "alpha must lie between 0 and 1"),
        (["--gamma", "-1"], "gamma must be a finite number from 0 up"),
        (["--gamma", "2,2"], "gammas must be different values"),
        (["--corpus", "nowhere"], "nowhere"),
        (["--epochs", "0"], "epochs must be a positive whole number"),
        (["-o", "music/tune-0.mid"], "music/tune-0.mid: is a file"),
    ],
)
def test_what_cannot_be_done_is_one_line(words, said):
    assert said in fails("sweep", *words)


def test_a_scheduler_that_does_not_answer_is_one_line(monkeypatch):
    monkeypatch.setattr("deepmusician.studies.parallel.PATIENCE", 0.5)
    words = ("--corpus", "music", "--scheduler", "tcp://127.0.0.1:1", *TINY)
    result = typed("sweep", *words)
    assert result.exit_code == 1
    assert "tcp://127.0.0.1:1: no scheduler answers there" in result.stderr
    assert "Traceback" not in result.stderr


def test_help_teaches_with_examples():
    shown = typed("sweep", "--help").stdout
    assert "deepmusician sweep --alpha 0.25,0.5,0.75 --gamma 0,1,2 --seeds 3" in shown
    assert "--scheduler" in shown


def test_spaces_in_a_list_are_forgiven():
    assert numbers("--alpha", " 0.25, .5 ,1") == (0.25, 0.5, 1.0)
    assert numbers("--alpha", "") == ()
