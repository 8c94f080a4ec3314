"""Scores as a musician reads them, engraved by Verovio."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from zlib import crc32

from deepmusician.lazy import naming_extras
from deepmusician.music.midi import MIDI_SUFFIXES
from deepmusician.music.roll import PianoRoll
from deepmusician.music.score_files import parse_score, parts_of

_OPTIONS = {
    "adjustPageHeight": True,
    "adjustPageWidth": True,
    "footer": "none",
    "header": "none",
    "pageHeight": 60000,  # the whole score on one page
    "pageWidth": 2200,
    "scale": 40,
    "svgFormatRaw": True,
    "svgHtml5": True,  # names go into data attributes, which we drop
    "svgRemoveXlink": True,
    "svgViewBox": True,
}
_STYLED = {"ending", "fing", "reh", "tempo", "dir", "dynam", "mNum", "label"}
_KEPT = _STYLED | {"placeholder"}  # classes that Verovio's own style sheet names


@dataclass(frozen=True)
class Engraving:
    """A score as a self-contained SVG that takes the colour of the text around it."""

    svg: str
    label: str

    def _repr_html_(self) -> str:
        """Return the score as inline SVG, no wider than the page."""
        return f'<div class="dm-score">{self.svg}</div>'

    def __repr__(self) -> str:
        """Return what the picture shows."""
        return self.label


def engrave(
    music: object, measures: int | tuple[int, int] | None = None, label: str = ""
) -> Engraving:
    """Return the engraved score of a roll, a music21 stream or a file.

    Args:
        music: a `PianoRoll`, a music21 stream, or the path of a score or MIDI file.
        measures: how many measures to show, or the first and the last, counted from
            1 with a pickup; by default all.
        label: what a screen reader says; by default the title, parts and measures.

    Raises:
        MusicFileError: the file cannot be read.
        ValueError: no such measures, or music that cannot be engraved.
    """
    stream = _stream(music)
    if not stream.recurse().getElementsByClass("Measure"):
        stream = stream.makeNotation()
    if measures is not None:
        stream = _excerpt(stream, measures)
    label = label or _described(stream)
    return Engraving(_accessible(_svg(stream), label), label)


def _stream(music: object):
    """Return the music as a music21 stream."""
    if isinstance(music, str | Path):
        if Path(music).suffix.lower() not in MIDI_SUFFIXES:
            return parse_score(music)
        music = PianoRoll.from_midi(music)
    return music.to_stream() if isinstance(music, PianoRoll) else music


def _excerpt(stream, measures: int | tuple[int, int]):
    """Return the measures of the stream, counted by place, whatever their numbers."""
    first, last = (1, measures) if isinstance(measures, int) else measures
    if not 1 <= first <= last:
        raise ValueError(f"measures count from 1 up, got {first} to {last}")
    excerpt = stream.measures(first - 1, last, indicesNotNumbers=True)
    if not excerpt.recurse().getElementsByClass("Measure"):
        raise ValueError(f"the score has no measures from {first} to {last}")
    return excerpt


def _described(stream) -> str:
    """Return what the score shows, for those who cannot see it."""
    parts = parts_of(stream)
    count = len(parts[0].getElementsByClass("Measure"))
    title = stream.metadata.title if stream.metadata else None
    name = f"Score of {title}" if title else "Score"
    staves = "1 staff" if len(parts) == 1 else f"{len(parts)} staves"
    return f"{name}: {count} measure{'s' * (count != 1)} on {staves}"


def _svg(stream) -> str:
    """Return Verovio's SVG of the first page, which holds the whole score."""
    with naming_extras():
        import verovio
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    musicxml = GeneralObjectExporter(stream).parse().decode()
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(_OPTIONS)
    if not toolkit.loadData(musicxml) or not toolkit.getPageCount():
        raise ValueError("Verovio cannot engrave this music")
    return toolkit.renderToSVG(1)


def _accessible(svg: str, label: str) -> str:
    """Return the SVG with a role and a label, in the text's colour, with own ids.

    The classes that its style does not need are dropped, since a page's style sheet
    may give `note` or `section` another meaning.
    """
    svg = re.sub(r' data-[a-z-]+="[^"]*"', "", svg)
    svg = re.sub(r' class="([^"]*)"', _kept_classes, svg)
    svg = svg.replace(' color="black"', ' fill="currentColor"')
    name = re.search(r' id="([^"]+)"', svg).group(1)
    own = f"score-{crc32(svg.replace(name, '').encode()):08x}"
    svg = svg.replace(name, own)
    width = re.search(r' viewBox="0 0 (\d+)', svg).group(1)  # pixels
    style = f"display: block; width: 100%; max-width: {width}px"
    role = f'<svg role="img" aria-label="{escape(label)}" style="{style}" '
    return role + svg[svg.index("<svg ") + len("<svg ") :]


def _kept_classes(attribute: re.Match) -> str:
    kept = [name for name in attribute[1].split() if name in _KEPT]
    return f' class="{" ".join(kept)}"' if kept else ""
