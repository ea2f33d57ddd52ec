"""Turns Lark's parse of one side of an equation into the nodes of `tree`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import UnionType

from lark import Token
from lark import Tree as Parsed

from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node

_MOST_DIGITS = 300
_TURNED = {"\\top", "\\intercal", "T", "*", "\\dagger"}
_HIGHEST = 4  # order of a derivative
_OTHERWISE = {"otherwise", "else", "if not", "elsewhere"}
_GUARDS = {"if", "when", "for", "where", "while"}
_BRACKETS = {
    "parens": "()",
    "brackets": "[]",
    "curly": "\\{\\}",
    "angles": "\\langle\\rangle",
}
# Commands that many texts make for functions that have none.
_MACROS = {
    *("\\tr", "\\Tr", "\\sgn", "\\sign", "\\diag", "\\Var", "\\Cov"),
    *("\\softmax", "\\sigmoid", "\\relu", "\\ReLU"),
}
_FENCES = {"bars": "|", "norm": "\\|", "floor": "floor", "ceiling": "ceil"}
_RELATIONS = {
    ":=": "\\coloneqq",
    "\\leftarrow": "\\coloneqq",
    "\\gets": "\\coloneqq",
    "\\triangleq": "\\coloneqq",
    "<=": "\\le",
    "≤": "\\le",
    ">=": "\\ge",
    "≥": "\\ge",
    "≠": "\\ne",
    "≈": "\\approx",
    "\\rightarrow": "\\to",
    "\\longrightarrow": "\\to",
    "\\longmapsto": "\\mapsto",
    "\\Rightarrow": "\\implies",
    "\\Longrightarrow": "\\implies",
    "\\Leftrightarrow": "\\iff",
    "\\Longleftrightarrow": "\\iff",
    "\\neq": "\\ne",
    "\\leq": "\\le",
    "\\geq": "\\ge",
    "\\leqslant": "\\le",
    "\\geqslant": "\\ge",
    "<": "<",
    ">": ">",
    "\\lt": "<",
    "\\gt": ">",
}


def relation_name(token: str) -> str:
    r"""Returns the one name that the tree has for a relation: `\\leq` is `\\le`."""
    return "\\notin" if token.startswith("\\not\\") else _RELATIONS.get(token, token)


def words(token: str) -> str:
    r"""Returns what a `\text{…}` says, without the command and the spaces round it."""
    return re.sub(r"\s+", " ", token[token.index("{") + 1 : -1]).strip()


def build(parsed: Parsed[Token]) -> Node:
    """Returns the node of a parse of `side` or `condition`."""
    handler = _HANDLERS.get(parsed.data)
    if handler is None:
        raise AssertionError(f"the grammar has a rule that nothing builds: {parsed.data}")
    return handler(parsed)


def _span(parsed: Parsed[Token]) -> dict[str, int]:
    meta = parsed.meta
    return {"start": meta.start_pos, "end": meta.end_pos}


def _placed(node: Node, parsed: Parsed[Token]) -> Node:
    """Returns a node as standing where its parse does."""
    return replace(node, start=parsed.meta.start_pos, end=parsed.meta.end_pos)


def _trees(parsed: Parsed[Token]) -> list[Parsed[Token]]:
    return [child for child in parsed.children if isinstance(child, Parsed)]


def _tokens(parsed: Parsed[Token]) -> list[Token]:
    return [child for child in parsed.children if isinstance(child, Token)]


def _only(parsed: Parsed[Token]) -> Node:
    return build(_trees(parsed)[0])


def _number(parsed: Parsed[Token]) -> Node:
    text = str(parsed.children[0]).replace("{,}", "")
    if len(text) > _MOST_DIGITS:
        raise TreeError(f"a number of {len(text):,} digits: is it meant?", parsed.meta.start_pos)
    return tree.Number(text, **_span(parsed))


def _repeating(parsed: Parsed[Token]) -> Node:
    r"""Reads `0.1\overline{6}`, which is a fraction."""
    before, over = re.split(r"\\(?:overline|bar)\s*", str(parsed.children[0]))
    whole, _, fixed = before.partition(".")
    digits = over.strip("{} ")
    if len(whole + fixed + digits) > _MOST_DIGITS:
        raise TreeError("a number of many digits: is it meant?", parsed.meta.start_pos)
    top = int(whole + fixed + digits) - int(whole + fixed)
    bottom = (10 ** len(digits) - 1) * 10 ** len(fixed)
    above, below = (tree.Number(str(number), **_span(parsed)) for number in (top, bottom))
    return tree.Fraction(above, below, **_span(parsed))


def _percent(parsed: Parsed[Token]) -> Node:
    number = _number(parsed)
    assert isinstance(number, tree.Number)
    return tree.Percent(number.text, **_span(parsed))


def _name(parsed: Parsed[Token]) -> Node:
    return tree.Name(_name_text(parsed), **_span(parsed))


def _name_text(parsed: Parsed[Token]) -> str:
    token = str(parsed.children[0])
    if token in _MACROS:
        return f"\\mathrm{{{token[1:]}}}"
    if token.startswith("\\text"):
        return f"\\mathrm{{{words(token)}}}"
    command = re.match(r"\\(operatorname\*?|math\w+|boldsymbol|bm|pmb)\s*(.*)", token, re.DOTALL)
    if command is None:
        return token
    content = re.sub(r"\\[,;_]|\s+", " ", command[2].strip().removeprefix("{").removesuffix("}"))
    return _in_font(content.strip(), command[1])


def _in_font(text: str, font: str) -> str:
    if font.startswith("operatorname"):
        font = "mathrm"
    if font == "mathit" and len(text) == 1:  # as letters are set anyway
        return text
    return f"\\{'mathbf' if font in ('boldsymbol', 'bm', 'pmb') else font}{{{text}}}"


def _base_changed(node: Node, change: Callable[[str], str], what: str) -> Node:
    r"""Changes the letter of a name with scripts: `\hat{x_i}` is read as `\hat{x}_i`."""
    match node:
        case tree.Name(text):
            return replace(node, text=change(text))
        case tree.Script(tree.Name() | tree.Script() as base):
            return replace(node, base=_base_changed(base, change, what))
    raise TreeError(f"{what} over more than a name is not read here", node.start)


def _accented(parsed: Parsed[Token]) -> Node:
    accent = str(_tokens(parsed)[0]).replace("wide", "").replace("overline", "bar")
    node = _base_changed(_only(parsed), lambda text: f"{accent}{{{text}}}", accent)
    return _placed(node, parsed)


def _lettered(parsed: Parsed[Token]) -> Node:
    font = str(_tokens(parsed)[0])[1:]
    node = _base_changed(_only(parsed), lambda text: _in_font(text, font), f"\\{font}")
    return _placed(node, parsed)


def _braces(parsed: Parsed[Token]) -> Node:
    return _placed(_only(parsed), parsed)


def _negative(parsed: Parsed[Token]) -> Node:
    return tree.Negative(_only(parsed), **_span(parsed))


def _binary(op: str) -> Callable[[Parsed[Token]], Node]:
    def make(parsed: Parsed[Token]) -> Node:
        left, right = (build(child) for child in _trees(parsed))
        return tree.Binary(op, left, right, **_span(parsed))

    return make


def _plus_minus(parsed: Parsed[Token]) -> Node:
    left, right = (build(child) for child in _trees(parsed))
    return tree.Binary(str(_tokens(parsed)[0]), left, right, **_span(parsed))


def _multiply(parsed: Parsed[Token]) -> Node:
    left, right = (build(child) for child in _trees(parsed))
    op = str(next(t for t in _tokens(parsed) if t.type == "MULTIPLY"))
    op = {"×": "\\times", "·": "\\cdot", "\\div": "/"}.get(op, op)
    _check_visible(left, _SUMS)
    _check_visible(right, _SUMS)
    if parsed.data == "multiply_negative":
        sign = next(t for t in _tokens(parsed) if t.value == "-") if len(_tokens(parsed)) > 1 else 0
        start = sign.start_pos if isinstance(sign, Token) else right.start
        right = tree.Negative(right, start=start or right.start, end=right.end)
    return tree.Binary(op, left, right, **_span(parsed))


def _run(parsed: Parsed[Token]) -> Node:
    factors: list[Node] = []
    for child in _trees(parsed):
        node = build(child)
        if isinstance(node, tree.Run) and child.data == "run":
            factors.extend(node.factors)
        else:
            factors.append(node)
    if len(factors) == 1:
        return factors[0]
    for factor in factors:
        _check_visible(factor, _SUMS)
    return tree.Run(tuple(factors), **_span(parsed))


# What braces hold together and no reader sees held together, as a factor or under a script.
_SUMS = tree.Negative | tree.Binary
_JOINED = tree.Negative | tree.Binary | tree.Run | tree.Apply | tree.Big


def _check_visible(node: Node, unseen: UnionType) -> None:
    r"""Refuses `{a + b} c`: what is printed is a + bc."""
    product = isinstance(node, tree.Binary) and node.op not in ("+", "-", "\\pm", "\\mp")
    if isinstance(node, unseen) and not (unseen is _SUMS and product):
        raise TreeError("braces do not show: write brackets", node.start)


@dataclass
class _Scripts:
    """What stands at a name: subscripts, superscript, primes, factorials."""

    sub: tuple[Node, ...] = ()
    sup: Node | None = None
    primes: int = 0
    factorials: int = 0


def _scripts(parsed: Parsed[Token]) -> _Scripts:
    """Reads the scripts behind something."""
    found = _Scripts()
    for script in _trees(parsed):
        at = script.meta.start_pos if not script.meta.empty else 0
        if script.data == "prime":
            token = str(script.children[0])
            found.primes += len(token) if token.startswith("'") else 1
            continue
        if script.data == "factorial":
            found.factorials += 1
            continue
        if found.factorials:
            raise TreeError("write brackets: what is this factorial of?", at)
        content = _trees(_trees(script)[0])[0]
        sign = _tokens(_trees(script)[0])
        inner = _content(_trees(script)[0])
        if script.data == "lower":
            if found.sub:
                raise TreeError("a second subscript", at)
            found.sub = inner
        else:
            if found.sup is not None:
                raise TreeError("a second superscript", at)
            found.sup = inner[0] if len(inner) == 1 else tree.Group(inner, "", **_span(content))
            if any(token.type == "ELEMENTWISE" for token in sign):
                found.sup = tree.Elementwise(found.sup, **_span(content))
    return found


def _listed(contents: Parsed[Token], kind: str) -> tuple[Node, ...]:
    """Returns the items of a list, or one node for several lists with a bar or `;` between."""
    parts = tuple(tuple(build(item) for item in _trees(items)) for items in _trees(contents))
    if len(parts) == 1:
        return parts[0]
    marks = tuple(";" if t.type == "SEMICOLON" else "\\mid" for t in _tokens(contents))
    return (tree.Conditional(parts, marks, kind, **_span(contents)),)


def _scripted(parsed: Parsed[Token]) -> Node:
    atom, scripts = _trees(parsed)
    base = build(atom)
    found = _scripts(scripts)
    if _trees(scripts):
        _check_visible(base, _JOINED)
        if isinstance(base, tree.Evaluated):
            message = "a script behind a bar is not read here: write the value at both ends"
            raise TreeError(message, scripts.meta.start_pos)
    if found.sub or found.sup is not None or found.primes:
        base = tree.Script(base, found.sub, found.sup, found.primes, **_span(parsed))
    if found.factorials > 2:
        raise TreeError("write brackets: what is this factorial of?", parsed.meta.start_pos)
    if found.factorials:
        base = tree.Factorial(base, found.factorials, **_span(parsed))
    return base


def _apply(parsed: Parsed[Token]) -> Node:
    scripts, inside = _trees(parsed)
    found = _scripts(scripts)
    sub, power = found.sub, found.sup
    function = str(parsed.children[0])[1:]
    if found.primes or found.factorials:
        raise TreeError(f"a prime on \\{function}", parsed.meta.start_pos)
    argument = build(inside)
    _check_visible(argument, _SUMS)
    scripts_behind = None
    if function == "det" and (of := _of_brackets(argument)) is not None:
        # A power of the determinant is that of the power.
        argument, scripts_behind = of
    if isinstance(argument, tree.Factorial) and isinstance(argument.body, tree.Group):
        message = f"what is this a factorial of? Write {{\\{function}(…)}}!"
        raise TreeError(message, argument.start)
    if isinstance(argument, tree.Script) and isinstance(argument.base, tree.Group):
        raise TreeError(
            f"is this \\{function} of a power, or a power of \\{function}? "
            f"Write \\{function}^2(…), or (…) round the power",
            argument.start,
        )
    arguments = (
        argument.items if isinstance(argument, tree.Group) and _is_list(argument) else (argument,)
    )
    base = sub[0] if sub else None
    if power == tree.Negative(tree.Number("1")):
        message = f"\\{function}^{{-1}} has two meanings: write \\arc{function} or \\frac{{1}}{{…}}"
        raise TreeError(message, parsed.meta.start_pos)
    value = tree.Apply(function, arguments, base, power, **_span(parsed))
    if scripts_behind is not None:
        return tree.Script(value, (), scripts_behind, **_span(parsed))
    return value


def _of_brackets(argument: Node) -> tuple[Node, Node] | None:
    """Splits `(B)^2` into `(B)` and 2; None for anything else, a transpose or elements' powers."""
    match argument:
        case tree.Script(tree.Group((_,), "()") as group, (), sup, 0) if sup is not None:
            numbers = tree.Number | tree.Negative | tree.Fraction | tree.Binary
            name = isinstance(sup, tree.Name) and sup.text not in _TURNED
            return (group, sup) if name or isinstance(sup, numbers) else None
    return None


