"""Tells colours that are seen on the ground they stand on, in a page's styles and in LaTeX.

What cannot be told, of a colour that is not known, is taken for not seen.
"""

import colorsys
import re
from dataclasses import dataclass

_NAMES = """
    aliceblue=f0f8ff antiquewhite=faebd7 aqua=00ffff aquamarine=7fffd4 azure=f0ffff beige=f5f5dc
    bisque=ffe4c4 black=000000 blanchedalmond=ffebcd blue=0000ff blueviolet=8a2be2 brown=a52a2a
    burlywood=deb887 cadetblue=5f9ea0 chartreuse=7fff00 chocolate=d2691e coral=ff7f50
    cornflowerblue=6495ed cornsilk=fff8dc crimson=dc143c cyan=00ffff darkblue=00008b
    darkcyan=008b8b darkgoldenrod=b8860b darkgray=a9a9a9 darkgreen=006400 darkkhaki=bdb76b
    darkmagenta=8b008b darkolivegreen=556b2f darkorange=ff8c00 darkorchid=9932cc darkred=8b0000
    darksalmon=e9967a darkseagreen=8fbc8f darkslateblue=483d8b darkslategray=2f4f4f
    darkturquoise=00ced1 darkviolet=9400d3 deeppink=ff1493 deepskyblue=00bfff dimgray=696969
    dodgerblue=1e90ff firebrick=b22222 floralwhite=fffaf0 forestgreen=228b22 fuchsia=ff00ff
    gainsboro=dcdcdc ghostwhite=f8f8ff gold=ffd700 goldenrod=daa520 gray=808080 green=008000
    greenyellow=adff2f honeydew=f0fff0 hotpink=ff69b4 indianred=cd5c5c indigo=4b0082
    ivory=fffff0 khaki=f0e68c lavender=e6e6fa lavenderblush=fff0f5 lawngreen=7cfc00
    lemonchiffon=fffacd lightblue=add8e6 lightcoral=f08080 lightcyan=e0ffff
    lightgoldenrodyellow=fafad2 lightgray=d3d3d3 lightgreen=90ee90 lightpink=ffb6c1
    lightsalmon=ffa07a lightseagreen=20b2aa lightskyblue=87cefa lightslategray=778899
    lightsteelblue=b0c4de lightyellow=ffffe0 lime=00ff00 limegreen=32cd32 linen=faf0e6
    magenta=ff00ff maroon=800000 mediumaquamarine=66cdaa mediumblue=0000cd mediumorchid=ba55d3
    mediumpurple=9370db mediumseagreen=3cb371 mediumslateblue=7b68ee mediumspringgreen=00fa9a
    mediumturquoise=48d1cc mediumvioletred=c71585 midnightblue=191970 mintcream=f5fffa
    mistyrose=ffe4e1 moccasin=ffe4b5 navajowhite=ffdead navy=000080 oldlace=fdf5e6 olive=808000
    olivedrab=6b8e23 orange=ffa500 orangered=ff4500 orchid=da70d6 palegoldenrod=eee8aa
    palegreen=98fb98 paleturquoise=afeeee palevioletred=db7093 papayawhip=ffefd5
    peachpuff=ffdab9 peru=cd853f pink=ffc0cb plum=dda0dd powderblue=b0e0e6 purple=800080
    rebeccapurple=663399 red=ff0000 rosybrown=bc8f8f royalblue=4169e1 saddlebrown=8b4513
    salmon=fa8072 sandybrown=f4a460 seagreen=2e8b57 seashell=fff5ee sienna=a0522d silver=c0c0c0
    skyblue=87ceeb slateblue=6a5acd slategray=708090 snow=fffafa springgreen=00ff7f
    steelblue=4682b4 tan=d2b48c teal=008080 thistle=d8bfd8 tomato=ff6347 turquoise=40e0d0
    violet=ee82ee wheat=f5deb3 white=ffffff whitesmoke=f5f5f5 yellow=ffff00 yellowgreen=9acd32
"""
# Those of LaTeX that are as dark as this, or as colourful.
_DVIPS = """
    bittersweet bluegreen brickred burntorange carnationpink cerulean dandelion emerald junglegreen
    mahogany melon mulberry navyblue olivegreen peach periwinkle pinegreen processblue
    rawsienna redorange redviolet rhodamine royalpurple rubinered sepia tealblue violetred
    wildstrawberry yelloworange apricot
"""
_FAINT = 0.1  # of what is transparent
_CONTRAST = 1.3  # the least, as the rules for pages that all can read count it
_APART = 0.3  # or how far two colours have to be apart in their red, green or blue
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(\s*([^()]*?)\s*\)")
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|deg)?")
_MIXED = re.compile(r"[a-z]+(?:!\d+(?:\.\d+)?!?[a-z]*)+")


