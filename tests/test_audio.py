import io
import sys

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from deepmusician.listening import piano as piano_module
from deepmusician.listening.audio import TAIL, encode_mp3, mp3_bytes, render, write_mp3
from deepmusician.listening.loudness import CEILING, TARGET, limited, loudness, matched
from deepmusician.listening.piano import (
    RATE,
    SYNTHESISED_PIANO,
    build_bank,
    load_piano,
    piano_name,
)
from deepmusician.notes import MusicFileError, Notes
from deepmusician.pianoroll import PianoRoll

A4 = 69 - 21  # key of 440 Hz


def roll_of(touches, steps=64, hold=2, tempo=120.0, name=""):
    plane = np.zeros((steps, 88), bool)
    for step, key in touches:
        plane[step, key] = True
    return PianoRoll.from_plane(plane, hold=hold, tempo=tempo, name=name)


def write_package(folder, names=("A3", "C4", "D#4", "F#4", "A4"), rate=44100):
    """Write recordings like the npm package's: stereo, late attacks, uneven levels."""
    (folder / "audio").mkdir(parents=True)
    for number, name in enumerate(names):
        pitch = piano_module._pitch_of(folder / f"{name}v8.mp3")
        time = np.arange(2 * rate) / rate
        tone = np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time)
        late = np.pad(
            tone * np.exp(-time) * (0.1 + 0.1 * (number % 2)), (rate // 50, 0)
        )
        file = folder / "audio" / f"{name}v8.mp3"
        soundfile.write(file, np.stack([late, late], axis=1), rate, format="MP3")
    return folder


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    return build_bank(write_package(folder), folder / "share" / "piano.npz")


@pytest.fixture(params=["installed", "synthesised", "built"])
def piano(request, bank):
    installed, built = load_piano(), load_piano(bank)
    return {
        "installed": installed, "synthesised": SYNTHESISED_PIANO, "built": built
    }[request.param]  # fmt: skip


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


def first_heard(samples, start, end):
    """Return the second at which a note is first heard between two times."""
    part = np.abs(samples[round(start * RATE) : round(end * RATE)])
    return start + np.argmax(part > 0.05 * part.max()) / RATE


def test_notes_of_a_roll_begin_at_their_steps_to_ten_milliseconds(piano):
    samples = render(roll_of([(0, A4), (16, A4 - 9), (40, A4)]), piano=piano)
    for second in (0.0, 2.0, 5.0):
        heard = first_heard(samples, max(0, second - 0.3), second + 0.5)
        assert heard == pytest.approx(second, abs=0.01)


def test_notes_before_the_grid_are_played_at_their_exact_times(piano):
    onsets, pitches = np.array([0.0, 3.37]), np.array([69, 60])
    notes = Notes(onsets, np.array([0.3, 0.3]), pitches, tempo=60.0, length=6.0)
    samples = render(notes, piano=piano)
    assert first_heard(samples, 3.0, 4.0) == pytest.approx(3.37, abs=0.01)
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
    sound, rate = soundfile.read(io.BytesIO(mp3_bytes(empty)))
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
    assert levels == pytest.approx([TARGET] * 4, abs=1.0)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.5), st.integers(1, 24))
def test_any_roll_renders_finite_samples_that_never_clip(seed, share, steps):
    plane = np.random.default_rng(seed).random((steps, 88)) < share
    samples = render(PianoRoll.from_plane(plane), piano=SYNTHESISED_PIANO)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= CEILING
    assert samples.any() == plane.any()


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
    assert not matched(np.zeros(RATE), RATE).any()


def test_the_limiter_leaves_quiet_samples_alone_and_keeps_the_order_of_loud_ones():
    quiet = np.linspace(-0.7, 0.7, 9, dtype=np.float32)
    np.testing.assert_array_equal(limited(quiet), quiet)
    loud = limited(np.linspace(-3, 3, 101))
    assert np.abs(loud).max() <= np.float32(CEILING)
    assert (np.diff(loud) >= 0).all()


