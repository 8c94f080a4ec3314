"""The learning rate over a run."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from deepmusician.plots.style import colour_of, drawn, one_axes, y_grid
from deepmusician.settings import TrainConfig


@drawn
def learning_rates(configs: Mapping[str, TrainConfig]) -> Figure:
    """Return the learning rate at every update of the runs, a line a run.

    `configs`: label → settings. A run that stops early ends before its line does.
    """
    from deepmusician.lesson import rate, updates_per_epoch  # brings Lightning

    ax = one_axes(None, height=2.8)
    for label, config in configs.items():
        total = config.epochs * updates_per_epoch(config)
        shares = [rate(update, total, config.warm_up) for update in range(total)]
        rates = config.learning_rate * np.array(shares)
        ax.plot(rates, color=colour_of(label), label=label)
    ax.set(xlabel="update", ylabel="learning rate", xlim=(0, None), ylim=(0, None))
    ax.legend()
    y_grid(ax)
    return ax.figure
