"""The composer's network: its record and checks, and the network the page plays."""

import numpy as np
import pytest
from support.little_composer import LITTLE, as_recorded
from support.network_js import as_steps, judged, played
from support.toy import tunes

from deepmusician.corpora import Corpus, load_corpus, quartet_files
from deepmusician.model import compose
from deepmusician.music import PianoRoll
from deepmusician.studies import (
    COMPOSER,
    MOZART,
    check_composer_network,
    composer_network,
    read_composer_network,
    read_mozart,
)
from deepmusician.studies.composer_network import MOST_BYTES
from deepmusician.studies.results import RecordError, find_result
from deepmusician.training import RunStore, TrainConfig
from experiments.composer_network import record_composer_network

HOURS = 2
MOST_NATS = 8.10  # a quarter of whole music


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


def copied(folder, into):
    for path in folder.iterdir():
        (into / path.name).write_bytes(path.read_bytes())
    return into


def test_the_check_gives_the_recorded_score_on_held_out_music(recorded):
    recorded_nll = read_composer_network(recorded[0]).record.provenance.details[
        "test_nll"
    ]
    nll = check_composer_network(tunes(), recorded[0])
    assert nll == pytest.approx(
        recorded_nll["rounded"], abs=composer_network.NLL_TOLERANCE
    )
    assert nll == pytest.approx(
        recorded_nll["float32"], rel=composer_network.MOST_NLL_RISE
    )


def test_the_check_notices_other_music(recorded):
    whole = tunes()
    other = Corpus("others", whole.train, whole.valid, whole.train[:1])
    with pytest.raises(RecordError, match=r"pieces of others .* run `make composer`"):
        check_composer_network(other, recorded[0])


def test_weights_that_were_changed_since_are_refused(recorded, tmp_path):
    folder = copied(recorded[0], tmp_path)
    weights = folder / "composer_network.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    for look in (
        read_composer_network,
        lambda folder: check_composer_network(tunes(), folder),
    ):
        with pytest.raises(
            RecordError, match=r"composer_network\.safetensors: is not the file that"
        ):
            look(folder)


@pytest.mark.parametrize(
    "missing", ["composer_network.safetensors", "composer_network.json"]
)
def test_a_missing_file_is_named(recorded, tmp_path, missing):
    folder = copied(recorded[0], tmp_path)
    (folder / missing).unlink()
    with pytest.raises(FileNotFoundError, match=missing):
        read_composer_network(folder)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("MOST_BYTES", "bytes"),
        ("MOST_LOGIT_CHANGE", "the largest change of a logit"),
        ("MOST_NLL_RISE", "nats per step lost"),
    ],
)
def test_weights_that_rounding_made_worse_than_they_may_be_are_not_recorded(
    recorded, monkeypatch, limit, said
):
    details = dict(read_composer_network(recorded[0]).record.provenance.details)
    details["test_nll"] = {"float32": 2.0, "rounded": 2.001}
    composer_network.check_rounding(details)
    monkeypatch.setattr(composer_network, limit, 1e-6)
    with pytest.raises(RecordError, match=said):
        composer_network.check_rounding(details)


@pytest.fixture(scope="module")
def network():
    return read_composer_network()


@pytest.fixture(scope="module")
def chorales():
    return load_corpus(COMPOSER.corpus, progress=False)


def test_the_recorded_run_has_the_settings_of_the_composer(network):
    recorded = network.record.provenance.details["config"]
    assert TrainConfig.from_dict(recorded).but(precision="auto") == COMPOSER


def test_the_record_tells_when_how_and_how_long(network):
    provenance = network.record.provenance
    assert len(provenance.commit) == 40
    assert 0 < provenance.seconds < HOURS * 3600
    assert provenance.threads <= 2
    assert len(network.weights) == provenance.details["bytes"] <= MOST_BYTES


def test_the_recorded_network_predicts_held_out_music_as_it_did(network, chorales):
    before = 8.29  # of the network before it, its lengths counted, in nats a quarter
    assert 4 * check_composer_network(chorales) < before
    whole = network.record.provenance.details["whole_nll"]["test"]
    assert sum(whole.values()) < MOST_NATS


def test_the_page_s_network_is_the_recorded_one_to_the_last_note(network, chorales):
    primes = [as_steps(roll[:48].plane("both")) for roll in chorales.test[:3]]
    jobs = [{"options": {"prime": prime}, "steps": 64} for prime in primes]
    model = network.open().model
    answers = played(find_result("composer_network.safetensors"), *jobs)["answers"]
    for prime, answer in zip(primes, answers, strict=True):
        logits = judged(model, prime, answer["keys"])
        np.testing.assert_allclose(answer["logits"], logits, atol=1e-4)


def test_from_silence_it_plays_about_as_much_as_bach(network):
    composed, bach = network.record.rows["notes per step"]
    ratio = composed / bach
    assert 0.7 < ratio < 1.4


def test_by_a_threshold_of_one_half_it_never_begins_and_mostly_stops(network, chorales):
    opened = network.open()
    (alone,) = compose(opened, 192, rule="threshold")
    assert not alone.onsets.any()
    openings = [opening[:32] for opening in chorales.test[:6]]
    rolls = compose(opened, 192, openings, rule="threshold")
    stopped = [not roll.onsets[-48:].any() for roll in rolls]
    assert sum(stopped) >= 3


@pytest.fixture(scope="module")
def mozart():
    return read_mozart()


def test_the_record_of_mozart_has_the_settings_of_today(mozart):
    provenance = mozart[0].provenance
    recorded = TrainConfig.from_dict(provenance.details["config"])
    assert recorded.but(precision="auto") == MOZART
    assert 0 < provenance.seconds <= 3600


def test_mozart_s_network_predicts_better_than_what_only_counts(mozart):
    details = mozart[0].provenance.details
    whole = sum(details["whole_nll"]["test"].values())
    assert whole < min(details["counted_nll"].values())


def test_four_pieces_are_kept_whole_and_two_begin_with_a_quartet(mozart):
    record, rolls = mozart
    kept = record.provenance.details["pieces"]
    assert [piece["prime"] for piece in kept] == [0, 0, 64, 64]
    assert [len(roll) - p["prime"] for roll, p in zip(rolls, kept, strict=True)] == [
        256
    ] * 4
    files = dict(quartet_files())
    for roll in rolls[2:]:
        opening = PianoRoll.from_score(files[roll.name])
        assert (roll.onsets[:64] == opening.onsets[:64]).all()
        assert (roll.sounding[:64] == opening.sounding[:64]).all()
    for roll, piece in zip(rolls, kept, strict=True):
        assert roll.onsets[piece["prime"] :].any()
        assert piece["shared_run"] < 16  # steps: less than a bar of any sonata
