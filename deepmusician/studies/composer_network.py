"""The composer's network, recorded: its weights, and what they are worth.

`make composer` trains it, or takes it from the run store, and records two files: its
weights, `composer_network.safetensors`, and how they came about, with their measures,
`composer_network.json`. `make mozart` trains the same network on Mozart's sonatas; of
it, `mozart.json` keeps measures and four pieces to hear.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from deepmusician.corpora import Corpus
from deepmusician.evaluation import evaluate
from deepmusician.files import checksum
from deepmusician.music import PianoRoll
from deepmusician.studies.outcome import unpack_roll
from deepmusician.studies.results import Record, RecordError, find_result, read_record
from deepmusician.training import ExportedNetwork, parse_export

MOZART_RECORD = "mozart"
COMPOSER_NETWORK, COMPOSER_WEIGHTS = "composer_network", "composer_network.safetensors"
MOST_BYTES = 6_000_000
"""Bytes of the weights: a page carries them as text, a third longer."""
MOST_LOGIT_CHANGE = 0.05
"""How far rounding the weights may move a logit."""
MOST_NLL_RISE = 0.01
"""By which share the NLL of held-out music may rise when weights are rounded."""
NLL_TOLERANCE = 1e-4
"""Nats per step: what the order of float32's sums may change of an NLL, no more."""
COMPOSED_PIECES, COMPOSED_STEPS = 16, 192
COMPOSER_MEASURES = ("notes per step", "notes on the beat", "mean length")
COMPOSER_MEASURES += ("scale consistency",)
"""What is measured of so many pieces composed from silence, and of the corpus."""


@dataclass(frozen=True, eq=False)
class ComposerNetwork:
    """The recorded weights, as a page takes them, and their record.

    The record's rows are measures of music: composed, and of the corpus. Its details:
    `config`, `run`, `best_epoch`, `sha256` and `bytes` of the weights, `test_nll` in
    nats per step ("float32" as trained, "rounded" as recorded), `whole_nll` of "valid"
    and "test", "onsets" and "lengths" in nats a quarter, and `logit_gap`.
    """

    weights: bytes
    record: Record

    def open(self) -> ExportedNetwork:
        """Return the network that the weights hold. ExportError if they are damaged."""
        return parse_export(self.weights)


def read_composer_network(folder: str | Path | None = None) -> ComposerNetwork:
    """Return the recorded weights and their record.

    `folder`: where they lie; by default `RECORDS`. Raises FileNotFoundError, naming the
    file, where one is missing, RecordError where they do not fit together.
    """
    record = read_record(COMPOSER_NETWORK, folder)
    path = find_result(COMPOSER_WEIGHTS, folder)
    weights = path.read_bytes()
    if checksum(weights) != record.provenance.details["sha256"]:
        raise RecordError(
            f"{path}: is not the file that was recorded. Install the package again, "
            "or record the network anew with `make composer`."
        )
    return ComposerNetwork(weights, record)


def read_mozart(folder: str | Path | None = None) -> tuple[Record, list[PianoRoll]]:
    """Return the record of the network trained on Mozart's sonatas, and its pieces.

    Its rows are those of `ComposerNetwork`; its details also have `counted_nll`, nats a
    quarter of whole music by baselines' labels, and `pieces`: `name`, `seed`, `prime`
    and `steps`, `shared_run`.
    """
    record = read_record(MOZART_RECORD, folder)
    details = record.provenance.details
    plane = details["config"]["network"]["plane"]
    return record, [
        replace(unpack_roll(piece["cells"], piece["steps"], plane), name=piece["name"])
        for piece in details["pieces"]
    ]


def check_composer_network(corpus: Corpus, folder: str | Path | None = None) -> float:
    """Return how well the recorded network predicts held-out music: nats per step.

    Raises RecordError unless the weights are those recorded, and predict the test
    pieces as they did then: within `NLL_TOLERANCE` of themselves, and within
    `MOST_NLL_RISE` of the network before its weights were rounded.
    """
    recorded = read_composer_network(folder)
    details, network = recorded.record.provenance.details, recorded.open()
    was = details["test_nll"]["rounded"]
    measures = evaluate(network.model, corpus.test, calibration=network.calibration)
    nll = measures["nll_step"]
    if abs(nll - was) > NLL_TOLERANCE:
        raise RecordError(
            f"the composer's network predicts the test pieces of {corpus.name} at "
            f"{nll:.4f} nats per step now, and at {was:.4f} when it was recorded: "
            "run `make composer` again"
        )
    check_rounding(details)
    return nll


def check_rounding(details: dict) -> None:
    """Raise RecordError unless rounded weights are as small and exact as they must."""
    before, after = details["test_nll"]["float32"], details["test_nll"]["rounded"]
    limits = {
        "bytes": (details["bytes"], MOST_BYTES),
        "nats per step lost": (after - before, MOST_NLL_RISE * before),
        "the largest change of a logit": (details["logit_gap"], MOST_LOGIT_CHANGE),
    }
    for what, (value, most) in limits.items():
        if value > most:
            raise RecordError(
                f"the rounded weights: {what} {value:.4g}, and at most {most:.4g}"
            )
