"""What works after `pip install "deepmusician[book]"`; tools/try_wheel.py runs it."""

from importlib import import_module
from pathlib import Path

import deepmusician
from deepmusician import load_corpus
from deepmusician.studies import BenchmarkRow
from deepmusician.widgets import composer, focal_explorer, player

# Every public name.
rooms = sorted(Path(deepmusician.__file__).parent.glob("*/__init__.py"))
for face in ("", *(f".{path.parent.name}" for path in rooms)):
    module = import_module(f"deepmusician{face}")
    for name in module.__all__:
        assert getattr(module, name) is not None, name

# Every record.
studies = import_module("deepmusician.studies")
wanted = {
    "read_record": ("equal_time",),
    "read_experiments": ("controls",),
    "read_experiment_curves": ("controls",),
    "read_benchmark_piece": (BenchmarkRow("jsb", "decoder", "dependent"), 32),
    "read_choir": ("harmonised",),
}
for name in (each for each in studies.__all__ if each.startswith("read_")):
    assert getattr(studies, name)(*wanted.get(name, ())), name

# Every widget, with its music.
corpus = load_corpus("bach-chorales", progress=False)
assert focal_explorer()
assert composer().weights
assert player(corpus.test[0]).library.tones
