"""What a rebuild may take from the build before it, and what it may not."""

import logging
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from book import kept
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
from book.known.crossref import Book, Tools, Verdict
from book.known.equations import Equation, Source
from book.known.origins import Origins
from book.known.source import Library
from book.shared.errors import Problem


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Each test begins with nothing."""
    kept._kept.clear()
    yield
    kept._kept.clear()


class Handler:
    """As mkdocstrings' handler: it renders an object and gathers the headings on the way."""

    def __init__(self) -> None:
        self.rendered = 0
        self._headings: list[dict[str, str]] = []

    def render(self, data: Any, options: str, locale: str | None = None) -> str:
        self.rendered += 1
        self._headings.append({"id": data.path})
        return f"{data.path} {options}"

    def get_aliases(self, identifier: str) -> list[str]:
        return [f"{identifier}.alias"] * self.rendered  # known once something is rendered

    def get_headings(self) -> list[dict[str, str]]:
        found = list(self._headings)
        self._headings.clear()
        return found


def test_an_object_is_rendered_again_only_in_another_edition() -> None:
    data = SimpleNamespace(path="kept.one")
    for edition, times in [("a", 1), ("a", 0), ("b", 1), ("a", 1)]:
        handler = Handler()
        keep_reference(handler, edition)
        assert handler.render(data, "options") == "kept.one options"
        assert handler.get_aliases("kept.one") == ("kept.one.alias",)
        headings = handler.get_headings()
        assert headings == [{"id": "kept.one"}]
        headings[0]["id"] = "changed by who reads it"
        assert handler.rendered == times


def test_a_page_is_read_again_only_if_it_has_changed() -> None:
    for edition, content, times in [("1", "a", 1), ("1", "a", 0), ("1", "b", 1), ("2", "b", 1)]:
        read: list[str] = []
        index = SimpleNamespace(entries=[{"text": "before"}])

        def add(page: Any, index: Any = index, read: list[str] = read) -> None:
            read.append(page.content)
            index.entries.append({"text": page.content})

        index.add_entry_from_context = add
        keep_entries(index, edition)
        index.add_entry_from_context(
            SimpleNamespace(url="kept/", title="T", meta={}, content=content)
        )
        assert index.entries == [{"text": "before"}, {"text": content}]
        index.entries[1]["text"] = "changed by who writes it"
        assert len(read) == times


def test_a_digest_changes_with_a_file_and_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    first = digest([tmp_path])
    assert digest([tmp_path]) == first
    (tmp_path / "a.py").write_text("2")
    second = digest([tmp_path])
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, digest([tmp_path])}) == 3


class Page:
    """As a page of MkDocs: rendering fills it in."""

    def __init__(self, markdown: str, *, warns: bool = False) -> None:
        self.url, self.markdown, self.warns, self.rendered = "kept/", markdown, warns, 0
        self.content, self.toc, self._title_from_render = "", [""], ""
        self.present_anchor_ids, self.links_to_anchors = {""}, dict[Any, dict[str, str]]()

    def render(self, config: Any, files: Any) -> None:
        self.rendered += 1
        self.content, self.toc = f"<p>{self.markdown}", [self.markdown]
        self.links_to_anchors = {files.src_uris["other.md"]: {"a": "other.md#a"}}
        if self.warns:
            logging.getLogger("mkdocs.structure.pages").warning("a link leads nowhere")


class File:
    """As a file of MkDocs: it knows its place, and counts as itself alone."""

    def __init__(self, src_uri: str) -> None:
        self.src_uri = src_uri


def files(*names: str) -> SimpleNamespace:
    return SimpleNamespace(src_uris={name: File(name) for name in names})


def test_a_page_is_converted_again_only_if_it_or_the_files_it_may_link_have_changed() -> None:
    one, two = ("other.md", "kept.md"), ("other.md",)
    for edition, text, names, times in [
        ("1", "a", one, 1),
        ("1", "a", one, 0),
        ("1", "a", two, 1),
        ("1", "b", two, 1),
        ("2", "b", two, 1),
    ]:
        page, present = Page(text), files(*names)
        keep_conversion(page, edition)
        page.render(None, present)
        assert (page.content, page.toc, page.rendered) == (f"<p>{text}", [text], times)
        assert page.links_to_anchors == {present.src_uris["other.md"]: {"a": "other.md#a"}}
        page.toc[0] = "changed by who reads it"