def _is_list(node: Node) -> bool:
    return isinstance(node, tree.Group) and node.kind == "()"


_MAX_OR_MIN = re.compile(r"(arg)?[\\,\s]*(max|min)\}?$")


def _name_of_max(token: str) -> str:
    r"""Returns `argmax` for `\mathrm{arg\,max}`, as for `\arg\max`."""
    found = _MAX_OR_MIN.search(token)
    assert found is not None, "the grammar has a maximum that nothing names"
    return f"{found[1] or ''}{found[2]}"


def _apply_max(parsed: Parsed[Token]) -> Node:
    scripts, inside = _trees(parsed)
    op = _name_of_max(str(parsed.children[0]))
    found = _scripts(scripts)
    sub, sup = found.sub, found.sup
    argument = build(inside)
    if sub:
        if sup is not None or found.primes or found.factorials:
            raise TreeError(f"a superscript on \\{op}", parsed.meta.start_pos)
        return tree.Big(op, sub, None, argument, **_span(parsed))
    if isinstance(argument, tree.Script) and not argument.sub and _is_list(argument.base):
        # `\max(0, u)^2`: nothing else than the maximum can be squared.
        sup, argument = argument.sup, argument.base
    arguments = argument.items if isinstance(argument, tree.Group) else (argument,)
    return tree.Apply(op, arguments, None, sup, **_span(parsed))


