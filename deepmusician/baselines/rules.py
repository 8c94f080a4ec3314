"""A composer that follows rules: nothing is counted, nothing is trained.

Four voices in C major as a textbook would have them, with dice where it leaves a
choice. Whatever the dice say, the music stays within the frame that the rules set.
"""

import numpy as np

from deepmusician.music import KEYS, PITCH_LOW, PianoRoll

QUARTER, CHORD = 4, 8
"""Steps in a quarter, and in a chord: a half note."""
SCALE, TRIAD = np.array([0, 2, 4, 5, 7, 9, 11]), (0, 2, 4)
"""C major in semitones; a note is a number in it, a chord has every other from its
degree up."""
FOLLOWERS = {0: (3, 4, 5), 1: (4,), 3: (0, 1, 4), 4: (0, 5), 5: (1, 3)}
"""Which chords may follow each: of I, ii, IV, V and vi, by degree, from 0."""
BASS, MIDDLE, MELODY = 21, 28, range(35, 47)  # from C2, from C3, C4 to G5
LEAP = 3


def compose_by_rules(steps: int, seed: int = 0) -> PianoRoll:
    """Return a new roll of `steps` steps, the same for the same seed.

    A chord lasts two quarters and is struck on both; the last two are dominant and
    tonic, which is struck once. The melody walks from one note of the chord to another
    nearby, and half of its thirds are filled with the note between.
    """
    generator = np.random.default_rng(seed)
    chords = _progression(max(1, -(-steps // CHORD)), generator)
    plane = np.zeros((len(chords) * CHORD, KEYS), dtype=bool)
    by_quarter = np.repeat(chords, CHORD // QUARTER)[:-1]
    melody = _melody(by_quarter, generator)
    for quarter, (degree, note) in enumerate(zip(by_quarter, melody, strict=True)):
        middle = [MIDDLE + (degree + third) % 7 for third in TRIAD[1:]]
        plane[quarter * QUARTER, _keys([BASS + degree, *middle, note])] = True
    for quarter, move in enumerate(np.diff(melody)):
        if abs(move) == 2 and generator.random() < 0.5:
            half_way = quarter * QUARTER + QUARTER // 2
            plane[half_way, _keys([melody[quarter] + move // 2])] = True
    return PianoRoll.from_plane(plane[:steps], steps_per_quarter=QUARTER, name="rules")


def _progression(chords: int, generator: np.random.Generator) -> list[int]:
    """Return so many degrees, each one that may follow, with a cadence at the end."""
    degrees = [0]
    while len(degrees) < chords:
        degrees.append(int(generator.choice(FOLLOWERS[degrees[-1]])))
    degrees[-2:] = (4, 0)[-chords:]
    return degrees


def _melody(degrees: np.ndarray, generator: np.random.Generator) -> list[int]:
    """Return a note of the scale for each chord, near the one before; C at the end."""
    notes = [37]  # E4
    for degree in degrees[1:-1]:
        near = set(range(notes[-1] - LEAP, notes[-1] + LEAP + 1)) - {notes[-1]}
        fits = [n for n in MELODY if n in near and (n - degree) % 7 in TRIAD]
        notes.append(int(generator.choice(fits)))
    tonics = [note for note in MELODY if note % 7 == 0]
    home = min(tonics, key=lambda tonic: abs(tonic - notes[-1]))
    return [*notes, home][-len(degrees) :]


def _keys(notes: list[int]) -> np.ndarray:
    """Return the keys of notes of the scale."""
    octave, degree = np.divmod(notes, len(SCALE))
    return 12 * octave + SCALE[degree] - PITCH_LOW
