"""Named music and your own folders: catalogue, reading, splits, windows."""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .catalogue import CATALOGUE, chorale_files, quartet_files
    from .corpus import Corpus, load_corpus, summarise
    from .token_windows import TokenBatch, TokenWindows, token_shares
    from .windows import MOST_SHIFT, Batch, Windows, key_density
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
