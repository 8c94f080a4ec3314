"""Networks compared at equal time, and how long things take."""

from experiments.timing.representations import record_representations

__all__ = ["record_representations"]
