"""The literature: `[@key]` in the text, a list of references, and how to cite a chapter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from book.shared.errors import BookError

if TYPE_CHECKING:
    from pybtex.database import Entry

__all__ = ["CITATION", "Bibliography", "Publication", "keys_of", "works_in"]

_ACRONYM = re.compile(r"\b\w*[A-Z]\w*[A-Z]\w*\b")  # which BibTeX would write in small letters
CITATION = re.compile(r"\[(@[\w:.+/-]+(?:\s*[;,]\s*@[\w:.+/-]+)*)\]")


def keys_of(match: re.Match[str]) -> list[str]:
    """The keys of one citation.

    >>> keys_of(CITATION.search("as in [@rumelhart1986; @lecun1998]"))
    ['rumelhart1986', 'lecun1998']
    """
    return [key.strip().removeprefix("@") for key in re.split("[;,]", match[1])]


class Bibliography:
    """The entries of docs/references.bib.

    Args:
        entries: by their keys, as `works_in` has them.
    """

    def __init__(self, entries: Mapping[str, Sequence[str]]) -> None:
        self._entries = entries

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def reference(self, key: str) -> str:
        """An entry as HTML, in a plain style, linked where it has an address."""
        return self._entries[key][0]

    def short(self, key: str) -> str:
        """An entry in a few words, as "Rumelhart et al., 1986"."""
        return self._entries[key][1]


def works_in(path: Path) -> dict[str, tuple[str, str]]:
    """Reads a BibTeX file.

    Args:
        path: the file; none is an empty bibliography.

    Returns:
        Each entry as a reference in HTML, and in a few words, by its key.

    Raises:
        BookError: if the file cannot be read as BibTeX.
    """
    # Imported here: pybtex takes a while, and what is kept needs it not.
    from pybtex.backends.html import Backend
    from pybtex.database import PybtexError, parse_string
    from pybtex.style.formatting.unsrt import Style

    text = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        entries = parse_string(text, "bibtex").entries
    except PybtexError as error:
        raise BookError(f"{path.name}: {error}") from None
    style, backend = Style(), Backend()

    def reference(key: str) -> str:
        formatted = style.format_entry(key, entries[key])
        return str(formatted.text.render(backend)).replace("\n", " ")

    return {key: (reference(key), _short(entry)) for key, entry in entries.items()}


def _short(entry: Entry) -> str:
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(person.last_names) for person in people]
    who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return f"{who}, {entry.fields.get('year', 'n.d.')}"


@dataclass(frozen=True)
class Publication:
    """The book as a work that is cited: CITATION.cff and the address of the site.

    Attributes:
        title: of the book.
        authors: as one name.
        version: of this edition.
        date: when it was released, as 2026-11-22.
        url: of the site, ending in a slash; empty if it is not known.
        language: of the text.
    """

    title: str
    authors: str
    version: str
    date: str
    url: str = ""
    language: str = "en-GB"

    @staticmethod
    def read(path: Path, url: str = "") -> Publication:
        """Reads CITATION.cff.

        Args:
            path: the file.
            url: of the site, if it is known.
        """
        try:
            facts = yaml.safe_load(path.read_text(encoding="utf-8"))
            authors = " and ".join(author["name"] for author in facts["authors"])
            return Publication(
                facts["title"],
                authors,
                str(facts["version"]),
                str(facts["date-released"]),
                url.rstrip("/") + "/" if url else "",
            )
        except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
            raise BookError(f"{path.name}: {type(error).__name__}: {error}") from None

    def bibtex(self, title: str = "", page_url: str = "") -> str:
        """A chapter, or without a title the book, as a BibTeX entry."""
        kind = "incollection" if title else "book"
        name = page_url.strip("/").rpartition("/")[2] if title else "book"
        fields = {
            "author": f"{{{self.authors}}}",
            "title": _ACRONYM.sub(r"{\g<0>}", title or self.title),
            "booktitle": self.title if title else "",
            "year": self.date[:4],
            "note": f"Version {self.version}",
            "url": self.url and self.url + page_url,
        }
        width = max(map(len, fields))
        lines = [f"  {key:<{width}} = {{{value}}}," for key, value in fields.items() if value]
        return "\n".join([f"@{kind}{{backprop-{name},", *lines, "}"])

    def sentence(self, title: str = "", page_url: str = "") -> str:
        """A chapter, or without a title the book, as a line of a list of references, in HTML."""
        address = escape(self.url + page_url)
        link = f' <a href="{address}">{address}</a>.' if self.url else ""
        part = f"“{escape(title)}”. In: " if title else ""
        return (
            f"{escape(self.authors)} ({self.date[:4]}). {part}"
            f"<em>{escape(self.title)}</em>, version {escape(self.version)}.{link}"
        )

    def heading(self, title: str, page_url: str) -> list[str]:
        """What a file with a chapter's code says of itself.

        Args:
            title: of the chapter.
            page_url: of its page, relative to the site's root.
        """
        where = f": {self.url}{page_url}" if self.url else "."
        equation = f"{self.url}eq/NAME/" if self.url else "eq/NAME/ on the site"
        return [
            f"The code that the chapter shows: {title}.",
            "",
            "It needs Python 3.11 and NumPy, nothing else: what earlier chapters showed and this",
            "one uses comes first. A line that ends in `# eq:NAME` computes the equation of that",
            f"name, {equation}",
            "",
            f"From {self.title}, version {self.version}{where}",
            f"{self.authors}, {self.date[:4]}. MIT licence.",
        ]

    def meta(self, title: str, page_url: str) -> list[tuple[str, str]]:
        """The `citation_*` tags of a chapter."""
        tags = [
            ("citation_title", title),
            ("citation_author", self.authors),
            ("citation_publication_date", self.date.replace("-", "/")),
            ("citation_inbook_title", self.title),
            ("citation_language", self.language),
        ]
        if self.url:
            tags.append(("citation_fulltext_html_url", self.url + page_url))
        return tags

    def linked_data(self, title: str, page_url: str) -> str:
        """A chapter as JSON-LD, fit to stand in a `<script>`."""
        author = {"@type": "Organization", "name": self.authors}
        book: dict[str, Any] = {"@type": "Book", "name": self.title, "author": author}
        facts: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": ["Chapter", "LearningResource"],
            "name": title,
            "author": author,
            "datePublished": self.date,
            "version": self.version,
            "inLanguage": self.language,
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "isPartOf": book,
        }
        if self.url:
            book["url"] = self.url
            facts["url"] = self.url + page_url
        return json.dumps(facts, ensure_ascii=False).replace("</", "<\\/")
