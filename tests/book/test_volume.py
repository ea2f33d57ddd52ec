"""Chapters bound together: links within, links to the site, page numbers, EPUB."""

import io
import json
import re
from base64 import b64decode
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from fontTools.ttLib import TTFont
from lxml import etree

from book.known.bibliography import Publication
from book.made.assets import text_fonts
from book.made.epub import epub
from book.made.faces import faces
from book.made.folder import OPENER, folder_files, folder_links
from book.made.slides import drawings
from book.made.volume import Leaf, bound, contents, printable, sheet, without_solutions
from book.take_along import first_pages, with_links

SVG = "http://www.w3.org/2000/svg"
WORK = Publication("A & B", "Us", "1", "2026-01-02", "https://book.org/")


def leaf(name: str, inner: str, number: str = "1") -> Leaf:
    xlink = "http://www.w3.org/1999/xlink"
    article = (
        f'<article xmlns="http://www.w3.org/1999/xhtml" xmlns:s="{SVG}" xmlns:x="{xlink}">'
        f'<h1 id="{name}">On\n <code>{name}</code></h1>{inner}</article>'
    )
    return Leaf.read(article, f"chapters/{name}/", number)


def test_a_title_is_read_without_its_number() -> None:
    article = (
        '<article xmlns="http://www.w3.org/1999/xhtml"><h1><span class="section-number">3</span> '
        "A <em>title</em></h1></article>"
    )
    assert Leaf.read(article, "chapters/x/", "3").title == "A title"


def hrefs(root: etree._Element) -> list[str | None]:
    return [each.get("href") for each in root.iter("{http://www.w3.org/1999/xhtml}a")]


LINKS = (
    '<a href="#here" id="here">1</a><a href="../two/#there">2</a><a href="../two/">3</a>'
    '<a href="../../notation/#n">4</a><a href="https://else.org/a#b">5</a><a href="../../">6</a>'
)


def test_links_lead_within_or_to_the_site() -> None:
    one, _ = bound([leaf("one", LINKS), leaf("two", "")], WORK.url)
    assert hrefs(one) == [
        "#one.here",
        "#two.there",
        "#two.",
        "https://book.org/notation/#n",
        "https://else.org/a#b",
        "https://book.org/",
    ]


def test_where_there_is_no_site_nothing_leads_there() -> None:
    (one,) = bound([leaf("one", LINKS)], "")
    assert hrefs(one) == ["#one.here", None, None, None, "https://else.org/a#b", None]


def test_what_a_sheet_does_not_have_is_on_the_site() -> None:
    inner = '<p><strong>Exercise 1. One</strong> <a href="#eq:x">1</a></p><h2 id="eq:x">X</h2>'
    made = sheet(leaf("one", inner), solved=True)
    assert made is not None
    assert [hrefs(root) for root in bound([made], WORK.url)] == [
        ["https://book.org/chapters/one/#eq:x"]
    ]
    assert [hrefs(root) for root in bound([made], "")] == [[None]]


def test_ids_of_two_pages_do_not_meet() -> None:
    parts = bound([leaf("one", '<p id="a"/>'), leaf("two", '<p id="a"/><s:g id="f-1"/>')], "")
    ids = [each.get("id") for part in parts for each in part.iter() if each.get("id")]
    assert ids == ["one.", "one.one", "one.a", "two.", "two.two", "two.a", "f-1"]


def test_pictures_are_found_from_the_root() -> None:
    inner = '<s:image x:href="../../assets/figures/a.png"/><s:image x:href="data:b"/>'
    (one,) = bound([leaf("one", inner)], "")
    found = [each.get("{http://www.w3.org/1999/xlink}href") for each in one.iter("{*}image")]
    assert found == ["assets/figures/a.png", "data:b"]


def test_a_document_to_print_is_well_formed_and_has_its_title() -> None:
    leaves = [leaf("one", "<p>a &lt; b</p>"), leaf("two", "", "2")]
    toc = contents(leaves, {"one": 3, "two": 9})
    html = printable([toc, *bound(leaves, "")], ["https://x/y.css", "a > b { c: d; }"], "A & B")
    root = etree.fromstring(html.encode())
    text = " ".join(root.itertext())
    assert root.findtext(".//{*}title") == "A & B"
    assert "a > b { c: d; }" in text
    items = ["".join(each.itertext()) for each in root.iter("{*}li")]
    assert items == ["1On one3", "2On two9"]
    assert len(list(root.iter("{*}link"))) == 1


SHORT_AND_LONG = ("a\n" * 9, "a\n" * 99)


def test_on_paper_folds_are_boxes_and_long_code_is_known() -> None:
    short, long = (f'<div class="highlight"><pre>{lines}</pre></div>' for lines in SHORT_AND_LONG)
    inner = (
        '<details class="note" open=""><summary>More</summary><p>So.</p></details>'
        f'<details class="source__doc"><summary>def f</summary></details>{short}{long}'
    )
    (one,) = bound([leaf("one", inner)], "")
    found = [(each.tag.rpartition("}")[2], each.get("class")) for each in one if each.get("class")]
    assert found == [
        ("div", "note unfolded"),
        ("details", "source__doc"),
        ("div", "highlight"),
        ("div", "highlight long"),
    ]
    assert one.findtext(".//{*}p[@class='unfolded__title']") == "More"


