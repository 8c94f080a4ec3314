"""The command line's options: their types, and what its help says of them."""

from pathlib import Path
from typing import Annotated, Literal

import typer

RunName = Annotated[
    str,
    typer.Argument(metavar="RUN", help="A run's first digits, folder, or 'latest'."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Grid = Annotated[int, typer.Option(help="Steps per quarter note.")]
CorpusName = Annotated[
    str, typer.Option(help="A named corpus, or a folder of MIDI files or scores.")
]
Preset = Annotated[
    Literal["full", "quick"],
    typer.Option(envvar="DEEPMUSICIAN_PRESET", help="Which settings to start from."),
]
Outputs = Annotated[
    Literal["independent", "dependent"],
    typer.Option(help="Whether a key's probability depends on the keys below it."),
]
Representation = Annotated[
    Literal["roll", "tokens"],
    typer.Option(help="What music is to the network: a roll's cells, or tokens."),
]
Body = Annotated[
    Literal["gru", "steps", "transformer"],
    typer.Option(
        "--network",
        help="On tokens: a GRU, a GRU over steps and their tokens, or a transformer.",
    ),
]
Heads = Annotated[
    int | None, typer.Option(help="On tokens: the heads of attention, 0 for none.")
]
Plane = Annotated[
    Literal["onsets", "sounding", "both"] | None,
    typer.Option(help="What is learnt: where notes begin, what sounds, or both."),
]
Intervals = Annotated[
    int | None,
    typer.Option(help="The widest interval, in semitones, that adds to the logits."),
]
Loss = Annotated[Literal["bce", "focal"], typer.Option(help="Which loss to minimise.")]
Alpha = Annotated[
    float | None, typer.Option(help="Focal loss: the weight of onsets, 0 to 1.")
]
Gamma = Annotated[
    float | None, typer.Option(help="Focal loss: how much to focus on hard cells.")
]
PosWeight = Annotated[float | None, typer.Option(help="BCE: the weight of onsets.")]
Adjustment = Annotated[
    float | None, typer.Option(help="Added to the logits inside the loss.")
]
LossScale = Annotated[
    float | None, typer.Option(help="A factor on the loss before differentiation.")
]
Epochs = Annotated[int | None, typer.Option(help="The largest number of epochs.")]
WindowCount = Annotated[int | None, typer.Option(help="How many windows per epoch.")]
Hidden = Annotated[int | None, typer.Option(help="The width of both GRUs.")]
BatchSize = Annotated[int | None, typer.Option(help="How many windows per update.")]
Rate = Annotated[float | None, typer.Option(help="The peak learning rate.")]
Precision = Annotated[
    Literal["auto", "float32", "bfloat16"],
    typer.Option(help="Of training's products; auto: what is fast here."),
]
Seed = Annotated[int | None, typer.Option(help="Seeds weights and windows.")]
Threads = Annotated[
    int | None, typer.Option(help="Cores to use; by default those that are free.")
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="A .mid, .musicxml, .mp3 or .wav file.")
]
Steps = Annotated[int, typer.Option(help="New steps, sixteenths by default.")]
Prime = Annotated[Path | None, typer.Option(help="A music file to continue.")]
Rule = Annotated[
    Literal["sample", "threshold", "density", "greedy"],
    typer.Option(
        help="Draw, or exceed a threshold, or play as densely as music; tokens: greedy."
    ),
]
Threshold = Annotated[
    float, typer.Option(help="The probability to exceed, with --rule threshold.")
]
Raw = Annotated[
    bool, typer.Option("--raw", help="Use the sigmoid as it is, without calibration.")
]
Temperature = Annotated[
    float, typer.Option(help="Below 1: fewer, safer notes. Above 1: more, wilder ones.")
]
TopK = Annotated[
    int, typer.Option(help="On tokens: draw among so many of the likeliest; 0: all.")
]
TopP = Annotated[
    float,
    typer.Option(help="On tokens: draw among the likeliest with this probability."),
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Local processes; by default one a free core.")
]
Folder = Annotated[Path, typer.Option("--output", "-o", help="Where the table goes.")]
Network = Annotated[
    Path, typer.Option("--output", "-o", help="Where the network goes, as one file.")
]
