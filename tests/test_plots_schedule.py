"""The picture of the learning rate."""

import pytest

from deepmusician.plots import learning_rates
from deepmusician.settings import TrainConfig


def test_the_line_peaks_at_the_learning_rate_and_ends_near_zero():
    config = TrainConfig(epochs=4, windows_per_epoch=800, batch=8, learning_rate=3e-3)
    (line,) = learning_rates({"the report's network": config}).axes[0].lines
    rates = line.get_ydata()
    assert len(rates) == 400
    assert max(rates) == pytest.approx(3e-3)
    assert rates.argmax() == round(0.05 * 400) - 1
    assert rates[-1] < 3e-7
