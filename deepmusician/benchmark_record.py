"""The recorded benchmark: its scores and curves, and what is still open.

`make benchmark` writes it, the chapter reads it. Chapter: against the published record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from deepmusician import records
from deepmusician.baselines import ConstantDensity, NoteUnigram
from deepmusician.benchmark import Benchmark, benchmark
from deepmusician.benchmark_rows import BARS, NETWORKS, Row
from deepmusician.code_state import Account, RecordError, check_code
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.free_running import STEPS, unpack
from deepmusician.pianoroll import PianoRoll
from deepmusician.records import Provenance, Table
from deepmusician.training import Run
from deepmusician.whole_pieces import frame_nlls, pooled

NAME, CURVES = "benchmark", "benchmark_curves"
SEEDS = {"decoder": (0, 1, 2), "encoder-decoder": (0,)}
"""The seeds that are recorded of a network."""
ROOM = 0.05
"""How far from its recorded seeds a row trained again may always be, nats a frame."""


def record_benchmark(
    rows: Sequence[Row],
    folder: str | Path,
    seeds: Mapping[str, Sequence[int]] = SEEDS,
    jobs: int = 2,
) -> Path:
    """Train and score rows, write the record, and return its table's path.

    `seeds`: by network. Rows that were recorded before and are not among these stay
    in the record, if the code still gives what it gave then. Goes through the run
    store, so that the same call after a kill goes on. Raises RuntimeError when the
    package's code is not committed, or is changed meanwhile, and RecordError when
    rows recorded before are no longer what the code gives.
    """
    account = Account()
    earlier = _earlier(rows, folder)
    keys = [(row, seed) for row in rows for seed in seeds[row.network]]
    new = benchmark(keys, jobs=jobs)
    found, details = _joined(earlier, new, account.commit)
    spent = found.scores.seconds.sum() / jobs
    born = account.close("make benchmark", {"jobs": jobs} | details, spent)
    return write_benchmark(folder, found, born)


def _earlier(rows: Sequence[Row], folder: str | Path) -> tuple[Benchmark, dict] | None:
    """Return what was recorded before of other rows, and its details, if anything."""
    if not (Path(folder) / f"{NAME}.json").exists():
        return None
    table, epochs = read_benchmark(folder), read_curves(folder).rows
    check_code(table.provenance, "rm book/results/benchmark*; make benchmark")
    kept = _others(table.rows, rows)
    if "commit" not in kept:
        kept = kept.assign(commit=table.provenance.commit)
    told = table.provenance.details
    gone = {str(row) for row in rows}
    details = {
        name: {row: value for row, value in told[name].items() if row not in gone}
        for name in ("rows", "pieces", "no_past")
    }
    return Benchmark(kept, _others(epochs, rows), {}), details


def _others(table: pd.DataFrame, rows: Sequence[Row]) -> pd.DataFrame:
    """Return the lines of a table that belong to none of these rows."""
    keys = table[list(Row._fields)].itertuples(index=False, name=None)
    return table[[Row(*key) not in rows for key in keys]]


def _joined(
    earlier: tuple[Benchmark, dict] | None, new: Benchmark, commit: str
) -> tuple[Benchmark, dict]:
    """Return what was found before and now as one, and the details of both."""
    scores, details = new.scores.assign(commit=commit), details_of(new)
    if earlier is None:
        return new._replace(scores=scores), details
    found, told = earlier
    both = new._replace(
        scores=pd.concat([found.scores, scores], ignore_index=True),
        epochs=pd.concat([found.epochs, new.epochs], ignore_index=True),
    )
    return both, {name: told[name] | details[name] for name in details}


def details_of(found: Benchmark) -> dict:
    """Return what a record tells beside its scores, as JSON knows it.

    `rows`: the settings of each row; `pieces`: what it drew; `no_past`: what the two
    1-grams score on its sets, which proves data, split, unit and weighting.
    """
    sets = found.scores.set.unique()
    return {
        "rows": {str(row): asdict(row.config) for row in found.pieces},
        "pieces": {str(row): piece for row, piece in found.pieces.items()},
        "no_past": {name: no_past(load_corpus(name)) for name in sets},
    }


def no_past(corpus: Corpus) -> dict[str, float]:
    """Return what the 1-grams of the published table score on a set, nats a frame."""
    kinds = {"IID 1-gram": ConstantDensity, "note 1-gram": NoteUnigram}
    return {
        name: kind().fit(corpus.train, corpus.plane).nll(corpus.test)
        for name, kind in kinds.items()
    }


def write_benchmark(folder: str | Path, found: Benchmark, born: Provenance) -> Path:
    """Write scores and epochs with their provenance; return the scores' path."""
    records.write_table(folder, CURVES, found.epochs, born)
    return records.write_table(folder, NAME, found.scores, born)


def read_benchmark(folder: str | Path | None = None) -> Table:
    """Return the recorded scores, a row a run, and their provenance.

    `folder`: where the record lies; by default the book's results. Raises
    FileNotFoundError, naming the file, without a record.
    """
    return records.read_table(NAME, folder)


def read_curves(folder: str | Path | None = None) -> Table:
    """Return the recorded epochs of all runs; see `read_benchmark`."""
    return records.read_table(CURVES, folder)


def read_piece(row: Row, frames: int, folder: str | Path | None = None) -> PianoRoll:
    """Return the first frames of what a recorded row drew, at most `STEPS` of them.

    They go on from the opening of a test piece, which is not part of them. Raises
    KeyError for a row that is not in the record.
    """
    text = read_benchmark(folder).provenance.details["pieces"][str(row)]
    grid = row.config.steps_per_quarter
    return unpack(text, STEPS, row.config.plane, grid)[:frames]


def check_again(run: Run, corpus: Corpus, row: Row) -> float:
    """Return what a row's run, trained again, scores on the test pieces.

    Nats a frame. Raises RecordError where the code gives other results than when the
    record was made, or the score lies further from the recorded seeds than they lie
    apart, or than `ROOM` if that is more.
    """
    table = read_benchmark()
    check_code(table.provenance, "make benchmark")
    recorded = table.rows[
        (table.rows.set == row.set)
        & (table.rows.network == row.network)
        & (table.rows.outputs == row.outputs)
    ].test_nll
    low, high = recorded.min(), recorded.max()
    room = max(high - low, ROOM)
    nll = pooled(frame_nlls(run.model, corpus.test, run.calibration))
    if not low - room <= nll <= high + room:
        raise RecordError(
            f"{row}: {nll:.3f} nats a frame now, and {low:.3f} to {high:.3f} when it "
            f"was recorded: run `make benchmark` again"
        )
    return nll


def standing(scores: pd.DataFrame) -> pd.DataFrame:
    """Return what was asked of the bare decoder and what it reached, a row a bar.

    `scores`: as `benchmark` gives them. Columns: set, outputs, bar, mean, spread (the
    standard deviation over the seeds, NaN of one), seeds, and verdict: "met", "missed",
    or "open" where nothing was trained. Nats a frame on the test pieces.
    """
    bare = scores[scores.network == NETWORKS[0]]
    rows = []
    for (name, outputs), bar in BARS.items():
        nlls = bare[(bare.set == name) & (bare.outputs == outputs)].test_nll
        verdict = "open" if nlls.empty else "met" if nlls.mean() <= bar else "missed"
        told = {"set": name, "outputs": outputs, "bar": bar, "mean": nlls.mean()}
        rows.append(
            told | {"spread": nlls.std(), "seeds": len(nlls), "verdict": verdict}
        )
    return pd.DataFrame(rows)
