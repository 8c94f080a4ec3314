"""The recorded concert run: its files, and the network in them as the page plays it."""

from dataclasses import asdict, fields

import numpy as np
import pytest
from network_js import as_steps, judged, played

from deepmusician.code_state import check_code
from deepmusician.composing import compose
from deepmusician.concert import LARGEST, check_concert, read_concert
from deepmusician.corpora import load_corpus
from deepmusician.presets import CONCERT
from deepmusician.records import find
from deepmusician.settings import TrainConfig

HOURS = 2


@pytest.fixture(scope="module")
def concert():
    return read_concert()


@pytest.fixture(scope="module")
def chorales():
    return load_corpus(CONCERT.corpus, progress=False)


def test_the_recorded_run_has_the_settings_of_the_concert(concert):
    recorded = concert.record.provenance.details["config"]
    assert set(recorded) == {field.name for field in fields(TrainConfig)}
    assert recorded == asdict(CONCERT)


def test_the_code_gives_what_it_gave_when_the_concert_was_recorded(concert):
    check_code(concert.record.provenance, "make concert")


def test_the_record_tells_when_how_and_how_long(concert):
    born = concert.record.provenance
    assert len(born.commit) == 40
    assert 0 < born.seconds < HOURS * 3600
    assert born.threads <= 2
    assert len(concert.weights) == born.details["bytes"] <= LARGEST


def test_the_recorded_network_foretells_held_out_music_as_it_did(chorales):
    assert check_concert(chorales) < 2.13  # what the dependent run of chapter 4 has


def test_the_page_s_network_is_the_recorded_one_to_the_last_note(concert, chorales):
    primes = [as_steps(roll[:48].onsets) for roll in chorales.test[:3]]
    jobs = [{"options": {"prime": prime}, "steps": 64} for prime in primes]
    model = concert.open().model
    answers = played(find("concert.dmw"), *jobs)["answers"]
    for prime, answer in zip(primes, answers, strict=True):
        logits = judged(model, prime, answer["keys"])
        np.testing.assert_allclose(answer["logits"], logits, atol=1e-4)


def test_from_silence_it_plays_about_as_much_as_bach(concert):
    composed, bach = concert.record.rows
    ratio = composed["touches a step"] / bach["touches a step"]
    assert 0.7 < ratio < 1.4


def test_by_a_threshold_of_one_half_it_never_begins_or_falls_silent(concert, chorales):
    network = concert.open()
    (alone,) = compose(network, 192, rule="threshold")
    assert not alone.onsets.any()
    for opening in chorales.test[:6]:
        (roll,) = compose(network, 192, opening[:32], rule="threshold")
        assert not roll.onsets[-48:].any(), opening.name
