"""Sets a derivation beside its code, and parts a page so that what is not in view costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil

from lxml import html as lxml_html
from lxml.etree import Comment
from lxml.html import builder

__all__ = ["MEASURE", "ROWS", "SIDES", "pair", "part"]

HEADINGS = {"h1", "h2", "h3"}
MEASURE = 31  # rem: the width of the text, as `--book-measure` says in docs/assets/book.css

ROWS = "data-rows"  # of formulas, or of code: `part` takes it away again
SIDES = "data-sides"  # of a figure's drawings, in rem and as a share: as above


@dataclass(frozen=True)
class _Window:
    """About how high things are in a window, in pixels: measured in all chapters.

    A browser assumes it until it comes to them, and its scrollbar tells of it.

    Attributes:
        name: of the property that says it.
        characters: in a line of text.
        cells: characters in a line of a table.
        code: characters in a line of an example.
        column: pixels that a figure may take.
        shown: pixels of code beside a derivation; 0 where it stands below.
        block, line, item: around text, for each line, for each item.
        equation, row: around formulas, for each row.
        source, source_line: around code, for each line.
        table, table_row, table_line: around a table, for each row, for each line.
        example, example_line: around an example, for each line.
        figure, caption_line, controls: around a figure, for each line, for an interactive one.
        quoted, fold, cited: each.
    """

    name: str
    characters: int
    cells: int
    code: int
    column: int
    shown: int
    block: float
    line: float
    item: float
    equation: float
    row: float
    source: float
    source_line: float
    table: float
    table_row: float
    table_line: float
    example: float
    example_line: float
    figure: float
    caption_line: float
    controls: float
    quoted: float = 200
    fold: float = 75
    cited: float = 300


_WINDOWS = (
    _Window(
        "--phone", characters=42, cells=40, code=38, column=328, shown=0,
        block=20, line=26.8, item=2, equation=0, row=104, source=110, source_line=41,
        table=42, table_row=11, table_line=30, example=53, example_line=21.7,
        figure=0, caption_line=32, controls=200, fold=92,
    ),
    _Window(
        "--tablet", characters=84, cells=110, code=1000, column=620, shown=0,
        block=23.7, line=25.7, item=5.6, equation=38, row=52, source=70, source_line=20.4,
        table=51, table_row=18, table_line=25.6, example=53, example_line=19.8,
        figure=58, caption_line=20, controls=80,
    ),
    _Window(
        "--desk", characters=84, cells=110, code=1000, column=756, shown=700,
        block=24.7, line=25.7, item=5.2, equation=36, row=57, source=85, source_line=25.8,
        table=52, table_row=18.5, table_line=24.4, example=52, example_line=19.8,
        figure=58, caption_line=25, controls=80,
    ),
)  # fmt: skip
_REM = 20  # pixels


def pair(root: lxml_html.HtmlElement) -> None:
    """Wraps each run of text and the code blocks that follow it in a pair of columns.

    A run begins after a heading, or after the previous pair. Blocks without text before them keep
    the whole width. Only what stands directly below `root` is moved; headings are not, so that the
    order of reading stays the order of the source.

    Args:
        root: the page's content; changed in place.
    """
    run: list[lxml_html.HtmlElement] = []
    children = list(root)
    position = 0
    while position < len(children):
        child = children[position]
        if child.tag in HEADINGS:
            run = []
        elif child.get("class") != "literate":
            run.append(child)
        else:
            blocks = [child]
            while (
                position + 1 < len(children) and children[position + 1].get("class") == "literate"
            ):
                position += 1
                blocks.append(children[position])
            if any(element.tag is not Comment for element in run):
                _wrap(root, run, blocks)
            run = []
        position += 1


def _wrap(
    root: lxml_html.HtmlElement,
    run: list[lxml_html.HtmlElement],
    blocks: list[lxml_html.HtmlElement],
) -> None:
    text, code = builder.DIV({"class": "pair__text"}), builder.DIV({"class": "pair__code"})
    both = builder.DIV({"class": "pair"}, text, code)
    root.insert(root.index(run[0]), both)
    text.extend(run)
    code.extend(blocks)


def part(root: lxml_html.HtmlElement, length: Callable[[lxml_html.HtmlElement], int]) -> None:
    """Wraps what stands between two headings, so that a browser lays it out when it comes near.

    Formulas are thousands of boxes; laid out at once, a chapter would take seconds on a phone.
    Headings stay outside, where their places are known.

    Args:
        root: the page's content; changed in place.
        length: how many characters an element shows.
    """
    _level(root)
    run: list[lxml_html.HtmlElement] = []
    for child in [*root, None]:
        if child is not None and child.tag not in HEADINGS:
            run.append(child)
        elif run:
            heights = []
            for window in _WINDOWS:
                height = sum(_height(element, window, length) for element in run)
                heights.append(f"{window.name}:{round(height)}px")
            box = builder.DIV({"class": "run", "style": ";".join(heights)})
            root.insert(root.index(run[0]), box)
            box.extend(run)
            run = []
    for element in root.iter("div", "figure"):
        element.attrib.pop(ROWS, None)
        element.attrib.pop(SIDES, None)


def _level(root: lxml_html.HtmlElement) -> None:
    """Says of a heading that stands more than one level below the last at which it stands.

    One of the fourth level parts a section without parting its derivation from the code beside it.
    """
    level = 0
    for heading in root.iter("h1", "h2", "h3", "h4"):
        if int(heading.tag[1]) > level + 1 > 1:
            heading.set("aria-level", str(level + 1))
        else:
            level = int(heading.tag[1])


def _height(
    element: lxml_html.HtmlElement,
    window: _Window,
    length: Callable[[lxml_html.HtmlElement], int],
) -> float:
    """About how high an element will be."""
    if not isinstance(element.tag, str):
        return 0

    def all_of(elements: Iterable[lxml_html.HtmlElement]) -> float:
        return sum(_height(each, window, length) for each in elements)

    kind = (element.get("class") or "").split(" ")[0]
    rows = int(element.get(ROWS, "1"))
    match kind, element.tag:
        case "pair", _:
            text, code = (all_of(side) for side in element)
            return max(text, min(code, window.shown)) if window.shown else text + code
        case "quoted" | "cited", _:
            return window.quoted if kind == "quoted" else window.cited
        case _, "details":
            return window.fold
        case "figure", _:
            return _height_of_figure(element, window, length)
        case "equation", _:
            return window.equation + window.row * rows
        case "literate", _:
            return window.source + window.source_line * rows
        case "table-box", _:
            lines = sum(length(row) / window.cells for row in element.iter("tr"))
            count = sum(1 for _ in element.iter("tr"))
            return window.table + window.table_row * count + window.table_line * lines
        case "highlight", _:
            typed = (element.text_content() or "").rstrip("\n").split("\n")
            lines = sum(max(1, ceil(len(line) / window.code)) for line in typed)
            return window.example + window.example_line * lines
        case _, "ul" | "ol" | "dl":
            items = [length(item) for item in element if isinstance(item.tag, str)]
            lines = sum(ceil(max(1, item) / (0.95 * window.characters)) for item in items)
            return window.block + window.item * len(items) + window.line * lines
        case _, "div" | "blockquote" if len(element):
            return window.block / 2 + all_of(element)
        case _:
            return window.block + window.line * ceil(max(1, length(element)) / window.characters)


def _height_of_figure(
    element: lxml_html.HtmlElement,
    window: _Window,
    length: Callable[[lxml_html.HtmlElement], int],
) -> float:
    """About how high a figure will be: the last of its drawings is that for a phone."""
    sides = [tuple(map(float, each.split())) for each in element.get(SIDES, "0 0").split(",")]
    width, share = sides[-1] if window is _WINDOWS[0] else sides[0]
    caption = sum(length(each) for each in element.iterchildren("figcaption"))
    lines = ceil(caption / window.characters)
    controls = window.controls * ("data-interactive" in element.attrib)
    drawn = share * min(window.column, width * _REM)
    return window.figure + drawn + window.caption_line * lines + controls