def test_the_faces_of_a_book_have_one_weight_each(tmp_path: Path) -> None:
    for name, content in text_fonts(Path(__file__).parents[2] / "node_modules"):
        (tmp_path / name).write_bytes(content)
    rules = faces(tmp_path)
    fonts = [TTFont(io.BytesIO(b64decode(each))) for each in re.findall(r'base64,([^"]+)"', rules)]
    assert len(fonts) == 4
    assert not any("fvar" in font for font in fonts)
    assert [font["OS/2"].usWeightClass for font in fonts] == [400, 700] * 2


def test_an_epub_holds_what_its_package_says() -> None:
    math = '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>x</m:mi></m:math>'
    inner = (
        f'<details open="" data-x="1"><summary>More</summary>{math}</details>'
        '<s:svg role="group" style="fill:var(--fig-muted)"><s:path/><s:path d="M0 0"/></s:svg>'
        '<img src="../../assets/figures/a.png" alt="A"/><a href="../two/#t">2</a>'
    )
    leaves = [leaf("one", inner), leaf("two", "", "2")]
    made = epub(leaves, WORK, {"assets/figures/a.png": b"png"})
    assert made == epub(leaves, WORK, {"assets/figures/a.png": b"png"})
    with ZipFile(io.BytesIO(made)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
        package = etree.fromstring(archive.read("book/package.opf"))
        items = {each.get("href"): each for each in package.iter("{*}item")}
        held = {name.removeprefix("book/") for name in archive.namelist() if name[:5] == "book/"}
        assert held == {*items, "package.opf"}
        assert items["one.xhtml"].get("properties") == "mathml svg"
        assert [each.get("idref") for each in package.iter("{*}itemref")] == [
            "f-nav.xhtml",
            "f-one.xhtml",
            "f-two.xhtml",
        ]
        page = archive.read("book/one.xhtml").decode()
    etree.fromstring(page.encode())
    for gone in ("details", "data-x", "var(", 'role="group"', "<s:path/>"):
        assert gone not in page, gone
    for there in ('src="images/a.png"', 'href="two.xhtml#t"', "fill:#5e6773", 'd="M0 0"'):
        assert there in page, there


EXERCISES = (
    "<div><p>Before.</p><p><strong>Exercise 1. One</strong> (5 minutes). What?</p><p>More.</p>"
    '<details class="success"><summary>Solution</summary><p>Seven.</p></details>tail'
    "<p>Between.</p></div><h2>Next</h2>"
    '<details class="question"><summary>Exercise 2. Two</summary><p>How?</p>'
    '<details class="success"><summary>Solution</summary><p>So.</p></details></details>'
    "<p><strong>Exercise 3. Open</strong> (5 minutes). Why?</p><h2>End</h2><p>After.</p>"
)


def said(made: Leaf | None) -> str:
    assert made is not None
    return " ".join(" ".join(made.root.itertext()).split())


def test_a_sheet_has_the_exercises_and_nothing_else() -> None:
    chapter = leaf("one", EXERCISES)
    both = said(sheet(chapter, solved=True))
    assert both.startswith("On one: exercises and solutions Exercise 1. One (5 minutes)")
    for there in ("More.", "Seven.", "How?", "So.", "Why?"):
        assert there in both
    for elsewhere in ("Before.", "Between.", "Next", "After.", "tail"):
        assert elsewhere not in both
    bare = said(sheet(chapter, solved=False))
    assert [word in bare for word in ("More.", "How?", "Why?")] == [True] * 3
    assert [word in bare for word in ("Seven.", "So.", "Solution")] == [False] * 3
    assert sheet(leaf("two", "<p>None.</p>"), solved=True) is None


def test_a_page_is_handed_out_without_its_solutions() -> None:
    chapter = leaf("one", EXERCISES)
    told = said(without_solutions(chapter))
    assert "Seven." not in told
    assert "Between." in told
    assert "Seven." in said(chapter)


def test_what_is_drawn_for_narrow_windows_stays_on_the_site() -> None:
    drawings = '<s:svg class="figure__wide"/><s:svg class="figure__narrow"/>'
    kept = [
        svg.get("class")
        for svg in leaf("one", f"<figure>{drawings}</figure>").root.iter(f"{{{SVG}}}svg")
    ]
    assert kept == ["figure__wide"]


def test_a_figure_stands_alone_with_its_licence() -> None:
    inner = (
        '<figure data-figure="f"><s:svg viewBox="0 0 30 20" aria-label="A &lt; B">'
        '<s:a href="#eq:x"><s:path d="M0 0" style="fill:var(--fig-muted)"/></s:a>'
        '<s:image x:href="../../assets/figures/a.png"/></s:svg></figure><figure/>'
    )
    (drawn,) = drawings([leaf("one", inner)], WORK, {"assets/figures/a.png": b"png"}).values()
    root = etree.fromstring(drawn.encode())
    assert (root.get("width"), root.get("height")) == ("30", "20")
    assert root[0].text == "A < B"
    assert "A & B, version 1, chapter On one. Us. CC BY 4.0" in str(root[1].text)
    assert "fill:#5e6773" in drawn
    assert "data:image/png;base64,cG5n" in drawn
    assert "eq:x" not in drawn


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("../lstm/", "../lstm/index.html"),
        ("../lstm/#a", "../lstm/index.html#a"),
        ("..", "../index.html"),
        (".", "index.html"),
        ("./", "index.html"),
        ("#a", "#a"),
        ("a.css", "a.css"),
        ("https://book.org/a/", "https://book.org/a/"),
        ("a/?b", "a/?b"),
    ],
)
def test_links_of_a_folder_lead_to_files(given: str, wanted: str) -> None:
    assert folder_links(f'<a href="{given}">a</a>') == f'<a href="{wanted}">a</a>'


