"""What can be taken along: `python -m book.take_along site` makes and links it.

Of each chapter a PDF, and sheets of its exercises; of the book a PDF, an EPUB, its figures, and the
site itself in an archive. Where the site has an address, each chapter gets a picture for those who
link to it. It takes Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from book.known.bibliography import Publication
from book.known.navigation import pages, url_of
from book.known.results import ROOT
from book.made.card import CARD, HEIGHT, WIDTH, card, opening_figure, with_picture
from book.made.epub import epub
from book.made.faces import faces
from book.made.folder import OPENER, folder_files, packed
from book.made.runtime import with_packages
from book.made.slides import drawings
from book.made.volume import Leaf, bound, contents, opening, printable, sheet, without_solutions
from book.shared.errors import BookError

__all__ = ["chapter", "first_pages", "take_along", "whole", "with_links"]

_SCRIPT = Path(__file__).parent / "made" / "paper.mjs"
_RULES = Path(__file__).parent / "made" / "volume.css"
_NOWHERE = "http://book.invalid/"
_PAGE = re.compile(rb"(\d+) 0 obj\s*<<\s*/Type\s*/Page\b")
_ARTICLE = re.compile(rb"/([\w-]+)\. \[(\d+) 0 R /XYZ")
_CHAPTER = re.compile(r'<dd class="downloads">(.*?)</dd>', re.DOTALL)
_NAME = "backprop-line-by-line"
_PIXELS = 1200  # the width of a figure, of which a screen has two for each
_LICENCE = (
    "Figures of {title}, version {version}, by {authors}.\n"
    "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/: use and change them, with the "
    "authors named.\n{url}\n"
)


@dataclass(frozen=True)
class _Press:
    """What prints.

    Attributes:
        site: the folder of the built site.
        scratch: a folder to work in.
        work: what the book is, and its address.
        styles: of the site, and of paper.
    """

    site: Path
    scratch: Path
    work: Publication
    styles: Sequence[str] = ()

    def do(self, jobs: Sequence[Mapping[str, Any]]) -> None:
        """Has Chromium do jobs, as paper.mjs takes them.

        Raises:
            BookError: if one of them failed.
        """
        lines = "".join(f"{json.dumps(job, default=str)}\n" for job in jobs)
        command = ["node", str(_SCRIPT), str(self.site.resolve()), self.work.url or _NOWHERE]
        done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise BookError("Chromium has failed; what it said stands above")

    def job(self, name: str, html: str, out: Path) -> dict[str, Any]:
        """What prints a document."""
        file = self.scratch / f"{name}.xhtml"
        file.write_text(html, encoding="utf-8")
        return {"kind": "print", "url": file.name, "html": file, "out": out}

    def leaf(self, leaf: Leaf, name: str, out: Path) -> dict[str, Any]:
        """What prints one page of the site."""
        rules = [*self.styles, _running(leaf, self.work.title)]
        parts = bound([leaf], self.work.url)
        return self.job(name, printable(parts, rules, f"{leaf.title} · {self.work.title}"), out)


def first_pages(pdf: bytes) -> dict[str, int]:
    """The page on which each part of a PDF of Chromium's begins, by the part's name."""
    numbers = {each: count for count, each in enumerate(_PAGE.findall(pdf), 1)}
    return {name.decode(): numbers[page] for name, page in _ARTICLE.findall(pdf)}


def take_along(site: Path, root: Path, scratch: Path, packages: Path) -> None:
    """Makes all that can be taken along, into the built site.

    Args:
        site: its folder.
        root: the repository.
        scratch: a folder to work in.
        packages: as `whole` takes it.
    """
    work = Publication.read(root / "CITATION.cff", os.environ.get("SITE_URL", ""))
    urls = _urls(root)
    press, solved = _read(_Press(site, scratch, work), urls, urls)
    leaves = [without_solutions(leaf) for leaf in solved]
    chapters = [leaf for leaf in leaves if leaf.number]
    folder = site / "take-along"
    _print(press, leaves, folder / f"{_NAME}.pdf")
    sheets = _sheets(press, solved)
    images = {name: (site / name).read_bytes() for name in _images(leaves)}
    (folder / f"{_NAME}.epub").write_bytes(epub(leaves, work, images))
    figures = drawings(chapters, work, images)
    (folder / "figures.zip").write_bytes(_figures(press, figures))
    if work.url:
        _pictures(press, chapters, figures)
    for leaf in chapters:
        _link(site / leaf.url, with_links, {"PDF": f"{leaf.name}.pdf"})
    of_book = {"PDF": f"{_NAME}.pdf", "EPUB": f"{_NAME}.epub", "the site": f"{_NAME}-site.zip"}
    _link(folder, _listed, {"downloads": of_book})
    links = {"sheets": sheets, "figures": {"all figures": "../take-along/figures.zip"}}
    _link(site / "teaching", _listed, links)
    (folder / f"{_NAME}-site.zip").write_bytes(whole(site, packages))


def chapter(site: Path, root: Path, scratch: Path, name: str, folder: Path) -> None:
    """Makes the PDF and the EPUB of one chapter, into a folder, to be looked at.

    Args:
        site: the folder of the built site.
        root: the repository.
        scratch: a folder to work in.
        name: of the chapter, as in its address.
        folder: an existing one.

    Raises:
        BookError: if there is no such chapter.
    """
    work = Publication.read(root / "CITATION.cff", os.environ.get("SITE_URL", ""))
    urls = _urls(root)
    wanted = [url for url in urls if url == f"chapters/{name}/"]
    if not wanted:
        raise BookError(f"there is no chapter {name}")
    press, solved = _read(_Press(site, scratch, work), urls, wanted)
    (leaf,) = map(without_solutions, solved)
    press.do([press.leaf(leaf, name, folder / f"{name}.pdf")])
    images = {image: (site / image).read_bytes() for image in _images([leaf])}
    (folder / f"{name}.epub").write_bytes(epub([leaf], work, images))


def _urls(root: Path) -> list[str]:
    """The pages to bind: notation, and the chapters, in the order of the book."""
    files = [name for name in pages(root) if name.startswith(("chapters/", "notation"))]
    return [url_of(name) for name in files]


def _read(press: _Press, urls: Sequence[str], wanted: Sequence[str]) -> tuple[_Press, list[Leaf]]:
    """Reads those pages of the book that are wanted; and what gives them their looks."""
    files = [press.scratch / f"{count}.json" for count in range(len(wanted))]
    jobs = zip(wanted, files, strict=True)
    press.do([{"kind": "read", "url": url, "out": file} for url, file in jobs])
    chapters = [url for url in urls if url.startswith("chapters/")]
    numbers = {url: str(count) for count, url in enumerate(chapters, 1)}
    leaves, styles = [], list[str]()
    for url, file in zip(wanted, files, strict=True):
        found = json.loads(file.read_text(encoding="utf-8"))
        leaves.append(Leaf.read(found["article"], url, numbers.get(url, "")))
        styles = [*found["styles"], *found["rules"]]
    styles += [faces(press.site / "assets" / "fonts"), _RULES.read_text(encoding="utf-8")]
    return _Press(press.site, press.scratch, press.work, styles), leaves


def _running(leaf: Leaf, book: str) -> str:
    """The rules of a page's head: the book, and the chapter."""
    rules = 'color: #5e6773; font: italic 9pt "Book Text";'
    texts = [book, f"{leaf.number} {leaf.title}".strip()]
    left, right = (json.dumps(text, ensure_ascii=False) for text in texts)
    return (
        f"@page of-{leaf.name} {{ @top-left {{ content: {left}; {rules} }} "
        f"@top-right {{ content: {right}; {rules} }} }} "
        f'[id="{leaf.name}."] {{ page: of-{leaf.name}; }}'
    )


