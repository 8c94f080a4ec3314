"""The blind test: excerpts without a name, to be told human or machine (chapter 6)."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import traitlets

from deepmusician.listening.library import Widget
from deepmusician.listening.pieces import piece_of
from deepmusician.listening.screening import Composers, Excerpt, Screening, screen
from deepmusician.pianoroll import PianoRoll
from deepmusician.presets import preset
from deepmusician.records import clean_commit

STEPS = 128  # eight bars of four quarters
TRIALS = 20
CHECKS = 2  # of the trials: a baseline, if there is one
PRACTICE = ("human", "model")  # one piece of each
POOL = {"human": 24, "model": 20, "baseline": 5}  # drawn from, without the practice


class BlindTest(Widget):
    """Twenty excerpts to judge, drawn in the page; `screening` tells what is in it.

    `deck`: the excerpts and whose they are, packed so that no name can be read in the
    page's source by chance; whoever wants to can unpack it.
    """

    deck = traitlets.Bytes().tag(sync=True)
    screening: Screening


def blind_test(
    human: Composers,
    composed: Composers,
    baseline: Composers | None = None,
    *,
    training: Sequence[PianoRoll],
    tempo: float = 100.0,
    seed: int = 0,
) -> BlindTest:
    """Return a blind test of a human composer and a machine.

    A test has ten human excerpts and ten of machines, two of which are the baseline's
    if there is one; two others come before, for practice. All are the first eight
    bars of a piece, at one tempo and loudness, with notes held by one rule.

    Args:
        human: composer → held-out pieces.
        composed: the same of the machine in question.
        baseline: the same of a machine that is easy to tell, as a check.
        training: the pieces that the machines were trained on: what copies them is
            left out, see `screening.copy_limit`.
        tempo: in quarters a minute.
        seed: which excerpts are taken of those that are fit.

    Raises:
        ValueError: too few excerpts are fit, the grids differ, or a human piece is
            among the training pieces.
    """
    offered = {"human": human, "model": composed, "baseline": baseline or {}}
    _check_grids(offered)
    found = screen(offered, training, STEPS)
    draw = _draw(bool(baseline))
    cards = [
        _card(excerpt, practice, tempo)
        for excerpt, practice in _pool(found, draw, np.random.default_rng(seed))
    ]
    test = BlindTest(view="blindTest", deck=pack(_deck(cards, draw)))
    test.screening = found
    return test


def pack(deck: Mapping) -> bytes:
    """Return a deck as the page takes it: JSON, compressed."""
    return zlib.compress(json.dumps(deck, separators=(",", ":")).encode(), 9)


def unpack(packed: bytes) -> dict:
    """Return the deck of a blind test."""
    return json.loads(zlib.decompress(packed))


def _draw(has_baseline: bool) -> dict[str, int]:
    """Return how many excerpts of each part a test has."""
    checks = CHECKS if has_baseline else 0
    half = TRIALS // 2
    return {"human": half, "model": half - checks, "baseline": checks}


def _pool(
    found: Screening, draw: Mapping[str, int], dice: np.random.Generator
) -> list[tuple[Excerpt, bool]]:
    """Return (excerpt, whether for practice), as many of each part as the page keeps.

    Raises ValueError where too few are fit.
    """
    pool = []
    for part, count in draw.items():
        fit, practice = found.fit(part), int(part in PRACTICE)
        if len(fit) < count + practice:
            raise ValueError(
                f"a blind test needs {count + practice} {part} excerpts, and "
                f"{len(fit)} are fit. What was left out:\n{found.table().to_string()}"
            )
        kept = dice.permutation(len(fit))[: POOL[part] + practice] if count else []
        pool += [(fit[at], place < practice) for place, at in enumerate(kept)]
    return pool


def _card(excerpt: Excerpt, practice: bool, tempo: float) -> dict:
    """Return an excerpt as the page's `trials.js` describes it."""
    return {
        "id": excerpt.id,
        "part": excerpt.part,
        "practice": practice,
        "composer": excerpt.composer,
        "name": excerpt.name,
        "piece": piece_of(excerpt.roll, tempo=tempo),
    }


def _deck(cards: list[dict], draw: Mapping[str, int]) -> dict:
    """Return all that the page gets to know."""
    told = json.dumps([cards, draw], sort_keys=True)
    return {
        "edition": hashlib.sha256(told.encode()).hexdigest()[:12],
        "build": _build(),
        "draw": dict(draw),
        "cards": cards,
    }


def _build() -> dict[str, str]:
    """Return the preset and the commit of this page, as far as they are known."""
    try:
        commit = clean_commit()
    except (RuntimeError, OSError):  # no checkout, or changes that are not committed
        commit = "unknown"
    return {"preset": preset().name, "commit": commit}


def _check_grids(offered: Mapping[str, Composers]) -> None:
    """Raise ValueError unless all pieces have four steps a quarter."""
    rolls = [
        roll for each in offered.values() for rolls in each.values() for roll in rolls
    ]
    grids = {roll.steps_per_quarter for roll in rolls} - {4}
    if grids:
        raise ValueError(f"a blind test takes four steps a quarter, not {grids}")
