r"""Takes off what only dresses an equation: colours, tags, boxes, space, what stands over a sign.

Nothing of it changes what is said. Where it could, a formula under a brace or a question mark over
an equals sign, it is refused.
"""

import math
import re
from collections.abc import Iterator

from lark import Token

from mathcheck.text.colors import is_seen
from mathcheck.text.errors import TreeError
from mathcheck.text.lengths import inches
from mathcheck.text.words import check_words

Tokens = list[Token]

_DEFINES = {"def", "def.", "Def", "\\triangle", "\\Delta", "\\mathrm{def}", "by definition"}
# What may stand behind the mark that ends a proof.
_BEHIND_THE_END = {"STOP", "TAG", "QUAD", "NEWROW", "END_ROWS"}
# What a tag says, if it is more than a number or a name.
_SAYS = re.compile(r"[=<>]|\\(?:neq?|[lg]eq?q?|approx|equiv|in)\b")
# A space that is as wide as so many inches sets equations apart.
_WIDE = 0.1
# One that goes back so far sets one thing over another, between signs that have space round them
# and between others.
_BACK, _BACK_AT_SIGNS = -0.06, -0.085
_SPACED = {"RELATION", "PLUS", "MINUS", "MULTIPLY", "INTEGRAL", "SUM", "BAR", "NORM", "PLUS_MINUS"}
# What is of no width itself.
_NO_WIDTH = {"LBRACE", "RBRACE", "COLOR", "WRAPPER", "SUB", "SUP", "AMPERSAND", "VALUE_OPEN"}
_OVER = "this space sets one thing over another: leave it out"
_THIN = 0.14 / 6
_SPACES = {
    **{"\\!": -_THIN, "\\negthinspace": -_THIN, "\\,": _THIN, "\\thinspace": _THIN},
    **{"\\:": 0.03, "\\>": 0.03, "\\;": 0.04, "\\ ": 0.04, "~": 0.04},
}
_SPACE = re.compile(r"\\(?:[a-zA-Z]+|.)|~", re.DOTALL)


def check_spaces(tokens: Tokens, text: str) -> None:
    r"""Refuses spaces, `\!` and `\hspace{-1em}`, that set one thing over another.

    Args:
        tokens: of an equation.
        text: what they were cut out of; the spaces between them are no tokens.

    Raises:
        TreeError: at the first token behind which it goes back so far.
    """
    width, least, end = 0.0, 0.0, 0
    before = ""
    for token in [*tokens, Token("$END", "", len(text), end_pos=len(text))]:
        start = token.start_pos or 0
        width += sum(_SPACES.get(space, 0.0) for space in _SPACE.findall(text[end:start]))
        end = token.end_pos or start
        width += _width(token) if token.type == "HSPACE" else 0.0
        least = min(least, width)
        if token.type in _NO_WIDTH or token.type == "HSPACE":
            continue
        if least <= (_BACK_AT_SIGNS if {before, token.type} & _SPACED else _BACK):
            raise TreeError(_OVER, start if token.type != "$END" else max(start - 1, 0))
        width, least, before = 0.0, 0.0, token.type


def undressed(tokens: Tokens) -> Tokens:
    """Returns the tokens without what dresses them.

    Raises:
        TreeError: where the dress says something.
    """
    found: Tokens = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        match token.type:
            case "TAG":
                if _SAYS.search(token):
                    message = "a formula in a tag is not read: write it as an equation of its own"
                    raise TreeError(message, token.start_pos or 0)
                check_words(token)
                at += 1
            case "HSPACE":
                at += 1
                if _width(token) >= _WIDE:
                    found.append(token.update(type="QUAD"))
            case "COLOR":
                color = token[token.index("{") + 1 : -1]
                if not is_seen(color):
                    message = f"is what is set in {color} seen? Take another colour, or none"
                    raise TreeError(message, token.start_pos or 0)
                inner, at = group(tokens, at + 1)
                found += undressed(inner)
            case "WRAPPER":
                inner, at = group(tokens, at + 1)
                found += undressed(inner)
            case "BRACE_OVER":
                at = _braced(tokens, at, found)
            case "SUBSTACK":
                inner, at = group(tokens, at + 1)
                found += [t.update(type="COMMA") if t.type == "NEWROW" else t for t in inner]
            case "END_MARK" if all(t.type in _BEHIND_THE_END for t in tokens[at + 1 :]):
                at += 1
            case "STACKED":
                at = _stacked(tokens, at, found)
            case _:
                found.append(token)
                at += 1
    return found


