"""Has the equations of the pages checked while MkDocs reads them, and takes in what was found."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from book.known.mutants import digest
from book.shared.errors import BookError, Problem
from book.shared.numbers import number_text
from book.shared.processes import Process
from book.shared.store import Store
from mathcheck.text.sources import read

__all__ = ["Checked", "Checking", "Found", "error_text"]

_CACHE = Path(".cache") / "mathcheck"
_SECONDS = 1800  # for a whole book, on a slow machine, with nothing kept


@dataclass
class Found:
    """One displayed equation of a page, as the checker reads it.

    Attributes:
        line: where it stands.
        label: if it has one.
        definitions: how often it defines something.
        unchecked: why it is not checked; None if it is.
        errors: the relative error of each claim that it makes with an equals sign.
        approximations: how many claims it makes with an ≈, which hold to the digits shown.
    """

    line: int
    label: str | None
    definitions: int
    unchecked: str | None
    errors: list[float] = field(default_factory=list)
    approximations: int = 0

    @property
    def claims(self) -> int:
        """How many claims it makes."""
        return len(self.errors) + self.approximations

    @property
    def summary(self) -> str:
        """What a reader is told of it; nothing where nothing was checked."""
        if self.unchecked is not None:
            return ""
        if not self.claims:
            return "Read: it defines a symbol"
        holds = "1 claim holds" if self.claims == 1 else f"{self.claims} claims hold"
        if not self.errors:
            return f"Checked: {holds} to the digits shown"
        return f"Checked: {holds}, worst relative error {error_text(max(self.errors))}"


@dataclass
class Checked:
    """A page whose equations have been checked.

    Attributes:
        file: relative to the repository.
        title: its heading.
        found: its displayed equations, in their order.
        problems: what cannot be read, and what does not hold.
        state: what its mutants know it by.
    """

    file: Path
    title: str
    found: list[Found]
    problems: list[Problem]
    state: str

    @property
    def claims(self) -> int:
        """How many claims were checked."""
        return sum(equation.claims for equation in self.found)

    @property
    def definitions(self) -> int:
        """How many definitions there are."""
        return sum(equation.definitions for equation in self.found)

    @property
    def unchecked(self) -> list[Found]:
        """The equations that are not checked."""
        return [equation for equation in self.found if equation.unchecked is not None]

    @property
    def worst(self) -> float:
        """The largest relative error of the page."""
        return max((error for equation in self.found for error in equation.errors), default=0.0)


class Checking:
    """A check that runs beside the build."""

    def __init__(self, root: Path, pages: Iterable[Path], store: Store, edition: str) -> None:
        """Starts it.

        Args:
            root: the repository.
            pages: Markdown files in it; those without displayed equations are passed over.
            store: keeps what was found in a page in which all holds; of such a page, as long as
                its text is the same, the checker is not asked again.
            edition: of the checker, and of what it works with.
        """
        self._store, self._edition = store, edition
        texts = {page.relative_to(root): page.read_text(encoding="utf-8") for page in pages}
        self._texts = {file: text for file, text in texts.items() if "$$" in text}
        self._asked = [file for file in self._texts if not store.has(*self._known_by(file))]
        command = [
            "check",
            "--json",
            "--rows",
            "--cache",
            str(_CACHE),
            *map(Path.as_posix, self._asked),
        ]
        self._process = Process("mathcheck", command, root) if self._asked else None
        self._checked: list[Checked] | None = None

    def wait(self) -> list[Checked]:
        """Returns what was found, page by page.

        Raises:
            BookError: the checker itself failed.
        """
        if self._checked is None:
            reports = dict(zip(self._asked, self._reports(), strict=True))
            self._checked = [self._taken(file, reports.get(file)) for file in self._texts]
        return self._checked

    def _known_by(self, file: Path) -> tuple[str, tuple[str, str]]:
        """The name under which the store has what was found in a page, and what that hangs on."""
        return f"verdicts of {file}", (self._edition, self._texts[file])

    def _taken(self, file: Path, report: dict[str, Any] | None) -> Checked:
        name, given = self._known_by(file)
        if report is None:
            return _of_data(file, self._store.get(name, given, dict[str, Any]))
        checked = _take(file, self._texts[file], report)
        if not checked.problems:
            self._store.put(name, given, _as_data(checked))
        return checked

    def _reports(self) -> list[dict[str, Any]]:
        if self._process is None:
            return []
        try:
            output = self._process.output(_SECONDS)
            reports: list[dict[str, Any]] = json.loads(output)
        except BookError as error:
            raise BookError(f"mathcheck: {error}") from None
        except ValueError:
            status = self._process.close()
            message = f"mathcheck failed with status {status}; what it said stands above"
            raise BookError(message) from None
        return reports

    def close(self) -> None:
        """Ends the check, if it goes on."""
        if self._process is not None:
            self._process.close()


def _as_data(checked: Checked) -> dict[str, Any]:
    """What the store keeps of a page without problems."""
    found = [vars(equation) for equation in checked.found]
    return {"title": checked.title, "found": found, "state": checked.state}


def _of_data(file: Path, kept: dict[str, Any]) -> Checked:
    found = [Found(**equation) for equation in kept["found"]]
    return Checked(file, kept["title"], found, [], kept["state"])


def _take(file: Path, text: str, report: dict[str, Any]) -> Checked:
    """Gives each claim to the equation that makes it."""
    document = read(file.as_posix(), text)
    title = next((each.title for each in document.sections if each.level == 1), file.stem)
    found = [
        Found(each.line, each.label, each.tex.count("\\coloneqq"), each.unchecked)
        for each in document.equations
    ]
    starts = [equation.line for equation in found]
    problems = [Problem(file, error["line"], error["message"]) for error in report["errors"]]
    told = {problem.message for problem in problems}
    for claim in report["claims"]:
        equation = found[bisect_right(starts, claim["line"]) - 1]
        if claim["ok"] and "\\approx" in claim["latex"]:
            equation.approximations += 1
        elif claim["ok"]:
            equation.errors.append(claim["worst"])
        elif claim["message"] not in told:
            problems.append(Problem(file, claim["line"], f"{claim['id']}: {claim['message']}"))
    return Checked(file, title, found, problems, digest(document))


def error_text(error: float) -> str:
    """A relative error as text.

    >>> error_text(3.14e-16), error_text(0.0)
    ('3 × 10⁻¹⁶', '0')
    """
    return number_text(f"{error:.0e}") if error else "0"