@dataclass(frozen=True)
class _Color:
    """Red, green, blue and how much is seen of it, each from 0 to 1."""

    red: float
    green: float
    blue: float
    seen: float = 1.0

    def on(self, ground: "_Color") -> "_Color":
        """Returns what comes of a colour through which its ground is seen."""
        return self.mixed(self.seen, ground)

    def mixed(self, part: float, other: "_Color") -> "_Color":
        """Returns so much of this colour with another one."""
        rest = 1 - part
        return _Color(
            part * self.red + rest * other.red,
            part * self.green + rest * other.green,
            part * self.blue + rest * other.blue,
        )

    def light(self) -> float:
        """Returns how light it is, as an eye sees it."""
        parts = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (self.red, self.green, self.blue)
        )
        return sum(weight * part for weight, part in zip(_WEIGHTS, parts, strict=True))


_WEIGHTS = (0.2126, 0.7152, 0.0722)
_WHITE = _Color(1, 1, 1)


def is_seen(color: str, ground: str = "white") -> bool:
    """Tells whether something of a colour is seen on a ground; False where that is not known."""
    above, below = _read(color), _read(ground)
    if above is None or below is None or above.seen < _FAINT:
        return False
    below = below.on(_WHITE)
    above = above.on(below)
    dark, light = sorted((above.light(), below.light()))
    apart = (above.red - below.red, above.green - below.green, above.blue - below.blue)
    return (light + 0.05) / (dark + 0.05) >= _CONTRAST or max(map(abs, apart)) >= _APART


def _named() -> dict[str, str]:
    found = dict.fromkeys(_DVIPS.split(), "808080")
    for name in _NAMES.split():
        found[name[:-7]] = name[-6:]
        found[name[:-7].replace("gray", "grey")] = name[-6:]
    return found


_KNOWN = _named()


def _read(color: str) -> _Color | None:
    """Returns what a colour is made of, None if that is not known."""
    said = color.strip().lower()
    if said in _KNOWN:
        return _hex(_KNOWN[said])
    if said == "transparent":
        return _Color(0, 0, 0, 0)
    if _HEX.fullmatch(said):
        return _hex(said[1:])
    if _MIXED.fullmatch(said):
        return _mixed(said)
    if made := _FUNCTION.fullmatch(said):
        return _made(made[1], made[2])
    return None


def _hex(digits: str) -> _Color:
    wide = digits if len(digits) > 4 else "".join(2 * digit for digit in digits)
    return _Color(*(int(wide[at : at + 2], 16) / 255 for at in range(0, len(wide), 2)))


def _mixed(said: str) -> _Color | None:
    """Reads `black!20`, `red!50!blue!10` of LaTeX: so much of what stands before, and the rest."""
    first, *rest = said.split("!")
    found = _read(first)
    while rest and found is not None:
        other = _read(rest[1]) if len(rest) > 1 and rest[1] else _WHITE
        found = None if other is None else found.mixed(min(float(rest[0]) / 100, 1), other)
        rest = rest[2:]
    return found


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
    red, green, blue = (min(max(value / whole, 0.0), 1.0) for value in values[:3])
    return _Color(red, green, blue, seen)
