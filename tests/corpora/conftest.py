"""Folders of music and of published frames, for the tests of corpora."""

import numpy as np
import pytest
from support.rolls import melody

from deepmusician.corpora import catalogue
from deepmusician.files import checksum
from deepmusician.music import KEYS


@pytest.fixture
def folder(tmp_path):
    """Give a folder of twelve MIDI files, two of them in a subfolder."""
    folder = tmp_path / "my music"
    (folder / "more").mkdir(parents=True)
    for number in range(10):
        melody(30 + number, 40).to_midi(folder / f"tune{number}.mid")
    melody(50).to_midi(folder / "more" / "tune1.midi")
    melody(51).save(folder / "more" / "score.musicxml")
    return folder


def matrix_file(path):
    """Write a .mat file in the layout of the published frames."""
    from scipy.io import savemat

    cells = {}
    for split, pieces in (("train", 3), ("valid", 2), ("test", 1)):
        cell = np.empty((1, pieces), dtype=object)
        for piece in range(pieces):
            frames = np.zeros((5, KEYS))
            frames[:3, 39 + piece] = 1
            cell[0, piece] = frames
        cells[f"{split}data"] = cell
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(path, cells)


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """Give a data folder with small sets of frames, and a registry that knows them."""
    data, registries = tmp_path / "data", tmp_path / "registries"
    registries.mkdir()
    lines = []
    for file in ("JSB_Chorales.mat", "Nottingham.mat", "Piano_midi.mat"):
        path = data / "boulanger-lewandowski" / file
        matrix_file(path)
        digest = checksum(path.read_bytes())
        lines.append(f"{file} sha256:{digest} https://example.invalid/{file}\n")
    (registries / "boulanger-lewandowski.txt").write_text("".join(lines))
    monkeypatch.setattr(catalogue, "DATA", registries)
    monkeypatch.setenv("DEEPMUSICIAN_DATA", str(data))
    return data / "boulanger-lewandowski" / "JSB_Chorales.mat"
