r"""Tells which styles of CSS leave what they are given to as it is: seen, and where it stands.

What is not known to do so is taken to hide, or to lay one thing over another: there are always more
ways to do that than a list of them would have.
"""

import re
from collections.abc import Iterator

from mathcheck.text.colors import is_seen
from mathcheck.text.lengths import inches

_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_USUAL = r"auto|inherit|initial|unset|revert|normal|none|0"
_SIDES = ("-top", "-right", "-bottom", "-left", "-inline", "-block", "")
# Whatever their value, these hide nothing and move nothing over anything else.
_FREE = re.compile(
    r"text-align(?:-last)?|justify-\w+|align-\w+|place-\w+|border-(?:(?:top|bottom|left|right)-)*(?:radius|color|style|collapse)|list-style.*"
    r"|white-space|word-break|overflow-wrap|word-wrap|hyphens|table-layout|caption-side|clear"
    r"|column-(?:rule.*|fill)|break-\w+|page-break-\w+|orphans|widows"
    r"|cursor|pointer-events|user-select|resize|tab-size|box-sizing|box-decoration-break"
    r"|grid-template-columns|flex-grow|font-(?:style|weight)|transition.*|scroll-.*|overscroll-.*"
    r"|backface-visibility|min-(?:width|height)|(?:print-)?color-(?:adjust|scheme)|will-change"
    r"|--[\w-]*(?:primary|accent)[\w-]*"
)
_FAMILY = (
    r"(?:[\"']?(?:serif|sans-serif|monospace|system-ui|ui-\w+(?:-\w+)?|-apple-system|inherit"
    r"|blinkmacsystemfont|arial|helvetica(?: neue)?|georgia|times(?: new roman)?|courier(?: new)?"
    r"|verdana|tahoma|roboto(?: \w+)?|segoe ui|ubuntu|cantarell|noto [\w ]+|open sans|lato|inter"
    r"|source [\w ]+|fira \w+|consolas|menlo|monaco|palatino|cambria|latin modern[\w ]*|stix[\w ]*"
    r"|cmu [\w ]+)[\"']?(?:\s*,\s*|$))+"
)
# Those of which only some values do not.
_WORDS = {
    "display": r"(?:inline-?)?(?:block|flex|grid|table)|inline|flow-root|list-item|table-\w+",
    "visibility": r"visible",
    "position": r"static|relative",
    "float": r"left|right|none|inline-(?:start|end)",
    "direction": r"ltr",
    "writing-mode": r"horizontal-tb",
    "opacity": r"1(?:\.0*)?|0?\.[2-9]\d*|100%|[2-9]\d%",
    "zoom": r"[12](?:\.\d*)?|0?\.[5-9]\d*|1\d\d%|[5-9]\d%",
    "transform": r"none|scale\(\s*(?:1(?:\.\d*)?|0?\.[5-9]\d*)\s*\)|translate[xy]?\(\s*0\s*\)",
    "z-index": r"auto|\d{1,3}",
    "line-height": r"normal|[1-9]\.?\d*|1\d\d%|[12]\.?\d*r?em|[12]\d(?:\.\d+)?p[xt]",
    "text-decoration": r"none|(?:underline|dotted|dashed|solid|wavy|[a-z]+(?<!through)(?<!overline)"
    r"|\s)*",
    "text-transform": r"none",
    "font-variant": r"normal",
    "font-family": _FAMILY,
    "font": rf"(?:(?:normal|italic|bold|[1-9]00)\s+)*(?:[89]|[1-9]\d)(?:\.\d+)?p[xt]"
    rf"(?:\s*/\s*[12]\.?\d*)?\s+{_FAMILY}",
    "font-size": r"(?:xx?-)?(?:small|large)|smaller|larger|medium|(?:[6-9]|[1-9]\d)(?:\.\d+)?p[xt]"
    r"|(?:0?\.[5-9]\d*|[1-4](?:\.\d*)?)r?em|(?:[5-9]\d|[1-4]\d\d)(?:\.\d+)?%",
    "flex-direction": r"row|column",
    "flex-wrap": r"wrap|nowrap",
    "flex-flow": r"(?:row|column|wrap|nowrap|\s)+",
    "flex": r"1|auto|none|[1-9]\d*(?: [01])?(?: (?:auto|[1-9]\d%?|[1-9]\d\dpx))?",
    "vertical-align": r"baseline|middle|top|bottom|text-(?:top|bottom)|sub|super",
    "filter": r"none",
    "clip": r"auto",
    "clip-path": r"none",
    "mask": r"none",
    **dict.fromkeys(("columns", "column-count"), r"[1-4]|auto"),
    "content": r"none|normal|\"\"|''",
    **dict.fromkeys(("overflow", "overflow-x", "overflow-y"), r"(?:visible|auto|scroll|\s)+"),
}
# Those of which no length may be less than one, or more than another, in inches.
_LENGTHS = {
    **{f"margin{side}": (-0.3, 6.0) for side in _SIDES},
    **{f"padding{side}": (0.0, 2.0) for side in _SIDES},
    **{f"border{side}": (0.0, 0.3) for side in _SIDES},
    **{f"border{side}-width": (0.0, 0.3) for side in _SIDES},
    **dict.fromkeys(("width", "max-width"), (0.6, 99.0)),
    **dict.fromkeys(("height", "max-height"), (0.4, 99.0)),
    **dict.fromkeys(("left", "right", "top", "bottom", "inset"), (-0.15, 0.15)),
    **dict.fromkeys(("gap", "row-gap", "column-gap", "grid-gap", "border-spacing"), (0.0, 3.0)),
    **dict.fromkeys(("letter-spacing", "word-spacing"), (0.0, 0.3)),
    **dict.fromkeys(("column-width",), (1.0, 99.0)),
    "text-indent": (-0.4, 1.0),
    "box-shadow": (-0.4, 0.4),
    "outline": (0.0, 0.1),
}
_COLORS = {"color", "text-fill-color", "background", "background-color", "caret-color"}
_SIZES = r"auto|inherit|initial|(?:fit|min|max)-content|100%|none"
_GROUND = r"var\(\s*--[\w-]*(?:bg|background)[\w-]*\s*\)"
# What lays something over what stands beside it, whether or not mathematics is in it.
_MOVING = {
    *("position", "float", "transform", "translate", "scale", "rotate", "z-index", "inset"),
    *("left", "right", "top", "bottom", "height", "max-height", "line-height", "box-shadow"),
    *("outline", "animation", "animation-name", "grid-area", "grid-row", "grid-column"),
    *("direction", "unicode-bidi", "writing-mode", "mix-blend-mode", "offset", "content"),
    *(f"margin{side}" for side in _SIDES),
}
_AT_RULES = re.compile(r"@(?:media|supports|layer|container|page)\b")


