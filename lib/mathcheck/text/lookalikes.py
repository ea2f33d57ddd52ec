r"""Tells signs apart that look alike: the bars of $|x|$ and of $p(x | y)$, names and remarks, ….

Each function takes tokens and returns them with other types; what they stand beside decides.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from lark import Token

from mathcheck.text.bars import ENDS, bars
from mathcheck.text.indicators import indicators
from mathcheck.text.nodes import words
from mathcheck.text.rows import CLOSING, OPENING

Tokens = list[Token]

CHANGE = "\\Delta"
# Texts that are never a name where they stand in a row.
_JOINING = {"and", "with", "where", "or"}
_REMARKS = {
    *[
        "for",
        "if",
        "when",
        "otherwise",
        "else",
        "so",
        "hence",
        "thus",
        "therefore",
        "as",
        "because",
        "since",
        "given",
        "such",
        "that",
    ],
    *["by", "using", "from", "within", "over", "in", "at", "is", "are", "let", "to", "of"],
    *(
        "for all",
        "for every",
        "for any",
        "for each",
        "such that",
        "subject to",
        "and so",
        "and hence",
    ),
    *("if not", "or equivalently"),
}
# Functions that are commands, for those who write them as words.
_FUNCTIONS = {
    *("exp", "log", "ln", "sin", "cos", "tan", "sinh", "cosh", "tanh"),
    *("arcsin", "arccos", "arctan", "cot", "sec", "csc", "coth", "gcd", "det"),
}


def told_apart(tokens: Tokens) -> Tokens:
    """Returns the tokens with the types that they have where they stand."""
    tokens = _named(list(_said(_remainders(list(indicators(_changes(tokens)))))))
    tokens = list(_such_that(_over(_short_arguments(_marks(_primes(_differentials(tokens)))))))
    return list(bars(_half_open(tokens)))


def _changes(tokens: Tokens) -> Tokens:
    r"""Joins the Δ of `\Delta\theta`, a change of θ, with its letter to one name."""
    found: Tokens = []
    for token in tokens:
        before = found[-1] if found else None
        if token.type in ("LETTER", "SYMBOL") and token != CHANGE and before == CHANGE:
            found[-1] = Token(
                "SYMBOL", f"{CHANGE} {token}", before.start_pos, end_pos=token.end_pos
            )
        else:
            found.append(token)
    return found


# Arrows that say "so" where they stand between two equations.
_ARROWS = {
    *("\\rightarrow", "\\longrightarrow", "\\to", "\\Rightarrow", "\\Longrightarrow"),
    *("\\implies", "\\iff", "\\Leftrightarrow", "\\Longleftrightarrow"),
}


def _said(tokens: Tokens) -> Iterator[Token]:
    r"""Reads a sign as the words it stands for: `\forall`, an arrow that wide spaces set apart."""
    apart = {"QUAD", "NEWROW"}
    for at, token in enumerate(tokens):
        around = {*_types(tokens, at - 1, 1), *_types(tokens, at + 1, 1)} if at else {""}
        if str(token) in _ARROWS and len(tokens) > at + 1 and around <= apart:
            token = token.update(type="TEXT", value="\\text{so}")
        elif token.type == "FORALL":
            token = token.update(type="TEXT", value="\\text{for all}")
        yield token


def _remainders(tokens: Tokens) -> Tokens:
    r"""Reads `\text{mod}` between two numbers as `\bmod`, and `(\text{mod } n)` as `\pmod`."""
    found: Tokens = []
    for at, token in enumerate(tokens):
        is_mod = token.type in ("TEXT", "WORD") and "{" in token and words(str(token)) == "mod"
        if is_mod and found and found[-1].type == "LPAR":
            opening = found.pop()
            found += [opening.update(type="MULTIPLY", value="\\pmod"), opening]
        elif is_mod and found and _types(tokens, at + 1, 1) != ["LPAR"]:
            found.append(token.update(type="MULTIPLY", value="\\bmod"))
        else:
            found.append(token)
    return found


def _with_next(tokens: Tokens) -> Iterator[tuple[Token, Token | None]]:
    """Pairs each token with the one behind it."""
    yield from pairwise(tokens)
    if tokens:
        yield tokens[-1], None


def _over(tokens: Iterable[Token]) -> Iterator[Token]:
    r"""Tells `\max_k`, which goes on as a sum does, from `\max(a, b)`."""
    for token, following in _with_next(list(tokens)):
        over = token.type == "MAX" and following is not None and following.type == "SUB"
        yield token.update(type="MAX_OVER") if over else token


def _such_that(tokens: Iterable[Token]) -> Iterator[Token]:
    r"""Tells the colon of `\sum_{j : y_j > 0}`, before a condition, from that of `x_{1:n}`."""
    found = list(tokens)
    for at, token in enumerate(found):
        if token.type in ("SUM", "PROD", "MAX_OVER") and _types(found, at + 1, 2) == _BELOW:
            end = _closing(found, at + 2) or at
            depth, colon = 0, None
            for place in range(at + 3, end):
                depth += (found[place].type in OPENING) - (found[place].type in CLOSING)
                if not depth and found[place].type == "COLON":
                    colon = colon or place
                elif not depth and found[place].type == "RELATION" and colon:
                    found[colon] = found[colon].update(type="GIVEN", value="\\mid")
    return iter(found)


_BELOW = ["SUB", "LBRACE"]


def _short_arguments(tokens: Iterable[Token]) -> Iterator[Token]:
    r"""Splits numbers where TeX takes one digit: in `\frac12`, `x^23`, `\sqrt16`."""
    wanted = 0
    for token in tokens:
        if token.type == "NUMBER" and wanted and len(token) > 1 and token.start_pos is not None:
            for at in range(min(wanted, len(token) - 1)):
                start = token.start_pos + at
                yield Token("NUMBER", token[at], start, end_pos=start + 1)
            start = token.start_pos + min(wanted, len(token) - 1)
            end = token.end_pos
            yield Token("NUMBER", token[start - token.start_pos :], start, end_pos=end)
            wanted = 0
            continue
        if token.type in ("FRAC", "BINOM"):
            wanted = 2
        elif token.type in ("SUB", "SUP", "SQRT"):
            wanted = 1
        else:
            wanted = wanted - 1 if wanted and token.type != "LBRACE" else 0
        yield token


def _half_open(tokens: Tokens) -> Tokens:
    """Marks the brackets of `(a, b]` and `[a, b)`, an interval."""
    found = list(tokens)
    stack: list[int] = []
    commas: list[int] = []
    for at, token in enumerate(tokens):
        if token.type in ("LPAR", "LSQB", "LBRACE", "LCURLY"):
            stack.append(at)
            commas.append(0)
        elif token.type == "COMMA" and commas:
            commas[-1] += 1
        elif token.type in ("RPAR", "RSQB", "RBRACE", "RCURLY") and stack:
            first, inside = stack.pop(), commas.pop()
            mixed = {tokens[first].type, token.type} in ({"LPAR", "RSQB"}, {"LSQB", "RPAR"})
            if mixed and inside == 1:
                found[first] = tokens[first].update(type="HALF_OPEN")
                found[at] = token.update(type="HALF_CLOSE")
    return found


def _differentials(tokens: Tokens) -> Tokens:
    r"""Tells the ∂ of `\frac{\partial y}{\partial x}` from that of `\partial_x y`.

    An italic d above and below a line, each before a name, is a differential too.
    """
    found = list(tokens)
    for at, token in enumerate(tokens):
        if token.type != "FRAC" or _types(tokens, at + 1, 1) != ["LBRACE"]:
            continue
        end = _closing(tokens, at + 1)
        if end is None or _types(tokens, end + 1, 1) != ["LBRACE"]:
            continue
        last = _closing(tokens, end + 1)
        if last is None or not _is_differential(tokens, at + 2, True):
            continue
        if _is_differential(tokens, end + 2, False):
            for place in (at + 2, *_below_a_line(tokens, end + 2, last)):
                found[place] = tokens[place].update(type="DIFF_SIGN")
    for at, token in enumerate(found):
        kind = {"DIFF_SIGN": "DIFF", "DIFF": "PARTIAL"}.get(token.type)
        if kind is not None:
            found[at] = token.update(type=kind)
    return found


def _below_a_line(tokens: Tokens, first: int, end: int) -> Iterator[int]:
    r"""Yields where the signs of `\partial x \partial y` stand; a d in a script is none."""
    depth = 0
    for at in range(first, end):
        depth += (tokens[at].type in OPENING) - (tokens[at].type in CLOSING)
        alike = str(tokens[at]) == str(tokens[first])
        if depth == 0 and alike and _is_differential(tokens, at, False):
            yield at


def _is_differential(tokens: Tokens, at: int, above: bool) -> bool:
    """Tells whether a ∂ or d stands before a name; above the line also alone or with an order."""
    token = tokens[at]
    if token.type != "DIFF" and (token.type, str(token)) != ("LETTER", "d"):
        return False
    following = _types(tokens, at + 1, 1)[0]
    if following == "SUP":
        number = _types(tokens, at + 2, 3)
        return above and (number[:1] == ["NUMBER"] or number == ["LBRACE", "NUMBER", "RBRACE"])
    if above and following == "RBRACE":
        return True
    if token.type == "DIFF":
        return following != "SUB"
    names = {"LETTER", "SYMBOL", "WORD", "ACCENT", "FONT"}
    return following in (names | {"LPAR", "LSQB", "FUNCTION"} if above else names)


def _types(tokens: Tokens, at: int, count: int) -> list[str]:
    return [token.type for token in tokens[at : at + count]]


def _closing(tokens: Tokens, at: int) -> int | None:
    """Returns where the brace at a place is closed."""
    depth = 0
    for end in range(at, len(tokens)):
        depth += (tokens[end].type == "LBRACE") - (tokens[end].type == "RBRACE")
        if depth == 0:
            return end
    return None


def _primes(tokens: Tokens) -> Tokens:
    r"""Reads `x^{'}` and `x^\prime` as `x'`."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        if _types(tokens, at, 4) == ["SUP", "LBRACE", "PRIME", "RBRACE"]:
            found.append(tokens[at + 2])
            at += 4
        elif _types(tokens, at, 2) == ["SUP", "PRIME"]:
            found.append(tokens[at + 1])
            at += 2
        else:
            found.append(tokens[at])
            at += 1
    return found


