"""The blind test: its excerpts, answers and analysis, by people and by a classifier."""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .answers import read_answers
    from .classifier import classify_excerpts
    from .detection import power
    from .excerpts import Composers, Excerpt, Screening, screen
    from .study import Study
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
