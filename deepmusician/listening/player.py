"""A piano roll that plays, in notebooks and in the book (every chapter uses it).

It plays in the page: with a kernel, and from a folder with neither kernel nor network.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import traitlets

from deepmusician.cache import atomic_write
from deepmusician.listening.audio import encode_mp3, music_name, render
from deepmusician.listening.library import Widget
from deepmusician.listening.pieces import piece_of
from deepmusician.notes import Notes
from deepmusician.pianoroll import PianoRoll
from deepmusician.roles import role_of

SOUNDS = "DEEPMUSICIAN_SOUNDS"
"""Names the folder for MP3 files, which the book has beside its pages as `sounds`."""

Music = PianoRoll | Notes


class Player(Widget):
    """Pieces to hear at the same loudness, a tab for each; `player` makes one."""

    pieces = traitlets.List(traitlets.Dict()).tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    zoom = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        music: Mapping[str, Music],
        caption: str = "",
        tempo: float | None = None,
        zoom: float | None = None,
    ) -> None:
        self._music = dict(music)
        pieces = [_piece(label, each, tempo) for label, each in music.items()]
        super().__init__(view="player", pieces=pieces, caption=caption, zoom=zoom)
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        """Return what can be heard, a line for each piece."""
        return "\n".join(f"{piece['label']}: {piece['facts']}" for piece in self.pieces)

    def _answer(self, _: object, asked: dict, files: list) -> None:
        """Tell a page that a kernel is there, or send it a piece as an MP3 file."""
        if asked.get("kind") == "hello":
            self.send({"kind": "hello"})
        elif asked.get("kind") == "mp3":
            label, music = list(self._music.items())[asked["piece"]]
            mp3 = encode_mp3(render(music, asked["tempo"]), label)
            self.send({"kind": "mp3", "piece": asked["piece"]}, [mp3])


def player(
    pieces: Music | Mapping[str, Music],
    caption: str = "",
    tempo: float | None = None,
    zoom: float | None = None,
) -> Player:
    """Return a player that a notebook shows, all pieces at the same loudness.

    Args:
        pieces: one piece, or several by their labels. A piece is a roll, or `Notes`
            at their exact times (chapter 1).
        caption: said below the player.
        tempo: in quarters a minute, for all pieces; by default each one's own.
        zoom: in pixels a step; by default the longest piece fills the width, as far
            as it can then be read.

    Raises:
        ValueError: there is no piece, or the tempo is not a positive number.
    """
    if not isinstance(pieces, Mapping):
        pieces = {music_name(pieces) or "Listen": pieces}
    if not pieces:
        raise ValueError("nothing to listen to: give a roll, or several by label")
    named = {str(label): music for label, music in pieces.items()}
    return Player(named, caption, tempo, zoom)


def _piece(label: str, music: Music, tempo: float | None) -> dict:
    """Return a piece with the link to its MP3, where a folder for those is named."""
    piece = piece_of(music, label, tempo, role_of(label, otherwise=""))
    if folder := os.environ.get(SOUNDS):
        mp3 = encode_mp3(render(music, tempo), label)
        piece["mp3"] = f"../sounds/{_kept(mp3, Path(folder)).name}"
    return piece


def _kept(mp3: bytes, folder: Path) -> Path:
    """Return the file, named by its content, in which an MP3 is kept."""
    path = folder / f"{hashlib.sha256(mp3).hexdigest()[:12]}.mp3"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as temporary:
            temporary.write_bytes(mp3)
    return path