def test_what_gave_a_warning_gives_it_again() -> None:
    for _ in range(2):
        page = Page("a", warns=True)
        keep_conversion(page, "1")
        page.render(None, files("other.md"))
        assert page.rendered == 1


class Formulas:
    """As `Tex`, for a page that is not really made."""

    def __init__(self) -> None:
        self.known, self.counted = {"x"}, set[str]()

    def noted(self) -> Any:
        return nullcontext({"x"})

    def knows(self, keys: set[str]) -> bool:
        return keys <= self.known

    def note(self, keys: set[str]) -> None:
        self.counted |= keys


def test_a_page_is_made_again_only_if_what_it_shows_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[str] = []
    problem = Problem(Path("docs/kept.md"), 3, "wrong")

    def render(html: str, source: Source, book: Book, tools: Tools) -> Any:
        made.append(html)
        tools.images["a.png"] = b"image"
        tools.origins.links(["docs/figures/curve.py"], source.url)
        return f"<main>{html}", [problem]

    monkeypatch.setattr(kept, "render", render)
    (tmp_path / "references.bib").write_text("")
    source, other = Source(Path("docs/kept.md"), "text", "kept/"), Path("docs/other.md")

    def times(
        html: str = "a", edition: str = "1", tex: str = "y", line: int = 7, **more: Any
    ) -> int:
        found = Equation("eq:y", "1.1", tex, Source(other, "", "other/"), line, "")
        formulas = Formulas()
        formulas.known = more.pop("known", {"x"})
        tools = Tools(
            formulas,  # type: ignore[arg-type]
            Library(tmp_path),
            Bibliography(tmp_path / "references.bib"),
            Publication("The Book", "Its authors", "1.0", "2026-11-22"),
            str,
            Origins(tmp_path),
            **more,
        )
        made.clear()
        book = Book({"eq:y": found}, {}, {})
        assert kept_page(html, source, book, tools, edition) == (f"<main>{html}", [problem])
        assert tools.images == {"a.png": b"image"}
        assert tools.origins.carried == {"docs/figures/curve.py"}
        assert formulas.counted == {"x"}
        return len(made)

    assert times() == 1
    assert times() == 0
    assert times(line=8) == 0  # a line was put in on the other page
    assert times("b") == 1
    assert times("b", tex="z") == 1
    assert times("b", "2", tex="z") == 1
    assert times("b", "2", tex="z", verdicts={"docs/kept.md": [Verdict("holds", "")]}) == 1
    assert times("b", "2", tex="z", verdicts={"docs/kept.md": [Verdict("holds", "")]}) == 0
    assert times("b", "2", tex="z", known=set()) == 1
    assert times("b", "2", tex="z", repository="https://example.org/") == 1


def test_what_the_search_reads_is_made_again_only_if_it_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []

    def searchable(html: str, book: Book, tools: Any) -> str:
        made.append(html)
        return f"text of {html}"

    monkeypatch.setattr(kept, "searchable", searchable)
    for html, tex, edition, known, times in [
        ("a", "y", "1", {"x"}, 1),
        ("a", "y", "1", {"x"}, 0),
        ("b", "y", "1", {"x"}, 1),
        ("b", "z", "1", {"x"}, 1),
        ("b", "z", "2", {"x"}, 1),
        ("b", "z", "2", set[str](), 1),
    ]:
        found = Equation("eq:y", "1.1", tex, Source(Path("docs/o.md"), "", "o/"), 7, "")
        formulas = Formulas()
        formulas.known = known
        tools: Any = SimpleNamespace(tex=formulas)
        made.clear()
        book = Book({"eq:y": found}, {}, {})
        assert kept_searchable(html, "kept/", book, tools, edition) == f"text of {html}"
        assert formulas.counted == {"x"}
        assert len(made) == times


def test_the_next_process_has_what_the_last_build_used(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "kept"

    def build(*names: str, edition: str = "1") -> int:
        recall(file, edition)
        made: list[str] = []

        def make() -> str:
            made.append("")
            return "made"

        assert [kept._keep(name, "1", make) for name in names] == ["made"] * len(names)
        save(file, edition)
        return len(made)

    assert build("one", "two") == 2
    kept._kept.clear()
    assert build("one") == 0
    kept._kept.clear()
    assert build("one", "two") == 1
    kept._kept.clear()
    assert build("one", edition="2") == 1  # other code may read what is kept in another way
    file.write_bytes(b"broken")
    kept._kept.clear()
    assert build("one") == 1
