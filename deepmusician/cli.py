"""The command line: `deepmusician corpora | train | compose | evaluate | roll | runs`.

Heavy modules are imported by the commands that need them, so that help is quick.
What is expected to go wrong is said in one line, without a traceback.
"""

import errno
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from typer.core import TyperGroup


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
RunName = Annotated[
    str,
    typer.Argument(metavar="RUN", help="A run's first digits, folder, or 'latest'."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Grid = Annotated[int, typer.Option(help="Steps of the grid a quarter note.")]
Preset = Literal["full", "quick"]


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
    corpus: Annotated[
        str, typer.Option(help="A named corpus, or a folder of MIDI files or scores.")
    ] = "bach-chorales",
    preset: Annotated[
        Preset,
        typer.Option(envvar="DEEPMUSICIAN_PRESET", help="Where settings start from."),
    ] = "full",
    outputs: Annotated[
        Literal["independent", "dependent"],
        typer.Option(help="Whether a key's chance depends on the keys below it."),
    ] = "independent",
    loss: Annotated[
        Literal["bce", "focal"], typer.Option(help="What is made small.")
    ] = "bce",
    alpha: Annotated[
        float | None, typer.Option(help="Focal loss: weight of the touches, 0 to 1.")
    ] = None,
    gamma: Annotated[
        float | None, typer.Option(help="Focal loss: focus on the hard cells.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="At most.")] = None,
    windows_per_epoch: Annotated[
        int | None, typer.Option(help="Drawn anew every epoch.")
    ] = None,
    hidden: Annotated[int | None, typer.Option(help="Width of both GRUs.")] = None,
    batch: Annotated[int | None, typer.Option(help="Windows an update.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="At its peak.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights and windows.")] = None,
    threads: Annotated[
        int | None, typer.Option(help="Cores; by default those that are free.")
    ] = None,
) -> None:
    """Train a network, unless it was trained before.

    Ctrl-C stops it; the same command goes on from the last whole epoch.

    For example:

    - `deepmusician train`

    - `deepmusician train --outputs dependent --epochs 10`

    - `deepmusician train --corpus ~/my-midi-files --loss focal --alpha 0.5`
    """
    from deepmusician import presets, terminal
    from deepmusician.corpora import load_corpus
    from deepmusician.training import fit

    named = presets.preset(preset)
    base = named.dependent if outputs == "dependent" else named.report
    given = {
        **{"corpus": corpus, "loss": loss, "alpha": alpha, "gamma": gamma},
        **{"epochs": epochs, "windows_per_epoch": windows_per_epoch, "hidden": hidden},
        **{"batch": batch, "learning_rate": learning_rate, "seed": seed},
    }
    config = replace(base, **{k: v for k, v in given.items() if v is not None})
    music = load_corpus(corpus, config.steps_per_quarter)
    for path, reason in music.failures:
        _say(f"left out: {path}: {reason}")
    run = fit(config, music, threads=threads)
    print(f"run {run.id}")
    terminal.print_run(run.metrics)


@app.command()
def compose(
    run: RunName = "latest",
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A .mid, .musicxml or .mp3 file.")
    ] = Path("composition.mid"),
    steps: Annotated[int, typer.Option(help="New steps, sixteenths by default.")] = 192,
    prime: Annotated[
        Path | None, typer.Option(help="A music file to continue.")
    ] = None,
    rule: Annotated[
        Literal["sample", "threshold"], typer.Option(help="How keys are chosen.")
    ] = "sample",
    threshold: Annotated[
        float, typer.Option(help="For the rule 'threshold': chance to exceed.")
    ] = 0.5,
    temperature: Annotated[
        float, typer.Option(help="Below 1 bolder, above 1 more random.")
    ] = 1.0,
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


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
