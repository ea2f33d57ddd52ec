"""The pass that makes a page of the book from a page of HTML: pure, and ignorant of MkDocs.

Equations are numbered and linked across the pages, so `book.crossref` comes first: `scan` each page
and `assemble` what was found into a `Book`. Then `render` makes each page.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from html import escape

from lxml import html as lxml_html
from lxml.html import builder

from book.bibliography import CITATION, Publication, keys_of
from book.cards import Cards
from book.chain import chain
from book.crossref import Book, Tools
from book.equations import EQREF, Display, Equation, Source, displays, relative_url
from book.errors import BookError, Problem
from book.layout import ROWS, pair, part
from book.opening import measure, open_chapter
from book.plain import plain
from book.source import PLAIN, link_marks
from book.svg import inline_svg, link_equations, take_images
from book.tex import Formula, Rendered
from book.tree import parse, serialise

__all__ = ["render"]

_TOKEN = re.compile("\ue000(\\d+)\ue001")
_HELD = re.compile(r"@(eq:[\w-]+)@")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_OPAQUE = {"code", "pre", "script", "style", "svg", "textarea"}


def render(html: str, source: Source, book: Book, tools: Tools) -> tuple[str, list[Problem]]:
    """Makes a page of the book.

    Args:
        html: the page's content.
        source: the Markdown that it came from.
        book: what the other pages have.
        tools: what to work with.

    Returns:
        The content as it is shown, and what does not resolve.
    """
    page = _Page(parse(html), source, book, tools)
    page.opening()
    page.texts()
    page.figures()
    page.formulas()
    page.tables()
    page.code()
    page.back_matter()
    part(page.root)
    page.letters()
    return page.html(), sorted(page.problems)


def _cite(work: Publication, title: str = "", url: str = "") -> str:
    """How to cite a chapter, or the book: in words, and as BibTeX to copy."""
    return (
        f"<p>{work.sentence(title, url)}</p>"
        f'<div class="highlight bibtex"><pre><code>{escape(work.bibtex(title, url))}\n'
        "</code></pre></div>"
    )


class _Page:
    """One page while it is made. Finished HTML waits in `_raw` until the tree is written out."""

    def __init__(
        self, root: lxml_html.HtmlElement, source: Source, book: Book, tools: Tools
    ) -> None:
        self.root = root
        self.source = source
        self.book = book
        self.tools = tools
        self.cards = Cards(source)
        self.problems: list[Problem] = []
        self._raw: list[str] = []
        self._cited: list[str] = []
        self._seen: Counter[str] = Counter()

    def html(self) -> str:
        """The content."""
        return _TOKEN.sub(lambda match: self._raw[int(match[1])], serialise(self.root))

    def opening(self) -> None:
        """What a chapter asks for and gives, and how long it takes."""
        if not self.source.is_chapter:
            return
        if not open_chapter(self.root, measure(self.root, self.tools.library)):
            message = "the chapter has no map: say what `You need` and what `You will be able to`"
            self._problem("# ", f"{message} before its first section, see CONTRIBUTING.md")

    def texts(self) -> None:
        """References and citations in the text."""
        for element in list(self.root.iter()):
            if not isinstance(element.tag, str):
                element.tail = self._text(element.tail)
                continue
            if element.tag not in _OPAQUE and element.get("class") != "arithmatex":
                element.text = self._text(element.text)
            parent = element.getparent()
            if parent is not None and parent.tag not in _OPAQUE:
                element.tail = self._text(element.tail)

    def figures(self) -> None:
        """Figures: the drawing, and a number for the caption."""
        for count, element in enumerate(list(self.root.iter("figure")), 1):
            name = element.get("data-figure")
            if name is None:
                continue
            alt = element.attrib.pop("data-alt")
            number = f"{self.source.number}.{count}" if self.source.number else str(count)
            if name not in self._seen:
                element.set("id", f"fig:{name}")
            self._seen[name] += 1
            try:
                drawing = inline_svg(self.tools.figure(name), name, alt)
            except (BookError, ValueError) as error:
                self._problem(f'figure("{name}"', str(error))
                continue
            label = f'<a class="figure__number" href="#fig:{name}">Figure {number}</a> '
            script, read = self._origins(self.tools.origins.of_figure(name))
            made = f' <span class="origins">Drawn by {script}{read and f" from {read}"}.</span>'
            caption = element.find("figcaption")
            if caption is None:
                caption = builder.E.figcaption()
                element.append(caption)
            caption.text = self._keep(label) + (caption.text or "")
            last = caption[-1] if len(caption) else None
            if last is None:
                caption.text += self._keep(made)
            else:
                last.tail = (last.tail or "") + self._keep(made)
            folder = relative_url("assets/figures", self.source.url)
            drawing = link_equations(drawing, partial(self._arrow, figure=name))
            drawing, images = take_images(drawing, folder)
            self.tools.images.update(images)
            element.text = self._keep(drawing)

    def formulas(self) -> None:
        """Mathematics, displayed and in the text."""
        shown = displays(self.root)
        inline = [e for e in self.root.iter("span") if e.get("class") == "arithmatex"]
        texts = [(e.text or "").removeprefix("\\(").removesuffix("\\)") for e in inline]
        headings = self._headings_before(inline)
        marked = [self.cards.displayed(place, each.tex) for place, each in enumerate(shown)]
        formulas = [Formula(self._refer(tex), True) for tex in marked]
        formulas += [
            Formula(self._refer(self.cards.inline(text, heading)), False)
            for text, heading in zip(texts, headings, strict=True)
        ]
        rendered = self.tools.tex.render(formulas)
        verdicts = self.tools.verdicts.get(self.source.file.as_posix(), [None] * len(shown))
        if len(verdicts) != len(shown):
            message = f"the page shows {len(shown)} equations, the checker read {len(verdicts)}"
            self._problem("$$", message)
        for count, (display, result) in enumerate(zip(shown, rendered[: len(shown)], strict=True)):
            self._equation(display, self._math(display.tex, result), self._verdict(count))
        for element, text, result in zip(inline, texts, rendered[len(shown) :], strict=True):
            element.set("class", "math")
            element.text = self._keep(self._math(text, result, display=False))
        for element in list(self.root.iter("div")):
            if element.get("class") == "quoted":
                self._quoted(element)

    def _headings_before(self, elements: list[lxml_html.HtmlElement]) -> list[int]:
        """How many headings stand before each of some elements."""
        wanted, count, found = set(elements), 0, []
        for element in self.root.iter():
            count += element.tag in _HEADINGS
            if element in wanted:
                found.append(count)
        return found

    def _symbols(self, table: lxml_html.HtmlElement, names: list[str | None]) -> None:
        """Gives the rows of a symbols table the ids by which formulas refer to them."""
        for row, name in zip(table.findall("tbody/tr"), names, strict=False):
            if name is not None:
                row.set("id", name)
                if name in self.cards.definitions:
                    number, address = self._link(self.cards.definitions[name])
                    row.set("data-defined", f"{number} {address}")

    def letters(self) -> None:
        """What cards of indices and sizes are made of, at the end of the page and not shown."""
        letters = self.cards.letters
        formulas = self.tools.tex.render([Formula(letter.tex, False) for letter in letters])
        rows = ""
        for (letter, name), formula in zip(letters.items(), formulas, strict=True):
            math = self._math(letter.tex, formula, display=False)
            cells = f"<td>{math}</td><td></td><td></td><td>{letter.meaning}</td>"
            rows += f'<tr id="{name}" data-see="{letter.row}">{cells}</tr>'
        if rows:
            box = builder.DIV({"class": "letters", "hidden": "hidden"})
            box.text = self._keep(f"<table>{rows}</table>")
            self.root.append(box)

    def tables(self) -> None:
        """Tables: each in a box that scrolls where the page is too narrow for it."""
        of_symbols = iter(self.cards.rows)
        for element in self.root.iter("table"):
            heads = [cell.text_content().strip() for cell in element.findall("thead/tr/th")]
            if heads == ["Symbol", "Code", "Shape", "Meaning"]:
                self._symbols(element, next(of_symbols, []))
        for element in list(self.root.iter("table")):
            if element.get("class") is None:
                element.set("class", "table")
                box = builder.DIV({"class": "table-box"})
                element.addprevious(box)
                box.tail, element.tail = element.tail, None
                box.append(element)
            corner = element.find("thead/tr/th")
            if corner is not None and not len(corner) and not (corner.text or "").strip():
                corner.tag = "td"  # it heads nothing: what heads a row stands below it
                for row in element.findall("tbody/tr"):
                    row[0].tag = "th"
                    row[0].set("scope", "row")

        for element in list(self.root.iter("div")):
            if element.get("class") == "origins":
                names = str(element.attrib.pop("data-results")).split()
                files = [file for name in names for file in self.tools.origins.of_result(name)]
                script, read = self._origins(files)
                element.text = self._keep(f"From {read}{script and f', made by {script}'}.")

    def code(self) -> None:
        """Source blocks beside their derivations, and marks wherever code is shown."""
        pair(self.root)
        for element in list(self.root.iter("div")):
            if element.get("class") != "literate":
                continue
            name = element.attrib.pop("data-object")
            try:
                excerpt = self.tools.library.find(name)
            except BookError as error:
                self._problem(f"::: {name}", str(error))
                continue
            self._seen[f"::: {name}"] += 1
            file = excerpt.module.file.as_posix()
            url = self.tools.repository + file if self.tools.repository else None
            first_time = self._seen[f"::: {name}"] == 1
            element.set(ROWS, str(excerpt.rows))
            element.text = self._keep(excerpt.render(self._link, url, first_time))
        for element in list(self.root.iter("code")):
            block = element.getparent()
            if block is not None and block.tag == "pre":
                # Material measures every `pre > code`, and would lay out the whole page for it.
                box = builder.SPAN({"class": "code"})
                element.addprevious(box)
                box.append(element)
        for element in list(self.root.iter("span")):
            if element.get("class") in PLAIN:
                element.drop_tag()
            elif element.get("class") == "c1" and "eq:" in (element.text or ""):
                comment = f'<span class="c1">{escape(element.text or "")}</span>'
                element.text = self._keep(link_marks(comment, self._link))

    def back_matter(self) -> None:
        """The references that were cited; and how to cite a chapter."""
        if self._cited:
            items = "".join(
                f'<li id="ref:{key}">{self.tools.bibliography.reference(key)}</li>'
                for key in self._cited
            )
            heading = (
                ""
                if self._heading("references") is not None
                else '<h2 id="references">References</h2>'
            )
            self._after_section("references", f'{heading}<ol class="references">{items}</ol>')
        work = self.tools.publication
        if self.source.is_chapter:
            heading = '<h2 id="cite-this-chapter">Cite this chapter</h2>'
            how = _cite(work, self.source.title, self.source.url)
            self._after_section("", heading + how)
        elif any(each.source.url == self.source.url for each in self.book.equations.values()):
            entry = escape(work.bibtex(self.source.title, self.source.url))
            # For assets/tools.js, which cites one equation.
            self._after_section("", f'<div class="bibtex" hidden><code>{entry}</code></div>')
        for element in self.root.iter("div"):
            if element.get("class") == "cited":
                element.text = self._keep(_cite(work))

    def _keep(self, html: str) -> str:
        self._raw.append(html)
        return f"\ue000{len(self._raw) - 1}\ue001"

    def _origins(self, files: list[str]) -> tuple[str, str]:
        """Links to the scripts among some files, and to the others, which are results."""
        scripts = [file for file in files if file.endswith(".py")]
        results = [file for file in files if file not in scripts]
        link = self.tools.origins.links
        return link(scripts, self.source.url), link(results, self.source.url)

    def _problem(self, needle: str, message: str) -> None:
        """Notes a problem at the next place where a text stands in the source."""
        occurrence = self._seen[f"problem {needle}"]
        self._seen[f"problem {needle}"] += 1
        self.problems.append(self.source.problem(needle, message, occurrence))

    def _link(self, label: str) -> tuple[str, str]:
        """An equation's number and address; marks that lead nowhere are `assemble`'s problem."""
        found = self.book.equations.get(label)
        return (found.number, found.url(self.source.url)) if found else ("?", "#")

    def _find(self, label: str, needle: str) -> Equation | None:
        found = self.book.equations.get(label)
        if found is None:
            self._problem(needle, f"no equation has the label {label}")
        return found

    def _arrow(self, label: str, figure: str) -> tuple[str, str] | None:
        """Where a part of a drawing leads that names an equation, and what it is called."""
        found = self.book.equations.get(label)
        if found is None:
            message = f"docs/figures/{figure}.py: no equation has the label {label}"
            problem = self.source.problem(f'figure("{figure}"', message)
            self.problems += [] if problem in self.problems else [problem]
            return None
        rendered = self.tools.tex.render([Formula(found.tex, True)])[0]
        text = plain(rendered.html) if rendered.html else ""
        return found.url(self.source.url), f"Equation {found.number}: {text}"

    def _refer(self, tex: str) -> str:
        r"""Holds the place of each `\eqref` in a formula: Temml sets no links."""
        return EQREF.sub(lambda match: r"\text{@" + match[1].replace("_", r"\_") + "@}", tex)

    def _text(self, text: str | None) -> str | None:
        if not text or ("\\eqref" not in text and "[@" not in text):
            return text
        return CITATION.sub(self._citation, EQREF.sub(self._reference, text))

    def _reference(self, match: re.Match[str]) -> str:
        return self._keep(self._anchor(match[1]))

    def _anchor(self, label: str) -> str:
        """The number of an equation, as a link to it."""
        found = self._find(label, rf"\eqref{{{label}}}")
        if found is None:
            return "(?)"
        url = escape(found.url(self.source.url))
        return f'<a class="eqref" href="{url}">({found.number})</a>'

    def _citation(self, match: re.Match[str]) -> str:
        links = []
        for key in keys_of(match):
            if key not in self.tools.bibliography:
                self._problem(f"@{key}", f"docs/references.bib has no entry {key}")
                continue
            if key not in self._cited:
                self._cited.append(key)
            title = escape(self.tools.bibliography.short(key))
            number = self._cited.index(key) + 1
            links.append(f'<a class="citation" href="#ref:{key}" title="{title}">{number}</a>')
        return self._keep(f"[{', '.join(links)}]")

    def _math(self, tex: str, result: Rendered, *, display: bool = True) -> str:
        if result.error:
            first = tex.strip().split("\n")[0]
            self._problem(first, f"Temml: {result.error}")
            return f"<code>{escape(tex)}</code>"
        derived = chain(result.html) if display else None
        for step in derived.bare if derived else []:
            message = f"step {step} does not say what rule took it there: add && \\text{{...}}"
            self.problems.append(self.source.problem(tex, message))
        html = derived.html if derived else result.html
        return _HELD.sub(lambda match: self._anchor(match[1]), html)

    def _equation(self, display: Display, math: str, verdict: str) -> None:
        element = display.element
        found = self.book.equations.get(display.labels[0]) if display.labels else None
        body = f'<div class="equation__math">{math}</div>'
        element.set("class", "equation")
        element.set(ROWS, str(math.count('<div class="chain__') or 1))
        if found is not None and found.source.url == self.source.url:
            element.set("id", found.id)
            element.set("role", "group")
            element.set("aria-label", f"Equation {found.number}")
            body += (
                f'<a class="equation__number" href="#{found.id}" '
                f'title="Permanent link">({found.number})</a>'
            )
        notes = [*self._marked_lines(found), verdict] if found is not None else [verdict]
        if any(notes):
            body += f'<div class="equation__notes">{" ".join(filter(None, notes))}</div>'
        element.text = self._keep(body)
        for remark in display.remarks:
            remark.drop_tree()

    def _verdict(self, count: int) -> str:
        """What the checker says of the page's equation with this number."""
        found = self.tools.verdicts.get(self.source.file.as_posix(), [])
        if count >= len(found) or not found[count].summary:
            return ""
        url = escape(relative_url(found[count].url, self.source.url))
        return (
            f'<a class="equation__verdict" href="{url}" title="{escape(found[count].summary)}">'
            '<span aria-hidden="true">✓</span>'
            f'<span class="sr-only">{escape(found[count].summary)}</span></a>'
        )

    def _marked_lines(self, equation: Equation) -> list[str]:
        """The lines of code that carry an equation."""
        notes = []
        for mark in self.book.marks.get(equation.id, []):
            place = f"{mark.file.name}:{mark.line}"
            address = self.book.place(mark, self.source.url)
            if address is None and self.tools.repository:
                address = f"{self.tools.repository}{mark.file.as_posix()}#L{mark.line}"
            notes.append(f'<a href="{escape(address)}">{place}</a>' if address else place)
        return notes

    def _quoted(self, element: lxml_html.HtmlElement) -> None:
        """An equation of another page beside the line of code that carries it."""
        label = element.attrib.pop("data-equation")
        found = self._find(label, f'equation("{label}")')
        if found is None:
            return
        result = self.tools.tex.render([Formula(self._refer(found.tex), True)])[0]
        math = self._math(found.tex, result)
        number, url = self._link(label)
        lines = []
        for mark in self.book.marks.get(label, []):
            html = self.tools.library.line(mark)
            address = self.book.place(mark, self.source.url) or escape(url)
            lines.append(
                f'<div class="quoted__code highlight"><pre>{link_marks(html, self._link)}</pre>'
                f'<a href="{address}">{mark.file.name}:{mark.line}</a></div>'
            )
        element.text = self._keep(
            f'<div class="equation"><div class="equation__math">{math}</div>'
            f'<a class="equation__number" href="{escape(url)}">({number})</a></div>'
            + "".join(lines)
        )

    def _heading(self, anchor: str) -> lxml_html.HtmlElement | None:
        return next((child for child in self.root if child.get("id") == anchor), None)

    def _after_section(self, anchor: str, html: str) -> None:
        """Puts HTML at the end of the section below a heading, or at the page's end."""
        heading = self._heading(anchor) if anchor else None
        position = len(self.root)
        if heading is not None:
            position = self.root.index(heading) + 1
            while position < len(self.root) and self.root[position].tag != "h2":
                position += 1
        for count, element in enumerate(lxml_html.fragments_fromstring(html)):
            self.root.insert(position + count, element)
