"""Alpha and gamma to play with: the loss, its map, and what the networks then play.

All moves in the page itself, so it works in JupyterLab and, with no kernel and no
network, in the built book; only training a new network needs a kernel. Chapter 3.
"""

import math
import zlib
from collections.abc import Iterable, Mapping

import ipywidgets
import numpy as np
import traitlets

from deepmusician.background import Background
from deepmusician.cells import Cell, cell_config
from deepmusician.comparison import FORCED
from deepmusician.corpora import Corpus
from deepmusician.free_running import RULES, unpack
from deepmusician.listening.library import Widget
from deepmusician.listening.pieces import matching_gain
from deepmusician.notes import DEFAULT_TEMPO, KEYS
from deepmusician.pianoroll import PianoRoll
from deepmusician.presets import PRESETS
from deepmusician.runs import RunStore
from deepmusician.settings import TrainConfig
from deepmusician.sweep import PieceKey, Sweep
from deepmusician.sweep_record import read_pieces, read_sweep

Pieces = Mapping[str, PianoRoll]
"""What one network plays by each rule."""

MEASURES = ("alone", "forced", "nll", "f1", "precision", "off")
_PLACE = ("alpha", "gamma", "seed", "trained")
_ENOUGH = 200  # touches in four bars, whose loudness tells that of all
_BARS = slice(0, 64)


class FocalExplorer(Widget):
    """Where one stands in a sweep, and what is played there.

    Traits, beside the two sliders' `alpha` and `gamma`:
        rule: the decision rule that is heard, one of `free_running.RULES`.
        measure: what colours the map, one of `MEASURES`.
        cells: the networks, the recorded ones first; see `cell_facts`.
        planes: their pieces, as `packed` writes them.
        grid: `steps` and `keys` of a piece, `stepsPerQuarter`, `tempo`.
        music: the notes a step of the music that the networks were tested on.
    """

    alpha = traitlets.Float(0.25, min=0.01, max=0.99).tag(sync=True)
    gamma = traitlets.Float(2.0, min=0.0, max=5.0).tag(sync=True)
    rule = traitlets.Enum(tuple(RULES), "sample").tag(sync=True)
    measure = traitlets.Enum(MEASURES, "alone").tag(sync=True)
    cells = traitlets.List(traitlets.Dict()).tag(sync=True)
    planes = traitlets.Bytes().tag(sync=True)
    grid = traitlets.Dict().tag(sync=True)
    music = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        sweep: Sweep,
        base: TrainConfig,
        corpus: Corpus | None = None,
        store: RunStore | None = None,
        **traits: object,
    ) -> None:
        self._base, self._corpus, self._store = base, corpus, store
        self._background = Background(self._pass_on)
        self._cell: Cell | None = None  # the one under way
        first = _first_pieces(sweep)
        self._pieces = list(first.values())  # as many as there are cells
        table = sweep.table.set_index(["alpha", "gamma", "seed"])
        roll = self._pieces[0]["sample"]
        super().__init__(
            view="explorer",
            cells=[
                cell_facts(cell, table.loc[cell].to_dict(), pieces)
                for cell, pieces in first.items()
            ],
            planes=packed(self._pieces),
            grid={
                "steps": len(roll),
                "keys": KEYS,
                "stepsPerQuarter": roll.steps_per_quarter,
                "tempo": DEFAULT_TEMPO,
            },
            music=float(sweep.table.test_target_density.mean()),
            **traits,
        )
        self.on_msg(self._hear)

    def train(self, alpha: float | None = None, gamma: float | None = None) -> None:
        """Begin to train a network with this alpha and gamma, and to tell about it.

        By default those of the sliders. It becomes one of the `cells`. Does nothing
        while another one is being trained. Raises ValueError for settings that make
        no sense.
        """
        if self._background.is_busy:
            return
        alpha = round(self.alpha if alpha is None else alpha, 6)
        gamma = round(self.gamma if gamma is None else gamma, 6)
        seed = self.cells[0]["seed"]
        config = cell_config(self._base, alpha, gamma, seed)
        self._cell = Cell(alpha, gamma, seed)
        self._background.start(config, self._corpus, self._store)

    def stop(self) -> None:
        """End the training under way; the same one goes on from there."""
        self._background.stop()

    def _hear(self, _: object, content: dict, buffers: object) -> None:
        """Answer the page."""
        match content:
            case {"ask": "hello"}:
                self.send({"tell": "here", "busy": self._background.is_busy})
            case {"ask": "train", "alpha": alpha, "gamma": gamma}:
                self.send({"tell": "started"})
                try:
                    self.train(alpha, gamma)
                except ValueError as error:  # settings that this loss cannot have
                    self.send({"tell": "failed", "why": str(error)})
            case {"ask": "stop"}:
                self.stop()

    def _pass_on(self, told: dict) -> None:
        """Tell the page about the training under way, from the thread that hears it."""
        if told["tell"] == "outcome":
            self._add(told["outcome"])
            told = {"tell": "done"}
        elif told["tell"] == "progress":
            row = told.pop("measures")
            told |= {"epochs": self._base.epochs} | {
                name: row[name] for name in ("epoch", "valid_nll") if name in row
            }
        self.send(told | {"alpha": self._cell.alpha, "gamma": self._cell.gamma})

    def _add(self, outcome: dict) -> None:
        """Add a trained network's cell, in the place of an earlier one's."""
        plane, grid = self._base.plane, self.grid
        pieces = {
            rule: unpack(
                outcome["pieces"][rule], grid["steps"], plane, grid["stepsPerQuarter"]
            )
            for rule in self._pieces[0]
        }
        facts = cell_facts(self._cell, outcome["measures"], pieces, trained=True)
        kept = [
            (cell, played)
            for cell, played in zip(self.cells, self._pieces, strict=True)
            if any(cell[name] != facts[name] for name in _PLACE)
        ]
        with self.hold_sync():
            self.cells = [*(cell for cell, _ in kept), facts]
            self._pieces = [*(played for _, played in kept), pieces]
            self.planes = packed(self._pieces)


