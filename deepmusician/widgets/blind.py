"""The blind test: excerpts without a name, to be judged human or machine."""

import json
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import traitlets

from deepmusician.files import checksum
from deepmusician.listeners import Composers, Excerpt, Screening, screen
from deepmusician.music import PianoRoll
from deepmusician.studies import clean_commit, preset
from deepmusician.widgets.page import Widget
from deepmusician.widgets.pieces import piece_of

EXCERPT_STEPS = 128  # eight bars of four quarters
TRIALS = 20
CHECKS = 2  # of the trials: a baseline, if there is one
PRACTICE = ("human", "model")  # one piece of each
POOL = {"human": 24, "model": 20, "baseline": 5}  # drawn from, without the practice


class BlindTest(Widget):
    """Twenty excerpts to judge, drawn in the page; `screening` says what is in it.

    `deck`: the excerpts and whose they are as JSON, compressed so that no name can be
    read in the page's source by chance; whoever wants to can unpack it.
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
    bars of a piece, at one tempo and loudness, with notes as long as they are: give
    composers of onsets alone lengths first, such as `CountedLengths` draws.

    Args:
        human: composer → held-out pieces.
        composed: the same of the machine in question.
        baseline: the same of a machine that is easy to recognise, as a check.
        training: the pieces that the machines were trained on: what copies them is
            left out.
        tempo: in quarters per minute.
        seed: which excerpts are taken of those that are fit.

    Raises:
        ValueError: too few excerpts are fit, the grids differ, or a human piece is
            among the training pieces.
    """
    offered = {"human": human, "model": composed, "baseline": baseline or {}}
    _check_grids(offered)
    screening = screen(offered, training, EXCERPT_STEPS)
    checks, half = CHECKS if baseline else 0, TRIALS // 2
    draw = {"human": half, "model": half - checks, "baseline": checks}
    pool = _pool(screening, draw, np.random.default_rng(seed))
    cards = [_card(excerpt, practice, tempo) for excerpt, practice in pool]
    deck = json.dumps(_deck(cards, draw), separators=(",", ":"))
    test = BlindTest(view="blindTest", deck=zlib.compress(deck.encode(), 9))
    test.screening = screening
    return test


def _pool(
    screening: Screening, draw: Mapping[str, int], generator: np.random.Generator
) -> list[tuple[Excerpt, bool]]:
    """Return (excerpt, whether for practice), as many of each part as the page keeps.

    Raises ValueError where too few are fit.
    """
    pool = []
    for part, count in draw.items():
        fit, practice = screening.fit(part), int(part in PRACTICE)
        if len(fit) < count + practice:
            left_out = screening.table().to_string()
            raise ValueError(
                f"a blind test needs {count + practice} {part} excerpts, and "
                f"{len(fit)} are fit. What was left out:\n{left_out}"
            )
        most = POOL[part] + practice
        kept = generator.permutation(len(fit))[:most] if count else []
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
    """Return all that the page gets to know, its preset and commit among it."""
    edition = checksum(json.dumps([cards, draw], sort_keys=True))[:12]
    try:
        commit = clean_commit()
    except (RuntimeError, OSError):  # no checkout, or changes that are not committed
        commit = "unknown"
    build = {"preset": preset().name, "commit": commit}
    return {"edition": edition, "build": build, "draw": dict(draw), "cards": cards}


def _check_grids(offered: Mapping[str, Composers]) -> None:
    """Raise ValueError unless all pieces have four steps per quarter."""
    music = [rolls for composers in offered.values() for rolls in composers.values()]
    if others := {roll.steps_per_quarter for rolls in music for roll in rolls} - {4}:
        raise ValueError(f"a blind test takes four steps per quarter, not {others}")
