"""Remembers what came of a claim, under a key of all that it depends on.

A claim's key is made of its text, the texts of the definitions that it reaches, the symbols tables
of the chapter, the draws, and the source of the checker itself. So a changed equation is checked
again, and so is what depends on it; the rest is not.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.checker import Checker
from mathcheck.claims.definition_errors import definition_errors
from mathcheck.claims.equations import Claim
from mathcheck.claims.report import ChapterReport, ClaimReport, claim_report, summarise
from mathcheck.text.errors import MathError
from mathcheck.text.memory import kept_in, source_digest

_KEPT = ("ok", "worst", "points", "seconds", "message")


def key(claim: Claim, tables: str, draws: int, seed: int) -> str:
    """Returns the key of a claim.

    Args:
        claim: the claim.
        tables: the text of the chapter's tables.
        draws: how often random values are drawn.
        seed: which random values.
    """
    parts: list[object] = [source_digest(), tables, draws, seed, claim.equation.section.title]
    parts += [claim.equation.tex[claim.statement.start : claim.statement.end], claim.link]
    parts += [claim.equation.tex]
    used = {
        definition
        for term in (claim.left, claim.right, *filter(None, [claim.condition]))
        for definition in claim.state.definitions_of(term)
    }
    parts += sorted((d.equation.tex, d.offset, d.equation.section.title) for d in used)
    return sha256(repr(parts).encode()).hexdigest()


def _tables(chapter: Chapter) -> str:
    return repr(
        [
            (
                table.section.title,
                table.section.level,
                [(r.symbol.text, r.shape.text) for r in table.rows],
            )
            for table in chapter.document.tables
        ]
    )


def check_cached(
    path: str | Path, directory: Path, *, draws: int = 3, seed: int = 0
) -> ChapterReport:
    """Checks a chapter; what is known of its equations and claims is taken from a cache.

    Args:
        path: the Markdown file.
        directory: where the cache is, one file for each chapter.
        draws: how often random values are drawn.
        seed: which random values.
    """
    with kept_in(directory):
        chapter = load(path)
    file = directory / f"{sha256(chapter.document.path.encode()).hexdigest()[:16]}.json"
    known = _load(file)
    checker = Checker(chapter, draws=draws, seed=seed)
    tables = _tables(chapter)
    fresh: dict[str, dict[str, Any]] = {}
    reports: list[ClaimReport] = []
    problems: list[MathError | None] = []
    defining = [
        (equation.section.title, equation.tex)
        for equation in chapter.document.equations
        if "\\coloneqq" in equation.tex
    ]
    definitions = sha256(repr([source_digest(), tables, seed, defining]).encode()).hexdigest()
    if definitions in known or not (wrong := definition_errors(checker)):
        fresh[definitions] = {}
    else:
        problems.extend(wrong)
    for claim in chapter.claims:
        name = key(claim, tables, draws, seed)
        if name in known:
            reports.append(_report(claim, known[name]))
            fresh[name] = known[name]
            continue
        result = checker.check(claim)
        report = claim_report(result)
        reports.append(report)
        problems.append(result.error)
        if result.error is None and not result.skipped:
            fresh[name] = {kept: getattr(report, kept) for kept in _KEPT}
    if fresh != known:
        file.write_text(json.dumps(fresh), encoding="utf-8")
    return summarise(chapter, reports, problems)


def _report(claim: Claim, kept: dict[str, Any]) -> ClaimReport:
    place = claim.place
    return ClaimReport(
        id=claim.id,
        label=claim.equation.label,
        line=place.line,
        column=place.column,
        latex=claim.latex,
        **kept,
    )


def _load(file: Path) -> dict[str, dict[str, Any]]:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
