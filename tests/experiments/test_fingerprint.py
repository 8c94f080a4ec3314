"""The fingerprint: the same while the code does the same, another when it does not."""

import json
import time

import pytest
import torch

from deepmusician.model import losses
from deepmusician.studies import read_record
from deepmusician.studies.results import RecordError
from deepmusician.training import loop
from experiments import fingerprint
from experiments.fingerprint import behaviour_fingerprint, check_code, differences


@pytest.fixture(scope="module")
def recorded() -> dict[str, float]:
    return behaviour_fingerprint()


def test_it_says_the_same_twice_soon_and_leaves_no_trace(recorded, cache):
    torch.manual_seed(3)
    generator, start = torch.random.get_rng_state(), time.process_time()
    again = behaviour_fingerprint()
    assert time.process_time() - start < 10
    assert again == recorded
    assert torch.equal(generator, torch.random.get_rng_state())
    assert not (cache / "runs").exists()


def test_it_survives_json_and_holds_plain_numbers_only(recorded):
    assert differences(json.loads(json.dumps(recorded)), recorded) == {}
    assert {type(value) for value in recorded.values()} == {int, float}
    assert recorded["focal_updates"] == 8
    assert recorded["disturbed_when_settled_0"] == 1
    assert recorded["disturbed_when_settled_1"] == 0


def test_no_rule_leaves_the_untrained_player_silent(recorded):
    onsets = {name: n for name, n in recorded.items() if name.endswith("_onsets")}
    assert len(onsets) == 12
    assert min(onsets.values()) > 0


def test_another_machines_rounding_passes(recorded):
    moved = {
        name: value * (1 + 1e-4) if isinstance(value, float) else value
        for name, value in recorded.items()
    }
    assert differences(recorded, moved) == {}


def test_a_number_that_moved_or_is_gone_is_named(recorded):
    other = recorded | {"focal_valid_nll": 2 * recorded["focal_valid_nll"]}
    del other["bce_updates"]
    other["focal_best_epoch"] = 5
    named = differences(recorded, other)
    assert set(named) == {"focal_valid_nll", "bce_updates", "focal_best_epoch"}
    assert named["bce_updates"] == (8, None)


def test_a_number_that_was_not_recorded_is_ignored(recorded):
    assert differences(recorded, recorded | {"another": 1.0}) == {}


def _other_gamma(loss):
    def changed(logits, target, alpha, gamma, *rest):
        return loss(logits, target, alpha, gamma + 0.1, *rest)

    return changed


def _other_rate(rate):
    return lambda update, total, warm_up: 0.98 * rate(update, total, warm_up)


MUTATIONS = {
    "another gamma in the loss": (
        "deepmusician.training.config.focal_loss",
        _other_gamma(losses.focal_loss),
        {"focal_train_loss", "focal_valid_loss"},
    ),
    "another learning rate": (
        "deepmusician.training.loop.rate_share",
        _other_rate(loop.rate_share),
        {"bce_moved", "focal_moved"},
    ),
    "another draw of the music": (
        "deepmusician.training.loop.updates_per_epoch",
        lambda config: 5,
        {"bce_updates", "bce_moved"},
    ),
    "no calibration of what is measured": (
        "deepmusician.evaluation.network_metrics._calibrated",
        lambda logits, calibration: logits,
        {"focal_valid_nll", "independent_nll_step", "independent_calibration_error"},
    ),
    "another threshold": (
        "deepmusician.evaluation.network_metrics.density_threshold",
        lambda probability, target: 0.5,
        {"independent_density_threshold", "dependent_density_onsets"},
    ),
    "another generator": (
        "deepmusician.model.composing._generator_of_piece",
        lambda seed, piece: torch.Generator().manual_seed(seed),
        {"independent_sample_onsets", "dependent_sample_key"},
    ),
}


@pytest.mark.parametrize(
    ("where", "changed", "named"), MUTATIONS.values(), ids=MUTATIONS
)
def test_a_change_that_moves_results_is_noticed(
    where, changed, named, recorded, monkeypatch
):
    monkeypatch.setattr(where, changed)
    assert named <= set(differences(recorded, behaviour_fingerprint()))


@pytest.mark.parametrize(
    "name",
    [
        *("sweep", "benchmark", "composer_network", "composer_long", "mozart"),
        "representations",
    ],
)
def test_the_code_gives_what_it_gave_when_a_record_was_made(name):
    check_code(read_record(name).provenance, f"make {name}")


def test_code_that_gives_other_results_than_a_record_is_refused(monkeypatch):
    provenance = read_record("benchmark").provenance
    was = provenance.details["fingerprint"]["bce_train_nll"]
    now = fingerprint.fingerprint_now() | {"bce_train_nll": was + 1}
    monkeypatch.setattr(fingerprint, "fingerprint_now", lambda: now)
    with pytest.raises(RecordError, match=r"bce_train_nll was .* run `make x` again"):
        check_code(provenance, "make x")
