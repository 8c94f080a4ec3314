"""The command line: `deepmusician corpora | train | sweep | compose | …`.

Heavy modules are imported by the commands that need them, so that help is quick.
What is expected to go wrong is said in one line, without a traceback.
"""

import errno
import warnings
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from deepmusician.cli import options, output
from deepmusician.cli.benchmark import benchmark
from deepmusician.cli.sweep import sweep


class OneLineErrors(TyperGroup):
    """Commands whose expected errors are one line on stderr, with a remedy."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; exit with 1 after an expected error, 130 after Ctrl-C."""
        try:
            with warnings.catch_warnings():
                warnings.showwarning = lambda said, *_: output.say(f"note: {said}")
                return super().invoke(ctx)
        except (ValueError, OSError) as error:
            if getattr(error, "errno", None) == errno.EPIPE:
                raise
            output.say(error)
            raise typer.Exit(1) from None
        except KeyboardInterrupt as stopped:
            output.say(str(stopped) or "stopped")
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=OneLineErrors,
    epilog="First steps: `deepmusician train`, then `deepmusician compose latest`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(asked: bool) -> None:
    """Print the package's version, and end, where it was asked for."""
    if asked:
        print(f"deepmusician {version('deepmusician')}")
        raise typer.Exit


Version = typer.Option(
    "--version", callback=_print_version, is_eager=True, help="Print the version."
)


@app.callback()
def _deepmusician(version: Annotated[bool, Version] = False) -> None:
    """Compose piano music with a GRU encoder-decoder."""


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
    from deepmusician.corpora import load_corpus

    if name:
        print(load_corpus(name).describe())
    else:
        output.print_corpora()


@app.command()
def train(
    corpus: options.CorpusName = "bach-chorales",
    preset: options.Preset = "full",
    outputs: options.Outputs = "independent",
    plane: options.Plane = None,
    intervals: options.Intervals = None,
    representation: options.Representation = "roll",
    network: options.Body = "gru",
    heads: options.Heads = None,
    loss: options.Loss = "bce",
    alpha: options.Alpha = None,
    gamma: options.Gamma = None,
    pos_weight: options.PosWeight = None,
    logit_adjustment: options.Adjustment = None,
    loss_scale: options.LossScale = None,
    epochs: options.Epochs = None,
    windows_per_epoch: options.WindowCount = None,
    hidden: options.Hidden = None,
    batch: options.BatchSize = None,
    learning_rate: options.Rate = None,
    precision: options.Precision = "auto",
    seed: options.Seed = None,
    threads: options.Threads = None,
) -> None:
    """Train a network, unless it was trained before.

    Ctrl-C stops it; the same command goes on from the last whole epoch.

    For example:

    - `deepmusician train`

    - `deepmusician train --outputs dependent --epochs 10`

    - `deepmusician train --outputs dependent --plane both --intervals 24`

    - `deepmusician train --corpus ~/my-midi-files --loss focal --alpha 0.5`

    - `deepmusician train --representation tokens --network transformer`
    """
    from deepmusician import studies
    from deepmusician.training import fit

    given = {
        **{"corpus": corpus, "plane": plane, "intervals": intervals, "heads": heads},
        **{"loss": loss, "alpha": alpha, "gamma": gamma, "pos_weight": pos_weight},
        **{"logit_adjustment": logit_adjustment, "loss_scale": loss_scale},
        **{"epochs": epochs, "windows_per_epoch": windows_per_epoch, "hidden": hidden},
        **{"batch": batch, "learning_rate": learning_rate, "seed": seed},
        "precision": precision,
    }
    book = studies.preset(preset)
    if representation == "tokens":
        config = book.on_tokens(network)
    else:
        config = book.dependent if outputs == "dependent" else book.report
        given["body"] = network
    config = config.but(**{k: v for k, v in given.items() if v is not None})
    run = fit(config, output.read_corpus(config), threads=threads)
    print(f"run {run.id}")
    output.print_run(run.metrics)


