"""The ledger of every time that a test set was read: `data/test-readings.jsonl`, a line each.

A test set tells how well a choice does that was made without it. Each further reading can be a
choice made with it, so that readings are counted, for good: the file is committed, a line is added
before the set is read, and none is taken away.
"""

import json
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from experiments.record import REPOSITORY, commit_of_code, git

LEDGER = REPOSITORY / "data" / "test-readings.jsonl"


class ReadingRefused(Exception):
    """The test set must not be read now; the message says why, and what to do."""


@dataclass(frozen=True)
class Reading:
    """One reading of a test set.

    Attributes:
        date: the day, year first, in UTC.
        data: the data set.
        experiment: what was tested.
        commit: the code that read it.
        settings: the digest of the settings that were tested, from `record.digest`.
        note: what else is known of it.
    """

    date: str
    data: str
    experiment: str
    commit: str
    settings: str
    note: str = ""


def readings(ledger: Path = LEDGER) -> list[Reading]:
    """All readings, the earliest first."""
    lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.exists() else []
    return [Reading(**json.loads(line)) for line in lines]


def counts(data: str, experiment: str, ledger: Path = LEDGER) -> dict[str, int]:
    """How many times the test set of some data was read, ever, and by one experiment of them."""
    found = [reading for reading in readings(ledger) if reading.data == data]
    own = [reading for reading in found if reading.experiment == experiment]
    return {"data": len(found), "experiment": len(own)}


def committed_code(ledger: Path = LEDGER) -> str:
    """The commit to read a test set at.

    Raises:
        ReadingRefused: the code, and so its settings, is not committed, or readings that are
            committed are no longer in the ledger.
    """
    commit = commit_of_code()
    if commit == "unknown":
        raise ReadingRefused("the test set is read in a clone, whose history shows the settings")
    if commit.endswith("+changes"):
        raise ReadingRefused("the test set is read once the settings are committed: commit lib/")
    try:
        kept = git("show", f"HEAD:{ledger.relative_to(REPOSITORY).as_posix()}")
    except subprocess.CalledProcessError:
        kept = ""  # the first reading ever
    now = ledger.read_text(encoding="utf-8") if ledger.exists() else ""
    if not now.startswith(kept):
        raise ReadingRefused(
            f"{ledger.name} lacks readings that are committed: `git checkout {ledger}` brings them"
        )
    return commit


def enter(data: str, experiment: str, commit: str, settings: str, ledger: Path = LEDGER) -> None:
    """Adds a reading to the ledger; to be called before the test set is read."""
    today = datetime.now(UTC).date().isoformat()
    line = json.dumps(asdict(Reading(today, data, experiment, commit, settings)))
    with ledger.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
