r"""Mathematics as a line of text that can be read aloud, searched and shown where no formula can.

It reads MathML as Temml writes it, so every formula that the site can show has a text:
`\frac{\partial L}{\partial x_{nd}}` is ∂L/∂x_nd, and `h^{(t)}` is h^(t).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lxml import etree, html

from book.shared.chain import NOTE

__all__ = ["in_letters", "plain"]

_RAISED = str.maketrans("0123456789+−⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ")
_MARKS = {
    "^": "\u0302",
    "ˆ": "\u0302",
    "~": "\u0303",
    "˜": "\u0303",
    "‾": "\u0304",
    "¯": "\u0304",
    "→": "\u20d7",
    "←": "\u20d6",
    "˙": "\u0307",
}
_LETTERS = {"ℓ": "ell", "\u0302": "_hat", "\u0303": "_tilde", "\u0304": "_bar", "\u0307": "_dot"}
_FIXED = {"≔": ":=", "⋅": "·", "∑": "Σ", "∏": "Π", "ϵ": "ε", "ϕ": "φ", "⟹": "⇒", "⟼": "↦", "∥": "‖"}
_RELATIONS = set("=<>≠≈≤≥∈∉→↦⇒⟶←≡∼∝⊂|") | {":=", "⟺"}
_BINARY = set("+−±·×⊙∗∘∧∨∪∩⊕")
_INVISIBLE = set("\u2061\u2062\u2063\u2064")
_BIG = {"Σ", "Π", "∫"}
_SCRIPT = re.compile(r"[_^](?:\([^()]*\)|[^\s/()+=_^]+)|[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ]+")


@dataclass
class _Part:
    """A piece of the line, and how it stands to its neighbours."""

    text: str
    kind: str = "operand"  # or operator, prefix, function, open, close, comma, space


def plain(mathml: str) -> str:
    """A formula as text.

    Args:
        mathml: one `<math>` element.

    >>> plain("<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math>")
    'a/(b + 1)'
    """
    root = html.fragment_fromstring(mathml)
    return unicodedata.normalize("NFC", _line(_parts(root)))


def in_letters(text: str) -> str:
    """What is left of a text's first sign, without indices, as it can be typed on any keyboard.

    >>> in_letters("∂L/∂γ_d = Σ_n ∂L/∂y_nd x̂_nd"), in_letters("x̂_nd := (x_nd − μ_d)/σ_d")
    ('dL/dgamma', 'x_hat')
    """
    left = re.split(r" (?:=|:=|≈|≤|≥|<|>|∈|≠) ", text)[0]
    letters = unicodedata.normalize("NFD", _SCRIPT.sub("", left)).replace("∂", "d")
    return "".join(map(_letter, letters)).strip()


def _letter(character: str) -> str:
    name = unicodedata.name(character, "")
    if name.startswith("GREEK "):
        word = name.rpartition(" ")[2].replace("LAMDA", "LAMBDA")
        return word.capitalize() if "CAPITAL" in name else word.lower()
    return _LETTERS.get(character, character)


def _line(parts: Iterable[_Part], tight: bool = False) -> str:
    """Sets pieces one after another, with the spaces that TeX would set."""
    text, last = "", _Part("", "open")
    for part in parts:
        if not part.text:
            continue
        if part.kind == "operator" and last.kind in ("open", "operator", "comma", "prefix"):
            part = _Part(part.text, "prefix" if part.text in _BINARY else "operator")
        if text and _apart(last, part, tight) and not text.endswith(" "):
            text += " "
        text += part.text
        last = part
    return " ".join(text.split())


def _apart(left: _Part, right: _Part, tight: bool) -> bool:
    """Whether a space stands between two pieces."""
    if "space" in (left.kind, right.kind):
        return not tight
    if left.kind in ("open", "prefix") or right.kind in ("close", "comma") or right.text == "/":
        return False
    if left.kind == "comma":
        return not tight
    if "operator" in (left.kind, right.kind):
        return not tight
    if right.kind == "open":
        return left.text[0] in _BIG or (
            left.kind != "function" and (len(left.text) > 1 or left.text == ")")
        )
    if left.kind == "operand" and right.kind in ("operand", "prefix"):
        alone = len(left.text) == len(right.text) == 1
        if tight and alone:
            return False
        return not (left.text.isdigit() and len(right.text) == 1)
    return True


def _parts(element: etree._Element) -> list[_Part]:
    """The pieces of one element; those of an element that only groups are its own children's."""
    tag = str(element.tag)
    if tag in _SETTERS:
        return [_Part(_SETTERS[tag](*element), "operand")]
    if tag in ("mo", "mi", "mn"):
        return [_symbol(element)]
    if tag == "mtext":
        words = (element.text or "").replace("\N{NO-BREAK SPACE}", " ")
        return [_Part(words.strip(), "space")]
    if tag == "mspace":
        return [_Part(" ", "space")] if _width(element) > 0.3 else []
    if tag == "mtable":
        return [_Part(_table(element), "operand")]
    if tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return _scripted(tag, *element)
    return [part for child in element if isinstance(child.tag, str) for part in _parts(child)]


