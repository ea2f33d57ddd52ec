"""The notebooks of the book: executed beside the build, rendered by mkdocs-jupyter, made its own.

mkdocs-jupyter gives a page that stands alone: half a megabyte of styles, scripts, buttons, and an
address from which to fetch MathJax. What is taken of it is what the cells hold, in the elements in
which the book has the same things elsewhere.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

from lxml import html as lxml_html
from lxml.html import builder

from book.shared.errors import BookError
from book.shared.files import digest_of_all
from book.shared.processes import Process
from book.shared.store import Store
from book.shared.tree import parse, serialise

__all__ = ["Executing", "headings", "notebook_page"]

_READ = ("lib/backprop", "data/results")
_SECONDS = 3600  # for a notebook, whose cells have limits of their own
_TRIES = 3
_MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$\s](?:[^$]*[^$\s])?)\$", re.DOTALL)
_NO_MATH = {"code", "pre", "svg", "script", "style"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DEPTH = 3  # of the table of contents, as for other pages


class Executing:
    """The notebooks: those that are out of date are executed beside the build.

    Args:
        root: the repository.
        store: keeps what came of them.
        edition: of what executes and renders: the book's own code, Python and its packages.
    """

    def __init__(self, root: Path, store: Store, edition: str) -> None:
        self._root, self._store, self._edition = root, store, edition
        folder = root / "docs" / "notebooks"
        names = sorted(path.stem for path in folder.glob("*.py"))
        self._given = {name: self._of(name) for name in names}
        self._left = [name for name in names if not store.has(_entry(name), self._given[name])]
        self._outcomes: dict[str, dict[str, Any]] = {}
        self._process: Process | None = None
        self._begin()

    def executed(self, name: str) -> dict[str, str]:
        """A notebook after its run: `ipynb`, the file to download, and `html`, its page.

        Raises:
            BookError: if a cell of it failed.
        """
        given = self._given[name]
        entry = self._store.get(_entry(name), given, lambda: self._outcome(name), _is_whole)
        if "error" in entry:
            raise BookError(entry["error"])
        return entry

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _of(self, name: str) -> tuple[str, str]:
        paths = [self._root / path for path in (f"docs/notebooks/{name}.py", *_READ)]
        return self._edition, digest_of_all(paths, self._root)

    def _begin(self) -> None:
        if self._left:
            command = ["--root", str(self._root), *self._left]
            self._process = Process("book.made.notebook_run", command, self._root)

    def _outcome(self, name: str) -> dict[str, Any]:
        for _ in range(_TRIES):
            while name in self._left:
                self._next()
            if self._of(name) == self._given[name]:
                return self._outcomes[name]
            # What it runs was changed meanwhile, as happens under `make serve`.
            self.close()
            self._left.append(name)
            self._given[name] = self._of(name)
            self._begin()
        return {"error": f"docs/notebooks/{name}.py: what it runs changes while it runs"}

    def _next(self) -> None:
        assert self._process is not None
        name = self._left.pop(0)
        where = f"docs/notebooks/{name}.py"
        line = None
        try:
            line = self._process.line(_SECONDS)
            if line is None:
                self._outcomes[name] = {"error": f"{where} failed; what it said stands above"}
            else:
                self._outcomes[name] = json.loads(line)
        except TimeoutError:
            message = f"{where} did not end within {_SECONDS} seconds and was stopped"
            self._outcomes[name] = {"error": message}
        if line is None:
            self.close()
            self._begin()


def _entry(name: str) -> str:
    return f"notebook {name}"


def _is_whole(entry: dict[str, Any]) -> bool:
    return "error" not in entry


def notebook_page(html: str, ipynb: str, name: str) -> str:
    """A page of mkdocs-jupyter's in the book's own elements.

    Args:
        html: mkdocs-jupyter's page.
        ipynb: the executed notebook.
        name: of its file, which can be downloaded beside the page.
    """
    cells = json.loads(ipynb)["cells"]
    page = builder.DIV()
    for element in parse(html).iter("div"):
        kind = (element.get("class") or "").split()
        if "jp-RenderedMarkdown" in kind:
            page.extend(_text(element))
        elif element.get("class", "").startswith("highlight-ipynb"):
            page.append(_code(element))
        elif "jp-OutputArea-output" in kind:
            page.append(_output(element, cells))
    for title in page.iter("h1"):
        link = builder.A("Download this notebook", href=f"../{name}.ipynb", download="")
        link.set("class", "download")
        title.addnext(builder.P(link))
        break
    return serialise(page)


def headings(html: str) -> list[dict[str, Any]]:
    """The headings of a page of HTML, as Python-Markdown tells them."""
    tokens: list[dict[str, Any]] = []
    above: list[dict[str, Any]] = []
    for element in parse(html).iter(*_HEADINGS[:_DEPTH]):
        for link in element.findall("a[@class='headerlink']"):
            link.drop_tree()
        name = element.text_content()
        token = {
            "level": int(element.tag[1]),
            "id": element.get("id"),
            "name": name,
            "children": [],
        }
        while above and above[-1]["level"] >= token["level"]:
            above.pop()
        (above[-1]["children"] if above else tokens).append(token)
        above.append(token)
    return tokens


def _text(cell: lxml_html.HtmlElement) -> list[lxml_html.HtmlElement]:
    """A cell of text, its formulas as they are marked in other pages."""
    for heading in cell.iter(*_HEADINGS):
        for link in heading.findall("a[@class='anchor-link']"):
            link.set("class", "headerlink")
            link.set("title", "Link to this section")
            link.text = "#"
    for element in list(cell.iter()):
        if isinstance(element.tag, str) and not _within(element, _NO_MATH):
            _formulas(element)
    return list(cell)


def _within(element: lxml_html.HtmlElement, tags: set[str]) -> bool:
    return element.tag in tags or any(each.tag in tags for each in element.iterancestors())


def _formulas(element: lxml_html.HtmlElement) -> None:
    """Puts elements round the formulas that stand in an element, not in one below it."""
    children = list(element)
    texts = [element.text, *(child.tail for child in children)]
    element.text = None
    for child in children:
        child.tail = None
        element.remove(child)
    for text, child in zip(texts, [*children, None], strict=True):
        _append(element, text or "")
        if child is not None:
            element.append(child)


def _append(element: lxml_html.HtmlElement, text: str) -> None:
    end = 0
    for match in _MATH.finditer(text):
        _say(element, text[end : match.start()])
        display, inline = match.groups()
        tag, tex = ("span", f"\\({inline}\\)") if display is None else ("div", f"\\[{display}\\]")
        formula = lxml_html.Element(tag)
        formula.set("class", "arithmatex")
        formula.text = tex
        element.append(formula)
        end = match.end()
    _say(element, text[end:])


def _say(element: lxml_html.HtmlElement, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _code(block: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    content = block.find("pre")
    code = builder.E.code()
    code.extend(list(content))
    code.text = content.text
    pre = builder.PRE(builder.SPAN(), code)
    return builder.DIV({"class": "highlight"}, pre)


def _output(area: lxml_html.HtmlElement, cells: list[dict[str, Any]]) -> lxml_html.HtmlElement:
    images = area.xpath(".//*[local-name()='svg' or local-name()='img']")
    if not images:
        text = (area.text_content() or "").strip("\n").rstrip()
        block = builder.PRE(builder.SPAN(), builder.E.code(f"{text}\n"))
        return builder.DIV({"class": "output highlight"}, block)
    holder = next(each for each in area.iterancestors() if "cell-id" in (each.get("id") or ""))
    cell = cells[int(str(holder.get("id")).rpartition("-")[2])]
    place = holder.xpath(".//*[contains(@class, 'jp-OutputArea-output')]").index(area)
    data = cell["outputs"][place]["data"]
    kind = next(each for each in ("image/svg+xml", "image/png", "image/jpeg") if each in data)
    content = "".join(data[kind])
    if kind == "image/svg+xml":  # as a file of its own, so that ids in it meet no others
        content = b64encode(content.encode()).decode()
    alt = cell["metadata"].get("alt", "Output of the cell above")
    source = f"data:{kind};base64,{content.replace(chr(10), '')}"
    return builder.P(builder.IMG(alt=alt, src=source))
