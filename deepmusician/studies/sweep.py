"""A sweep over alpha and gamma: networks, table and record, and comparing its runs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.files import write_file
from deepmusician.music import PianoRoll
from deepmusician.studies.outcome import (
    FREE_STEPS,
    measures_table,
    openings,
    pack_roll,
    unpack_roll,
)
from deepmusician.studies.parallel import train_all
from deepmusician.studies.presets import Preset, preset
from deepmusician.studies.recording import check_range, check_settings
from deepmusician.studies.results import (
    Provenance,
    Record,
    find_result,
    read_record,
    write_table,
)
from deepmusician.training import (
    Cell,
    Run,
    RunStore,
    TrainConfig,
    cell_of,
    resolved,
    sweep_cells,
)

SWEEP, SWEEP_PIECES = "sweep", "sweep_pieces.json"
SWEEP_TOLERANCES = {
    "test_nll_step": 0.03,
    "test_average_precision": 0.015,
    "test_density": 0.025,
}
"""The measures that a cell trained again must meet, and how far they may always be
from the recorded range: in nats per step, as a share, in notes per step. That is three
standard deviations over the seeds of a cell, pooled over the full sweep: the range of
three seeds alone would refuse one honest run in eight."""


class PieceKey(NamedTuple):
    """Which piece of a sweep: the cell's, by one of the rules `RULE_VARIANTS`."""

    alpha: float
    gamma: float
    seed: int
    rule: str


class Sweep(NamedTuple):
    """What a sweep came to.

    table: a row a cell and seed: alpha, gamma, seed, run (its id), and its measures,
        as in `Outcome.measures`.
    pieces: what each network played, 192 steps by every rule.
    """

    table: pd.DataFrame
    pieces: dict[PieceKey, PianoRoll]


def run_sweep(
    base: TrainConfig,
    alphas: Iterable[float],
    gammas: Iterable[float],
    seeds: Iterable[int],
    store: RunStore | None = None,
    scheduler: str | None = None,
    jobs: int | None = None,
    progress: bool = True,
    corpus: Corpus | None = None,
) -> Sweep:
    """Return what networks learn that are alike but for alpha, gamma and the seed.

    Each is a run of the run store: the same call after a kill, or after Ctrl-C, reads
    the finished ones, and goes on with those under way.

    `base` holds all settings but the loss's and the seed; `alphas`, `gammas` and
    `seeds` span the grid, in which alpha 0.5 with gamma 0 is trained with BCE.
    `store`, `scheduler`, `jobs` and `progress` are those of `train_all`;
    `corpus` holds the pieces, by default those that `base.corpus` names.

    Raises:
        KeyboardInterrupt: on Ctrl-C; the message says how far it came.
        MusicFileError: when the corpus cannot be read.
        ValueError: for an impossible grid, or when cells failed; the others are in
            the run store then.
    """
    cells = sweep_cells(alphas, gammas, seeds)
    configs = [cell.config(base) for cell in cells]
    if corpus is None:
        corpus = load_corpus(base.corpus, base.network.steps_per_quarter, progress)
    outcomes = train_all(configs, corpus, store, scheduler, jobs, progress)
    by_cell = dict(zip(cells, outcomes, strict=True))
    plane, grid = base.network.plane, corpus.steps_per_quarter
    pieces = {
        PieceKey(*cell, rule): unpack_roll(text, FREE_STEPS, plane, grid)
        for cell, outcome in by_cell.items()
        for rule, text in outcome.pieces.items()
    }
    return Sweep(measures_table(by_cell, Cell._fields), pieces)


def write_sweep(folder: str | Path, result: Sweep, provenance: Provenance) -> Path:
    """Write a sweep's pieces, table and provenance; return the table's path."""
    write_file(Path(folder, SWEEP_PIECES), _packed(result.pieces))
    return write_table(folder, SWEEP, result.table, provenance)


def read_sweep(name: str | None = None, folder: str | Path | None = None) -> Record:
    """Return the recorded sweep's rows of a preset, and their provenance.

    `name`: the preset, "full" by default; `folder`: where the record lies, by default
    `RECORDS`. Raises FileNotFoundError, naming the file, without a record,
    RecordError when it was changed or does not hold the preset.
    """
    record = read_record(SWEEP, folder)
    if "preset" not in record.rows:  # a sweep of your own
        return record
    chosen = record.select(preset=name or "full")
    return replace(chosen, rows=chosen.rows.drop(columns="preset"))


def read_sweep_pieces(folder: str | Path | None = None) -> dict[PieceKey, PianoRoll]:
    """Return the recorded pieces, 192 steps each, by alpha, gamma, seed and rule.

    They go on from the opening of a piece that no network was trained on, which is
    not part of them. Raises FileNotFoundError, naming the file, without a record.
    """
    kept = json.loads(find_result(SWEEP_PIECES, folder).read_text(encoding="utf-8"))
    grid = kept["steps_per_quarter"]
    return {
        PieceKey(*cell, rule): unpack_roll(text, kept["steps"], "onsets", grid)
        for *cell, pieces in kept["cells"]
        for rule, text in pieces.items()
    }


