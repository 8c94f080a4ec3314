"""The trained network in the page: it composes there, and plays as it composes.

It needs neither a kernel nor a server: the weights travel with the widget, and the
network runs in the page.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import traitlets

from deepmusician.corpora import load_corpus
from deepmusician.music import KEYS, PITCH_LOW, PianoRoll
from deepmusician.studies import read_composer_network
from deepmusician.training import Run, export_run, parse_export, read_export
from deepmusician.widgets.page import Widget
from deepmusician.widgets.pieces import matching_gain, piece_of

CHORALES = ("bwv130.6", "bwv151.5", "bwv66.6", "bwv244.44")
"""Chorales that no network of the book has trained on, to go on from."""
OPENING = 8  # quarters of each
_CADENCE = ((48, 64, 67, 72), (53, 60, 69, 72), (55, 59, 67, 74), (48, 64, 67, 72))


class Composer(Widget):
    """A network that composes in the page; `composer` makes one.

    Traits: `weights` is the network's file, as `deepmusician export` writes it,
    `openings` are pieces to go on from, and `gain` brings what is composed to the
    loudness of others.
    """

    weights = traitlets.Bytes().tag(sync=True)
    openings = traitlets.List(traitlets.Dict()).tag(sync=True)
    gain = traitlets.Float(1.0).tag(sync=True)

    def __repr__(self) -> str:
        """Return which network composes, in a line."""
        about = parse_export(self.weights).about
        return f"Composer({about['name']!r}, {len(self.weights):,} bytes)"


def composer(
    run_or_file: Run | str | Path | None = None,
    openings: Mapping[str, PianoRoll] | None = None,
) -> Composer:
    """Return a composer that a notebook shows, and that plays without its kernel.

    Args:
        run_or_file: the network: a run of your own, or the path of a file that
            `deepmusician export` wrote; by default the composer's network of the book.
        openings: rolls to go on from, by their names; by default the first two bars
            of four chorales that the network was not trained on.

    Raises:
        ExportError: the file is missing, foreign or damaged.
        ValueError: an opening has another grid than the network.
    """
    weights = _weights(run_or_file)
    grid = parse_export(weights).model.config.steps_per_quarter
    if openings is None:
        openings = chorale_openings(grid)
    for name, roll in openings.items():
        if roll.steps_per_quarter != grid:
            raise ValueError(
                f"{name} has {roll.steps_per_quarter} steps per quarter, the network "
                f"{grid}: read it with steps_per_quarter={grid}"
            )
    pieces = [piece_of(roll, name, role="human") for name, roll in openings.items()]
    return Composer(
        view="composer",
        weights=weights,
        openings=pieces,
        gain=matching_gain(_cadence()),
    )


def chorale_openings(steps_per_quarter: int = 4) -> dict[str, PianoRoll]:
    """Return the first two bars of some chorales held out for testing, by name."""
    corpus = load_corpus("bach-chorales", steps_per_quarter, progress=False)
    pieces = {roll.name: roll for roll in corpus.test}
    steps = OPENING * steps_per_quarter
    return {
        name.replace("bwv", "BWV "): pieces[name][:steps]
        for name in CHORALES
        if name in pieces
    }


def _weights(run_or_file: Run | str | Path | None) -> bytes:
    """Return the bytes of a network's file."""
    if run_or_file is None:
        return read_composer_network().weights
    if not isinstance(run_or_file, Run):
        read_export(run_or_file)  # an error of it names the file
        return Path(run_or_file).read_bytes()
    with TemporaryDirectory() as folder:
        return export_run(run_or_file, Path(folder, "network")).read_bytes()


def _cadence() -> PianoRoll:
    """Return a few chords as full as music mostly is, to set the loudness by."""
    onsets = np.zeros((4 * len(_CADENCE), KEYS), bool)
    for beat, pitches in enumerate(_CADENCE):
        onsets[4 * beat, np.array(pitches) - PITCH_LOW] = True
    return PianoRoll.from_plane(onsets)
