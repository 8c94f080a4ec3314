"""How loud a piece sounds, and pieces brought to the same loudness.

The measure is that of broadcasting, ITU-R BS.1770: power after a filter that hears
as the ear does (K-weighting), averaged over the blocks that are not silence. So a
piece with few notes is matched by how it sounds when it plays, not by its rests.
"""

import numpy as np
from scipy.signal import lfilter

TARGET = -20.0  # LUFS of every rendered piece
CEILING = 0.95  # the largest sample; MP3 rounds up a little above it
_KNEE = 0.7  # samples below this are left as they are by the limiter
_BLOCK = 0.4  # seconds of a block; a new one starts every 0.1 s
_SILENCE = -70.0  # LUFS; blocks below are never counted
_GATE = -10.0  # LU below the mean, blocks are not counted either


def loudness(samples: np.ndarray, rate: int) -> float:
    """Return the gated loudness of mono samples in LUFS; minus infinity for silence.

    Args:
        samples: mono, of shape (samples,), between -1 and 1.
        rate: samples a second.

    Source: ITU-R BS.1770-4, annex 1.
    """
    power = _block_powers(_k_weighted(samples.astype(np.float64), rate), rate)
    power = power[power > _power(_SILENCE)]
    if len(power) == 0:
        return -np.inf
    gate = power.mean() * 10 ** (_GATE / 10)
    return float(-0.691 + 10 * np.log10(power[power > gate].mean()))


def matched(samples: np.ndarray, rate: int, target: float = TARGET) -> np.ndarray:
    """Return the samples at the target loudness, softly limited, as float32.

    Silence stays silence.

    Args:
        samples: mono, of shape (samples,).
        rate: samples a second.
        target: in LUFS.
    """
    measured = loudness(samples, rate)
    if not np.isfinite(measured):
        return samples.astype(np.float32)
    return limited(samples * 10 ** ((target - measured) / 20))


def limited(samples: np.ndarray) -> np.ndarray:
    """Return float32 samples within ±0.95; those within ±0.7 are unchanged."""
    room = CEILING - _KNEE
    excess = np.maximum(np.abs(samples) - _KNEE, 0)
    bent = np.sign(samples) * (_KNEE + room * np.tanh(excess / room))
    return np.where(excess > 0, bent, samples).astype(np.float32)


def _power(level: float) -> float:
    return 10 ** ((level + 0.691) / 10)


def _block_powers(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the mean square of every overlapping block of 0.4 s."""
    hop = round(_BLOCK / 4 * rate)
    samples = np.pad(samples, (0, max(0, 4 * hop - len(samples))))
    energy = np.concatenate([[0.0], np.cumsum(samples**2)])
    starts = np.arange(0, len(samples) - 4 * hop + 1, hop)
    return (energy[starts + 4 * hop] - energy[starts]) / (4 * hop)


def _k_weighted(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the samples as the ear weighs them: bass cut, treble raised by 4 dB."""
    shelf = _high_shelf(1681.974, 0.7071752, 3.999844, rate)
    return lfilter(*_high_pass(38.13547, 0.5003270, rate), lfilter(*shelf, samples))


def _high_shelf(
    frequency: float, quality: float, gain: float, rate: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return numerator and denominator of BS.1770's first filter at this rate."""
    k = np.tan(np.pi * frequency / rate)
    high = 10 ** (gain / 20)
    middle = high**0.4996667741545416
    numerator = [
        high + middle * k / quality + k * k,
        2 * (k * k - high),
        high - middle * k / quality + k * k,
    ]
    denominator = [1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k]
    return np.array(numerator) / denominator[0], np.array(denominator) / denominator[0]


def _high_pass(
    frequency: float, quality: float, rate: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return numerator and denominator of BS.1770's second filter at this rate."""
    k = np.tan(np.pi * frequency / rate)
    denominator = [1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k]
    return np.array([1.0, -2.0, 1.0]), np.array(denominator) / denominator[0]
