r"""Tells what no reader of a page sees: hidden elements and blocks, attributes, struck-out text.

What defines something there, or narrows a table, would decide claims that are seen.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mathcheck.text.styles import is_plain_rule, moves, rules, sets_ground, unknown_in

# All that a reader of these texts takes for an equation or for a table of symbols.
MATHEMATICS = re.compile(
    r"\$\$|\\\[|\\begin\b|^[ \t>|*_]*symbols?[*_ \t]*\|"
    r"|^[ \t>]*[`~:]{3,}[ \t]*\{?\s*\.?(?:math|katex)\b"
    r"|^[ \t>]*[`~]{3,}[ \t]*\{[^}\n]*\.math\b"
    r"|^[ \t>]*\.\. math::|<script\b[^>]*math/tex;\s*mode\s*=\s*display",
    re.IGNORECASE | re.MULTILINE,
)
# A value in braces, as JSX has it.
_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_VALUE = rf"\s*=\s*(?:\"[^\"]*\"|'[^']*'|{_BRACES}|[^\s\"'=<>`]+)"
# An opening tag as HTML and Markdown know it, over several lines too.
_TAG = re.compile(
    rf"<(?P<name>[a-zA-Z][\w.-]*)(?P<attributes>(?:[\s/]+(?:[a-zA-Z_:@.#][\w:.@-]*(?:{_VALUE})?"
    rf"|{_BRACES}))*)\s*/?>"
)
_ATTRIBUTE = re.compile(rf"([\w:.@#-]+)(?P<value>{_VALUE})?|(?P<spread>{_BRACES})")
_LITERAL = re.compile(
    r"\{\s*(?:\"(?P<one>[^\"]*)\"|'(?P<two>[^']*)'|(?P<number>-?[\d.]+|true))\s*\}"
)
_PLAIN_NUMBERS = {"opacity", "zoom", "flex", "line-height", "z-index", "font-weight", "flex-grow"}
# Attributes of a list that hide by themselves, or where a script or a condition says so.
_HIDING = re.compile(r"hidden|popover|inert|(?:v|x|ng)-\w+")
# What HTML begins a block with, whatever stands in its tag.
BLOCK_TAG = re.compile(
    r"(?:address|article|aside|blockquote|body|center|d[dlt]|details|dialog|div|fieldset"
    r"|fig(?:caption|ure)|footer|form|h[1-6]|header|html|li|main|nav|[ou]l|p|section|summary"
    r"|t(?:able|body|d|foot|h|head|r)|font|span|template|svg|style|script|pre)"
)
# What ends a selector of something that holds no equation of the text.
_NO_MATHEMATICS = re.compile(
    r"(?:^|[\s>+~])(?:h1|nav|header|footer|img|svg|hr)(?:[.#:\[][^\s>+~]*)?$|::[\w-]+$"
    r"|\.md-(?:sidebar|header|footer|tabs|nav|source|button|search|top)[\w-]*$"
)
# Of these a header of a page may stay in its place; what is put before or behind a text may not.
_IN_PLACE = re.compile(r"::?(?:before|after)$")
_GONE = re.compile(r"^\s*display\s*:\s*none\s*(?:!important\s*)?;?\s*$")
_CLASSES = re.compile(
    r"(?:(?:is|md|u|v|ui|uk|w|tw|a11y|visually|content|text|element)[-_]?)?hidden|\w+:hidden"
    r"|visually-hidden-focusable|collapse|(?:opacity|scale|[wh]|max-[wh])-0|text-(?:white|transparent)"
    r"|(?:is-)?(?:hide|invisible)"
    r"|(?:d|display)-none|no-?display|(?:sr|print|screen-reader)-only(?:-\w+)*|only-(?:print|light|dark)"
    r"|screen-?reader(?:-text)?|off-?screen|content-visible|hidden-(?:print|xs|sm|md|lg|xl)",
    re.IGNORECASE,
)
# Parts of a template that hold text and show it; `{% set x = 1 %}` has no end.
_SHOWN_PARTS = {
    *(
        "raw",
        "verbatim",
        "hint",
        "tabs",
        "tab",
        "note",
        "tip",
        "info",
        "warning",
        "stepper",
        "step",
    ),
    *("columns", "column", "content", "details", "callout"),
}
_KNOWN_PARTS = {"if", "unless", "for", "case", "comment", "macro", "block", "filter", "call"}
_TAG_OF = r"\{%[-+~]?\s*"
PART = rf"\{{\#(?=\s)|{_TAG_OF}(?!end|math|katex|latex)\w+"
# Elements that show what they hold, as it is written; of others nobody knows what they do.
_SHOWING = {
    *("div", "span", "p", "section", "article", "main", "aside", "header", "footer", "nav", "body"),
    *("html", "details", "summary", "figure", "figcaption", "table", "thead", "tbody", "tfoot"),
    *("tr", "td", "th", "caption", "colgroup", "ul", "ol", "li", "dl", "dt", "dd", "blockquote"),
    *("center", "font", "b", "i", "em", "strong", "u", "a", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("small", "big", "mark", "label", "address", "fieldset", "legend", "form", "q", "cite"),
    *("abbr", "dfn", "ins", "tt", "hgroup", "search", "menu", "time", "data", "bdi", "nobr", "var"),
    *("sub", "sup", "kbd", "samp", "code", "pre", "math", "dialog", "script", "style", "search"),
    # Components that writers of pages are given, by the names that they have there.
    *("tabs", "tab", "tabitem", "admonition", "callout", "note", "tip", "info", "warning"),
    *("danger", "caution", "important", "card", "cards", "cardgroup", "cardgrid", "steps", "step"),
    *("accordion", "accordiongroup", "frame", "columns", "column", "hint", "example"),
    *("theorem", "lemma", "proof", "definition", "remark", "corollary", "proposition"),
}
_ATTRIBUTES = re.compile(
    r"id|class(?:name)?|style|title|lang|align|markdown|open|role|width|border|cellpadding"
    r"|cellspacing|colspan|rowspan|valign|color|face|size|name|href|target|rel|label|start|type"
    r"|value|reversed|summary|key|data-(?!x-|v-|ng-)[\w-]+|aria-[\w-]+|tabindex|item(?:prop|scope|type)"
    r"|nowrap|translate|default|groupid|variant|kind|icon|[.#][\w:.-]+|attr-list|about|xmlns|border"
    r"|bgcolor|for|scope|headers|frame|rules|vocab|typeof|property|resource|accesskey|loading|v-pre"
)
# Style sheets that set equations, and fonts.
_SHEETS = re.compile(
    r"//(?:cdn\.jsdelivr\.net/npm|unpkg\.com|cdnjs\.cloudflare\.com/ajax/libs)/(?:@fortawesome/)?"
    r"(?:katex|mathjax|font-?awesome)[\w-]*[/@](?!.*\.\.)|//fonts\.(?:googleapis|bunny)\.\w+/",
    re.IGNORECASE,
)
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
    """Returns why what stands in an element is not seen, or may not be; None if it is."""
    if tag.name in _STRUCK_OUT:
        return f"the mathematics in this <{tag.name}> is struck out: take it away"
    if tag.name in _EMPTY:
        return None
    said = f"no reader sees the mathematics in this <{tag.name}>"
    if tag.name == "dialog" and not re.search(r"\sopen\b", tag.attributes):
        return f"{said}: show it"
    if tag.name not in _SHOWING:
        return f"{said}, for all that is known of it: take it out"
    if unknown := _unknown_in(tag.attributes):
        return f"{said}, for all that is known of {unknown}: leave that out"
    return None


def is_on_ground(tag: Tag) -> bool:
    """Tells whether what stands in an element is on a dark ground, or one that is not known."""
    said = {name: value for name, value, _ in _attributes(tag.attributes)}
    return sets_ground(f"{said.get('style', '')}; background: {said.get('bgcolor', 'white')}")


def changes(tag: Tag) -> str | None:
    """Returns what of an element may change what its page shows besides it, None if nothing may."""
    said = html.unescape(tag.attributes)
    if tag.name == "link" and "stylesheet" in said and not _SHEETS.search(said):
        return "a style sheet from elsewhere"
    if tag.name == "meta" and "refresh" in said.lower():
        return "a page that gives way to another"
    if tag.name in ("iframe", "object", "embed") and re.search(r"srcdoc|javascript:", said):
        return f"this <{tag.name}>"
    return moved(tag.attributes)


def moved(attributes: str) -> str | None:
    """Returns what lays an element over what stands beside it, or runs a script; else None."""
    for name, value, is_set in _attributes(attributes):
        if name.startswith("on") and is_set:
            return f"{name}="
        if name == "style" and (unknown := moves(value)):
            return unknown
    return None


def is_hidden_by_list(attributes: str) -> bool:
    """Tells whether an attribute list, `{ .hidden }`, hides what has it; `{ one hidden }` is text.

    Args:
        attributes: the list, without its braces.
    """
    said = attributes.removeprefix(":")
    words = re.sub(r"[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|\S+)|[.#]\S+", " ", attributes).split()
    is_prose = not attributes.startswith(":") and len(words) > 1
    for name, value, _ in _attributes(said):
        if name.startswith(".") and hides(name[1:]):
            return True
        if not is_prose and (_HIDING.fullmatch(name) or (name == "class" and hides(value))):
            return True
        if not is_prose and name == "style" and unknown_in(value):
            return True
    return False


def _unknown_in(attributes: str) -> str | None:
    """Returns what in attributes may hide what has them, None if nothing does."""
    for name, value, _ in _attributes(attributes):
        if not _ATTRIBUTES.fullmatch(name):
            return name
        if name in ("class", "classname") and ("{" in value or hides(value)):
            return f"the class {value}"
        if name == "style" and (unknown := unknown_in(value)):
            return unknown
        if name in ("color", "bgcolor"):
            kind = "background" if name == "bgcolor" else name
            if unknown_in(f"{kind}: {value}"):
                return f"the colour {value}"
    return None


def _attributes(attributes: str) -> Iterator[tuple[str, str, bool]]:
    """Yields the name of each attribute, its value without quotes, and whether it has one."""
    for found in _ATTRIBUTE.finditer(attributes):
        name = (found[1] or found["spread"]).lower()
        value = (found["value"] or "").partition("=")[2].strip()
        if value[:1] in ("'", '"'):
            value = value[1:-1]
        elif literal := _LITERAL.fullmatch(value):
            value = literal[literal.lastgroup or 0]
        value = html.unescape(value)
        yield name, _as_css(value) if name == "style" else value, bool(found["value"])


def _as_css(style: str) -> str:
    """Returns a style as CSS writes it, if JSX has it: `{{fontSize: 12}}`."""
    if not style.startswith("{"):
        return style
    parts = []
    for part in re.split(r",(?![^(]*\))", style.strip("{} \n")):
        name, _, said = part.partition(":")
        name = re.sub(r"[A-Z]", lambda match: f"-{match[0].lower()}", name.strip(" \n'\""))
        said = said.strip(" \n'\"`")
        has_unit = name not in _PLAIN_NUMBERS and re.fullmatch(r"-?[0-9.]+", said)
        parts.append(f"{name}: {said}{'px' if has_unit else ''}")
    return ";".join(parts)


def hiding_rule(sheet: str) -> str | None:
    """Returns what a style sheet hides, or lays over something; None if it does nothing like it."""
    for head, style in rules(sheet):
        if is_plain_rule(head, style):
            continue
        if head.startswith("@") or not head:
            return head or " ".join(style.split())
        for selector in head.split(","):
            said = " ".join(selector.split())
            if _NO_MATHEMATICS.search(said.lower()):
                hiding = None if _GONE.search(style) else _beside(said, style)
            else:
                hiding = unknown_in(style)
            if hiding is not None:
                return said
    return None


def _beside(selector: str, style: str) -> str | None:
    """Returns what a style does to what stands beside the mathematics of a page, None if nothing.

    A header may stay in its place, for the page can be moved under it.
    """
    if _IN_PLACE.search(selector):
        return unknown_in(style)
    return moves(style, fixed=not re.search(r"\b(?:img|svg|hr)\b", selector))


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
    """Returns the part of a template with which a text begins, None if that has no end.

    One that is known to show what it holds has none either.
    """
    if text.startswith("{#"):
        before, end, _ = text.partition("#}")
        return before if end else None
    found = re.match(rf"{_TAG_OF}(\w+)", text)
    own = found[1] if found else ""
    if own in _SHOWN_PARTS or (own == "set" and re.match(rf"{_TAG_OF}set\s[^%]*=", text)):
        return None
    any_kind = "|".join([*_KNOWN_PARTS, r"set\s+[^=%]*%\}"])
    closed = [(re.escape(own), f"end{re.escape(own)}")]
    if own in _KNOWN_PARTS or own == "set":
        closed.append((any_kind, "end"))
    for opening, closing in closed:
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