def check_sweep(
    *again: Run, book: Preset | None = None, folder: str | Path | None = None
) -> pd.DataFrame:
    """Return how cells trained again compare with the record; raise if they do not.

    `again`: runs of cells of the preset's sweep, of any seed; `book`: the preset, by
    default the one in force. A measure passes within the range of its cell's recorded
    seeds, widened as in `check_range` by `SWEEP_TOLERANCES`.

    Returns:
        A row a cell and measure: cell, measure, low, high (what may be), now.

    Raises:
        RecordError: when the settings are not the recorded ones, or a cell lies
            outside; the message names cell, measure and values.
        ValueError: for a run that is no cell of this sweep.
    """
    book = book or preset()
    record = read_sweep(book.name, folder)
    recorded = record.provenance.details["presets"][book.name]["base"]
    what = f"the sweep of the preset {book.name}"
    check_settings(what, recorded, book.sweep, "make sweep")
    rows = []
    for run in again:
        cell = _cell(run, book)
        seeds = record.select(alpha=cell.alpha, gamma=cell.gamma).rows
        for name, tolerance in SWEEP_TOLERANCES.items():
            now = run.metrics["test"][name.removeprefix("test_")]
            measure, values = f"{cell}: {name}", seeds[name]
            low, high = check_range(measure, now, values, tolerance, "make sweep")
            row = {"cell": str(cell), "measure": name}
            rows.append(row | {"low": low, "high": high, "now": now})
    return pd.DataFrame(rows)


def sweep_settings(book: Preset, corpus: Corpus) -> dict:
    """Return all that decides a preset's sweep beside the code, as JSON knows it."""
    primes = openings(corpus, book.sweep.network.context)
    return {
        "base": asdict(resolved(book.sweep)),
        "alphas": list(book.alphas),
        "gammas": list(book.gammas),
        "seeds": list(book.seeds),
        "corpus": corpus.fingerprint,
        "openings": [roll.name for roll in primes],
    }


def _cell(run: Run, book: Preset) -> Cell:
    """Return a run's cell. ValueError if it is none of this preset's sweep."""
    cell = cell_of(run.config)
    found = {"corpus": run.config.corpus, "precision": run.config.precision}
    expected = cell.config(book.sweep).but(**found)
    if run.config != expected:
        raise ValueError(f"run {run.id} is no cell of the sweep at {book.name}")
    return cell


def _packed(pieces: Mapping[PieceKey, PianoRoll]) -> str:
    """Return pieces on one grid as JSON, a line a cell: the onset planes as text."""
    cells: dict[tuple, dict[str, str]] = {}
    for (*cell, rule), roll in pieces.items():
        cells.setdefault(tuple(cell), {})[rule] = pack_roll(roll)
    grids = {roll.steps_per_quarter for roll in pieces.values()}
    head = {"steps": FREE_STEPS, "steps_per_quarter": grids.pop() if grids else 4}
    lines = [json.dumps([*cell, packed]) for cell, packed in cells.items()]
    body = ",\n".join(lines)
    return f'{json.dumps(head)[:-1]}, "cells": [\n{body}\n]}}\n'


FORCED_DENSITIES = {
    "threshold": "test_thresholded_density",
    "raw_threshold": "test_raw_thresholded_density",
    "sample": "test_density",
    "raw_sample": "test_raw_density",
    "density": "valid_target_density",
}
"""Where a table has a rule's density when the true past is read. The rule "density"
has that of the validation pieces, for which its threshold was chosen."""


def seed_spread(table: pd.DataFrame, by: Sequence[str], column: str) -> pd.DataFrame:
    """Return mean, low and high of a column over the runs alike in the columns `by`.

    The index of the result holds `by`. Runs for which the column is not defined are
    left out.
    """
    spreads = table.groupby(list(by), sort=True)[column].agg(["mean", "min", "max"])
    return spreads.set_axis(["mean", "low", "high"], axis="columns")


def by_rule(table: pd.DataFrame, rules: Mapping[str, str]) -> pd.DataFrame:
    """Return a row a run and decision rule of a table with a row a run.

    `table`: as `run_sweep` gives it; `rules`: label → the rule's name in its columns.
    The rows have the run's own columns and `label`, `forced` (notes per step where the
    true past is read), `free` (where it reads only its own) and `silent` (the share of
    steps in which it then plays nothing).
    """
    return pd.concat(
        [
            table.assign(
                label=label,
                forced=table[FORCED_DENSITIES[rule]],
                free=table[f"free_{rule}_density"],
                silent=table[f"free_{rule}_silent_share"],
            )
            for label, rule in rules.items()
        ]
    )


def less_bce(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a sweep's other cells, less what BCE has with the same seed.

    `columns`: those to subtract in; BCE is the cell of alpha 0.5 and gamma 0. What
    all runs of a seed share, such as their first weights, falls out.
    """
    columns = list(columns)
    is_bce = (table["alpha"] == 0.5) & (table["gamma"] == 0)
    bce = table[is_bce].set_index("seed")[columns]
    others = table[~is_bce].copy()
    others[columns] -= bce.loc[others["seed"]].to_numpy()
    return others
