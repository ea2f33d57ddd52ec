"""What is put into a chapter's Markdown before it is turned into HTML.

`{{ result("mnist-mlp", "test_accuracy", ".2%") }}` becomes the number, and
`{{ timings("bench", "pooling") }}` a table of what `make bench` measured. What needs a whole line
becomes an empty element that `book.made.page` fills:
`{{ figure("name", alt="...", caption="...") }}`,
with `interactive="script"` where docs/assets/interactive/script.js takes the drawing's place;
`{{ equation("eq:linear-dW") }}`, an equation beside its lines of code; `{{ citation() }}`, how to
cite the book; and `::: backprop.linear.linear_backward`, the source of a function. A table with
results in it is followed by one more such element, which names them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from book.known.results import format_metric
from book.known.timings import timings
from book.shared.errors import BookError, Problem

__all__ = ["code_lines", "expand"]

_MACRO = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LITERATE = re.compile(r"^:::[ \t]+([\w.]+)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})")
_RESULT = re.compile(r"\s*(?:result|timings)\(\s*\"([\w-]+)\"")
_SHOWN = re.compile("\ue002([^\ue003]*)\ue003")
_REMARK = re.compile(r"\$\$[ \t]*\n[ \t]*<!--")


def expand(markdown: str, file: Path, root: Path, offset: int = 0) -> tuple[str, list[Problem]]:
    """Expands the macros of a page.

    Args:
        markdown: the page's source.
        file: it, relative to the repository, for the messages.
        root: the repository.
        offset: the lines of front matter before it.

    Returns:
        The Markdown to convert, and what did not resolve.
    """
    problems: list[Problem] = []
    fenced = code_lines(markdown)

    def macro(match: re.Match[str]) -> str:
        line = markdown.count("\n", 0, match.start()) + 1
        if line in fenced:
            return match[0]
        found = _RESULT.match(match[1])
        mark = f"\ue002{found[1]}\ue003" if found else ""
        try:
            return _call(match[1].strip(), root) + mark
        except BookError as error:
            problems.append(Problem(file, line + offset, str(error)))
            return f"**{escape(str(error))}**"

    text = _name_results(_MACRO.sub(macro, markdown))
    fenced = code_lines(text)

    def literate(match: re.Match[str]) -> str:
        if text.count("\n", 0, match.start()) + 1 in fenced:
            return match[0]
        return f'\n<div class="literate" data-object="{match[1]}"></div>\n'

    text = _LITERATE.sub(literate, text)
    # Python-Markdown takes a display for one only where a blank line follows.
    text = _REMARK.sub(lambda match: match[0].replace("\n", "\n\n", 1), text)
    return text, problems


def _name_results(text: str) -> str:
    """Puts an element below each table that says which results it shows; takes the marks away."""
    lines: list[str] = []
    names: list[str] = []
    for line in f"{text}\n".split("\n"):
        shown = _SHOWN.sub("", line)
        bare = shown.lstrip()
        if bare.startswith("|"):
            names += _SHOWN.findall(line)
        elif names:
            indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())]
            unique = " ".join(dict.fromkeys(names))
            lines += ["", f'{indent}<div class="origins" data-results="{unique}"></div>', ""]
            names = []
        lines.append(shown)
    return "\n".join(lines[:-1])


def code_lines(markdown: str) -> set[int]:
    r"""The lines, counted from 1, that stand in fenced code.

    >>> sorted(code_lines("a\n```\nb\n```\nc"))
    [2, 3, 4]
    """
    return set(_code_lines(markdown))


def _code_lines(markdown: str) -> Iterator[int]:
    fence = ""
    for number, line in enumerate(markdown.split("\n"), 1):
        found = _FENCE.match(line)
        if fence:
            yield number
            if found and found[2].startswith(fence) and not line.strip(" \t`~"):
                fence = ""
        elif found:
            fence = found[2]
            yield number


def _call(text: str, root: Path) -> str:
    """Evaluates one macro, whose arguments are literals."""
    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise ValueError
        positional = [ast.literal_eval(argument) for argument in call.args]
        named = {
            keyword.arg: ast.literal_eval(keyword.value)
            for keyword in call.keywords
            if keyword.arg is not None
        }
    except (SyntaxError, ValueError):
        raise BookError(f"cannot read {{{{ {text} }}}}: one call with plain arguments") from None
    macros: dict[str, Callable[..., str]] = {
        "result": lambda name, key, spec="": format_metric(name, key, spec, root),
        "timings": lambda name, *groups: timings(name, *groups, root=root),
        "figure": _figure,
        "equation": _equation,
        "citation": lambda: '\n<div class="cited"></div>\n',
    }
    if call.func.id not in macros:
        raise BookError(f'no macro "{call.func.id}"; there are {", ".join(sorted(macros))}')
    try:
        return macros[call.func.id](*positional, **named)
    except TypeError as error:
        raise BookError(f"{call.func.id}: {str(error).rpartition(') ')[2]}") from None


def _figure(name: str, *, alt: str, caption: str, interactive: str = "") -> str:
    attributes: dict[str, Any] = {"data-figure": name, "data-alt": alt}
    if interactive:  # the script that takes the drawing's place, see docs/assets/interactive
        attributes["data-interactive"] = interactive
    written = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    return (
        f'\n<figure class="figure" {written} markdown="block">\n'
        f'<figcaption markdown="span">{caption}</figcaption>\n</figure>\n'
    )


def _equation(label: str) -> str:
    return f'\n<div class="quoted" data-equation="{escape(label)}"></div>\n'
