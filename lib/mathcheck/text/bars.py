r"""Tells bars apart: of `|x|` and `\|x\|`, of `p(x | y)`, of `y |_{x=1}`, a value at a point."""

from collections.abc import Iterator

from lark import Token

from mathcheck.text.rows import CLOSING, OPENING

Tokens = list[Token]

# What a bar can close: the token before it ends something.
ENDS = {
    "NUMBER",
    "REPEATING",
    "LETTER",
    "SYMBOL",
    "WORD",
    "PRIME",
    "MARK",
    "DOTS",
    "FACTORIAL",
    "PERCENT",
    "RANGLE",
    "HALF_CLOSE",
    "BAR_CLOSE",
    "NORM_CLOSE",
    "RFLOOR",
    "RCEIL",
    *CLOSING,
}
_OPENERS = {"LBRACE", "LPAR", "LSQB", "LCURLY", "LANGLE"}
_CLOSERS = {"RBRACE", "RPAR", "RSQB", "RCURLY", "RANGLE"}


def bars(tokens: Tokens) -> Iterator[Token]:
    r"""Tells opening from closing bars, and both from the bar of a condition, `p(x | y)`.

    A bar inside brackets that could close something, where nothing is open and no other bar
    follows within the same brackets, stands between two things.
    """
    tokens = list(_evaluated(tokens))
    levels: list[list[str]] = [[]]
    before: Token | None = None
    skip = False
    for at, token in enumerate(tokens):
        if skip:
            skip = False
            continue
        opened = levels[-1]
        if token.type in OPENING:
            levels.append([])
        elif token.type in CLOSING and len(levels) > 1:
            levels.pop()
        elif token.type in ("BAR", "NORM"):
            ends = before is not None and before.type in ENDS
            close = [
                other for other in tokens[at + 1 : at + 2] if other.type == token.type == "BAR"
            ]
            twice = bool(close) and close[0].start_pos == token.end_pos
            if twice and not (ends and "BAR" in opened):
                token = Token("NORM", "||", token.start_pos, end_pos=close[0].end_pos)
                skip = True
            rest = tokens[at + 1 + skip :]
            if ends and token.type == "BAR" and "BAR" not in opened and _assigns(rest):
                token = token.update(type="VALUE_BAR")
            elif ends and token.type in opened:
                opened.remove(token.type)
                token = token.update(type=f"{token.type}_CLOSE")
            elif ends and len(levels) > 1 and not _another(rest, token.type):
                token = token.update(type="GIVEN")
            else:
                opened.append(token.type)
                token = token.update(type=f"{token.type}_OPEN")
        before = token
        yield token


def _another(tokens: Tokens, kind: str) -> bool:
    """Tells whether a bar follows within the same brackets."""
    depth = 0
    for token in tokens:
        depth += token.type in _OPENERS
        depth -= token.type in _CLOSERS
        if depth < 0:
            return False
        if depth == 0 and token.type == kind:
            return True
    return False


def _evaluated(tokens: Tokens) -> Iterator[Token]:
    r"""Finds the pairs of `\left. y \right|_{x=1}`; any other `\left.` only sets a size."""
    partners: dict[int, str] = {}
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.type in ("VALUE_OPEN", "BAR_OPEN"):
            opened.append(at)
        elif token.type == "BAR_CLOSE" and opened:
            start = opened.pop()
            if tokens[start].type == "VALUE_OPEN" and _assigns(tokens[at + 1 :]):
                partners.update({start: "VALUE_OPEN", at: "VALUE_CLOSE"})
    for at, token in enumerate(tokens):
        if at in partners:
            yield token.update(type=partners[at])
        elif token.type != "VALUE_OPEN":
            yield token


def _assigns(tokens: Tokens) -> bool:
    """Tells whether `_{x = 1}` follows, or two ends, `_0^1`."""
    if [token.type for token in tokens[:1]] != ["SUB"]:
        return False
    depth = 0
    for at, token in enumerate(tokens[1:], 1):
        depth += token.type in _OPENERS
        depth -= token.type in _CLOSERS
        if depth == 1 and token.type == "RELATION":
            return True
        if not depth:
            return [following.type for following in tokens[at + 1 : at + 2]] == ["SUP"]
    return False
