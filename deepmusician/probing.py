"""What a decoder's hidden state knows of the music that it hears (chapter 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from deepmusician.model import DeepMusician
from deepmusician.pianoroll import PianoRoll


@dataclass(frozen=True, eq=False)
class Overheard:
    """What a decoder kept in mind at each step of some music, a row a step.

    Attributes:
        states: (rows, hidden), the last layer's state from which the step is judged.
        heard: (rows, keys), the step heard just before; zeros, SOS, in a first step.
        position: (rows,), the step's place in its quarter, from 0.
        age: (rows,), the steps that the decoder had walked before.
    """

    states: np.ndarray
    heard: np.ndarray
    position: np.ndarray
    age: np.ndarray


@torch.no_grad()
def overhear(
    model: DeepMusician,
    rolls: Sequence[PianoRoll],
    per_piece: int = 2,
    steps: int = 96,
    start: str = "guided",
    seed: int = 0,
) -> Overheard:
    """Return what the decoder keeps in mind while it hears the true music.

    Of each piece `per_piece` stretches of `steps` steps, drawn anywhere in it: a step's
    place in its quarter can't be told by counting from the stretch's beginning. Pieces
    shorter than a stretch are left out; ValueError if all are. `start` is the hidden
    state's at the beginning of a stretch ("guided", "zero", "random"). Chapter 4.
    """
    context, target, offsets = _stretches(model, rolls, per_piece, steps, seed)
    generator = torch.Generator().manual_seed(seed)
    hidden = model.start_hidden(context, generator, start)
    heard = torch.cat([torch.zeros_like(target[:, :1]), target[:, :-1]], dim=1)
    states, _ = model.decoder(heard, hidden)  # (stretches, steps, hidden)
    age = np.arange(steps)
    place = (offsets[:, None] + age) % model.config.steps_per_quarter
    return Overheard(
        states.flatten(0, 1).numpy(),
        heard.flatten(0, 1).numpy(),
        place.ravel(),
        np.tile(age, len(offsets)),
    )


def _stretches(
    model: DeepMusician,
    rolls: Sequence[PianoRoll],
    per_piece: int,
    steps: int,
    seed: int,
) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
    """Return contexts, targets (stretches, steps, keys), and where targets begin."""
    dice, before = np.random.default_rng(seed), model.config.context
    contexts, targets, offsets = [], [], []
    for roll in rolls:
        if len(roll) < steps:
            continue
        plane = np.pad(roll.plane(model.config.plane), ((before, 0), (0, 0)))
        for offset in dice.integers(0, len(roll) - steps + 1, per_piece):
            contexts.append(plane[offset : offset + before])
            targets.append(plane[offset + before : offset + before + steps])
            offsets.append(offset)
    if not offsets:
        raise ValueError(f"no piece has {steps} steps to listen to")
    stacked = (torch.from_numpy(np.stack(s)).float() for s in (contexts, targets))
    return *stacked, np.array(offsets)
