"""The blind test's files: one a listener, checked against a schema, read by folder.

Chapter: listening tests.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).with_name("blind_test.schema.json")
COLUMNS = ("excerpt", "origin", "composer", "answer", "confidence", "listenings")


class AnswersError(ValueError):
    """A file or folder of answers that cannot be used; the text names it."""


@dataclass(frozen=True, eq=False)
class Listener:
    """One listener's blind test.

    Attributes:
        test: what the page drew to tell this test from all others.
        training: in music: "none", "some", "years" or "professional".
        trials: a row a trial, without those for practice: excerpt, origin, composer,
            answer, confidence (1 to 4), listenings.
    """

    test: str
    training: str
    trials: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Answers:
    """All listeners of a folder; `failures`: (path, reason) of what was left out."""

    listeners: tuple[Listener, ...]
    failures: tuple[tuple[str, str], ...] = ()

    @property
    def trials(self) -> pd.DataFrame:
        """All trials together, with the column `test` that tells whose they are."""
        told = [each.trials.assign(test=each.test) for each in self.listeners]
        return pd.concat(told, ignore_index=True) if told else pd.DataFrame()


def read_answers(folder: str | Path) -> Answers:
    """Return the blind tests in a folder's `.json` files, in the order of their names.

    A file that cannot be used, holds a test that another file holds too, or comes from
    somebody who had taken the test before, is left out and reported. Raises
    AnswersError when the folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise AnswersError(f"{folder}: is no folder. Name the one with the answers.")
    found: dict[str, tuple[Path, Listener]] = {}
    failures = []
    for path in sorted(folder.glob("*.json")):
        try:
            listener = read_listener(path)
        except AnswersError as error:
            failures.append((str(path), str(error).removeprefix(f"{path}: ")))
            continue
        if listener.test in found:
            twin = found[listener.test][0].name
            failures.append((str(path), f"holds the same test as {twin}. Keep one."))
        else:
            found[listener.test] = path, listener
    return Answers(tuple(each for _, each in found.values()), tuple(failures))


def read_listener(path: str | Path) -> Listener:
    """Return the blind test in a file that the page wrote.

    Raises AnswersError, naming the file, its fault, and what to do.
    """
    try:
        told = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AnswersError(
            f"{path}: cannot be read ({error}). Download the answers again."
        ) from None
    if fault := _fault(told):
        raise AnswersError(f"{path}: {fault}. Download the answers again.")
    if told.get("before", False):
        raise AnswersError(
            f"{path}: its listener had taken the test before, and knew pieces. "
            "Only a first test is blind."
        )
    trials = [each for each in told["trials"] if not each.get("practice", False)]
    if not trials:
        raise AnswersError(f"{path}: holds practice alone. Finish the test first.")
    rows = pd.DataFrame(trials)[list(COLUMNS)]
    return Listener(told["test"], told["training"], rows)


def _fault(told: object) -> str:
    """Return the first thing that the schema does not allow, "" if all is well."""
    fault = next(_validator().iter_errors(told), None)
    return f"{fault.json_path}: {fault.message}" if fault else ""


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