def _print(press: _Press, leaves: Sequence[Leaf], out: Path) -> None:
    """Prints each chapter by itself; then the whole, once to learn where they begin, and again.

    Raises:
        BookError: if a chapter does not begin where the table of contents says.
    """
    chapters = [leaf for leaf in leaves if leaf.number]
    files = [press.site / leaf.url / f"{leaf.name}.pdf" for leaf in chapters]
    press.do([press.leaf(*each) for each in zip(chapters, _names(chapters), files, strict=True)])
    work = press.work
    rules = [*press.styles, *(_running(leaf, work.title) for leaf in leaves)]
    bodies = bound(leaves, work.url)
    pages, found = dict[str, int](), dict.fromkeys(_names(leaves), 0)
    for _ in ("to learn", "to keep"):
        pages = found
        front = [opening(work), contents(leaves, pages)]
        press.do([press.job("book", printable([*front, *bodies], rules, work.title), out)])
        found = first_pages(out.read_bytes())
    if found != pages:
        raise BookError(f"the table of contents says {pages}, but the book has {found}")


def _names(leaves: Iterable[Leaf]) -> list[str]:
    return [leaf.name for leaf in leaves]


def _sheets(press: _Press, leaves: Iterable[Leaf]) -> dict[str, str]:
    """Prints the exercises of each chapter, without solutions and with; links from a page."""
    jobs, links = [], {}
    for leaf in leaves:
        for name, solved in (("exercises", False), ("solutions", True)):
            made = sheet(leaf, solved)
            if made is not None:
                file = f"{leaf.name}-{name}.pdf"
                jobs.append(press.leaf(made, f"{leaf.name}-{name}", press.site / leaf.url / file))
                links[f"{leaf.number} {made.title}"] = f"../{leaf.url}{file}"
    press.do(jobs)
    return links


