"""The smaller parts: formulas remembered, drawings kept, links located."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from book.figures import figure, fit_to_read, is_narrow, legend_below, narrowly
from book.known.bibliography import Publication, works_in
from book.made.drawing import Drawing
from book.made.locate import AddLine, with_line
from book.made.svg import INK, inline_svg
from book.shared.errors import BookError
from book.shared.store import Store
from book.shared.tex import Formula, Tex

ROOT = Path(__file__).parents[2]


def memory(folder: Path) -> Store:
    store = Store(folder, logging.getLogger("mkdocs"))
    store.begin()
    return store


def test_formulas_are_rendered_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    formulas = [Formula("x^2", False), Formula("x^2", True)]
    store = memory(tmp_path)
    first = Tex(store, ROOT / "node_modules")
    rendered = first.keep("page", 1, lambda: [each.html for each in first.render(formulas)])
    assert rendered[0] != rendered[1]
    first.close()
    store.end()
    monkeypatch.setenv("PATH", "")
    again = Tex(memory(tmp_path), ROOT / "node_modules")
    for given in (1, 2):  # another text with the same formulas, too
        assert again.keep("page", given, lambda: [e.html for e in again.render(formulas)]) == (
            rendered
        )
    assert again.characters == first.characters == set("x2")
    with pytest.raises(BookError, match="node is not on the PATH"):
        again.render([Formula("y", False)])


def test_what_another_temml_made_is_made_anew(tmp_path: Path) -> None:
    modules = tmp_path / "node_modules"
    (modules / "temml").mkdir(parents=True)
    made: list[str] = []
    for edition in ("1", "2", "2"):
        (modules / "temml" / "package.json").write_text(edition)
        tex = Tex(memory(tmp_path / "kept"), modules)
        tex.keep("page", 1, lambda edition=edition: made.append(edition))
    assert made == ["1", "2"]


def test_without_temml_the_message_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="npm ci"):
        Tex(memory(tmp_path), tmp_path)


def figure_of(root: Path, body: str) -> None:
    folder = root / "docs" / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.py").write_text(body)


DRAWS = """from pathlib import Path
from book.figures import figure
from book.known.results import ROOT


def draw():
    fig, ax = figure()
    ax.plot([1, float((ROOT / "number.txt").read_text()), len(list((ROOT / "many").iterdir()))])
    return fig
