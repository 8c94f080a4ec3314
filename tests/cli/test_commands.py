"""The command line, as a person types it."""

import json
import subprocess
import sys
from importlib.metadata import version

import numpy as np
import pytest
import soundfile
from music21 import converter
from support.command_line import fails, typed
from symusic import Score, TimeUnit

from deepmusician.model import compose
from deepmusician.music import KEYS, PianoRoll
from deepmusician.sound import RATE, render
from deepmusician.training import Run, RunStore
from deepmusician.training import store as runs

TINY = [
    *("--preset", "quick", "--epochs", "1", "--hidden", "8"),
    *("--windows-per-epoch", "8", "--batch", "4", "--threads", "1"),
]


def tune(seed: int, steps: int = 24) -> PianoRoll:
    plane = np.zeros((steps, KEYS), bool)
    keys = np.random.default_rng(seed).integers(35, 55, steps // 4)
    plane[np.arange(0, steps, 4), keys] = True
    return PianoRoll.from_plane(plane, name=f"tune-{seed}")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A cache of its own, and a folder of music with one broken file."""
    home = tmp_path_factory.mktemp("home")
    (home / "music").mkdir()
    for seed in range(16):
        tune(seed).to_midi(home / "music" / f"tune-{seed}.mid")
    (home / "music" / "broken.mid").write_bytes(b"MThd and no more")
    return home


@pytest.fixture(autouse=True)
def at_home(home, monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(home / "cache"))
    monkeypatch.delenv("DEEPMUSICIAN_PRESET", raising=False)
    monkeypatch.chdir(home)


@pytest.fixture(scope="module")
def trained(home):
    """The result of training on the folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPMUSICIAN_CACHE", str(home / "cache"))
        return typed("train", "--corpus", home / "music", *TINY)


def test_training_on_a_folder_leaves_out_broken_files_and_names_the_run(trained):
    assert trained.exit_code == 0, trained.output
    assert "left out: " in trained.stderr
    assert "broken.mid" in trained.stderr
    name = trained.stdout.splitlines()[0].removeprefix("run ")
    assert RunStore().find("latest").name == name
    assert "nll_step" in trained.stdout


@pytest.mark.parametrize("network", ["gru", "steps", "transformer"])
def test_tokens_are_learnt_from_the_folder_and_written(network, home, tmp_path):
    words = ("--representation", "tokens", "--network", network, *TINY)
    heads = ("--hidden", "16", "--heads", "2")
    result = typed("train", "--corpus", home / "music", *words, *heads)
    assert result.exit_code == 0, result.output
    assert "broken.mid" in result.stderr
    name = result.stdout.splitlines()[0].removeprefix("run ")
    assert Run.load(name).config.network.body == network
    assert "nll_token" in result.stdout
    path = tmp_path / "new.mid"
    options = ("--steps", 40, "--top-k", 5, "--top-p", 0.9, "-o", path)
    written = typed("compose", name, "--prime", home / "music" / "tune-1.mid", *options)
    assert written.stdout.startswith(f"{path}: 64 steps")
    begun = PianoRoll.from_file(home / "music" / "tune-1.mid")
    assert np.array_equal(PianoRoll.from_file(path).onsets[:20], begun.onsets[:20])
    RunStore().folder(name).joinpath(runs.MARKER).unlink()


def test_what_tokens_or_rolls_do_not_know_is_one_line(trained, home):
    where = ("--corpus", home / "music", *TINY)
    assert "focal" in fails(
        *("train", "--representation", "tokens", "--loss", "focal", *where)
    )
    assert "plane" in fails(
        *("train", "--representation", "tokens", "--plane", "onsets", *where)
    )
    assert "body" in fails("train", "--network", "transformer", *where)
    assert "top_k" in fails("compose", "latest", "--top-k", 3, "-o", "a.mid")
    assert "rule" in fails("compose", "latest", "--rule", "greedy", "-o", "a.mid")


def test_training_again_reads_the_same_run(trained, home, monkeypatch):
    monkeypatch.setattr("deepmusician.training.run._train", None)  # calling would raise
    again = typed("train", "--corpus", home / "music", *TINY)
    assert again.stdout == trained.stdout


def test_runs_are_listed_even_if_one_is_damaged(trained, home):
    damaged = RunStore().folder("0bad")
    (damaged / runs.MARKER).write_text('{"finished": ""}')
    listed = typed("runs")
    (damaged / runs.MARKER).unlink()
    assert RunStore().find("latest").name in listed.stdout
    assert "damaged" in listed.stdout
    assert listed.exit_code == 0


def test_a_run_is_evaluated_as_one_json_object(trained):
    measures = json.loads(typed("evaluate", "latest", "--json").stdout)
    assert measures["run"] == RunStore().find("latest").name
    assert measures["valid"]["nll_step"] > 0
    assert "nll_step" in typed("evaluate", measures["run"][:6]).stdout


def test_a_composition_is_written_as_midi_that_can_be_read_again(trained, tmp_path):
    path = tmp_path / "new.mid"
    result = typed("compose", "latest", "--steps", 40, "--seed", 3, "-o", path)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{path}: 40 steps")
    again = tmp_path / "again.mid"
    typed("compose", "latest", "--steps", 40, "--seed", 3, "-o", again)
    assert PianoRoll.from_file(path) == PianoRoll.from_file(again)


def test_a_composition_can_continue_a_file(trained, home, tmp_path):
    prime, path = home / "music" / "tune-1.mid", tmp_path / "long.mid"
    typed("compose", "latest", "--prime", prime, "--steps", 30, "-o", path)
    begun = PianoRoll.from_file(prime)
    assert np.array_equal(PianoRoll.from_file(path).onsets[:20], begun.onsets[:20])


def test_several_pieces_get_numbered_names(trained, tmp_path):
    typed("compose", "latest", "--pieces", 10, "--steps", 8, "-o", tmp_path / "a.mid")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"a-{n:02}.mid" for n in range(1, 11)]


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.musicxml", b"<?xml"), ("a.mp3", (b"ID3", b"\xff")), ("a.wav", b"RIFF")],
)
def test_the_suffix_decides_what_is_written(trained, tmp_path, name, begins):
    result = typed("compose", "latest", "--steps", 16, "-o", tmp_path / name)
    assert result.exit_code == 0, result.output
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.fixture(scope="module")
def whole(home):
    """What a network of both planes composes: seed 3, and the run's name."""
    words = ("--plane", "both", "--outputs", "dependent", "--intervals", "12")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPMUSICIAN_CACHE", str(home / "cache"))
        result = typed("train", "--corpus", home / "music", *words, *TINY)
        name = result.stdout.split()[1]
        (roll,) = compose(Run.load(name), 48, seed=3)
    lengths = {held for *_, held in roll.notes()}
    assert len(lengths) > 2
    return roll, name


