import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from support.piano_recordings import first_onset
from support.rolls import four_notes, plane_of

from deepmusician.music import Notes, PianoRoll
from deepmusician.sound import (
    RATE,
    TARGET_LOUDNESS,
    encode_mp3,
    load_piano,
    loudness,
    perform,
    render,
    write_audio,
)
from deepmusician.sound.audio import TAIL, encode_wav, gain
from deepmusician.sound.levels import CEILING
from deepmusician.sound.piano import SYNTHESISED_PIANO

A4 = 69 - 21  # key of 440 Hz


def roll_of(cells, steps=64, hold=2, tempo=120.0, name=""):
    plane = plane_of(steps, *cells)
    return PianoRoll.from_plane(plane, hold=hold, tempo=tempo, name=name)


def spectral_peak(samples, lowest=20, highest=RATE / 2):
    """Return the loudest frequency between two, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 2**18))
    first, last = (round(hertz * 2**18 / RATE) for hertz in (lowest, highest))
    return (first + np.argmax(spectrum[first:last])) * RATE / 2**18


def test_a_rendered_a4_has_its_spectral_peak_at_440_hz(piano):
    samples = render(roll_of([(0, A4)], hold=16), piano=piano)
    assert spectral_peak(samples[: 2 * RATE]) == pytest.approx(440, rel=0.01)


@pytest.mark.parametrize("key", [A4 - 11, A4 - 10, A4 + 1])
def test_keys_between_the_recorded_ones_are_in_tune(piano, key):
    samples = render(roll_of([(0, key)], hold=16), piano=piano)
    expected = 440 * 2 ** ((key - A4) / 12)  # its octave may be louder
    peak = spectral_peak(samples[: 2 * RATE], expected / 1.5, expected * 1.5)
    assert peak == pytest.approx(expected, rel=0.01)


def test_notes_of_a_roll_begin_at_their_steps_to_ten_milliseconds(piano):
    samples = render(roll_of([(0, A4), (16, A4 - 9), (40, A4)]), piano=piano)
    for second in (0.0, 2.0, 5.0):
        onset = first_onset(samples, max(0, second - 0.3), second + 0.5)
        assert onset == pytest.approx(second, abs=0.01)


def test_notes_before_the_grid_are_played_at_their_exact_times(piano):
    onsets, pitches = np.array([0.0, 3.37]), np.array([69, 60])
    notes = Notes(onsets, np.array([0.3, 0.3]), pitches, tempo=60.0, length=6.0)
    samples = render(notes, piano=piano)
    assert first_onset(samples, 3.0, 4.0) == pytest.approx(3.37, abs=0.01)
    assert len(samples) == round((6 + TAIL) * RATE)


def test_a_note_fades_within_a_second_after_its_key_is_released(piano):
    samples = render(roll_of([(0, A4)], steps=32, hold=4), piano=piano)
    held, after = samples[: RATE // 2], samples[RATE * 3 // 2 :]
    assert np.abs(after).max() < 0.01 * np.abs(held).max()


def test_a_held_note_sounds_longer_than_a_short_one(piano):
    def energy(hold):
        samples = render(roll_of([(0, A4)], hold=hold), piano=piano)
        return np.sum(samples[RATE : 2 * RATE] ** 2)

    assert energy(16) > 100 * energy(2)


def test_a_repeated_note_is_struck_again(piano):
    samples = render(roll_of([(0, A4), (24, A4)], hold=24), piano=piano)
    before, after = samples[round(2.8 * RATE) : 3 * RATE], samples[3 * RATE :][:4410]
    assert np.abs(after).max() > 1.5 * np.abs(before).max()


def test_a_silent_roll_renders_silence_of_its_length():
    samples = render(roll_of([], steps=48))
    assert samples.dtype == np.float32
    assert len(samples) == 6 * RATE
    assert not samples.any()


def test_a_roll_without_steps_renders_nothing_and_still_gives_an_mp3():
    empty = roll_of([(0, A4)])[:0]
    assert len(render(empty)) == 0
    sound, rate = soundfile.read(io.BytesIO(encode_mp3(render(empty))))
    assert rate == RATE
    assert not sound.any()


def test_tempo_sets_the_length_and_defaults_to_the_rolls_own():
    roll = roll_of([(0, A4)], steps=64, tempo=120.0)
    assert len(render(roll)) == round((8 + TAIL) * RATE)
    assert len(render(roll, tempo=60)) == round((16 + TAIL) * RATE)


@pytest.mark.parametrize("tempo", [0, -60, float("nan"), float("inf")])
def test_an_impossible_tempo_is_an_error(tempo):
    with pytest.raises(ValueError, match="tempo must be above 0"):
        render(roll_of([(0, A4)]), tempo=tempo)


def test_pieces_of_different_density_and_register_are_equally_loud(piano):
    dense = np.random.default_rng(1).random((64, 88)) < 0.1
    pieces = [
        roll_of([(30, A4)]),
        roll_of([(0, 0), (0, 1)], hold=32),
        roll_of([(step, 84) for step in range(0, 64, 4)]),
        PianoRoll.from_plane(dense),
    ]
    levels = [loudness(render(roll, piano=piano), RATE) for roll in pieces]
    assert levels == pytest.approx([TARGET_LOUDNESS] * 4, abs=1.0)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.5), st.integers(1, 24))
def test_any_roll_renders_finite_samples_that_never_clip(seed, share, steps):
    plane = np.random.default_rng(seed).random((steps, 88)) < share
    samples = render(PianoRoll.from_plane(plane), piano=SYNTHESISED_PIANO)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= CEILING
    assert samples.any() == plane.any()


def test_an_mp3_decodes_to_the_rendered_length_and_the_same_sound():
    roll = roll_of([(0, A4), (16, A4 - 9), (32, A4 + 4)])
    samples = render(roll)
    decoded, rate = soundfile.read(io.BytesIO(encode_mp3(samples)))
    assert rate == RATE
    assert abs(len(decoded) - len(samples)) < 0.1 * RATE
    assert first_onset(decoded, 1.7, 2.5) == pytest.approx(2.0, abs=0.03)
    assert loudness(decoded, RATE) == pytest.approx(TARGET_LOUDNESS, abs=1.0)


def test_twenty_seconds_of_mp3_stay_below_160_kilobytes():
    assert len(encode_mp3(render(roll_of([(0, A4)], steps=152)))) < 160_000


def test_a_wav_holds_the_rendered_samples_to_sixteen_bits():
    samples = render(roll_of([(0, A4), (16, A4 - 9)]))
    decoded, rate = soundfile.read(io.BytesIO(encode_wav(samples)))
    assert rate == RATE
    np.testing.assert_allclose(decoded, samples, atol=2**-15)


@pytest.mark.parametrize(
    ("name", "kind"), [("one.mp3", "MPEG_LAYER_III"), ("one.WAV", "PCM_16")]
)
def test_a_sound_file_is_written_whole_and_credits_the_piano(tmp_path, name, kind):
    path = write_audio(roll_of([(0, A4)], name="One note"), tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with soundfile.SoundFile(path) as sound:
        assert sound.subtype == kind
        assert sound.title == "One note"
        assert load_piano().name in sound.comment


def test_a_name_of_no_sound_file_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(ValueError, match=r"one.ogg: .* \.mp3 or \.wav"):
        write_audio(roll_of([(0, A4)]), tmp_path / "one.ogg")


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "one.mp3"
    path.write_bytes(b"old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_audio(roll_of([(0, A4)]), path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


def test_the_notes_of_a_roll_are_equally_strong():
    struck = PianoRoll.from_notes(four_notes([1, 40, 80, 127]))
    assert perform(struck).gains.tolist() == [1.0, 1.0, 1.0, 1.0]


def test_twice_the_velocity_is_twelve_decibels():
    soft, loud = gain(np.array([40, 80]))
    assert (soft, loud) == (0.25, 1.0)
    assert 20 * np.log10(loud / soft) == pytest.approx(12.04, abs=0.01)


def test_a_note_struck_softly_sounds_more_softly():
    alike, shaped = (
        render(four_notes(velocities), piano=SYNTHESISED_PIANO)[: 2 * RATE]
        for velocities in ([80, 80, 80, 80], [80, 20, 20, 80])
    )
    half = RATE // 2
    shares = [np.ptp(x[3 * half :]) / np.ptp(x[:half]) for x in (alike, shaped)]
    assert shares[1] < 0.2 * shares[0]
