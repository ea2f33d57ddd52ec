"""The figures of the book: drawn beside the build where what they were drawn from has changed."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from book.known.origins import Drawn
from book.shared.errors import BookError
from book.shared.files import digest_of
from book.shared.processes import Process
from book.shared.store import Store

__all__ = ["Drawing"]


class Drawing:
    """The figures of the book: those that are out of date are drawn beside the build.

    Args:
        root: the repository.
        store: keeps what was drawn.
        edition: of what draws: the book's own code, Python and its packages.
        seconds: after which a script that has not ended is stopped.
        text: of the pages that show figures, in which order they will be asked for.
    """

    def __init__(
        self, root: Path, store: Store, edition: str, seconds: float, text: str = ""
    ) -> None:
        self._root, self._store, self._edition, self._seconds = root, store, edition, seconds
        names = sorted(path.stem for path in (root / "docs" / "figures").glob("*.py"))
        self._digests: dict[str, str] = {}
        at = {name: text.find(f'"{name}"') for name in names}
        self._names = sorted(names, key=lambda name: (at[name] < 0, at[name]))
        self._left = [name for name in self._names if not self._is_drawn(name)]
        self._outcomes: dict[str, dict[str, Any]] = {}
        self._drawn: dict[str, Drawn] = {}
        self._process: Process | None = None
        self._begin()

    def keep(self) -> None:
        """Waits for all drawings, and keeps them, those too that no page shows."""
        for name in self._names:
            with contextlib.suppress(BookError):
                self.drawn(name)

    def drawn(self, name: str) -> Drawn:
        """A figure.

        Raises:
            BookError: if no script has this name, or it failed.
        """
        if name in self._drawn:
            return self._drawn[name]
        if name not in self._names:
            raise BookError(f'no figure "{name}": docs/figures/{name}.py does not exist')
        entry: dict[str, Any] = self._store.get(
            _entry(name), self._edition, lambda: self._outcome(name), self._is_fresh
        )
        if "error" in entry:
            raise BookError(f'figure "{name}" failed: {entry["error"]}')
        results = tuple(path for path in entry["read"] if path.startswith("data/results/"))
        self._drawn[name] = Drawn(entry["svg"], entry["narrow"], results)
        return self._drawn[name]

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _is_drawn(self, name: str) -> bool:
        return self._store.has(_entry(name), self._edition, self._is_fresh)

    def _is_fresh(self, entry: dict[str, Any]) -> bool:
        return "svg" in entry and all(
            self._digest(path) == seen for path, seen in entry["read"].items()
        )

    def _digest(self, path: str) -> str:
        """Of a file as this build has found it: many figures read the same ones."""
        if path not in self._digests:
            self._digests[path] = digest_of(self._root / path)
        return self._digests[path]

    def _begin(self) -> None:
        if self._left:
            command = ["--root", str(self._root), *self._left]
            self._process = Process(
                "book.made.draw", command, self._root, BOOK_ROOT=str(self._root)
            )

    def _outcome(self, name: str) -> dict[str, Any]:
        """Waits until a script has ended: in turn, as they were begun."""
        if name not in self._left and name not in self._outcomes:
            # What it had read changed meanwhile, as happens under `make serve`.
            self.close()
            self._left = [name]
            self._begin()
        while name not in self._outcomes:
            self._next()
        return self._outcomes[name]

    def _next(self) -> None:
        assert self._process is not None
        name, line = self._left.pop(0), None
        try:
            line = self._process.line(self._seconds)
            self._outcomes[name] = json.loads(line or "null") or _failure("its process died")
        except TimeoutError:
            message = f"docs/figures/{name}.py did not end within {self._seconds:g} seconds"
            self._outcomes[name] = _failure(f"{message} and was stopped")
        if line is None:
            self.close()
            self._begin()


def _entry(name: str) -> str:
    return f"figure {name}"


def _failure(error: str) -> dict[str, Any]:
    return {"error": error, "read": {}}
