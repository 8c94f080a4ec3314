"""Train several networks for the same time, and record what each then knows.

Usage: `python benchmarks/equal_time.py --seconds 180`, for the book's networks, or
`python benchmarks/equal_time.py concert --seconds 2700`, for sizes of the concert run.

Every variant first trains for a moment, to learn how many updates the time holds; its
learning-rate schedule is then laid over exactly that many. Nothing else may run beside
it, or, with `--threads 1` and a core to itself, nothing on that core: times are
compared. Finished variants are found in the run store, so that an
interrupted benchmark goes on. The record goes to equal_time.json in book/results, or to
concert_sizes.json there.
"""

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from deepmusician import TrainConfig, fit, load_corpus
from deepmusician.cache import cache_folder
from deepmusician.corpora import Corpus
from deepmusician.presets import CONCERT, preset
from deepmusician.records import provenance, write_record
from deepmusician.runs import RunStore

WARM, TIMED = 6, 14  # updates before the clock starts, and on the clock


def book_networks() -> dict[str, TrainConfig]:
    """Return the book's two networks, and one change of each at a time."""
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


def concert_sizes() -> dict[str, TrainConfig]:
    """Return the concert run at two widths."""
    return {f"2 × {hidden}": replace(CONCERT, hidden=hidden) for hidden in (256, 384)}


# The networks, how often they look at held-out pieces in the time, and their record.
NETWORKS = {
    "book": (book_networks, 8, "equal_time"),
    "concert": (concert_sizes, 32, "concert_sizes"),
}


def updates_within(
    config: TrainConfig, corpus: Corpus, seconds: float, looks: int
) -> int:
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
    return max(looks, int((seconds - looks * look) / each))


def train_for(
    config: TrainConfig,
    corpus: Corpus,
    seconds: float,
    looks: int,
    planned: dict[str, int],
) -> dict:
    """Return the figures of a network trained for so long, in so many epochs.

    `planned` keeps how many updates each variant was found to have time for, so that
    an interrupted benchmark resumes the very same runs.
    """
    timed = replace(
        config, epochs=looks, windows_per_epoch=1, patience=looks, listen_every=8
    )
    key = f"{timed} {seconds}"
    if key not in planned:
        planned[key] = updates_within(config, corpus, seconds, looks)
    timed = replace(timed, windows_per_epoch=planned[key] // looks * config.batch)
    run = fit(timed, corpus, threads=torch.get_num_threads())
    last = run.history.iloc[-1]
    return {
        "outputs": config.outputs,
        "hidden": config.hidden,
        "batch": config.batch,
        "updates": int(last.updates),
        "seconds": round(float(last.seconds)),
        "best_epoch": int(run.metrics["best_epoch"]),
        "train_nll": round(float(last.train_nll), 3),
        "valid_nll": round(float(run.history.valid_nll.min()), 3),
        "free_density": round(float(last.free_density), 2),
    }


def main() -> None:
    """Train all variants, print and record the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("networks", choices=NETWORKS, nargs="?", default="book")
    parser.add_argument("--seconds", type=float, default=180, help="for each network")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--folder", default="book/results", help="where the table goes")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    corpus, rows = load_corpus("bach-chorales"), []
    variants, looks, record = NETWORKS[options.networks]
    plan = cache_folder("plans") / f"{record}.json"
    planned = json.loads(plan.read_text()) if plan.exists() else {}
    for name, config in variants().items():
        row = train_for(config, corpus, options.seconds, looks, planned)
        plan.write_text(json.dumps(planned))
        rows.append({"name": name} | row)
        print(rows[-1], flush=True)
    command = (
        f"python benchmarks/equal_time.py {options.networks} "
        f"--seconds {options.seconds:g} "
        f"--threads {options.threads}"
    )
    spent = sum(row["seconds"] for row in rows)
    born = provenance(command, spent, options.threads)
    print(write_record(Path(options.folder, f"{record}.json"), rows, born))


if __name__ == "__main__":
    main()