def unknown_in(style: str, only: set[str] | None = None) -> str | None:
    """Returns what in a style may hide what has it, or lay it over something; None if nothing.

    Args:
        style: the declarations.
        only: the properties that are asked after, all if none are named.
    """
    if "\\" in style:  # an escape, `d\69splay`, has no other use in a style
        return "\\"
    said: dict[str, str] = {}
    for part in _COMMENT.sub("", style.lower()).split(";"):
        name, _, value = part.partition(":")
        if name := re.sub(r"^-(?:webkit|moz|ms|o)-", "", name.strip()):
            said[name] = " ".join(value.replace("!important", "").split())
    for name, value in said.items():
        if (only is None or name in only) and not _is_harmless(name, value):
            return f"{name}: {value}"
    if only is None and not _is_readable(said):
        return "color"
    return None


def moves(style: str, fixed: bool = False) -> str | None:
    """Returns what in a style lays what has it over something else, None if nothing does.

    Args:
        style: the declarations.
        fixed: whether it is of something that may stay where it is while a page moves, a header:
            it may then not be said to be large.
    """
    said = _COMMENT.sub("", style.lower())
    if re.search(r"(?:^|;)\s*display\s*:\s*none", said) or re.search(r"\bclip(?:-path)?\s*:", said):
        return None  # of what is not seen
    if fixed and not re.search(r"\b(?:width|height|inset|bottom|padding)", said):
        return unknown_in(style, _MOVING - {"position", "top", "left", "right", "z-index"})
    return unknown_in(style, _MOVING)


def sets_ground(style: str) -> bool:
    """Tells whether a style has a ground on which colours that are seen on white may not be."""
    grounds = re.findall(r"background(?:-color)?\s*:\s*([^;]+)", style.lower())
    return any(is_seen(ground) or not is_seen("black", ground) for ground in grounds)


def rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yields the selectors of each rule of a style sheet, and what they are given."""
    heads = [""]
    text = ""
    for piece in re.split(r"([{}])", _COMMENT.sub("", sheet)):
        if piece == "{":
            before, _, head = text.rpartition(";")
            yield heads[-1], before
            heads.append(" ".join(head.split()))
            text = ""
        elif piece == "}":
            yield heads[-1], text
            heads = heads[:-1] or [""]
            text = ""
        else:
            text = piece
    yield heads[-1], text


def is_plain_rule(head: str, style: str) -> bool:
    """Tells whether a part of a style sheet only says where others hold, `@media`, or nothing."""
    if not style.strip():
        return not head.startswith("@") or bool(_AT_RULES.match(head))
    return not head and style.strip().startswith("@charset")


def _is_harmless(name: str, value: str) -> bool:
    if _FREE.fullmatch(name):
        return True
    if name in _COLORS:
        return True  # they are looked at together
    if name in _WORDS:
        return re.fullmatch(rf"{_WORDS[name]}|inherit|initial|unset", value) is not None
    if name in _LENGTHS:
        return _are_within(name, value, *_LENGTHS[name])
    return False


def _are_within(name: str, value: str, low: float, high: float) -> bool:
    """Tells whether all lengths of a value are as small, and as large, as a property's may be."""
    usual = _SIZES if name.endswith(("width", "height")) else _USUAL
    if name in ("box-shadow", "outline") or name.startswith("border"):
        value = re.sub(r"\w+\([^()]*\)|#\w+|\b[a-z]+\b", " ", value)
    return all(
        re.fullmatch(usual, part)
        or ((size := 0.0 if part == "0" else inches(part)) is not None and low <= size <= high)
        for part in value.split()
    )


def _is_readable(said: dict[str, str]) -> bool:
    """Tells whether text is seen in the colours of a style: black on white is what it starts as."""
    grounds = {said.get("background-color"), said.get("background")} - {None}
    grounds -= {"none", "inherit", "transparent", "initial", "unset"}
    colors = {said.get("color"), said.get("text-fill-color")} - {None}
    colors -= {"inherit", "currentcolor", "initial", "unset"}
    if not colors and all(re.fullmatch(_GROUND, str(ground)) for ground in grounds):
        return True
    return all(
        is_seen(str(color), str(ground))
        for color in colors or {"black"}
        for ground in grounds or {"white"}
    )
