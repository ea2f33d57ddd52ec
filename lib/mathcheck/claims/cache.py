"""Remembers what came of a claim, under a key of all that it depends on.

A claim's key is made of its equation, of the definitions that it reaches, of the symbols tables and
the sections that they govern, of the options and of the source of the checker itself. A changed
equation is so checked again, and so is what depends on it; the rest is not. Where an equation
stands is no part of the key: no value is drawn by it.

The file holds data alone, and every entry its own digest: what was typed in is not believed.
"""

import json
import math
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import lark
import numpy as np

from mathcheck.claims.chapter import Chapter
from mathcheck.claims.checker import Checker
from mathcheck.claims.definition_errors import definition_errors
from mathcheck.claims.equations import Claim
from mathcheck.claims.report import ChapterReport, ClaimReport, claim_report, summarise
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.document import Section
from mathcheck.text.errors import MathError
from mathcheck.text.printer import latex
from mathcheck.values.definitions import Definition, Function


@dataclass(frozen=True)
class Kept:
    """What is kept of a claim. It holds if there is no message."""

    worst: float
    points: int
    seconds: float
    message: str


_SOUND = Kept(0.0, 0, 0.0, "")


class Keys:
    """Gives the claims and the definitions of one chapter their keys."""

    def __init__(self, checker: Checker) -> None:
        """Takes what is the same for all of them: options, tables, which table holds where.

        Args:
            checker: knows the chapter and the options.
        """
        self._chapter = checker.chapter
        self._distinguished = checker.distinguished
        document = self._chapter.document
        homes = list(dict.fromkeys(table.section for table in document.tables))
        tables = [
            (
                homes.index(table.section),
                table.section.level,
                [
                    (row.symbol.text, row.code.text, row.shape.text, row.meaning.text)
                    for row in table.rows
                ],
            )
            for table in document.tables
        ]
        self._governing = {
            section: [t.number for t in document.tables if section.within(t.section)]
            for section in document.sections
        }
        self._common = _digest(
            source_digest(),
            checker.draws,
            checker.seed,
            tables,
            list(dict.fromkeys(map(tuple, self._governing.values()))),
        )

    def of_claim(self, claim: Claim) -> str:
        """Returns the key of a claim."""
        state, facts = claim.state, self._chapter.facts
        parts = [claim.left, claim.right, *(() if claim.condition is None else (claim.condition,))]
        symbols = {symbol for part in parts for symbol in state.reach_of(part)}
        used = {definition for part in parts for definition in state.definitions_of(part)}
        return _digest(
            self._common,
            self._text(claim.equation.tex, claim.equation.section),
            [latex(part.node) for part in parts],  # with the sets of the text written out
            (claim.statement.start, claim.statement.end, claim.link, claim.op),
            self._definitions(used),
            sorted(
                (
                    *(symbol.name, symbol.table.number),
                    *(symbol in facts.defined, symbol in facts.broken),
                    symbol.name in self._distinguished,
                    *_own_shape(symbol),
                )
                for symbol in symbols
            ),
        )

    def of_definitions(self) -> str:
        """Returns the key of all that the chapter defines."""
        found = {
            d for state in self._chapter.states for ds in state.definitions.values() for d in ds
        }
        functions = {f for state in self._chapter.states for f in state.functions.values()}
        return _digest(self._common, self._definitions(found | functions))

    def _definitions(self, used: set[Definition | Function]) -> list[object]:
        ordered = sorted(used, key=lambda each: (each.equation.line, each.offset))
        return [
            (
                self._text(each.equation.tex, each.equation.section),
                latex(each.body.node),
                each.offset,
            )
            for each in ordered
        ]

    def _text(self, tex: str, section: Section) -> tuple[str, list[int]]:
        return tex, self._governing[section]


def _own_shape(symbol: Symbol) -> list[str]:
    """Returns the shape of a symbol that no table has, but the text states."""
    if symbol.table.rows:
        return []
    return [latex(bound) for axis in symbol.axes for bound in (axis.first, axis.last)]


@cache
def source_digest() -> str:
    """Returns a digest of the checker's source and of the versions of what it works with."""
    versions = (np.__version__, lark.__version__, platform.python_version())
    digest = sha256(repr(versions).encode())
    for name, content in _sources(files("mathcheck"), ""):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources(folder: Traversable, at: str) -> Iterator[tuple[str, bytes]]:
    """Yields each file of the source below a folder, with its path."""
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.is_dir():
            yield from _sources(file, f"{at}{file.name}/")
        elif file.name.endswith((".py", ".lark")):
            yield at + file.name, file.read_bytes()


def check_cached(
    chapter: Chapter, directory: Path, *, draws: int = 3, seed: int = 0
) -> ChapterReport:
    """Checks a chapter; what is known of its claims is taken from a cache.

    Args:
        chapter: the chapter, read.
        directory: where the cache is, one file for each chapter.
        draws: how often random values are drawn.
        seed: which random values.
    """
    name = sha256(chapter.document.path.encode()).hexdigest()[:16]
    file = directory / f"{name}.json"
    known = _load(file)
    checker = Checker(chapter, draws=draws, seed=seed)
    keys = Keys(checker)
    fresh: dict[str, Kept] = {}
    reports: list[ClaimReport] = []
    problems: list[MathError | None] = []
    definitions = keys.of_definitions()
    if definitions in known or not (wrong := definition_errors(checker)):
        fresh[definitions] = _SOUND
    else:
        problems.extend(wrong)
    for claim in chapter.claims:
        key = keys.of_claim(claim)
        if key in known:
            reports.append(_report(claim, known[key]))
            fresh[key] = known[key]
            continue
        result = checker.check(claim)
        report = claim_report(result)
        reports.append(report)
        problems.append(result.error)
        if result.error is None and not result.skipped:
            fresh[key] = Kept(report.worst, report.points, report.seconds, report.message)
    if fresh != known:
        _save(file, fresh)
    return summarise(chapter, reports, problems)


def _report(claim: Claim, kept: Kept) -> ClaimReport:
    place = claim.place
    return ClaimReport(
        id=claim.id,
        label=claim.label,
        line=place.line,
        column=place.column,
        latex=claim.latex,
        ok=not kept.message,
        **vars(kept),
    )


def _digest(*parts: object) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()


def _seal(key: str, kept: Kept) -> str:
    """Returns what tells an entry that this checker wrote from one that was typed in."""
    return _digest(key, [repr(value) for value in vars(kept).values()])


def _save(file: Path, entries: dict[str, Kept]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    data = {key: {**vars(kept), "seal": _seal(key, kept)} for key, kept in entries.items()}
    written = file.with_suffix(f".{os.getpid()}")  # another run may read meanwhile
    written.write_text(json.dumps(data, indent=0), encoding="utf-8")
    written.replace(file)


def _load(file: Path) -> dict[str, Kept]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    found = {key: _kept(key, entry) for key, entry in data.items()}
    return {key: kept for key, kept in found.items() if kept is not None}


def _kept(key: str, entry: Any) -> Kept | None:
    """Returns an entry, None if it is not as this checker writes it."""
    match entry:
        case {
            "worst": int() | float() as worst,
            "points": int() as points,
            "seconds": int() | float() as seconds,
            "message": str() as message,
            "seal": str() as seal,
        }:
            kept = Kept(float(worst), points, float(seconds), message)
            if seal == _seal(key, kept) and not math.isnan(kept.worst):
                return kept
    return None
