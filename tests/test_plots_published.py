import pandas as pd
import pytest

from deepmusician.benchmark_rows import Row
from deepmusician.plots.published import among_published
from deepmusician.published import PUBLISHED


@pytest.fixture
def scores():
    """Scores of three seeds with independent outputs, on JSB."""
    rows = [
        Row("jsb", "decoder", "independent")._asdict() | {"seed": n, "test_nll": nll}
        for n, nll in enumerate((8.2, 8.3, 8.4))
    ]
    other = Row("jsb", "encoder-decoder", "independent")._asdict()
    return pd.DataFrame([*rows, other | {"seed": 0, "test_nll": 1.0}])


def labels_of(figure):
    (axes,) = figure.axes
    return [text.get_text() for text in axes.get_yticklabels()]


def test_ours_stands_where_its_mean_belongs_among_the_published(scores):
    labels = labels_of(among_published(scores))
    here = labels.index("this book, independent")
    assert labels[here - 1 : here + 2 : 2] == ["GRU, 2018", "TCN"]
    assert labels[0] == "IID 1-gram"
    assert labels[-1] == "RNN-NADE"


def test_a_result_that_was_not_reported_is_left_out(scores):
    labels = labels_of(among_published(scores, "piano-midi"))
    assert "TCN" not in labels
    assert len(labels) == sum("piano-midi" in each.nlls for each in PUBLISHED)


def test_the_bar_reaches_from_the_lowest_seed_to_the_highest(scores):
    (axes,) = among_published(scores).axes
    spans = [tuple(line.get_xdata()) for line in axes.lines if line.get_lw() == 4]
    assert spans == [(8.2, 8.4)]
