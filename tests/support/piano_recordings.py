"""Recordings like those of the piano's package, and where notes begin in samples."""

import numpy as np
import soundfile

from deepmusician.sound import RATE

RECORDED = {"A3": 57, "C4": 60, "D#4": 63, "F#4": 66, "A4": 69}


def write_package(folder, rate=44100):
    """Write recordings like the npm package's: stereo, late attacks, uneven levels."""
    (folder / "audio").mkdir(parents=True)
    for number, (name, pitch) in enumerate(RECORDED.items()):
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