def _big(parsed: Parsed[Token]) -> Node:
    token = parsed.children[0]
    if isinstance(token, Token) and token.type in ("MAX", "MAX_OVER"):
        return _apply_max(parsed)
    scripts, body = _trees(parsed)
    found = _scripts(scripts)
    op = str(token)[1:]
    if not found.sub and (op != "sum" or found.sup is not None):
        raise TreeError(f"this \\{op} does not say over what", parsed.meta.start_pos)
    return tree.Big(op, found.sub, found.sup, build(body), **_span(parsed))


def _big_negative(parsed: Parsed[Token]) -> Node:
    node = _big(parsed)
    assert isinstance(node, tree.Big)
    body = tree.Negative(node.body, start=node.body.start, end=node.body.end)
    return replace(node, body=body)


def _integral(parsed: Parsed[Token]) -> Node:
    scripts, body = _trees(parsed)
    found = _scripts(scripts)
    inner = build(body)
    over, by = _without_differentials(inner)
    if isinstance(inner, tree.Integral):
        # `\int \int f dx dy`: the inner one has read both, its own stands first.
        over, by = replace(inner, by=inner.by[:1]), inner.by[1:]
    return tree.Integral(found.sub, found.sup, over, by, **_span(parsed))


def _without_differentials(node: Node) -> tuple[Node, tuple[Node, ...]]:
    """Splits `f dx dy` into what is integrated and the variables, the innermost first."""
    if isinstance(node, tree.Binary):
        right, by = _without_differentials(node.right)
        return replace(node, right=right), by
    if not isinstance(node, tree.Run):
        return node, ()
    factors = list(node.factors)
    variables: list[Node] = []
    while len(factors) > 1 and factors[-2] in (tree.Name("d"), tree.Name("\\mathrm{d}")):
        variables.insert(0, factors.pop())
        factors.pop()
    if not factors:
        return tree.Number("1", start=node.start, end=node.end), tuple(variables)
    rest = factors[0] if len(factors) == 1 else replace(node, factors=tuple(factors))
    return rest, tuple(variables)


