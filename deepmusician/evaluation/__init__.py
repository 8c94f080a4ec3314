"""Measures, each a function: of cells, of music, of networks and what they compose.

`evaluate` says how well a network predicts pieces, `music_measures` what pieces sound
like, `CopyingIndex` what they copy.
"""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .cell_metrics import PrecisionRecall, accuracy, as_array, average_precision
    from .cell_metrics import cell_nll, confusion, density, f1, precision_recall_curve
    from .cell_metrics import sampled_f1, silent_share
    from .copying import CopyingIndex, SharedRun
    from .likelihood import frame_nlls, parameters_used, piece_by_piece, pooled
    from .music_metrics import MAJOR, MEASURES, QUARTERS_PER_BAR, measures_by_piece
    from .music_metrics import music_measures, on_beat_share, onset_density
    from .network_metrics import epoch_measures, evaluate, free_running, predict
    from .network_metrics import windows_for
    from .reliability_bins import Reliability, calibration_error, reliability
    from .similarity import compare_with_human, interval_table, mean_interval
    from .states import hidden_states
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
