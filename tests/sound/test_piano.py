import sys

import numpy as np
import pytest
from support.piano_recordings import first_onset, write_package
from support.rolls import melody

from deepmusician.music import MusicFileError
from deepmusician.sound import RATE, bank_path, encode_mp3, load_piano, render
from deepmusician.sound.piano import SYNTHESISED_PIANO, main

A4 = 69 - 21  # key of 440 Hz


def test_the_bank_holds_each_recording_at_its_pitch_with_prompt_attacks(bank):
    piano = load_piano(bank)
    assert piano.pitches.tolist() == [57, 60, 63, 66, 69]
    assert piano.samples.shape == (5, 6 * RATE)
    for sound in piano.samples:
        assert first_onset(sound, 0, 1) < 0.01
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
    assert "synthesised" in load_piano().name
    assert render(melody(A4)).any()


def test_with_a_bank_the_recording_plays_and_is_credited(tmp_path, monkeypatch, bank):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    place = bank_path()
    place.parent.mkdir(parents=True)
    place.write_bytes(bank.read_bytes())
    assert "Alexander Holm, CC BY 3.0" in load_piano().name


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
    assert main(arguments) == 1
    assert message in capsys.readouterr().err
    assert not target.exists()


def _broken(folder, content):
    folder.mkdir()
    (folder / "A4v8.mp3").write_bytes(content)


def test_the_command_builds_the_bank_and_tells_where(tmp_path, capsys):
    package, target = write_package(tmp_path / "package"), tmp_path / "new" / "a.npz"
    assert main([str(package), "--output", str(target)]) == 0
    assert f"{target}: 5 recorded notes" in capsys.readouterr().out
    assert len(load_piano(target).pitches) == 5
