"""Composers without a network: what any model has to beat.

Those that count share one interface, `Baseline`: fit, score pieces, compose. One
follows rules, and only composes.
"""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .independent import Baseline, BeatUnigram, ConstantDensity, NoteUnigram
    from .independent import Silence, repeat_last_bar
    from .lengths import CountedLengths
    from .markov import ChordMarkov, StepMarkov, fit_baselines
    from .rules import compose_by_rules
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
