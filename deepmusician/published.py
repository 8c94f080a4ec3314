"""What others published on the sets of Boulanger-Lewandowski et al. 2012.

Negative log-likelihood in nats a frame on the test pieces, lower is better: the sum
over the 88 keys, teacher-forced, pooled over all frames. Chapter: against the published
record.
"""

from typing import NamedTuple

import pandas as pd

from deepmusician.benchmark_rows import SETS

KINDS = ("no past", "independent", "dependent", "latent")


class Published(NamedTuple):
    """A published result.

    kind: "no past" (the same chances in every frame), "independent" outputs given the
    past, "dependent" on one another within the frame, or "latent" variables, of which
    only a bound is known. nlls: by set, for those that were reported. source: where,
    and citation: its key in `book/references.bib`.
    """

    model: str
    kind: str
    nlls: dict[str, float]
    source: str
    citation: str


def _by_set(*nlls: float | None) -> dict[str, float]:
    """Return the results by set, without those that were not reported."""
    pairs = zip(SETS, nlls, strict=True)
    return {name: nll for name, nll in pairs if nll is not None}


_FIRST = ("Boulanger-Lewandowski et al. 2012, table 1", "boulanger2012")
_CHUNG = ("Chung et al. 2014, table 2", "chung2014")
_BAI = ("Bai et al. 2018, table 1", "bai2018")

PUBLISHED = (
    Published("IID 1-gram", "no past", _by_set(15.93, 16.24, 12.90), *_FIRST),
    Published("note 1-gram", "no past", _by_set(11.06, 10.25, 11.05), *_FIRST),
    Published("RNN", "independent", _by_set(8.71, 4.46, 8.37), *_FIRST),
    Published("GRU, 2014", "independent", _by_set(8.54, 3.23, 8.82), *_CHUNG),
    Published("LSTM", "independent", _by_set(8.45, 3.29, None), *_BAI),
    Published("GRU, 2018", "independent", _by_set(8.43, 3.46, None), *_BAI),
    Published("TCN", "independent", _by_set(8.10, 3.07, None), *_BAI),
    Published(
        *("DMM", "latent", _by_set(6.93, 2.96, 7.98)),
        *("Krishnan et al. 2017, a bound", "krishnan2017"),
    ),
    Published("RNN-RBM", "dependent", _by_set(6.27, 2.39, 7.09), *_FIRST),
    Published("RNN-NADE", "dependent", _by_set(5.56, 2.31, 7.05), *_FIRST),
)
"""In the order of the table: without a past first, then by what a frame's keys know."""


def published_table() -> pd.DataFrame:
    """Return the published results, a row a model and a column a set.

    NaN stands where a result was not reported.
    """
    rows = [
        {"model": each.model, "kind": each.kind, **each.nlls, "source": each.source}
        for each in PUBLISHED
    ]
    return pd.DataFrame(rows, columns=["model", "kind", *SETS, "source"])
