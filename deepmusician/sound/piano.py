"""One piano for Python and the page: recorded tones, or a synthesised one.

The recordings are the Salamander Grand Piano V3 by Alexander Holm (CC BY 3.0): every
third key at one loudness, six seconds of mono at 22,050 Hz. They are the MP3 files in
`tones`, where it also says how they were made. Where MP3 cannot be decoded, a plain
synthesised tone takes over; its name says so.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import lfilter, resample_poly, unit_impulse

RATE = 22050  # Hz, everywhere in this package
SECONDS = 6.0  # of each recorded or synthesised note
CREDIT = "Salamander Grand Piano V3 by Alexander Holm, CC BY 3.0"
TONES = Path(__file__).with_name("tones")

_LEAD = 0.002  # seconds kept before a note's first audible sample
_AUDIBLE = 0.02  # of the note's peak


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
    "a plain synthesised tone (this libsndfile cannot decode MP3)",
    pitches=np.zeros(0, int),
    samples=np.zeros((0, 0), np.float32),
)


def recorded_tones() -> dict[int, Path]:
    """Return the MP3 files of the recorded notes by their MIDI pitches, rising."""
    return {int(path.stem): path for path in sorted(TONES.glob("*.mp3"))}


@cache
def load_piano() -> Piano:
    """Return the recorded piano, or the synthesised one where MP3 cannot be decoded."""
    files = recorded_tones()
    try:
        samples = [from_attack(*soundfile.read(path)) for path in files.values()]
    except soundfile.LibsndfileError:
        return SYNTHESISED_PIANO
    return Piano(CREDIT, np.array(list(files)), np.array(samples, np.float32))


def from_attack(sound: np.ndarray, rate: int = RATE) -> np.ndarray:
    """Return six seconds of a mono note from its attack on, then silence if it ends."""
    attack = int(np.argmax(np.abs(sound) > _AUDIBLE * np.abs(sound).max()))
    length = int(SECONDS * rate)
    sound = sound[max(0, attack - int(_LEAD * rate)) :][:length]
    return np.pad(sound, (0, length - len(sound)))


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
    rise, fall = np.linspace(0, 1, RATE // 300), np.linspace(0, np.pi / 2, RATE)
    sound[: len(rise)] *= rise
    sound[-len(fall) :] *= np.cos(fall) ** 2
    return (0.3 * sound).astype(np.float32)


def _struck_string(frequency: float, life: float, length: int) -> np.ndarray:
    """Return a sine that fades to 1/e in `life` seconds, as a resonator rings."""
    turn, shrink = 2 * np.pi * frequency / RATE, np.exp(-1 / (life * RATE))
    denominator = [1.0, -2 * shrink * np.cos(turn), shrink**2]
    return lfilter([0.0, shrink * np.sin(turn)], denominator, unit_impulse(length))
