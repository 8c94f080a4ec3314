"""A small picture of a piano roll, as inline SVG, for notebooks."""

from html import escape

import numpy as np

from deepmusician.music.notes import KEYS, PITCH_LOW

LONGEST_PICTURE = 1024
"""Steps that a picture shows at most; of a longer roll it shows the beginning."""
_WIDTH, _ROW, _MARGIN, _TITLE = 720, 4, 30, 22  # pixels
_FEWEST_ROWS = 25
_COLOUR = "#2f80c8"  # 4:1 against white and against near-black


def roll_svg(roll) -> str:
    """Return the roll as one SVG element: onsets in full colour, held keys paler.

    Text and lines take the colour of the page, so that they are read on dark and on
    light. A line stands at every C and, fainter, at every fourth quarter.
    """
    onsets, sounding = roll.onsets[:LONGEST_PICTURE], roll.sounding[:LONGEST_PICTURE]
    low, rows = _rows(sounding)
    steps = max(1, len(onsets))
    scale = f"scale({(_WIDTH - _MARGIN) / steps:.4f},{_ROW})"
    caption = escape(_caption(roll))
    body = [
        f'<text x="{_MARGIN}" y="14" font-size="12">{caption}</text>',
        f'<g transform="translate({_MARGIN},{_TITLE})">',
        _lines(steps, low, rows, 4 * roll.steps_per_quarter),
        f'<g transform="{scale}" fill="{_COLOUR}">',
        f'<path fill-opacity="0.45" d="{_runs(sounding & ~onsets, low, rows)}"/>',
        f'<path d="{_runs(onsets, low, rows)}"/></g></g>',
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{caption}" '
        f'viewBox="0 0 {_WIDTH} {_TITLE + rows * _ROW + 4}" fill="currentColor" '
        f'font-family="sans-serif" style="width:100%;max-width:{_WIDTH}px;'
        f'height:auto">{"".join(body)}</svg>'
    )


def _caption(roll) -> str:
    """Return what the picture shows, in words."""
    shown = f"the first {LONGEST_PICTURE:,} of " if len(roll) > LONGEST_PICTURE else ""
    words = [
        roll.name or "Piano roll",
        f"{shown}{len(roll):,} steps, {roll.steps_per_quarter} per quarter",
    ]
    density = f"{roll.density():.2f} notes per step"
    silence = f"{roll.silent_share():.0%} of steps without an onset"
    words += [density, silence] if roll.onsets.any() else ["silent"]
    return " · ".join(words)


def _rows(sounding: np.ndarray) -> tuple[int, int]:
    """Return the lowest key shown and how many are, around the keys that sound."""
    keys = np.flatnonzero(sounding.any(axis=0))
    low, high = (keys[0], keys[-1]) if len(keys) else (KEYS // 2, KEYS // 2)
    padding = max(4, _FEWEST_ROWS - (high - low + 1))  # two rows each side at least
    low = max(0, int(low) - padding // 2)
    high = min(KEYS - 1, int(high) + (padding + 1) // 2)
    return low, high - low + 1


def _lines(steps: int, low: int, rows: int, bar: int) -> str:
    """Return the frame, a line and a name at every C, and a line at every bar."""
    width, height = _WIDTH - _MARGIN, rows * _ROW
    across, names = [f"M0 0h{width}v{height}h-{width}z"], []
    for pitch in range(PITCH_LOW + low, PITCH_LOW + low + rows):
        if pitch % 12 == 0:
            y = (low + rows - (pitch - PITCH_LOW)) * _ROW
            across.append(f"M0 {y}h{width}")
            names.append(f'<text x="-4" y="{y}">C{pitch // 12 - 1}</text>')
    up = [f"M{width * at / steps:.1f} 0v{height}" for at in range(bar, steps, bar)]
    stroke = 'fill="none" stroke="currentColor" stroke-opacity'
    return (
        f'<path {stroke}="0.35" d="{"".join(across)}"/>'
        f'<path {stroke}="0.15" d="{"".join(up)}"/>'
        f'<g font-size="10" text-anchor="end">{"".join(names)}</g>'
    )


def _runs(plane: np.ndarray, low: int, rows: int) -> str:
    """Return the path of a plane's cells, one box for each run of steps on a key.

    In units of a step and a key; the highest key comes first.
    """
    boxes = []
    for row in range(rows):
        changes = np.diff(plane[:, low + rows - 1 - row], prepend=0, append=0)
        for start, end in np.flatnonzero(changes).reshape(-1, 2):
            boxes.append(f"M{start} {row}h{end - start}v1h{start - end}z")
    return "".join(boxes)
