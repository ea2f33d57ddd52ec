"""What is put into a chapter's Markdown before it is turned into HTML.

`{{ result("mnist-mlp", "test_accuracy", ".2%") }}` becomes the number, and
`{{ timings("bench", "pooling") }}` a table of what `make bench` measured; `{{ readings("mnist") }}`
is how often a test set was read, and `{{ ledger() }}` the table of all readings;
`{{ exercises() }}` is the table of the chapters' exercises, `{{ glossary() }}` that of the field's
terms. What needs a line becomes an empty element that `book.made.page` fills:
`{{ figure("name", alt="...", caption="...") }}`,
with `interactive="script"` where docs/assets/interactive/script.js takes the drawing's place;
`{{ equation("eq:linear-dW") }}`, an equation beside its lines of code; `{{ citation() }}`, how to
cite the book. A table with results in it is followed by one more such element, which names them.

`::: backprop.linear.linear_backward`, the source of a function, is left to mkdocstrings.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from book.known.exercises import table
from book.known.glossary import glossary, symbols
from book.known.ledger import count_readings, ledger
from book.known.results import format_metric
from book.known.timings import timings
from book.shared.errors import BookError, Problem
from book.shared.markdown import code_lines

__all__ = ["embed", "embedded", "expand"]

_MACRO = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_EMBEDDED = re.compile(r"^([ \t]*):::[ \t]+([\w.]+)[ \t]*$", re.MULTILINE)  # in a fold, indented
_RESULT = re.compile(r"\s*(?:result|timings)\(\s*\"([\w-]+)\"")
_SHOWN = re.compile("\ue002([^\ue003]*)\ue003")
_REMARK = re.compile(r"\$\$[ \t]*\n[ \t]*<!--")


def expand(
    markdown: str,
    file: Path,
    root: Path,
    offset: int = 0,
    symbols_of: Callable[[Path], list[tuple[str, str]]] = symbols,
) -> tuple[str, list[Problem]]:
    """Expands the macros of a page.

    Args:
        markdown: the page's source.
        file: it, relative to the repository, for the messages.
        root: the repository.
        offset: the lines of front matter before it.
        symbols_of: a page's symbols, for the glossary.

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
            return _call(match[1].strip(), root, symbols_of) + mark
        except BookError as error:
            problems.append(Problem(file, line + offset, str(error)))
            return f"**{escape(str(error))}**"

    text = _name_results(_MACRO.sub(macro, markdown))
    # Python-Markdown takes a display for one only where a blank line follows.
    text = _REMARK.sub(lambda match: match[0].replace("\n", "\n\n", 1), text)
    return text, problems


def embedded(text: str) -> list[tuple[str, int]]:
    r"""The objects whose source a page shows, each with its line.

    >>> embedded("a\n\n::: backprop.linear\n")
    [('backprop.linear', 3)]
    """
    fenced = code_lines(text)
    places = [(each[2], text.count("\n", 0, each.start()) + 1) for each in _EMBEDDED.finditer(text)]
    return [(name, line) for name, line in places if line not in fenced]


def embed(markdown: str, missing: Mapping[str, str]) -> str:
    """Has mkdocstrings show the source of objects, and nothing else of them.

    Args:
        markdown: of a chapter.
        missing: the objects that there are not, and what is said in their place.
    """
    fenced = code_lines(markdown)

    def shown(match: re.Match[str]) -> str:
        if markdown.count("\n", 0, match.start()) + 1 in fenced:
            return match[0]
        indent, name = match.groups()
        if name in missing:
            return f"\n{indent}**{escape(missing[name])}**\n"
        return f"\n{match[0]}\n{indent}    options: {{extra: {{only_source: true}}}}\n"

    return _EMBEDDED.sub(shown, markdown)


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


def _call(text: str, root: Path, symbols_of: Callable[[Path], list[tuple[str, str]]]) -> str:
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
        "readings": lambda data="", experiment="": count_readings(data, experiment, root),
        "ledger": lambda indent=0: ledger(indent, root),
        "figure": _figure,
        "equation": _equation,
        "exercises": lambda: table(root),
        "glossary": lambda: glossary(root, symbols_of),
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
