"""What chapters and command line share: presets, many runs, recorded results."""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .benchmark import Benchmark, benchmark_details, check_benchmark, find_frames
    from .benchmark import known_tunes, no_past, read_benchmark, read_benchmark_curves
    from .benchmark import read_benchmark_piece, read_choir, run_benchmark, standing
    from .benchmark import write_benchmark
    from .benchmark_rows import KINDS_OF_OUTPUTS, NETWORKS, PUBLISHED
    from .benchmark_rows import BenchmarkRow, choose_rows
    from .sweep import FORCED_DENSITIES, by_rule, less_bce, seed_spread
    from .composer_network import COMPOSED_PIECES, COMPOSED_STEPS, COMPOSER_MEASURES
    from .composer_network import COMPOSER_NETWORK, check_composer_network
    from .composer_network import MOZART_RECORD, read_composer_network
    from .composer_network import COMPOSER_WEIGHTS, check_rounding, read_mozart
    from .results import read_experiment_curves, read_experiments, write_table
    from .outcome import RULE_VARIANTS, history_table, measures_table
    from .outcome import pack_roll, train_and_measure, unpack_roll
    from .parallel import end_with_owner, train_by_corpus
    from .presets import BENCHMARK, BOOK_RUNS, COMPOSER, MOZART, PRESETS, Preset
    from .presets import REPRESENTATIONS, preset
    from .recording import clean_commit, provenance_now
    from .results import RECORDS, Provenance, RecordError, read_record, write_record
    from .sweep import PieceKey, Sweep, check_sweep, read_sweep, read_sweep_pieces
    from .sweep import run_sweep, sweep_settings, write_sweep
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
