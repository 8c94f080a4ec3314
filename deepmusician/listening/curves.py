"""Focal loss to play with: its curves, with alpha and gamma on sliders (chapter 3).

The drawing runs in the page, so it works in JupyterLab and, with no kernel and no
network, in the built book.
"""

import anywidget
import ipywidgets
import traitlets

from deepmusician.listening.modules import WEB, one_module

_WIDE = {"description_width": "8em"}
_ROW = {"width": "100%", "max_width": "34em"}


class FocalCurves(anywidget.AnyWidget):
    """A picture of the focal loss and its gradient beside those of BCE.

    Traits: `alpha` weighs touches, 1 - `alpha` silence, if `weighted`; `gamma` turns
    the focus on; `probability` is where the picture is read off, in words.
    """

    _esm = one_module(WEB / "curves.js")
    _css = (WEB / "curves.css").read_text(encoding="utf-8")
    alpha = traitlets.Float(0.25, min=0.0, max=1.0).tag(sync=True)
    gamma = traitlets.Float(2.0, min=0.0, max=10.0).tag(sync=True)
    weighted = traitlets.Bool(True).tag(sync=True)
    probability = traitlets.Float(0.9, min=0.0, max=1.0).tag(sync=True)


def focal_explorer(alpha: float = 0.25, gamma: float = 2.0) -> ipywidgets.VBox:
    """Return the curves below sliders that move them in the page itself.

    Args:
        alpha: weight of the touches at first, from 0 to 1.
        gamma: focus at first, from 0 to 5.

    Raises:
        traitlets.TraitError: alpha or gamma is out of range.
    """
    curves = FocalCurves(alpha=alpha, gamma=gamma)
    controls = [
        _slider("alpha", alpha, 0.0, 1.0, 0.01),
        ipywidgets.Checkbox(
            value=True,
            description="weigh the classes by alpha",
            style=_WIDE,
            layout=_ROW,
        ),
        _slider("gamma", gamma, 0.0, 5.0, 0.1),
        _slider("probability", curves.probability, 0.01, 0.99, 0.01),
    ]
    for control, trait in zip(
        controls, ("alpha", "weighted", "gamma", "probability"), strict=True
    ):
        ipywidgets.jslink((control, "value"), (curves, trait))
    return ipywidgets.VBox([*controls, curves])


def _slider(
    name: str, value: float, lowest: float, highest: float, step: float
) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=value,
        min=lowest,
        max=highest,
        step=step,
        description=name,
        style=_WIDE,
        layout=_ROW,
    )
