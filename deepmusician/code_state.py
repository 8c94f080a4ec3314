"""Which code made a record, and whether today's still gives the same results.

Chapter: focal loss.
"""

import time
from functools import lru_cache

from deepmusician import canary, records, runs
from deepmusician.records import Provenance
from deepmusician.training import ROOMS


class RecordError(ValueError):
    """A record that today's code does not give; the message says what differs."""


class Account:
    """Keeps the time and watches the code while something is recorded.

    `commit` is the one that the code stands at.
    Raises RuntimeError when the package's code is not committed.
    """

    def __init__(self) -> None:
        self.commit, self._rooms = records.clean_commit(), rooms()
        self._start = time.perf_counter()

    def close(
        self, command: str, details: dict, spent: float = 0.0, threads: int = 1
    ) -> Provenance:
        """Return the provenance of what was recorded since the account was opened.

        `details`: what decides the result beside the code, as JSON knows it. `spent`:
        the seconds that its runs took, of which some may have been found finished.
        `threads`: that each of them computed with.
        Raises RuntimeError when the code was changed meanwhile.
        """
        seconds = max(spent, time.perf_counter() - self._start)
        if rooms() != self._rooms:
            raise RuntimeError("the package's code was changed during the recording")
        told = {"rooms": self._rooms, "canary": canary_now()} | details
        return records.provenance(command, seconds, threads, self.commit, told)


def rooms() -> str:
    """Return a hash of the modules that decide a run, as they lie on the disk."""
    return runs.run_id({}, "", ROOMS)


@lru_cache(maxsize=1)
def canary_now() -> dict[str, float]:
    """Return the canary's figures of this process's code: a few seconds, once."""
    return canary.fingerprint()


def check_code(provenance: Provenance, command: str) -> None:
    """Raise RecordError if the code gives other results than when a record was made.

    `command`: what would make the record anew.
    """
    recorded = provenance.details["canary"]
    for name, (was, now) in canary.differences(recorded, canary_now()).items():
        raise RecordError(
            "the code gives other results than when this was recorded "
            f"({name} was {was} and is {now}): run `{command}` again"
        )
