"""What the search reads of a page: formulas as text, in paragraphs that are good excerpts.

The list of results shows the paragraphs in which a word was found. So an equation is made one, with
its number, its name on a keyboard and the lines of code that carry it; and so is a row of a table,
an item of a list, a line of an example. What the reader sees of a page is made by `book.made.page`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from lxml import html as lxml_html
from lxml.html import builder

from book.known.bibliography import CITATION
from book.known.crossref import Book, Tools
from book.known.equations import EQREF, displays
from book.shared.plain import in_letters, plain
from book.shared.tex import Formula
from book.shared.tree import parse, serialise

__all__ = ["order", "part_index", "searchable"]

_TAG = re.compile(r"<[^>]*>")
_COMMENT = re.compile(r"\s*#.*")
_NAMED = re.compile(r"[A-Za-z][\w/]*")
_NOT_FOUND = "\N{WORD JOINER}"  # a number is found where its equation stands, not where it is cited
_REFERENCE = re.compile(r"reference/\w+/")
_LISTS = re.compile(r"(?:glossary|changes|errata)/")  # of what is told elsewhere
_CODE = "\ue000"  # where code begins, and where it ends
_SPACE = re.compile(r"\s+")
_PROMPT = re.compile(r"^(?:>>>|\.\.\.) (.*)", re.MULTILINE)
_PARAGRAPHS = {"dd", "dt", "figcaption", "summary"}
_BLOCKS = ("p", "li", "pre", "tr", *_PARAGRAPHS)
_DEFINING = "<p>Symbol, Code, Shape, Meaning</p>"


def searchable(html: str, book: Book, tools: Tools) -> str:
    """A page's content as the search reads it.

    Args:
        html: the content, not yet rendered.
        book: all equations, and the lines of code that carry them.
        tools: the formulas and the code.
    """

    def number(match: re.Match[str]) -> str:
        found = book.equations.get(match[1])
        return f"({_NOT_FOUND}{found.number})" if found else ""

    root = parse(CITATION.sub("", EQREF.sub(number, html)))
    _equations(root, book, tools)
    _inline(root, tools)
    for element in list(root.iter("details", "div", "pre", "tr", *_PARAGRAPHS)):
        if element.tag == "tr":
            _row(element)
        elif element.tag == "pre":
            _code(element)
        elif element.get("class") == "reference-source":
            element.drop_tree()  # it would be found for every name in it
        elif name := element.get("data-object"):
            _paragraph(element, name)
        elif element.tag in _PARAGRAPHS:
            element.tag = "p"
    for element in list(root.iter("ul", "ol", "li")):
        whole = element.tag == "li" and next(element.iterdescendants(*_BLOCKS), None) is None
        element.tag = "p" if whole else "div"
    return _SPACE.sub(" ", serialise(root))


def order(entries: Iterable[dict[str, Any]]) -> None:
    """Puts what says what a symbol is before what uses it, lists last; names the reference.

    Args:
        entries: of the search's index, changed in place.
    """
    for entry in entries:
        if _DEFINING in entry["text"]:
            entry["boost"] = 3
        if _LISTS.match(entry["location"]):
            entry["boost"] = 0.1
        if _REFERENCE.fullmatch(entry["location"]):
            entry["title"] += " (reference)"


def part_index(index: str) -> dict[str, str]:
    """Parts the search's index in what each page loads, and what a question needs.

    Args:
        index: as the search's plugin writes it.

    Returns:
        The files by name: the index without its sections, and the sections.
    """
    whole = json.loads(index)
    sections = whole.pop("docs")
    return {
        name: json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        for name, content in {
            "search_index.json": {**whole, "docs": []},
            "sections.json": sections,
        }.items()
    }


def _texts(formulas: Iterable[Formula], tools: Tools) -> list[str]:
    """Formulas as text; nothing for one that cannot be set, of which `book.made.page` complains."""
    return [plain(each.html) if each.html else "" for each in tools.tex.render(list(formulas))]


def _equations(root: lxml_html.HtmlElement, book: Book, tools: Tools) -> None:
    """Displayed formulas: number, name, formula, code."""
    shown = displays(root)
    texts = _texts((Formula(display.tex, True) for display in shown), tools)
    for display, text in zip(shown, texts, strict=True):
        parts = [text]
        if found := book.equations.get(display.label):
            name = in_letters(text)
            named = name not in text and _NAMED.fullmatch(name)
            parts.insert(0, f"({found.number}) {name}:" if named else f"({found.number})")
            lines = [tools.library.line(mark) for mark in book.marks.get(display.label, [])]
            code = [_COMMENT.sub("", unescape(_TAG.sub("", line))).strip() for line in lines]
            parts += [f"[{'; '.join(dict.fromkeys(filter(None, code)))}]"] if any(code) else []
        _paragraph(display.element, " ".join(parts))


def _inline(root: lxml_html.HtmlElement, tools: Tools) -> None:
    """Formulas in the text."""
    inline = [each for each in root.iter("span") if each.get("class") == "arithmatex"]
    formulas = [
        Formula((each.text or "").removeprefix("\\(").removesuffix("\\)"), False) for each in inline
    ]
    for element, text in zip(inline, _texts(formulas, tools), strict=True):
        element.text = text


def _row(row: lxml_html.HtmlElement) -> None:
    """A row of a table; a Greek or accented symbol is also given in letters. Code stays code."""
    cells = [" ".join(cell.text_content().split()) for cell in row]
    name = in_letters(cells[0]) if cells and not cells[0].isascii() else ""
    named = _NAMED.fullmatch(name) and name not in cells
    for code in row.iter("code"):
        code.text = _CODE + (code.text or "")
        code.append(builder.SPAN(_CODE))
    cells = list(filter(None, (" ".join(cell.text_content().split()) for cell in row)))
    if named:
        cells.insert(1, name)
    _paragraph(row, "")
    text, *rest = ", ".join(cells).split(_CODE)
    row.text = text
    for code, after in zip(rest[::2], rest[1::2], strict=True):
        row.append(builder.CODE(code))
        row[-1].tail = after


def _code(block: lxml_html.HtmlElement) -> None:
    """What is typed in an example, a line a paragraph; other code as one."""
    text = block.text_content()
    lines = _PROMPT.findall(text) or [text]
    for line in reversed(lines[1:]):
        paragraph = builder.P(builder.CODE(line.strip()))
        block.addnext(paragraph)
    _paragraph(block, "")
    block.append(builder.CODE(lines[0].strip()))


def _paragraph(element: lxml_html.HtmlElement, text: str) -> None:
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = "p", text, tail
