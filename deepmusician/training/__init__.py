"""From settings to a trained network: the training loop, the store of runs, export.

`fit(TrainConfig(...))` returns a `Run`, which the store keeps: the same settings on the
same corpus are trained only once.
"""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .config import Cell, TrainConfig, cell_of, sweep_cells
    from .export import ExportedNetwork, export_run, parse_export, read_export
    from .loop import updates_per_epoch
    from .optimizers import rate_share
    from .progress import reporting_to
    from .run import Run, fit, id_of, read_config, read_metrics, resolved, sources_now
    from .store import CHECKPOINT, RunStore, is_finished
    from .threads import computing_with, free_cores, keeping_memory, others_load
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
