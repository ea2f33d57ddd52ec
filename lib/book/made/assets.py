"""Third-party files that the site serves itself, taken from installed packages when it is built."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from book.shared.errors import BookError
from book.shared.store import digest

__all__ = ["MATH_FONT", "OWN", "math_font", "of_this_version", "text_fonts"]

MATH_FONT = "math.woff2"
OWN = (".js", ".css", ".py")  # the endings of the book's scripts and styles
_TEXT = "stix-two-text-latin-wght-{}.woff2"

# Browsers set a variable of one letter in these, of which the page says nothing.
_ITALIC = {
    unicodedata.normalize("NFKC", letter): letter
    for letter in ["\u210e", *map(chr, [*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)])]
}

_ROOT = "\u221a"  # drawn by <msqrt>, in whose text it does not stand

# Chromium leaves behind every root the room that the widest takes, and a high one is half as wide
# again as that of a letter.
_ROOT_WIDTH = 0.86  # of an em, for all but that

# TeX sets the index of p no lower than that of x; browsers would drop it with the letter's tail.
_SUBSCRIPT_DROP = -60


def of_this_version(
    own: Mapping[str, bytes], shipped: Mapping[str, Path | str | bytes]
) -> tuple[str, dict[str, Path | str | bytes]]:
    """Gives the book's scripts and styles, and what they load, an address that tells their content.

    So a new edition never runs what a browser has kept of an older one. Scripts find each other as
    before, since they stay together; Pyodide, which is large and seldom changes, has its own.

    Args:
        own: the book's scripts and styles, by their names below the site's assets.
        shipped: what runs Python, by its names; files by their paths.

    Returns:
        The folder of the book's own in the site; and all files by their names in the site.
    """
    contents = {
        name: each.read_bytes() if isinstance(each, Path) else _bytes(each)
        for name, each in shipped.items()
    }
    runtime = {name: each for name, each in contents.items() if name.startswith("pyodide/")}
    ours = {name: each for name, each in contents.items() if name not in runtime}
    folder = f"assets/{_version({**own, **ours, **runtime})}"
    pyodide = f"pyodide-{_version(runtime)}"
    files: dict[str, Path | str | bytes] = {}
    for name, content in own.items():
        text = content.decode().replace('"../pyodide/', f'"../../{pyodide}/')
        files[f"{folder}/{name}"] = text.replace('url("fonts/', 'url("../fonts/')
    for name, file in shipped.items():
        rest = name.removeprefix("pyodide/")
        files[f"{folder}/{name}" if rest == name else f"assets/{pyodide}/{rest}"] = file
    return folder, files


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _version(files: Mapping[str, bytes]) -> str:
    seals = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return digest(sorted(seals.items()))[:12]


def text_fonts(modules: Path) -> Iterator[tuple[str, bytes]]:
    """The fonts that the text is set in.

    Args:
        modules: the `node_modules` that holds STIX Two Text.

    Yields:
        The name of each file in the site's folder of fonts, and its content.
    """
    folder = modules / "@fontsource-variable" / "stix-two-text" / "files"
    for slant in ("normal", "italic"):
        try:
            yield f"text-{slant}.woff2", (folder / _TEXT.format(slant)).read_bytes()
        except FileNotFoundError:
            raise BookError("STIX Two Text is not installed: run `npm ci` (make does)") from None


def math_font(characters: str) -> bytes:
    """STIX Two Math, with all that its glyphs need to stretch, cut to the characters of the book.

    Args:
        characters: those of its formulas.

    Returns:
        A WOFF2 file.
    """
    package = find_spec("ziamath")
    if package is None or package.origin is None:
        raise BookError("ziamath, which has the font, is not installed: make does it")
    source = Path(package.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    letters = {_ITALIC[letter] for letter in characters if letter in _ITALIC}
    return _cut(source, "".join(sorted({*characters, _ROOT} | letters)))


def _cut(source: Path, characters: str) -> bytes:
    from fontTools.subset import Options, Subsetter  # slow to import, and seldom needed
    from fontTools.ttLib import TTFont

    font = TTFont(source, recalcTimestamp=False)
    font["MATH"].table.MathConstants.SubscriptBaselineDropMin.Value = _SUBSCRIPT_DROP
    options = Options(hinting=False, layout_features=["ssty", "ccmp"], name_IDs=["*"])
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    _narrow_roots(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _narrow_roots(font: Any) -> None:
    """Makes the signs of high roots nearly as narrow as that of a letter, and their parts too."""
    variants = font["MATH"].table.MathVariants
    low = font.getBestCmap()[ord(_ROOT)]
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(low)]
    higher = {each.VariantGlyph for each in construction.MathGlyphVariantRecord} - {low}
    parts = {each.glyph for each in construction.GlyphAssembly.PartRecords}
    widest = round(_ROOT_WIDTH * font["head"].unitsPerEm)
    for name in sorted(higher | parts):
        width, _ = font["hmtx"][name]
        glyph = font["glyf"][name]
        glyph.coordinates.scale((widest / width, 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = widest, glyph.xMin
