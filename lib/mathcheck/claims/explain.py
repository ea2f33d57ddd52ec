"""Shows how a claim comes out at one place: indices, symbols, both sides and their addends."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mathcheck.claims.chapter import Chapter
from mathcheck.claims.checker import Checker
from mathcheck.claims.comparison import points
from mathcheck.claims.equations import Claim
from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text.errors import EvalError, SizeError, TooClose, UndefinedError
from mathcheck.text.printer import latex
from mathcheck.values.arrays import Eye
from mathcheck.values.closures import compile_term
from mathcheck.values.derivatives import PlainContext
from mathcheck.values.inline import Env

_PLACES = 1000


def explain(chapter: Chapter, wanted: str, *, draw: int = 0, seed: int = 0) -> list[str]:
    """Returns lines that show both sides of an equation's claims, where they differ most.

    Args:
        chapter: the chapter.
        wanted: the label of an equation, with `[2]` for its second claim, or its line.
        draw: in which draw.
        seed: which random values.
    """
    checker = Checker(chapter, seed=seed)
    lines: list[str] = []
    for claim in chapter.claims:
        if wanted in (claim.id, claim.name, str(claim.equation.line)):
            context = checker.context(draw, claim.state)
            with np.errstate(all="ignore"):
                lines.extend(_claim(claim, context))
            lines.append("")
    return lines[:-1]


def _claim(claim: Claim, context: PlainContext) -> Iterator[str]:
    yield f"{claim.place}: {claim.id}"
    yield f"  {claim.latex}"
    try:
        env = _worst(claim, context)
    except EvalError as error:
        yield f"  {error.message}"
        return
    except (SizeError, UndefinedError) as error:
        yield f"  this has no value in this draw: {error}"
        return
    except TooClose:
        yield "  this draw comes too close to a kink: see another, --draw 1"
        return
    if env is None:
        yield "  holds nowhere: its condition leaves no index"
        return
    if env:
        yield "  at " + ", ".join(f"{letter} = {value}" for letter, value in env.items())
    seen: set[str] = set()
    for side in (claim.left, claim.right):
        for part in side.walk():
            if isinstance(part, terms.Ref | terms.Derivative) and free_letters(part) <= set(env):
                text = latex(part.node)
                if text not in seen and part not in (claim.left, claim.right):
                    seen.add(text)
                    yield f"    {text} = {_show(part, env, context)}"
    for name, side in (("left ", claim.left), ("right", claim.right)):
        yield f"  {name} = {_show(side, env, context)}"
        addends = list(_addends(side, "+"))
        if len(addends) > 1:
            for sign, addend in addends:
                yield f"    {sign} {latex(addend.node)} = {_show(addend, env, context)}"


def _worst(claim: Claim, context: PlainContext) -> Env | None:
    """Returns the indices at which the sides differ most."""
    left, right = compile_term(claim.left), compile_term(claim.right)
    best: tuple[float, Env] | None = None
    for count, env in enumerate(points(claim, context)):
        a, b = left(env, context), right(env, context)
        if isinstance(a, Eye) or isinstance(b, Eye) or np.shape(a) != np.shape(b):
            return env
        gap = float(np.max(np.abs(np.asarray(a) - np.asarray(b))))
        if best is None or gap > best[0]:
            best = (gap, env)
        if count > _PLACES:
            break
    return best[1] if best is not None else None


def _addends(term: Term, sign: str) -> Iterator[tuple[str, Term]]:
    match term:
        case terms.Arith(_, _, "+" | "-" as op, left, right):
            yield from _addends(left, sign)
            yield from _addends(right, sign if op == "+" else "-" if sign == "+" else "+")
        case _:
            yield sign, term


def _show(term: Term, env: Env, context: PlainContext) -> str:
    try:
        value: Any = compile_term(term)(env, context)
    except EvalError as error:
        return f"({error.message})"
    except UndefinedError as error:
        return f"({error})"
    if isinstance(value, Eye):
        return "a multiple of the identity matrix"
    if not term.rank:
        return f"{float(value):.10g}" if np.size(value) == 1 else str(value)
    text = np.array2string(np.asarray(value)[..., 0], precision=6, suppress_small=True)
    return text.replace("\n", "\n" + " " * 8)
