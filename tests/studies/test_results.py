"""Records of long runs: what is written is what is read, with its provenance."""

from itertools import product

import pandas as pd
import pytest

from deepmusician.studies import (
    preset,
    read_experiment_curves,
    read_experiments,
    results,
)
from deepmusician.studies.recording import check_settings
from deepmusician.studies.results import RecordError
from experiments.losses import SEEDS, experiments

PROVENANCE = results.Provenance(
    "make x", "0123456789abcdef", 90.0, 2, {"torch": "2.13.0"}
)


def test_a_record_is_read_as_it_was_written(tmp_path):
    rows = [{"name": "a", "valid_nll": 2.5}, {"name": "b", "valid_nll": 3.0}]
    results.write_record(tmp_path / "results" / "x.json", rows, PROVENANCE)
    record = results.read_record("x", tmp_path / "results")
    assert record.rows.to_dict("records") == rows
    assert record.provenance == PROVENANCE


def test_a_missing_record_names_its_file():
    with pytest.raises(FileNotFoundError, match=r"records/none\.json: not found"):
        results.read_record("none")


def test_provenance_reads_as_a_sentence():
    assert str(PROVENANCE) == (
        "Recorded with `make x` at commit 0123456789, 2 threads, 2 minutes, "
        "torch 2.13.0."
    )


def test_a_table_is_read_as_it_was_written(tmp_path):
    rows = pd.DataFrame({"run": ["a", "b"], "nll": [2.5, float("nan")]})
    path = results.write_table(tmp_path / "results", "x", rows, PROVENANCE)
    assert path == tmp_path / "results" / "x.csv"
    read = results.read_record("x", tmp_path / "results")
    pd.testing.assert_frame_equal(read.rows, rows)
    assert read.provenance == PROVENANCE


def test_a_missing_table_names_its_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=f"{tmp_path}/x.json: not found"):
        results.read_record("x", tmp_path)


def test_a_table_that_was_changed_by_hand_is_refused(tmp_path):
    results.write_table(tmp_path, "x", pd.DataFrame({"nll": [2.5]}), PROVENANCE)
    (tmp_path / "x.csv").write_text("nll\n2.4\n")
    with pytest.raises(results.RecordError, match=r"x\.csv: changed since"):
        results.read_record("x", tmp_path)


def test_rows_are_chosen_by_their_values():
    rows = pd.DataFrame({"set": ["a", "a", "b"], "seed": [0, 1, 2]})
    record = results.Record(rows, PROVENANCE)
    assert record.select(set="a", seed=1).rows.to_dict("records") == [
        {"set": "a", "seed": 1}
    ]
    assert record.select(set="b").rows.index.tolist() == [0]
    with pytest.raises(results.RecordError, match="no seed 2: 0, 1"):
        record.select(set="a", seed=2)


DEFINED = experiments(preset("full").sweep)


@pytest.mark.parametrize("name", DEFINED)
def test_the_books_record_has_every_run_of_an_experiment(name):
    record, runs = read_experiments(name), product(DEFINED[name], SEEDS)
    rows = record.rows[["variant", "seed"]]
    assert set(rows.itertuples(index=False, name=None)) == set(runs)
    recorded = record.provenance.details["experiments"][name]["variants"]
    for variant, config in DEFINED[name].items():
        check_settings(variant, recorded[variant], config, "make experiments")


def test_every_recorded_run_has_its_epochs():
    record, curves = read_experiments("controls"), read_experiment_curves("controls")
    best = curves.rows.groupby(["variant", "seed"]).valid_nll.min()
    stated = record.rows.set_index(["variant", "seed"]).valid_nll_step
    assert (best - stated).abs().max() < 1e-4
    assert curves.provenance == record.provenance


def test_an_experiment_that_was_not_recorded_is_named():
    with pytest.raises(RecordError, match=r"no experiment 'none': .*controls"):
        read_experiments("none")
