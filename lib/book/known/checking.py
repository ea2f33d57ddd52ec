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
            store: keeps which equation makes which claims.
            edition: of the checker, which reads them.
        """
        self._root, self._store, self._edition = root, store, edition
        self._texts = {page: page.read_text(encoding="utf-8") for page in pages}
        self._texts = {page: text for page, text in self._texts.items() if "$$" in text}
        names = [page.relative_to(root).as_posix() for page in self._texts]
        command = ["check", "--json", "--rows", "--cache", str(_CACHE), *names]
        self._process = Process("mathcheck", command, root) if names else None
        self._checked: list[Checked] | None = None

    def wait(self) -> list[Checked]:
        """Returns what was found, page by page.

        Raises:
            BookError: the checker itself failed.
        """
        if self._checked is None:
            reports = self._reports()
            self._checked = [
                self._taken(page.relative_to(self._root), text, report)
                for (page, text), report in zip(self._texts.items(), reports, strict=True)
            ]
        return self._checked

    def _taken(self, file: Path, text: str, report: dict[str, Any]) -> Checked:
        def make() -> dict[str, Any]:
            made = _take(file, text, report)
            found = list(map(vars, made.found))
            problems = [(each.line, each.message) for each in made.problems]
            return {"title": made.title, "found": found, "problems": problems, "state": made.state}

        kept = self._store.get(f"verdicts of {file}", (self._edition, text, report), make)
        found = [Found(**each) for each in kept["found"]]
        problems = [Problem(file, line, message) for line, message in kept["problems"]]
        return Checked(file, kept["title"], found, problems, kept["state"])

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