def test_scripts_of_a_folder_come_by_one_plain_script() -> None:
    here = "assets/0123456789ab"
    tag = '<script src="../{0}/{1}" type="module"></script>'
    page = (
        '<head><meta http-equiv="Content-Security-Policy" content="x"></head>'
        f'<script src="../assets/javascripts/bundle.1.min.js"></script>{tag.format(here, "a.js")}'
        f"{tag.format(here, 'in/b.js')}"
    )
    moved = '<head><meta name="moved" content="{&quot;&quot;: &quot;../one/#a&quot;}">'
    moved += f"{tag.format(here, 'moved.js')}</head>"
    files = {
        "one/index.html": page,
        "eq/index.html": moved,
        f"{here}/a.js": 'import { x } from "./in/b.js"; import(`./in/${y}.js`);',
        f"{here}/in/b.js": 'import "../a.js"; here(import.meta.url);',
        f"{here}/moved.js": "",
        f"{here}/search/worker.js": 'import("./asking.js")',
        f"{here}/search/asking.js": "ask(1)",
        "assets/javascripts/workers/search.ab.min.js": "theme()",
        "search/search_index.json": '{"docs": []}',
        "search/sections.json": '[{"location": ""}, {"location": "one/#a"}]',
    }
    made = folder_files({name: text.encode() for name, text in files.items()})
    told = {name: content.decode() for name, content in made.items()}
    shim = '<script src="../assets/offline.js" data-modules="book/a.js book/in/b.js"></script>'
    assert told["one/index.html"] == (
        f'<head></head>{shim}<script src="../assets/javascripts/bundle.1.min.js"></script>'
    )
    assert "&quot;../one/index.html#a&quot;" in told["eq/index.html"]
    assert told["eq/index.html"].endswith('data-modules="book/moved.js"></script></head>')
    given = json.loads(told["assets/offline.js"].partition("given = ")[2].partition(";\n")[0])
    assert given["modules"]["book/a.js"] == (
        'import { x } from "book/in/b.js"; import(`book/in/${y}.js`);'
    )
    assert given["modules"]["book/in/b.js"].startswith('import "book/a.js"; here("http')
    assert given["assets"] == here
    assert given["search"] == 'import("data:text/javascript;charset=utf-8,ask%281%29")'
    assert given["theme"] == "theme()"
    assert told["search/search_index.js"] == 'var __index = {"docs": []};\n'
    assert "one/index.html#a" in told["search/sections.js"]


def test_the_opener_is_a_program() -> None:
    compile(OPENER, "open.py", "exec")


def test_it_is_known_on_which_page_a_part_begins() -> None:
    pdf = (
        b"1 0 obj\n<</Type /Pages\n/Kids [2 0 R 7 0 R]>>\n2 0 obj\n<</Type /Page\n>>\n"
        b"7 0 obj\n<</Type /Page\n>>\n9 0 obj\n<</one. [2 0 R /XYZ 0 841 0]\n"
        b"/one.eq:a [7 0 R /XYZ 0 1 0]\n/two-b. [7 0 R /XYZ 0 841 0]>>"
    )
    assert first_pages(pdf) == {"one": 1, "two-b": 2}


def test_links_are_put_in_once() -> None:
    page = '<dd class="downloads"><a href="x.py" download="">code</a></dd><p>else</p>'
    once = with_links(page, {"PDF": "x.pdf"})
    assert once.count('<a href="x.pdf" download="">PDF</a>') == 1
    assert with_links(once, {"PDF": "x.pdf"}) == once


@pytest.mark.parametrize("name", ["volume.css", "epub.css"])
def test_styles_are_there(name: str) -> None:
    path = Path(__file__).parents[2] / "lib" / "book" / "made" / name
    assert "{" in path.read_text(encoding="utf-8")
