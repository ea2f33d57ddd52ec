"""Writes the nodes of `tree` as LaTeX again; parsing what is written gives the same tree."""

from mathcheck.text import tree
from mathcheck.text.tree import Node

_FENCES = {
    "|": ("\\lvert ", " \\rvert"),
    "\\|": ("\\lVert ", " \\rVert"),
    "floor": ("\\lfloor ", " \\rfloor"),
    "ceil": ("\\lceil ", " \\rceil"),
}
# How tightly a node binds: a sum, a product, things side by side, one thing.
_SUM, _PRODUCT, _RUN, _ONE = range(4)


def latex(node: Node) -> str:
    """Returns the LaTeX of a node."""
    match node:
        case tree.Number(text) | tree.Name(text):
            return text
        case tree.Percent(text):
            return f"{text}\\%"
        case tree.Script(base, sub, sup, primes):
            bare = isinstance(base, tree.Name | tree.Number | tree.Group | tree.Fence | tree.Matrix)
            bare = bare or (isinstance(base, tree.Apply) and base.function == "det")
            return (latex(base) if bare else f"{{{latex(base)}}}") + _scripts(sub, sup, primes)
        case tree.Group(items, kind):
            opening, closing = _brackets(kind)
            return opening + ", ".join(map(latex, items)) + closing
        case tree.Conditional(parts, marks, kind):
            opening, closing = _brackets(kind)
            lists = [", ".join(map(latex, part)) for part in parts]
            behind = zip(marks, lists[1:], strict=True)
            return opening + lists[0] + "".join(f" {m} {t}" for m, t in behind) + closing
        case tree.Interval(low, high, kind):
            return f"{kind[0]}{latex(low)}, {latex(high)}{kind[1]}"
        case tree.Slice(low, high):
            return ":".join("" if end is None else latex(end) for end in (low, high))
        case tree.Elementwise(exponent):
            return f"\\odot {latex(exponent)}"
        case tree.Dots():
            return "\\dots"
        case tree.Factorial(body, step):
            bare = isinstance(body, tree.Name | tree.Number | tree.Group | tree.Script)
            return (latex(body) if bare else f"{{{latex(body)}}}") + "!" * step
        case tree.Binomial(top, bottom):
            return f"\\binom{{{latex(top)}}}{{{latex(bottom)}}}"
        case tree.Integral():
            return _integral(node)
        case tree.Fence(body, kind):
            left, right = _FENCES[kind]
            return left + latex(body) + right
        case tree.Negative(body):
            return "-" + _at(body, _PRODUCT)
        case tree.Binary("+" | "-" as op, left, right):
            return f"{latex(left)} {op} {_at(right, _PRODUCT)}"
        case tree.Binary(op, left, right):
            return f"{_closed(left, _PRODUCT)} {op} {_factor(right)}"
        case tree.Run(factors):
            *first, last = factors
            inner = [_closed(factor, _ONE) for factor in first]
            return " \\, ".join([*inner, _at(last, _ONE) if not _is_open(last) else latex(last)])
        case tree.Fraction(top, bottom):
            return f"\\frac{{{latex(top)}}}{{{latex(bottom)}}}"
        case tree.Root(body, degree):
            over = f"[{latex(degree)}]" if degree is not None else ""
            return f"\\sqrt{over}{{{latex(body)}}}"
        case tree.Apply():
            return _apply(node)
        case tree.Big(op, below, above, body):
            over = f"^{{{latex(above)}}}" if above is not None else ""
            command = {"argmax": "\\arg\\max", "argmin": "\\arg\\min"}.get(op, f"\\{op}")
            under = f"_{{{', '.join(map(latex, below))}}}" if below else ""
            return f"{command}{under}{over} {_at(body, _PRODUCT)}"
        case tree.Derivative(total, of, by):
            sign = "\\mathrm{d}" if total else "\\partial"
            return f"\\frac{{{sign} {_at(of, _PRODUCT)}}}{{{sign} {_at(by, _PRODUCT)}}}"
        case tree.Differential(total, of, by):
            sign = "\\mathrm{d}" if total else "\\partial"
            power = f"^{len(by)}" if len(by) > 1 else ""
            over = f" {_at(of, _PRODUCT)}" if of is not None else ""
            under = " ".join(f"{sign} {_at(each, _PRODUCT)}" for each in by)
            return f"\\frac{{{sign}{power}{over}}}{{{under}}}"
        case tree.Evaluated(body, at, is_open, above):
            under = f"_{{{', '.join(map(latex, at))}}}"
            under += "" if above is None else f"^{{{latex(above)}}}"
            if is_open:
                return f"{_at(body, _ONE)} \\Big|{under}"
            return f"\\left. {latex(body)} \\right|{under}"
        case tree.Indicator(condition):
            return f"\\mathbb{{1}}[{latex(condition)}]"
        case tree.Cases(rows):
            lines = " \\\\ ".join(f"{latex(value)} & {_guard(guard)}" for value, guard in rows)
            return f"\\begin{{cases}} {lines} \\end{{cases}}"
        case tree.Matrix(rows):
            lines = " \\\\ ".join(" & ".join(map(latex, row)) for row in rows)
            return f"\\begin{{pmatrix}} {lines} \\end{{pmatrix}}"
        case tree.Relation(sides, ops) | tree.Statement(sides, ops):
            rest = zip(ops, sides[1:], strict=True)
            return latex(sides[0]) + "".join(f" {op} {latex(side)}" for op, side in rest)
        case tree.Among(value, values):
            return f"{latex(value)} \\in \\{{{', '.join(map(latex, values))}\\}}"
        case tree.Both(parts):
            return ", ".join(map(latex, parts))
    raise AssertionError(f"a node that has no LaTeX: {node}")