def _group(parsed: Parsed[Token]) -> Node:
    kind = _BRACKETS[parsed.data]
    items = _listed(_trees(parsed)[0], kind)
    if len(items) == 1 and isinstance(items[0], tree.Conditional) and items[0].kind == kind:
        return _placed(items[0], parsed)
    return tree.Group(items, kind, **_span(parsed))


def _interval(parsed: Parsed[Token]) -> Node:
    low, high = (build(child) for child in _trees(parsed))
    first, *_, last = _tokens(parsed)
    return tree.Interval(low, high, f"{first}{last}", **_span(parsed))


def _slice(parsed: Parsed[Token]) -> Node:
    ends = [build(child) for child in _trees(parsed)]
    first = None if parsed.data in ("slice_to", "slice_all") else ends[0]
    last = None if parsed.data in ("slice_from", "slice_all") else ends[-1]
    return tree.Slice(first, last, **_span(parsed))


def _dots(parsed: Parsed[Token]) -> Node:
    return tree.Dots(**_span(parsed))


def _binomial(parsed: Parsed[Token]) -> Node:
    top, bottom = (
        _only(part) if part.data == "fraction_part" else build(part) for part in _trees(parsed)
    )
    return tree.Binomial(top, bottom, **_span(parsed))


def _fence(parsed: Parsed[Token]) -> Node:
    return tree.Fence(_only(parsed), _FENCES[parsed.data], **_span(parsed))


