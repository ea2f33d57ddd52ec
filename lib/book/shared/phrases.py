"""Parts a long formula where a line may end, so that it goes on below where there is no room.

Browsers break no formula. Here it becomes several, side by side as long as they fit: the phrases
of an enumeration, and of each phrase its sides, the terms of its sum, factors in square brackets.
What is in brackets stays whole, unless it is itself too long for a phone.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import TypeAlias

from lxml import html as lxml_html

__all__ = ["RELATIONS", "phrases"]

RELATIONS = frozenset("=≔≈<>≤≥≠≡∝⟹⇒⟺")
_SHORT = 14  # signs that fit into a line of any window
_LONG = 24  # about as many as fit into a line of a phone
_QUADS = frozenset({"1em", "2em"})
_TERMS = frozenset("+−")
_BARS = frozenset("|‖∣∥")
_Element: TypeAlias = lxml_html.HtmlElement


def phrases(content: list[_Element]) -> str:
    """What a formula or a cell holds, as formulas; none where it is short or cannot be parted.

    Args:
        content: its elements, none of which is changed.
    """
    signs = "".join(text for child in content for text in child.itertext())
    if len(signs) <= _SHORT or content[0].get("fence"):
        return ""
    parted = [
        [part for piece in _pieces(phrase) for part in _opened(piece)]
        for phrase in _enumerated(content)
    ]
    if sum(map(len, parted)) < 2:
        return ""
    return "".join(f'<span class="phrase">{_maths(pieces)}</span>' for pieces in parted)


def _enumerated(content: Iterable[_Element]) -> Iterable[list[_Element]]:
    """What is set apart by a space of a quad or more, which stays at the end."""
    phrase: list[_Element] = []
    for child in content:
        phrase.append(child)
        if len(phrase) > 1 and child.tag == "mspace" and child.get("width") in _QUADS:
            yield phrase
            phrase = []
    if phrase:
        yield phrase


def _pieces(phrase: list[_Element]) -> Iterable[list[_Element]]:
    """A phrase, parted where `_is_end` says so; words stay whole, and sums with bars in them."""
    if phrase[0].tag == "mtext":
        yield phrase
        return
    signs = RELATIONS if any(child.text in _BARS for child in phrase) else RELATIONS | _TERMS
    piece: list[_Element] = []
    for child in phrase:
        if piece and _is_end(piece[-1], child, signs):
            yield piece
            piece = []
        piece.append(child)
    yield piece


def _is_end(last: _Element, following: _Element, signs: frozenset[str]) -> bool:
    """Whether a line may end between two parts of a phrase: before a sign, after a bracket."""
    if following.tag == "mo":
        return last.tag != "mo" and following.text in signs
    return last.tag == "mrow" and len(last) > 0 and last[-1].text == "]"


def _opened(piece: list[_Element]) -> Iterable[list[_Element]]:
    """A piece, parted at the terms in its brackets if it is too long for a phone."""
    places = [at for at, child in enumerate(piece) if child.tag == "mrow" and _is_bracketed(child)]
    if not places or sum(map(_length, piece)) <= _LONG:
        yield piece
        return
    at = max(places, key=lambda place: _length(piece[place]))
    opening, *inside, closing = (deepcopy(child) for child in piece[at])
    first, *others = _pieces(inside)
    if not others:
        yield piece
        return
    for fence in (opening, closing):  # each stands beside terms of its own, and they are alike
        fence.set("minsize", _height(piece[at]))
    for sign, *_ in others:
        sign.set("form", "infix")
    yield [*piece[:at], _row([opening, *first])]
    yield from others[:-1]
    yield [_row([*others[-1], closing]), *piece[at + 1 :]]


def _is_bracketed(row: _Element) -> bool:
    return len(row) > 2 and bool(row[0].get("fence")) and bool(row[-1].get("fence"))


def _row(children: list[_Element]) -> _Element:
    row = lxml_html.Element("mrow")
    row.extend(children)
    return row


def _length(element: _Element) -> float:
    """About how many signs wide an element is: what stands above other things takes no room."""
    inner = [_length(child) for child in element]
    match element.tag:
        case "mfrac" | "munder" | "mover" | "munderover":
            return max(inner)
        case "msub" | "msup" | "msubsup":
            return inner[0] + 0.7 * max(inner[1:])
    return len((element.text or "").strip()) + sum(inner)


def _height(row: _Element) -> str:
    """At least that of all in the brackets: a sum with its bounds, a fraction, a letter."""
    tags = {element.tag for element in row.iter()}
    return "3.2em" if "munderover" in tags else "2.4em" if "mfrac" in tags else "1em"


def _maths(pieces: list[list[_Element]]) -> str:
    copies = [[deepcopy(child) for child in piece] for piece in pieces]
    for first, *_ in copies[1:]:
        if first.tag == "mo":  # else a minus would be that of a number, and close to it
            first.set("form", "infix")
    bodies = ("".join(lxml_html.tostring(e, encoding="unicode") for e in piece) for piece in copies)
    return "".join(f'<math displaystyle="true"><mrow>{body}</mrow></math>' for body in bodies)
