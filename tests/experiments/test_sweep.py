"""Recording a tiny sweep."""

from dataclasses import replace

import pytest
from support.recordings import FINGERPRINT, as_committed
from support.toy import TINY, tunes

from deepmusician.studies import preset, read_sweep
from experiments.sweep import record_sweep

BOOK = replace(
    preset("quick"), sweep=TINY, alphas=(0.5,), gammas=(0.0, 2.0), seeds=(0, 1, 2)
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with the record of a tiny sweep at a preset called quick."""
    folder = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        as_committed(patch)
        patch.setattr("experiments.sweep.load_corpus", lambda *_: tunes())
        patch.setenv("DEEPMUSICIAN_CACHE", str(folder / "cache"))
        record_sweep({"quick": BOOK}, folder, jobs=1)
    return folder


def test_a_record_has_the_presets_rows_and_how_they_came_about(recorded):
    table = read_sweep("quick", recorded)
    assert table.rows.gamma.tolist() == [0, 2] * 3
    assert table.rows.seed.tolist() == [0, 0, 1, 1, 2, 2]
    provenance = table.provenance
    assert (provenance.commit, provenance.threads) == ("c0ffee", 1)
    assert provenance.seconds >= table.rows.seconds.sum() / 2
    assert provenance.details["fingerprint"] == FINGERPRINT
    assert (
        provenance.details["presets"]["quick"]["base"]["network"]["hidden"]
        == TINY.network.hidden
    )
    assert provenance.details["presets"]["quick"]["corpus"] == tunes().fingerprint
    assert provenance.details["presets"]["quick"]["openings"] == ["tune-5"]
