"""Players for notebooks and the book: a card for each piece, heard where it is shown.

The sound travels inside the page, so it plays from a folder with the network off.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np

from deepmusician.listening.audio import encode_mp3, music_name, render
from deepmusician.listening.piano import RATE
from deepmusician.notes import Notes
from deepmusician.pianoroll import PianoRoll
from deepmusician.picture import picture

_STYLE = """<style>
.dm-listen { margin: 0.5em 0; color: inherit; }
.dm-listen > div { display: grid; gap: 0.75em;
  grid-template-columns: repeat(auto-fit, minmax(min(17em, 100%), 1fr)); }
.dm-listen figure { margin: 0; padding: 0.6em 0.8em 0.7em; min-width: 0;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent);
  border-radius: 0.5em; max-width: 34em; }
.dm-listen figcaption { margin: 0 0 0.4em; text-align: left; }
.dm-listen small { display: block; font-size: 0.85em; font-weight: normal; }
.dm-listen audio { display: block; width: 100%; height: 2.5em; }
.dm-listen audio:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
.dm-listen p { margin: 0.6em 0 0; }
</style>"""


@dataclass(frozen=True)
class Card:
    """One piece to hear: its label, what is said below it, and the MP3's bytes.

    `picture` is SVG of its roll, or nothing.
    """

    label: str
    facts: str
    mp3: bytes
    picture: str = ""

    def html(self) -> str:
        """Return the card as an HTML figure with a native audio control."""
        label, facts = escape(self.label), escape(self.facts)
        spoken = f'aria-label="{label}: {facts}"'
        source = f"data:audio/mpeg;base64,{b64encode(self.mp3).decode()}"
        return (
            f"<figure><figcaption><strong>{label}</strong><small>{facts}</small>"
            f'</figcaption>{self.picture}<audio controls preload="metadata" '
            f'src="{source}" {spoken}></audio></figure>'
        )


@dataclass(frozen=True)
class Players:
    """Pieces side by side at the same loudness; a notebook shows their players."""

    cards: tuple[Card, ...]
    caption: str = ""

    def _repr_html_(self) -> str:
        """Return a grid of players as HTML that needs no other file."""
        cards = "".join(card.html() for card in self.cards)
        caption = f"<p>{escape(self.caption)}</p>" if self.caption else ""
        return f'{_STYLE}<div class="dm-listen"><div>{cards}</div>{caption}</div>'

    def __repr__(self) -> str:
        """Return what can be heard, a line for each piece."""
        return "\n".join(f"{card.label}: {card.facts}" for card in self.cards)


def listen(
    pieces: PianoRoll | Notes | Mapping[str, PianoRoll | Notes],
    caption: str = "",
    tempo: float | None = None,
    pictures: bool = False,
) -> Players:
    """Return players that a notebook shows, all pieces at the same loudness.

    Args:
        pieces: one piece, or several by their labels. A piece is a roll, or `Notes`
            at their exact times (chapter 1).
        caption: said below the players.
        tempo: in quarters a minute, for all pieces; by default each one's own.
        pictures: whether each roll is shown above its player.

    Raises:
        ValueError: there is no piece, or the tempo is not a positive number.
    """
    if not isinstance(pieces, Mapping):
        pieces = {music_name(pieces) or "Listen": pieces}
    if not pieces:
        raise ValueError("nothing to listen to: give a roll, or several by label")
    cards = (_card(label, music, tempo, pictures) for label, music in pieces.items())
    return Players(tuple(cards), caption)


def _card(
    label: str, music: PianoRoll | Notes, tempo: float | None, pictured: bool
) -> Card:
    samples = render(music, tempo)
    facts = _facts(music, np.any(samples), len(samples) / RATE)
    shown = picture(music) if pictured and isinstance(music, PianoRoll) else ""
    return Card(str(label), facts, encode_mp3(samples, str(label)), shown)


def _facts(music: PianoRoll | Notes, heard: bool, seconds: float) -> str:
    """Return what a listener wants to know of a piece, in one line."""
    if isinstance(music, Notes):
        count = len(music)
        counts = f"{count} note{'s' * (count != 1)} at exact times"
    else:
        counts = f"{music.density():.2f} notes a step, {len(music)} steps"
    silence = "" if heard else "no notes: silence, "
    return f"{silence}{counts}, {seconds:.0f} s"