def _marks(tokens: Tokens) -> Iterator[Token]:
    r"""Tells the sign in `w^*`, `R^{T,+}`, `x_{\cdot,d}` from an operation."""
    opens = {"SUB", "SUP", "LBRACE", "COMMA", "LPAR", "LSQB", "LANGLE"}
    closes = {"RBRACE", "COMMA", "RPAR", "RSQB", "RANGLE"}
    for at, token in enumerate(tokens):
        before = tokens[at - 1].type if at else ""
        following = tokens[at + 1].type if at + 1 < len(tokens) else ""
        alone = before in opens and following in closes
        signs = {"*", "\\ast", "+", "-", "\\cdot", "\\circ"}
        leads = token == "*" and _types(tokens, at - 2, 2) in (["SUB", "LBRACE"], ["SUP", "LBRACE"])
        if str(token) in signs and (alone or leads or before in ("SUB", "SUP")):
            token = token.update(type="MARK")
        elif str(token) in ("\\odot", "\\circ") and _types(tokens, at - 2, 2) == ["SUP", "LBRACE"]:
            token = token.update(type="ELEMENTWISE")
        yield token


def _named(tokens: Tokens) -> Tokens:
    r"""Tells a `\text{…}` that is a name from one that is a remark.

    It is a name in a script, before a bracket or a script, and where a value has to stand;
    functions that are commands, `\text{tanh}`, become these.
    """
    found: Tokens = []
    inside: list[str] = []
    in_note = False  # behind `&&` all texts are remarks
    for at, token in enumerate(tokens):
        before = found[-1].type if found else "NEWROW"
        if not inside and token.type in ("AMPERSAND", "NEWROW"):
            in_note = token.type == "AMPERSAND" and (in_note or before == "AMPERSAND")
        following = tokens[at + 1].type if at + 1 < len(tokens) else "NEWROW"
        if token.type in OPENING:
            inside.append(token.type)
        elif token.type in CLOSING and inside:
            inside.pop()
        elif token.type == "TEXT":
            said = words(str(token)).lower().rstrip(".,:")
            cell = bool(inside) and inside[-1] == "BEGIN_CASES"
            if cell and before == "AMPERSAND":
                token = token.update(type="SAID")
            elif cell and said in _JOINING:
                token = token.update(type="AND")
            elif not in_note and _is_name(said, before, following, bool(inside) and not cell):
                token = token.update(type="WORD")
        if token.type == "WORD":
            token = _as_function(token)
        found.append(token)
    return found


