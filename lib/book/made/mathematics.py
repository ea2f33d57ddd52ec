"""The mathematics of a page: displayed, in the text, quoted from elsewhere, and as letters."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from lxml import html as lxml_html
from lxml.html import builder

from book.known.equations import Display, Equation, displays, portable, relative_url
from book.known.source import Mark, link_marks
from book.made.layout import ROWS
from book.made.making import Making
from book.shared.errors import Problem
from book.shared.tex import Formula

__all__ = ["formulas", "letters"]

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LABEL = re.compile(r"eq:[\w-]*\w")
_CODE = re.compile(r"`([^`]+)`")


def formulas(page: Making) -> None:
    """Mathematics, displayed and in the text."""
    shown = displays(page.root)
    inline = [e for e in page.root.iter("span") if e.get("class") == "arithmatex"]
    texts = [(e.text or "").removeprefix("\\(").removesuffix("\\)") for e in inline]
    headings = _headings_before(page, inline)
    marked = [page.cards.displayed(each.line, each.tex) for each in shown]
    formulas = [Formula(page.refer(tex), True) for tex in marked]
    formulas += [
        Formula(page.refer(page.cards.inline(text, heading)), False)
        for text, heading in zip(texts, headings, strict=True)
    ]
    rendered = page.tools.tex.render(formulas)
    _agree(page, shown)
    for display, result in zip(shown, rendered[: len(shown)], strict=True):
        math = page.math(display.tex, result, page.source.file, display.line)
        _equation(page, display, math, _verdict(page, display.line))
    for element, text, result in zip(inline, texts, rendered[len(shown) :], strict=True):
        element.set("class", "math")
        element.text = page.keep(page.inline(text, result))
    for element in list(page.root.iter("div")):
        if element.get("class") == "quoted":
            _quoted(page, element)


def _agree(page: Making, shown: list[Display]) -> None:
    """What the checker reads is what the page shows, and the other way round."""
    verdicts = page.tools.verdicts.get(page.source.file.as_posix())
    if verdicts is None:
        return  # a page without the checker, as a notebook is
    for display in shown:
        if display.line not in verdicts:
            message = "the page shows an equation that the checker does not read"
            line = display.line or page.source.line_of(display.tex.split("\n")[0])
            page.problems.append(Problem(page.source.file, line, message))
    for line in sorted(verdicts.keys() - {display.line for display in shown}):
        message = "the checker reads an equation that the page does not show as one"
        page.problems.append(Problem(page.source.file, line, message))


def letters(page: Making) -> None:
    """What cards of indices and sizes are made of, at the end of the page and not shown."""
    letters = page.cards.letters
    formulas = page.tools.tex.render([Formula(letter.tex, False) for letter in letters])
    rows = ""
    for (letter, name), formula in zip(letters.items(), formulas, strict=True):
        math = page.inline(letter.tex, formula)
        cells = f"<td>{math}</td><td></td><td></td><td>{letter.meaning}</td>"
        rows += f'<tr id="{name}" data-see="{letter.row}">{cells}</tr>'
    if rows:
        box = builder.DIV({"class": "letters", "hidden": "hidden"})
        box.text = page.keep(f"<table>{rows}</table>")
        page.root.append(box)


def _headings_before(page: Making, elements: list[lxml_html.HtmlElement]) -> list[int]:
    """How many headings stand before each of some elements."""
    wanted, count, found = set(elements), 0, []
    for element in page.root.iter():
        count += element.tag in _HEADINGS
        if element in wanted:
            found.append(count)
    return found


def _equation(page: Making, display: Display, math: str, verdict: str) -> None:
    element = display.element
    found = page.book.equations.get(display.label)
    body = f'<div class="equation__math">{math}</div>'
    element.set("class", "equation")
    element.set(ROWS, str(math.count('<div class="chain__') or 1))
    if found is not None and found.source.url == page.source.url:
        element.set("id", found.id)
        element.set("role", "group")
        element.set("aria-label", f"Equation {found.number}")
        element.set("data-tex", portable(display.tex, lambda label: f"({page.link(label)[0]})"))
        body += (
            f'<a class="equation__number" href="#{found.id}" '
            f'title="Permanent link">({found.number})</a>'
        )
        if found.no_code and page.source.is_chapter:
            body += _instead(page, element, found)
    notes = [*_marked_lines(page, found), verdict] if found is not None else [verdict]
    if any(notes):
        body += f'<div class="equation__notes">{" ".join(filter(None, notes))}</div>'
    element.text = page.keep(body)
    for remark in display.remarks:
        remark.drop_tree()


def _verdict(page: Making, line: int) -> str:
    """What the checker says of the page's equation in this line."""
    found = page.tools.verdicts.get(page.source.file.as_posix(), {}).get(line)
    if found is None or not found.summary:
        return ""
    url = escape(relative_url(found.url, page.source.url))
    return (
        f'<a class="equation__verdict" href="{url}" title="{escape(found.summary)}">'
        '<span aria-hidden="true">✓</span>'
        f'<span class="sr-only">{escape(found.summary)}</span></a>'
    )


