"""A random identity is true; with one node of its tree changed it is false, and must be refused.

The identities are made by rules of algebra from random expressions, printed, read and checked like
any other. One that a change leaves true, as `b + a` for `a + b`, is found by evaluating both sides
with Python's own arithmetic at points of this test's choice.
"""

import cmath
import random

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter

TABLE = """| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $a$ | | scalar | a number |
| $b$ | | scalar | another |
| $p$ | | scalar, positive | a positive number |
| $q$ | | scalar, positive | another |

$$
{}
$$
"""
# An expression is a letter, a number, or a tuple of an operator and what it is applied to.
Tree = str | int | tuple
LATEX = {
    "+": "({} + {})",
    "-": "({} - {})",
    "*": "{} \\cdot {}",
    "/": "\\frac{{{}}}{{{}}}",
    "^": "{{\\left({}\\right)}}^{{{}}}",
    "exp": "\\exp({})",
    "log": "\\log({})",
    "sin": "\\sin({})",
    "cos": "\\cos({})",
    "tanh": "\\tanh({})",
    "sqrt": "\\sqrt{{{}}}",
    "abs": "\\left|{}\\right|",
    "max": "\\max({}, {})",
    "min": "\\min({}, {})",
}
ARITY = {name: text.replace("{{", "").replace("}}", "").count("{}") for name, text in LATEX.items()}


def latex(tree: Tree) -> str:
    """Returns an expression as it is typed."""
    if not isinstance(tree, tuple):
        return str(tree)
    return LATEX[tree[0]].format(*map(latex, tree[1:]))


def value(tree: Tree, at: dict[str, float]) -> float:
    """Evaluates an expression; raises ArithmeticError or ValueError where it has no value."""
    if isinstance(tree, str):
        return at[tree]
    if isinstance(tree, int):
        return tree
    op, *parts = tree
    numbers = [value(part, at) for part in parts]
    match op, numbers:
        case "+", [x, y]:
            return x + y
        case "-", [x, y]:
            return x - y
        case "*", [x, y]:
            return x * y
        case "/", [x, y]:
            return x / y
        case "^", [x, y]:
            return x**y
        case "abs", [x]:
            return abs(x)
        case "max", [x, y]:
            return max(x, y)
        case "min", [x, y]:
            return min(x, y)
        case _, [x]:
            result = getattr(cmath, op)(x)
            if abs(result.imag) > 1e-12:
                raise ValueError(f"{op} of {x}")
            return result.real
    raise AssertionError(tree)


def number(rng: random.Random, depth: int) -> Tree:
    """Makes a random expression of a, b, p, q and small numbers."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(["a", "b", "p", "q", "a", "b", rng.randint(1, 5)])
    op = rng.choice(["+", "-", "*", "+", "*", "exp", "sin", "cos", "tanh", "^"])
    if op == "^":
        return ("^", number(rng, depth - 1), rng.randint(2, 3))
    if op == "exp":
        return ("exp", ("tanh", number(rng, depth - 1)))
    return (op, *(number(rng, depth - 1) for _ in range(ARITY[op])))


def positive(rng: random.Random, depth: int) -> Tree:
    """Makes a random expression that is above 0."""
    square = ("^", number(rng, depth - 1), 2) if depth else "q"
    return rng.choice([("+", square, 1), ("+", "p", square), "p", ("*", "p", "q")])


def identity(rng: random.Random) -> tuple[Tree, Tree]:
    """Makes two sides that are equal by a rule."""
    x, y, z = (number(rng, rng.randint(0, 2)) for _ in range(3))
    u, v = positive(rng, 1), positive(rng, 1)
    rules: list[tuple[Tree, Tree]] = [
        (("*", x, ("+", y, z)), ("+", ("*", x, y), ("*", x, z))),
        (("^", ("+", x, y), 2), ("+", ("+", ("^", x, 2), ("*", 2, ("*", x, y))), ("^", y, 2))),
        (("*", ("-", x, y), ("+", x, y)), ("-", ("^", x, 2), ("^", y, 2))),
        (("+", ("^", ("sin", x), 2), ("^", ("cos", x), 2)), 1),
        (("sin", ("*", 2, x)), ("*", 2, ("*", ("sin", x), ("cos", x)))),
        (("log", ("*", u, v)), ("+", ("log", u), ("log", v))),
        (("log", ("^", u, 3)), ("*", 3, ("log", u))),
        (("sqrt", ("^", x, 2)), ("abs", x)),
        (("+", ("max", x, y), ("min", x, y)), ("+", x, y)),
        (("max", x, y), ("/", ("+", ("+", x, y), ("abs", ("-", x, y))), 2)),
        (("/", u, v), ("exp", ("-", ("log", u), ("log", v)))),
        (("abs", ("*", x, y)), ("*", ("abs", x), ("abs", y))),
    ]
    return rng.choice(rules)


def edits(tree: Tree, rng: random.Random) -> list[Tree]:
    """Returns the tree with one node changed, for each of its nodes."""
    found: list[Tree] = []
    if isinstance(tree, str):
        found.append(rng.choice([name for name in "abpq" if name != tree]))
    elif isinstance(tree, int):
        found.append(tree + 1)
    else:
        op, *parts = tree
        same = [name for name in LATEX if ARITY[name] == ARITY[op] and name not in (op, "^", "/")]
        if op != "^":
            found.append((rng.choice(same), *parts))
        found.extend(part for part in parts if not (op == "^" and part is parts[1]))
        for at, part in enumerate(parts):
            for changed in edits(part, rng):
                found.append((op, *parts[:at], changed, *parts[at + 1 :]))
    return found


def differs(left: Tree, right: Tree, rng: random.Random) -> bool:
    """Tells whether two sides differ somewhere by far more than rounding, both having values."""
    for _ in range(400):
        scale = rng.choice([0.1, 1.0, 1.0, 5.0])
        at = {name: rng.uniform(-scale, scale) for name in "ab"}
        at |= {name: rng.uniform(0.05, 2 * scale) for name in "pq"}
        try:
            one, other = value(left, at), value(right, at)
        except (ArithmeticError, ValueError):
            continue
        largest = max(abs(one), abs(other))
        if largest < 1e6 and abs(one - other) > 1e-3 * max(1.0, largest):
            return True
    return False


def checked(left: Tree, right: Tree) -> ChapterReport:
    return check_chapter(load("identity.md", TABLE.format(f"{latex(left)} = {latex(right)}")))


@pytest.mark.parametrize("seed", range(60))
def test_an_identity_holds_and_its_edits_do_not(seed: int) -> None:
    rng = random.Random(seed)
    left, right = identity(rng)
    while left == right or not differs(left, 0, rng):  # it would say nothing
        left, right = identity(rng)
    report = checked(left, right)
    assert report.ok, [claim.message for claim in report.claims]
    changed = [(each, right) for each in edits(left, rng)]
    changed += [(left, each) for each in edits(right, rng)]
    changed = [pair for pair in changed if differs(*pair, rng)]
    assert changed
    for one, other in rng.sample(changed, min(6, len(changed))):
        assert not checked(one, other).ok, f"{latex(one)} = {latex(other)}"
