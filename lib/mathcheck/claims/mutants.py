r"""Checks the mutants of a chapter: a changed equation that still passes shows a weak check.

Each mutant of `mutations` is resolved and checked like what it was made from, under the same
definitions and with the same draws. One that fails is dead; one that has no meaning, because its
indices or shapes do not fit, is stillborn and not counted; one that passes survives. A survivor
that means the same as the original is accepted by an entry in the file `NAME.mutants.toml` beside
the chapter::

    [[equivalent]]
    equation = "eq:gain-dg"  # or the title of the section, where it has no label
    reads = '\sum_{n = 1}^{N} ...'  # the changed side, as the report prints it
    why = "..."

An entry that no survivor needs any more is reported as an error.

A definition is mutated too. It claims nothing by itself, so its mutants are checked against the
claims that depend on it. They are counted apart, and one that survives is no failure: the chapter
claims nothing that it would break, and only a test of the code against the chapter holds it. So is
one that differs at an edge alone, `>` for `\\ge`: what a derivative is at 0 no claim says.

Where a claim has no symbols nothing is drawn: its numbers decide it. A mutant of it that passes is
*true*, as `1 - 0` is changed to `1 + 0`, and tells nothing of the check; it is not counted either.
"""

import os
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.checker import Checker
from mathcheck.claims.equations import Claim, EquationReader
from mathcheck.claims.mutations import Mutant, mutants
from mathcheck.text.document import Equation
from mathcheck.text.errors import MathError, Place, TreeError
from mathcheck.text.parser import parse
from mathcheck.text.printer import latex
from mathcheck.values.definitions import Definition, State

DEAD, ALIVE, STILLBORN, TRUE = "dead", "alive", "stillborn", "true"


@dataclass(frozen=True)
class Outcome:
    r"""What came of one mutant.

    Attributes:
        equation: the label of the equation, or the title of the section where it has none.
        place: where the change is.
        what: the change in words.
        reads: the changed side.
        fate: `dead`, `alive`, `stillborn` or `true`.
        of_definition: whether a definition was changed, not a claim.
        at_edge: whether it says the same but where two sides are equal, `>` for `\ge`.
    """

    equation: str
    place: Place
    what: str
    reads: str
    fate: str
    of_definition: bool
    at_edge: bool = False


@dataclass
class Report:
    """The mutants of a chapter.

    Attributes:
        killed: how many mutants of claims died.
        stillborn: how many had no meaning.
        true: how many were other claims about numbers alone, which hold.
        survivors: those that passed and that nothing accepts.
        accepted: those that passed and are known to be equivalent.
        definitions_killed: how many mutants of definitions died; `definitions_survivors` passed.
        edges_survivors: those that differ at an edge alone, where a derivative claims nothing.
        stale: entries of the record that are not needed, and others that cannot be read.
    """

    path: str
    killed: int = 0
    stillborn: int = 0
    true: int = 0
    survivors: list[Outcome] = field(default_factory=list)
    accepted: list[Outcome] = field(default_factory=list)
    definitions_killed: int = 0
    definitions_survivors: list[Outcome] = field(default_factory=list)
    edges_survivors: list[Outcome] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    errors: list[MathError] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def mutants(self) -> int:
        """How many mutants there were, of whatever and whatever came of them."""
        of_definitions = self.definitions_killed + len(self.definitions_survivors)
        others = len(self.accepted) + self.stillborn + self.true + len(self.edges_survivors)
        return self.total + others + of_definitions

    @property
    def total(self) -> int:
        """How many mutants of claims had a meaning and were not known to be equivalent."""
        return self.killed + len(self.survivors)

    @property
    def ok(self) -> bool:
        """Whether at least 99 in 100 died and the record is as it should be."""
        return not self.errors and not self.stale and 100 * self.killed >= 99 * self.total

    def as_dict(self) -> dict[str, Any]:
        """Returns the report for `--json`."""
        lists = ("survivors", "accepted", "definitions_survivors", "edges_survivors")
        return {
            **asdict(replace(self, errors=[])),
            **{name: [_as_dict(outcome) for outcome in getattr(self, name)] for name in lists},
            "errors": [str(error) for error in self.errors],
            "total": self.total,
            "ok": self.ok,
        }

    def __str__(self) -> str:
        lines = [str(error) for error in self.errors]
        lines += [_line(outcome) for outcome in self.survivors]
        loose = Counter((o.equation, o.place.line) for o in self.definitions_survivors)
        for (equation, line), count in loose.items():
            lines.append(
                f"{self.path}:{line}: {equation}: no claim kills {count} mutants of this definition"
            )
        for edge in self.edges_survivors:
            lines.append(
                f"{edge.place}: {edge.equation}: {edge.what}: a test of the code must tell"
            )
        lines += self.stale
        if not self.mutants and not self.errors:
            lines.append(f"{self.path}: nothing to mutate: no equation claims or defines anything")
        definitions = self.definitions_killed + len(self.definitions_survivors)
        lines.append(
            f"{self.path}: {self.killed} of {self.total} mutants of claims killed, "
            f"{self.definitions_killed} of {definitions} of definitions; {len(self.accepted)} "
            f"equivalent, {self.true} true, {self.stillborn} without a meaning; "
            f"{self.seconds:.1f} s"
        )
        return "\n".join(lines)


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "place": str(outcome.place)}