def composed(whole, path):
    """Write that piece by the command line, and return its path."""
    words = ("--steps", 48, "--seed", 3, "-o", path)
    result = typed("compose", whole[1], *words)
    assert result.exit_code == 0, result.output
    return path


def test_midi_holds_the_lengths_as_symusic_reads_them(whole, tmp_path):
    score = Score(composed(whole, tmp_path / "a.mid")).to(TimeUnit.quarter)
    (track,) = score.tracks
    notes = sorted((n.time * 4, n.pitch, n.duration * 4) for n in track.notes)
    assert notes == whole[0].notes()


def tied_together(score):
    """Return a music21 score's notes; its `stripTies` mixes up voices that overlap."""
    notes, begun = [], {}
    for sign in sorted(score.flatten().notes, key=lambda sign: sign.offset):
        tie = sign.tie.type if sign.tie else ""
        for pitch in (pitch.midi for pitch in sign.pitches):
            start = begun.pop(pitch) if tie in ("continue", "stop") else sign.offset
            if tie in ("start", "continue"):
                begun[pitch] = start
            else:
                held = sign.offset + sign.quarterLength - start
                notes.append((float(4 * start), pitch, float(4 * held)))
    assert not begun
    return sorted(notes)


def test_musicxml_holds_the_lengths_as_music21_reads_them(whole, tmp_path):
    path = composed(whole, tmp_path / "a.musicxml")
    assert tied_together(converter.parse(path)) == whole[0].notes()


@pytest.mark.parametrize("suffix", ["wav", "mp3"])
def test_sound_has_the_lengths_that_were_composed(whole, tmp_path, suffix):
    sound, rate = soundfile.read(composed(whole, tmp_path / f"a.{suffix}"))
    roll = whole[0]
    short = PianoRoll.from_plane(roll.onsets, hold=1)
    wanted, other = (render(each)[: len(sound)] for each in (roll, short))
    assert rate == RATE
    near = [np.corrcoef(sound[: len(each)], each)[0, 1] for each in (wanted, other)]
    assert near[0] > 0.98
    assert near[0] > near[1]


def test_the_threshold_rule_reaches_the_composer(trained, tmp_path):
    words = ("compose", "latest", "--rule", "threshold", "--steps", 8)
    result = typed(*words, "--threshold", 1.0, "-o", tmp_path / "a.mid")
    assert "0.00 notes per step" in result.stdout


