r"""Makes the symbols that need no row of their own, since the text says what they are.

A definition says how large its left side is, `x \in \mathbb R^{n \times d}` says it of x, and
`f(x) \coloneqq …` makes a function of f.
"""

from collections.abc import Sequence

from mathcheck.meaning.builtins import CONSTANTS
from mathcheck.meaning.inference import Size, sizes_of
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import ONE, Axis, Symbol, letter_of, name_parts
from mathcheck.meaning.terms import Range, Term
from mathcheck.text import tree
from mathcheck.text.document import Table
from mathcheck.text.errors import TreeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node


def defined_symbol(
    left: Node, body: Term, free: dict[str, Range], scope: Scope, table: Table
) -> Symbol:
    """Returns the symbol on the left of a definition.

    Args:
        left: the left side.
        body: the right side.
        free: what the indices of the right side run over that nothing binds.
        scope: what is known there.
        table: where the symbol is to hold.

    Raises:
        TreeError: where nothing says how large it is.
    """
    parts = name_parts(left)
    if parts is None:
        raise TreeError("a definition has a symbol on its left", left.start)
    base, sub, above, sup, primes = parts
    if base.text in CONSTANTS:
        raise TreeError(f"{base.text} is a number: to use it otherwise give it a row", left.start)
    if above and all(isinstance(item, tree.Number) for item in above):
        sup, above = f"({', '.join(map(latex, above))})", []
    indices = [item for item in [*above, *sub] if _is_index(item, free, scope)]
    names = [item for item in sub if item not in indices]
    if sub[: len(names)] != names or (above and set(above) - set(indices)):
        raise TreeError(f"give {latex(left)} a row: which of its letters are indices?", left.start)
    if indices and (own := _numbered(base.text, scope)) is not None:
        message = f"is {own} an element of it, or a name of its own? Give {base.text} a row"
        raise TreeError(message, left.start)
    tail = sizes_of(body, scope)
    if tail is None:
        raise TreeError(f"give {base.text} a row: its shape does not follow", left.start)
    axes = [Axis(letter_of(item), *_run(item, free, scope)) for item in indices]
    axes += [Axis(None, first, last) for first, last in tail]
    return _symbol(base.text, names, sup, axes, len(above), "real", table, left, primes)


def _numbered(base: str, scope: Scope) -> str | None:
    """Returns the name of a symbol of this letter that the text defines with a number, `y_1`."""
    for symbol in scope.symbols:
        if symbol.base == base and symbol.sub and symbol.sub.isdecimal() and not symbol.table.rows:
            return symbol.name
    return None


def declared_symbol(left: Node, sizes: Sequence[Node], table: Table) -> Symbol:
    r"""Returns the symbol of `x \in \mathbb R^{n \times d}`."""
    parts = name_parts(left)
    if parts is None or parts[2]:
        raise TreeError("what has this shape? Write its name before the sign", left.start)
    base, sub, _, sup, primes = parts
    axes = [Axis(None, ONE, size) for size in sizes]
    return _symbol(base.text, sub, sup, axes, 0, "real", table, left, primes)


def function_symbol(head: Node, table: Table) -> Symbol:
    r"""Returns the symbol of the f in `f(x) \coloneqq …`."""
    parts = name_parts(head)
    if parts is None or parts[2]:
        raise TreeError("a definition has a symbol on its left", head.start)
    base, sub, _, sup, primes = parts
    return _symbol(base.text, sub, sup, [], 0, "function", table, head, primes)


def shape_of_space(node: Node) -> tuple[Node, ...] | None:
    r"""Returns n and d of `\mathbb R^{n \times d}`, None for what is no such space."""
    match node:
        case tree.Name("\\mathbb{R}"):
            return ()
        case tree.Script(tree.Name("\\mathbb{R}"), (), power, 0) if power is not None:
            return _factors(power)
    return None


def _factors(node: Node) -> tuple[Node, ...]:
    if isinstance(node, tree.Binary) and node.op == "\\times":
        return (*_factors(node.left), *_factors(node.right))
    return (node.items[0],) if isinstance(node, tree.Group) else (node,)


def is_label(node: Node | None) -> bool:
    r"""Tells whether a script makes another name: `w^*`, `b_\text{out}`, `W^{(2)}`."""
    match node:
        case tree.Name(text):
            return text in ("*", "+", "-", "\\star", "\\dagger") or text.startswith("\\mathrm")
        case tree.Group(items, "()"):
            return all(isinstance(item, tree.Number) for item in items)
    return False


def _is_index(item: Node, free: dict[str, Range], scope: Scope) -> bool:
    letter = letter_of(item)
    if letter is None:
        return False
    return letter in free or (bool(scope.axes_of(letter)) and letter not in scope.sizes)


def _run(item: Node, free: dict[str, Range], scope: Scope) -> Size:
    """Returns what an index on the left runs over: as on the right, or as in the tables."""
    letter = letter_of(item) or ""
    uses = [(use.symbol, use.axis) for use in free[letter].uses] if letter in free else []
    for symbol, axis in [*uses, *scope.axes_of(letter)]:
        if not symbol.leads(axis):
            return scope.bounds(symbol.axes[axis])
    raise TreeError(f"give this a row: what does {letter} run over?", item.start)


def _symbol(
    base: str,
    names: Sequence[Node],
    sup: str | None,
    axes: Sequence[Axis],
    in_superscript: int,
    domain: str,
    table: Table,
    node: Node,
    primes: int,
) -> Symbol:
    numbers = [item for item in names if isinstance(item, tree.Number)]
    is_point = bool(names) and len(numbers) == len(names)
    return Symbol(
        base=base,
        sub=",".join(map(latex, names)) if names else None,
        sup=sup,
        axes=tuple(axes),
        in_superscript=in_superscript,
        domain=domain,
        details=(),
        outside=None,
        table=table,
        code=None,
        meaning="",
        place=table.place,
        point=tuple(int(float(item.text)) for item in numbers) if is_point else (),
        primes=primes,
    )
