"""The concert run: the network that composes in the page, and how it came about.

`make concert` trains it, or finds it trained, and records two files: its weights,
`concert.dmw`, and `concert.json` with what they are worth. The composer's page.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from deepmusician import records
from deepmusician.cache import atomic_write
from deepmusician.code_state import Account, RecordError
from deepmusician.composing import compose
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.evaluation import evaluate
from deepmusician.export import Exported, export_run, parse
from deepmusician.model import DeepMusician
from deepmusician.music_metrics import music_measures
from deepmusician.pianoroll import PianoRoll
from deepmusician.presets import CONCERT
from deepmusician.records import Record
from deepmusician.runs import RunStore
from deepmusician.settings import TrainConfig
from deepmusician.training import Run, fit

NAME, WEIGHTS = "concert", "concert.dmw"
LARGEST = 4_500_000
"""Bytes of the weights: a page carries them as text, a third longer."""
NEAREST = 0.05
"""How far rounding the weights may move a logit."""
DEAREST = 0.01
"""How much worse, as a share, held-out music may be foretold with rounded weights."""
SAME = 1e-4
"""Nats a step: what the order of float32's sums may change of an NLL, and no more."""
PIECES, STEPS = 16, 192
MEASURED = ("touches a step", "touches on the beat", "scale consistency")
"""What is measured of so many pieces composed from silence, and of the corpus."""
_PRIMES, _PRIME, _FREE = 3, 48, 64  # pieces, their steps, and those composed after


@dataclass(frozen=True, eq=False)
class Concert:
    """The recorded weights, as a page takes them, and their record.

    The record's rows are measures of music: composed, and of the corpus. Its details:
    `config`, `run`, `best_epoch`, `sha256` and `bytes` of the weights, `test_nll` in
    nats a step ("float32" as trained, "rounded" as recorded), and `logit_gap`.
    """

    weights: bytes
    record: Record

    def open(self) -> Exported:
        """Return the network that the weights hold. ExportError if they are damaged."""
        return parse(self.weights)


def record_concert(
    folder: str | Path,
    config: TrainConfig = CONCERT,
    store: RunStore | None = None,
    threads: int | None = None,
) -> Path:
    """Train the concert run, or find it, record it, and return its record's path.

    The same call after a kill goes on. Raises RuntimeError when the package's code is
    not committed or is changed meanwhile, RecordError for weights that rounding made
    worse than they may be.
    """
    account = Account()
    corpus = load_corpus(config.corpus, config.steps_per_quarter)
    run = fit(config, corpus, store, threads=threads)
    weights = _exported(run)
    network = parse(weights)
    details = _details(run, weights, network, corpus)
    _check_rounding(details)
    rows = [
        {"music": "composed from silence", **_measures(_recital(network))},
        {"music": "the corpus", **_measures(corpus.pieces)},
    ]
    spent, cores = run.metrics["seconds"], run.metrics["threads"]
    born = account.close("make concert", details, spent, cores)
    Path(folder).mkdir(parents=True, exist_ok=True)
    with atomic_write(Path(folder, WEIGHTS)) as temporary:
        temporary.write_bytes(weights)
    return records.write_record(Path(folder, f"{NAME}.json"), rows, born)


def read_concert(folder: str | Path | None = None) -> Concert:
    """Return the recorded weights and their record.

    `folder`: where they lie; by default the book's results. Raises FileNotFoundError,
    naming the file, where one is missing, RecordError where they do not fit together.
    """
    record = records.read_record(NAME, folder)
    path = records.find(WEIGHTS, folder)
    weights = path.read_bytes()
    if _sum(weights) != record.provenance.details["sha256"]:
        raise RecordError(
            f"{path}: is not the file that was recorded. Get it again with "
            "`git checkout`, or record it anew with `make concert`."
        )
    return Concert(weights, record)


