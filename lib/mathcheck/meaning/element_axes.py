r"""Finds what the index of an element runs over, where it is one of a product or a transpose."""

from collections.abc import Mapping

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term, Use
from mathcheck.text.tree import Node


def axis_of(
    value: Term, axis: int, item: Node, parameters: Mapping[str, Symbol | None]
) -> Use | None:
    r"""Returns which symbol's axis an index of `(x^\\top)_{dn}` means.

    Args:
        value: what the index is of.
        axis: which of its axes.
        item: the index.
        parameters: of the function whose body this is, with the arrays they are named after.
    """
    match value:
        case terms.Transpose(2, _, argument):
            return axis_of(argument, 1 - axis, item, parameters)
        case terms.Map(_, _, _, argument):
            return axis_of(argument, axis, item, parameters)
        case terms.Collect(rank, _, _, argument) if rank == argument.rank:
            return axis_of(argument, axis, item, parameters)
        case terms.Arith(rank, _, _, left, right):
            same = left if left.rank == rank else right
            return axis_of(same, axis, item, parameters)
        case terms.Product(_, _, "matmul", left, right):
            inside = left.rank - 1
            if axis < inside:
                return axis_of(left, axis, item, parameters)
            return axis_of(right, axis - inside + 1, item, parameters)
        case terms.Product(_, _, "outer", left, right):
            return axis_of(right if axis else left, 0, item, parameters)
        case terms.At(_, _, body):
            return axis_of(body, axis, item, parameters)
        case terms.Call(rank, _, _, _, (single,)) if rank == single.rank:
            return axis_of(single, axis, item, parameters)
        case terms.Local(_, _, letter) if letter in parameters:
            namesake = parameters[letter]
            if namesake is not None and not namesake.leads(axis):
                return Use(namesake, axis, (), item)
        case terms.Ref(_, _, symbol, indices):
            axis += len(indices)
            lead = symbol.leads(axis)
            return Use(symbol, axis, indices[:lead], item) if lead <= axis else None
    return None
