"""What the commands say and write, and the corpus that they read.

Heavy modules are imported by the functions that need them, so that help is quick.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Column, Table

if TYPE_CHECKING:
    from deepmusician.corpora import Corpus
    from deepmusician.music import PianoRoll
    from deepmusician.studies import Provenance
    from deepmusician.training import TrainConfig

SOUND_SUFFIXES = (".mp3", ".wav")
OUTPUT_SUFFIXES = (".mid", ".midi", ".musicxml", ".xml", *SOUND_SUFFIXES)


def say(message: object) -> None:
    """Print one line to stderr."""
    print(" ".join(str(message).split()), file=sys.stderr)


def read_corpus(config: "TrainConfig") -> "Corpus":
    """Return the corpus to train on; say which files were left out."""
    from deepmusician.corpora import load_corpus

    corpus = load_corpus(config.corpus, config.network.steps_per_quarter)
    for path, reason in corpus.failures:
        say(f"left out: {path}: {reason}")
    return corpus


def print_json(measures: Mapping) -> None:
    """Print one JSON object, null where a number is NaN."""
    from deepmusician.files import to_json

    print(to_json(dict(measures)), end="")


def print_measures(measures: Mapping) -> None:
    """Print names and values, one a line."""
    shown = _without_idle_calibration(measures)
    width = max(len(name) for name in shown)
    for name, value in shown.items():
        print(f"{name.replace('_', ' '):{width}}  {_shown(value)}")


def print_run(metrics: Mapping) -> None:
    """Print a run's measures on the pieces that it never saw, and its effort."""
    table = Table("measure", "valid", "test")
    for name, value in _without_idle_calibration(metrics["valid"]).items():
        table.add_row(name, _shown(value), _shown(metrics["test"].get(name, "")))
    Console().print(table)
    print_measures({k: v for k, v in metrics.items() if k not in ("valid", "test")})


def print_corpora() -> None:
    """Print the named corpora, and whether they are at hand without a network."""
    from deepmusician.corpora import CATALOGUE

    table = Table("name", "what", "from", "licence", "at hand")
    for name, entry in CATALOGUE.items():
        here = "yes" if _at_hand(name, entry) else "no: downloads"
        table.add_row(name, entry.title, entry.origin, entry.licence, here)
    Console().print(table)


def print_runs(folders: list[Path]) -> None:
    """Print the finished runs in these folders, a row each."""
    headings = ("corpus", "outputs", "hidden", "loss", "updates", "valid NLL")
    table = Table(Column("run", no_wrap=True), *headings)
    for folder in folders:
        table.add_row(folder.name, *_run_cells(folder))
    Console().print(table)


def about(roll: "PianoRoll") -> dict:
    """Return what a file looks like as a roll; errors of the grid are in quarters."""
    reading = roll.reading
    return {
        "steps": len(roll),
        "notes": len(roll.notes()),
        "density": roll.density(),
        "silent_share": roll.silent_share(),
        "steps_per_quarter": roll.steps_per_quarter,
        "tempo": roll.tempo,
        "dropped": dict(reading.dropped),
        "quantisation_error": reading.largest_error,
        "mean_quantisation_error": reading.mean_error,
    }


def measures_of_file(path: str, run: str = "") -> dict[str, float]:
    """Return the measures of a music file, and how well a run predicts it."""
    from deepmusician import evaluation
    from deepmusician.music import PianoRoll
    from deepmusician.training import Run

    every = evaluation.MEASURES | evaluation.LENGTH_MEASURES
    if not run:
        return evaluation.music_measures(PianoRoll.from_file(path), every)
    judge = Run.load(run)
    roll = PianoRoll.from_file(path, judge.config.network.steps_per_quarter)
    measures = evaluation.evaluate(judge.model, [roll], calibration=judge.calibration)
    return evaluation.music_measures(roll, every) | measures


def check_output(path: Path) -> None:
    """Raise ValueError unless music can be written under this name."""
    if path.suffix.lower() not in OUTPUT_SUFFIXES:
        raise ValueError(
            f"{path}: the name must end in one of {', '.join(OUTPUT_SUFFIXES)}"
        )
    check_parent(path)


def check_parent(path: Path) -> None:
    """Raise ValueError unless there is a folder for this file."""
    if not path.parent.is_dir():
        raise ValueError(f"{path}: there is no folder {path.parent}. Make it first.")


def check_table_folder(path: Path) -> None:
    """Raise ValueError where a file is in the way of the folder for a table."""
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path}: is a file; the table goes into a folder")


def provenance_of_command(seconds: float, details: dict) -> "Provenance":
    """Return the provenance of what this command just did in so many seconds."""
    from deepmusician.studies import clean_commit, provenance_now

    try:
        commit = clean_commit()
    except (RuntimeError, OSError):  # an installed package has no checkout
        commit = "unknown"
    command = " ".join(["deepmusician", *sys.argv[1:]])
    return provenance_now(command, seconds, 1, commit, details)


def numbered(path: Path, pieces: int) -> list[Path]:
    """Return a path for each piece: the path itself, or -1, -2, … before the suffix."""
    if pieces == 1:
        return [path]
    width = len(str(pieces))
    return [path.with_stem(f"{path.stem}-{n:0{width}}") for n in range(1, pieces + 1)]


def write_music(roll: "PianoRoll", path: Path) -> None:
    """Write a roll as MIDI, MusicXML or sound, by the path's suffix."""
    if path.suffix.lower() in SOUND_SUFFIXES:
        from deepmusician.sound import write_audio

        write_audio(roll, path)
    else:
        roll.save(path)


def _without_idle_calibration(measures: Mapping) -> dict:
    """Return measures without those of raw logits that calibration left alone."""
    return {
        name: value
        for name, value in measures.items()
        if not name.startswith("raw_")
        or value != measures.get(name.removeprefix("raw_"))
    }


def _run_cells(folder: Path) -> list[str]:
    """Return a run's cells of the table; a damaged one says so."""
    from deepmusician.training import read_config, read_metrics

    try:
        config, metrics = read_config(folder), read_metrics(folder)
        network, nll = config.network, _shown(metrics["valid"]["nll_step"])
        on_tokens = network.representation == "tokens"
        kind = f"tokens, {network.body}" if on_tokens else network.outputs
        cells = config.corpus, kind, network.hidden, config.loss
        return [*map(str, cells), str(metrics["updates"]), nll]
    except (OSError, ValueError, KeyError, TypeError):
        return ["damaged"]


def _at_hand(name: str, entry: Any) -> bool:
    """Return whether a named corpus can be read without a network."""
    from deepmusician.files import data_folder

    if entry.file:
        return (data_folder() / entry.file).is_file()
    if name == "mozart-sonatas":
        return (data_folder() / "mozart-piano-sonatas").is_dir()
    return True  # music21's own


def _shown(value: object) -> str:
    """Return a measure as a person reads it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{count} {cause}" for cause, count in value.items()) or "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
