"""Alpha and gamma to play with: the loss, its map, and what the networks then play.

All moves in the page itself, so it works in JupyterLab and, with no kernel and no
network, in the built book; only training a new network needs a kernel.
"""

import math
import zlib
from collections.abc import Iterable, Mapping

import ipywidgets
import numpy as np
import traitlets

from deepmusician.corpora import Corpus
from deepmusician.music import DEFAULT_TEMPO, KEYS, PianoRoll
from deepmusician.studies import (
    FORCED_DENSITIES,
    PRESETS,
    RULE_VARIANTS,
    PieceKey,
    Sweep,
    read_sweep,
    read_sweep_pieces,
    unpack_roll,
)
from deepmusician.training import Cell, RunStore, TrainConfig
from deepmusician.widgets.page import Widget
from deepmusician.widgets.pieces import matching_gain
from deepmusician.widgets.training_process import TrainingProcess

RulePieces = Mapping[str, PianoRoll]
"""What one network plays by each rule."""

EXPLORER_MEASURES = ("alone", "forced", "nll", "f1", "precision", "off")
_ENOUGH = 200  # onsets in four bars, whose loudness is then that of all
_BARS = slice(0, 64)


class FocalExplorer(Widget):
    """Where one stands in a sweep, and what is played there.

    Traits, beside the two sliders' `alpha` and `gamma`:
        rule: the decision rule by which networks play, one of `RULE_VARIANTS`.
        measure: what colours the map, one of `EXPLORER_MEASURES`.
        cells: the networks, the recorded ones first; see `cell_facts`.
        planes: their pieces, as `packed_pieces` writes them.
        grid: `steps` and `keys` of a piece, `stepsPerQuarter`, `tempo`.
        music: the notes per step of the music that the networks were tested on.
    """

    alpha = traitlets.Float(0.25, min=0.01, max=0.99).tag(sync=True)
    gamma = traitlets.Float(2.0, min=0.0, max=5.0).tag(sync=True)
    rule = traitlets.Enum(tuple(RULE_VARIANTS), "sample").tag(sync=True)
    measure = traitlets.Enum(EXPLORER_MEASURES, "alone").tag(sync=True)
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
        self._training = TrainingProcess(self._pass_on)
        self._cell: Cell | None = None  # the one under way
        table = sweep.table.set_index(["alpha", "gamma", "seed"])
        first = _first_pieces(sweep)
        self._networks = {  # (cell, whether trained here) → facts and pieces
            (cell, False): (cell_facts(cell, table.loc[cell].to_dict(), pieces), pieces)
            for cell, pieces in first.items()
        }
        roll = next(iter(first.values()))["sample"]
        super().__init__(
            view="explorer",
            cells=[facts for facts, _ in self._networks.values()],
            planes=packed_pieces(first.values()),
            grid={
                "steps": len(roll),
                "keys": KEYS,
                "stepsPerQuarter": roll.steps_per_quarter,
                "tempo": DEFAULT_TEMPO,
            },
            music=float(sweep.table.test_target_density.mean()),
            **traits,
        )
        self.on_msg(self._answer)

    def train(self, alpha: float | None = None, gamma: float | None = None) -> None:
        """Begin to train a network with this alpha and gamma, and report to the page.

        By default those of the sliders. It becomes one of the `cells`. Does nothing
        while another one is being trained. Raises ValueError for settings that make
        no sense.
        """
        if self._training.is_busy:
            return
        alpha = round(self.alpha if alpha is None else alpha, 6)
        gamma = round(self.gamma if gamma is None else gamma, 6)
        cell = Cell(alpha, gamma, self.cells[0]["seed"])
        config = cell.config(self._base)
        self._cell = cell
        self._training.start(config, self._corpus, self._store)

    def stop(self) -> None:
        """End the training under way; the same one goes on from there."""
        self._training.stop()

    def _answer(self, _: object, request: dict, buffers: object) -> None:
        """Answer the page."""
        match request:
            case {"ask": "hello"}:
                self.send({"tell": "here", "busy": self._training.is_busy})
            case {"ask": "train", "alpha": alpha, "gamma": gamma}:
                self.send({"tell": "started"})
                try:
                    self.train(alpha, gamma)
                except ValueError as error:  # settings that this loss cannot have
                    self.send({"tell": "failed", "why": str(error)})
            case {"ask": "stop"}:
                self.stop()

    def _pass_on(self, report: dict) -> None:
        """Report to the page, from the thread that reads the training's reports."""
        match report:
            case {"tell": "outcome", "outcome": outcome}:
                self._add(outcome)
                report = {"tell": "done"}
            case {"tell": "progress", "measures": row, **progress}:
                kept = {name: row[name] for name in row.keys() & {"epoch", "valid_nll"}}
                progress |= {"tell": "progress", "epochs": self._base.epochs}
                report = progress | kept
        self.send(report | {"alpha": self._cell.alpha, "gamma": self._cell.gamma})

    def _add(self, outcome: dict) -> None:
        """Add a trained network's cell, in the place of an earlier one's."""
        steps, per_quarter = self.grid["steps"], self.grid["stepsPerQuarter"]
        grid = steps, self._base.network.plane, per_quarter
        rules = self.cells[0]["rules"]
        pieces = {rule: unpack_roll(outcome["pieces"][rule], *grid) for rule in rules}
        facts = cell_facts(self._cell, outcome["measures"], pieces, trained=True)
        self._networks.pop((self._cell, True), None)
        self._networks[self._cell, True] = facts, pieces
        with self.hold_sync():
            self.cells = [facts for facts, _ in self._networks.values()]
            self.planes = packed_pieces(pieces for _, pieces in self._networks.values())


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
        alpha: weight of the onsets at first, from 0.01 to 0.99.
        gamma: focus at first, from 0 to 5.
        sweep: what is explored; by default the recorded sweep. Of several seeds the
            first is shown, by the rules of which pieces were kept.
        base: the settings of a network trained from here but for its loss; by default
            those of the recorded sweep, so that it can be set beside the others.
        corpus: what it is trained on; by default what `base` names.
        store: where it is kept, as `fit` takes it.

    Raises:
        FileNotFoundError: there is no recorded sweep.
        traitlets.TraitError: alpha or gamma is out of range.
    """
    explorer = FocalExplorer(
        sweep or Sweep(read_sweep().rows, read_sweep_pieces()),
        base or PRESETS["full"].sweep,
        corpus,
        store,
        alpha=alpha,
        gamma=gamma,
    )
    sliders = [_slider(explorer, "alpha", 0.01), _slider(explorer, "gamma", 0.1)]
    bar = ipywidgets.HBox(sliders).add_class("dm-explorer-sliders")
    card = ipywidgets.VBox([bar, explorer])
    return card.add_class("dm").add_class("dm-explorer-card")


def cell_facts(
    cell: Cell, measured: Mapping[str, float], pieces: RulePieces, trained: bool = False
) -> dict:
    """Return what the page has to know of a network, of types that JSON knows.

    Args:
        cell: its alpha, gamma and seed.
        measured: its measures, named as the columns of a sweep's table.
        pieces: what it plays by each rule.
        trained: whether it was trained from the page, and not recorded.

    Returns:
        alpha, gamma, seed, trained, and in `rules` the measures by each rule: `alone`
        and `forced` (notes per step in free running and with teacher forcing), `nll`
        (nats per step), `f1`, `best` (F1 at the best threshold), `precision` (average
        precision), `off` (the calibration error in notes per step), None where
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
        "forced": measured[FORCED_DENSITIES[rule]],
        "nll": measured[f"test_{raw}nll_step"],
        "f1": measured.get(f"test_{rule}_f1", half),
        "best": measured["test_best_f1"],
        "precision": measured["test_average_precision"],
        "off": KEYS * measured[f"test_{raw}calibration_error"],
    }
    return {name: _short(value) for name, value in values.items()}