def _line(outcome: Outcome) -> str:
    return f"{outcome.place}: {outcome.equation}: {outcome.what}\n    reads = '{outcome.reads}'"


def mutate_file(
    path: str | Path,
    *,
    draws: int = 3,
    seed: int = 0,
    symbols: str | Path | None = None,
    processes: int | None = None,
) -> Report:
    """Checks every mutant of a chapter.

    Args:
        path: the file. Its record of equivalents stands beside it.
        draws: how many draws a survivor has to pass.
        seed: of the draws.
        symbols: a file with symbols tables that hold in all of the text.
        processes: how many to use; as many as there are cores if it is not given.

    Returns:
        The report. Where the chapter has errors there are no mutants, and the errors stand in it.
    """
    started = time.perf_counter()
    chapter = load(path, symbols=symbols)
    report = Report(str(path), errors=list(chapter.errors))
    if not report.errors:
        workers = processes or os.cpu_count() or 1
        mutate = partial(_mutants_of_equation, path, draws, seed, symbols)
        with ProcessPoolExecutor(workers) as pool:
            for found in pool.map(mutate, range(len(chapter.document.equations))):
                for outcome in found:
                    _count(report, outcome)
        _accept(report, Path(path).with_suffix(".mutants.toml"))
    report.seconds = time.perf_counter() - started
    return report


def _count(report: Report, outcome: Outcome) -> None:
    if outcome.fate == STILLBORN:
        report.stillborn += 1
    elif outcome.fate == TRUE:
        report.true += 1
    elif outcome.fate == ALIVE:
        if outcome.at_edge:
            report.edges_survivors.append(outcome)
        elif outcome.of_definition:
            report.definitions_survivors.append(outcome)
        else:
            report.survivors.append(outcome)
    elif outcome.of_definition:
        report.definitions_killed += 1
    else:
        report.killed += 1


def _accept(report: Report, record: Path) -> None:
    """Takes the known equivalents from the survivors, and finds entries that nothing needs."""
    if not record.exists():
        return
    entries = tomllib.loads(record.read_text(encoding="utf-8")).get("equivalent", [])
    wanted = Counter((entry.get("equation"), entry.get("reads")) for entry in entries)
    for entry in entries:
        if not str(entry.get("why", "")).strip():
            report.stale.append(f"{record}: {entry.get('equation')}: an entry without its why")
    for survivors in (report.survivors, report.definitions_survivors):
        for outcome in list(survivors):
            if (outcome.equation, outcome.reads) in wanted:
                wanted[outcome.equation, outcome.reads] = 0
                survivors.remove(outcome)
                report.accepted.append(outcome)
    for (equation, reads), count in wanted.items():
        if count:
            report.stale.append(
                f"{record}: {equation}: no survivor needs this entry any more: {reads}"
            )


# --- in each process ------------------------------------------------------------------------------