"""


def drawn(root: Path, name: str = "one", seconds: float = 100) -> str:
    """Draws as a build does."""
    drawing = Drawing(root, memory(root / "kept"), "edition", seconds)
    try:
        return drawing.drawn(name).svg
    finally:
        drawing.close()


def test_a_figure_is_redrawn_when_what_it_read_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure_of(tmp_path, DRAWS)
    (tmp_path / "number.txt").write_text("2")
    (tmp_path / "many").mkdir()
    first = drawn(tmp_path)
    assert "<dc:date>" not in first
    monkeypatch.setattr("book.made.drawing.Process", None)  # nothing is run
    (tmp_path / "other.txt").write_text("2")
    assert drawn(tmp_path) == first
    monkeypatch.undo()
    (tmp_path / "number.txt").write_text("3.5")
    second = drawn(tmp_path)
    (tmp_path / "many" / "file").touch()
    assert len({first, second, drawn(tmp_path)}) == 3
    (tmp_path / "many" / "file").unlink()
    (tmp_path / "number.txt").write_text("2")
    assert drawn(tmp_path) == first


def test_figures_are_kept_in_whatever_order_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure_of(tmp_path, "def draw():\n    return '<svg/>'\n")
    (tmp_path / "docs" / "figures" / "two.py").write_text(
        "def draw():\n    return '<svg id=\"two\"/>'\n"
    )
    drawing = Drawing(tmp_path, memory(tmp_path / "kept"), "edition", 100, 'figure("two")')
    first = [drawing.drawn(name).svg for name in ("one", "two")]
    drawing.close()
    monkeypatch.setattr("book.made.drawing.Process", None)  # nothing is run
    assert [drawn(tmp_path, name) for name in ("one", "two")] == first


def test_panels_are_stacked_where_the_window_is_narrow() -> None:
    _, wide = figure(5.6, 2, rows=2, columns=4, sharex=True)
    with narrowly():
        fig, stacked = figure(5.6, 2, rows=2, columns=4, sharex=True)
        assert figure(5.6, 3)[0].get_figheight() == 3
        assert len(figure(5.6, 2, columns=3, width_ratios=(1, 2, 1))[0].axes) == 3
    assert wide.shape == stacked.shape == (2, 4)
    places = np.empty((2, 4, 2), dtype=int)
    for i, j in np.ndindex(2, 4):
        place = stacked[i, j].get_subplotspec()
        places[i, j] = place.rowspan.start, place.colspan.start
    # Two panels in a row, and each column's own panels below each other.
    assert places.tolist() == [
        [[0, 0], [0, 1], [2, 0], [2, 1]],
        [[1, 0], [1, 1], [3, 0], [3, 1]],
    ]
    assert fig.get_figheight() == 4
    assert not is_narrow()


def test_nothing_is_too_small_to_be_read_in_a_narrow_figure() -> None:
    with narrowly():
        fig, ax = figure(5.6, 3)
        ax.set(xscale="log", xlim=(1e-3, 1), xlabel=20 * "long ", ylabel=12 * "long ")
        ax.text(0.1, 0.5, "tiny", fontsize=4)
        ax.text(0.1, 0.1, "$x_t$", fontsize=10)
        handles = [ax.plot([0.1, 1], [0, 1], label=30 * label)[0] for label in "abc"]
        legend_below(fig, handles, [30 * label for label in "abc"], columns=3)
        fit_to_read(fig)
    fig.draw_without_rendering()
    for text in filter(Text.get_text, fig.findobj(Text)):
        indexed = {"_", "^"} & set(text.get_text())
        assert text.get_fontsize() >= (9 / 0.7 if indexed else 9)
    for text in (ax.xaxis.label, *fig.legends[0].get_texts()):
        extent = text.get_window_extent()
        assert 0 <= extent.x0 < extent.x1 <= fig.bbox.width, text.get_text()
    extent = ax.yaxis.label.get_window_extent()
    assert -1 <= extent.y0 < extent.y1 <= fig.bbox.height + 1
    assert 9 * 328 / (72 * fig.get_figwidth()) >= 11  # pixels, in the column of a phone
    assert any("{-3}" in label.get_text() for label in ax.get_xticklabels())


def test_a_figure_that_fails_says_why(tmp_path: Path) -> None:
    figure_of(tmp_path, "def draw():\n    return 1 / 0\n")
    with pytest.raises(BookError, match='figure "one" failed: ZeroDivisionError'):
        drawn(tmp_path)
    with pytest.raises(BookError, match=r"docs/figures/two\.py does not exist"):
        drawn(tmp_path, "two")
    figure_of(tmp_path, "import os\n\n\ndef draw():\n    os._exit(3)\n")
    with pytest.raises(BookError, match="its process died"):
        drawn(tmp_path)


def test_a_figure_that_never_ends_is_stopped_with_a_sentence(tmp_path: Path) -> None:
    figure_of(tmp_path, "def draw():\n    while True:\n        pass\n")
    (tmp_path / "docs" / "figures" / "two.py").write_text("def draw():\n    return '<svg/>'\n")
    drawing = Drawing(tmp_path, memory(tmp_path / "kept"), "edition", 20)
    with pytest.raises(BookError, match=r"one\.py did not end within 20 seconds and was stopped"):
        drawing.drawn("one")
    assert drawing.drawn("two").svg == "<svg/>"  # those after it are drawn all the same
    drawing.close()


def test_a_figure_does_not_see_what_another_has_set(tmp_path: Path) -> None:
    counts = "import matplotlib\n\n\ndef draw():\n    matplotlib.seen = n = "
    counts += "getattr(matplotlib, 'seen', 0) + 1\n    return f'<svg width=\"{n}\"/>'\n"
    figure_of(tmp_path, counts)
    (tmp_path / "docs" / "figures" / "two.py").write_text(counts)
    assert {drawn(tmp_path, "one"), drawn(tmp_path, "two")} == {'<svg width="1"/>'}


def test_a_drawing_is_made_small(tmp_path: Path) -> None:
    svg = """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"
      xmlns:xlink="http://www.w3.org/1999/xlink"><metadata/><style>*{}</style>
      <defs><path id="m1" d="M 0.123456 1.000000 L 2 3"/></defs><g id="axes"/>
      <image id="ink7" width="1" height="1" xlink:href="data:,"/>
      <text id="label" transform="rotate(-0 4 5)" x="4.56789">a</text>
      <a xlink:href="eq:one"><use id="use" xlink:href="#m1" x="7.10009"/></a></svg>"""
    figure_of(tmp_path, f"def draw():\n    return {svg!r}\n")
    small = drawn(tmp_path)
    for kept in ('id="m1"', 'id="ink7"', 'href="#m1"', 'x="4.57"', 'x="7.1"', 'href="eq:one"'):
        assert kept in small
    for gone in ("metadata", "style", "axes", "label", 'id="use"', "rotate", "1.00", "0.1234"):
        assert gone not in small
    figure_of(tmp_path, "def draw():\n    return 'no drawing'\n")
    with pytest.raises(BookError, match='figure "one" failed: ValueError: <input>:1:1'):
        drawn(tmp_path)


def test_every_grey_image_of_a_figure_follows_the_theme(tmp_path: Path) -> None:
    script = """
