"""Whole builds of the demonstration: what it becomes, that it becomes it twice, how it fails."""

import json
import re
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from lxml import etree

from book.known.bibliography import Publication
from book.linkcheck import broken_links

ROOT = Path(__file__).parents[2]
Build = Callable[..., subprocess.CompletedProcess[str]]
ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESSES = {"SITE_URL": "https://book.example/", "REPO_URL": "https://code.example/book"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, lay_out: Callable, build: Build) -> Path:
    folder: Path = lay_out(tmp_path_factory.mktemp("site") / "book")
    done = build(folder, **ADDRESSES)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def read(site: Path, page: str) -> str:
    return (site / page / "index.html").read_text(encoding="utf-8")


def test_a_chapter_is_complete(site: Path) -> None:
    html = read(site, "chapters/gain")
    assert "The model reaches 98.37% after" in html
    assert "Figure 1.1" in html
    assert 'href="https://code.example/book/blob/' in html
    assert '<meta name="citation_author" content="The authors of Backprop Line by Line">' in html
    assert (
        '<meta name="citation_fulltext_html_url" content="https://book.example/chapters/gain/">'
    ) in html
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert data is not None
    assert json.loads(data[1])["author"]["name"] == "The authors of Backprop Line by Line"
    assert "\\label" not in html
    assert "\ue000" not in html


def test_the_foot_of_each_page_names_the_version(site: Path) -> None:
    version = Publication.read(ROOT / "CITATION.cff").version
    for page in (".", "chapters/gain", "reference"):
        foot = etree.HTML(read(site, page)).find(".//div[@class='md-copyright__highlight']")
        said = " ".join("".join(foot.itertext()).split())
        assert said.endswith(f"The authors of Backprop Line by Line. Version {version}.")


def test_the_menu_and_the_head_have_the_numbers(site: Path) -> None:
    html = read(site, "chapters/gain")
    assert "<title>1 A gain for each feature - " in html
    menu = re.findall(r'<span class="md-ellipsis">\s*(.*?)\s*</span>', html)
    assert menu.count("1 A gain for each feature") >= 2  # one of them in the head
    assert "1.1 Symbols" in menu or "1.1 Forward" in menu, menu
    assert "References" in menu
    assert '<meta name="citation_title" content="A gain for each feature">' in html
    sections = json.loads((site / "search" / "sections.json").read_text(encoding="utf-8"))
    assert "A gain for each feature" in [entry["title"] for entry in sections]


def test_a_page_says_what_others_show_of_it(site: Path) -> None:
    html = read(site, "chapters/gain")
    assert '<meta property="og:title" content="A gain for each feature">' in html
    assert '<meta property="og:url" content="https://book.example/chapters/gain/">' in html
    assert '<meta property="og:type" content="website">' in read(site, ".")


def test_a_page_says_where_it_is_mended(site: Path) -> None:
    html = read(site, "chapters/gain")
    edit = "https://code.example/book/edit/main/docs/chapters/gain.md"
    assert f'<a href="{edit}">edit this page</a>' in html
    report = re.search(r'<a href="([^"]*/issues/new[^"]*)">', html)
    assert report is not None
    query = parse_qs(unescape(report[1]).partition("?")[2])
    assert query["title"] == ["A gain for each feature: "]
    assert query["body"][0].startswith("Where: https://book.example/chapters/gain/\nEdition: ")
    assert "/edit/main/docs/notebooks/run.py" in read(site, "notebooks/run")
    generated = read(site, "verification")
    assert "/issues/new" in generated
    assert "/edit/" not in generated


def test_editions_are_a_page_and_a_feed(site: Path) -> None:
    assert "Not yet news" in read(site, "changes")
    alternate = '<link rel="alternate" type="application/atom+xml" title="Editions and errata" '
    assert f'{alternate}href="../../feed.xml">' in read(site, "chapters/gain")
    feed = etree.parse(site / "feed.xml").getroot()
    assert [e.text for e in feed.iterfind(f"{ATOM}entry/{ATOM}title")] == ["0.1.0 (2026-11-22)"]
    address = feed.findtext(f"{ATOM}entry/{ATOM}id") or ""
    page, _, anchor = address.removeprefix(ADDRESSES["SITE_URL"]).partition("#")
    assert f'id="{anchor}"' in read(site, page)
    content = feed.findtext(f"{ATOM}entry/{ATOM}content") or ""
    assert 'href="https://book.example/chapters/gain/"' in content


