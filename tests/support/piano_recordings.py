"""Recordings like those of the piano's package, and where notes begin in samples."""

import numpy as np
import soundfile

from deepmusician.sound import RATE
from deepmusician.sound.piano import _pitch_of


def write_package(folder, names=("A3", "C4", "D#4", "F#4", "A4"), rate=44100):
    """Write recordings like the npm package's: stereo, late attacks, uneven levels."""
    (folder / "audio").mkdir(parents=True)
    for number, name in enumerate(names):
        pitch = _pitch_of(folder / f"{name}v8.mp3")
        time = np.arange(2 * rate) / rate
        tone = np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time)
        late = np.pad(
            tone * np.exp(-time) * (0.1 + 0.1 * (number % 2)), (rate // 50, 0)
        )
        file = folder / "audio" / f"{name}v8.mp3"
        soundfile.write(file, np.stack([late, late], axis=1), rate, format="MP3")
    return folder


def first_onset(samples, start, end):
    """Return the second at which a note begins between two times."""
    part = np.abs(samples[round(start * RATE) : round(end * RATE)])
    return start + np.argmax(part > 0.05 * part.max()) / RATE