@pytest.fixture(scope="module")
def focal(home, trained) -> str:
    """The run that focal loss trained on the folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPMUSICIAN_CACHE", str(home / "cache"))
        words = ("--loss", "focal", "--alpha", 0.75, "--gamma", 3)
        result = typed("train", "--corpus", home / "music", *TINY, *words)
    return result.stdout.splitlines()[0].removeprefix("run ")


def test_composing_is_calibrated_unless_the_raw_sigmoid_is_asked_for(focal, tmp_path):
    def density(*words):
        path = tmp_path / "a.mid"
        result = typed("compose", focal, "--steps", 60, *words, "-o", path)
        assert result.exit_code == 0, result.output
        return float(result.stdout.split()[-4])

    assert density("--raw") > 5 * density()
    assert density("--rule", "density") >= 0


def test_only_a_bent_sigmoid_shows_its_raw_measures(focal, trained, home):
    file = home / "music" / "tune-0.mid"
    assert "raw_nll_step" in typed("evaluate", focal).stdout
    assert "raw nll step" in typed("evaluate", file, "--run", focal).stdout
    measures = json.loads(typed("evaluate", focal, "--json").stdout)
    assert measures["test"]["raw_nll_step"] > measures["test"]["nll_step"]
    assert "raw" not in trained.stdout
    measured = json.loads(typed("evaluate", file, "--run", focal, "--json").stdout)
    assert measured["raw_nll_step"] > measured["nll_step"]


def test_the_other_losses_settings_reach_the_run(trained, home):
    words = ("--pos-weight", 3, "--logit-adjustment", -2, "--loss-scale", 0.5)
    result = typed("train", "--corpus", home / "music", *TINY, *words)
    name = result.stdout.splitlines()[0].removeprefix("run ")
    config = json.loads((RunStore().find(name) / "config.json").read_text())
    assert (config["pos_weight"], config["loss_scale"]) == (3, 0.5)
    assert config["logit_adjustment"] == -2


def test_a_roll_is_described_as_one_json_object(home):
    measures = json.loads(typed("roll", home / "music" / "tune-2.mid", "--json").stdout)
    assert measures["steps"] == 24
    assert measures["notes"] == 6
    assert measures["density"] == 0.25
    assert measures["steps_per_quarter"] == 4
    assert measures["quantisation_error"] == 0
    assert set(measures["dropped"].values()) <= {0}
    assert "quantisation error" in typed("roll", home / "music" / "tune-2.mid").stdout


def test_a_roll_on_a_coarser_grid_has_fewer_steps(home):
    words = ("roll", home / "music" / "tune-2.mid", "--json", "--steps-per-quarter", 1)
    assert json.loads(typed(*words).stdout)["steps"] == 6


def test_a_file_is_measured_alone_or_as_a_run_predicts_it(trained, home):
    path = home / "music" / "tune-3.mid"
    alone = json.loads(typed("evaluate", path, "--json").stdout)
    predicted = json.loads(typed("evaluate", path, "--run", "latest", "--json").stdout)
    assert "nll_step" not in alone
    assert predicted["nll_step"] > 0
    assert alone.items() <= predicted.items()


def test_corpora_are_listed_with_their_licences():
    shown = " ".join(typed("corpora").stdout.split())
    assert "bach-chorales" in shown
    assert "CC" in shown


def test_a_folder_is_described_as_a_corpus(home):
    described = typed("corpora", home / "music").stdout
    assert "16 pieces" in described
    assert "broken.mid" in described


def test_the_version_is_printed():
    assert typed("--version").stdout == f"deepmusician {version('deepmusician')}\n"


def test_every_command_teaches_with_an_example():
    for command in ("corpora", "train", "compose", "evaluate", "roll", "runs"):
        shown = typed(command, "--help")
        assert shown.exit_code == 0
        assert f"deepmusician {command}" in shown.stdout
        assert "For example:" in shown.stdout


def test_a_broken_file_is_one_line_that_names_it(home):
    broken = home / "music" / "broken.mid"
    for words in (("roll", broken), ("roll", broken, "--json"), ("evaluate", broken)):
        assert str(broken) in fails(*words)
    assert "nowhere.mid" in fails("roll", "nowhere.mid")


def test_a_missing_run_is_one_line_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path))
    assert "deepmusician train" in fails("compose", "latest")
    assert "deepmusician train" in fails("evaluate", "f00d")
    assert "deepmusician train" in typed("runs").stdout


def test_a_bad_prime_is_one_line(trained, tmp_path):
    line = fails("compose", "latest", "--prime", "none.mid", "-o", tmp_path / "a.mid")
    assert "none.mid" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "--epochs", "0"], "epochs must be a positive whole number"),
        (["train", "--alpha", "0.5"], "alpha must be None unless loss='focal'"),
        (["train", "--corpus", "nowhere"], "nowhere"),
        (["corpora", "nowhere"], "nowhere"),
        (
            ["compose", "-o", "music.ogg"],
            "music.ogg: the name must end in one of "
            ".mid, .midi, .musicxml, .xml, .mp3, .wav",
        ),
        (["compose", "-o", "no/folder.mid"], "there is no folder"),
    ],
)
def test_what_cannot_be_done_is_one_line(words, said):
    assert said in fails(*words)


def test_a_wrong_option_is_refused_with_exit_code_two():
    result = typed("train", "--loss", "hinge")
    assert result.exit_code == 2
    assert "hinge" in result.stderr


def test_ctrl_c_is_one_line_and_exit_code_130(monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt("training stopped after 2 of 9 epochs")

    monkeypatch.setattr("deepmusician.corpora.load_corpus", stopped)
    assert "after 2 of 9 epochs" in fails("train", code=130)


def test_the_program_itself_exits_with_one_line(home):
    code = "from deepmusician.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code, "roll", "music/broken.mid", "--json"],
        capture_output=True,
        text=True,
        cwd=home,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
