"""Music as the widgets take it: notes in steps, at the loudness of all others.

What a piece holds is described in `web/page/music.js`.
"""

import numpy as np

from deepmusician.music import Notes, PianoRoll
from deepmusician.sound import (
    RATE,
    TARGET_LOUDNESS,
    load_piano,
    loudness,
    mixed,
    music_name,
    perform,
)


def piece_of(
    music: PianoRoll | Notes,
    label: str = "",
    tempo: float | None = None,
    role: str = "",
) -> dict:
    """Return a piece as the widgets' `music.js` describes it, of types JSON knows.

    Args:
        music: a roll, or `Notes` at their exact times, whose step is a quarter.
        label: what it is called; by default a roll's name.
        tempo: in quarters per minute; by default the music's own.
        role: whose it is, by the names in `colours.COLOURS`; "" for nobody's.

    Raises:
        ValueError: the tempo is not a positive number.
    """
    played = perform(music, tempo)
    tempo = float(music.tempo if tempo is None else tempo)
    grid = 1 if isinstance(music, Notes) else music.steps_per_quarter
    second = grid * tempo / 60  # steps
    rows = zip(played.starts, played.pitches, played.holds, played.gains, strict=True)
    return {
        "label": label or music_name(music) or "Listen",
        "facts": facts(music, played.seconds),
        "stepsPerQuarter": grid,
        "tempo": tempo,
        "length": _short(played.seconds * second),
        "notes": sorted(_note(*row, second) for row in rows),
        "gain": matching_gain(music, tempo),
        "role": role,
    }


def matching_gain(music: PianoRoll | Notes, tempo: float | None = None) -> float:
    """Return the amplitude that brings music to the loudness of all pieces.

    Without a note it is 1.
    """
    measured = loudness(mixed(perform(music, tempo), load_piano()), RATE)
    gain = 10 ** ((TARGET_LOUDNESS - measured) / 20) if np.isfinite(measured) else 1.0
    return float(f"{gain:.4g}")


def facts(music: PianoRoll | Notes, seconds: float) -> str:
    """Return what a listener wants to know of a piece, in one line."""
    if isinstance(music, Notes):
        count = len(music)
        counts = f"{count} note{'s' * (count != 1)} at exact times"
    else:
        count = int(music.onsets.sum())
        counts = f"{music.density():.2f} notes per step, {len(music)} steps"
    silence = "" if count else "no notes: silence, "
    return f"{silence}{counts}, {seconds:.0f} s"


def _note(start: float, pitch: int, hold: float, level: float, second: float) -> list:
    """Return a note in steps, its level only where it is not 1."""
    note = [_short(start * second), int(pitch), _short(hold * second)]
    return note if level == 1 else [*note, _short(level)]


def _short(number: float) -> float:
    """Return a number to four decimals, a whole one as an integer."""
    near = round(float(number), 4)
    return int(near) if near == int(near) else near
