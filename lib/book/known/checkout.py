"""What git knows of the commit that is built."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from book.shared.errors import BookError

__all__ = ["Checkout"]


@dataclass(frozen=True)
class Checkout:
    """The commit that is built; both empty outside a repository.

    Attributes:
        commit: its full name.
        seconds: when it was made, since 1970.
    """

    commit: str = ""
    seconds: str = ""

    @staticmethod
    def of(root: Path) -> Checkout:
        """Asks git.

        Raises:
            BookError: if git does not answer for a repository that is there.
        """
        command = ["git", "-C", str(root), "log", "-1", "--format=%H %ct"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        except FileNotFoundError:
            return Checkout()
        if done.returncode == 0:
            return Checkout(*done.stdout.split())
        if "dubious ownership" in done.stderr:
            raise BookError(
                f"the checkout belongs to another user, and git will not tell its commit and date: "
                f"run `git config --global --add safe.directory {root}`, or build as its owner"
            )
        return Checkout()  # no repository, or one without a commit
