r"""Reads Markdown: that of MkDocs, MyST, Quarto, GitHub and of the cells of notebooks.

Displayed equations are read wherever they stand: between `$$` and `$$`, between `\[` and `\]`, in
an environment such as `align`, in a fence called `math`, in a directive `{math}`. Fenced code, code
spans and comments are passed over. A comment on the lines after an equation says what holds for it:
`<!-- unchecked: why -->`, `<!-- no code: why -->`.
"""

import html
import re
from collections.abc import Mapping
from functools import cached_property

from mathcheck.text.asides import aside
from mathcheck.text.displays import CHANGES, ENVIRONMENT, UNREAD, DisplayReader
from mathcheck.text.document import Cell, Document, Line, Opening
from mathcheck.text.fences import CODE, FENCE, closes, fenced, indented, paragraph, section
from mathcheck.text.scripts import may_change
from mathcheck.text.unseen import (
    BLOCK_TAG,
    MATHEMATICS,
    PART,
    Tag,
    changes,
    element,
    hides,
    hiding_rule,
    is_hidden_by_list,
    is_on_ground,
    moved,
    opening_tag,
    raw_end,
    template_part,
    unseen,
)

# A fence of mathematics, perhaps with attributes, `{.math #eq-a}`.
_MATH = re.compile(
    r"(?:(?:math|katex)\b(?!:)|\{math\}|\{(?P<attributes>[^}]*\.math\b[^}]*)\})[ \t]*"
)
_OPTION = re.compile(r":?([\w-]+):[ \t]*(.*?)[ \t]*$")
_REST_MATH = re.compile(r"([ \t]*)\.\. math::[ \t]*(.*)$")
_COMMENT = re.compile(r"[ \t>]*<!--\s*(unchecked|no code)\s*(?::\s*(.*?))?\s*-->[ \t]*$")
_HEADER = re.compile(r"[ \t>]*(?:\|[ \t]*)?[*_]{0,2}symbols?[*_]{0,2}[ \t]*\|", re.IGNORECASE)
_RULE = re.compile(r"[ \t>]*[|:-][ |:\t-]*$")
# Where something may be hidden, or be none of the text's: what is more is asked of `unseen`.
_ASIDES = {
    "image": (r"!\[", re.compile(r"!\[(.*?)\][ ]*[(\[]", re.DOTALL)),
    "title": (r"\]\(", re.compile(r"\]\(([^)]*?[\"'(].*?)\)", re.DOTALL)),
    "struck": (r"~~(?=[^~\s])", re.compile(r"~~(.*?)~~", re.DOTALL)),
    "critic": (
        r"\{(?=--|>>|~~)",
        re.compile(r"\{(--.*?--|>>.*?<<|~~.*?(?:~>|~~))\}?", re.DOTALL),
    ),
}
_ASIDE_BEGINS = "|".join(f"(?P<{kind}>{begins})" for kind, (begins, _) in _ASIDES.items())
_ENTITY = r"&(?:\#0*36|\#x0*24|dollar|\#0*92|\#x0*5c|bsol);"
_CLASS = re.compile(r"[ \t>]*(?P<mark>:class(?:-\w+)*:|:{3,}|!!!|\?\?\?\+?)[ \t]*(?P<said>\S.*)$")
_HIDDEN = re.compile(r"[ \t>]*:hidden:[ \t]*$")  # an option of a directive
# A formula that stands in its line; `$5 and $6` is none.
_FORMULA = re.compile(r"(?<![\\$])\$(?![\s$])[^$]*(?<![\s\\])\$(?![\d$])")
_LINK = re.compile(r" {0,3}\*?\[[^\]^][^\]]*\]:(?:\s|$)")
_FOOTNOTE = re.compile(r"[ \t>]*\[\^([^\]\s]+)\]:")
_TAG_LINES, _REACH = 40, 2000  # the most lines of an opening tag, and of what is hidden
_TOKEN = re.compile(
    rf"(?P<comment><!--)|(?P<code>`+)|(?P<display>\$\$|(?<!\\)\\\[|{ENVIRONMENT}"
    r"|<script\b[^>]*math/tex;\s*mode\s*=\s*display[^>]*>)"
    r"|(?P<inline><script\b[^>]*math/tex[^>]*>)"
    rf"|{CHANGES}\\(?P<renamed>[a-zA-Z]+)"
    rf"|{UNREAD}|(?P<escape>\\.)|{_ASIDE_BEGINS}"
    rf"|(?P<entity>(?i:{_ENTITY}))|(?P<branch>{PART})"
    rf"|(?P<attributes>\{{:?(?:[ \t.#:]|[\w-]+=)[^{{}}\n]*\}})"
    r"|(?P<shortcode>"
    r"\{%\s*(?:math|katex|mathjax|latex)\b[^%]*%\}|\{\{[<%]\s*(?:math|katex|mathjax|latex)\b[^>%]*[>%]\}\}"
    r"|\[latex\](?!\()|<(?:(?:Block)?Math|Katex|TeX)\b[^>]*>"
    r"|<(?:katex|tex|la-tex|math-)(?:-?\w+)*[^>]*>"
    r"|<\w+\s[^>]*class\s*=\s*.[^\"'>]*\b(?:math[- ]display|display[- ]math|(?:katex|math)-block)"
    r"\b[^>]*>|<math\b[^>]*display\s*=\s*.?block[^>]*>)"
    r"|(?P<tag><[a-zA-Z][\w.-]*(?=[\s/>]|$))"
)
# What stands in a shortcode may be written as everywhere.
_AS_USUAL = re.compile(r"\s*(?:\$|\\\\?[\[(]|\\begin\b)")
# What claims something, in a script that is not shown as an equation.
_CLAIMS = re.compile(r"[=<>]|\\(?:[lg]eq?|neq?|approx|equiv)(?![a-zA-Z])")
_DOUBLED = re.compile(r"[ \t>]*(\\\\\\?\[)")
# Environments that stand in equations, and that MathJax sets as equations where they stand alone.
_ALONE = re.compile(
    r"[ \t>]*(\\begin\s*\{(?:aligned|alignedat|split|gathered|d?r?cases|array"
    r"|(?:small)?[pbvBV]?matrix)\})"
)
# An equation that begins with its line.
_BLOCK = re.compile(r"^[ \t>]*(?:\$\$|\\\[|\\begin\b)", re.MULTILINE)
# `$$ {#eq-name}` of Quarto, `$$ (name)` of MyST
_LABEL_BEHIND = re.compile(r"[ \t]*(?:\{(#([\w:.-]+)[^}\n]*)\}|\(([\w:.-]+)\)(?=[ \t]*$))")


