r"""Tells what no reader of a page sees: hidden elements and blocks, attributes, struck-out text.

What defines something there, or narrows a table, would decide claims that are seen.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# All that a reader of these texts takes for an equation or for a table of symbols.
MATHEMATICS = re.compile(
    r"\$\$|\\\[|\\begin\b|^[ \t>|*_]*symbols?[*_ \t]*\||^[ \t>]*[`~:]{3,}[ \t]*\{?\s*\.?math\b"
    r"|^[ \t>]*\.\. math::|<script\b[^>]*math/tex;\s*mode\s*=\s*display",
    re.IGNORECASE | re.MULTILINE,
)
# An opening tag as HTML and Markdown know it, over several lines too.
_TAG = re.compile(
    r"<(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:\s+[a-zA-Z_:@.#][\w:.@-]*"
    r"(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*)\s*/?>"
)
_ATTRIBUTE = re.compile(r"([\w:.@#-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_NOUGHT = r"0*\.?0+(?:%|[a-z]+)?"
_AWAY = r"-\d{3}.*"
# Values with which a property of a style hides what has it.
_STYLES = {
    "display": r"none",
    "visibility": r"hidden|collapse",
    "content-visibility": r"hidden",
    "clip": r"(?!auto).*",
    "clip-path": r"(?!none).*",
    "transform": rf".*\bscale\w*\(\s*{_NOUGHT}\s*[,)].*",
    **dict.fromkeys(("opacity", "scale", "zoom", "font-size"), _NOUGHT),
    **dict.fromkeys(("height", "width", "max-height", "max-width"), _NOUGHT),
    **dict.fromkeys(("left", "right", "top", "bottom", "text-indent"), _AWAY),
    **dict.fromkeys(
        ("margin", "margin-left", "margin-right", "margin-top", "margin-bottom"),
        r"(?:.*\s)?-(?:\d{4}|\d{3}(?:r?em|v[wh]|%)).*",
    ),
    "color": r"transparent|#[0-9a-f]{3}0|#[0-9a-f]{6}00"
    rf"|\w+\((?:[^,)]*,){{3}}\s*{_NOUGHT}\s*\)|\w+\([^)/]*/\s*{_NOUGHT}\s*\)",
}
_WHITE = re.compile(
    r"white|#(?:f{3,4}|f{6}|f{8})|rgba?\(\s*255(?:\s*[,\s]\s*255){2}\s*(?:[,/].*)?\)"
)
_CLASSES = re.compile(
    r"(?:(?:is|md|u|v|ui|uk|w|visually|content|text|element)[-_]?)?hidden|(?:is-)?(?:hide|invisible)"
    r"|(?:d|display)-none|sr-only|screen-reader(?:-text|-only)?|off-?screen|content-visible",
    re.IGNORECASE,
)
# Parts of a template that are shown or left out; `{% set x = 1 %}` has no end.
_KINDS = {
    **{kind: kind for kind in ("if", "unless", "for", "case", "comment")},
    **{kind: kind for kind in ("macro", "block", "filter", "call")},
    "set": r"set\s+[^=%]*%\}",
}
_TAG_OF = r"\{%[-+~]?\s*"
PART = rf"\{{\#(?=\s)|{_TAG_OF}(?:{'|'.join(_KINDS.values())})(?!\w)"
_NEVER_SHOWN = {"template", "noscript", "textarea", "title", "head", "datalist", "iframe"}
_STRUCK_OUT = {"del", "s", "strike"}
_EMPTY = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass(frozen=True)
class Tag:
    """An opening tag, and where in its text it ends."""

    name: str
    attributes: str
    end: int


def opening_tag(text: str) -> Tag | None:
    """Returns the tag with which a text begins, None if it is none."""
    found = _TAG.match(text)
    return Tag(found["name"].lower(), found["attributes"], found.end()) if found else None


def unseen(tag: Tag) -> str | None:
    """Returns why what stands in an element is not seen, None if it is."""
    if tag.name in _STRUCK_OUT:
        return "the mathematics in this <{}> is struck out: take it away"
    hidden = tag.name in _NEVER_SHOWN or (tag.name not in _EMPTY and is_hidden(tag.attributes))
    return "no reader sees the mathematics in this <{}>: show it" if hidden else None


def is_hidden(attributes: str) -> bool:
    """Tells whether attributes of HTML hide what has them."""
    for name, *values in _ATTRIBUTE.findall(attributes):
        value = "".join(values)
        said = name.lower().lstrip(":")
        if said == "hidden" or (said == "class" and hides(value)):
            return True
        if said == "style" and _is_styled_away(value):
            return True
    return False


def is_hidden_by_list(attributes: str) -> bool:
    """Tells whether an attribute list, `{ .hidden }`, hides what has it; `{ one hidden }` is text.

    Args:
        attributes: the list, without its braces.
    """
    names = [found[1] for found in _ATTRIBUTE.finditer(attributes.removeprefix(":"))]
    if any(name.startswith(".") and hides(name[1:]) for name in names):
        return True
    words = re.sub(r"[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|\S+)|[.#]\S+", " ", attributes).split()
    is_prose = not attributes.startswith(":") and len(words) > 1
    return not is_prose and is_hidden(attributes.removeprefix(":"))


def _is_styled_away(style: str) -> bool:
    """Tells whether a style hides: white is seen where the style says on what else it stands."""
    said = {}
    for part in style.lower().split(";"):
        name, _, value = part.partition(":")
        said[name.strip()] = value.replace("!important", "").strip()
    if any(re.fullmatch(_STYLES[name], said[name]) for name in said.keys() & _STYLES.keys()):
        return True
    ground = said.get("background-color") or said.get("background") or "none"
    is_plain = ground in ("none", "inherit", "transparent") or _WHITE.fullmatch(ground)
    return bool(_WHITE.fullmatch(said.get("color", "")) and is_plain)


def hides(classes: str) -> bool:
    """Tells whether one of several classes hides what has it."""
    return any(_CLASSES.fullmatch(each) for each in classes.split())


def element(text: str, name: str) -> str:
    """Returns what stands in an element whose opening tag ends where the text begins."""
    depth = 1
    for tag in re.finditer(rf"<(/?){re.escape(name)}(?=[\s/>])", text, re.IGNORECASE):
        depth += -1 if tag[1] else 1
        if not depth:
            return text[: tag.start()]
    return text


def template_part(text: str) -> str | None:
    """Returns the part of a template with which a text begins, None if that has no end."""
    if text.startswith("{#"):
        before, end, _ = text.partition("#}")
        return before if end else None
    any_kind = "|".join(_KINDS.values())
    own = next(kind for kind in _KINDS if re.match(rf"{_TAG_OF}{kind}\b", text))
    for opening, closing in ((_KINDS[own], f"end{own}"), (any_kind, "end")):
        depth = 0
        for tag in re.finditer(rf"{_TAG_OF}(?:({closing})|{opening})(?!\w)", text):
            depth += -1 if tag[1] else 1
            if not depth:
                return text[: tag.start()]
    return None


def raw_end(text: str, name: str) -> int | None:
    """Returns where a script or a style sheet ends, which knows no element within itself."""
    found = re.search(rf"</{re.escape(name)}(?=[\s/>])", text, re.IGNORECASE)
    return found.start() if found else None


def paragraph(lines: Sequence[str], at: int) -> str:
    """Returns the lines round one, up to the empty ones."""
    first, last = at, at
    while first and lines[first - 1].strip():
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].strip():
        last += 1
    return "\n".join(lines[first : last + 1])


def section(lines: Sequence[str], at: int) -> str:
    """Returns what stands under a heading, which may be indented or quoted."""
    bare = lines[at].lstrip(" \t>")
    level = len(bare) - len(bare.lstrip("#"))
    ends = re.compile(rf"[ \t>]*#{{1,{level}}}\s")
    last = next((n for n in range(at + 1, len(lines)) if ends.match(lines[n])), len(lines))
    return "\n".join(lines[at:last])


def indented(lines: Sequence[str], at: int) -> str:
    """Returns what stands indented below a line."""
    margin = _margin(lines[at])
    last = at + 1
    while last < len(lines) and (not lines[last].strip() or _margin(lines[last]) > margin):
        last += 1
    return "\n".join(lines[at + 1 : last])


def fenced(lines: Sequence[str], at: int) -> str:
    """Returns what stands between a line and the fence that closes what it is in."""
    depth = 1
    for last in range(at + 1, len(lines)):
        if found := re.match(r"[ \t>]*(?:`{3,}|~{3,}|:{3,})[ \t]*(\S?)", lines[last]):
            depth += 1 if found[1] else -1
            if not depth:
                return "\n".join(lines[at + 1 : last])
    return "\n".join(lines[at + 1 :])


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
