"""Recording the concert run, on six tunes and a network of no size."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from toy import TINY, tunes

from deepmusician import code_state, concert
from deepmusician.code_state import RecordError
from deepmusician.concert import (
    Concert,
    check_concert,
    logit_gap,
    read_concert,
    record_concert,
)
from deepmusician.corpora import Corpus
from deepmusician.export import export_run, parse, read_export
from deepmusician.runs import RunStore
from deepmusician.training import Run

LITTLE = replace(TINY, outputs="dependent", corpus="tunes")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with the record of a tiny concert, and the store with its run."""
    folder = tmp_path_factory.mktemp("concert")
    store = RunStore(folder / "runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code_state.records, "clean_commit", lambda: "c0ffee")
        patch.setattr(code_state, "canary_now", lambda: {"bird": 1.0})
        patch.setattr(concert, "load_corpus", lambda *_: tunes())
        patch.setattr(concert, "STEPS", 24)
        path = record_concert(folder / "results", LITTLE, store, threads=1)
    assert path == folder / "results" / "concert.json"
    return folder / "results", store


def copied(folder, into):
    for path in folder.iterdir():
        (into / path.name).write_bytes(path.read_bytes())
    return into


def test_the_record_tells_how_the_weights_came_about(recorded):
    folder, store = recorded
    found = read_concert(folder)
    born = found.record.provenance
    assert born.commit == "c0ffee"
    assert born.threads == 1
    assert born.command.startswith("make concert (")
    details = born.details
    assert details["config"] == asdict(LITTLE)
    run = Run.load(details["run"], store)
    assert born.seconds >= run.metrics["seconds"] - 0.1
    assert details["bytes"] == len(found.weights)
    assert details["best_epoch"] <= details["epochs"] == LITTLE.epochs
    assert details["test_nll"]["float32"] == run.metrics["test"]["nll_step"]
    assert 0 < details["logit_gap"] < 0.05


def test_the_record_compares_what_is_composed_with_the_corpus(recorded):
    composed, human = read_concert(recorded[0]).record.rows
    assert (composed["pieces"], human["pieces"]) == (concert.PIECES, 6)
    assert human["touches a step"] == 0.25
    assert human["touches on the beat"] == 1
    assert 0 <= composed["touches on the beat"] <= 1
    assert 0.5 < human["scale consistency"] <= 1
    text = (recorded[0] / "concert.json").read_text()
    assert "NaN" not in text


def test_the_recorded_weights_hold_the_run_that_was_trained(recorded):
    folder, store = recorded
    found = read_concert(folder)
    assert isinstance(found, Concert)
    network = found.open()
    run = Run.load(found.record.provenance.details["run"], store)
    assert network.about["name"] == "concert"
    assert network.about["run"] == run.id
    assert network.model.config == run.model.config
    again = read_export(export_run(run, folder.parent / "again.dmw", "concert"))
    assert again.about == network.about


def test_the_check_gives_the_recorded_score_on_held_out_music(recorded):
    recorded_nll = read_concert(recorded[0]).record.provenance.details["test_nll"]
    nll = check_concert(tunes(), recorded[0])
    assert nll == pytest.approx(recorded_nll["rounded"], abs=concert.SAME)
    assert nll == pytest.approx(recorded_nll["float32"], rel=concert.DEAREST)


def test_the_check_notices_other_music(recorded):
    whole = tunes()
    other = Corpus("others", whole.train, whole.valid, whole.train[:1])
    with pytest.raises(RecordError, match=r"pieces of others .* run `make concert`"):
        check_concert(other, recorded[0])


def test_weights_that_were_changed_since_are_refused(recorded, tmp_path):
    folder = copied(recorded[0], tmp_path)
    weights = folder / "concert.dmw"
    weights.write_bytes(weights.read_bytes()[:-1])
    for look in (read_concert, lambda folder: check_concert(tunes(), folder)):
        with pytest.raises(RecordError, match=r"concert\.dmw: is not the file that"):
            look(folder)


@pytest.mark.parametrize("missing", ["concert.dmw", "concert.json"])
def test_a_missing_file_is_named(recorded, tmp_path, missing):
    folder = copied(recorded[0], tmp_path)
    (folder / missing).unlink()
    with pytest.raises(FileNotFoundError, match=missing):
        read_concert(folder)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("LARGEST", "bytes"),
        ("NEAREST", "the largest change of a logit"),
        ("DEAREST", "nats a step lost"),
    ],
)
def test_weights_that_rounding_made_worse_than_they_may_be_are_not_recorded(
    recorded, monkeypatch, limit, said
):
    details = dict(read_concert(recorded[0]).record.provenance.details)
    details["test_nll"] = {"float32": 2.0, "rounded": 2.001}
    concert._check_rounding(details)
    monkeypatch.setattr(concert, limit, 1e-6)
    with pytest.raises(RecordError, match=said):
        concert._check_rounding(details)


def test_a_finished_run_is_recorded_again_without_training(
    recorded, tmp_path, monkeypatch
):
    folder, store = recorded
    monkeypatch.setattr(code_state.records, "clean_commit", lambda: "c0ffee")
    monkeypatch.setattr(code_state, "canary_now", lambda: {"bird": 1.0})
    monkeypatch.setattr(concert, "load_corpus", lambda *_: tunes())
    monkeypatch.setattr(concert, "STEPS", 24)
    monkeypatch.setattr("deepmusician.training._train", None)  # calling would raise
    record_concert(tmp_path, LITTLE, store)
    weights = [(place / "concert.dmw").read_bytes() for place in (folder, tmp_path)]
    assert weights[0] == weights[1]
    first, again = (
        json.loads((place / "concert.json").read_text()) for place in (folder, tmp_path)
    )
    assert first["rows"] == again["rows"]


def test_the_gap_is_that_of_the_logits_after_the_prime(recorded):
    network = read_concert(recorded[0]).open()
    primes = [roll[:11] for roll in tunes().test]
    assert logit_gap(network.model, network, primes) == 0
    moved = parse(read_concert(recorded[0]).weights)
    moved.model.classifier.output.bias.data[5] += 0.25
    gap = logit_gap(network.model, moved, primes)
    assert np.isclose(gap, 0.25, atol=1e-5)
