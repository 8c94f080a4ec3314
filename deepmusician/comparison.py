"""Runs alike but for their seed, side by side: what they have in common, and not.

Tables are tidy, a row a run, as `sweep` and `run_experiments` give them. Chapter:
focal loss.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

FORCED = {
    "threshold": "test_thresholded_density",
    "raw_threshold": "test_raw_thresholded_density",
    "sample": "test_density",
    "raw_sample": "test_raw_density",
    "density": "valid_target_density",
}
"""Where a table has a rule's density when the true past is heard. The rule "density"
has that of the validation pieces, for which its threshold was chosen."""


def spread(table: pd.DataFrame, by: Sequence[str], column: str) -> pd.DataFrame:
    """Return mean, low and high of a column over the runs alike in the columns `by`.

    The index of the result holds `by`. Runs for which the column is not defined are
    left out.
    """
    spreads = table.groupby(list(by), sort=True)[column].agg(["mean", "min", "max"])
    return spreads.set_axis(["mean", "low", "high"], axis="columns")


def by_rule(table: pd.DataFrame, rules: Mapping[str, str]) -> pd.DataFrame:
    """Return a row a run and decision rule of a table with a row a run.

    `table`: as `sweep` gives it; `rules`: label → the rule's name in its columns. The
    rows have the run's own columns and `label`, `forced` (notes a step where the true
    past is heard), `free` (where it hears
    only itself) and `silent` (the share of steps in which it then plays nothing).
    """
    return pd.concat(
        [
            table.assign(
                label=label,
                forced=table[FORCED[rule]],
                free=table[f"free_{rule}_density"],
                silent=table[f"free_{rule}_silent_share"],
            )
            for label, rule in rules.items()
        ]
    )


def less_bce(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a sweep's other cells, less what BCE has with the same seed.

    `columns`: those to subtract in; BCE is the cell of alpha 0.5 and gamma 0. What
    all runs of a seed share, such as their first weights, falls out.
    """
    columns = list(columns)
    is_bce = (table["alpha"] == 0.5) & (table["gamma"] == 0)
    bce = table[is_bce].set_index("seed")[columns]
    others = table[~is_bce].copy()
    others[columns] -= bce.loc[others["seed"]].to_numpy()
    return others
