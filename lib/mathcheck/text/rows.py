r"""Lays out the tokens of a displayed equation: rows, columns, several equations on a line, notes.

What stands behind `&&` is a note to the reader, and so is `\text{…}` that a space or a comma sets
apart. A note that says for which indices its row holds is a condition: `\text{for } i < j`,
`(i \ne j)`. Nothing that says something is passed over: a relation in a note is a claim, and where
it is none, as the i = j in "only i = j is left", it picks an index.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lark import Token

from mathcheck.text.errors import TreeError
from mathcheck.text.nodes import relation_name, words
from mathcheck.text.words import check_words, widens

Tokens = list[Token]

OPENING = {
    *("LBRACE", "LPAR", "LSQB", "LCURLY", "LANGLE", "HALF_OPEN"),
    *("BEGIN_CASES", "BEGIN_MATRIX", "VALUE_OPEN"),
}
CLOSING = {
    *("RBRACE", "RPAR", "RSQB", "RCURLY", "RANGLE", "HALF_CLOSE"),
    *("END_CASES", "END_MATRIX", "VALUE_CLOSE"),
}
LINKS = {"\\coloneqq", "=", "\\approx"}
_CONDITION_WORDS = {"for", "for all", "for every", "for any", "for each", "if", "when", "where"}
_QUANTIFIERS = {"for all", "for every", "for any", "for each"}
_JOINING_WORDS = {"and", "so", "hence", "thus", "therefore", "so that", "then", "that is", "or"}
_REASONS = {"as", "because", "since", "with", "from", "by", "using", "note that"}
_TOLERANCE = re.compile(r"\bwithin (\d+(?:\.\d+)?(?:e-?\d+)?)(?![\d.])")


@dataclass
class Link:
    """A relation in a chain, and what is said beside it."""

    op: str
    conditions: list[Tokens] = field(default_factory=list)
    tolerance: float | None = None


@dataclass
class Chain:
    """The tokens of `side op side op side`; there is one more side than there are links.

    `over` are the names that the equation says it is for all of; `widened` is a text that says
    it is of all numbers.
    """

    sides: list[Tokens]
    links: list[Link] = field(default_factory=list)
    over: Tokens = field(default_factory=list)
    widened: Token | None = None


def lay_out(tokens: Tokens) -> list[Chain]:
    """Returns the chains of an equation.

    Raises:
        TreeError: where its parts cannot be told apart.
    """
    return _Layout().run(tokens)


def split(tokens: Tokens, kinds: Iterable[str]) -> list[Tokens]:
    """Cuts tokens at those of the given kinds that stand in no bracket."""
    pieces: list[Tokens] = [[]]
    for token, depth in _depths(tokens):
        if depth == 0 and token.type in kinds:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return pieces


def _depths(tokens: Tokens) -> Iterable[tuple[Token, int]]:
    depth = 0
    for token in tokens:
        depth -= token.type in CLOSING
        yield token, depth
        depth += token.type in OPENING


def _relations(tokens: Tokens) -> list[str]:
    return [
        relation_name(str(token))
        for token, depth in _depths(tokens)
        if depth == 0 and token.type == "RELATION"
    ]


def _arrows(tokens: Tokens) -> Tokens:
    r"""Returns the signs `\implies` and `\iff` that stand in no bracket, other arrows not."""
    return [
        token
        for token, depth in _depths(tokens)
        if depth == 0
        and token.type == "RELATION"
        and relation_name(str(token)) in ("\\implies", "\\iff")
    ]


class _Layout:
    def __init__(self) -> None:
        self.chains: list[Chain] = []
        self.current = Chain([])  # what a row that begins with a relation goes on with
        self.row: list[Link] = []
        self.begins_row = True
        self.in_condition = False
        self.names_follow = False  # behind "for all n"
        self.over: Tokens = []
        self.under: Tokens = []  # the condition that stands before a claim, "for all a > 0:"

    def run(self, tokens: Tokens) -> list[Chain]:
        body, after = _environment(tokens)
        for row in _rows(body):
            self.row = []
            self.begins_row = True
            cells = split(row, ["AMPERSAND"])
            for first in range(0, len(cells), 2):
                pair = cells[first : first + 2]
                if first and not pair[0]:
                    self._note(pair[-1])
                else:
                    self._column([token for cell in pair for token in cell])
        self.row = [link for chain in self.chains for link in chain.links]
        self.begins_row = False
        self._column(after)
        texts = (token for token in tokens if token.type in ("TEXT", "SAID") and widens(token))
        widened = next(texts, None)
        for chain in self.chains:
            chain.over, chain.widened = self.over, widened
        return self.chains

    def _column(self, tokens: Tokens) -> None:
        self.in_condition = self.names_follow = False
        for block in split(tokens, ["QUAD"]):
            for piece in _with_lists(_with_runs(split(block, ["COMMA", "STOP"]))):
                parts = _before_texts(piece)
                for part, before in zip(parts, [[], *parts], strict=False):
                    if part:
                        _check_remark(part, before)
                        self._part(part)
            self.in_condition = self.in_condition and _relations(block) == []

    def _part(self, part: Tokens) -> None:
        if self.names_follow and (cut := _colon(part)) == 1:
            self.over.append(part[0])
            part = part[cut + 1 :]
        elif self.names_follow and [token.type for token in part] in (["LETTER"], ["SYMBOL"]):
            self.over += part
            return
        self.names_follow = False
        if not part:
            return
        if part[0] is _RUN:
            self._condition(part[1:])
            self.in_condition = False  # what follows is no condition, for want of a word
            self.begins_row = False
            return
        if part[0].type == "TEXT":
            part = self._said(part)
            if not part:
                return
        if _arrows(part):
            self._implication(part)
            self._apply_quantifier()
            self.begins_row = False
            return
        relations = _relations(part)
        if self.in_condition and relations and not LINKS & set(relations):
            self._condition(part)
        elif not relations and not self.begins_row and (inner := _parenthesised(part)):
            self._conditions(inner)
            self.in_condition = False
        elif self.begins_row and self.chains and not relations:
            self.current.sides[-1].extend(part)
        elif part[0].type == "RELATION":
            self._extend(part)
        else:
            self.current = Chain([[]])
            self.chains.append(self.current)
            self._extend(part)
        self._apply_quantifier()
        self.begins_row = False

    def _apply_quantifier(self) -> None:
        """Puts what is claimed under the condition that stands before it."""
        if self.under and not self.row:
            message = "nothing is claimed behind this quantifier: its claim stands in its own row"
            raise TreeError(message, self.under[0].start_pos or 0)
        if self.under:
            self._condition(self.under)
            self.under, self.in_condition = [], False

    def _extend(self, part: Tokens) -> None:
        """Adds the sides and links of a part to the last chain."""
        if not self.chains:
            raise TreeError("nothing stands before this", part[0].start_pos or 0)
        chain = self.current
        for token, depth in _depths(part):
            if depth == 0 and token.type == "RELATION":
                if not chain.sides[-1]:
                    raise TreeError("nothing stands before this", token.start_pos or 0)
                link = Link(relation_name(str(token)))
                chain.links.append(link)
                self.row.append(link)
                chain.sides.append([])
            else:
                chain.sides[-1].append(token)
        if not chain.sides[-1]:
            raise TreeError("nothing stands behind this", part[-1].start_pos or 0)

    def _implication(self, part: Tokens) -> None:
        r"""Reads `a > 1 \implies a^2 > 1`: a claim under a condition, both ways for `\iff`."""
        (arrow, *more) = _arrows(part)
        at = part.index(arrow)
        premise, claim = part[:at], part[at + 1 :]
        if more or not premise or not _relations(premise) or not _relations(claim):
            message = f"{relation_name(str(arrow))} is read between two claims: write what follows"
            raise TreeError(f"{message} from what", arrow.start_pos or 0)
        if self.in_condition or "\\coloneqq" in _relations(part):
            raise TreeError(f"'{arrow}' cannot stand here", arrow.start_pos or 0)
        both = relation_name(str(arrow)) == "\\iff"
        before = self.row
        for condition, follows in ((premise, claim), (claim, premise))[: 1 + both]:
            self.row = []
            self.current = Chain([[]])
            self.chains.append(self.current)
            self._extend(follows)
            self._condition(condition)
            before = [*before, *self.row]
        self.row, self.in_condition = before, False

    def _condition(self, tokens: Tokens) -> None:
        if not self.row:
            raise TreeError("a condition without an equation", tokens[0].start_pos or 0)
        for link in self.row:
            link.conditions.append(tokens)
        self.in_condition = True

    def _conditions(self, tokens: Tokens) -> None:
        for each in _with_runs([piece for piece in split(tokens, ["COMMA"]) if piece]):
            self._condition(each[1:] if each[0] is _RUN else each)

    def _said(self, part: Tokens) -> Tokens:
        """Takes in the text at the start of a part, returns what is still to be read."""
        said = words(str(part[0])).lower().rstrip(":,")
        rest = part[1:]
        if said in _QUANTIFIERS and (cut := _colon(rest)) is not None:
            return self._quantified(rest[:cut], rest[cut + 1 :])
        if said in _QUANTIFIERS and _relations(rest) and not self.row:
            message = "where does this quantifier end? A colon stands before what it is of"
            raise TreeError(message, part[0].start_pos or 0)
        if said in _CONDITION_WORDS and _relations(rest):
            self.over += _bare(rest) if said in _QUANTIFIERS else []
            self._condition(rest)
            return []
        if said in _JOINING_WORDS or _relations(rest):
            self.in_condition = self.in_condition and said == "and"
            self.begins_row = False
            return rest
        self._tolerance(said)
        self.names_follow = said in _CONDITION_WORDS and bool(rest)
        if said in _QUANTIFIERS:
            self.over += _bare(rest)
        if not all(token.type in _NAMED for token in rest):
            message = "what stands behind this text is not checked: is the text a factor?"
            raise TreeError(f"{message} A remark is set apart by \\quad", part[0].start_pos or 0)
        return []

    def _quantified(self, names: Tokens, claim: Tokens) -> Tokens:
        r"""Takes in what stands before the colon of `\forall n: …`, returns what is claimed."""
        if self.row or not names or not claim:
            message = "a quantifier stands before all that its row claims"
            raise TreeError(message, (names or claim)[0].start_pos or 0)
        if _relations(names):
            self.under = names
        elif not all(token.type in _NAMED for token in names):
            raise TreeError("what is this quantifier over? Write a name", names[0].start_pos or 0)
        self.over += _bare(names)
        return claim

    def _note(self, tokens: Tokens) -> None:
        """Takes in what stands behind `&&`."""
        for piece in split(tokens, ["QUAD"]):
            if not piece:
                continue
            if inner := _parenthesised(piece):
                self._conditions(inner)
                continue
            parts = [part for part in _before_texts(piece) if part]
            for at, part in enumerate(parts):
                self._remark(part, bool(parts[at + 1 :]))

    def _remark(self, part: Tokens, goes_on: bool) -> None:
        """Takes in one text of a note with the formula behind it, or a formula alone."""
        if part[0].type == "TEXT":
            check_words(part[0])
        said = words(str(part[0])).lower().rstrip(":,") if part[0].type == "TEXT" else ""
        formula = part[1:] if part[0].type == "TEXT" else part
        self._tolerance(said)
        if not _relations(formula):
            return
        if said in _CONDITION_WORDS:
            self._conditions(formula)
        elif said in _REASONS | _JOINING_WORDS or (not said and LINKS & set(_relations(formula))):
            chain = self.current
            self._column(formula)  # it says more than a note: it claims
            self.current = chain
        elif not (_picks_an_index(formula) and (said or goes_on)):
            message = (
                "is this a condition or a claim? Write \\text{for}, or \\text{since}, before it"
            )
            raise TreeError(message, formula[0].start_pos or 0)

    def _tolerance(self, said: str) -> None:
        if match := _TOLERANCE.search(said):
            for link in self.row:
                link.tolerance = float(match[1])


def _rows(tokens: Tokens) -> list[Tokens]:
    r"""Cuts an equation at its `\\\\`, but goes on with a row that ends in a relation."""
    rows: list[Tokens] = []
    goes_on = False
    for row in split(tokens, ["NEWROW"]):
        marks = ("AMPERSAND", "QUAD")
        kinds = [token.type for token in row if token.type not in marks]
        if goes_on and kinds:
            rows[-1] += [token for token in row if token.type not in marks]
        else:
            rows.append(row)
        goes_on = kinds[-1:] == ["RELATION"]
    return rows


def _colon(tokens: Tokens) -> int | None:
    """Returns where a colon stands that is in no bracket, None if none does."""
    found = (at for at, (t, depth) in enumerate(_depths(tokens)) if not depth and str(t) == ":")
    return next(found, None)


def _bare(tokens: Tokens) -> Tokens:
    """Returns the names in a list of names, `n` and `a` of `n, a > 0`."""
    found: Tokens = []
    for piece in split(tokens, ["COMMA"]):
        kinds = [token.type for token in piece[:2]]
        if kinds[:1] in (["LETTER"], ["SYMBOL"]) and kinds[1:] in ([], ["RELATION"]):
            found.append(piece[0])
    return found


def _environment(tokens: Tokens) -> tuple[Tokens, Tokens]:
    """Returns what stands in `aligned` or the like, and what stands behind it."""
    if not any(token.type == "BEGIN_ROWS" for token in tokens):
        return tokens, []
    if tokens[0].type != "BEGIN_ROWS":
        first = next(token for token in tokens if token.type == "BEGIN_ROWS")
        raise TreeError(f"{first} must be the first thing in an equation", first.start_pos or 0)
    end = next(at for at, token in enumerate(tokens) if token.type == "END_ROWS")
    inner = [token for token in tokens[1:] if token.type == "BEGIN_ROWS"]
    if inner:
        raise TreeError(f"a second {inner[0]} in one equation", inner[0].start_pos or 0)
    return tokens[1:end], tokens[end + 1 :]


def _before_texts(tokens: Tokens) -> list[Tokens]:
    """Cuts a piece before each text, but keeps a text with what it says something about."""
    parts: list[Tokens] = [[]]
    for token, depth in _depths(tokens):
        if depth == 0 and token.type == "TEXT" and words(str(token)).lower() != "":
            parts.append([])
        parts[-1].append(token)
    return parts


# What a remark may name: "for all n", "the sum over i, j", "take out W^x".
_NAMED = {
    *("LETTER", "SYMBOL", "WORD", "COMMA", "NUMBER", "PRIME", "ACCENT", "LBRACE", "RBRACE"),
    *("SUB", "SUP", "UNDERSCORE", "_", "CIRCUMFLEX", "DOTS"),
}

# What makes a name of a word before it.
_BEHIND_A_NAME = {"LPAR", "LSQB", "SUB", "SUP", "UNDERSCORE", "_", "CIRCUMFLEX"}


def _check_remark(part: Tokens, before: Tokens) -> None:
    """Refuses a text that stands in a formula like a factor: what it means is not known."""
    if part[0].type != "TEXT":
        return
    check_words(part[0])
    text = str(part[0])
    said = words(text).lower().rstrip(".,:")
    apart = text.partition("{")[2][:1].isspace() and " " in said
    if said in _CONDITION_WORDS | _JOINING_WORDS | _REASONS or said.startswith("("):
        return
    if len(part) > 1 and part[1].type in _BEHIND_A_NAME and " " not in said:
        raise TreeError(f"{text} is not read as a name here", part[0].start_pos or 0)
    if before and before[0].type != "TEXT" and not apart:
        message = f"is {text} a factor or a remark? A remark is set apart by \\quad"
        raise TreeError(message, part[0].start_pos or 0)


def _picks_an_index(formula: Tokens) -> bool:
    """Tells whether a relation is between two letters or a letter and a number, `i = j`."""
    kinds = [token.type for token in formula]
    return len(kinds) == 3 and kinds[0] in ("LETTER", "SYMBOL") and kinds[1] == "RELATION"


def _texts(tokens: Tokens) -> bool:
    return any(token.type == "TEXT" for token in tokens)


_RUN = Token("RUN", "")  # stands where a word like "for" could


def _with_runs(pieces: list[Tokens]) -> list[Tokens]:
    r"""Joins what the commas of `n = 1, \dots, N` have cut, as the condition that it is."""
    found: list[Tokens] = []
    at = 0
    while at < len(pieces):
        end = _end_of_run(pieces, at)
        if end is None:
            found.append(pieces[at])
            at += 1
            continue
        before, name, equals = _before_run(pieces[at])
        opened, closed = (Token(kind, "", equals.start_pos) for kind in ("LCURLY", "RCURLY"))
        run = [*pieces[at][len(before) + len(name) + 1 :]]
        for piece in pieces[at + 1 : end + 1]:
            run += [Token("COMMA", ",", equals.start_pos), *piece]
        element = equals.update(value="\\in")
        found.append([*(before or [_RUN]), *name, element, opened, *run, closed])
        at = end + 1
    return found


def _with_lists(pieces: list[Tokens]) -> list[Tokens]:
    r"""Finds the conditions of `\text{for } a, b > 0`, which is one on each name."""
    found: list[Tokens] = []
    open_from: int | None = None  # where a list of names begins behind its word
    for piece in pieces:
        said = words(str(piece[0])).lower() if piece and piece[0].type == "TEXT" else ""
        names = piece[1:] if said in _CONDITION_WORDS - _QUANTIFIERS else piece
        named = bool(names) and all(token.type in _NAMED for token in names)
        if said and named and len(names) < len(piece):
            open_from = len(found)
        elif open_from is not None and not named:
            relations = _relations(piece)
            if len(relations) == 1 and not LINKS & set(relations) and not _texts(piece):
                first, *others = found[open_from:]
                found[open_from:] = [[_RUN, *each] for each in (first[1:], *others)]
                piece = [_RUN, *piece]
            open_from = None
        found.append(piece)
    return found


def _end_of_run(pieces: list[Tokens], at: int) -> int | None:
    """Returns with which piece a run that begins in a piece ends, None if none does."""
    if _before_run(pieces[at])[2] != "=":
        return None
    for dots in range(at + 1, len(pieces) - 1):
        if _relations(pieces[dots]) or _texts(pieces[dots]):
            return None
        if [token.type for token in pieces[dots]] == ["DOTS"]:
            last = pieces[dots + 1]
            return dots + 1 if last and not _relations(last) and not _texts(last) else None
    return None


def _before_run(piece: Tokens) -> tuple[Tokens, Tokens, Token]:
    """Splits off a word before an index, the index, and the sign behind it."""
    before = piece[:1] if piece and piece[0].type == "TEXT" else []
    rest = piece[len(before) :]
    primes = 1 + sum(token.type == "PRIME" for token in rest[1:2])
    if before and words(str(before[0])).lower() not in _CONDITION_WORDS:
        rest = []
    named = [token.type for token in rest[:1]] in (["LETTER"], ["SYMBOL"])
    sign = rest[primes] if named and len(rest) > primes else Token("STOP", "")
    return before, rest[:primes], sign


def _parenthesised(tokens: Tokens) -> Tokens:
    """Returns the relation in `(i < j)`, nothing if that is not what the tokens are."""
    if len(tokens) < 3 or tokens[0].type != "LPAR" or tokens[-1].type != "RPAR":
        return []
    inner = tokens[1:-1]
    return inner if _relations(inner) and not _texts(inner) else []
