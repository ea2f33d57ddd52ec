"""Checks whole files and says what came of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.checker import Checker, Result
from mathcheck.claims.definition_errors import definition_errors
from mathcheck.text.errors import MathError


@dataclass
class ClaimReport:
    """What came of one claim.

    Attributes:
        id: the equation's label or place, with a number if it makes several claims.
        label: the equation's label, if it has one.
        line: where its right side begins; `column` likewise.
        latex: the claim.
        worst: the largest relative error that was seen, in units of the tolerance for `≈`.
        skipped: whether it was not looked at, since it depends on what cannot be read.
        points: at how many indices and draws both sides were compared.
    """

    id: str
    label: str | None
    line: int
    column: int
    latex: str
    ok: bool
    worst: float
    points: int
    seconds: float
    message: str
    skipped: bool = False


@dataclass
class ChapterReport:
    """What came of a file.

    Attributes:
        chapter: the file as it was read.
        claims: one entry for each claim.
        errors: what could not be read or computed.
        warnings: what is allowed and may surprise.
        unchecked: the equations that are not to be checked, by line, with the reasons.
        equations: how many displayed equations there are; `definitions` likewise.
    """

    path: str
    chapter: Chapter = field(repr=False)
    claims: list[ClaimReport]
    errors: list[MathError]
    warnings: list[MathError]
    unchecked: dict[int, str]
    equations: int
    definitions: int
    seconds: float

    @property
    def failed(self) -> list[ClaimReport]:
        """The claims that do not hold."""
        return [claim for claim in self.claims if not claim.ok and not claim.skipped]

    @property
    def ok(self) -> bool:
        """Whether all was read, something is claimed, and all of it holds."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 if all is right, 1 if a claim fails, 2 if it cannot be read or claims nothing."""
        return 2 if self.errors else 1 if self.failed else 0 if self.claims else 2

    @property
    def verdict(self) -> str:
        """What came of it, in one sentence."""
        if not self.claims and not self.errors:
            return f"{self.path}: nothing was checked: {self._nothing()}"
        holding = sum(claim.ok for claim in self.claims)
        return (
            f"{self.path}: {holding} of {len(self.claims)} claims hold, "
            f"{self.definitions} definitions, {len(self.unchecked)} unchecked, "
            f"{len(self.errors)} errors, {self.seconds:.1f} s"
        )

    def _nothing(self) -> str:
        if not self.equations:
            return "the file has no displayed equation"
        if len(self.unchecked) == self.equations:
            return "each equation is marked 'unchecked'"
        return "its equations only define; a claim is written with ="

    def rendered(self, error: MathError) -> str:
        """An error as a compiler prints it."""
        return self.chapter.rendered(error)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "path": self.path,
            "ok": self.ok,
            "equations": self.equations,
            "definitions": self.definitions,
            "claims": [vars(claim) for claim in self.claims],
            "errors": [_as_dict(error) for error in self.errors],
            "warnings": [_as_dict(warning) for warning in self.warnings],
            "unchecked": [{"line": n, "reason": why} for n, why in self.unchecked.items()],
            "seconds": self.seconds,
        }


def _as_dict(error: MathError) -> dict[str, Any]:
    return {"line": error.place.line, "column": error.place.column, "message": error.message}


def claim_report(result: Result) -> ClaimReport:
    """Returns the plain data of a result."""
    claim = result.claim
    return ClaimReport(
        id=claim.id,
        label=claim.label,
        line=claim.place.line,
        column=claim.place.column,
        latex=claim.latex,
        ok=result.ok,
        worst=result.worst,
        points=result.points,
        seconds=result.seconds,
        message=result.message,
        skipped=result.skipped,
    )


def check_chapter(chapter: Chapter, *, draws: int = 3, seed: int = 0) -> ChapterReport:
    """Checks all claims of a chapter that has been read."""
    checker = Checker(chapter, draws=draws, seed=seed)
    wrong = definition_errors(checker)
    results = [checker.check(claim) for claim in chapter.claims]
    problems = [*wrong, *(result.error for result in results)]
    return summarise(chapter, [claim_report(result) for result in results], problems)


def summarise(
    chapter: Chapter, claims: list[ClaimReport], problems: list[MathError | None]
) -> ChapterReport:
    """Puts a report together; one and the same problem is told once."""
    document = chapter.document
    errors = {str(e): e for e in [*chapter.errors, *(p for p in problems if p is not None)]}
    return ChapterReport(
        path=document.path,
        chapter=chapter,
        claims=claims,
        errors=sorted(errors.values(), key=lambda error: error.place),
        warnings=chapter.warnings,
        unchecked={e.line: e.unchecked for e in document.equations if e.unchecked is not None},
        equations=len(document.equations),
        definitions=chapter.definitions,
        seconds=sum(claim.seconds for claim in claims),
    )


def check_file(
    path: str | Path, *, draws: int = 3, seed: int = 0, symbols: str | Path | None = None
) -> ChapterReport:
    """Checks all claims of a file: Markdown, a notebook, LaTeX, or the docstrings of Python.

    Args:
        path: the file.
        draws: how often random values are drawn.
        seed: which random values.
        symbols: a file with symbols tables that hold in all of the text.

    Returns:
        The report.

    Raises:
        OSError: if there is no such file.
        ValueError: if there are fewer draws than one.
    """
    return check_chapter(load(path, symbols=symbols), draws=draws, seed=seed)
