"""Runs side by side: means, rules, and differences of the same seed."""

import pandas as pd

from deepmusician import comparison


def runs(cells):
    """Return a tidy table of {(alpha, gamma): nats of each seed}."""
    return pd.DataFrame(
        [
            {"alpha": alpha, "gamma": gamma, "seed": seed, "nats": value}
            for (alpha, gamma), values in cells.items()
            for seed, value in enumerate(values)
        ]
    )


CELLS = runs({(0.5, 0.0): [2, 3], (0.5, 2.0): [4, 4], (0.9, 0.0): [8, 8]})


def test_runs_of_a_cell_become_their_mean_lowest_and_highest():
    found = comparison.spread(CELLS, ("alpha", "gamma"), "nats")
    assert found.loc[(0.5, 0.0)].tolist() == [2.5, 2.0, 3.0]
    assert found.loc[(0.5, 2.0)].tolist() == [4.0, 4.0, 4.0]


def test_a_run_becomes_a_row_for_every_rule():
    table = pd.DataFrame(
        {
            "seed": [0, 1],
            "test_density": [1.0, 1.2],
            "valid_target_density": [1.1, 1.1],
            "free_sample_density": [0.9, 0.8],
            "free_sample_silent_share": [0.5, 0.6],
            "free_density_density": [0.1, 0.0],
            "free_density_silent_share": [0.9, 1.0],
        }
    )
    rows = comparison.by_rule(table, {"sampled": "sample", "cut": "density"})
    assert rows["label"].tolist() == ["sampled", "sampled", "cut", "cut"]
    assert rows["seed"].tolist() == [0, 1, 0, 1]
    assert rows["forced"].tolist() == [1.0, 1.2, 1.1, 1.1]
    assert rows["free"].tolist() == [0.9, 0.8, 0.1, 0.0]
    assert rows["silent"].tolist() == [0.5, 0.6, 0.9, 1.0]


def test_each_run_is_compared_with_bce_of_its_own_seed():
    rows = comparison.less_bce(CELLS, ["nats"])
    assert rows[["alpha", "gamma", "seed", "nats"]].to_numpy().tolist() == [
        [0.5, 2.0, 0, 2],
        [0.5, 2.0, 1, 1],
        [0.9, 0.0, 0, 6],
        [0.9, 0.0, 1, 5],
    ]
    assert CELLS["nats"].tolist() == [2, 3, 4, 4, 8, 8]
