"""Addresses that were published: where each leads, and what is said of one that leads nowhere."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from lxml import html as lxml_html

from book.known.addresses import Moves, read, resolve, unlisted, with_all
from book.known.equations import Equation, Source
from book.known.navigation import pages, url_of
from book.made.redirects import moved_places, redirects
from book.published import addresses, complaint

ROOT = Path(__file__).parents[2]
FILE = Path("docs/addresses.txt")
LISTED = {each.url for each in read((ROOT / FILE).read_text(encoding="utf-8"))}
PAGES = {"": {"top"}, "a/": {"one", "eq:x"}, "b/": {"two", "both"}, "c/": {"both"}}


def resolved(text: str) -> tuple[Moves, list[str]]:
    moves, problems = resolve(read(text), PAGES, FILE)
    return moves, [str(problem) for problem in problems]


def test_what_is_there_needs_no_word() -> None:
    assert resolved("# a remark\n\n.\n.#top\na/\na/#one\na/#eq:x\n") == (Moves({}, {}), [])


def test_what_has_moved_is_found_where_it_says() -> None:
    moves, problems = resolved("old/ -> a/\nolder/ -> old/\na/#gone -> b/#two\nold/#x -> a/#one\n")
    assert problems == []
    assert moves.pages == {"old/": "a/", "older/": "a/"}
    assert moves.places == {"a/": {"gone": "b/#two"}, "old/": {"x": "a/#one"}}


def test_a_place_under_its_old_name_on_another_page_is_found_without_a_word() -> None:
    moves, problems = resolved("a/#two\n")
    assert (moves.places, problems) == ({"a/": {"two": "b/#two"}}, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gone/\n", "1: gone/ leads nowhere: write `-> ` and where it leads behind it"),
        ("a/\na/#gone\n", "2: a/#gone leads nowhere"),
        ("a/\neq/gone/\n", "2: eq/gone/ leads nowhere"),
        ("a/#both\n", "1: a/#both leads nowhere"),  # two pages have it
        ("gone/ -> nowhere/\n", "1: gone/ leads to nowhere/, which is not there"),
        ("gone/ -> a/#two\n", "1: gone/ leads to a/#two, which is not there"),
        ("x/ -> y/\ny/ -> x/\n", "1: x/ leads to"),
        ("a/ -> b/\n", "1: a/ is there: what leads to b/ instead?"),
    ],
)
def test_what_leads_nowhere_is_told_with_its_line(text: str, message: str) -> None:
    _, problems = resolved(text)
    assert problems[0].startswith(f"docs/addresses.txt:{message}")


def test_a_page_leads_on_with_a_script_and_without() -> None:
    equation = Equation("eq:x", "1.1", "x", Source(Path("a.md"), "", "a/"), 1, "")
    moves = Moves({"deep/old/": "a/"}, {"deep/old/": {"x": "b/#two"}})
    pages = dict(redirects(moves, {"eq:x": equation}, "assets/moved.js"))
    assert sorted(pages) == ["deep/old/", "eq/x/"]
    old = pages["deep/old/"]
    assert told(old) == {"": "../../a/", "x": "../../b/#two"}
    assert '<noscript><meta http-equiv="refresh" content="0; url=../../a/"></noscript>' in old
    assert 'src="../../assets/moved.js"' in old
    assert told(pages["eq/x/"]) == {"": "../../a/#eq:x"}


def told(html: str) -> object:
    found = re.search(r'<meta name="moved" content="([^"]*)">', html)
    assert found is not None
    return json.loads(unescape(found[1]))


def test_a_page_is_told_of_the_places_that_left_it() -> None:
    moves = Moves({}, {"a/": {"x": "b/#two"}})
    assert json.loads(moved_places(moves, "a/")) == {"x": "../b/#two"}
    assert moved_places(moves, "b/") == ""


def test_the_list_grows_and_keeps_what_it_says() -> None:
    text = "# remark\na/\nold/ -> a/\n"
    assert with_all(text, {"a/", "", "#top", "b/#two"}) == f"{text}.\n.#top\nb/#two\n"
    assert unlisted(with_all(text, {"", "#top", "b/#two"}), {"", "#top", "b/#two"}) == []


def test_every_page_of_the_menu_is_listed() -> None:
    urls = set(map(url_of, pages(ROOT)))
    assert {"", "chapters/attention/", "notebooks/gradient-checking/", "reference/"} <= urls
    assert urls - LISTED == set()


@pytest.mark.parametrize(
    "url",
    [
        *("eq/linear-dW/", "eq/gru-dh/", "eq/lstm-c/", "eq/small-kernels/"),
        *("chapters/lstm/#eq:lstm-c", "chapters/softmax/#fig:softmax-push", "reference/lstm/"),
    ],
)
def test_what_the_first_kept_edition_had_is_listed(url: str) -> None:
    assert url in LISTED


def test_an_edition_is_published_with_its_addresses_listed() -> None:
    assert complaint("0.2.0", []) is None
    assert complaint("", ["a/"]) is None  # no edition: it may change yet
    assert complaint("0.2.0", ["a/", "b/"]) == (
        "edition 0.2.0 has 2 addresses that docs/addresses.txt does not list, a/ the first: "
        "run `make addresses`, commit the list, give that commit the tag"
    )


def test_the_addresses_of_a_site_are_its_pages_headings_equations_and_figures(
    tmp_path: Path,
) -> None:
    moves = Moves({"old/": "a/"}, {})
    equation = Equation("eq:x", "1.1", "x", Source(Path("a.md"), "", "a/"), 1, "")
    pages = dict(redirects(moves, {"eq:x": equation}, "assets/moved.js"))
    pages |= {
        "": "<main><h1 id='top'>T</h1><p id='no'></p></main>",
        "a/": "<main><!-- c --><div id='eq:x'></div><figure id='fig:y'></figure></main>",
    }
    for url, html in pages.items():
        (tmp_path / url).mkdir(parents=True, exist_ok=True)
        (tmp_path / url / "index.html").write_text(
            lxml_html.tostring(lxml_html.fromstring(html), encoding="unicode")
        )
    assert set(addresses(tmp_path)) == {"", "#top", "a/", "a/#eq:x", "a/#fig:y", "eq/x/"}