def _marked_lines(page: Making, equation: Equation) -> list[str]:
    """The lines of code that carry an equation."""
    notes = []
    for mark in page.book.marks.get(equation.id, []):
        place = f"{mark.file.name}:{mark.line}"
        address = page.book.place(mark, page.source.url)
        if address is None and page.tools.repository:
            address = f"{page.tools.repository}{mark.file.as_posix()}#L{mark.line}"
        notes.append(f'<a href="{escape(address)}">{place}</a>' if address else place)
    return notes


def _instead(page: Making, element: lxml_html.HtmlElement, equation: Equation) -> str:
    """Why no line of code carries an equation; and the lines of those that the reason names."""
    labels = _LABEL.findall(equation.no_code)
    reason = _CODE.sub(r"<code>\1</code>", escape(equation.no_code))
    reason = _LABEL.sub(lambda match: page.anchor(match[0]), reason)
    told = f'<p class="equation__why">No line of its own: {reason}.</p>'
    if not labels:
        return told
    found: dict[Path, list[Mark]] = {}
    for label in labels:
        marks = page.book.marks.get(label, [])[:1]  # the plain form
        if not marks:
            message = f"no line of code carries {label}, which is to stand in for {equation.id}"
            page.problems.append(Problem(equation.source.file, equation.line, message))
        for mark in marks:
            found.setdefault(mark.file, []).append(mark)
    lines = ""
    for marks in found.values():
        place = f"{marks[0].file.name}:{marks[0].line}"
        address = page.book.place(marks[0], page.source.url)
        name = f'<a href="{escape(address)}">{place}</a>' if address else place
        code = "".join(page.tools.library.marked(mark, page.link) for mark in marks)
        lines += (
            f'<div class="source__name"><span>{name}</span></div>'
            f'<div class="source__code"><pre>{code}</pre></div>'
        )
    element.set("class", "equation equation--quotes")
    return f'<div class="equation__lines source highlight">{told}{lines}</div>'


def _quoted(page: Making, element: lxml_html.HtmlElement) -> None:
    """An equation of another page beside the line of code that carries it."""
    label = element.attrib.pop("data-equation")
    found = page.find(label, f'equation("{label}")')
    if found is None:
        return
    result = page.tools.tex.render([Formula(page.refer(found.tex), True)])[0]
    math = page.math(found.tex, result, found.source.file, found.line)
    number, url = page.link(label)
    lines = []
    for mark in page.book.marks.get(label, []):
        html = page.tools.library.line(mark)
        address = page.book.place(mark, page.source.url) or escape(url)
        lines.append(
            f'<div class="quoted__code highlight"><pre>{link_marks(html, page.link)}</pre>'
            f'<a href="{address}">{mark.file.name}:{mark.line}</a></div>'
        )
    element.text = page.keep(
        f'<div class="equation"><div class="equation__math">{math}</div>'
        f'<a class="equation__number" href="{escape(url)}">({number})</a></div>' + "".join(lines)
    )
