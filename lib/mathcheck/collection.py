"""What the pytest plugin collects: each claim is a test, `mathcheck_values` hands out values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path

import pytest
from _pytest._code.code import TerminalRepr

from mathcheck.claims.chapter import Chapter
from mathcheck.claims.chapter_values import Values
from mathcheck.claims.checker import Checker, Result
from mathcheck.claims.definition_errors import definition_errors
from mathcheck.claims.equations import Claim
from mathcheck.text.errors import MathError
from mathcheck.text.sources import SUFFIXES, read_file


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> TextFile | None:
    """Collects the files that the configuration names."""
    if file_path.suffix.lower() not in SUFFIXES or file_path not in _files(parent.config):
        return None
    file: TextFile = TextFile.from_parent(parent, path=file_path)
    return file


def _files(config: pytest.Config) -> frozenset[Path]:
    return _found(config.rootpath, *config.getini("mathcheck_files"))


@cache
def _found(root: Path, *patterns: str) -> frozenset[Path]:
    return frozenset(file for pattern in patterns for file in root.glob(pattern))


@cache
def _loaded(root: Path, file: Path, symbols: str, rows: bool) -> Chapter:
    name = file.relative_to(root).as_posix()
    tables = read_file(root / symbols, symbols) if symbols else None
    return Chapter(read_file(file, name), tables, rows=rows)


def _chapter(config: pytest.Config, file: Path) -> Chapter:
    symbols, rows = config.getini("mathcheck_symbols"), config.getini("mathcheck_rows")
    return _loaded(config.rootpath, file, symbols, rows)


class TextFile(pytest.File):
    """A text with equations."""

    def collect(self) -> Iterator[pytest.Item]:
        """What cannot be read in the text, and its claims."""
        chapter = _chapter(self.config, self.path)
        text = _Text(chapter)
        for error in chapter.errors:
            name = f"line {error.place.line}"
            yield ErrorItem.from_parent(self, name=name, error=error, chapter=chapter)
        if chapter.definitions:
            yield DefinitionsItem.from_parent(self, name="definitions", text=text)
        for claim in chapter.claims:
            name = claim.id.removeprefix(f"{chapter.document.path}:")
            name = name if claim.label else f"line {name}"
            yield ClaimItem.from_parent(self, name=name, claim=claim, text=text)


class _Text:
    """A text under check: its definitions are looked at once, before any of its claims."""

    def __init__(self, chapter: Chapter) -> None:
        self.chapter = chapter
        self.checker = Checker(chapter)

    @cached_property
    def problems(self) -> list[MathError]:
        """What keeps definitions from having values."""
        return definition_errors(self.checker)

    def checked(self, claim: Claim) -> Result:
        """Checks a claim; what branches its definitions take is known from them by then."""
        _ = self.problems
        return self.checker.check(claim)


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
    """Something in a text that cannot be read."""

    def __init__(self, *, error: MathError, chapter: Chapter, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.line = error.place.line
        self.message = chapter.rendered(error)

    def runtest(self) -> None:
        """Fails."""
        raise _Wrong(self.message)


class DefinitionsItem(_Item):
    """What a text defines."""

    def __init__(self, *, text: _Text, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.text = text

    def runtest(self) -> None:
        """Fails if something that is defined has no value."""
        if self.text.problems:
            raise _Wrong("\n".join(map(self.text.chapter.rendered, self.text.problems)))


class ClaimItem(_Item):
    """A claim of a text."""

    def __init__(self, *, claim: Claim, text: _Text, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.claim = claim
        self.line = claim.place.line
        self.text = text

    def runtest(self) -> None:
        """Checks the claim, as the command does: when the definitions have been gone through."""
        result = self.text.checked(self.claim)
        if result.error is not None:
            raise _Wrong(self.text.chapter.rendered(result.error))
        if not result.ok:
            raise _Wrong(f"{self.claim.place}: {result.message}\n    {self.claim.latex}")


@pytest.fixture
def mathcheck_values(pytestconfig: pytest.Config) -> Callable[..., Values]:
    """Returns a function: `mathcheck_values("name", at="eq:label", draw=0)` gives the values.

    They are those of the text `name.md`, or another of the files that are checked, in one draw, as
    `mathcheck.Values` has them.
    """

    def values(
        name: str, at: str | None = None, *, draw: int = 0, seed: int = 0, edge: bool = False
    ) -> Values:
        found = sorted(file for file in _files(pytestconfig) if file.stem == name)
        if not found:
            raise LookupError(f"there is no text called {name} among the files that are checked")
        return Values(_chapter(pytestconfig, found[0]), at, draw=draw, seed=seed, edge=edge)

    return values
