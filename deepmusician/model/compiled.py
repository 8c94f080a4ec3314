"""The way from tensors to the kernels, where these can be had."""

import os
from functools import cache
from importlib import import_module
from types import ModuleType

import numpy as np
import torch
from torch import Tensor


@cache
def kernels() -> ModuleType | None:
    """Return the compiled kernels, the module `fused`.

    None where numba is not installed, or DEEPMUSICIAN_KERNELS is "off": PyTorch's own
    GRU then does all, in float32.
    """
    if os.environ.get("DEEPMUSICIAN_KERNELS") == "off":
        return None
    try:
        return import_module("deepmusician.model.fused")
    except ImportError:
        return None


def array_of(tensor: Tensor) -> np.ndarray:
    """Return a tensor's array, which shares its memory; bfloat16 as 16-bit integers."""
    low = tensor.dtype == torch.bfloat16
    return (tensor.view(torch.uint16) if low else tensor).numpy()