def test_without_addresses_there_is_no_feed_and_nothing_to_mend(demo: Path, build: Build) -> None:
    assert build(demo).returncode == 0
    html = read(demo / "site", "chapters/gain")
    assert "application/atom+xml" not in html
    assert not (demo / "site" / "feed.xml").exists()
    assert 'class="mend"' not in html
    assert "og:" not in html


def test_an_equation_is_linked_from_other_pages(site: Path) -> None:
    assert '<a class="eqref" href="chapters/gain/#eq:gain-dg">(1.2)</a>' in read(site, ".")
    assert '<a class="eqref" href="../../chapters/gain/#eq:gain-y">(1.1)</a>' in read(
        site, "notebooks/run"
    )
    assert '<a class="mark" href="../chapters/gain/#eq:gain-y">(1.1)</a>' in read(site, "reference")


def test_each_equation_shows_what_the_checker_says_of_it(site: Path) -> None:
    html = read(site, "chapters/gain")
    assert html.count('class="equation__verdict" href="../../verification/#of-gain"') == 4
    assert re.search(r'title="Checked: 3 claims hold, worst relative error \d', html)
    report = read(site, "verification")
    assert re.search(r"<td[^>]*>claims</td>\s*<td[^>]*>5</td>", report)
    assert "it stands here for its looks" in report


def test_old_addresses_and_those_of_equations_lead_on(site: Path) -> None:
    assert '<a href="../chapters/gain/">' in read(site, "old")
    assert '<a href="../../chapters/gain/#eq:gain-dg">' in read(site, "eq/gain-dg")
    script = re.search(r'src="../../(assets/[0-9a-f]{12}/moved\.js)"', read(site, "eq/gain-dg"))
    assert script is not None
    assert (site / script[1]).is_file()
    assert 'name="moved"' not in read(site, "chapters/gain")


def test_a_notebook_is_executed_and_can_be_downloaded(site: Path) -> None:
    html = read(site, "notebooks/run")
    assert "[[0.5 6. ]" in html
    assert 'href="../run.ipynb"' in html
    notebook = json.loads((site / "notebooks" / "run.ipynb").read_text(encoding="utf-8"))
    assert notebook["cells"][-1]["outputs"]
    assert not (site / "notebooks" / "run.py").exists()


