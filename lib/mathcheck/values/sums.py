r"""Plans sums, so that a bracket that is 0 cuts off all that it multiplies.

Sums that stand directly in one another are one nest of loops. A condition or a bracket is tested as
soon as its indices are known, and the indices are taken in an order in which that is early: for
`\sum_{k,u,p} 1[u + p = h] g_{ku} W_{kp}` it is u, p, k.
"""

from dataclasses import dataclass

from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term, free_letters


@dataclass(frozen=True)
class Loop:
    """One index of a nest; `tests` must hold for its values to count."""

    sum: terms.Reduce
    tests: tuple[Term, ...]


@dataclass(frozen=True)
class Nest:
    """A nest of sums: what must hold for it not to be 0, its loops, and what it adds up."""

    tests: tuple[Term, ...]
    loops: tuple[Loop, ...]
    factors: tuple[Term, ...]


def split(term: Term) -> tuple[list[Term], list[Term]]:
    """Returns the brackets of a product of numbers, which are 0 or 1, and its other factors."""
    match term:
        case terms.Compare() | terms.All():
            return [term], []
        case terms.Arith(0, _, "*", left, right):
            (one, rest), (two, others) = split(left), split(right)
            return one + two, rest + others
    return [], [term]


def plan(term: terms.Reduce) -> Nest:
    """Returns the nest of loops that computes a sum."""
    sums: list[terms.Reduce] = []
    tests: list[Term] = []
    body: Term = term
    while isinstance(body, terms.Reduce) and body.op == "sum":
        sums.append(body)
        tests += body.conditions
        body = body.body
    brackets, factors = split(body) if not term.rank else ([], [body])
    tests += brackets
    waiting = {each.range.letter: each for each in sums}
    needs = [(test, free_letters(test) & waiting.keys()) for test in tests]
    loops = []
    while waiting:
        chosen = min(waiting.values(), key=lambda each: _distance(each, waiting, needs))
        letter = chosen.range.letter
        del waiting[letter]
        now = (
            test for test, letters in needs if letter in letters and not letters & waiting.keys()
        )
        loops.append(Loop(chosen, tuple(now)))
    return Nest(tuple(test for test, letters in needs if not letters), tuple(loops), tuple(factors))


def _distance(
    each: terms.Reduce, waiting: dict[str, terms.Reduce], needs: list[tuple[Term, set[str]]]
) -> float:
    """Says how many indices a test still lacks if this one is taken: the fewer the better."""
    if _bounds_of(each) & waiting.keys():
        return float("inf")
    letter = each.range.letter
    lacking = [len(letters & waiting.keys()) for _, letters in needs if letter in letters]
    return min(lacking, default=len(waiting) + 1)


def _bounds_of(each: terms.Reduce) -> set[str]:
    """Returns the indices on which the range of a sum's index depends."""
    over = each.range
    bounds = [bound for bound in (over.first, over.last) if bound is not None]
    bounds += [index for use in over.uses for index in use.before]
    return set().union(*map(free_letters, bounds))