def group(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    """Returns what an argument holds, without its braces, and where the next token is."""
    if at >= len(tokens):
        raise TreeError("something is missing here", tokens[-1].start_pos or 0)
    if tokens[at].type != "LBRACE":
        return [tokens[at]], at + 1
    depth = 0
    for end in range(at, len(tokens)):
        depth += (tokens[end].type == "LBRACE") - (tokens[end].type == "RBRACE")
        if depth == 0:
            return tokens[at + 1 : end], end + 1
    raise TreeError(f"'{tokens[at]}' is never closed", tokens[at].start_pos or 0)


def _width(space: Token) -> float:
    """Returns how wide a space is, in inches; one of an unknown unit is wide."""
    said = re.sub(r"\\h(?:space|skip)\*?|[{}]", " ", space)
    if (size := inches(said)) is not None:
        return size
    return -math.inf if "-" in said else math.inf


def _braced(tokens: Tokens, at: int, found: Tokens) -> int:
    r"""Takes in `\underbrace{…}_{\text{…}}`: a remark may stand at the brace, no formula."""
    inner, after = group(tokens, at + 1)
    # The brace shows: what it holds together is as in brackets.
    found += [_sign("LPAR", "(", tokens[at]), *undressed(inner)]
    found.append(_sign("RPAR", ")", tokens[after - 1]))
    if after < len(tokens) and tokens[after].type in ("SUB", "SUP"):
        note, after = group(tokens, after + 1)
        if any(token.type != "TEXT" or "$" in token for token in note):
            start = note[0].start_pos if note else tokens[at].start_pos
            message = "a formula at a brace is not read: write it as an equation of its own"
            raise TreeError(message, start or 0)
        for token in note:
            check_words(token)
        if after < len(tokens) and tokens[after].type in ("SUB", "SUP"):
            message = "is this a script of what the brace holds, or a second note? Write brackets"
            raise TreeError(message, tokens[after].start_pos or 0)
    return after


def _stacked(tokens: Tokens, at: int, found: Tokens) -> int:
    r"""Takes in `\underset{k}{\max}`, `\stackrel{\text{def}}{=}`."""
    command = tokens[at]
    note, after = group(tokens, at + 1)
    base, after = group(tokens, after)
    note, base = undressed(note), undressed(base)
    if len(base) == 1 and base[0].type == "RELATION":
        found.append(_annotated(base[0], note))
    elif command == "\\underset" and len(base) == 1:
        found += base
        found += [_sign("SUB", "_", command), _sign("LBRACE", "{", command), *note]
        found.append(_sign("RBRACE", "}", base[-1]))
    else:
        raise TreeError(f"I cannot read what {command} sets above", command.start_pos or 0)
    return after


def _annotated(relation: Token, note: Tokens) -> Token:
    """Returns the relation that is meant by one with something above it."""
    said = "".join(note).strip()
    if match := re.fullmatch(r"\\(?:text\w*|mathrm|operatorname)\s*\{(.*)\}", said, re.DOTALL):
        said = match[1].strip()
    if relation in ("=", "\\equiv") and said in _DEFINES:
        return relation.update(value="\\coloneqq")
    if note:
        check_words(Token("TEXT", f"{{{said}}}", note[0].start_pos))
    if re.fullmatch(r"\([a-zA-Z0-9]+\)|[A-Za-z][A-Za-z .'-]*|!", said):
        return relation
    at = note[0].start_pos if note else relation.start_pos
    raise TreeError(f"'{said}' over {relation} is not read here", at or 0)


def _sign(kind: str, text: str, where: Token) -> Token:
    return Token(kind, text, where.start_pos, end_pos=where.end_pos)


def punctuated(tokens: Tokens) -> Iterator[Token]:
    r"""Drops what ends a sentence inside cases and matrices, tells `;` and `.` apart elsewhere."""
    open_brackets: list[str] = []
    for at, token in enumerate(tokens):
        following = tokens[at + 1].type if at + 1 < len(tokens) else None
        inside = open_brackets[-1] if open_brackets else None
        if token.type in _CLOSED_BY:
            open_brackets.append(token.type)
        elif token.type in _CLOSED_BY.values() and open_brackets:
            open_brackets.pop()
        elif token.type in ("STOP", "COMMA", "QUAD") and inside is not None:
            if token.type == "QUAD" or (inside in _ENVIRONMENTS and following in _CELL_ENDS):
                continue
            if token == ";":
                token = token.update(type="SEMICOLON")
            elif token == ".":
                raise TreeError("cannot read '.'", token.start_pos or 0)
        elif token == "." and following not in _SENTENCE_ENDS:
            raise TreeError("cannot read '.'", token.start_pos or 0)
        elif token.type == "COLON" and inside is None:
            token = token.update(type="RELATION")
        yield token


_CLOSED_BY = {
    "LBRACE": "RBRACE",
    "LPAR": "RPAR",
    "LSQB": "RSQB",
    "LCURLY": "RCURLY",
    "LANGLE": "RANGLE",
    "BEGIN_CASES": "END_CASES",
    "BEGIN_MATRIX": "END_MATRIX",
}
_ENVIRONMENTS = {"BEGIN_CASES", "BEGIN_MATRIX"}
_CELL_ENDS = {"AMPERSAND", "NEWROW", "END_CASES", "END_MATRIX"}
_SENTENCE_ENDS = {None, "NEWROW", "AMPERSAND", "QUAD", "TEXT", "END_ROWS", "RELATION"}
