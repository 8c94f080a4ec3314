"""Notes to the planes of a piano roll, boolean (steps, 88), and back."""

from collections import Counter
from typing import Any

import numpy as np

from deepmusician.music.notes import KEYS, PITCH_LOW, Notes, Reading

LONGEST_ROLL = 400_000
"""Steps of the longest roll: at 100 quarters a minute, sixteen hours of sixteenths."""
FINEST_GRID = 480
"""Steps of the finest quarter, so that MIDI's ticks can hold them."""


def check_steps_per_quarter(steps_per_quarter: int) -> None:
    """Raise ValueError unless the grid is a whole number of steps per quarter."""
    whole = isinstance(steps_per_quarter, int | np.integer)
    if not whole or not 1 <= steps_per_quarter <= FINEST_GRID:
        raise ValueError(
            f"steps_per_quarter is a whole number from 1 to {FINEST_GRID}, "
            f"not {steps_per_quarter}"
        )


def frozen_plane(plane: np.ndarray) -> np.ndarray:
    """Return a read-only boolean copy, or raise ValueError for another shape."""
    plane = np.array(plane, dtype=bool)
    if plane.ndim != 2 or plane.shape[1] != KEYS:
        raise ValueError(f"a plane has shape (steps, {KEYS}), not {plane.shape}")
    plane.flags.writeable = False
    return plane


def check_planes(onsets: np.ndarray, sounding: np.ndarray) -> None:
    """Raise ValueError unless every onset sounds and every sound has an onset."""
    if onsets.shape != sounding.shape:
        raise ValueError(f"planes differ: {onsets.shape} and {sounding.shape}")
    if (onsets & ~sounding).any():
        raise ValueError("a key has an onset and does not sound")
    if (rising_edges(sounding) & ~onsets).any():
        raise ValueError("a key sounds without an onset")


def both_planes(onsets: np.ndarray, sounding: np.ndarray) -> np.ndarray:
    """Return cells (steps, 2 * keys): 2k says that key k has an onset, 2k + 1 a hold.

    A held key sounds on from the step before, and has no onset.
    """
    cells = np.empty((len(onsets), 2 * onsets.shape[1]), bool)
    cells[:, ::2], cells[:, 1::2] = onsets, sounding & ~onsets
    return cells


def possible_cells(before: Any, cells: Any) -> Any:
    """Return which of a step's cells, onsets and holds, the rest of it leaves open.

    `before`, `cells`: (..., 2 * keys) of 0 and 1, as in `both_planes`, the step before
    and this one, as arrays or tensors. An onset is always possible; a hold is where
    the key sounded before and has no onset.
    """
    sounded = (before[..., ::2] != 0) | (before[..., 1::2] != 0)  # (..., keys)
    possible = cells == cells  # all of them, as an array or a tensor
    possible[..., 1::2] = sounded & (cells[..., ::2] == 0)
    return possible


def snap_to_grid(
    notes: Notes, steps_per_quarter: int
) -> tuple[np.ndarray, np.ndarray, Reading]:
    """Return the onset plane, the sounding plane, and what the grid cost.

    Raises ValueError for an impossible grid, where a note begins before time 0, or
    where the roll would be longer than `LONGEST_ROLL` steps.
    """
    check_steps_per_quarter(steps_per_quarter)
    if (notes.onsets < 0).any():
        raise ValueError("has notes before its beginning")
    ends = notes.onsets + notes.durations
    steps = _length(max(notes.length, ends.max(initial=0.0)), steps_per_quarter)
    graces = notes.durations <= 0
    piano = (notes.pitches >= PITCH_LOW) & (notes.pitches < PITCH_LOW + KEYS)
    kept = ~graces & piano
    times, ends, keys = notes.onsets[kept], ends[kept], notes.pitches[kept] - PITCH_LOW
    onsets = nearest_steps(times * steps_per_quarter)
    releases = np.maximum(nearest_steps(ends * steps_per_quarter), onsets + 1)
    planes = _planes(onsets, releases, keys, max(steps, releases.max(initial=0)))
    voices = len(set(zip(times.tolist(), keys.tolist(), strict=True)))
    dropped = Counter(drums=0, grace=int(graces.sum()))
    dropped["out of range"] = int((~graces & ~piano).sum())
    dropped["same step"] = voices - int(planes[0].sum())
    dropped["unison"] = len(keys) - voices
    dropped.update(notes.dropped)
    moved = abs(onsets / steps_per_quarter - times)  # quarters
    mean = float(moved.mean()) if len(moved) else 0.0
    return *planes, Reading(dict(dropped), float(moved.max(initial=0.0)), mean)


def nearest_steps(steps: np.ndarray) -> np.ndarray:
    """Return the nearest whole steps; half steps go up, as the ear expects of runs.

    Rounding halves to even would pile the four 32nds of a turn on two steps.
    """
    return np.floor(steps + 0.5 + 1e-6).astype(int)


def rising_edges(sounding: np.ndarray) -> np.ndarray:
    """Return the plane of the steps at which a key begins to sound."""
    edges = sounding.copy()
    edges[1:] &= ~sounding[:-1]
    return edges


def held_plane(onsets: np.ndarray, hold: int) -> np.ndarray:
    """Return the sounding plane if each note is held for `hold` steps."""
    if hold < 1:
        raise ValueError(f"a note is held for at least 1 step, not {hold}")
    starts, keys = np.nonzero(onsets)
    releases = np.minimum(starts + hold, len(onsets))
    return _planes(starts, releases, keys, len(onsets))[1]


def notes_of(onsets: np.ndarray, sounding: np.ndarray) -> list[tuple[int, int, int]]:
    """Return (onset step, MIDI pitch, steps held) in order of time, then pitch."""
    steps = len(onsets)
    stops = np.ones((steps + 1, KEYS), dtype=bool)  # a note ends before these steps
    stops[:steps] = onsets | ~sounding
    notes = []
    for key in np.flatnonzero(onsets.any(axis=0)):
        ends = np.flatnonzero(stops[:, key])
        for onset in np.flatnonzero(onsets[:, key]):
            end = ends[np.searchsorted(ends, onset, side="right")]
            notes.append((int(onset), int(key) + PITCH_LOW, int(end - onset)))
    return sorted(notes)


def _length(quarters: float, steps_per_quarter: int) -> int:
    """Return the steps of a piece, before any memory is taken for them."""
    if not np.isfinite(quarters) or quarters * steps_per_quarter > LONGEST_ROLL:
        raise ValueError(
            f"lasts {quarters:,.0f} quarters, more than the {LONGEST_ROLL:,} steps "
            "that a roll may have"
        )
    return int(nearest_steps(np.array(quarters * steps_per_quarter)))


def _planes(
    starts: np.ndarray, releases: np.ndarray, keys: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return both planes (steps, 88) of notes given in steps and keys."""
    onsets = np.zeros((steps, KEYS), dtype=bool)
    onsets[starts, keys] = True
    changes = np.zeros((steps + 1, KEYS), dtype=np.int32)
    np.add.at(changes, (starts, keys), 1)
    np.add.at(changes, (releases, keys), -1)
    return onsets, changes.cumsum(axis=0)[:steps] > 0
