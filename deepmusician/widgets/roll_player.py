"""A piano roll that plays, in notebooks and in the book.

It plays in the page: with a kernel, and from a folder with neither kernel nor network.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import traitlets

from deepmusician.colours import role_of
from deepmusician.files import checksum, write_file
from deepmusician.music import Notes, PianoRoll
from deepmusician.sound import encode_mp3, music_name, render
from deepmusician.widgets.page import Widget
from deepmusician.widgets.pieces import piece_of

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

    def _answer(self, _: object, request: dict, buffers: list) -> None:
        """Let a page know that a kernel is there, or send it a piece as an MP3 file."""
        match request:
            case {"kind": "hello"}:
                self.send({"kind": "hello"})
            case {"kind": "mp3", "piece": number, "tempo": tempo}:
                label, music = list(self._music.items())[number]
                mp3 = encode_mp3(render(music, tempo), label)
                self.send({"kind": "mp3", "piece": number}, [mp3])


def player(
    pieces: Music | Mapping[str, Music],
    caption: str = "",
    tempo: float | None = None,
    zoom: float | None = None,
) -> Player:
    """Return a player that a notebook shows, all pieces at the same loudness.

    Args:
        pieces: one piece, or several by their labels. A piece is a roll, or `Notes`
            at their exact times.
        caption: said below the player.
        tempo: in quarters per minute, for all pieces; by default each one's own.
        zoom: in pixels per step; by default the longest piece fills the width, as far
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
        path = Path(folder) / f"{checksum(mp3)[:12]}.mp3"
        if not path.exists():
            write_file(path, mp3)
        piece["mp3"] = f"../sounds/{path.name}"
    return piece
