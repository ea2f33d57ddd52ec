"""The feed of editions and errata, and where a page is mended."""

from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from book.known.bibliography import Publication
from book.known.repository import Repository
from book.made.feed import feed, news

WORK = Publication("The Book", "Its authors", "1.0", "2026-11-22", "https://book.example/")
PAGE = """<h1 id="errata">Errata</h1><p>What was wrong.</p>
<h2 id="of-1">Edition 1.0</h2>
<h3 id="sign">2026-12-01: a sign<a class="headerlink" href="#sign">#</a></h3>
<p>It was <em>minus</em>, see <a href="../chapters/x/#eq:a">there</a>.</p><p>Twice.</p>
<h3 id="old">2026-11-30: <code>x</code></h3><p>Another &amp; more.</p>
<h2 id="end">No date</h2><p>Nothing.</p>"""


def test_the_dated_sections_of_a_page_are_its_news() -> None:
    first, second = news(PAGE, "errata/", WORK.url)
    assert (first.date, first.title, first.url) == (
        "2026-12-01",
        "2026-12-01: a sign",
        "errata/#sign",
    )
    assert first.html == (
        '<p>It was <em>minus</em>, see <a href="https://book.example/chapters/x/#eq:a">there</a>.'
        "</p>\n<p>Twice.</p>"
    )
    assert second.title == "2026-11-30: x"


def test_a_feed_has_the_newest_first_and_what_atom_asks_for() -> None:
    found = list(news(PAGE, "errata/", WORK.url))
    made = feed(WORK, reversed(found))
    assert made == feed(WORK, found)
    root = etree.fromstring(made)
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert root.xpath("a:entry/a:updated/text()", namespaces=atom) == [
        "2026-12-01T00:00:00Z",
        "2026-11-30T00:00:00Z",
    ]
    assert root.xpath("a:updated/text()", namespaces=atom) == ["2026-12-01T00:00:00Z"]
    assert root.xpath("a:link[@rel='self']/@href", namespaces=atom) == [
        "https://book.example/feed.xml"
    ]
    assert root.xpath("a:author/a:name/text()", namespaces=atom) == ["Its authors"]
    ids = root.xpath("//a:id/text()", namespaces=atom)
    assert len(set(ids)) == len(ids) == 3
    assert root.xpath("a:entry[2]/a:content/text()", namespaces=atom) == [
        "<p>Another &amp; more.</p>"
    ]


@pytest.mark.parametrize(
    ("address", "edit", "query"),
    [
        (
            "https://github.com/o/r",
            "https://github.com/o/r/edit/main/docs/x.md",
            {"title": "X: ", "body": "Where: x/\nEdition: 1.0\n"},
        ),
        (
            "https://gitlab.com/o/r",
            "https://gitlab.com/o/r/-/edit/main/docs/x.md",
            {"issue[title]": "X: ", "issue[description]": "Where: x/\nEdition: 1.0\n"},
        ),
    ],
)
def test_each_host_has_its_addresses(address: str, edit: str, query: dict[str, str]) -> None:
    repository = Repository(address, "main")
    assert repository.edit("docs/x.md") == edit
    found = urlsplit(repository.report("X", "x/", "1.0"))
    assert found.path.endswith("/issues/new")
    told = {name: values[0] for name, values in parse_qs(found.query).items()}
    assert told.keys() == query.keys()
    assert all(told[name].startswith(text) for name, text in query.items())
