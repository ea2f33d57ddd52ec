"""What a rebuild may take from the build before it, and what it may not."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from book.kept import digest, keep_entries, keep_reference


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
    for content, times in [("a", 1), ("a", 0), ("b", 1)]:
        read: list[str] = []
        index = SimpleNamespace(entries=[{"text": "before"}])

        def add(page: Any, index: Any = index, read: list[str] = read) -> None:
            read.append(page.content)
            index.entries.append({"text": page.content})

        index.add_entry_from_context = add
        keep_entries(index)
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
