"""What plays in a page: the player, the explorer, the composer, the blind test.

Each function returns a widget for the last line of a cell. It draws and plays in the
page itself, so it works in the built book too, with neither kernel nor network.
"""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .blind import blind_test
    from .explorer import focal_explorer
    from .page_composer import composer
    from .roll_player import player
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
