"""Train several networks for the same time, and record what each then knows.

Usage: `python benchmarks/equal_time.py --seconds 180`

Every variant first trains for a moment, to learn how many updates the time holds; its
learning-rate schedule is then laid over exactly that many. Nothing else may run beside
it, or, with `--threads 1` and a core to itself, nothing on that core: times are
compared. Finished variants are found in the run store, so that an
interrupted benchmark goes on. The record goes to book/results/equal_time.json.
"""

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch

from deepmusician import TrainConfig, fit, load_corpus
from deepmusician.cache import cache_folder
from deepmusician.corpora import Corpus
from deepmusician.presets import preset
from deepmusician.records import provenance, write_record
from deepmusician.runs import RunStore

EPOCHS = 8  # looks at the held-out pieces in the time there is
WARM, TIMED = 6, 14  # updates before the clock starts, and on the clock


def variants() -> dict[str, TrainConfig]:
    """Return the networks to compare: the book's two, and one change at a time."""
    book = preset("full")
    report, dependent = book.report, book.dependent
    return {
        "the report's size": report,
        "the report's size, batch 32": replace(report, batch=32),
        "half the width": replace(report, hidden=256),
        "dependent, the report's size": replace(dependent, hidden=512),
        "dependent, half the width": dependent,
        "dependent, half the width, batch 32": replace(dependent, batch=32),
    }


def updates_within(config: TrainConfig, corpus: Corpus, seconds: float) -> int:
    """Return how many updates fit into `seconds`, looks at held-out music included."""
    size = replace(config, epochs=1, listen_every=0)
    taken = []
    for updates in (WARM, WARM + TIMED):
        trial = replace(size, windows_per_epoch=updates * config.batch)
        with tempfile.TemporaryDirectory() as folder:
            run = fit(trial, corpus, RunStore(folder), False, torch.get_num_threads())
        taken.append(run.history.seconds.iloc[-1])
    each = (taken[1] - taken[0]) / TIMED
    look = max(0.0, taken[0] - WARM * each)
    return max(EPOCHS, int((seconds - EPOCHS * look) / each))


def train_for(
    config: TrainConfig, corpus: Corpus, seconds: float, planned: dict[str, int]
) -> dict:
    """Return the figures of a network trained for so long.

    `planned` keeps how many updates each variant was found to have time for, so that
    an interrupted benchmark resumes the very same runs.
    """
    key = f"{config} {seconds}"
    if key not in planned:
        planned[key] = updates_within(config, corpus, seconds)
    share = planned[key] // EPOCHS * config.batch
    timed = replace(
        config, epochs=EPOCHS, windows_per_epoch=share, patience=EPOCHS, listen_every=8
    )
    run = fit(timed, corpus, threads=torch.get_num_threads())
    last = run.history.iloc[-1]
    return {
        "outputs": config.outputs,
        "hidden": config.hidden,
        "batch": config.batch,
        "updates": int(last.updates),
        "seconds": round(float(last.seconds)),
        "train_nll": round(float(last.train_nll), 3),
        "valid_nll": round(float(run.history.valid_nll.min()), 3),
        "free_density": round(float(last.free_density), 2),
    }


def main() -> None:
    """Train all variants, print and record the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=180, help="for each network")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument(
        "--record", default="book/results/equal_time.json", help="where the table goes"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    corpus, start, rows = load_corpus("bach-chorales"), time.perf_counter(), []
    plan = cache_folder("plans") / "equal_time.json"
    planned = json.loads(plan.read_text()) if plan.exists() else {}
    for name, config in variants().items():
        row = train_for(config, corpus, options.seconds, planned)
        plan.write_text(json.dumps(planned))
        rows.append({"name": name} | row)
        print(rows[-1], flush=True)
    command = (
        f"python benchmarks/equal_time.py --seconds {options.seconds:g} "
        f"--threads {options.threads}"
    )
    born = provenance(command, time.perf_counter() - start, options.threads)
    print(write_record(Path(options.record), rows, born))


if __name__ == "__main__":
    main()
