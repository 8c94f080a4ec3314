"""Every figure of the book, in one visual language.

Each function returns a matplotlib `Figure` that is closed to pyplot: make it the last
expression of a cell, without a semicolon, and it is shown once.
"""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .corpus import chord_sizes, density_per_piece, emptiness, grid_shifts
    from .corpus import piece_lengths
    from .corpus import note_lengths, pitch_histogram, positions_in_the_beat
    from .learning import learning_rates, seed_curves, training_history
    from .listening import listener_accuracies, power_curves
    from .losses import expected_losses, gradient_balance, loss_curves, map_curves
    from .losses import mean_loss, reliability_diagram
    from .network import attention_map, draw_masks, draw_network, draw_unrolled
    from .network import hidden_heatmap
    from .playing import by_step, density_by_bar, rule_sweep, waveform
    from .published import among_published, shared_run_lengths, similarity_panels
    from .rolls import compare_rolls, draw_roll, exact_and_snapped, forced_and_free
    from .scores import music_measure_bars, nll_bars, precision_recall, sweep_thresholds
    from .scores import threshold_sweep
    from .style import alpha_shades, focal_shades
    from .sweeps import Panel, heat_maps, measured_rows, seed_lines
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
