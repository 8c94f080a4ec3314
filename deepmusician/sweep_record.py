"""The recorded sweep: its table and pieces, and whether today's code still gives them.

`make sweep` writes it, the chapter reads it, and the build fails where two cells that
are trained again do not land among their recorded seeds. Chapter: focal loss.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd

from deepmusician import records
from deepmusician.cache import atomic_write
from deepmusician.cells import Cell, cell_of
from deepmusician.code_state import Account, RecordError, check_code
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.free_running import STEPS, openings, pack, unpack
from deepmusician.pianoroll import PianoRoll
from deepmusician.presets import Preset, preset
from deepmusician.records import Table
from deepmusician.sweep import PieceKey, Sweep, sweep
from deepmusician.training import Run

NAME = "sweep"
PIECES = "sweep_pieces.json"
CHECKED = {
    "test_nll_step": 0.03,
    "test_average_precision": 0.015,
    "test_density": 0.025,
}
"""The measures that a cell trained again must meet, and how far they may always be
from the recorded range: in nats a step, as a share, in notes a step. That is three
standard deviations over the seeds of a cell, pooled over the full sweep: the range of
three seeds alone would refuse one honest run in eight."""


def record_sweep(
    presets: Mapping[str, Preset], folder: str | Path, jobs: int = 2
) -> Path:
    """Run the sweep of each preset, write the record, and return its table's path.

    The pieces kept are those of the first preset. Takes what `sweep` takes, and
    resumes like it. Raises RuntimeError when the package's code is not committed, or
    is changed meanwhile.
    """
    account, found, corpora = Account(), {}, {}
    for name, book in presets.items():
        corpora[name] = load_corpus(book.sweep.corpus, book.sweep.steps_per_quarter)
        found[name] = sweep(
            *(book.sweep, book.alphas, book.gammas, book.seeds),
            jobs=jobs,
            corpus=corpora[name],
        )
    told = {name: settings(book, corpora[name]) for name, book in presets.items()}
    rows = pd.concat(
        each.table.assign(preset=name).set_index("preset").reset_index()
        for name, each in found.items()
    )
    spent = rows.seconds.sum() / jobs
    born = account.close("make sweep", {"jobs": jobs, "presets": told}, spent)
    pieces = next(iter(found.values())).pieces
    return write_sweep(folder, Sweep(rows, pieces), born)


def write_sweep(
    folder: str | Path, found: Sweep, provenance: records.Provenance
) -> Path:
    """Write a sweep's pieces, table and provenance; return the table's path."""
    path = Path(folder) / PIECES
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_text(_packed(found.pieces), encoding="utf-8")
    return records.write_table(folder, NAME, found.table, provenance)


def read_sweep(name: str | None = None, folder: str | Path | None = None) -> Table:
    """Return the recorded sweep's rows of a preset, and their provenance.

    Args:
        name: the preset, "full" by default: the one worth looking at.
        folder: where the record lies; by default the book's results.

    Raises FileNotFoundError, naming the file, without a record, ValueError when it
    was changed or does not hold the preset.
    """
    table = records.read_table(NAME, folder)
    if "preset" not in table.rows:  # a sweep of your own
        return table
    rows = table.rows[table.rows["preset"] == (name or "full")]
    if rows.empty:
        raise ValueError(f"the recorded sweep has no preset {name or 'full'!r}")
    return replace(table, rows=rows.drop(columns="preset").reset_index(drop=True))


def read_pieces(folder: str | Path | None = None) -> dict[PieceKey, PianoRoll]:
    """Return the recorded pieces, 192 steps each, by alpha, gamma, seed and rule.

    They go on from the opening of a piece that no network was trained on, which is
    not part of them. Raises FileNotFoundError, naming the file, without a record.
    """
    told = json.loads(records.find(PIECES, folder).read_text(encoding="utf-8"))
    grid = told["steps_per_quarter"]
    return {
        PieceKey(*cell, rule): unpack(text, told["steps"], "onsets", grid)
        for *cell, pieces in told["cells"]
        for rule, text in pieces.items()
    }


def check_record(
    *again: Run, book: Preset | None = None, folder: str | Path | None = None
) -> pd.DataFrame:
    """Return how cells trained again compare with the record; raise if they do not.

    Args:
        again: runs of cells of the preset's sweep, of any seed.
        book: the preset; by default the one in force.
        folder: where the record lies; by default the book's results.

    A measure passes inside the range of its cell's recorded seeds, widened on each
    side by the range's own width, or by the tolerance in `CHECKED` if that is more.

    Returns:
        A row a cell and measure: cell, measure, low, high (what may be), now.

    Raises:
        RecordError: when the code gives other results than it did for the record, or
            a cell lies outside; the message names cell, measure and values.
        ValueError: for a run that is no cell of this sweep.
    """
    book = book or preset()
    table = read_sweep(book.name, folder)
    _check_code(table, book)
    rows = []
    for run in again:
        cell = _cell(run, book)
        alike = (table.rows.alpha == cell.alpha) & (table.rows.gamma == cell.gamma)
        measured = {
            "test_" + name: value for name, value in run.metrics["test"].items()
        }
        rows += [
            _compared(cell, name, table.rows.loc[alike, name], measured[name])
            for name in CHECKED
        ]
    return pd.DataFrame(rows)


def settings(book: Preset, corpus: Corpus) -> dict:
    """Return all that decides a preset's sweep beside the code, as JSON knows it."""
    return {
        "base": asdict(book.sweep),
        "alphas": list(book.alphas),
        "gammas": list(book.gammas),
        "seeds": list(book.seeds),
        "corpus": corpus.fingerprint,
        "openings": [roll.name for roll in openings(corpus, book.sweep.context)],
    }


