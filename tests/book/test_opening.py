"""The map at the top of a chapter, and the time that a chapter takes."""

from pathlib import Path

import pytest
from lxml import html as lxml_html

from book.known.source import Library
from book.made.opening import Reading, measure, open_chapter
from book.shared.tree import parse, serialise

MAP = (
    "<dl><dt>You need</dt><dd>the chain rule</dd>"
    '<dt>You will be able to</dt><dd>derive <a href="../x/">it</a></dd><dd>check it</dd></dl>'
)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    package = tmp_path / "lib" / "backprop"
    package.mkdir(parents=True)
    (package / "double.py").write_text("def double(x):\n    y = 2 * x\n    return y\n")
    return Library(tmp_path)


def opened(html: str, reading: Reading | None = None) -> lxml_html.HtmlElement | None:
    root = parse(html)
    return root if open_chapter(root, reading or Reading()) else None


def test_the_map_is_a_list_of_three() -> None:
    root = opened(f"<h1>T</h1><p>In short.</p>{MAP}<h2>Q</h2>", Reading(words=4000, rows=8))
    assert root is not None
    out = serialise(root)
    assert '<dl class="map"><div><dt>You need</dt><dd>the chain rule</dd></div>' in out
    assert "<dt>It takes</dt><dd>about 30 minutes to read: 4,000 words, 8 rows of formulas" in out
    assert "exercises" not in out
    assert out.count("<div><dt>") == 3


def test_reading_and_exercises_are_counted_apart() -> None:
    root = parse(f"<h1>T</h1>{MAP}<h2>Q</h2>")
    open_chapter(root, Reading(words=2000), practice=85)
    out = serialise(root)
    assert "about 10 minutes to read: 2,000 words" in out
    assert "0 lines of code; and 85 for all the exercises</dd>" in out


def test_what_can_be_taken_along_is_linked() -> None:
    root = parse(f"<h1>T</h1>{MAP}<h2>Q</h2>")
    open_chapter(root, Reading(), [("notebook", "x.ipynb"), ("in Colab", "https://colab.org/x")])
    assert (
        '<div><dt>To take along</dt><dd class="downloads">'
        '<a href="x.ipynb" download="">notebook</a>, '
        '<a href="https://colab.org/x">in Colab</a></dd>'
    ) in serialise(root)


@pytest.mark.parametrize(
    "html",
    [
        "<h1>T</h1><p>None.</p><h2>Q</h2>",
        "<h1>T</h1><p>And no section.</p>",
        f"<h1>T</h1><h2>Q</h2>{MAP}",
        "<h1>T</h1>" + MAP.replace("You need", "Needed"),
        "<h1>T</h1>" + MAP.replace("<dd>the chain rule</dd>", ""),
        "<h1>T</h1><dl><dt>You need</dt><dd>all of it</dd></dl>",
    ],
)
def test_what_is_no_map_is_told(html: str) -> None:
    assert opened(html) is None


def test_what_there_is_to_read_is_counted(library: Library) -> None:
    html = (
        '<p>Three words <span class="arithmatex">\\(x\\)</span> here.</p><!-- not this -->'
        '<div class="arithmatex">\\[a &= b \\\\ '
        "&= \\begin{pmatrix} c \\\\ d \\end{pmatrix}\\]</div>"
        '<div class="literate" data-object="x" data-file="backprop/double.py" data-lines="1-3">'
        "</div>"
        "<pre><code>&gt;&gt;&gt; 1 + 1\n2\n</code></pre>"
        "<figure><figcaption>Four words in caption.</figcaption></figure>"
        "<details><summary>Solution</summary><p>Left aside.</p><pre>x</pre></details>"
        "<p><strong>Exercise 1. By hand</strong> (5 minutes). Apart.</p><pre>x</pre>"
        '<details class="success"><summary>Solution</summary><p>Apart.</p></details>'
        "<p>Read this.</p><p><strong>Exercise 2.</strong> Apart.</p><h3>And this.</h3>"
        "<p>Not an <strong>Exercise at all.</strong></p>"
        '<h2 id="exercises">Exercises</h2><p>Apart.</p><pre>x</pre><h2 id="references">End</h2>'
    )
    root = parse(html)
    assert measure(root, library) == Reading(words=17, rows=2, lines=5)
    assert serialise(root) == serialise(parse(html))


@pytest.mark.parametrize(
    ("reading", "minutes"),
    [
        (Reading(), 5),
        (Reading(words=2000), 10),
        (Reading(words=2000, rows=8), 20),
        (Reading(words=2000, lines=100), 20),
    ],
)
def test_everything_takes_its_time(reading: Reading, minutes: int) -> None:
    assert reading.minutes == minutes
