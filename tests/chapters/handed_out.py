"""Each chapter's notebook, made from the repository as the build makes it.

`python -m tests.chapters.handed_out site` holds those of a built site to them, to the letter: what
the tests run is what a reader is handed.
"""

import os
import re
import sys
from functools import cache
from pathlib import Path

from book.known.bibliography import Bibliography, Publication, works_in
from book.known.equations import Source
from book.known.extract import Modules
from book.known.macros import expand
from book.known.navigation import pages, url_of
from book.known.source import Library
from book.made.chapter_notebook import Chapter, chapter_notebook
from mathcheck.text.sources import read

ROOT = Path(__file__).parents[2]
FILES = pages(ROOT)
NAMES = [re.sub(r"^chapters/|\.md$", "", file) for file in FILES if file.startswith("chapters/")]


def text_of(name):
    return (ROOT / f"docs/chapters/{name}.md").read_text(encoding="utf-8")


@cache
def equations():
    """Number and TeX of each labelled equation of the chapters, in the order of the book."""
    numbers, formulas = {}, {}
    for chapter, name in enumerate(NAMES, 1):
        labelled = [each for each in read(f"{name}.md", text_of(name)).equations if each.labels]
        for count, equation in enumerate(labelled, 1):
            ((_, label),) = equation.labels
            numbers[label] = f"{chapter}.{count}"
            formulas[label] = equation.tex.strip()
    return numbers, formulas


def chapter(name):
    """What the notebook of a chapter is made of."""
    file, text = Path(f"docs/chapters/{name}.md"), text_of(name)
    markdown, problems = expand(text.split("---\n", 2)[2], file, ROOT)
    assert not problems
    title = re.search(r"(?m)^# (.*?)(?: *\{.*)?$", text)[1]
    number = str(NAMES.index(name) + 1)
    source = Source(file, text, f"chapters/{name}/", title, number, True)
    return Chapter(source, markdown, *equations(), {each: url_of(each) for each in FILES})


def notebook(made, url=""):
    """The notebook of a chapter."""
    work = Publication.read(ROOT / "CITATION.cff", url)
    literature = Bibliography(works_in(ROOT / "docs/references.bib"))
    return chapter_notebook(made, Library(ROOT), Modules(ROOT / "lib"), literature, work)


def main(site):
    """Ends with the names of the notebooks of a site that are not those which the tests run."""
    url = os.environ.get("SITE_URL", "")
    others = []
    for name in NAMES:
        built = (site / "chapters" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        if built != notebook(chapter(name), url):
            others.append(name)
    if others:
        sys.exit(f"not the notebooks that the tests run: {', '.join(others)}")
    print(f"{len(NAMES)} notebooks of the site are those that the tests run")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
