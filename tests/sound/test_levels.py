import numpy as np
import pytest

from deepmusician.sound import RATE, loudness
from deepmusician.sound.levels import CEILING, at_target_loudness, soft_limited


def test_a_full_scale_997_hz_tone_measures_minus_3_lufs():
    # the reference tone of BS.1770-4: -3.01 LUFS in one channel
    tone = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE)
    assert loudness(tone, RATE) == pytest.approx(-3.01, abs=0.05)


def test_rests_do_not_count_towards_loudness():
    tone = 0.1 * np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE)
    with_rest = np.concatenate([tone, np.zeros(20 * RATE)])
    assert loudness(with_rest, RATE) == pytest.approx(loudness(tone, RATE), abs=0.3)


def test_silence_has_no_loudness_and_stays_silence():
    assert loudness(np.zeros(RATE), RATE) == -np.inf
    assert loudness(np.zeros(0), RATE) == -np.inf
    assert not at_target_loudness(np.zeros(RATE), RATE).any()


def test_the_limiter_leaves_quiet_samples_alone_and_keeps_the_order_of_loud_ones():
    quiet = np.linspace(-0.7, 0.7, 9, dtype=np.float32)
    np.testing.assert_array_equal(soft_limited(quiet), quiet)
    loud = soft_limited(np.linspace(-3, 3, 101))
    assert np.abs(loud).max() <= np.float32(CEILING)
    assert (np.diff(loud) >= 0).all()
