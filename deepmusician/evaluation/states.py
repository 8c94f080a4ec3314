"""The hidden states of a decoder along true music, for probes to read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view

from deepmusician.model import DeepMusician
from deepmusician.music import PianoRoll


@dataclass(frozen=True, eq=False)
class HiddenStates:
    """A decoder's hidden state at each step of some music, one row per step.

    Attributes:
        states: (rows, hidden), the last layer's state from which the step is predicted.
        inputs: (rows, keys), the step just before; zeros, SOS, in a first step.
        position: (rows,), the step's place in its quarter, from 0.
        age: (rows,), the steps that the decoder had read before.
    """

    states: np.ndarray
    inputs: np.ndarray
    position: np.ndarray
    age: np.ndarray


@torch.no_grad()
def hidden_states(
    model: DeepMusician,
    rolls: Sequence[PianoRoll],
    per_piece: int = 2,
    steps: int = 96,
    start: str = "guided",
    seed: int = 0,
) -> HiddenStates:
    """Return the decoder's hidden states while it reads the true music.

    Of each piece `per_piece` stretches of `steps` steps, drawn anywhere in it, so that
    counting from a stretch's beginning does not give a step's place in its quarter.
    Pieces shorter than a stretch are left out; ValueError if all are. `start` is the
    hidden state at the beginning of a stretch ("guided", "zero", "random").
    """
    config, generator = model.config, np.random.default_rng(seed)
    rolls = [roll for roll in rolls if len(roll) >= steps]
    if not rolls:
        raise ValueError(f"no piece has {steps} steps to read")
    drawn, music = [], []
    for roll in rolls:
        plane = np.pad(roll.plane(config.plane), ((config.context, 0), (0, 0)))
        windows = sliding_window_view(plane, config.context + steps, axis=0)
        drawn.append(generator.integers(0, len(windows), per_piece))
        music.append(windows[drawn[-1]].swapaxes(1, 2))  # (stretches, steps, keys)
    music = torch.from_numpy(np.concatenate(music)).float()
    context, target = music.split([config.context, steps], dim=1)
    hidden = model.start_hidden(context, torch.Generator().manual_seed(seed), start)
    inputs = torch.cat([model.first_input(context)[:, None], target[:, :-1]], dim=1)
    past = model.past(inputs, context, target)
    states, _ = model.read(past, hidden)  # (stretches, steps, hidden)
    age = np.arange(steps)
    position = (np.concatenate(drawn)[:, None] + age) % config.steps_per_quarter
    return HiddenStates(
        states.flatten(0, 1).numpy(),
        inputs.flatten(0, 1).numpy(),
        position.ravel(),
        np.tile(age, len(target)),
    )