@app.command()
def compose(
    run: options.RunName = "latest",
    target: options.Output = Path("composition.mid"),
    steps: options.Steps = 192,
    prime: options.Prime = None,
    rule: options.Rule = "sample",
    threshold: options.Threshold = 0.5,
    temperature: options.Temperature = 1.0,
    raw: options.Raw = False,
    top_k: options.TopK = 0,
    top_p: options.TopP = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed, another piece.")] = 0,
    pieces: Annotated[int, typer.Option(help="Several get numbered names.")] = 1,
) -> None:
    """Compose new music with a trained network.

    For example:

    - `deepmusician compose latest --output chorale.wav`

    - `deepmusician compose 3f2a --prime mine.mid --steps 384 -o continued.mid`

    - `deepmusician compose latest --pieces 3 --temperature 0.9 -o piece.musicxml`
    """
    from deepmusician import model
    from deepmusician.training import Run

    output.check_output(target)
    rolls = model.compose(
        Run.load(run),
        **{"steps": steps, "prime": prime, "rule": rule, "threshold": threshold},
        **{"temperature": temperature, "top_k": top_k, "top_p": top_p},
        **{"calibrate": not raw, "seed": seed, "pieces": pieces},
    )
    for roll, path in zip(rolls, output.numbered(target, pieces), strict=True):
        output.write_music(replace(roll, name=path.stem), path)
        print(f"{path}: {len(roll)} steps, {roll.density():.2f} notes per step")


@app.command()
def evaluate(
    target: Annotated[str, typer.Argument(help="A music file, or a run.")] = "latest",
    run: Annotated[str, typer.Option(help="The run that predicts the file.")] = "",
    as_json: options.AsJson = False,
) -> None:
    """Measure a run on pieces it never saw, or a music file.

    For example:

    - `deepmusician evaluate latest --json`

    - `deepmusician evaluate composition.mid`

    - `deepmusician evaluate mine.mid --run latest`
    """
    from deepmusician.training import Run

    if Path(target).suffix or Path(target).is_file():
        measures = {"file": target, **output.measures_of_file(target, run)}
        show = output.print_measures
    else:
        judged = Run.load(target)
        measures = {"run": judged.id, **judged.metrics}
        show = output.print_run
    output.print_json(measures) if as_json else show(measures)


@app.command()
def roll(
    file: Annotated[str, typer.Argument(help="MIDI, MusicXML, kern or ABC.")],
    steps_per_quarter: options.Grid = 4,
    as_json: options.AsJson = False,
) -> None:
    """Show what a music file looks like as a roll.

    For example:

    - `deepmusician roll mine.mid`

    - `deepmusician roll mine.mid --steps-per-quarter 12 --json`
    """
    from deepmusician.music import PianoRoll

    read = PianoRoll.from_file(file, steps_per_quarter)
    properties = {"file": file, **output.about(read)}
    output.print_json(properties) if as_json else output.print_measures(properties)


@app.command()
def runs() -> None:
    """List the finished runs, the latest last.

    For example: `deepmusician runs`
    """
    from deepmusician.training import RunStore

    store = RunStore()
    if finished := store.finished():
        output.print_runs(finished)
    else:
        print(f"no finished run in {store.root}; `deepmusician train` makes one")


@app.command()
def export(
    run: options.RunName = "latest",
    target: options.Network = Path("network.safetensors"),
) -> None:
    """Write a trained network as one small file, for a page that composes.

    The file is of the safetensors format. Weights are rounded to two bytes each, so
    little that music it never saw is predicted as well as before. `read_export` reads
    it in Python, `Network.open` of widgets/web/network/network.js in a browser.

    For example:

    - `deepmusician export latest --output mine.safetensors`

    - `deepmusician export 3f2a -o bach.safetensors`
    """
    from deepmusician.training import Run, export_run, read_export

    if target.is_dir():
        raise ValueError(
            f"{target}: is a folder. Name a file, such as network.safetensors."
        )
    output.check_parent(target)
    path = export_run(Run.load(run), target)
    numbers = read_export(path).model.parameter_count
    print(f"{path}: {numbers:,} numbers in {path.stat().st_size / 1e6:.1f} MB")


app.command()(sweep)
app.command()(benchmark)


def main() -> None:
    """Run the command line."""
    app()
