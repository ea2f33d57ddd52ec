r"""Tells in which braces of a LaTeX file a place stands, and whether what they hold is set.

`\phantom{\[ b \coloneqq 2 \]}` sets nothing, `{\color{white} …}` nothing that is seen.
"""

import re
from dataclasses import dataclass, field

from mathcheck.text.colors import is_transparent, is_white

# Commands that set what stands in their braces.
_SHOWING = {
    *("footnote", "footnotetext", "parbox", "makebox", "mbox", "fbox", "framebox", "boxed"),
    *("colorbox", "fcolorbox", "textcolor", "color", "textbf", "textit", "textrm", "textsf"),
    *("textsc", "texttt", "emph", "underline", "text", "caption", "item", "part", "chapter"),
    *("section", "subsection", "subsubsection", "paragraph", "subparagraph", "marginpar"),
    *("marginnote", "sidenote", "centerline", "leftline", "rightline", "framed", "begin"),
    *("end", "document", "frame", "block", "column", "alert", "par", "noindent", "centering"),
    *("small", "footnotesize", "normalsize", "large", "Large", "left", "right"),
}
# Those that a presentation shows on some of its slides.
_ON_SLIDES = {"only", "uncover", "visible", "onslide", "alt"}
_HIDING_ENVIRONMENTS = {"lrbox", "hide", "hidden", "invisible", "invisibleenv", "textblock"}
_ENVIRONMENTS_ON_SLIDES = {"onlyenv", "uncoverenv", "visibleenv", "actionenv"}
# What in the definition of an environment may keep what it holds from being set.
_HIDES = re.compile(r"box|comment|phantom|bgroup|color|hid|iffalse|discard|ignore")
_SLIDE = re.compile(r"[1-9]|\+")
# Commands before whose brace a number or a size may stand.
_BOXES = {"write", "put", "sbox", "hbox", "vbox", "vtop", "raise", "lower", "moveleft", "moveright"}
_LOOKED_INTO = {"color", "textcolor", "transparent", "newenvironment"}
_SIGN = re.compile(
    r"\\(?P<begins>begin|end)\s*\{(?P<environment>[^{}]*)\}(?P<on><[^<>]*>)?|\\excludecomment\s*\{(?P<excluded>[^{}]*)\}"
    r"|\\(?:re)?newenvironment\*?\s*\{(?P<made>[^{}]*)\}|\\verb\*?(?P<bar>[^a-zA-Z*\s]).*?(?P=bar)"
    r"|\\(?P<command>[a-zA-Z@]+)\*?|\\.|(?P<slides><[^<>]*>)|(?P<option>\[[^\[\]]*\])"
    r"|(?P<opens>\{)|(?P<closes>\})|(?P<rest>\S)",
    re.DOTALL,
)


@dataclass
class _Group:
    """An open brace: the command that it is an argument of, and what colour is set in it."""

    command: str
    slides: str
    white: bool
    inside: list[str] = field(default_factory=list)


class Groups:
    """Follows the braces of a text, a piece of it after the other."""

    def __init__(self) -> None:
        self._open: list[_Group] = [_Group("", "", False)]
        self._command, self._slides = "", ""  # what stands before the next brace
        self._white_argument = False  # whether that has been given white as its colour
        self._excluded = set(_HIDING_ENVIRONMENTS)
        self._model = ""  # in which the next colour is written, `[rgb]`
        self._made = ""  # the environment that is being defined
        self._hidden: list[str] = []  # environments that are open and set nothing

    def read(self, text: str) -> None:
        """Goes on with a piece of the text, without its comments."""
        for sign in _SIGN.finditer(text):
            group = self._open[-1]
            if sign["opens"]:
                white = group.white or self._white_argument
                self._open.append(_Group(self._command, self._slides, white))
                self._command, self._slides, self._white_argument = "", "", False
            elif sign["closes"]:
                self._close()
            elif sign["command"]:
                self._command, self._slides, self._white_argument = sign["command"], "", False
            elif sign["slides"] and self._command:
                self._slides = sign["slides"]
            elif sign["environment"] is not None:
                self._environment(sign)
            elif sign["excluded"]:
                self._excluded.add(sign["excluded"])
            elif sign["made"]:
                self._made, self._command = sign["made"], "newenvironment"
            elif sign["option"]:
                self._model = sign["option"] if self._command in _LOOKED_INTO else ""
            elif self._command not in _BOXES:
                self._command, self._white_argument = "", False
            if group.command in _LOOKED_INTO and not sign["closes"]:
                group.inside.append(sign[0])

    def hides(self) -> str | None:
        """Returns what hides what stands here, None if it is set."""
        if self._hidden:
            return f"\\begin{{{self._hidden[-1]}}}"
        if self._open[-1].white:
            return "this colour"
        for group in self._open:
            shown = group.command in _SHOWING or (
                group.command in _ON_SLIDES and _SLIDE.search(group.slides)
            )
            if group.command and not shown:
                return f"\\{group.command}"
        return None

    def _close(self) -> None:
        if len(self._open) == 1:
            return
        group = self._open.pop()
        color = "".join(group.inside)
        if group.command == "newenvironment" and _HIDES.search(color):
            self._excluded.add(self._made)
        white = is_white(_in_model(color, self._model)) or is_transparent(color)
        self._model = ""
        white |= group.command == "transparent" and bool(re.fullmatch(r"0?\.?0*", color))
        # A command may have several arguments: what stands in the next brace is its too.
        self._command, self._slides = group.command, group.slides
        self._white_argument = white and group.command == "textcolor"
        if group.command in ("color", "transparent"):
            self._open[-1].white = white
            self._command = ""

    def _environment(self, sign: re.Match[str]) -> None:
        name = sign["environment"]
        never = sign["on"] is not None and not _SLIDE.search(sign["on"])
        hides = name in self._excluded or (name in _ENVIRONMENTS_ON_SLIDES and never)
        if sign["begins"] == "begin" and hides:
            self._hidden.append(name)
        elif sign["begins"] == "end" and name in self._hidden:
            self._hidden.remove(name)
        self._command = "begin"


def _in_model(color: str, model: str) -> str:
    """Returns a colour of LaTeX's models as CSS writes it."""
    parts = color.split(",")
    match model.strip("[] "):
        case "gray":
            return f"rgb({' '.join(3 * [_percent(color)])})"
        case "rgb":
            return f"rgb({' '.join(map(_percent, parts))})"
        case "RGB":
            return f"rgb({color})"
        case "HTML":
            return f"#{color}"
        case "cmyk":
            return "white" if {part.strip() for part in parts} <= {"0", "0.0"} else color
    return color


def _percent(part: str) -> str:
    try:
        return f"{100 * float(part):g}%"
    except ValueError:
        return part
