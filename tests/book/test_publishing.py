"""What is published: older editions kept, pictures for those who link, a workflow that does it."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from lxml import etree

from book.editions import keep, tagged
from book.known.bibliography import Publication
from book.made.card import card, opening_figure, tags, with_picture
from book.made.volume import Leaf
from book.published import addresses
from book.shared.errors import BookError

ROOT = Path(__file__).parents[2]
WORK = Publication("The Book", "Its authors", "1.0", "2026-11-22", "https://book.example/")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" aria-label="A &lt; B" viewBox="0 0 9 9"/>'


def site(folder: Path, text: str) -> Path:
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "index.html").write_text(f"<main><h1 id='x'>{text}</h1></main>")
    (folder / "a" / "a.pdf").write_text(text)
    return folder


def page(folder: Path, edition: str) -> str:
    return (folder / "editions" / edition / "a" / "index.html").read_text()


def test_an_edition_stays_under_its_number(tmp_path: Path) -> None:
    first = site(tmp_path / "1", "one")
    assert keep(first, None, "0.1.0") == ["0.1.0"]
    second = site(tmp_path / "2", "two")
    assert keep(second, first, "0.2.0") == ["0.1.0", "0.2.0"]
    third = site(tmp_path / "3", "three")
    assert keep(third, second, "") == ["0.1.0", "0.2.0"]
    assert [page(third, edition) for edition in ("0.1.0", "0.2.0")] == [
        page(first, "0.1.0"),
        page(second, "0.2.0"),
    ]
    assert not (third / "editions" / "0.2.0" / "editions").exists()
    assert (third / "editions" / "0.1.0" / "a" / "a.pdf").read_text() == "one"
    assert keep(third, second, "") == ["0.1.0", "0.2.0"]  # a second time, the same
    assert set(addresses(third)) == {"a/", "a/#x"}


def test_an_edition_is_published_once(tmp_path: Path) -> None:
    first = site(tmp_path / "1", "one")
    keep(first, None, "0.1.0")
    assert keep(site(tmp_path / "again", "one"), first, "0.1.0") == ["0.1.0"]
    with pytest.raises(BookError, match=r"0\.1\.0 was published before, with other pages"):
        keep(site(tmp_path / "other", "other"), first, "0.1.0")


def test_a_commit_with_the_tag_of_its_version_is_an_edition(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        names = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", str(tmp_path), *names, *arguments], check=True)

    (tmp_path / "CITATION.cff").write_text((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    version = Publication.read(tmp_path / "CITATION.cff").version
    git("init", "--quiet")
    git("add", "CITATION.cff")
    git("commit", "--quiet", "--message", "One")
    assert tagged(tmp_path) == ""
    git("tag", "v9.9.9")
    assert tagged(tmp_path) == ""
    git("tag", f"v{version}")
    assert tagged(tmp_path) == version
    git("commit", "--quiet", "--allow-empty", "--message", "Two")
    assert tagged(tmp_path) == ""


def test_a_picture_has_the_title_and_the_opening_figure() -> None:
    article = (
        '<article xmlns="http://www.w3.org/1999/xhtml"><h1>Gates &amp; co</h1>'
        f'<figure data-figure="one">{SVG}</figure>'
        f'<figure data-figure="two">{SVG}</figure></article>'
    )
    leaf = Leaf.read(article, "chapters/x/", "3")
    assert opening_figure(leaf) == ("one", "A < B")
    root = etree.fromstring(card(WORK, leaf, SVG))
    text = "".join(map(str, root.itertext()))
    assert "3 Gates & co" in text
    assert "The Book" in text
    assert root.find(".//{http://www.w3.org/2000/svg}svg") is not None
    html = with_picture("<head><title>x</title></head><body></head>", "https://a/card.png", "A < B")
    assert '<meta property="og:image" content="https://a/card.png">' in html
    assert '<meta property="og:image:alt" content="A &lt; B">' in html
    assert html.endswith("</head><body></head>")


def test_a_page_has_open_graph_tags_where_its_address_is_known() -> None:
    found = dict(tags(WORK, "X", "chapters/x/", "About x."))
    assert found == {
        "og:type": "article",
        "og:site_name": "The Book",
        "og:title": "X",
        "og:url": "https://book.example/chapters/x/",
        "og:description": "About x.",
    }
    assert tags(Publication("B", "A", "1", "2026-11-22"), "X", "chapters/x/", "About x.") == []


def test_the_workflow_runs_the_commands_of_the_project() -> None:
    path = ROOT / ".github" / "workflows" / "publish.yml"
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"] == {"contents": "write"}
    assert set(job["env"]) == {"SITE_URL", "REPO_URL"}
    commands = "\n".join(step.get("run", "") for step in job["steps"])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = re.findall(r"^make (\S+)(.*)$", commands, re.MULTILINE)
    assert [name for name, _ in called] == ["publish"]
    for name, rest in called:
        assert re.search(rf"^{name}:", makefile, re.MULTILINE)
        for variable in re.findall(r"(\w+)=", rest):
            assert f"$({variable})" in makefile
    assert not re.search(r"pip|npm|mkdocs|curl|wget", commands)
    _, _, publish = makefile.partition("\npublish: .address")
    steps = re.findall(r"-m (book\.\S+ site(?: --check)?)", publish.partition("\n\n")[0])
    assert steps.index("book.published site --check") < steps.index("book.take_along site")
    branch = 'published_branch = config_options.Type(str, default="gh-pages")'
    assert branch in (ROOT / "lib" / "book" / "plugin.py").read_text(encoding="utf-8")
    assert "gh-pages" in commands
