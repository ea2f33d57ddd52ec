r"""Tells in which braces of a LaTeX file a place stands, and whether what they hold is set.

`\phantom{\[ b \coloneqq 2 \]}` sets nothing, `{\color{white} …}` nothing that is seen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mathcheck.text.colors import is_seen
from mathcheck.text.lengths import LENGTH
from mathcheck.text.overlaid import is_wide

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
# Environments that set what they hold. What others do, those of a package, is not known.
_ENVIRONMENTS = re.compile(
    r"document|abstract|titlepage|itemize|enumerate|description|list|trivlist|tasks|compactitem"
    r"|compactenum|inparaenum|easylist|dinglist|quot(?:e|ation)|verse|center|centering|flush(?:left|right)"
    r"|raggedright|figure|table|longtable|tabular[xy]?|tabulary|tabbing|array|threeparttable|minipage"
    r"|parbox|multicols|multicolumn|columns?|frame|block|alertblock|exampleblock|framed|shaded"
    r"|leftbar|mdframed|tcolorbox|boxedminipage|fbox|spacing|singlespace|onehalfspace|doublespace"
    r"|adjustwidth|addmargin|changemargin|landscape|sloppypar|subequations|appendix|appendices"
    r"|thebibliography|part|chapter|section|subsection|letter|article|footnotesize|small|normalsize"
    r"|large|scriptsize|em|it|bf|sf|rm|item|math|displaymath|enumii?|boxed|marginfigure|fullwidth|widetext"
    r"|strip|refsection|otherlanguage|justify|alltt|algorithm|algorithmic|algorithm2e|sidebar|margin"
    r"|cases|dcases|(?:equation|align|alignat|gather|multline|flalign|eqnarray)(?:ed)?|split|[pbvBV]?matrix"
    # of theorems and their like, however they are called in the head of a text
    r"|.*(?:theorem|lemma|propos|corollar|defin|definition|example|remark|proof|conjecture|claim"
    r"|axiom|exercise|problem|question|solution|answer|observation|fact|assumption|notation|note"
    r"|property|properties|principle|criterion|result|case|step|task|summary|key|tip|warning"
    r"|hint|info|aside|discussion|history|intuition|derivation|review|recall|highlight|important).*"
    r"|thm|lem|prop|cor|coro|def|defn?|dfn|ex|exm|exmp|eg|rem|rmk|rk|pf|prf|conj|clm|sol|soln|obs"
    r"|ass|assum|not|nb|qu|qn|ques|prob|pbm|exo|exc|ax|pro|hyp",
    re.IGNORECASE,
)
_HIDING = re.compile(r"hid[de]|invis|omit|ignor|secret|exclu|draft", re.IGNORECASE)
_ENVIRONMENTS_ON_SLIDES = {"onlyenv", "uncoverenv", "visibleenv", "actionenv"}
# What of an environment's own definition leaves what it holds to be set as it is.
_SETTING = re.compile(
    r"par|(?:no)?indent|text\w+|item|small|footnotesize|normalsize|large|Large|it\w*|bf\w*|sf\w*|rm\w*"
    r"|sl\w*|sc\w*|em|emph|centering|raggedright|(?:big|med|small)skip|v(?:space|skip)|h(?:space|skip|fill|rule)"
    r"|vrule|rule|(?:no)?pagebreak|begin|end|label|ref\w*|the\w+|trivlist|endtrivlist|quotation|quote"
    r"|center|list|endlist|itemize|enumerate|refstepcounter|stepcounter|addtocounter|setcounter|qed\w*"
    r"|square|Box|left|right|q?quad|leavevmode|ignorespaces\w*|unskip|allowbreak|penalty|color|hfil+"
    r"|setlength|addtolength|(?:left|right)margin|parindent|parskip|parsep|itemsep|topsep|labelsep"
    r"|labelwidth|makelabel|textwidth|linewidth|columnwidth|baselineskip|upshape|itshape|bfseries"
    r"|sffamily|rmfamily|ttfamily|mdseries|scshape|slshape|normalfont|section|subsection|paragraph"
    r"|strut|break|newline|clearpage|newpage|filbreak|raggedbottom|fbox|hsize|selectfont|\W"
)
_OPTION_HIDES = re.compile(
    r"col(?:or|our)?(?:upper|lower|text)\s*=|opacity|overlay|phantom|hidden|invisible|blank"
    r"|(?:max )?height|width\s*=\s*-?0|scale\s*=|text\s*="
)
_SLIDE = re.compile(r"[1-9]|\+")
# Commands before whose brace a number or a size may stand.
_BOXES = {
    "write",
    "put",
    "rput",
    "uput",
    "toks",
    "sbox",
    "hbox",
    "vbox",
    "vtop",
    "raise",
    "lower",
    "moveleft",
    "moveright",
}
_LOOKED_INTO = {"color", "textcolor", "transparent", "newenvironment", "colorbox", "fcolorbox"}
_SIZED = {"minipage", "parbox"}
_SIZED_IF_SAID = {"makebox", "framebox"}
_SIGN = re.compile(
    r"\\(?P<begins>begin|end)\s*\{(?P<environment>[^{}]*)\}(?P<on><[^<>]*>)?|\\excludecomment\s*\{(?P<excluded>[^{}]*)\}"
    r"|\\(?:re)?newenvironment\*?\s*\{(?P<made>[^{}]*)\}"
    r"|\\(?:\w*new\w*|declare\w*|DeclareTC\w*|NewTC\w*)"
    r"(?:[tT]heorem|tcolorbox|box|tcbtheorem|mdenv|framed)\w*\*?"
    r"\s*(?:\[[^\[\]]*\]\s*)?\{(?P<shown>[^{}]*)\}|\\verb\*?(?P<bar>[^a-zA-Z*\s]).*?(?P=bar)"
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
    sized: bool = False  # whether it says how wide a box is
    inside: list[str] = field(default_factory=list)


class Groups:
    """Follows the braces of a text, a piece of it after the other."""

    def __init__(self, colors: Mapping[str, str]) -> None:
        """Begins outside of all braces.

        Args:
            colors: those that the text itself makes, as CSS writes them.
        """
        self._colors = colors
        self._open: list[_Group] = [_Group("", "", False)]
        self._command, self._slides = "", ""  # what stands before the next brace
        self._white_argument = False  # whether that has been given white as its colour
        self._excluded: set[str] = set()
        self._shown: set[str] = set()  # environments that the text itself makes
        self._sized = ""  # what the next brace says the width of
        self._tight = False  # whether what stands before the next brace is too small for it
        self._model = ""  # in which the next colour is written, `[rgb]`
        self._begun = ""  # the last environment that has begun
        self._made = ""  # the environment that is being defined
        self._hidden: list[str] = []  # environments that are open and set nothing

    def read(self, text: str) -> None:
        """Goes on with a piece of the text, without its comments."""
        for sign in _SIGN.finditer(text):
            group = self._open[-1]
            if sign["opens"]:
                tight = self._tight and not self._sized
                white = group.white or self._white_argument or tight
                self._open.append(_Group(self._command, self._slides, white, bool(self._sized)))
                self._command, self._slides, self._white_argument = "", "", False
            elif sign["closes"]:
                self._close()
            elif sign["command"]:
                self._command, self._slides, self._white_argument = sign["command"], "", False
                self._sized = self._command if self._command in _SIZED else ""
                self._tight = False
            elif sign["slides"] and self._command:
                self._slides = sign["slides"]
            elif sign["environment"] is not None:
                self._environment(sign)
            elif sign["excluded"]:
                self._excluded.add(sign["excluded"])
            elif sign["shown"]:
                self._shown.add(sign["shown"])
            elif sign["made"]:
                self._made, self._command = sign["made"], "newenvironment"
            elif sign["option"]:
                self._model = sign["option"] if self._command in _LOOKED_INTO else ""
                sizes = bool(re.search(LENGTH, sign["option"])) and (
                    bool(self._sized)
                    or (self._command in _SIZED_IF_SAID and not is_wide(sign["option"].strip("[]")))
                )
                if sizes or (self._command == "begin" and _OPTION_HIDES.search(sign["option"])):
                    self._narrow()
            elif self._command not in _BOXES:
                self._command, self._white_argument = "", False
            if (group.sized or group.command in _LOOKED_INTO) and not sign["closes"]:
                group.inside.append(sign[0])

    def hides(self) -> str | None:
        """Returns what hides what stands here, None if it is set."""
        if self._hidden:
            return f"\\begin{{{self._hidden[-1]}}}"
        if self._open[-1].white:
            return "this colour, or this box,"
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
        if group.command == "newenvironment":
            commands = re.findall(r"\\([a-zA-Z]+|.)", re.sub(r"\$[^$]*\$", "", color))
            plain = all(_SETTING.fullmatch(each) for each in commands)
            (self._shown if plain else self._excluded).add(self._made)
        self._sized = ""
        ground = self._colors.get(color, in_model(color, self._model))
        white = not is_seen(ground)
        self._model = ""
        white |= group.command == "transparent" and bool(re.fullmatch(r"0?\.?0*", color))
        # A command may have several arguments: what stands in the next brace is its too.
        self._command, self._slides = group.command, group.slides
        self._white_argument = white and group.command == "textcolor"
        if group.command in ("colorbox", "fcolorbox"):  # black is not seen on what is dark
            self._white_argument = not is_seen("black", ground)
        if group.sized and not is_wide(color):
            self._narrow()
        if group.command in ("color", "transparent"):
            self._open[-1].white = white
            self._command = ""

    def _environment(self, sign: re.Match[str]) -> None:
        name = sign["environment"]
        never = sign["on"] is not None and not _SLIDE.search(sign["on"])
        on_slides = name in _ENVIRONMENTS_ON_SLIDES
        usual = _ENVIRONMENTS.fullmatch(name.rstrip("*")) and not _HIDING.search(name)
        known = on_slides or name in self._shown or usual
        hides = name in self._excluded or not known or never
        if sign["begins"] == "begin" and hides:
            self._hidden.append(name)
        elif sign["begins"] == "end" and name in self._hidden:
            self._hidden.remove(name)
        self._command = "begin"
        self._sized = name if sign["begins"] == "begin" and name in _SIZED else ""
        self._begun = name

    def _narrow(self) -> None:
        """Notes that the box, or the environment, whose size has been said may not show it all."""
        if self._command != "begin":
            self._tight = True
        elif self._begun not in self._hidden[-1:]:
            self._hidden.append(self._begun)


def in_model(color: str, model: str) -> str:
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
            return f"rgb({' '.join(map(_percent, _without_ink(parts)))})"
    return color


def _without_ink(parts: list[str]) -> list[str]:
    """Returns how much red, green and blue is left by cyan, magenta, yellow and black."""
    try:
        *inks, black = map(float, parts)
    except ValueError:
        return parts
    return [str((1 - ink) * (1 - black)) for ink in inks]


def _percent(part: str) -> str:
    try:
        return f"{100 * float(part):g}%"
    except ValueError:
        return part
