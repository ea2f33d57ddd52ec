"""Parses the text of a displayed equation into statements.

Lark's lexer cuts the text into tokens, `rows` tells which of them belong together, and each side
of a claim and each condition goes through the grammar.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice, pairwise

from lark import Lark, Token, UnexpectedCharacters, UnexpectedToken
from lark import Tree as Parsed

from mathcheck.text import tree
from mathcheck.text.dressing import check_spaces, punctuated, undressed
from mathcheck.text.errors import TreeError
from mathcheck.text.lookalikes import told_apart
from mathcheck.text.nodes import build
from mathcheck.text.numerals import check_numerals
from mathcheck.text.rows import CLOSING, OPENING, Chain, lay_out
from mathcheck.text.tree import Node
from mathcheck.text.words import check_commands

_MOST_KNOWN = 4096
_TOO_DEEP = 60
# Signs typed as in code, and how LaTeX spells them.
_SPELLINGS = {"!=": "\\ne", "==": "="}
# Functions that people type as in code; those of the first kind are commands in LaTeX.
_COMMANDS = {
    *("exp", "log", "ln", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "det"),
    *("arcsin", "arccos", "arctan"),
}
_TYPED_FUNCTIONS = _COMMANDS | {
    *("tr", "softmax", "sigmoid", "relu", "ReLU", "sign", "abs", "diag", "mean", "sum", "var"),
    *("erf", "argmax", "argmin", "round", "Var", "sqrt"),
}
_TOO_DEEP_A_TREE = 120
# A power of ten as in code.
_TYPED_NUMBER = re.compile(r"\d[\d.]*[eE]([-+]?\d+)$")
# What a text says that only a formula should.
_CLAIM_IN_TEXT = re.compile(r"\$|\\\(|(?<!-)[<>=≤≥≠≈]|\\(?:[lg]eq?|neq?|approx)(?![a-zA-Z])")


@cache
def _lark() -> Lark:
    """Returns the parser."""
    grammar = files("mathcheck.text").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        start=["side", "condition", "layout"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


@lru_cache(maxsize=_MOST_KNOWN)
def parse(text: str) -> tuple[tree.Statement, ...]:
    """Returns the statements of a displayed equation, in order.

    A text is parsed once, though a mutation or a chapter that is served reads it again and again.

    Raises:
        TreeError: where it cannot be read.
    """
    tokens = _tokens(text)
    if not tokens:
        raise TreeError("this equation is empty", 0)
    return tuple(_statement(chain, len(text)) for chain in lay_out(tokens))


def _statement(chain: Chain, end: int) -> tree.Statement:
    sides = tuple(_parse(side, "side", end) for side in chain.sides)
    conditions = []
    for link in chain.links:
        parts = tuple(_parse(tokens, "condition", end) for tokens in link.conditions)
        conditions.append(tree.Both(parts) if len(parts) > 1 else parts[0] if parts else None)
    return tree.Statement(
        sides,
        tuple(link.op for link in chain.links),
        tuple(conditions),
        tuple(link.tolerance for link in chain.links),
        tuple(tree.Name(str(token), start=token.start_pos or 0) for token in chain.over),
        None if chain.widened is None else chain.widened.start_pos or 0,
        start=sides[0].start,
        end=sides[-1].end,
    )


@lru_cache(maxsize=_MOST_KNOWN)
def parse_expression(text: str) -> Node:
    """Returns the tree of one expression.

    Raises:
        TreeError: where it cannot be read.
    """
    return _parse(_tokens(text), "side", len(text))


def parse_condition(text: str) -> Node:
    """Returns the tree of a condition, `x > 0`.

    Raises:
        TreeError: where it cannot be read.
    """
    return _parse(_tokens(text), "condition", len(text))


def _tokens(text: str) -> list[Token]:
    try:
        lexer = _lark().parse_interactive(text, "side").lexer_thread
        tokens: list[Token] = list(lexer.lex(None))  # type: ignore[no-untyped-call]
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        raise TreeError(_unknown(text, at), at) from None
    check_spaces(tokens, text)
    _check_spelling(tokens)
    _check_depth(tokens)
    tokens = told_apart(list(punctuated(undressed(tokens))))
    _check_brackets(tokens, len(text))
    return tokens


_OF_NUMBERS = "write what it says of numbers, with = or \\le"
_NOT_READ = {
    **dict.fromkeys(("\\perp", "\\preceq", "\\succeq", "\\prec", "\\succ"), _OF_NUMBERS),
    **dict.fromkeys(("\\because", "\\therefore"), "say in the text why, or what follows"),
    **dict.fromkeys(("\\mbox", "\\hbox"), "write \\text{…}"),
    "\\rm": "write \\mathrm{…}",
    "\\it": "write \\mathit{…}",
    "\\bf": "write \\mathbf{…}",
    "\\sf": "write \\mathsf{…}",
    "\\tt": "write \\mathtt{…}",
    "\\cal": "write \\mathcal{…}",
}


def _unknown(text: str, at: int) -> str:
    command = re.match(r"\\[a-zA-Z]+\*?", text[at:])
    if command is None:
        if sign := next((sign for sign in _SPELLINGS if text.startswith(sign, at)), None):
            return f"write {_SPELLINGS[sign]}, not {sign}"
        return f"cannot read {text[at]!r}"
    if command[0] in ("\\begin", "\\end"):
        name = re.match(r"\\\w+\s*(\{\w*\*?\}?)?", text[at:])
        return f"unknown environment {''.join((name or command)[0].split())}"
    if command[0] in ("\\exists", "\\nexists"):
        return f"{command[0]} is not read: that there is such a thing, random values do not tell"
    if command[0] in _NOT_READ:
        return f"{command[0]} is not read: {_NOT_READ[command[0]]}"
    known = [name for name in _commands() if f"\\{name}" != command[0]]
    near = get_close_matches(command[0][1:], known, 1, 0.7)
    hint = f": is \\{near[0]} meant?" if near else ""
    return f"unknown command {command[0]}{hint}"


@cache
def _commands() -> list[str]:
    """Returns the commands that the grammar knows."""
    patterns = (terminal.pattern.value for terminal in _lark().terminals)
    return sorted({word for pattern in patterns for word in re.findall(r"[a-zA-Z]{2,}", pattern)})


@cache
def is_known(name: str) -> bool:
    """Tells whether a command is one that the grammar knows."""
    for text in (f"\\{name}", f"\\{name}{{a}}"):
        try:
            lexer = _lark().parse_interactive(text, "side").lexer_thread
            list(lexer.lex(None))  # type: ignore[no-untyped-call]
        except UnexpectedCharacters:
            continue
        return True
    return False


def _check_spelling(tokens: list[Token]) -> None:
    """Refuses signs that are typed as in code: what the reader sees would be another sign."""
    for token in tokens:
        if token.type in ("TEXT", "WORD", "TAG"):
            check_commands(token)
        if token.type == "TEXT" and (found := _CLAIM_IN_TEXT.search(str(token))):
            at = (token.start_pos or 0) + found.start()
            raise TreeError("mathematics in a text is not read: take it out of the braces", at)
    for at, token in enumerate(tokens):
        if typed := _TYPED_NUMBER.match("".join(islice(_adjacent(tokens, at), 4))):
            message = f"write 10^{{{typed[1].lstrip('+')}}}, not {typed[0]}"
            raise TreeError(message, token.start_pos or 0)
    _check_typed_functions(tokens)
    for token, following in pairwise(tokens):
        if following.start_pos == token.end_pos and token + following in _SPELLINGS:
            sign = token + following
            raise TreeError(f"write {_SPELLINGS[sign]}, not {sign}", token.start_pos or 0)


def _check_typed_functions(tokens: list[Token]) -> None:
    r"""Refuses `exp(2a)`: without its backslash it is the product e x p (2a)."""
    at = 0
    while at < len(tokens):
        run = []
        for token in _adjacent(tokens, at):
            if token.type != "LETTER":
                break
            run.append(token)
        following = tokens[at + len(run)] if at + len(run) < len(tokens) else None
        applied = following is not None and following.type in ("LPAR", "LSQB", "LETTER", "SYMBOL")
        if (word := "".join(run)) in _TYPED_FUNCTIONS and applied:
            name = f"\\{word}" if word in _COMMANDS else f"\\mathrm{{{word}}}"
            raise TreeError(f"write {name}, not {word}", run[0].start_pos or 0)
        at += max(len(run), 1)


def _adjacent(tokens: list[Token], at: int) -> Iterator[Token]:
    """Yields the tokens from a place on, up to the first space."""
    end = tokens[at].start_pos
    for place in range(at, len(tokens)):
        if tokens[place].start_pos != end:
            return
        yield tokens[place]
        end = tokens[place].end_pos


def _check_depth(tokens: list[Token]) -> None:
    """Refuses what is nested so deep that no reader could follow."""
    depth = 0
    for token in tokens:
        depth += (token.type in OPENING) - (token.type in CLOSING)
        if depth > _TOO_DEEP:
            raise TreeError("brackets nested too deep", token.start_pos or 0)


def _check_brackets(tokens: list[Token], length: int) -> None:
    """Says which bracket has no partner, more plainly than the grammar would."""
    partners = {
        "RBRACE": "LBRACE",
        "RPAR": "LPAR",
        "RSQB": "LSQB",
        "RCURLY": "LCURLY",
        "RANGLE": "LANGLE",
        "HALF_CLOSE": "HALF_OPEN",
        "END_CASES": "BEGIN_CASES",
        "END_MATRIX": "BEGIN_MATRIX",
        "END_ROWS": "BEGIN_ROWS",
        "VALUE_CLOSE": "VALUE_OPEN",
    }
    stack: list[Token] = []
    for token in tokens:
        if token.type in partners.values():
            stack.append(token)
        elif token.type in partners:
            if not stack:
                raise TreeError(f"'{token}' closes nothing", token.start_pos or 0)
            opened = stack.pop()
            if opened.type != partners[token.type]:
                raise TreeError(f"'{opened}' is closed by '{token}'", token.start_pos or 0)
    if stack:
        raise TreeError(f"'{stack[-1]}' is never closed", stack[-1].start_pos or 0)


def _parse(tokens: list[Token], start: str, end: int) -> Node:
    """Feeds tokens to the grammar."""
    parser = _lark().parse_interactive(start=start)
    try:
        for token in tokens:
            parser.feed_token(token)
        end_token = Token.new_borrow_pos("$END", "", tokens[-1]) if tokens else Token("$END", "")
        parsed = parser.feed_token(end_token)
    except UnexpectedToken as error:
        raise _unexpected(error, tokens, end) from None
    if _depth(parsed) > _TOO_DEEP_A_TREE:
        raise TreeError("this is too long for one equation", tokens[0].start_pos or 0)
    node = build(parsed)
    check_numerals(node)
    return node


def _depth(parsed: Parsed[Token]) -> int:
    """Counts the levels of a parse, level by level: Python's own stack may not hold them."""
    depth, level = 0, [parsed]
    while level:
        depth += 1
        level = [child for node in level for child in node.children if isinstance(child, Parsed)]
    return depth


def _unexpected(error: UnexpectedToken, tokens: list[Token], end: int) -> TreeError:
    token = error.token
    if token.type == "$END":
        at = (tokens[-1].end_pos or end) if tokens else end
        return TreeError("something is missing here", max(0, at - 1 if tokens else at))
    at = token.start_pos or 0
    if token.type == "DIFF":
        return TreeError("a ∂ or d outside of \\frac{∂ …}{∂ …}", at)
    if token.type == "AND":
        return TreeError(f"{token} joins conditions: write two claims on lines of their own", at)
    if token.type == "SUP":
        return TreeError("a second superscript, or one on nothing", at)
    return TreeError(f"'{token}' cannot stand here", at)
