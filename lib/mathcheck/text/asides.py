r"""Finds blocks of Markdown's many kinds that no reader sees, or that some may not.

What stands in one of them is set by some writers of pages and not by others: comments of Obsidian,
blocks of PyMdown, directives of Sphinx that name a form of output, breaks with the settings of a
cell, shortcodes, instructions to a processor.
"""

import re
from collections.abc import Callable, Sequence

from mathcheck.text.fences import fenced, indented
from mathcheck.text.unseen import hides, is_styled_away

_BLOCK = re.compile(r"[ \t>]*(?P<mark>/{3,})[ \t]*(?P<said>[^\s/].*)$")
_ATTRIBUTES = re.compile(r"[ \t>]{4,}\S")
_DIRECTIVE = re.compile(
    r"[ \t>]*(?P<mark>[`~:]{3,}[ \t]*\{|\.\.[ ])(?:only|ifconfig|todo|comment|versionremoved)"
)
_CLASSED = re.compile(
    r"[ \t>]*(?:[`~:]{3,}[ \t]*\{|(?P<rest>\.\.)[ ])"
    r"(?P<name>container|div|rst-class|class|cssclass)(?:\}|::)[ \t]*(?P<said>.*)"
)
_BELOW = 12  # lines in which what a class is given to ends
_REST_COMMENT = re.compile(r"[ \t]*\.\.(?:[ ](?![\[_|])(?!\S*::)|$)")
_BREAK = re.compile(r"\+\+\+\s*(?P<said>\{.*\})")
_REMOVING = re.compile(
    r"\b(?:remove|hide|no|skip)[-_]?(?:cell|input|output|export|pdf|html)\b|hidden"
)
_SHORTCODE = re.compile(r"[ \t>]*\{\{[<%]\s*(?P<said>\w[^<>%]*?)\s*[>%]\}\}")
_NAMED_SO = {"comment", "if", "private", "draft", "only", "hide"}
_SPANS = {
    **{"%%": "%%", "<?": "?>", "<![": "]]>", "<!": ">", "<%": "<%"},
    **{r"\begin{comment}": r"\end{comment}", "{/*": "*/}", "{{#": "{{/", "{{^": "{{/"},
}
_SPAN = re.compile(
    r"[ \t>]*(?P<opens>%%(?!latex|markdown)|\{/\*|\{\{[#^]"
    r"|<%(?=[-=_\s]*(?:if|unless|for|case)\b)|<\?|<!\[|<!(?=[a-zA-Z])|\\begin\{comment\})"
)


def aside(line: str, lines: Callable[[], Sequence[str]], at: int) -> str | None:
    """Returns what a line keeps from some reader, None if it opens nothing of that kind.

    Args:
        line: the line.
        lines: gives all lines of the text.
        at: which of them it is.
    """
    if not line.lstrip(" \t>")[:1] or line.lstrip(" \t>")[0] not in "/`~:.+{%<\\":
        return None
    if found := _BLOCK.match(line):
        return _hidden_block(found, lines(), at)
    if found := _DIRECTIVE.match(line):
        below = indented if found["mark"].startswith(".") else fenced
        return f"{line}\n{below(lines(), at)}"
    if (found := _CLASSED.match(line)) and hides(found["said"]):
        if found["name"] in ("container", "div"):
            return (indented if found["rest"] else fenced)(lines(), at)
        return "\n".join(lines()[at + 1 : at + _BELOW])
    if _REST_COMMENT.match(line):
        return f"{line}\n{indented(lines(), at)}"
    if (found := _BREAK.match(line)) and _REMOVING.search(found["said"]):
        return _until("+++", lines(), at + 1)
    if found := _SHORTCODE.match(line):
        words = re.findall(r"[\w-]+", found["said"])
        if words[0] in _NAMED_SO or hides(" ".join(words)):
            return _until(f"/{words[0]}", lines(), at)
    if (found := _SPAN.match(line)) and not _is_end(found["opens"], lines, at):
        behind = line[found.end() :]
        closing = _SPANS[found["opens"]]
        return behind if closing in behind else f"{behind}\n{_until(closing, lines(), at + 1)}"
    return None


def _is_end(sign: str, lines: Callable[[], Sequence[str]], at: int) -> bool:
    """Tells whether a sign that begins and ends a comment alike ends one."""
    return sign == "%%" and "\n".join(lines()[:at]).count(sign) % 2 == 1


def _hidden_block(found: re.Match[str], lines: Sequence[str], at: int) -> str | None:
    """Returns what stands in a block, `/// html | div.hidden`, if its header hides it."""
    kind, _, title = found["said"].partition("|")
    last = at + 1
    while last < len(lines) and _ATTRIBUTES.match(lines[last]):
        last += 1
    said = " ".join([kind, title if kind.strip() == "html" else "", *lines[at + 1 : last]])
    style = re.search(r"style\s*[=:]\s*[\"']?([^\"']*)", said)
    if hides(re.sub(r"[^\w-]+", " ", said)) or (style and is_styled_away(style[1])):
        return _until(found["mark"], lines, at + 1)
    return None


def _until(closing: str, lines: Sequence[str], first: int) -> str:
    """Returns the lines up to one that holds a sign."""
    last = next((n for n in range(first, len(lines)) if closing in lines[n]), len(lines))
    return "\n".join(lines[first : last + 1])
