"""Two rows of the benchmark, on six short tunes, with a network of no size."""

from deepmusician.studies import BenchmarkRow
from deepmusician.studies.benchmark_rows import BENCHMARK_ROWS
from support.toy import TINY, tunes

LITTLE = TINY.but(corpus="jsb", start="zero", windows_per_epoch=4, epochs=1)
LITTLE_ROWS = {
    BenchmarkRow("jsb", "decoder", "independent"): LITTLE,
    BenchmarkRow("jsb", "decoder", "dependent"): LITTLE.but(outputs="dependent"),
}


def with_little_rows(patch, cache) -> list[BenchmarkRow]:
    """Let the benchmark have these rows alone, and a run store of its own."""
    for row, config in LITTLE_ROWS.items():
        patch.setitem(BENCHMARK_ROWS, row, config)
    for module in ("benchmark", "parallel"):
        patch.setattr(
            f"deepmusician.studies.{module}.load_corpus", lambda *_, **__: tunes()
        )
    patch.setenv("DEEPMUSICIAN_CACHE", str(cache))
    return list(LITTLE_ROWS)