def _images(leaves: Iterable[Leaf]) -> set[str]:
    """The pictures in pages, by their places in the site."""
    found = set()
    for leaf in leaves:
        for element in leaf.root.iter():
            for value in map(str, element.attrib.values()):
                if "assets/figures/" in value and ":" not in value:
                    found.add(value[value.index("assets/figures/") :])
    return found


def _figures(press: _Press, figures: Mapping[str, str]) -> bytes:
    """All figures, as SVG and as PNG, and their licence."""
    work, jobs = press.work, []
    licence = _LICENCE.format(
        title=work.title, version=work.version, authors=work.authors, url=work.url
    )
    files = {"LICENCE.txt": licence.encode()}
    for name, svg in figures.items():
        drawn, png = press.scratch / f"{name}.svg", press.scratch / f"{name}.png"
        drawn.write_text(svg, encoding="utf-8")
        jobs.append({"kind": "draw", "svg": drawn, "width": _PIXELS, "out": png})
    press.do(jobs)
    for name, svg in figures.items():
        files[f"svg/{name}.svg"] = svg.encode()
        files[f"png/{name}.png"] = (press.scratch / f"{name}.png").read_bytes()
    return packed(files)


def _pictures(press: _Press, chapters: Iterable[Leaf], figures: Mapping[str, str]) -> None:
    """Draws a picture of each chapter, and names it in its page."""
    jobs = []
    for leaf in chapters:
        name, about = opening_figure(leaf)
        if name:
            out = press.site / leaf.url / CARD
            document = card(press.work, leaf, figures[name])
            job = press.job(f"card-{leaf.name}", document, out)
            jobs.append({**job, "kind": "picture", "width": WIDTH, "height": HEIGHT})
            page = out.with_name("index.html")
            html = page.read_text(encoding="utf-8")
            address = f"{press.work.url}{leaf.url}{CARD}"
            page.write_text(with_picture(html, address, about), encoding="utf-8")
    press.do(jobs)


def whole(site: Path, packages: Path) -> bytes:
    """The site, to be opened from a folder; without what is beside it to take along.

    Args:
        site: its folder.
        packages: a folder that holds the wheels of Pyodide's release, which come along.
    """
    files = {"open.py": OPENER.encode()}
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if not path.is_file() or path.suffix == ".pdf" or name.endswith((".epub", ".gz")):
            continue
        if name.startswith("take-along/") and path.suffix == ".zip":
            continue
        files[name] = path.read_bytes()
    made = with_packages(folder_files(files), packages)
    return packed({f"{_NAME}/{name}": content for name, content in made.items()})


def with_links(html: str, links: Mapping[str, str]) -> str:
    """A chapter's page with more in its list of what can be taken along.

    Args:
        html: the page.
        links: addresses, by what they are called.
    """

    def added(match: re.Match[str]) -> str:
        new = [link for link in _anchors(links) if link not in match[1]]
        return f'<dd class="downloads">{", ".join([match[1], *new])}</dd>'

    return _CHAPTER.sub(added, html)


def _anchors(links: Mapping[str, str]) -> list[str]:
    return [f'<a href="{address}" download="">{name}</a>' for name, address in links.items()]


def _listed(html: str, lists: Mapping[str, Mapping[str, str]]) -> str:
    """A page with lists of what was made, in the places that are held for them, by class."""
    for name, links in lists.items():
        items = "".join(f"<li>{link}</li>" for link in _anchors(links))
        place = re.compile(rf'<div class="{name}">.*?</div>', re.DOTALL)
        html = place.sub(f'<div class="{name}"><ul>{items}</ul></div>', html)
    return html


def _link(folder: Path, change: Any, links: Mapping[str, Any]) -> None:
    page = folder / "index.html"
    page.write_text(change(page.read_text(encoding="utf-8"), links), encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.take_along", description=__doc__)
    parser.add_argument("site", type=Path, nargs="?", default=ROOT / "site")
    parser.add_argument("--chapter", help="only the PDF and the EPUB of one, to look at")
    parser.add_argument("--to", type=Path, default=Path(), help="the folder for these two")
    wheels = ROOT / ".cache" / "wheels"
    parser.add_argument("--packages", type=Path, default=wheels, help="Pyodide's wheels")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            if given.chapter:
                chapter(given.site, ROOT, Path(scratch), given.chapter, given.to)
            else:
                take_along(given.site, ROOT, Path(scratch), given.packages)
        except BookError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