# What MDX makes of its own, or takes from a file of the same site.
_MADE = re.compile(
    r"(?:import\s(?=.*\sfrom\s+[\"'](?!@theme/|@docusaurus/|@astrojs/starlight|nextra|fumadocs-ui))|export\s+(?:const|let|var|function|class)\s)"
    r"\s*(?P<names>[\w\s{},*]+)"
)
_UNSEEN = "no reader sees the mathematics in this block: show it"


class MarkdownReader(DisplayReader):
    """Reads a Markdown text."""

    def __init__(
        self, document: Document, lines: list[Line], openings: Mapping[int, list[Opening]]
    ) -> None:
        super().__init__(document, lines, openings)
        # The directives that are open, which hold text: their marks, and where they were opened.
        self._holders: list[tuple[str, int]] = []
        # How far what such elements hold that no reader sees has been looked at, by their names.
        self._searched: dict[str, tuple[int, int]] = {}
        if lines and lines[0].text.rstrip() == "---":  # the page's settings
            ends = (at for at in range(1, len(lines)) if lines[at].text.rstrip() in ("---", "..."))
            self.at = next(ends, 0)

    def _step(self) -> None:
        line = self._text()
        if self.column == 0 and self._block(line):
            return
        found = _TOKEN.search(line, self.column)
        if found is None:
            self._next_line()
        elif found["code"]:
            self._skip_code(found["code"], found.end())
        elif found["comment"]:
            self._skip_comment(found.end())
        elif found["display"]:
            self._display(found["display"], found.start())
        elif found["unread"]:
            self._unread(found)
        elif found["inline"]:
            if _CLAIMS.search(line[found.end() :].partition("</script>")[0]):
                message = "a script of math/tex is set in its line, and not checked"
                self._problem(f"{message}: add ; mode=display", self.at, found.start())
            self.column = found.end()
        elif found["tag"]:
            self._tag(found.start(), found.end())
        elif found["attributes"]:
            self._attributes(found)
        elif found["branch"]:
            self._branch(found)
        elif found["renamed"]:
            self._renamed(found["renamed"], self.at, found.start())
            self.column = found.end()
        elif found["entity"] or any(found[kind] for kind in _ASIDES):
            self._aside(found)
        elif found["shortcode"]:
            self._shortcode(found)
        else:
            self.column = found.end()

    def _block(self, line: str) -> bool:
        """Reads what begins with its line: a fence, a heading, a table."""
        self._check_block(line)
        if fence := FENCE.match(line):
            return self._fence(fence)
        if heading := _heading(line):
            self._enter(*heading)
            self.column = heading[1]  # its title may hold an equation
        elif underlined := self._underlined():
            self._enter(line.strip(), underlined)
            self.at += 2
        elif _HEADER.match(line) and self.at + 1 < len(self.lines) and self._has_rule():
            self._table()
        elif directive := _REST_MATH.match(line):
            self._rest_math(directive)
        elif doubled := _DOUBLED.match(line):
            self._display(doubled[1], doubled.start(1))
        elif (alone := _ALONE.match(line)) and not self._within_dollars():
            self._display(alone[1], alone.start(1))
        else:
            return False
        return True

    def _within_dollars(self) -> bool:
        """Tells whether a formula that stands in its line, `$…$`, began in a line before."""
        start = self.at
        while start and self.lines[start - 1].text.strip():
            start -= 1
        before = "\n".join(line.text for line in self.lines[start : self.at])
        return len(re.findall(r"(?<!\\)\$", before)) % 2 == 1

    def _shortcode(self, found: re.Match[str]) -> None:
        """Refuses what sets an equation in a way of its own, unless it stands in signs for it."""
        rest = self._text()[found.end() :]
        if not rest.strip() and self.at + 1 < len(self.lines):
            rest = self.lines[self.at + 1].text
        if not _AS_USUAL.match(rest):
            message = f"an equation in {found[0]} is not read: write it between $$ and $$"
            self._problem(message, self.at, found.start())
        self.column = found.end()

    def _texts(self) -> list[str]:
        return [line.text for line in self.lines]

    def _tag(self, start: int, end: int) -> None:
        """Refuses mathematics in an element that no reader sees, or in its opening tag."""
        opened = self.at
        lines = [line.text for line in self.lines[opened : opened + _TAG_LINES]]
        tag = opening_tag("\n".join([lines[0][start:], *lines[1:]]))
        if tag is None:
            self._unread_tag(start, end)
            return
        inside = "\n".join([lines[0][start:], *lines[1:]])[: tag.end]
        self.at += inside.count("\n")
        self.column = len(inside) - inside.rfind("\n") - 1 + (start if self.at == opened else 0)
        if MATHEMATICS.search(tag.attributes):
            message = f"no reader sees the mathematics in the attributes of this <{tag.name}>"
            self._problem(message, opened, start)
        elif tag.name in ("script", "style"):
            self._check_raw(tag, self._skip_raw(tag.name, start, opened), start, opened)
        else:
            self._check_element(tag, start, opened)

    def _check_element(self, tag: Tag, start: int, opened: int) -> None:
        """Refuses mathematics in an element that may hide it, and one that is laid over others."""
        why = unseen(tag)
        if tag.name in self._own_components:
            why = f"what <{tag.name}> makes of the mathematics in it is not read: take it out"
        elif why is None and is_on_ground(tag) and "color" in element(self._rest(), tag.name):
            why = "is the colour in this seen on the ground that it stands on? Leave it out"
        if why and self._holds_mathematics(tag, opened, start):
            self._problem(why, opened, start)
        elif (changing := changes(tag)) and self._has_mathematics:
            message = f"{changing} may hide or change what this page shows: leave it out"
            self._problem(message, opened, start)

    def _unread_tag(self, start: int, end: int) -> None:
        """Refuses mathematics in an element of which the tag is not read; a < may be none."""
        line = self._text()
        name = line[start + 1 : end].lower()
        self.column = end
        if not line[:start].strip(" \t>") and BLOCK_TAG.fullmatch(name):
            message = f"this <{name} is not read: is what it holds seen? Write the tag plainly"
            self._refuse_unseen(element(self._rest(), name), message, start, self.at)

    def _check_raw(self, tag: Tag, inside: str, start: int, opened: int) -> None:
        """Refuses a script or a style sheet that may hide or change what the page shows."""
        macros = inside.partition("macros")[2] if tag.name == "script" else ""
        for name in re.findall(r"\w+(?=[\"']?\s*:)", macros):
            self._renamed(name, opened, start)
        if not self._has_mathematics:
            return
        if tag.name == "style" and (hiding := hiding_rule(inside)):
            message = f"this style sheet hides {hiding}: is there mathematics in it? Show it"
            self._problem(message, opened, start)
        if tag.name == "script" and may_change(tag.attributes, inside):
            message = "this script may change what the page shows: leave it out"
            self._problem(message, opened, start)

    @cached_property
    def _has_mathematics(self) -> bool:
        """Whether there is anything in the text that a script or a style sheet could change."""
        return bool(MATHEMATICS.search("\n".join(self._texts())))

    @cached_property
    def _own_components(self) -> set[str]:
        """The components that a page of MDX makes itself, or takes from beside it."""
        found: set[str] = set()
        for line in self._texts():
            if made := _MADE.match(line):
                found.update(word.lower() for word in re.findall(r"\w+", made["names"]))
        return found

    def _holds_mathematics(self, tag: Tag, opened: int, start: int) -> bool:
        """Tells whether mathematics stands in an element that has not been looked at before."""
        if (opened, start) < self._searched.get(tag.name, (0, 0)):
            return False
        rest = self._rest()
        within = element(rest, tag.name)
        if len(within) < len(rest):
            below, column = within.count("\n"), len(within) - within.rfind("\n") - 1
            column += 0 if below else self.column
        else:  # it is never closed, or far off: half of what was looked at is looked at again
            below, column = _REACH // 2, 0
        self._searched[tag.name] = self.at + below, column
        return bool(MATHEMATICS.search(within))

    def _rest(self) -> str:
        """Returns the text from the current place on."""
        rest = [line.text for line in self.lines[self.at + 1 : self.at + _REACH]]
        return "\n".join([self._text()[self.column :], *rest])

    def _skip_raw(self, name: str, start: int, opened: int) -> str:
        """Goes behind a script or a style sheet, which is no text, and returns what it holds."""
        rest = "\n".join([self._text()[self.column :], *self._texts()[self.at + 1 :]])
        end = raw_end(rest, name)
        if end is None:
            self._problem(f"this <{name}> is never closed", opened, start)
        inside = rest[:end]
        lines = inside.count("\n")
        self.at += lines
        self.column = len(inside) - inside.rfind("\n") - 1 + (0 if lines else self.column)
        return "" if end is None else inside

    def _attributes(self, found: re.Match[str]) -> None:
        """Refuses mathematics in a block that its attributes, `{ .hidden }`, hide."""
        said = found["attributes"].strip("{}")
        if (changing := moved(said)) and self._has_mathematics:
            message = f"{changing} may hide or change what this page shows: leave it out"
            self._problem(message, self.at, found.start())
        hidden = is_hidden_by_list(said)
        if hidden and not self._is_in_formula(found.start()):
            lines = self._texts()
            line = lines[self.at].lstrip(" \t>")
            of = (
                section if line.startswith("#") else fenced if line.startswith(":::") else paragraph
            )
            self._refuse_unseen(of(lines, self.at), _UNSEEN, found.start(), self.at)
        self.column = found.end()

    def _aside(self, found: re.Match[str]) -> None:
        """Refuses mathematics in a title, struck out or escaped, in one line or over several."""
        rest = paragraph([self._text()[found.start() :], *self._texts()[self.at + 1 :]], 0)
        if found["entity"]:
            hides_it = len(MATHEMATICS.findall(html.unescape(rest))) > len(
                MATHEMATICS.findall(rest)
            )
        else:
            kind = next(kind for kind in _ASIDES if found[kind])
            aside = _ASIDES[kind][1].match(rest)
            hides_it = aside is not None and bool(MATHEMATICS.search(aside[1]))
        self.column = found.end()
        if hides_it:
            message = "is this mathematics seen? It stands in a title, struck out, or escaped"
            self._problem(message, self.at, found.start())
            self._next_line()

    def _is_in_formula(self, column: int) -> bool:
        """Tells whether a place in the current line is in a formula of its paragraph, `$…$`."""
        lines = self._texts()
        place = len(paragraph([*lines[: self.at], lines[self.at][:column]], self.at))
        formulas = _FORMULA.finditer(paragraph(lines, self.at))
        return any(formula.start() < place < formula.end() for formula in formulas)

    def _branch(self, found: re.Match[str]) -> None:
        """Refuses mathematics that a template shows or leaves out."""
        rest = self._rest()[found.start() - self.column :]
        if within := template_part(rest):
            message = "is the mathematics in this part of a template seen? Show it"
            self._refuse_unseen(within, message, found.start(), self.at)
        self.column = found.end()

    def _refuse_unseen(self, text: str, message: str, column: int, at: int) -> None:
        if MATHEMATICS.search(text):
            self._problem(message, at, column)

    def _check_block(self, line: str) -> None:
        """Refuses mathematics where a line hides what stands below it, or is not shown itself."""
        if _HIDDEN.match(line):
            self._refuse_unseen(fenced(self._texts(), self.at), _UNSEEN, 0, self.at)
        if (marked := _CLASS.match(line)) and hides(_classes(*marked.groups())):
            below = indented if marked["mark"][0] in "!?" else fenced
            text = below(self._texts(), self.at)
            self._refuse_unseen(text, _UNSEEN, marked.start("said"), self.at)
        elif (hidden := aside(line, self._texts, self.at)) is not None:
            message = "is the mathematics in this block seen in every form of the page? Show it"
            self._refuse_unseen(hidden, message, 0, self.at)
        elif line.startswith("%"):
            self._refuse_unseen(line, "is this a comment of MyST, which is not seen?", 0, self.at)
        elif _LINK.match(line):
            message = "is this the address of a link, which is not seen?"
            self._refuse_unseen(self._with_title(line), message, 0, self.at)
        elif (note := _FOOTNOTE.match(line)) and not self._is_cited(note[1]):
            message = "nothing refers to this footnote, which is so not shown: refer to it"
            rest = indented(self._texts(), self.at)
            self._refuse_unseen(f"{line[note.end() :]}\n{rest}", message, 0, self.at)

    def _with_title(self, line: str) -> str:
        """Returns the address of a link with its title, which may stand in the next line."""
        below = self.lines[self.at + 1].text if self.at + 1 < len(self.lines) else ""
        return f"{line}\n{below}" if below.lstrip()[:1] in ("'", '"', "(") else line

    def _is_cited(self, footnote: str) -> bool:
        """Tells whether something refers to a footnote."""
        return any(f"[^{footnote}]" in _FOOTNOTE.sub("", line) for line in self._texts())

    def _underlined(self) -> int:
        """Returns the level of a heading that has `===` or `---` below it, 0 if it has not."""
        if self.at + 1 == len(self.lines) or self.lines[self.at + 1].text[:1] not in ("=", "-"):
            return 0
        line, below = self._text(), self.lines[self.at + 1].text.rstrip()
        if not line.strip() or line[:1] in " \t>|-*+" or "|" in line or "$$" in line:
            return 0
        return {"=": 1, "-": 2}[below[0]] if set(below) in ({"="}, {"-"}) else 0

    def _interrupts(self, line: str) -> bool:
        fence = FENCE.match(line)
        return bool(_heading(line)) or (fence is not None and not fence[2].startswith(":"))

    def _margin(self, line: str) -> int:
        return len(line) - len(line.lstrip(" \t>"))

    def _end(self) -> None:
        for mark, at in self._holders:
            self._problem(f"this {mark[:10]} is never closed", at, 0)

    # --- fences ----------------------------------------------------------------------------------

    def _fence(self, fence: re.Match[str]) -> bool:
        mark, info = fence[2], fence[3]
        if self._holders and not info and closes(mark, self._holders[-1][0]):
            self._holders.pop()
            self._next_line()
        elif mark[0] == ":":
            if not (math := _MATH.match(info)) or not info.startswith("{"):
                return False  # `:::` holds text, or names an object
            self._math_fence(mark, info[math.end() :], fence.start(3) + math.end())
        elif math := _MATH.match(info):
            if math["attributes"] and is_hidden_by_list(math["attributes"]):
                self._problem(_UNSEEN, self.at, fence.start(3))
            self._math_fence(mark, info[math.end() :], fence.start(3) + math.end())
        elif info.startswith("{") and not CODE.match(info):
            self._check_settings(info)
            self._holders.append((mark, self.at))
            self.column = (
                fence.start("info") + info.index("}") + 1 if "}" in info else len(fence[0])
            )
        else:
            opened = self.at
            if not self._skip_fence(mark):
                self._problem(f"this {mark[:10]} is never closed", opened, fence.start(2))
        return True

    def _skip_fence(self, mark: str) -> bool:
        opened = self._text()
        self._next_line()
        while self.at < len(self.lines):
            self._check_within(opened, self._text(), "fence")
            closing = FENCE.match(self._text())
            self._next_line()
            if closing and not closing[3] and closes(closing[2], mark):
                return True
        return False

    def _check_within(self, opened: str, line: str, what: str) -> None:
        """Refuses mathematics in a line that may have left what was opened further in."""
        if _outside(opened, line) and MATHEMATICS.search(line):
            message = f"has this line left the {what} above it? Indent both alike"
            self._problem(message, self.at, 0)

    def _math_fence(self, mark: str, argument: str, column: int) -> None:
        opened = self.at
        inside: list[tuple[int, int]] = []  # each line of the content, and where in it that begins
        options = {}
        if argument:
            inside.append((opened, column))
        if not self._skip_fence(mark):
            self._problem(f"this {mark[:10]} is never closed", opened, 0)
            return
        at = opened + 1
        end = self.at - 1
        settings = at < end and self.lines[at].text.strip() == "---"
        at += settings
        while at < end and (option := _OPTION.match(self.lines[at].text.strip(" \t>"))):
            if not settings and not self.lines[at].text.strip(" \t>").startswith(":"):
                break
            options[option[1]] = option[2]
            at += 1
        at += settings
        inside += [(each, self._margin(self.lines[each].text)) for each in range(at, end)]
        self._check_options(options, opened)
        self._add_parts(inside, opened, options.get("label") or options.get("name"))

    def _check_settings(self, info: str) -> None:
        """Refuses mathematics in a directive that a class, or its settings, hide."""
        lines = self._texts()
        below = [line.strip(" \t>") for line in lines[self.at + 1 : self.at + _TAG_LINES]]
        ends = below.index("---", 1) if below[:1] == ["---"] and "---" in below[1:] else 0
        classes = [line.partition(":")[2] for line in below[:ends] if line.startswith("class")]
        name, _, argument = info.partition("}")
        if name in ("{div", "{container"):
            classes.append(argument)
        if hides(" ".join(classes)):
            self._refuse_unseen(fenced(lines, self.at), _UNSEEN, 0, self.at)

    def _check_options(self, options: Mapping[str, str], opened: int) -> None:
        """Refuses a directive of mathematics whose class hides it."""
        if hides(options.get("class", "")):
            self._problem(_UNSEEN, opened, 0)

    def _rest_math(self, directive: re.Match[str]) -> None:
        """Reads `.. math::` of reStructuredText, as docstrings have it."""
        opened, indent = self.at, len(directive[1])
        inside = [(opened, directive.start(2))] if directive[2].strip() else []
        options = {}
        self._next_line()
        while self.at < len(self.lines):
            line = self._text()
            margin = self._margin(line)
            if line.strip() and margin <= indent:
                break
            option = _OPTION.match(line.strip()) if line.strip().startswith(":") else None
            if option and not any(at > opened for at, _ in inside):
                options[option[1]] = option[2]
            else:
                inside.append((self.at, margin))
            self._next_line()
        self._check_options(options, opened)
        self._add_parts(inside, opened, options.get("label"))

    def _add_parts(self, inside: list[tuple[int, int]], opened: int, label: str | None) -> None:
        """Takes in the equations of a directive, which stand between its empty lines."""
        parts: list[list[tuple[int, int]]] = [[]]
        for at, start in inside:
            if self.lines[at].text[start:].strip():
                parts[-1].append((at, start))
            elif parts[-1]:
                parts.append([])
        parts = [part for part in parts if part]
        if not parts:
            self._problem("this equation is empty", opened, 0)
        remarks = self._remarks()
        for number, part in enumerate(parts):
            pieces = [(self.lines[at], start, self.lines[at].text[start:]) for at, start in part]
            first, column = (opened, 0) if not number else part[0]
            self._add(pieces, first, column, label if not number else None, remarks)

    # --- what holds no equation ------------------------------------------------------------------

    def _skip_code(self, mark: str, start: int) -> None:
        """Goes behind a code span, which may go on in the next lines of its paragraph."""
        closing = re.compile(rf"(?<!`){mark}(?!`)")
        at = self.at
        while at < len(self.lines) and (at == self.at or self.lines[at].text.strip()):
            if found := closing.search(self.lines[at].text, start if at == self.at else 0):
                within = "\n".join(line.text for line in self.lines[self.at + 1 : at + 1])
                if _BLOCK.search(within):
                    message = "is this mathematics, or code from one line to the next?"
                    self._problem(message, self.at, start - len(mark))
                self.at, self.column = at, found.end()
                return
            at += 1
        self.column = start  # it opens nothing

    def _skip_comment(self, start: int) -> None:
        opened, column = self.at, start
        line = self._text()
        while self.at < len(self.lines):
            if self.at > opened:
                self._check_within(line, self._text(), "comment")
            end = self._text().find("-->", start)
            if end >= 0:
                inside = [each.text for each in self.lines[opened : self.at + 1]]
                inside[-1] = inside[-1][:end]
                comment = "\n".join(inside)[column:]
                if comment.startswith((">", "->")) or "--!>" in comment:
                    message = "where does this comment end? It holds --!>, or begins with >"
                    self._refuse_unseen(comment, message, column - len("<!--"), opened)
                self.column = end + len("-->")
                return
            self._next_line()
            start = 0
        self._problem("this <!-- is never closed", opened, 0)

    def _remarks(self) -> dict[str, str]:
        said: dict[str, str] = {}
        at = self.at + 1 if self.column else self.at
        while at < len(self.lines) and (match := _COMMENT.match(self.lines[at].text)):
            said[match[1]] = match[2] or ""
            at += 1
            self.at, self.column = at, 0
        return said

    def _label_behind(self) -> str | None:
        match = _LABEL_BEHIND.match(self._text(), self.column)
        if match is None:
            return None
        if match[1] and is_hidden_by_list(match[1]):
            self._problem(_UNSEEN, self.at, match.start(1) - 1)
        self.column = match.end()
        return match[2] or match[3]

    # --- tables ----------------------------------------------------------------------------------

    def _has_rule(self) -> bool:
        below = self.lines[self.at + 1].text
        return "-" in below and bool(_RULE.match(below))

    def _table(self) -> None:
        first = self.at
        names = [
            re.sub(r"<[^>]*>", "", cell.text).strip("*_~ ").casefold() for cell in self._cells()
        ]
        names[0] = "symbol"
        self.at += 2
        rows = []
        while self.at < len(self.lines) and "|" in _masked(self._text()):
            rows.append((self.at, self._cells()))
            self._next_line()
        self._add_table(names, rows, first)

    def _cells(self) -> list[Cell]:
        """Splits the current line at its bars; those inside `$…$` and backticks are no bars."""
        line = self._text()
        masked = _masked(line).rstrip()
        start = self._margin(line)
        start += masked.startswith("|", start)
        end = len(masked) - masked.endswith("|")
        cells = []
        while start <= end:
            bar = masked.find("|", start, end)
            stop = end if bar < 0 else bar
            text = line[start:stop]
            place = self._place(self.at, start + len(text) - len(text.lstrip()))
            cells.append(Cell(text.strip().replace("\\|", "|"), place))
            start = stop + 1
        return cells


