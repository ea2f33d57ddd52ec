"""Turns formulas into MathML with Temml, in one Node process, and remembers them."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from book.shared.errors import BookError

__all__ = ["Formula", "Rendered", "Tex"]

_TAG = re.compile(r"<[^>]*>")
SCRIPT = Path(__file__).with_name("temml.mjs")


@dataclass(frozen=True)
class Formula:
    """TeX without its delimiters, in a line of text or displayed."""

    tex: str
    display: bool


@dataclass(frozen=True)
class Rendered:
    """A formula's MathML; or, where Temml cannot read it, why and at which character."""

    html: str = ""
    error: str = ""
    position: int = 0


class Tex:
    """Temml with a memory on disk, keyed by the formula, Temml's version and the script.

    Args:
        cache: the folder for the memory.
        modules: the `node_modules` that holds Temml.
    """

    def __init__(self, cache: Path, modules: Path) -> None:
        try:
            package = (modules / "temml" / "package.json").read_bytes()
        except FileNotFoundError:
            raise BookError("Temml is not installed: run `npm ci` (make does)") from None
        edition = hashlib.sha256(package + SCRIPT.read_bytes()).hexdigest()[:16]
        self._file = cache / f"temml-{edition}.json"
        try:
            self._known: dict[str, str] = json.loads(self._file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            self._known = {}
        self._used: set[str] = set()
        self._fresh = False
        self._process: subprocess.Popen[str] | None = None

    def render(self, formulas: Sequence[Formula]) -> list[Rendered]:
        """Renders formulas, those not yet known in one go."""
        keys = [_key(formula) for formula in formulas]
        unknown = {
            key: formula
            for key, formula in zip(keys, formulas, strict=True)
            if key not in self._known
        }
        failed = self._ask(unknown) if unknown else {}
        self._used.update(keys)
        return [failed.get(key) or Rendered(html=self._known[key]) for key in keys]

    @contextmanager
    def noted(self) -> Iterator[set[str]]:
        """Gathers the keys of what is rendered within."""
        before, self._used = self._used, set()
        try:
            yield self._used
        finally:
            self._used |= before

    def knows(self, keys: Set[str]) -> bool:
        """Whether these formulas are all remembered."""
        return keys <= self._known.keys()

    def note(self, keys: Set[str]) -> None:
        """Counts formulas as rendered: what they became is still in use."""
        self._used |= keys

    def characters(self) -> str:
        """All that is set in what was rendered since the start."""
        text = "".join(self._known[key] for key in self._used & self._known.keys())
        return "".join(sorted(set(unescape(_TAG.sub("", text)))))

    def save(self) -> None:
        """Writes what was used since the start, if any of it is new, and drops the rest."""
        if not self._fresh and len(self._known) == len(self._used):
            return
        self._known = {key: self._known[key] for key in sorted(self._used & self._known.keys())}
        self._fresh = False
        self._file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(".tmp")
        temporary.write_text(json.dumps(self._known), encoding="utf-8")
        temporary.replace(self._file)

    def close(self) -> None:
        """Ends the Node process, if it was needed."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _ask(self, formulas: dict[str, Formula]) -> dict[str, Rendered]:
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        for formula in formulas.values():
            process.stdin.write(json.dumps({"tex": formula.tex, "display": formula.display}) + "\n")
        process.stdin.flush()
        failed: dict[str, Rendered] = {}
        for key in formulas:
            line = process.stdout.readline()
            if not line:
                raise BookError("Temml's process ended; what it wrote stands above")
            answer = json.loads(line)
            if "error" in answer:
                failed[key] = Rendered(error=answer["error"], position=answer["position"])
            else:
                self._known[key] = answer["html"]
                self._fresh = True
        return failed

    def _start(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            try:
                self._process = subprocess.Popen(
                    ["node", str(SCRIPT)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                )
            except FileNotFoundError:
                raise BookError("node is not on the PATH: use make, or activate .venv") from None
        return self._process


def _key(formula: Formula) -> str:
    return hashlib.sha256(f"{formula.display} {formula.tex}".encode()).hexdigest()[:32]
