"""The command line: `deepmusician corpora | train | sweep | compose | …`.

Heavy modules are imported by the commands that need them, so that help is quick.
What is expected to go wrong is said in one line, without a traceback.
"""

import errno
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from deepmusician.cli_benchmark import benchmark
from deepmusician.cli_export import export
from deepmusician.cli_sweep import sweep
from deepmusician.options import (
    Adjustment,
    Alpha,
    AsJson,
    BatchSize,
    CorpusName,
    Epochs,
    Gamma,
    Grid,
    Hidden,
    Loss,
    LossScale,
    Output,
    Outputs,
    PosWeight,
    Preset,
    Prime,
    Rate,
    Raw,
    Rule,
    RunName,
    Seed,
    Steps,
    Temperature,
    Threads,
    Threshold,
    WindowCount,
)

if TYPE_CHECKING:
    from deepmusician.corpora import Corpus
    from deepmusician.training import TrainConfig


class OneLineErrors(TyperGroup):
    """Commands whose expected errors are one line on stderr, with a remedy."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; exit with 1 after an expected error, 130 after Ctrl-C."""
        try:
            with warnings.catch_warnings():
                warnings.showwarning = lambda said, *_: _say(f"note: {said}")
                return super().invoke(ctx)
        except (ValueError, OSError) as error:
            if getattr(error, "errno", None) == errno.EPIPE:
                raise
            _say(error)
            raise typer.Exit(1) from None
        except KeyboardInterrupt as stopped:
            _say(str(stopped) or "stopped")
            raise typer.Exit(130) from None


def _say(message: object) -> None:
    """Print one line to stderr."""
    print(" ".join(str(message).split()), file=sys.stderr)


app = typer.Typer(
    cls=OneLineErrors,
    help="Compose piano music with a GRU encoder-decoder.",
    epilog="First steps: `deepmusician train`, then `deepmusician compose latest`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def corpora(
    name: Annotated[
        str, typer.Argument(help="A corpus or a folder to read and describe.")
    ] = "",
) -> None:
    """List the named corpora with their licences, or describe one.

    For example:

    - `deepmusician corpora`

    - `deepmusician corpora ~/my-midi-files`
    """
    from deepmusician import terminal
    from deepmusician.corpora import load_corpus

    if name:
        print(load_corpus(name).describe())
    else:
        Console().print(terminal.corpora_table())


@app.command()
def train(
    corpus: CorpusName = "bach-chorales",
    preset: Preset = "full",
    outputs: Outputs = "independent",
    loss: Loss = "bce",
    alpha: Alpha = None,
    gamma: Gamma = None,
    pos_weight: PosWeight = None,
    logit_adjustment: Adjustment = None,
    loss_scale: LossScale = None,
    epochs: Epochs = None,
    windows_per_epoch: WindowCount = None,
    hidden: Hidden = None,
    batch: BatchSize = None,
    learning_rate: Rate = None,
    seed: Seed = None,
    threads: Threads = None,
) -> None:
    """Train a network, unless it was trained before.

    Ctrl-C stops it; the same command goes on from the last whole epoch.

    For example:

    - `deepmusician train`

    - `deepmusician train --outputs dependent --epochs 10`

    - `deepmusician train --corpus ~/my-midi-files --loss focal --alpha 0.5`
    """
    from deepmusician import presets, terminal
    from deepmusician.training import fit

    given = {
        **{"corpus": corpus, "loss": loss, "alpha": alpha, "gamma": gamma},
        **{"pos_weight": pos_weight, "logit_adjustment": logit_adjustment},
        "loss_scale": loss_scale,
        **{"epochs": epochs, "windows_per_epoch": windows_per_epoch, "hidden": hidden},
        **{"batch": batch, "learning_rate": learning_rate, "seed": seed},
    }
    start = presets.preset(preset)
    config = start.dependent if outputs == "dependent" else start.report
    given = {name: value for name, value in given.items() if value is not None}
    config = replace(config, **given)
    run = fit(config, read_corpus(config), threads=threads)
    print(f"run {run.id}")
    terminal.print_run(run.metrics)


@app.command()
def compose(
    run: RunName = "latest",
    output: Output = Path("composition.mid"),
    steps: Steps = 192,
    prime: Prime = None,
    rule: Rule = "sample",
    threshold: Threshold = 0.5,
    temperature: Temperature = 1.0,
    raw: Raw = False,
    seed: Annotated[int, typer.Option(help="Another seed, another piece.")] = 0,
    pieces: Annotated[int, typer.Option(help="Several get numbered names.")] = 1,
) -> None:
    """Compose new music with a trained network.

    For example:

    - `deepmusician compose latest --output chorale.mp3`

    - `deepmusician compose 3f2a --prime mine.mid --steps 384 -o continued.mid`

    - `deepmusician compose latest --pieces 3 --temperature 0.9 -o piece.musicxml`
    """
    from deepmusician import composing, terminal
    from deepmusician.training import Run

    terminal.check_output(output)
    rolls = composing.compose(
        Run.load(run),
        **{"steps": steps, "prime": prime, "rule": rule, "threshold": threshold},
        **{"temperature": temperature, "seed": seed, "pieces": pieces},
        calibrate=not raw,
    )
    for roll, path in zip(rolls, terminal.numbered(output, pieces), strict=True):
        terminal.write(replace(roll, name=path.stem), path)
        print(f"{path}: {len(roll)} steps, {roll.density():.2f} touches a step")


@app.command()
def evaluate(
    target: Annotated[str, typer.Argument(help="A music file, or a run.")] = "latest",
    run: Annotated[
        str, typer.Option(help="For a file: the run that shall foretell it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Measure a run on pieces it never saw, or a music file.

    For example:

    - `deepmusician evaluate latest --json`

    - `deepmusician evaluate composition.mid`

    - `deepmusician evaluate mine.mid --run latest`
    """
    from deepmusician import terminal
    from deepmusician.training import Run

    if Path(target).suffix or Path(target).is_file():
        told = {"file": target, **terminal.measures_of_file(target, run)}
        show = terminal.print_measures
    else:
        found = Run.load(target)
        told = {"run": found.id, **found.metrics}
        show = terminal.print_run
    terminal.print_json(told) if as_json else show(told)


@app.command()
def roll(
    file: Annotated[str, typer.Argument(help="MIDI, MusicXML, kern or ABC.")],
    steps_per_quarter: Grid = 4,
    as_json: AsJson = False,
) -> None:
    """Show what a music file looks like as a roll.

    For example:

    - `deepmusician roll mine.mid`

    - `deepmusician roll mine.mid --steps-per-quarter 12 --json`
    """
    from deepmusician import terminal
    from deepmusician.pianoroll import PianoRoll

    read = PianoRoll.from_file(file, steps_per_quarter)
    told = {"file": file, **terminal.about(read)}
    terminal.print_json(told) if as_json else terminal.print_measures(told)


@app.command()
def runs() -> None:
    """List the finished runs, the latest last.

    For example: `deepmusician runs`
    """
    from deepmusician import terminal
    from deepmusician.runs import RunStore

    store = RunStore()
    if finished := store.finished():
        Console().print(terminal.runs_table(finished))
    else:
        print(f"no finished run in {store.root}; `deepmusician train` makes one")


app.command()(export)
app.command()(sweep)
app.command()(benchmark)


def read_corpus(config: "TrainConfig") -> "Corpus":
    """Return the corpus to train on; say which files were left out."""
    from deepmusician.corpora import load_corpus

    corpus = load_corpus(config.corpus, config.steps_per_quarter)
    for path, reason in corpus.failures:
        _say(f"left out: {path}: {reason}")
    return corpus


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