def _heading(line: str) -> tuple[str, int] | None:
    """Returns title and level of a heading."""
    level = len(line) - len(line.lstrip("#"))
    rest = line[level:]
    if not 1 <= level <= 6 or rest[:1] not in (" ", "\t"):
        return None
    title = rest.strip()
    if title.endswith("}") and "{" in title:  # its attributes
        title = title[: title.rindex("{")].rstrip()
    bare = title.rstrip("#")
    return (bare.rstrip() if bare.endswith((" ", "\t")) or not bare else title), level


def _classes(mark: str, said: str) -> str:
    """Returns the classes behind the mark of a block, without its title."""
    if mark.startswith(":::"):  # `::: tip The title`, `:::{note} The title`, `::: tip :::`
        return said.split()[0].replace("notes", "hidden")  # of a speaker
    return re.sub(r'"[^"]*"?', " ", said)


def _outside(opened: str, line: str) -> bool:
    """Tells whether a line is less indented, or less quoted, than one above it."""
    before, own = (re.match(r"[ \t>]*", each) for each in (opened, line))
    assert before is not None
    assert own is not None
    quoted = own[0].count(">") < before[0].count(">")
    return bool(line.strip()) and (quoted or len(own[0]) < len(before[0]))


def _masked(line: str) -> str:
    """Blanks the mathematics and the code of a line, and escaped bars, keeping its length."""
    return re.sub(r"`[^`]*`|\$[^$]*\$|\\\|", lambda match: " " * len(match[0]), line)
