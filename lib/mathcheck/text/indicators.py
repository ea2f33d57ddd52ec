r"""Tells indicators, `\mathbf 1[x > 0]` or `1_{\{x > 0\}}`, from numbers, vectors, identities."""

import re
from collections.abc import Iterator

from lark import Token

Tokens = list[Token]

_OPENERS = {"LBRACE", "LPAR", "LSQB", "LCURLY", "LANGLE"}
_CLOSERS = {"RBRACE", "RPAR", "RSQB", "RCURLY", "RANGLE"}
# Signs that are an indicator before a condition, and something else anywhere else.
_SIGN = re.compile(r"1|I|\\math(?:bb|bf|rm)\s*\{?\s*I\s*\}?")


def indicators(tokens: Tokens) -> Iterator[Token]:
    r"""Tells `\mathbf 1`, a vector of ones, from `\mathbf 1[x > 0]`, an indicator."""
    dropped: set[int] = set()  # the braces that are set inside the braces of a subscript
    for at, token in enumerate(tokens):
        known = token.type == "INDICATOR"
        if (known or _is_sign(token)) and _has_condition(tokens[at + 1 :]):
            token = token.update(type="INDICATOR")
            dropped.update(at + 1 + place for place in _inner_braces(tokens[at + 1 :]))
        elif known:
            sign = "mathbb" if "mathbb" in token or "mathds" in token else "mathbf"
            token = token.update(type="WORD", value=f"\\{sign}{{1}}")
        if at not in dropped:
            yield token


def _is_sign(token: Token) -> bool:
    return token.type in ("NUMBER", "LETTER", "WORD") and _SIGN.fullmatch(token) is not None


def _has_condition(tokens: Tokens) -> bool:
    """Tells whether what follows is a condition in brackets or in a subscript."""
    if not tokens or tokens[0].type not in ("LSQB", "LPAR", "LCURLY", "SUB"):
        return False
    inner, depth = 1 + bool(_inner_braces(tokens)), 0
    for token in tokens:
        depth += token.type in _OPENERS
        depth -= token.type in _CLOSERS
        if token.type == "RELATION" and depth == inner:
            return True
        if depth == 0 and token.type != "SUB":
            return False
    return False


def _inner_braces(tokens: Tokens) -> list[int]:
    r"""Returns where the inner braces of `_{\{x > 0\}}` stand; nothing if there are none."""
    if [token.type for token in tokens[:3]] != ["SUB", "LBRACE", "LCURLY"]:
        return []
    depth = 0
    for at, token in enumerate(tokens):
        depth += token.type in _OPENERS
        depth -= token.type in _CLOSERS
        if at > 1 and depth == 1:
            behind = [other.type for other in tokens[at + 1 : at + 2]]
            return [2, at] if behind == ["RBRACE"] else []
    return []