def _fraction(parsed: Parsed[Token]) -> Node:
    top, bottom = (_only(part) for part in _trees(parsed))
    return tree.Fraction(top, bottom, **_span(parsed))


def _derivative(parsed: Parsed[Token]) -> Node:
    kinds = {str(t) == "\\partial" for t in _tokens(parsed) if t.type == "DIFF"}
    if len(kinds) > 1:
        raise TreeError("a ∂ and a d in one derivative", parsed.meta.start_pos)
    order, *parts = _trees(parsed)
    bars = len([t for t in _tokens(parsed) if t.type == "DIFF"]) - 1
    of = build(parts[0]) if len(parts) > bars else None
    by = [build(part) for part in parts[-bars:]]
    total = kinds == {False}
    if not _trees(order) and of is not None and len(by) == 1:
        return tree.Derivative(total, of, by[0], **_span(parsed))
    times = _order(order)
    if len(by) < times:  # `\partial x^2`: twice by x
        by = [each for node in by for each in _repeated(node)]
    if len(by) != times:
        raise TreeError("as often by something as the order says", parsed.meta.start_pos)
    return tree.Differential(total, of, tuple(by), **_span(parsed))


def _order(parsed: Parsed[Token]) -> int:
    if not _trees(parsed):
        return 1
    match _content(_trees(parsed)[0]):
        case (tree.Number(text),) if text.isdecimal() and 1 <= int(text) <= _HIGHEST:
            return int(text)
    raise TreeError("of which order is this derivative? Write a number", parsed.meta.start_pos)


def _repeated(node: Node) -> list[Node]:
    match node:
        case tree.Script(base, sub, tree.Number(text), primes) if text.isdecimal():
            bare = base if not sub and not primes else replace(node, sup=None)
            return [bare] * min(int(text), _HIGHEST)
    return [node]


def _root(parsed: Parsed[Token]) -> Node:
    parts = _trees(parsed)
    degree = build(parts[0]) if len(parts) > 1 else None
    return tree.Root(_only(parts[-1]), degree, **_span(parsed))


def _evaluated(parsed: Parsed[Token]) -> Node:
    body, *ends = _trees(parsed)
    fenced = any(token.type == "VALUE_OPEN" for token in _tokens(parsed))
    at, *above = (_content(end) for end in ends)
    if above and len(above[0]) > 1:
        raise TreeError("one upper end, where several stand", ends[1].meta.start_pos)
    upper = above[0][0] if above else None
    if upper is not None and isinstance(at[0], tree.Relation) != isinstance(upper, tree.Relation):
        message = "is this a power, or the upper end? Name both ends, _{x=0}^{x=1}"
        raise TreeError(message, upper.start)
    return tree.Evaluated(build(body), at, not fenced, upper, **_span(parsed))


