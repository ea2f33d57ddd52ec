"""Makes a drawn SVG fit for the page: the theme's colours, unique ids, a name for all readers."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from html import escape

from lxml import etree

__all__ = [
    "ACCENT",
    "FAINT",
    "INK",
    "MUTED",
    "NARROW",
    "PAPER",
    "SERIES",
    "in_light_colours",
    "inline_svg",
    "link_equations",
    "sides",
    "take_images",
]

# A figure is drawn in these colours, which are the light theme's, and shown in the variables.
INK = "#1d2228"
MUTED = "#5e6773"
FAINT = "#d8dce1"
PAPER = "#fdfdfb"
ACCENT = "#0b6570"
SERIES = ("#1c5fa9", "#c0440d", "#1a7a58", "#87409c", "#6b4a00", "#4d5f79")

NARROW = "figure__narrow"  # the class of what is drawn for narrow windows

_VARIABLES = {
    INK: "currentColor",
    MUTED: "var(--fig-muted)",
    FAINT: "var(--fig-faint)",
    PAPER: "var(--fig-paper)",
    ACCENT: "var(--fig-accent)",
    **{colour: f"var(--fig-{i})" for i, colour in enumerate(SERIES)},
}
_DRAWN_IN = {shown: colour for colour, shown in _VARIABLES.items() if shown.startswith("var(")}
_VARIABLE = re.compile("|".join(re.escape(shown) for shown in _DRAWN_IN))
_COLOUR = re.compile("|".join(_VARIABLES), re.IGNORECASE)
_FONT = re.compile(r"font:\s*([^;]*?)([\d.]+)px\s+[^;]*")
_FAMILY = re.compile(r"font-family:[^;]*;?\s*")
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DATA = re.compile(r"data:image/png;base64,([^\"]*)")
_EQUATION = re.compile(r'<a href="(eq:[^"]*)"(?: target="_blank")?>')
_POINTS_TO_REM = 1.5 / 16  # drawn at 10 points, text is read at 15 pixels


def in_light_colours(html: str) -> str:
    """HTML with drawings that no theme gives colours to: those in which they were drawn."""
    return _VARIABLE.sub(lambda match: _DRAWN_IN[match[0]], html)


def inline_svg(source: str, name: str, alt: str, kind: str = "") -> str:
    """The SVG as it goes into the page.

    Args:
        source: an SVG document, in the colours above, with no ids but those that it refers to.
        name: of the figure; its ids begin with it, so that two figures can share a page.
        alt: what the figure shows, for those who cannot see it.
        kind: a class, if a page chooses among several drawings of one figure.

    Returns:
        One `<svg role="img">` element whose colours are `currentColor` and CSS variables.

    Raises:
        ValueError: if the source is not an SVG document with a `viewBox`.
    """
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, remove_blank_text=True)
    try:
        root = etree.fromstring(source.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"figure {name} is not well-formed SVG: {error}") from None
    if root.tag != f"{_SVG}svg" or "viewBox" not in root.attrib:
        raise ValueError(f"figure {name} is not an SVG document with a viewBox")
    for element in list(root.iter(f"{_SVG}path")):
        parent = element.getparent()
        if parent is not None and element.get("style") == "fill:none":
            parent.remove(element)  # Matplotlib's empty background
    _own_ids(root, f"fig-{name}-")
    for element in root.iter(etree.Element):
        for key, value in _attributes(element):
            if key == "style":
                value = _FAMILY.sub("", _FONT.sub(_font, value))
            if not value.startswith("data:"):
                element.set(key, _COLOUR.sub(_variable, value))
            if not value:
                del element.attrib[key]
    width = float(str(root.attrib["viewBox"]).split()[2])
    for attribute in ("width", "height", "version"):
        if attribute in root.attrib:
            del root.attrib[attribute]
    links = root.find(f".//{_SVG}a") is not None  # which nobody would find in an image
    root.set("role", "group" if links else "img")
    root.set("aria-label", alt)
    if kind:
        root.set("class", kind)
    root.set(
        "style",
        f"max-width:{width * _POINTS_TO_REM:.1f}rem;stroke-linejoin:round;stroke-linecap:butt",
    )
    root.insert(0, etree.fromstring(f'<title xmlns="{_SVG[1:-1]}">{escape(alt)}</title>'))
    text = etree.tostring(root, encoding="unicode")
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")


def sides(svg: str) -> tuple[float, float]:
    """The greatest width of a drawing as `inline_svg` makes it, in rem, and its height's share."""
    box = re.search(r'viewBox="([^"]*)"', svg)
    width, height = map(float, box[1].split()[2:]) if box else (0.0, 0.0)
    return round(width * _POINTS_TO_REM, 1), round(height / width, 3) if width else 0.0


def link_equations(svg: str, link: Callable[[str], tuple[str, str] | None]) -> str:
    """Makes links of the parts of a drawing that name an equation.

    Several parts may name one: each can be clicked, the last is reached from the keyboard.

    Args:
        svg: a drawing, as `inline_svg` makes it.
        link: gives an equation's address, and what the link is called; None for no equation.
    """
    left = Counter(_EQUATION.findall(svg))

    def anchor(match: re.Match[str]) -> str:
        found = link(match[1])
        left[match[1]] -= 1
        if found is None:
            return "<a>"
        address, name = map(escape, found)
        again = ' aria-hidden="true" tabindex="-1"' if left[match[1]] else ""
        return f'<a href="{address}"{again}><title>{name}</title>'

    return _EQUATION.sub(anchor, svg)


def take_images(svg: str, folder: str) -> tuple[str, dict[str, bytes]]:
    """Takes the pictures out of a drawing: a page that holds them comes later to the reader.

    Args:
        svg: a drawing, as `inline_svg` makes it.
        folder: the address where the pictures will be.

    Returns:
        The drawing with their addresses, and the pictures by their names.
    """
    images: dict[str, bytes] = {}

    def take(match: re.Match[str]) -> str:
        content = b64decode(match[1])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.png"
        images[name] = content
        return f"{folder}/{name}"

    return _DATA.sub(take, svg), images


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    return [(str(key), str(value)) for key, value in element.attrib.items()]


def _variable(match: re.Match[str]) -> str:
    return _VARIABLES[match[0].lower()]


def _font(match: re.Match[str]) -> str:
    """Sizes and slants stay, the family is the page's; formulas are set in italics."""
    italic = ";font-style:italic" if "italic" in match[1] else ""
    bold = ";font-weight:bold" if "bold" in match[1] or "700" in match[1] else ""
    return f"font-size:{match[2]}px{italic}{bold}"


def _own_ids(root: etree._Element, prefix: str) -> None:
    """Prefixes ids; those that are called `ink…` become a class."""
    for element in root.iter(etree.Element):
        for key, value in _attributes(element):
            if key == "id" and value.startswith("ink"):
                del element.attrib[key]
                element.set("class", "ink")
            elif key == "id":
                element.set(key, prefix + value)
            elif key == _HREF and value.startswith("#"):
                element.set(key, f"#{prefix}{value[1:]}")
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{prefix}"))