def test_an_mp3_decodes_to_the_rendered_length_and_the_same_sound():
    roll = roll_of([(0, A4), (16, A4 - 9), (32, A4 + 4)])
    samples = render(roll)
    decoded, rate = soundfile.read(io.BytesIO(encode_mp3(samples)))
    assert rate == RATE
    assert abs(len(decoded) - len(samples)) < 0.1 * RATE
    assert first_heard(decoded, 1.7, 2.5) == pytest.approx(2.0, abs=0.03)
    assert loudness(decoded, RATE) == pytest.approx(TARGET, abs=1.0)


def test_twenty_seconds_of_mp3_stay_below_160_kilobytes():
    assert len(mp3_bytes(roll_of([(0, A4)], steps=152))) < 160_000


def test_an_mp3_file_is_written_whole_and_credits_the_piano(tmp_path):
    path = write_mp3(roll_of([(0, A4)], name="One note"), tmp_path / "one.mp3")
    assert [file.name for file in tmp_path.iterdir()] == ["one.mp3"]
    with soundfile.SoundFile(path) as mp3:
        assert mp3.title == "One note"
        assert piano_name() in mp3.comment


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "one.mp3"
    path.write_bytes(b"old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_mp3(roll_of([(0, A4)]), path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


def test_the_bank_holds_each_recording_at_its_pitch_with_prompt_attacks(bank):
    piano = load_piano(bank)
    assert piano.pitches.tolist() == [57, 60, 63, 66, 69]
    assert piano.samples.shape == (5, 6 * RATE)
    for sound in piano.samples:
        assert first_heard(sound, 0, 1) < 0.01
        assert not sound[2 * RATE :].any()


def test_the_bank_evens_out_the_levels_of_neighbouring_keys(bank):
    samples = load_piano(bank).samples[:, : RATE // 2]
    levels = 10 * np.log10(np.mean(samples**2, axis=1))
    assert np.ptp(np.diff(levels, 2)) < 0.1  # of the recordings: 24 dB


def test_a_tone_is_made_once_and_cannot_be_written_to(bank):
    piano = load_piano(bank)
    assert piano.tone(70) is piano.tone(70)
    with pytest.raises(ValueError, match="read-only"):
        piano.tone(70)[0] = 1.0


def test_without_a_bank_the_synthesised_tone_plays_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert load_piano() is SYNTHESISED_PIANO
    assert "synthesised" in piano_name()
    assert render(roll_of([(0, A4)])).any()


def test_with_a_bank_the_recording_plays_and_is_credited(tmp_path, monkeypatch, bank):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    place = piano_module.bank_path()
    place.parent.mkdir(parents=True)
    place.write_bytes(bank.read_bytes())
    assert "Alexander Holm, CC BY 3.0" in piano_name()


def test_a_broken_bank_is_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "piano.npz"
    path.write_bytes(b"no bank")
    with pytest.raises(MusicFileError, match=r"piano\.npz: not a sample bank.*Delete"):
        load_piano(path)


def test_a_bank_at_another_rate_is_an_error(tmp_path):
    path = tmp_path / "piano.npz"
    content = {"samples": np.zeros((1, 9), np.int16), "pitches": np.array([69])}
    np.savez(path, **content, rate=48000, credit="")
    with pytest.raises(MusicFileError, match="of another version"):
        load_piano(path)


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda folder: None, "no such folder"),
        (lambda folder: folder.mkdir(), "no recorded notes"),
        (lambda folder: _broken(folder, b"noise"), "cannot be decoded"),
        (lambda folder: _broken(folder, encode_mp3(np.zeros(RATE))), "is silent"),
    ],
)
def test_a_folder_that_is_not_the_package_is_refused(
    tmp_path, prepare, message, capsys
):
    prepare(tmp_path / "package")
    target = tmp_path / "piano.npz"
    arguments = [str(tmp_path / "package"), "--output", str(target)]
    assert piano_module.main(arguments) == 1
    assert message in capsys.readouterr().err
    assert not target.exists()


def _broken(folder, content):
    folder.mkdir()
    (folder / "A4v8.mp3").write_bytes(content)


def test_the_command_builds_the_bank_and_tells_where(tmp_path, capsys):
    package, target = write_package(tmp_path / "package"), tmp_path / "new" / "a.npz"
    assert piano_module.main([str(package), "--output", str(target)]) == 0
    assert f"{target}: 5 recorded notes" in capsys.readouterr().out
    assert len(load_piano(target).pitches) == 5