def _check_code(table: Table, book: Preset) -> None:
    """Raise RecordError where the preset or the code is not that of the record."""
    recorded = table.provenance.details["presets"][book.name]["base"]
    now = asdict(book.sweep)
    changed = [name for name in now if recorded.get(name, now[name]) != now[name]]
    if changed:
        raise RecordError(
            f"the sweep of the preset {book.name} was recorded with another "
            f"{' and '.join(changed)}: run `make sweep` again"
        )
    check_code(table.provenance, "make sweep")


def _cell(run: Run, book: Preset) -> Cell:
    """Return a run's cell. ValueError if it is none of this preset's sweep."""
    cell = cell_of(run.config)
    expected = replace(cell.config(book.sweep), corpus=run.config.corpus)
    if run.config != expected:
        raise ValueError(f"run {run.id} is no cell of the sweep at {book.name}")
    return cell


def _compared(cell: Cell, measure: str, recorded: pd.Series, now: float) -> dict:
    """Return a row of the comparison. RecordError when the new value lies outside."""
    if recorded.empty:
        raise RecordError(f"the recorded sweep has no cell of {cell}")
    low, high = recorded.min(), recorded.max()
    room = max(high - low, CHECKED[measure])
    if not low - room <= now <= high + room:
        seeds = ", ".join(f"{value:.4g}" for value in recorded)
        raise RecordError(
            f"{cell}: {measure} is {now:.4g} now, and was {seeds} when the sweep was "
            f"recorded; {low - room:.4g} to {high + room:.4g} would do"
        )
    told = {"cell": str(cell), "measure": measure}
    return told | {"low": low - room, "high": high + room, "now": now}


def _packed(pieces: Mapping[PieceKey, PianoRoll]) -> str:
    """Return pieces on one grid as JSON, a line a cell: the onset planes as text."""
    cells: dict[tuple, dict[str, str]] = {}
    for (*cell, rule), roll in pieces.items():
        cells.setdefault(tuple(cell), {})[rule] = pack(roll)
    grids = {roll.steps_per_quarter for roll in pieces.values()}
    head = {"steps": STEPS, "steps_per_quarter": grids.pop() if grids else 4}
    lines = [json.dumps([*cell, packed]) for cell, packed in cells.items()]
    body = ",\n".join(lines)
    return f'{json.dumps(head)[:-1]}, "cells": [\n{body}\n]}}\n'