@cache
def _checker(path: str | Path, draws: int, seed: int, symbols: str | Path | None) -> Checker:
    """Reads the chapter once for each process."""
    return Checker(load(path, symbols=symbols), draws=draws, seed=seed)


def _mutants_of_equation(
    path: str | Path, draws: int, seed: int, symbols: str | Path | None, number: int
) -> list[Outcome]:
    return list(outcomes(_checker(path, draws, seed, symbols), number))


def outcomes(checker: Checker, number: int) -> Iterator[Outcome]:
    """Checks the mutants of one equation of a chapter.

    Args:
        checker: the chapter's.
        number: which equation of the document.
    """
    chapter = checker.chapter
    equation = chapter.document.equations[number]
    if equation.unchecked is not None:
        return
    state = chapter.states[number - 1] if number else State(chapter.facts)
    reader = _reader(chapter, equation, state)
    for statement in parse(equation.tex):
        before = reader.state
        reader.read(statement)
        for mutant in mutants(statement):
            defines = statement.ops[0] == "\\coloneqq" and mutant.side == 1
            if defines:
                fate = _fate_of_definition(checker, number, mutant, before)
            else:
                fate = _fate_of_claim(checker, equation, mutant, before)
            yield Outcome(
                equation.label or equation.section.title,
                equation.place(mutant.start),
                mutant.what,
                latex(mutant.statement.sides[mutant.side]),
                fate,
                defines,
                mutant.at_edge,
            )


def _reader(chapter: Chapter, equation: Equation, state: State) -> EquationReader:
    return EquationReader(equation, chapter.scope(equation.section), state, chapter.facts)


def _fate_of_claim(checker: Checker, equation: Equation, mutant: Mutant, state: State) -> str:
    """Checks the links on both sides of what was changed."""
    reader = _reader(checker.chapter, equation, state)
    try:
        claims = reader.read(mutant.statement)
    except TreeError:
        return STILLBORN
    changed = [claim for claim in claims if mutant.side - 1 <= claim.link <= mutant.side]
    fate = _fate(checker, changed)
    return TRUE if fate == ALIVE and not any(map(_draws, changed)) else fate


def _draws(claim: Claim) -> bool:
    """Whether the claim is about more than numbers that stand in it."""
    return any(claim.state.reach_of(side) for side in (claim.left, claim.right))


def _fate(checker: Checker, claims: list[Claim]) -> str:
    results = [checker.check(claim) for claim in claims]
    if any(not result.ok and result.error is None for result in results):
        return DEAD
    return STILLBORN if any(result.error is not None for result in results) else ALIVE


def _fate_of_definition(checker: Checker, number: int, mutant: Mutant, before: State) -> str:
    """Checks the claims that depend on a changed definition, until one fails."""
    chapter = checker.chapter
    equation = chapter.document.equations[number]
    reader = _reader(chapter, equation, before)
    try:
        reader.read(mutant.statement)
    except TreeError:
        return STILLBORN
    offset = mutant.statement.sides[0].start
    old = _defined(chapter.states[number], equation, offset)
    new = _defined(reader.state, equation, offset)
    if old is None or new is None:  # it defines a function
        return STILLBORN
    fates = []
    for claim in chapter.claims:
        if old in claim.state.definitions.get(old.symbol, ()) and _depends(claim, old):
            changed = replace(claim, state=_exchanged(claim.state, old, new))
            fates.append(_fate(checker, [changed]))
            if fates[-1] == DEAD:
                return DEAD
    return STILLBORN if STILLBORN in fates else ALIVE


def _defined(state: State, equation: Equation, offset: int) -> Definition | None:
    """Returns the definition that stands at a place of an equation."""
    for definitions in state.definitions.values():
        for definition in definitions:
            if definition.equation is equation and definition.offset == offset:
                return definition
    return None


def _depends(claim: Claim, definition: Definition) -> bool:
    sides = (claim.left, claim.right)
    return any(definition.symbol in claim.state.reach_of(side) for side in sides)


def _exchanged(state: State, old: Definition, new: Definition) -> State:
    others = state.definitions[old.symbol]
    changed = tuple(new if definition is old else definition for definition in others)
    return State(state.facts, {**state.definitions, old.symbol: changed}, state.functions)