def _content(script: Parsed[Token]) -> tuple[Node, ...]:
    """Returns what stands in a script."""
    content = _trees(script)[0]
    return _listed(content, "") if content.data == "contents" else (build(content),)


def _indicator(parsed: Parsed[Token]) -> Node:
    return tree.Indicator(_only(parsed), **_span(parsed))


def _relation(parsed: Parsed[Token]) -> Node:
    sides = tuple(build(child) for child in _trees(parsed))
    ops = tuple(relation_name(str(t)) for t in _tokens(parsed) if t.type == "RELATION")
    return tree.Relation(sides, ops, **_span(parsed))


def _condition(parsed: Parsed[Token]) -> Node:
    parts = tuple(build(child) for child in _trees(parsed))
    return parts[0] if len(parts) == 1 else tree.Both(parts, **_span(parsed))


def _cases(parsed: Parsed[Token]) -> Node:
    rows: list[tuple[Node, Node | None]] = []
    for case in _trees(parsed):
        value, *rest = _trees(case)
        rows.append((build(value), _guard(rest[0]) if rest else None))
        if rows[-1][1] is None and len(rows) < len(_trees(parsed)):
            raise TreeError("the case without a condition must be the last", case.meta.start_pos)
    return tree.Cases(tuple(rows), **_span(parsed))


def _guard(parsed: Parsed[Token]) -> Node | None:
    conditions = _trees(parsed)
    said = words(str(_tokens(parsed)[0])).rstrip(".,") if _tokens(parsed) else None
    if conditions and (said is None or said in _GUARDS):
        return build(conditions[0])
    if not conditions and said in _OTHERWISE:
        return None
    at = parsed.meta.start_pos
    raise TreeError(f"'{said}': a case has a condition or says \\text{{otherwise}}", at)


def _matrix(parsed: Parsed[Token]) -> Node:
    rows = tuple(tuple(build(entry) for entry in _trees(row)) for row in _trees(parsed))
    if len({len(row) for row in rows}) > 1:
        raise TreeError("the rows of this matrix differ in length", parsed.meta.start_pos)
    matrix = tree.Matrix(rows, **_span(parsed))
    opening = next(str(token) for token in _tokens(parsed) if token.type == "BEGIN_MATRIX")
    if "{vmatrix" in opening:
        return tree.Apply("det", (matrix,), start=matrix.start, end=matrix.end)
    if "{Vmatrix" in opening:
        message = "which norm of a matrix is this? Write \\|…\\|_F round it"
        raise TreeError(message, parsed.meta.start_pos)
    return matrix


_HANDLERS: dict[str, Callable[[Parsed[Token]], Node]] = {
    "side": _only,
    "condition": _condition,
    "relation": _relation,
    "negative": _negative,
    "positive": _only,
    "add": _binary("+"),
    "subtract": _binary("-"),
    "multiply": _multiply,
    "multiply_negative": _multiply,
    "run": _run,
    "big": _big,
    "big_negative": _big_negative,
    "integral": _integral,
    "plus_minus": _plus_minus,
    "accented": _accented,
    "lettered": _lettered,
    "dots": _dots,
    "slice": _slice,
    "slice_from": _slice,
    "slice_to": _slice,
    "slice_all": _slice,
    "interval": _interval,
    "binomial": _binomial,
    "angles": _group,
    "apply": _apply,
    "apply_max": _apply_max,
    "scripted": _scripted,
    "number": _number,
    "percent": _percent,
    "repeating": _repeating,
    "name": _name,
    "braces": _braces,
    "parens": _group,
    "brackets": _group,
    "curly": _group,
    "bars": _fence,
    "norm": _fence,
    "floor": _fence,
    "ceiling": _fence,
    "fraction": _fraction,
    "derivative": _derivative,
    "root": _root,
    "indicator": _indicator,
    "evaluated": _evaluated,
    "cases": _cases,
    "matrix": _matrix,
}
