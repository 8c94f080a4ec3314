"""Recording the composer's network, on six tunes and a network of no size.

Trained on Mozart it is the same network, and its record keeps pieces, not weights.
"""

import json
from dataclasses import asdict

import numpy as np
import pytest
from support.little_composer import LITTLE, as_recorded
from support.toy import tunes

from deepmusician.baselines import ChordMarkov, CountedLengths
from deepmusician.evaluation import whole_nll
from deepmusician.model import compose
from deepmusician.studies import (
    COMPOSED_PIECES,
    read_composer_network,
    read_mozart,
)
from deepmusician.training import (
    Run,
    RunStore,
    export_run,
    parse_export,
    read_export,
    resolved,
)
from experiments.composer_network import (
    logit_gap,
    record_composer_network,
    record_mozart,
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with the record of a tiny network, and the store with its run."""
    folder = tmp_path_factory.mktemp("composer")
    store = RunStore(folder / "runs")
    with pytest.MonkeyPatch.context() as patch:
        as_recorded(patch)
        path = record_composer_network(folder / "results", LITTLE, store, threads=1)
    assert path == folder / "results" / "composer_network.json"
    return folder / "results", store


def test_the_record_tells_how_the_weights_came_about(recorded):
    folder, store = recorded
    network = read_composer_network(folder)
    provenance = network.record.provenance
    assert provenance.commit == "c0ffee"
    assert provenance.threads == 1
    assert provenance.command.startswith("make composer (")
    details = provenance.details
    assert details["config"] == asdict(resolved(LITTLE))
    run = Run.load(details["run"], store)
    assert provenance.seconds >= run.metrics["seconds"] - 0.1
    assert details["bytes"] == len(network.weights)
    assert details["best_epoch"] <= details["epochs"] == LITTLE.epochs
    assert details["test_nll"]["float32"] == run.metrics["test"]["nll_step"]
    assert 0 < details["logit_gap"] < 0.05


def test_the_record_compares_what_is_composed_with_the_corpus(recorded):
    rows = read_composer_network(recorded[0]).record.rows
    (_, composed), (_, human) = rows.iterrows()
    assert (composed["pieces"], human["pieces"]) == (COMPOSED_PIECES, 6)
    assert human["notes per step"] == 0.25
    assert human["notes on the beat"] == 1
    assert 0 <= composed["notes on the beat"] <= 1
    assert 0.5 < human["scale consistency"] <= 1
    text = (recorded[0] / "composer_network.json").read_text()
    assert "NaN" not in text


def test_the_recorded_weights_hold_the_run_that_was_trained(recorded):
    folder, store = recorded
    recording = read_composer_network(folder)
    network = recording.open()
    run = Run.load(recording.record.provenance.details["run"], store)
    assert network.about["name"] == "composer_network"
    assert network.about["run"] == run.id
    assert network.model.config == run.model.config
    again = read_export(
        export_run(run, folder.parent / "again.safetensors", network.about["name"])
    )
    assert again.about == network.about


def test_a_finished_run_is_recorded_again_without_training(
    recorded, tmp_path, monkeypatch
):
    folder, store = recorded
    as_recorded(monkeypatch)
    monkeypatch.setattr("deepmusician.training.run._train", None)  # calling would raise
    record_composer_network(tmp_path, LITTLE, store)
    weights = [
        (place / "composer_network.safetensors").read_bytes()
        for place in (folder, tmp_path)
    ]
    assert weights[0] == weights[1]
    first, again = (
        json.loads((place / "composer_network.json").read_text())
        for place in (folder, tmp_path)
    )
    assert first["rows"] == again["rows"]


def test_the_gap_is_that_of_the_logits_after_the_prime(recorded):
    network = read_composer_network(recorded[0]).open()
    primes = [roll[:11] for roll in tunes().test]
    assert logit_gap(network.model, network, primes) == 0
    moved = parse_export(read_composer_network(recorded[0]).weights)
    moved.model.classifier.output.bias.data[6] += 0.25  # an onset's
    gap = logit_gap(network.model, moved, primes)
    assert np.isclose(gap, 0.25, atol=1e-5)


def test_four_pieces_are_kept_as_the_run_composes_them(recorded, tmp_path, monkeypatch):
    _, store = recorded
    as_recorded(monkeypatch)
    monkeypatch.setattr("deepmusician.training.run._train", None)  # the run is there
    assert record_mozart(tmp_path, LITTLE, store).name == "mozart.json"
    record, rolls = read_mozart(tmp_path)
    details = record.provenance.details
    run = Run.load(details["run"], store)
    silent = compose(run, 24, pieces=2)
    continued = [compose(run, 24, tunes().pieces[n])[0] for n in (2, 5)]
    assert [r.name for r in rolls[2:]] == ["tune-2", "tune-5"]
    for kept, roll in zip(rolls, [*silent, *continued], strict=True):
        assert (kept.plane("both") == roll.plane("both")).all()
    assert [piece["prime"] for piece in details["pieces"]] == [0, 0, 32, 32]
    assert details["valid_nll"] == run.metrics["valid"]["nll_step"]
    chain, lengths = (
        kind().fit(tunes().train) for kind in (ChordMarkov, CountedLengths)
    )
    whole = whole_nll(chain, tunes().test, lengths).total
    assert details["counted_nll"][ChordMarkov.label] == whole
    assert 0 < details["counted_lengths"] < whole
    parts = details["whole_nll"]["test"].values()
    assert sum(parts) == pytest.approx(4 * details["test_nll"], rel=1e-5)
    assert list(record.rows.music) == ["composed from silence", "the corpus"]
    assert record.provenance.command.startswith("make mozart (")