def focal_explorer(
    alpha: float = 0.25,
    gamma: float = 2.0,
    sweep: Sweep | None = None,
    base: TrainConfig | None = None,
    corpus: Corpus | None = None,
    store: RunStore | None = None,
) -> ipywidgets.VBox:
    """Return an explorer of alpha and gamma below the two sliders that move it.

    Args:
        alpha: weight of the touches at first, from 0.01 to 0.99.
        gamma: focus at first, from 0 to 5.
        sweep: what is explored; by default the recorded sweep. Of several seeds the
            first is heard, by the rules of which pieces were kept.
        base: the settings of a network trained from here but for its loss; by default
            those of the recorded sweep, so that it can be set beside the others.
        corpus: what it is trained on; by default what `base` names.
        store: where it is kept, as `fit` takes it.

    Raises:
        FileNotFoundError: there is no recorded sweep.
        traitlets.TraitError: alpha or gamma is out of range.
    """
    explorer = FocalExplorer(
        sweep or Sweep(read_sweep().rows, read_pieces()),
        base or PRESETS["full"].sweep,
        corpus,
        store,
        alpha=alpha,
        gamma=gamma,
    )
    sliders = {
        "alpha": _slider("alpha", alpha, 0.01, 0.99, 0.01),
        "gamma": _slider("gamma", gamma, 0.0, 5.0, 0.1),
    }
    for trait, slider in sliders.items():
        ipywidgets.jslink((slider, "value"), (explorer, trait))
    bar = ipywidgets.HBox([*sliders.values()]).add_class("dm-explorer-sliders")
    card = ipywidgets.VBox([bar, explorer])
    return card.add_class("dm").add_class("dm-explorer-card")


def cell_facts(
    cell: Cell, measured: Mapping[str, float], pieces: Pieces, trained: bool = False
) -> dict:
    """Return what the page has to know of a network, of types that JSON knows.

    Args:
        cell: its alpha, gamma and seed.
        measured: its measures, named as the columns of a sweep's table.
        pieces: what it plays by each rule.
        trained: whether it was trained from the page, and not recorded.

    Returns:
        alpha, gamma, seed, trained, and in `rules` the measures by each rule: `alone`
        and `forced` (notes a step where it hears itself, or the true past), `nll`
        (nats a step), `f1`, `best` (F1 at the best threshold), `precision` (average
        precision), `off` (the calibration error in notes a step), None where
        undefined or not recorded; and the piece's `gain`.
    """
    rules = {
        rule: _measures(rule, measured) | {"gain": _gain(piece)}
        for rule, piece in pieces.items()
    }
    return {**cell._asdict(), "trained": trained, "rules": rules}


def _measures(rule: str, measured: Mapping[str, float]) -> dict[str, float | None]:
    """Return a network's measures by a rule, by the page's names."""
    raw = "raw_" if rule.startswith("raw_") else ""
    half = measured["test_f1"] if rule == "threshold" else math.nan
    values = {
        "alone": measured[f"free_{rule}_density"],
        "forced": measured[FORCED[rule]],
        "nll": measured[f"test_{raw}nll_step"],
        "f1": measured.get(f"test_{rule}_f1", half),
        "best": measured["test_best_f1"],
        "precision": measured["test_average_precision"],
        "off": KEYS * measured[f"test_{raw}calibration_error"],
    }
    return {name: _short(value) for name, value in values.items()}


def packed(pieces: Iterable[Pieces]) -> bytes:
    """Return the touches of pieces, compressed: bits (networks, rules, steps, keys)."""
    planes = [[roll.onsets for roll in each.values()] for each in pieces]
    return zlib.compress(np.packbits(np.array(planes)).tobytes(), 9)


def _first_pieces(sweep: Sweep) -> dict[Cell, Pieces]:
    """Return the pieces of a sweep's first seed by cell, the lowest alpha first.

    Of each cell there is one by every rule by which the sweep kept pieces.
    """
    seed = min(key.seed for key in sweep.pieces)
    kept = {key.rule for key in sweep.pieces}
    rules = [rule for rule in RULES if rule in kept]
    cells = sorted({Cell(*key[:3]) for key in sweep.pieces if key.seed == seed})
    return {
        cell: {rule: sweep.pieces[PieceKey(*cell, rule)] for rule in rules}
        for cell in cells
    }


def _gain(roll: PianoRoll) -> float:
    """Return the amplitude that brings a piece to the loudness of all others.

    A crowded piece is as loud in its first bars as in all, and takes long to render.
    """
    opening = roll[_BARS]
    return matching_gain(opening if opening.onsets.sum() > _ENOUGH else roll)


def _short(value: float) -> float | None:
    """Return a number to six significant digits, None where it is not defined."""
    return None if math.isnan(value) else float(f"{value:.6g}")


def _slider(
    name: str, value: float, lowest: float, highest: float, step: float
) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=value,
        min=lowest,
        max=highest,
        step=step,
        description=name,
        readout_format=".2f" if step < 0.1 else ".1f",
        layout={"width": "auto"},
    )
