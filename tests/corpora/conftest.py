"""Folders of music and of published frames, for the tests of corpora."""

import json

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


def voices_file(path):
    """Write a .json file in the layout of the chorales in four voices."""
    piece = [[69, 65, 60, 53]] * 4 + [[67, 64, 60, -1]]
    pieces = {"train": [piece] * 3, "valid": [piece] * 2, "test": [piece]}
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(pieces))


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """Give a data folder with small published sets, and registries that know them."""
    data, registries = tmp_path / "data", tmp_path / "registries"
    registries.mkdir()
    lines = []
    for file in ("JSB_Chorales.mat", "Nottingham.mat", "Piano_midi.mat"):
        path = data / "boulanger-lewandowski" / file
        matrix_file(path)
        digest = checksum(path.read_bytes())
        lines.append(f"{file} sha256:{digest} https://example.invalid/{file}\n")
    (registries / "boulanger-lewandowski.txt").write_text("".join(lines))
    path = data / "jsb-chorales-16th" / "Jsb16thSeparated.json"
    voices_file(path)
    line = f"{path.name} sha256:{checksum(path.read_bytes())} https://example.invalid/"
    (registries / "jsb-chorales-16th.txt").write_text(line + path.name)
    monkeypatch.setattr(catalogue, "DATA", registries)
    monkeypatch.setenv("DEEPMUSICIAN_DATA", str(data))
    return data / "boulanger-lewandowski" / "JSB_Chorales.mat"
