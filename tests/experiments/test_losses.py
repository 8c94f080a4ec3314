"""The loss experiments: what they compare, and their record."""

import pandas as pd
import pytest
from support.recordings import as_committed
from support.toy import TINY, tunes

from deepmusician.studies import preset, read_experiment_curves, read_experiments
from deepmusician.training import RunStore
from experiments import losses
from experiments.losses import record_experiments, run_experiments

BASE = preset("full").sweep
NAMED = losses.experiments(BASE)
PAIR = {"pair": {"BCE": TINY, "focal": TINY.but(loss="focal", alpha=0.5)}}


def differing(one, other) -> set[str]:
    """The settings in which two configurations differ."""
    one, other = one.changed(), other.changed()
    return {name for name in one | other if one.get(name) != other.get(name)}


def test_every_experiment_compares_different_settings_with_three_seeds():
    assert losses.SEEDS == (0, 1, 2)
    for variants in NAMED.values():
        assert len(set(variants.values())) == len(variants) >= 2


def test_early_and_late_differ_in_the_loss_alone_and_may_memorise():
    variants = NAMED["early-late"]
    bce = variants["BCE"]
    for config in variants.values():
        assert differing(bce, config) <= {"loss", "alpha", "gamma"}
        network = config.network
        assert network.dropout == network.classifier_dropout == config.transpose == 0
        assert 10 <= config.patience < config.epochs


def test_the_controls_change_the_rate_or_the_clipping_alone():
    for name, config in NAMED["controls"].items():
        changed = differing(BASE, config) - {"loss", "alpha", "gamma"}
        assert changed == ({"clip"} if "clipping" in name else {"learning_rate"})


def test_the_original_is_compared_with_lower_learning_rates_alone():
    tiny, *others = NAMED["original"].values()
    assert tiny.loss_scale == 1e-6 / 88
    assert (tiny.alpha, tiny.gamma, tiny.weight_decay) == (None, 2.0, 0.0)
    assert not tiny.density_bias
    assert differing(tiny, others[0]) == {"loss_scale"}
    rates = [config.learning_rate for config in others]
    assert rates[0] / rates[1] == pytest.approx(10)
    for other in others[1:]:
        assert differing(others[0], other) == {"learning_rate"}


def test_the_alternatives_change_one_thing_each():
    variants = dict(NAMED["alternatives"])
    bce = variants.pop("BCE")
    unprepared = variants["BCE, no start at the density"]
    adjusted = variants.pop("logit adjustment")
    assert differing(bce, unprepared) == {"density_bias"}
    assert differing(unprepared, adjusted) == {"logit_adjustment"}
    assert adjusted.logit_adjustment == pytest.approx(-4.39, abs=0.01)
    weights = [config.pos_weight for config in variants.values()]
    assert weights == [1, 9, 81]


def test_mozart_is_trained_like_bach_but_shorter():
    for config in NAMED["mozart"].values():
        allowed = {"corpus", "epochs", "listen_every", "loss", "alpha", "gamma"}
        assert differing(BASE, config) <= allowed
        assert config.corpus == "mozart-sonatas"
        assert config.epochs < BASE.epochs


@pytest.fixture(autouse=True)
def six_tunes(monkeypatch):
    monkeypatch.setattr(
        "deepmusician.studies.parallel.load_corpus", lambda *_, **__: tunes()
    )


def test_a_row_a_run_and_a_row_an_epoch(tmp_path):
    store = RunStore(tmp_path)
    rows, epochs = run_experiments(PAIR, store, jobs=1, progress=False, seeds=(0, 1))
    assert rows.experiment.tolist() == ["pair"] * 4
    assert rows.variant.tolist() == ["BCE", "BCE", "focal", "focal"]
    assert rows.seed.tolist() == [0, 1, 0, 1]
    assert rows.run.nunique() == 4
    assert list(epochs.columns[:5]) == [
        *("experiment", "variant", "seed", "epoch", "updates")
    ]
    assert len(epochs) == 4 * TINY.epochs
    assert epochs.valid_nll.min() > 0
    best = epochs.groupby(["variant", "seed"]).valid_nll.min()
    stated = rows.set_index(["variant", "seed"]).valid_nll_step
    pd.testing.assert_series_equal(best, stated, check_names=False, rtol=1e-5)


def test_the_record_is_read_by_experiment(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path / "cache"))
    as_committed(monkeypatch)
    record_experiments(PAIR, tmp_path, jobs=1)
    runs, curves = (
        read_experiments("pair", tmp_path),
        read_experiment_curves("pair", tmp_path),
    )
    assert len(runs.rows) == 6
    assert len(curves.rows) == 6 * TINY.epochs
    assert runs.provenance == curves.provenance
    definition = runs.provenance.details["experiments"]["pair"]
    assert definition["seeds"] == [0, 1, 2]
    assert definition["variants"]["focal"]["alpha"] == 0.5
    with pytest.raises(ValueError, match="no experiment 'none': pair"):
        read_experiments("none", tmp_path)
