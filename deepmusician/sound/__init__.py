"""Music as sound: the piano, rendering, loudness, MP3 and WAV."""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .audio import encode_mp3, mixed, music_name, perform, render, write_audio
    from .levels import TARGET_LOUDNESS, loudness
    from .piano import RATE, Piano, load_piano, recorded_tones
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
