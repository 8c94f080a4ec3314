"""Records of runs that take longer than the build may: small, and with provenance.

A record is `studies/records/NAME.json`: rows to show, and how they came about, so that
a chapter can show a figure that the build does not repeat. A record of many runs has
its rows in `NAME.csv` beside it. The package carries them wherever it is installed.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pandas as pd

from deepmusician.files import checksum, write_file

RECORDS = Path(__file__).with_name("records")
"""The folder of the book's records."""


class RecordError(ValueError):
    """A record does not hold what was asked, or today's code does not give it."""


@dataclass(frozen=True)
class Provenance:
    """How a record came about; its text is one sentence for a page.

    `seconds` is what the recorded run took; `commit` what the checkout stood at;
    `details` whatever else the result depends on, of types that JSON knows.
    """

    command: str
    commit: str
    seconds: float
    threads: int
    versions: dict[str, str]
    details: dict = field(default_factory=dict)

    def __str__(self) -> str:
        versions = ", ".join(map(" ".join, self.versions.items()))
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return (
            f"Recorded with `{self.command}` at commit {self.commit[:10]}, "
            f"{threads}, {self.seconds / 60:.0f} minutes, {versions}."
        )


@dataclass(frozen=True, eq=False)
class Record:
    """Rows of figures with named columns, and their provenance."""

    rows: pd.DataFrame
    provenance: Provenance

    def select(self, **values: object) -> "Record":
        """Return the rows with these values, by column, in their order.

        Raises RecordError, naming the values that there are, where none has them.
        """
        rows = self.rows
        for column, value in values.items():
            if (chosen := rows[rows[column] == value]).empty:
                known = ", ".join(map(str, rows[column].unique()))
                raise RecordError(f"the record has no {column} {value!r}: {known}")
            rows = chosen
        return replace(self, rows=rows.reset_index(drop=True))


def read_record(name: str, folder: str | Path | None = None) -> Record:
    """Return the record of that name.

    `folder`: where it lies; by default `RECORDS`. Raises FileNotFoundError, naming the
    file, where it is missing, and RecordError when its table was changed since it was
    recorded.
    """
    path = find_result(f"{name}.json", folder)
    content = json.loads(path.read_text(encoding="utf-8"))
    provenance = Provenance(**content["provenance"])
    if "rows" in content:
        return Record(pd.DataFrame(content["rows"]), provenance)
    table = path.with_suffix(".csv")
    if checksum(table.read_bytes()) != content["sha256"]:
        raise RecordError(f"{table}: changed since it was recorded; record it again")
    return Record(pd.read_csv(table), provenance)


def write_record(path: str | Path, rows: list[dict], provenance: Provenance) -> Path:
    """Write a record in one file, and return its path."""
    content = {"provenance": asdict(provenance), "rows": rows}
    return write_file(path, json.dumps(content, indent=1) + "\n")


def write_table(
    folder: str | Path, name: str, rows: pd.DataFrame, provenance: Provenance
) -> Path:
    """Write `NAME.csv`, then `NAME.json` with its provenance; return the CSV's path.

    Numbers keep six significant digits.
    """
    text = rows.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    path = write_file(Path(folder, f"{name}.csv"), text)
    content = {"provenance": asdict(provenance), "sha256": checksum(text)}
    write_file(path.with_suffix(".json"), json.dumps(content, indent=1) + "\n")
    return path


def find_result(file: str, folder: str | Path | None = None) -> Path:
    """Return the path of a record's file, or raise FileNotFoundError, naming it."""
    path = Path(folder or RECORDS, file)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not found. No record was written there.")
    return path


def read_experiments(name: str, folder: str | Path | None = None) -> Record:
    """Return the recorded runs of an experiment, a row each, and their provenance.

    `folder`: where the record lies; by default `RECORDS`. Raises FileNotFoundError
    without a record, RecordError for an experiment it does not hold.
    """
    return read_record("focal_experiments", folder).select(experiment=name)


def read_experiment_curves(name: str, folder: str | Path | None = None) -> Record:
    """Return the recorded epochs of an experiment's runs; see `read_experiments`."""
    return read_record("focal_curves", folder).select(experiment=name)
