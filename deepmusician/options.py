"""The command line's options: their types, and what its help says of them."""

from pathlib import Path
from typing import Annotated, Literal

import typer

RunName = Annotated[
    str,
    typer.Argument(metavar="RUN", help="A run's first digits, folder, or 'latest'."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Grid = Annotated[int, typer.Option(help="Steps of the grid a quarter note.")]
CorpusName = Annotated[
    str, typer.Option(help="A named corpus, or a folder of MIDI files or scores.")
]
Preset = Annotated[
    Literal["full", "quick"],
    typer.Option(envvar="DEEPMUSICIAN_PRESET", help="Where the settings start from."),
]
Outputs = Annotated[
    Literal["independent", "dependent"],
    typer.Option(help="Whether a key's chance depends on the keys below it."),
]
Loss = Annotated[Literal["bce", "focal"], typer.Option(help="What is made small.")]
Alpha = Annotated[
    float | None, typer.Option(help="Focal loss: weight of the touches, 0 to 1.")
]
Gamma = Annotated[
    float | None, typer.Option(help="Focal loss: focus on the hard cells.")
]
PosWeight = Annotated[float | None, typer.Option(help="BCE: how often a touch counts.")]
Adjustment = Annotated[
    float | None, typer.Option(help="Added to the logits in the loss.")
]
LossScale = Annotated[
    float | None, typer.Option(help="Multiplies the loss that is differentiated.")
]
Epochs = Annotated[int | None, typer.Option(help="At most.")]
WindowCount = Annotated[int | None, typer.Option(help="Drawn anew every epoch.")]
Hidden = Annotated[int | None, typer.Option(help="Width of both GRUs.")]
BatchSize = Annotated[int | None, typer.Option(help="Windows an update.")]
Rate = Annotated[float | None, typer.Option(help="At its peak.")]
Seed = Annotated[int | None, typer.Option(help="Of weights and windows.")]
Threads = Annotated[
    int | None, typer.Option(help="Cores; by default those that are free.")
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="A .mid, .musicxml or .mp3 file.")
]
Steps = Annotated[int, typer.Option(help="New steps, sixteenths by default.")]
Prime = Annotated[Path | None, typer.Option(help="A music file to continue.")]
Rule = Annotated[
    Literal["sample", "threshold", "density"],
    typer.Option(help="Keys by chance, above a threshold, or as many as music has."),
]
Threshold = Annotated[
    float, typer.Option(help="The chance to exceed, with --rule threshold.")
]
Raw = Annotated[
    bool, typer.Option("--raw", help="Skip calibration: the sigmoid at its word.")
]
Temperature = Annotated[
    float, typer.Option(help="Below 1 bolder, above 1 more random.")
]