def _symbol(element: etree._Element) -> _Part:
    text = (element.text or "").strip()
    text = "".join("" if c in _INVISIBLE else _FIXED.get(c) or _upright(c) for c in text)
    if text == "/" or (text == "−" and element.get("form") == "prefix"):
        return _Part(text, "prefix")
    if text in _RELATIONS or text in _BINARY:
        return _Part(text, "operator")
    if element.tag == "mo":
        form = element.get("form", "")
        if element.get("fence") == "true" or text in "()[]{}⌊⌋⌈⌉":
            opens = form == "prefix" if form else text in "([{⌊⌈"
            return _Part(text, "open" if opens else "close")
        if text in (",", ";"):
            return _Part(text, "comma")
        if text in _BIG or text.isalpha():
            return _Part(text, "function")
        return _Part(text)
    if text == "∂" or (text == "d" and element.get("mathvariant") == "normal"):
        return _Part(text, "prefix")
    return _Part(text, "function" if element.tag == "mi" and len(text) > 1 else "operand")


def _upright(character: str) -> str:
    """A letter of the mathematical alphabets as a letter; 𝟙 stays, since it is no 1."""
    mathematical = 0x1D400 <= ord(character) <= 0x1D7FF and character != "𝟙"
    return unicodedata.normalize("NFKC", character) if mathematical else character


def _width(element: etree._Element) -> float:
    width = re.fullmatch(r"(-?[\d.]+)em", element.get("width", ""))
    return float(width[1]) if width else 0.0


def _compound(text: str) -> bool:
    bare = re.sub(r"[_^]\([^()]*\)", "", text)
    return bool(re.search(r"[\s/+−·×⊙=,]", bare[1:])) and not _enclosed(text)


def _enclosed(text: str) -> bool:
    """Whether one pair of brackets holds all of a text, but for a root before and a power after."""
    text = text.removeprefix("√").rstrip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ")
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth:
            return place == len(text) - 1
    return False


def _grouped(text: str) -> str:
    return f"({text})" if _compound(text) else text


def _of(element: etree._Element, tight: bool = False) -> str:
    return _line(_parts(element), tight)


def _scripted(tag: str, base: etree._Element, *scripts: etree._Element) -> list[_Part]:
    """A base with what stands below and above it."""
    kind = (_parts(base) or [_Part("")])[-1].kind
    text = _of(base)
    below = scripts[0] if tag not in ("msup", "mover") else None
    above = scripts[-1] if tag not in ("msub", "munder") else None
    if tag == "mover" and (mark := _MARKS.get((scripts[0].text or "").strip())):
        return [_Part(_marked(text, mark), kind)]
    if tag in ("munder", "mover") and scripts[0].tag == "mo":
        return [_Part(text, kind)]  # a brace
    if _compound(text):
        text = f"({text})"
    if below is not None:
        text += f"_{_grouped(_of(below, tight=True))}"
    if above is not None:
        text += _raised(_of(above, tight=True))
    return [_Part(text, "function" if kind == "function" else "operand")]


def _marked(text: str, mark: str) -> str:
    return text[:1] + mark + text[1:]


def _raised(text: str) -> str:
    if not text.strip("0123456789+−⊤") or text.strip("′") == "":
        return text.translate(_RAISED)
    return f"^({text})" if re.search(r"[_^−]", text) else f"^{_grouped(text)}"


def _fraction(above: etree._Element, below: etree._Element) -> str:
    under = _of(below)
    product = re.match(r"\d+[^\W\d]", under)
    return f"{_grouped(_of(above))}/{f'({under})' if product else _grouped(under)}"


def _root(*content: etree._Element) -> str:
    return f"√{_grouped(_line([part for child in content for part in _parts(child)]))}"


def _table(table: etree._Element) -> str:
    """Rows of a matrix, of cases, or of the steps of a derivation, whose notes are bracketed."""
    rows = [_row([_of(cell) for cell in row]) for row in table]
    chained = all(re.match(r"[=≈≤≥<>+−]", row) for row in rows[1:])
    return " ".join(rows) if chained else "; ".join(rows)


def _row(cells: list[str]) -> str:
    if len(cells) == NOTE + 1 and cells[NOTE] and not cells[NOTE - 1]:
        cells[NOTE] = f"({cells[NOTE]})"
    return " ".join(filter(None, cells))


_SETTERS: dict[str, Callable[..., str]] = {
    "mfrac": _fraction,
    "msqrt": _root,
    "menclose": lambda content: _marked(_of(content), "\u0304"),
    "mroot": lambda content, index: f"{_raised(_of(index)).lstrip('^')}{_root(content)}",
}
