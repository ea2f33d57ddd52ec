"""What a reader of the tables should be told: hidden sizes, rows at odds, letters of two ranges."""

from collections.abc import Callable

from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.document import Section
from mathcheck.text.errors import MathError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Name


def shadowed_sizes(scope: Scope) -> list[MathError]:
    """Finds rows such as `$N$ | scalar` where N is the size of something else."""
    errors: dict[str, MathError] = {}
    rows = {
        symbol.name: symbol
        for symbol in scope.symbols
        if not symbol.axes and symbol.domain not in ("constant", "integer")
    }
    for symbol in scope.symbols:
        for axis in symbol.axes:
            for part in (part for bound in scope.bounds(axis) for part in bound.walk()):
                row = rows.get(part.text) if isinstance(part, Name) else None
                if row is not None and row is not symbol:
                    message = (
                        f"{row.name} is a size of {symbol.name}, and this row makes it a number of "
                        f"its own: take the row out, or give its value, '= 4'"
                    )
                    errors.setdefault(row.name, MathError(message, row.place))
    return list(errors.values())


def rows_at_odds(symbols: list[Symbol]) -> list[MathError]:
    """Finds a symbol that two tables of one section give different values: which of them holds?"""
    errors = []
    rows: dict[tuple[Section, str, str], Symbol] = {}
    for symbol in symbols:
        if not symbol.table.rows:
            continue
        first = rows.setdefault((symbol.table.section, symbol.place.path, symbol.name), symbol)
        if first.table is not symbol.table and _says(first) != _says(symbol):
            message = (
                f"{symbol.name} stands in two tables of this section, first in line "
                f"{first.place.line}, with other values: a section of its own holds the second"
            )
            errors.append(MathError(message, symbol.place))
    return errors


def _says(symbol: Symbol) -> tuple[object, ...]:
    """Returns what a row says of its symbol's values."""
    ends = [(axis.first, axis.last) for axis in symbol.axes]
    kept = (symbol.domain, symbol.details, symbol.outside, symbol.point, symbol.over)
    return *ends, *kept, symbol.symmetric


def letters_of_two_ranges(
    symbols: list[Symbol], scope_of: Callable[[Section], Scope]
) -> list[MathError]:
    """Finds letters that run over one range here and over another there.

    A symbol that an inner table gives another shape takes its letters along.
    """
    ranges: dict[str, dict[tuple[str, str], Symbol]] = {}
    letters: set[tuple[str, str]] = set()  # those of a symbol that had them before
    warnings = []
    for symbol in symbols:
        scope = scope_of(symbol.table.section)
        for at, axis in enumerate(symbol.axes):
            if axis.letter is None or symbol.leads(at):
                continue
            low, high = map(latex, scope.bounds(axis))
            known = ranges.setdefault(axis.letter, {})
            own = (symbol.name, axis.letter) in letters
            letters.add((symbol.name, axis.letter))
            if known and not own and (low, high) not in known:
                (first, last), before = next(iter(known.items()))
                message = (
                    f"{axis.letter} runs over {low}..{high} in {symbol.name}, but over "
                    f"{first}..{last} in {before.name}, line {before.place.line}: "
                    f"use two letters, or a reader takes one for the other"
                )
                warnings.append(MathError(message, symbol.place))
            known.setdefault((low, high), symbol)
    return warnings
