"""What a reader of the symbols tables should be told: hidden sizes, letters of two ranges."""

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
