r"""Tells what no reader of a page sees: hidden elements and blocks, attributes, struck-out text.

What defines something there, or narrows a table, would decide claims that are seen.
"""

import html
import re
from dataclasses import dataclass

from mathcheck.text.colors import is_transparent, is_white

# All that a reader of these texts takes for an equation or for a table of symbols.
MATHEMATICS = re.compile(
    r"\$\$|\\\[|\\begin\b|^[ \t>|*_]*symbols?[*_ \t]*\|"
    r"|^[ \t>]*[`~:]{3,}[ \t]*\{?\s*\.?(?:math|katex)\b"
    r"|^[ \t>]*[`~]{3,}[ \t]*\{[^}\n]*\.math\b"
    r"|^[ \t>]*\.\. math::|<script\b[^>]*math/tex;\s*mode\s*=\s*display",
    re.IGNORECASE | re.MULTILINE,
)
# An opening tag as HTML and Markdown know it, over several lines too.
_TAG = re.compile(
    r"<(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:[\s/]+[a-zA-Z_:@.#][\w:.@-]*"
    r"(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*)\s*/?>"
)
_ATTRIBUTE = re.compile(r"([\w:.@#-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_NOUGHT = r"0*\.?0+(?:%|[a-z]+)?"
_FAINT = rf"{_NOUGHT}|0?\.0\d*|\d(?:\.\d+)?%"
_TINY = rf"{_NOUGHT}|[0-3](?:\.\d+)?(?:px|pt)|0?\.[01]\d*(?:r?em|ex|ch)"
_AWAY = r"-\d{3}.*"
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
# Values with which a property of a style hides what has it.
_STYLES = {
    "display": r"none",
    "visibility": r"hidden|collapse",
    "content-visibility": r"hidden",
    "clip": r"(?!auto).*",
    "clip-path": r"(?!none).*",
    "transform": rf".*\b(?:scale\w*\(\s*(?:{_FAINT})\s*[,)]"
    r"|translate\w*\(.*-?\d{3}|rotate[xy]\().*",
    "filter": r".*\b(?:opacity|brightness|contrast)\(\s*(?:0|[1-9]\d{2}).*|.*\bblur\(.*",
    "inset": r".*-\d{3}.*",
    "mask": r"(?!none).*",
    "z-index": r"-\d+",
    "text-decoration": r".*line-through.*",
    "font": r"0.*",
    **dict.fromkeys(("opacity", "scale", "zoom"), _FAINT),
    **dict.fromkeys(("font-size", "height", "width", "max-height", "max-width"), _TINY),
    **dict.fromkeys(("left", "right", "top", "bottom", "text-indent"), _AWAY),
    **dict.fromkeys(("text-decoration-line", "-webkit-text-decoration"), r".*line-through.*"),
    **dict.fromkeys(
        ("margin", "margin-left", "margin-right", "margin-top", "margin-bottom"),
        r"(?:.*\s)?-(?:\d{4}|\d{3}(?:r?em|v[wh]|%)).*",
    ),
}
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
# What ends a selector of something that holds no equation of the text.
_NO_MATHEMATICS = re.compile(
    r"(?:^|[\s>+~])(?:h1|nav|header|footer|button|img|svg|a|hr)(?:[.#:\[][^\s>+~]*)?$|::[\w-]+$"
    r"|\.md-(?:sidebar|header|footer|tabs|nav|source|button|search|top)[\w-]*$"
)
_CLASSES = re.compile(
    r"(?:(?:is|md|u|v|ui|uk|w|tw|a11y|visually|content|text|element)[-_]?)?hidden|\w+:hidden"
    r"|visually-hidden-focusable|collapse|(?:opacity|scale|[wh]|max-[wh])-0|text-(?:white|transparent)"
    r"|(?:is-)?(?:hide|invisible)"
    r"|(?:d|display)-none|no-?display|(?:sr|print|screen-reader)-only|only-(?:print|light|dark)"
    r"|screen-?reader(?:-text)?|off-?screen|content-visible|hidden-(?:print|xs|sm|md|lg|xl)",
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
_NEVER_SHOWN = {
    *("template", "noscript", "textarea", "title", "head", "datalist", "iframe", "noframes"),
    *("noembed", "audio", "video", "canvas", "object", "select", "rp", "desc", "metadata", "defs"),
    *("annotation", "annotation-xml", "progress", "meter"),
    *("hidden", "hide", "comment", "show", "if", "else", "when"),  # of those who write pages
}
# Attributes that hide by themselves, or where a script or a condition says so.
_HIDING = {"hidden", "popover", "v-if", "v-show", "x-if", "x-show", "ng-if", "ng-show", "ng-hide"}
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
    closed = tag.name == "dialog" and not re.search(r"\sopen\b", tag.attributes)
    hidden = (
        closed or tag.name in _NEVER_SHOWN or (tag.name not in _EMPTY and is_hidden(tag.attributes))
    )
    return "no reader sees the mathematics in this <{}>: show it" if hidden else None


def is_hidden(attributes: str) -> bool:
    """Tells whether attributes of HTML hide what has them."""
    for name, *values in _ATTRIBUTE.findall(attributes):
        value = html.unescape("".join(values))
        said = name.lower().lstrip(":")
        if said in _HIDING or (said == "class" and hides(value)):
            return True
        if (said == "style" and is_styled_away(value)) or (said == "color" and is_white(value)):
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


def is_styled_away(style: str) -> bool:
    """Tells whether a style hides: white is seen where the style says on what else it stands."""
    if "\\" in style:  # an escape, `d\69splay`, has no other use in a style
        return True
    said = {}
    for part in _CSS_COMMENT.sub("", style.lower()).split(";"):
        name, _, value = part.partition(":")
        said[name.strip()] = value.replace("!important", "").strip()
    if any(re.fullmatch(_STYLES[name], said[name]) for name in said.keys() & _STYLES.keys()):
        return True
    if any("var(" in said.get(name, "") for name in ("display", "visibility", "opacity", "color")):
        return True
    color = said.get("-webkit-text-fill-color") or said.get("color", "")
    ground = said.get("background-color") or said.get("background") or "none"
    is_plain = ground in ("none", "inherit", "transparent") or is_white(ground)
    return is_transparent(color) or (is_white(color) and is_plain) or color == ground


def hiding_rule(sheet: str) -> str | None:
    """Returns what a style sheet hides that may hold mathematics, None if it hides nothing."""
    for selectors, style in _RULE.findall(_CSS_COMMENT.sub("", sheet)):
        if is_styled_away(style):
            for selector in selectors.split(","):
                if not _NO_MATHEMATICS.search(selector.strip().lower()):
                    return " ".join(selector.split())
    return None


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
