"""The page's own MIDI files, against symusic's reading and writing of the same."""

import base64

import numpy as np
import pytest
from support import zoo
from support.javascript import node

from deepmusician.music import PianoRoll
from deepmusician.widgets.pieces import piece_of

PROGRAM = """
const { midiOf, pieceOfMidi } = await load("page/midi_file.js");
const { pieces, files, grid } = told;
const written = pieces.map((piece) => Buffer.from(midiOf(piece)).toString("base64"));
const read = files.map((file) => {
  try { return pieceOfMidi(new Uint8Array(Buffer.from(file, "base64")), grid); }
  catch (error) { return error.message; }
});
return { written, read };
"""


def in_the_page(pieces=(), files=(), grid=4):
    """Return the files that the page writes of pieces, and what it reads in files."""
    told = {
        "pieces": pieces,
        "files": [base64.b64encode(content).decode() for content in files],
        "grid": grid,
    }
    answer = node(PROGRAM, told)
    return [base64.b64decode(text) for text in answer["written"]], answer["read"]


def any_roll(seed, steps_per_quarter):
    """Return a roll of random touches, some repeated at once, and a rest at its end."""
    dice = np.random.default_rng(seed)
    onsets = dice.random((dice.integers(1, 120), 88)) < 0.02
    onsets[0, 39] = True
    hold = int(dice.integers(1, 9))
    tempo = float(dice.integers(40, 200))
    return PianoRoll.from_plane(onsets, "onsets", hold, steps_per_quarter, tempo)


def any_midi(seed):
    """Return a MIDI file of overlapping voices on two tracks, and of drums."""
    from symusic import Note, Score, Tempo, Track

    dice = np.random.default_rng(seed)
    score = Score(96)
    for name, is_drum in (("right", False), ("left", False), ("drums", True)):
        track = Track(name=name, program=0, is_drum=is_drum)
        for start in dice.integers(0, 2000, 40):
            held, pitch = int(dice.integers(0, 300)), int(dice.integers(15, 115))
            track.notes.append(Note(int(start), held, pitch, 80))
        score.tracks.append(track)
    score.tempos.append(Tempo(0, float(dice.integers(40, 200))))
    return score.dumps_midi()


@pytest.mark.parametrize("steps_per_quarter", [1, 3, 4, 12])
def test_what_the_page_writes_symusic_reads_as_the_same_roll(
    tmp_path, steps_per_quarter
):
    rolls = [any_roll(seed, steps_per_quarter) for seed in range(5)]
    written, _ = in_the_page(pieces=[piece_of(roll) for roll in rolls])
    for roll, content in zip(rolls, written, strict=True):
        (tmp_path / "piece.mid").write_bytes(content)
        assert PianoRoll.from_midi(tmp_path / "piece.mid", steps_per_quarter) == roll


@pytest.mark.parametrize("steps_per_quarter", [1, 4, 7])
def test_the_page_reads_a_file_as_the_package_does(tmp_path, steps_per_quarter):
    files = [any_midi(seed) for seed in range(20)]
    _, pieces = in_the_page(files=files, grid=steps_per_quarter)
    for content, piece in zip(files, pieces, strict=True):
        (tmp_path / "piece.mid").write_bytes(content)
        roll = PianoRoll.from_midi(tmp_path / "piece.mid", steps_per_quarter)
        assert list(map(tuple, piece["notes"])) == roll.notes()
        assert (piece["length"], piece["tempo"]) == (len(roll), roll.tempo)


def test_the_page_refuses_every_broken_file_in_one_sentence():
    broken = [content for content, _ in zoo.BROKEN_BYTES.values()]
    _, answers = in_the_page(files=[*broken, zoo.GOOD])
    for name, answer in zip(zoo.BROKEN_BYTES, answers, strict=False):
        assert isinstance(answer, str), name
        assert answer.startswith("The file "), name
    assert len(answers[-1]["notes"]) == 1
