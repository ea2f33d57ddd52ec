"""The faces of a book on paper.

A browser prints a variable font as drawings of its letters (Type 3), which look coarse on many
screens; cut to one weight each, its faces go into a PDF as fonts.
"""

from __future__ import annotations

import io
from base64 import b64encode
from pathlib import Path

__all__ = ["faces"]

_WEIGHTS = {400: "400", 700: "500 700"}


def faces(fonts: Path) -> str:
    """Rules that name the faces "Book Text".

    Args:
        fonts: the folder with the fonts that the text of the site is set in.
    """
    return "\n".join(
        f'@font-face {{ font-family: "Book Text"; font-style: {slant}; font-weight: {named}; '
        f'src: url("data:font/ttf;base64,{_cut(fonts / f"text-{slant}.woff2", weight)}"); }}'
        for slant in ("normal", "italic")
        for weight, named in _WEIGHTS.items()
    )


def _cut(variable: Path, weight: int) -> str:
    from fontTools.ttLib import TTFont  # slow to import, and seldom needed
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(variable, recalcTimestamp=False)
    font.flavor = None
    buffer = io.BytesIO()
    instantiateVariableFont(font, {"wght": weight}).save(buffer)
    return b64encode(buffer.getvalue()).decode()
