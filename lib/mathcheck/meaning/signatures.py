r"""What the text says of its functions: `f(\mathbf x, b) \coloneqq …`, `L(w) \coloneqq …`."""

from dataclasses import dataclass, field

from mathcheck.meaning.functions import arguments
from mathcheck.meaning.symbols import Symbol
from mathcheck.text import tree
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node


@dataclass(frozen=True)
class Signature:
    """What a function takes and how many axes its value has.

    Attributes:
        nodes: its parameters, as they were written.
        namesakes: for each the symbol of that name if it is an array: the argument is as large.
        rank: how many axes the value has.
    """

    nodes: tuple[Node, ...]
    namesakes: tuple[Symbol | None, ...]
    rank: int

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, as LaTeX."""
        return tuple(map(latex, self.nodes))

    @property
    def takes_numbers(self) -> bool:
        """Whether all parameters are numbers; of arrays it is then taken element by element."""
        return not any(self.namesakes)


@dataclass(frozen=True)
class Signatures:
    r"""The functions that are known at a place.

    Attributes:
        functions: by symbol and primes.
        values: symbols that the text writes with what they depend on, the L of `L(w, b)`.
    """

    functions: dict[tuple[Symbol, int], Signature] = field(default_factory=dict)
    values: dict[Symbol, tuple[str, ...]] = field(default_factory=dict)


def applied(node: Node) -> tuple[Node, tuple[Node, ...]] | None:
    """Splits `f(x, y)` or `f(x; w)` into the name and the arguments; None for anything else."""
    match node:
        case tree.Run((tree.Name() | tree.Script(tree.Name()) as head, group)):
            given = arguments(group)
            if given is not None and not given.sub and given.sup is None:
                return head, given.items
    return None


def parameter_name(node: Node) -> str | None:
    """Returns the name of a parameter as LaTeX, None if the node is no name."""
    match node:
        case tree.Name():
            return latex(node)
        case tree.Script(tree.Name(), sub, sup) if all(map(_is_label, (*sub, sup))):
            return latex(node)
    return None


def _is_label(node: Node | None) -> bool:
    r"""Tells whether a script is part of a name: `w_1`, `w_\mathrm{out}`, `w^*`, `W^{(1)}`."""
    match node:
        case None | tree.Name() | tree.Number() | tree.Group((tree.Number(),), "()"):
            return True
    return False
