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
    from .length_metrics import LENGTH_MEASURES, length_shares
    from .likelihood import cell_nlls, frame_nlls, mean_nlls, nlls_in_keys
    from .likelihood import piece_by_piece, pooled, whole_nll
    from .music_metrics import MAJOR, MEASURES, QUARTERS_PER_BAR, Measures
    from .music_metrics import measures_by_piece, music_measures, on_beat_share
    from .music_metrics import onset_density
    from .network_metrics import epoch_measures, evaluate, free_running, predict
    from .network_metrics import windows_for
    from .reliability_bins import Reliability, calibration_error, reliability
    from .similarity import compare_with_human, interval_table, mean_interval
    from .states import hidden_states
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
