"""Tells colours that are not seen on white paper, in a page's styles and in LaTeX."""

import colorsys
import re
from dataclasses import dataclass

# Those of CSS and of LaTeX that are as good as white.
_NEARLY_WHITE = {
    *("white", "snow", "ivory", "azure", "aliceblue", "ghostwhite", "floralwhite", "honeydew"),
    *("lavenderblush", "mintcream", "seashell", "whitesmoke", "canvas", "window"),
}
_LIGHT = 232 / 255  # the least of red, green and blue of what is as good as white
_FAINT = 0.1  # of a part of it mixed with white, `black!5`, or of what is transparent
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(\s*([^()]*?)\s*\)")
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|deg)?")
_MIXED = re.compile(r"([a-z]+)!(\d+(?:\.\d+)?)(?:!white)?")


@dataclass(frozen=True)
class _Color:
    """Red, green, blue and how much is seen of it, each from 0 to 1."""

    red: float
    green: float
    blue: float
    seen: float = 1.0


def is_transparent(color: str) -> bool:
    """Tells whether nothing, or next to nothing, is seen of a colour on any ground."""
    found = _read(color)
    return color.strip().lower() == "transparent" or (found is not None and found.seen < _FAINT)


def is_white(color: str) -> bool:
    """Tells whether a colour is white, or as good as that."""
    found = _read(color)
    return found is not None and min(found.red, found.green, found.blue) >= _LIGHT


def _read(color: str) -> _Color | None:
    """Returns what a colour is made of, None if that is not known."""
    said = color.strip().lower()
    if said in _NEARLY_WHITE:
        return _Color(1, 1, 1)
    if _HEX.fullmatch(said):
        wide = said[1:] if len(said) > 5 else "".join(2 * digit for digit in said[1:])
        return _Color(*(int(wide[at : at + 2], 16) / 255 for at in range(0, len(wide), 2)))
    if mixed := _MIXED.fullmatch(said):
        part = float(mixed[2]) / 100
        return _Color(1, 1, 1) if part < _FAINT or mixed[1] == "white" else None
    if made := _FUNCTION.fullmatch(said):
        return _made(made[1], made[2])
    return None


def _made(kind: str, parts: str) -> _Color | None:
    """Reads `rgb(255, 255, 255)` and `hsl(0 0% 100% / 0.5)`."""
    numbers = [_NUMBER.fullmatch(part) for part in re.split(r"\s*[,/]\s*|\s+", parts)]
    if not 3 <= len(numbers) <= 4:
        return None
    values = [float(n[1]) / (100 if n[2] == "%" else 1) for n in numbers if n is not None]
    if len(values) < len(numbers):
        return None
    seen = values[3] if len(values) == 4 else 1.0
    if kind == "hsl":
        light, vivid = (value / 100 if value > 1 else value for value in (values[2], values[1]))
        return _Color(*colorsys.hls_to_rgb(values[0] / 360 % 1, light, vivid), seen)
    whole = 1 if parts.split(",")[0].split()[0].endswith("%") else 255
    return _Color(values[0] / whole, values[1] / whole, values[2] / whole, seen)