_OPERATORS = {"RELATION", "PLUS", "MINUS", "MULTIPLY", "PLUS_MINUS"}
_STARTS = {"NEWROW", "AMPERSAND", "COMMA", "STOP", "BEGIN_ROWS"}
_STOPS = {"NEWROW", "AMPERSAND", "COMMA", "STOP", "END_ROWS", "QUAD"}


def _is_name(said: str, before: str, following: str, inside: bool) -> bool:
    """Tells whether a text is a name, by what it says and by its neighbours."""
    if before in ("SUB", "SUP"):
        return True
    if said in _REMARKS or said in _JOINING or not said:
        return False
    if following in ("LPAR", "LSQB", "SUB", "SUP", "PRIME", "HALF_OPEN"):
        return True
    if before in _OPERATORS:
        return following in _OPERATORS | _STOPS | ENDS | {"TEXT"}
    return inside or (before in _STARTS and following in _OPERATORS)


_MAX_OR_MIN = re.compile(r"(?:arg ?)?(?:max|min)")


def _as_function(token: Token) -> Token:
    if "{" not in token:
        return token
    word = words(str(token))
    if _MAX_OR_MIN.fullmatch(word):
        return token.update(type="MAX", value=f"\\{word.replace(' ', '')}")
    if word in _FUNCTIONS and not token.startswith(("\\mathbf", "\\mathcal", "\\mathbb")):
        return token.update(type="FUNCTION", value=f"\\{word}")
    return token
