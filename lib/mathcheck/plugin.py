"""The pytest plugin: each claim is a test, and `chapter` hands out the values of a chapter.

The Markdown files below `docs` are collected; the configuration may name others, by patterns from
the root directory::

    [tool.pytest.ini_options]
    mathcheck_files = ["chapters/*.md"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from _pytest._code.code import TerminalRepr

from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.chapter_values import Values
from mathcheck.claims.checker import Checker
from mathcheck.claims.equations import Claim
from mathcheck.text.errors import MathError, render


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares the configuration."""
    parser.addini(
        "mathcheck_files", "the files whose equations are checked", "args", default=["docs/**/*.md"]
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ChapterFile | None:
    """Collects the files that the configuration names."""
    if file_path.suffix != ".md":
        return None
    if file_path not in _files(parent.config.rootpath, *parent.config.getini("mathcheck_files")):
        return None
    file: ChapterFile = ChapterFile.from_parent(parent, path=file_path)
    return file


@cache
def _files(root: Path, *patterns: str) -> frozenset[Path]:
    return frozenset(file for pattern in patterns for file in root.glob(pattern))


class ChapterFile(pytest.File):
    """A chapter."""

    def collect(self) -> Iterator[pytest.Item]:
        """The errors of the chapter and its claims."""
        name = self.path.relative_to(self.config.rootpath).as_posix()
        chapter = load(name, self.path.read_text(encoding="utf-8"))
        checker = Checker(chapter)
        for error in chapter.errors:
            name = f"line {error.place.line}"
            yield ErrorItem.from_parent(self, name=name, error=error, chapter=chapter)
        for claim in chapter.claims:
            name = claim.id.removeprefix(f"{chapter.document.path}:")
            name = name if claim.label else f"line {name}"
            yield ClaimItem.from_parent(self, name=name, claim=claim, checker=checker)


class _Wrong(Exception):
    """What is wrong, as the author is told."""


class _Item(pytest.Item):
    line = 0

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str | TerminalRepr:
        """Shows the message without a traceback."""
        if isinstance(excinfo.value, _Wrong):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Says where the equation stands."""
        return self.path, self.line - 1, self.name


class ErrorItem(_Item):
    """Something in a chapter that cannot be read."""

    def __init__(self, *, error: MathError, chapter: Chapter, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.error = error
        self.line = error.place.line
        self.text = chapter.document.text

    def runtest(self) -> None:
        """Fails."""
        raise _Wrong(render(self.error, self.text))


class ClaimItem(_Item):
    """A claim of a chapter."""

    def __init__(self, *, claim: Claim, checker: Checker, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.claim = claim
        self.line = claim.place.line
        self.checker = checker

    def runtest(self) -> None:
        """Checks the claim."""
        result = self.checker.check(self.claim)
        if result.error is not None:
            raise _Wrong(render(result.error, self.checker.chapter.document.text))
        if not result.ok:
            raise _Wrong(f"{self.claim.place}: {result.message}\n    {self.claim.latex}")


@cache
def _loaded(path: Path) -> Chapter:
    return load(path)


@pytest.fixture
def chapter(pytestconfig: pytest.Config) -> Callable[..., Values]:
    """Returns a function: `chapter("name", at="eq:label", draw=0)` gives a chapter's values."""
    files = _files(pytestconfig.rootpath, *pytestconfig.getini("mathcheck_files"))

    def values(name: str, at: str | None = None, *, draw: int = 0, seed: int = 0) -> Values:
        found = sorted(file for file in files if file.stem == name)
        if not found:
            raise LookupError(f"there is no chapter {name}.md among the files that are checked")
        return Values(_loaded(found[0]), at, draw=draw, seed=seed)

    return values
