"""The book as a plugin of MkDocs: it hands pages over and writes down what comes back.

All that is decided about a page is decided in `book.made.page`, which knows nothing of MkDocs. What
takes long is kept in one store from build to build; here stands what each kept thing is made of.
"""

from __future__ import annotations

import logging
import os
import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

from book import conversion
from book.inputs import Code, Inputs, settings_of
from book.known.addresses import Moves, read, resolve
from book.known.bibliography import Bibliography, Publication, works_in
from book.known.checking import Checked, Checking
from book.known.checkout import Checkout
from book.known.crossref import Book, Scan, Tools, Verdict, assemble, scan
from book.known.equations import Source, mark_lines, unmark
from book.known.extract import Modules
from book.known.glossary import symbols
from book.known.macros import embedded, expand
from book.known.navigation import listed
from book.known.origins import Drawn, Origins, place_of_copy
from book.known.printed import printed, program
from book.known.repository import Repository
from book.known.source import Library
from book.made import verification
from book.made.assets import MATH_FONT, OWN, math_font, of_this_version, text_fonts
from book.made.card import tags
from book.made.chapter_notebook import Chapter, chapter_notebook, with_library
from book.made.collected import BACK_MATTER, SYMBOLS, TITLE
from book.made.drawing import Drawing
from book.made.feed import FEED, News, feed, news
from book.made.licences import licence_page, text_name, works
from book.made.locate import AddLine
from book.made.notebooks import Executing, notebook_page
from book.made.page import render
from book.made.policy import policy, with_policy
from book.made.redirects import moved_places, redirects
from book.made.runtime import archive, packages_from, runtime_files
from book.made.searching import order, part_index, searchable
from book.shared.errors import BookError, Problem
from book.shared.files import digest_of
from book.shared.store import Store, digest
from book.shared.tex import Formula, Tex

__all__ = ["BookPlugin"]

log = logging.getLogger("mkdocs.book")
_REPORT = "verification.md"
_LICENCES = "licences.md"
_CHANGES = "changes.md"
_TOLD = ("errata.md", _CHANGES)  # in the feed
_INLINE = re.compile(r"\\\((.+?)\\\)")
_ID = re.compile(r'<[a-z][^>]* id="([^"]+)"')
_ADDRESSES = "addresses.txt"
_FIGURE = re.compile(r'data-figure="([^"]+)"')
_LABEL = re.compile(r"\beq:[\w-]+")
_OF_ALL = re.compile(r"\{\{\s*(?:exercises|glossary)\(")  # tables of what stands in all pages
_GITHUB = "https://github.com/"
_COLAB = "https://colab.research.google.com/github/"


@contextmanager
def _told() -> Iterator[None]:
    """What the book cannot go on with, as MkDocs tells it: in a sentence."""
    try:
        yield
    except BookError as error:
        raise PluginError(str(error)) from None


class Settings(Config):  # type: ignore[no-untyped-call]
    """What mkdocs.yml may say of the book."""

    figure_seconds = config_options.Type((int, float), default=300)
    """After how long the script of a figure is stopped."""
    published_branch = config_options.Type(str, default="gh-pages")
    """The branch of the repository that holds the site: Colab takes notebooks from there."""
    source_branch = config_options.Type(str, default="main")
    """The branch on which a page is edited."""


class NotebookFile(File):
    """A page that comes out of an executed notebook."""

    def is_documentation_page(self) -> bool:
        """So that MkDocs takes a `.py` file for a page."""
        return True


