"""The corpora that have a name: where they come from, and how to get their files."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from textwrap import shorten

from deepmusician.files import data_folder
from deepmusician.music import SCORE_SUFFIXES, MusicFileError

DATA = Path(__file__).parent / "data"

NOT_CHORALES = {"bwv846": "the first prelude of the Well-Tempered Clavier"}
TWICE = dict(
    line.split() for line in (DATA / "chorales-twice.txt").read_text().splitlines()
)
"""Chorales that music21 holds under two names: the one left out, and the one kept.

The same setting, transposed, with its repeats written out, or with the orchestra on
top. Left in, a piece of the training set would come back in the test set.
"""


@dataclass(frozen=True)
class Entry:
    """A named corpus: what it is, whose it is, and which plane of a roll it has.

    `FINDERS` finds its files; or `file` names one in `data_folder()`, with published
    splits and `frames_per_quarter`: a .mat file of frames, or a .json file of voices.
    """

    title: str
    origin: str
    licence: str
    plane: str = "onsets"
    file: str = ""
    frames_per_quarter: int = 0


def chorale_files() -> list[tuple[str, Path]]:
    """Return Bach's chorales in music21's corpus, each once: (name, path).

    Left out are analyses (.rntxt), kern copies of pieces that are there as MusicXML,
    what is no chorale, and what is the same music under a second name.
    """
    left_out = {*NOT_CHORALES, *TWICE}
    paths = [path for path in _embedded("bach") if path.suffix in SCORE_SUFFIXES]
    paths.sort(key=lambda path: (path.suffix != ".krn", path))  # others replace kern
    by_name = {path.stem: path for path in paths if path.stem not in left_out}
    return sorted(by_name.items())


def quartet_files() -> list[tuple[str, Path]]:
    """Return the movements of Mozart's string quartets in music21's corpus."""
    return [
        (f"{quartet}/{path.stem}", path)
        for quartet in ("k80", "k155", "k156", "k458")
        for path in sorted(_embedded(f"mozart/{quartet}"))
        if path.suffix in SCORE_SUFFIXES
    ]


def _embedded(folder: str) -> Iterable[Path]:
    """Return the files of a folder of music21's corpus, without importing music21."""
    (package,) = find_spec("music21").submodule_search_locations
    return (Path(package) / "corpus" / folder).iterdir()


def sonata_files() -> list[tuple[str, Path]]:
    """Return the movements of Mozart's piano sonatas, downloaded if need be."""
    paths = fetch("mozart-sonatas", "mozart-piano-sonatas")
    return [(path.stem, path) for path in paths.values()]


def fetch(corpus: str, folder: str, *names: str) -> dict[str, Path]:
    """Return the paths of a registry's files, of all or of these, checked by SHA-256.

    Files that are missing from `data_folder()` are downloaded into it. Raises
    `MusicFileError` that names the corpus, the address and the variable to set.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")
    shelf = pooch.create(path=data_folder() / folder, base_url="")
    shelf.load_registry(DATA / f"{folder}.txt")  # names, SHA-256 and addresses
    paths = {}
    for name in names or sorted(shelf.registry):
        try:
            paths[name] = Path(shelf.fetch(name))
        except Exception as error:  # the network fails in many libraries' ways
            why = shorten(f"{type(error).__name__}: {error}", 120)
            cause = f"{name} cannot be had from {shelf.get_url(name)} ({why})"
            remedy = (
                "Connect to the network, or set DEEPMUSICIAN_DATA to a folder "
                f"that holds {folder}/ (now: {data_folder()})."
            )
            raise MusicFileError(corpus, cause, remedy) from None
    return paths


CATALOGUE = {
    name: Entry(**entry)
    for name, entry in tomllib.loads((DATA / "catalogue.toml").read_text()).items()
}
FINDERS = {
    "bach-chorales": chorale_files,
    "mozart-sonatas": sonata_files,
    "mozart-quartets": quartet_files,
}
