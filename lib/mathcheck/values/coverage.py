"""Finds the branches of a term that no draw has taken: which case, which sign, which comparison.

What is not taken is not checked, whatever the numbers say of the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term
from mathcheck.text.printer import latex
from mathcheck.values.bounds import Known, bounds, decided
from mathcheck.values.branches import MET, decides

_SIGNS = {"abs": "|…|", "relu": "the rectifier", "sign": "the sign"}


@dataclass(frozen=True)
class Missing:
    """A branch that no draw has taken: where it stands, and what there is to be said."""

    term: Term
    message: str


def missing(
    term: Term, known: Known, taken: dict[int, set[object]], by_index: bool
) -> Iterator[Missing]:
    """Yields the branches of a term that were reached and not taken.

    Args:
        term: a side of a claim, or what defines a symbol.
        known: the definitions behind its symbols, and where its indices begin.
        taken: how each place has decided, by its identity.
        by_index: whether what depends on indices alone is to have taken every branch too.
    """
    yield from _empty(term, taken)
    for part in _places(term):
        seen = taken.get(id(part))
        if seen is None or not (by_index or by_value(part)):
            continue
        match part:
            case terms.Compare(_, node, op, left, right):
                if len(seen & {0, 1}) < 2 and decided(op, left, right, known) is None:
                    never = "holds in every draw" if 1 in seen else "holds in no draw"
                    yield Missing(part, f"`{latex(node)}` {never}{_advice(part)}")
            case terms.Choose(_, _, rows):
                for number, (value, guard) in enumerate(rows):
                    if number in seen or (guard is not None and not (by_index or by_value(guard))):
                        continue
                    if guard is not None and _impossible(guard, known):
                        continue
                    said = "otherwise" if guard is None else latex(guard.node)
                    yield Missing(value, f"the case `{said}` is met in no draw{_advice(part)}")
            case terms.Map(_, _, function, argument):
                if len(seen) < 2 and not bounds(argument, known).sign:
                    sign = "negative" if 1 in seen else "positive"
                    message = f"what {_SIGNS[function]} is taken of is {sign} in no draw"
                    yield Missing(part, message + _advice(part))
            case terms.Arith(_, _, op, left, right):
                always = (decided(sign, left, right, known) for sign in ("<=", ">="))
                if len(seen) < 2 and all(each is None for each in always):
                    larger, smaller = (left, right) if 1 in seen else (right, left)
                    message = f"`{latex(larger.node)}` is above `{latex(smaller.node)}`"
                    yield Missing(part, f"{message} in every draw{_advice(part)}")


def _empty(term: Term, taken: dict[int, set[object]]) -> Iterator[Missing]:
    """Yields the sums and products that have no term in any draw, or run downwards."""
    for part in term.walk():
        seen = taken.get(id(part))
        if not isinstance(part, terms.Reduce) or seen is None:
            continue
        downwards = -1 in seen and 2 not in seen
        if MET in seen and not downwards:
            continue
        op, letter = part.op.removeprefix("mat"), part.range.letter
        first, last = part.range.first, part.range.last
        runs = ""
        if first is not None and last is not None:
            runs = f": {letter} runs from {latex(first.node)} to {latex(last.node)}"
        kind = "downwards and so over nothing" if downwards else "over nothing, in every draw"
        yield Missing(part, f"this \\{op} goes {kind}{runs}")


def _places(term: Term) -> Iterator[Term]:
    """Yields what decides in a term; conditions of sums and cases pick, they have no branches."""
    if isinstance(term, terms.At) and not any(
        isinstance(p, terms.Ref) for _, v in term.places for p in v.walk()
    ):
        return  # at one point there is one branch
    if decides(term):
        yield term
    if isinstance(term, terms.Choose):
        for value, _ in term.rows:
            yield from _places(value)
        return
    if isinstance(term, terms.Reduce):
        yield from _places(term.body)
        return
    for child in term.children():
        yield from _places(child)


def by_value(term: Term) -> bool:
    """Tells whether what a term decides depends on more than indices and sizes."""
    parts: Iterator[Term] | list[Term] = term.walk()
    if isinstance(term, terms.Choose):
        parts = [part for _, guard in term.rows if guard is not None for part in guard.walk()]
    kinds = terms.Call | terms.Derivative
    return any(
        isinstance(part, kinds)
        or (isinstance(part, terms.Ref) and part.symbol.domain not in ("integer", "constant"))
        for part in parts
    )


def _impossible(guard: Term, known: Known) -> bool:
    parts = guard.parts if isinstance(guard, terms.All) else (guard,)
    return any(
        isinstance(part, terms.Compare) and decided(part.op, part.left, part.right, known) is False
        for part in parts
    )


def _advice(term: Term) -> str:
    names = [part.symbol.name for part in term.walk() if isinstance(part, terms.Ref)]
    return f": give {names[0]} a wider range" if names else ""
