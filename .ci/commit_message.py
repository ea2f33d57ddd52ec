"""Refuses a commit whose first line does not say, in 72 characters, what it does.

`pre-commit install` has git call it with the file of the message.
"""

import sys
from pathlib import Path

LONGEST = 72


def complaint(message: str) -> str | None:
    """What is wrong with a commit message, as a sentence; nothing if all is well."""
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject = lines[0] if lines else ""
    if not subject.strip():
        return "the first line is empty: it says what the commit does"
    if len(subject) > LONGEST:
        return (
            f"the first line has {len(subject)} characters, at most {LONGEST} are wanted: "
            "it says what, the body says why"
        )
    if subject.endswith("."):
        return "the first line ends with a full stop: it is a title"
    if len(lines) > 1 and lines[1].strip():
        return "the second line is not empty: it parts the title from the body"
    return None


if __name__ == "__main__":
    wrong = complaint(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if wrong is not None:
        sys.exit(f"commit message: {wrong}")