class _Templates(BytecodeCache):
    """Compiled templates, in memory alone: what is in a file could be anybody's program."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


class Build:
    """What one build holds between MkDocs' events."""

    def __init__(self, config: MkDocsConfig, code: Code, store: Store, settings: Settings):
        self.root = Path(config.config_file_path).parent.resolve()
        self.docs = Path(config.docs_dir).resolve()
        self.store = store
        self.inputs_now = partial(Inputs.of, self.root, code, settings_of(config))
        self.inputs = self.inputs_now()
        self.checkout = Checkout.of(self.root)
        address = (config.repo_url or "").rstrip("/")
        repository = f"{address}/blob/{self.checkout.commit or 'HEAD'}/" if address else ""
        publication = Publication.read(self.root / "CITATION.cff", config.site_url or "")
        tex = Tex(store, self.root / "node_modules")
        on_github = address.removeprefix(_GITHUB) if address.startswith(_GITHUB) else ""
        pages = sorted(self.docs.rglob("*.md"))
        order = [self.docs / uri for uri in listed(config.nav)]
        pages.sort(key=lambda page: order.index(page) if page in order else -1)
        self.checking = Checking(self.root, pages, store, self.inputs.edition)
        text = "".join(page.read_text(encoding="utf-8") for page in pages)
        self.told = digest((text, digest_of(self.docs / "glossary.toml")))
        self.drawing = Drawing(
            self.root, store, self.inputs.drawing, float(settings.figure_seconds), text
        )
        self.executing = Executing(self.root, store, self.inputs.edition)
        self.tools = Tools(
            tex=tex,
            library=Library(self.root),
            bibliography=Bibliography(self._literature()),
            publication=publication,
            figure=self.drawing.drawn,
            origins=Origins.of(self.root, repository),
            repository=repository,
            colab=f"{_COLAB}{on_github}/blob/{settings.published_branch}/" if on_github else "",
        )
        self.modules = Modules(self.root / "lib")
        self.mending = Repository(address, settings.source_branch) if address else None
        self.news: list[News] = []
        self.handler: Any = None
        self.conversions: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, Source] = {}
        self.contents: dict[str, str] = {}
        self.expanded: dict[str, str] = {}
        self.downloads: dict[str, str] = {}
        self.images: dict[str, bytes] = {}
        self.carried: set[str] = set()
        self.names: dict[str, list[str]] = {}
        self.book = Book({}, {}, {})
        self.moves = Moves({}, {})

    def _literature(self) -> dict[str, tuple[str, str]]:
        """What can be cited."""
        given = (self.inputs.edition, self.inputs.literature)
        return self.store.get("literature", given, lambda: works_in(self.docs / "references.bib"))

    def _symbols(self, page: Path) -> list[tuple[str, str]]:
        """A page's symbols, for the glossary."""
        given = (self.inputs.edition, page.read_bytes())
        return self.store.get(self._symbols_name(page), given, lambda: symbols(page))

    def _symbols_name(self, page: Path) -> str:
        return f"symbols of {page.relative_to(self.docs).as_posix()}"

    @cached_property
    def state(self) -> str:
        """A digest of what a page shows of the others; of an equation, not its line."""
        equations = self.book.equations.values()
        others = [(each.id, each.number, each.source.url, each.tex) for each in equations]
        return digest((others, self.book.shown))

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

    def placed(self, files: Files) -> Iterator[tuple[Page, Source]]:
        """The pages, and what they are in the book."""
        for file in files.documentation_pages():
            if file.page is not None:
                yield file.page, self.sources[file.src_uri]

    def filled(self, page: Page, markdown: str) -> tuple[str, list[Problem]]:
        """A page's Markdown with its results and tables, its equations marked; what is amiss."""
        source = self.source(page)
        of_all = self.told if _OF_ALL.search(markdown) else ""
        if of_all:  # if the page has not changed, nobody asks for them
            for file in self.docs.rglob("*.md"):
                self.store.retain(self._symbols_name(file))

        def make() -> list[Any]:
            is_file = (self.root / source.file).is_file()
            text = mark_lines(markdown, source.text) if is_file else markdown
            offset = _offset(source.text, markdown)
            text, problems = expand(text, source.file, self.root, offset, self._symbols)
            return [text, [(each.line, each.message) for each in problems]]

        given = (self.inputs.edition, self.inputs.results, of_all, markdown, source)
        text, problems = self.store.get(f"text of {page.url}", given, make)
        return text, [Problem(source.file, line, message) for line, message in problems]

    def converted(self, page: Page, markdown: str, config: MkDocsConfig, files: Files) -> Any:
        """What MkDocs makes of a page's Markdown."""
        source = self.source(page)
        inputs = self.inputs
        shown = (inputs.library, inputs.templates) if ":::" in markdown else ()
        return self.store.get(
            f"conversion of {page.url}",
            (inputs.edition, shown, markdown, sorted(files.src_uris)),
            lambda: conversion.convert(page, markdown, source, config, files),
        )

    def notebook(self, page: Page, files: Files) -> Any:
        """What a notebook's page is."""
        name = page.file.name
        executed = self.executing.executed(name)
        html, ipynb = executed["html"], executed["ipynb"]
        return self.store.get(
            f"conversion of {page.url}",
            (self.inputs.edition, html, ipynb, sorted(files.src_uris)),
            lambda: conversion.of_notebook(notebook_page(html, ipynb, name), page, files),
        )

    def portable(self, name: str) -> str:
        """A notebook to download, with what it imports of the library."""
        ipynb = self.executing.executed(name)["ipynb"]
        given = (self.inputs.edition, self.inputs.library, ipynb)
        return self.store.get(
            f"download of {name}", given, lambda: with_library(ipynb, self.modules)
        )

    def entries(self, page: Page, index: Any) -> list[dict[str, Any]]:
        """What the search's plugin makes of a page."""
        content = page.content or ""

        def make() -> list[dict[str, Any]]:
            page.content = searchable(content, self.book, self.tools)
            start = len(index.entries)
            index.add_entry_from_context(page)
            made = index.entries[start:]
            del index.entries[start:]
            return list(made)

        given = (self.inputs.edition, self.inputs.library, self.state, content)
        return self.tools.tex.keep(f"search of {page.url}", (given, page.title, page.meta), make)

    def page(self, page: Page) -> dict[str, Any]:
        """The page as a reader sees it, and what it needs beside it."""
        uri, tools, inputs = page.file.src_uri, self.tools, self.inputs
        source, html = self.sources[uri], self.contents[uri]
        titles = list(_titles(page.toc.items))

        def make() -> dict[str, Any]:
            made = render(html, source, self.book, tools)
            return {
                "html": made.html,
                "problems": [(p.file.as_posix(), p.line, p.message) for p in made.problems],
                "images": {name: b64encode(data).decode() for name, data in made.images.items()},
                "carried": sorted(made.carried),
                "titles": {title: self._set(title) for title in titles},
                "numbers": made.numbers,
            }

        figures = [(name, self._figure(name)) for name in _FIGURE.findall(html)]
        verdicts = tools.verdicts.get(source.file.as_posix())
        given = (inputs.edition, inputs.library, inputs.literature, self.state, html, source)
        of_tools = (
            tools.publication,
            tools.origins,
            tools.repository,
            tools.colab,
            verdicts,
            figures,
            titles,
        )
        return tools.tex.keep(f"page {page.url}", (given, of_tools), make)

    def report(self, checked: list[Checked]) -> str:
        """The report of what was checked."""
        marks = Counter(mark.equation for mark in self.tools.library.marks())
        commit, inputs = self.checkout.commit, self.inputs
        given = (inputs.edition, inputs.results, inputs.golden, self.told, checked, marks, commit)
        return self.store.get(
            "report", given, lambda: verification.report(checked, marks, self.root, commit)
        )

    def downloads_of(self, page: Page) -> dict[str, str]:
        """A chapter's notebook and its code, by their places in the site."""
        uri, inputs, tools = page.file.src_uri, self.inputs, self.tools
        source = self.sources[uri]
        chapters = [each for each in self.sources.values() if each.is_chapter]
        earlier = [each.text for each in chapters[: chapters.index(source)]]
        place = f"{page.url}{page.file.name}"
        addresses = {name: each.url for name, each in self.sources.items()}
        of_book = (inputs.edition, inputs.library, inputs.literature, tools.publication)

        text = self.expanded[uri]
        named = {*_LABEL.findall(text), *self._marked(page.url)}
        equations = [each for label, each in self.book.equations.items() if label in named]
        numbers = {each.id: each.number for each in equations}
        formulas = {each.id: each.tex for each in equations}

        def notebook() -> str:
            chapter = Chapter(source, text, numbers, formulas, addresses)
            return chapter_notebook(
                chapter, tools.library, self.modules, tools.bibliography, tools.publication
            )

        def code() -> str:
            own = printed(source.text, tools.library)
            others = [printed(each, tools.library) for each in earlier]
            return program(tools.publication.heading(source.title, source.url), own, others)

        given = (of_book, numbers, formulas, addresses, source, text)
        shown = [self._embedded(each) for each in (source.text, *earlier)]
        found = {
            f"{place}.ipynb": self.store.get(f"notebook of {page.url}", given, notebook),
            f"{place}.py": self.store.get(f"code of {page.url}", (of_book, source, shown), code),
        }
        return {name: text for name, text in found.items() if text}

    def _embedded(self, text: str) -> list[str]:
        if text not in self.names:
            self.names[text] = [name for name, _ in embedded(text)]
        return self.names[text]

    def _marked(self, url: str) -> Iterator[str]:
        """The equations whose lines of code a page shows."""
        for label, marks in self.book.marks.items():
            places = [self.book.shown.get((each.file.as_posix(), each.line), []) for each in marks]
            if any(page == url for found in places for page, _ in found):
                yield label

    def font(self) -> bytes:
        """The font of the formulas, cut to what stands in them."""
        characters = "".join(sorted(self.tools.tex.characters))
        return self.store.get(
            "font of formulas", (self.inputs.edition, characters), lambda: math_font(characters)
        )

    def mended(self, page: Page) -> dict[str, str]:
        """Where a page is mended, and its errors are reported; nothing without a repository."""
        if self.mending is None:
            return {}
        source, work = self.sources[page.file.src_uri], self.tools.publication
        found = {"report": self.mending.report(source.title, work.url + source.url, work.version)}
        if (self.root / source.file).is_file():
            found["edit"] = self.mending.edit(source.file.as_posix())
        return found

    def close(self) -> None:
        """Leaves no process behind, and nothing that the next build does not need."""
        for process in (self.tools.tex, self.checking, self.drawing, self.executing):
            process.close()
        # mkdocstrings asks for templates through a cache that would hold each build's handler, and
        # with it all the library's syntax trees, as long as MkDocs serves.
        for test in self.handler.env.tests.values() if self.handler else ():
            if hasattr(test, "cache_clear"):
                test.cache_clear()

    def _figure(self, name: str) -> Drawn | str:
        try:
            return self.tools.figure(name)
        except BookError as error:
            return str(error)

    def _set(self, title: str) -> str:
        """Sets the formulas in an entry of the table of contents."""
        return _INLINE.sub(
            lambda match: self.tools.tex.render([Formula(unescape(match[1]), False)])[0].html, title
        )


