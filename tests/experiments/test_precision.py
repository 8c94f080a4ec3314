"""Recording pairs of runs in both formats."""

import pytest
from support.recordings import as_committed
from support.toy import TINY, tunes

from deepmusician.studies import read_record
from experiments.timing.precision import networks, record_precision


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    as_committed(monkeypatch)
    monkeypatch.setattr("experiments.timing.precision.load_corpus", lambda *_: tunes())
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path / "cache"))
    record_precision(tmp_path, {"tiny": TINY}, (0, 1))
    return read_record("precision", tmp_path)


def test_a_pair_differs_in_its_products_alone(recorded):
    pairs = recorded.rows.pivot(index="seed", columns="precision", values="valid_nll")
    assert pairs.index.tolist() == [0, 1]
    gaps = (pairs.bfloat16 - pairs.float32).abs()
    assert (gaps > 0).all()
    assert (gaps < 0.2).all()
    assert recorded.rows.groupby("seed").updates.nunique().eq(1).all()


def test_the_books_three_networks_are_compared_with_all_their_updates():
    for config in networks().values():
        assert config.patience >= config.epochs
        assert config.precision == "auto"
