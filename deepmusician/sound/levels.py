"""How loud a piece sounds, and pieces brought to the same loudness.

The measure is that of broadcasting, ITU-R BS.1770: power after a filter that hears
as the ear does (K-weighting), averaged over the blocks that are not silence. So a
piece with few notes is matched by how it sounds when it plays, not by its rests.
"""

import numpy as np
from scipy.signal import lfilter

TARGET_LOUDNESS = -20.0  # LUFS of every rendered piece
CEILING = 0.95  # the largest sample; MP3 rounds up a little above it
_KNEE = 0.7  # samples below this are left as they are by the limiter
_BLOCK = 0.4  # seconds of a block; a new one starts every 0.1 s
_SILENCE = -70.0  # LUFS; blocks below are never counted
_GATE = -10.0  # LU below the mean, blocks are not counted either


def loudness(samples: np.ndarray, rate: int) -> float:
    """Return the gated loudness of mono samples in LUFS; minus infinity for silence.

    `samples` (samples,) lie between -1 and 1; `rate` is in Hz. Source: ITU-R
    BS.1770-4, annex 1.
    """
    power = _block_powers(_k_weighted(samples.astype(np.float64), rate), rate)
    power = power[power > 10 ** ((_SILENCE + 0.691) / 10)]
    if len(power) == 0:
        return -np.inf
    gate = power.mean() * 10 ** (_GATE / 10)
    return float(-0.691 + 10 * np.log10(power[power > gate].mean()))


def at_target_loudness(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return mono samples at `TARGET_LOUDNESS`, softly limited, as float32.

    Silence stays silence. `rate` is in Hz.
    """
    measured = loudness(samples, rate)
    if not np.isfinite(measured):
        return samples.astype(np.float32)
    return soft_limited(samples * 10 ** ((TARGET_LOUDNESS - measured) / 20))


def soft_limited(samples: np.ndarray) -> np.ndarray:
    """Return float32 samples within ±0.95; those within ±0.7 are unchanged."""
    room = CEILING - _KNEE
    excess = np.maximum(np.abs(samples) - _KNEE, 0)
    bent = np.sign(samples) * (_KNEE + room * np.tanh(excess / room))
    return np.where(excess > 0, bent, samples).astype(np.float32)


def _block_powers(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the mean square of every overlapping block of 0.4 s."""
    hop = round(_BLOCK / 4 * rate)
    samples = np.pad(samples, (0, max(0, 4 * hop - len(samples))))
    energy = np.concatenate([[0.0], np.cumsum(samples**2)])
    starts = np.arange(0, len(samples) - 4 * hop + 1, hop)
    return (energy[starts + 4 * hop] - energy[starts]) / (4 * hop)


def _k_weighted(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the samples as the ear weighs them: bass cut, treble raised by 4 dB."""
    high = 10 ** (3.999844 / 20)
    shelf = np.tan(np.pi * 1681.974 / rate), 0.7071752
    above = _polynomial(*shelf, high, high**0.4996667741545416, 1)
    below = _polynomial(*shelf, 1, 1, 1)
    samples = lfilter(above / below[0], below / below[0], samples)
    below = _polynomial(np.tan(np.pi * 38.13547 / rate), 0.5003270, 1, 1, 1)
    return lfilter([1.0, -2.0, 1.0], below / below[0], samples)


def _polynomial(
    k: float, quality: float, square: float, linear: float, constant: float
) -> np.ndarray:
    """Return one side of a BS.1770 filter in z from its terms in s², s and 1.

    `k` is the tangent that bends the filter's frequency to this rate.
    """
    slope, level = linear * k / quality, constant * k * k
    return np.array(
        [square + slope + level, 2 * (level - square), square - slope + level]
    )
