"""The blind test's files: one per listener, checked against a schema.

A file holds the answers as the page saves them, or the text of an issue that the page
has prepared, with the answers in it.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from jsonschema import Draft202012Validator

_SCHEMA = json.loads(Path(__file__).with_name("blind_test.schema.json").read_bytes())
SUFFIXES = (".json", ".md", ".txt")
ANSWER_COLUMNS = ("excerpt", "origin", "composer", "answer", "confidence", "listenings")


class AnswersError(ValueError):
    """A file of answers that cannot be used; the text names it."""


@dataclass(frozen=True, eq=False)
class Listener:
    """One listener's blind test.

    Attributes:
        test: what the page drew to tell this test from all others.
        training: in music: "none", "some", "years" or "professional".
        trials: one row per trial, practice left out: excerpt, origin, composer, answer,
            confidence (1 to 4), listenings.
    """

    test: str
    training: str
    trials: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Answers:
    """All listeners of a folder; `failures`: (path, reason) of what was left out."""

    listeners: tuple[Listener, ...]
    failures: tuple[tuple[str, str], ...] = ()

    @cached_property
    def trials(self) -> pd.DataFrame:
        """All trials together, with the column `test` that tells whose they are."""
        trials = [each.trials.assign(test=each.test) for each in self.listeners]
        if not trials:
            return pd.DataFrame(columns=[*ANSWER_COLUMNS, "test"])
        return pd.concat(trials, ignore_index=True)


def read_answers(folder: str | Path) -> Answers:
    """Return the blind tests in a folder's files, in the order of their names.

    Its `.json`, `.md` and `.txt` files are read, but not `README.md`. A file that
    cannot be used, holds a test that another file holds too, or comes from somebody
    who had taken the test before, is left out and reported; so is a folder that is not
    there, as where a chapter runs alone.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return Answers((), ((str(folder), "there is no such folder here."),))
    homes: dict[str, str] = {}  # the file of each test
    listeners, failures = [], []
    paths = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    for path in sorted(path for path in paths if path.name != "README.md"):
        try:
            listener = read_listener(path)
            if (twin := homes.setdefault(listener.test, path.name)) != path.name:
                raise AnswersError(f"holds the same test as {twin}. Keep one.")
            listeners.append(listener)
        except AnswersError as error:
            failures.append((str(path), str(error).removeprefix(f"{path}: ")))
    return Answers(tuple(listeners), tuple(failures))


def read_listener(path: str | Path) -> Listener:
    """Return the blind test in a file that the page wrote, or in a pasted issue.

    Raises AnswersError, naming the file, its fault, and what to do.
    """
    try:
        content = _answers_in(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise AnswersError(
            f"{path}: cannot be read ({error}). Save the answers again."
        ) from None
    if fault := next(Draft202012Validator(_SCHEMA).iter_errors(content), None):
        raise AnswersError(
            f"{path}: {fault.json_path}: {fault.message}. Save the answers again."
        )
    if content.get("before", False):
        raise AnswersError(
            f"{path}: its listener had taken the test before, and knew pieces. "
            "Only a first test is blind."
        )
    trials = [each for each in content["trials"] if not each.get("practice", False)]
    if not trials:
        raise AnswersError(f"{path}: holds practice alone. Finish the test first.")
    rows = pd.DataFrame(trials)[list(ANSWER_COLUMNS)]
    return Listener(content["test"], content["training"], rows)


def _answers_in(text: str) -> Any:
    """Return the JSON that a text is, or else has inside; ValueError without any."""
    try:
        return json.loads(text)
    except ValueError:
        if (start := text.find("{")) <= 0:
            raise
    content, end = json.JSONDecoder().raw_decode(text, start)
    if '"trials"' in text[end:]:
        raise ValueError("it holds more than one test: keep each in its own file")
    return content
