"""A chapter's symbols, collected at its end from the tables of its sections.

Where a section brings in letters it says what they are, in a table of its own. Who comes back for
one looks in one place.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from lxml import html as lxml_html
from lxml.html import builder

__all__ = ["BACK_MATTER", "SYMBOLS", "TITLE", "collect_symbols", "has_symbols"]

SYMBOLS, TITLE = "symbols", "Symbols"
# The sections that no chapter numbers.
BACK_MATTER = {"references", "cite-this-chapter"}
_HEADS = ["Symbol", "Code", "Shape", "Meaning"]
_FOLD = "All letters of this chapter, by section"
_EXAMPLE = "A number behind “for instance” is an example; any other would do."
_ASKED = {"question", "success"}


def has_symbols(table: lxml_html.HtmlElement) -> bool:
    """Whether a table says what symbols are."""
    return [cell.text_content().strip() for cell in table.findall("thead/tr/th")] == _HEADS


def collect_symbols(
    root: lxml_html.HtmlElement, text: Callable[[lxml_html.HtmlElement], str]
) -> None:
    """Puts the rows of a chapter's symbols tables into one table, in the section of its symbols.

    A chapter that has such a section with a table of its own gets the others' rows below that; any
    other gets a section, before its references. A row that says the same as an earlier one is left
    out, and so is what an exercise calls its letters.

    Args:
        root: the chapter's content, changed in place.
        text: what an element says, as a reader sees it.
    """
    tables = [each for each in root.iter("table") if has_symbols(each) and not _asked(each)]
    heading = next((each for each in root.iterchildren("h2") if each.get("id") == SYMBOLS), None)
    last = next(
        (each for each in tables[::-1] if heading is not None and _section(each) is heading), None
    )
    parts = [each for each in tables if each is not last]
    if not parts:
        return
    own = [] if last is None else last.findall("tbody/tr")
    said = {tuple(map(text, row)) for row in own}
    found: dict[lxml_html.HtmlElement | None, list[lxml_html.HtmlElement]] = {}
    for table in parts:
        for row in table.iterfind("tbody/tr"):
            if (says := tuple(map(text, row))) not in said:
                said.add(says)
                found.setdefault(_section(table), []).append(_copied(row))
    if last is None:
        heads = builder.THEAD(builder.TR(*map(builder.TH, _HEADS)))
        last = builder.TABLE(heads)
        fold = builder.E.details({"class": "note"}, builder.E.summary(_FOLD))
        if any("for instance" in shape for _, _, shape, _ in said):
            fold.append(builder.P(_EXAMPLE))
        fold.append(last)
        place = next((each for each in root if each.get("id") in BACK_MATTER), None)
        position = len(root) if place is None else root.index(place)
        if heading is None:
            root.insert(position, builder.H2({"id": SYMBOLS}, TITLE))
            position += 1
        root.insert(position, fold)
    for section, rows in found.items():
        last.append(builder.TBODY(*([] if section is None else [_title(section)]), *rows))


def _asked(table: lxml_html.HtmlElement) -> bool:
    folds = table.iterancestors("details")
    return any(_ASKED & set((fold.get("class") or "").split()) for fold in folds)


def _section(table: lxml_html.HtmlElement) -> lxml_html.HtmlElement | None:
    """The heading of the section in which a table stands."""
    return next((each for each in _before(table) if each.tag == "h2"), None)


def _before(element: lxml_html.HtmlElement) -> list[lxml_html.HtmlElement]:
    """What stands before an element, and before what it stands in, the nearest first."""
    return [
        before
        for each in (element, *element.iterancestors())
        for before in each.itersiblings(preceding=True)
    ]


def _copied(row: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """A row without its id, which stays where the row was first."""
    copy = deepcopy(row)
    copy.tail = None
    for attribute in ("id", "data-defined"):
        copy.attrib.pop(attribute, None)
    return copy


def _title(heading: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """A row that names a section, and leads to it."""
    copy = deepcopy(heading)
    link = builder.A({"href": f"#{heading.get('id')}"})
    link.text = copy.text
    for part in list(copy):
        if part.get("class") != "headerlink":
            link.append(part)
    return builder.TR(builder.TH({"colspan": str(len(_HEADS)), "scope": "rowgroup"}, link))
