"""Rolls and notes as sound: samples, and MP3 or WAV files.

A roll's notes all have the same strength, for it knows no dynamics; every piece is
brought to the same loudness, so that none wins a comparison by being louder.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from deepmusician.files import write_file
from deepmusician.music import DEFAULT_VELOCITY, Notes, PianoRoll
from deepmusician.sound.levels import at_target_loudness
from deepmusician.sound.piano import RATE, Piano, load_piano

TAIL = 1.0  # seconds that a piece rings on after its last step
_COMPRESSION = 0.7  # of libsndfile; MP3 at 56 kbit/s for mono at 22,050 Hz
_DAMPING = 0.12  # seconds in which a damper takes a string's sound to 1/e
_UNDAMPED = 90  # MIDI pitch from which a piano's strings have no dampers


@dataclass(frozen=True, eq=False)
class Performance:
    """Notes in seconds: `starts`, `holds` and MIDI `pitches`, of shape (notes,).

    `seconds` is the length of the piece without its tail; `gains` (notes,) are the
    notes' amplitudes, against that of a note without a velocity.
    """

    starts: np.ndarray
    holds: np.ndarray
    pitches: np.ndarray
    seconds: float
    gains: np.ndarray


def perform(music: PianoRoll | Notes, tempo: float | None = None) -> Performance:
    """Return when each note of a roll, or of notes before the grid, is played.

    A roll is played by its steps, `Notes` at their exact times. `tempo` is in quarters
    per minute; by default the music's own. Raises ValueError unless it is above 0.
    """
    tempo = music.tempo if tempo is None else tempo
    if not (np.isfinite(tempo) and tempo > 0):
        raise ValueError(f"tempo must be above 0 quarters a minute, got {tempo}")
    quarter = 60.0 / tempo  # seconds
    velocities = getattr(music, "velocities", None)
    if isinstance(music, Notes):
        starts, holds, pitches = music.onsets, music.durations, music.pitches
        length = max(music.length, float(np.max(starts + holds, initial=0.0)))
    else:
        starts, pitches, holds = np.array(music.notes(), float).reshape(-1, 3).T
        quarter /= music.steps_per_quarter
        length = len(music)
    gains = np.ones(len(starts)) if velocities is None else gain(velocities)
    starts, holds, pitches = starts * quarter, holds * quarter, pitches.astype(int)
    return Performance(starts, holds, pitches, length * quarter, gains)


def gain(velocities: np.ndarray) -> np.ndarray:
    """Return amplitudes by MIDI velocity, 1 at 80: they grow with its square.

    Source: General MIDI level 1, developer guidelines: 40 log10(velocity / 127) dB.
    """
    return (np.asarray(velocities, float) / DEFAULT_VELOCITY) ** 2


def render(
    music: PianoRoll | Notes, tempo: float | None = None, piano: Piano | None = None
) -> np.ndarray:
    """Return float32 mono samples at 22,050 Hz, between -0.95 and 0.95, -20 LUFS loud.

    They last as long as the piece and one second more, in which the last notes
    ring; music without notes gives silence of exactly its length. `tempo` is in
    quarters per minute, by default the music's own; `piano` by default the recorded
    one, or the synthesised where that is missing. ValueError for a tempo not above 0.
    """
    samples = mixed(perform(music, tempo), piano or load_piano())
    return at_target_loudness(samples, RATE)


def write_audio(music: PianoRoll | Notes, path: str | Path) -> Path:
    """Return the path of the MP3 or WAV file written, whole or not at all.

    An MP3 has 7 kB per second, a WAV 44. Raises ValueError for another suffix.
    """
    encode = ENCODERS.get(Path(path).suffix.lower())
    if encode is None:
        raise ValueError(f"{path}: sound is saved as {' or '.join(ENCODERS)}")
    return write_file(path, encode(render(music), music_name(music)))


def encode_mp3(samples: np.ndarray, title: str = "") -> bytes:
    """Return float32 mono samples at 22,050 Hz as an MP3 file; the piano is credited.

    Sounds below 0.1 s are filled up with silence: the format has no empty file. The
    file shows its `title` in players.
    """
    options = {"compression_level": _COMPRESSION, "bitrate_mode": "CONSTANT"}
    padded = np.pad(samples, (0, max(0, RATE // 10 - len(samples))))
    return _encoded(padded, title, "MPEG_LAYER_III", format="MP3", **options)


def encode_wav(samples: np.ndarray, title: str = "") -> bytes:
    """Return the same samples as a WAV file of 16 bits, with title and credit."""
    return _encoded(samples, title, "PCM_16", format="WAV")


def _encoded(samples: np.ndarray, title: str, subtype: str, **options: object) -> bytes:
    """Return mono samples as a sound file that shows its title and the piano's."""
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", RATE, 1, subtype, **options) as sound:
        sound.title = title or "Deep Musician"
        sound.comment = f"Piano: {load_piano().name}"
        sound.write(samples)
    return file.getvalue()


ENCODERS = {".mp3": encode_mp3, ".wav": encode_wav}


def music_name(music: PianoRoll | Notes) -> str:
    """Return the name that a roll carries; notes have none."""
    return getattr(music, "name", "")


def mixed(played: Performance, piano: Piano) -> np.ndarray:
    """Return all notes added up, at the piano's own strength."""
    tail = TAIL if len(played.starts) else 0.0
    samples = np.zeros(round((played.seconds + tail) * RATE), np.float32)
    notes = zip(played.starts, played.holds, played.pitches, played.gains, strict=True)
    for start, hold, pitch, amplitude in notes:
        first = round(start * RATE)
        sound = _struck(piano, int(pitch), hold)[: len(samples) - first]
        samples[first : first + len(sound)] += np.float32(amplitude) * sound
    last = samples[-round(0.05 * RATE) :]  # faded out, so that nothing clicks
    last *= np.linspace(1, 0, len(last), dtype=np.float32)
    return samples


def _struck(piano: Piano, pitch: int, hold: float) -> np.ndarray:
    """Return the sound of a key held for so many seconds, then damped."""
    damping = _DAMPING if pitch < _UNDAMPED else 10 * _DAMPING
    held = round(hold * RATE)
    sound = piano.tone(pitch)[: held + round(6 * damping * RATE)].copy()
    released = sound[held:]
    released *= np.exp(-np.arange(len(released)) / (damping * RATE))
    released *= np.linspace(1, 0, len(released))
    return sound