def check_concert(corpus: Corpus, folder: str | Path | None = None) -> float:
    """Return how well the recorded network foretells held-out music, nats a step.

    Raises RecordError unless the weights are those recorded, and foretell the test
    pieces as they did then: within `SAME` of themselves, and within `DEAREST` of the
    network before its weights were rounded.
    """
    concert = read_concert(folder)
    recorded = concert.record.provenance.details["test_nll"]
    nll = _test_nll(concert.open(), corpus)
    if abs(nll - recorded["rounded"]) > SAME:
        raise RecordError(
            f"the concert's network foretells the test pieces of {corpus.name} at "
            f"{nll:.4f} nats a step now, and at {recorded['rounded']:.4f} when it was "
            "recorded: run `make concert` again"
        )
    _check_rounding(concert.record.provenance.details)
    return nll


def logit_gap(
    exact: DeepMusician, rounded: Exported, primes: Sequence[PianoRoll]
) -> float:
    """Return how far apart two networks' logits are where they hear the same.

    The largest difference over every key of the `_FREE` steps that the rounded one
    composes after each prime, of which both hear each.
    """
    gaps = []
    for seed, prime in enumerate(primes):
        (roll,) = compose(rounded, _FREE, prime, seed=seed)
        one, two = (_judged(model, roll) for model in (exact, rounded.model))
        gaps.append((one - two).abs().max().item())
    return max(gaps)


@torch.no_grad()
def _judged(model: DeepMusician, roll: PianoRoll) -> torch.Tensor:
    """Return the logits (steps, keys) of a roll's last `_FREE` steps, as composed."""
    context = model.config.context
    music = torch.tensor(roll.plane(model.config.plane)).float()  # (steps, keys)
    music = torch.cat([torch.zeros(context, music.shape[1]), music])[None]
    starts = range(music.shape[1] - _FREE, music.shape[1], context)
    chunks = [
        model(music[:, at - context : at], music[:, at : at + context])[0]
        for at in starts
    ]
    return torch.cat(chunks)


def _exported(run: Run) -> bytes:
    """Return the bytes of a run's file."""
    with tempfile.TemporaryDirectory() as folder:
        return export_run(run, Path(folder, WEIGHTS), NAME).read_bytes()


def _details(run: Run, weights: bytes, network: Exported, corpus: Corpus) -> dict:
    """Return what the record tells of the weights, as JSON knows it."""
    unseen = corpus.test[:_PRIMES]
    return {
        "config": asdict(run.config),
        "run": run.id,
        "epochs": run.metrics["epochs"],
        "best_epoch": run.metrics["best_epoch"],
        "sha256": _sum(weights),
        "bytes": len(weights),
        "test_nll": {
            "float32": run.metrics["test"]["nll_step"],
            "rounded": _test_nll(network, corpus),
        },
        "logit_gap": logit_gap(run.model, network, [roll[:_PRIME] for roll in unseen]),
    }


def _check_rounding(details: dict) -> None:
    """Raise RecordError unless rounded weights are as small and exact as they must."""
    before, after = details["test_nll"]["float32"], details["test_nll"]["rounded"]
    limits = {
        "bytes": (details["bytes"], LARGEST),
        "nats a step lost": (after - before, DEAREST * before),
        "the largest change of a logit": (details["logit_gap"], NEAREST),
    }
    for what, (found, most) in limits.items():
        if found > most:
            raise RecordError(
                f"the rounded weights: {what} {found:.4g}, and at most {most:.4g}"
            )


def _recital(network: Exported) -> list[PianoRoll]:
    """Return what the network composes from silence."""
    return compose(network, STEPS, pieces=PIECES)


def _measures(rolls: Sequence[PianoRoll]) -> dict[str, float]:
    """Return how many pieces there are, and the mean of each of their measures."""
    measures = music_measures(rolls)
    return {"pieces": len(rolls)} | {name: measures[name] for name in MEASURED}


def _test_nll(network: Exported, corpus: Corpus) -> float:
    """Return a network's NLL on a corpus's test pieces, nats a step."""
    measures = evaluate(network.model, corpus.test, calibration=network.calibration)
    return measures["nll_step"]


def _sum(weights: bytes) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(weights).hexdigest()
