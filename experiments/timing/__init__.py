"""Networks compared at equal time, in two precisions, and how long things take."""

from experiments.timing.precision import record_precision
from experiments.timing.representations import record_representations

__all__ = ["record_precision", "record_representations"]