def packed_pieces(pieces: Iterable[RulePieces]) -> bytes:
    """Return the onsets of pieces, compressed: bits (networks, rules, steps, keys)."""
    planes = [[roll.onsets for roll in each.values()] for each in pieces]
    return zlib.compress(np.packbits(np.array(planes)).tobytes(), 9)


def _first_pieces(sweep: Sweep) -> dict[Cell, RulePieces]:
    """Return the pieces of a sweep's first seed by cell, the lowest alpha first.

    Of each cell there is one by every rule by which the sweep kept pieces.
    """
    seed = min(key.seed for key in sweep.pieces)
    kept = {key.rule for key in sweep.pieces}
    rules = [rule for rule in RULE_VARIANTS if rule in kept]
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


def _slider(explorer: FocalExplorer, name: str, step: float) -> ipywidgets.FloatSlider:
    """Return a slider that moves a trait of the explorer in the page itself."""
    trait = explorer.traits()[name]
    slider = ipywidgets.FloatSlider(
        value=getattr(explorer, name),
        min=trait.min,
        max=trait.max,
        step=step,
        description=name,
        readout_format=".2f" if step < 0.1 else ".1f",
        layout={"width": "auto"},
    )
    ipywidgets.jslink((slider, "value"), (explorer, name))
    return slider
