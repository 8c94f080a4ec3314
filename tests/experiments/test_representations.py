"""Rolls and tokens side by side, recorded of small networks and six tunes."""

import numpy as np
import pytest
import torch
from support.recordings import as_committed
from support.rolls import busy_pieces

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.evaluation import whole_nll
from deepmusician.music import KEYS, PianoRoll
from deepmusician.studies import REPRESENTATIONS, read_record, unpack_roll
from deepmusician.studies.recording import check_settings
from deepmusician.training import Run, RunStore
from experiments.timing import representations
from experiments.timing.representations import (
    memory_nll,
    record_representations,
    repeated_from,
    returning,
    short_nll,
)

LITTLE = {
    name: config.but(hidden=16, classifier_hidden=16, batch=4, epochs=2)
    for name, config in REPRESENTATIONS.items()
    if name in ("rolls, dependent outputs", "tokens, GRU", "transformer")
}


@pytest.fixture(scope="module")
def corpus():
    pieces = busy_pieces(*[160] * 9, share=0.006)
    return Corpus("chance", tuple(pieces[:4]), tuple(pieces[4:6]), tuple(pieces[6:]))


@pytest.fixture(scope="module")
def recorded(corpus, tmp_path_factory):
    """A folder with the record, and the store with its runs."""
    folder = tmp_path_factory.mktemp("representations")
    store = RunStore(folder / "runs")
    with pytest.MonkeyPatch.context() as patch:
        as_committed(patch)
        patch.setenv("DEEPMUSICIAN_CACHE", str(folder / "cache"))
        patch.setattr(representations, "SHORT", 8)
        patch.setattr(representations, "NEW", 16)
        patch.setattr(representations, "updates_within", lambda *_: 4)
        record_representations(folder, 1.0, LITTLE, (0, 1), corpus, store, jobs=1)
    return folder, store


def test_each_row_and_seed_is_measured(recorded, corpus):
    folder, store = recorded
    record = read_record("representations", folder)
    assert len(record.rows) == 2 * len(LITTLE)
    for row in record.rows.itertuples():
        run = Run.load(row.run, store)
        assert run.config.seed == row.seed
        assert row.updates == run.metrics["updates"] == 4
        assert row.test == pytest.approx(whole_nll(run.model, corpus.test).total)
        assert row.test == pytest.approx(row.test_onsets + row.test_lengths)
        assert row.parameters == run.model.parameter_count
        assert 0 <= row.listener <= 1
        assert len(row.curve_valid) == 2


def test_the_first_seeds_networks_are_looked_into(recorded, corpus):
    record = read_record("representations", recorded[0])
    details = record.provenance.details
    assert set(details["attention"]) == {"transformer"}
    by_distance = np.array(details["attention"]["transformer"]["by_distance"])
    assert by_distance.shape == (12, 192)
    assert np.allclose(by_distance.sum(axis=-1), 1, atol=1e-2)
    table = np.array(details["attention"]["transformer"]["map"])
    assert table.shape == (96, 96)
    looks = details["attention"]["transformer"]
    assert len(looks["on_source"]) == 12
    assert by_distance[:, 16].argmax() == looks["head"]
    assert np.allclose(table.sum(axis=-1)[table.sum(axis=-1) > 0], 1, atol=0.1)
    assert np.triu(table, 1).max() == 0
    for name in LITTLE:
        assert len(details["memory"][name]) == 6
        assert details["repeats"][name]["share"] < 1
        pieces = details["pieces"][name]
        rolls = [unpack_roll(e["cells"], e["steps"], "both") for e in pieces.values()]
        again = len(returning(corpus.test)) + 32
        assert list(map(len, rolls)) == [80, 80, 16, again]


def test_a_short_run_can_be_had_again(recorded, corpus, monkeypatch):
    monkeypatch.setattr(representations, "SHORT", 8)
    folder, store = recorded
    row = read_record("representations", folder).rows.iloc[-1]
    config = Run.load(row.run, store).config
    assert short_nll(config, corpus, RunStore(folder / "again")) == pytest.approx(
        row.short, abs=1e-3
    )


def test_all_of_the_past_is_no_shorter_memory(recorded, corpus):
    _, store = recorded
    for folder in store.finished():
        run = Run.load(folder)
        rolls = [roll[:144] for roll in corpus.test]
        nlls = [memory_nll(run, rolls, 128)]
        # From the piece's first step on it is the whole music's own likelihood there.
        with torch.no_grad():
            whole = np.concatenate(
                [representations._step_nlls(run, roll)[128:] for roll in rolls]
            )
        assert nlls[0] == pytest.approx(4 * whole.mean(), rel=1e-4)


def test_repeats_are_what_followed_the_same_steps_before():
    onsets = np.zeros((60, KEYS), bool)
    onsets[np.arange(0, 60, 3), 40 + np.arange(0, 60, 3) % 7] = True
    tune = PianoRoll.from_plane(onsets, hold=1)
    sources = repeated_from(tune)
    assert (sources[:29] == -1).all()  # the tune comes again after 21 steps
    assert (sources[29:] == np.arange(29, 60) - 21).all()
    assert returning([*busy_pieces(60, share=0.1), tune]) == tune[:29]
    assert (repeated_from(busy_pieces(60, share=0.1)[0]) == -1).all()


@pytest.fixture(scope="module")
def chorales():
    return load_corpus("bach-chorales", progress=False)


@pytest.mark.parametrize("row", REPRESENTATIONS)
def test_each_recorded_row_has_today_s_settings_and_starts_as_recorded(
    row, chorales, tmp_path
):
    record = read_record("representations").select(row=row)
    recorded = record.provenance.details["configs"][row]
    config = REPRESENTATIONS[row].but(windows_per_epoch=recorded["windows_per_epoch"])
    check_settings(row, recorded, config, "python -m experiments representations")
    assert sorted(record.rows.seed) == [0, 1, 2]
    now = short_nll(config, chorales, RunStore(tmp_path))
    assert now == pytest.approx(record.rows.short[0], rel=2e-3)
