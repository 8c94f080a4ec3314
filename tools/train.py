"""Train every network that the book uses at the preset in DEEPMUSICIAN_PRESET.

Chapters that ask for these runs then find them finished in the run store.
"""

from dataclasses import fields

from deepmusician import TrainConfig, fit
from deepmusician.presets import preset


def main() -> None:
    """Train, resume or find each of the preset's runs, one after the other."""
    chosen = preset()
    for field in fields(chosen):
        config = getattr(chosen, field.name)
        if isinstance(config, TrainConfig):
            run = fit(config)
            print(f"{field.name}: {run.folder.name}", flush=True)


if __name__ == "__main__":
    main()
