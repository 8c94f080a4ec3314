"""Notes to the planes of a piano roll and back, on arrays alone.

Chapter "Data representation". Planes are boolean, (steps, 88).
"""

import numpy as np

from deepmusician.notes import KEYS, PITCH_LOW, Notes, Reading

LONGEST = 400_000
"""Steps of the longest roll: some sixteen hours of sixteenths at 100 a minute."""
FINEST = 480
"""Steps of the finest quarter, so that MIDI's ticks can hold them."""
CAUSES = ("drums", "grace", "out of range", "same step", "unison")


def check_steps_per_quarter(steps_per_quarter: int) -> None:
    """Raise ValueError unless the grid is a whole number of steps a quarter."""
    whole = isinstance(steps_per_quarter, int | np.integer)
    if not whole or not 1 <= steps_per_quarter <= FINEST:
        raise ValueError(
            f"steps_per_quarter is a whole number from 1 to {FINEST}, "
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
    """Raise ValueError unless every touch sounds and every sound begins by a touch."""
    if onsets.shape != sounding.shape:
        raise ValueError(f"planes differ: {onsets.shape} and {sounding.shape}")
    if (onsets & ~sounding).any():
        raise ValueError("a key is touched that does not sound")
    if (rising_edges(sounding) & ~onsets).any():
        raise ValueError("a key sounds that was not touched")


def snap(
    notes: Notes, steps_per_quarter: int
) -> tuple[np.ndarray, np.ndarray, Reading]:
    """Return the onset plane, the sounding plane, and what the grid cost.

    Raises ValueError where a note begins before time 0, or where the roll would be
    longer than `LONGEST` steps.
    """
    if (notes.onsets < 0).any():
        raise ValueError("has notes before its beginning")
    ends = notes.onsets + notes.durations
    steps = _length(max(notes.length, ends.max(initial=0.0)), steps_per_quarter)
    graces = notes.durations <= 0
    piano = (notes.pitches >= PITCH_LOW) & (notes.pitches < PITCH_LOW + KEYS)
    kept = ~graces & piano
    onsets, ends, keys = notes.onsets[kept], ends[kept], notes.pitches[kept] - PITCH_LOW
    touches, releases = (nearest(times * steps_per_quarter) for times in (onsets, ends))
    releases = np.maximum(releases, touches + 1)
    planes = _planes(touches, releases, keys, max(steps, releases.max(initial=0)))
    voices = len(set(zip(onsets.tolist(), keys.tolist(), strict=True)))
    counts = {
        "grace": int(graces.sum()),
        "out of range": int((~graces & ~piano).sum()),
        "same step": voices - int(planes[0].sum()),
        "unison": len(keys) - voices,
    }
    moved = [
        abs(steps / steps_per_quarter - times)  # quarters
        for steps, times in ((touches, onsets), (releases, ends))
    ]
    return *planes, _reading(_add_up(notes.dropped, counts), *moved)


def _reading(
    dropped: dict[str, int], touches_moved: np.ndarray, releases_moved: np.ndarray
) -> Reading:
    """Return the account of a reading, given how far times moved, in quarters."""
    return Reading(
        _add_up(dict.fromkeys(CAUSES, 0), dropped),
        float(touches_moved.max(initial=0.0)),
        float(touches_moved.mean()) if len(touches_moved) else 0.0,
        float(releases_moved.max(initial=0.0)),
    )


def nearest(steps: np.ndarray) -> np.ndarray:
    """Return the nearest whole steps; half steps go up, as the ear expects of runs.

    Rounding halves to even would pile the four 32nds of a turn on two steps.
    """
    return np.floor(steps + 0.5 + 1e-6).astype(int)


def rising_edges(sounding: np.ndarray) -> np.ndarray:
    """Return the plane of the steps at which a key begins to sound."""
    edges = sounding.copy()
    edges[1:] &= ~sounding[:-1]
    return edges


def held(onsets: np.ndarray, hold: int) -> np.ndarray:
    """Return the sounding plane if each touch is held for `hold` steps."""
    if hold < 1:
        raise ValueError(f"a touch is held for at least 1 step, not {hold}")
    touches, keys = np.nonzero(onsets)
    releases = np.minimum(touches + hold, len(onsets))
    return _planes(touches, releases, keys, len(onsets))[1]


def notes_of(onsets: np.ndarray, sounding: np.ndarray) -> list[tuple[int, int, int]]:
    """Return (onset step, MIDI pitch, steps held) in order of time, then pitch."""
    steps = len(onsets)
    stops = np.ones((steps + 1, KEYS), dtype=bool)  # a note ends before these steps
    stops[:steps] = onsets | ~sounding
    notes = []
    for key in np.flatnonzero(onsets.any(axis=0)):
        ends = np.flatnonzero(stops[:, key])
        for touch in np.flatnonzero(onsets[:, key]):
            end = ends[np.searchsorted(ends, touch, side="right")]
            notes.append((int(touch), int(key) + PITCH_LOW, int(end - touch)))
    return sorted(notes)


def _length(quarters: float, steps_per_quarter: int) -> int:
    """Return the steps of a piece, before any memory is taken for them."""
    if not np.isfinite(quarters) or quarters * steps_per_quarter > LONGEST:
        raise ValueError(
            f"lasts {quarters:,.0f} quarters, more than the {LONGEST:,} steps "
            "that a roll may have"
        )
    return int(nearest(np.array(quarters * steps_per_quarter)))


def _planes(
    touches: np.ndarray, releases: np.ndarray, keys: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return both planes (steps, 88) of notes given in steps and keys."""
    onsets = np.zeros((steps, KEYS), dtype=bool)
    onsets[touches, keys] = True
    changes = np.zeros((steps + 1, KEYS), dtype=np.int32)
    np.add.at(changes, (touches, keys), 1)
    np.add.at(changes, (releases, keys), -1)
    return onsets, changes.cumsum(axis=0)[:steps] > 0


def _add_up(*counts: dict[str, int]) -> dict[str, int]:
    """Return the sums of counts by cause."""
    causes = dict.fromkeys(cause for count in counts for cause in count)
    return {cause: sum(count.get(cause, 0) for count in counts) for cause in causes}
