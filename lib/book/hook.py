"""Where MkDocs calls the book: it hands pages over and writes down what comes back.

All that is decided about a page is decided in `book.made.page`, which knows nothing of MkDocs.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

from book.kept import (
    digest,
    keep_conversion,
    keep_entries,
    keep_reference,
    kept_page,
    kept_searchable,
    recall,
    save,
)
from book.known.bibliography import Bibliography, Publication
from book.known.checking import Checked, Checking
from book.known.crossref import Book, Scan, Tools, Verdict, assemble, scan
from book.known.equations import Source
from book.known.macros import expand
from book.known.origins import Origins
from book.known.source import Library
from book.made import draw, notebooks, verification
from book.made.assets import MATH_FONT, math_font, text_fonts
from book.made.locate import AddLine
from book.made.runtime import runtime_files
from book.made.searching import order
from book.shared.errors import BookError, Problem
from book.shared.tex import Formula, Tex

log = logging.getLogger("mkdocs.book")
_REPORT = "verification.md"
_INLINE = re.compile(r"\\\((.+?)\\\)")


class Build:
    """What one build holds between MkDocs' events."""

    def __init__(self, config: MkDocsConfig) -> None:
        self.root = Path(config.config_file_path).parent.resolve()
        self.docs = Path(config.docs_dir).resolve()
        address = (config.repo_url or "").rstrip("/")
        repository = f"{address}/blob/{_git(self.root, '%H') or 'HEAD'}/" if address else ""
        self.tools = Tools(
            tex=Tex(self.root / ".cache", self.root / "node_modules"),
            library=Library(self.root),
            bibliography=Bibliography(self.docs / "references.bib"),
            publication=Publication.read(self.root / "CITATION.cff", config.site_url or ""),
            figure=lambda name: draw.drawn(name, self.root),
            origins=Origins(self.root, repository),
            repository=repository,
        )
        self.drawing = draw.redraw(draw.outdated(self.root), self.root)
        self.executing = notebooks.execute(notebooks.outdated(self.root), self.root)
        self.bytecode = _bytecode(self.root / ".cache" / "jinja")
        mkdocstrings: Any = config.plugins["mkdocstrings"]
        handler = mkdocstrings.get_handler("python")
        handler.env.bytecode_cache = self.bytecode
        sources = ["lib", "docs/overrides", "docs/references.bib", "CITATION.cff"]
        sources += ["requirements/site.txt", "package-lock.json", config.config_file_path]
        self.edition = digest([self.root / source for source in sources])
        recall(self.root / ".cache" / "kept", self.edition)
        keep_reference(handler, self.edition)
        self.checking = Checking(self.root, sorted(self.docs.rglob("*.md")))
        self.figures = ""
        self.sources: dict[str, Source] = {}
        self.contents: dict[str, str] = {}
        self.book = Book({}, {}, {})

    def source(self, page: Page, number: str = "") -> Source:
        """The page as the pass wants it."""
        uri = page.file.src_uri
        path = self.docs / uri
        return Source(
            path.relative_to(self.root),
            path.read_text(encoding="utf-8") if path.is_file() else page.markdown or "",
            page.file.url if page.file.url != "./" else "",
            unescape(str(page.title or "")),
            number,
            uri.startswith("chapters/"),
        )


class NotebookFile(File):
    """A page whose Markdown comes out of an executed notebook."""

    def is_documentation_page(self) -> bool:
        """So that MkDocs takes a `.py` file for a page."""
        return True


_build: Build