class BookPlugin(BasePlugin[Settings]):  # type: ignore[no-untyped-call]
    """Makes the book. MkDocs keeps one such object for all the builds while it serves."""

    def __init__(self) -> None:
        super().__init__()
        self._code = Code.loaded()
        self._store: Store | None = None
        self._templates = _Templates()
        self._build: Build | None = None
        self._serving = False
        self._epoch = os.environ.get("SOURCE_DATE_EPOCH")

    @property
    def build(self) -> Build:
        """What this build holds."""
        assert self._build is not None, "no build has begun"
        return self._build

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """That there is such an event keeps this object while MkDocs serves."""
        self._serving = command == "serve"

    def on_shutdown(self) -> None:
        """Leaves no process behind."""
        self._end()

    def on_config(self, config: MkDocsConfig) -> None:
        """Starts what takes long: drawing and executing go on while MkDocs reads the pages."""
        self._end()
        root = Path(config.config_file_path).parent.resolve()
        if self._store is None:
            self._store = Store(root / ".cache" / "store", logging.getLogger("mkdocs"))
        self._store.begin()
        with _told():
            self._code.hold()
            self._build = Build(config, self._code, self._store, self.config)
        version = self.build.tools.publication.version
        config.copyright = f"{config.copyright or ''} Version {version}.".strip()
        # Every date in the site is the commit's, so that one commit makes one site.
        os.environ["SOURCE_DATE_EPOCH"] = self._epoch or self.build.checkout.seconds or "0"
        for handler in logging.getLogger("mkdocs").handlers:
            for old in [found for found in handler.filters if isinstance(found, AddLine)]:
                handler.removeFilter(old)
            handler.addFilter(AddLine(self.build.docs, self.build.root))

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Adds the fonts, the report, and a page and a download for each notebook."""
        files.append(File.generated(config, _REPORT, content=""))
        if (changes := self.build.root / "CHANGELOG.md").is_file():
            files.append(_generated(config, _CHANGES, changes))
        with _told():
            self._ship(files, config)
        for name, content in text_fonts(self.build.root / "node_modules"):
            files.append(File.generated(config, f"assets/fonts/{name}", content=content))
        for file in list(files):
            if _is_notebook(file, ".py"):
                files.remove(file)
                page = NotebookFile.generated(
                    config, file.src_uri, content="", inclusion=InclusionLevel.INCLUDED
                )
                files.append(page)
                download = file.src_uri.removesuffix(".py") + ".ipynb"
                files.append(File.generated(config, download, content="", inclusion=page.inclusion))
        # Its styles and its list of objects are written whether or not it has anything to render.
        mkdocstrings: Any = config.plugins["mkdocstrings"]
        self.build.handler = mkdocstrings.get_handler("python")
        return files

    def on_page_read_source(self, page: Page, config: MkDocsConfig) -> str | None:
        """The report, once all is checked."""
        if page.file.src_uri == _LICENCES:
            with _told():
                found = list(works(self.build.root / "node_modules"))
            return licence_page(found, policy([], packages_from()))
        if page.file.src_uri != _REPORT:
            return None
        return self.build.report(self._checked())

    @event_priority(-100)
    def on_page_markdown(
        self, markdown: str, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Puts in the results, holds the places of figures; converts, or takes what is kept."""
        build, uri = self.build, page.file.src_uri
        with _told():
            if isinstance(page.file, NotebookFile):
                build.conversions[uri] = build.notebook(page, files)
                return ""
        text = markdown
        if not uri.startswith("reference/"):
            text, problems = build.filled(page, markdown)
            _report(problems)
            build.expanded[uri] = unmark(text)
        build.conversions[uri] = build.converted(page, text, config, files)
        return ""  # there is nothing left to convert

    @event_priority(100)
    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """What was converted, in the place of nothing."""
        found = self.build.conversions.pop(page.file.src_uri)
        return conversion.restore(page, found, config, files)

    @event_priority(10)
    def on_env(self, env: Any, config: MkDocsConfig, files: Files) -> None:
        """Numbers the equations, once every page has been read; ties them to the code."""
        build = self.build
        env.bytecode_cache = self._templates
        for file in files:
            if _is_notebook(file, ".ipynb"):
                with _told():
                    file.content_string = build.portable(file.name)
        for checked in self._checked():
            _report(checked.problems)
            place = f"verification/#{verification.anchor(checked.file)}"
            build.tools.verdicts[checked.file.as_posix()] = {
                equation.line: Verdict(equation.summary, place) for equation in checked.found
            }
        scans: list[Scan] = []
        chapters = 0
        for page in _pages(files):
            if page.file.src_uri.startswith("chapters/"):
                chapters += 1
                number = str(chapters)
            else:
                number = str(page.meta.get("number", str(page.title or "A")[0].upper()))
            source = build.source(page, number)
            with _told():
                found = scan(page.content or "", source, build.tools)
            build.sources[page.file.src_uri] = source
            scans.append(found)
            if page.present_anchor_ids is not None:
                figures = {f"fig:{name}" for name in _FIGURE.findall(page.content or "")}
                page.present_anchor_ids |= found.anchors | figures | BACK_MATTER | {SYMBOLS}
            if build.tools.publication.url and page.file.src_uri in _TOLD:
                build.news += news(page.content or "", source.url, build.tools.publication.url)
            if source.is_chapter:  # in the menu, and in the head of the page
                page.title = page.meta["title"] = f"{number} {page.title}"
        build.book, problems = assemble(scans, build.tools)
        _report(problems)
        self._lead_on(files)

    @event_priority(100)
    def _index(self, context: Any, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
        """Before the search reads the page: it finds nothing in it, since all is told already."""
        self.build.contents[page.file.src_uri] = page.content or ""
        index: Any = config.plugins["material/search"]
        index.search_index.entries += self.build.entries(page, index.search_index)
        page.content = ""

    @event_priority(-100)
    def _show(self, context: Any, page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
        """After it has: the page as a reader sees it."""
        build = self.build
        source = build.sources[page.file.src_uri]
        made = build.page(page)
        page.content = made["html"]
        _report([Problem(Path(file), line, text) for file, line, text in made["problems"]])
        build.images |= {name: b64decode(data) for name, data in made["images"].items()}
        build.carried |= set(made["carried"])
        if SYMBOLS in made["numbers"]:
            _list_symbols(page.toc.items[0].children)
        _set_titles(page.toc.items, made["titles"], made["numbers"])
        if source.is_chapter:
            build.downloads |= build.downloads_of(page)
        context["moved"] = moved_places(build.moves, source.url)
        context["mend"] = build.mended(page)
        context["feed"] = FEED if build.news else ""
        about = str(page.meta.get("description") or config.site_description)
        context["open_graph"] = tags(build.tools.publication, source.title, source.url, about)
        if source.is_chapter:
            work = build.tools.publication
            context["citation_meta"] = work.meta(source.title, source.url)
            context["linked_data"] = work.linked_data(source.title, source.url)
            if page.toc.items:
                entry = AnchorLink("Cite this chapter", "cite-this-chapter", 2)
                page.toc.items[0].children.append(entry)
        return context

    on_page_context = CombinedEvent(_index, _show)

    @event_priority(-100)
    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        """The page with its policy; served, it has none, for MkDocs adds a script to reload it."""
        return output if self._serving else with_policy(output, packages_from())

    @event_priority(-100)
    def on_post_template(self, output: str, template_name: str, config: MkDocsConfig) -> str:
        """The page of what is not found likewise."""
        if self._serving or not template_name.endswith(".html"):
            return output
        return with_policy(output, packages_from())

    @event_priority(100)
    def _finish(self, config: MkDocsConfig) -> None:
        """Writes what the pages turned out to need; drops what this build has not used."""
        build = self.build
        search: Any = config.plugins["material/search"]
        order(search.search_index.entries)
        assets = Path(config.site_dir, "assets")
        with _told():
            _write(assets / "fonts" / MATH_FONT, build.font())
        for name, content in build.images.items():
            _write(assets / "figures" / name, content)
        script = f"{config.extra['assets']}/moved.js"
        for url, html in redirects(build.moves, build.book.equations, script):
            html = with_policy(html, packages_from())
            _write(Path(config.site_dir, url, "index.html"), html.encode())
        for path in sorted(build.carried):
            _write(Path(config.site_dir, place_of_copy(path)), (build.root / path).read_bytes())
        if build.news:
            _write(Path(config.site_dir, FEED), feed(build.tools.publication, build.news))
        for url, text in build.downloads.items():
            _write(Path(config.site_dir, url), text.encode())
        build.drawing.keep()
        build.store.end(sound=build.inputs == build.inputs_now())
        self._end()

    @event_priority(-100)
    def _part_index(self, config: MkDocsConfig) -> None:
        """After the search has written its index: sets apart what only a question needs."""
        written = Path(config.site_dir, "search", "search_index.json")
        for name, content in part_index(written.read_text(encoding="utf-8")).items():
            _write(written.with_name(name), content.encode())

    on_post_build = CombinedEvent(_finish, _part_index)

    def on_build_error(self, error: Exception) -> None:
        """Leaves no process behind."""
        self._end()

    def _end(self) -> None:
        if self._build is not None:
            self._build.close()
            self._build = None

    def _lead_on(self, files: Files) -> None:
        """Finds where each address leads that was ever published."""
        build = self.build
        pages = {source.url: set(_ids(page)) for page, source in build.placed(files)}
        pages |= {f"eq/{label.removeprefix('eq:')}/": set() for label in build.book.equations}
        published = build.docs / _ADDRESSES
        text = published.read_text(encoding="utf-8") if published.is_file() else ""
        file = published.relative_to(build.root)
        build.moves, problems = resolve(read(text), pages, file)
        _report(problems)

    def _ship(self, files: Files, config: MkDocsConfig) -> None:
        """Adds what runs Python in a page, under an address of this version's own; licences."""
        root = self.build.root
        packages = os.environ.get("PYODIDE_PACKAGES")
        files.append(File.generated(config, _LICENCES, content=""))
        inputs = self.build.inputs
        library = self.build.store.get(
            "archive", (inputs.edition, inputs.library), lambda: archive(root)
        )
        shipped = dict(runtime_files(root, Path(packages) if packages else None, library))
        own = {
            file.src_uri.removeprefix("assets/"): file
            for file in files
            if file.src_uri.startswith("assets/")
            and file.src_uri.endswith(OWN)
            and file.src_dir == config.docs_dir  # the theme's have versions in their names
        }
        scripts = {name: file.content_bytes for name, file in own.items()}
        for file in own.values():
            files.remove(file)
        config.extra["assets"], versioned = of_this_version(scripts, shipped)
        for name, content in versioned.items():
            files.append(_generated(config, name, content))
        for script in config.extra_javascript:
            if not isinstance(script, str):
                script.path = script.path.replace("assets/", f"{config.extra['assets']}/", 1)
        config.extra_css[:] = [
            path.replace("assets/", f"{config.extra['assets']}/", 1)
            if path.removeprefix("assets/") in own
            else path
            for path in config.extra_css
        ]
        for work in works(root / "node_modules"):
            if work.text is not None:
                name = f"assets/licences/{text_name(work)}"
                files.append(_generated(config, name, work.text))

    def _checked(self) -> list[Checked]:
        with _told():
            return self.build.checking.wait()
        raise AssertionError


def _is_notebook(file: File, suffix: str) -> bool:
    return file.src_uri.startswith("notebooks/") and file.src_uri.endswith(suffix)


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


def _titles(entries: list[AnchorLink]) -> Iterator[str]:
    for entry in entries:
        if _INLINE.search(entry.title):
            yield entry.title
        yield from _titles(entry.children)


def _ids(page: Page) -> Iterator[str]:
    """The ids of a page, those too that its formulas, its code and its figures will have."""
    yield from page.present_anchor_ids or ()
    yield from _ID.findall(page.content or "")


def _set_titles(entries: list[AnchorLink], titles: dict[str, str], numbers: dict[str, str]) -> None:
    for entry in entries:
        title = titles.get(entry.title, entry.title)
        entry.title = f"{numbers.get(entry.id, '')} {title}".lstrip()
        _set_titles(entry.children, titles, numbers)


def _list_symbols(entries: list[AnchorLink]) -> None:
    """Adds the section of the collected symbols to a chapter's, before its references."""
    names = [entry.id for entry in entries]
    if SYMBOLS not in names:
        place = names.index("references") if "references" in names else len(names)
        entries.insert(place, AnchorLink(TITLE, SYMBOLS, 2))


def _pages(files: Files) -> list[Page]:
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