def test_a_chapter_has_a_notebook_and_its_code_to_take_along(site: Path) -> None:
    folder = site / "chapters" / "gain"
    page = (folder / "index.html").read_text(encoding="utf-8")
    for name in ("gain.ipynb", "gain.py"):
        assert f'href="{name}" download=""' in page or f'download="" href="{name}"' in page
    cells = json.loads((folder / "gain.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "".join(cells[0]["source"]).startswith("# A gain for each feature")
    code = (folder / "gain.py").read_text(encoding="utf-8")
    assert "def gain_forward" in code
    compile(code, "gain.py", "exec")


def test_the_search_finds_formulas_as_text(site: Path) -> None:
    sections = json.loads((site / "search" / "sections.json").read_text(encoding="utf-8"))
    texts = {entry["location"]: entry["text"] for entry in sections}
    assert (
        "<p>x_nd, <code>x</code>, (N, D), input, sample n, feature d</p>"
        in (texts["chapters/gain/#symbols"])
    )
    forward = "<p>(1.1) y_nd := g_d x_nd [y = g * x]</p>"
    assert forward in texts["chapters/gain/#forward"]
    boosts = {entry["location"]: entry["boost"] for entry in sections if "boost" in entry}
    assert [place for place, boost in boosts.items() if boost > 1] == ["chapters/gain/#symbols"]
    assert all(place.startswith("changes/") for place, boost in boosts.items() if boost < 1)
    assert not [text for text in texts.values() if "\\" in text or "<math" in text]


def test_nothing_is_asked_of_another_host(site: Path) -> None:
    loads = re.compile(
        r"""<(?:script|img|iframe)[^>]+src=["'](?:https?:)?//|url\(["']?(?:https?:)?//"""
        r"""|<link[^>]+rel=["'](?:stylesheet|preconnect|preload)["'][^>]+href=["'](?:https?:)?//"""
    )
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        assert not loads.search(path.read_text(encoding="utf-8")), path
    assert not list(site.rglob("*.woff")) + list(site.rglob("*.ttf"))
    assert list(site.glob("assets/fonts/math.woff2"))


def test_the_index_of_the_search_waits_for_a_question(site: Path) -> None:
    html = read(site, "chapters/gain")
    assert re.search(r'<script src="[^"]*/bundle\.\w+\.min\.js">', html)
    worker = re.search(r'"search": "../../(assets/[0-9a-f]{12}/search/worker\.js)\?(\S+)"', html)
    assert worker is not None
    assert (site / worker[1]).is_file()
    assert (site / "assets" / "javascripts" / "workers" / f"search.{worker[2]}").is_file()
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert index["config"]["separator"]
    assert index["docs"] == []


def test_all_links_lead_somewhere(site: Path) -> None:
    followed, broken = broken_links(site)
    assert broken == []
    assert followed >= 15


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<a href="#no">x</a> <a href="no.html">y</a>')
    _, broken = broken_links(tmp_path)
    assert len(broken) == 2


def test_links_from_the_root_of_the_host_are_followed(tmp_path: Path) -> None:
    links = "".join(f'<a href="{path}">x</a>' for path in ("/book/a.html", "/book/no.html"))
    (tmp_path / "404.html").write_text(links)
    (tmp_path / "a.html").write_text("x")
    for address in ("https://book.example/book/", "https://book.example/book"):
        _, broken = broken_links(tmp_path, address)
        assert [link.partition(" (")[0] for link in broken] == ["404.html: no.html"]


def test_two_builds_are_the_same_to_the_byte(
    site: Path, tmp_path: Path, lay_out: Callable, build: Build
) -> None:
    again = lay_out(tmp_path / "elsewhere")
    assert build(again, **ADDRESSES).returncode == 0
    first, second = contents(site), contents(again / "site")
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def contents(site: Path) -> dict[str, bytes]:
    return {str(p.relative_to(site)): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def test_everything_that_does_not_resolve_fails_the_build(demo: Path, build: Build) -> None:
    chapter = demo / "docs" / "chapters" / "gain.md"
    text = chapter.read_text(encoding="utf-8")
    lines = text.count("\n")
    chapter.write_text(
        text.replace("## References\n", "")
        + r"""\eqref{eq:no}
[@no]
{{ result("no", "x") }}
{{ result("demo", "no") }}
[a](no.md)
[b](#no)
[c][no.no]
[d](../index.md#no)

{{ figure("no", alt="no", caption="no") }}

::: backprop.gain.no

$$
x = 1
\label{eq:gain-y}
$$

$$
x_{nd} = 2
\label{eq:gain-new}
$$
""",
        encoding="utf-8",
    )
    (demo / "docs" / "addresses.txt").write_text("gone/\neq/gone/\n", encoding="utf-8")
    code = demo / "lib" / "backprop" / "gain.py"
    code.write_text(code.read_text(encoding="utf-8") + "A = 1  # eq:no-such\n", encoding="utf-8")
    done = build(demo)
    assert done.returncode != 0
    for offset, message in [
        (0, "no equation has the label eq:no"),
        (1, "docs/references.bib has no entry no"),
        (2, 'no result "no"'),
        (3, 'result "demo" has no "no"'),
        (4, "Doc file 'chapters/gain.md' contains a link 'no.md'"),
        (5, "Doc file 'chapters/gain.md' contains a link '#no'"),
        (6, "Could not find cross-reference target 'no.no'"),
        (7, "contains a link '../index.md#no'"),
        (9, 'no figure "no"'),
        (11, "no function or class backprop.gain.no"),
        (15, "label eq:gain-y is taken, see docs/chapters/gain.md:"),
        (19, "eq:gain-new: not equal: at n = 1, d = 1 the left side is"),
        (20, "no line of code carries eq:gain-new"),
    ]:
        place = f"docs/chapters/gain.md:{lines + offset}: "
        assert any(place in line and message in line for line in done.stderr.splitlines()), (
            place + message + "\n" + done.stderr
        )
    assert "lib/backprop/gain.py:" in done.stderr
    for line, address in enumerate(("gone/", "eq/gone/"), 1):
        assert f"docs/addresses.txt:{line}: {address} leads nowhere" in done.stderr
    assert "no equation of the book has the label eq:no-such" in done.stderr


def test_a_notebook_that_fails_stops_the_build(demo: Path, build: Build) -> None:
    notebook = demo / "docs" / "notebooks" / "run.py"
    notebook.write_text("# %% [markdown]\n# # A run\n\n# %%\nx = 1\n\n# %%\n1 / 0\n")
    done = build(demo)
    assert done.returncode != 0
    assert "docs/notebooks/run.py:8: ZeroDivisionError: division by zero" in done.stderr


def test_every_docstring_calls_its_examples_what_the_reference_knows() -> None:
    """Below `Example:` the reference would show prompts as quotations, and nothing to run."""
    files = sorted((Path(__file__).parents[2] / "lib" / "backprop").glob("*.py"))
    assert files
    wrong = re.compile(r"^ +Example:$", re.MULTILINE)
    assert not [path.name for path in files if wrong.search(path.read_text(encoding="utf-8"))]