import numpy as np
from book.figures import figure, image

def draw():
    fig, axes = figure(2, 2, columns=2)
    for ax in axes:
        image(ax, np.eye(3))
    return fig
"""
    figure_of(tmp_path, script)
    out = inline_svg(drawn(tmp_path), "one", "two digits")
    assert out.count("<image ") == out.count('class="ink"') == 2


def test_a_drawing_takes_the_colours_of_the_theme() -> None:
    source = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"
      xmlns:xlink="http://www.w3.org/1999/xlink" width="9pt">
      <path style="fill:none" d="M0 0h9"/><path id="m1" d="M 0 1"/><image id="ink7"/>
      <use xlink:href="#m1" style="fill: {INK.upper()}"/><g clip-path="url(#m1)"/></svg>"""
    out = inline_svg(source, "one", 'say "x"')
    assert 'id="fig-one-m1"' in out
    assert 'href="#fig-one-m1"' in out
    assert "url(#fig-one-m1)" in out
    assert "fill: currentColor" in out
    assert '<image class="ink"/>' in out
    assert "<title>say" in out
    for gone in ("ink7", "M0 0h9", "xmlns", "9pt"):
        assert gone not in out


@pytest.mark.parametrize("source", ["<svg", "<p/>", '<svg xmlns="http://www.w3.org/2000/svg"/>'])
def test_what_is_no_drawing_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="figure one is not"):
        inline_svg(source, "one", "")


@pytest.mark.parametrize(
    "message",
    [
        "Doc file 'a.md' contains a link 'b.md#c', but the doc 'b.md' does not contain it.",
        "mkdocs_autorefs: a.md: from x: Could not find cross-reference target 'b.md#c'",
    ],
)
def test_links_that_lead_nowhere_are_located(tmp_path: Path, message: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("one\n\n[two](b.md#c)\n")
    assert with_line(message, tmp_path / "docs", tmp_path) == f"docs/a.md:3: {message}"
    record = logging.LogRecord("x", logging.WARNING, "", 0, message, None, None)
    for _ in range(2):
        AddLine(tmp_path / "docs", tmp_path).filter(record)
    assert record.getMessage() == f"docs/a.md:3: {message}"


def test_other_messages_stay(tmp_path: Path) -> None:
    assert with_line("a message", tmp_path, tmp_path) == "a message"


def test_the_book_is_cited_from_its_citation_file() -> None:
    work = Publication.read(ROOT / "CITATION.cff", "https://book.example")
    assert work.authors == "The authors of Backprop Line by Line"
    assert "," not in work.authors  # which BibTeX would take for a surname before it
    assert work.bibtex().startswith("@book{backprop-book,")
    assert "= {The {LSTM} again}," in work.bibtex("The LSTM again", "chapters/x/")
    assert "https://book.example/chapters/x/" in work.bibtex("X", "chapters/x/")
    assert ("citation_title", "X") in work.meta("X", "chapters/x/")
    assert json.loads(work.linked_data("X", "x/"))["url"] == "https://book.example/x/"


def test_a_bibliography_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "references.bib"
    path.write_text("@article{x, author = ")
    with pytest.raises(BookError, match=r"references\.bib: "):
        works_in(path)
