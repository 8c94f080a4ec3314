"""The piano's tones are made from recordings as the package of them has them."""

import numpy as np
import pytest
import soundfile
from piano import make_tones, midi_pitch
from support.piano_recordings import RECORDED, first_onset, write_package

from deepmusician.sound import RATE
from deepmusician.sound.piano import CREDIT, from_attack


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    folder = tmp_path_factory.mktemp("piano")
    return make_tones(write_package(folder / "package"), folder / "tones")


def test_a_tone_is_named_by_its_pitch_and_credits_the_piano(tones):
    assert [path.name for path in tones] == [f"{n:03}.mp3" for n in RECORDED.values()]
    with soundfile.SoundFile(tones[0]) as mp3:
        assert (mp3.samplerate, mp3.channels, mp3.comment) == (RATE, 1, CREDIT)


def test_a_tone_is_six_seconds_from_its_attack_on(tones):
    for path in tones:
        sound = from_attack(*soundfile.read(path))
        assert len(sound) == 6 * RATE
        assert first_onset(sound, 0, 1) < 0.01
        assert np.abs(sound[2 * RATE + RATE // 10 :]).max() < 0.001


def test_the_levels_of_neighbouring_keys_are_evened_out(tones):
    sounds = [from_attack(*soundfile.read(path))[: RATE // 2] for path in tones]
    levels = [10 * np.log10(np.mean(sound**2)) for sound in sounds]
    assert np.ptp(np.diff(levels, 2)) < 0.2  # of the recordings: 24 dB


@pytest.mark.parametrize(
    ("name", "pitch"), [("A0v8.mp3", 21), ("F#4v8.mp3", 66), ("C8v16.flac", 108)]
)
def test_a_file_name_says_which_key_was_struck(name, pitch):
    assert midi_pitch(name) == pitch


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no recorded notes such as A4v8"):
        make_tones(tmp_path, tmp_path / "tones")


def test_a_silent_recording_is_refused(tmp_path):
    soundfile.write(tmp_path / "A4v8.wav", np.zeros(RATE), RATE)
    with pytest.raises(ValueError, match=r"A4v8\.wav: is silent"):
        make_tones(tmp_path, tmp_path / "tones")
