"""Scripts of the book that run in Node: each answers a line of JSON with another."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from book.shared.errors import BookError

__all__ = ["Node"]

_AT_ONCE = 32  # questions, so that neither process waits for the other to read


class Node:
    """A script in one process, which begins with the first question.

    A fork of the build asks the same process, and may not ask whether it lives: it is not its
    child. So that is learnt from its answers.

    Args:
        script: what Node runs. It ends when what it reads from is closed.
    """

    def __init__(self, script: Path) -> None:
        self._script = script
        self._process: subprocess.Popen[str] | None = None

    def ask(self, questions: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The answers, in the order of the questions.

        Raises:
            BookError: if there is no Node, or the script has ended.
        """
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        for start in range(0, len(questions), _AT_ONCE):
            some = questions[start : start + _AT_ONCE]
            with suppress(BrokenPipeError):  # there is no answer then
                process.stdin.writelines(json.dumps(question) + "\n" for question in some)
                process.stdin.flush()
            for _ in some:
                line = process.stdout.readline()
                if not line:
                    self.close()
                    raise BookError(f"{self._script.name} ended; what it wrote stands above")
                yield json.loads(line)

    def close(self) -> None:
        """Ends the process, if it was needed."""
        if self._process is not None:
            with suppress(BrokenPipeError):  # it has ended before
                self._process.communicate()
            self._process.wait()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    ["node", str(self._script)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                )
            except FileNotFoundError:
                raise BookError("node is not on the PATH: use make, or activate .venv") from None
        return self._process
