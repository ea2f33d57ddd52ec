"""Plans the draws of a claim: at usual values first, then at those that are likely to falsify it.

The manner of a draw depends on nothing but the claim and the definitions behind it, so that the
same claim is held to the same in every text.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from mathcheck.claims.equations import Claim
from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text import tree
from mathcheck.text.errors import TooClose, UndefinedError
from mathcheck.values.branches import decides
from mathcheck.values.closures import compile_term
from mathcheck.values.coverage import by_value
from mathcheck.values.draws import Manner

# Sets of sizes beside those of the usual draws: in the other order and of the other parity, small.
OPPOSITE, SMALL = "opposite", "small"
# What a claim is drawn with besides the usual, and with which sizes.
_OTHERS: tuple[tuple[str, object], ...] = (
    ("positive", OPPOSITE),
    ("negative", SMALL),
    ("near", 0),
    ("small", 1),
    ("spread", OPPOSITE),
    ("near", SMALL),
    ("large", 2),
    ("edge", 0),
    ("near", OPPOSITE),
    ("edge", 1),
    ("usual", SMALL),
)
# And what follows if that is cheap, or if some branch has not been taken yet.
_AGAIN = ("near", "spread", "edge", "near", "large", "near", "huge", "near", "edge", "small")
_MOST_NEAR = 12
# A bound is also tried where what is bounded is small or large: `\sqrt{p} < 50` fails at 2500.
_ORDERED = ("<", ">", "\\le", "\\ge")
_VAST = 3
_INVERSES: dict[str, Callable[[float], float]] = {
    "log": math.exp,
    "exp": math.log,
    "sqrt": lambda value: value**2,
    "tanh": math.atanh,
    "sigmoid": lambda value: math.log(value / (1 - value)),
    "arctan": lambda value: math.tan(value) if abs(value) < math.pi / 2 else math.nan,
}
_LEAST_SIZE, _MOST_SIZE = 1e-200, 1e200
_NEAR_ONE = 0.1  # what is bounded may be a share, p / (1 + p)
# How often sizes that the claim computes with are drawn freely.
_SIZES, _ANY_SIZES, _HUGE_SIZES = 10, 4, 4
# The numbers of a claim that are tried as sizes, where it has arrays and where it has none.
_LEAST_STATED, _MOST_STATED, _MOST_STATED_ALONE = 8.0, 300.0, 20_000.0
# All sizes up to these are tried.
_LEAST, _LEAST_ALONE = 3, 12
# How large all numbers are where they may differ by their signs alone.
_MIRRORED = (0.7, 1.3, 0.9, 2.0, 1.1)


@dataclass(frozen=True)
class Draw:
    """One draw: its number, which seeds it, and its manner."""

    number: int
    manner: Manner
    usual: bool


def draws(claim: Claim, usual: int) -> Iterator[Draw]:
    """Yields the draws of a claim, without an end.

    Args:
        claim: the claim.
        usual: how many of them have usual values.
    """
    near = near_numbers(claim)
    for number in range(usual):
        yield Draw(number, Manner(sizes=number), True)
    following = itertools.count(usual)
    without = _without(claim)
    turns = {kind: itertools.count() for kind in ("usual", *_AGAIN, *dict(_OTHERS))}
    for kind, sizes in _OTHERS:
        number = next(following)
        if kind not in without:
            at = sizes if isinstance(sizes, str) else int(str(sizes)) % usual
            yield Draw(number, _manner(kind, near, at, next(turns[kind])), False)
    letters = tuple(sorted(sizes_used(claim)))
    if letters:
        for turn in range(_SIZES):
            yield Draw(next(following), Manner(sizes=(turn, *letters)), False)
        if is_of_sizes(claim):
            for turn in range(_any_sizes(claim)):
                yield Draw(next(following), Manner(sizes=("any", turn, *letters)), False)
        for size, kind in _stated_sizes(claim):
            yield Draw(next(following), Manner(kind, sizes=("all", size, *letters)), False)
    if _may_be_nought(claim):
        yield Draw(next(following), Manner("nought"), False)
    if _tells_equal_apart(claim):
        for number_of_all in _MIRRORED:
            yield Draw(next(following), Manner("mirrored", (number_of_all,)), False)
    for turn in range(_vast(claim)):
        yield Draw(next(following), Manner("vast", sizes=turn % usual), False)
    for turn, number in enumerate(following):
        kind = _AGAIN[turn % len(_AGAIN)]
        if kind not in without:
            yield Draw(number, _manner(kind, near, turn % usual, next(turns[kind])), False)


def least(claim: Claim, usual: int) -> int:
    """Returns how many draws a claim gets at least."""
    everything = behind(claim)
    drawn = any(_is_drawn(part) for term in everything for part in term.walk())
    if not drawn and not any(map(free_letters, everything)):
        return 1
    without = _without(claim)
    others = sum(kind not in without for kind, _ in _OTHERS)
    sizes = 0
    if sizes_used(claim):
        sizes = _SIZES + (_any_sizes(claim) if is_of_sizes(claim) else 0)
        sizes += len(_stated_sizes(claim))
    mirrored = len(_MIRRORED) if _tells_equal_apart(claim) else 0
    return usual + others + sizes + _may_be_nought(claim) + mirrored + _vast(claim)


def _vast(claim: Claim) -> int:
    """Returns in how many draws a claim is tried far out: a bound that grows slowly fails there."""
    return _VAST if claim.op in _ORDERED else 0


def _stated_sizes(claim: Claim) -> list[tuple[int, str]]:
    r"""Returns the least sizes, those at which a number of a claim may count, and manners.

    Where `\gcd(N, 97) = 1` fails is said by its number.
    A bound on a sum of so many terms is met where they are as many, or the entropy of so many.
    """
    most = _MOST_STATED_ALONE if is_of_sizes(claim) else _MOST_STATED
    numbers = {float(abs(value)) for value in near_numbers(claim)}
    for part in (part for side in (claim.left, claim.right) for part in side.walk()):
        if isinstance(part, terms.Literal):
            numbers.add(abs(part.value))
    if claim.op in _ORDERED:
        small = {value for value in numbers if 0 < value < most}
        numbers |= {1 / value for value in small} | {value**2 for value in small}
        # of an entropy, in nats or in bits
        numbers |= {base**value for value in small if value < 20 for base in (math.e, 2.0)}
    large = sorted(value for value in numbers if _LEAST_STATED < value <= most)[:_MOST_NEAR]
    stated = set(range(1, (_LEAST_ALONE if is_of_sizes(claim) else _LEAST) + 1))
    stated |= {math.ceil(factor * value) for value in large for factor in (1.0, 2.0)}
    stated |= {math.ceil(value) + 1 for value in large}
    kinds = ("usual", "positive", "small", "large") if claim.op in _ORDERED else ("usual",)
    return [(size, kind) for size in sorted(stated) for kind in kinds]


def _any_sizes(claim: Claim) -> int:
    """Returns how often sizes are drawn over orders of magnitude; for a bound as large as any."""
    return _ANY_SIZES + (_HUGE_SIZES if claim.op in _ORDERED else 0)


def is_of_sizes(claim: Claim) -> bool:
    """Tells whether a claim is about sizes alone: then they may be as large as they like."""
    drawn = terms.Ref | terms.Call
    return not any(isinstance(part, drawn) for part in parts_behind(claim))


def _may_be_nought(claim: Claim) -> bool:
    """Tells whether a claim bounds a function of which nothing is known: it may be 0 throughout."""
    return claim.op not in ("=", "\\approx", "\\ne") and any_function(claim) is not None


def _tells_equal_apart(claim: Claim) -> bool:
    """Tells whether a claim is about what is not equal, or where something is: as a and -a may."""
    tests = [] if claim.condition is None else claim.condition.walk()
    return claim.op == "\\ne" or any(
        isinstance(part, terms.Compare) and part.op in ("==", "!=") and by_value(part)
        for part in tests
    )


def any_function(claim: Claim) -> str | None:
    """Returns the name of a function that a claim holds for whatever it is."""
    for side in (claim.left, claim.right):
        for symbol in claim.state.reach_of(side) | claim.state.called_by(side):
            known = symbol in claim.state.definitions or (symbol, 0) in claim.state.functions
            if symbol.domain in ("function", "loss") and not known:
                return symbol.name
    return None


def _without(claim: Claim) -> set[str]:
    """Returns the manners that a claim is not drawn in.

    At the edge of a case there is no derivative. And where nothing decides by the values no number
    is special; a derivative takes long to compute.
    """
    sides = (claim.left, claim.right)
    if not any(isinstance(part, terms.Derivative) for side in sides for part in side.walk()):
        return set()
    return {"near", "edge"} if _is_smooth(claim) else {"edge"}


def _is_smooth(claim: Claim) -> bool:
    return (
        claim.op == "="
        and claim.condition is None
        and all(0.05 < abs(number) < 20 for number in near_numbers(claim))
        and not any(decides(part) and by_value(part) for part in parts_behind(claim))
    )


def _is_drawn(part: Term) -> bool:
    """Tells whether a term itself depends on what is drawn, if only on how much there is."""
    match part:
        case terms.Ref() | terms.Size() | terms.Call():
            return True
        case terms.Reduce(_, _, _, over):
            return over.first is None or over.last is None
        case terms.Ones(_, _, _, length):
            return length is None
    return False


def _manner(kind: str, near: tuple[float, ...], sizes: object, turn: int) -> Manner:
    special = kind in ("near", "edge")
    return Manner(kind, near if special else (), sizes, turn if special else 0)


def behind(claim: Claim) -> list[Term]:
    """Returns the sides of a claim, its condition, and all that defines what stands in them."""
    own = [claim.left, claim.right, *([] if claim.condition is None else [claim.condition])]
    used = {definition for term in own for definition in claim.state.definitions_of(term)}
    return own + [definition.body for definition in used]


def parts_behind(claim: Claim) -> Iterator[Term]:
    """Yields the terms on which a claim hangs, each with all that it is made of."""
    for term in behind(claim):
        yield from term.walk()


def near_numbers(claim: Claim) -> tuple[float, ...]:
    """Returns the numbers that a claim or a definition behind it compares or adds values with."""
    found = {1.0}
    for term in behind(claim):
        _gather(term, found)
    numbers = tuple(sorted(found - {0.0}, key=abs)[:_MOST_NEAR])
    return numbers + (_undone(numbers, claim) if claim.op in _ORDERED else ())


def _undone(numbers: tuple[float, ...], claim: Claim) -> tuple[float, ...]:
    r"""Returns of what the functions of a bound, `\sqrt{p} < 50`, have these values."""
    inverses = list(_inverses(claim))
    found = {*numbers, *(1 / (1 - value) for value in numbers if 0 < abs(1 - value) < _NEAR_ONE)}
    for _ in range(2):  # a function of a function
        for value in tuple(found):
            for inverse in inverses:
                try:
                    before = inverse(value)
                except (ArithmeticError, ValueError):
                    continue
                if isinstance(before, float) and _LEAST_SIZE < abs(before) < _MOST_SIZE:
                    found.add(before)
    return tuple(sorted(found - set(numbers), key=abs, reverse=True)[:_MOST_NEAR])


def _inverses(claim: Claim) -> Iterator[Callable[[float], float]]:
    names, powers = set(), set()
    for part in parts_behind(claim):
        match part:
            case terms.Map(_, _, function, _):
                names.add(function)
            case terms.Arith(_, _, "**", _, exponent):
                powers.add(constant(exponent))
            case terms.Arith(_, _, "root", _, degree) if constant(degree):
                powers.add(1 / (constant(degree) or 1.0))
            case terms.Arith(_, _, "/", _, right) if constant(right) is None:
                powers.add(-1.0)
    yield from (_INVERSES[name] for name in sorted(names & _INVERSES.keys()))
    yield from (partial(_root, power) for power in sorted(filter(None, powers)))


def _root(power: float, value: float) -> float:
    return math.copysign(abs(value) ** (1 / power), value)


def _gather(term: Term, found: set[float]) -> None:
    if (value := constant(term)) is not None:
        if math.isfinite(value):
            found.add(value)
        return
    match term:
        case terms.Map(_, _, "sin" | "cos" | "tan", argument):
            found.update((math.pi / 2, math.pi))
            _gather(argument, found)
        case terms.Arith(_, _, "**", base, exponent):
            _gather(base, found)
            if constant(exponent) is None:
                _gather(exponent, found)
        case terms.Arith(_, _, "*" | "/", left, right):
            # `2 x` has no 2 that matters, but 10^{-8} x is about as large as what it is added to.
            for part in (left, right):
                value = constant(part)
                if value is None or not 0.05 < abs(value) < 20:
                    _gather(part, found)
        case terms.Ref():
            pass
        case terms.Reduce(_, _, _, _, conditions, body):
            for part in (*conditions, body):
                _gather(part, found)
        case _:
            for part in term.children():
                _gather(part, found)


def constant(term: Term) -> float | None:
    """Returns the value of a term that is made of numbers alone."""
    match term:
        case terms.Literal(_, _, value):
            return value
        case terms.Ref(_, _, symbol, ()) if symbol.domain == "constant":
            match symbol.details[0]:
                case tree.Number(text) if "{" not in text:
                    return float(text)
            return None
    if term.rank or not isinstance(term, terms.Map | terms.Arith):
        return None
    if any(constant(part) is None for part in term.children()):
        return None
    try:
        return float(compile_term(term)({}, _Nothing()))
    except (ArithmeticError, ValueError, TypeError, UndefinedError, TooClose):
        return None


def has_no_value(term: Term) -> bool:
    r"""Tells whether a term divides by 0, takes the logarithm of 0, or computes with infinity."""
    match term:
        case terms.Map(_, _, "neg"):
            return False
        case terms.Map(_, _, "log" | "log2" | "log10", argument) if constant(argument) == 0:
            return True
        case terms.Arith(_, _, "/", _, below) if constant(below) == 0:
            return True
        case terms.Map() | terms.Arith():
            return any(map(_is_infinity, term.children()))
    return False


def _is_infinity(term: Term) -> bool:
    if isinstance(term, terms.Map) and term.function == "neg":
        return _is_infinity(term.argument)
    return isinstance(term, terms.Literal) and math.isinf(term.value)


class _Nothing:
    """A context for terms that need none."""

    def note(self, site: int, outcome: object) -> None:
        """Takes no account of it."""

    def lookup(self, symbol: object, *rest: object) -> float:
        """Returns the value of a constant."""
        value = constant(terms.Ref(0, tree.Number("0"), symbol, ()))  # type: ignore[arg-type]
        assert value is not None
        return value


def sizes_used(claim: Claim) -> set[str]:
    """Returns the sizes that a claim computes with, not only counts to."""
    found = {letter for side in (claim.left, claim.right) for letter in _sizes(side)}
    for side in (claim.left, claim.right):
        for definition in claim.state.definitions_of(side):
            if not definition.symbol.axes:
                found.update(_sizes(definition.body))
        if claim.op != "=":  # a bound may hold for a few numbers and not for many
            found.update(_lengths(side, claim))
            found.update(_counted(side))
    return found


def _lengths(side: Term, claim: Claim) -> Iterator[str]:
    """Yields the sizes of the arrays that a side depends on."""
    for symbol in claim.state.reach_of(side):
        ends = [axis.last for axis in symbol.axes]
        if symbol.domain == "integer":
            ends.append(symbol.details[1])
        for end in ends:
            yield from _names(end)


def _names(end: tree.Node) -> Iterator[str]:
    if isinstance(end, tree.Name) and not end.text.startswith("?"):
        yield end.text


def _counted(side: Term) -> Iterator[str]:
    """Yields the sizes up to which the sums of a side count, with nothing drawn in them."""
    for part in side.walk():
        if isinstance(part, terms.Reduce):
            for bound in (part.range.first, part.range.last):
                if bound is not None:
                    yield from _sizes(bound)
            for use in part.range.uses:
                yield from _names(use.symbol.axes[use.axis].last)


def _sizes(term: Term) -> Iterator[str]:
    match term:
        case terms.Size(_, _, letter, None):
            yield letter
        case terms.Ref() | terms.Derivative():
            return
        case terms.Compare(_, _, _, left, right) if free_letters(left) | free_letters(right):
            return  # up to where an index goes
        case terms.Reduce(_, _, _, _, conditions, body):
            for part in (*conditions, body):
                yield from _sizes(part)
        case _:
            for part in term.children():
                yield from _sizes(part)
