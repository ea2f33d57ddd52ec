r"""Finds blocks of Markdown's many kinds that no reader sees, or that some may not.

What stands in one of them is set by some writers of pages and not by others: comments of Obsidian,
blocks of PyMdown, directives of Sphinx that name a form of output, breaks with the settings of a
cell, shortcodes, instructions to a processor.
"""

import re
from collections.abc import Callable, Sequence

from mathcheck.text.fences import CODE, fenced, indented
from mathcheck.text.styles import unknown_in
from mathcheck.text.unseen import hides

_BLOCK = re.compile(r"[ \t>]*(?P<mark>/{3,})[ \t]*(?P<said>[^\s/].*)$")
_ATTRIBUTES = re.compile(r"[ \t>]{4,}\S")
_DIRECTIVE = re.compile(
    r"[ \t>]*(?P<mark>[`~:]{3,}[ \t]*\{|\.\.[ ])(?!raw\}?(?:::)?\s+html)"
    r"(?P<name>[\w:+-]+)(?:\}|::(?=\s|$))"
)
# Directives that show what they hold. What others do with it depends on who writes the page.
_SHOWING = re.compile(
    r"math|admonition|note|tip|hint|important|warning|caution|danger|attention|error|seealso"
    r"|dropdown|details|toggle|tab-(?:set|item)|grid|grid-item(?:-card)?|card(?:-\w+)?|figure"
    r"|margin|sidebar|aside|topic|epigraph|highlights|pull-quote|compound|container|div|rubric"
    r"|(?:prf:)?(?:proof|theorem|lemma|definition|corollary|proposition|remark|example|axiom"
    r"|property|criterion|conjecture|observation|algorithm|assumption|notation)|exercise(?:-\w+)?"
    r"|solution(?:-\w+)?|list-table|table|csv-table|version(?:added|changed)|deprecated|class"
    r"|rst-class|cssclass|glossary|list|block(?:quote)?|centered|hlist|full-width|eval-rst|md-tab-\w+"
    r"|admonition:\w+|callout(?:-\w+)?|info|question|abstract|success|failure|bug|quote|summary"
    r"|column(?:s|-margin)?|panel(?:s|-tabset)?|(?:py|c|cpp|js|rst):\w+|auto\w+|index|contents|toctree"
    r"|plot|doctest|testcode|testsetup|testoutput|currentmodule|module|code(?:-\w+)?|highlight|image"
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
_SHOWING_CODES = {
    *("hint", "note", "callout", "tip", "info", "warning", "danger", "alert", "admonition"),
    *("details", "expand", "tabs", "tab", "columns", "column", "theorem", "proof", "lemma"),
    *("definition", "example", "notice", "steps", "step", "card", "cards", "math", "katex"),
    *("figure", "quote", "blockquote", "center", "box", "remark", "toc", "latex", "mathjax"),
}
# What a template of Go, or of PHP, shows if something is so, up to its end.
_IF_SO = re.compile(
    r"[ \t>]*(?:\{\{-?\s*(?:if|with|range|define|block)\b|<\?php\s+(?P<php>if|for|foreach|while)\b)"
)
# What MDX shows if something is so: `{is_long && (…)}`.
_EXPRESSION = re.compile(
    r"[ \t>]*(?P<opens>\{)\s*(?=[^{}%#:.\s][^{}\n]*(?:&&|\|\||\?|=>|\()|\(|`|$)"
)
_SPANS = {
    **{"%%": "%%", "<?": "?>", "<![": "]]>", "<!": ">", "<%": "<%"},
    **{r"\begin{comment}": r"\end{comment}", "{/*": "*/}", "{{#": "{{/", "{{^": "{{/"},
    **{"{{/*": "*/}}", "{{": "}}"},
}
_SPAN = re.compile(
    r"[ \t>]*(?P<opens>%%(?!latex|markdown|html)|\{/\*|\{\{(?:[#^]|/\*)"
    r"|\{\{(?![<%]|.*\}\})"
    r"|<%(?=[-=_\s]*(?:if|unless|for|case)\b|\#)|<\?|<!\[|<!(?=[a-zA-Z])|\\begin\{comment\})"
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
    if (found := _DIRECTIVE.match(line)) and not _is_shown(found["name"]):
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
        if words[0] not in _SHOWING_CODES or hides(" ".join(words)):
            return _until(f"/{words[0]}", lines(), at, "")
    if found := _IF_SO.match(line):
        return _until("<?php end" if found["php"] else "end", lines(), at + 1)
    if found := _EXPRESSION.match(line):
        return _balanced("\n".join([line[found.start("opens") :], *lines()[at + 1 :]]))
    if (found := _SPAN.match(line)) and not _is_end(found["opens"], lines, at):
        behind = line[found.end() :]
        closing = _SPANS[found["opens"]]
        return behind if closing in behind else f"{behind}\n{_until(closing, lines(), at + 1)}"
    return None


def _is_shown(directive: str) -> bool:
    """Tells whether a directive shows what it holds, or holds code."""
    return bool(_SHOWING.fullmatch(directive.lower()) or CODE.match(f"{{{directive}}}"))


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
    if hides(re.sub(r"[^\w-]+", " ", said)) or (style and unknown_in(style[1])):
        return _until(found["mark"], lines, at + 1)
    return None


def _until(closing: str, lines: Sequence[str], first: int, otherwise: str | None = None) -> str:
    """Returns the lines up to one that holds a sign.

    Args:
        closing: the sign.
        lines: of the text.
        first: where to begin.
        otherwise: what to return if no line holds it; all lines if that is not said.
    """
    last = next((n for n in range(first, len(lines)) if closing in lines[n]), None)
    if last is None and otherwise is not None:
        return otherwise
    return "\n".join(lines[first : len(lines) if last is None else last + 1])


def _balanced(text: str) -> str:
    """Returns what stands in the braces with which a text begins, nothing if they do not end."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if not depth:
            return text[:at]
    return ""
