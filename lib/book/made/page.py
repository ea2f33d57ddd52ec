"""The pass that makes a page of the book from a page of HTML: pure, and ignorant of MkDocs.

Equations are numbered and linked across the pages, so `book.known.crossref` comes first: `scan`
each page and `assemble` what was found into a `Book`. Then `render` makes each page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import compress

from lxml import html as lxml_html
from lxml.html import builder

from book.known.bibliography import CITATION, Publication, keys_of
from book.known.crossref import Book, Tools
from book.known.equations import EQREF, Source, relative_url
from book.known.exercises import exercises
from book.known.printed import printed
from book.known.source import PLAIN, link_marks
from book.made.collected import BACK_MATTER, collect_symbols, has_symbols
from book.made.layout import MEASURE, ROWS, SIDES, pair, part
from book.made.making import Making
from book.made.mathematics import formulas, letters
from book.made.opening import measure, open_chapter
from book.made.svg import NARROW, inline_svg, link_equations, sides, take_images
from book.made.volume import SECTION_NUMBER
from book.shared.errors import BookError, Problem
from book.shared.plain import plain
from book.shared.tex import Formula
from book.shared.tree import parse

__all__ = ["Made", "render"]

_NUMBER = re.compile(
    r"[+−-]?\d[\d,]*(?:\.\d+)?(?: × 10[⁻⁰¹²³⁴-⁹]+)?(?:\s?[%×s]| ms)?(?: ± [\d.,]+\s?[%×s]?)?"
)
# Spaces at which no line ends: before a percent sign, around the signs of a product. Around ± one
# may: on a phone a column of a table has no room for a number and its error side by side.
_TOGETHER = re.compile(r"(?<=\d) (?=%)|(?<=[\dA-Z]) (?=[·×] [\dA-Z])|(?<=[\dA-Z] [·×]) (?=[\dA-Z])")
_NO_BREAK = "\u00a0"
_OPAQUE = {"code", "pre", "script", "style", "svg", "textarea"}


@dataclass(frozen=True)
class Made:
    """A page of the book.

    Attributes:
        html: the content as it is shown.
        problems: what does not resolve.
        images: the pictures in its figures, by their names in the site's folder of images.
        carried: the files of the repository that it links and that the site must carry.
        numbers: of a chapter's sections, by their ids.
    """

    html: str
    problems: list[Problem]
    images: dict[str, bytes]
    carried: set[str]
    numbers: dict[str, str]


def render(html: str, source: Source, book: Book, tools: Tools) -> Made:
    """Makes a page of the book.

    Args:
        html: the page's content.
        source: the Markdown that it came from.
        book: what the other pages have.
        tools: what to work with.
    """
    page = _Page(parse(html), source, book, tools)
    page.opening()
    page.texts()
    page.figures()
    formulas(page)
    page.tables()
    page.code()
    page.back_matter()
    numbers = page.sections()
    part(page.root, page.length)
    letters(page)
    return Made(page.html(), sorted(page.problems), page.images, page.carried, numbers)


def _cite(work: Publication, title: str = "", url: str = "") -> str:
    """How to cite a chapter, or the book: in words, and as BibTeX to copy."""
    return (
        f"<p>{work.sentence(title, url)}</p>"
        f'<div class="highlight bibtex"><pre><code>{escape(work.bibtex(title, url))}\n'
        "</code></pre></div>"
    )


def _align(table: lxml_html.HtmlElement) -> None:
    """Marks the columns of numbers, whose digits stand below each other."""
    rows = [row.getchildren() for row in table.iterfind("tbody/tr")]
    heads = [row.getchildren() for row in table.iterfind("thead/tr")]
    if not rows or len({len(row) for row in [*heads, *rows]}) > 1:
        return
    for column in range(len(rows[0])):
        texts = [" ".join(row[column].text_content().split()) for row in rows]
        if all(_NUMBER.fullmatch(text) for text in texts):
            for row in [*heads, *rows]:
                row[column].set("class", "number")


class _Page(Making):
    """A page, and all in it but its mathematics."""

    def __init__(
        self, root: lxml_html.HtmlElement, source: Source, book: Book, tools: Tools
    ) -> None:
        super().__init__(root, source, book, tools)
        self._cited: list[str] = []

    def opening(self) -> None:
        """What a chapter asks for and gives, and how long it takes."""
        if not self.source.is_chapter:
            return
        reading = measure(self.root, self.tools.library)
        practice = sum(each.minutes for each in exercises(self.source.text))
        if not open_chapter(self.root, reading, self._downloads(), practice):
            message = "the chapter has no map: say what `You need` and what `You will be able to`"
            self.problem("# ", f"{message} before its first section, see CONTRIBUTING.md")

    def _downloads(self) -> list[tuple[str, str]]:
        """What there is of the chapter to take along."""
        name = self.source.file.stem
        found = [("notebook", f"{name}.ipynb")]
        if self.tools.colab:
            notebook = f"{self.source.url}{name}.ipynb"
            found.append(("in Colab", self.tools.colab + notebook))
        if printed(self.source.text, self.tools.library):
            found.append(("code", f"{name}.py"))
        return found

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
            if name not in self.seen:
                element.set("id", f"fig:{name}")
            self.seen[name] += 1
            try:
                drawn = self.tools.figure(name)
                drawings = [inline_svg(drawn.svg, name, alt)]
                if drawn.narrow != drawn.svg:
                    drawings = [
                        inline_svg(drawn.svg, name, alt, "figure__wide"),
                        inline_svg(drawn.narrow, f"{name}-narrow", alt, NARROW),
                    ]
            except (BookError, ValueError) as error:
                self.problem(f'figure("{name}"', str(error))
                continue
            label = f'<a class="figure__number" href="#fig:{name}">Figure {number}</a> '
            script, read = self._origins([f"docs/figures/{name}.py", *drawn.results])
            made = f' <span class="origins">Drawn by {script}{read and f" from {read}"}.</span>'
            caption = element.find("figcaption")
            if caption is None:
                caption = builder.E.figcaption()
                element.append(caption)
            caption.text = self.keep(label) + (caption.text or "")
            last = caption[-1] if len(caption) else None
            if last is None:
                caption.text += self.keep(made)
            else:
                last.tail = (last.tail or "") + self.keep(made)
            folder = relative_url("assets/figures", self.source.url)
            arrow = partial(self._arrow, figure=name)
            linked = "".join(link_equations(drawing, arrow) for drawing in drawings)
            drawing, images = take_images(linked, folder)
            self.images |= images
            element.text = self.keep(drawing)
            measured = [sides(each) for each in drawings]
            element.set(SIDES, ",".join(" ".join(map(str, each)) for each in measured))
            if measured[0][0] > MEASURE:  # a wide window has room for it beside the text
                element.set("class", "figure figure--wide")

    def _symbols(self, table: lxml_html.HtmlElement, names: list[str | None]) -> None:
        """Gives the rows of a symbols table the ids by which formulas refer to them."""
        for row, name in zip(table.findall("tbody/tr"), names, strict=False):
            if name is not None:
                row.set("id", name)
                if name in self.cards.definitions:
                    number, address = self.link(self.cards.definitions[name])
                    row.set("data-defined", f"{number} {address}")

    def _head_row(self, cell: lxml_html.HtmlElement) -> None:
        """Makes a row's first cell its head; a formula alone is said in letters as well."""
        cell.tag = "th"
        cell.set("scope", "row")
        formula = cell.find("span[@class='math']")
        if formula is not None and cell.text_content().strip() == formula.text:
            cell.set("aria-label", plain(self.kept(formula.text)))

    def tables(self) -> None:
        """Tables: each in a box that scrolls where the page is too narrow for it."""
        rows = iter(self.cards.rows)
        for element in self.root.iter("table"):
            if has_symbols(element):
                self._symbols(element, next(rows, []))
        if self.source.is_chapter:
            collect_symbols(self.root, self.shown)
        for element in list(self.root.iter("table")):
            if element.get("class") is None:
                element.set("class", "table")
                box = builder.DIV({"class": "table-box"})
                element.addprevious(box)
                box.tail, element.tail = element.tail, None
                box.append(element)
            heads = element.findall("thead/tr/th")
            empty = [not len(head) and not (head.text or "").strip() for head in heads]
            for head in compress(heads, empty):
                head.tag = "td"  # it heads nothing
            if any(empty[:1]):  # what heads a row stands below the corner
                for row in element.findall("tbody/tr"):
                    self._head_row(row[0])
            _align(element)

        for element in list(self.root.iter("div")):
            if element.get("class") == "origins":
                names = str(element.attrib.pop("data-results")).split()
                files = [file for name in names for file in self.tools.origins.of_result(name)]
                script, read = self._origins(files)
                element.text = self.keep(f"From {read}{script and f', made by {script}'}.")

    def code(self) -> None:
        """Source blocks beside their derivations, and marks wherever code is shown."""
        pair(self.root)
        for element in list(self.root.iter("div")):
            if element.get("class") != "literate":
                continue
            excerpt = self.tools.library.excerpt(element)
            for attribute in ("data-object", "data-file", "data-lines"):
                del element.attrib[attribute]
            self.seen[f"::: {excerpt.name}"] += 1
            file = excerpt.module.file.as_posix()
            url = self.tools.repository + file if self.tools.repository else None
            first_time = self.seen[f"::: {excerpt.name}"] == 1
            element.set(ROWS, str(excerpt.rows))
            element.text = self.keep(excerpt.render(self.link, url, first_time))
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
                element.text = self.keep(link_marks(comment, self.link))

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
        self._after_section("", self._checked())
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
                element.text = self.keep(_cite(work))

    def sections(self) -> dict[str, str]:
        """Numbers a chapter, in its title, and its sections, but for what stands behind them."""
        if not self.source.is_chapter:
            return {}
        numbers: dict[str, str] = {}
        for heading in self.root.iterchildren("h1", "h2"):
            anchor = heading.get("id", "")
            if anchor in BACK_MATTER:
                continue
            number = self.source.number
            if heading.tag == "h2":
                number = numbers[anchor] = f"{number}.{len(numbers) + 1}"
            label = builder.SPAN({"class": SECTION_NUMBER}, number)
            label.tail, heading.text = f" {(heading.text or '').lstrip()}", None
            heading.insert(0, label)
        return numbers

    def _checked(self) -> str:
        """What the signs beside the page's equations say, and what they do not."""
        verdicts = self.tools.verdicts.get(self.source.file.as_posix(), {}).values()
        url = next((found.url for found in verdicts if found.summary), None)
        if url is None:
            return ""
        address = escape(relative_url(url, self.source.url))
        return (
            '<p class="checked">A ✓ beside an equation says that both sides of each of its equals '
            "signs were evaluated at random points, at every index, and agree to nine digits: "
            "strong evidence, and not a proof. What was counted, and what was not checked and "
            f'why, is in <a href="{address}">Verification</a>.</p>'
        )

    def _origins(self, files: list[str]) -> tuple[str, str]:
        """Links to the scripts among some files, and to the others, which are results."""
        scripts = [file for file in files if file.endswith(".py")]
        results = [file for file in files if file not in scripts]
        links = []
        for paths in (scripts, results):
            html, carried = self.tools.origins.links(paths, self.source.url)
            links.append(html)
            self.carried |= carried
        return links[0], links[1]

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

    def _text(self, text: str | None) -> str | None:
        if not text:
            return text
        text = _TOGETHER.sub(_NO_BREAK, text)
        if "\\eqref" not in text and "[@" not in text:
            return text
        return CITATION.sub(self._citation, EQREF.sub(self._reference, text))

    def _reference(self, match: re.Match[str]) -> str:
        return self.keep(self.anchor(match[1]))

    def _citation(self, match: re.Match[str]) -> str:
        links = []
        for key in keys_of(match):
            if key not in self.tools.bibliography:
                self.problem(f"@{key}", f"docs/references.bib has no entry {key}")
                continue
            if key not in self._cited:
                self._cited.append(key)
            title = escape(self.tools.bibliography.short(key))
            number = self._cited.index(key) + 1
            links.append(f'<a class="citation" href="#ref:{key}" title="{title}">{number}</a>')
        return self.keep(f"[{', '.join(links)}]")

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
