"""The network: encoder, decoder, classifiers, losses, and how it composes.

`DeepMusician(NetworkConfig(...))` is the network; `compose` plays with a trained one.
"""

from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .calibration import IDENTITY, Calibration
    from .checks import check_choice, check_number, check_positive, check_whole
    from .checks import require, require_all
    from .classifiers import EXCLUDED, Classifier, DependentClassifier
    from .compiled import kernels
    from .composing import compose
    from .gru import FusedGRU
    from .losses import bce_loss, check_focal, focal_logit, focal_loss
    from .losses import focal_probability
    from .phrases import phrase_sizes, recall
    from .network import CLASSIFIERS, DeepMusician, NetworkConfig
    from .attention import CausalAttention
    from .token_network import TokenNetwork, build_network, token_nll
else:
    __getattr__, __dir__, __all__ = lazy(__name__)
