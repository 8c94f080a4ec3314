"""What works after `pip install deepmusician`; tools/try_wheel.py runs it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

import deepmusician
from deepmusician import PianoRoll, compose, load_corpus
from deepmusician.evaluation import evaluate
from deepmusician.sound import load_piano
from deepmusician.studies import read_composer_network, read_record, read_sweep
from deepmusician.training import Run


def command(*words: str) -> str:
    """Return what a command prints. Fails if it does."""
    program = Path(sys.prefix, "bin", "deepmusician")
    return subprocess.run(
        [program, *words], check=True, text=True, stdout=subprocess.PIPE
    ).stdout


def write_tunes(folder: Path) -> None:
    """Write sixteen little tunes as MIDI files."""
    folder.mkdir()
    for seed in range(16):
        plane = np.zeros((48, 88), bool)
        keys = np.random.default_rng(seed).integers(35, 55, 12)
        plane[np.arange(0, 48, 4), keys] = True
        PianoRoll.from_plane(plane).to_midi(folder / f"tune-{seed}.mid")


def complaint(code: str) -> str:
    """Return the text of the error that a line of Python raises."""
    try:
        exec(code)
    except ModuleNotFoundError as error:
        return str(error)
    raise AssertionError(f"{code}: raised nothing")


# Installed, and from nowhere else.
assert Path(deepmusician.__file__).is_relative_to(sys.prefix), deepmusician.__file__

# Train, compose, evaluate, look: by command, then in Python.
write_tunes(Path("tunes"))
tiny = ["--preset", "quick", "--epochs", "1", "--hidden", "8", "--batch", "4"]
tiny += ["--windows-per-epoch", "8"]
assert command("train", "--corpus", "tunes", *tiny).startswith("run ")
command("compose", "latest", "--output", "new.mid")
command("compose", "latest", "--output", "new.mp3")
assert "nll_step" in json.dumps(json.loads(command("evaluate", "latest", "--json")))
assert "tunes" in command("runs")
assert "steps" in command("roll", "tunes/tune-0.mid")
run = Run.load("latest")
compose(run, steps=32)[0].save("python.mid")
assert PianoRoll.from_midi("python.mid").steps_per_quarter == 4
assert evaluate(run.model, load_corpus("tunes").test)

# The records and the piano came along.
assert "Alexander Holm" in load_piano().name
assert len(read_sweep().rows) == 75
assert read_composer_network().open().model
assert len(read_record("training_speed").rows)

# What needs more says what.
for code in (
    "from deepmusician.widgets import player",
    "from deepmusician.widgets import composer",
    "from deepmusician.music import engrave; engrave('tunes/tune-0.mid')",
):
    assert 'pip install "deepmusician[book]"' in complaint(code), complaint(code)
words = ["sweep", "--scheduler", "tcp://127.0.0.1:1", "--corpus", "tunes", *tiny]
words = [Path(sys.prefix, "bin", "deepmusician"), *words]
tried = subprocess.run(words, capture_output=True, text=True)
assert 'pip install "deepmusician[cluster]"' in tried.stderr, tried.stderr
