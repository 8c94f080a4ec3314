"""How loud a piece sounds, and pieces brought to the same loudness.

The measure is that of broadcasting, ITU-R BS.1770: power after a filter that hears
as the ear does (K-weighting), averaged over the blocks that are not silence. So a
piece with few notes is matched by how it sounds when it plays, not by its rests.
"""

import numpy as np
from pyloudnorm import Meter

TARGET_LOUDNESS = -20.0  # LUFS of every rendered piece
CEILING = 0.95  # the largest sample; MP3 rounds up a little above it
_KNEE = 0.7  # samples below this are left as they are by the limiter
_BLOCK = 0.4  # seconds of a block


def loudness(samples: np.ndarray, rate: int) -> float:
    """Return the gated loudness of mono samples in LUFS; minus infinity for silence.

    `samples` (samples,) lie between -1 and 1; `rate` is in Hz. Source: ITU-R
    BS.1770-4, annex 1, with the filters of Brecht De Man, as pyloudnorm has them.
    """
    missing = max(0, round(_BLOCK * rate) + 1 - len(samples))  # to one whole block
    whole = np.pad(samples.astype(np.float64), (0, missing))
    with np.errstate(divide="ignore"):
        return float(Meter(rate, "DeMan").integrated_loudness(whole))


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