def _brackets(kind: str) -> tuple[str, str]:
    if kind == "\\langle\\rangle":
        return "\\langle ", " \\rangle"
    half = len(kind) // 2
    return kind[:half], kind[half:]


def _scripts(sub: tuple[Node, ...], sup: Node | None, primes: int = 0) -> str:
    text = "'" * primes
    if sub:
        text += f"_{{{', '.join(map(_subscript, sub))}}}"
    if sup is not None:
        text += f"^{{{latex(sup)}}}"
    return text


def _subscript(node: Node) -> str:
    """Returns the LaTeX of a subscript; indices side by side stand close, `nd`."""
    if not isinstance(node, tree.Run) or not all(isinstance(f, tree.Name) for f in node.factors):
        return latex(node)
    text = ""
    for factor in node.factors:
        name = latex(factor)
        text += f" {name}" if text[-1:].isalpha() and "\\" in text else name
    return text


def _apply(node: tree.Apply) -> str:
    command = {"argmax": "\\arg\\max", "argmin": "\\arg\\min"}.get(
        node.function, f"\\{node.function}"
    )
    scripts = _scripts((node.base,) if node.base is not None else (), node.power)
    return f"{command}{scripts}({', '.join(map(latex, node.arguments))})"


def _integral(node: tree.Integral) -> str:
    scripts = _scripts(node.below, node.above)
    by = "".join(f" \\, d {latex(variable)}" for variable in node.by)
    return f"\\int{scripts} {_at(node.body, _RUN)}{by}"


def _is_open(node: Node) -> bool:
    """Tells whether a node's text ends in a big operator, which takes what follows it."""
    match node:
        case tree.Big() | tree.Integral():
            return True
        case tree.Run(factors):
            return _is_open(factors[-1])
        case tree.Binary(_, _, right):
            return _is_open(right)
        case tree.Negative(body):
            return _is_open(body)
    return False


def _binding(node: Node) -> int:
    match node:
        case tree.Negative() | tree.Binary("+" | "-" | "\\pm" | "\\mp"):
            return _SUM
        case tree.Binary():
            return _PRODUCT
        case tree.Run():
            return _RUN
    return _ONE


def _at(node: Node, least: int) -> str:
    text = latex(node)
    if least == _ONE and (isinstance(node, tree.Script) or _is_open(node)):
        # As the base of a script, or as a factor that something follows.
        return text if isinstance(node, tree.Script) and not _is_open(node) else f"{{{text}}}"
    return text if _binding(node) >= least else f"{{{text}}}"


def _closed(node: Node, least: int) -> str:
    return f"{{{latex(node)}}}" if _is_open(node) else _at(node, least)


def _factor(node: Node) -> str:
    if isinstance(node, tree.Negative):
        return "-" + _closed(node.body, _RUN)
    return latex(node) if _is_open(node) and _binding(node) >= _RUN else _at(node, _RUN)


def _guard(guard: Node | None) -> str:
    return "\\text{otherwise}" if guard is None else f"\\text{{if }} {latex(guard)}"
