import numpy as np
import pytest
import soundfile
from support.piano_recordings import first_onset
from support.rolls import melody

from deepmusician.sound import RATE, load_piano, recorded_tones, render
from deepmusician.sound import piano as module
from deepmusician.sound.piano import SYNTHESISED_PIANO, TONES

A4 = 69 - 21  # key of 440 Hz


def test_the_package_carries_a_tone_for_every_third_key():
    assert list(recorded_tones()) == list(range(21, 109, 3))
    assert sum(path.stat().st_size for path in recorded_tones().values()) < 800_000


def test_the_tones_say_whose_they_are():
    licence = (TONES / "LICENSE").read_text()
    assert "Alexander Holm" in licence
    assert "CC BY 3.0" in licence
    for path in recorded_tones().values():
        with soundfile.SoundFile(path) as mp3:
            assert mp3.comment == module.CREDIT
    assert load_piano().name == module.CREDIT


def test_every_recorded_note_begins_at_once_and_ends_in_silence():
    piano = load_piano()
    assert piano.pitches.tolist() == list(recorded_tones())
    assert piano.samples.shape == (30, 6 * RATE)
    for sound in piano.samples:
        assert first_onset(sound, 0, 1) < 0.01
        assert np.abs(sound[-RATE // 20 :]).max() < 0.01 * np.abs(sound).max()


def test_neighbouring_recorded_keys_are_equally_loud():
    samples = load_piano().samples[:, : RATE // 2]
    levels = 10 * np.log10(np.mean(samples**2, axis=1))
    assert np.abs(np.diff(levels)).max() < 3


def test_a_tone_is_made_once_and_cannot_be_written_to():
    piano = load_piano()
    assert piano.tone(70) is piano.tone(70)
    with pytest.raises(ValueError, match="read-only"):
        piano.tone(70)[0] = 1.0


def test_where_mp3_cannot_be_decoded_the_synthesised_tone_plays_and_says_so(
    tmp_path, monkeypatch
):
    (tmp_path / "069.mp3").write_bytes(b"to this library, noise")
    monkeypatch.setattr(module, "TONES", tmp_path)
    monkeypatch.setattr("deepmusician.sound.audio.load_piano", load_piano.__wrapped__)
    assert load_piano.__wrapped__() is SYNTHESISED_PIANO
    assert "synthesised" in SYNTHESISED_PIANO.name
    assert render(melody(A4)).any()
