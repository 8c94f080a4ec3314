"""Every figure that more than one chapter draws, in one visual language.

Each function returns a matplotlib `Figure` that is closed to pyplot: let it be the
last expression of a cell, without a semicolon, and it is shown once.
"""

from deepmusician.plots.corpus import (
    density_per_piece,
    emptiness,
    grid_errors,
    piece_lengths,
    pitch_histogram,
    positions_in_the_beat,
    spread,
)
from deepmusician.plots.hidden import hidden_heatmap, hidden_path
from deepmusician.plots.learning import learning_curves, loss_curves, training_history
from deepmusician.plots.rolls import (
    compare_rolls,
    draw_chances,
    draw_roll,
    forced_and_free,
)
from deepmusician.plots.schedule import learning_rates
from deepmusician.plots.scores import (
    music_measures,
    nll_bars,
    precision_recall,
    threshold_sweep,
)
from deepmusician.plots.sound import waveform
from deepmusician.plots.style import COLOURS, STYLE, drawn
from deepmusician.roles import NAMES

__all__ = [
    "COLOURS",
    "NAMES",
    "STYLE",
    "compare_rolls",
    "density_per_piece",
    "draw_chances",
    "draw_roll",
    "drawn",
    "emptiness",
    "forced_and_free",
    "grid_errors",
    "hidden_heatmap",
    "hidden_path",
    "learning_curves",
    "learning_rates",
    "loss_curves",
    "music_measures",
    "nll_bars",
    "piece_lengths",
    "pitch_histogram",
    "positions_in_the_beat",
    "precision_recall",
    "spread",
    "threshold_sweep",
    "training_history",
    "waveform",
]
