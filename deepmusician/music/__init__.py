"""Notes, piano rolls and their files: no torch, no screen.

MIDI files and scores become notes in quarters, then a roll of 88 keys by steps, and
back.
"""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .engraving import engrave
    from .grid import check_steps_per_quarter, possible_cells, rising_edges
    from .midi import MIDI_SUFFIXES, midi_events, note_name, read_midi
    from .notes import DEFAULT_TEMPO, DEFAULT_VELOCITY, KEYS, PITCH_LOW
    from .notes import MusicFileError, Notes, Reading
    from .roll import PLANES, REST, VIEWS, VOICES, PianoRoll, grid_distances
    from .score_files import SCORE_SUFFIXES, read_score
    from .tokens import TokenReader, Vocabulary, known_cells
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