def on_config(config: MkDocsConfig) -> None:
    """Starts what takes long: drawing and executing go on while MkDocs reads the pages."""
    global _build
    root = Path(config.config_file_path).parent
    # Every date in the site is the commit's, so that one commit makes one site.
    os.environ.setdefault("SOURCE_DATE_EPOCH", _git(root, "%ct") or "0")
    try:
        _build = Build(config)
    except BookError as error:
        raise PluginError(str(error)) from None
    for handler in logging.getLogger("mkdocs").handlers:
        for old in [found for found in handler.filters if isinstance(found, AddLine)]:
            handler.removeFilter(old)
        handler.addFilter(AddLine(_build.docs, _build.root))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the fonts, the report, and a page and a download for each notebook."""
    files.append(File.generated(config, _REPORT, content=""))
    for name, file_or_content in _runtime():
        files.append(_generated(config, f"assets/{name}", file_or_content))
    for name, content in text_fonts(_build.root / "node_modules"):
        files.append(File.generated(config, f"assets/fonts/{name}", content=content))
    for file in list(files):
        if file.src_uri.startswith("notebooks/") and file.src_uri.endswith(".py"):
            files.remove(file)
            page = NotebookFile.generated(
                config, file.src_uri, content="", inclusion=InclusionLevel.INCLUDED
            )
            files.append(page)
            download = file.src_uri.removesuffix(".py") + ".ipynb"
            files.append(File.generated(config, download, content="", inclusion=page.inclusion))
    return files


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """A notebook's Markdown, once it has been executed; the report, once all is checked."""
    if page.file.src_uri == _REPORT:
        commit = _git(_build.root, "%H")
        marks = Counter(mark.equation for mark in _build.tools.library.marks())
        return verification.report(_checked(), marks, _build.root, commit)
    return _executed(page.file.name).markdown if isinstance(page.file, NotebookFile) else None


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Puts in the results, and holds the places of figures and code."""
    source = _build.source(page)
    if page.file.src_uri.startswith("reference/"):
        return markdown  # what mkdocstrings makes of it is kept by itself
    keep_conversion(page, _build.edition)
    expanded, problems = expand(markdown, source.file, _build.root, _offset(source.text, markdown))
    _report(problems)
    return expanded


@event_priority(10)
def on_env(env: Any, config: MkDocsConfig, files: Files) -> None:
    """Numbers the equations, once every page has been read; ties them to the code."""
    env.bytecode_cache = _build.bytecode
    search: Any = config.plugins["material/search"]
    keep_entries(search.search_index, _build.edition)
    if _build.drawing is not None:
        _build.drawing.wait()
    _build.figures = digest([_build.root / ".cache" / "figures"])
    for file in files:
        if file.src_uri.startswith("notebooks/") and file.src_uri.endswith(".ipynb"):
            file.content_string = _executed(file.name).ipynb
    for checked in _checked():
        _report(checked.problems)
        place = f"verification/#{verification.anchor(checked.file)}"
        _build.tools.verdicts[checked.file.as_posix()] = [
            Verdict(equation.summary, place) for equation in checked.found
        ]
    scans: list[Scan] = []
    chapters = 0
    for page in _build_pages(files):
        if page.file.src_uri.startswith("chapters/"):
            chapters += 1
            number = str(chapters)
        else:
            number = str(page.meta.get("number", str(page.title or "A")[0].upper()))
        source = _build.source(page, number)
        try:
            found = scan(page.content or "", source, _build.tools)
        except BookError as error:
            raise PluginError(str(error)) from None
        _build.sources[page.file.src_uri] = source
        scans.append(found)
        if page.present_anchor_ids is not None:
            page.present_anchor_ids |= found.anchors | {"references", "cite-this-chapter"}
    _build.book, problems = assemble(scans, _build.tools)
    _report(problems)


def _index(context: Any, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
    """Before the search reads the page: what it is to read."""
    _build.contents[page.file.src_uri] = page.content or ""
    page.content = kept_searchable(
        page.content or "", page.url, _build.book, _build.tools, _build.edition
    )


def _render(context: Any, page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
    """After it has: the page as a reader sees it."""
    uri = page.file.src_uri
    source = _build.sources[uri]
    edition = f"{_build.edition} {_build.figures}"
    page.content, problems = kept_page(
        _build.contents[uri], source, _build.book, _build.tools, edition
    )
    _report(problems)
    _set_formulas(page.toc.items)
    if source.is_chapter:
        work = _build.tools.publication
        context["citation_meta"] = work.meta(source.title, source.url)
        context["linked_data"] = work.linked_data(source.title, source.url)
        if page.toc.items:
            entry = AnchorLink("Cite this chapter", "cite-this-chapter", 2)
            page.toc.items[0].children.append(entry)
    return context


on_page_context = CombinedEvent(event_priority(100)(_index), event_priority(-100)(_render))


@event_priority(100)
def on_post_build(config: MkDocsConfig) -> None:
    """Writes what the pages turned out to need; keeps the formulas for the next build."""
    search: Any = config.plugins["material/search"]
    order(search.search_index.entries)
    assets = Path(config.site_dir, "assets")
    font = math_font(_build.tools.tex.characters(), _build.root / ".cache")
    _write(assets / "fonts" / MATH_FONT, font)
    for name, content in _build.tools.images.items():
        _write(assets / "figures" / name, content)
    for place, file in _build.tools.origins.copies():
        _write(Path(config.site_dir, place), file.read_bytes())
    _build.tools.tex.save()
    _build.tools.tex.close()
    save(_build.root / ".cache" / "kept", _build.edition)


def on_build_error(error: Exception) -> None:
    """Leaves no process behind, if it came so far as to start one."""
    if "_build" in globals():
        _build.tools.tex.close()


def _runtime() -> list[tuple[str, Path | str | bytes]]:
    """What runs Python in a page, NumPy included if `PYODIDE_PACKAGES` names a folder with it."""
    packages = os.environ.get("PYODIDE_PACKAGES")
    try:
        return list(runtime_files(_build.root, Path(packages) if packages else None))
    except BookError as error:
        raise PluginError(str(error)) from None


def _generated(config: MkDocsConfig, uri: str, source: Path | str | bytes) -> File:
    if isinstance(source, Path):
        return File.generated(config, uri, abs_src_path=str(source))
    return File.generated(config, uri, content=source)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _report(problems: list[Problem]) -> None:
    """A warning each: a strict build fails by them, `make serve` shows the page all the same."""
    for problem in problems:
        log.warning(str(problem))


def _checked() -> list[Checked]:
    try:
        return _build.checking.wait()
    except BookError as error:
        raise PluginError(str(error)) from None


def _executed(name: str) -> notebooks.Executed:
    process = _build.executing
    while process is None or process.wait() == 0:
        if name not in notebooks.outdated(_build.root):
            break
        # What it runs was changed meanwhile, as happens under `make serve`.
        process = _build.executing = notebooks.execute([name], _build.root)
    try:
        return notebooks.executed(name, _build.root)
    except BookError as error:
        raise PluginError(str(error)) from None


def _set_formulas(entries: list[AnchorLink]) -> None:
    """Sets the formulas in the table of contents."""
    for entry in entries:
        entry.title = _INLINE.sub(
            lambda match: _build.tools.tex.render([Formula(unescape(match[1]), False)])[0].html,
            entry.title,
        )
        _set_formulas(entry.children)


def _build_pages(files: Files) -> list[Page]:
    """The pages in the order of the book: as `nav` has them, then those it leaves out."""
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    in_nav: list[Page] = []
    first = next((page for page in pages if page.is_homepage), pages[0]) if pages else None
    while first is not None:
        in_nav.append(first)
        first = first.next_page
    return in_nav + [page for page in pages if page not in in_nav]


def _offset(text: str, markdown: str) -> int:
    """The lines of front matter that MkDocs has taken away."""
    return text.count("\n") - markdown.count("\n") if text.startswith("---") else 0


def _bytecode(folder: Path) -> FileSystemBytecodeCache:
    """Keeps compiled templates: compiling them anew takes a sixth of a build."""
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def _git(root: Path, what: str) -> str:
    """A fact about the commit that is built; empty where there is none."""
    command = ["git", "-C", str(root), "log", "-1", f"--format={what}"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
