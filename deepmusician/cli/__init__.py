"""The command line, `deepmusician`: one function a command."""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .commands import main
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
