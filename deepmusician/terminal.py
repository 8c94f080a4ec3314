"""What the command line says and writes; its commands stand in `cli.py`."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deepmusician.cache import data_folder
from deepmusician.catalogue import CATALOGUE
from deepmusician.evaluation import evaluate, to_json
from deepmusician.music_metrics import music_measures
from deepmusician.pianoroll import PianoRoll
from deepmusician.training import Run, read_config, read_metrics

OUTPUTS = (".mid", ".midi", ".musicxml", ".xml", ".mp3")


def print_json(told: Mapping) -> None:
    """Print one JSON object, null where a number is NaN."""
    print(to_json(dict(told)), end="")


def print_measures(told: Mapping) -> None:
    """Print names and values, one a line."""
    told = _telling(told)
    width = max(len(name) for name in told)
    for name, value in told.items():
        print(f"{name.replace('_', ' '):{width}}  {_shown(value)}")


def print_run(metrics: Mapping) -> None:
    """Print a run's measures on the pieces that it never saw, and its effort."""
    table = Table("measure", "valid", "test")
    for name, value in _telling(metrics["valid"]).items():
        table.add_row(name, _shown(value), _shown(metrics["test"].get(name, "")))
    Console().print(table)
    print_measures({k: v for k, v in metrics.items() if k not in ("valid", "test")})


def corpora_table() -> Table:
    """Return the named corpora and whether they are at hand without a network."""
    table = Table("name", "what", "from", "licence", "at hand")
    for name, entry in CATALOGUE.items():
        here = "yes" if _at_hand(name) else "no: downloads"
        table.add_row(name, entry.title, entry.origin, entry.licence, here)
    return table


def runs_table(folders: list[Path]) -> Table:
    """Return the finished runs in these folders, a row each."""
    table = Table()
    table.add_column("run", no_wrap=True)
    for heading in ("corpus", "outputs", "hidden", "loss", "updates", "valid NLL"):
        table.add_column(heading)
    for folder in folders:
        table.add_row(folder.name, *_run_cells(folder))
    return table


def about(roll: PianoRoll) -> dict:
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
    """Return the measures of a music file, and how well a run foretells it."""
    if not run:
        return music_measures(PianoRoll.from_file(path))
    found = Run.load(run)
    roll = PianoRoll.from_file(path, found.config.steps_per_quarter)
    measures = evaluate(found.model, [roll], calibration=found.calibration)
    return music_measures(roll) | measures


def check_output(path: Path) -> None:
    """Raise ValueError unless music can be written under this name."""
    if path.suffix.lower() not in OUTPUTS:
        raise ValueError(f"{path}: the name must end in one of {', '.join(OUTPUTS)}")
    if not path.parent.is_dir():
        raise ValueError(f"{path}: there is no folder {path.parent}. Make it first.")


def numbered(path: Path, pieces: int) -> list[Path]:
    """Return a path for each piece: the path itself, or -1, -2, … before the suffix."""
    if pieces == 1:
        return [path]
    width = len(str(pieces))
    return [path.with_stem(f"{path.stem}-{n:0{width}}") for n in range(1, pieces + 1)]


def write(roll: PianoRoll, path: Path) -> None:
    """Write a roll as MIDI, MusicXML or sound, by the path's suffix."""
    if path.suffix.lower() == ".mp3":
        from deepmusician.listening.audio import write_mp3

        write_mp3(roll, path)
    else:
        roll.save(path)


def _telling(measures: Mapping) -> dict:
    """Return measures without those of raw logits that calibration left alone."""
    return {
        name: value
        for name, value in measures.items()
        if not name.startswith("raw_")
        or value != measures.get(name.removeprefix("raw_"))
    }


def _run_cells(folder: Path) -> list[str]:
    """Return a run's cells of the table; a damaged one says so."""
    try:
        config, metrics = read_config(folder), read_metrics(folder)
        nll = _shown(metrics["valid"]["nll_step"])
        cells = [config.corpus, config.outputs, config.hidden, config.loss]
        return [*map(str, cells), str(metrics["updates"]), nll]
    except (OSError, ValueError, KeyError, TypeError):
        return ["damaged"]


def _at_hand(name: str) -> bool:
    """Return whether a named corpus can be read without a network."""
    if matrix := CATALOGUE[name].matrix:
        return (data_folder() / "boulanger-lewandowski" / matrix).is_file()
    if name == "mozart-sonatas":
        return (data_folder() / "mozart-piano-sonatas").is_dir()
    return True  # music21's own


def _shown(value: object) -> str:
    """Return a measure as a person reads it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{count} {cause}" for cause, count in value.items()) or "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
